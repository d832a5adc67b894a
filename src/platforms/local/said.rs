//! What was said on the page and what is open to whom, as data: no keeping, no waiting.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Channel, Someone, valid_id};
use crate::chat::{Account, Block, Card, Faults, Form, MessageRef, Place, Service};

/// How many finished acts are remembered, so that a repeated one opens nothing again.
const FINISHED: usize = 512;

/// A conversation, written as a channel's id or as `dm:` and a person's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(super) enum Spot {
    Channel(String),
    Direct(String),
}

/// A message, as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Message {
    /// Its number: the order of messages.
    pub(super) n: u64,
    /// The order of changes, over all messages and forms.
    pub(super) rev: u64,
    pub(super) at: Spot,
    /// The first message of the thread it stands in.
    pub(super) under: Option<u64>,
    /// The only person who sees it, for a whisper.
    pub(super) only_for: Option<String>,
    /// The person who wrote it; the bot if nobody.
    pub(super) by: Option<String>,
    pub(super) time: DateTime<Utc>,
    pub(super) said: Said,
    pub(super) marker: Option<String>,
    /// The act it answers: a repeated act shows nothing twice.
    pub(super) act: Option<String>,
}

/// What a message says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Said {
    Words(String),
    Card(Card),
}

/// A form that waits for a person's answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OpenForm {
    /// The act that opened it.
    pub(super) id: String,
    pub(super) rev: u64,
    pub(super) who: String,
    pub(super) at: Spot,
    /// The thread it was opened in.
    pub(super) under: Option<u64>,
    /// The message it was opened from, for [`crate::chat::Reply::Replace`].
    pub(super) from: Option<u64>,
    pub(super) form: Form,
    /// What was answered last, when it was not good.
    pub(super) values: BTreeMap<String, String>,
    pub(super) faults: Faults,
}

/// Everything the page shows.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) people: Vec<Someone>,
    pub(super) channels: Vec<Channel>,
    pub(super) messages: BTreeMap<u64, Arc<Message>>,
    /// The open form of each person.
    pub(super) forms: BTreeMap<String, Arc<OpenForm>>,
    /// How many late answers each person waits for.
    pub(super) waiting: BTreeMap<String, usize>,
    /// How often the clock jumped.
    pub(super) jumps: u64,
    /// The last change.
    pub(super) rev: u64,
    /// The last number given away.
    pub(super) last: u64,
    finished: VecDeque<String>,
}

impl Seen {
    pub(super) fn with(people: Vec<Someone>, channels: Vec<Channel>) -> Self {
        Self { people, channels, ..Self::default() }
    }

    /// The next message number. One that is given away and not used is never used.
    pub(super) fn next_number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// The next change.
    pub(super) fn next_rev(&mut self) -> u64 {
        self.rev += 1;
        self.rev
    }

    /// Puts a message in, new or in place of itself.
    pub(super) fn put(&mut self, mut message: Message) {
        message.rev = self.next_rev();
        self.messages.insert(message.n, Arc::new(message));
    }

    /// Puts in a message that was kept. One that was kept twice under its marker (the process died in between) is
    /// the earlier one.
    pub(super) fn put_kept(&mut self, message: Message) {
        self.last = self.last.max(message.n);
        self.rev = self.rev.max(message.rev);
        if message.marker.as_ref().is_none_or(|marker| self.marked(&message.at, marker).is_none()) {
            self.messages.insert(message.n, Arc::new(message));
        }
    }

    /// The message with this marker.
    pub(super) fn marked(&self, at: &Spot, marker: &str) -> Option<&Arc<Message>> {
        self.messages.values().rev().find(|m| m.marker.as_deref() == Some(marker) && m.at == *at)
    }

    /// The message that answers this act of this person.
    pub(super) fn answer_to(&self, act: &str) -> Option<&Arc<Message>> {
        self.messages.values().rev().find(|m| m.act.as_deref() == Some(act))
    }

    /// The message with this number, if the person sees it.
    pub(super) fn shown_to(&self, who: &str, n: u64) -> Option<&Arc<Message>> {
        self.messages.get(&n).filter(|m| m.shown_to(who))
    }

    pub(super) fn person(&self, id: &str) -> Option<&Someone> {
        self.people.iter().find(|p| p.id == id)
    }

