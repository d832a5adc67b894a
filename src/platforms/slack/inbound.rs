//! What Slack sends, read leniently: unknown fields are ignored, and a missing one matters only where it is needed.
//!
//! The crate's typed models lose data here (message selects, view state, shortcuts) and fail on organisation-wide
//! installs, so these are our own.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use super::forms;
use super::text::{readable, unescaped};
use crate::chat::{Account, Action, Command, Event, MessageRef, Place, Press, Query, Service, Shortcut, Submission};

/// Somebody did something, and how to answer it.
#[derive(Clone, Debug)]
pub(super) struct Inbound {
    pub(super) event: Event,
    pub(super) act: Act,
    pub(super) origin: Origin,
    pub(super) trigger: Option<Trigger>,
}

/// What they did.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Command(Command),
    Press(Press),
    /// The adapter's own button: open the form kept under this key.
    Reopen(String),
    Shortcut(Shortcut),
    /// With the view as it was sent, to put faults under its fields.
    Submission(Submission, Value),
    Suggest(Query),
}

/// What opens a modal, once, within three seconds.
#[derive(Clone, Debug)]
pub(super) struct Trigger {
    pub(super) id: String,
    pub(super) received: Instant,
    /// Pressed inside a modal: the next one goes on top of it.
    pub(super) in_modal: bool,
}

/// Where something was done: all that is needed to answer it, also from a form opened there (it travels in the
/// form's `private_metadata`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Origin {
    /// The person's id.
    #[serde(rename = "u")]
    pub(super) user: String,
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    pub(super) channel: Option<String>,
    /// The thread's first message, if it was in one.
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    pub(super) thread: Option<String>,
    /// The message that was pressed.
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    /// Whether only this person sees that message.
    #[serde(rename = "e", skip_serializing_if = "std::ops::Not::not")]
    pub(super) ephemeral: bool,
    /// Slack takes five answers there, in half an hour.
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub(super) response_url: Option<String>,
    /// When it came, in seconds since 1970.
    #[serde(rename = "s", skip_serializing_if = "is_zero")]
    pub(super) since: i64,
    /// The language of the form that carries this.
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<String>,
    /// How often `response_url` was used.
    #[serde(rename = "n", skip_serializing_if = "is_none_yet")]
    pub(super) uses: u8,
    /// The event that is answered, to send its files once.
    #[serde(skip)]
    pub(super) event: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(seconds: &i64) -> bool {
    *seconds == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_none_yet(uses: &u8) -> bool {
    *uses == 0
}

impl Origin {
    /// As much of it as any payload tells; of a form it is what the form carried.
    pub(super) fn of(payload: &Value, now: i64) -> Self {
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let user = text(&payload["user"]["id"]).or_else(|| text(&payload["user_id"])).unwrap_or_default();
        let carried = payload["view"]["private_metadata"].as_str().and_then(|json| serde_json::from_str(json).ok());
        if let Some(carried) = carried {
            return Self { user, ..carried };
        }
        let container = &payload["container"];
        let channel = [&payload["channel"]["id"], &payload["channel_id"], &container["channel_id"]];
        let message = text(&container["message_ts"]);
        let thread = [&container["thread_ts"], &payload["message"]["thread_ts"]];
        let thread = thread.into_iter().find_map(text).filter(|thread| Some(thread) != message.as_ref());
        Self {
            user,
            channel: channel.into_iter().find_map(text),
            thread,
            message,
            ephemeral: container["is_ephemeral"].as_bool().unwrap_or_default(),
            response_url: text(&payload["response_url"]),
            since: now,
            language: None,
            uses: 0,
            event: String::new(),
        }
    }

    /// Where it was, as the bot knows places. A channel of two is taken for the one with the bot.
    pub(super) fn place(&self) -> Option<Place> {
        let channel = self.channel.clone()?;
        Some(if let Some(id) = self.thread.clone() {
            Place::Thread { under: MessageRef { service: Service::Slack, channel, id } }
        } else if channel.starts_with('D') {
            Place::Direct { account: Account::new(Service::Slack, self.user.as_str()), or_in: None }
        } else {
            Place::Channel { service: Service::Slack, id: channel }
        })
    }
}

#[derive(Deserialize)]
struct Slash {
    command: String,
    text: Option<String>,
    trigger_id: Option<String>,
}

#[derive(Deserialize)]
struct Interaction {
    #[serde(rename = "type")]
    kind: String,
    trigger_id: Option<String>,
    callback_id: Option<String>,
    action_id: Option<String>,
    value: Option<String>,
    message: Option<Message>,
    actions: Option<Vec<Taken>>,
    #[serde(default)]
    view: Value,
}

#[derive(Deserialize)]
struct Message {
    text: Option<String>,
    ts: Option<String>,
}

#[derive(Deserialize)]
struct Taken {
    action_id: String,
    action_ts: Option<String>,
    #[serde(default)]
    selected_option: Value,
    selected_date: Option<String>,
    selected_user: Option<String>,
}

/// Reads an envelope's payload. `Ok(None)` is something we do not act on.
///
/// # Errors
/// What is missing, without content.
pub(super) fn read(envelope: &str, payload: &Value, now: i64) -> Result<Option<Inbound>, &'static str> {
    match envelope {
        "slash_commands" => slash(payload, now).map(Some),
        "interactive" => interactive(payload, now),
        _ => Ok(None),
    }
}

