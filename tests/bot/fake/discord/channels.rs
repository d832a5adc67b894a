//! Routes of channels: messages, threads, history.

use chrono::TimeDelta;
use serde_json::Value;

use super::attachments::Arrived;
use super::commands::missing;
use super::rest::{Call, Outcome, Refused, fault, form_body, refused};
use super::world::{BOT, Channel, Message, Sort, World, permission};
use super::{attachments, mentions, strict, wire};

/// How long a nonce is remembered: "the past few minutes".
const NONCES: TimeDelta = TimeDelta::minutes(5);

pub(super) fn called(world: &mut World, call: &Call) -> Outcome {
    let id = call.ids[0].as_str();
    let channel = reachable(world, id)?;
    match call.route {
        "GET /channels/{}" => Ok(wire::channel(world, &channel)),
        "PATCH /channels/{}" => unarchive(world, &channel, &call.body),
        "GET /channels/{}/messages" => history(world, &channel, &call.query),
        "POST /channels/{}/messages" => post(world, &channel, &call.body, &call.files),
        "GET /channels/{}/messages/{}" => {
            readable(world, &channel)?;
            own(world, id, &call.ids[1]).map(|message| wire::message(world, message))
        }
        "PATCH /channels/{}/messages/{}" => edit(world, &channel, &call.ids[1], (&call.body, &call.files)),
        "DELETE /channels/{}/messages/{}" => {
            let message = own(world, id, &call.ids[1])?.id.clone();
            delete(world, &message);
            Ok(Value::Null)
        }
        "POST /channels/{}/messages/{}/threads" => thread_under(world, &channel, &call.ids[1], &call.body),
        "POST /channels/{}/threads" => thread(world, &channel, &call.body),
        _ => join(world, &channel, &call.ids[1]),
    }
}

/// A channel, if the bot may see it.
fn reachable(world: &World, id: &str) -> Result<Channel, Refused> {
    let channel = world.channel(id).cloned().ok_or_else(|| refused(404, 10003, "Unknown Channel"))?;
    let root = match &channel.sort {
        Sort::Thread { parent, .. } => world.channel(parent),
        _ => Some(&channel),
    };
    match root.map(|root| &root.sort) {
        Some(Sort::Text { bot: false }) => Err(refused(403, 50001, "Missing Access")),
        Some(Sort::Text { bot: true }) => match missing(world, &[(permission::VIEW_CHANNEL, "VIEW_CHANNEL")]) {
            Some(lack) => Err(lack),
            None => Ok(channel),
        },
        _ => Ok(channel),
    }
}

fn readable(world: &World, channel: &Channel) -> Result<(), Refused> {
    let needed = [(permission::READ_MESSAGE_HISTORY, "READ_MESSAGE_HISTORY")];
    match missing(world, &needed) {
        Some(lack) if !matches!(channel.sort, Sort::Direct { .. }) => Err(lack),
        _ => Ok(()),
    }
}

fn writable(world: &World, channel: &Channel, body: &Value, files: &[Arrived]) -> Result<(), Refused> {
    let mut needed = match &channel.sort {
        Sort::Direct { with } => {
            let takes = world.person(with).is_some_and(|person| person.takes_direct);
            return if takes { Ok(()) } else { Err(refused(403, 50007, "Cannot send messages to this user")) };
        }
        Sort::Text { .. } => vec![(permission::SEND_MESSAGES, "SEND_MESSAGES")],
        Sort::Thread { .. } => vec![(permission::SEND_MESSAGES_IN_THREADS, "SEND_MESSAGES_IN_THREADS")],
    };
    if body["embeds"].as_array().is_some_and(|embeds| !embeds.is_empty()) {
        needed.push((permission::EMBED_LINKS, "EMBED_LINKS"));
    }
    if !files.is_empty() {
        needed.push((permission::ATTACH_FILES, "ATTACH_FILES"));
    }
    missing(world, &needed).map_or(Ok(()), Err)
}

/// A message of the bot that everyone there sees: ephemeral ones do not exist for these routes.
fn own<'a>(world: &'a World, channel: &str, id: &str) -> Result<&'a Message, Refused> {
    let found = world.message(id).filter(|message| message.channel == channel && message.to.is_none());
    found.ok_or_else(|| refused(404, 10008, "Unknown Message"))
}

