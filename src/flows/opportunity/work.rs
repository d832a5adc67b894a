//! What is done with an opportunity in somebody's hands.
//!
//! Starts: a button of its card, or of the message of the day. Acts: its owner, whoever stands in for them, the head. Ends:
//! touched, better known, or over.

use chrono::{DateTime, Utc};

use super::{DealAct, card, save, typed};
use crate::args;
use crate::chat::{Block, Card, Choice, Field, Kind, Reply, Text, Tone};
use crate::domain::{
    Check, DealDenied, DealState, ENOUGH_DEALS, LeadDetails, Opportunity, OpportunityNumber, TeamId, Unfit,
};
use crate::flows::refusal::{self as refusals, typed_amount};
use crate::flows::reply::{self, Answers};
use crate::flows::{Act, Call, Result, Values, amount, tell};

/// The longest note, in characters.
const NOTE: u16 = 1000;

/// One this person may act on; as an error as it stands.
async fn in_hand(call: &mut Call<'_>, number: OpportunityNumber) -> Result<Result<Opportunity, Reply>> {
    let it = card::load(call, number).await?;
    match it.may_work(&call.by) {
        Ok(()) => Ok(Ok(it)),
        Err(DealDenied::NotYours) => tell(card::denied(call.words, DealDenied::NotYours)),
        Err(DealDenied::Over(_)) => Ok(Err(card::stands(call, &it).await?)),
    }
}

macro_rules! in_hand {
    ($call:expr, $number:expr) => {
        match in_hand($call, $number).await? {
            Ok(it) => it,
            Err(stands) => return Ok(stands),
        }
    };
}

macro_rules! allowed {
    ($call:expr, $done:expr) => {
        match $done {
            Ok(it) => it,
            Err(why) => return tell(card::denied($call.words, why)),
        }
    };
}

/// "Touched".
pub(super) async fn touched(call: &mut Call<'_>, number: OpportunityNumber) -> Result {
    let it = in_hand!(call, number);
    let it = allowed!(call, it.touched(&call.by, call.now));
    call.tx.deal_event(number, Some(call.by.id), ("touched", None), call.now).await?;
    let it = save(call.tx, call.shared, it, true, call.now).await?;
    card::stands(call, &it).await
}

/// The form that asks what is known: yes, no, or not known.
pub(super) async fn checklist_form(call: &mut Call<'_>, number: OpportunityNumber) -> Result {
    let it = in_hand!(call, number);
    let words = call.words;
    let choices = || ["yes", "no", "unknown"].map(|it| Choice::new(it, words.label("deal_answer", it))).into();
    let field = |check: Check| -> Field {
        let field = reply::field(words, "deal_check_form", check.as_str(), Kind::Choice(choices()));
        field.filled(Some(card::known(&it, check)))
    };
    let fields = card::asked(&it).into_iter().map(field).collect();
    let act = Act::Deal(DealAct::Checklist(number));
    Ok(Reply::Ask(reply::form(words, act, "deal_check_form.title", "button.save", fields)))
}

/// What is known, as it was said.
pub(super) async fn checked(call: &mut Call<'_>, number: OpportunityNumber, values: &Values) -> Result {
    let mut it = in_hand!(call, number);
    let before = it.checks.clone();
    for check in Check::ALL {
        match values.get(check.as_str()).map(String::as_str) {
            Some("yes") => drop(it.checks.insert(check, true)),
            Some("no") => drop(it.checks.insert(check, false)),
            Some("unknown") => drop(it.checks.remove(&check)),
            _ => {}
        }
    }
    if it.checks != before {
        call.tx.deal_event(number, Some(call.by.id), ("checked", None), call.now).await?;
        it = save(call.tx, call.shared, it, false, call.now).await?;
    }
    card::stands(call, &it).await
}

/// The form that asks why it is none for us: the reasons are those of leads.
pub(super) async fn disqualify_form(call: &mut Call<'_>, number: OpportunityNumber) -> Result {
    in_hand!(call, number);
    let words = call.words;
    let reason = |why: Unfit| Choice::new(why.as_str(), words.label("unfit", why.as_str()));
    let fields = vec![
        reply::field(words, "disqualify_form", "why", Kind::Choice(Unfit::ALL.map(reason).into())),
        reply::field(words, "disqualify_form", "note", Kind::Paragraph { max: NOTE }).optional(),
    ];
    let act = Act::Deal(DealAct::Disqualify(number));
    Ok(Reply::Ask(reply::form(words, act, "disqualify_form.title", "button.save", fields)))
}

