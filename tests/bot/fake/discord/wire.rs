//! What the service sends, as JSON.

use serde_json::{Value, json};

use super::attachments;
use super::world::{APPLICATION, BOT, Channel, GUILD, Interaction, Message, Sort, World};

pub(super) fn user(world: &World, id: &str) -> Value {
    let is_bot = id == BOT;
    let name = if is_bot { "Panout".to_owned() } else { world.name_of(id) };
    json!({
        "id": id, "username": name.to_lowercase().replace(' ', "_"), "global_name": name, "discriminator": "0",
        "avatar": null, "bot": is_bot, "public_flags": 0, "flags": 0, "primary_guild": null, "collectibles": null,
        "avatar_decoration_data": null,
    })
}

fn member(world: &World, id: &str) -> Value {
    json!({
        "user": user(world, id), "nick": null, "avatar": null, "banner": null, "roles": [],
        "joined_at": "2024-01-01T00:00:00.000000+00:00", "premium_since": null, "deaf": false, "mute": false,
        "flags": 0, "pending": false, "permissions": "2248473465835073", "communication_disabled_until": null,
    })
}

pub(super) fn channel(world: &World, channel: &Channel) -> Value {
    let mut value = json!({"id": channel.id, "flags": 0, "last_message_id": null});
    let more = match &channel.sort {
        Sort::Text { .. } => json!({
            "type": 0, "name": channel.name, "guild_id": GUILD, "position": 0, "permission_overwrites": [],
            "parent_id": null, "nsfw": false, "rate_limit_per_user": 0, "topic": null,
        }),
        Sort::Direct { with } => json!({"type": 1, "recipients": [user(world, with)]}),
        Sort::Thread { parent, members, archived } => json!({
            "type": if members.is_some() { 12 } else { 11 }, "name": channel.name, "guild_id": GUILD,
            "parent_id": parent, "owner_id": BOT, "rate_limit_per_user": 0, "message_count": 0,
            "member_count": members.as_ref().map_or(1, Vec::len), "total_message_sent": 0,
            "thread_metadata": {
                "archived": archived, "auto_archive_duration": 4320, "locked": false, "invitable": false,
                "archive_timestamp": "2024-01-01T00:00:00.000000+00:00",
                "create_timestamp": "2024-01-01T00:00:00.000000+00:00",
            },
        }),
    };
    extend(&mut value, more);
    value
}

fn extend(value: &mut Value, more: Value) {
    if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
}

/// A message. Its content is what its author sees: the app's own messages are always whole, and the target of a
/// context menu is too.
pub(super) fn message(world: &World, message: &Message) -> Value {
    let numbered = |rows: &[Value]| -> Vec<Value> {
        let mut rows = rows.to_vec();
        let mut id = 0;
        for row in &mut rows {
            id += 1;
            row["id"] = id.into();
            for component in row["components"].as_array_mut().into_iter().flatten() {
                id += 1;
                component["id"] = id.into();
            }
        }
        rows
    };
    let embeds: Vec<Value> = message
        .embeds
        .iter()
        .map(|embed| {
            let mut embed = embed.clone();
            extend(&mut embed, json!({"type": "rich", "content_scan_version": 0}));
            embed
        })
        .collect();
    json!({
        "id": message.id, "type": 0, "channel_id": message.channel, "author": user(world, &message.author),
        "content": message.content, "timestamp": message.made.to_rfc3339(),
        "edited_timestamp": message.edited.then(|| world.clock.now().to_rfc3339()), "tts": false,
        "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": attachments::wire(&world.base, message), "embeds": embeds,
        "pinned": false, "flags": message.flags, "components": numbered(&message.components),
    })
}

/// The event of an interaction: `data` is what was done.
pub(super) fn interaction(world: &World, about: &Interaction, data: &Value) -> Value {
    let place = world.channel(&about.channel).map(|it| channel(world, it)).unwrap_or_default();
    let locale = world.person(&about.who).map_or("en-US", |person| person.locale.as_str());
    let mut value = json!({
        "id": about.id, "application_id": APPLICATION, "type": about.sort, "token": about.token, "version": 1,
        "channel_id": about.channel, "channel": place, "locale": locale, "entitlements": [], "entitlement_sku_ids": [],
        "attachment_size_limit": 10_485_760, "app_permissions": world.permissions.to_string(), "data": data,
    });
    let is_direct = matches!(world.channel(&about.channel).map(|it| &it.sort), Some(Sort::Direct { .. }));
    let more = if is_direct {
        json!({"user": user(world, &about.who), "context": 1, "authorizing_integration_owners": {"0": "0"}})
    } else {
        json!({
            "guild_id": GUILD, "guild": {"id": GUILD, "locale": "en-US", "features": []}, "guild_locale": "en-US",
            "member": member(world, &about.who), "context": 0, "authorizing_integration_owners": {"0": GUILD},
        })
    };
    extend(&mut value, more);
    if let Some(from) = about.message.as_ref().and_then(|id| world.messages.iter().find(|it| it.id == *id)) {
        value["message"] = message(world, from);
    }
    value
}

/// People named by id, as an interaction resolves them.
pub(super) fn resolved(world: &World, ids: &[String]) -> Value {
    let users: serde_json::Map<String, Value> = ids.iter().map(|id| (id.clone(), user(world, id))).collect();
    let members: serde_json::Map<String, Value> = ids
        .iter()
        .map(|id| {
            let mut member = member(world, id);
            // A resolved member is partial: no user, no deaf, no mute.
            for key in ["user", "deaf", "mute"] {
                member.as_object_mut().and_then(|fields| fields.remove(key));
            }
            (id.clone(), member)
        })
        .collect();
    json!({"users": users, "members": members})
}

pub(super) fn ready(world: &World, session: &str) -> Value {
    json!({
        "v": 10, "user": user(world, BOT), "guilds": [{"id": GUILD, "unavailable": true}], "session_id": session,
        "resume_gateway_url": world.base.replacen("http", "ws", 1), "session_type": "normal", "shard": [0, 1],
        "application": {"id": APPLICATION, "flags": 565_248}, "private_channels": [], "relationships": [],
        "presences": [], "user_settings": {}, "geo_ordered_rtc_regions": [], "auth": {}, "_trace": [],
    })
}
