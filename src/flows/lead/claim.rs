//! A lead that whoever wants it may have.
//!
//! Starts: nothing happened for twice the time; or nobody is there who could have it. Acts: the first who presses. Ends: in their
//! hands, with all the time there is. Its owner is told first, and why; then the channel.

use chrono::{DateTime, TimeDelta, Utc};

use super::{card, route, save, together};
use crate::args;
use crate::chat::{Card, Reply, Tone};
use crate::domain::{Lead, LeadDenied, LeadNumber};
use crate::flows::notice::{LeadWord, Notice, POST, Saying};
use crate::flows::{Call, Result, Shared, tell, unsaid};
use crate::store::Tx;

/// How long the channel waits for the one who is told first, and how soon it looks again.
const FIRST: TimeDelta = TimeDelta::minutes(10);
const LOOKS: TimeDelta = TimeDelta::seconds(20);

/// Lets whoever wants a lead have it.
pub(super) async fn open(tx: &mut Tx, shared: &Shared, lead: Lead, now: DateTime<Utc>) -> Result<Lead> {
    let new = route::is_new(&lead);
    let lead = lead.opened(now);
    save(tx, shared, &lead, now).await?;
    if new {
        route::was_received(tx, &lead, now).await?;
    }
    tx.lead_event(lead.number, None, ("opened", None), now).await?;
    if let Some(team) = tx.team(lead.team).await? {
        for channel in unsaid::channels(shared, &team) {
            together::say_open(tx, shared, (&lead, channel), now).await?;
        }
    }
    Ok(lead)
}

/// What is to be known before a channel is told: the one it was taken from hears it first.
pub(in crate::flows) async fn first_told(tx: &mut Tx, notice: &Notice, now: DateTime<Utc>) -> Result<Option<Saying>> {
    let Notice::LeadOpen(number, turn, _) = *notice else { return Ok(None) };
    let Some(lead) = tx.lead(LeadNumber(number)).await? else { return Ok(Some(Saying::Nothing)) };
    if lead.taken_from.is_none() || tx.message(&notice.key()).await?.is_some() || now - lead.rung_at > FIRST {
        return Ok(None);
    }
    let taken = Notice::Lead(LeadWord::Taken, number, turn).key();
    let told = tx.message(&taken).await?.is_some_and(|message| message.message.is_some());
    let will_be = !told && tx.is_planned(POST, &taken).await?;
    Ok(will_be.then(|| Saying::NotYet(now + LOOKS)))
}

/// Whoever had the lead was told: now the channel is.
pub(in crate::flows) async fn was_told(
    tx: &mut Tx,
    shared: &Shared,
    (number, turn): (LeadNumber, i64),
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(lead) = tx.lead(number).await? else { return Ok(()) };
    let Some(team) = tx.team(lead.team).await? else { return Ok(()) };
    for channel in unsaid::channels(shared, &team) {
        tx.move_job(POST, &Notice::LeadOpen(number.0, turn, channel).key(), now).await?;
    }
    Ok(())
}

/// "Claim".
pub(super) async fn claim(call: &mut Call<'_>, number: LeadNumber) -> Result {
    let Some(lead) = call.tx.lead(number).await? else { return card::unknown(call, number) };
    let words = call.words;
    let lead = match lead.clone().claimed(&call.by, call.now) {
        Ok(claimed) => claimed,
        Err(LeadDenied::InHands(Some(owner))) if owner == call.by.id => {
            return card::stands(call, &lead).await.map(beside);
        }
        Err(denied) => {
            let says = card::denied(call.tx, words, denied).await?;
            return tell(says);
        }
    };
    call.tx.lead_event(number, Some(call.by.id), ("claimed", None), call.now).await?;
    route::keep_turn(call.tx, call.shared, &lead, call.now).await?;
    let own = card::card(call.tx, call.shared, &call.by, &lead, call.now).await?;
    let title = words.text("lead.claimed", args! { number: number.to_string(), name: lead.details.name() });
    Ok(Reply::Whisper(Card { title, tone: Tone::Good, ..own }))
}

/// Beside the channel's message, not in its place: only the one who pressed reads it.
fn beside(reply: Reply) -> Reply {
    match reply {
        Reply::Replace(card) => Reply::Whisper(card),
        other => other,
    }
}
