//! The ports between the bot and the platforms.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{
    Card, Choice, Command, Event, Faults, Form, Menu, MessageRef, Place, Press, Query, Service, Shortcut, Submission,
    Vitals,
};
use crate::clock::Clock;

/// What the bot answers to somebody's act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// Nothing to show.
    Done,
    /// For this person's eyes only.
    Whisper(Card),
    /// For everyone where it happened.
    Say(Card),
    /// A question.
    Ask(Form),
    /// Puts the card in place of the one that was pressed (or from which the form was opened); a whisper where there
    /// is none.
    Replace(Card),
}

/// What adapters call. Every method answers, whatever happens inside: a failure is a whisper with a reference.
#[async_trait]
pub trait Bot: Send + Sync + 'static {
    /// What can be typed.
    fn menu(&self) -> &Menu;

    /// The adapter's own words, in a language tag (`fr-CA`), or the organisation's language.
    fn phrase(&self, language: Option<&str>, phrase: Phrase) -> String;

    /// A slash command.
    async fn command(&self, event: Event, command: Command) -> Reply;

    /// A press on a button or a choice in a pick.
    async fn press(&self, event: Event, press: Press) -> Reply;

    /// A shortcut on a message.
    async fn shortcut(&self, event: Event, shortcut: Shortcut) -> Reply;

    /// A filled form.
    ///
    /// # Errors
    /// What is wrong with it, by field; nothing was saved.
    async fn submit(&self, event: Event, submission: Submission) -> Result<Reply, Faults>;

    /// At most 25 suggestions, best first.
    async fn suggest(&self, event: Event, query: Query) -> Vec<Choice>;
}

/// Words an adapter needs around cards and forms. Texts are in `prompts/` under `adapter.*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phrase {
    /// The button to the next step of a form, at most 24 characters with its numbers.
    Continue {
        /// The step it leads to, from 2.
        step: usize,
        /// Of how many.
        of: usize,
    },
    /// Above menus that are part of a form.
    ChooseThenContinue,
    /// The button that opens a form again.
    OpenForm,
    /// The form could not be opened in time; what was typed is kept, press the button.
    FormLate,
    /// The button that opens a faulty form again, as filled.
    FixIt,
    /// Above a list of faults.
    PleaseFix,
    /// A form that is no longer kept: start again with the command.
    FormGone,
    /// Shown while a late answer is made.
    OneMoment,
    /// A modal's close button, at most 24 characters.
    Cancel,
    /// After the label of a field that may stay empty.
    Optional,
    /// Only a direct message could carry it and the person takes none: what to change.
    DirectClosed,
    /// Something arrived that could not be read: try again.
    NotUnderstood,
    /// In a menu: nothing chosen.
    NoChoice,
    /// The reply can carry no file: it went to the person's direct conversation.
    FileInDirect,
    /// What is in a file is no longer kept: ask for it again.
    FileGone,
    /// A file larger than the platform takes: ask for less.
    FileTooLarge,
    /// The platform did not take a file: ask for it again.
    FileNotSent,
}

/// What goes wrong when the bot speaks first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It certainly was not posted; try again, not before this long if said.
    NotNow {
        /// Why, without message text or tokens.
        why: String,
        /// How long the platform asked to wait.
        after: Option<Duration>,
    },
    /// It certainly was not posted, and never will be this way.
    Never {
        /// Why, without message text or tokens.
        why: String,
    },
    /// It may have been posted: look with [`Platform::find`] before trying again.
    Unknown {
        /// Why, without message text or tokens.
        why: String,
    },
}

