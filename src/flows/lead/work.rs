//! What is done with a lead in somebody's hands.
//!
//! Starts: a button of its card. Acts: its owner, whoever stands in for them, the head. Ends: touched, put off, in other hands, or
//! over with a reason.

use chrono::{NaiveDate, TimeDelta};

use super::{LeadAct, card, route, save};
use crate::args;
use crate::chat::{Card, Choice, Kind, Reply};
use crate::domain::{CallOutcome, Lead, LeadDenied, LeadNumber, Source, Unfit, WORKING_DAY};
use crate::flows::refusal as refusals;
use crate::flows::reply::{self, Answers};
use crate::flows::{Act, Call, Result, Values, amount, tell};

/// The longest note, in characters.
const NOTE: u16 = 1000;
/// After how many working days somebody who was not reached is called again.
const AGAIN: usize = 2;

/// A lead this person may work on; as an error as it stands.
async fn in_hand(call: &mut Call<'_>, number: LeadNumber) -> Result<Result<Lead, Reply>> {
    let lead = card::load(call, number).await?;
    match lead.may_work(&call.by) {
        Ok(()) => Ok(Ok(lead)),
        Err(LeadDenied::NotYours) => tell(card::denied(call.tx, call.words, LeadDenied::NotYours).await?),
        Err(_) => Ok(Err(card::stands(call, &lead).await?)),
    }
}

macro_rules! in_hand {
    ($call:expr, $number:expr) => {
        match in_hand($call, $number).await? {
            Ok(lead) => lead,
            Err(stands) => return Ok(stands),
        }
    };
}

/// Where it came from, chosen after it was logged.
pub(super) async fn source(call: &mut Call<'_>, number: LeadNumber, chosen: Option<&str>) -> Result {
    let Some(source) = chosen.and_then(|chosen| chosen.parse::<Source>().ok()) else {
        return tell(call.words.text("denied.unknown_choice", args! {}));
    };
    let mut lead = card::load(call, number).await?;
    if lead.logged_by != Some(call.by.id) && lead.may_work(&call.by).is_err() {
        return tell(call.words.text("lead.not_yours", args! {}));
    }
    lead.details.source = Some(source);
    if lead.first_touch.is_none() && lead.turn.number <= 1 {
        lead.turn.deadline = call.shared.rules.leads.deadline(source);
    }
    save(call.tx, call.shared, &lead, call.now).await?;
    let words = call.words;
    call.tx
        .lead_event(
            number,
            Some(call.by.id),
            ("source", Some(words.label("source", source.as_str()).as_str())),
            call.now,
        )
        .await?;
    card::stands(call, &lead).await
}

/// The form that asks how a call went.
pub(super) async fn called_form(call: &mut Call<'_>, number: LeadNumber) -> Result {
    let lead = in_hand!(call, number);
    let words = call.words;
    let outcome = |it: CallOutcome| Choice::new(it.as_str(), words.label("lead_call", it.as_str()));
    let again = call.by.batch_in_days(AGAIN, call.now).with_timezone(&call.by.time_zone()).date_naive();
    let fields = vec![
        reply::field(words, "lead_called_form", "outcome", Kind::Choice(CallOutcome::ALL.map(outcome).into())),
        reply::field(words, "lead_called_form", "next", Kind::Date).optional().filled(Some(again.to_string())),
        reply::field(words, "lead_called_form", "note", Kind::Paragraph { max: NOTE }).optional(),
    ];
    Ok(Reply::Ask(reply::form(
        words,
        Act::Lead(LeadAct::Called(lead.number)),
        "lead_called_form.title",
        "button.save",
        fields,
    )))
}

