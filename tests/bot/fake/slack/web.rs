//! The Web API and the answer addresses of interactions, as strict as Slack's.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use serde_json::{Map, Value, json};

use super::methods::{called, respond};
use super::world::{Mishap, World};
use super::{APP_TOKEN, BOT_TOKEN, Shared, files, socket};

/// Name, HTTP verb, scope, required and optional arguments. A scope of `history` depends on the conversation.
type Method = (&'static str, &'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const METHODS: &[Method] = &[
    ("auth.test", "POST", "", &[], &[]),
    ("apps.connections.open", "POST", "", &[], &[]),
    (
        "chat.postMessage",
        "POST",
        "chat:write",
        &["channel", "text"],
        &["blocks", "thread_ts", "metadata", "unfurl_links", "unfurl_media", "reply_broadcast", "mrkdwn"],
    ),
    ("chat.postEphemeral", "POST", "chat:write", &["channel", "user", "text"], &["blocks", "thread_ts"]),
    ("chat.update", "POST", "chat:write", &["channel", "ts", "text"], &["blocks", "metadata"]),
    ("chat.getPermalink", "GET", "", &["channel", "message_ts"], &[]),
    ("conversations.open", "POST", "im:write", &["users"], &["return_im", "prevent_creation"]),
    (
        "conversations.history",
        "GET",
        "history",
        &["channel"],
        &["cursor", "include_all_metadata", "inclusive", "latest", "limit", "oldest"],
    ),
    (
        "conversations.replies",
        "GET",
        "history",
        &["channel", "ts"],
        &["cursor", "include_all_metadata", "inclusive", "latest", "limit", "oldest"],
    ),
    ("files.getUploadURLExternal", "FORM", "files:write", &["filename", "length"], &["alt_txt", "snippet_type"]),
    (
        "files.completeUploadExternal",
        "POST",
        "files:write",
        &["files"],
        &["channel_id", "thread_ts", "initial_comment"],
    ),
    ("files.info", "GET", "files:read", &["file"], &[]),
    ("views.open", "POST", "", &["trigger_id", "view"], &[]),
    ("views.push", "POST", "", &["trigger_id", "view"], &[]),
    ("views.update", "POST", "", &["view"], &["view_id", "hash", "external_id"]),
];

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/{method}", any(method))
        .route("/response/{key}", post(response))
        .route("/socket/{ticket}", any(socket::connect))
        .route("/upload/{id}", post(files::upload))
        .layer(DefaultBodyLimit::max(64 << 20))
        .with_state(shared)
}

fn ok(answer: &Value) -> Response {
    let headers = [("content-type", "application/json; charset=utf-8")];
    (StatusCode::OK, headers, answer.to_string()).into_response()
}

pub(super) fn refused(error: &str) -> Value {
    json!({"ok": false, "error": error})
}

