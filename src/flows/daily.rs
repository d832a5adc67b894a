//! The day in a line, and the month in its weightiest refusals, to the head.
//!
//! Starts: by the team's schedule. Acts: nobody. Ends: the head reads it; nothing comes on days without refusals.

use chrono::{DateTime, Datelike as _, Months, NaiveDate, TimeDelta, Utc};

use super::figures::{self, Asked, People, Reach, Shown};
use super::refusal::summary;
use super::{Act, Result, Shared, agenda, words_for};
use crate::args;
use crate::chat::{Block, Card, Choice, Pick, Text};
use crate::domain::{Days, Period, Person, TeamId, View, first_of_month};
use crate::store::Tx;

/// How many refusals are looked at: the largest.
const LOOKED_AT: i64 = 500;
/// How far back what was logged after the last line is looked for.
const LOOKED_BACK: TimeDelta = TimeDelta::days(4);
/// How many of them a month's focus has.
const FOCUS: usize = 5;

/// The refusals of the day, to whoever leads the team; `None` on a day without.
pub(super) async fn draw(
    tx: &mut Tx,
    shared: &Shared,
    (team, at): (TeamId, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<Option<(Person, Card)>> {
    let (Some(team), Some(head)) = (tx.team(team).await?, tx.responsible_for(team, now).await?) else {
        return Ok(None);
    };
    let words = words_for(shared, &head);
    let day = at.with_timezone(&team.time_zone).date_naive();
    let reach = Reach { teams: vec![team.id], people: People::All };
    let asked = Asked { period: Period::These(Days { from: day, to: day }), view: View::RepProduct };
    let counted = figures::figures(tx, &reach, asked, day).await?;
    // Also what was logged in the evening, after the line of the day before.
    let last = tx.last_posted(&format!("daily:{}:%", team.id.0)).await?;
    let begun = team.day_begins(day).unwrap_or(at);
    let since = last.map_or(begun, |last| last.min(begun).max(begun - LOOKED_BACK));
    let late = tx.logged_late(team.id, (since, at), day).await?;
    if counted.total.refusals == 0 && late == 0 {
        return Ok(None);
    }
    let names = figures::Names::of(tx, words, &reach, asked.view, &counted).await?;
    let shown = Shown { asked, figures: &counted, names: &names, people: People::All, teams: 1 };
    let mut card = Card::titled(shown.title(words)).with(Block::Note(Text::plain(team.name.as_str())));
    if counted.total.refusals > 0 {
        card = card.with(Block::Facts(shown.facts(words)));
    }
    if late > 0 {
        card = card.with(Block::Note(words.text("daily.late", args! { count: late })));
    }
    Ok(Some((head, card)))
}

/// The weightiest refusals of the month that is over, and of the quarter when one is; `None` if there were none.
pub(super) async fn draw_focus(
    tx: &mut Tx,
    shared: &Shared,
    (team, at): (TeamId, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<Option<(Person, Card)>> {
    let (Some(team), Some(head)) = (tx.team(team).await?, tx.responsible_for(team, now).await?) else {
        return Ok(None);
    };
    let words = words_for(shared, &head);
    let first = first_of_month(at.with_timezone(&team.time_zone).date_naive());
    let mut card = Card::titled(words.text("focus.title", args! { team: team.name.as_str() }));
    let mut opened: Vec<Choice> = Vec::new();
    for months in if first.month0().is_multiple_of(3) { vec![1, 3] } else { vec![1] } {
        let Some(days) = before(first, months) else { continue };
        let refusals = tx.happened_in(team.id, days, LOOKED_AT).await?;
        let cases = agenda::weightiest(tx, (team.id, team.currency), &refusals, days, FOCUS).await?;
        if cases.is_empty() {
            continue;
        }
        let of = args! { days: words.days(days) };
        card = card.with(Block::Text(words.text("focus.of", of)));
        for case in cases {
            let (number, said) = (case.refusal.number, summary(words, &case.refusal.details));
            card = card.with(Block::Text(Text::strong(number.to_string()).then(format!(" {said}"))));
            card = card.with(Block::Note(words.text("focus.why", args! { why: case.why(words) })));
            let choice = Choice::new(number.0.to_string(), Choice::fitting(&format!("{number} {said}")));
            if opened.iter().all(|known| known.value != choice.value) {
                opened.push(choice);
            }
        }
    }
    if opened.is_empty() {
        return Ok(None);
    }
    let label = words.line("agenda.open", args! {});
    Ok(Some((head, card.with(Block::Pick(Pick { action: Act::Open.action(), label, choices: opened })))))
}

/// So many whole months before a first of a month.
fn before(first: NaiveDate, months: u32) -> Option<Days> {
    Some(Days { from: first.checked_sub_months(Months::new(months))?, to: first.pred_opt()? })
}
