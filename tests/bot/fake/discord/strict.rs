//! Discord's rules for messages, as its reference states them: what the real service would refuse or ignore becomes a
//! sentence.

use std::collections::BTreeSet;

use serde_json::Value;

use super::components;
pub(super) use super::definitions::commands;

/// Where a message's body is used: what it may hold differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Post,
    Edit,
    /// An answer to an interaction, or what follows it.
    Answer,
    AnswerEdit,
}

/// What Discord counts: UTF-16 units, never less than characters.
pub(super) fn units(value: &Value) -> usize {
    value.as_str().unwrap_or_default().encode_utf16().count()
}

/// Fields that are missing, and fields that do not exist.
pub(super) fn only(value: &Value, what: &str, required: &[&str], optional: &[&str]) -> Vec<String> {
    let Some(fields) = value.as_object() else { return vec![format!("{what} is no object")] };
    let lacks = required.iter().filter(|key| fields.get(**key).is_none_or(Value::is_null));
    let mut wrong: Vec<String> = lacks.map(|key| format!("{what} without {key}")).collect();
    let unknown = fields.keys().filter(|key| !required.contains(&key.as_str()) && !optional.contains(&key.as_str()));
    wrong.extend(unknown.map(|key| format!("{what} with an unknown field {key}")));
    wrong
}

/// A text that must have 1 to `most` characters that are not all blank.
pub(super) fn filled(value: &Value, what: &str, most: usize) -> Vec<String> {
    let mut wrong = vec![];
    if value.as_str().is_none_or(|text| text.trim().is_empty()) {
        wrong.push(format!("{what} is empty"));
    }
    wrong.extend(at_most(value, what, most));
    wrong
}

/// A text that may be absent.
pub(super) fn at_most(value: &Value, what: &str, most: usize) -> Vec<String> {
    if !value.is_null() && !value.is_string() {
        return vec![format!("{what} is no text")];
    }
    let units = units(value);
    if units > most { vec![format!("{what} of {units} characters, over {most}")] } else { vec![] }
}

/// What is wrong with the body of a message.
pub(super) fn message(body: &Value, used: Use) -> Vec<String> {
    let mut known = vec!["content", "embeds", "components", "allowed_mentions", "flags", "attachments"];
    if matches!(used, Use::Post | Use::Answer) {
        known.push("tts");
    }
    if used == Use::Post {
        known.extend(["nonce", "enforce_nonce", "message_reference"]);
    }
    let mut wrong = only(body, "message", &[], &known);
    wrong.extend(at_most(&body["content"], "content", 2000));
    let list = |key: &str| body[key].as_array().cloned().unwrap_or_default();
    let (embeds, rows) = (list("embeds"), list("components"));
    for key in ["embeds", "components"] {
        if !body[key].is_null() && !body[key].is_array() {
            wrong.push(format!("{key} is no list"));
        }
    }
    wrong.extend(self::embeds(&embeds));
    wrong.extend(components::rows(&rows));
    wrong.extend(allowed_mentions(&body["allowed_mentions"]));
    wrong.extend(flags(body["flags"].as_u64().unwrap_or_default(), used));
    if !body["message_reference"].is_null() {
        let known = ["type", "channel_id", "guild_id", "fail_if_not_exists"];
        wrong.extend(only(&body["message_reference"], "message_reference", &["message_id"], &known));
    }
    let nonce = &body["nonce"];
    if units(nonce) > 25 || !(nonce.is_null() || nonce.is_string() || nonce.is_u64()) {
        wrong.push("a nonce over 25 characters".into());
    }
    let says = body["content"].as_str().is_some_and(|content| !content.trim().is_empty()) || !embeds.is_empty();
    // A body that changes a message may leave out what stays; whether the message is empty then is seen there.
    if !says && matches!(used, Use::Post | Use::Answer) {
        wrong.insert(0, "50006: an empty message".into());
    }
    wrong
}

fn flags(flags: u64, used: Use) -> Vec<String> {
    let allowed = match used {
        Use::Post => 4 | 4096,
        Use::Answer => 4 | 64 | 4096,
        Use::Edit => 4,
        // Whether a message is hidden cannot be changed; apps say it all the same, and Discord lets them.
        Use::AnswerEdit => 4 | 64,
    };
    if flags & !allowed == 0 {
        vec![]
    } else {
        vec![format!("flags {flags}, of which only {allowed} mean something there")]
    }
}