fn post(world: &mut World, channel: &Channel, body: &Value, files: &[Arrived]) -> Outcome {
    writable(world, channel, body, files)?;
    form_body(strict::message(body, strict::Use::Post))?;
    form_body(attachments::wrong(body, files, &[]))?;
    if let Some(nonce) = body.get("nonce").filter(|nonce| !nonce.is_null() && body["enforce_nonce"] == true) {
        let since = world.clock.now() - NONCES;
        let same = |it: &&Message| it.channel == channel.id && it.nonce.as_ref() == Some(nonce) && it.made >= since;
        if let Some(message) = world.messages.iter().find(same) {
            return Ok(wire::message(world, message));
        }
    }
    if let Some(Channel { sort: Sort::Thread { archived, .. }, .. }) =
        world.channels.iter_mut().find(|it| it.id == channel.id)
    {
        *archived = false;
    }
    let mut message = Message { channel: channel.id.clone(), author: BOT.into(), ..Message::default() };
    apply(&mut message, body);
    attachments::apply(world, &mut message, body, files);
    message.nonce = body.get("nonce").filter(|nonce| !nonce.is_null()).cloned();
    let id = world.put(message);
    mentions::ring(world, &id, body);
    let message = world.message(&id).expect("it was just put in");
    let mut answer = wire::message(world, message);
    if let Some(nonce) = &message.nonce {
        answer["nonce"] = nonce.clone();
    }
    Ok(answer)
}

/// Puts what is said into a message; what is not said stays.
pub(super) fn apply(message: &mut Message, body: &Value) {
    let list = |key: &str| body.get(key).map(|value| value.as_array().cloned().unwrap_or_default());
    if let Some(content) = body.get("content") {
        content.as_str().unwrap_or_default().trim().clone_into(&mut message.content);
    }
    if let Some(embeds) = list("embeds") {
        message.embeds = embeds;
    }
    if let Some(components) = list("components") {
        message.components = components;
    }
    if let Some(flags) = body["flags"].as_u64() {
        message.flags = flags | (message.flags & 64);
    }
}

/// Changes a message; it must not be empty afterwards.
pub(super) fn change(world: &mut World, id: &str, (body, files): (&Value, &[Arrived])) -> Result<(), Refused> {
    let found = world.message(id).ok_or_else(|| refused(404, 10008, "Unknown Message"))?;
    let mut changed = found.clone();
    form_body(attachments::wrong(body, files, &changed.attachments))?;
    apply(&mut changed, body);
    attachments::apply(world, &mut changed, body, files);
    if changed.content.is_empty() && changed.embeds.is_empty() {
        return Err(fault(400, 50006, "Cannot send an empty message", "50006: an empty message"));
    }
    changed.edited = !changed.thinking;
    changed.thinking = false;
    let stored = world.message_mut(id).expect("it was just found");
    *stored = changed;
    world.touch(id);
    Ok(())
}

pub(super) fn delete(world: &mut World, id: &str) {
    if let Some(message) = world.message_mut(id) {
        message.gone = true;
    }
    world.touch(id);
}

fn edit(world: &mut World, channel: &Channel, id: &str, (body, files): (&Value, &[Arrived])) -> Outcome {
    let message = own(world, &channel.id, id)?;
    if message.author != BOT {
        return Err(fault(403, 50005, "Cannot edit a message authored by another user", "somebody else's message"));
    }
    if matches!(channel.sort, Sort::Thread { archived: true, .. }) {
        return Err(refused(400, 50083, "Thread is archived"));
    }
    form_body(strict::message(body, strict::Use::Edit))?;
    change(world, id, (body, files))?;
    Ok(wire::message(world, world.message(id).expect("it was just changed")))
}

fn history(world: &World, channel: &Channel, query: &[(String, String)]) -> Outcome {
    readable(world, channel)?;
    let asked = |key: &str| query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    let number = |key: &str| asked(key).map(|value| value.parse::<u64>().map_err(|_| key.to_owned())).transpose();
    let wrong = |key: String| fault(400, 50035, "Invalid Form Body", format!("{key} is no number"));
    let (after, before) = (number("after").map_err(wrong)?, number("before").map_err(wrong)?);
    let limit = number("limit").map_err(wrong)?.unwrap_or(50);
    if !(1..=100).contains(&limit) || (after.is_some() && before.is_some()) || asked("around").is_some() {
        return Err(fault(400, 50035, "Invalid Form Body", "limit over 100, or after and before together"));
    }
    let own = |id: &str| id.parse::<u64>().unwrap_or_default();
    let here = world.messages.iter().filter(|m| m.channel == channel.id && !m.gone && m.to.is_none() && !m.thinking);
    let mut found: Vec<&Message> =
        here.filter(|m| after.is_none_or(|a| own(&m.id) > a) && before.is_none_or(|b| own(&m.id) < b)).collect();
    found.sort_by_key(|message| own(&message.id));
    let most = usize::try_from(limit).unwrap_or(50);
    // After an id come the ones right after it; otherwise the newest. The newest of them always stands first.
    let skipped = if after.is_some() { 0 } else { found.len().saturating_sub(most) };
    let page = found.into_iter().skip(skipped).take(most).rev();
    Ok(page
        .map(|message| {
            let mut value = wire::message(world, message);
            // Other people's words need the message content intent, except in a direct conversation.
            if message.author != BOT && !matches!(channel.sort, Sort::Direct { .. }) {
                value["content"] = "".into();
            }
            value
        })
        .collect())
}