/// "I called".
pub(super) async fn called(call: &mut Call<'_>, number: LeadNumber, values: &Values) -> Result {
    let lead = in_hand!(call, number);
    let mut answers = Answers::new(call, "lead_called_form", values);
    let outcome = answers.parsed::<CallOutcome>("outcome");
    answers.must("outcome", outcome.is_some());
    let refuses = outcome == Some(CallOutcome::NotInterested);
    let next = if refuses { None } else { next_day(&mut answers) };
    let note = answers.text("note");
    answers.end()?;
    let Some(outcome) = outcome else { return reply::incomplete() };
    let today = reply::today(call);
    // Who said no is asked about today until the refusal is there: nothing gets lost between two forms.
    let day = if refuses { Some(today) } else { next.or_else(|| Some(again(call))) };
    let touched = touch(call, lead, day).await?;
    let says = call.words.label("lead_call", outcome.as_str());
    let note = note.map_or(says.clone(), |note| format!("{says}. {note}"));
    call.tx.lead_event(number, Some(call.by.id), ("called", Some(&note)), call.now).await?;
    let stands = card::stands(call, &touched).await?;
    match stands {
        Reply::Replace(card) if refuses => {
            let title = call.words.text("lead.log_refusal", args! { name: touched.details.name() });
            Ok(Reply::Replace(Card { title, ..card }))
        }
        stands => Ok(stands),
    }
}

fn again(call: &Call<'_>) -> NaiveDate {
    call.by.batch_in_days(AGAIN, call.now).with_timezone(&call.by.time_zone()).date_naive()
}

/// The day somebody reaches out again: later than today, not too far.
fn next_day(answers: &mut Answers<'_, '_>) -> Option<NaiveDate> {
    let today = reply::today(answers.call);
    let day = answers.day("next")?;
    if let Some(key) = reply::wrong_day(day, today) {
        answers.fault("next", key);
    }
    Some(day)
}

/// Somebody reached out: the first time, how long that took is kept.
async fn touch(call: &mut Call<'_>, lead: Lead, next: Option<NaiveDate>) -> Result<Lead> {
    let first = lead.first_touch.is_none();
    let touched = match lead.clone().touched(&call.by, next, call.now) {
        Ok(touched) => touched,
        Err(denied) => return tell(card::denied(call.tx, call.words, denied).await?),
    };
    if first {
        took(call, &lead).await?;
    }
    save(call.tx, call.shared, &touched, call.now).await?;
    Ok(touched)
}

/// Keeps how long the first touch took: until whoever made it had the lead, and then in their working time.
async fn took(call: &mut Call<'_>, lead: &Lead) -> Result<()> {
    let owner = call.tx.person(lead.owner.unwrap_or(call.by.id)).await?;
    let off = route::Off::of(call.shared, &owner, call.now);
    let human = off.calendar(&owner).between(lead.turn.began_at, call.now);
    Ok(call.tx.lead_took(lead.number, lead.turn.began_at - lead.received_at, human).await?)
}

/// The form that asks for how long a lead is put off.
pub(super) async fn put_off_form(call: &mut Call<'_>, number: LeadNumber) -> Result {
    let lead = in_hand!(call, number);
    let most = lead.may_be_put_off();
    if most.is_zero() {
        return tell(card::denied(call.tx, call.words, LeadDenied::SnoozedEnough).await?);
    }
    let words = call.words;
    let choices: Vec<Choice> = OFFERED
        .into_iter()
        .filter(|(_, hours)| TimeDelta::hours(*hours) <= most)
        .map(|(name, _)| Choice::new(name, words.label("lead_pause", name)))
        .collect();
    let fields = vec![
        reply::field(words, "put_off_form", "time", Kind::Choice(choices)),
        reply::field(words, "put_off_form", "why", Kind::Line { max: 200 }),
    ];
    Ok(Reply::Ask(reply::form(words, Act::Lead(LeadAct::PutOff(number)), "put_off_form.title", "button.save", fields)))
}

/// For how long a lead may be put off, in working hours.
const OFFERED: [(&str, i64); 4] = [("hour", 1), ("half_day", 4), ("day", 8), ("two_days", 16)];

