//! A refusal that goes into other hands.
//!
//! Starts: its owner or its head gives it away; its head lets somebody else decide. Acts: whoever was given it. Ends: in
//! exactly one person's hands, on the day it was due; or decided, by whoever came first.
//!
//! ```text
//! revived | asleep -> reassign -> a word to the new owner -> their message of the day
//! with the head    -> delegate -> card to the delegate    -> `decide`
//! ```

use chrono::{DateTime, Utc};

use super::decide::hand;
use super::notice::{self, Notice};
use super::refusal::{denied_text, load, summary};
use super::reply::{self, Answers};
use super::today::TO_DECIDE;
use super::whom::{self, People, Whom};
use super::{Act, Call, Result, Shared, Values, case, letter, tell, words_for};
use crate::args;
use crate::chat::{Block, Card, Kind, Reply, Text, Tone};
use crate::domain::{Change, Denied, Person, PersonId, Refusal, RefusalNumber, Stage};
use crate::store::{Given, Handover, TaskKind, Tx};
use crate::words::Words;

/// The longest note, in characters.
const NOTE: u16 = 1000;

/// A refusal this person may give away; as an error as it stands, if it is in nobody's hands.
async fn in_hand(call: &mut Call<'_>, number: RefusalNumber) -> Result<Result<Refusal, Refusal>> {
    let refusal = load(call, number).await?;
    match refusal.may_reassign(&call.by) {
        Ok(()) => Ok(Ok(refusal)),
        Err(Denied::NotYours) => tell(denied_text(call, Denied::NotYours)),
        Err(_) => Ok(Err(refusal)),
    }
}

/// A refusal of which this person may let somebody else decide; as an error the one that is decided already.
async fn to_decide(call: &mut Call<'_>, number: RefusalNumber) -> Result<Result<Refusal, Refusal>> {
    let refusal = load(call, number).await?;
    match refusal.may_delegate(&call.by) {
        Ok(()) => Ok(Ok(refusal)),
        Err(Denied::NotYours) => tell(denied_text(call, Denied::NotYours)),
        Err(_) => Ok(Err(refusal)),
    }
}

/// Who may have it instead of its owner: people of its team.
async fn other_owners(call: &mut Call<'_>, refusal: &Refusal) -> Result<People> {
    let people = call.tx.people_of(refusal.team, refusal.owner).await?;
    Ok(people.into_iter().filter(|(id, _)| *id != refusal.owner).collect())
}

/// The same for whoever may give it away; nobody for others.
pub(super) async fn may_get(call: &mut Call<'_>, number: RefusalNumber) -> Result<People> {
    let refusal = load(call, number).await?;
    if refusal.may_reassign(&call.by).is_err() {
        return Ok(Vec::new());
    }
    other_owners(call, &refusal).await
}

/// Who may decide about it in place of whoever asks: nobody about what is their own.
async fn delegates(call: &mut Call<'_>, refusal: &Refusal) -> Result<People> {
    let not = [refusal.owner, refusal.logged_by, call.by.id];
    let mut there = Vec::new();
    for (id, name, was_away) in call.tx.people_who_decide(refusal.team).await? {
        // Nobody waits for somebody who is away: until when, only their own clock says.
        let is_away = was_away && call.tx.person(id).await?.is_away(call.now);
        if !is_away && !not.contains(&id) {
            there.push((id, name));
        }
    }
    Ok(there)
}

/// The same for whoever may let somebody else decide; nobody for others.
pub(super) async fn may_decide(call: &mut Call<'_>, number: RefusalNumber) -> Result<People> {
    let refusal = load(call, number).await?;
    if refusal.may_delegate(&call.by).is_err() {
        return Ok(Vec::new());
    }
    delegates(call, &refusal).await
}

/// The form that asks to whom, with a note.
fn form(call: &Call<'_>, (act, whom): (Act, Whom), title: &str, people: &[(PersonId, String)]) -> Reply {
    let words = call.words;
    let fields = vec![
        whom::field(words, ("hand_form", "to"), whom, people, None),
        reply::field(words, "hand_form", "note", Kind::Paragraph { max: NOTE }).optional(),
    ];
    Reply::Ask(reply::form(words, act, title, "button.save", fields))
}