/// The bot speaks first.
#[async_trait]
pub trait Platform: Send + Sync + 'static {
    /// Which service this is.
    fn service(&self) -> Service;

    /// Posts a card once. `marker` (at most 25 of `[a-z0-9-]`) goes with it, invisible, for [`Platform::find`].
    ///
    /// # Errors
    /// [`Failure`] says whether it may have been posted all the same.
    async fn post(&self, place: &Place, card: &Card, marker: &str) -> Result<MessageRef, Failure>;

    /// Puts a card in place of a posted one, which keeps its marker. Doing it twice is doing it once.
    ///
    /// # Errors
    /// As [`Platform::post`].
    async fn replace(&self, message: &MessageRef, card: &Card, marker: &str) -> Result<(), Failure>;

    /// The message posted with this marker at or after `since`, if there is one.
    ///
    /// # Errors
    /// When it could not be found out.
    async fn find(
        &self,
        place: &Place,
        marker: &str,
        since: chrono::DateTime<chrono::Utc>,
    ) -> Result<Option<MessageRef>, Failure>;
}

/// What an adapter must remember over a restart: half-filled forms, and the local page's messages.
///
/// Values are JSON texts. A draft is kept `Drafts::DAYS` days; the local page's messages as long as its database.
#[async_trait]
pub trait Drafts: Send + Sync + 'static {
    /// Keeps `value` under `key` (unique per service), in place of what was there.
    async fn keep(&self, service: Service, key: &str, value: String) -> anyhow::Result<()>;

    /// What is kept under `key`.
    async fn kept(&self, service: Service, key: &str) -> anyhow::Result<Option<String>>;

    /// Everything kept under keys that start with `prefix`, by key.
    async fn kept_under(&self, service: Service, prefix: &str) -> anyhow::Result<Vec<(String, String)>>;

    /// Forgets what is kept under `key`.
    async fn forget(&self, service: Service, key: &str) -> anyhow::Result<()>;
}

/// Makes what cards only name: pictures and files.
#[async_trait]
pub trait Files: Send + Sync + 'static {
    /// A [`super::Picture`]'s SVG as PNG, twice its size. Drawn off the threads that answer people.
    ///
    /// # Errors
    /// When it cannot be drawn; the card is then shown without it.
    async fn png(&self, svg: &str) -> anyhow::Result<Vec<u8>>;

    /// What is in a [`super::File`]; `None` if it is no longer kept.
    ///
    /// # Errors
    /// When it could not be read.
    async fn file(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>>;
}

impl dyn Drafts {
    /// How long a draft is kept, in days.
    pub const DAYS: i64 = 30;
}

/// What is under way: an adapter holds a guard from the moment an event arrives until its answer is out.
#[derive(Clone, Debug)]
pub struct Busy(Arc<watch::Sender<usize>>);

/// Held while something is under way.
#[derive(Debug)]
pub struct BusyGuard(Arc<watch::Sender<usize>>);

impl Default for Busy {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Busy {
    /// Something begins.
    #[must_use]
    pub fn begin(&self) -> BusyGuard {
        self.0.send_modify(|n| *n += 1);
        BusyGuard(self.0.clone())
    }

    /// Waits until nothing is under way.
    pub async fn idle(&self) {
        let mut seen = self.0.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = seen.wait_for(|n| *n == 0).await;
    }

    /// Waits until fewer than `most` things are under way.
    pub async fn fewer_than(&self, most: usize) {
        let _ = self.0.subscribe().wait_for(|n| *n < most).await;
    }

    /// How many things are under way.
    pub fn count(&self) -> usize {
        *self.0.borrow()
    }
}

impl Drop for BusyGuard {
    fn drop(&mut self) {
        self.0.send_modify(|n| *n -= 1);
    }
}

/// Everything an adapter is given at its start.
#[derive(Clone)]
pub struct Ports {
    /// Whom it calls.
    pub bot: Arc<dyn Bot>,
    /// What it keeps.
    pub drafts: Arc<dyn Drafts>,
    /// What cards only name.
    pub files: Arc<dyn Files>,
    /// What is under way.
    pub busy: Busy,
    /// What is connected, and what is counted.
    pub vitals: Vitals,
    /// The time.
    pub clock: Clock,
    /// Cancelled when the app stops: take no new events, finish those under way.
    pub stop: CancellationToken,
    /// Where its tasks run; the app waits for them when it stops.
    pub tasks: TaskTracker,
    /// Where it says that its platform refused it for good (a bad token): the service and a sentence with the mend.
    pub fatal: tokio::sync::mpsc::UnboundedSender<(Service, String)>,
}
