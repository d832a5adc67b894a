//! Which earlier refusals are alike, and how much.
//!
//! Two cases have points for what they share, 100 at most:
//!
//! | shared | points |
//! |---|---|
//! | the same precise reason, `price/no_budget` | 40 |
//! | only the same broad reason, `price` (not `other`: it says nothing) | 20 |
//! | a product, one or several | 20 |
//! | the segment, whatever its case and accents | 10 |
//! | words of the two verbatims | up to 30 |
//!
//! Words are compared by their stems, without stop words. A word weighs `1 + ln((n + 1) / (d + 1))` where `d` of the
//! `n` verbatims that were counted have it: a word that everybody says weighs 1, a rare one several times that, and
//! every word 1 while none was counted. What two verbatims share is the weight of their common words, divided by the
//! square root of the product of their own weights; from half upwards it has all 30 points, below in proportion.
//!
//! From 60 points ([`ALIKE`]) two cases are alike: the same precise reason and a product in common are enough, in any
//! two languages; words alone never are. No text is written here: a [`Score`] says what was shared.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use super::stem::stems;
use super::{Details, ReasonId, fold};

/// From how many points two cases are alike.
///
/// Of the labelled pairs in `tests/bot/domain/similarity` it was chosen by, 29 of 35 are found and 7 called alike that
/// are not; from 50 points it would be 30 and 10, from 61 points 22 and 5.
pub const ALIKE: u8 = 60;

/// Points for the same precise reason.
const PRECISE_REASON: u8 = 40;

/// Points for the same broad reason only.
const BROAD_REASON: u8 = 20;

/// Points for a product in common.
const PRODUCT: u8 = 20;

/// Points for the same segment.
const SEGMENT: u8 = 10;

/// The most points words can have.
const WORDS: u8 = 30;

/// The share of the words' weight in common from which they have all their points.
const ENOUGH_IN_COMMON: f64 = 0.5;

/// What of a refusal is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case<'a> {
    /// Why, in our words.
    pub reason: &'a ReasonId,
    /// What was offered.
    pub products: &'a [i64],
    /// Which part of the market.
    pub segment: Option<&'a str>,
    /// Why, in the client's own words.
    pub verbatim: Option<&'a str>,
}

impl<'a> From<&'a Details> for Case<'a> {
    fn from(details: &'a Details) -> Self {
        Self {
            reason: &details.reason,
            products: &details.products,
            segment: details.segment.as_deref(),
            verbatim: details.verbatim.as_deref(),
        }
    }
}

/// In how many verbatims each word stands: what makes a rare word weigh more.
///
/// Empty, it gives every word the same weight.
#[derive(Clone, Debug, Default)]
pub struct WordCounts {
    verbatims: u32,
    having: HashMap<String, u32>,
}

impl WordCounts {
    /// Counts the words of one more verbatim.
    pub fn add(&mut self, verbatim: &str) {
        self.verbatims += 1;
        for stem in stems(verbatim) {
            *self.having.entry(stem).or_default() += 1;
        }
    }

    fn weight(&self, stem: &str) -> f64 {
        let having = self.having.get(stem).copied().unwrap_or_default();
        1.0 + ((f64::from(self.verbatims) + 1.0) / (f64::from(having) + 1.0)).ln()
    }
}

impl<'a> FromIterator<&'a str> for WordCounts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(verbatims: I) -> Self {
        let mut counts = Self::default();
        verbatims.into_iter().for_each(|verbatim| counts.add(verbatim));
        counts
    }
}

/// How far two reasons are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameReason {
    /// Both levels.
    Precise,
    /// The first level only.
    Broad,
}

/// What two cases share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// How far their reasons are the same, if at all.
    pub reason: Option<SameReason>,
    /// How many products they share.
    pub products: usize,
    /// Whether they are of the same segment.
    pub segment: bool,
    /// How many words of their verbatims they share.
    pub words: usize,
    /// The points those words have, 0 to 30.
    pub word_points: u8,
}

impl Score {
    /// All points, 0 to 100.
    pub fn total(self) -> u8 {
        let reason = match self.reason {
            Some(SameReason::Precise) => PRECISE_REASON,
            Some(SameReason::Broad) => BROAD_REASON,
            None => 0,
        };
        let product = if self.products > 0 { PRODUCT } else { 0 };
        let segment = if self.segment { SEGMENT } else { 0 };
        reason + product + segment + self.word_points
    }

