//! Nobody is written to who did not say that they want it.
//!
//! Starts: the first thing the bot would say to somebody. Acts: that person, by one button or `/panout start`. Ends: what
//! waited for them comes; until then it is only counted, in their team's channels (`unsaid.rs`).
//!
//! ```text
//! would say -> asked? -+-> no: one card with one button     -+-> Start -> what waited comes, or where to find it
//!                      '-> the notice is held; channels count -'
//! ```

use chrono::{DateTime, Utc};

use super::notice::{self, Notice, Saying};
use super::{Act, Call, Result, Shared, reminders, unsaid, words_for};
use crate::args;
use crate::chat::{Block, Button, Card, Look, Reply, Text, Tone};
use crate::domain::{Change, Person, PersonId, Reminders, Role, Team};
use crate::store::Tx;
use crate::words::Words;

/// How many messages may come at once to somebody who has just started their reminders.
const AT_ONCE: usize = 3;

/// Whether a notice waits because its reader wants none, or is away.
pub(super) async fn gate(
    tx: &mut Tx,
    shared: &Shared,
    notice: &Notice,
    reader: &Person,
    now: DateTime<Utc>,
) -> Result<Option<Saying>> {
    if notice.is_asked_for() {
        return Ok(None);
    }
    if let Some(returns) = reader.returns_at().filter(|returns| now < *returns) {
        return Ok(Some(Saying::NotYet(returns)));
    }
    if reader.wants_reminders() || matches!(notice, Notice::Welcome(_)) {
        return Ok(None);
    }
    if reader.reminders == Reminders::Unasked {
        notice::plan(tx, shared, &Notice::Welcome(reader.id.0), reader.reachable_at(now), now).await?;
    }
    if matches!(notice, Notice::Today(..)) {
        // What waits for a head who hears nothing, the admin hears of all the same.
        reminders::escalates(tx, shared, reader, now).await?;
        reminders::unheard(tx, shared, reader, now).await?;
    }
    if let Some(team) = stands_in_for(tx, notice, reader).await? {
        // Not theirs for good: in the morning it may be for the head who is back.
        return Ok(Some(Saying::NotYet(team.next_morning(now))));
    }
    unsaid::counts(tx, shared, &reader.team, now).await?;
    Ok(Some(Saying::Held(reader.id)))
}

/// The team whose head a reader stands in for, if the notice is for that head.
async fn stands_in_for(tx: &mut Tx, notice: &Notice, reader: &Person) -> Result<Option<Team>> {
    let Some(team) = notice.to_head_of(tx).await? else { return Ok(None) };
    match tx.head_of(team).await? {
        Some(head) if head.id != reader.id => Ok(tx.team(team).await?),
        _ => Ok(None),
    }
}

/// The first words to somebody, and what became of them.
pub(super) async fn draw_welcome(tx: &mut Tx, shared: &Shared, person: PersonId) -> Result<Option<(Person, Card)>> {
    let reader = tx.person(person).await?;
    let message = tx.message(&Notice::Welcome(person.0).key()).await?;
    let posted = message.is_some_and(|message| message.message.is_some());
    let words = words_for(shared, &reader);
    let card = match reader.reminders {
        Reminders::Unasked => welcome(words, &reader, shared.rules.messages_a_day),
        Reminders::Asked if posted => welcome(words, &reader, shared.rules.messages_a_day),
        Reminders::On if posted => Card::titled(words.text("welcome.started", args! {})).tone(Tone::Good),
        Reminders::Off if posted => Card::titled(words.text("welcome.stopped", args! {})),
        Reminders::Asked | Reminders::On | Reminders::Off => return Ok(None),
    };
    Ok(Some((reader, card)))
}

fn welcome(words: Words<'_>, reader: &Person, most: i64) -> Card {
    let hour = reader.batch_at().format("%H:%M").to_string();
    Card::titled(words.text("welcome.title", args! { name: reader.name.as_str() }))
        .tone(Tone::Attention)
        .with(Block::Text(words.text("welcome.comes", args! { hour: hour, most: most })))
        .with(Block::Text(words.text("welcome.stop", args! {})))
        .with(Block::Buttons(vec![button(words)]))
}

fn button(words: Words<'_>) -> Button {
    Button::new(Act::Start.action(), words.line("button.start", args! {})).look(Look::Primary)
}

/// Somebody was asked.
pub(super) async fn asked(tx: &mut Tx, person: PersonId) -> Result<()> {
    if tx.person(person).await?.reminders == Reminders::Unasked {
        tx.wants_reminders(person, Reminders::Asked).await?;
    }
    Ok(())
}