fn slash(payload: &Value, now: i64) -> Result<Inbound, &'static str> {
    let read = Slash::deserialize(payload).map_err(|_| "not a slash command")?;
    let name = read.command.strip_prefix('/').filter(|name| !name.is_empty()).ok_or("no command")?.to_owned();
    let text = unescaped(read.text.unwrap_or_default().trim());
    let trigger = read.trigger_id.ok_or("no trigger")?;
    let id = format!("command:{trigger}");
    let act = Act::Command(Command { name, text, ..Command::default() });
    known(payload, now, id, act)
}

fn interactive(payload: &Value, now: i64) -> Result<Option<Inbound>, &'static str> {
    let read = Interaction::deserialize(payload).map_err(|_| "not an interaction")?;
    let (id, act) = match read.kind.as_str() {
        "block_actions" => pressed(&read, payload)?,
        "message_action" => {
            let message = read.message.ok_or("no message")?;
            let stamp = message.ts.unwrap_or_default();
            let id = format!("shortcut:{}", read.trigger_id.as_deref().unwrap_or(&stamp));
            let name = read.callback_id.ok_or("no callback_id")?;
            (id, Act::Shortcut(Shortcut { name, text: readable(&message.text.unwrap_or_default()) }))
        }
        "view_submission" => {
            let submission = forms::submission(&read.view).ok_or("not a form of ours")?;
            let part = |key: &str| read.view[key].as_str().unwrap_or_default();
            // The hash changes with the view, not with what is typed in it: the answers tell a second try apart.
            let typed = super::digest(&read.view["state"].to_string());
            let id = format!("form:{}:{}:{typed:016x}", part("id"), part("hash"));
            (id, Act::Submission(submission, read.view))
        }
        "block_suggestion" => {
            let action_id = read.action_id.as_deref().ok_or("no action_id")?;
            let source = forms::source(action_id).ok_or("not a search of ours")?.to_owned();
            let typed = read.value.unwrap_or_default();
            let id = format!("suggest:{}:{:016x}", read.view["id"].as_str().unwrap_or_default(), super::digest(&typed));
            (id, Act::Suggest(Query { source, typed }))
        }
        _ => return Ok(None),
    };
    known(payload, now, id, act).map(Some)
}

fn pressed(read: &Interaction, payload: &Value) -> Result<(String, Act), &'static str> {
    let taken = read.actions.as_ref().and_then(|actions| actions.first()).ok_or("no action")?;
    let id = match &read.trigger_id {
        Some(trigger) => format!("press:{trigger}"),
        None => format!(
            "press:{}:{}:{}",
            taken.action_ts.as_deref().ok_or("neither trigger nor action_ts")?,
            payload["user"]["id"].as_str().unwrap_or_default(),
            taken.action_id,
        ),
    };
    if let Some(key) = taken.action_id.strip_prefix(super::OPEN) {
        return Ok((id, Act::Reopen(key.to_owned())));
    }
    let action = taken.action_id.split('~').next().and_then(Action::new).ok_or("not a button of ours")?;
    let value = taken.selected_option["value"].as_str().map(unescaped);
    let value = value.or_else(|| taken.selected_date.clone()).or_else(|| taken.selected_user.clone());
    Ok((id, Act::Press(Press { action, value })))
}

fn known(payload: &Value, now: i64, id: String, act: Act) -> Result<Inbound, &'static str> {
    let origin = Origin { event: id.clone(), ..Origin::of(payload, now) };
    if origin.user.is_empty() {
        return Err("no user");
    }
    let names = [&payload["user"]["name"], &payload["user"]["username"], &payload["user_name"]];
    let name = names.into_iter().find_map(Value::as_str).unwrap_or_default().to_owned();
    let place = origin.place();
    let event = Event {
        id,
        who: Account::new(Service::Slack, origin.user.as_str()),
        name,
        channel: channel_name(payload, place.as_ref()),
        place,
        // Slack tells it only to apps that may read everybody's profile (users:read).
        language: None,
    };
    let in_modal = matches!(act, Act::Press(_) | Act::Reopen(_)) && payload["view"].is_object();
    let trigger = payload["trigger_id"].as_str();
    let trigger = trigger.map(|id| Trigger { id: id.to_owned(), received: Instant::now(), in_modal });
    Ok(Inbound { event, act, origin, trigger })
}

/// What a channel is called. Of private ones and of conversations Slack says only what they are.
fn channel_name(payload: &Value, place: Option<&Place>) -> Option<String> {
    let names = [&payload["channel"]["name"], &payload["channel_name"]];
    let name =
        names.into_iter().find_map(Value::as_str).filter(|name| !matches!(*name, "privategroup" | "directmessage"));
    name.filter(|_| matches!(place, Some(Place::Channel { .. }))).map(str::to_owned)
}
