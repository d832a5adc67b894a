//! The bot as platforms see it: one door for whatever somebody does.
//!
//! An act that changes something runs in one write transaction together with the memory of its reply, so that an event
//! the platform repeats finds what came of it the first time. An act that only asks reads, and waits for no writer.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Call, Error, Inbound, Result, Shared, act, consent, menu, people, refusing, similar, suggest, words_for};
use crate::args;
use crate::chat::vitals::{self, Outcome, Vitals};
use crate::chat::{
    Block, Bot, Card, Choice, Command, Event, Faults, Menu, Phrase, Press, Query, Reply, Shortcut, Submission, Tone,
};
use crate::clock::Clock;
use crate::domain::Reminders;
use crate::store::{Db, Tx};
use crate::words::{Language, Words};

/// The bot.
pub struct Assistant {
    db: Db,
    shared: Arc<Shared>,
    menu: Menu,
    clock: Clock,
    vitals: Vitals,
}

/// One event and what it is, shared with the transaction that may run again.
type Given = Arc<(Event, Inbound)>;

impl Assistant {
    /// The bot of an organisation.
    pub fn new(db: Db, shared: Arc<Shared>, clock: Clock) -> Self {
        let menu = menu(&shared.words);
        Self { db, shared, menu, clock, vitals: Vitals::default() }
    }

    /// The same, counting there what people do.
    #[must_use]
    pub fn counting(self, vitals: Vitals) -> Self {
        Self { vitals, ..self }
    }

    async fn answer(&self, event: Event, inbound: Inbound) -> Result<Reply, Faults> {
        let given = Arc::new((event, without_nul(inbound)));
        let result = match self.ask(&given).await {
            Ok(None) => self.change(&given).await,
            Ok(Some(reply)) => Ok((reply, Outcome::Done)),
            Err(error) => Err(error),
        };
        let outcome = match &result {
            Ok((_, outcome)) => *outcome,
            Err(Error::Faults(_)) => Outcome::Faulty,
            Err(Error::Tell(_)) => Outcome::Refused,
            Err(Error::Internal(_)) => Outcome::Failed,
        };
        self.vitals.acted(given.0.who.service, kind(&given.1), outcome);
        match result {
            Ok((reply, _)) => Ok(self.with_similar(&given, reply).await),
            Err(Error::Faults(faults)) => Err(faults),
            Err(Error::Tell(text)) => Ok(Reply::Whisper(refusing(text))),
            Err(Error::Internal(error)) => Ok(Reply::Whisper(self.apology(&given.0, &error))),
        }
    }

    /// Answers what only asks, if the person is known already.
    async fn ask(&self, given: &Given) -> Result<Option<Reply>> {
        if !given.1.only_asks() {
            return Ok(None);
        }
        let (given, shared, now) = (given.clone(), self.shared.clone(), self.clock.now());
        let read = self.db.read(move |tx| {
            let (given, shared) = (given.clone(), shared.clone());
            Box::pin(async move {
                let Some(by) = people::known(tx, &given.0).await? else { return Ok(None) };
                if by.reminders == Reminders::Unasked && matches!(given.1, Inbound::Command(_)) {
                    // The answer is the first message: that is remembered.
                    return Ok(None);
                }
                let by = tx.standing_in(by, now).await?;
                let words = words_for(&shared, &by);
                let mut call = Call { tx, by, words, shared: &shared, now };
                act(&mut call, &given.1).await.map(Some)
            })
        });
        read.await
    }

    /// Does what changes something, once for each event; and says whether it was done before.
    async fn change(&self, given: &Given) -> Result<(Reply, Outcome)> {
        let (given, shared, clock) = (given.clone(), self.shared.clone(), self.clock.clone());
        let write = self.db.write(move |tx| {
            let (given, shared, now) = (given.clone(), shared.clone(), clock.now());
            Box::pin(async move {
                let (event, inbound) = &*given;
                // With the person: nobody is given the reply of another, whatever id their event comes with.
                let id = format!("{}/{}", event.who, event.id);
                if let Some(reply) = seen(tx, &id).await? {
                    return Ok((reply, Outcome::Repeated));
                }
                let by = people::recognise(tx, &shared, event, now).await?;
                let by = tx.standing_in(by, now).await?;
                let (words, id_of, ignored) = (words_for(&shared, &by), by.id, by.ignored);
                let mut call = Call { tx, by, words, shared: &shared, now };
                let mut reply = act(&mut call, inbound).await?;
                match inbound {
                    Inbound::Press(_) | Inbound::Submission(_) if ignored > 0 => tx.none_ignored(id_of).await?,
                    Inbound::Command(_) => reply = consent::offered(tx, &shared, id_of, reply).await?,
                    _ => {}
                }
                let kept = serde_json::to_string(&reply).map_err(anyhow::Error::from)?;
                tx.saw(&id, &kept, now).await?;
                Ok((reply, Outcome::Done))
            })
        });
        write.await
    }

