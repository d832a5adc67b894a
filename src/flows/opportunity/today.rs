//! The opportunities in the message of the day: those that went dark.
//!
//! Starts: one goes dark. Acts: its owner, or whoever stands in. Ends: they dealt with it, or said why not; if they did not after
//! as many messages as they want of the same thing, three at most, the head reads it once in theirs, and finds it in
//! `/deal team`.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{DealAct, card};
use crate::args;
use crate::chat::{Button, Text};
use crate::domain::{Opportunity, Person, PersonId};
use crate::flows::{Act, Result, Shared, reminders};
use crate::store::{Telling, Tx};
use crate::words::Words;

/// How many opportunities a message names; Discord has room for so many with all their buttons.
const NAMED: usize = 2;

/// A line of a message of the day.
pub(in crate::flows) struct Line {
    pub(in crate::flows) text: Text,
    pub(in crate::flows) buttons: Vec<Button>,
    /// Whether there is nothing to do about it any more.
    pub(in crate::flows) over: bool,
}

/// The lines of a message of the day about opportunities: the reader's own and of those they stand in for, then what
/// others did not act on.
pub(in crate::flows) async fn lines(
    tx: &mut Tx,
    words: Words<'_>,
    (reader, key): (&Person, &str),
    posted: bool,
    now: DateTime<Utc>,
) -> Result<Vec<Line>> {
    let told = if posted { tx.opportunities_told_in(key).await? } else { to_say(tx, reader, now).await? };
    let (mut own, mut others, mut over) = (Vec::new(), BTreeMap::<PersonId, i64>::new(), Vec::new());
    for it in told.into_iter().filter(|it| it.is_open_to(reader)) {
        match (it.is_dark(now), reader.acts_for(it.owner)) {
            (true, true) => own.push(it),
            (true, false) => *others.entry(it.owner).or_default() += 1,
            (false, true) => over.push(it),
            (false, false) => {}
        }
    }
    let mut lines = Vec::new();
    for it in own.iter().take(NAMED) {
        let text = text(tx, words, reader, it).await?;
        lines.push(Line { text, buttons: buttons(words, it, own.len() == 1), over: false });
    }
    lines.extend((own.len() > NAMED).then(|| more(words, own.len() - NAMED)));
    for (owner, count) in others {
        let owner = tx.person(owner).await?;
        let text = words.text("today.deals_let_go", args! { count: count, name: owner.name.as_str() });
        lines.push(Line { text, buttons: Vec::new(), over: false });
    }
    let done = |it: &Opportunity| {
        let said = args! { number: it.number.to_string(), account: it.account.as_str() };
        Line { text: words.text("today.deal_done", said), buttons: Vec::new(), over: true }
    };
    lines.extend(over.iter().take(NAMED).map(done));
    Ok(lines)
}

/// What is to be said now: their own, what those have in hand for whom they stand in, what a head is to be told.
async fn to_say(tx: &mut Tx, reader: &Person, now: DateTime<Utc>) -> Result<Vec<Opportunity>> {
    let mut all = Vec::new();
    for person in std::iter::once(reader.id).chain(reader.stands_in.iter().map(|one| one.person)) {
        all.extend(tx.opportunities_to_say(person, now).await?);
    }
    all.extend(to_tell_head(tx, reader, now).await?);
    Ok(all)
}

async fn to_tell_head(tx: &mut Tx, reader: &Person, now: DateTime<Utc>) -> Result<Vec<Opportunity>> {
    let mut all = Vec::new();
    for watched in tx.watched_by(reader, now).await? {
        all.extend(tx.opportunities_to_tell_head(watched, now).await?);
    }
    Ok(all)
}

/// Which one is dark, why, and what is asked of whoever has it.
async fn text(tx: &mut Tx, words: Words<'_>, reader: &Person, it: &Opportunity) -> Result<Text> {
    let mut name = Text::strong(it.number.to_string()).then(format!(" {}", it.account));
    if it.owner != reader.id {
        let owner = tx.person(it.owner).await?;
        name = name.then(words.line("lines.whose", args! { name: owner.name.as_str() }));
    }
    Ok(name.then(words.colon()).then(card::asks(words, reader, it)))
}

