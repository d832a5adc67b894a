//! Discord's REST interface: pace, patience, and errors that leak nothing.
//!
//! Answers are plain JSON, so that a field Discord adds or leaves out never looks like a failed post.

use std::time::Duration;

use anyhow::Context as _;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

use super::Settings;
use super::enclose::Body;
use super::pace::Pace;
use crate::chat::Failure;
use crate::clock;

/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a call may take that brings files.
const UPLOAD: Duration = Duration::from_secs(30);
/// How long the first answer to an interaction may take: Discord waits three seconds.
const ANSWER: Duration = Duration::from_millis(2500);
/// The longest a call waits by itself when it is told to; whoever called decides about more.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often a call is tried.
const TRIES: u32 = 3;

/// What a call may do when it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Care {
    /// Doing it twice is doing it once: a server's error is tried again. Posts with an enforced nonce are such.
    Repeatable,
    /// Never sent again after an error of which it is not known what it did.
    Once,
    /// The first answer to an interaction: held back by nobody's pace, given up in time.
    Answer,
}

/// Why a call failed. Holds no text of a message and no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Discord will not: the HTTP status and Discord's own code and words.
    Refused {
        /// The HTTP status, 4xx.
        status: u16,
        /// Discord's code, 0 if it gave none.
        code: u64,
        /// Discord's words for the code.
        says: String,
    },
    /// Too many requests, and the wait is longer than a call's patience.
    Slow(Duration),
    /// The server failed; perhaps after doing it.
    Down(u16),
    /// Nothing was sent.
    Unsent,
    /// No answer; perhaps it was done.
    Lost,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::Refused { status, code, says } => write!(f, "Discord refused: {status}, code {code}, {says}"),
            Refusal::Slow(wait) => write!(f, "Discord asks to wait {} s", wait.as_secs_f32().ceil()),
            Refusal::Down(status) => write!(f, "Discord failed with {status}"),
            Refusal::Unsent => f.write_str("Discord could not be reached"),
            Refusal::Lost => f.write_str("Discord's answer was lost"),
        }
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// Discord's code, if it gave one.
    pub(super) fn code(&self) -> Option<u64> {
        match self {
            Refusal::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// The HTTP status, if Discord refused.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Refusal::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let why = refusal.to_string();
        match refusal {
            // The message is good and the token is not: somebody mends that, and then it goes out.
            Refusal::Refused { status: 401, .. } | Refusal::Unsent => Failure::NotNow { why, after: None },
            Refusal::Refused { .. } => Failure::Never { why },
            Refusal::Slow(after) => Failure::NotNow { why, after: Some(after) },
            Refusal::Down(_) | Refusal::Lost => Failure::Unknown { why },
        }
    }
}

/// The REST interface, as one application.
pub(super) struct Api {
    client: Client,
    base: String,
    bearer: HeaderValue,
    pace: Pace,
}

impl Api {
    /// Prepares calls; none is made.
    ///
    /// # Errors
    /// When the token cannot be a token or the address not an address.
    pub(super) fn new(settings: &Settings) -> anyhow::Result<Self> {
        let token = settings.bare_token();
        anyhow::ensure!(!token.is_empty(), "the Discord token is empty");
        let mut bearer = HeaderValue::from_str(&format!("Bot {token}")).ok().context("the Discord token is not one")?;
        bearer.set_sensitive(true);
        let mut client = Client::builder().timeout(TIMEOUT).user_agent(concat!(
            "DiscordBot (https://panout.invalid, ",
            env!("CARGO_PKG_VERSION"),
            ")"
        ));
        if let Some(url) = &settings.api_url {
            url::Url::parse(url).context("the address of Discord's interface")?;
            // A stand-in on this machine is never behind the proxy of the environment.
            client = client.no_proxy();
        }
        let base = settings.api_url.as_deref().unwrap_or("https://discord.com").trim_end_matches('/');
        Ok(Self {
            client: client.build().context("the HTTP client")?,
            base: format!("{base}/api/v10"),
            bearer,
            pace: Pace::default(),
        })
    }

