//! What became of the refusals of twelve weeks: the head looked at most, some were tried again, some won back.

use anyhow::anyhow;
use chrono::{DateTime, Days, TimeDelta, Utc};

use super::dice::Dice;
use crate::domain::{Change, Denied, Lever, Person, Refusal, Stage, Terms, recontact_on};
use crate::flows::{Notice, POST};
use crate::store::{Decision, NewJob, Task, TaskKind, Tx};

/// How long after it was logged the head usually decides.
const DECIDED_IN: TimeDelta = TimeDelta::hours(30);
/// How long some wait for the head all the same.
const WAITS: TimeDelta = TimeDelta::days(8);
/// How long new terms are tried.
const TRIED_FOR: Days = Days::new(14);

/// What a head tries, and how they say it.
const TERMS: [(Lever, &str); 6] = [
    (Lever::PaymentTerms, "Half now, half in sixty days."),
    (Lever::PaymentTerms, "Twelve monthly payments, the first in March."),
    (Lever::Discount, "Eight percent off for two years."),
    (Lever::ChangedOffer, "Without the modules they will not use, at two thirds of the price."),
    (Lever::ChangedOffer, "A pilot on one site for three months."),
    (Lever::Other, "Our data protection officer answers their questions on a call."),
];

/// What worked, as a rep says it.
const WORKED: [&str; 4] = [
    "Paying in two parts: their director signed the same day.",
    "The pilot on one site. They saw it work.",
    "A smaller offer: they did not need the rest.",
    "Calling back when their year began.",
];

/// What clients told the head: who decided, and what our offer lacks.
const HEARD: [(&str, &str); 4] = [
    ("The board, last month", "A reference in their trade."),
    ("Their finance director", "Payment after delivery."),
    ("The owner, alone", "Someone on site for the first week."),
    ("A committee of five", "Nothing: the other one was there first."),
];

enum Fate {
    Waits,
    Sleeps,
    IsTried,
    IsClosed,
}

/// Decides about a refusal that is stored, as the head and its rep would have by now.
///
/// # Errors
/// When the database does not take it.
pub(super) async fn befall(
    tx: &mut Tx,
    refusal: Refusal,
    (rep, head): (&Person, &Person),
    now: DateTime<Utc>,
    dice: &mut Dice,
) -> anyhow::Result<()> {
    let decided = head.reachable_at(refusal.logged_at + DECIDED_IN);
    if decided >= now || refusal.seen.is_none() {
        return Ok(());
    }
    let fate = dice.weighted(&[(0, 28), (1, 38), (2, 26), (3, 8)]);
    // Nobody waits for weeks.
    let fate = if fate == 0 && now - refusal.logged_at > WAITS { 1 } else { fate };
    match [Fate::Waits, Fate::Sleeps, Fate::IsTried, Fate::IsClosed].into_iter().nth(fate) {
        Some(Fate::Sleeps) => sleeps(tx, refusal, (rep, head), (decided, now), dice).await,
        Some(Fate::IsTried) => is_tried(tx, refusal, (rep, head), (decided, now), dice).await,
        Some(Fate::IsClosed) => is_closed(tx, refusal, head, decided).await,
        Some(Fate::Waits) | None => Ok(()),
    }
}

async fn sleeps(
    tx: &mut Tx,
    refusal: Refusal,
    (rep, head): (&Person, &Person),
    (decided, now): (DateTime<Utc>, DateTime<Utc>),
    dice: &mut Dice,
) -> anyhow::Result<()> {
    let again_on = recontact_on(&refusal.details, 0, decided.with_timezone(&head.time_zone()).date_naive());
    let reason = refusal.details.reason.clone();
    let asleep = refusal.validate(head, reason).map_err(refused)?;
    let (who, lacks) = *dice.pick(&HEARD);
    let call = vec![("who_decided".to_owned(), who.to_owned()), ("gap".to_owned(), lacks.to_owned())];
    let said = Decision { due_on: Some(again_on), call, ..decision(&asleep, head, Stage::Validated, decided) };
    save(tx, &asleep, &said).await?;
    hand(tx, &asleep, TaskKind::Recontact, rep, (rep.batch_on(again_on), now)).await
}

async fn is_tried(
    tx: &mut Tx,
    refusal: Refusal,
    (rep, head): (&Person, &Person),
    (decided, now): (DateTime<Utc>, DateTime<Utc>),
    dice: &mut Dice,
) -> anyhow::Result<()> {
    let day = decided.with_timezone(&rep.time_zone()).date_naive();
    let due_on = day.checked_add_days(TRIED_FOR).unwrap_or(day);
    let (lever, note) = *dice.pick(&TERMS);
    let terms = Terms { lever, note: note.to_owned(), owner: rep.id, due_on };
    let revived = refusal.revive(head, &terms).map_err(refused)?;
    let back = Decision {
        lever: Some(lever),
        note: Some(terms.note.clone()),
        due_on: Some(due_on),
        ..decision(&revived, head, Stage::Revived, decided)
    };
    save(tx, &revived, &back).await?;
    let due = rep.batch_on(due_on);
    if due + TimeDelta::hours(3) < now && dice.percent(60) {
        let won = revived.tried(rep, true).map_err(refused)?;
        let how = (*dice.pick(&WORKED)).to_owned();
        let said = decision(&won, rep, Stage::WonBack, due + TimeDelta::hours(3));
        return save(tx, &won, &Decision { lever: Some(lever), note: Some(how), ..said }).await;
    }
    hand(tx, &revived, TaskKind::Deal, rep, (due, now)).await
}

async fn is_closed(tx: &mut Tx, refusal: Refusal, head: &Person, decided: DateTime<Utc>) -> anyhow::Result<()> {
    let closed = refusal.close(head).map_err(refused)?;
    let call = vec![
        ("why".to_owned(), "ceased_trading".to_owned()),
        ("said_by".to_owned(), "The register of companies".to_owned()),
    ];
    save(tx, &closed, &Decision { call, ..decision(&closed, head, Stage::Closed, decided) }).await
}

fn decision(refusal: &Refusal, by: &Person, stage: Stage, at: DateTime<Utc>) -> Decision {
    let (lever, note, due_on, call) = (None, None, None, Vec::new());
    Decision { id: 0, refusal: refusal.number, by: by.id, at, stage, lever, note, due_on, call }
}

async fn save(tx: &mut Tx, refusal: &Refusal, decision: &Decision) -> anyhow::Result<()> {
    tx.save_refusal(refusal).await?;
    tx.decided(decision).await?;
    let change = Change { what: "stage", was: None, is_now: Some(refusal.stage.as_str().to_owned()) };
    Ok(tx.audit(Some(refusal.number), decision.by, &change, decision.at).await?)
}

/// Into the rep's hands: what fell due while nobody was there comes with their next message.
async fn hand(
    tx: &mut Tx,
    refusal: &Refusal,
    kind: TaskKind,
    rep: &Person,
    (due, now): (DateTime<Utc>, DateTime<Utc>),
) -> anyhow::Result<()> {
    let due_at = if due > now { due } else { rep.next_batch(now) };
    tx.hand(&Task::new(refusal.number, kind, rep.id, due_at), now).await?;
    let today = Notice::Today(rep.id.0, due_at);
    let job = NewJob { kind: POST, occurrence: today.key(), payload: serde_json::to_string(&today)?, run_at: due_at };
    Ok(tx.plan(&job, now).await?)
}

fn refused(denied: Denied) -> anyhow::Error {
    anyhow!("a sample takes a step there is not: {denied:?}")
}
