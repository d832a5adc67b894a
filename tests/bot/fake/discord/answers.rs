//! Answers to interactions: the first one within three seconds, what follows within a quarter of an hour.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::attachments::Arrived;
use super::channels::{apply, change, delete};
use super::gateway::LATEST;
use super::rest::{Call, Outcome, Refused, fault, form_body, refused};
use super::world::{APPLICATION, BOT, First, Interaction, Message, Modal, World};
use super::{attachments, mentions, modals, strict, wire};

/// How long an interaction's token is good for.
const TOKENS: TimeDelta = TimeDelta::minutes(15);

const EPHEMERAL: u64 = 64;

pub(super) fn called(world: &mut World, call: &Call) -> Outcome {
    let (first, token) = (call.ids[0].as_str(), call.ids[1].as_str());
    if call.route == "POST /interactions/{}/{}/callback" {
        if world.endpoint.is_some() {
            world.complain("a callback to an interaction that waits for its answer over HTTP");
        }
        let with_response = call.query.iter().any(|(key, value)| key == "with_response" && value == "true");
        return callback(world, (first, token), &call.body, &call.files)
            .map(|answer| if with_response { answer } else { Value::Null });
    }
    let about = bearer(world, first, token)?;
    if call.route == "POST /webhooks/{}/{}" {
        return follow_up(world, &about, (&call.body, &call.files));
    }
    let message = named(&about, &call.ids[2])?;
    match call.route {
        "GET /webhooks/{}/{}/messages/{}" => {}
        "DELETE /webhooks/{}/{}/messages/{}" => {
            delete(world, &message);
            return Ok(Value::Null);
        }
        _ => {
            let fresh = world.message(&message).is_some_and(|message| message.thinking);
            form_body(strict::message(&call.body, strict::Use::AnswerEdit))?;
            change(world, &message, (&call.body, &call.files))?;
            if fresh {
                mentions::ring(world, &message, &call.body);
            }
        }
    }
    let found = world.message(&message).ok_or_else(|| refused(404, 10008, "Unknown Message"))?;
    Ok(wire::message(world, found))
}

/// A fault was injected into what is done with this token.
pub(super) fn excuse(world: &mut World, ids: &[String]) {
    let token = ids.get(1).map_or("", String::as_str);
    if let Some(about) = world.interactions.iter_mut().find(|it| it.token == token) {
        about.excused = true;
    }
}

/// The interaction that a token belongs to, if it may still be used.
fn bearer(world: &World, application: &str, token: &str) -> Result<Interaction, Refused> {
    let found = world.interactions.iter().find(|it| it.token == token && application == APPLICATION);
    let Some(about) = found.cloned() else { return Err(fault(404, 10015, "Unknown Webhook", "a token never given")) };
    match about.first {
        Some(First::Expired) => Err(refused(404, 10015, "Unknown Webhook")),
        // Its answer is still on its way from the app: Discord cannot know.
        None if world.endpoint.is_some() => Err(refused(404, 10015, "Unknown Webhook")),
        None | Some(First::TooLate | First::Choices) => {
            Err(fault(404, 10015, "Unknown Webhook", "something that follows an answer which was never given"))
        }
        _ if world.clock.now() - about.made > TOKENS => {
            Err(fault(401, 50027, "Invalid Webhook Token", "the token was used after 15 minutes"))
        }
        _ => Ok(about),
    }
}

/// The message meant by its id or `@original`.
fn named(about: &Interaction, id: &str) -> Result<String, Refused> {
    let unknown = || refused(404, 10008, "Unknown Message");
    if id == "@original" {
        return about.original.clone().ok_or_else(unknown);
    }
    let known = about.messages.iter().chain(&about.original).any(|known| known == id);
    if known { Ok(id.to_owned()) } else { Err(unknown()) }
}

/// Takes the answer to a request that brought an interaction as its first answer.
pub(super) fn in_answer(world: &mut World, id: &str, body: &Value) {
    let token = world.interaction_mut(id).map(|about| about.token.clone()).unwrap_or_default();
    if let Err(refused) = callback(world, (id, &token), body, &[]) {
        world.complain(format!("an interaction's answer was refused: {}", refused.says));
        world.complaints.extend(refused.wrong);
        if let Some(about) = world.interaction_mut(id) {
            about.first = Some(First::TooLate);
        }
    }
}

fn callback(world: &mut World, (id, token): (&str, &str), body: &Value, files: &[Arrived]) -> Outcome {
    let found = world.interactions.iter().find(|it| it.id == id && it.token == token).cloned();
    let Some(about) = found else {
        return Err(fault(404, 10062, "Unknown interaction", "an interaction that never was, or another's token"));
    };
    if let Some(stored) = world.interaction_mut(id) {
        stored.answers += 1;
        stored.answered.get_or_insert_with(Instant::now);
    }
    if about.first.is_none() && world.triggers_expire > 0 {
        world.triggers_expire -= 1;
        set_first(world, id, First::Expired);
        return Err(refused(404, 10062, "Unknown interaction"));
    }
    let late = about.delivered.is_none_or(|at| at.elapsed() > LATEST);
    match about.first {
        Some(First::Expired | First::TooLate) => return Err(refused(404, 10062, "Unknown interaction")),
        Some(_) => {
            let mut why = refused(400, 40060, "Interaction has already been acknowledged.");
            if !about.repeated {
                why.wrong.push("a second answer to an interaction".into());
            }
            return Err(why);
        }
        None if late => return Err(fault(404, 10062, "Unknown interaction", "a first answer after 3 s")),
        None => {}
    }
    form_body(strict::only(body, "answer", &["type"], &["data"]))?;
    let first = answer(world, &about, body, files)?;
    set_first(world, id, first);
    let original = world.interaction_mut(id).and_then(|it| it.original.clone());
    let message = original.and_then(|id| world.message(&id).map(|message| wire::message(world, message)));
    Ok(json!({
        "interaction": {"id": id, "type": about.sort},
        "resource": {"type": body["type"], "message": message},
    }))
}

