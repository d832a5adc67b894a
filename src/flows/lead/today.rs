//! The leads in the message of the day: who is to be called again.
//!
//! Starts: the day on which somebody reaches out again has come. Acts: its owner. Ends: they did; if they did not after three
//! messages, the head reads it once in theirs (of the head's own an admin), and finds it in `/leads team`.

use chrono::{DateTime, TimeDelta, Utc};

use super::LeadAct;
use crate::args;
use crate::chat::{Button, Text};
use crate::domain::{Lead, Person};
use crate::flows::{Act, Result, Shared, reminders};
use crate::store::Tx;
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
    (reader, posted): (&Person, bool),
    now: DateTime<Utc>,
) -> Result<Vec<Line>> {
    let times = if posted { i64::MAX } else { TIMES };
    let mut lines: Vec<Line> = own(words, &due(tx, reader, times, now).await?).into_iter().collect();
    let let_go = if posted { TIMES + 1..=i64::MAX } else { TIMES..=TIMES };
    for watched in tx.watched_by(reader, now).await? {
        for (owner, count) in tx.let_go(watched, let_go.clone()).await? {
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

/// What is due to be called and was told fewer than so many times.
async fn due(tx: &mut Tx, reader: &Person, times: i64, now: DateTime<Utc>) -> Result<Vec<Lead>> {
    let until = (reader.day_at(now).0, times);
    let mut due = tx.leads_to_touch(reader.id, until, COUNTED).await?;
    for one in &reader.stands_in {
        due.extend(tx.leads_to_touch(one.person, until, COUNTED).await?);
    }
    Ok(due)
}

/// A message of the day told them: what is left is said again with the next one, or to the head.
pub(in crate::flows) async fn told(tx: &mut Tx, shared: &Shared, reader: &Person, now: DateTime<Utc>) -> Result<()> {
    for watched in tx.watched_by(reader, now).await? {
        tx.told_of_let_go(watched, TIMES).await?;
    }
    for lead in due(tx, reader, TIMES, now).await? {
        tx.told_lead(lead.number).await?;
        if let Some(above) = tx.above(lead.team, lead.owner.unwrap_or(reader.id), now).await? {
            // Once it was said often enough it is in their next message after that.
            let at = above.next_batch(now + TimeDelta::days(1));
            reminders::plan_today(tx, shared, &above, at, now).await?;
        }
    }
    if !due(tx, reader, TIMES, now).await?.is_empty() {
        reminders::plan_today(tx, shared, reader, reader.next_batch(now), now).await?;
    }
    Ok(())
}
