//! How well a refusal is qualified, 0 to 100: whether the next person can learn from it or bring it back.
//!
//! | what | points | why so many |
//! |---|---|---|
//! | the client's own words | 10, and 5 for each of up to 4 words that say more than the reason's name | all else is our reading of them |
//! | confirmed by the client | 20 | in one case of several the client's reason is another than the rep's |
//! | a reason of the second level | 15 | "price" cannot be acted upon, "payment terms" can |
//! | the debrief answered | 15 | what we would do otherwise is known only now, and only to the rep |
//! | a next step: a recontact date, a decision, new terms | 10 | nobody is forgotten, but the rule gives most of them a date anyway |
//! | a signal: product 3, segment 3, competitor or budget 4 | 10 | what makes several refusals one hypothesis |
//!
//! How many refusals somebody has, and how much they were worth, counts nowhere: a clean disqualification of a small case
//! has all 100. Nothing that is added lowers it. No text is written here: a [`Part`] says what has how many points.

use std::cmp::Reverse;

use super::ReasonId;
use super::stem::stems;

const VERBATIM: u8 = 10;
const WORD: u8 = 5;
const WORDS: u8 = 4;
const CONFIRMED: u8 = 20;
const SECOND_LEVEL: u8 = 15;
const DEBRIEF: u8 = 15;
const NEXT_STEP: u8 = 10;
const PRODUCT: u8 = 3;
const SEGMENT: u8 = 3;
const COMPETITOR_OR_BUDGET: u8 = 4;

/// What is looked at of a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a yes or no of its own, and all combinations occur")]
pub struct RefusalFile<'a> {
    /// Why, in the client's own words.
    pub verbatim: Option<&'a str>,
    /// Why, in ours.
    pub reason: &'a ReasonId,
    /// What the reason's first level is called: a verbatim that only repeats it says nothing. In every language that the team may write.
    pub reason_names: &'a [&'a str],
    /// Whether the client or the head said the reason too, the same or another.
    pub is_confirmed: bool,
    /// Whether the rep's debrief was answered.
    pub is_debriefed: bool,
    /// Whether there is a recontact date, a decision, or new terms.
    pub has_next_step: bool,
    /// Whether it is known what was offered.
    pub has_product: bool,
    /// Whether the part of the market is known.
    pub has_segment: bool,
    /// Whether it is known who won, or stood against us.
    pub has_competitor: bool,
    /// Whether it is known what it was worth.
    pub has_budget: bool,
}

/// What points are given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Criterion {
    /// The client's own words, and how much they say.
    Verbatim,
    /// The client said the reason too.
    Confirmed,
    /// A reason of the second level.
    SecondLevel,
    /// The debrief.
    Debrief,
    /// What happens next.
    NextStep,
    /// Product, segment, competitor or budget.
    Signal,
}

impl Criterion {
    /// Every criterion.
    pub const ALL: [Criterion; 6] = [
        Criterion::Verbatim,
        Criterion::Confirmed,
        Criterion::SecondLevel,
        Criterion::Debrief,
        Criterion::NextStep,
        Criterion::Signal,
    ];

    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Criterion::Verbatim => "verbatim",
            Criterion::Confirmed => "confirmed",
            Criterion::SecondLevel => "second_level",
            Criterion::Debrief => "debrief",
            Criterion::NextStep => "next_step",
            Criterion::Signal => "signal",
        }
    }

    /// The most points it gives.
    fn most(self) -> u8 {
        match self {
            Criterion::Verbatim => VERBATIM + WORD * WORDS,
            Criterion::Confirmed => CONFIRMED,
            Criterion::SecondLevel => SECOND_LEVEL,
            Criterion::Debrief => DEBRIEF,
            Criterion::NextStep => NEXT_STEP,
            Criterion::Signal => PRODUCT + SEGMENT + COMPETITOR_OR_BUDGET,
        }
    }

    fn points(self, file: &RefusalFile) -> u8 {
        let full = |holds: bool| if holds { self.most() } else { 0 };
        match self {
            Criterion::Verbatim => verbatim_points(file),
            Criterion::Confirmed => full(file.is_confirmed),
            Criterion::SecondLevel => full(file.reason.level2().is_some()),
            Criterion::Debrief => full(file.is_debriefed),
            Criterion::NextStep => full(file.has_next_step),
            Criterion::Signal => {
                let points = |holds, points| if holds { points } else { 0 };
                points(file.has_product, PRODUCT)
                    + points(file.has_segment, SEGMENT)
                    + points(file.has_competitor || file.has_budget, COMPETITOR_OR_BUDGET)
            }
        }
    }
}

/// The points of one criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// For what.
    pub what: Criterion,
    /// How many.
    pub points: u8,
    /// Of how many.
    pub of: u8,
}

impl Part {
    /// How many points are still to be had.
    pub fn missing(self) -> u8 {
        self.of - self.points
    }
}

/// How well a refusal is qualified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quality {
    /// Its parts: one for every criterion, in their order.
    pub parts: Vec<Part>,
}

impl Quality {
    /// Of a refusal.
    pub fn of(file: &RefusalFile) -> Self {
        let part = |what: Criterion| Part { what, points: what.points(file), of: what.most() };
        Self { parts: Criterion::ALL.into_iter().map(part).collect() }
    }

    /// All points, 0 to 100.
    pub fn total(&self) -> u8 {
        self.parts.iter().map(|part| part.points).sum()
    }

    /// What would raise it, the most points first; nothing at 100.
    pub fn raise(&self) -> Vec<Part> {
        let mut missing: Vec<Part> = self.parts.iter().copied().filter(|part| part.missing() > 0).collect();
        missing.sort_by_key(|part| Reverse(part.missing()));
        missing
    }
}

/// Only the first level's name is held against a verbatim: to make the reason more precise must not cost points.
fn verbatim_points(file: &RefusalFile) -> u8 {
    let said = file.verbatim.map(str::trim).unwrap_or_default();
    if !said.contains(char::is_alphanumeric) {
        return 0;
    }
    let id = file.reason.level1().replace('_', " ");
    let names: Vec<String> = file.reason_names.iter().copied().chain([id.as_str()]).flat_map(stems).collect();
    let telling = stems(said).into_iter().filter(|stem| !names.contains(stem)).count();
    VERBATIM + WORD * u8::try_from(telling).unwrap_or(WORDS).min(WORDS)
}
