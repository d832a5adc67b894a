//! What a person sees of a message, as plain text, in the format `story::ChatService` documents.

use chrono::DateTime;
use serde_json::Value;

use super::world::{Message, World};

/// A row of components as it is seen.
fn rows(body: &Value) -> impl Iterator<Item = &Value> {
    body["components"].as_array().into_iter().flatten()
}

/// Every component of a message.
pub(crate) fn components(body: &Value) -> impl Iterator<Item = &Value> {
    rows(body).flat_map(|row| row["components"].as_array().into_iter().flatten())
}

/// Whether a message is part of a form that is being filled: not a screen of its own. A message that only offers to
/// open a form is one.
pub(crate) fn is_form(body: &Value) -> bool {
    components(body).any(|component| verb(component).is_some_and(|verb| !verb.starts_with('o')))
}

/// What a component does to a form: the last part of `~f:DRAFT:VERB`.
pub(crate) fn verb(component: &Value) -> Option<&str> {
    component["custom_id"].as_str()?.strip_prefix("~f:")?.split_once(':').map(|(_, verb)| verb)
}

/// The marker a message carries, in an id or in the url of an embed.
pub(crate) fn marker(body: &Value) -> Option<String> {
    let in_ids = components(body).filter_map(|component| component["custom_id"].as_str()?.split('~').nth(1));
    let urls = body["embeds"].as_array().into_iter().flatten();
    let in_urls = urls.filter_map(|embed| embed["url"].as_str()?.strip_prefix("https://panout.invalid/"));
    let mark = in_ids.chain(in_urls).find(|mark| !mark.is_empty())?;
    Some(mark.rsplitn(3, '.').last().unwrap_or(mark).to_owned())
}

/// Lines of text of a message, title first.
pub(crate) fn lines(world: &World, body: &Value) -> Vec<String> {
    let mut out = vec![];
    let embeds = body["embeds"].as_array().into_iter().flatten();
    let texts = embeds.filter_map(|embed| embed["description"].as_str());
    for text in body["content"].as_str().filter(|text| !text.is_empty()).into_iter().chain(texts) {
        let mut in_table = false;
        for line in text.split('\n') {
            match line {
                line if line.starts_with("```") => in_table = !in_table,
                line if in_table => out.push(line.split('|').map(str::trim).collect::<Vec<_>>().join(" | ")),
                "———" => out.push("---".to_owned()),
                line => {
                    let (mark, rest) = match line {
                        line if line.starts_with("> ") => ("> ", &line[2..]),
                        line if line.starts_with("-# ") => ("", &line[3..]),
                        line if line.starts_with("- ") => ("- ", &line[2..]),
                        line => ("", line),
                    };
                    out.push(format!("{mark}{}", plain(world, rest)));
                }
            }
        }
    }
    out
}

/// A whole message.
pub(crate) fn screen(world: &World, message: &Message) -> String {
    let mut out = lines(world, &message.body);
    let mut buttons: Vec<String> = vec![];
    for component in components(&message.body) {
        if component["type"] == 2 {
            buttons.push(format!("[{}]", component["label"].as_str().unwrap_or_default()));
            continue;
        }
        if !buttons.is_empty() {
            out.push(std::mem::take(&mut buttons).join(" "));
        }
        out.push(format!("{{{}}}", component["placeholder"].as_str().unwrap_or_default()));
    }
    if !buttons.is_empty() {
        out.push(buttons.join(" "));
    }
    out.join("\n")
}

/// Markdown as it is read: escapes taken away, mentions and times resolved.
fn plain(world: &World, markdown: &str) -> String {
    let (mut out, mut rest) = (String::new(), markdown);
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if c == '\\' && after.starts_with(|c: char| !c.is_alphanumeric() && !c.is_whitespace()) {
            let escaped = after.chars().next().expect("just seen");
            out.push(escaped);
            rest = &after[escaped.len_utf8()..];
        } else if let Some(after) = rest.strip_prefix("**") {
            rest = after;
        } else if c == '<'
            && let Some((inner, after)) = after.split_once('>')
        {
            out.push_str(&pointed(world, inner));
            rest = after;
        } else if c == '['
            && let Some((label, after)) = link(after)
        {
            out.push_str(&plain(world, label));
            rest = after;
        } else {
            out.push(c);
            rest = after;
        }
    }
    out
}

/// `<@1>` and `<t:1:D>`; anything else is what nobody should have written.
fn pointed(world: &World, inner: &str) -> String {
    if let Some(id) = inner.strip_prefix('@') {
        let name = world.people.get(id).map_or("unknown-user", |person| &person.name);
        return format!("@{name}");
    }
    let time = inner.strip_prefix("t:").and_then(|time| time.split(':').next()?.parse().ok());
    match time.and_then(|seconds| DateTime::from_timestamp(seconds, 0)) {
        Some(at) => format!("@{}", at.format("%Y-%m-%dT%H:%MZ")),
        None => format!("<INTERPRETED {inner}>"),
    }
}

/// The label of a link, and what follows it.
fn link(after: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let end = after.char_indices().find(|(_, c)| {
        let ends = *c == ']' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    let (label, rest) = after.split_at(end?.0);
    let rest = rest.strip_prefix("](https://")?;
    Some((label, rest.split_once(')')?.1))
}

/// People mentioned in a text so that it would notify them, if that is allowed.
pub(crate) fn mentioned(markdown: &str) -> Vec<String> {
    let parts = markdown.split("<@").skip(1);
    let before = markdown.split("<@").map(|part| part.ends_with('\\'));
    let ids = parts.zip(before).filter(|(_, escaped)| !escaped).filter_map(|(part, _)| part.split_once('>'));
    ids.map(|(id, _)| id.to_owned()).filter(|id| id.bytes().all(|b| b.is_ascii_digit())).collect()
}
