//! What one rep meets, what helps with it, and what they gave to the others.
//!
//! Starts: `/refusals me`; `/refusals me Ana` for who leads Ana's team. Acts: nobody. Ends: shown to the one who asked.
//!
//! It is never a ranking: of others there is only the team's share. A rep sees no colleague's, whoever they are.

use std::collections::BTreeMap;

use chrono::{DateTime, Days as DayCount, Months, NaiveDate, Utc};

use super::{Call, Result, quality, tell};
use crate::args;
use crate::chat::{Block, Card, Reply, Text};
use crate::domain::{Days, ENOUGH, Outcome, Person, PersonId, Role, View};
use crate::store::{Contribution, Sum};
use crate::words::Words;

/// Over how many days reasons are counted, today included.
const DAYS: u64 = 90;
/// Over how long a contribution is.
const LOOKED_BACK: Months = Months::new(12);
/// Of how many of their last refusals it is said how well they are qualified.
const SCORED: i64 = 100;
/// How many reasons are shown.
const REASONS: usize = 3;

/// `/refusals me`, with or without a name.
pub(super) async fn command(call: &mut Call<'_>, name: &str) -> Result {
    let person = whose(call, name).await?;
    let today = super::reply::today(call);
    let sums = call.tx.sums(person.team.id, View::RepReason, lately(today), Some(person.id)).await?;
    let since = call.now.checked_sub_months(LOOKED_BACK).unwrap_or(call.now);
    let contribution = call.tx.contribution(person.id, since).await?;
    let qualified = qualified(call, person.id, since).await?;
    let disqualified = call.tx.clean_disqualifications(person.id, since).await?;
    let words = call.words;
    let of = (person.id != call.by.id).then_some(person.name.as_str());
    let title = match of {
        None => words.text("me.title", args! {}),
        Some(name) => words.text("me.title_of", args! { name: name }),
    };
    let mut card = Card::titled(title);
    card.blocks.extend(pattern(words, &Reasons::of(&sums, person.id), of));
    card = card.with(Block::Divider);
    card.blocks.extend(sheet(words, &contribution, (qualified, disqualified), of));
    let note = if of.is_none() { "me.who_sees" } else { "me.who_sees_of" };
    Ok(Reply::Whisper(card.with(Block::Note(words.text(note, args! {})))))
}

/// Of whom it is: of whoever asks, or of a rep they lead.
async fn whose(call: &mut Call<'_>, name: &str) -> Result<Person> {
    if call.by.role == Role::Observer {
        return tell(call.words.text("denied.observer", args! {}));
    }
    if name.is_empty() {
        return Ok(call.by.clone());
    }
    let by = &call.by;
    let open = |person: &Person| {
        let led = by.leads(person.team.id) && (person.role == Role::Rep || by.role == Role::Admin);
        person.id == by.id || led
    };
    let mut named = call.tx.people_named(name).await?;
    named.retain(open);
    match named.into_iter().next() {
        Some(person) => Ok(person),
        None => tell(call.words.text("me.nobody", args! { typed: name })),
    }
}

fn lately(today: NaiveDate) -> Days {
    Days { from: today.checked_sub_days(DayCount::new(DAYS - 1)).unwrap_or(today), to: today }
}

/// How many refusals have each reason: theirs, and the team's with theirs among them.
#[derive(Debug, Default)]
struct Reasons {
    own: i64,
    team: i64,
    /// By reason: theirs, the team's.
    by: BTreeMap<String, (i64, i64)>,
}

impl Reasons {
    fn of(sums: &[Sum], person: PersonId) -> Self {
        let own = person.0.to_string();
        let mut reasons = Self::default();
        for sum in sums {
            match (&sum.row, &sum.column) {
                (None, None) => reasons.team += sum.refusals,
                (None, Some(reason)) => reasons.by.entry(reason.clone()).or_default().1 += sum.refusals,
                (Some(row), None) if *row == own => reasons.own += sum.refusals,
                (Some(row), Some(reason)) if *row == own => {
                    reasons.by.entry(reason.clone()).or_default().0 += sum.refusals;
                }
                _ => {}
            }
        }
        reasons
    }

