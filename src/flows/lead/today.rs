//! The leads in the message of the day: who is to be called again.
//!
//! Starts: the day on which somebody reaches out again has come. Acts: its owner. Ends: they did; if nothing happens for three
//! messages, the head reads it in theirs.

use chrono::{DateTime, Utc};

use super::LeadAct;
use crate::args;
use crate::chat::{Button, Text};
use crate::domain::{Lead, Person};
use crate::flows::{Act, Result};
use crate::store::Tx;
use crate::words::Words;

/// How many leads a message names.
const NAMED: i64 = 3;
/// How many are counted.
const COUNTED: i64 = 100;

/// The leads somebody is to reach out to again, and the line that says so.
pub(in crate::flows) async fn line(
    tx: &mut Tx,
    words: Words<'_>,
    reader: &Person,
    now: DateTime<Utc>,
) -> Result<Option<(Text, Vec<Button>)>> {
    let due = due(tx, reader, now).await?;
    if due.is_empty() {
        return Ok(None);
    }
    let names: Vec<String> = due
        .iter()
        .take(usize::try_from(NAMED).unwrap_or(3))
        .map(|lead| format!("{} {}", lead.number, lead.details.name()))
        .collect();
    let text = words.text("today.leads", args! { count: due.len(), names: words.list(&names) });
    let act = |act: LeadAct, key: &str| Button::new(Act::Lead(act).action(), words.line(key, args! {}));
    let buttons = match due.as_slice() {
        [only] => vec![act(LeadAct::Called(only.number), "button.i_called"), act(LeadAct::Mine, "button.leads")],
        _ => vec![act(LeadAct::Mine, "button.leads")],
    };
    Ok(Some((text, buttons)))
}

async fn due(tx: &mut Tx, reader: &Person, now: DateTime<Utc>) -> Result<Vec<Lead>> {
    let today = reader.day_at(now).0;
    let mut due = tx.leads_to_touch(reader.id, today, COUNTED).await?;
    for one in &reader.stands_in {
        due.extend(tx.leads_to_touch(one.person, today, COUNTED).await?);
    }
    Ok(due)
}

/// A message of the day told them: each is said again with the next ones, at most three times.
pub(in crate::flows) async fn told(tx: &mut Tx, reader: &Person, now: DateTime<Utc>) -> Result<bool> {
    let due = due(tx, reader, now).await?;
    for lead in &due {
        tx.told_lead(lead.number).await?;
    }
    Ok(!due.is_empty())
}
