//! What the methods of the Web API do to the workspace.

use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::web::refused;
use super::world::{Message, World};
use super::{files, strict};

pub(super) fn called(world: &mut World, name: &str, arguments: &Value) -> Value {
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
        "files.getUploadURLExternal" => files::promise(world, arguments),
        "files.completeUploadExternal" => files::complete(world, arguments),
        "files.info" => files::info(world, arguments),
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
    let pictures = files::pictures(world, &blocks);
    if world.files_deleted && !pictures.is_empty() {
        return Err("invalid_blocks");
    }
    wrong.extend(pictures);
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
    world.complain_all(what, wrong);
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
        ..Message::default()
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
        world.complain_all(method, wrong);
        return refused("invalid_arguments");
    }
    world.show(&user, arguments["view"].clone())
}

pub(super) fn respond(world: &mut World, key: &str, body: &Value) -> Value {
    let now = world.clock.now().timestamp();
    let Some(url) = world.response_urls.get_mut(key) else { return refused("invalid_url") };
    url.uses += 1;
    let (times, age) = (url.uses, now - url.made);
    let (user, channel, replaces) = (url.user.clone(), url.channel.clone(), url.message.clone());
    if times > 5 {
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
