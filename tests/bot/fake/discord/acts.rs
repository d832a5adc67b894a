//! What people do, as interactions.

use serde_json::{Value, json};

use super::wire;
use super::world::{Interaction, Message, World};

/// The longest value of a command's option.
const OPTION: usize = 6000;

/// Who does something, where, and in which message.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) who: &'a str,
    pub(super) channel: &'a str,
    /// The message whose component was used, or from which the modal was opened.
    pub(super) message: Option<&'a str>,
}

/// Makes an interaction of what somebody did; says its id.
pub(super) fn act(world: &mut World, sort: u64, at: Scene, data: &Value) -> String {
    let id = world.snowflake();
    let token = format!("aW50ZXJhY3Rpb246{id}{}", world.next());
    let made = world.clock.now();
    let mut about = Interaction {
        id: id.clone(),
        token,
        sort,
        who: at.who.to_owned(),
        channel: at.channel.to_owned(),
        message: at.message.map(str::to_owned),
        payload: Value::Null,
        made,
        delivered: None,
        answered: None,
        first: None,
        original: None,
        messages: vec![],
        choices: vec![],
        repeated: false,
        answers: 0,
        excused: false,
    };
    about.payload = wire::interaction(world, &about, data);
    if world.leaves_out_fields
        && let Some(fields) = about.payload.as_object_mut()
    {
        fields.remove("entitlements");
    }
    world.interactions.push(about);
    id
}

/// The command that a line begins with, and what follows its name. `None` if it is not registered (yet).
pub(super) fn registered<'a>(world: &World, line: &'a str) -> Option<(Value, &'a str)> {
    let (name, rest) = line.trim_start_matches('/').split_once(' ').unwrap_or((line.trim_start_matches('/'), ""));
    let known = world.commands.iter().find(|command| command["type"] == 1 && command["name"] == name);
    known.map(|command| (command.clone(), rest.trim()))
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// A line as the data of a command. Panics where Discord would let nobody send it.
pub(super) fn command(command: &Value, rest: &str) -> Value {
    let options = list(&command["options"]);
    let filled = if options.iter().any(|option| option["type"] == 1) {
        let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let names: Vec<&str> = options.iter().filter_map(|option| option["name"].as_str()).collect();
        let sub = options.iter().find(|option| option["name"] == word);
        let sub =
            sub.unwrap_or_else(|| panic!("Discord lets nobody send {} without one of {names:?}", command["name"]));
        json!([{"name": word, "type": 1, "options": typed(&list(&sub["options"]), rest.trim())}])
    } else {
        typed(&options, rest)
    };
    json!({"id": command["id"], "name": command["name"], "type": 1, "options": filled})
}

/// What follows a command as options: `name:value name:value`, or everything as the option that takes a whole line.
fn typed(options: &[Value], rest: &str) -> Value {
    if rest.is_empty() {
        return json!([]);
    }
    let named = named(options, rest);
    let values = if named.is_empty() {
        let takes_all = |option: &&Value| {
            option["type"] == 3 && option["autocomplete"] != true && list(&option["choices"]).is_empty()
        };
        let line = options.iter().rfind(takes_all);
        let line = line.unwrap_or_else(|| panic!("no option takes {rest:?}: Discord lets nobody type it"));
        vec![(line.clone(), rest.to_owned())]
    } else {
        named
    };
    let option = |(option, value): &(Value, String)| {
        assert!(
            value.encode_utf16().count() <= OPTION,
            "Discord lets nobody type over {OPTION} characters in an option"
        );
        json!({"name": option["name"], "type": option["type"], "value": chosen(option, value)})
    };
    values.iter().map(option).collect()
}

/// Options written with their names.
fn named(options: &[Value], rest: &str) -> Vec<(Value, String)> {
    let mut found: Vec<(Value, String)> = vec![];
    for word in rest.split(' ') {
        let option = word.split_once(':').and_then(|(name, value)| {
            let option = options.iter().find(|option| option["name"] == name)?;
            Some((option.clone(), value.to_owned()))
        });
        match (option, found.last_mut()) {
            (Some(option), _) => found.push(option),
            (None, Some((_, value))) => {
                value.push(' ');
                value.push_str(word);
            }
            (None, None) => return vec![],
        }
    }
    found
}

/// A choice's value by its value or one of its labels; anything else as typed where there are no choices.
fn chosen(option: &Value, typed: &str) -> Value {
    let choices = list(&option["choices"]);
    if choices.is_empty() {
        return typed.into();
    }
    let same = |choice: &&Value| {
        let localised = choice["name_localizations"].as_object().into_iter().flatten().any(|(_, name)| name == typed);
        choice["value"] == typed || choice["name"] == typed || localised
    };
    let choice = choices.iter().find(same);
    choice.unwrap_or_else(|| panic!("{typed:?} is no choice of {}", option["name"]))["value"].clone()
}

/// Typing in an option of a command, as far as it got.
pub(super) fn autocomplete(command: &Value, rest: &str, option: &str, typed: &str) -> Value {
    let options = list(&command["options"]);
    let sub = options.iter().find(|it| it["type"] == 1 && it["name"] == rest);
    let own = sub.map_or_else(|| options.clone(), |sub| list(&sub["options"]));
    let found = own.iter().find(|it| it["name"] == option);
    let found = found.unwrap_or_else(|| panic!("{} has no option {option:?}", command["name"]));
    assert!(found["autocomplete"] == true, "the option {option:?} suggests nothing");
    let focused = json!([{"name": option, "type": found["type"], "value": typed, "focused": true}]);
    let filled =
        sub.map_or_else(|| focused.clone(), |sub| json!([{"name": sub["name"], "type": 1, "options": focused}]));
    json!({"id": command["id"], "name": command["name"], "type": 1, "options": filled})
}

/// A press on a button, or a choice of `values` in a menu.
pub(super) fn component(world: &World, part: &Value, values: Option<&[String]>) -> Value {
    let mut data = json!({"custom_id": part["custom_id"], "component_type": part["type"], "id": 2});
    if let Some(values) = values {
        data["values"] = json!(values);
        if part["type"] == 5 {
            data["resolved"] = wire::resolved(world, values);
        }
    }
    data
}

/// A context menu on a message that somebody wrote.
pub(super) fn context_menu(world: &mut World, command: &Value, channel: &str, author: &str, words: &str) -> Value {
    let target = Message {
        channel: channel.to_owned(),
        author: author.to_owned(),
        content: words.to_owned(),
        ..Message::default()
    };
    let id = world.put(target);
    let message = wire::message(world, world.message(&id).expect("it was just put in"));
    json!({
        "id": command["id"], "name": command["name"], "type": 3, "target_id": id, "resolved": {"messages": {id: message}},
    })
}
