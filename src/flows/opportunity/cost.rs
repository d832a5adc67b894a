//! What carrying bad deals costs: days x hours a day x the value of an hour, each term said with where it comes from.
//!
//! Starts: `/deal cost`. Acts: the head, by *Change the terms*. Ends: shown to the one who asked. The days are those that the
//! team's open deals have been carried past the moment they went dark, in the working days of who has them: what would have
//! been free had each been disqualified that day. It is a figure of the team; nobody is named.

use super::{DealAct, typed};
use crate::args;
use crate::chat::{Block, Button, Card, Kind, Reply, Text, Tone};
use crate::domain::{Carrying, MOST_DAYS, MOST_MINUTES, Money, TeamId};
use crate::flows::lead::Off;
use crate::flows::refusal::typed_amount;
use crate::flows::reply::{self, Answers};
use crate::flows::{Act, Call, Result, Values, amount, tell};
use crate::store::CarryingTerms;
use crate::words::Words;

/// Minutes a day that one deal takes, unless the team says otherwise (issue "Dark opportunities": half an hour).
const MINUTES: i64 = 30;
/// What an hour is worth in the team's currency, unless it says otherwise (the same).
const HOUR: i64 = 50;
/// How many dark deals are counted.
const COUNTED: i64 = 500;

/// The terms of a team, and how the days were counted: over how many deals.
struct Counted {
    carrying: Carrying,
    deals: i64,
    /// What the team said itself.
    said: Option<CarryingTerms>,
}

async fn count(call: &mut Call<'_>, team: TeamId) -> Result<Counted> {
    let dark = call.tx.dark_opportunities(team, call.now, COUNTED).await?;
    let mut days = 0;
    for it in &dark {
        let owner = call.tx.person(it.owner).await?;
        let off = Off::of(call.shared, &owner, call.now);
        let from = it.dark.map_or(call.now, |(at, _)| at);
        days += off.calendar(&owner).days_between(from, call.now);
    }
    let said = call.tx.carrying_terms(team).await?;
    let currency = call.by.team.currency;
    let usual = Money::new(HOUR * 10_i64.pow(currency.digits()), currency);
    let carrying = Carrying {
        days: said.as_ref().and_then(|said| said.days).unwrap_or(days).min(MOST_DAYS),
        minutes: said.as_ref().map_or(MINUTES, |said| said.minutes),
        hour: said.as_ref().map_or(usual, |said| said.hour),
    };
    Ok(Counted { carrying, deals: i64::try_from(dark.len()).unwrap_or(COUNTED), said })
}

/// `/deal cost`.
pub(super) async fn show(call: &mut Call<'_>) -> Result {
    Ok(Reply::Whisper(card(call, call.by.team.id).await?))
}

async fn card(call: &mut Call<'_>, team: TeamId) -> Result<Card> {
    let counted = count(call, team).await?;
    let words = call.words;
    let Carrying { days, minutes, hour } = counted.carrying;
    let cost = amount(words, counted.carrying.cost());
    if days == 0 {
        let none = Card::titled(words.text("deal_cost.none", args! {})).tone(Tone::Good);
        return Ok(none.with(Block::Facts(terms(call, &counted).await?)).with_some(change(call, team)));
    }
    let said = args! {
        days: words.number(days), hours: hours(words, minutes), hour: amount(words, hour), cost: cost.as_str(),
    };
    let formula = words.text("deal_cost.formula", said);
    let card = Card::titled(words.text("deal_cost.title", args! { cost: cost.as_str() })).with(Block::Text(formula));
    let card = card.with(Block::Facts(terms(call, &counted).await?));
    Ok(card.with(Block::Note(words.text("deal_cost.means", args! {}))).with_some(change(call, team)))
}

/// Each term with where it comes from.
async fn terms(call: &mut Call<'_>, counted: &Counted) -> Result<Vec<(String, Text)>> {
    let words = call.words;
    let by = match &counted.said {
        Some(said) => {
            let name = call.tx.person(said.said_by).await?.name;
            let day = words.date(said.said_at.with_timezone(&call.by.time_zone()).date_naive());
            Some(words.line("deal_cost.said_by", args! { name: name.as_str(), date: day }))
        }
        None => None,
    };
    let usual = words.line("deal_cost.usual", args! {});
    let source = by.clone().unwrap_or(usual);
    let of_days = match (&by, counted.said.as_ref().and_then(|said| said.days)) {
        (Some(by), Some(_)) => by.clone(),
        _ => words.line("deal_cost.counted", args! { count: counted.deals }),
    };
    let Carrying { days, minutes, hour } = counted.carrying;
    let fact = |key: &str, term: String, from: &str| {
        (words.line(key, args! {}), words.text("deal_cost.term", args! { term: term, from: from }))
    };
    Ok(vec![
        fact("deal_cost.days", words.number(days), &of_days),
        fact("deal_cost.hours", hours(words, minutes), &source),
        fact("deal_cost.hour", amount(words, hour), &source),
    ])
}

