//! Requests that services send over HTTP, before anything in them is believed.
//!
//! The web server reads a request whole, within its limits, and hands it to the adapter whose path it came to. The
//! adapter looks whether its service really sent it, and says what to answer.

use async_trait::async_trait;

/// A request, whole and unread.
pub struct Request<'a> {
    /// `POST`, or `GET` with an empty body; others were refused.
    pub method: &'a str,
    /// The path it came to, one of [`Intake::paths`].
    pub path: &'a str,
    /// What stands after the `?`; empty without one.
    pub query: &'a str,
    /// A header by its name in lower case; `None` if it is missing or no text.
    pub header: &'a (dyn Fn(&str) -> Option<&'a str> + Sync),
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// JSON; `None` for no body at all.
    pub json: Option<String>,
}

impl Answer {
    /// Taken, with nothing to say.
    pub const TAKEN: Self = Self::empty(200);
    /// It cannot be read.
    pub const UNREADABLE: Self = Self::empty(400);
    /// Whoever sent it did not sign it as the service does.
    pub const UNSIGNED: Self = Self::empty(401);
    /// The path takes `POST` only.
    pub const WRONG_METHOD: Self = Self::empty(405);
    /// The body is not of the type the service sends.
    pub const WRONG_TYPE: Self = Self::empty(415);
    /// It broke: the service may send it again.
    pub const FAILED: Self = Self::empty(500);

    const fn empty(status: u16) -> Self {
        Self { status, json: None }
    }

    /// Taken, with this JSON.
    pub fn json(json: &serde_json::Value) -> Self {
        Self { status: 200, json: Some(json.to_string()) }
    }
}

impl Request<'_> {
    /// Whether the body says it is of this type, whatever its parameters.
    pub fn is_of_type(&self, wanted: &str) -> bool {
        let kind = (self.header)("content-type").unwrap_or_default();
        kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
    }
}

/// An adapter whose service sends what people do over HTTP.
#[async_trait]
pub trait Intake: Send + Sync + 'static {
    /// The paths it takes requests at, each of one service only.
    fn paths(&self) -> &'static [&'static str];

    /// Takes a request. Once the sender hangs up, nobody waits for what this returns any more.
    async fn take(&self, request: Request<'_>) -> Answer;
}
