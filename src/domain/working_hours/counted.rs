//! Working time as it is counted: how long something has waited while somebody worked.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::WorkingHours;
use crate::domain::wall;

/// How many stretches of work are looked at before nothing is found: years of them, in whatever hours.
const STRETCHES: usize = 4000;
/// As good as never, and still a year that databases write with four digits.
const NEVER: TimeDelta = TimeDelta::days(365 * 100);
/// How far it is looked at once for a day that is worked.
const FORTNIGHT: TimeDelta = TimeDelta::days(14);

/// Hours as somebody works them: where, and on which days not.
#[derive(Clone, Copy)]
pub struct Calendar<'a> {
    /// The hours of a week.
    pub hours: &'a WorkingHours,
    /// Where they are.
    pub zone: Tz,
    /// Whether a day is off: a holiday, or leave.
    pub off: &'a (dyn Fn(NaiveDate) -> bool + Sync),
}

impl Calendar<'_> {
    /// Whether it is worked at an instant.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.holds(wall::wall(at, self.zone))
    }

    /// The first instant at or after `at` that is worked; `None` if for years none is.
    pub fn opens(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut from = at;
        for _ in 0..STRETCHES {
            if let Some(opens) = wall::first(from, self.zone, |date| self.starts(date), |wall| self.holds(wall)) {
                return Some(opens);
            }
            from += FORTNIGHT;
        }
        None
    }

    /// The first instant after `open`, which is worked, that is not: at most a fortnight later.
    fn closes(&self, open: DateTime<Utc>) -> DateTime<Utc> {
        let closes = wall::first(open, self.zone, |date| self.ends(date), |wall| !self.holds(wall));
        closes.unwrap_or(open + FORTNIGHT)
    }

    /// When so much working time has passed since `from`; [`NEVER`] later if it never does.
    pub fn after(&self, from: DateTime<Utc>, working: TimeDelta) -> DateTime<Utc> {
        let (mut at, mut left) = (from, working);
        for _ in 0..STRETCHES {
            let Some(opens) = self.opens(at) else { break };
            let closes = self.closes(opens);
            if closes - opens >= left {
                return opens + left;
            }
            left -= closes - opens;
            at = closes;
        }
        from + NEVER
    }

    /// How much working time lies between two instants; none if the second one is not later.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let (mut at, mut worked) = (from, TimeDelta::zero());
        for _ in 0..STRETCHES {
            let Some(opens) = self.opens(at).filter(|opens| *opens < to) else { break };
            let closes = self.closes(opens).min(to);
            worked += closes - opens;
            at = closes;
        }
        worked
    }

    /// When so many whole working days have passed after the day of `from`: the first worked instant after them; [`NEVER`]
    /// later if they never do.
    pub fn after_days(&self, from: DateTime<Utc>, days: usize) -> DateTime<Utc> {
        let mut at = self.next_day(from);
        for _ in 0..days {
            let Some(opens) = at.and_then(|at| self.opens(at)) else { return from + NEVER };
            at = self.next_day(opens);
        }
        at.and_then(|at| self.opens(at)).unwrap_or(from + NEVER)
    }

    /// How many working days lie between two instants: those after the day of the first that began by the second.
    pub fn days_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        let (mut at, mut days) = (self.next_day(from), 0);
        for _ in 0..STRETCHES {
            let Some(opens) = at.and_then(|at| self.opens(at)).filter(|opens| *opens <= to) else { break };
            days += 1;
            at = self.next_day(opens);
        }
        days
    }

    /// The first instant of the day after the day of `at`.
    fn next_day(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let tomorrow = wall::wall(at, self.zone).date().succ_opt()?;
        wall::to_utc(tomorrow.and_time(chrono::NaiveTime::MIN), self.zone)
    }

    fn holds(&self, wall: NaiveDateTime) -> bool {
        self.hours.holds(wall) && !(self.off)(wall.date())
    }

    /// When it may begin to be worked on a day: at its midnight too, after a day off.
    fn starts(&self, date: NaiveDate) -> Vec<NaiveDateTime> {
        let spans = self.hours.on(chrono::Datelike::weekday(&date)).iter().map(|span| span.start_on(date));
        spans.chain([date.and_time(chrono::NaiveTime::MIN)]).collect()
    }

    /// When it may end to be worked on a day.
    fn ends(&self, date: NaiveDate) -> Vec<NaiveDateTime> {
        let midnight = date.and_time(chrono::NaiveTime::MIN);
        let spans = self.hours.on(chrono::Datelike::weekday(&date)).iter();
        let ends = spans.map(|span| midnight + TimeDelta::minutes(i64::from(span.end)));
        // What began the day before ends on this one: its end is among those of that day.
        ends.chain([midnight])
            .chain(date.checked_add_days(Days::new(1)).map(|next| next.and_time(chrono::NaiveTime::MIN)))
            .collect()
    }
}
