//! Jumps of the demonstration's clock.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::Deserialize;

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Jump {
    /// One hour.
    Hour,
    /// To the next 09:00.
    Morning,
    /// To the next 09:00 of a Monday.
    Monday,
}

/// The hour a morning starts.
const NINE: NaiveTime = NaiveTime::from_hms_opt(9, 0, 0).expect("09:00 is a time");

impl Jump {
    /// Where it leads from `now`: always later.
    pub(super) fn from(self, now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        if self == Jump::Hour {
            return now + TimeDelta::hours(1);
        }
        let today = now.with_timezone(&zone).date_naive();
        today
            .iter_days()
            .filter(|day| self == Jump::Morning || day.weekday() == Weekday::Mon)
            .map(|day| nine(day, zone))
            .find(|at| *at > now)
            .expect("the calendar has Mondays for a quarter of a million years")
    }
}

/// 09:00 of a day; where the clocks skip it, as much later as they skip.
fn nine(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let wall = day.and_time(NINE);
    // No zone ever skipped more than a day, so the day before always has its 09:00.
    let skipped = || {
        let before = TimeDelta::days(1);
        zone.from_local_datetime(&(wall - before)).earliest().map(|at| at + before)
    };
    let at = zone.from_local_datetime(&wall).earliest().or_else(skipped);
    at.map_or_else(|| wall.and_utc(), |at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(written: &str) -> DateTime<Utc> {
        written.parse().expect("an instant")
    }

    #[test]
    fn the_next_morning_is_at_nine_on_the_wall_across_both_changes_of_the_clocks() {
        let zone = chrono_tz::Europe::Bucharest;
        // 29 March 2026: 03:00 becomes 04:00. 25 October 2026: 04:00 becomes 03:00.
        assert_eq!(Jump::Morning.from(at("2026-03-28T12:00:00Z"), zone), at("2026-03-29T06:00:00Z"));
        assert_eq!(Jump::Morning.from(at("2026-10-24T12:00:00Z"), zone), at("2026-10-25T07:00:00Z"));
    }

    #[test]
    fn a_morning_before_nine_is_the_same_day_and_at_nine_the_next() {
        let zone = chrono_tz::Europe::Bucharest;
        assert_eq!(Jump::Morning.from(at("2026-01-05T06:59:59Z"), zone), at("2026-01-05T07:00:00Z"));
        assert_eq!(Jump::Morning.from(at("2026-01-05T07:00:00Z"), zone), at("2026-01-06T07:00:00Z"));
    }

    #[test]
    fn the_next_monday_is_never_today_after_nine() {
        let zone = chrono_tz::America::New_York;
        // Monday 2 November 2026, the day after the clocks went back.
        assert_eq!(Jump::Monday.from(at("2026-10-30T15:00:00Z"), zone), at("2026-11-02T14:00:00Z"));
        assert_eq!(Jump::Monday.from(at("2026-11-02T14:00:00Z"), zone), at("2026-11-09T14:00:00Z"));
        assert_eq!(Jump::Monday.from(at("2026-11-02T13:59:00Z"), zone), at("2026-11-02T14:00:00Z"));
    }

    #[test]
    fn a_morning_that_a_zone_skipped_whole_still_leads_on() {
        // Samoa had no 30 December 2011.
        let zone = chrono_tz::Pacific::Apia;
        let now = at("2011-12-29T20:00:00Z");
        let next = Jump::Morning.from(now, zone);
        assert!(next > now && next <= now + TimeDelta::days(2), "{next}");
    }
}
