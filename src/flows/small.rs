//! Small refusals that validate themselves.
//!
//! Starts: a refusal below the organisation's threshold is stored, and is not the one in so many that is drawn for the
//! head. Acts: nobody. Ends: asleep once it can no longer be undone; with the head, if it grew meanwhile.
//!
//! ```text
//! stored -+-> drawn -----------------> the head, as usual
//!         '-> waits ten minutes -+---> asleep, in its owner's hands
//!                                '---> edited above the threshold -> the head, as usual, also out of its sleep
//! ```

use chrono::{DateTime, Utc};

use super::decide::{decision, hand, save};
use super::refusal::typed_amount;
use super::{Call, Error, Result, Shared, case, head, words_for};
use crate::domain::{Refusal, RefusalNumber, Stage, UNDO, recontact_on};
use crate::store::{Decision, NewJob, TaskKind, Tx};

/// The kind of job that lets a small refusal validate itself; its payload is the number.
pub const SETTLE: &str = "settle";

/// In place of the notice that brings it to the head: it waits to validate itself.
fn waiting(number: RefusalNumber) -> String {
    format!("settle:{}", number.0)
}

/// Lets a new refusal wait to validate itself, if it is small and not drawn; whether it does.
pub(super) async fn waits(call: &mut Call<'_>, refusal: &Refusal) -> Result<bool> {
    let Some(rule) = call.shared.rules.self_validation.filter(|rule| rule.holds_for(&refusal.details)) else {
        return Ok(false);
    };
    let sampled = rule.is_sample(fastrand::u32(..));
    call.tx.drawn(refusal.number, sampled).await?;
    if sampled || call.tx.asked_for_peace(&refusal.details).await?.is_some() {
        return Ok(false);
    }
    call.tx.tell_in(refusal.number, &waiting(refusal.number)).await?;
    let job = NewJob {
        kind: SETTLE,
        occurrence: refusal.number.0.to_string(),
        payload: refusal.number.0.to_string(),
        // The last moment it can be undone is over.
        run_at: refusal.logged_at + UNDO + chrono::TimeDelta::seconds(1),
    };
    call.tx.plan(&job, call.now).await?;
    Ok(true)
}

/// A refusal that waits changed; whether it still waits. One that grew goes to the head.
pub(super) async fn still_waits(call: &mut Call<'_>, refusal: &Refusal, told_in: &str) -> Result<bool> {
    if told_in != waiting(refusal.number) {
        return Ok(false);
    }
    let small = call.shared.rules.self_validation.is_some_and(|rule| rule.holds_for(&refusal.details));
    if refusal.withdrawn_at.is_none() && refusal.stage.awaits_head() && !small {
        head::bring_to_head(call, refusal).await?;
    } else if refusal.withdrawn_at.is_none() && !small && call.tx.decisions(refusal.number).await?.len() == 1 {
        // It validated itself, and nobody has decided anything since.
        wakes(call, refusal).await?;
    }
    Ok(true)
}

/// One that sleeps by itself grew past the threshold: it goes to the head after all.
async fn wakes(call: &mut Call<'_>, refusal: &Refusal) -> Result<()> {
    let Ok(logged) = refusal.clone().grew() else { return Ok(()) };
    save(call, &logged).await?;
    call.tx.done_with(refusal.number, call.now).await?;
    head::bring_to_head(call, &logged).await
}

/// Lets a refusal validate itself now that it can no longer be undone. Once: what was decided, undone, or brought to the
/// head meanwhile stays as it is.
///
/// # Errors
/// When the database does not answer, or the job names no refusal.
pub async fn settle(tx: &mut Tx, shared: &Shared, payload: &str, now: DateTime<Utc>) -> Result<()> {
    let number = RefusalNumber(payload.parse().map_err(anyhow::Error::from)?);
    let Some(refusal) = tx.refusal(number).await? else { return Ok(()) };
    let waits = tx.told_in(number).await?.is_some_and(|told| told == waiting(number));
    if !waits || refusal.withdrawn_at.is_some() || !refusal.stage.awaits_head() {
        return Ok(());
    }
    let by = tx.person(refusal.owner).await?;
    let words = words_for(shared, &by);
    let mut call = Call { tx, by, words, shared, now };
    let rule = shared.rules.self_validation.filter(|rule| rule.holds_for(&refusal.details));
    let peace = call.tx.asked_for_peace(&refusal.details).await?.is_some();
    match rule {
        Some(rule) if !peace => {
            let below = typed_amount(rule.below);
            let day = super::reply::today(&call);
            let again_on = recontact_on(&refusal.details, 0, day);
            let asleep = refusal.validate_itself().map_err(|denied| Error::Internal(anyhow::anyhow!("{denied:?}")))?;
            save(&mut call, &asleep).await?;
            let said = vec![("itself".to_owned(), below)];
            let decided = decision(&call, &asleep, Stage::Validated);
            call.tx.decided(&Decision { call: said, due_on: Some(again_on), ..decided }).await?;
            hand(&mut call, &asleep, TaskKind::Recontact, again_on).await?;
            case::changed(&mut call, number).await
        }
        // The threshold was lowered, or they asked for peace.
        _ => head::bring_to_head(&mut call, &refusal).await,
    }
}
