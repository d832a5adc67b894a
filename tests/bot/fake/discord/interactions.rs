//! Answers to interactions: one first answer in three seconds, then whatever the token allows.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use super::rest::{Answer, INVALID, Refused, UNKNOWN_MESSAGE, checked, remove};
use super::world::{EPHEMERAL, Modal, World};
use super::{limits, screen};

/// How long Discord waits for the first answer.
pub(crate) const FIRST: Duration = Duration::from_secs(3);

const UNKNOWN_INTERACTION: Refused = (404, 10062, "Unknown interaction");
const UNKNOWN_WEBHOOK: Refused = (404, 10015, "Unknown Webhook");
const TOKEN_EXPIRED: Refused = (401, 50027, "Invalid Webhook Token");
const ALREADY: Refused = (400, 40060, "Interaction has already been acknowledged.");

const COMMAND: u64 = 2;
const COMPONENT: u64 = 3;
const AUTOCOMPLETE: u64 = 4;
const MODAL: u64 = 5;

/// The first answer.
pub(crate) fn callback(world: &mut World, id: &str, token: &str, body: &Value) -> Answer {
    checked(world, limits::only(body, "an answer", &["type", "data"]))?;
    let expire = world.troubles.triggers_expire > 0;
    let Some(known) = world.interaction(token).filter(|i| i.id == id) else { return Err(UNKNOWN_INTERACTION) };
    known.attempts += 1;
    if known.answered.is_some() {
        let twice = known.attempts > known.repeats + 1;
        if twice {
            world.complain("an interaction was answered twice");
        }
        return Err(ALREADY);
    }
    if expire && !known.expired {
        known.expired = true;
        world.troubles.triggers_expire -= 1;
        return Err(UNKNOWN_INTERACTION);
    }
    if known.expired {
        return Err(UNKNOWN_INTERACTION);
    }
    if known.since.elapsed() > FIRST {
        known.expired = true;
        world.complain("the first answer to an interaction came after three seconds");
        return Err(UNKNOWN_INTERACTION);
    }
    let kind = body["type"].as_u64().unwrap_or_default();
    answer(world, token, kind, &body["data"])?;
    if let Some(known) = world.interaction(token) {
        known.answered = Some(kind);
    }
    Ok((204, Value::Null))
}

fn answer(world: &mut World, token: &str, kind: u64, data: &Value) -> Result<(), Refused> {
    let at = world.interaction(token).ok_or(UNKNOWN_INTERACTION)?;
    let (act, who, channel, source) = (at.kind, at.who.clone(), at.channel.clone(), at.message.clone());
    let allowed: &[u64] = match act {
        COMMAND => &[4, 5, 9],
        COMPONENT => &[4, 5, 6, 7, 9],
        AUTOCOMPLETE => &[8],
        MODAL if source.is_some() => &[4, 5, 6, 7],
        _ => &[4, 5],
    };
    if !allowed.contains(&kind) {
        world.complain(format!("an interaction of type {act} cannot be answered with {kind}"));
        return Err(INVALID);
    }
    match kind {
        4 => {
            checked(world, limits::message(data, &["flags"]))?;
            let message = world.add(&channel, data, quiet(data).then(|| who.clone()));
            set_original(world, token, Some(message));
        }
        5 => {
            checked(world, limits::only(data, "a deferral", &["flags"]))?;
            let empty = json!({"allowed_mentions": {"parse": []}});
            let message = world.add(&channel, &empty, quiet(data).then(|| who.clone()));
            if let Some(message) = world.message(&message) {
                message.pending = true;
            }
            set_original(world, token, Some(message));
        }
        6 => {
            let form = source.as_ref().and_then(|id| world.message(id)).is_some_and(|m| screen::is_form(&m.body));
            let now = world.tick();
            if let Some(known) = world.interaction(token).filter(|_| form) {
                known.deferred = Some(now);
            }
            set_original(world, token, source);
        }
        7 => {
            // Flags cannot change, but sending them again is no fault.
            checked(world, limits::message(data, &["flags"]))?;
            world.change(source.as_deref().unwrap_or_default(), data);
            set_original(world, token, source);
        }
        8 => suggestions(world, token, data)?,
        _ => {
            checked(world, limits::modal(data))?;
            world.modals.insert(who, Modal { body: data.clone(), message: source, channel });
        }
    }
    Ok(())
}

fn quiet(data: &Value) -> bool {
    data["flags"].as_u64().unwrap_or_default() & EPHEMERAL != 0
}

fn set_original(world: &mut World, token: &str, message: Option<String>) {
    if let Some(known) = world.interaction(token) {
        known.original = message;
    }
}

fn suggestions(world: &mut World, token: &str, data: &Value) -> Result<(), Refused> {
    let choices = data["choices"].as_array().cloned().unwrap_or_default();
    let fits =
        |choice: &Value, key: &str| choice[key].as_str().is_some_and(|text| (1..=100).contains(&text.chars().count()));
    if choices.len() > 25 || choices.iter().any(|choice| !fits(choice, "name") || !fits(choice, "value")) {
        world.complain("suggestions beyond Discord's limits");
        return Err(INVALID);
    }
    let names = choices.iter().filter_map(|choice| choice["name"].as_str().map(str::to_owned)).collect();
    if let Some(known) = world.interaction(token) {
        known.suggested = names;
    }
    Ok(())
}

/// What a token allows after the first answer.
pub(crate) fn webhook(world: &mut World, method: &Method, token: &str, rest: &[&str], body: &Value) -> Answer {
    let Some(known) = world.interaction(token) else { return Err(TOKEN_EXPIRED) };
    let (who, channel, original) = (known.who.clone(), known.channel.clone(), known.original.clone());
    if known.expired {
        return Err(TOKEN_EXPIRED);
    }
    if known.answered.is_none() {
        world.complain("more is said for an interaction before its first answer");
        return Err(UNKNOWN_WEBHOOK);
    }
    let original = original.and_then(|id| world.message(&id).cloned());
    match (method.as_str(), rest) {
        ("POST", []) => {
            checked(world, limits::message(body, &["flags"]))?;
            if original.is_some_and(|message| message.pending) {
                world.complain("a follow-up would take the place of the deferral before it");
            }
            let id = world.add(&channel, body, quiet(body).then_some(who));
            let message = world.message(&id).ok_or(UNKNOWN_MESSAGE)?.clone();
            Ok((200, world.wire(&message)))
        }
        ("PATCH", ["messages", "@original"]) => {
            let original = original.ok_or(UNKNOWN_MESSAGE)?;
            checked(world, limits::message(body, &[]))?;
            world.change(&original.id, body);
            Ok((200, world.wire(&original)))
        }
        ("DELETE", ["messages", "@original"]) => {
            remove(world, &original.ok_or(UNKNOWN_MESSAGE)?.id);
            Ok((204, Value::Null))
        }
        _ => {
            world.complain(format!("{method} of {rest:?} with an interaction's token"));
            Err((404, 0, "404: Not Found"))
        }
    }
}