/// Hours as people say them: `0.5`, `0,75`.
fn hours(words: Words<'_>, minutes: i64) -> String {
    let (whole, rest) = (minutes / 60, minutes % 60);
    if rest * 10 % 60 == 0 {
        let tenths = f64::from(u32::try_from(whole * 10 + rest / 6).unwrap_or(u32::MAX)) / 10.0;
        return words.decimal(tenths);
    }
    let said = args! { hours: words.number(whole), minutes: words.number(rest) };
    words.line("leads_report.hours_minutes", said)
}

fn change(call: &Call<'_>, team: TeamId) -> Option<Block> {
    let label = call.words.line("button.carrying_terms", args! {});
    let button = || Button::new(Act::Deal(DealAct::Terms(team.0)).action(), label);
    call.by.leads(team).then(|| Block::Buttons(vec![button()]))
}

/// The form with the terms.
pub(super) async fn terms_form(call: &mut Call<'_>, team: i64) -> Result {
    let team = of_theirs(call, team).await?;
    let counted = count(call, team).await?;
    let words = call.words;
    let Carrying { minutes, hour, .. } = counted.carrying;
    let days = counted.said.and_then(|said| said.days).map(|days| days.to_string());
    let field = |name: &str, kind: Kind| reply::field(words, "carrying_form", name, kind);
    let fields = vec![
        field("days", Kind::Line { max: 10 }).optional().filled(days),
        field("hours", Kind::Line { max: 10 }).filled(Some(written(minutes))),
        field("hour", Kind::Amount).filled(Some(typed_amount(hour))),
    ];
    let act = Act::Deal(DealAct::Terms(team.0));
    Ok(Reply::Ask(reply::form(words, act, "carrying_form.title", "button.save", fields)))
}

/// A team that whoever acts leads.
async fn of_theirs(call: &mut Call<'_>, team: i64) -> Result<TeamId> {
    let found = call.tx.teams().await?.into_iter().find(|known| known.0 == team);
    match found.filter(|team| call.by.leads(*team)) {
        Some(team) => Ok(team),
        None => tell(call.words.text("deal_cost.not_head", args! {})),
    }
}

/// Minutes as they are typed: hours in hundredths, which every person reads.
fn written(minutes: i64) -> String {
    let hundredths = (minutes * 100 + 30) / 60;
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Hours typed with a point or a comma, as minutes; from a minute to a day.
fn minutes(typed: &str) -> Option<i64> {
    let typed = typed.trim().trim_end_matches(['h', 'H']).trim().replace(',', ".");
    let (whole, part) = typed.split_once('.').unwrap_or((typed.as_str(), ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() > 2 || part.len() > 4 || !digits(whole) || !digits(part) || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let hours: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i64 = format!("{part:0<4}").parse().ok()?;
    Some(hours * 60 + (part * 60 + 5000) / 10_000).filter(|minutes| (1..=MOST_MINUTES).contains(minutes))
}

/// The terms, kept for the team; what they come to.
pub(super) async fn keep_terms(call: &mut Call<'_>, team: i64, values: &Values) -> Result {
    let team = of_theirs(call, team).await?;
    let mut answers = Answers::new(call, "carrying_form", values);
    let typed = answers.text("days");
    let days = typed.as_deref().and_then(|typed| typed.parse::<i64>().ok()).filter(|it| (0..=MOST_DAYS).contains(it));
    if typed.is_some() && days.is_none() {
        answers.fault("days", "carrying_form.days.unknown");
    }
    let minutes = answers.text("hours").as_deref().and_then(minutes);
    answers.must("hours", minutes.is_some());
    let given = answers.text("hour").is_some();
    let hour = typed::amount(&mut answers, "hour");
    answers.must("hour", given);
    answers.end()?;
    let (Some(minutes), Some(hour)) = (minutes, hour) else { return reply::incomplete() };
    let terms = CarryingTerms { days, minutes, hour, said_by: call.by.id, said_at: call.now };
    call.tx.keep_carrying_terms(team, &terms).await?;
    Ok(Reply::Replace(card(call, team).await?))
}