/// "Snooze".
pub(super) async fn put_off(call: &mut Call<'_>, number: LeadNumber, values: &Values) -> Result {
    let lead = in_hand!(call, number);
    let mut answers = Answers::new(call, "put_off_form", values);
    let time = answers.text("time").and_then(|time| OFFERED.into_iter().find(|(name, _)| *name == time));
    let why = answers.text("why");
    answers.must("time", time.is_some());
    answers.must("why", why.is_some());
    answers.end()?;
    let (Some((_, hours)), Some(why)) = (time, why) else { return reply::incomplete() };
    debug_assert!(TimeDelta::hours(hours) <= WORKING_DAY * 2);
    let owner = call.tx.person(lead.owner.unwrap_or(call.by.id)).await?;
    let off = route::Off::of(call.shared, &owner, call.now);
    let lead = match lead.put_off(&call.by, (TimeDelta::hours(hours), &off.calendar(&owner)), call.now) {
        Ok(lead) => lead,
        Err(denied) => return tell(card::denied(call.tx, call.words, denied).await?),
    };
    call.tx.lead_event(number, Some(call.by.id), ("put_off", Some(&why)), call.now).await?;
    save(call.tx, call.shared, &lead, call.now).await?;
    card::stands(call, &lead).await
}

/// The form that asks why it is not theirs.
pub(super) async fn not_mine_form(call: &mut Call<'_>, number: LeadNumber) -> Result {
    in_hand!(call, number);
    let words = call.words;
    let fields = vec![reply::field(words, "not_mine_form", "why", Kind::Line { max: 200 })];
    Ok(Reply::Ask(reply::form(
        words,
        Act::Lead(LeadAct::NotMine(number)),
        "not_mine_form.title",
        "button.save",
        fields,
    )))
}

/// "Not mine": the next owner has it, or after a few the head.
pub(super) async fn not_mine(call: &mut Call<'_>, number: LeadNumber, values: &Values) -> Result {
    let lead = in_hand!(call, number);
    let mut answers = Answers::new(call, "not_mine_form", values);
    let why = answers.text("why");
    answers.must("why", why.is_some());
    answers.end()?;
    let Some(why) = why else { return reply::incomplete() };
    let (lead, to_head) = match lead.pass_on(&call.by) {
        Ok(passed) => passed,
        Err(denied) => return tell(card::denied(call.tx, call.words, denied).await?),
    };
    call.tx.lead_event(number, Some(call.by.id), ("passed_on", Some(&why)), call.now).await?;
    let head = route::head(call.tx, lead.team, call.now).await?.map(|head| head.id);
    let named = if to_head { head.filter(|head| lead.owner != Some(*head)) } else { None };
    let lead = route::route(call.tx, call.shared, lead, named, call.now).await?;
    card::stands(call, &lead).await
}

/// The form that asks why a lead is none for us.
pub(super) async fn disqualify_form(call: &mut Call<'_>, number: LeadNumber) -> Result {
    in_hand!(call, number);
    let words = call.words;
    let reason = |why: Unfit| Choice::new(why.as_str(), words.label("unfit", why.as_str()));
    let fields = vec![
        reply::field(words, "disqualify_form", "why", Kind::Choice(Unfit::ALL.map(reason).into())),
        reply::field(words, "disqualify_form", "note", Kind::Paragraph { max: NOTE }).optional(),
    ];
    Ok(Reply::Ask(reply::form(
        words,
        Act::Lead(LeadAct::Disqualify(number)),
        "disqualify_form.title",
        "button.save",
        fields,
    )))
}