/// To whom, and the note.
fn read(call: &Call<'_>, values: &Values, people: &[(PersonId, String)]) -> Result<(PersonId, Option<String>)> {
    let mut answers = Answers::new(call, "hand_form", values);
    let to = whom::chosen(&answers, "to", people);
    let note = answers.text("note");
    answers.must("to", to.is_some());
    answers.end()?;
    let Some(to) = to else { return reply::incomplete() };
    Ok((to, note))
}

/// The form to give a refusal to another owner.
pub(super) async fn reassign_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = match in_hand(call, number).await? {
        Ok(refusal) => refusal,
        Err(stands) => return case::stands(call, &stands).await,
    };
    let people = other_owners(call, &refusal).await?;
    if people.is_empty() {
        return tell(call.words.text("hand_form.nobody", args! {}));
    }
    Ok(form(call, (Act::Reassign(number), Whom::OtherOwner(number)), "hand_form.reassign_title", &people))
}

/// "Reassign".
pub(super) async fn reassign(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let refusal = match in_hand(call, number).await? {
        Ok(refusal) => refusal,
        Err(stands) => return case::stands(call, &stands).await,
    };
    let people = other_owners(call, &refusal).await?;
    let (to, note) = read(call, values, &people)?;
    let before = call.tx.task(number).await?;
    let Ok(given) = refusal.clone().reassign(&call.by, to) else { return case::stands(call, &refusal).await };
    call.tx.save_refusal(&given).await?;
    // The day it was due for whoever had it; one that is over comes with the next message.
    let day = match &before {
        Some(task) => {
            let had_it = call.tx.person(task.person).await?;
            task.due_at.with_timezone(&had_it.time_zone()).date_naive()
        }
        None => reply::today(call),
    };
    let kind = if given.stage == Stage::Revived { TaskKind::Deal } else { TaskKind::Recontact };
    hand(call, &given, kind, day).await?;
    is_given(call, &refusal, (Given::Owned, to), note).await?;
    Ok(Reply::Replace(gone_or_card(call, &given, to).await?))
}

/// What the giver reads: the card as it stands, or to whom it went if it is no longer theirs to read.
async fn gone_or_card(call: &mut Call<'_>, given: &Refusal, to: PersonId) -> Result<Card> {
    if given.is_open_to(&call.by) {
        return case::card(call.tx, call.shared, &call.by, given, call.now).await;
    }
    let to = call.tx.person(to).await?;
    let title = args! { number: given.number.to_string(), name: to.name.as_str() };
    Ok(Card::titled(call.words.text("handed.gone", title)).tone(Tone::Good))
}

/// Remembers who was given a refusal, in the audit too, and tells them unless they did it themselves.
pub(super) async fn is_given(
    call: &mut Call<'_>,
    before: &Refusal,
    (what, to): (Given, PersonId),
    note: Option<String>,
) -> Result<()> {
    let (by, at, refusal) = (call.by.id, call.now, before.number);
    let id = call.tx.handed(&Handover { id: 0, refusal, what, by, to, at, note }).await?;
    let was = match what {
        Given::Owned => Some(before.owner),
        Given::Delegated => before.delegate,
    };
    let audited = if what == Given::Owned { "owner" } else { "delegate" };
    let said = |person: PersonId| person.0.to_string();
    let change = Change { what: audited, was: was.map(said), is_now: Some(said(to)) };
    call.tx.audit(Some(refusal), by, &change, at).await?;
    if what == Given::Owned {
        letter::goes_with(call, before, to).await?;
    }
    if to != by {
        let reader = call.tx.person(to).await?;
        notice::plan(call.tx, call.shared, &Notice::Handed(id), reader.reachable_at(at), at).await?;
    }
    case::changed(call, refusal).await
}

