//! A digest that could not be posted: which channel it is, in the words its people use for it.

use chrono::{DateTime, Utc};

use crate::args;
use crate::chat::{Account, Block, Card, Service, Tone};
use crate::domain::{Person, TeamId};
use crate::flows::notice::{self, Notice};
use crate::flows::{Result, Shared, words_for};
use crate::store::Tx;

/// A digest could not be posted: an admin is told once, in words, where and what to do.
pub(in crate::flows) async fn lost(
    tx: &mut Tx,
    shared: &Shared,
    (team, channel): (i64, i64),
    now: DateTime<Utc>,
) -> Result<()> {
    let last = tx.last_posted(&format!("digest:{team}:%:{channel}")).await?;
    let since = last.map_or(0, |at| at.timestamp());
    notice::plan(tx, shared, &Notice::Lost(team, channel, since), now, now).await
}

/// What an admin reads about it.
pub(in crate::flows) async fn draw_lost(
    tx: &mut Tx,
    shared: &Shared,
    (team, channel): (TeamId, i64),
    now: DateTime<Utc>,
) -> Result<Option<(Person, Card)>> {
    let Some(team) = tx.team(team).await? else { return Ok(None) };
    let admins = tx.admins().await?;
    let first = admins.iter().find(|admin| !admin.is_away(now)).or(admins.first()).cloned();
    let reader = match first {
        Some(admin) => Some(admin),
        None => tx.responsible_for(team.id, now).await?,
    };
    let Some(reader) = reader else { return Ok(None) };
    let Some(place) = usize::try_from(channel).ok().and_then(|at| team.channels.get(at)).cloned() else {
        return Ok(None);
    };
    let words = words_for(shared, &reader);
    let (name, service) = (team.name.as_str(), service_of(&place));
    let which = match tx.channel_name(&place).await? {
        Some(called) => words.text("digest.lost_in", args! { channel: called, team: name, service: service }),
        None => words.text("digest.lost_in_a_channel", args! { team: name, service: service }),
    };
    let card = Card::titled(words.text("digest.lost", args! { team: name })).tone(Tone::Bad);
    let card = card.with(Block::Text(which)).with(Block::Text(words.text("digest.lost_next", args! {})));
    // Where they mend it, it has no other name.
    Ok(Some((reader, card.with(Block::Note(words.text("digest.lost_id", args! { channel: place }))))))
}

/// What the service of a channel calls itself.
fn service_of(channel: &str) -> &'static str {
    match channel.parse::<Account>().map(|account| account.service) {
        Ok(Service::Slack) => "Slack",
        Ok(Service::Discord) => "Discord",
        Ok(Service::Local) | Err(_) => "Panout",
    }
}
