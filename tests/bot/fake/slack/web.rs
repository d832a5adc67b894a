//! The Web API and the answer addresses of interactions, as strict as Slack's.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::world::{Message, Mishap, World};
use super::{APP_TOKEN, BOT_TOKEN, Shared, socket, strict};

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
    ("views.open", "POST", "", &["trigger_id", "view"], &[]),
    ("views.push", "POST", "", &["trigger_id", "view"], &[]),
    ("views.update", "POST", "", &["view"], &["view_id", "hash", "external_id"]),
];

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/{method}", any(method))
        .route("/response/{key}", post(response))
        .route("/socket/{ticket}", any(socket::connect))
        .with_state(shared)
}

fn ok(answer: &Value) -> Response {
    let headers = [("content-type", "application/json; charset=utf-8")];
    (StatusCode::OK, headers, answer.to_string()).into_response()
}

fn refused(error: &str) -> Value {
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
    } else if let Ok(read) = serde_json::from_slice(&body) {
        read
    } else {
        shared.world().complain(format!("{name}: the body is no JSON object"));
        return ok(&refused("invalid_json"));
    };
    if let Err(error) = admitted(&mut shared.world(), &name, verb.as_str(), &token, &arguments) {
        return ok(&refused(error));
    }
    if ["chat.postMessage", "chat.update", "chat.postEphemeral"].contains(&name.as_str()) {
        return befallen(&shared, |world| called(world, &name, &Value::Object(arguments.clone()))).await;
    }
    let answer = called(&mut shared.world(), &name, &Value::Object(arguments));
    let scopes: Vec<String> = shared.world().scopes.iter().cloned().collect();
    let mut answered = ok(&answer);
    if let (true, Ok(scopes)) = (token == BOT_TOKEN, scopes.join(",").parse()) {
        answered.headers_mut().insert("x-oauth-scopes", scopes);
    }
    answered
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
    for key in required.iter().filter(|key| !arguments.contains_key(**key)) {
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
async fn befallen(shared: &Shared, act: impl FnOnce(&mut World) -> Value) -> Response {
    let mishap = shared.world().mishaps.pop_front();
    match mishap {
        None => match act(&mut shared.world()) {
            answer if answer["error"] == "ratelimited" => too_many(Some(1)),
            answer => ok(&answer),
        },
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

fn called(world: &mut World, name: &str, arguments: &Value) -> Value {
    match name {
        "auth.test" => json!({"ok": true, "team": "Acme", "user": "panout", "user_id": "UBOT", "bot_id": "BBOT"}),
        "apps.connections.open" => {
            world.opens += 1;
            let ticket = format!("ticket{}", world.next());
            world.tickets.insert(ticket.clone());
            json!({"ok": true, "url": format!("{}/socket/{ticket}", world.base.replacen("http", "ws", 1))})
        }
        "chat.postMessage" => post_message(world, arguments),
        "chat.postEphemeral" => post_ephemeral(world, arguments),
        "chat.update" => update(world, arguments),
        "chat.getPermalink" => {
            let known = world.has_channel(text(arguments, "channel"));
            refused(if known { "message_not_found" } else { "channel_not_found" })
        }
        "conversations.open" => open_direct(world, text(arguments, "users")),
        "conversations.history" | "conversations.replies" => history(world, arguments),
        "views.open" | "views.push" => open_view(world, name, arguments),
        _ => {
            world.complain(format!("{name} is not played by this stand-in"));
            refused("unknown_method")
        }
    }
}

fn text<'a>(arguments: &'a Value, key: &str) -> &'a str {
    arguments[key].as_str().unwrap_or_default()
}

/// Checks what every message must be; says the error if Slack would refuse it.
fn checked(world: &mut World, what: &str, arguments: &Value) -> Result<Vec<Value>, &'static str> {
    let blocks = arguments["blocks"].as_array().cloned().unwrap_or_default();
    let words = text(arguments, "text");
    strict::pings(arguments, &mut world.pings);
    let mut wrong = strict::fallback(words);
    wrong.extend(strict::message_blocks(&blocks));
    if words.is_empty() {
        wrong.push("no fallback text: notifications and screen readers say nothing".into());
    }
    if let Some(metadata) = arguments.get("metadata") {
        let payload = metadata["event_payload"].as_object();
        let is_sound =
            metadata["event_type"].is_string() && payload.is_some_and(|it| it.values().all(Value::is_string));
        if !is_sound {
            wrong.push("metadata that is not a type and texts".into());
        }
    }
    let refusal = if words.is_empty() && blocks.is_empty() { Err("no_text") } else { Ok(()) };
    let fine = wrong.is_empty();
    wrong.into_iter().for_each(|sentence| world.complain(format!("{what}: {sentence}")));
    refusal?;
    if fine { Ok(blocks) } else { Err("invalid_blocks") }
}

