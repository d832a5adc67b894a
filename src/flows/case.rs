//! A refusal as it stands, in front of whoever may see it.

use chrono::{DateTime, Utc};

use super::notice::{self, Notice};
use super::refusal::{facts, quote, summary};
use super::{
    Act, Call, Result, Shared, close, deal, debrief, hands, head, heard, letter, quality, recontact, review, similar,
    tell, words_for,
};
use crate::args;
use crate::chat::{Block, Button, Card, Choice, Command, Look, Pick, Reply, Text};
use crate::domain::{Currency, Denied, Money, Person, Refusal, RefusalNumber, Stage};
use crate::store::{Decision, Task, TaskKind, Tx};
use crate::words::Words;

/// A refusal as it stands, in place of the card that was pressed.
pub(super) async fn stands(call: &mut Call<'_>, refusal: &Refusal) -> Result {
    if !refusal.is_open_to(&call.by) {
        return tell(super::refusal::denied_text(call, Denied::NotYours));
    }
    let card = card(call.tx, call.shared, &call.by, refusal, call.now).await?;
    Ok(Reply::Replace(card))
}

/// The card of a refusal for one of those it is open to.
pub(super) async fn card(
    tx: &mut Tx,
    shared: &Shared,
    reader: &Person,
    refusal: &Refusal,
    now: DateTime<Utc>,
) -> Result<Card> {
    let in_hand = reader.acts_for(refusal.owner) && matches!(refusal.stage, Stage::Revived | Stage::Dormant);
    if reader.leads(refusal.team) && !in_hand {
        return head::card(tx, shared, reader, refusal).await;
    }
    let words = words_for(shared, reader);
    let decisions = tx.decisions(refusal.number).await?;
    let products = tx.products(reader.id).await?;
    let mut card = match refusal.stage {
        Stage::Revived => deal::top(tx, words, refusal, &decisions, now).await?,
        Stage::Dormant => recontact::top(tx, words, refusal, now).await?,
        _ => Card::titled(Text::strong(refusal.number.to_string()).then(" ").then(summary(words, &refusal.details))),
    };
    card = card.with(facts(words, &refusal.details, &products)).with_some(quote(&refusal.details));
    card = card.with_some(similar::of_account(tx, words, reader, refusal).await?);
    for block in history(tx, words, refusal, &decisions).await? {
        card = card.with(block);
    }
    card.blocks.extend(hands::history(tx, words, refusal).await?);
    for block in learned(tx, words, reader, refusal).await? {
        card = card.with(block);
    }
    if refusal.logged_by == reader.id {
        card = card.with(quality::shown(tx, shared, words, refusal).await?);
    }
    let peace = tx.asked_for_peace(&refusal.details).await?;
    let mut buttons = match peace {
        _ if in_hand => buttons(words, refusal),
        None if refusal.may_decide(reader).is_ok() => {
            let ask = Button::new(Act::Ask(refusal.number).action(), words.line("button.ask", args! {}));
            head::to_decide(words, refusal.number).into_iter().chain([ask]).collect()
        }
        Some(peace) if refusal.may_decide(reader).is_ok() => {
            card = card.with(Block::Note(close::says(words, "peace.asked", &peace)));
            Vec::new()
        }
        _ => Vec::new(),
    };
    buttons.extend(debrief::asks(tx, words, reader, refusal).await?);
    buttons.extend(letter::offered(tx, words, reader, refusal).await?);
    buttons.extend(review::offered(tx, words, reader, refusal).await?);
    Ok(if buttons.is_empty() { card } else { card.with(Block::Buttons(buttons)) })
}

/// What was learned of a refusal, as far as this person may read it: every reason that was given, the debrief, the client's
/// review, the letter.
pub(super) async fn learned(tx: &mut Tx, words: Words<'_>, reader: &Person, refusal: &Refusal) -> Result<Vec<Block>> {
    let mut blocks: Vec<Block> = review::reasons(words, refusal).into_iter().collect();
    blocks.extend(debrief::shown(tx, words, reader, refusal).await?);
    blocks.extend(review::shown(tx, words, refusal).await?);
    blocks.extend(letter::shown(tx, words, refusal).await?);
    Ok(blocks)
}