fn set_first(world: &mut World, id: &str, first: First) {
    if let Some(about) = world.interaction_mut(id) {
        about.first = Some(first);
    }
}

/// Does what the first answer says.
fn answer(world: &mut World, about: &Interaction, body: &Value, files: &[Arrived]) -> Result<First, Refused> {
    let data = &body["data"];
    let from_message = about.message.is_some() && matches!(about.sort, 3 | 5);
    let unfit =
        |what: &str| Err(fault(400, 50035, "Invalid Form Body", format!("{what} in answer to type {}", about.sort)));
    match body["type"].as_u64() {
        Some(8) if about.sort == 4 => {
            form_body(strict::choices(data))?;
            if let Some(stored) = world.interaction_mut(&about.id) {
                stored.choices = data["choices"].as_array().cloned().unwrap_or_default();
            }
            Ok(First::Choices)
        }
        _ if about.sort == 4 => unfit("something else than choices"),
        Some(4) => {
            form_body(strict::message(data, strict::Use::Answer))?;
            let id = put(world, about, (data, files), false)?;
            mentions::ring(world, &id, data);
            original(world, about, id);
            Ok(First::Message)
        }
        Some(5) => {
            form_body(deferral(data))?;
            let id = put(world, about, (data, files), true)?;
            original(world, about, id);
            Ok(First::Deferral)
        }
        Some(kind @ (6 | 7)) if from_message => {
            let message = about.message.clone().unwrap_or_default();
            if kind == 7 {
                form_body(strict::message(data, strict::Use::AnswerEdit))?;
                change(world, &message, (data, files))?;
            }
            original(world, about, message);
            Ok(if kind == 7 { First::Update } else { First::DeferredUpdate })
        }
        Some(9) if matches!(about.sort, 2 | 3) => {
            form_body(modals::wrong(data))?;
            open(world, about, data);
            Ok(First::Modal)
        }
        Some(9) => unfit("a modal"),
        Some(kind) => unfit(&format!("type {kind}")),
        None => unfit("no type"),
    }
}

fn deferral(data: &Value) -> Vec<String> {
    let mut wrong = if data.is_null() { vec![] } else { strict::only(data, "data", &[], &["flags"]) };
    if data["flags"].as_u64().unwrap_or_default() & !EPHEMERAL != 0 {
        wrong.push("a deferral takes no flag but EPHEMERAL".into());
    }
    wrong
}

fn original(world: &mut World, about: &Interaction, id: String) {
    if let Some(stored) = world.interaction_mut(&about.id) {
        stored.original = Some(id);
    }
}

/// A message made through an interaction.
fn put(
    world: &mut World,
    about: &Interaction,
    (data, files): (&Value, &[Arrived]),
    thinking: bool,
) -> Result<String, Refused> {
    form_body(attachments::wrong(data, files, &[]))?;
    let hidden = data["flags"].as_u64().unwrap_or_default() & EPHEMERAL != 0;
    let mut message = Message { channel: about.channel.clone(), author: BOT.into(), ..Message::default() };
    apply(&mut message, data);
    attachments::apply(world, &mut message, data, files);
    message.to = hidden.then(|| about.who.clone());
    message.thinking = thinking;
    let id = world.put(message);
    if let Some(stored) = world.interaction_mut(&about.id) {
        stored.messages.push(id.clone());
    }
    Ok(id)
}

fn follow_up(world: &mut World, about: &Interaction, (body, files): (&Value, &[Arrived])) -> Outcome {
    form_body(strict::message(body, strict::Use::Answer))?;
    let thinking = about.original.clone().filter(|id| world.message(id).is_some_and(|message| message.thinking));
    // What follows a deferral takes its place, and is as visible as it.
    let id = match thinking {
        Some(id) => {
            change(world, &id, (body, files))?;
            id
        }
        None => put(world, about, (body, files), false)?,
    };
    mentions::ring(world, &id, body);
    let message = world.message(&id).expect("it was just put in");
    Ok(wire::message(world, message))
}

fn open(world: &mut World, about: &Interaction, data: &Value) {
    let rows = data["components"].as_array().into_iter().flatten();
    let modal = Modal {
        custom_id: data["custom_id"].as_str().unwrap_or_default().to_owned(),
        inputs: rows.map(|row| row["components"][0].clone()).collect(),
        channel: about.channel.clone(),
        message: about.message.clone(),
        faults: vec![],
    };
    world.modals.insert(about.who.clone(), modal);
}
