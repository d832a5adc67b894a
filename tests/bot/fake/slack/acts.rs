//! What people do, as the payloads Slack makes of it.

use serde_json::{Value, json};

use super::world::{Message, View, World};

fn person(world: &World, user: &str) -> Value {
    let name = world.name_of(user);
    json!({"id": user, "username": name.to_lowercase(), "name": name, "team_id": "T1"})
}

fn around(world: &World, user: &str, kind: &str) -> Value {
    json!({
        "type": kind, "user": person(world, user), "api_app_id": "A1", "token": "verification", "enterprise": null,
        "is_enterprise_install": false, "team": {"id": "T1", "domain": "acme"},
    })
}

fn with(mut payload: Value, more: Value) -> Value {
    if let (Some(payload), Value::Object(more)) = (payload.as_object_mut(), more) {
        payload.extend(more);
    }
    payload
}

fn channel_name(world: &World, channel: &str) -> String {
    let known = world.channels.iter().find(|(id, ..)| id == channel);
    known.map_or_else(|| "directmessage".into(), |(_, name, _)| name.clone())
}

/// As Slack escapes what people type and what it gives back of options.
pub(super) fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

pub(super) fn command(world: &mut World, user: &str, channel: &str, line: &str) -> Value {
    let (command, text) = line.split_once(' ').unwrap_or((line, ""));
    let trigger = world.trigger(user);
    json!({
        "token": "verification", "team_id": "T1", "team_domain": "acme", "channel_id": channel,
        "channel_name": channel_name(world, channel), "user_id": user, "user_name": world.name_of(user),
        "command": command, "text": escaped(text), "api_app_id": "A1", "is_enterprise_install": "false",
        "response_url": world.response_url(user, channel, None), "trigger_id": trigger,
    })
}

/// A press on an element of a message; `chosen` is the option of a menu.
pub(super) fn press(
    world: &mut World,
    user: &str,
    message: &Message,
    element: &Value,
    chosen: Option<&Value>,
) -> Value {
    let trigger = world.trigger(user);
    let stamp = world.stamp();
    let mut container = json!({
        "type": "message", "message_ts": message.ts, "channel_id": message.channel,
        "is_ephemeral": message.to.is_some(),
    });
    if let Some(thread) = &message.thread {
        container["thread_ts"] = thread.as_str().into();
    }
    let mut action = json!({
        "type": element["type"], "action_id": element["action_id"], "block_id": "b1", "action_ts": stamp,
    });
    if let Some(option) = chosen {
        let (label, value) = (option["text"]["text"].as_str(), option["value"].as_str());
        action["selected_option"] = json!({
            "text": {"type": "plain_text", "text": escaped(label.unwrap_or_default())},
            "value": escaped(value.unwrap_or_default()),
        });
    } else {
        action["text"] = element["text"].clone();
    }
    let mut payload = with(
        around(world, user, "block_actions"),
        json!({
            "container": container, "trigger_id": trigger, "actions": [action], "state": {"values": {}},
            "channel": {"id": message.channel, "name": channel_name(world, &message.channel)},
            "response_url": world.response_url(user, &message.channel, Some(&message.ts)),
        }),
    );
    if message.to.is_none() {
        payload["message"] = json!({
            "type": "message", "ts": message.ts, "bot_id": "BBOT", "text": message.text, "blocks": message.blocks,
        });
    }
    payload
}

pub(super) fn shortcut(world: &mut World, user: &str, channel: &str, callback: &str, words: &str) -> Value {
    let trigger = world.trigger(user);
    let stamp = world.stamp();
    with(
        around(world, user, "message_action"),
        json!({
            "callback_id": callback, "trigger_id": trigger, "action_ts": stamp, "message_ts": stamp,
            "response_url": world.response_url(user, channel, None),
            "channel": {"id": channel, "name": channel_name(world, channel)},
            "message": {"type": "message", "user": "U0OTHER", "text": escaped(words), "ts": stamp, "team": "T1"},
        }),
    )
}

fn drawn(view: &View) -> Value {
    let blocks = view.sent["blocks"].as_array().into_iter().flatten();
    let values: serde_json::Map<String, Value> = blocks
        .filter_map(|block| {
            let (id, action) = (block["block_id"].as_str()?, block["element"]["action_id"].as_str()?);
            Some((id.to_owned(), json!({action: view.state.get(id)?})))
        })
        .collect();
    with(
        view.sent.clone(),
        json!({
            "id": view.id, "hash": view.hash, "team_id": "T1", "app_id": "A1", "bot_id": "BBOT",
            "root_view_id": view.id, "previous_view_id": null, "external_id": "", "state": {"values": values},
        }),
    )
}

pub(super) fn submission(world: &mut World, user: &str, view: &View) -> Value {
    let trigger = world.trigger(user);
    with(
        around(world, user, "view_submission"),
        json!({"trigger_id": trigger, "view": drawn(view), "response_urls": []}),
    )
}

pub(super) fn suggestion(world: &World, user: &str, view: &View, block: &Value, typed: &str) -> Value {
    with(
        around(world, user, "block_suggestion"),
        json!({
            "container": {"type": "view", "view_id": view.id}, "view": drawn(view), "block_id": block["block_id"],
            "action_id": block["element"]["action_id"], "value": typed,
        }),
    )
}