/// Some services put every button at the end: among several each says which it is about.
fn buttons(words: Words<'_>, it: &Opportunity, alone: bool) -> Vec<Button> {
    let button = |act: DealAct, key: &str| {
        let what = words.line(key, args! {});
        let label =
            if alone { what } else { words.line("today.button", args! { number: it.number.to_string(), what: what }) };
        Button::new(Act::Deal(act).action(), label)
    };
    let mut buttons = vec![button(DealAct::Touched(it.number), "button.deal_touched")];
    buttons.extend(it.stage.next().map(|to| button(DealAct::Advance(it.number, to), "button.deal_advance")));
    buttons.push(button(DealAct::Disqualify(it.number), "button.disqualify"));
    buttons.push(button(DealAct::Dead(it.number), "button.deal_dead"));
    buttons
}

fn more(words: Words<'_>, count: usize) -> Line {
    let list = Button::new(Act::Deal(DealAct::Mine).action(), words.line("button.deals", args! {}));
    Line { text: words.text("today.deals_more", args! { count: count }), buttons: vec![list], over: false }
}

/// A message of the day told them: what is left is said again in time, or to the head; whether it told any of their own.
pub(in crate::flows) async fn told(
    tx: &mut Tx,
    shared: &Shared,
    (reader, key): (&Person, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    for it in to_tell_head(tx, reader, now).await? {
        tx.told_head_of_opportunity(key, it.number).await?;
    }
    let intensity = reader.intensity();
    let telling = Telling {
        times: intensity.times(),
        again_at: reader.batch_in_days(intensity.days_between(), now),
        head_at: reader.batch_in_days(intensity.days_to_head(), now),
    };
    let own = tell(tx, shared, (reader, key), &telling, now).await?;
    for one in &reader.stands_in {
        let owner = tx.person(one.person).await?;
        // They hear of it themselves when they are back.
        let again_at = owner.next_batch(owner.returns_at().unwrap_or(now) - TimeDelta::seconds(1));
        tell(tx, shared, (&owner, key), &Telling { times: i64::MAX, again_at, head_at: again_at }, now).await?;
    }
    Ok(own)
}

/// Remembers that a message told what of somebody's is dark; whether there was any.
async fn tell(
    tx: &mut Tx,
    shared: &Shared,
    (owner, key): (&Person, &str),
    telling: &Telling,
    now: DateTime<Utc>,
) -> Result<bool> {
    let said = tx.opportunities_to_say(owner.id, now).await?;
    for it in &said {
        tx.told_opportunity(key, it.number, telling).await?;
    }
    let mut teams: Vec<_> = said.iter().map(|it| it.team).collect();
    teams.sort_unstable();
    teams.dedup();
    for team in teams {
        if let Some(above) = tx.above(team, owner.id, now).await? {
            // Once it was said often enough it is in their next message after that.
            let at = above.next_batch(telling.head_at - TimeDelta::seconds(1));
            reminders::plan_today(tx, shared, &above, at, now).await?;
        }
    }
    if !said.is_empty() {
        reminders::plan_today(tx, shared, owner, telling.again_at, now).await?;
    }
    Ok(!said.is_empty())
}

/// What of somebody's is dark was not said to them, because they want no messages: their head hears of it.
pub(in crate::flows) async fn unheard(
    tx: &mut Tx,
    shared: &Shared,
    (reader, head_at): (&Person, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<()> {
    if !tx.opportunities_unheard(reader.id, (now, head_at)).await? {
        return Ok(());
    }
    match tx.above(reader.team.id, reader.id, now).await? {
        Some(above) => {
            let at = above.next_batch(head_at - TimeDelta::seconds(1));
            reminders::plan_today(tx, shared, &above, at, now).await
        }
        None => Ok(()),
    }
}