/// "Disqualify": a good act, and said so.
pub(super) async fn disqualify(call: &mut Call<'_>, number: OpportunityNumber, values: &Values) -> Result {
    let it = in_hand!(call, number);
    let mut answers = Answers::new(call, "disqualify_form", values);
    let why = answers.parsed::<Unfit>("why");
    let note = answers.text("note");
    answers.must("why", why.is_some());
    if why.is_some_and(Unfit::needs_words) {
        answers.must("note", note.is_some());
    }
    answers.end()?;
    let Some(why) = why else { return reply::incomplete() };
    let over = allowed!(call, it.disqualified(&call.by, why));
    let says = call.words.label("unfit", why.as_str());
    let note = note.map_or(says.clone(), |note| format!("{says}. {note}"));
    call.tx.deal_event(number, Some(call.by.id), ("disqualified", Some(&note)), call.now).await?;
    let over = save(call.tx, call.shared, over, false, call.now).await?;
    let praise = praise(call, over.team, over.tracked_at).await?;
    let card = card::card(call.tx, call.shared, &call.by, &over, call.now).await?;
    let mut blocks = vec![Block::Text(praise)];
    blocks.extend(card.blocks);
    Ok(Reply::Replace(Card { tone: Tone::Good, blocks, ..card }))
}

/// How many days that saved, beside how long the team carries deals it loses; no number where there are too few of those.
async fn praise(call: &mut Call<'_>, team: TeamId, tracked_at: DateTime<Utc>) -> Result<Text> {
    let lost = call.tx.deals_that_ended(team, DealState::Refused).await?;
    let count = i64::try_from(lost.len()).unwrap_or(i64::MAX);
    let usual = lost.iter().map(|(from, to)| (*to - *from).num_days()).sum::<i64>() / count.max(1);
    let saved = usual - (call.now - tracked_at).num_days();
    let words = call.words;
    if count < ENOUGH_DEALS || saved < 1 {
        return Ok(words.text("opportunity.clean", args! {}));
    }
    Ok(words.text("opportunity.clean_saved", args! { count: saved, usual: words.number(usual) }))
}

/// The form for one that bought.
pub(super) async fn won_form(call: &mut Call<'_>, number: OpportunityNumber) -> Result {
    let it = in_hand!(call, number);
    let words = call.words;
    let fields = vec![
        reply::field(words, "lead_won_form", "amount", Kind::Amount).optional().filled(it.amount.map(typed_amount)),
        reply::field(words, "lead_won_form", "how", Kind::Paragraph { max: NOTE }).optional(),
    ];
    let act = Act::Deal(DealAct::Won(number));
    Ok(Reply::Ask(reply::form(words, act, "lead_won_form.title", "button.save", fields)))
}

/// "Won".
pub(super) async fn won(call: &mut Call<'_>, number: OpportunityNumber, values: &Values) -> Result {
    let it = in_hand!(call, number);
    let mut answers = Answers::new(call, "lead_won_form", values);
    let how = answers.text("how");
    let worth = typed::amount(&mut answers, "amount");
    answers.end()?;
    let over = allowed!(call, it.won(&call.by, worth));
    let said = over.amount.map(|money| amount(call.words, money));
    let note = [said, how].into_iter().flatten().collect::<Vec<_>>().join(". ");
    call.tx.deal_event(number, Some(call.by.id), ("won", Some(&note)), call.now).await?;
    let over = save(call.tx, call.shared, over, false, call.now).await?;
    card::stands(call, &over).await
}

/// The form of the refusal it becomes, with what is known of it.
pub(super) async fn dead_form(call: &mut Call<'_>, number: OpportunityNumber) -> Result {
    let it = in_hand!(call, number);
    let act = Act::Deal(DealAct::Dead(number));
    Ok(Reply::Ask(refusals::deal_form(call, act, (&it.account, it.amount)).await?))
}

/// "It is dead": they said no, or nothing. It is a refusal now.
pub(super) async fn dead(call: &mut Call<'_>, number: OpportunityNumber, values: &Values) -> Result {
    let it = in_hand!(call, number);
    let refusal = refusals::log_lead(call, &LeadDetails::default(), values).await?;
    let over = allowed!(call, it.refused(&call.by, refusal.number));
    let said = refusal.number.to_string();
    call.tx.deal_event(number, Some(call.by.id), ("refused", Some(&said)), call.now).await?;
    let over = save(call.tx, call.shared, over, false, call.now).await?;
    let closed = call.words.text("opportunity.closed", args! { number: over.number.to_string(), refusal: said });
    Ok(match refusals::is_stored(call, &refusal).await? {
        Reply::Whisper(mut card) => {
            card.blocks.insert(0, Block::Text(closed));
            Reply::Whisper(card)
        }
        stored => stored,
    })
}
