//! What people do as signed requests to the app's web server.

use std::net::SocketAddr;
use std::time::Duration;

use panout::clock::pause;
use ring::hmac;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::{FakeSlack, Shared, socket};
use crate::fake::http::{LATEST, Letter, Line, hex};

/// What requests are signed with.
pub(super) const SIGNING_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

/// How long a delivery is tried before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

impl FakeSlack {
    /// What the app is told to check signatures with.
    pub(crate) fn signing_secret(&self) -> String {
        self.0.signing_secret.into()
    }

    /// From now on what people do is sent to the app's web server, and not over sockets.
    pub(crate) fn sends_to(&self, addr: SocketAddr) {
        *self.0.line.lock().expect("no test panics here") = Some(Line::to(addr));
    }

    /// The headers that a body sent at this time, in seconds since 1970, is signed with.
    pub(crate) fn signed(body: &[u8], at: i64) -> Vec<(&'static str, String)> {
        Self::signed_with(SIGNING_SECRET, body, at)
    }

    /// The same, with another secret.
    pub(crate) fn signed_with(secret: &str, body: &[u8], at: i64) -> Vec<(&'static str, String)> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hmac::sign(&key, &[format!("v0:{at}:").as_bytes(), body].concat());
        vec![("x-slack-request-timestamp", at.to_string()), ("x-slack-signature", format!("v0={}", hex(tag.as_ref())))]
    }

    /// A command as Slack would send it now.
    pub(crate) fn letter(&self, who: &str, channel: &str, line: &str) -> Letter {
        letter(&self.0, "slash_commands", &self.command(who, channel, line), 0)
    }
}

impl Shared {
    pub(super) fn line(&self) -> Option<Line> {
        self.line.lock().expect("no test panics here").clone()
    }
}

/// An event as it stands on the wire, signed now.
fn letter(shared: &Shared, kind: &str, payload: &Value, retries: usize) -> Letter {
    let (path, content_type, body) = match kind {
        "slash_commands" => ("/slack/commands", FORM, form(payload.as_object().unwrap_or(&Map::new()))),
        "interactive" => {
            let fields = Map::from_iter([("payload".to_owned(), Value::String(payload.to_string()))]);
            ("/slack/interactivity", FORM, form(&fields))
        }
        _ => ("/slack/events", "application/json", payload.to_string()),
    };
    let body = body.into_bytes();
    let at = shared.world().clock.now().timestamp();
    let mut headers = FakeSlack::signed(&body, at);
    headers.push(("content-type", content_type.to_owned()));
    headers.push(("user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)".to_owned()));
    if retries > 0 {
        headers.push(("x-slack-retry-num", retries.to_string()));
        headers.push(("x-slack-retry-reason", "http_timeout".to_owned()));
    }
    Letter { path, headers, body }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn form(fields: &Map<String, Value>) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        form.append_pair(key, value.as_str().map_or_else(|| value.to_string(), str::to_owned).as_str());
    }
    form.finish()
}

/// Delivers an event until it is answered; what is in the answer, and how long it took.
pub(super) async fn deliver(shared: &Shared, kind: &str, payload: &Value) -> (Value, Duration) {
    let (began, mut retries) = (Instant::now(), 0);
    while began.elapsed() < PATIENCE {
        let line = shared.line().expect("the app has a web server");
        let letter = letter(shared, kind, payload, retries);
        let hangs_up = std::mem::take(&mut shared.world().drop_before_ack);
        if hangs_up {
            line.hang_up_after(&letter).await;
            retries += 1;
            shared.repeated(payload);
            continue;
        }
        let Some(answered) = line.send(&letter).await else {
            // Nobody is there: it starts again.
            pause(Duration::from_millis(20)).await;
            continue;
        };
        if let Some(wrong) = Line::faults(&answered) {
            shared.world().complain(format!("a {kind} {wrong}"));
            return (Value::Null, answered.took.min(LATEST));
        }
        let answer: Value = serde_json::from_str(&answered.body).unwrap_or_default();
        if kind == "slash_commands" && !answered.body.is_empty() {
            shared.world().complain("the answer to a command is shown as it stands");
        }
        socket::accepted(shared, kind, payload, &answer);
        let mut world = shared.world();
        world.slowest = world.slowest.max(answered.took);
        return (answer, answered.took);
    }
    panic!("nobody took the {kind}: no web server for {PATIENCE:?}");
}
