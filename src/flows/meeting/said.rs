//! The message of the day tells whoever does what a meeting decided, when its day has come.
//!
//! Two reminders follow as with anything else that is to be done; then none: it stands on the next agenda, for everybody
//! of the team to see.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::args;
use crate::chat::{Button, Text};
use crate::domain::{MeetingDecision, Person, PersonId, TeamId, visible};
use crate::flows::notice::{self, Notice};
use crate::flows::{Act, Result, Shared, lines, reminders};
use crate::store::{Telling, ToldDecision, Tx};
use crate::words::Words;

/// How many decisions one message tells of; the next one tells of the others.
const MOST: i64 = 4;
/// How much of a decision a line repeats, in characters; the forms of its buttons show all of it.
const SAID: usize = 300;
/// The longest label of a button, in UTF-16 units.
const LABEL: usize = 40;

/// The line of a decision in a message of the day.
pub(in crate::flows) struct Line {
    pub(in crate::flows) text: Text,
    /// Nothing once there is nothing to do about it.
    pub(in crate::flows) buttons: Vec<Button>,
}

/// In which message of the day it comes that something is for this day: one that has not come yet.
pub(super) fn comes(owner: &Person, day: NaiveDate, now: DateTime<Utc>) -> DateTime<Utc> {
    owner.batch_on(day).max(owner.next_batch(now))
}

/// Whether something is to be said to a person by `now`.
async fn to_say(tx: &mut Tx, person: PersonId, now: DateTime<Utc>) -> Result<bool> {
    Ok(!tx.meeting_decisions_to_say(person, now, 1).await?.is_empty())
}

/// What a message of the day tells its reader: what it told, if it was posted, else what is to be said now, their own and
/// of those they stand in for.
async fn told_in(
    tx: &mut Tx,
    (reader, key): (&Person, &str),
    posted: bool,
    now: DateTime<Utc>,
) -> Result<Vec<ToldDecision>> {
    if posted {
        return Ok(tx.meeting_decisions_told_in(key).await?);
    }
    let mut said = Vec::new();
    for person in std::iter::once(reader.id).chain(reader.stands_in.iter().map(|one| one.person)) {
        said.extend(tx.meeting_decisions_to_say(person, now, MOST).await?);
    }
    Ok(said.into_iter().map(|decision| ToldDecision { was_due_on: decision.due_on, decision }).collect())
}

/// The lines of a message of the day about what meetings decided.
pub(in crate::flows) async fn lines(
    tx: &mut Tx,
    words: Words<'_>,
    (reader, key): (&Person, &str),
    posted: bool,
    now: DateTime<Utc>,
) -> Result<Vec<Line>> {
    let mut all = Vec::new();
    for ToldDecision { decision, was_due_on } in told_in(tx, (reader, key), posted, now).await? {
        if decision.may_report(reader).is_err() {
            // Of what somebody else does now only that is said.
            all.push(Line { text: words.text("meeting.elsewhere", args! {}), buttons: Vec::new() });
            continue;
        }
        let what = lines::beginning(&decision.what, SAID);
        let (what, due) = (what.as_str(), words.short_date(decision.due_on));
        let text = match decision.owner {
            _ if !decision.is_open() => words.text("meeting.done", args! { what: what }),
            _ if decision.due_on != was_due_on => words.text("meeting.moved", args! { what: what, due: due }),
            owner if owner == reader.id => words.text("meeting.due", args! { what: what, due: due }),
            owner => {
                let name = tx.person(owner).await?.name;
                words.text("meeting.due_of", args! { what: what, name: name.as_str(), due: due })
            }
        };
        let stands = decision.is_open() && decision.due_on == was_due_on;
        all.push(Line { text, buttons: if stands { buttons(words, &decision) } else { Vec::new() } });
    }
    Ok(all)
}

