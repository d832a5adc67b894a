//! Wire blocks as a person reads them; `story/service.rs` says how a screen looks.

use chrono::DateTime;
use serde_json::Value;

enum Part {
    Lines(String),
    Quote(String),
    Buttons(Vec<String>),
    Menu(String),
}

/// A message as text. Parts that were split are joined again: their block ids begin with `more:`.
pub(super) fn message(blocks: &[Value], text: &str, name_of: &dyn Fn(&str) -> String) -> String {
    if blocks.is_empty() {
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    }
    let (mut parts, mut acts): (Vec<Part>, Vec<Part>) = (Vec::new(), Vec::new());
    for block in blocks {
        let goes_on = block["block_id"].as_str().is_some_and(|id| id.starts_with("more:"));
        let part = part(block, name_of);
        if let Part::Buttons(_) | Part::Menu(_) = part {
            match (part, acts.last_mut()) {
                (Part::Buttons(more), Some(Part::Buttons(row))) => row.extend(more),
                (part, _) => acts.push(part),
            }
            continue;
        }
        match (part, parts.last_mut()) {
            (Part::Lines(more), Some(Part::Lines(words))) | (Part::Quote(more), Some(Part::Quote(words)))
                if goes_on =>
            {
                words.push_str(&more);
            }
            (part, _) => parts.push(part),
        }
    }
    let lines: Vec<String> = parts.into_iter().chain(acts).map(shown).collect();
    lines.join("\n")
}

fn shown(part: Part) -> String {
    match part {
        Part::Lines(words) | Part::Menu(words) => words,
        Part::Quote(words) => words.split('\n').map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n"),
        Part::Buttons(row) => row.join(" "),
    }
}

fn part(block: &Value, name_of: &dyn Fn(&str) -> String) -> Part {
    let elements = || block["elements"].as_array().into_iter().flatten();
    match block["type"].as_str().unwrap_or_default() {
        "rich_text" if block["elements"][0]["type"] == "rich_text_quote" => Part::Quote(rich(block, name_of)),
        "rich_text" if block["elements"][0]["type"] == "rich_text_preformatted" => {
            Part::Lines(unaligned(&rich(block, name_of)))
        }
        "rich_text" => Part::Lines(rich(block, name_of)),
        "section" | "header" => Part::Lines(words(&block["text"])),
        "context" => Part::Lines(elements().map(words).collect::<Vec<_>>().join(" ")),
        "divider" => Part::Lines("---".into()),
        "image" => Part::Lines(format!("[picture: {}]", block["alt_text"].as_str().unwrap_or_default())),
        "table" => {
            let rows = block["rows"].as_array().into_iter().flatten();
            Part::Lines(rows.map(|row| cells(row, name_of)).collect::<Vec<_>>().join("\n"))
        }
        "actions" if elements().all(|element| element["type"] == "button") => {
            Part::Buttons(elements().map(|button| format!("[{}]", words(&button["text"]))).collect())
        }
        "actions" => {
            let menus = elements().map(|menu| format!("{{{}}}", words(&menu["placeholder"])));
            Part::Menu(menus.collect::<Vec<_>>().join(" "))
        }
        other => Part::Lines(format!("<{other}>")),
    }
}

fn words(text: &Value) -> String {
    text["text"].as_str().unwrap_or_default().to_owned()
}

fn cells(row: &Value, name_of: &dyn Fn(&str) -> String) -> String {
    let cell = |cell: &Value| if cell["type"] == "rich_text" { rich(cell, name_of) } else { words(cell) };
    let cells = row.as_array().into_iter().flatten().map(|it| cell(it).trim_matches(['\u{a0}', ' ']).to_owned());
    cells.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
}

/// Columns that were aligned with spaces, as rows of a table.
fn unaligned(lines: &str) -> String {
    let row = |line: &str| line.split(" | ").map(str::trim).collect::<Vec<_>>().join(" | ").trim_end().to_owned();
    lines.split('\n').map(row).collect::<Vec<_>>().join("\n")
}

/// A rich text block's words: decoration (emoji elements) is left out.
pub(super) fn rich(block: &Value, name_of: &dyn Fn(&str) -> String) -> String {
    let mut said = String::new();
    for section in block["elements"].as_array().into_iter().flatten() {
        let mut decorated = false;
        for element in section["elements"].as_array().into_iter().flatten() {
            let shown = match element["type"].as_str().unwrap_or_default() {
                "emoji" => {
                    decorated = true;
                    continue;
                }
                "user" => format!("@{}", name_of(element["user_id"].as_str().unwrap_or_default())),
                "date" => {
                    let at = DateTime::from_timestamp(element["timestamp"].as_i64().unwrap_or_default(), 0);
                    at.map_or_else(String::new, |at| at.format("@%Y-%m-%dT%H:%MZ").to_string())
                }
                _ => element["text"].as_str().unwrap_or_default().to_owned(),
            };
            said.push_str(if decorated { shown.trim_start() } else { &shown });
            decorated = false;
        }
    }
    said
}