fn allowed_mentions(allowed: &Value) -> Vec<String> {
    if allowed.is_null() {
        return vec![];
    }
    let mut wrong = only(allowed, "allowed_mentions", &[], &["parse", "users", "roles", "replied_user"]);
    let list = |key: &str| allowed[key].as_array().cloned().unwrap_or_default();
    for class in ["users", "roles"] {
        if list("parse").iter().any(|it| it == class) && !list(class).is_empty() {
            wrong.push(format!("allowed_mentions: parse has {class} and so has the list of ids"));
        }
        if list(class).len() > 100 {
            wrong.push(format!("allowed_mentions: over 100 {class}"));
        }
        let snowflake =
            |id: &Value| id.as_str().is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()));
        if !list(class).iter().all(snowflake) {
            wrong.push(format!("allowed_mentions: {class} are not all snowflakes"));
        }
    }
    if list("parse").iter().any(|it| !["users", "roles", "everyone"].iter().any(|class| it == class)) {
        wrong.push("allowed_mentions: parse has something unknown".into());
    }
    wrong
}

fn embeds(embeds: &[Value]) -> Vec<String> {
    let mut wrong = vec![];
    if embeds.len() > 10 {
        wrong.push(format!("{} embeds, over 10", embeds.len()));
    }
    let said: usize = embeds.iter().map(said).sum();
    if said > 6000 {
        wrong.push(format!("{said} characters over all embeds, over 6000"));
    }
    wrong.extend(embeds.iter().flat_map(one_embed));
    wrong
}

fn fields_of(embed: &Value) -> impl Iterator<Item = &Value> {
    embed["fields"].as_array().into_iter().flatten()
}

fn said(embed: &Value) -> usize {
    let own = [&embed["title"], &embed["description"], &embed["footer"]["text"], &embed["author"]["name"]];
    let fields = fields_of(embed).map(|field| units(&field["name"]) + units(&field["value"]));
    own.into_iter().map(units).sum::<usize>() + fields.sum::<usize>()
}

fn one_embed(embed: &Value) -> Vec<String> {
    let known =
        ["title", "description", "url", "timestamp", "color", "footer", "image", "thumbnail", "author", "fields"];
    let mut wrong = only(embed, "embed", &[], &known);
    wrong.extend(at_most(&embed["title"], "embed title", 256));
    wrong.extend(at_most(&embed["description"], "embed description", 4096));
    wrong.extend(at_most(&embed["footer"]["text"], "embed footer", 2048));
    wrong.extend(at_most(&embed["author"]["name"], "embed author", 256));
    if said(embed) == 0 && embed["image"].is_null() && embed["thumbnail"].is_null() {
        wrong.push("50006: an embed with nothing to read".into());
    }
    let text = |key: &str| embed[key].as_str();
    if text("description").is_some_and(|words| !words.is_empty() && words.trim().is_empty()) {
        wrong.push("an embed description of blanks only".into());
    }
    if text("url").is_some_and(|url| url::Url::parse(url).is_err() || !url.starts_with("http")) {
        wrong.push("an embed url that is no web address".into());
    }
    if !embed["color"].is_null() && embed["color"].as_u64().is_none_or(|colour| colour > 0xff_ffff) {
        wrong.push("an embed colour that is none".into());
    }
    if fields_of(embed).count() > 25 {
        wrong.push("an embed with over 25 fields".into());
    }
    for field in fields_of(embed) {
        wrong.extend(only(field, "embed field", &["name", "value"], &["inline"]));
        wrong.extend(filled(&field["name"], "embed field name", 256));
        wrong.extend(filled(&field["value"], "embed field value", 1024));
    }
    wrong
}

/// What is wrong with suggestions.
pub(super) fn choices(data: &Value) -> Vec<String> {
    let mut wrong = only(data, "data", &["choices"], &[]);
    let choices = data["choices"].as_array().cloned().unwrap_or_default();
    if choices.len() > 25 {
        wrong.push(format!("{} choices, over 25", choices.len()));
    }
    for choice in &choices {
        wrong.extend(only(choice, "choice", &["name", "value"], &["name_localizations"]));
        wrong.extend(filled(&choice["name"], "choice name", 100));
        wrong.extend(at_most(&choice["value"], "choice value", 100));
    }
    wrong
}

/// What is wrong with an identify.
pub(super) fn identify(asked: &Value) -> Vec<String> {
    let optional = ["compress", "large_threshold", "shard", "presence"];
    let mut wrong = only(asked, "d", &["token", "properties", "intents"], &optional);
    let named: BTreeSet<&str> =
        asked["properties"].as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    if named != BTreeSet::from(["os", "browser", "device"]) {
        wrong.push("properties are os, browser and device".into());
    }
    if !asked["shard"].is_null() && asked["shard"] != serde_json::json!([0, 1]) {
        wrong.push(format!("shard {} of a bot that needs one", asked["shard"]));
    }
    wrong
}

/// What is wrong with a resume.
pub(super) fn resume(asked: &Value) -> Vec<String> {
    only(asked, "d", &["token", "session_id", "seq"], &[])
}
