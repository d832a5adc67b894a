//! Messages as a person reads them; `story/service.rs` says how a screen looks.

use serde_json::Value;

use super::markdown::{self, Line, Sort};
use super::world::{Message, World};

/// A message as text.
pub(super) fn message(world: &World, message: &Message) -> String {
    let mut out: Vec<String> = lines(world, message).iter().map(drawn).collect();
    let mut buttons: Vec<String> = vec![];
    for row in &message.components {
        for part in row["components"].as_array().into_iter().flatten() {
            let label = part["label"].as_str().unwrap_or_default();
            match (part["type"].as_u64(), part["disabled"] == true) {
                (Some(2), false) => buttons.push(format!("[{label}]")),
                (Some(2), true) => buttons.push(format!("({label})")),
                _ => {
                    out.extend((!buttons.is_empty()).then(|| std::mem::take(&mut buttons).join(" ")));
                    out.push(format!("{{{}}}", placeholder(part)));
                }
            }
        }
    }
    out.extend((!buttons.is_empty()).then(|| buttons.join(" ")));
    out.join("\n")
}

/// What a menu shows while nothing is chosen.
pub(super) fn placeholder(menu: &Value) -> &str {
    menu["placeholder"].as_str().unwrap_or("Make a selection")
}

/// The lines of a message: content first, then every embed from top to bottom.
pub(super) fn lines(world: &World, message: &Message) -> Vec<Line> {
    let names = |kind: char, id: &str| match kind {
        '@' => world.name_of(id),
        _ => world.channel(id).map_or_else(|| id.to_owned(), |channel| channel.name.clone()),
    };
    let mut out = vec![];
    let add = |out: &mut Vec<Line>, text: &Value| {
        let text = text.as_str().unwrap_or_default().trim();
        if !text.is_empty() {
            out.extend(markdown::lines(text, &names));
        }
    };
    add(&mut out, &Value::String(message.content.clone()));
    for embed in &message.embeds {
        add(&mut out, &embed["author"]["name"]);
        add(&mut out, &embed["title"]);
        add(&mut out, &embed["description"]);
        for field in embed["fields"].as_array().into_iter().flatten() {
            let (name, value) =
                (field["name"].as_str().unwrap_or_default(), field["value"].as_str().unwrap_or_default());
            add(&mut out, &Value::String(format!("**{}:** {value}", name.trim_end_matches(':'))));
        }
        let picture = message.picture(embed).map(|text| Line { sort: Sort::Plain, text, fact: None });
        out.extend(picture);
        add(&mut out, &embed["footer"]["text"]);
    }
    out
}

fn drawn(line: &Line) -> String {
    match line.sort {
        Sort::Quote => format!("> {}", line.text),
        Sort::Item => format!("- {}", line.text),
        Sort::Code if line.text.contains(" | ") => {
            let cells = line.text.split(" | ").map(str::trim);
            cells.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
        }
        Sort::Plain if is_divider(&line.text) => "---".into(),
        Sort::Plain | Sort::Code => line.text.clone(),
    }
}

/// Discord has no divider of its own: a line of nothing but dashes stands for one.
fn is_divider(text: &str) -> bool {
    let dashes = text.trim();
    dashes == "⸻" || (dashes.chars().count() >= 3 && dashes.chars().all(|c| "─━—–-⸻".contains(c)))
}

/// The marker a message carries, as `story/service.rs` calls it: after the first `~` of a component's id, otherwise
/// the last part of the address of an embed that shows no title. Parts of one card have `.N.OF` behind it.
pub(super) fn marker(message: &Message) -> Option<String> {
    let rows = message.components.iter().flat_map(|row| row["components"].as_array().into_iter().flatten());
    let in_ids = rows.filter_map(|part| part["custom_id"].as_str()?.split('~').nth(1));
    let silent = message.embeds.iter().filter(|embed| embed["title"].is_null());
    let in_urls = silent.filter_map(|embed| embed["url"].as_str()?.rsplit('/').next());
    let found = in_ids.chain(in_urls).find(|mark| !mark.is_empty() && !mark.contains(':'))?;
    Some(found.split('.').next().unwrap_or(found).to_owned())
}