/// Some services put every button at the end: so each says what it is about.
fn buttons(words: Words<'_>, decision: &MeetingDecision) -> Vec<Button> {
    let button = |act: Act, key: &str| {
        let does = words.line(key, args! {});
        let label = |what: &str| words.line("meeting.button", args! { does: does.as_str(), what: what });
        let room = LABEL.saturating_sub(label("").encode_utf16().count());
        Button::new(act.action(), label(&short(&decision.what, room)))
    };
    vec![button(Act::DecisionDone(decision.id), "button.done"), button(Act::DecisionLater(decision.id), "button.later")]
}

/// The beginning of a text in at most so many UTF-16 units, on one line.
fn short(text: &str, most: usize) -> String {
    let text = visible(text);
    if text.encode_utf16().count() <= most {
        return text;
    }
    let mut left = most.saturating_sub(1);
    let fits = |c: &char| left.checked_sub(c.len_utf16()).map(|rest| left = rest).is_some();
    let begins: String = text.chars().take_while(fits).collect();
    format!("{}…", begins.trim_end())
}

/// A message of the day reached its reader: what it told is said again in time, at most as often as they want; whether it
/// told any of their own.
pub(in crate::flows) async fn told(
    tx: &mut Tx,
    shared: &Shared,
    (reader, key): (&Person, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    let intensity = reader.intensity();
    let again_at = reader.batch_in_days(intensity.days_between(), now);
    let own = tell(tx, shared, (reader, key), &telling(intensity.times(), again_at), now).await?;
    if to_say(tx, reader.id, now).await? {
        // More than one message tells.
        reminders::plan_today(tx, shared, reader, reader.next_batch(now), now).await?;
    }
    for one in &reader.stands_in {
        let owner = tx.person(one.person).await?;
        // They hear of it themselves when they are back.
        let again_at = owner.next_batch(owner.returns_at().unwrap_or(now) - TimeDelta::seconds(1));
        tell(tx, shared, (&owner, key), &telling(i64::MAX, again_at), now).await?;
    }
    Ok(own)
}

fn telling(times: i64, again_at: DateTime<Utc>) -> Telling {
    Telling { times, again_at, head_at: again_at }
}

/// Remembers that a message told what was to be said to somebody; whether there was any.
async fn tell(
    tx: &mut Tx,
    shared: &Shared,
    (owner, key): (&Person, &str),
    telling: &Telling,
    now: DateTime<Utc>,
) -> Result<bool> {
    let said = tx.meeting_decisions_to_say(owner.id, now, MOST).await?;
    for decision in &said {
        tx.told_meeting_decision(key, decision, telling).await?;
    }
    if !said.is_empty() {
        reminders::plan_today(tx, shared, owner, telling.again_at, now).await?;
    }
    Ok(!said.is_empty())
}

/// Somebody's hours changed, or what they are to do came to them: each comes when they have their message. What was never
/// planned to be said, because an earlier version did not, is from now on.
pub(in crate::flows) async fn bring(tx: &mut Tx, shared: &Shared, to: &Person, now: DateTime<Utc>) -> Result<()> {
    for decision in tx.meeting_decisions_of(to.id).await? {
        let at = match decision.say_at {
            Some(at) => to.batch_on(to.day_at(at).0).max(to.next_batch(now)),
            None => comes(to, decision.due_on, now),
        };
        if decision.say_at != Some(at) {
            tx.say_meeting_decision_at(decision.id, at).await?;
        }
        notice::plan(tx, shared, &Notice::Today(to.id.0, at), at, now).await?;
    }
    Ok(())
}

/// Plans what was never planned to be said.
pub(in crate::flows) async fn bring_unplanned(tx: &mut Tx, shared: &Shared, now: DateTime<Utc>) -> Result<()> {
    for owner in tx.owners_of_unplanned_decisions().await? {
        let owner = tx.person(owner).await?;
        bring(tx, shared, &owner, now).await?;
    }
    Ok(())
}

/// What somebody who left was to do for a team is its heir's to do.
pub(in crate::flows) async fn inherited(
    tx: &mut Tx,
    shared: &Shared,
    (left, team): (PersonId, TeamId),
    heir: &Person,
    now: DateTime<Utc>,
) -> Result<()> {
    if tx.inherit_meeting_decisions((left, team), heir.id).await? {
        bring(tx, shared, heir, now).await?;
    }
    Ok(())
}
