//! Reads cards and forms from the page's JSON, on its own: what a person sees, and what breaks the chat model's limits.

use chrono::{DateTime, Utc};
use serde_json::Value;

/// A message's card as plain text (see [`crate::story::ChatService`]).
pub(crate) fn screen(card: &Value) -> String {
    let (mut lines, mut acts) = (vec![text(&card["title"])], Vec::<String>::new());
    let mut after_buttons = false;
    for block in card["blocks"].as_array().expect("blocks") {
        let (kind, value) = tagged(block);
        let buttons = kind == "Buttons";
        for line in part(kind, value) {
            match acts.last_mut() {
                Some(last) if buttons && after_buttons => *last = format!("{last} {line}"),
                _ if buttons || kind == "Pick" => acts.push(line),
                _ => lines.push(line),
            }
        }
        // Others stand between only on the page.
        after_buttons = if kind == "Pick" { false } else { after_buttons || buttons };
    }
    lines.extend(acts);
    lines.join("\n")
}

fn part(kind: &str, value: &Value) -> Vec<String> {
    let items = || value.as_array().expect("a list").iter();
    match kind {
        "Text" | "Note" => vec![text(value)],
        "Facts" => items().map(|fact| format!("{}: {}", shown(&fact[0]), text(&fact[1]))).collect(),
        "Quote" => shown(value).split('\n').map(|line| format!("> {line}")).collect(),
        "Table" => {
            let cells = |row: &Value, cell: fn(&Value) -> String| {
                row.as_array().expect("a row").iter().map(cell).collect::<Vec<_>>().join(" | ")
            };
            let rows = value["rows"].as_array().expect("rows").iter().map(|row| cells(row, text));
            std::iter::once(cells(&value["head"], shown)).chain(rows).collect()
        }
        "Buttons" => vec![items().map(|b| format!("[{}]", shown(&b["label"]))).collect::<Vec<_>>().join(" ")],
        "Pick" => vec![format!("{{{}}}", shown(&value["label"]))],
        "Picture" => vec![format!("[picture: {}]", shown(&value["alt"]))],
        // A screen of its own.
        "File" => vec![],
        "Divider" => vec!["---".into()],
        other => panic!("the page does not know the block {other}"),
    }
}

/// Spans as plain text.
pub(crate) fn text(spans: &Value) -> String {
    let span = |span: &Value| {
        let (kind, value) = tagged(span);
        match kind {
            "Plain" | "Strong" => shown(value),
            "Link" => shown(&value["label"]),
            "Mention" => format!("@{}", shown(&value["name"])),
            "When" => {
                let at: DateTime<Utc> = value["at"].as_str().expect("an instant").parse().expect("an instant");
                at.format("@%Y-%m-%dT%H:%MZ").to_string()
            }
            other => panic!("the page does not know the span {other}"),
        }
    };
    spans.as_array().expect("spans").iter().map(span).collect()
}

/// The name and the content of an enum as JSON has it.
pub(crate) fn tagged(value: &Value) -> (&str, &Value) {
    match value {
        Value::String(name) => (name, &Value::Null),
        Value::Object(one) => one.iter().next().map(|(name, inner)| (name.as_str(), inner)).expect("a variant"),
        other => panic!("not a variant: {other}"),
    }
}

/// Without marks nobody sees.
fn shown(value: &Value) -> String {
    let marks = |c: char| matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{2066}'..='\u{2069}');
    value.as_str().expect("a text").replace(marks, "")
}

/// What in a card goes past the limits that `panout::chat` states.
pub(crate) fn card_faults(card: &Value) -> Vec<String> {
    let mut faults = vec![];
    let mut primary = 0;
    check(&mut faults, !text(&card["title"]).trim().is_empty(), "a card has no title");
    for block in card["blocks"].as_array().expect("blocks") {
        let (kind, value) = tagged(block);
        match kind {
            "Buttons" => {
                for button in value.as_array().expect("buttons") {
                    primary += usize::from(button["look"] == "Primary");
                    check(&mut faults, (1..=40).contains(&length(&button["label"])), "a button's label is not 1 to 40");
                    action(&mut faults, &button["action"]);
                }
            }
            "Pick" => {
                action(&mut faults, &value["action"]);
                check(&mut faults, (1..=100).contains(&length(&value["label"])), "a pick's label is not 1 to 100");
                choices(&mut faults, &value["choices"]);
            }
            "Table" => {
                let columns = value["head"].as_array().map(Vec::len);
                let even =
                    value["rows"].as_array().expect("rows").iter().all(|r| r.as_array().map(Vec::len) == columns);
                check(&mut faults, even, "a table's rows are not as long as its head");
            }
            "Picture" => {
                check(&mut faults, (1..=1000).contains(&length(&value["alt"])), "a picture's words are not 1 to 1000");
                check(&mut faults, value["svg"].is_null(), "a drawing is in the page's events");
            }
            "File" => {
                let name = value["name"].as_str().expect("a name");
                let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b);
                let good = (1..=60).contains(&name.len()) && name.bytes().all(plain);
                check(&mut faults, good, "a file's name is not 1 to 60 of a-z, 0-9, `.` and `-`");
            }
            _ => {}
        }
    }
    check(&mut faults, primary <= 1, "a card has more than one primary button");
    faults
}

/// What in a form goes past the limits that `panout::chat` states.
pub(crate) fn form_faults(form: &Value) -> Vec<String> {
    let mut faults = vec![];
    action(&mut faults, &form["action"]);
    check(&mut faults, (1..=24).contains(&length(&form["title"])), "a form's title is not 1 to 24");
    check(&mut faults, (1..=24).contains(&length(&form["submit"])), "a form's submit button is not 1 to 24");
    let mut names = std::collections::BTreeSet::new();
    for field in form["fields"].as_array().expect("fields") {
        let name = field["name"].as_str().expect("a name");
        let good = (1..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        check(&mut faults, good && names.insert(name), "a field's name is not good or not its own");
        check(&mut faults, (1..=45).contains(&length(&field["label"])), "a field's label is not 1 to 45");
        check(&mut faults, field["hint"].is_null() || length(&field["hint"]) <= 100, "a field's hint is past 100");
        if let ("Choice", offered) = tagged(&field["kind"]) {
            choices(&mut faults, offered);
        }
    }
    check(&mut faults, !names.is_empty(), "a form asks nothing");
    faults
}

fn choices(faults: &mut Vec<String>, choices: &Value) {
    let choices = choices.as_array().expect("choices");
    check(faults, (1..=25).contains(&choices.len()), "there are not 1 to 25 choices");
    let fit = |c: &Value| (1..=75).contains(&length(&c["label"])) && (1..=75).contains(&length(&c["value"]));
    check(faults, choices.iter().all(fit), "a choice's label or value is not 1 to 75");
}

fn action(faults: &mut Vec<String>, action: &Value) {
    let action = action.as_str().expect("an action");
    let good = (1..=64).contains(&action.len()) && action.bytes().all(|b| b.is_ascii_graphic() && b != b'~');
    check(faults, good, "an action is not 1 to 64 printable characters");
}

fn length(text: &Value) -> usize {
    text.as_str().expect("a text").chars().count()
}

fn check(faults: &mut Vec<String>, good: bool, sentence: &str) {
    if !good {
        faults.push(sentence.into());
    }
}
