//! What the refusal meeting talks about, and what became of what it decided before.
//!
//! Starts: *Open the meeting agenda* under a digest. Acts: whoever is in the meeting adds decisions ([`super::meeting`]).
//! Ends: a decision comes back on every agenda until somebody says that it is done, and once more then.

use chrono::{DateTime, Days as DayCount, TimeDelta, Utc};

use super::digest::{self, Week};
use super::refusal::{denied_text, reason_label, summary};
use super::{Act, Call, Result, amount, lines, tell};
use crate::args;
use crate::chat::{Block, Button, Card, Choice, Look, Pick, Reply, Text};
use crate::domain::{Days, Denied, MeetingDecision, Money, Refusal, Role, Stage, TeamId, View, Weighed, rank, visible};
use crate::store::Tx;
use crate::words::Words;

/// How many cases a meeting talks about.
const CASES: usize = 3;
/// How many decisions come back.
pub(super) const DECISIONS: i64 = 10;
/// How long before a digest the one before it was, if there was none.
const USUAL: TimeDelta = TimeDelta::days(7);
/// How far back recurrence looks, in days.
const RECENT: u64 = 90;

/// A refusal worth talking about, and why.
pub(super) struct Case {
    pub(super) refusal: Refusal,
    weighed: Weighed,
}

impl Case {
    /// Why it is on the agenda: what it was worth, how often it happened, whether the reasons differ.
    pub(super) fn why(&self, words: Words<'_>) -> String {
        let differ = self.weighed.disagreement.then(|| words.line("agenda.differ", args! {}));
        let why: Vec<String> = self.known(words).into_iter().chain(differ).collect();
        if why.is_empty() { words.line("agenda.only", args! {}) } else { why.join(", ") }
    }

    /// The same for a channel: that a rep's reason does not hold is for the meeting.
    pub(super) fn why_in_public(&self, words: Words<'_>) -> String {
        let why = self.known(words);
        if why.is_empty() { words.line("agenda.only", args! {}) } else { why.join(", ") }
    }

    /// Why, beside what says its worth; nothing where there is no more to say.
    fn why_beside_worth(&self, words: Words<'_>) -> String {
        let differ = self.weighed.disagreement.then(|| words.line("agenda.differ", args! {}));
        let why: Vec<String> = self.again(words).into_iter().chain(differ).collect();
        if why.is_empty() { String::new() } else { format!(" ({})", why.join(", ")) }
    }

    fn known(&self, words: Words<'_>) -> Vec<String> {
        let worth = self.weighed.budget.map(|money: Money| amount(words, money));
        [worth, self.again(words)].into_iter().flatten().collect()
    }

    fn again(&self, words: Words<'_>) -> Option<String> {
        let again = self.weighed.recurrence;
        (again > 1).then(|| words.line("agenda.recurs", args! { count: again }))
    }
}

/// The cases of a digest's days that weigh most.
pub(super) async fn cases(tx: &mut Tx, week: &Week) -> Result<Vec<Case>> {
    // What is over needs no talk.
    let over = |refusal: &&Refusal| matches!(refusal.stage, Stage::WonBack | Stage::RefusedAgain | Stage::Closed);
    let open: Vec<Refusal> = week.refusals.iter().filter(|refusal| !over(refusal)).cloned().collect();
    weightiest(tx, (week.team.id, week.team.currency), &open, week.digest.days, CASES).await
}

/// Of these refusals of a team those that weigh most: budget, times how often its reason came up for its product within
/// ninety days, twice where the client or the head gives another reason ([`rank`]).
pub(super) async fn weightiest(
    tx: &mut Tx,
    (team, currency): (TeamId, crate::domain::Currency),
    refusals: &[Refusal],
    days: Days,
    most: usize,
) -> Result<Vec<Case>> {
    let from = days.to.checked_sub_days(DayCount::new(RECENT - 1)).unwrap_or(days.from);
    let sums = tx.sums(team, View::ProductReason, Days { from, to: days.to }, None).await?;
    let recurrence = |refusal: &Refusal| {
        let reason = refusal.reason_heard().level1();
        let products: Vec<String> = refusal.details.products.iter().map(ToString::to_string).collect();
        let none = [String::new()];
        let products = if products.is_empty() { none.as_slice() } else { products.as_slice() };
        let of = |product: &String| {
            let cell = |sum: &&crate::store::Sum| {
                sum.row.as_deref() == Some(product.as_str()) && sum.column.as_deref() == Some(reason)
            };
            sums.iter().filter(cell).map(|sum| sum.refusals).sum::<i64>()
        };
        products.iter().map(of).max().unwrap_or(1).max(1)
    };
    let weighed: Vec<Weighed> = refusals
        .iter()
        .map(|refusal| Weighed {
            budget: refusal.details.budget,
            recurrence: recurrence(refusal),
            disagreement: !refusal.reason_heard().agrees_with(&refusal.details.reason),
        })
        .collect();
    let places = rank(&weighed, currency, most);
    Ok(places.into_iter().map(|at| Case { refusal: refusals[at].clone(), weighed: weighed[at] }).collect())
}

