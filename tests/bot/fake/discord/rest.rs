//! The REST interface: every route the bot may use, and a complaint for any other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::world::{APPLICATION, BOT, Kind, PUBLIC_KEY, TOKEN, World};
use super::{Shared, interactions, limits};
use crate::story::Trouble;

/// A refusal: status, Discord's code, Discord's words.
pub(crate) type Refused = (u16, u64, &'static str);
pub(crate) type Answer = Result<(u16, Value), Refused>;

pub(crate) const UNKNOWN_CHANNEL: Refused = (404, 10003, "Unknown Channel");
pub(crate) const UNKNOWN_MESSAGE: Refused = (404, 10008, "Unknown Message");
pub(crate) const INVALID: Refused = (400, 50035, "Invalid Form Body");
const FORBIDDEN: Refused = (403, 50013, "Missing Permissions");
const CLOSED: Refused = (403, 50007, "Cannot send messages to this user");

/// Answers one request.
pub(crate) async fn serve(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let body = if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&bytes) };
    let Some(path) = uri.path().strip_prefix("/api/v10/") else {
        shared.world().complain(format!("{method} {} is not under /api/v10", uri.path()));
        return refuse((404, 0, "404: Not Found"));
    };
    let parts: Vec<&str> = path.split('/').collect();
    {
        let mut world = shared.world();
        count(&mut world, &parts);
        if headers.get("authorization").and_then(|v| v.to_str().ok()) != Some(&format!("Bot {TOKEN}")) {
            return refuse((401, 0, "401: Unauthorized"));
        }
        if body.is_err() {
            world.complain(format!("{method} {path}: the body is no JSON"));
        }
    }
    let body = body.unwrap_or_default();
    let post = method == Method::POST && matches!(parts[..], ["channels", _, "messages"]);
    let trouble = if post { next_trouble(&shared) } else { None };
    match trouble {
        Some(Trouble::Hang { .. }) => std::future::pending::<()>().await,
        Some(Trouble::Status { status, .. }) => {
            return (StatusCode::from_u16(status).expect("a status"), "upstream failed").into_response();
        }
        Some(Trouble::TooManyRequests { retry_after, .. }) => {
            let words = json!({"message": "You are being rate limited.", "global": false});
            let mut answer = (StatusCode::TOO_MANY_REQUESTS, words.to_string()).into_response();
            if let Some(seconds) = retry_after {
                answer.headers_mut().insert("retry-after", seconds.into());
            }
            return answer;
        }
        _ => {}
    }
    let done = {
        let mut world = shared.world();
        route(&mut world, &method, &parts, uri.query().unwrap_or_default(), &body)
    };
    shared.stirred();
    if matches!(trouble, Some(Trouble::LostAnswer { .. })) {
        let lost = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("lost")) });
        return Response::new(Body::from_stream(lost));
    }
    match done {
        Ok((status, value)) => limited(StatusCode::from_u16(status).expect("a status"), &value),
        Err(refused) => refuse(refused),
    }
}

/// Fifty requests a second, not counting first answers.
fn count(world: &mut World, parts: &[&str]) {
    if parts.first() == Some(&"interactions") {
        return;
    }
    let now = Instant::now();
    world.requests.retain(|(at, _)| now.duration_since(*at) < Duration::from_secs(1));
    world.requests.push((now, parts.join("/")));
    // One more for a clock read here a little later than there.
    if world.requests.len() > 51 {
        world.complain("more than 50 requests in a second");
    }
}

fn next_trouble(shared: &Shared) -> Option<Trouble> {
    let mut world = shared.world();
    let first = world.troubles.posts.first_mut()?;
    let now = first.clone();
    let (Trouble::TooManyRequests { times, .. }
    | Trouble::Status { times, .. }
    | Trouble::LostAnswer { times }
    | Trouble::Hang { times }) = first
    else {
        return None;
    };
    *times -= 1;
    if *times == 0 {
        world.troubles.posts.remove(0);
    }
    Some(now)
}

fn refuse((status, code, words): Refused) -> Response {
    let body = json!({"message": words, "code": code});
    (StatusCode::from_u16(status).expect("a status"), body.to_string()).into_response()
}

fn limited(status: StatusCode, value: &Value) -> Response {
    let text = if value.is_null() { String::new() } else { value.to_string() };
    let limit = [("x-ratelimit-limit", "50"), ("x-ratelimit-remaining", "49"), ("x-ratelimit-reset-after", "1.000")];
    (status, limit, text).into_response()
}

