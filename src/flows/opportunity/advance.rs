//! An opportunity comes to the next stage.
//!
//! Starts: *Advance*, or a line that names a later stage. Acts: its owner, whoever stands in, the head. Ends: it is there. What
//! is not known of the stages left is said first, with how the team's own deals ended that went on without; that never
//! stops anybody, and only asks why.

use chrono::{DateTime, Utc};

use super::{DealAct, card, save};
use crate::args;
use crate::chat::{Block, Button, Card, Kind, Look, Reply, Tone};
use crate::domain::{Check, DealDenied, DealStage, Opportunity, OpportunityNumber, PersonId};
use crate::flows::reply::{self, Answers};
use crate::flows::{Act, Call, Result, Values, tell};
use crate::store::Tx;

/// The longest reason, in characters.
const REASON: u16 = 300;

/// One this person may act on that is not there yet; as an error as it stands.
async fn behind(call: &mut Call<'_>, number: OpportunityNumber, to: DealStage) -> Result<Result<Opportunity, Reply>> {
    let it = card::load(call, number).await?;
    match it.may_work(&call.by) {
        Err(DealDenied::NotYours) => tell(card::denied(call.words, DealDenied::NotYours)),
        Ok(()) if it.stage < to => Ok(Ok(it)),
        // It is over, or there already: a card of before was pressed.
        Ok(()) | Err(DealDenied::Over(_)) => Ok(Err(card::stands(call, &it).await?)),
    }
}

/// "Advance".
pub(super) async fn advance(call: &mut Call<'_>, number: OpportunityNumber, to: DealStage) -> Result {
    let it = match behind(call, number, to).await? {
        Ok(it) => it,
        Err(stands) => return Ok(stands),
    };
    if !it.gaps(to).is_empty() {
        return alert(call, &it, to).await;
    }
    let it = keep(call.tx, (it, to), (Some(call.by.id), None), call.now).await?;
    let it = save(call.tx, call.shared, it, true, call.now).await?;
    card::stands(call, &it).await
}

/// What is missing, how that went for the team, and what can be done about it.
pub(super) async fn alert(call: &mut Call<'_>, it: &Opportunity, to: DealStage) -> Result {
    let words = call.words;
    let stage = words.label("deal_stage", to.as_str());
    let said = args! { number: it.number.to_string(), account: it.account.as_str(), stage: stage };
    let mut card = Card::titled(words.text("deal_gap.title", said)).tone(Tone::Attention);
    for gap in it.gaps(to) {
        let says =
            words.text("deal_gap.line", args! { item: card::label(words, gap), answer: card::answer(words, it, gap) });
        let history = call.tx.history_without(it.team, gap).await?;
        let went = if history.is_enough() {
            words.text("deal_gap.history", args! { won: words.number(history.won), count: history.over })
        } else {
            words.text("deal_gap.no_history", args! {})
        };
        card = card.with(Block::Text(says.then(" ").then(went)));
    }
    let button = |act: DealAct, key: &str| Button::new(Act::Deal(act).action(), words.line(key, args! {}));
    let buttons = vec![
        button(DealAct::Checklist(it.number), "button.deal_checklist").look(Look::Primary),
        button(DealAct::Anyway(it.number, to), "button.deal_anyway"),
    ];
    Ok(Reply::Whisper(card.with(Block::Note(words.text("deal_gap.next", args! {}))).with(Block::Buttons(buttons))))
}

/// The form that asks why it goes on without.
pub(super) async fn anyway_form(call: &mut Call<'_>, number: OpportunityNumber, to: DealStage) -> Result {
    let it = match behind(call, number, to).await? {
        Ok(it) => it,
        Err(stands) => return Ok(stands),
    };
    let words = call.words;
    let fields = vec![reply::field(words, "anyway_form", "why", Kind::Line { max: REASON })];
    let mut form =
        reply::form(words, Act::Deal(DealAct::Anyway(number, to)), "anyway_form.title", "button.deal_advance", fields);
    let missing: Vec<String> = it.gaps(to).into_iter().map(|gap| card::label(words, gap)).collect();
    form.intro = (!missing.is_empty()).then(|| words.text("anyway_form.intro", args! { items: words.list(&missing) }));
    Ok(Reply::Ask(form))
}

/// "Advance anyway".
pub(super) async fn anyway(call: &mut Call<'_>, number: OpportunityNumber, to: DealStage, values: &Values) -> Result {
    let it = match behind(call, number, to).await? {
        Ok(it) => it,
        Err(stands) => return Ok(stands),
    };
    let mut answers = Answers::new(call, "anyway_form", values);
    let why = answers.text("why");
    answers.must("why", why.is_some());
    answers.end()?;
    let it = keep(call.tx, (it, to), (Some(call.by.id), why.as_deref()), call.now).await?;
    let it = save(call.tx, call.shared, it, true, call.now).await?;
    card::stands(call, &it).await
}

/// It is in another stage: what it lacked is remembered, and why it went on. Not saved yet.
pub(super) async fn keep(
    tx: &mut Tx,
    (it, to): (Opportunity, DealStage),
    (by, why): (Option<PersonId>, Option<&str>),
    now: DateTime<Utc>,
) -> Result<Opportunity> {
    let gaps: Vec<Check> = it.gaps(to);
    let what = match (to < it.stage, gaps.is_empty()) {
        (true, _) => "back",
        (false, true) => "advanced",
        (false, false) => "anyway",
    };
    tx.advanced_without(it.number, (&gaps, why), now).await?;
    tx.deal_event(it.number, by, (what, why), now).await?;
    Ok(it.moved(to, now))
}