/// What was decided, in at most so many characters, by whom it is to be done, and until when; if that was moved, from when.
pub(super) async fn decision_line(
    tx: &mut Tx,
    words: Words<'_>,
    decision: &MeetingDecision,
    most: usize,
) -> Result<Text> {
    let owner = tx.person(decision.owner).await?.name;
    let (what, due) = (lines::beginning(&decision.what, most), words.short_date(decision.due_on));
    let (what, owner) = (what.as_str(), owner.as_str());
    Ok(match decision.moved_from {
        Some(was) => {
            let was = words.short_date(was);
            words.text("agenda.decision_moved", args! { what: what, owner: owner, was: was, due: due })
        }
        None => words.text("agenda.decision", args! { what: what, owner: owner, due: due }),
    })
}

/// Whether somebody is in a team's meeting.
pub(super) fn takes_part(call: &Call<'_>, team: TeamId) -> bool {
    let of_the_team = call.by.team.id == team && matches!(call.by.role, Role::Rep | Role::Head);
    of_the_team || call.by.leads(team)
}

pub(super) fn not_yours<T>(call: &Call<'_>) -> Result<T> {
    match call.by.role {
        Role::Observer => tell(call.words.text("denied.observer", args! {})),
        _ => tell(denied_text(call, Denied::NotYours)),
    }
}

fn moment(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}

/// *Open the meeting agenda*.
pub(super) async fn open(call: &mut Call<'_>, team: i64, at: i64) -> Result {
    card(call, TeamId(team), at).await.map(Reply::Whisper)
}

/// The agenda of the meeting about a digest.
pub(super) async fn card(call: &mut Call<'_>, team: TeamId, seconds: i64) -> Result<Card> {
    if !takes_part(call, team) {
        return not_yours(call);
    }
    let words = call.words;
    let week = match moment(seconds) {
        Some(at) => digest::begun(call.tx, call.shared, team, at).await?,
        None => None,
    };
    let Some(week) = week else { return tell(words.text("denied.unknown_button", args! {})) };
    let days = words.days(week.digest.days);
    let mut card = Card::titled(words.text("agenda.title", args! { days: days }));
    if let Some(name) = digest::name(call.tx, week.digest.facilitator).await? {
        card = card.with(Block::Text(words.text("agenda.facilitates", args! { name: name.as_str() })));
    }
    card = decisions(call, card, team, week.at).await?;
    card = card.with(Block::Text(words.text("agenda.cases", args! {})));
    let mut opened = Vec::new();
    for case in cases(call.tx, &week).await? {
        let (refusal, number) = (&case.refusal, case.refusal.number);
        // Colleagues hear of it without the client.
        let is_open = refusal.is_open_to(&call.by);
        let said = if is_open {
            format!("{}{}", summary(words, &refusal.details), case.why_beside_worth(words))
        } else {
            format!("{} ({})", reason_label(words, refusal.reason_heard()), case.why(words))
        };
        card = card.with(Block::Text(Text::strong(number.to_string()).then(format!(" {said}"))));
        card = card.with_some(refusal.details.verbatim.clone().filter(|_| is_open).map(Block::Quote));
        if is_open {
            let label = Choice::fitting(&format!("{number} {}", refusal.details.account));
            opened.push(Choice::new(number.0.to_string(), label));
        }
    }
    if !opened.is_empty() {
        let label = words.line("agenda.open", args! {});
        card = card.with(Block::Pick(Pick { action: Act::Open.action(), label, choices: opened }));
    }
    let decide = Act::MeetingDecision(team.0, seconds).action();
    let button = Button::new(decide, words.line("agenda.decide", args! {})).look(Look::Primary);
    Ok(card.with(Block::Buttons(vec![button])))
}

/// What was decided before: what is still to do, with a menu for those who may say that it is done, and what was done
/// since the digest before.
async fn decisions(call: &mut Call<'_>, card: Card, team: TeamId, at: DateTime<Utc>) -> Result<Card> {
    let (words, mut card, mut choices) = (call.words, card, Vec::new());
    let open = call.tx.open_meeting_decisions(team, DECISIONS).await?;
    let title = if open.is_empty() {
        Block::Note(words.text("agenda.nothing_decided", args! {}))
    } else {
        Block::Text(words.text("agenda.decided", args! {}))
    };
    card = card.with(title);
    for decision in open {
        card = card.with(Block::Text(decision_line(call.tx, words, &decision, usize::MAX).await?));
        if decision.may_report(&call.by).is_ok() {
            choices.push(Choice::new(decision.id.to_string(), Choice::fitting(&visible(&decision.what))));
        }
    }
    let since = call.tx.digest_moment_before(team, at).await?.unwrap_or(at - USUAL);
    let done = call.tx.meeting_decisions_done(team, since, DECISIONS).await?;
    if !done.is_empty() {
        card = card.with(Block::Text(words.text("agenda.was_done", args! {})));
    }
    for decision in done {
        let owner = call.tx.person(decision.owner).await?.name;
        let line = args! { what: decision.what.as_str(), owner: owner.as_str() };
        card = card.with(Block::Text(words.text("agenda.was_done_by", line)));
        card = card.with_some(decision.note.map(Block::Quote));
    }
    if choices.is_empty() {
        return Ok(card);
    }
    let label = words.line("agenda.done", args! {});
    Ok(card.with(Block::Pick(Pick { action: Act::MeetingDone.action(), label, choices })))
}