/// What may be reported of a refusal in its owner's hands; nothing of another.
pub(super) fn buttons(words: Words<'_>, refusal: &Refusal) -> Vec<Button> {
    let number = refusal.number;
    let button = |act: Act, key: &str| Button::new(act.action(), words.line(key, args! {}));
    match refusal.stage {
        Stage::Revived => vec![
            button(Act::Won(number), "button.won_back").look(Look::Primary),
            button(Act::Again(number), "button.refused_again"),
            button(Act::MoreTime(number), "button.more_time"),
            button(Act::Close(number), "button.close"),
            button(Act::Reassign(number), "button.reassign"),
            similar::button(words, number),
        ],
        Stage::Dormant => vec![
            button(Act::Called(number), "button.recontacted").look(Look::Primary),
            button(Act::Snooze(number), "button.snooze"),
            button(Act::Close(number), "button.close"),
            button(Act::Reassign(number), "button.reassign"),
            similar::button(words, number),
        ],
        _ => Vec::new(),
    }
}

/// What was decided about a refusal, in order: who, what they said, what the client said.
pub(super) async fn history(
    tx: &mut Tx,
    words: Words<'_>,
    refusal: &Refusal,
    decisions: &[Decision],
) -> Result<Vec<Block>> {
    let mut heard = tx.heard(refusal.number).await?;
    let mut blocks = Vec::new();
    if let Some(first) = refusal.again_of {
        blocks.push(Block::Note(words.text("decision.again_of", args! { number: first.to_string() })));
    }
    for decision in decisions {
        let by = tx.person(decision.by).await?;
        let rep = tx.person(refusal.owner).await?;
        let lever = decision.lever.map(|lever| words.label("lever", lever.as_str())).unwrap_or_default();
        let date = decision.due_on.map(|day| words.date(day)).unwrap_or_default();
        let again = if decision.stage == Stage::RefusedAgain { tx.second_of(refusal.number).await? } else { None };
        if decision.stage == Stage::RefusedAgain && again.is_none() {
            // The second no was undone.
            continue;
        }
        let number = again.map(|number| number.to_string()).unwrap_or_default();
        let (name, rep) = (by.name.as_str(), rep.name.as_str());
        let itself = decision.call.iter().find(|(key, _)| key == "itself");
        if let Some((_, below)) = itself {
            let below =
                Money::parse(below, Currency::EUR).map_or_else(|_| below.clone(), |money| super::amount(words, money));
            blocks.push(Block::Text(words.text("decision.itself", args! { amount: below, date: date.as_str() })));
            continue;
        }
        if decision.call.iter().any(|(key, _)| key == "imported") {
            let says = args! { name: by.name.as_str(), date: date.as_str() };
            blocks.push(Block::Text(words.text("decision.imported", says)));
            continue;
        }
        let key = format!("decision.{}", decision.stage.as_str());
        let says = args! { name: name, rep: rep, lever: lever.as_str(), date: date.as_str(), number: number.as_str() };
        blocks.push(Block::Text(words.text(&key, says)));
        blocks.extend(decision.note.clone().map(Block::Quote));
        blocks.extend(heard::reason(words, refusal, decision));
        blocks.extend(heard::shown(words, decision, heard.remove(&decision.id).unwrap_or_default()));
        blocks.extend(rests_on(words, decision));
    }
    Ok(blocks)
}

/// What the end of a refusal rests on: what was signed for, or who said that it is closed and why.
fn rests_on(words: Words<'_>, decision: &Decision) -> Option<Block> {
    let written = |(key, said): &(String, String)| {
        let written = match key.as_str() {
            "won" => match Money::parse(said, Currency::EUR) {
                Ok(money) => super::amount(words, money),
                Err(_) => said.to_owned(),
            },
            "why" => words.line(&format!("close_form.{said}"), args! {}),
            _ => said.to_owned(),
        };
        (words.named(words.line(&format!("call.{key}"), args! {})), written.into())
    };
    let ends = matches!(decision.stage, Stage::WonBack | Stage::Closed);
    (ends && !decision.call.is_empty()).then(|| Block::Facts(decision.call.iter().map(written).collect()))
}

