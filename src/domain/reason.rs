//! Why a deal was refused: two levels, stable ids, and when to come back.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// The reasons every organisation starts with: level 1, and its level 2.
pub const TAXONOMY: [(&str, &[&str]); 10] = [
    ("price", &["above_alternative", "no_budget", "payment_terms", "value_unproven", "discount_refused"]),
    ("technical", &["missing_function", "integration", "performance", "too_complex", "security"]),
    ("regulatory", &["certificate", "data_location", "contract_terms", "procurement_rules", "licence"]),
    ("logistics", &["lead_time", "area_not_served", "minimum_volume", "installation", "support_hours"]),
    ("out_of_perimeter", &["segment_or_size", "use_not_offered", "sector", "not_profitable", "conflict_of_interest"]),
    ("timing", &["not_now", "postponed", "under_contract", "reorganisation", "budget_cycle"]),
    ("indecision", &["too_many_choices", "lacks_information", "fears_the_outcome", "no_consensus", "keeps_status_quo"]),
    ("relationship", &["slow_reply", "decision_maker_never_reached", "need_misunderstood", "trust", "incumbent_tie"]),
    ("silent", &["before_first_talk", "after_demo", "after_offer", "contact_gone", "unknown"]),
    ("other", &[]),
];

/// How many days before the end of a contract to come back.
const BEFORE_CONTRACT_END: u64 = 90;

/// The longest either level may be, in bytes.
const MAX_LEVEL: usize = 48;

/// A reason's id: `price`, or `price/payment_terms`.
///
/// Stable and never shown; the label is in the words. An organisation may have reasons that are not in [`TAXONOMY`],
/// so any well-formed id is one: each level is `[a-z][a-z0-9_]*`, at most 48 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReasonId(String);

impl ReasonId {
    /// The id as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first level: `price`.
    pub fn level1(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(level1, _)| level1)
    }

    /// The second level alone, if there is one: `payment_terms`.
    pub fn level2(&self) -> Option<&str> {
        self.0.split_once('/').map(|(_, level2)| level2)
    }

    /// The reason of the first level, itself if it is one.
    #[must_use]
    pub fn broad(&self) -> ReasonId {
        ReasonId(self.level1().to_owned())
    }

    /// Whether it is `broad`, or one of its second level.
    pub fn within(&self, broad: &ReasonId) -> bool {
        self == broad || (broad.level2().is_none() && self.level1() == broad.level1())
    }

    /// Whether it says the same as another one: a broader or finer word for it is no difference.
    pub fn agrees_with(&self, other: &ReasonId) -> bool {
        self.within(other) || other.within(self)
    }

    /// Every reason of [`TAXONOMY`], each first level before its second ones.
    pub fn all() -> impl Iterator<Item = ReasonId> {
        TAXONOMY.iter().flat_map(|(level1, finer)| {
            let broad = ReasonId((*level1).to_owned());
            std::iter::once(broad).chain(finer.iter().map(move |level2| ReasonId(format!("{level1}/{level2}"))))
        })
    }

    /// When to come back to a client who refused for this reason.
    ///
    /// `from` is the day of the refusal, or of the last recontact; `earlier` counts the recontacts already made.
    /// `until` is the date the client gave: the end of their contract for `timing/under_contract`, otherwise the day
    /// they asked for (only `timing` looks at it). Never before the day after `from`.
    pub fn recontact_on(&self, from: NaiveDate, until: Option<NaiveDate>, earlier: usize) -> NaiveDate {
        let asked = match (until, self.level1(), self.level2()) {
            (Some(end), "timing", Some("under_contract")) => end.checked_sub_days(Days::new(BEFORE_CONTRACT_END)),
            (Some(day), "timing", _) => Some(day),
            _ => from.checked_add_days(Days::new(self.recontact_days(earlier))),
        };
        let soonest = from.succ_opt().unwrap_or(from);
        asked.unwrap_or(from).max(soonest)
    }

    /// Days to wait when the client gave no date. Source: DOMAIN, "Dormant clients"; `other` and reasons an
    /// organisation added wait as long as `price`.
    fn recontact_days(&self, earlier: usize) -> u64 {
        match self.level1() {
            "technical" | "regulatory" => 180,
            "out_of_perimeter" => 365,
            "indecision" => 45,
            "relationship" => 60,
            "silent" if earlier == 0 => 30,
            "logistics" | "silent" => 120,
            _ => 90,
        }
    }
}

impl fmt::Display for ReasonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ReasonId {
    type Err = String;

    /// Reads an id; the error is the text that was refused.
    fn from_str(written: &str) -> Result<Self, String> {
        let (level1, level2) = written.split_once('/').map_or((written, None), |(one, two)| (one, Some(two)));
        let fits = is_level(level1) && level2.is_none_or(is_level);
        if fits { Ok(ReasonId(written.to_owned())) } else { Err(written.to_owned()) }
    }
}

impl TryFrom<String> for ReasonId {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        written.parse()
    }
}

impl From<ReasonId> for String {
    fn from(reason: ReasonId) -> Self {
        reason.0
    }
}

fn is_level(text: &str) -> bool {
    text.len() <= MAX_LEVEL
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
