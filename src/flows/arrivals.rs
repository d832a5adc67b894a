//! Refusals that come to their head together: as one line of the message of the day.
//!
//! Starts: a refusal is small, or would be one message too many, or nobody led its team when it was logged. Acts: whoever
//! processes the team. Ends: each was looked at, or decided.
//!
//! ```text
//! stored -> waits -> line in the message of the day -+-> Look -> list -> one of them -> `decide`
//!                                                    '-> All seen
//! ```

use chrono::{DateTime, Utc};

use super::notice::{self, Notice};
use super::refusal::{denied_text, summary};
use super::{Act, Call, Result, Shared, tell, words_for};
use crate::args;
use crate::chat::{Block, Button, Card, Choice, Look, Pick, Reply, Text, Tone};
use crate::domain::{Denied, Person, PersonId, Refusal, RefusalNumber, Stage, TeamId};
use crate::store::Tx;
use crate::words::Words;

/// The most refusals that are listed, and offered to be opened.
const LISTED: usize = 20;
/// How many accounts the line names.
const NAMED: usize = 3;

/// How [`waiting`] begins, before the team's id.
pub(super) const WAITING: &str = "arrivals:";

/// Where a refusal waits until a message of the day tells it, in place of a notice.
pub(super) fn waiting(team: TeamId) -> String {
    format!("{WAITING}{}", team.0)
}

/// Lets a refusal wait for the message of the day that comes to `reader` at `at`.
pub(super) async fn wait(
    tx: &mut Tx,
    shared: &Shared,
    (refusal, reader): (&Refusal, &Person),
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.tell_in(refusal.number, &waiting(refusal.team)).await?;
    notice::plan(tx, shared, &Notice::Today(reader.id.0, at), at, now).await
}

/// What a message of the day tells its reader of them: what it told, if it was posted, else what waits now.
pub(super) async fn told(
    tx: &mut Tx,
    reader: &Person,
    key: &str,
    posted: bool,
    now: DateTime<Utc>,
) -> Result<Vec<Refusal>> {
    let mut told = if posted { tx.refusals_told_in(key).await? } else { Vec::new() };
    if !posted {
        for team in tx.teams_processed_by(reader, now).await? {
            told.extend(tx.refusals_told_in(&waiting(team)).await?);
        }
    }
    told.retain(|refusal| reader.leads(refusal.team));
    Ok(told)
}