    /// The reply that says that a refusal is stored, with the earlier ones like it: read after the commit, so that no
    /// writer waits for it. If that fails, a button stays in its place.
    async fn with_similar(&self, given: &Given, reply: Reply) -> Reply {
        let Some(number) = similar::place_in(&reply) else { return reply };
        let (asked, shared) = (given.clone(), self.shared.clone());
        let read = self.db.read(move |tx| {
            let (asked, shared) = (asked.clone(), shared.clone());
            Box::pin(async move {
                let Some(by) = tx.person_of(&asked.0.who.to_string()).await? else { return Ok(None) };
                match tx.refusal(number).await?.filter(|refusal| refusal.is_open_to(&by)) {
                    Some(refusal) => similar::blocks(tx, &shared, &by, &refusal).await.map(Some),
                    None => Ok(None),
                }
            })
        });
        let found: Result<Option<Vec<Block>>> = read.await;
        match found {
            Ok(found) => similar::in_place(reply, number, found.unwrap_or_default()),
            Err(Error::Internal(error)) => {
                tracing::error!(service = %given.0.who.service, "finding similar refusals failed: {error:#}");
                reply
            }
            Err(Error::Tell(_) | Error::Faults(_)) => reply,
        }
    }

    /// Logs a fault once, and makes the card that names it.
    fn apology(&self, event: &Event, error: &anyhow::Error) -> Card {
        let reference = format!("{:06x}", fastrand::u32(0..0x0100_0000));
        tracing::error!(reference, service = %event.who.service, "an act failed: {error:#}");
        let words = self.words(event.language.as_deref());
        Card::titled(words.text("apology.title", args! {}))
            .tone(Tone::Bad)
            .with(Block::Text(words.text("apology.next", args! { reference: reference })))
    }

    fn words(&self, language: Option<&str>) -> Words<'_> {
        let language = language.and_then(Language::from_tag).unwrap_or(self.shared.rules.language);
        self.shared.words.in_language(language)
    }
}

/// What is counted.
fn kind(inbound: &Inbound) -> vitals::Act {
    match inbound {
        Inbound::Command(_) => vitals::Act::Command,
        Inbound::Press(_) => vitals::Act::Press,
        Inbound::Shortcut(_) => vitals::Act::Shortcut,
        Inbound::Submission(_) => vitals::Act::Form,
    }
}

/// The same act without NUL characters: nobody types them, and PostgreSQL stores none.
fn without_nul(inbound: Inbound) -> Inbound {
    let clean = |text: &mut String| text.retain(|c| c != '\0');
    let mut inbound = inbound;
    match &mut inbound {
        Inbound::Command(command) => {
            clean(&mut command.text);
            command.options.values_mut().for_each(clean);
        }
        Inbound::Press(press) => press.value.iter_mut().for_each(clean),
        Inbound::Shortcut(shortcut) => clean(&mut shortcut.text),
        Inbound::Submission(submission) => submission.values.values_mut().for_each(clean),
    }
    inbound
}

async fn seen(tx: &mut Tx, id: &str) -> Result<Option<Reply>> {
    let kept = tx.seen(id).await?;
    let reply = kept.map(|reply| serde_json::from_str(&reply)).transpose();
    Ok(reply.map_err(anyhow::Error::from)?)
}

#[async_trait]
impl Bot for Assistant {
    fn menu(&self) -> &Menu {
        &self.menu
    }

    fn phrase(&self, language: Option<&str>, phrase: Phrase) -> String {
        self.words(language).phrase(phrase)
    }

    async fn command(&self, event: Event, command: Command) -> Reply {
        self.answer(event, Inbound::Command(command)).await.unwrap_or(Reply::Done)
    }

    async fn press(&self, event: Event, press: Press) -> Reply {
        self.answer(event, Inbound::Press(press)).await.unwrap_or(Reply::Done)
    }

    async fn shortcut(&self, event: Event, shortcut: Shortcut) -> Reply {
        self.answer(event, Inbound::Shortcut(shortcut)).await.unwrap_or(Reply::Done)
    }

    async fn submit(&self, event: Event, submission: Submission) -> Result<Reply, Faults> {
        self.answer(event, Inbound::Submission(submission)).await
    }

    async fn suggest(&self, event: Event, query: Query) -> Vec<Choice> {
        let (asked, shared) = (Arc::new(event.clone()), self.shared.clone());
        let read = self.db.read(move |tx| {
            let (event, shared, query) = (asked.clone(), shared.clone(), query.clone());
            Box::pin(async move {
                match tx.person_of(&event.who.to_string()).await? {
                    Some(by) => suggest::suggest(tx, &shared, &people::as_they_look(by, &event), &query).await,
                    None => suggest::catalogue(tx, &shared, &query).await,
                }
            })
        });
        let found: Result<Vec<Choice>> = read.await;
        let outcome = if found.is_ok() { Outcome::Done } else { Outcome::Failed };
        self.vitals.acted(event.who.service, vitals::Act::Search, outcome);
        found.unwrap_or_else(|error| {
            // Suggestions are a comfort: without them one types.
            if let Error::Internal(error) = error {
                tracing::error!(service = %event.who.service, "suggesting failed: {error:#}");
            }
            Vec::new()
        })
    }
}
