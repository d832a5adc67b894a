//! What Discord sends, read leniently: a field more or less in an interaction must not make a person wait in vain.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::draft::Origin;
use crate::chat::{Account, Event, Menu, MessageRef, OptionKind, OptionSpec, Place, Service};

/// Interaction types. Source: Discord's reference of receiving interactions.
const COMMAND: u8 = 2;
const COMPONENT: u8 = 3;
const AUTOCOMPLETE: u8 = 4;
const MODAL: u8 = 5;
/// The command type of a context menu on a message.
const ON_MESSAGE: u64 = 3;
/// The flag of a message only one person sees.
const EPHEMERAL: u64 = 1 << 6;

/// What is needed to answer an interaction at all.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Ticket {
    /// Its id, a snowflake.
    pub(super) id: String,
    /// The application's id.
    pub(super) application_id: String,
    /// The token that answers it; secret, for 15 minutes.
    pub(super) token: String,
    /// When it came.
    #[serde(skip, default = "Instant::now")]
    pub(super) arrived: Instant,
    /// The request that waits for its first answer, if it came over HTTP.
    #[serde(skip)]
    pub(super) request: Option<Waiting>,
}

/// A request that waits for an answer, once.
#[derive(Clone, Debug)]
pub(super) struct Waiting(Arc<Mutex<Option<oneshot::Sender<Value>>>>);

impl Waiting {
    pub(super) fn new(answers: oneshot::Sender<Value>) -> Self {
        Self(Arc::new(Mutex::new(Some(answers))))
    }

    /// Answers; whether somebody still waited.
    pub(super) fn answer(&self, answer: &Value) -> bool {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        answers.is_some_and(|answers| answers.send(answer.clone()).is_ok())
    }
}

/// An interaction.
#[derive(Clone, Debug)]
pub(super) struct Interaction {
    /// How to answer it.
    pub(super) ticket: Ticket,
    /// Who, where, in what language.
    pub(super) event: Event,
    /// The channel's id.
    pub(super) channel: Option<String>,
    /// The message it came from: a component's, or that of the button that opened the modal.
    pub(super) message: Option<Source>,
    /// What was done.
    pub(super) act: Act,
}

/// The message an interaction came from.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// Its id.
    pub(super) id: String,
    /// Whether only one person sees it.
    pub(super) ephemeral: bool,
}

/// What was done.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// A slash command.
    Command {
        /// Its name.
        name: String,
        /// The subcommand, if it has one.
        sub: Option<String>,
        /// Options by name.
        options: BTreeMap<String, String>,
    },
    /// A context menu on a message.
    Shortcut {
        /// The English label.
        label: String,
        /// The message's text.
        text: String,
    },
    /// Typing in an option of a command.
    Typing {
        /// The command, the subcommand.
        command: (String, Option<String>),
        /// The option.
        option: String,
        /// What is typed so far.
        typed: String,
    },
    /// A button or a menu.
    Component {
        /// Its id, with our marks.
        custom_id: String,
        /// What was chosen.
        values: Vec<String>,
    },
    /// A modal was sent.
    Modal {
        /// Its id.
        custom_id: String,
        /// Texts by input.
        inputs: BTreeMap<String, String>,
    },
}

impl Interaction {
    /// The message it came from, as something a form can come back to.
    pub(super) fn origin(&self) -> Option<Origin> {
        let (message, channel) = (self.message.as_ref()?, self.channel.clone()?);
        let token = message.ephemeral.then(|| self.ticket.token.clone());
        Some(Origin { channel, message: message.id.clone(), token })
    }
}

#[derive(Deserialize)]
struct Wire {
    #[serde(flatten)]
    ticket: Ticket,
    #[serde(rename = "type")]
    kind: u8,
    #[serde(default)]
    data: Value,
    guild_id: Option<Value>,
    channel_id: Option<String>,
    #[serde(default)]
    channel: Value,
    #[serde(default)]
    member: Value,
    #[serde(default)]
    user: Value,
    #[serde(default)]
    message: Value,
    locale: Option<String>,
}

/// Reads an interaction.
///
/// # Errors
/// How to say to the person that it could not be read, if even that is known. The reason names fields, not contents.
pub(super) fn read(value: &Value) -> Result<Interaction, (Option<Ticket>, &'static str)> {
    let ticket = Ticket::deserialize(value).ok();
    let wire = Wire::deserialize(value).map_err(|_| (ticket.clone(), "an interaction lacks a field"))?;
    let user = if wire.member["user"].is_object() { &wire.member["user"] } else { &wire.user };
    let who = user["id"].as_str().ok_or((ticket.clone(), "an interaction says not who"))?;
    let act = act(wire.kind, &wire.data).ok_or((ticket, "an interaction of an unknown kind"))?;
    let who = Account::new(Service::Discord, who);
    let name = [&wire.member["nick"], &user["global_name"], &user["username"]].into_iter().find_map(Value::as_str);
    let place = place(&wire, &who);
    Ok(Interaction {
        event: Event {
            id: wire.ticket.id.clone(),
            name: name.unwrap_or_default().to_owned(),
            who,
            place,
            language: wire.locale,
        },
        ticket: wire.ticket,
        channel: wire.channel_id,
        message: wire.message["id"].as_str().map(|id| Source {
            id: id.to_owned(),
            ephemeral: wire.message["flags"].as_u64().unwrap_or_default() & EPHEMERAL != 0,
        }),
        act,
    })
}

