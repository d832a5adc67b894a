//! A refusal that is worth another try, in the hands of whoever tries.
//!
//! Starts: the head revives it, or its owner does after calling again. Acts: its owner, or whoever leads the team. Ends:
//! won back, refused again, or later.
//!
//! ```text
//! revived -> card to its owner -> (due) message of the day -+-> won back (for how much, what worked)
//!                                                           |-> refused again -> a new refusal that says of which
//!                                                           '-> needs time -> (due) ..
//! ```

use chrono::{DateTime, Utc};

use super::decide::{decision, hand, save};
use super::notice::Notice;
use super::refusal::{amount_fault, load, log_again, typed_amount};
use super::reply::{self, Answers};
use super::{Act, Call, Result, Shared, Values, case, close, letter, plays};
use crate::args;
use crate::chat::{Block, Card, Kind, Reply, Tone};
use crate::domain::{Money, Person, Refusal, RefusalNumber, Stage};
use crate::store::{Decision, TaskKind, Tx};
use crate::words::Words;

/// The card that brings a refusal back to whoever tries again; what was over before it came is nobody's news.
pub(super) async fn draw_back(
    tx: &mut Tx,
    shared: &Shared,
    decision: i64,
    now: DateTime<Utc>,
) -> Result<Option<(Person, Card)>> {
    let Some(decision) = tx.decision(decision).await? else { return Ok(None) };
    let Some(refusal) = tx.refusal(decision.refusal).await? else { return Ok(None) };
    let latest = tx.decisions(refusal.number).await?.into_iter().rev().find(|one| one.stage == Stage::Revived);
    let stands = refusal.stage == Stage::Revived && latest.is_some_and(|one| one.id == decision.id);
    let message = tx.message(&Notice::Back(decision.id).key()).await?;
    if !stands && message.is_none_or(|message| message.message.is_none()) {
        return Ok(None);
    }
    let owner = tx.person(refusal.owner).await?;
    let card = case::card(tx, shared, &owner, &refusal, now).await?;
    Ok(Some((owner, card)))
}

/// The top of the card for its owner: until it is due it says who thinks so, then it asks.
pub(super) async fn top(
    tx: &mut Tx,
    words: Words<'_>,
    refusal: &Refusal,
    decisions: &[Decision],
    now: DateTime<Utc>,
) -> Result<Card> {
    let account = refusal.details.account.as_str();
    let ask = Card::titled(words.text("deal.due", args! { account: account })).tone(Tone::Attention);
    let task = tx.task(refusal.number).await?.filter(|task| task.is_to_come(now));
    let Some(revived) = decisions.iter().rev().find(|decision| decision.stage == Stage::Revived) else {
        return Ok(ask);
    };
    let Some((task, lever)) = task.zip(revived.lever) else { return Ok(ask) };
    let (by, lever) = (tx.person(revived.by).await?, words.label("lever", lever.as_str()));
    let title = args! { account: account, name: by.name.as_str(), lever: lever.as_str() };
    let owner = tx.person(task.person).await?;
    let day = words.date(task.due_at.with_timezone(&owner.time_zone()).date_naive());
    Ok(Card::titled(words.text("deal.back", title))
        .tone(Tone::Attention)
        .with(Block::Note(words.text("deal.until", args! { date: day }))))
}

/// The form for a deal that was won back.
pub(super) async fn won_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = load(call, number).await?;
    if refusal.may_report(&call.by, Stage::Revived).is_err() {
        return case::stands(call, &refusal).await;
    }
    let words = call.words;
    let budget = refusal.details.budget.map(typed_amount);
    let fields = vec![
        reply::field(words, "won_form", "amount", Kind::Amount).optional().filled(budget),
        reply::field(words, "won_form", "how", Kind::Paragraph { max: 1000 }),
    ];
    Ok(Reply::Ask(reply::form(words, Act::Won(number), "won_form.title", "button.save", fields)))
}

