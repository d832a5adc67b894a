//! What was logged while nobody led the team, what waits for a new head, and what people left behind.
//!
//! Starts: with the bot. Acts: nobody. Ends: the refusals of each team that were brought to no head wait for the one it
//! has now, in the message of the day; so does what is in the hands of people who left.

use chrono::{DateTime, TimeDelta, Utc};

use super::notice::{Notice, POST};
use super::today::TO_DECIDE;
use super::{Result, Shared, arrivals, lead, meeting, notice, opportunity, regular, reminders};
use crate::domain::{Person, PersonId};
use crate::store::Tx;

/// Plans to bring the heads what nobody was there for; `adopted`: those who have what a stranger did.
///
/// # Errors
/// When the database does not answer.
pub async fn catch_up(tx: &mut Tx, shared: &Shared, adopted: &[PersonId], now: DateTime<Utc>) -> Result<()> {
    for team in tx.teams_with_untold().await? {
        let Some(head) = tx.responsible_for(team, now).await? else { continue };
        // What the head logged they know.
        tx.tell_untold_in(team, head.id, &arrivals::waiting(team)).await?;
    }
    for team in tx.teams_told_in(arrivals::WAITING).await? {
        // Whoever would have been told may have left.
        let Some(head) = tx.responsible_for(team, now).await? else { continue };
        let at = head.next_batch(now);
        notice::plan(tx, shared, &Notice::Today(head.id.0, at), at, now).await?;
    }
    for person in adopted {
        let person = tx.person(*person).await?;
        bring(tx, shared, &person, None, now).await?;
        meeting::bring(tx, shared, &person, now).await?;
    }
    inherit(tx, shared, now).await?;
    meeting::bring_unplanned(tx, shared, now).await?;
    for person in tx.left_with_leads().await? {
        let person = tx.person(person).await?;
        lead::leaves(tx, shared, &person, now).await?;
    }
    opportunity::inherited(tx, shared, now).await?;
    regular::plan_all(tx, shared, now).await?;
    succeed(tx, shared, now).await
}

/// Whoever is responsible hears of what waits, also if somebody else was when it was logged: each refusal is late in their
/// message of the day in its own time, and those that are already are told in the first such message, or in one by
/// itself, once they had the time to decide too. Planned by the moment at which it was late, which is one job for
/// whoever was responsible all along. They hear as well of what others do not do.
async fn succeed(tx: &mut Tx, shared: &Shared, now: DateTime<Utc>) -> Result<()> {
    for team in tx.teams_waiting().await? {
        let Some(head) = tx.responsible_for(team, now).await? else { continue };
        let (late, mut next) = tx.waiting_around(team, head.working_days_before(TO_DECIDE, now)).await?;
        if let Some(since) = late {
            let late = head.batch_after_days(TO_DECIDE, since);
            lead_again(tx, shared, (&head, late), since, now).await?;
            if late > now {
                notice::plan(tx, shared, &Notice::Today(head.id.0, late), late, now).await?;
            } else if next.is_none() {
                let at = head.batch_after_days(TO_DECIDE, now);
                notice::plan(tx, shared, &Notice::Today(head.id.0, late), at, now).await?;
            }
        }
        // Of the last few days only, and each message is planned once.
        while let Some(since) = next {
            let late = head.batch_after_days(TO_DECIDE, since);
            notice::plan(tx, shared, &Notice::Today(head.id.0, late), late, now).await?;
            next = tx.waiting_around(team, head.working_days_before(TO_DECIDE, late).max(since)).await?.1;
        }
    }
    for (team, head_at) in tx.moments_to_tell_heads().await? {
        let Some(head) = tx.responsible_for(team, now).await? else { continue };
        let at = head.next_batch(head_at - TimeDelta::seconds(1)).max(head.next_batch(now));
        reminders::plan_today(tx, shared, &head, at, now).await?;
    }
    Ok(())
}

/// What was late at a moment that came while somebody led nothing they hear of in their next message: they lead again.
async fn lead_again(
    tx: &mut Tx,
    shared: &Shared,
    (head, late): (&Person, DateTime<Utc>),
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let key = Notice::Today(head.id.0, late).key();
    let came = late <= now && tx.was_planned(POST, &key).await? && !tx.is_planned(POST, &key).await?;
    if came && !heard(tx, head, since).await? {
        reminders::plan_today(tx, shared, head, head.next_batch(now), now).await?;
    }
    Ok(())
}

/// Whether somebody had a message of the day that could tell them that what has waited since then is late.
async fn heard(tx: &mut Tx, head: &Person, since: DateTime<Utc>) -> Result<bool> {
    let last = tx.last_today(head.id).await?;
    Ok(last.is_some_and(|(_, at)| since <= head.working_days_before(TO_DECIDE, at)))
}

/// What people who left have in hand goes to the head of its team, who is told so in the message of the day.
async fn inherit(tx: &mut Tx, shared: &Shared, now: DateTime<Utc>) -> Result<()> {
    for (left, team) in tx.left_behind().await? {
        let Some(heir) = tx.heir_of(team, now).await?.filter(|heir| heir.id != left) else { continue };
        tx.inherit((left, team), heir.id, now).await?;
        // What was due to who left comes to the heir now.
        bring(tx, shared, &heir, Some(left), now).await?;
        meeting::inherited(tx, shared, (left, team), &heir, now).await?;
        let at = heir.next_batch(now);
        notice::plan(tx, shared, &Notice::Today(heir.id.0, at), at, now).await?;
    }
    Ok(())
}

/// What came into somebody's hands is said when they have their message; `left_by`: only what this person left to them.
async fn bring(tx: &mut Tx, shared: &Shared, to: &Person, left_by: Option<PersonId>, now: DateTime<Utc>) -> Result<()> {
    for say_at in tx.moments_to_say(to.id, left_by).await? {
        let comes = to.next_batch(say_at - TimeDelta::seconds(1)).max(to.next_batch(now));
        if comes != say_at {
            tx.say_instead((to.id, left_by), say_at, comes).await?;
        }
        notice::plan(tx, shared, &Notice::Today(to.id.0, comes), comes, now).await?;
    }
    Ok(())
}
