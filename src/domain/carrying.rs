//! What it costs to carry deals that will not be won: days x hours a day x the value of an hour.

use super::Money;

/// The most days, minutes a day, and minor units of an hour: their product fits an amount.
pub const MOST_DAYS: i64 = 100_000;
/// A day has no more.
pub const MOST_MINUTES: i64 = 24 * 60;

/// The terms of what carrying costs, each of which a team may say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carrying {
    /// Working days.
    pub days: i64,
    /// Minutes a day that one deal takes; half an hour unless the team says otherwise (issue "Dark opportunities").
    pub minutes: i64,
    /// What an hour is worth.
    pub hour: Money,
}

impl Carrying {
    /// What that comes to, rounded to whole minor units.
    pub fn cost(self) -> Money {
        let hours = i128::from(self.days) * i128::from(self.minutes) * i128::from(self.hour.minor);
        let minor = i64::try_from((hours + 30) / 60).unwrap_or(Money::MAX);
        Money::new(minor.min(Money::MAX), self.hour.currency)
    }
}
