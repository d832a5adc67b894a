//! Which refusals a team talks about first.

use super::{Currency, Money};

/// What the weight of a refusal is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// What it was worth.
    pub budget: Option<Money>,
    /// How many refusals of the last ninety days, itself included, have its reason and its product; at least 1.
    pub recurrence: i64,
    /// Whether the client or the head gave another reason than its rep.
    pub disagreement: bool,
}

impl Weighed {
    /// Budget times recurrence, twice that where the reasons differ (DOMAIN, "Analysis": budget x recurrence x
    /// disagreement). `usual` stands in for a budget that is unknown or in another currency: amounts are never converted.
    fn weight(self, currency: Currency, usual: i64) -> i128 {
        let ours = self.budget.filter(|money| money.currency == currency).map_or(usual, |money| money.minor);
        i128::from(ours.max(1)) * i128::from(self.recurrence.max(1)) * if self.disagreement { 2 } else { 1 }
    }
}

/// The places of the weightiest, at most `most`; of equals the first.
pub fn rank(all: &[Weighed], currency: Currency, most: usize) -> Vec<usize> {
    let mut ours: Vec<i64> = all
        .iter()
        .filter_map(|one| one.budget)
        .filter(|money| money.currency == currency)
        .map(|money| money.minor)
        .collect();
    ours.sort_unstable();
    let usual = ours.get(ours.len() / 2).copied().unwrap_or(1);
    let mut places: Vec<usize> = (0..all.len()).collect();
    places.sort_by_key(|place| (-all[*place].weight(currency, usual), *place));
    places.truncate(most);
    places
}
