//! Drawing a card before the transaction that decides about it: whoever changes something does not wait for it.
//!
//! What changes in the moment between is seen once the message is posted ([`super::differs`]), as what changes while it is
//! on its way. That there is nothing to say is never taken from here.

use chrono::{DateTime, Utc};

use super::Notice;
use super::drawn::To;
use crate::chat::Card;
use crate::domain::{Person, TeamId};
use crate::flows::{Result, Shared, digest};
use crate::store::Tx;

/// A card that was drawn before it is decided whether it is posted.
#[derive(Clone, Debug)]
pub struct Ahead(Drawn);

#[derive(Clone, Debug)]
enum Drawn {
    /// A digest, or a part of its thread.
    Digest(digest::Ahead),
    /// Any other card, and where it goes.
    Card(To, Card),
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
            return Ok(drawn.map(|(to, card)| Ahead(Drawn::Card(to, card))));
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

    /// The card and where it goes, if its reader is who they were when it was drawn.
    pub(super) async fn card(&self, tx: &mut Tx) -> Result<Option<(To, Card)>> {
        let Drawn::Card(to, card) = &self.0 else { return Ok(None) };
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