/// "Disqualify".
pub(super) async fn disqualify(call: &mut Call<'_>, number: LeadNumber, values: &Values) -> Result {
    let lead = in_hand!(call, number);
    let mut answers = Answers::new(call, "disqualify_form", values);
    let why = answers.parsed::<Unfit>("why");
    let note = answers.text("note");
    answers.must("why", why.is_some());
    if why.is_some_and(Unfit::needs_words) {
        answers.must("note", note.is_some());
    }
    answers.end()?;
    let Some(why) = why else { return reply::incomplete() };
    let over = match lead.clone().disqualified(&call.by, why) {
        Ok(over) => over,
        Err(denied) => return tell(card::denied(call.tx, call.words, denied).await?),
    };
    if lead.first_touch.is_none() {
        took(call, &lead).await?;
    }
    let says = call.words.label("unfit", why.as_str());
    let note = note.map_or(says.clone(), |note| format!("{says}. {note}"));
    call.tx.lead_event(number, Some(call.by.id), ("disqualified", Some(&note)), call.now).await?;
    save(call.tx, call.shared, &over, call.now).await?;
    card::stands(call, &over).await
}

/// The form of the refusal a lead becomes, with what is known of it.
pub(super) async fn refused_form(call: &mut Call<'_>, number: LeadNumber, silent: bool) -> Result {
    let lead = in_hand!(call, number);
    let act = if silent { LeadAct::Silent(number) } else { LeadAct::Refused(number) };
    let form = refusals::lead_form(call, Act::Lead(act), &lead.details, silent).await?;
    Ok(Reply::Ask(form))
}

/// They said no, or nothing: the lead is a refusal now.
pub(super) async fn refused(call: &mut Call<'_>, number: LeadNumber, values: &Values) -> Result {
    let lead = in_hand!(call, number);
    let refusal = refusals::log_lead(call, &lead.details, values).await?;
    let over = match lead.clone().refused(&call.by, refusal.number, call.now) {
        Ok(over) => over,
        Err(denied) => return tell(card::denied(call.tx, call.words, denied).await?),
    };
    if lead.first_touch.is_none() {
        took(call, &lead).await?;
    }
    let said = refusal.number.to_string();
    call.tx.lead_event(number, Some(call.by.id), ("refused", Some(&said)), call.now).await?;
    save(call.tx, call.shared, &over, call.now).await?;
    refusals::is_stored(call, &refusal).await
}

/// The form for a lead that bought.
pub(super) async fn won_form(call: &mut Call<'_>, number: LeadNumber) -> Result {
    in_hand!(call, number);
    let words = call.words;
    let fields = vec![
        reply::field(words, "lead_won_form", "amount", Kind::Amount).optional(),
        reply::field(words, "lead_won_form", "how", Kind::Paragraph { max: NOTE }).optional(),
    ];
    Ok(Reply::Ask(reply::form(words, Act::Lead(LeadAct::Won(number)), "lead_won_form.title", "button.save", fields)))
}

/// "Won".
pub(super) async fn won(call: &mut Call<'_>, number: LeadNumber, values: &Values) -> Result {
    let lead = in_hand!(call, number);
    let mut answers = Answers::new(call, "lead_won_form", values);
    let how = answers.text("how");
    let typed = answers.text("amount");
    let read = typed.as_deref().map(|typed| (typed, crate::domain::Money::parse(typed, call.by.team.currency)));
    if let Some((typed, Err(fault))) = &read {
        let says = refusals::amount_fault(answers.call, typed, fault).unstyled();
        answers.fault_text("amount", says);
    }
    answers.end()?;
    let worth = read.and_then(|(_, money)| money.ok()).map(|money| amount(call.words, money));
    let note = [worth, how].into_iter().flatten().collect::<Vec<_>>().join(". ");
    let over = match lead.clone().won(&call.by, call.now) {
        Ok(over) => over,
        Err(denied) => return tell(card::denied(call.tx, call.words, denied).await?),
    };
    if lead.first_touch.is_none() {
        took(call, &lead).await?;
    }
    call.tx.lead_event(number, Some(call.by.id), ("won", Some(&note)), call.now).await?;
    save(call.tx, call.shared, &over, call.now).await?;
    card::stands(call, &over).await
}