fn route(world: &mut World, method: &Method, parts: &[&str], query: &str, body: &Value) -> Answer {
    match (method.as_str(), parts) {
        ("GET", ["gateway", "bot"]) if world.troubles.gateway_down => {
            world.gateway_refused += 1;
            Err((503, 0, "unavailable"))
        }
        ("GET", ["gateway", "bot"]) => {
            let start = json!({"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1});
            let url = world.url.replace("http://", "ws://");
            Ok((200, json!({"url": url, "shards": 1, "session_start_limit": start})))
        }
        ("GET", ["users", "@me"]) => Ok((200, json!({"id": BOT, "username": "panout", "bot": true}))),
        ("GET", ["applications", "@me"]) => {
            Ok((200, json!({"id": APPLICATION, "name": "Panout", "verify_key": PUBLIC_KEY, "flags": 0})))
        }
        ("GET", ["applications", APPLICATION, "commands"]) => {
            let localized = query.contains("with_localizations=true");
            Ok((200, world.commands.iter().map(|command| as_listed(command, localized)).collect()))
        }
        ("PUT", ["applications", APPLICATION, "commands"]) => register(world, body),
        ("POST", ["users", "@me", "channels"]) => {
            checked(world, limits::only(body, "a direct channel", &["recipient_id"]))?;
            let who = body["recipient_id"].as_str().unwrap_or_default().to_owned();
            if !world.people.contains_key(&who) {
                return Err((400, 50033, "Invalid Recipient(s)"));
            }
            Ok((200, json!({"id": world.direct(&who), "type": 1})))
        }
        ("GET", ["channels", id]) => {
            world.channels.get(*id).ok_or(UNKNOWN_CHANNEL)?;
            Ok((200, json!({"id": id, "type": 0})))
        }
        ("GET", ["channels", id, "messages"]) => history(world, id, query),
        ("POST", ["channels", id, "messages"]) => post(world, id, body),
        ("PATCH", ["channels", id, "messages", message]) => {
            checked(world, limits::message(body, &[]))?;
            own(world, id, message)?;
            world.change(message, body);
            let message = world.message(message).ok_or(UNKNOWN_MESSAGE)?.clone();
            Ok((200, world.wire(&message)))
        }
        ("DELETE", ["channels", id, "messages", message]) => {
            own(world, id, message)?;
            remove(world, message);
            Ok((204, Value::Null))
        }
        ("POST", ["channels", id, "messages", message, "threads"]) => thread_under(world, id, message, body),
        ("POST", ["channels", id, "threads"]) => private_thread(world, id, body),
        ("PUT", ["channels", id, "thread-members", who]) => {
            let who = (*who).to_owned();
            match world.channels.get_mut(*id) {
                Some(Kind::Thread { members, .. }) => drop(members.insert(who)),
                _ => return Err(UNKNOWN_CHANNEL),
            }
            Ok((204, Value::Null))
        }
        ("POST", ["interactions", id, token, "callback"]) => interactions::callback(world, id, token, body),
        (_, ["webhooks", APPLICATION, token, rest @ ..]) => interactions::webhook(world, method, token, rest, body),
        _ => {
            world.complain(format!("{method} {} is not a route the bot should use", parts.join("/")));
            Err((404, 0, "404: Not Found"))
        }
    }
}

/// Turns a broken limit into a complaint and a refusal.
pub(crate) fn checked(world: &mut World, check: Result<(), String>) -> Result<(), Refused> {
    check.map_err(|sentence| {
        let refused =
            if sentence.starts_with("50006") { (400, 50006, "Cannot send an empty message") } else { INVALID };
        world.complain(sentence);
        refused
    })
}

fn register(world: &mut World, body: &Value) -> Answer {
    let all = body.as_array().cloned().unwrap_or_default();
    checked(world, limits::commands(&all))?;
    world.commands = all;
    world.registrations += 1;
    for n in 0..world.commands.len() {
        let id = world.id();
        world.commands[n]["id"] = id.into();
    }
    Ok((200, world.commands.iter().map(|command| as_listed(command, true)).collect()))
}

/// A command as Discord lists it: with what it adds.
fn as_listed(command: &Value, localized: bool) -> Value {
    let mut listed = command.clone();
    for (key, value) in [("application_id", json!(APPLICATION)), ("version", json!("1")), ("nsfw", json!(false))] {
        listed[key] = value;
    }
    listed["default_member_permissions"] = Value::Null;
    if listed["name_localizations"].is_null() || !localized {
        listed["name_localizations"] = Value::Null;
    }
    if !localized {
        listed["description_localizations"] = Value::Null;
    }
    listed
}

/// Whether the bot may do that in a channel of the server.
fn permit(world: &mut World, channel: &str, needed: &[&'static str]) -> Result<(), Refused> {
    let kind = world.channels.get(channel).ok_or(UNKNOWN_CHANNEL)?;
    if matches!(kind, Kind::Direct(_)) {
        return Ok(());
    }
    let missing = needed.iter().chain(&["VIEW_CHANNEL"]).find(|name| !world.permissions.contains_key(*name));
    match missing {
        None => Ok(()),
        Some(name) if panout::platforms::discord::PERMISSIONS.iter().any(|(known, _)| known == name) => Err(FORBIDDEN),
        Some(name) => {
            world.complain(format!("the invite link does not ask for {name}"));
            Err(FORBIDDEN)
        }
    }
}

fn post(world: &mut World, channel: &str, body: &Value) -> Answer {
    checked(world, limits::message(body, &["nonce", "enforce_nonce", "message_reference"]))?;
    let kind = world.channels.get(channel).ok_or(UNKNOWN_CHANNEL)?.clone();
    let speak = if matches!(kind, Kind::Thread { .. }) { "SEND_MESSAGES_IN_THREADS" } else { "SEND_MESSAGES" };
    let embeds = body["embeds"].as_array().is_some_and(|embeds| !embeds.is_empty());
    let needed = [speak, "EMBED_LINKS"];
    permit(world, channel, if embeds { &needed } else { &needed[..1] })?;
    if matches!(kind, Kind::Direct(_)) && world.troubles.direct_closed {
        return Err(CLOSED);
    }
    if body["nonce"].is_null() || body["enforce_nonce"] != true {
        world.complain("a post without an enforced nonce cannot be tried again");
    }
    if body["content"].as_str().is_some_and(|text| text.contains("@everyone") && !text.contains("\\@everyone")) {
        world.complain("a post shows @everyone as a mention");
    }
    let id = world.add(channel, body, None);
    let message = world.message(&id).ok_or(UNKNOWN_MESSAGE)?.clone();
    Ok((200, world.wire(&message)))
}

/// A message the bot itself posted, which everybody there can see.
fn own(world: &mut World, channel: &str, message: &str) -> Result<(), Refused> {
    let message = world.message(message).ok_or(UNKNOWN_MESSAGE)?;
    match message {
        m if m.channel != channel || m.only.is_some() => Err(UNKNOWN_MESSAGE),
        m if m.by.is_some() => Err((403, 50005, "Cannot edit a message authored by another user")),
        _ => Ok(()),
    }
}

pub(crate) fn remove(world: &mut World, message: &str) {
    let changed = world.tick();
    if let Some(message) = world.message(message) {
        (message.gone, message.changed) = (true, changed);
    }
}

fn history(world: &mut World, channel: &str, query: &str) -> Answer {
    permit(world, channel, &["READ_MESSAGE_HISTORY"])?;
    let number = |key: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(k, _)| *k == key).and_then(|(_, value)| value.parse::<u64>().ok())
    };
    let limit = number("limit").unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return Err(INVALID);
    }
    let after = number("after");
    let there = world.messages.iter().filter(|m| m.channel == channel && !m.gone && m.only.is_none());
    let there: Vec<&super::world::Message> =
        there.filter(|m| after.is_none_or(|after| m.id.parse::<u64>().expect("a number") > after)).collect();
    let limit = usize::try_from(limit).expect("small");
    // With `after` the oldest come first, otherwise the newest; either way newest first in the answer.
    let page = match after {
        Some(_) => &there[..limit.min(there.len())],
        None => &there[there.len().saturating_sub(limit)..],
    };
    Ok((200, page.iter().rev().map(|message| world.wire(message)).collect()))
}

