//! Discord's rules for modals.

use std::collections::BTreeSet;

use serde_json::Value;

use super::strict::{at_most, filled, only, units};

/// What is wrong with a modal.
pub(super) fn wrong(modal: &Value) -> Vec<String> {
    let mut wrong = only(modal, "modal", &["title", "custom_id", "components"], &[]);
    wrong.extend(filled(&modal["title"], "modal title", 45));
    wrong.extend(filled(&modal["custom_id"], "modal custom_id", 100));
    let rows = modal["components"].as_array().cloned().unwrap_or_default();
    if !(1..=5).contains(&rows.len()) {
        wrong.push(format!("{} rows in a modal, not 1 to 5", rows.len()));
    }
    let mut ids = BTreeSet::new();
    for row in &rows {
        // Labels with menus (type 18) exist, but what is chosen in them is lost in the library the bot is built on.
        wrong.extend(only(row, "row", &["type", "components"], &["id"]));
        let inputs = row["components"].as_array().cloned().unwrap_or_default();
        if row["type"] != 1 || inputs.len() != 1 {
            wrong.push(format!("a row of type {} with {} inputs in a modal", row["type"], inputs.len()));
        }
        for input in &inputs {
            wrong.extend(one(input));
            if !ids.insert(input["custom_id"].to_string()) {
                wrong.push(format!("the input {} twice", input["custom_id"]));
            }
        }
    }
    wrong
}

fn one(input: &Value) -> Vec<String> {
    let known = ["min_length", "max_length", "required", "value", "placeholder", "id"];
    let mut wrong = only(input, "input", &["type", "custom_id", "label", "style"], &known);
    if input["type"] != 4 {
        wrong.push(format!("a component of type {} in a modal", input["type"]));
    }
    wrong.extend(filled(&input["custom_id"], "input custom_id", 100));
    wrong.extend(filled(&input["label"], "input label", 45));
    wrong.extend(at_most(&input["placeholder"], "input placeholder", 100));
    if !matches!(input["style"].as_u64(), Some(1 | 2)) {
        wrong.push(format!("an input of style {}", input["style"]));
    }
    let bound = |key: &str, usual: u64| usize::try_from(input[key].as_u64().unwrap_or(usual)).unwrap_or(usize::MAX);
    let (least, most) = (bound("min_length", 0), bound("max_length", 4000));
    if least > 4000 || !(1..=4000).contains(&most) || least > most {
        wrong.push(format!("an input of {least} to {most} characters"));
    }
    let value = units(&input["value"]);
    if value > most || (value > 0 && value < least) {
        wrong.push(format!("an input of {least} to {most} characters that holds {value}"));
    }
    wrong
}