    pub(super) fn has(&self, spot: &Spot) -> bool {
        match spot {
            Spot::Channel(id) => self.channels.iter().any(|c| c.id == *id),
            Spot::Direct(id) => self.person(id).is_some(),
        }
    }

    /// What a channel is called.
    pub(super) fn name_of(&self, spot: &Spot) -> Option<String> {
        let Spot::Channel(id) = spot else { return None };
        self.channels.iter().find(|channel| channel.id == *id).map(|channel| channel.name.clone())
    }

    /// Remembers that this act, or the form it opened, is finished.
    pub(super) fn finish(&mut self, act: &str) {
        if self.finished.len() == FINISHED {
            self.finished.pop_front();
        }
        self.finished.push_back(act.into());
    }

    pub(super) fn is_finished(&self, act: &str) -> bool {
        self.finished.iter().any(|id| id == act)
    }

    /// By person, the last message meant for them alone: what the choice of people shows as new.
    pub(super) fn latest(&self) -> BTreeMap<String, u64> {
        let mut latest = BTreeMap::new();
        for message in self.messages.values().filter(|m| m.by.is_none()) {
            let whose = match (&message.only_for, &message.at) {
                (Some(who), _) | (None, Spot::Direct(who)) => who,
                (None, Spot::Channel(_)) => continue,
            };
            latest.insert(whose.clone(), message.n);
        }
        latest
    }
}

impl Message {
    /// Whether the person sees it.
    pub(super) fn shown_to(&self, who: &str) -> bool {
        let there = match &self.at {
            Spot::Channel(_) => true,
            Spot::Direct(with) => with == who,
        };
        there && self.only_for.as_ref().is_none_or(|only| only == who)
    }

    /// What names it outside the page.
    pub(super) fn reference(&self) -> MessageRef {
        MessageRef { service: Service::Local, channel: self.at.to_string(), id: self.n.to_string() }
    }

    /// Its words alone: what a shortcut hands to the bot.
    pub(super) fn unstyled(&self) -> String {
        match &self.said {
            Said::Words(words) => words.clone(),
            Said::Card(card) => unstyled(card),
        }
    }
}

fn unstyled(card: &Card) -> String {
    let mut lines = vec![card.title.unstyled()];
    for block in &card.blocks {
        match block {
            Block::Text(text) | Block::Note(text) => lines.push(text.unstyled()),
            Block::Facts(facts) => lines.extend(facts.iter().map(|(label, is)| format!("{label}: {}", is.unstyled()))),
            Block::Quote(words) => lines.push(words.clone()),
            Block::Table { head, rows } => {
                lines.push(head.join(" | "));
                lines.extend(
                    rows.iter().map(|row| row.iter().map(crate::chat::Text::unstyled).collect::<Vec<_>>().join(" | ")),
                );
            }
            Block::Picture(picture) => lines.push(picture.alt.clone()),
            Block::File(file) => lines.push(file.name.clone()),
            Block::Buttons(_) | Block::Pick(_) | Block::Divider => {}
        }
    }
    lines.join("\n")
}

impl Spot {
    /// The same as the bot names it.
    pub(super) fn place(&self) -> Place {
        match self {
            Spot::Channel(id) => Place::Channel { service: Service::Local, id: id.clone() },
            Spot::Direct(id) => Place::Direct { account: Account::new(Service::Local, id.clone()), or_in: None },
        }
    }

    /// Whether the person may be there.
    pub(super) fn open_to(&self, who: &str) -> bool {
        matches!(self, Spot::Channel(_)) || *self == Spot::Direct(who.into())
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Spot::Channel(id) => f.write_str(id),
            Spot::Direct(id) => write!(f, "dm:{id}"),
        }
    }
}

impl From<Spot> for String {
    fn from(spot: Spot) -> Self {
        spot.to_string()
    }
}

impl TryFrom<String> for Spot {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        let (spot, id) = match written.strip_prefix("dm:") {
            Some(id) => (Spot::Direct as fn(String) -> Spot, id.to_owned()),
            None => (Spot::Channel as fn(String) -> Spot, written),
        };
        if valid_id(&id) { Ok(spot(id)) } else { Err("not the name of a conversation".into()) }
    }
}
