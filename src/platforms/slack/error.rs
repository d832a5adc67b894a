//! What can become of a call, and what that means to who asked for it.

use std::fmt;
use std::time::Duration;

use slack_morphism::errors::SlackClientError;

use crate::chat::Failure;

/// Why a call gave nothing; prints no body, text or token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CallError {
    /// Slack wants fewer calls, and may have said how long to wait. Nothing was done.
    Limited(Option<Duration>),
    /// Slack answered with this error code. Nothing was done.
    Refused(String),
    /// Slack answered with this HTTP status; under 500, nothing was done.
    Status(u16),
    /// The answer was lost on its way: it may well have been done.
    Lost(&'static str),
    /// No answer came in time: it may have been done.
    Hung,
    /// The request never left. Nothing was done.
    NotSent(&'static str),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limited(Some(after)) => write!(f, "rate limited for {} s", after.as_secs()),
            Self::Limited(None) => f.write_str("rate limited"),
            Self::Refused(code) => write!(f, "refused: {code}"),
            Self::Status(status) => write!(f, "HTTP {status}"),
            Self::Lost(why) | Self::NotSent(why) => f.write_str(why),
            Self::Hung => f.write_str("no answer in time"),
        }
    }
}

impl std::error::Error for CallError {}

impl CallError {
    /// Whether the token will never do (docs.slack.dev, errors common to all methods).
    pub(super) fn is_for_good(&self) -> bool {
        let Self::Refused(code) = self else { return false };
        matches!(
            code.as_str(),
            "invalid_auth"
                | "not_authed"
                | "account_inactive"
                | "token_revoked"
                | "token_expired"
                | "not_allowed"
                | "not_allowed_token_type"
                | "no_permission"
                | "missing_scope"
                | "app_uninstalled"
        )
    }

    /// Whether it may have been done all the same.
    pub(super) fn is_unknown(&self) -> bool {
        match self {
            Self::Lost(_) | Self::Hung => true,
            Self::Status(status) => *status >= 500 || *status == 408,
            // "It's possible some aspect of the operation succeeded before the error was raised."
            Self::Refused(code) => matches!(code.as_str(), "internal_error" | "fatal_error" | "request_timeout"),
            Self::Limited(_) | Self::NotSent(_) => false,
        }
    }

    /// Whether the same call may well do later.
    pub(super) fn is_passing(&self) -> bool {
        let is_away = matches!(self, Self::Refused(code) if code == "service_unavailable");
        is_away || matches!(self, Self::Limited(_) | Self::NotSent(_)) || self.is_unknown()
    }

    /// What it means to who asked for a post.
    pub(super) fn into_failure(self) -> Failure {
        let why = self.to_string();
        match self {
            Self::Limited(after) => Failure::NotNow { why, after },
            Self::NotSent(_) => Failure::NotNow { why, after: None },
            Self::Refused(code) if code == "service_unavailable" => Failure::NotNow { why, after: None },
            // The message is good and the token is not: somebody mends that, and then it goes out.
            error if error.is_for_good() => Failure::NotNow { why, after: None },
            error if error.is_unknown() => Failure::Unknown { why },
            _ => Failure::Never { why },
        }
    }
}

impl From<&SlackClientError> for CallError {
    fn from(error: &SlackClientError) -> Self {
        match error {
            SlackClientError::ApiError(refusal) if matches!(refusal.code.as_str(), "ratelimited" | "rate_limited") => {
                CallError::Limited(None)
            }
            SlackClientError::ApiError(refusal) => {
                // A code is a word; anything else could be content.
                let is_word =
                    refusal.code.len() <= 60 && refusal.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                CallError::Refused(if is_word { refusal.code.clone() } else { "unreadable_error".into() })
            }
            SlackClientError::RateLimitError(limit) => CallError::Limited(limit.retry_after),
            SlackClientError::HttpError(answer) => CallError::Status(answer.status_code.as_u16()),
            SlackClientError::HttpProtocolError(broken) => {
                let cause =
                    broken.cause.as_ref().and_then(|cause| cause.downcast_ref::<hyper_util::client::legacy::Error>());
                match cause {
                    Some(cause) if cause.is_connect() => CallError::NotSent("no connection to Slack"),
                    _ => CallError::Lost("the connection broke"),
                }
            }
            _ => CallError::Lost("an unreadable answer"),
        }
    }
}
