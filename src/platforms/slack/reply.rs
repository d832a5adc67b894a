//! Showing an answer where the event came from, by the first way that works.
//!
//! | answer | tries |
//! |---|---|
//! | `Whisper` | `response_url`, `chat.postEphemeral`, a direct message |
//! | `Say` | `chat.postMessage`, `response_url` for everyone |
//! | `Ask` | `views.open` (`views.push` in a modal), a whisper with a button that opens it |
//! | `Replace` | `chat.update` (of a whisper: `response_url`), `response_url`, a whisper |
//!
//! The next way is tried when the one before did nothing for certain, or did not answer in time: somebody waits, and
//! twice is better than never. When it may well have worked (the connection broke after sending) it is left at that.

use std::time::Duration;

use serde_json::{Value, json};
use tracing::{error, warn};

use super::act::Desk;
use super::api::{Effort, POST, joined};
use super::error::CallError;
use super::forms;
use super::inbound::{Origin, Trigger};
use super::render::{Drawn, draw_with};
use super::uploads::Enclosed;
use crate::chat::{Block, Card, Faults, Form, Phrase, Reply, Text, Tone};

/// A trigger lives three seconds; what is left of it after this is not worth a call.
const TRIGGER: Duration = Duration::from_millis(2800);
/// A `response_url` lives half an hour; the margin is for clocks.
const RESPONSE_URL_SECONDS: i64 = 29 * 60;
/// And takes five answers.
const RESPONSE_URL_USES: u8 = 5;

impl Desk {
    /// Shows the bot's answer.
    pub(super) async fn deliver(&self, reply: Reply, origin: &mut Origin, trigger: Option<&Trigger>) {
        match reply {
            Reply::Done => {}
            Reply::Whisper(card) => self.whisper(&card, origin).await,
            Reply::Say(card) => self.say(&card, origin).await,
            Reply::Replace(card) => self.replace_pressed(&card, origin).await,
            Reply::Ask(form) => match self.view(&form, origin) {
                Ok(view) => {
                    if !self.open(&view, trigger).await {
                        self.offer_opening(&view, origin).await;
                    }
                }
                Err(error) => {
                    error!(%error, "a form that Slack cannot show");
                    self.say_not_understood(origin.clone()).await;
                }
            },
        }
    }

    /// The form as a view, in its language.
    pub(super) fn view(&self, form: &Form, origin: &mut Origin) -> anyhow::Result<Value> {
        origin.language = Some(form.language.clone());
        forms::view(form, origin, &self.ports().bot.phrase(Some(&form.language), Phrase::Cancel))
    }

    /// Whether it opened.
    async fn open(&self, view: &Value, trigger: Option<&Trigger>) -> bool {
        let Some(trigger) = trigger else { return false };
        let Some(left) = TRIGGER.checked_sub(trigger.received.elapsed()) else { return false };
        let method = if trigger.in_modal { "views.push" } else { "views.open" };
        let body = json!({"trigger_id": trigger.id, "view": view});
        let opened = self.api().call(method, &body, Effort::within(left)).await;
        opened.inspect_err(|error| warn!(%error, method, "a form did not open")).is_ok()
    }

    /// Keeps the form and gives the person a button that opens it.
    pub(super) async fn offer_opening(&self, view: &Value, origin: &mut Origin) {
        let card = Card::titled(self.phrase(origin, Phrase::FormLate)).tone(Tone::Attention);
        self.offer(card, Phrase::OpenForm, view, origin).await;
    }

    /// Lists the faults of a form that is already closed, with a button that opens it as it was filled in.
    pub(super) async fn offer_fixing(&self, view: &Value, faults: &Faults, origin: &mut Origin) {
        let listed = faults.0.iter().map(|fault| {
            let label = forms::label(view, &fault.field).unwrap_or(&fault.field);
            (label.to_owned(), Text::plain(&fault.says))
        });
        let card = Card::titled(self.phrase(origin, Phrase::PleaseFix)).tone(Tone::Attention);
        let card = card.with(Block::Facts(listed.collect()));
        self.offer(card, Phrase::FixIt, &forms::refilled(view), origin).await;
    }

    async fn offer(&self, card: Card, button: Phrase, view: &Value, origin: &mut Origin) {
        let key = self.kept().keep(view);
        self.offer_kept(&card, button, &key, origin).await;
    }

    async fn offer_kept(&self, card: &Card, button: Phrase, key: &str, origin: &mut Origin) {
        let action_id = format!("{}{key}", super::OPEN);
        match draw_with(card, &Enclosed::default(), Some((&action_id, &self.phrase(origin, button)))) {
            Ok(messages) => self.whisper_drawn(&messages, origin).await,
            Err(error) => error!(%error, "a card that Slack cannot show"),
        }
    }

    /// Opens the form kept under this key.
    pub(super) async fn reopen(&self, key: &str, mut origin: Origin, trigger: Option<Trigger>) {
        let Some(mut view) = self.kept().kept(key).await else {
            let gone = Card::titled(self.phrase(&origin, Phrase::FormGone)).tone(Tone::Attention);
            return self.whisper(&gone, &mut origin).await;
        };
        // It answers where it came from, through the newer address unless the older one is what changes a whisper.
        let carried = view["private_metadata"].as_str().and_then(|json| serde_json::from_str::<Origin>(json).ok());
        if let Some(mut carried) = carried {
            origin.language.clone_from(&carried.language);
            if !carried.ephemeral {
                (carried.response_url, carried.since) = (origin.response_url.clone(), origin.since);
                carried.uses = origin.uses;
            }
            if let Err(error) = forms::put_origin(&mut view, &carried) {
                warn!(%error, "a form keeps its older address");
            }
        }
        if !self.open(&view, trigger.as_ref()).await {
            let card = Card::titled(self.phrase(&origin, Phrase::FormLate)).tone(Tone::Attention);
            self.offer_kept(&card, Phrase::OpenForm, key, &mut origin).await;
        }
    }

