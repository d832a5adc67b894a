//! How often the client or the head says another reason than the rep.

use std::collections::HashMap;
use std::hash::Hash;

use super::{PersonId, ReasonId};

/// Under so many cases a share says nothing.
pub const ENOUGH: i64 = 5;

/// Refusals of one reason, offer and rep of which the client or the head said a reason too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The rep's reason.
    pub reason: ReasonId,
    /// What was offered.
    pub products: Vec<i64>,
    /// Who logged them.
    pub rep: PersonId,
    /// How many.
    pub heard: i64,
    /// Of how many the other reason differs.
    pub differing: i64,
}

/// How often something was heard otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// How many had a second reason.
    pub heard: i64,
    /// Of how many it differs.
    pub differing: i64,
}

impl Gap {
    /// The share that differs, in whole percent; `None` if there are too few to say.
    pub fn percent(self) -> Option<i64> {
        (self.heard >= ENOUGH).then(|| self.differing * 100 / self.heard)
    }
}

/// The gap of all of them.
pub fn whole(all: &[Heard]) -> Gap {
    all.iter().fold(Gap::default(), added)
}

/// The gap by whatever they have, most cases first; one that has several counts in each.
pub fn by<K: Eq + Hash + Ord + Clone>(all: &[Heard], of: impl Fn(&Heard) -> Vec<K>) -> Vec<(K, Gap)> {
    let mut gaps: HashMap<K, Gap> = HashMap::new();
    for heard in all {
        for key in of(heard) {
            let gap = gaps.entry(key).or_default();
            *gap = added(*gap, heard);
        }
    }
    let mut gaps: Vec<_> = gaps.into_iter().collect();
    gaps.sort_by(|(one, a), (other, b)| b.heard.cmp(&a.heard).then_with(|| one.cmp(other)));
    gaps
}

fn added(gap: Gap, heard: &Heard) -> Gap {
    Gap { heard: gap.heard + heard.heard, differing: gap.differing + heard.differing }
}