fn post_message(world: &mut World, arguments: &Value) -> Value {
    let channel = text(arguments, "channel").to_owned();
    if !world.has_channel(&channel) {
        return refused("channel_not_found");
    }
    if !world.bot_is_in(&channel) {
        return refused("not_in_channel");
    }
    let too_soon = world.last_post.get(&channel).is_some_and(|last| last.elapsed() < Duration::from_millis(900));
    if too_soon {
        return refused("ratelimited");
    }
    let blocks = match checked(world, "chat.postMessage", arguments) {
        Ok(blocks) => blocks,
        Err(error) => return refused(error),
    };
    world.last_post.insert(channel.clone(), Instant::now());
    let message = message(&channel, arguments, blocks, None);
    let ts = world.put(message);
    json!({"ok": true, "channel": channel, "ts": ts, "message": {"type": "message"}})
}

fn message(channel: &str, arguments: &Value, blocks: Vec<Value>, to: Option<&str>) -> Message {
    Message {
        channel: channel.to_owned(),
        ts: String::new(),
        thread: arguments["thread_ts"].as_str().map(str::to_owned),
        to: to.map(str::to_owned),
        text: text(arguments, "text").to_owned(),
        blocks,
        metadata: arguments.get("metadata").cloned(),
        gone: false,
        touched: 0,
    }
}

fn post_ephemeral(world: &mut World, arguments: &Value) -> Value {
    let (channel, user) = (text(arguments, "channel").to_owned(), text(arguments, "user").to_owned());
    if !world.has_channel(&channel) {
        return refused("channel_not_found");
    }
    if !world.bot_is_in(&channel) {
        return refused("not_in_channel");
    }
    match checked(world, "chat.postEphemeral", arguments) {
        Ok(blocks) => {
            let ts = world.put(message(&channel, arguments, blocks, Some(&user)));
            json!({"ok": true, "message_ts": ts})
        }
        Err(error) => refused(error),
    }
}

fn update(world: &mut World, arguments: &Value) -> Value {
    let blocks = match checked(world, "chat.update", arguments) {
        Ok(blocks) => blocks,
        Err(error) => return refused(error),
    };
    let (channel, ts) = (text(arguments, "channel"), text(arguments, "ts"));
    let touched = world.next();
    let found = world.messages.iter_mut().find(|m| m.channel == channel && m.ts == ts && m.to.is_none() && !m.gone);
    let Some(found) = found else {
        world.complain("chat.update of a message that is not the app's, or a whisper");
        return refused("message_not_found");
    };
    found.blocks = blocks;
    text(arguments, "text").clone_into(&mut found.text);
    found.touched = touched;
    if let Some(metadata) = arguments.get("metadata") {
        found.metadata = Some(metadata.clone());
    }
    json!({"ok": true, "channel": channel, "ts": ts, "text": text(arguments, "text")})
}

fn open_direct(world: &mut World, user: &str) -> Value {
    if world.directs_closed {
        return refused("user_disabled");
    }
    if !world.people.iter().any(|(id, _)| id == user) {
        return refused("user_not_found");
    }
    let channel = world.direct(user);
    json!({"ok": true, "channel": {"id": channel}})
}

/// A page of a conversation, newest first, or of a thread, oldest first; thread replies are not in the history.
fn history(world: &mut World, arguments: &Value) -> Value {
    let (channel, thread) = (text(arguments, "channel"), arguments["ts"].as_str());
    let oldest: f64 = text(arguments, "oldest").parse().unwrap_or_default();
    let with_metadata = arguments["include_all_metadata"] == "true";
    let belongs = |m: &&Message| match thread {
        Some(root) => m.ts == root || m.thread.as_deref() == Some(root),
        None => m.thread.is_none(),
    };
    let mut found: Vec<&Message> = world
        .messages
        .iter()
        .filter(|m| m.channel == channel && m.to.is_none() && !m.gone)
        .filter(belongs)
        .filter(|m| m.ts.parse::<f64>().unwrap_or_default() > oldest)
        .collect();
    if thread.is_none() {
        found.reverse();
    }
    let from: usize = text(arguments, "cursor").parse().unwrap_or_default();
    let limit: usize = text(arguments, "limit").parse().unwrap_or(100);
    let drawn = |m: &&Message| {
        let mut drawn = json!({"type": "message", "ts": m.ts, "text": m.text, "bot_id": "BBOT", "blocks": m.blocks});
        if let Some(thread) = &m.thread {
            drawn["thread_ts"] = thread.as_str().into();
        }
        if let (true, Some(metadata)) = (with_metadata, &m.metadata) {
            drawn["metadata"] = metadata.clone();
        }
        drawn
    };
    let page: Vec<Value> = found.iter().skip(from).take(limit).map(drawn).collect();
    let next = from + page.len();
    let cursor = if next < found.len() { next.to_string() } else { String::new() };
    json!({"ok": true, "messages": page, "has_more": !cursor.is_empty(), "response_metadata": {"next_cursor": cursor}})
}

