//! Few messages: nobody is written to more than a few times a day.
//!
//! Starts: a notice is about to be sent. Acts: nobody. Ends: sent, or with the next message that may come: a refusal too
//! many joins what else came in, in the message of the day, as do a debrief and a question; the rest waits for the
//! morning.

use chrono::{DateTime, TimeDelta, Utc};

use super::notice::{Notice, Saying};
use super::{Result, Shared, arrivals, question};
use crate::domain::{Person, RefusalNumber, Rhythm};
use crate::store::Tx;

/// How long after its hour the message of the day is still expected.
const EXPECTED: TimeDelta = TimeDelta::minutes(15);

/// What is to be done instead of a message that would be one too many; nothing if it may be sent, and then it is
/// counted.
pub(super) async fn gate(
    tx: &mut Tx,
    shared: &Shared,
    notice: &Notice,
    reader: &Person,
    now: DateTime<Utc>,
) -> Result<Option<Saying>> {
    if notice.is_asked_for() || matches!(notice, Notice::Lead(..) | Notice::LeadsTogether(..) | Notice::LeadsLate(..)) {
        // Only what its reader waits for and the time for a first touch may interrupt (DOMAIN, "Manners").
        return Ok(None);
    }
    if tx.message(&notice.key()).await?.is_some() {
        // Counted already: it is tried again.
        return Ok(None);
    }
    let (day, began) = reader.day_at(now);
    let wrote = tx.wrote(reader.id, day, began).await?;
    let of_the_day = reader.batch_on(day);
    let expected = !wrote.today && reader.day_at(of_the_day).0 == day && now <= of_the_day + EXPECTED;
    let room = match notice {
        // One a day, and what they chose the moment of.
        Notice::Today(..) | Notice::Welcome(_) | Notice::DebriefAt(..) => true,
        _ => wrote.times + i64::from(expected) < shared.rules.messages_a_day,
    };
    if room {
        tx.writes(reader.id, day).await?;
        return Ok(None);
    }
    match notice {
        Notice::Refusal(number) => {
            let Some(refusal) = tx.refusal(RefusalNumber(*number)).await? else { return Ok(Some(Saying::Nothing)) };
            arrivals::wait(tx, shared, (&refusal, reader), tomorrow(reader, now), now).await?;
            Ok(Some(Saying::Nothing))
        }
        Notice::Question(id) => {
            question::joins(tx, shared, (*id, reader), tomorrow(reader, now), now).await?;
            Ok(Some(Saying::Nothing))
        }
        // Its line is in the next message of the day.
        Notice::Debrief(_) => Ok(Some(Saying::Nothing)),
        // After the message of the day.
        _ => Ok(Some(Saying::NotYet(tomorrow(reader, now) + EXPECTED))),
    }
}

/// The hour of their message on the next day they work, also if theirs comes once a week.
fn tomorrow(reader: &Person, now: DateTime<Utc>) -> DateTime<Utc> {
    match reader.rhythm() {
        Rhythm::Daily => reader.next_batch(now),
        // A day may have 25 hours.
        Rhythm::Weekly => reader.reachable_at(reader.day_at(now).1 + TimeDelta::hours(25)),
    }
}
