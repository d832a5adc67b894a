//! The commands Discord offers, made from the bot's [`Menu`].

use std::sync::Arc;

use anyhow::ensure;
use serde_json::{Map, Value, json};

use super::Adapter;
use super::api::{Api, Refusal};
use crate::chat::{CommandSpec, Localized, Menu, OptionKind, OptionSpec, ShortcutSpec};

/// Tags by which Discord knows the languages we speak besides English. Source: Discord's reference of locales.
const LOCALES: [&str; 2] = ["fr", "ro"];
/// In servers, and in direct messages with the bot.
const CONTEXTS: [u8; 2] = [0, 1];

/// Registers the commands of the bot if Discord has others.
///
/// All of them are written at once, which Discord allows 200 times a day: not at every start.
pub(super) async fn run(adapter: Arc<Adapter>, application: String) {
    let commands = match commands(adapter.ports.bot.menu()) {
        Ok(commands) => commands,
        Err(error) => return tracing::error!(%error, "the commands are not such as Discord takes"),
    };
    match same(&adapter.api, &application, &commands).await {
        Ok(true) => tracing::debug!("Discord knows the commands"),
        Err(refusal) => tracing::error!(%refusal, "Discord does not tell its commands"),
        Ok(false) => match adapter.api.put(&path(&application), &Value::Array(commands)).await {
            Ok(_) => tracing::info!("commands registered at Discord"),
            Err(refusal) => tracing::error!(%refusal, "Discord did not take the commands"),
        },
    }
}

/// Whether Discord has exactly these commands.
pub(super) async fn same(api: &Api, application: &str, commands: &[Value]) -> Result<bool, Refusal> {
    let there = api.get(&format!("{}?with_localizations=true", path(application))).await?;
    let there = there.as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(sorted(there) == sorted(commands))
}

fn path(application: &str) -> String {
    format!("/applications/{application}/commands")
}

/// Commands and message menus as Discord takes them.
///
/// # Errors
/// Names the command that breaks one of Discord's limits.
pub(super) fn commands(menu: &Menu) -> anyhow::Result<Vec<Value>> {
    ensure!(menu.commands.len() <= 100, "more than 100 commands");
    ensure!(menu.shortcuts.len() <= 5, "more than 5 message menus");
    let mut all = vec![];
    for spec in &menu.commands {
        let command = command(spec);
        check(&command).map_err(|why| anyhow::anyhow!("/{}: {why}", spec.name))?;
        let size = letters(&command);
        ensure!(size <= 8000, "/{}: {size} characters of names, descriptions and values; 8000 are allowed", spec.name);
        all.push(command);
    }
    all.extend(menu.shortcuts.iter().map(shortcut));
    Ok(all)
}

fn command(spec: &CommandSpec) -> Value {
    let mut command = described(spec.name, &spec.description);
    let subcommands = spec.subcommands.iter().map(|sub| {
        let mut command = described(sub.name, &sub.description);
        command["type"] = 1.into();
        command["options"] = sub.options.iter().map(option).collect();
        command
    });
    command["type"] = 1.into();
    command["options"] = spec.options.iter().map(option).chain(subcommands).collect();
    command["contexts"] = json!(CONTEXTS);
    command["integration_types"] = json!([0]);
    command
}

fn shortcut(spec: &ShortcutSpec) -> Value {
    let mut command = json!({"type": 3, "name": spec.label.get("en"), "contexts": CONTEXTS, "integration_types": [0]});
    localize(&mut command, "name_localizations", &spec.label);
    command
}

fn option(spec: &OptionSpec) -> Value {
    let mut option = described(spec.name, &spec.description);
    option["type"] = 3.into();
    match &spec.kind {
        OptionKind::Line | OptionKind::Text => {}
        OptionKind::Suggested(_) => option["autocomplete"] = true.into(),
        OptionKind::Choice(choices) => {
            let entry = |(value, label): &(&str, Localized)| {
                let mut choice = json!({"name": label.get("en"), "value": value});
                localize(&mut choice, "name_localizations", label);
                choice
            };
            option["choices"] = choices.iter().map(entry).collect();
        }
    }
    option
}

fn described(name: &str, description: &Localized) -> Value {
    let mut object = json!({"name": name, "description": description.get("en")});
    localize(&mut object, "description_localizations", description);
    object
}

fn localize(object: &mut Value, key: &str, text: &Localized) {
    let known = LOCALES.iter().filter_map(|locale| Some(((*locale).to_owned(), text.0.get(*locale)?.as_str().into())));
    let known: Map<String, Value> = known.collect();
    if !known.is_empty() {
        object[key] = known.into();
    }
}

