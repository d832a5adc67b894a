//! Answering an interaction: once, in time, and if it is too late then elsewhere.
//!
//! Discord waits three seconds for the first answer and takes exactly one; with its token more can be said for 15
//! minutes. What is ready within [`QUICK`] is answered at once. Otherwise a deferral goes out first and the answer
//! is edited in. If Discord no longer knows the interaction, the person gets the answer as a direct message.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::Adapter;
use super::api::Care;
use super::draft::Origin;
use super::enclose::Body;
use super::inbound::{Act, Interaction};
use super::show::Show;
use super::steps::{self, Verb};
use crate::chat::Phrase;

/// What is ready by then is answered directly.
const QUICK: Duration = Duration::from_millis(250);
/// Only the person sees it.
pub(super) const EPHEMERAL: u64 = 1 << 6;

/// Types of a first answer. Source: Discord's reference of responding to interactions.
pub(super) const MESSAGE: u8 = 4;
const THINKING: u8 = 5;
const NOTHING_YET: u8 = 6;
const UPDATE: u8 = 7;
const OPEN_MODAL: u8 = 9;

/// Where an answer can still go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ground {
    /// Nothing was answered yet.
    Fresh,
    /// A placeholder that only the person sees waits to be edited.
    Thinking,
    /// The message of the form says "one moment" and waits to be edited.
    Moment,
    /// Acknowledged; the message it came from can be edited, and more can be said.
    Silent,
    /// Discord no longer takes anything for it.
    Gone,
    /// Somebody answered before us: the same interaction, delivered twice.
    Taken,
}

struct Turn<'a> {
    adapter: &'a Adapter,
    at: &'a Interaction,
    ground: Ground,
}

impl Adapter {
    /// Answers with what `work` comes to show, deferring if it takes long.
    pub(super) async fn settle(self: &Arc<Self>, at: &Interaction, work: impl Future<Output = Show>) {
        let mut turn = Turn { adapter: self, at, ground: Ground::Fresh };
        let mut work = pin!(work);
        let show = if let Ok(show) = timeout(QUICK, &mut work).await {
            show
        } else {
            turn.defer().await;
            work.await
        };
        turn.show(show).await;
    }
}