fn place(wire: &Wire, who: &Account) -> Option<Place> {
    let id = wire.channel_id.clone()?;
    if wire.guild_id.as_ref().is_none_or(Value::is_null) {
        return Some(Place::Direct { account: who.clone(), or_in: None });
    }
    // 10 to 12 are threads; one that hangs from a message has that message's id.
    match (wire.channel["type"].as_u64(), wire.channel["parent_id"].as_str()) {
        (Some(10..=12), Some(parent)) => {
            let under = MessageRef { service: Service::Discord, channel: parent.to_owned(), id };
            Some(Place::Thread { under })
        }
        _ => Some(Place::Channel { service: Service::Discord, id }),
    }
}

fn act(kind: u8, data: &Value) -> Option<Act> {
    let text = |key: &str| data[key].as_str().map(str::to_owned);
    match kind {
        COMMAND if data["type"].as_u64() == Some(ON_MESSAGE) => Some(Act::Shortcut {
            label: text("name")?,
            text: message_text(&data["resolved"]["messages"][data["target_id"].as_str()?]),
        }),
        COMMAND => {
            let (sub, options) = options(data);
            let read = |option: &Value| Some((option["name"].as_str()?.to_owned(), plain(&option["value"])?));
            Some(Act::Command { name: text("name")?, sub, options: options.iter().filter_map(read).collect() })
        }
        AUTOCOMPLETE => {
            let (sub, options) = options(data);
            let option = options.iter().find(|option| option["focused"].as_bool() == Some(true))?;
            let typed = plain(&option["value"]).unwrap_or_default();
            Some(Act::Typing { command: (text("name")?, sub), option: option["name"].as_str()?.to_owned(), typed })
        }
        COMPONENT => {
            let values = data["values"].as_array().into_iter().flatten().filter_map(plain).collect();
            Some(Act::Component { custom_id: text("custom_id")?, values })
        }
        MODAL => {
            let rows = data["components"].as_array()?.iter();
            let inputs = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
            let read = |input: &Value| Some((input["custom_id"].as_str()?.to_owned(), plain(&input["value"])?));
            Some(Act::Modal { custom_id: text("custom_id")?, inputs: inputs.filter_map(read).collect() })
        }
        _ => None,
    }
}

/// The subcommand, and the options below it.
fn options(data: &Value) -> (Option<String>, &[Value]) {
    let top = data["options"].as_array().map_or(&[][..], Vec::as_slice);
    match top {
        [only] if only["type"].as_u64() == Some(1) => {
            let below = only["options"].as_array().map_or(&[][..], Vec::as_slice);
            (only["name"].as_str().map(str::to_owned), below)
        }
        _ => (None, top),
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

/// What a person reads in a message: its content, then its embeds.
fn message_text(message: &Value) -> String {
    let embeds = message["embeds"].as_array().into_iter().flatten();
    let texts = embeds.flat_map(|embed| [&embed["title"], &embed["description"]]);
    let texts = std::iter::once(&message["content"]).chain(texts).filter_map(Value::as_str);
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The options a command or its subcommand takes.
pub(super) fn specs<'a>(menu: &'a Menu, name: &str, sub: Option<&str>) -> &'a [OptionSpec] {
    let Some(command) = menu.commands.iter().find(|command| command.name == name) else { return &[] };
    match sub {
        None => &command.options,
        Some(sub) => {
            command.subcommands.iter().find(|other| other.name == sub).map_or(&[], |sub| sub.options.as_slice())
        }
    }
}

/// A command as the bot takes it: the subcommand and the free text become its text.
pub(super) fn command(
    menu: &Menu,
    name: String,
    sub: Option<String>,
    mut options: BTreeMap<String, String>,
) -> crate::chat::Command {
    let free = specs(menu, &name, sub.as_deref()).iter().find(|spec| spec.kind == OptionKind::Text);
    let free = free.and_then(|spec| options.remove(spec.name));
    let text = sub.into_iter().chain(free).collect::<Vec<_>>().join(" ");
    crate::chat::Command { name, text, options }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_interaction_is_read_with_hardly_any_field() {
        let value = json!({
            "id": "1", "application_id": "2", "token": "t", "type": 3, "guild_id": "9", "channel_id": "5",
            "channel": {"id": "5", "type": 11, "parent_id": "4"}, "member": {"nick": null, "user": {"id": "7", "username": "ana"}},
            "message": {"id": "6", "flags": 64}, "data": {"custom_id": "x~y", "values": ["a"]}, "new_thing": {},
        });
        let read = read(&value).unwrap();
        assert_eq!((read.event.name.as_str(), read.event.who.to_string().as_str()), ("ana", "discord:7"));
        assert!(matches!(read.event.place, Some(Place::Thread { under }) if under.channel == "4" && under.id == "5"));
        assert!(read.message.unwrap().ephemeral);
    }

    #[test]
    fn an_unreadable_interaction_can_still_be_answered() {
        let (ticket, _) = read(&json!({"id": "1", "application_id": "2", "token": "t", "type": 77})).unwrap_err();
        assert_eq!(ticket.unwrap().id, "1");
        assert!(read(&json!({"type": 2})).unwrap_err().0.is_none());
    }
}