/// The form to let somebody else decide.
pub(super) async fn delegate_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = match to_decide(call, number).await? {
        Ok(refusal) => refusal,
        Err(decided) => return case::stands(call, &decided).await,
    };
    let people = delegates(call, &refusal).await?;
    if people.is_empty() {
        return tell(call.words.text("hand_form.nobody", args! {}));
    }
    Ok(form(call, (Act::Delegate(number), Whom::Delegate(number)), "hand_form.delegate_title", &people))
}

/// "Delegate".
pub(super) async fn delegate(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let refusal = match to_decide(call, number).await? {
        Ok(refusal) => refusal,
        Err(decided) => return case::stands(call, &decided).await,
    };
    let people = delegates(call, &refusal).await?;
    let (to, note) = read(call, values, &people)?;
    call.tx.delegate(number, to).await?;
    // They have as long as a head: then it is late for them too.
    let reader = call.tx.person(to).await?;
    let late = reader.batch_after_days(TO_DECIDE, refusal.logged_at).max(reader.next_batch(call.now));
    notice::plan(call.tx, call.shared, &Notice::Today(to.0, late), late, call.now).await?;
    is_given(call, &refusal, (Given::Delegated, to), note).await?;
    let delegated = Refusal { delegate: Some(to), ..refusal };
    case::stands(call, &delegated).await
}

/// The word to whoever was given a refusal, with its card; what was over before it came is nobody's news.
pub(super) async fn draw(tx: &mut Tx, shared: &Shared, id: i64, now: DateTime<Utc>) -> Result<Option<(Person, Card)>> {
    let Some(handover) = tx.handover(id).await? else { return Ok(None) };
    let Some(refusal) = tx.refusal(handover.refusal).await? else { return Ok(None) };
    let (reader, by) = (tx.person(handover.to).await?, tx.person(handover.by).await?);
    let has_it = match handover.what {
        Given::Owned => refusal.owner == reader.id && matches!(refusal.stage, Stage::Revived | Stage::Dormant),
        Given::Delegated => refusal.delegate == Some(reader.id) && refusal.stage.awaits_head(),
    };
    let stands = has_it && refusal.withdrawn_at.is_none();
    let message = tx.message(&Notice::Handed(id).key()).await?;
    if !stands && message.is_none_or(|message| message.message.is_none()) {
        return Ok(None);
    }
    let words = words_for(shared, &reader);
    let (name, number) = (by.name.as_str(), refusal.number.to_string());
    if !refusal.is_open_to(&reader) || refusal.withdrawn_at.is_some() {
        return Ok(Some((reader, Card::titled(words.text("handed.over", args! { number: number })))));
    }
    let key = format!("handed.{}", handover.what.as_str());
    let title = words.text(&key, args! { name: name, summary: summary(words, &refusal.details), number: number });
    let card = case::card(tx, shared, &reader, &refusal, now).await?;
    let top = [Some(Block::Text(card.title.clone())), handover.note.clone().map(Block::Quote)];
    let blocks = top.into_iter().flatten().chain(card.blocks).collect();
    let tone = if stands { Tone::Attention } else { Tone::Neutral };
    Ok(Some((reader, Card { title, tone, blocks })))
}

/// Who gave it to whom, in order, for the card.
pub(super) async fn history(tx: &mut Tx, words: Words<'_>, refusal: &Refusal) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    for handover in tx.handovers(refusal.number).await? {
        let (by, to) = (tx.person(handover.by).await?, tx.person(handover.to).await?);
        let key = format!("handover.{}", handover.what.as_str());
        let says: Text = words.text(&key, args! { name: by.name.as_str(), to: to.name.as_str() });
        blocks.push(Block::Text(says));
        blocks.extend(handover.note.map(Block::Quote));
    }
    Ok(blocks)
}

/// Whatever told somebody that they were given it is drawn again.
pub(super) async fn changed(call: &mut Call<'_>, number: RefusalNumber) -> Result<()> {
    for handover in call.tx.handovers(number).await? {
        notice::refresh(call.tx, &Notice::Handed(handover.id), call.now).await?;
    }
    Ok(())
}
