//! How well a refusal is qualified, for its rep and whoever leads them: what counts, and what would raise it.
//!
//! Starts: a refusal is opened, a digest is made, refusals are exported. Acts: nobody. Ends: shown; how many refusals
//! somebody logs never counts.

use std::collections::BTreeSet;

use super::{Result, Shared};
use crate::args;
use crate::chat::{Block, Text};
use crate::domain::{Criterion, Quality, Refusal, RefusalFile, RefusalNumber};
use crate::store::{Inquiry, Tx};
use crate::words::{Language, Words};

/// How many hints are given.
const HINTS: usize = 2;

/// How well a refusal is qualified; `is_debriefed`: whether its rep said how it went.
pub(super) fn of(shared: &Shared, refusal: &Refusal, is_debriefed: bool) -> Quality {
    let details = &refusal.details;
    let names: Vec<String> = Language::ALL
        .iter()
        .map(|language| shared.words.in_language(*language).label("reason", details.reason.level1()))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Quality::of(&RefusalFile {
        verbatim: details.verbatim.as_deref(),
        reason: &details.reason,
        reason_names: &names,
        is_confirmed: refusal.head_reason.is_some() || refusal.client_reason.is_some(),
        is_debriefed,
        has_next_step: !refusal.stage.awaits_head(),
        has_product: !details.products.is_empty(),
        has_segment: details.segment.is_some(),
        has_competitor: details.competitor.is_some(),
        has_budget: details.budget.is_some(),
    })
}

/// Which of these refusals are debriefed.
pub(super) async fn debriefed(tx: &mut Tx, refusals: &[Refusal]) -> Result<BTreeSet<RefusalNumber>> {
    let numbers = refusals.iter().map(|refusal| refusal.number);
    match (numbers.clone().min(), numbers.max()) {
        (Some(first), Some(last)) => Ok(tx.answered_among(Inquiry::Debrief, (first, last)).await?),
        _ => Ok(BTreeSet::new()),
    }
}

/// The score of a refusal in a line, with what would raise it most.
pub(super) async fn shown(tx: &mut Tx, shared: &Shared, words: Words<'_>, refusal: &Refusal) -> Result<Block> {
    let debriefed = debriefed(tx, std::slice::from_ref(refusal)).await?.contains(&refusal.number);
    let quality = of(shared, refusal, debriefed);
    let hints = quality.raise().into_iter().filter(|part| can_be_raised(part.what, refusal)).take(HINTS);
    let hints: Vec<String> = hints.map(|part| hint(words, refusal, part.what, part.missing())).collect();
    let points = i64::from(quality.total());
    Ok(Block::Note(if hints.is_empty() {
        words.text("quality.full", args! { points: points })
    } else {
        words.text("quality.raise", args! { points: points, hints: hints.join(words.semicolon()) })
    }))
}

/// Whether its rep can still do something about a criterion: what the head decides is not theirs.
fn can_be_raised(what: Criterion, refusal: &Refusal) -> bool {
    what != Criterion::NextStep || !refusal.stage.awaits_head()
}

fn hint(words: Words<'_>, refusal: &Refusal, what: Criterion, points: u8) -> String {
    let number = refusal.number.0.to_string();
    let says = match what {
        Criterion::Confirmed => words.line("quality.ask_client", args! { number: number }),
        _ => words.label("quality_hint", what.as_str()),
    };
    words.line("quality.hint", args! { hint: says, points: i64::from(points) })
}

/// What a well qualified refusal has, in words.
pub(super) fn why(words: Words<'_>, quality: &Quality) -> String {
    let full = quality.parts.iter().filter(|part| part.missing() == 0);
    let has: Vec<String> = full.map(|part| words.label("quality_has", part.what.as_str())).collect();
    words.list(&has)
}

/// Who wrote the best-qualified of some refusals, and why it is; `None` if none is good enough to be praised for.
pub(super) async fn best<'r>(
    tx: &mut Tx,
    shared: &Shared,
    refusals: &'r [Refusal],
) -> Result<Option<(&'r Refusal, Quality)>> {
    // Of few, a name would say who lost which.
    let reps: BTreeSet<_> = refusals.iter().map(|refusal| refusal.logged_by).collect();
    if refusals.len() < PRAISED_OF || reps.len() < 2 {
        return Ok(None);
    }
    let debriefed = debriefed(tx, refusals).await?;
    let scored = refusals.iter().map(|refusal| (refusal, of(shared, refusal, debriefed.contains(&refusal.number))));
    let best = scored.max_by_key(|(refusal, quality)| (quality.total(), std::cmp::Reverse(refusal.number)));
    Ok(best.filter(|(_, quality)| quality.total() >= PRAISED))
}

/// From how many points on a refusal is praised, and among how many.
const PRAISED: u8 = 60;
const PRAISED_OF: usize = 5;

/// A praise in a line, without which refusal it is: what was lost is nobody's to read.
pub(super) fn praise(words: Words<'_>, name: &str, quality: &Quality) -> Text {
    let why = why(words, quality);
    words.text("quality.praise", args! { name: name, why: why, points: i64::from(quality.total()) })
}
