//! What comes up more than usual: reasons, and words in what clients say.

use std::collections::BTreeMap;

use chrono::{Days as DayCount, NaiveDate};

use super::Week;
use crate::args;
use crate::chat::Text;
use crate::domain::{Axis, Days, monday};
use crate::flows::{Result, Shared};
use crate::report::{Extent, Rising, Series, Spoken, frequent, rising};
use crate::store::Tx;
use crate::words::{Language, Words};

/// How many weeks are looked at, the one asked about included.
const WEEKS: u64 = 27;
/// How many reasons, and words, are told.
const TOLD: usize = 3;
/// How many verbatims of the past are read: the newest.
const READ: i64 = 3000;

/// A reason, and a segment if it rises there.
type What = (String, Option<String>);

/// What came up more than usual in the last complete week of a digest, in sentences.
pub(super) async fn reasons(tx: &mut Tx, words: Words<'_>, week: &Week) -> Result<Vec<Text>> {
    let Some((first, last)) = weeks(week.digest.days.to) else { return Ok(Vec::new()) };
    let counted = tx.reasons_by_week(week.team.id, (first, last)).await?;
    // Before anything was logged there is no history: no weeks of zeros are made up.
    let Some(begins) = counted.iter().map(|one| one.monday).min() else { return Ok(Vec::new()) };
    let mondays: Vec<NaiveDate> = begins.iter_weeks().take_while(|monday| *monday <= last).collect();
    let mut by: BTreeMap<What, BTreeMap<NaiveDate, i64>> = BTreeMap::new();
    for one in counted {
        let segment = (!one.segment.is_empty()).then_some(one.segment);
        *by.entry((one.reason, segment)).or_default().entry(one.monday).or_default() += one.refusals;
    }
    let series: Vec<Series<What>> = by
        .into_iter()
        .map(|(what, counts)| Series {
            extent: if what.1.is_some() { Extent::Part } else { Extent::Whole },
            what,
            weeks: mondays
                .iter()
                .map(|day| u32::try_from(counts.get(day).copied().unwrap_or(0)).unwrap_or(0))
                .collect(),
        })
        .collect();
    let segments = tx.written_names(Axis::Segment).await?;
    let found = rising(&series);
    Ok(found.iter().take(TOLD).map(|one| sentence(words, one, &segments)).collect())
}

fn sentence(words: Words<'_>, one: &Rising<What>, segments: &BTreeMap<String, String>) -> Text {
    let reason = words.label("reason", &one.what.0);
    let what = match one.what.1.as_ref().and_then(|key| segments.get(key)) {
        Some(segment) => words.line("digest.in_segment", args! { reason: reason, segment: segment.as_str() }),
        None => reason,
    };
    let count = i64::from(one.count);
    let usual = words.decimal(one.usual);
    let key = if one.weeks == 1 { "digest.rises" } else { "digest.rises_in_two" };
    words.text(key, args! { what: what, count: count, usual: usual })
}

/// The Mondays of the first and the last week looked at: the last is over by a day.
fn weeks(day: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let week = Days::week_of(day);
    let last = if week.to == day { week.from } else { week.from.checked_sub_days(DayCount::new(7))? };
    Some((last.checked_sub_days(DayCount::new(7 * (WEEKS - 1)))?, last))
}

/// Words that clients say more than before, each language for itself; by the language of whoever wrote them down.
pub(super) async fn words_said(tx: &mut Tx, shared: &Shared, week: &Week) -> Result<Vec<String>> {
    let Some((first, last)) = weeks(week.digest.days.to) else { return Ok(Vec::new()) };
    let before = Days { from: first, to: monday(last).pred_opt().unwrap_or(first) };
    let now = Days { from: last, to: week.digest.days.to };
    let mut said: BTreeMap<usize, (Spoken, Spoken)> = BTreeMap::new();
    let team = Language::from_tag(&week.team.language).unwrap_or(shared.rules.language);
    for (days, is_now) in [(now, true), (before, false)] {
        for (language, verbatim) in tx.verbatims_in(week.team.id, days, READ).await? {
            let language = language.as_deref().and_then(Language::from_tag).unwrap_or(team);
            let (now, past) = said.entry(language as usize).or_default();
            if is_now { now.add(&verbatim) } else { past.add(&verbatim) }
        }
    }
    // Companies and people have names that are words too.
    let names = super::thread::names(tx, week).await?;
    let is_a_name = |word: &str| super::thread::words_of(word).any(|word| names.contains(&word));
    let found = said.values().flat_map(|(now, past)| frequent(now, past)).map(|one| one.word);
    Ok(found.filter(|word| !is_a_name(word)).take(TOLD).collect())
}
