//! Drawing a card before the transaction that decides about it: whoever changes something does not wait for it.
//!
//! The decision takes it only if its reader and what it is about are still the same. What else changes in the moment
//! between is seen once the message is posted ([`super::differs`]), as what changes while it is on its way. That there is
//! nothing to say is never taken from here.

use chrono::{DateTime, Utc};

use super::Notice;
use super::drawn::To;
use crate::chat::Card;
use crate::domain::{Lead, LeadNumber, Person, Refusal, RefusalNumber, TeamId};
use crate::flows::{Result, Shared, digest};
use crate::store::Tx;

/// A card that was drawn before it is decided whether it is posted.
#[derive(Clone, Debug)]
pub struct Ahead(Drawn);

#[derive(Clone, Debug)]
enum Drawn {
    /// A digest, or a part of its thread.
    Digest(digest::Ahead),
    /// Any other card, where it goes, and what it is about.
    Card(To, Card, About),
}

/// What a card is about, as it was when it was drawn.
#[derive(Clone, Debug, PartialEq)]
enum About {
    Refusal(Box<Refusal>),
    Lead(Box<Lead>),
    /// Many things, or nothing that is handed from one to another.
    Other,
}

impl About {
    async fn of(tx: &mut Tx, notice: &Notice) -> Result<Self> {
        let refusal = match *notice {
            Notice::Refusal(number)
            | Notice::Won(number, _)
            | Notice::WonToHead(number)
            | Notice::Debrief(number)
            | Notice::DebriefAt(number, _) => Some(RefusalNumber(number)),
            Notice::Back(id) => tx.decision(id).await?.map(|decision| decision.refusal),
            Notice::Handed(id) => tx.handover(id).await?.map(|handover| handover.refusal),
            Notice::Question(id) | Notice::Answer(id) => tx.question(id).await?.map(|question| question.refusal),
            Notice::Differs(id) => tx.difference(id).await?.map(|difference| difference.refusal),
            Notice::Lead(_, number, _) | Notice::LeadOpen(number, ..) => {
                let lead = tx.lead(LeadNumber(number)).await?;
                return Ok(lead.map_or(Self::Other, |lead| Self::Lead(Box::new(lead))));
            }
            _ => None,
        };
        let Some(number) = refusal else { return Ok(Self::Other) };
        Ok(tx.refusal(number).await?.map_or(Self::Other, |refusal| Self::Refusal(Box::new(refusal))))
    }
}

/// The card of a notice as things stand, before it is decided about; `None` if that is to be drawn with the decision.
///
/// # Errors
/// When the database does not answer.
pub async fn ahead(tx: &mut Tx, shared: &Shared, notice: &Notice, now: DateTime<Utc>) -> Result<Option<Ahead>> {
    let what = match *notice {
        Notice::Digest(team, at, _) => (TeamId(team), at, 0),
        Notice::DigestPart(team, at, _, part) => (TeamId(team), at, part),
        _ => {
            let drawn = notice.draw(tx, shared, None, now).await?;
            let Some((to, card)) = drawn else { return Ok(None) };
            return Ok(Some(Ahead(Drawn::Card(to, card, About::of(tx, notice).await?))));
        }
    };
    let drawn = digest::ahead(tx, shared, &notice.key(), what).await?;
    Ok(drawn.map(|drawn| Ahead(Drawn::Digest(drawn))))
}

impl Ahead {
    /// The digest, if it is one.
    pub(super) fn digest(&self) -> Option<&digest::Ahead> {
        match &self.0 {
            Drawn::Digest(digest) => Some(digest),
            Drawn::Card(..) => None,
        }
    }

    /// The card and where it goes, if its reader and what it is about are what they were when it was drawn.
    pub(super) async fn card(&self, tx: &mut Tx, notice: &Notice, now: DateTime<Utc>) -> Result<Option<(To, Card)>> {
        let Drawn::Card(to, card, about) = &self.0 else { return Ok(None) };
        if About::of(tx, notice).await? != *about {
            return Ok(None);
        }
        let head_of = match *notice {
            Notice::Daily(team, _) | Notice::Focus(team, _) => Some(TeamId(team)),
            _ => notice.to_head_of(tx).await?,
        };
        if let (Some(team), To::Person(drawn)) = (head_of, to)
            && tx.responsible_for(team, now).await?.map(|head| head.id) != Some(drawn.id)
        {
            return Ok(None);
        }
        let stands = match to {
            To::Person(drawn) => {
                let reader = tx.person(drawn.id).await?;
                Person { stands_in: drawn.stands_in.clone(), ..reader } == **drawn && !tx.has_left(drawn.id).await?
            }
            To::Channel(team, _) | To::Under(team, _) => tx.team(team.id).await?.as_ref() == Some(team),
        };
        Ok(stands.then(|| (to.clone(), card.clone())))
    }
}