/// "Won back".
pub(super) async fn won(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let refusal = load(call, number).await?;
    if refusal.may_report(&call.by, Stage::Revived).is_err() {
        return case::stands(call, &refusal).await;
    }
    let mut answers = Answers::new(call, "won_form", values);
    let how = answers.text("how");
    answers.must("how", how.is_some());
    let typed = answers.text("amount");
    let read = typed.as_deref().map(|typed| (typed, Money::parse(typed, call.by.team.currency)));
    if let Some((typed, Err(fault))) = &read {
        let says = amount_fault(answers.call, typed, fault).unstyled();
        answers.fault_text("amount", says);
    }
    answers.end()?;
    let won = refusal.clone().tried(&call.by, true);
    let (Ok(won), Some(how)) = (won, how) else { return case::stands(call, &refusal).await };
    save(call, &won).await?;
    let worth = read.and_then(|(_, money)| money.ok()).map(|money| ("won".to_owned(), typed_amount(money)));
    let lever = call.tx.decisions(number).await?.into_iter().rev().find_map(|decision| decision.lever);
    let decision =
        Decision { lever, note: Some(how), call: worth.into_iter().collect(), ..decision(call, &won, Stage::WonBack) };
    plays::won(call, &won, &decision).await?;
    finish(call, &won, &decision).await
}

/// The form of the second no: a new refusal, with what is known of the first.
pub(super) async fn again_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = load(call, number).await?;
    if refusal.may_report(&call.by, Stage::Revived).is_err() {
        return case::stands(call, &refusal).await;
    }
    Ok(Reply::Ask(super::refusal::again_form(call, &refusal).await?))
}

/// "Refused again".
pub(super) async fn again(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let refusal = load(call, number).await?;
    let Ok(over) = refusal.clone().tried(&call.by, false) else { return case::stands(call, &refusal).await };
    let second = log_again(call, &refusal, values).await?;
    save(call, &over).await?;
    let decision = decision(call, &over, Stage::RefusedAgain);
    call.tx.decided(&decision).await?;
    call.tx.done_with(number, call.now).await?;
    letter::ends(call, number).await?;
    case::changed(call, number).await?;
    super::refusal::is_stored(call, &second).await
}

/// The second no was undone: the first refusal is tried again, until the day it was; unless its client asked not to be
/// contacted meanwhile.
pub(super) async fn try_on(call: &mut Call<'_>, number: RefusalNumber) -> Result<()> {
    let refusal = load(call, number).await?;
    let Ok(open) = refusal.reopen() else { return Ok(()) };
    if close::ends_in_peace(call, &open).await?.is_some() {
        return Ok(());
    }
    save(call, &open).await?;
    let decisions = call.tx.decisions(number).await?;
    let until = decisions.iter().rev().find(|decision| decision.stage == Stage::Revived);
    let until = until.and_then(|revived| revived.due_on);
    let day = until.unwrap_or_else(|| reply::today(call));
    hand(call, &open, TaskKind::Deal, day).await?;
    case::changed(call, number).await
}

/// The form for more time.
pub(super) async fn more_time_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    again_on_form(call, number, (Stage::Revived, Act::MoreTime(number), "again_on_form.more_time_title")).await
}

/// "Needs time".
pub(super) async fn more_time(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    put_off(call, number, (Stage::Revived, TaskKind::Deal), values).await
}

/// The form that asks for a day.
pub(super) async fn again_on_form(
    call: &mut Call<'_>,
    number: RefusalNumber,
    (stage, act, title): (Stage, Act, &str),
) -> Result {
    let refusal = load(call, number).await?;
    if refusal.may_report(&call.by, stage).is_err() {
        return case::stands(call, &refusal).await;
    }
    let next_week = reply::today(call).checked_add_days(chrono::Days::new(7));
    let day = reply::field(call.words, "again_on_form", "again_on", Kind::Date);
    let fields = vec![day.filled(next_week.map(|day| day.to_string()))];
    Ok(Reply::Ask(reply::form(call.words, act, title, "button.save", fields)))
}

/// Lets it wait for a day.
pub(super) async fn put_off(
    call: &mut Call<'_>,
    number: RefusalNumber,
    (stage, kind): (Stage, TaskKind),
    values: &Values,
) -> Result {
    let refusal = load(call, number).await?;
    if refusal.may_report(&call.by, stage).is_err() {
        return case::stands(call, &refusal).await;
    }
    let mut answers = Answers::new(call, "again_on_form", values);
    let day = answers.later_day("again_on");
    answers.end()?;
    let Some(day) = day else { return reply::incomplete() };
    hand(call, &refusal, kind, day).await?;
    case::changed(call, number).await?;
    case::stands(call, &refusal).await
}

/// An end of the life of a refusal.
pub(super) async fn finish(call: &mut Call<'_>, refusal: &Refusal, decision: &Decision) -> Result {
    call.tx.decided(decision).await?;
    call.tx.done_with(refusal.number, call.now).await?;
    letter::ends(call, refusal.number).await?;
    case::changed(call, refusal.number).await?;
    case::stands(call, refusal).await
}