/// Discord's limits on a command, its subcommands and their options.
fn check(command: &Value) -> Result<(), String> {
    let name = command["name"].as_str().unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    let lengths = |key: &str, most: usize| {
        let own = command[key].as_str();
        let others = command[format!("{key}_localizations")].as_object().into_iter().flatten();
        let mut all = own.into_iter().chain(others.filter_map(|(_, text)| text.as_str()));
        all.all(|text| (1..=most).contains(&text.chars().count()))
    };
    if !(1..=32).contains(&name.len()) || !name.chars().all(plain) {
        return Err(format!("the name {name:?}"));
    }
    if !lengths("description", 100) {
        return Err(format!("the description of {name:?}: 1 to 100 characters"));
    }
    for key in ["options", "choices"] {
        let entries = command[key].as_array().map_or(&[][..], Vec::as_slice);
        let mut names: Vec<&str> = entries.iter().filter_map(|entry| entry["name"].as_str()).collect();
        names.sort_unstable();
        names.dedup();
        if entries.len() > 25 || names.len() != entries.len() {
            return Err(format!("the {key} of {name:?}: at most 25, with different names"));
        }
    }
    command["options"].as_array().into_iter().flatten().try_for_each(check)
}

/// What counts towards the 8000 characters of a command: names, descriptions and values, in the longest language.
fn letters(object: &Value) -> usize {
    let longest = |key: &str| {
        let own = object[key].as_str().map_or(0, |text| text.chars().count());
        let others = object[format!("{key}_localizations")].as_object().into_iter().flatten();
        others.filter_map(|(_, text)| Some(text.as_str()?.chars().count())).fold(own, usize::max)
    };
    let below = ["options", "choices"].into_iter().flat_map(|key| object[key].as_array().into_iter().flatten());
    longest("name") + longest("description") + longest("value") + below.map(letters).sum::<usize>()
}

/// Commands without what Discord adds to them, in an order of their own.
fn sorted(commands: &[Value]) -> Vec<Value> {
    let mut all: Vec<Value> = commands.iter().map(essence).collect();
    all.sort_by_key(|command| (command["type"].as_u64(), command["name"].as_str().map(str::to_owned)));
    all
}

fn essence(object: &Value) -> Value {
    const KEPT: [&str; 9] = [
        "type",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "autocomplete",
        "value",
        "contexts",
        "integration_types",
    ];
    let mut essence = Map::new();
    for key in KEPT {
        let value = &object[key];
        let empty = match value {
            Value::Null | Value::Bool(false) => true,
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        };
        if !empty {
            essence.insert(key.to_owned(), value.clone());
        }
    }
    for key in ["options", "choices"] {
        let list = object[key].as_array().map_or(&[][..], Vec::as_slice);
        if !list.is_empty() {
            essence.insert(key.to_owned(), list.iter().map(essence_of).collect());
        }
    }
    Value::Object(essence)
}

fn essence_of(object: &Value) -> Value {
    essence(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn text(en: &str, fr: &str) -> Localized {
        Localized(BTreeMap::from([("en".into(), en.into()), ("fr".into(), fr.into())]))
    }

    fn menu(description: &str) -> Menu {
        let option = OptionSpec { name: "account", description: text("Who", "Qui"), kind: OptionKind::Suggested("a") };
        let command = CommandSpec {
            name: "refusal",
            description: text(description, "Noter"),
            usage: Localized::default(),
            options: vec![option],
            subcommands: vec![],
        };
        let shortcut = ShortcutSpec { name: "log", label: text("Log as refusal", "Noter un refus") };
        Menu { commands: vec![command], shortcuts: vec![shortcut] }
    }

    #[test]
    fn what_discord_adds_is_no_difference() {
        let ours = commands(&menu("Log")).unwrap();
        let mut theirs = ours.clone();
        theirs.reverse();
        theirs[0]["id"] = "1".into();
        theirs[0]["options"] = Value::Null;
        theirs[1]["version"] = "2".into();
        theirs[1]["options"][0]["required"] = false.into();
        theirs[1]["name_localizations"] = Value::Null;
        theirs[0]["description"] = "".into();
        assert_eq!(sorted(&ours), sorted(&theirs));
        assert_ne!(sorted(&ours), sorted(&commands(&menu("Other")).unwrap()));
    }

    #[test]
    fn a_description_that_is_too_long_is_named() {
        let error = commands(&menu(&"x".repeat(101))).unwrap_err();
        assert_eq!(error.to_string(), "/refusal: the description of \"refusal\": 1 to 100 characters");
    }
}
