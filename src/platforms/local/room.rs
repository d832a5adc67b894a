//! The room: shows what is said to everyone who watches, and keeps it over a restart.
//!
//! Two orders of showing and keeping, on purpose:
//! * what the bot *posts* is kept first, so that a post that answered is there after `kill -9`;
//! * what *answers* an act is shown first, so that a person gets their sentence even when the database is the
//!   very thing that failed.
//!
//! All keeping goes through the pen, one at a time, and writes what is then shown: the last write is the latest.

use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Mutex, watch};
use tokio_util::task::TaskTracker;

use super::said::{Message, OpenForm, Said, Seen, Spot};
use super::{Channel, Someone};
use crate::chat::{Card, Drafts, Failure, Faults, Service};

/// Holds what the page shows.
pub(super) struct Room {
    drafts: Arc<dyn Drafts>,
    seen: watch::Sender<Seen>,
    pen: Mutex<()>,
    tasks: TaskTracker,
}

/// A message to be.
#[derive(Clone, Debug)]
pub(super) struct New {
    pub(super) at: Spot,
    pub(super) under: Option<u64>,
    pub(super) only_for: Option<String>,
    pub(super) by: Option<String>,
    pub(super) time: DateTime<Utc>,
    pub(super) said: Said,
    pub(super) marker: Option<String>,
    pub(super) act: Option<String>,
}

impl Room {
    /// The room as it was left, with these people and channels before those added on the page.
    pub(super) async fn restore(
        drafts: Arc<dyn Drafts>,
        tasks: TaskTracker,
        people: Vec<Someone>,
        channels: Vec<Channel>,
    ) -> anyhow::Result<Self> {
        let mut seen = Seen::with(people, channels);
        for person in kept::<Someone>(&*drafts, "p:").await? {
            if seen.person(&person.id).is_none() {
                seen.people.push(person);
            }
        }
        for channel in kept::<Channel>(&*drafts, "c:").await? {
            if !seen.has(&Spot::Channel(channel.id.clone())) {
                seen.channels.push(channel);
            }
        }
        let mut messages = kept::<Message>(&*drafts, "m:").await?;
        messages.sort_by_key(|m| m.n);
        for message in messages {
            seen.put_kept(message);
        }
        for form in kept::<OpenForm>(&*drafts, "f:").await? {
            seen.rev = seen.rev.max(form.rev);
            seen.forms.insert(form.who.clone(), Arc::new(form));
        }
        Ok(Self { drafts, seen: watch::Sender::new(seen), pen: Mutex::default(), tasks })
    }