/// A refusal moved on: whatever shows it is drawn again. Call it after the change, in the same transaction.
pub(super) async fn changed(call: &mut Call<'_>, number: RefusalNumber) -> Result<()> {
    head::changed(call, number).await?;
    hands::changed(call, number).await?;
    let told = call.tx.tasks_told(number).await?;
    for today in told.iter().filter_map(|key| Notice::named(key)) {
        notice::refresh(call.tx, &today, call.now).await?;
    }
    let decisions = call.tx.decisions(number).await?;
    if let Some(revived) = decisions.iter().rev().find(|decision| decision.stage == Stage::Revived) {
        notice::refresh(call.tx, &Notice::Back(revived.id), call.now).await?;
    }
    if let Some(difference) = call.tx.latest_difference(number).await? {
        notice::refresh(call.tx, &Notice::Differs(difference.id), call.now).await?;
    }
    Ok(())
}

/// The refusal whose number is all that was typed: `214`, or `#214`.
pub(super) fn named(command: &Command) -> Option<RefusalNumber> {
    let typed = command.text.trim().trim_start_matches('#');
    let number = typed.chars().all(|c| c.is_ascii_digit()) && command.options.is_empty();
    typed.parse().ok().filter(|_| number).map(RefusalNumber)
}

/// One of a list, opened: for this person's eyes, with what they can do about it.
pub(super) async fn open(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = super::refusal::load(call, number).await?;
    if !refusal.is_open_to(&call.by) {
        return tell(super::refusal::denied_text(call, Denied::NotYours));
    }
    match asked_for(call, &refusal).await? {
        Some(TaskKind::Debrief) => debrief::open(call, number).await,
        Some(TaskKind::Letter) => letter::check(call, &refusal).await,
        _ => Ok(Reply::Whisper(card(call.tx, call.shared, &call.by, &refusal, call.now).await?)),
    }
}

/// What this person is to do about a refusal they open, if it has a card of its own: what is in their hands comes first.
async fn asked_for(call: &mut Call<'_>, refusal: &Refusal) -> Result<Option<TaskKind>> {
    if call.by.leads(refusal.team) && refusal.stage.awaits_head() {
        return Ok(None);
    }
    let in_hand = call.tx.task(refusal.number).await?.filter(|task| task.person == call.by.id);
    let comes = |task: &Task| task.told > 0 || task.due_at <= call.now;
    if in_hand.as_ref().is_some_and(comes) {
        return Ok(None);
    }
    for kind in [TaskKind::Letter, TaskKind::Debrief] {
        let task = call.tx.task_beside(refusal.number, kind).await?.filter(|task| task.person == call.by.id);
        if task.is_some_and(|task| in_hand.is_none() || comes(&task)) {
            return Ok(Some(kind));
        }
    }
    Ok(None)
}

/// The menu that opens one of these.
pub(super) fn pick(label: String, refusals: &[(RefusalNumber, String)]) -> Block {
    let choice = |(number, account): &(RefusalNumber, String)| {
        Choice::new(number.0.to_string(), Choice::fitting(&format!("{number} {account}")))
    };
    // Of one refusal more than one thing may be to do.
    let mut choices: Vec<Choice> = Vec::new();
    for choice in refusals.iter().map(choice) {
        if !choices.iter().any(|known| known.value == choice.value) {
            choices.push(choice);
        }
    }
    choices.truncate(25);
    Block::Pick(Pick { action: Act::Open.action(), label, choices })
}

/// How long ago something was, in the reader's days.
pub(super) fn age(words: Words<'_>, reader: &Person, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let day = |at: DateTime<Utc>| at.with_timezone(&reader.time_zone()).date_naive();
    match (day(now) - day(at)).num_days() {
        ..=0 => words.line("age.today", args! {}),
        days => words.line("age.days", args! { count: days }),
    }
}
