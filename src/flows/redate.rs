//! A sleeping client that is to be called on another day, in one line.
//!
//! Starts: `/refusal 214 recontact 2027-03-01`, or `2027-03`. Acts: its owner, or whoever leads the team. Ends: in its
//! owner's hands for that day.

use super::decide::hand;
use super::refusal::{denied_text, load, read_day};
use super::{Call, Result, case, reply, tell};
use crate::args;
use crate::chat::{Command, Reply};
use crate::domain::{Change, Denied, RefusalNumber, Stage};
use crate::store::TaskKind;

/// The word that asks for it.
const WORD: &str = "recontact";

/// Whether a command asks for it: a number, then the word.
pub(super) fn is_asked(command: &Command) -> bool {
    let mut words = command.text.split_whitespace();
    let number = words.next().map(|word| word.trim_start_matches('#')).unwrap_or_default();
    let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    is_number && words.next().is_some_and(|word| word.eq_ignore_ascii_case(WORD)) && command.options.is_empty()
}

/// Moves the day.
pub(super) async fn move_day(call: &mut Call<'_>, command: &Command) -> Result {
    let mut words = command.text.split_whitespace();
    let number = words.next().and_then(|word| word.trim_start_matches('#').parse().ok()).map(RefusalNumber);
    let Some(number) = number else { return tell(denied_text(call, Denied::NotYours)) };
    let typed = words.skip(1).collect::<Vec<_>>().join(" ");
    let refusal = load(call, number).await?;
    match refusal.may_report(&call.by, Stage::Dormant) {
        Ok(()) => {}
        Err(Denied::Decided(stage)) => {
            let (number, stage) = (number.to_string(), call.words.label("stage", stage.as_str()));
            return tell(call.words.text("redate.not_asleep", args! { number: number, stage: stage }));
        }
        Err(denied) => return tell(denied_text(call, denied)),
    }
    let today = reply::today(call);
    let day = match read_day(&typed, today) {
        _ if typed.is_empty() => return tell(call.words.text("redate.no_day", args! { number: number.to_string() })),
        None => return tell(call.words.text("typed.unknown_day", args! { typed: typed })),
        Some(day) => day,
    };
    if let Some(key) = reply::wrong_day(day, today) {
        return tell(call.words.text(key, args! {}));
    }
    let was = call.tx.task(number).await?.map(|task| task.due_at.with_timezone(&call.by.time_zone()).date_naive());
    hand(call, &refusal, TaskKind::Recontact, day).await?;
    let change = Change { what: "recontact_on", was: was.map(|day| day.to_string()), is_now: Some(day.to_string()) };
    call.tx.audit(Some(number), call.by.id, &change, call.now).await?;
    case::changed(call, number).await?;
    Ok(Reply::Whisper(case::card(call.tx, call.shared, &call.by, &refusal).await?))
}