    /// What is shown now. Do not hold it over an await.
    pub(super) fn seen(&self) -> watch::Ref<'_, Seen> {
        self.seen.borrow()
    }

    /// What is shown, and each change of it.
    pub(super) fn watch(&self) -> watch::Receiver<Seen> {
        self.seen.subscribe()
    }

    /// Changes what is shown.
    pub(super) fn change<T>(&self, how: impl FnOnce(&mut Seen) -> T) -> T {
        let mut done = None;
        self.seen.send_modify(|seen| done = Some(how(seen)));
        done.expect("send_modify always calls its closure")
    }

    /// Shows an answer to an act, then keeps it. An act that was answered already is not answered twice.
    pub(super) async fn show(&self, new: New) {
        let n = self.change(|seen| {
            if new.act.as_deref().is_some_and(|act| seen.answer_to(act).is_some()) {
                return None;
            }
            let n = seen.next_number();
            seen.put(new.into_message(n));
            Some(n)
        });
        if let Some(n) = n {
            self.keep_shown(n).await;
        }
    }

    /// Shows a card in place of another as the answer to an act, then keeps it.
    pub(super) async fn show_instead(&self, n: u64, card: Card) {
        self.change(|seen| {
            if let Some(old) = seen.messages.get(&n) {
                let new = Message { said: Said::Card(card), ..Message::clone(old) };
                seen.put(new);
            }
        });
        self.keep_shown(n).await;
    }

    /// Posts once: keeps, then shows. A message that already has this marker there is the answer.
    ///
    /// It goes on to its end in its own task, so that a caller who stops waiting leaves nothing half done.
    pub(super) async fn post(self: &Arc<Self>, new: New) -> Result<Arc<Message>, Failure> {
        let room = self.clone();
        finish(self.tasks.spawn(async move {
            let _pen = room.pen.lock().await;
            let marked = new.marker.as_ref().and_then(|marker| room.seen().marked(&new.at, marker).cloned());
            if let Some(posted) = marked {
                return Ok(posted);
            }
            let n = room.change(Seen::next_number);
            room.keep_first(new.into_message(n)).await
        }))
        .await
    }

    /// Puts a card in place of a posted one: keeps, then shows.
    pub(super) async fn replace(self: &Arc<Self>, n: u64, card: Card) -> Result<(), Failure> {
        let room = self.clone();
        finish(self.tasks.spawn(async move {
            let _pen = room.pen.lock().await;
            let old = room.seen().messages.get(&n).cloned();
            let old = old.ok_or_else(|| Failure::Never { why: format!("the page has no message {n}") })?;
            room.keep_first(Message { said: Said::Card(card), ..Message::clone(&old) }).await.map(drop)
        }))
        .await
    }

    /// The message with this marker, once whatever is being posted is posted.
    pub(super) async fn find(&self, at: &Spot, marker: &str) -> Option<Arc<Message>> {
        let _pen = self.pen.lock().await;
        self.seen().marked(at, marker).cloned()
    }

    /// Opens a form to its person, in place of one that is open. One that was finished stays so.
    pub(super) async fn ask(&self, form: OpenForm) {
        let who = form.who.clone();
        self.change(|seen| {
            let open_already = seen.forms.get(&form.who).is_some_and(|open| open.id == form.id);
            if !open_already && !seen.is_finished(&form.id) {
                let rev = seen.next_rev();
                seen.forms.insert(form.who.clone(), Arc::new(OpenForm { rev, ..form }));
            }
        });
        self.keep_form(&who).await;
    }

    /// Shows what is wrong with the answers, and keeps them in the form.
    pub(super) async fn fault(&self, open: &OpenForm, faults: Faults) {
        self.change(|seen| {
            if seen.forms.get(&open.who).is_some_and(|now| now.id == open.id) {
                let rev = seen.next_rev();
                seen.forms.insert(open.who.clone(), Arc::new(OpenForm { rev, faults, ..open.clone() }));
            }
        });
        self.keep_form(&open.who).await;
    }

    /// Closes a form, if it is the one that is open to the person.
    pub(super) async fn close(&self, who: &str, form: &str) {
        self.change(|seen| {
            seen.finish(form);
            if seen.forms.get(who).is_some_and(|open| open.id == form) {
                seen.forms.remove(who);
            }
        });
        self.keep_form(who).await;
    }

    /// Adds a person, kept first.
    pub(super) async fn add_person(&self, person: Someone) -> anyhow::Result<()> {
        self.keep(&format!("p:{}", person.id), &person).await?;
        self.change(|seen| seen.people.push(person));
        Ok(())
    }

    /// Adds a channel, kept first.
    pub(super) async fn add_channel(&self, channel: Channel) -> anyhow::Result<()> {
        self.keep(&format!("c:{}", channel.id), &channel).await?;
        self.change(|seen| seen.channels.push(channel));
        Ok(())
    }

    async fn keep<T: Serialize>(&self, key: &str, value: &T) -> anyhow::Result<()> {
        let json = serde_json::to_string(value).context("writing what the page keeps")?;
        self.drafts.keep(Service::Local, key, json).await.context("keeping what the page shows")
    }

    async fn keep_first(&self, message: Message) -> Result<Arc<Message>, Failure> {
        let n = message.n;
        // It may be on the disk all the same: only a look after a restart could tell, and that finds it.
        self.keep(&key(n), &message).await.map_err(|error| Failure::Unknown { why: format!("{error:#}") })?;
        Ok(self.change(|seen| {
            seen.put(message);
            seen.messages[&n].clone()
        }))
    }

    async fn keep_shown(&self, n: u64) {
        let _pen = self.pen.lock().await;
        let Some(message) = self.seen().messages.get(&n).cloned() else { return };
        if let Err(error) = self.keep(&key(n), &*message).await {
            tracing::warn!(
                message = n,
                error = format!("{error:#}"),
                "an answer on the page will not survive a restart"
            );
        }
    }

    async fn keep_form(&self, who: &str) {
        let _pen = self.pen.lock().await;
        let open = self.seen().forms.get(who).cloned();
        let key = format!("f:{who}");
        let kept = match open {
            Some(open) => self.keep(&key, &*open).await,
            None => self.drafts.forget(Service::Local, &key).await,
        };
        if let Err(error) = kept {
            tracing::warn!(error = format!("{error:#}"), "an open form on the page will not survive a restart");
        }
    }
}

impl New {
    fn into_message(self, n: u64) -> Message {
        let Self { at, under, only_for, by, time, said, marker, act } = self;
        Message { n, rev: 0, at, under, only_for, by, time, said, marker, act }
    }
}

/// The key of a message: in the order of numbers.
fn key(n: u64) -> String {
    format!("m:{n:09}")
}

async fn finish<T>(task: tokio::task::JoinHandle<Result<T, Failure>>) -> Result<T, Failure> {
    task.await.unwrap_or_else(|_| Err(Failure::Unknown { why: "the page was interrupted while posting".into() }))
}

async fn kept<T: DeserializeOwned>(drafts: &dyn Drafts, prefix: &str) -> anyhow::Result<Vec<T>> {
    let kept = drafts.kept_under(Service::Local, prefix).await?;
    let read = kept.into_iter().filter_map(|(key, json)| {
        let read = serde_json::from_str(&json);
        if read.is_err() {
            tracing::warn!(key, "something the page kept cannot be read any more and is left out");
        }
        read.ok()
    });
    Ok(read.collect())
}
