//! Small refusals that validate themselves, so that the head has time for the others.

use super::{Details, Money};

/// Below which budget refusals validate themselves, and how many of those the head hears of all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelfValidation {
    /// Budgets below this, in this currency.
    pub below: Money,
    /// One in so many goes to the head as usual; none for zero.
    pub sample_one_in: u32,
}

impl SelfValidation {
    /// Whether a refusal is small enough. One whose budget is not known, or in another currency, is not.
    pub fn holds_for(&self, details: &Details) -> bool {
        details.budget.is_some_and(|budget| budget.currency == self.below.currency && budget.minor < self.below.minor)
    }

    /// Whether one that is small enough goes to the head all the same. `drawn` is any number, by chance, drawn once.
    pub fn is_sample(&self, drawn: u32) -> bool {
        drawn.checked_rem(self.sample_one_in) == Some(0)
    }
}
