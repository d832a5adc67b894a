//! Forms as modals, and what was filled in as answers.
//!
//! Limits (docs.slack.dev, reference/views): title, submit and close 24 characters, 100 blocks, `private_metadata`
//! 3000, `callback_id` 255, label 2000, option 75, 100 options, plain text input 3000.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use chrono::NaiveDate;
use serde_json::{Value, json};

use super::blocks::{paragraph_blocks, plain_text};
use super::inbound::Origin;
use super::text::{unescaped, units};
use crate::chat::{Account, Action, Choice, Faults, Field, Form, Kind, Service, Submission};

/// The mark of a field that searches; what follows is the source.
const FIND: &str = "~find:";

/// A form as a view, carrying where it was asked.
///
/// # Errors
/// When it breaks a limit of Slack's, which only the form's author can mend.
pub(super) fn view(form: &Form, origin: &Origin, cancel: &str) -> Result<Value> {
    for (what, words) in [("title", &form.title), ("submit", &form.submit)] {
        ensure!((1..=24).contains(&units(words)), "a form's {what} has {} characters, not 1 to 24", units(words));
    }
    let mut blocks: Vec<Value> = form.intro.iter().flat_map(paragraph_blocks).collect();
    for field in &form.fields {
        blocks.push(input(field).with_context(|| format!("field {}", field.name))?);
    }
    ensure!((1..=100).contains(&blocks.len()), "a form has {} blocks, not 1 to 100", blocks.len());
    let mut view = json!({
        "type": "modal", "callback_id": form.action.as_str(), "title": plain_text(&form.title),
        "submit": plain_text(&form.submit), "close": plain_text(cancel), "blocks": blocks,
    });
    put_origin(&mut view, origin)?;
    Ok(view)
}

/// Makes the view carry another origin.
///
/// # Errors
/// When it does not fit.
pub(super) fn put_origin(view: &mut Value, origin: &Origin) -> Result<()> {
    let carried = serde_json::to_string(origin).context("an origin is plain data")?;
    ensure!(units(&carried) <= 3000, "private_metadata has {} characters, over 3000", units(&carried));
    view["private_metadata"] = carried.into();
    Ok(())
}

fn input(field: &Field) -> Result<Value> {
    ensure!((1..=2000).contains(&units(&field.label)), "a label has not 1 to 2000 characters");
    let mut block = json!({
        "type": "input", "block_id": field.name, "label": plain_text(&field.label),
        "optional": !field.required, "element": element(field)?,
    });
    if let Some(hint) = &field.hint {
        block["hint"] = plain_text(hint);
    }
    Ok(block)
}

fn element(field: &Field) -> Result<Value> {
    let value = field.value.as_deref().filter(|value| !value.is_empty());
    Ok(match &field.kind {
        Kind::Line { max } => words(value, *max, false)?,
        Kind::Amount => words(value, 64, false)?,
        Kind::Paragraph { max } => words(value, *max, true)?,
        Kind::Choice(choices) => menu(choices, value)?,
        Kind::Search { source, shown } => {
            let mut menu = json!({
                "type": "external_select", "action_id": format!("{FIND}{source}"), "min_query_length": 0,
            });
            if let Some(value) = value {
                menu["initial_option"] = option(&Choice::new(value, shown.as_deref().unwrap_or(value)))?;
            }
            menu
        }
        Kind::Date => {
            let mut picker = json!({"type": "datepicker", "action_id": "answer"});
            if let Some(day) = value.filter(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok()) {
                picker["initial_date"] = day.into();
            }
            picker
        }
        Kind::Person => {
            let mut picker = json!({"type": "users_select", "action_id": "answer"});
            let person = value.and_then(|value| value.parse::<Account>().ok());
            if let Some(person) = person.filter(|person| person.service == Service::Slack) {
                picker["initial_user"] = person.id.into();
            }
            picker
        }
    })
}

fn menu(choices: &[Choice], value: Option<&str>) -> Result<Value> {
    ensure!((1..=100).contains(&choices.len()), "{} choices, not 1 to 100", choices.len());
    let options = choices.iter().map(option).collect::<Result<Vec<_>>>()?;
    let mut menu = json!({"type": "static_select", "action_id": "answer", "options": options});
    // The initial option must be one of the options, word for word.
    if let Some(chosen) = choices.iter().position(|choice| Some(choice.value.as_str()) == value) {
        menu["initial_option"] = menu["options"][chosen].clone();
    }
    Ok(menu)
}