    /// Shows a card to this person only.
    pub(super) async fn whisper(&self, card: &Card, origin: &mut Origin) {
        let mut enclosed = self.enclose(card, origin).await;
        self.send_aside(&mut enclosed, origin).await;
        self.whisper_drawn(&Self::drawn(card, &enclosed), origin).await;
    }

    pub(super) async fn whisper_drawn(&self, messages: &[Drawn], origin: &mut Origin) {
        for message in messages {
            if let Err(error) = self.whisper_one(message, origin).await {
                return error!(%error, "an answer did not reach its person");
            }
        }
    }

    async fn whisper_one(&self, message: &Drawn, origin: &mut Origin) -> Result<(), CallError> {
        let to_url = json!({"response_type": "ephemeral", "replace_original": false});
        if settled(&self.respond(to_url, message, origin).await) {
            return Ok(());
        }
        let Origin { user, channel, thread, .. } = &*origin;
        if user.is_empty() {
            return Err(CallError::NotSent("nobody to tell"));
        }
        if let Some(channel) = channel {
            let place = placed(json!({"channel": channel, "user": user}), thread.as_deref());
            if settled(&self.api().show("chat.postEphemeral", place, message, Effort::PROMPT).await) {
                return Ok(());
            }
        }
        let direct = self.api().direct(user).await?;
        self.api().show(POST, json!({"channel": direct}), message, Effort::PROMPT).await.map(drop)
    }

    async fn say(&self, card: &Card, origin: &mut Origin) {
        let mut under = origin.thread.clone();
        let enclosed = self.enclose(card, origin).await;
        for message in Self::drawn(card, &enclosed) {
            let posted = match &origin.channel {
                Some(channel) => {
                    let place = placed(json!({"channel": channel, "unfurl_links": false}), under.as_deref());
                    self.api().show(POST, place, &message, Effort::PROMPT).await
                }
                None => Err(CallError::NotSent("no channel")),
            };
            let in_channel = json!({"response_type": "in_channel", "replace_original": false});
            let shown = match &posted {
                Ok(posted) => {
                    under = under.or_else(|| posted["ts"].as_str().map(str::to_owned));
                    Ok(())
                }
                Err(error) if error.is_unknown() => Err(error.clone()),
                Err(_) => self.respond(in_channel, &message, origin).await,
            };
            if let Err(error) = shown {
                return error!(%error, "an answer did not reach its channel");
            }
        }
        self.send_after(enclosed, origin).await;
    }

    async fn replace_pressed(&self, card: &Card, origin: &mut Origin) {
        let (Some(channel), Some(message)) = (origin.channel.clone(), origin.message.clone()) else {
            return self.whisper(card, origin).await;
        };
        let mut enclosed = self.enclose(card, origin).await;
        if origin.ephemeral {
            self.send_aside(&mut enclosed, origin).await;
        }
        let messages = Self::drawn(card, &enclosed);
        let Some((first, more)) = messages.split_first() else { return };
        let mut done = false;
        if !origin.ephemeral {
            let place = json!({"channel": channel, "ts": message});
            done = settled(&self.api().show("chat.update", place, first, Effort::REPEATABLE).await);
        }
        if !done {
            done = settled(&self.respond(json!({"replace_original": true}), first, origin).await);
        }
        self.whisper_drawn(if done { more } else { &messages }, origin).await;
        self.send_after(enclosed, origin).await;
    }

    /// Answers at the interaction's own address, while it takes answers. It refuses blocks like any other fault, so a
    /// message with pictures is tried again with their words.
    async fn respond(&self, how: Value, message: &Drawn, origin: &mut Origin) -> Result<(), CallError> {
        let age = self.ports().clock.now().timestamp() - origin.since;
        let mut shown = message.clone();
        loop {
            let usable = age < RESPONSE_URL_SECONDS && origin.uses < RESPONSE_URL_USES;
            let Some(url) = origin.response_url.as_ref().filter(|_| usable) else {
                return Err(CallError::NotSent("no response_url"));
            };
            origin.uses += 1;
            match self.api().respond(url, &joined(how.clone(), &shown)).await {
                Err(error) if shown.has_pictures() && !error.is_unknown() => {
                    warn!(%error, "a response_url took no picture, its words are shown instead");
                    shown = message.without_pictures();
                }
                responded => {
                    return responded.inspect_err(|error| warn!(%error, "a response_url took no answer"));
                }
            }
        }
    }
}

/// Whether it was done, or may have been: then it is not done again another way.
fn settled<T>(outcome: &Result<T, CallError>) -> bool {
    matches!(outcome, Ok(_) | Err(CallError::Lost(_)))
}

fn placed(mut place: Value, thread: Option<&str>) -> Value {
    if let Some(thread) = thread {
        place["thread_ts"] = thread.into();
    }
    place
}