/// Whether something waits for whoever acts.
pub(super) async fn wait_for(call: &mut Call<'_>) -> Result<bool> {
    for team in call.tx.teams_processed_by(&call.by, call.now).await? {
        if !call.tx.refusals_told_in(&waiting(team)).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A message of the day was posted: it told what waited.
pub(super) async fn posted(tx: &mut Tx, reader: &Person, key: &str, now: DateTime<Utc>) -> Result<()> {
    for team in tx.teams_processed_by(reader, now).await? {
        tx.told_instead(&waiting(team), key).await?;
    }
    Ok(tx.advance_told(key, Stage::Logged, Stage::WithHead).await?)
}

/// Whether nobody looked at a refusal yet that waits to be decided.
pub(super) fn is_new(refusal: &Refusal) -> bool {
    refusal.seen.is_none() && refusal.stage.awaits_head()
}

/// The line, with its buttons while one of them is new.
pub(super) fn line(words: Words<'_>, (reader, at): (PersonId, DateTime<Utc>), told: &[Refusal]) -> (Text, Vec<Button>) {
    let accounts = told.iter().take(NAMED).map(|refusal| refusal.details.account.clone());
    let mut accounts: Vec<String> = accounts.collect();
    if told.len() > NAMED {
        accounts.push(words.line("arrivals.others", args! { count: told.len() - NAMED }));
    }
    let key = if told.iter().any(is_new) { "arrivals.came" } else { "arrivals.done" };
    let text = words.text(key, args! { count: told.len(), accounts: words.list(&accounts) });
    let look = Button::new(Act::Arrivals(reader.0, at.timestamp()).action(), words.line("button.look", args! {}));
    let buttons =
        if told.iter().any(is_new) { vec![look, all_seen(words, reader.0, at.timestamp())] } else { vec![look] };
    (text, buttons)
}

fn all_seen(words: Words<'_>, reader: i64, at: i64) -> Button {
    Button::new(Act::ArrivalsSeen(reader, at).action(), words.line("button.seen_all", args! {}))
}

/// Those of a message of the day that whoever acts may see.
async fn of(call: &mut Call<'_>, reader: i64, at: i64) -> Result<Vec<Refusal>> {
    let at = DateTime::from_timestamp(at, 0).unwrap_or_default();
    let key = Notice::Today(reader, at).key();
    let reader = call.tx.person(PersonId(reader)).await?;
    if call.by.id != reader.id && !call.by.leads(reader.team.id) {
        return tell(denied_text(call, Denied::NotYours));
    }
    let mut told = call.tx.refusals_told_in(&key).await?;
    if told.is_empty() {
        // On its reader's screen, and not stored yet.
        for team in call.tx.teams_processed_by(&reader, call.now).await? {
            told.extend(call.tx.refusals_told_in(&waiting(team)).await?);
        }
    }
    let found = !told.is_empty();
    told.retain(|refusal| call.by.leads(refusal.team));
    if found && told.is_empty() {
        return tell(denied_text(call, Denied::NotYours));
    }
    Ok(told)
}

/// "Look": every one of them, to open or to mark.
pub(super) async fn list(call: &mut Call<'_>, reader: i64, at: i64) -> Result {
    let told = of(call, reader, at).await?;
    Ok(Reply::Whisper(card(call, (reader, at), &told).await?))
}

async fn card(call: &mut Call<'_>, (reader, at): (i64, i64), told: &[Refusal]) -> Result<Card> {
    let words = words_for(call.shared, &call.by);
    if told.is_empty() {
        return Ok(Card::titled(words.text("arrivals.empty", args! {})));
    }
    let mut card = Card::titled(words.text("arrivals.title", args! { count: told.len() }));
    let mut choices = Vec::new();
    for refusal in told.iter().take(LISTED) {
        let rep = call.tx.person(refusal.owner).await?;
        let line = format!(" {}, {}", summary(words, &refusal.details), rep.name);
        let came_of_it = match refusal.seen {
            _ if !refusal.stage.awaits_head() => Some(words.label("stage", refusal.stage.as_str())),
            Some(_) => Some(words.line("arrivals.seen", args! {})),
            None => None,
        };
        let line = Text::strong(refusal.number.to_string()).then(line);
        card = card.with(Block::Text(line.then(came_of_it.map(|it| format!(", {it}")).unwrap_or_default())));
        let label = Choice::fitting(&format!("{} {}", refusal.number, refusal.details.account));
        choices.push(Choice::new(refusal.number.0.to_string(), label));
    }
    if told.len() > LISTED {
        card = card.with(Block::Note(words.text("arrivals.more", args! { count: told.len() - LISTED })));
    }
    let open = Pick { action: Act::Show.action(), label: words.line("arrivals.open", args! {}), choices };
    card = card.with(Block::Pick(open));
    if told.iter().any(is_new) {
        let all = all_seen(words, reader, at).look(Look::Primary);
        card = card.tone(Tone::Attention).with(Block::Buttons(vec![all]));
    }
    Ok(card)
}

/// "All seen".
pub(super) async fn see_all(call: &mut Call<'_>, reader: i64, at: i64) -> Result {
    let numbers: Vec<RefusalNumber> = of(call, reader, at).await?.iter().map(|refusal| refusal.number).collect();
    let mut told = Vec::new();
    for number in numbers {
        let Some(refusal) = call.tx.refusal(number).await? else { continue };
        told.push(match refusal.clone().see(&call.by, call.now) {
            Ok(seen) => {
                super::head::mark_seen(call, &seen).await?;
                seen
            }
            Err(_) => refusal,
        });
    }
    Ok(Reply::Replace(card(call, (reader, at), &told).await?))
}
