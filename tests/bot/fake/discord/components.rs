//! Discord's rules for the components of a message.

use std::collections::BTreeSet;

use serde_json::Value;

use super::strict::{at_most, filled, only, units};

/// What is wrong with the rows of a message.
pub(super) fn rows(rows: &[Value]) -> Vec<String> {
    let mut wrong = vec![];
    if rows.len() > 5 {
        wrong.push(format!("{} rows of components, over 5", rows.len()));
    }
    let mut ids = BTreeSet::new();
    for row in rows {
        wrong.extend(only(row, "row", &["type", "components"], &["id"]));
        if row["type"] != 1 {
            wrong.push(format!("a component of type {} outside a row", row["type"]));
        }
        let parts = row["components"].as_array().cloned().unwrap_or_default();
        let buttons = parts.iter().filter(|part| part["type"] == 2).count();
        let fits = if buttons == parts.len() { (1..=5).contains(&buttons) } else { parts.len() == 1 };
        if !fits {
            wrong.push(format!("a row of {} components, {buttons} of them buttons", parts.len()));
        }
        for part in &parts {
            wrong.extend(one(part));
            if let Some(id) = part["custom_id"].as_str()
                && !ids.insert(id.to_owned())
            {
                wrong.push(format!("the custom_id {id} twice"));
            }
        }
    }
    wrong
}

fn one(part: &Value) -> Vec<String> {
    match part["type"].as_u64() {
        Some(2) => button(part),
        Some(3) => string_menu(part),
        Some(5..=8) => menu(part, &["default_values", "channel_types"]),
        other => vec![format!("a component of type {other:?} in a row of a message")],
    }
}

fn button(button: &Value) -> Vec<String> {
    let known = ["label", "emoji", "custom_id", "url", "disabled", "id"];
    let mut wrong = only(button, "button", &["type", "style"], &known);
    if button["emoji"].is_null() {
        wrong.extend(filled(&button["label"], "button label", 80));
    }
    wrong.extend(at_most(&button["label"], "button label", 80));
    match button["style"].as_u64() {
        Some(1..=4) => {
            wrong.extend(filled(&button["custom_id"], "button custom_id", 100));
            if !button["url"].is_null() {
                wrong.push("a button with custom_id and url".into());
            }
        }
        Some(5) if button["custom_id"].is_null() => wrong.extend(filled(&button["url"], "button url", 512)),
        other => wrong.push(format!("a button of style {other:?}")),
    }
    wrong
}

fn string_menu(part: &Value) -> Vec<String> {
    let mut wrong = menu(part, &["options"]);
    let options = part["options"].as_array().cloned().unwrap_or_default();
    if !(1..=25).contains(&options.len()) {
        wrong.push(format!("a menu of {} options, not 1 to 25", options.len()));
    }
    if number(part, "max_values") > options.len() {
        wrong.push("max_values over the number of options".into());
    }
    let values: BTreeSet<&str> = options.iter().filter_map(|option| option["value"].as_str()).collect();
    if values.len() < options.len() {
        wrong.push("an option's value twice in a menu".into());
    }
    let defaults = options.iter().filter(|option| option["default"] == true).count();
    if defaults > number(part, "max_values") {
        wrong.push("more options chosen beforehand than may be chosen".into());
    }
    for option in &options {
        wrong.extend(only(option, "option", &["label", "value"], &["description", "emoji", "default"]));
        wrong.extend(filled(&option["label"], "option label", 100));
        wrong.extend(filled(&option["value"], "option value", 100));
        wrong.extend(at_most(&option["description"], "option description", 100));
    }
    wrong
}

fn number(part: &Value, key: &str) -> usize {
    part[key].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(1)
}

fn menu(part: &Value, own: &[&str]) -> Vec<String> {
    let mut known = vec!["placeholder", "min_values", "max_values", "disabled", "id"];
    known.extend(own);
    let mut wrong = only(part, "menu", &["type", "custom_id"], &known);
    wrong.extend(filled(&part["custom_id"], "menu custom_id", 100));
    wrong.extend(at_most(&part["placeholder"], "menu placeholder", 150));
    let (least, most) = (number(part, "min_values"), number(part, "max_values"));
    if least > 25 || !(1..=25).contains(&most) || least > most {
        wrong.push(format!("a menu of {least} to {most} values"));
    }
    let defaults = part["default_values"].as_array().cloned().unwrap_or_default();
    if defaults.len() > most || defaults.iter().any(|it| it["id"].is_null() || units(&it["type"]) == 0) {
        wrong.push("default_values that are too many, or without id and type".into());
    }
    wrong
}