fn thread_under(world: &mut World, channel: &str, message: &str, body: &Value) -> Answer {
    checked(world, limits::only(body, "a thread", &["name", "auto_archive_duration"]))?;
    if !matches!(world.channels.get(channel).ok_or(UNKNOWN_CHANNEL)?, Kind::Text) {
        return Err((400, 50024, "Cannot execute action on this channel type"));
    }
    permit(world, channel, &["CREATE_PUBLIC_THREADS"])?;
    if world.channels.contains_key(message) {
        return Err((400, 160_004, "A thread has already been created for this message"));
    }
    world.message(message).ok_or(UNKNOWN_MESSAGE)?;
    thread(world, message, channel, body, false)
}

fn private_thread(world: &mut World, channel: &str, body: &Value) -> Answer {
    checked(world, limits::only(body, "a thread", &["name", "type", "invitable", "auto_archive_duration"]))?;
    if body["type"] != 12 || body["invitable"] != false {
        world.complain("a thread for one person that others may see or join");
    }
    permit(world, channel, &["CREATE_PRIVATE_THREADS"])?;
    let id = world.id();
    thread(world, &id, channel, body, true)
}

fn thread(world: &mut World, id: &str, parent: &str, body: &Value, private: bool) -> Answer {
    let name = body["name"].as_str().unwrap_or_default().chars().count();
    if !(1..=100).contains(&name) {
        world.complain(format!("a thread's name of {name} characters"));
        return Err(INVALID);
    }
    let kind = Kind::Thread { parent: parent.to_owned(), private, members: [].into() };
    world.channels.insert(id.to_owned(), kind);
    Ok((201, json!({"id": id, "type": if private { 12 } else { 11 }, "parent_id": parent})))
}
