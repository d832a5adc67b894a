//! An opportunity as it stands, in front of whoever may see it.

use chrono::{DateTime, Utc};

use super::DealAct;
use crate::args;
use crate::chat::{Block, Button, Card, Look, Reply, Text, Tone};
use crate::domain::{Check, Dark, DealDenied, DealStage, DealState, Opportunity, OpportunityNumber, Person};
use crate::flows::{Act, Call, Result, Shared, amount, tell, when, words_for};
use crate::store::Tx;
use crate::words::Words;

/// How much of its history a card shows.
const EVENTS: i64 = 5;

/// An opportunity this person may read. One that is not there and one that is not theirs are told apart by nobody.
pub(super) async fn load(call: &mut Call<'_>, number: OpportunityNumber) -> Result<Opportunity> {
    match call.tx.opportunity(number).await?.filter(|it| it.is_open_to(&call.by)) {
        Some(opportunity) => Ok(opportunity),
        None => tell(call.words.text("opportunity.unknown", args! { typed: number.to_string() })),
    }
}

/// One of a list.
pub(super) async fn open(call: &mut Call<'_>, number: OpportunityNumber) -> Result {
    let opportunity = load(call, number).await?;
    Ok(Reply::Whisper(card(call.tx, call.shared, &call.by, &opportunity, call.now).await?))
}

/// An opportunity as it stands, in place of the card that was pressed.
pub(super) async fn stands(call: &mut Call<'_>, opportunity: &Opportunity) -> Result {
    Ok(Reply::Replace(card(call.tx, call.shared, &call.by, opportunity, call.now).await?))
}

/// Why something may not be done, in words.
pub(super) fn denied(words: Words<'_>, denied: DealDenied) -> Text {
    match denied {
        DealDenied::NotYours => words.text("opportunity.not_yours", args! {}),
        DealDenied::Over(state) => {
            words.text("opportunity.over", args! { state: words.label("deal_state", state.as_str()) })
        }
    }
}

/// The card of an opportunity for one of those it is open to.
pub(super) async fn card(
    tx: &mut Tx,
    shared: &Shared,
    reader: &Person,
    it: &Opportunity,
    now: DateTime<Utc>,
) -> Result<Card> {
    let words = words_for(shared, reader);
    let title = words.text("opportunity.title", args! { number: it.number.to_string(), account: it.account.as_str() });
    let tone = match it.state {
        DealState::Won => Tone::Good,
        DealState::Open if it.is_dark(now) => Tone::Attention,
        _ => Tone::Neutral,
    };
    let mut card = Card::titled(title).tone(tone);
    if it.state != DealState::Open {
        card = card.with(Block::Text(denied(words, DealDenied::Over(it.state))));
    }
    if it.is_dark(now) {
        card = card.with(Block::Text(asks(words, reader, it)));
    }
    card = card.with(Block::Facts(facts(tx, words, reader, it).await?));
    if it.state == DealState::Open {
        card = card.with(Block::Text(words.text("opportunity.checklist", args! {})));
        card = card.with(Block::Facts(checklist(words, it)));
    }
    for block in history(tx, words, reader, it).await? {
        card = card.with(block);
    }
    let buttons = if it.may_work(reader).is_ok() { buttons(words, it) } else { Vec::new() };
    Ok(card.with_some((!buttons.is_empty()).then_some(Block::Buttons(buttons))))
}

/// Why it is dark, and what its owner is asked.
pub(super) fn asks(words: Words<'_>, reader: &Person, it: &Opportunity) -> Text {
    let day = |at: DateTime<Utc>| words.date(at.with_timezone(&reader.time_zone()).date_naive());
    match it.dark {
        Some((_, Dark::LongInStage)) => {
            let stage = words.label("deal_stage", it.stage.as_str());
            words.text("opportunity.long_in_stage", args! { stage: stage, date: day(it.stage_since) })
        }
        _ => words.text("opportunity.untouched", args! { date: day(it.touched_at) }),
    }
}

