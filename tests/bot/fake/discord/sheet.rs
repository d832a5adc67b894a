//! What can be read of a form: its fields, its answers, its faults.
//!
//! A message belongs to a form if the ids of its components begin with `~`, which no action of the bot contains
//! ([`panout::chat::Action`]). Such a message lists the answers of the whole form as facts, and what is wrong with
//! them as a list.

use serde_json::Value;

use super::markdown::Sort;
use super::screen;
use super::world::{First, Message, Modal, World};

pub(super) fn parts(message: &Message) -> impl Iterator<Item = &Value> {
    message.components.iter().flat_map(|row| row["components"].as_array().into_iter().flatten())
}

pub(super) fn is_form_id(part: &Value) -> bool {
    part["custom_id"].as_str().is_some_and(|id| id.starts_with('~'))
}

pub(super) fn belongs_to_form(part: &Value) -> bool {
    is_form_id(part) && part["disabled"] != true
}

pub(super) fn is_menu(part: &Value) -> bool {
    matches!(part["type"].as_u64(), Some(3 | 5))
}

/// The newest message of a form that somebody sees.
pub(super) fn step(world: &World, who: &str) -> Option<Message> {
    let seen = world.visible(who);
    let mut standing = seen.into_iter().rev().filter(|message| !message.gone);
    standing.find(|message| parts(message).any(belongs_to_form)).cloned()
}

/// Labels and answers that a message of a form lists.
pub(super) fn overview(world: &World, message: &Message) -> Vec<(String, String)> {
    let mut listed: Vec<(String, String)> = vec![];
    for line in screen::lines(world, message) {
        match (line.fact.filter(|_| line.sort == Sort::Plain), listed.last_mut()) {
            (Some((label, value)), _) => listed.push((label, value)),
            // An answer of several lines goes on.
            (None, Some((_, value))) => {
                value.push('\n');
                value.push_str(&line.text);
            }
            (None, None) => {}
        }
    }
    let shown = |value: String| match value.strip_prefix('@') {
        Some(name) if world.person_named(name).is_some() => name.to_owned(),
        _ if value == "—" => String::new(),
        _ => value,
    };
    listed.into_iter().map(|(label, value)| (label, shown(value))).collect()
}

/// Whether a message is the sheet of a form: what it shows is read with the form, and is no news by itself.
pub(super) fn is_sheet(world: &World, message: &Message) -> bool {
    parts(message).any(is_form_id) && (parts(message).any(is_menu) || !overview(world, message).is_empty())
}

pub(super) fn faults(world: &World, message: &Message) -> Vec<String> {
    let lines = screen::lines(world, message).into_iter().filter(|line| line.sort == Sort::Item);
    lines.map(|line| line.fact.map_or(line.text, |(_, says)| says)).collect()
}

/// The label of a menu: what the message lists it as, otherwise its placeholder.
pub(super) fn menu_label(menu: &Value, listed: &[(String, String)]) -> String {
    let shown = screen::placeholder(menu);
    let named = listed
        .iter()
        .map(|(label, _)| label)
        .filter(|label| shown == **label || shown.starts_with(&format!("{label} ")));
    named.max_by_key(|label| label.len()).map_or_else(|| shown.to_owned(), Clone::clone)
}

pub(super) fn is_menu_of(menu: &Value, listed: &[(String, String)], label: &str) -> bool {
    is_menu(menu) && belongs_to_form(menu) && menu_label(menu, listed) == label
}

pub(super) fn options(menu: &Value) -> Vec<Value> {
    menu["options"].as_array().cloned().unwrap_or_default()
}