impl Turn<'_> {
    /// Whether the message it came from belongs to a form, so that the answer may take its place.
    fn in_form(&self) -> bool {
        match &self.at.act {
            Act::Component { custom_id, .. } => steps::read(custom_id).is_some(),
            Act::Modal { custom_id, .. } => {
                matches!(steps::read(custom_id), Some((_, Verb::Modal(_, true) | Verb::Searched(_))))
            }
            _ => false,
        }
    }

    async fn defer(&mut self) {
        let (body, then) = if self.in_form() {
            let words = self.adapter.ports.bot.phrase(self.at.event.language.as_deref(), Phrase::OneMoment);
            // Its buttons give way to one that cannot be pressed, so that nothing is sent twice.
            let rest = json!({"type": 2, "style": 2, "label": "…", "custom_id": "~w", "disabled": true});
            let rows = json!([{"type": 1, "components": [rest]}]);
            let data = json!({"content": words, "embeds": [], "components": rows, "allowed_mentions": {"parse": []}});
            (json!({"type": UPDATE, "data": data}), Ground::Moment)
        } else if self.at.message.is_some() {
            (json!({"type": NOTHING_YET}), Ground::Silent)
        } else {
            (json!({"type": THINKING, "data": {"flags": EPHEMERAL}}), Ground::Thinking)
        };
        self.first(body, then).await;
    }

    async fn show(&mut self, show: Show) {
        // Files take their time, and a first answer has none: they follow it.
        if self.ground == Ground::Fresh && show.encloses() {
            self.defer().await;
        }
        match show {
            Show::Nothing => {
                self.acknowledge().await;
                self.clear().await;
            }
            Show::Stay => {
                self.acknowledge().await;
                if self.ground == Ground::Thinking {
                    self.clear().await;
                }
            }
            Show::Whisper(parts) => self.whisper(parts).await,
            Show::Aside(body) => self.aside(body).await,
            Show::Say(parts) => self.say(parts).await,
            Show::Replace(parts, origin) => self.replace(parts, origin).await,
            Show::Step(body) => self.step(body, None).await,
            Show::Form { menus, late } => {
                self.step(if self.ground == Ground::Fresh { menus } else { late.clone() }, Some(late)).await;
            }
            Show::Modal { modal, otherwise } => {
                if self.ground == Ground::Fresh && !matches!(self.at.act, Act::Modal { .. }) {
                    self.first(json!({"type": OPEN_MODAL, "data": modal}), Ground::Silent).await;
                    if self.ground != Ground::Gone {
                        return;
                    }
                }
                self.step(otherwise, None).await;
            }
        }
    }

    /// Answers without showing anything.
    async fn acknowledge(&mut self) {
        if self.at.message.is_some() {
            self.first(json!({"type": NOTHING_YET}), Ground::Silent).await;
        } else {
            let body = json!({"type": THINKING, "data": {"flags": EPHEMERAL}});
            self.first(body, Ground::Thinking).await;
        }
    }

    /// Shows a step of a form; `late` in its place if the interaction turns out to be gone.
    async fn step(&mut self, body: Value, late: Option<Value>) {
        let on_whisper = self.at.message.as_ref().is_some_and(|message| message.ephemeral);
        if self.ground == Ground::Fresh && on_whisper && !self.in_form() {
            self.first(json!({"type": NOTHING_YET}), Ground::Silent).await;
        }
        let body = late.filter(|_| self.ground == Ground::Gone).unwrap_or(body);
        self.whisper(vec![body.into()]).await;
    }

    /// Shows messages to the person alone, the first in place of the form's message if it came from one.
    async fn whisper(&mut self, parts: Vec<Body>) {
        let instead = self.in_form();
        let mut parts = parts.into_iter();
        if let Some(first) = parts.next() {
            if self.ground == Ground::Fresh {
                let kind = if instead { UPDATE } else { MESSAGE };
                let then = if instead { Ground::Moment } else { Ground::Thinking };
                // An update keeps who sees the message, and may not say it again.
                let data = if instead { first.clone() } else { first.quiet(EPHEMERAL) };
                self.first(json!({"type": kind, "data": data.says}), then).await;
                if self.ground == Ground::Gone {
                    self.by_mail(&first, 0).await;
                }
            } else if self.ground == Ground::Silent && !instead {
                self.more(&first.quiet(EPHEMERAL)).await;
            } else {
                self.edit(&first).await;
            }
        }
        for (n, part) in parts.enumerate() {
            match self.ground {
                Ground::Gone => self.by_mail(&part, n + 1).await,
                _ => self.more(&part.quiet(EPHEMERAL)).await,
            }
        }
    }

    async fn aside(&mut self, body: Value) {
        let body = Body::from(body).quiet(EPHEMERAL);
        if self.ground == Ground::Fresh {
            self.first(json!({"type": MESSAGE, "data": body.says}), Ground::Silent).await;
        } else {
            self.more(&body).await;
        }
    }

    async fn say(&mut self, parts: Vec<Body>) {
        let in_form = self.in_form();
        let mut rest = &parts[..];
        if self.ground == Ground::Fresh && in_form {
            self.first(json!({"type": NOTHING_YET}), Ground::Silent).await;
        } else if let (Ground::Fresh, Some((first, others))) = (self.ground, parts.split_first()) {
            self.first(json!({"type": MESSAGE, "data": first.says}), Ground::Silent).await;
            if self.ground != Ground::Gone {
                rest = others;
            }
        }
        // A follow-up to a deferral would take over its being seen by one person only: the deferral goes first.
        if in_form || self.ground == Ground::Thinking {
            self.clear().await;
        }
        for (n, part) in rest.iter().enumerate() {
            match self.ground {
                Ground::Gone => self.in_channel(part, n).await,
                _ => self.more(part).await,
            }
        }
    }

    async fn replace(&mut self, parts: Vec<Body>, origin: Option<Origin>) {
        if self.in_form() {
            return self.replace_origin(parts, origin).await;
        }
        let Some(message) = &self.at.message else { return self.whisper(parts).await };
        let Some((first, rest)) = parts.split_first() else { return self.acknowledge().await };
        match self.ground {
            Ground::Fresh => self.first(json!({"type": UPDATE, "data": first.says}), Ground::Silent).await,
            Ground::Gone => {}
            _ => self.edit(first).await,
        }
        let quietly = message.ephemeral;
        if self.ground == Ground::Gone {
            let there = self.at.channel.as_ref().filter(|_| !quietly);
            let patched = match there {
                Some(channel) => self.patch_message(channel, &message.id, first).await,
                None => false,
            };
            for (n, part) in parts.iter().enumerate().skip(usize::from(patched)) {
                self.by_mail(part, n).await;
            }
            return;
        }
        for part in rest {
            self.more(&if quietly { part.quiet(EPHEMERAL) } else { part.clone() }).await;
        }
    }

    /// Puts a card in place of the one the form was opened from, and takes the form away.
    async fn replace_origin(&mut self, parts: Vec<Body>, origin: Option<Origin>) {
        let (Some(origin), Some(first)) = (origin, parts.first()) else { return self.whisper(parts).await };
        if self.ground == Ground::Fresh {
            self.first(json!({"type": NOTHING_YET}), Ground::Silent).await;
        }
        let replaced = match &origin.token {
            Some(token) => {
                let path = format!("/webhooks/{}/{token}/messages/@original", self.at.ticket.application_id);
                self.adapter.api.patch(&path, first).await.is_ok()
            }
            None => self.patch_message(&origin.channel, &origin.message, first).await,
        };
        if !replaced {
            return self.whisper(parts).await;
        }
        self.clear().await;
        for part in &parts[1..] {
            self.more(&part.quiet(EPHEMERAL)).await;
        }
    }

    /// Takes away what stands there only until the answer: the placeholder, or the form's message.
    async fn clear(&mut self) {
        let form_stands = self.in_form() && matches!(self.ground, Ground::Silent | Ground::Moment);
        if form_stands || self.ground == Ground::Thinking {
            let path = self.original();
            match self.adapter.following(&self.at.ticket, || self.adapter.api.take_away(&path)).await {
                Err(refusal) if refusal.status() != Some(404) => tracing::warn!(%refusal, "a placeholder stays"),
                _ => {}
            }
        }
    }

    /// Sends the first answer; afterwards the ground is `then`, or gone.
    async fn first(&mut self, body: Value, then: Ground) {
        if self.ground != Ground::Fresh {
            return;
        }
        self.ground = match self.adapter.answer(&self.at.ticket, &body).await {
            Ok(()) => then,
            // 40060: already acknowledged. Another delivery of the same interaction is being answered.
            Err(refusal) if refusal.code() == Some(40060) => Ground::Taken,
            Err(refusal) => {
                tracing::warn!(%refusal, kind = %body["type"], "an interaction could not be answered");
                Ground::Gone
            }
        };
    }

    /// Edits what was answered first.
    async fn edit(&mut self, body: &Body) {
        match self.ground {
            Ground::Taken => {}
            Ground::Gone => self.by_mail(body, 0).await,
            _ => {
                let original = self.original();
                if let Err(refusal) =
                    self.adapter.following(&self.at.ticket, || self.adapter.api.patch(&original, body)).await
                {
                    tracing::warn!(%refusal, "a late answer could not be edited in");
                    self.ground = Ground::Gone;
                    self.by_mail(body, 0).await;
                }
            }
        }
    }

    /// Says more. Sent again after a server's error: seen twice is better than never.
    async fn more(&mut self, body: &Body) {
        if matches!(self.ground, Ground::Taken | Ground::Gone) {
            return;
        }
        let path = format!("/webhooks/{}/{}", self.at.ticket.application_id, self.at.ticket.token);
        let more = || self.adapter.api.post_message(&path, body, Care::Repeatable);
        if let Err(refusal) = self.adapter.following(&self.at.ticket, more).await {
            tracing::warn!(%refusal, "more could not be said");
            self.ground = Ground::Gone;
            self.by_mail(body, 9).await;
        }
    }

    fn original(&self) -> String {
        format!("/webhooks/{}/{}/messages/@original", self.at.ticket.application_id, self.at.ticket.token)
    }

    async fn patch_message(&self, channel: &str, message: &str, body: &Body) -> bool {
        let done = self.adapter.api.patch(&format!("/channels/{channel}/messages/{message}"), body).await;
        done.inspect_err(|refusal| tracing::warn!(%refusal, "a card could not be replaced")).is_ok()
    }

    /// Sends by direct message what can no longer be answered. `n` tells parts apart: the nonce makes sure that an
    /// interaction delivered twice is answered once.
    async fn by_mail(&self, body: &Body, n: usize) {
        let who = &self.at.event.who.id;
        let nonce = format!("{}-{n}", self.at.ticket.id);
        if let Err(refusal) = self.adapter.mail(who, body, &nonce).await {
            tracing::warn!(%refusal, "a late answer reached nobody");
        }
    }

    async fn in_channel(&self, body: &Body, n: usize) {
        let nonce = format!("{}-{n}", self.at.ticket.id);
        let sent = match &self.at.channel {
            Some(channel) => self.adapter.send(channel, body, &nonce).await.is_ok(),
            None => false,
        };
        if !sent {
            self.by_mail(body, n).await;
        }
    }
}
