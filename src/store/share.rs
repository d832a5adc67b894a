//! Whose turn it is with the writer: of those that somebody waits for, or of those for which nobody does.

use std::ops::RangeInclusive;
use std::time::Duration;

/// How many times as long as those for which nobody waits those run that somebody waits for, while there are both.
const FIRST: i64 = 3;
/// The most microseconds that one kind is ahead of the other: what took long is no reason to make anybody wait as long.
const AHEAD: RangeInclusive<i64> = -100_000..=10_000;

/// Whether somebody waits for a closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// A person, or a program that sent something.
    AwaitedBySomebody,
    /// Nobody: what the bot does by itself.
    Behind,
}

/// Who goes next while there are both: each has its share of the writer's time, however long one closure takes.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// How many microseconds those for which nobody waits may run until they had their share; of those that were theirs
    /// alone nobody keeps count.
    owed: i64,
}

impl Share {
    /// Whose turn it is.
    pub(super) fn first(&self) -> Pace {
        if self.owed > 0 { Pace::Behind } else { Pace::AwaitedBySomebody }
    }

    /// A closure took this long.
    pub(super) fn took(&mut self, pace: Pace, length: Duration) {
        let length = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
        let owed = match pace {
            Pace::AwaitedBySomebody => self.owed.saturating_add(length / FIRST),
            Pace::Behind => self.owed.saturating_sub(length),
        };
        self.owed = owed.clamp(*AHEAD.start(), *AHEAD.end());
    }

    /// Nobody is waited for: those for which nobody waits owe nothing for what they took.
    pub(super) fn forgive(&mut self) {
        self.owed = self.owed.max(0);
    }

    /// Some did not want their turn: nobody owes anybody anything.
    pub(super) fn alone(&mut self) {
        self.owed = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In which order they run if both always wait, the one and the other so many milliseconds long.
    fn order(awaited: u64, behind: u64, turns: usize) -> String {
        let mut share = Share::default();
        let next = |_| {
            let (pace, name, length) = match share.first() {
                Pace::AwaitedBySomebody => (Pace::AwaitedBySomebody, 'a', awaited),
                Pace::Behind => (Pace::Behind, 'b', behind),
            };
            share.took(pace, Duration::from_millis(length));
            name
        };
        (0..turns).map(next).collect()
    }

    #[test]
    fn whoever_is_waited_for_has_three_quarters_of_the_time_unless_one_of_the_others_is_very_long() {
        assert_eq!(order(6, 6, 12), "abaaabaaabaa");
        assert_eq!(order(12, 3, 10), "abbabababb");
        let (twelve, eleven) = ("a".repeat(12), "a".repeat(11));
        assert_eq!(order(3, 12, 26), format!("ab{twelve}b{eleven}"), "however long one of them takes");
        assert_eq!(order(5_000, 10, 5), "ababa", "nobody waits as long as somebody took");
        assert_eq!(order(10, 5_000, 32).trim_start_matches("ab"), "a".repeat(30), "nor longer than three times 100 ms");
        assert!(order(10, 5_000, 34).ends_with("ab"), "{}", order(10, 5_000, 34));
    }

    #[test]
    fn what_took_long_is_forgiven_once_nobody_is_waited_for_and_what_is_owed_is_not() {
        let mut share = Share::default();
        share.took(Pace::Behind, Duration::from_secs(5));
        share.forgive();
        share.took(Pace::AwaitedBySomebody, Duration::from_millis(1));
        assert_eq!(share.first(), Pace::Behind);
        share.forgive();
        assert_eq!(share.first(), Pace::Behind);
    }

    #[test]
    fn what_ran_alone_is_no_debt() {
        let mut share = Share::default();
        share.took(Pace::Behind, Duration::from_secs(5));
        share.alone();
        share.took(Pace::AwaitedBySomebody, Duration::from_millis(1));
        assert_eq!(share.first(), Pace::Behind, "it does not wait fifteen seconds");
    }
}