/// What is chosen in a menu, as it reads.
pub(super) fn chosen(world: &World, message: &Message, menu: &Value) -> String {
    let key = (message.id.clone(), menu["custom_id"].as_str().unwrap_or_default().to_owned());
    let beforehand = || {
        let of_options =
            options(menu).into_iter().filter(|option| option["default"] == true).map(|it| it["value"].clone());
        let of_people =
            menu["default_values"].as_array().cloned().unwrap_or_default().into_iter().map(|it| it["id"].clone());
        of_options.chain(of_people).filter_map(|value| value.as_str().map(str::to_owned)).collect()
    };
    let values = world.chosen.get(&key).cloned().unwrap_or_else(beforehand);
    let shown = values.iter().map(|value| {
        let option = options(menu).into_iter().find(|option| option["value"] == *value);
        option.map_or_else(|| world.name_of(value), |it| it["label"].as_str().unwrap_or_default().to_owned())
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// The message of the form in front of somebody: a modal opened by a command has nothing to do with an older form.
pub(super) fn current(world: &World, who: &str) -> Option<Message> {
    let modal = world.modals.get(who);
    step(world, who).filter(|step| modal.is_none_or(|modal| modal.message.as_ref() == Some(&step.id)))
}

/// Every field that can be seen of a form, with its answer.
pub(super) fn fields(world: &World, who: &str) -> Vec<(String, String)> {
    let step = current(world, who);
    let modal = world.modals.get(who);
    let mut listed = step.as_ref().map(|step| overview(world, step)).unwrap_or_default();
    let mut set = |label: String, value: String| match listed.iter_mut().find(|(known, _)| *known == label) {
        Some((_, known)) => *known = value,
        None => listed.push((label, value)),
    };
    if let Some(step) = &step {
        let known = overview(world, step);
        for menu in parts(step).filter(|part| is_menu(part) && belongs_to_form(part)) {
            set(menu_label(menu, &known), chosen(world, step, menu));
        }
    }
    for input in modal.iter().flat_map(|modal| &modal.inputs) {
        set(text(&input["label"]), text(&input["value"]));
    }
    for (label, value) in world.pending.get(who).into_iter().flatten() {
        set(label.clone(), value.clone());
    }
    listed
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(super) fn is_open(world: &World, who: &str) -> bool {
    world.modals.contains_key(who) || step(world, who).is_some()
}

/// What an open form shows.
pub(super) fn drawn(world: &World, who: &str) -> String {
    assert!(is_open(world, who), "no form is open to {}", world.name_of(who));
    let mut lines: Vec<String> =
        fields(world, who).iter().map(|(label, value)| format!("{label}: {value}").trim_end().to_owned()).collect();
    let own = world.modals.get(who).map(|modal| modal.faults.clone()).filter(|faults| !faults.is_empty());
    let faults = own.unwrap_or_else(|| current(world, who).map(|step| faults(world, &step)).unwrap_or_default());
    lines.extend(faults.into_iter().map(|fault| format!("! {fault}")));
    lines.join("\n")
}

/// Types into an input, as far as Discord lets one.
pub(super) fn type_in(modal: &mut Modal, label: &str, value: &str) -> bool {
    let Some(input) = modal.inputs.iter_mut().find(|input| input["label"] == label) else { return false };
    let most = input["max_length"].as_u64().unwrap_or(4000);
    let length = value.encode_utf16().count() as u64;
    assert!(length <= most, "Discord lets nobody type {length} characters in {label:?}, at most {most}");
    input["value"] = value.into();
    modal.faults.clear();
    true
}

/// Whether an interaction shows what it came to.
pub(super) fn is_settled(world: &World, id: &str, touched: u64) -> bool {
    let Some(about) = world.interactions.iter().find(|it| it.id == id) else { return true };
    let original = about.original.as_ref().and_then(|id| world.messages.iter().find(|message| message.id == *id));
    let Some(original) = original.filter(|message| !message.gone) else { return true };
    match about.first {
        Some(First::Deferral) => !original.thinking,
        Some(First::DeferredUpdate) => original.touched > touched || !about.messages.is_empty(),
        // A message of a form in which nothing can be pressed says "one moment".
        Some(First::Update) => !parts(original).any(is_form_id) || parts(original).any(belongs_to_form),
        _ => true,
    }
}

/// Whether a form may have fields that cannot be seen yet: a full modal that no message with an overview opened.
pub(super) fn more_may_come(world: &World, who: &str) -> bool {
    world.modals.get(who).is_some_and(|modal| modal.inputs.len() == 5) && current(world, who).is_none()
}

/// What keeps a modal from being sent.
pub(super) fn unfilled(modal: &Modal) -> Vec<String> {
    let lacking = modal.inputs.iter().filter(|input| {
        let length = input["value"].as_str().unwrap_or_default().encode_utf16().count() as u64;
        let least = input["min_length"].as_u64().unwrap_or_default();
        (input["required"] != false && length == 0) || (length > 0 && length < least)
    });
    lacking.map(|input| format!("{}: please complete this required field", text(&input["label"]))).collect()
}

/// The values of a menu that read so.
pub(super) fn values(world: &World, menu: &Value, wanted: &str) -> Vec<String> {
    if wanted.is_empty() {
        return vec![];
    }
    if menu["type"] == 5 {
        let person = world.person_named(wanted.trim_start_matches('@'));
        return vec![person.unwrap_or_else(|| panic!("nobody is called {wanted:?}"))];
    }
    let known = options(menu);
    let option = known.iter().find(|option| option["label"] == wanted);
    vec![text(&option.unwrap_or_else(|| panic!("no choice {wanted:?} among {known:?}"))["value"])]
}
