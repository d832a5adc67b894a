//! Whether a notice is said now, and what follows from that.

use chrono::{DateTime, TimeDelta, Utc};

use super::drawn::To;
use super::{Ahead, LeadWord, Notice, Saying, refresh};
use crate::chat::{Card, Place};
use crate::domain::{LeadNumber, PersonId, RefusalNumber, Stage, TeamId};
use crate::flows::{
    Result, Shared, consent, debrief, digest, export, lead, question, quiet, regular, reminders, unsaid,
};
use crate::store::{TaskKind, Tx};

/// How long a notice waits for a reader who has no account on a service that runs.
const OUT_OF_REACH: TimeDelta = TimeDelta::hours(1);

/// What is to be said now; `ahead`: what was drawn of it before.
///
/// # Errors
/// When the database does not answer.
pub async fn say(
    tx: &mut Tx,
    shared: &Shared,
    notice: &Notice,
    ahead: Option<&Ahead>,
    now: DateTime<Utc>,
) -> Result<Saying> {
    // Whatever made it due sooner: it tells of what waits at its moment.
    if let Notice::Unsaid(_, at, _) | Notice::StillUnsaid(_, at, _) = notice
        && *at > now
    {
        return Ok(Saying::NotYet(*at));
    }
    if let Some(saying) = reminders::before(tx, shared, notice, now).await? {
        return Ok(saying);
    }
    if let Some(saying) = regular::before(tx, shared, notice, now).await? {
        return Ok(saying);
    }
    if let Some(saying) = lead::first_told(tx, notice, now).await? {
        return Ok(saying);
    }
    let drawn = match ahead {
        Some(ahead) => ahead.card(tx, notice, now).await?,
        None => None,
    };
    let drawn = match drawn {
        None => notice.draw(tx, shared, ahead.and_then(Ahead::digest), now).await?,
        drawn => drawn,
    };
    let Some((to, card)) = drawn else { return Ok(Saying::Nothing) };
    if let Some(saying) = debrief::untimely(tx, notice, now).await? {
        return Ok(saying);
    }
    if let To::Person(reader) = &to
        && let Some(saying) = consent::gate(tx, shared, notice, reader, now).await?
    {
        return Ok(saying);
    }
    let reachable = to.reachable_at(now);
    if reachable > now && !notice.comes_when_planned(now) {
        return Ok(Saying::NotYet(reachable));
    }
    match to.place(tx, shared).await? {
        Some(place) => {
            if let To::Person(reader) = &to
                && let Some(saying) = quiet::gate(tx, shared, notice, reader, now).await?
            {
                return Ok(saying);
            }
            if let Notice::Today(person, _) = notice {
                tx.sends_today(PersonId(*person), &notice.key(), now).await?;
            }
            Ok(Saying::Post(place, card))
        }
        // Their account may be named any hour; until then `panout doctor` says that they are out of reach.
        None => Ok(Saying::NotYet(now + OUT_OF_REACH)),
    }
}

/// Remembers that a notice reached its reader.
///
/// # Errors
/// When the database does not answer.
pub async fn posted(tx: &mut Tx, shared: &Shared, notice: &Notice, now: DateTime<Utc>) -> Result<()> {
    match notice {
        Notice::Refusal(number) => {
            tx.advance_refusal(RefusalNumber(*number), Stage::Logged, Stage::WithHead).await?;
        }
        Notice::Today(person, _) => reminders::told(tx, shared, PersonId(*person), &notice.key(), now).await?,
        Notice::Welcome(id) => consent::asked(tx, PersonId(*id)).await?,
        Notice::Unsaid(team, _, channel) | Notice::StillUnsaid(team, _, channel) => {
            unsaid::said(tx, shared, TeamId(*team), *channel, now).await?;
        }
        Notice::Debrief(number) | Notice::DebriefAt(number, _) => {
            tx.told_task(&notice.key(), RefusalNumber(*number), TaskKind::Debrief).await?;
        }
        Notice::Question(id) => question::told(tx, &notice.key(), *id).await?,
        Notice::Answer(_)
        | Notice::Stranger(_)
        | Notice::Back(_)
        | Notice::Won(..)
        | Notice::WonToHead(_)
        | Notice::Handed(_)
        | Notice::Differs(_)
        | Notice::Daily(..)
        | Notice::Focus(..)
        | Notice::Exporting(_)
        | Notice::Exported(_)
        | Notice::NotExported(_)
        | Notice::Lead(LeadWord::New | LeadWord::Soon(_) | LeadWord::Late(_), ..)
        | Notice::LeadsTogether(..)
        | Notice::LeadsOpen(..)
        | Notice::LeadsLate(..)
        | Notice::LeadOpen(..)
        | Notice::Lost(..) => {}
        Notice::Lead(LeadWord::Taken, number, turn) => {
            lead::was_told(tx, shared, (LeadNumber(*number), *turn), now).await?;
        }
        Notice::Digest(team, at, channel) => digest::posted(tx, shared, (*team, *at, *channel, 0), now).await?,
        Notice::DigestPart(team, at, channel, part) => {
            digest::posted(tx, shared, (*team, *at, *channel, *part), now).await?;
        }
    }
    Ok(())
}

/// A notice was given up: nobody was told.
///
/// # Errors
/// When the database does not answer.
pub async fn given_up(tx: &mut Tx, shared: &Shared, notice: &Notice, now: DateTime<Utc>) -> Result<()> {
    match notice {
        Notice::Today(person, _) => {
            let reader = tx.person(PersonId(*person)).await?;
            reminders::unheard(tx, shared, &reader, now).await
        }
        Notice::Digest(team, _, channel) => digest::lost(tx, shared, (*team, *channel), now).await,
        Notice::Exported(id) => export::not_sent(tx, *id, now).await,
        _ => Ok(()),
    }
}

/// The card of a notice as things stand, for a message that is posted; `None` if it would say nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn still(tx: &mut Tx, shared: &Shared, notice: &Notice, now: DateTime<Utc>) -> Result<Option<Card>> {
    if notice.is_a_record() {
        return Ok(None);
    }
    let Some((to, card)) = notice.draw(tx, shared, None, now).await? else { return Ok(None) };
    let place = tx.message(&notice.key()).await?.map(|message| serde_json::from_str::<Place>(&message.place));
    if let Some(place) = place.transpose().map_err(anyhow::Error::from)?
        && !to.reads(tx, &place).await?
    {
        return Ok(None);
    }
    Ok(Some(card))
}

/// Whether a posted notice no longer says what was shown: then [`redraw`] it.
///
/// # Errors
/// When the database does not answer.
pub async fn differs(tx: &mut Tx, shared: &Shared, notice: &Notice, shown: &Card, now: DateTime<Utc>) -> Result<bool> {
    Ok(still(tx, shared, notice, now).await?.is_some_and(|card| card != *shown))
}

/// Plans to draw a posted notice again; one that is a record stays as it is.
///
/// # Errors
/// When the database does not answer.
pub async fn redraw(tx: &mut Tx, notice: &Notice, now: DateTime<Utc>) -> Result<()> {
    if notice.is_a_record() { Ok(()) } else { refresh(tx, notice, now).await }
}
