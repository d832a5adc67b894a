//! The message of the day: what is due, in one message at the hour its reader chose.
//!
//! Starts: something falls due. Acts: its reader, by opening each line. Ends: everything in it is done, and it says so.

use chrono::{DateTime, Utc};

use super::notice::{self, Notice};
use super::refusal::summary;
use super::{Call, Result, Shared, case, debrief, words_for};
use crate::args;
use crate::chat::{Block, Card, Text, Tone};
use crate::domain::{Person, PersonId, Role};
use crate::store::{TaskKind, Tx};
use crate::words::Words;

/// The most lines of the message.
const LINES: usize = 10;
/// How many working days the head has to decide.
pub(super) const TO_DECIDE: usize = 2;

/// What is due to a person in the message of this moment; nothing if nothing is.
pub(super) async fn draw(
    tx: &mut Tx,
    shared: &Shared,
    person: PersonId,
    at: DateTime<Utc>,
) -> Result<Option<(Person, Card)>> {
    let reader = tx.person(person).await?;
    let words = words_for(shared, &reader);
    let key = Notice::Today(person.0, at).key();
    let mut tasks = tx.tasks_told_in(&key, person, at).await?;
    // What is still open is never behind what is done.
    tasks.sort_by_key(|task| task.done);
    let late = late(tx, &reader, at).await?;
    let posted = tx.message(&key).await?.is_some_and(|message| message.message.is_some());
    if tasks.is_empty() && late == 0 && !posted {
        return Ok(None);
    }
    let open = tasks.iter().filter(|task| !task.done).count();
    if open == 0 && late == 0 {
        return Ok(Some((reader, Card::titled(words.text("today.empty", args! {})).tone(Tone::Good))));
    }
    let count = if open == 0 { 1 } else { open };
    let mut card = Card::titled(words.text("today.title", args! { count: count })).tone(Tone::Attention);
    if late > 0 {
        card = card.with(Block::Text(words.text("today.late", args! { count: late })));
    }
    let mut listed = Vec::new();
    for task in tasks.iter().take(LINES) {
        let Some(refusal) = tx.refusal(task.refusal).await? else { continue };
        let what = if task.done { words.line("today.done", args! {}) } else { to_do(words, task.kind) };
        let line = format!(" {what}: {}", summary(words, &refusal.details));
        card = card.with(Block::Text(Text::strong(refusal.number.to_string()).then(line)));
        if !task.done {
            listed.push((refusal.number, refusal.details.account));
        }
    }
    if tasks.len() > LINES {
        card = card.with(Block::Note(words.text("today.more", args! {})));
    }
    let pick = (!listed.is_empty()).then(|| case::pick(words.line("today.open", args! {}), &listed));
    Ok(Some((reader, card.with_some(pick))))
}

/// The hour, the zone or the days of whoever acts changed: what they were not told of yet comes when they want it now.
pub(super) async fn moved(call: &mut Call<'_>) -> Result<()> {
    for task in call.tx.tasks_of(call.by.id, i64::MAX).await?.into_iter().filter(|task| task.told == 0) {
        if task.kind == TaskKind::Debrief {
            debrief::moved(call, &task).await?;
            continue;
        }
        let day = task.due_at.with_timezone(&call.by.time_zone()).date_naive();
        let due_at = call.by.batch_on(day).max(call.by.next_batch(call.now));
        if due_at != task.due_at {
            call.tx.move_task(&task, due_at).await?;
            let today = Notice::Today(call.by.id.0, due_at);
            notice::plan(call.tx, call.shared, &today, due_at, call.now).await?;
        }
    }
    Ok(())
}

/// What is to be done, in words.
pub(super) fn to_do(words: Words<'_>, kind: TaskKind) -> String {
    words.line(&format!("today.{}", kind.as_str()), args! {})
}

/// How many refusals have waited for this head longer than they have to decide.
async fn late(tx: &mut Tx, reader: &Person, at: DateTime<Utc>) -> Result<i64> {
    if !matches!(reader.role, Role::Head | Role::Admin) {
        return Ok(0);
    }
    let (since, mut late) = (reader.working_days_before(TO_DECIDE, at), 0);
    for team in tx.teams_processed_by(reader.id).await? {
        late += tx.count_waiting_since(team, since).await?;
    }
    Ok(late)
}