async fn method(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    verb: axum::http::Method,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let token = headers.get("authorization").and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned();
    *shared.world().calls.entry(name.clone()).or_default() += 1;
    if name == "apps.connections.open" && shared.takes_hanging_open() {
        std::future::pending::<()>().await;
    }
    let arguments: Map<String, Value> = if verb == "GET" {
        query.into_iter().map(|(key, value)| (key, Value::String(value))).collect()
    } else if body.is_empty() {
        Map::new()
    } else if is_form(&headers) {
        url::form_urlencoded::parse(&body).map(|(key, value)| (key.into(), Value::String(value.into()))).collect()
    } else if let Ok(read) = serde_json::from_slice(&body) {
        read
    } else {
        shared.world().complain(format!("{name}: the body is no JSON object"));
        return ok(&refused("invalid_json"));
    };
    let verb = if is_form(&headers) { "FORM" } else { verb.as_str() };
    if let Err(error) = admitted(&mut shared.world(), &name, verb, &token, &arguments) {
        return ok(&refused(error));
    }
    let mishap = match name.as_str() {
        "chat.postMessage" | "chat.update" => Some(shared.world().mishaps.pop_front()),
        "chat.postEphemeral" => Some(shared.world().whisper_mishaps.pop_front()),
        _ if name.starts_with("files.") => Some(shared.world().takes_mishap(&name)),
        _ => None,
    };
    if let Some(mishap) = mishap {
        return befallen(&shared, mishap, |world| called(world, &name, &Value::Object(arguments.clone()))).await;
    }
    let answer = called(&mut shared.world(), &name, &Value::Object(arguments));
    let scopes: Vec<String> = shared.world().scopes.iter().cloned().collect();
    let mut answered = ok(&answer);
    if let (true, Ok(scopes)) = (token == BOT_TOKEN, scopes.join(",").parse()) {
        answered.headers_mut().insert("x-oauth-scopes", scopes);
    }
    answered
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// Whether the method exists, is called as documented, and is allowed.
fn admitted(
    world: &mut World,
    name: &str,
    verb: &str,
    token: &str,
    arguments: &Map<String, Value>,
) -> Result<(), &'static str> {
    let Some((_, wanted, scope, required, optional)) = METHODS.iter().find(|(known, ..)| *known == name) else {
        world.complain(format!("{name} is no method"));
        return Err("unknown_method");
    };
    if token != BOT_TOKEN && token != APP_TOKEN {
        return Err("invalid_auth");
    }
    if name != "auth.test" && (token == APP_TOKEN) != (name == "apps.connections.open") {
        world.complain(format!("{name} with the wrong kind of token"));
        return Err("not_allowed_token_type");
    }
    if verb != *wanted {
        world.complain(format!("{name} by {verb}: its arguments would not be read"));
        return Err("invalid_arguments");
    }
    if let Some(key) = required.iter().find(|key| !arguments.contains_key(**key)) {
        world.complain(format!("{name} without {key}"));
        return Err("invalid_arguments");
    }
    for key in arguments.keys().filter(|key| !required.contains(&key.as_str()) && !optional.contains(&key.as_str())) {
        world.complain(format!("{name} with an unknown argument {key}"));
    }
    let is_direct = arguments.get("channel").and_then(Value::as_str).is_some_and(|channel| channel.starts_with('D'));
    let needed = match *scope {
        "history" if is_direct => "im:history",
        "history" => "channels:history",
        scope => scope,
    };
    if !needed.is_empty() && !world.scopes.contains(needed) {
        world.complain(format!("{name} needs the scope {needed}, which the manifest does not ask for"));
        return Err("missing_scope");
    }
    Ok(())
}

/// A call that changes messages, and what befalls it.
async fn befallen(shared: &Shared, mishap: Option<Mishap>, act: impl FnOnce(&mut World) -> Value) -> Response {
    let answer = |answer: Value| if answer["error"] == "ratelimited" { too_many(Some(1)) } else { ok(&answer) };
    befallen_with(shared, mishap, |world| answer(act(world))).await
}

/// Something that is done, and what befalls it.
pub(super) async fn befallen_with(
    shared: &Shared,
    mishap: Option<Mishap>,
    act: impl FnOnce(&mut World) -> Response,
) -> Response {
    match mishap {
        None => {
            let (answer, after) = {
                let mut world = shared.world();
                (act(&mut world), world.answers_after)
            };
            if !after.is_zero() {
                panout::clock::pause(after).await;
            }
            answer
        }
        Some(Mishap::TooMany(after)) => too_many(after),
        Some(Mishap::Status(status)) => {
            let status = StatusCode::from_u16(status).expect("a test names a status that exists");
            (status, "<html>upstream error</html>").into_response()
        }
        Some(Mishap::Lost) => {
            act(&mut shared.world());
            // The connection closes in the middle of the answer.
            let broken = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("lost")) });
            (StatusCode::OK, Body::from_stream(broken)).into_response()
        }
        Some(Mishap::NotJson) => {
            act(&mut shared.world());
            (StatusCode::OK, [("content-type", "text/html")], "<html>fine</html>").into_response()
        }
        Some(Mishap::Hang) => {
            std::future::pending::<()>().await;
            unreachable!("it hangs")
        }
    }
}

fn too_many(after: Option<u64>) -> Response {
    let mut answer = (StatusCode::TOO_MANY_REQUESTS, refused("ratelimited").to_string()).into_response();
    answer.headers_mut().insert("content-type", "application/json".parse().expect("a header"));
    if let Some(after) = after {
        answer.headers_mut().insert("retry-after", after.into());
    }
    answer
}

async fn response(State(shared): State<Arc<Shared>>, Path(key): Path<String>, body: Bytes) -> Response {
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        shared.world().complain("response_url: the body is no JSON");
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mishap = shared.world().whisper_mishaps.pop_front();
    befallen(&shared, mishap, |world| respond(world, &key, &body)).await
}

impl Shared {
    fn takes_hanging_open(&self) -> bool {
        let mut world: MutexGuard<'_, World> = self.world();
        let hangs = world.hanging_opens > 0;
        world.hanging_opens = world.hanging_opens.saturating_sub(1);
        hangs
    }
}
