//! Routes about the app itself: its gateway, its account, its commands, its direct channels.

use serde_json::{Value, json};

use super::http;
use super::rest::{Call, Outcome, Refused, fault, form_body, refused};
use super::strict;
use super::wire;
use super::world::{APPLICATION, BOT, GUILD, World};

pub(super) fn called(world: &mut World, call: &Call) -> Outcome {
    let first = call.ids.first().map_or("", String::as_str);
    match call.route {
        "GET /gateway" => Ok(json!({"url": world.base.replacen("http", "ws", 1)})),
        "GET /gateway/bot" => Ok(json!({
            "url": world.base.replacen("http", "ws", 1), "shards": 1,
            "session_start_limit": {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1},
        })),
        "GET /users/@me" => Ok(wire::user(world, BOT)),
        "GET /users/{}" if world.person(first).is_some() => Ok(wire::user(world, first)),
        "GET /users/{}" => Err(refused(404, 10013, "Unknown User")),
        "GET /applications/@me" | "GET /oauth2/applications/@me" => Ok(application(world)),
        "POST /users/@me/channels" => direct(world, &call.body),
        "GET /guilds/{}" if first == GUILD => Ok(json!({"id": GUILD, "name": "Acme", "owner_id": BOT})),
        "GET /guilds/{}/members/{}" if first == GUILD && world.person(&call.ids[1]).is_some() => {
            Ok(json!({"user": wire::user(world, &call.ids[1]), "roles": [], "flags": 0, "deaf": false, "mute": false}))
        }
        route if route.contains("/guilds/") => Err(refused(404, 10004, "Unknown Guild")),
        _ if first != APPLICATION => Err(fault(403, 20012, "You are not authorized", "another application's commands")),
        "GET /applications/{}/commands" => {
            let whole = call.query.iter().any(|(key, value)| key == "with_localizations" && value == "true");
            Ok(world.commands.iter().map(|command| listed(command, whole)).collect())
        }
        _ => overwrite(world, &call.body),
    }
}

fn application(world: &World) -> Value {
    json!({
        "id": APPLICATION, "name": "Panout", "description": "", "icon": null, "bot_public": false,
        "bot_require_code_grant": false, "verify_key": http::public_key(), "flags": 0, "bot": wire::user(world, BOT), "team": null,
        "owner": wire::user(world, BOT), "interactions_endpoint_url": world.endpoint, "approximate_guild_count": 1,
    })
}

fn direct(world: &mut World, body: &Value) -> Outcome {
    form_body(strict::only(body, "body", &["recipient_id"], &[]))?;
    let with = body["recipient_id"].as_str().unwrap_or_default().to_owned();
    if world.person(&with).is_none() {
        return Err(refused(400, 50033, "Invalid Recipient(s)"));
    }
    let id = world.direct(&with);
    let channel = world.channel(&id).expect("it was just made");
    Ok(wire::channel(world, channel))
}

fn overwrite(world: &mut World, body: &Value) -> Outcome {
    let mut wrong = strict::commands(body);
    wrong.truncate(20);
    form_body(wrong)?;
    let sent: Vec<Value> = body.as_array().cloned().unwrap_or_default();
    let kept: Vec<Value> = sent
        .iter()
        .map(|command| {
            let same = |old: &&Value| old["name"] == command["name"] && old["type"] == kind(command);
            let id = world.commands.iter().find(same).map(|old| old["id"].clone());
            normal(command, &id.unwrap_or_else(|| world.snowflake().into()), &world.snowflake())
        })
        .collect();
    world.commands.clone_from(&kept);
    Ok(kept.into())
}

fn kind(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(1)
}

/// A command as Discord keeps it: everything that can be said is said, and options lose what is as usual.
fn normal(command: &Value, id: &Value, version: &str) -> Value {
    let or = |key: &str, usual: Value| command.get(key).cloned().filter(|value| !value.is_null()).unwrap_or(usual);
    let mut kept = json!({
        "id": id, "application_id": APPLICATION, "version": version, "type": kind(command), "name": command["name"],
        "name_localizations": or("name_localizations", Value::Null), "description": or("description", "".into()),
        "description_localizations": or("description_localizations", Value::Null),
        "default_member_permissions": or("default_member_permissions", Value::Null), "dm_permission": true,
        "nsfw": or("nsfw", false.into()), "contexts": or("contexts", Value::Null),
        "integration_types": or("integration_types", json!([0])),
    });
    if let Some(options) = normal_options(&command["options"]) {
        kept["options"] = options;
    }
    kept
}

fn normal_options(options: &Value) -> Option<Value> {
    let options = options.as_array().filter(|options| !options.is_empty())?;
    let normal = options.iter().map(|option| {
        let usual = |key: &str, value: &Value| {
            value.is_null()
                || *value == Value::Bool(false)
                || (key == "choices" && value.as_array().is_some_and(Vec::is_empty))
        };
        let fields = option.as_object().into_iter().flatten().filter(|(key, value)| !usual(key, value));
        let mut kept: serde_json::Map<String, Value> =
            fields.map(|(key, value)| (key.clone(), value.clone())).collect();
        match normal_options(&option["options"]) {
            Some(options) => kept.insert("options".into(), options),
            None => kept.remove("options"),
        };
        Value::Object(kept)
    });
    Some(normal.collect())
}

/// A command as a list shows it: without localisations unless they are asked for.
fn listed(command: &Value, whole: bool) -> Value {
    let mut command = command.clone();
    if !whole {
        strip(&mut command);
    }
    command
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, _| !key.ends_with("_localizations"));
            fields.values_mut().for_each(strip);
        }
        Value::Array(values) => values.iter_mut().for_each(strip),
        _ => {}
    }
}

/// The refusal of something the app was not invited with.
pub(super) fn missing(world: &World, needed: &[(u64, &str)]) -> Option<Refused> {
    let lacks = needed.iter().filter(|(bit, _)| world.permissions & bit == 0);
    let names: Vec<&str> = lacks.map(|(_, name)| *name).collect();
    let (code, says) =
        if names.contains(&"VIEW_CHANNEL") { (50001, "Missing Access") } else { (50013, "Missing Permissions") };
    let why = format!("it needs {}, which the invitation does not ask for", names.join(", "));
    let refusal = if world.forbidden { refused(403, code, says) } else { fault(403, code, says, why) };
    (!names.is_empty()).then_some(refusal)
}