/// The answer to what somebody typed, with the button to start reminders if they were never asked: then it is the first
/// message, and no other one comes.
pub(super) async fn offered(tx: &mut Tx, shared: &Shared, person: PersonId, reply: Reply) -> Result<Reply> {
    let by = tx.person(person).await?;
    match reply {
        Reply::Whisper(card) if by.reminders == Reminders::Unasked && by.role != Role::Observer => {
            tx.wants_reminders(person, Reminders::Asked).await?;
            let words = words_for(shared, &by);
            let hour = by.batch_at().format("%H:%M").to_string();
            let offer = Block::Note(words.text("welcome.offer", args! { hour: hour }));
            Ok(Reply::Whisper(card.with(offer).with(Block::Buttons(vec![button(words)]))))
        }
        reply => Ok(reply),
    }
}

/// "Start my reminders", or `/panout start`: what waited comes; if it is much, where it is.
pub(super) async fn start(call: &mut Call<'_>) -> Result {
    let collapsed = turn(call, Reminders::On).await?;
    let words = call.words;
    let hour = call.by.batch_at().format("%H:%M").to_string();
    let mut card = Card::titled(words.text("reminders.on", args! { hour: hour })).tone(Tone::Good);
    if collapsed {
        for line in where_it_is(call).await? {
            card = card.with(Block::Text(line));
        }
    }
    Ok(Reply::Whisper(card.with(Block::Note(call.words.text("reminders.stop", args! {})))))
}

/// `/panout stop`.
pub(super) async fn stop(call: &mut Call<'_>) -> Result {
    turn(call, Reminders::Off).await?;
    let words = call.words;
    let card = Card::titled(words.text("reminders.off", args! {}));
    Ok(Reply::Whisper(card.with(Block::Note(words.text("reminders.start", args! {})))))
}

/// Turns somebody's reminders on or off; whether so much waited that it does not come one by one.
pub(super) async fn turn(call: &mut Call<'_>, to: Reminders) -> Result<bool> {
    let was = call.by.reminders;
    if was == to {
        return Ok(false);
    }
    call.by.reminders = to;
    call.tx.wants_reminders(call.by.id, to).await?;
    let said = |it: Reminders| it.as_str().map(str::to_owned);
    let change = Change { what: "reminders", was: said(was), is_now: said(to) };
    call.tx.audit(None, call.by.id, &change, call.now).await?;
    notice::refresh(call.tx, &Notice::Welcome(call.by.id.0), call.now).await?;
    if to == Reminders::On { release(call).await } else { Ok(false) }
}

/// Lets go what waited for whoever acts. More than a few cards are found by commands instead; what nobody would find comes.
async fn release(call: &mut Call<'_>) -> Result<bool> {
    let held = call.tx.held_jobs(call.by.id).await?;
    let collapses = held.len() > AT_ONCE;
    if held.iter().any(|job| matches!(Notice::named(&job.occurrence), Some(Notice::Today(..)))) {
        // It tells what is due to them: their head hears of that once they did as often as anybody.
        call.tx.will_hear(call.by.id).await?;
        call.tx.opportunities_will_be_heard(call.by.id).await?;
    }
    for job in held {
        let notice = Notice::named(&job.occurrence);
        let in_no_list = matches!(notice, Some(Notice::Question(_) | Notice::Stranger(_) | Notice::Differs(_)));
        let comes = in_no_list || matches!(notice, None | Some(Notice::Today(..) | Notice::Welcome(_)));
        if comes || !collapses {
            call.tx.release_job(job.id, Some(call.now)).await?;
        } else {
            call.tx.release_job(job.id, None).await?;
            if let Some(notice @ Notice::Refusal(_)) = notice {
                notice::posted(call.tx, call.shared, &notice, call.now).await?;
            }
        }
    }
    Ok(collapses)
}

/// How much waits for whoever acts, and what to type.
pub(super) async fn where_it_is(call: &mut Call<'_>) -> Result<Vec<Text>> {
    let mut refusals = 0;
    for team in call.tx.teams_processed_by(&call.by, call.now).await? {
        refusals += call.tx.count_waiting(team).await?;
    }
    let tasks = call.tx.count_tasks(call.by.id).await?;
    let lines = [("reminders.refusals", refusals), ("reminders.clients", tasks)];
    let lines = lines.into_iter().filter(|(_, count)| *count > 0);
    Ok(lines.map(|(key, count)| call.words.text(key, args! { count: count })).collect())
}