    /// Whether it is enough to call them alike.
    pub fn is_alike(self) -> bool {
        self.total() >= ALIKE
    }

    /// Whether words could add what it lacks.
    fn is_within_reach(self) -> bool {
        self.total() + WORDS >= ALIKE
    }
}

/// How much two cases are alike; it does not matter which comes first.
pub fn score(one: &Case, other: &Case, counts: &WordCounts) -> Score {
    Query::new(one, counts).score(other)
}

/// Those of `among` that are alike, each with what it shares: at most so many, the best first, and of equals the one
/// that came first. The case itself is the most alike of all: the caller leaves it out.
pub fn alike<'a, K>(
    of: &Case,
    among: impl IntoIterator<Item = (K, Case<'a>)>,
    most: usize,
    counts: &WordCounts,
) -> Vec<(K, Score)> {
    let query = Query::new(of, counts);
    let scored = among.into_iter().filter_map(|(key, case)| Some((key, query.score_if_alike(&case)?)));
    let mut best: Vec<(K, Score)> = scored.collect();
    best.sort_by_key(|(_, score)| Reverse(score.total()));
    best.truncate(most);
    best
}

/// Tells of other cases whether words in common could make them alike to this one: most need not be read.
pub fn within_reach<'a>(of: &Case<'a>) -> impl Fn(&Case) -> bool + use<'a> {
    let known = Known::new(of);
    move |other| known.score(other).is_within_reach()
}

/// What of a case is compared without reading its text, worked out once.
struct Known<'a> {
    reason: &'a ReasonId,
    products: BTreeSet<i64>,
    segment: Option<String>,
}

impl<'a> Known<'a> {
    fn new(case: &Case<'a>) -> Self {
        Self { reason: case.reason, products: case.products.iter().copied().collect(), segment: segment(case) }
    }

    fn score(&self, other: &Case) -> Score {
        Score {
            reason: same_reason(self.reason, other.reason),
            products: self.products.iter().filter(|product| other.products.contains(product)).count(),
            segment: self.segment.is_some() && self.segment == segment(other),
            ..Score::default()
        }
    }
}

/// A case that many are compared with: what its text says is worked out once.
struct Query<'a> {
    known: Known<'a>,
    /// In order of the alphabet.
    stems: Vec<String>,
    weight: f64,
    counts: &'a WordCounts,
}

impl<'a> Query<'a> {
    fn new(case: &Case<'a>, counts: &'a WordCounts) -> Self {
        let stems = stems(case.verbatim.unwrap_or_default());
        let weight = stems.iter().map(|stem| counts.weight(stem)).sum();
        Self { known: Known::new(case), stems, weight, counts }
    }

    fn score(&self, other: &Case) -> Score {
        self.with_words(self.known.score(other), other)
    }

    /// The score, unless no words could make the two alike.
    fn score_if_alike(&self, other: &Case) -> Option<Score> {
        let score = self.known.score(other);
        score.is_within_reach().then(|| self.with_words(score, other)).filter(|score| score.is_alike())
    }

    fn with_words(&self, score: Score, other: &Case) -> Score {
        let (mut words, mut common, mut theirs) = (0, 0.0, 0.0);
        for stem in stems(other.verbatim.unwrap_or_default()) {
            let weight = self.counts.weight(&stem);
            theirs += weight;
            if self.stems.binary_search(&stem).is_ok() {
                words += 1;
                common += weight;
            }
        }
        let share = if words == 0 { 0.0 } else { common / (self.weight * theirs).sqrt() };
        Score { words, word_points: word_points(share), ..score }
    }
}

/// The points of a share of the words' weight, 0 to 1, rounded down.
fn word_points(share: f64) -> u8 {
    let reached = share / ENOUGH_IN_COMMON * f64::from(WORDS);
    (1..=WORDS).rev().find(|points| f64::from(*points) <= reached).unwrap_or_default()
}

fn same_reason(one: &ReasonId, other: &ReasonId) -> Option<SameReason> {
    if one.level1() != other.level1() {
        None
    } else if one == other && one.level2().is_some() {
        Some(SameReason::Precise)
    } else {
        (one.level1() != "other").then_some(SameReason::Broad)
    }
}

fn segment(case: &Case) -> Option<String> {
    case.segment.map(fold).filter(|segment| !segment.is_empty())
}