fn thread_body(body: &Value, optional: &[&str]) -> Result<String, Refused> {
    let mut wrong = strict::only(body, "body", &["name"], optional);
    let name = body["name"].as_str().unwrap_or_default();
    if !(1..=100).contains(&name.encode_utf16().count()) {
        wrong.push("a thread's name has 1 to 100 characters".into());
    }
    if body["auto_archive_duration"].as_u64().is_some_and(|it| ![60, 1440, 4320, 10080].contains(&it)) {
        wrong.push("auto_archive_duration is none of 60, 1440, 4320, 10080".into());
    }
    form_body(wrong)?;
    Ok(name.to_owned())
}

fn thread(world: &mut World, channel: &Channel, body: &Value) -> Outcome {
    let name = thread_body(body, &["type", "invitable", "auto_archive_duration", "rate_limit_per_user"])?;
    if !matches!(channel.sort, Sort::Text { .. }) {
        return Err(refused(400, 50024, "Cannot execute action on this channel type"));
    }
    let private = match body["type"].as_u64() {
        Some(12) | None => true,
        Some(11) => false,
        _ => return Err(fault(400, 50035, "Invalid Form Body", "a thread's type is 11 or 12")),
    };
    let needed = if private {
        (permission::CREATE_PRIVATE_THREADS, "CREATE_PRIVATE_THREADS")
    } else {
        (permission::CREATE_PUBLIC_THREADS, "CREATE_PUBLIC_THREADS")
    };
    missing(world, &[needed]).map_or(Ok(()), Err)?;
    let id = world.snowflake();
    let members = private.then(Vec::new);
    let sort = Sort::Thread { parent: channel.id.clone(), members, archived: false };
    world.channels.push(Channel { id: id.clone(), name, sort });
    Ok(wire::channel(world, world.channel(&id).expect("it was just made")))
}

/// A thread under a message has the message's id.
fn thread_under(world: &mut World, channel: &Channel, message: &str, body: &Value) -> Outcome {
    let name = thread_body(body, &["auto_archive_duration", "rate_limit_per_user"])?;
    own(world, &channel.id, message)?;
    if !matches!(channel.sort, Sort::Text { .. }) {
        return Err(refused(400, 50024, "Cannot execute action on this channel type"));
    }
    if world.channel(message).is_some() {
        return Err(refused(400, 160_004, "A thread has already been created for this message"));
    }
    missing(world, &[(permission::CREATE_PUBLIC_THREADS, "CREATE_PUBLIC_THREADS")]).map_or(Ok(()), Err)?;
    let sort = Sort::Thread { parent: channel.id.clone(), members: None, archived: false };
    world.channels.push(Channel { id: message.to_owned(), name, sort });
    Ok(wire::channel(world, world.channel(message).expect("it was just made")))
}

fn unarchive(world: &mut World, channel: &Channel, body: &Value) -> Outcome {
    form_body(strict::only(body, "body", &["archived"], &["locked", "auto_archive_duration"]))?;
    if !matches!(channel.sort, Sort::Thread { .. }) || body["archived"] != false {
        return Err(fault(400, 50035, "Invalid Form Body", "the bot only reopens threads"));
    }
    let found = world.channels.iter_mut().find(|it| it.id == channel.id);
    if let Some(Channel { sort: Sort::Thread { archived, .. }, .. }) = found {
        *archived = false;
    }
    Ok(wire::channel(world, world.channel(&channel.id).expect("it was just found")))
}

fn join(world: &mut World, channel: &Channel, who: &str) -> Outcome {
    if world.person(who).is_none() {
        return Err(refused(404, 10013, "Unknown User"));
    }
    let found = world.channels.iter_mut().find(|it| it.id == channel.id).map(|it| &mut it.sort);
    match found {
        Some(Sort::Thread { archived: true, .. }) => Err(refused(400, 50083, "Thread is archived")),
        Some(Sort::Thread { members: Some(members), .. }) => {
            if !members.iter().any(|member| member == who) {
                members.push(who.to_owned());
            }
            Ok(Value::Null)
        }
        Some(Sort::Thread { .. }) => Ok(Value::Null),
        _ => Err(fault(400, 50024, "Cannot execute action on this channel type", "a member of what is no thread")),
    }
}
