//! Discord's rules for the definitions of commands.

use std::collections::BTreeSet;

use serde_json::Value;

use super::strict::{at_most, filled, only, units};

/// Languages a command may be localised in.
const LOCALES: &str = "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru \
                       uk hi th zh-CN ja zh-TW ko";

/// Fields of a command besides its name.
const COMMAND: [&str; 9] = [
    "type",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "default_member_permissions",
    "contexts",
    "integration_types",
    "nsfw",
];

/// What is wrong with the commands of an app.
pub(super) fn commands(body: &Value) -> Vec<String> {
    let Some(commands) = body.as_array() else { return vec!["commands are no list".into()] };
    let mut wrong = vec![];
    let of = |kind: u64| commands.iter().filter(|it| it["type"].as_u64().unwrap_or(1) == kind).count();
    if of(1) > 100 || of(2) > 15 || of(3) > 15 {
        wrong.push("more commands than an app may have".into());
    }
    let named: BTreeSet<(String, u64)> =
        commands.iter().map(|it| (it["name"].to_string(), it["type"].as_u64().unwrap_or(1))).collect();
    if named.len() < commands.len() {
        wrong.push("two commands of the same name and type".into());
    }
    wrong.extend(commands.iter().flat_map(one));
    wrong
}

fn one(command: &Value) -> Vec<String> {
    let mut wrong = only(command, "command", &["name"], &COMMAND);
    let name = command["name"].as_str().unwrap_or_default();
    match command["type"].as_u64().unwrap_or(1) {
        1 => {
            wrong.extend(names(command));
            wrong.extend(description(command));
            wrong.extend(options(&command["options"], 0));
        }
        2 | 3 => {
            wrong.extend(filled(&command["name"], "name of a context menu", 32));
            wrong.extend(localised(&command["name_localizations"], "name of a context menu", 32));
            if units(&command["description"]) > 0 || !command["options"].is_null() {
                wrong.push(format!("{name}: a context menu has neither description nor options"));
            }
        }
        other => wrong.push(format!("{name}: no type {other}")),
    }
    let numbers = |key: &str, most: u64| {
        let list = command[key].as_array().cloned().unwrap_or_default();
        list.iter().all(|it| it.as_u64().is_some_and(|it| it <= most))
    };
    if !numbers("contexts", 2) || !numbers("integration_types", 1) {
        wrong.push(format!("{name}: contexts are 0 to 2, integration_types 0 to 1"));
    }
    if size(command) > 8000 {
        wrong.push(format!("{name}: {} characters in all, over 8000", size(command)));
    }
    wrong
        .into_iter()
        .map(|sentence| if sentence.contains(name) { sentence } else { format!("{name}: {sentence}") })
        .collect()
}

fn names(value: &Value) -> Vec<String> {
    let mut wrong = filled(&value["name"], "name", 32);
    let localised = value["name_localizations"].as_object().into_iter().flatten().map(|(_, name)| name);
    for name in std::iter::once(&value["name"]).chain(localised).filter_map(Value::as_str) {
        let known = name.chars().all(|c| (c.is_alphanumeric() && !c.is_uppercase()) || matches!(c, '-' | '_' | '\''));
        if !known {
            wrong.push(format!("the name {name} is not of lowercase letters, digits, - and _"));
        }
    }
    wrong.extend(self::localised(&value["name_localizations"], "name", 32));
    wrong
}

fn description(value: &Value) -> Vec<String> {
    let mut wrong = filled(&value["description"], "description", 100);
    wrong.extend(localised(&value["description_localizations"], "description", 100));
    wrong
}

fn localised(texts: &Value, what: &str, most: usize) -> Vec<String> {
    let mut wrong = vec![];
    for (locale, text) in texts.as_object().into_iter().flatten() {
        if !LOCALES.split_whitespace().any(|known| known == locale) {
            wrong.push(format!("{what}: there is no locale {locale}"));
        }
        wrong.extend(filled(text, &format!("{what} in {locale}"), most));
    }
    wrong
}

fn options(value: &Value, depth: usize) -> Vec<String> {
    let options = value.as_array().cloned().unwrap_or_default();
    let mut wrong = vec![];
    if options.len() > 25 {
        wrong.push(format!("{} options, over 25", options.len()));
    }
    let is_sub = |option: &&Value| matches!(option["type"].as_u64(), Some(1 | 2));
    let subs = options.iter().filter(is_sub).count();
    if subs > 0 && subs < options.len() {
        wrong.push("subcommands and options side by side".into());
    }
    if subs > 0 && depth > 1 {
        wrong.push("subcommands nested too deep".into());
    }
    let names: BTreeSet<String> = options.iter().map(|option| option["name"].to_string()).collect();
    if names.len() < options.len() {
        wrong.push("two options of the same name".into());
    }
    let last_required = options.iter().rposition(|option| option["required"] == true);
    let first_optional = options.iter().position(|option| option["required"] != true);
    if last_required.zip(first_optional).is_some_and(|(last, first)| first < last) {
        wrong.push("a required option after an optional one".into());
    }
    wrong.extend(options.iter().flat_map(|it| option(it, depth)));
    wrong
}

fn option(option: &Value, depth: usize) -> Vec<String> {
    let known = [
        "name_localizations",
        "description_localizations",
        "required",
        "choices",
        "options",
        "channel_types",
        "min_value",
        "max_value",
        "min_length",
        "max_length",
        "autocomplete",
    ];
    let mut wrong = only(option, "option", &["type", "name", "description"], &known);
    wrong.extend(names(option));
    wrong.extend(description(option));
    match option["type"].as_u64() {
        Some(1 | 2) => wrong.extend(options(&option["options"], depth + 1)),
        Some(3..=11) if option["options"].is_null() => {}
        other => wrong.push(format!("an option of type {other:?}, or with options of its own")),
    }
    let choices = option["choices"].as_array().cloned().unwrap_or_default();
    if choices.len() > 25 || (!choices.is_empty() && option["autocomplete"] == true) {
        wrong.push("over 25 choices, or choices beside autocomplete".into());
    }
    for choice in &choices {
        wrong.extend(only(choice, "choice", &["name", "value"], &["name_localizations"]));
        wrong.extend(filled(&choice["name"], "choice name", 100));
        wrong.extend(at_most(&choice["value"], "choice value", 100));
        wrong.extend(localised(&choice["name_localizations"], "choice name", 100));
    }
    wrong
}

/// Names, descriptions and values of a command, the longest localisation of each.
fn size(value: &Value) -> usize {
    let longest = |key: &str| {
        let localised =
            value[format!("{key}_localizations")].as_object().into_iter().flatten().map(|(_, text)| units(text));
        localised.chain([units(&value[key])]).max().unwrap_or_default()
    };
    let below = ["options", "choices"].iter().flat_map(|key| value[*key].as_array().into_iter().flatten());
    longest("name") + longest("description") + units(&value["value"]) + below.map(size).sum::<usize>()
}