fn open_view(world: &mut World, method: &str, arguments: &Value) -> Value {
    if world.triggers_expire > 0 {
        world.triggers_expire -= 1;
        return refused("expired_trigger_id");
    }
    let Some(trigger) = world.triggers.get_mut(text(arguments, "trigger_id")) else {
        world.complain(format!("{method} with a trigger that was never given"));
        return refused("invalid_trigger_id");
    };
    let (user, was_used, repeated) = (trigger.user.clone(), trigger.used, trigger.repeated);
    trigger.used = true;
    let late = trigger.made.elapsed() > Duration::from_secs(3);
    if was_used {
        if !repeated {
            world.complain(format!("{method} with a trigger that was used before"));
        }
        return refused("exchanged_trigger_id");
    }
    if late {
        world.complain(format!("{method} with a trigger older than 3 s"));
        return refused("expired_trigger_id");
    }
    strict::pings(&arguments["view"], &mut world.pings);
    let wrong = strict::view(&arguments["view"]);
    if !wrong.is_empty() {
        wrong.into_iter().for_each(|sentence| world.complain(format!("{method}: {sentence}")));
        return refused("invalid_arguments");
    }
    world.show(&user, arguments["view"].clone())
}

async fn response(State(shared): State<Arc<Shared>>, Path(key): Path<String>, body: Bytes) -> Response {
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        shared.world().complain("response_url: the body is no JSON");
        return StatusCode::BAD_REQUEST.into_response();
    };
    befallen(&shared, |world| respond(world, &key, &body)).await
}

fn respond(world: &mut World, key: &str, body: &Value) -> Value {
    let now = world.clock.now().timestamp();
    let Some(url) = world.response_urls.get_mut(key) else { return refused("invalid_url") };
    url.uses += 1;
    let (uses, age) = (url.uses, now - url.made);
    let (user, channel, replaces) = (url.user.clone(), url.channel.clone(), url.message.clone());
    if uses > 5 {
        world.complain("a response_url used more than 5 times");
        return refused("used_url");
    }
    if age > 30 * 60 {
        world.complain("a response_url used after 30 minutes");
        return refused("expired_url");
    }
    let known = ["response_type", "replace_original", "delete_original", "text", "blocks"];
    for key in body.as_object().into_iter().flat_map(Map::keys).filter(|key| !known.contains(&key.as_str())) {
        world.complain(format!("response_url with an unknown field {key}"));
    }
    let blocks = match checked(world, "response_url", body) {
        Ok(blocks) => blocks,
        Err(error) => return refused(error),
    };
    if body["replace_original"] == true {
        return replace_original(world, replaces.as_deref(), body, blocks);
    }
    let to = (body["response_type"] != "in_channel").then_some(user.as_str());
    world.put(message(&channel, body, blocks, to));
    json!({"ok": true})
}

fn replace_original(world: &mut World, original: Option<&str>, body: &Value, blocks: Vec<Value>) -> Value {
    let touched = world.next();
    let Some(found) = world.messages.iter_mut().find(|m| Some(m.ts.as_str()) == original && !m.gone) else {
        world.complain("replace_original where there is no original");
        return refused("no_original");
    };
    found.blocks = blocks;
    text(body, "text").clone_into(&mut found.text);
    found.touched = touched;
    json!({"ok": true})
}

impl Shared {
    fn takes_hanging_open(&self) -> bool {
        let mut world: MutexGuard<'_, World> = self.world();
        let hangs = world.hanging_opens > 0;
        world.hanging_opens = world.hanging_opens.saturating_sub(1);
        hangs
    }
}
