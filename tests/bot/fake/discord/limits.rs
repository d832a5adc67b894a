//! Discord's limits, as far as the bot meets them. Source: Discord's reference, [DOC] in facts.

use serde_json::Value;

type Check = Result<(), String>;

/// The length Discord counts, at worst.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Refuses fields Discord does not know.
pub(crate) fn only(object: &Value, what: &str, known: &[&str]) -> Check {
    let Some(fields) = object.as_object() else { return Err(format!("{what} is not an object")) };
    match fields.keys().find(|key| !known.contains(&key.as_str())) {
        Some(unknown) => Err(format!("{what} has an unknown field {unknown:?}")),
        None => Ok(()),
    }
}

/// A text of so many characters; `None` is allowed from 0.
fn text(object: &Value, what: &str, key: &str, (least, most): (usize, usize)) -> Check {
    match &object[key] {
        Value::Null if least == 0 => Ok(()),
        Value::String(text) if (least..=most).contains(&units(text)) => Ok(()),
        Value::String(text) => {
            Err(format!("{what}: {key} has {} characters, {least} to {most} are allowed", units(text)))
        }
        _ => Err(format!("{what}: {key} is not a text")),
    }
}

/// A message that is posted or edited.
pub(crate) fn message(body: &Value, more: &[&str]) -> Check {
    let known = [&["content", "embeds", "components", "allowed_mentions"], more].concat();
    only(body, "a message", &known)?;
    text(body, "a message", "content", (0, 2000))?;
    let embeds = list(&body["embeds"]);
    if embeds.len() > 10 {
        return Err(format!("{} embeds, 10 are allowed", embeds.len()));
    }
    let mut all = 0;
    for embed in embeds {
        only(embed, "an embed", &["title", "description", "url", "color", "fields", "footer", "author"])?;
        text(embed, "an embed", "description", (1, 4096))?;
        text(embed, "an embed", "title", (0, 256))?;
        if embed["description"].as_str().is_some_and(|text| text.trim().is_empty()) {
            return Err("an embed is empty".into());
        }
        if embed["url"].as_str().is_some_and(|url| !url.starts_with("https://")) {
            return Err("an embed's url is none".into());
        }
        all += units(embed["description"].as_str().unwrap_or_default());
    }
    if all > 6000 {
        return Err(format!("{all} characters in embeds, 6000 are allowed"));
    }
    let rows = list(&body["components"]);
    let readable = body["content"].as_str().is_some_and(|content| !content.trim().is_empty());
    if !readable && embeds.is_empty() {
        return Err("50006: cannot send an empty message".into());
    }
    if let Some(nonce) = body["nonce"].as_str()
        && units(nonce) > 25
    {
        return Err(format!("the nonce {nonce:?} is longer than 25 characters"));
    }
    components(rows)
}

fn components(rows: &[Value]) -> Check {
    if rows.len() > 5 {
        return Err(format!("{} rows of components, 5 are allowed", rows.len()));
    }
    let mut ids: Vec<&str> = vec![];
    for row in rows {
        only(row, "a row", &["type", "components"])?;
        let inside = list(&row["components"]);
        if row["type"] != 1 || inside.is_empty() || inside.len() > 5 {
            return Err(format!("a row of {} components", inside.len()));
        }
        for component in inside {
            match component["type"].as_u64() {
                Some(2) => button(component)?,
                Some(3) if inside.len() == 1 => menu(component)?,
                Some(5) if inside.len() == 1 => people(component)?,
                other => return Err(format!("a component of type {other:?} in a row of {}", inside.len())),
            }
            ids.extend(component["custom_id"].as_str());
        }
    }
    distinct(&ids, "custom_id")
}

fn distinct(all: &[&str], what: &str) -> Check {
    let mut seen = all.to_vec();
    seen.sort_unstable();
    match seen.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("the {what} {:?} stands twice", pair[0])),
        None => Ok(()),
    }
}