async fn facts(tx: &mut Tx, words: Words<'_>, reader: &Person, it: &Opportunity) -> Result<Vec<(String, Text)>> {
    let day = |at: DateTime<Utc>| words.date(at.with_timezone(&reader.time_zone()).date_naive());
    let named = |key: &str| words.line(key, args! {});
    let stage = words.label("deal_stage", it.stage.as_str());
    let since = args! { stage: stage, date: day(it.stage_since) };
    let mut facts = vec![(named("opportunity.fact_stage"), words.text("opportunity.stage_since", since))];
    facts.extend(it.amount.map(|money| (named("opportunity.fact_amount"), amount(words, money).into())));
    if it.owner != reader.id {
        facts.push((named("opportunity.fact_owner"), tx.person(it.owner).await?.name.into()));
    }
    facts.push((named("opportunity.fact_touched"), day(it.touched_at).into()));
    facts.extend(it.unfit.map(|why| (named("lead.fact_unfit"), words.label("unfit", why.as_str()).into())));
    facts.extend(it.refusal.map(|refusal| (named("lead.fact_refusal"), refusal.to_string().into())));
    Ok(facts)
}

/// What is to be known before its stage is left, and what is not yet of the stages before.
pub(super) fn asked(it: &Opportunity) -> Vec<Check> {
    let before = DealStage::ALL.into_iter().filter(|stage| *stage < it.stage);
    let missing = before.flat_map(DealStage::checklist).filter(|check| it.checks.get(check) != Some(&true));
    missing.chain(it.stage.checklist()).copied().collect()
}

fn checklist(words: Words<'_>, it: &Opportunity) -> Vec<(String, Text)> {
    let fact = |check: Check| (label(words, check), Text::plain(answer(words, it, check)));
    asked(it).into_iter().map(fact).collect()
}

/// What something to be known is called.
pub(super) fn label(words: Words<'_>, check: Check) -> String {
    words.line(&format!("deal_check_form.{}.label", check.as_str()), args! {})
}

/// Whether it is so, in words.
pub(super) fn answer(words: Words<'_>, it: &Opportunity, check: Check) -> String {
    words.label("deal_answer", known(it, check))
}

/// `yes`, `no` or `unknown`.
pub(super) fn known(it: &Opportunity, check: Check) -> &'static str {
    match it.checks.get(&check) {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

/// What may be done with one that is not over.
pub(super) fn buttons(words: Words<'_>, it: &Opportunity) -> Vec<Button> {
    let number = it.number;
    let button = |act: DealAct, key: &str| Button::new(Act::Deal(act).action(), words.line(key, args! {}));
    let mut buttons = vec![button(DealAct::Touched(number), "button.deal_touched").look(Look::Primary)];
    buttons.extend(it.stage.next().map(|to| button(DealAct::Advance(number, to), "button.deal_advance")));
    buttons.push(button(DealAct::Checklist(number), "button.deal_checklist"));
    buttons.push(button(DealAct::Won(number), "button.lead_won"));
    buttons.push(button(DealAct::Disqualify(number), "button.disqualify"));
    buttons.push(button(DealAct::Dead(number), "button.deal_dead"));
    buttons
}

/// What happened, in order: who, what, when.
async fn history(tx: &mut Tx, words: Words<'_>, reader: &Person, it: &Opportunity) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    for event in tx.deal_events(it.number, EVENTS).await? {
        let what = words.label("deal_event", &event.what);
        let at = when(words, reader, event.at);
        let text = match event.person_id {
            Some(person) => {
                let name = tx.person(person).await?.name;
                words.text("lead.did", args! { name: name.as_str(), what: what, when: at })
            }
            None => words.text("lead.happened", args! { what: what, when: at }),
        };
        blocks.push(Block::Note(text));
        blocks.extend(event.note.filter(|note| !note.is_empty()).map(Block::Quote));
    }
    Ok(blocks)
}
