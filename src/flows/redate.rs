//! When a client is called again, in one line.
//!
//! Starts: `/refusal 214 recontact 2027-03-01`, or `2027-03`; `/refusal 214 contact again`, for a client that had asked
//! not to be contacted. Acts: its owner, or whoever leads the team; only the latter takes back what was asked. Ends: in
//! its owner's hands for that day.

use super::decide::{decision, hand, save};
use super::refusal::{denied_text, load, read_day};
use super::{Call, Result, case, reply, tell};
use crate::args;
use crate::chat::{Command, Reply};
use crate::domain::{Change, Denied, RefusalNumber, Stage, recontact_on};
use crate::store::{Decision, TaskKind};

/// What asks to move the day.
const RECONTACT: &[&str] = &["recontact"];
/// What asks to contact again who had asked for peace.
const CONTACT_AGAIN: &[&str] = &["contact", "again"];

/// Whether a command asks for either: a number, then the words.
pub(super) fn is_asked(command: &Command) -> bool {
    let number = command.text.split_whitespace().next().map(|word| word.trim_start_matches('#')).unwrap_or_default();
    let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    is_number && command.options.is_empty() && (says(command, RECONTACT) || says(command, CONTACT_AGAIN))
}

fn says(command: &Command, asked: &[&str]) -> bool {
    let mut words = command.text.split_whitespace().skip(1);
    asked.iter().all(|asked| words.next().is_some_and(|word| word.eq_ignore_ascii_case(asked)))
}

/// Does what is asked.
pub(super) async fn act(call: &mut Call<'_>, command: &Command) -> Result {
    if says(command, CONTACT_AGAIN) { contact_again(call, command).await } else { move_day(call, command).await }
}

/// Which refusal is meant.
fn number(call: &Call<'_>, command: &Command) -> Result<RefusalNumber> {
    let word = command.text.split_whitespace().next();
    let number = word.and_then(|word| word.trim_start_matches('#').parse().ok()).map(RefusalNumber);
    number.map_or_else(|| tell(denied_text(call, Denied::NotYours)), Ok)
}

/// Takes back that the client of a refusal, its account or its contact, asked not to be contacted: it sleeps until its
/// day.
async fn contact_again(call: &mut Call<'_>, command: &Command) -> Result {
    let number = number(call, command)?;
    let refusal = load(call, number).await?;
    let asleep = match refusal.contact_again(&call.by) {
        Ok(asleep) => asleep,
        Err(denied) => return tell(denied_text(call, denied)),
    };
    if call.tx.asked_for_peace(&asleep.details).await?.is_none() {
        let account = asleep.details.account.as_str();
        return tell(call.words.text("redate.no_peace", args! { account: account }));
    }
    call.tx.may_contact(&asleep.details).await?;
    save(call, &asleep).await?;
    let day = recontact_on(&asleep.as_heard(), 1, reply::today(call));
    let decided = decision(call, &asleep, Stage::Dormant);
    call.tx.decided(&Decision { due_on: Some(day), ..decided }).await?;
    call.tx.audit(Some(number), call.by.id, &Change::of_state("contact_again"), call.now).await?;
    hand(call, &asleep, TaskKind::Recontact, day).await?;
    case::changed(call, number).await?;
    Ok(Reply::Whisper(case::card(call.tx, call.shared, &call.by, &asleep, call.now).await?))
}

/// Moves the day.
async fn move_day(call: &mut Call<'_>, command: &Command) -> Result {
    let number = number(call, command)?;
    let words = command.text.split_whitespace();
    let typed = words.skip(2).collect::<Vec<_>>().join(" ");
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
    // It is an act on what the message of the day said, if not on the message.
    call.tx.none_ignored(call.by.id).await?;
    Ok(Reply::Whisper(case::card(call.tx, call.shared, &call.by, &refusal, call.now).await?))
}