fn button(component: &Value) -> Check {
    only(component, "a button", &["type", "style", "label", "custom_id", "disabled", "emoji"])?;
    text(component, "a button", "label", (1, 80))?;
    text(component, "a button", "custom_id", (1, 100))?;
    if !(1..=4).contains(&component["style"].as_u64().unwrap_or_default()) {
        return Err("a button without a style".into());
    }
    Ok(())
}

fn sizes(component: &Value, most: u64) -> Check {
    text(component, "a menu", "custom_id", (1, 100))?;
    text(component, "a menu", "placeholder", (0, 150))?;
    let least = component["min_values"].as_u64().unwrap_or(1);
    let at_most = component["max_values"].as_u64().unwrap_or(1);
    if least > at_most || at_most == 0 || at_most > most {
        return Err(format!("a menu of {least} to {at_most} values"));
    }
    Ok(())
}

fn menu(component: &Value) -> Check {
    let known = ["type", "custom_id", "options", "placeholder", "min_values", "max_values", "disabled"];
    only(component, "a menu", &known)?;
    let options = list(&component["options"]);
    if options.is_empty() || options.len() > 25 {
        return Err(format!("a menu of {} options", options.len()));
    }
    sizes(component, options.len() as u64)?;
    for option in options {
        only(option, "an option", &["label", "value", "description", "default"])?;
        text(option, "an option", "label", (1, 100))?;
        text(option, "an option", "value", (1, 100))?;
    }
    if options.iter().filter(|option| option["default"] == true).count() > 1 {
        return Err("a menu with several defaults".into());
    }
    let values: Vec<&str> = options.iter().filter_map(|option| option["value"].as_str()).collect();
    distinct(&values, "option")
}

fn people(component: &Value) -> Check {
    let known = ["type", "custom_id", "placeholder", "min_values", "max_values", "default_values", "disabled"];
    only(component, "a menu of people", &known)?;
    sizes(component, 25)?;
    for person in list(&component["default_values"]) {
        only(person, "a default person", &["id", "type"])?;
        if person["type"] != "user" {
            return Err("a default person who is none".into());
        }
    }
    Ok(())
}

/// A modal.
pub(crate) fn modal(body: &Value) -> Check {
    only(body, "a modal", &["title", "custom_id", "components"])?;
    text(body, "a modal", "title", (1, 45))?;
    text(body, "a modal", "custom_id", (1, 100))?;
    let rows = list(&body["components"]);
    if rows.is_empty() || rows.len() > 5 {
        return Err(format!("a modal of {} rows", rows.len()));
    }
    let mut ids = vec![];
    for row in rows {
        only(row, "a row", &["type", "components"])?;
        let [input] = list(&row["components"]) else { return Err("a row of a modal holds one input".into()) };
        let known =
            ["type", "custom_id", "style", "label", "min_length", "max_length", "required", "value", "placeholder"];
        only(input, "an input", &known)?;
        if input["type"] != 4 || !(1..=2).contains(&input["style"].as_u64().unwrap_or_default()) {
            return Err("a modal holds text inputs only".into());
        }
        text(input, "an input", "label", (1, 45))?;
        text(input, "an input", "custom_id", (1, 100))?;
        text(input, "an input", "placeholder", (0, 100))?;
        let most = input["max_length"].as_u64().unwrap_or(4000);
        if !(1..=4000).contains(&most) {
            return Err(format!("an input of {most} characters"));
        }
        text(input, "an input", "value", (0, usize::try_from(most).expect("small")))?;
        ids.extend(input["custom_id"].as_str());
    }
    distinct(&ids, "custom_id")
}

/// Tags Discord knows. Source: Discord's reference of locales.
const LOCALES: [&str; 32] = [
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
];