    /// GET.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Refusal> {
        self.call(Method::GET, path, None, Care::Repeatable).await
    }

    /// PATCH of a message, which is repeatable.
    pub(super) async fn patch(&self, path: &str, body: &Body) -> Result<Value, Refusal> {
        self.call(Method::PATCH, path, Some(body), Care::Repeatable).await
    }

    /// PUT, which is repeatable.
    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Value, Refusal> {
        self.call(Method::PUT, path, Some(&body.clone().into()), Care::Repeatable).await
    }

    /// DELETE; what is already gone is deleted.
    pub(super) async fn delete(&self, path: &str) -> Result<(), Refusal> {
        match self.take_away(path).await {
            Err(refusal) if refusal.status() != Some(404) => Err(refusal),
            _ => Ok(()),
        }
    }

    /// DELETE of what must be there.
    pub(super) async fn take_away(&self, path: &str) -> Result<(), Refusal> {
        self.call(Method::DELETE, path, None, Care::Repeatable).await.map(drop)
    }

    /// POST.
    pub(super) async fn post(&self, path: &str, body: &Value, care: Care) -> Result<Value, Refusal> {
        self.post_message(path, &body.clone().into(), care).await
    }

    /// POST of a message, with what it encloses.
    pub(super) async fn post_message(&self, path: &str, body: &Body, care: Care) -> Result<Value, Refusal> {
        self.call(Method::POST, path, Some(body), care).await
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Body>, care: Care) -> Result<Value, Refusal> {
        let route = route(&method, path);
        let mut tried = 0;
        loop {
            tried += 1;
            if care != Care::Answer {
                self.pace.turn(&route).await;
            }
            let wait = match self.once(&method, path, body, care, &route).await {
                Err(Refusal::Slow(wait)) if tried < TRIES && wait <= PATIENCE && care != Care::Answer => wait,
                Err(Refusal::Down(_)) if tried < TRIES && care != Care::Once => backoff(tried),
                Err(Refusal::Unsent) if tried < TRIES => backoff(tried),
                done => return done,
            };
            clock::pause(wait).await;
        }
    }

    async fn once(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Body>,
        care: Care,
        route: &str,
    ) -> Result<Value, Refusal> {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
        request = request.header(AUTHORIZATION, self.bearer.clone());
        request = match body {
            None => request,
            Some(body) if body.enclosed.is_empty() => {
                request.header(CONTENT_TYPE, "application/json").body(body.says.to_string())
            }
            Some(body) => {
                let (border, form) = body.form();
                let kind = format!("multipart/form-data; boundary={border}");
                request.header(CONTENT_TYPE, kind).timeout(UPLOAD).body(form)
            }
        };
        if care == Care::Answer {
            request = request.timeout(ANSWER);
        }
        let unanswered = |error: reqwest::Error| if error.is_connect() { Refusal::Unsent } else { Refusal::Lost };
        let response = request.send().await.map_err(unanswered)?;
        let (status, headers) = (response.status(), response.headers().clone());
        self.pace.learn(route, &headers);
        // What was refused was certainly not done, even if the words why are lost.
        let bytes = match response.bytes().await {
            Err(_) if status.is_success() => return Err(Refusal::Lost),
            read => read.unwrap_or_default(),
        };
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status.is_success() {
            return Ok(answer);
        }
        Err(self.refusal(route, status, &headers, &answer))
    }

    fn refusal(&self, route: &str, status: StatusCode, headers: &HeaderMap, answer: &Value) -> Refusal {
        if status == StatusCode::TOO_MANY_REQUESTS {
            let header = headers.get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
            let seconds = header.or(answer["retry_after"].as_f64()).unwrap_or(1.0);
            let wait = Duration::try_from_secs_f64(seconds).unwrap_or(PATIENCE);
            let everywhere =
                answer["global"].as_bool().unwrap_or_default() || headers.contains_key("x-ratelimit-global");
            self.pace.hold(route, everywhere, wait);
            return Refusal::Slow(wait);
        }
        if status.is_server_error() {
            return Refusal::Down(status.as_u16());
        }
        Refusal::Refused {
            status: status.as_u16(),
            code: answer["code"].as_u64().unwrap_or_default(),
            says: answer["message"].as_str().unwrap_or_default().chars().take(100).collect(),
        }
    }
}

/// A quarter of a second, then half of one, each up to half longer so that many do not come back at once.
fn backoff(tried: u32) -> Duration {
    Duration::from_millis(125 << tried).mul_f64(1.0 + fastrand::f64() / 2.0)
}

/// The route whose limit a call shares: its method and path, with the ids that do not matter left out.
///
/// Source: Discord counts a limit by method and by the top-level channel, guild or webhook.
fn route(method: &Method, path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let mut parts: Vec<&str> = path.split('/').collect();
    let kept = if parts.get(1) == Some(&"webhooks") { 4 } else { 3 };
    for part in parts.iter_mut().skip(kept) {
        if part.bytes().all(|b| b.is_ascii_digit()) {
            *part = "";
        }
    }
    format!("{method} {}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_a_channel_share_a_limit() {
        assert_eq!(route(&Method::PATCH, "/channels/1/messages/2"), route(&Method::PATCH, "/channels/1/messages/3"));
        assert_ne!(route(&Method::PATCH, "/channels/1/messages/2"), route(&Method::PATCH, "/channels/4/messages/2"));
        assert_ne!(route(&Method::GET, "/channels/1/messages"), route(&Method::POST, "/channels/1/messages"));
    }

    #[test]
    fn an_error_shows_neither_token_nor_body() {
        let settings = Settings { api_url: None, token: "s3cret".into(), public_key: None };
        assert!(!format!("{settings:?}").contains("s3cret"));
        let refused = Refusal::Refused { status: 400, code: 50035, says: "Invalid Form Body".into() };
        assert_eq!(refused.to_string(), "Discord refused: 400, code 50035, Invalid Form Body");
    }
}
