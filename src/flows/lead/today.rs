//! The leads in the message of the day: who is to be called again.
//!
//! Starts: the day on which somebody reaches out again has come. Acts: its owner. Ends: they did; if they did not after three
//! messages, the head reads it once in theirs of a later day (of the head's own an admin), and finds it in `/leads team`.

use chrono::{DateTime, Utc};

use super::LeadAct;
use crate::args;
use crate::chat::{Button, Text};
use crate::domain::{Lead, Person};
use crate::flows::{Act, Result, Shared, reminders};
use crate::store::{LetGo, Tx};
use crate::words::Words;

/// How many leads a message names.
const NAMED: usize = 3;
/// How many are counted.
const COUNTED: i64 = 100;
/// How often it is said to its owner (DOMAIN, "Manners": two reminders, then the head).
const TIMES: i64 = 3;

/// A line of the message, and its buttons.
type Line = (Text, Vec<Button>);

/// The leads somebody is to reach out to again, and for whoever leads what others do not reach out to. A message that is
/// posted keeps those it told.
pub(in crate::flows) async fn lines(
    tx: &mut Tx,
    words: Words<'_>,
    (reader, posted): (&Person, Option<DateTime<Utc>>),
    now: DateTime<Utc>,
) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = own(words, &due(tx, reader, posted, now).await?).into_iter().collect();
    let began = reader.day_at(posted.unwrap_or(now)).1;
    let (times, above_since) =
        if posted.is_some() { (TIMES + 1..=i64::MAX, Some(began)) } else { (TIMES..=TIMES, None) };
    let let_go = LetGo { times, before: began, above_since };
    for watched in tx.watched_by(reader, now).await? {
        for (owner, count) in tx.let_go(watched, &let_go).await? {
            let owner = tx.person(owner).await?;
            let text = words.text("today.leads_let_go", args! { count: count, name: owner.name.as_str() });
            lines.push((text, Vec::new()));
        }
    }
    Ok(lines)
}

fn own(words: Words<'_>, due: &[Lead]) -> Option<Line> {
    let said = |lead: &Lead| format!("{} {}", lead.number, lead.details.name());
    let names: Vec<String> = due.iter().take(NAMED).map(said).collect();
    let text = words.text("today.leads", args! { count: due.len(), names: words.list(&names) });
    let act = |act: LeadAct, key: &str| Button::new(Act::Lead(act).action(), words.line(key, args! {}));
    let list = act(LeadAct::Mine, "button.leads");
    match due {
        [] => None,
        [only] => Some((text, vec![act(LeadAct::Called(only.number), "button.i_called"), list])),
        _ => Some((text, vec![list])),
    }
}

/// What is due to be called and is still to be said; or, in a message that was posted, was due then and said since.
async fn due(tx: &mut Tx, reader: &Person, posted: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<Vec<Lead>> {
    let (until, began) = reader.day_at(posted.unwrap_or(now));
    let told = (TIMES, posted.map(|_| began));
    let mut due = tx.leads_to_touch(reader.id, until, told, COUNTED).await?;
    for one in &reader.stands_in {
        due.extend(tx.leads_to_touch(one.person, until, told, COUNTED).await?);
    }
    Ok(due)
}

/// A message of the day told them: what is left is said again with the next one, or to the head.
pub(in crate::flows) async fn told(tx: &mut Tx, shared: &Shared, reader: &Person, now: DateTime<Utc>) -> Result<()> {
    for watched in tx.watched_by(reader, now).await? {
        tx.told_of_let_go(watched, (TIMES, reader.day_at(now).1), now).await?;
    }
    for lead in due(tx, reader, None, now).await? {
        if tx.told_lead(lead.number, now).await? < TIMES {
            continue;
        }
        if let Some(above) = tx.above(lead.team, lead.owner.unwrap_or(reader.id), now).await? {
            // It is in their message of another day: its owner has this one.
            let at = above.batch_in_days(1, now);
            reminders::plan_today(tx, shared, &above, at, now).await?;
        }
    }
    if !due(tx, reader, None, now).await?.is_empty() {
        reminders::plan_today(tx, shared, reader, reader.next_batch(now), now).await?;
    }
    Ok(())
}