/// Every global command, as it is registered.
pub(crate) fn commands(all: &[Value]) -> Check {
    let of = |kind: u64| all.iter().filter(move |c| c["type"].as_u64().unwrap_or(1) == kind);
    for (kind, most) in [(1, 100), (3, 5)] {
        let names: Vec<&str> = of(kind).filter_map(|c| c["name"].as_str()).collect();
        if names.len() > most {
            return Err(format!("{} commands of type {kind}", names.len()));
        }
        distinct(&names, "command")?;
    }
    for command in all {
        let known = [
            "type",
            "name",
            "name_localizations",
            "description",
            "description_localizations",
            "options",
            "contexts",
            "integration_types",
            "default_member_permissions",
            "nsfw",
        ];
        only(command, "a command", &known)?;
        if list(&command["contexts"]).is_empty() || list(&command["integration_types"]).is_empty() {
            return Err("a command says not where it may be used".into());
        }
        if command["type"] == 3 {
            text(command, "a message menu", "name", (1, 32))?;
            if !command["description"].is_null() || !command["options"].is_null() {
                return Err("a message menu has a name only".into());
            }
            localized(command, "name", 32)?;
            continue;
        }
        named(command)?;
        options(command, true)?;
        let size = letters(command);
        if size > 8000 {
            return Err(format!("a command of {size} characters, 8000 are allowed"));
        }
    }
    Ok(())
}

fn named(object: &Value) -> Check {
    let name = object["name"].as_str().unwrap_or_default();
    let plain = |c: char| c.is_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if !(1..=32).contains(&name.chars().count()) || !name.chars().all(plain) {
        return Err(format!("a command or an option is called {name:?}"));
    }
    text(object, name, "description", (1, 100))?;
    localized(object, "description", 100)
}

fn localized(object: &Value, key: &str, most: usize) -> Check {
    for (locale, text) in object[format!("{key}_localizations")].as_object().into_iter().flatten() {
        if !LOCALES.contains(&locale.as_str()) {
            return Err(format!("no language {locale:?} at Discord"));
        }
        if !(1..=most).contains(&text.as_str().map_or(0, units)) {
            return Err(format!("the {key} in {locale}: 1 to {most} characters"));
        }
    }
    Ok(())
}

fn options(object: &Value, top: bool) -> Check {
    let all = list(&object["options"]);
    if all.len() > 25 {
        return Err(format!("{} options", all.len()));
    }
    let names: Vec<&str> = all.iter().filter_map(|option| option["name"].as_str()).collect();
    distinct(&names, "option")?;
    let subcommands = all.iter().filter(|option| option["type"] == 1).count();
    if subcommands > 0 && (subcommands < all.len() || !top) {
        return Err("options and subcommands cannot be mixed".into());
    }
    let mut optional = false;
    for option in all {
        let known = [
            "type",
            "name",
            "name_localizations",
            "description",
            "description_localizations",
            "required",
            "choices",
            "options",
            "autocomplete",
        ];
        only(option, "an option", &known)?;
        named(option)?;
        if option["required"] == true && optional {
            return Err("a required option after one that is not".into());
        }
        optional |= option["required"] != true;
        let choices = list(&option["choices"]);
        if choices.len() > 25 || (option["autocomplete"] == true && !choices.is_empty()) {
            return Err("too many choices, or choices beside suggestions".into());
        }
        for choice in choices {
            only(choice, "a choice", &["name", "name_localizations", "value"])?;
            text(choice, "a choice", "name", (1, 100))?;
            text(choice, "a choice", "value", (1, 100))?;
            localized(choice, "name", 100)?;
        }
        match option["type"].as_u64() {
            Some(1) => options(option, false)?,
            Some(3) => {}
            other => return Err(format!("an option of type {other:?}")),
        }
    }
    Ok(())
}

fn letters(object: &Value) -> usize {
    let longest = |key: &str| {
        let others = object[format!("{key}_localizations")].as_object().into_iter().flatten();
        let own = object[key].as_str().map_or(0, units);
        others.map(|(_, text)| text.as_str().map_or(0, units)).fold(own, usize::max)
    };
    let below = list(&object["options"]).iter().chain(list(&object["choices"]));
    longest("name") + longest("description") + longest("value") + below.map(letters).sum::<usize>()
}