    /// Those they meet, most of all first.
    fn most(&self) -> Vec<(&str, i64, i64)> {
        let met = self.by.iter().filter(|(_, (own, _))| *own > 0);
        let mut met: Vec<_> = met.map(|(reason, (own, team))| (reason.as_str(), *own, *team)).collect();
        met.sort_by_key(|(_, own, _)| -own);
        met.truncate(REASONS);
        met
    }
}

/// What they meet most, beside the team's share of it, with what helps.
fn pattern(words: Words<'_>, reasons: &Reasons, of: Option<&str>) -> Vec<Block> {
    if reasons.own < ENOUGH {
        return vec![Block::Text(words.text("me.too_few", args! { count: reasons.own }))];
    }
    let mut blocks = Vec::new();
    for (reason, own, team) in reasons.most() {
        let (share, of_team) = (percent(own, reasons.own), percent(team, reasons.team));
        let label = words.label("reason", reason);
        let says = args! { reason: label, own: own, all: reasons.own, share: share, team: of_team };
        let key = if of.is_none() { "me.reason" } else { "me.reason_of" };
        blocks.push(Block::Text(words.text(key, says)));
        let hint = format!("hint.{reason}");
        if words.has(&hint) {
            blocks.push(Block::Note(words.text(&hint, args! {})));
        }
    }
    blocks
}

/// How many of a hundred, rounded.
fn percent(part: i64, whole: i64) -> i64 {
    if whole == 0 { 0 } else { (part * 200 + whole) / (whole * 2) }
}

/// How well their last refusals are qualified, on average; `None` without any.
async fn qualified(call: &mut Call<'_>, person: PersonId, since: DateTime<Utc>) -> Result<Option<i64>> {
    let mut last = call.tx.refusals_by(person, SCORED).await?;
    last.retain(|refusal| refusal.details.outcome != Outcome::Invalid && refusal.logged_at >= since);
    let debriefed = quality::debriefed(call.tx, &last).await?;
    let scores = last
        .iter()
        .map(|refusal| i64::from(quality::of(call.shared, refusal, debriefed.contains(&refusal.number)).total()));
    let (sum, count) = scores.fold((0, 0), |(sum, count), score| (sum + score, count + 1));
    Ok((count > 0).then(|| (sum * 2 + count) / (count * 2)))
}

/// What they gave: a sheet for the talk about their year.
fn sheet(
    words: Words<'_>,
    gave: &Contribution,
    (qualified, disqualified): (Option<i64>, i64),
    of: Option<&str>,
) -> Vec<Block> {
    if gave.logged == 0 {
        return vec![Block::Text(words.text("me.none", args! {}))];
    }
    let head = match of {
        None => words.text("me.sheet", args! { refusals: words.counted("refusals", gave.logged) }),
        Some(name) => words.text("me.sheet_of", args! { name: name, refusals: words.counted("refusals", gave.logged) }),
    };
    let facts = [
        ("me.debriefed", gave.debriefed),
        ("me.confirmed", gave.confirmed),
        ("me.validated", gave.validated),
        ("me.won_back", gave.won_back),
    ];
    let fact = |(key, count): (&str, i64)| (words.named(words.line(key, args! {})), Text::plain(words.number(count)));
    // Not of these alone: plays live longer.
    let mut beside = vec![fact(("me.reused", gave.reused))];
    beside.extend((disqualified > 0).then(|| fact(("me.disqualified", disqualified))));
    beside.extend(qualified.map(|points| {
        (words.named(words.line("me.qualified", args! {})), words.text("me.of_hundred", args! { points: points }))
    }));
    let beside_them = Block::Text(words.text("me.beside", args! {}));
    vec![Block::Text(head), Block::Facts(facts.map(fact).into()), beside_them, Block::Facts(beside)]
}