/// An answer longer than its field keeps all its words: the field grows, and the bot says what is too long.
fn words(value: Option<&str>, max: u16, multiline: bool) -> Result<Value> {
    let length = value.map_or(0, units);
    ensure!(length <= 3000, "a text input holds 3000 characters, not {length}");
    let max = usize::from(max).clamp(1, 3000).max(length);
    let mut input =
        json!({"type": "plain_text_input", "action_id": "answer", "multiline": multiline, "max_length": max});
    if let Some(value) = value {
        input["initial_value"] = value.into();
    }
    Ok(input)
}

/// A choice as an option object.
///
/// # Errors
/// When its label or value has not 1 to 75 characters.
pub(super) fn option(choice: &Choice) -> Result<Value> {
    for (what, words) in [("label", &choice.label), ("value", &choice.value)] {
        ensure!((1..=75).contains(&units(words)), "a choice's {what} has {} characters, not 1 to 75", units(words));
    }
    Ok(json!({"text": plain_text(&choice.label), "value": choice.value}))
}

/// The source a search field asks, from its `action_id`.
pub(super) fn source(action_id: &str) -> Option<&str> {
    action_id.strip_prefix(FIND)
}

/// Suggestions as the answer to `block_suggestion`; one that Slack would refuse is left out rather than losing all.
pub(super) fn suggestions(choices: &[Choice]) -> Value {
    let options: Vec<Value> = choices.iter().take(100).filter_map(|choice| option(choice).ok()).collect();
    json!({"options": options})
}

/// What was filled in. `None` if it is no form of ours.
pub(super) fn submission(view: &Value) -> Option<Submission> {
    let action = Action::new(view["callback_id"].as_str()?)?;
    let state = view["state"]["values"].as_object();
    let answers = state.into_iter().flatten().filter_map(|(name, inner)| {
        let answer = answer(inner.as_object()?.values().next()?)?;
        (!answer.trim().is_empty()).then(|| (name.clone(), answer))
    });
    Some(Submission { action, values: answers.collect::<BTreeMap<_, _>>() })
}

fn answer(state: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match state["type"].as_str()? {
        // Slack escapes what it gives back of an option, and not what was typed.
        "static_select" | "external_select" => text(&state["selected_option"]["value"]).map(|value| unescaped(&value)),
        "datepicker" => text(&state["selected_date"]),
        "users_select" => text(&state["selected_user"]).map(|id| Account::new(Service::Slack, id).to_string()),
        _ => text(&state["value"]),
    }
}

/// What is wrong, under the fields it is about. A fault of a field that is not in the view goes under the first one:
/// Slack would drop it.
pub(super) fn errors(view: &Value, faults: &Faults, unspecified: &str) -> Value {
    let names = inputs(view);
    let mut errors: BTreeMap<&str, String> = BTreeMap::new();
    for fault in &faults.0 {
        let Some(name) = names.iter().find(|name| **name == fault.field).or(names.first()) else { continue };
        let said = errors.entry(*name).or_default();
        *said = if said.is_empty() { fault.says.clone() } else { format!("{said} {}", fault.says) };
    }
    if let (true, Some(first)) = (errors.is_empty(), names.first()) {
        errors.insert(first, unspecified.to_owned());
    }
    json!({"response_action": "errors", "errors": errors})
}

fn inputs(view: &Value) -> Vec<&str> {
    let blocks = view["blocks"].as_array().into_iter().flatten();
    blocks.filter(|block| block["type"] == "input").filter_map(|block| block["block_id"].as_str()).collect()
}

/// The label of a field of the view.
pub(super) fn label<'a>(view: &'a Value, field: &str) -> Option<&'a str> {
    let mut blocks = view["blocks"].as_array().into_iter().flatten();
    blocks.find(|block| block["block_id"] == field)?["label"]["text"].as_str()
}

/// A view as it was submitted, made ready to be opened again with what was filled in.
pub(super) fn refilled(view: &Value) -> Value {
    let mut blocks = view["blocks"].as_array().cloned().unwrap_or_default();
    for block in &mut blocks {
        let Some(state) = block["block_id"].as_str().map(|name| &view["state"]["values"][name]) else { continue };
        let Some(state) = state.as_object().and_then(|inner| inner.values().next()) else { continue };
        let Some(element) = block["element"].as_object_mut() else { continue };
        for (answer, initial) in [
            ("value", "initial_value"),
            ("selected_option", "initial_option"),
            ("selected_date", "initial_date"),
            ("selected_user", "initial_user"),
        ] {
            match state.get(answer) {
                Some(Value::Null) => drop(element.remove(initial)),
                Some(given) => drop(element.insert(initial.into(), given.clone())),
                None => {}
            }
        }
    }
    let mut again = json!({"type": "modal", "blocks": blocks});
    for key in ["callback_id", "title", "submit", "close", "private_metadata"] {
        again[key] = view[key].clone();
    }
    again
}
