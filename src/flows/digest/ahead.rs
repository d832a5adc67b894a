//! Drawing a digest before the transaction that decides about it, so that nobody's writing waits while it is counted.
//!
//! That transaction looks whether it is still due and of the same days, and draws it itself if it is not. What was logged
//! in the moment between is in the next digest, as what was logged a moment later is.

use chrono::{DateTime, Utc};

use super::{Week, planned, root, thread};
use crate::chat::Card;
use crate::domain::{Team, TeamId};
use crate::flows::{Result, Shared};
use crate::store::{Digest, Tx};

/// A digest, or a part of its thread, drawn ahead.
#[derive(Clone, Debug)]
pub(in crate::flows) struct Ahead {
    digest: Digest,
    /// `None`: this part says nothing.
    card: Option<Card>,
}

/// Draws a digest (part 0), or a part of its thread, ahead; `None` if it is posted, or there is none.
pub(in crate::flows) async fn ahead(
    tx: &mut Tx,
    shared: &Shared,
    key: &str,
    (team, at, part): (TeamId, DateTime<Utc>, i64),
) -> Result<Option<Ahead>> {
    let is_posted = tx.message(key).await?.is_some_and(|message| message.message.is_some());
    let Some(team) = tx.team(team).await?.filter(|_| !is_posted) else { return Ok(None) };
    let digest = if part == 0 { planned(tx, &team, at).await? } else { tx.digest(team.id, at).await? };
    let Some(digest) = digest else { return Ok(None) };
    let card = drawn(tx, shared, (&team, digest, at), part).await?;
    Ok(Some(Ahead { digest, card }))
}

/// What was drawn ahead, if it is still of the same days; otherwise as it is drawn now.
pub(super) async fn or_drawn(
    ahead: Option<&Ahead>,
    tx: &mut Tx,
    shared: &Shared,
    (team, digest, at): (&Team, Digest, DateTime<Utc>),
    part: i64,
) -> Result<Option<Card>> {
    match ahead.filter(|ahead| ahead.digest == digest) {
        Some(ahead) => Ok(ahead.card.clone()),
        None => drawn(tx, shared, (team, digest, at), part).await,
    }
}

async fn drawn(
    tx: &mut Tx,
    shared: &Shared,
    (team, digest, at): (&Team, Digest, DateTime<Utc>),
    part: i64,
) -> Result<Option<Card>> {
    let week = Week::of(tx, shared, team.clone(), digest, at).await?;
    if part == 0 { root::card(tx, shared, &week).await.map(Some) } else { thread::part(tx, shared, &week, part).await }
}
