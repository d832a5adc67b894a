//! Slack over HTTP: requests that Slack signs, answered with what acknowledges them over a socket.
//!
//! | path | what comes | what is answered |
//! |---|---|---|
//! | `/slack/commands` | a slash command, as a form | nothing: the answer goes to its `response_url` |
//! | `/slack/interactivity` | presses, shortcuts, forms and searches, as JSON in a form | `response_action` of a form, options of a search, otherwise nothing |
//! | `/slack/events` | events, as JSON | the challenge of `url_verification`, otherwise nothing |
//!
//! Slack looks now and then whether an address has a certificate (`ssl_check`), unsigned: that is answered, and nothing
//! is done. Everything else is signed over the raw body with the time it was sent (docs.slack.dev, verifying requests
//! from Slack), and is nobody's five minutes later. What is sent again meanwhile meets what was seen (`platforms/seen.rs`, and
//! the bot's own memory).

use std::sync::Arc;

use async_trait::async_trait;
use ring::hmac;
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;
use tracing::{debug, info, warn};

use super::act::{Desk, Envelope};
use super::api::{Effort, backoff};
use super::receipt::{Receipt, Way};
use crate::chat::{Answer, Intake, Request, Service};
use crate::clock::pause;
use crate::platforms::signed;

const COMMANDS: &str = "/slack/commands";
const INTERACTIVITY: &str = "/slack/interactivity";
const EVENTS: &str = "/slack/events";
/// Where Slack sends what people do.
pub(super) const PATHS: [&str; 3] = [COMMANDS, INTERACTIVITY, EVENTS];

/// Takes what Slack sends.
pub(super) struct Requests {
    desk: Arc<Desk>,
    key: hmac::Key,
}

/// What a request holds.
enum Held {
    /// A question whether this address is the app's, to be answered with its text.
    Challenge(Value),
    /// An event of this kind, as Socket Mode calls it.
    Event(&'static str, Value),
}

impl Requests {
    pub(super) fn new(desk: Arc<Desk>, signing_secret: &str) -> Self {
        Self { desk, key: hmac::Key::new(hmac::HMAC_SHA256, signing_secret.as_bytes()) }
    }

    /// Whether Slack sent this body, and not long ago.
    fn is_signed(&self, request: &Request<'_>) -> bool {
        let header = |name| (request.header)(name);
        let (Some(sent), Some(signature)) = (header("x-slack-request-timestamp"), header("x-slack-signature")) else {
            return false;
        };
        let now = self.desk.ports().clock.now().timestamp();
        let tag = signature.strip_prefix("v0=").and_then(signed::unhex);
        let Some(tag) = tag.filter(|_| signed::is_recent(sent, now)) else { return false };
        let signed = [&b"v0:"[..], sent.as_bytes(), b":", request.body].concat();
        // In constant time.
        hmac::verify(&self.key, &signed, &tag).is_ok()
    }

    async fn hand_over(&self, kind: &'static str, payload: Value) -> Answer {
        let (answers, answer) = oneshot::channel();
        let receipt = Receipt::by(Way::Request(answers));
        self.desk.receive(Envelope { kind: kind.to_owned(), payload, receipt });
        match answer.await {
            Ok(None) => Answer::TAKEN,
            Ok(Some(answer)) => Answer::json(&answer),
            Err(_) => Answer::FAILED,
        }
    }
}

#[async_trait]
impl Intake for Requests {
    fn paths(&self) -> &'static [&'static str] {
        &PATHS
    }

    async fn take(&self, request: Request<'_>) -> Answer {
        if request.path != EVENTS && is_ssl_check(&request) {
            return Answer::TAKEN;
        }
        if request.method != "POST" {
            return Answer::WRONG_METHOD;
        }
        if !self.is_signed(&request) {
            warn!(path = request.path, "a request that Slack did not sign, or not lately");
            return Answer::UNSIGNED;
        }
        if let Some(times) = (request.header)("x-slack-retry-num").and_then(|times| times.parse::<u8>().ok()) {
            debug!(times, "Slack sends an event again");
        }
        match read(&request) {
            Ok(Held::Challenge(text)) => Answer::json(&json!({"challenge": text})),
            Ok(Held::Event(kind, payload)) => self.hand_over(kind, payload).await,
            Err(answer) => {
                warn!(path = request.path, status = answer.status, "a request of Slack's that could not be read");
                answer
            }
        }
    }
}

/// Whether somebody only asks for the certificate.
fn is_ssl_check(request: &Request<'_>) -> bool {
    let asks = |text: &[u8]| url::form_urlencoded::parse(text).any(|(key, value)| key == "ssl_check" && value == "1");
    asks(request.query.as_bytes()) || (request.is_of_type(FORM) && asks(request.body))
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

fn read(request: &Request<'_>) -> Result<Held, Answer> {
    if !request.is_of_type(if request.path == EVENTS { JSON } else { FORM }) {
        return Err(Answer::WRONG_TYPE);
    }
    let body = std::str::from_utf8(request.body).map_err(|_| Answer::UNREADABLE)?;
    let json = |text: &str| serde_json::from_str::<Value>(text).map_err(|_| Answer::UNREADABLE);
    match request.path {
        COMMANDS => Ok(Held::Event("slash_commands", Value::Object(fields(body)))),
        INTERACTIVITY => {
            let payload = fields(body).remove("payload").ok_or(Answer::UNREADABLE)?;
            Ok(Held::Event("interactive", json(payload.as_str().unwrap_or_default())?))
        }
        _ => {
            let event = json(body)?;
            let asks = event["type"] == "url_verification";
            Ok(if asks { Held::Challenge(event["challenge"].clone()) } else { Held::Event("events_api", event) })
        }
    }
}

fn fields(form: &str) -> Map<String, Value> {
    url::form_urlencoded::parse(form.as_bytes()).map(|(key, value)| (key.into(), value.into_owned().into())).collect()
}

/// Looks whether Slack takes the bot's token; from then on the bot counts as connected. There is no other way to know
/// before somebody does something.
pub(super) async fn keep(desk: Arc<Desk>) {
    let mut failures = 0;
    let _connected = loop {
        match desk.api().call("auth.test", &json!({}), Effort::REPEATABLE).await {
            Ok(_) => break desk.ports().vitals.connected(Service::Slack),
            Err(error) if error.is_for_good() => return desk.refused("slack.bot_token", &error),
            Err(error) => {
                failures += 1;
                warn!(%error, failures, "the Slack bot token could not be checked");
                pause(backoff(failures)).await;
            }
        }
    };
    info!("Slack comes over HTTP, to {}", PATHS.join(", "));
    desk.halt().cancelled().await;
}
