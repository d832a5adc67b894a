//! Cron and daily hours, in every zone.

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use panout::domain::{DailyAt, Run, SCHEDULE_EXAMPLE, Schedule, ScheduleError};
use rstest::rstest;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

#[rstest]
#[case("0 9 * *", ScheduleError::Fields(4))]
#[case("0 0 9 * * Mon", ScheduleError::Fields(6))]
#[case("", ScheduleError::Fields(0))]
#[case("0 9 * * 1-5", ScheduleError::NumberedWeekday("1-5".into()))]
#[case("60 9 * * *", ScheduleError::Field(0, "60".into()))]
#[case("0 24 * * *", ScheduleError::Field(1, "24".into()))]
#[case("0 9 * * Mo", ScheduleError::Field(4, "Mo".into()))]
#[case("0 9 30 2 *", ScheduleError::Never)]
fn what_is_wrong_with_a_schedule_is_named(#[case] text: &str, #[case] error: ScheduleError) {
    assert_eq!(Schedule::parse(text), Err(error));
}

#[test]
fn a_schedule_runs_on_its_weekdays() {
    let tz = Tz::Europe__Bucharest;
    let friday = schedule(SCHEDULE_EXAMPLE).next(at("2026-11-20T06:00:00Z"), tz).unwrap();
    assert_eq!(friday, Run { at: at("2026-11-20T07:00:00Z"), wall: "2026-11-20T09:00:00".parse().unwrap() });
    let monday = schedule(SCHEDULE_EXAMPLE).next(friday.at, tz).unwrap();
    assert_eq!(monday.at, at("2026-11-23T07:00:00Z"));
}

#[test]
fn a_run_in_the_gap_comes_as_much_later_and_a_repeated_hour_runs_once() {
    let tz = Tz::Europe__Paris;
    let half_past_two = schedule("30 2 * * *");
    let spring = half_past_two.next(at("2026-03-28T12:00:00Z"), tz).unwrap();
    assert_eq!(spring, Run { at: at("2026-03-29T01:30:00Z"), wall: "2026-03-29T02:30:00".parse().unwrap() });
    let autumn = half_past_two.next(at("2026-10-24T12:00:00Z"), tz).unwrap();
    assert_eq!(autumn.at, at("2026-10-25T00:30:00Z"));
    assert_eq!(half_past_two.next(autumn.at, tz).unwrap().at, at("2026-10-26T01:30:00Z"));
}

/// Each run of two years; they must come in order, each for another time of the wall.
fn runs(from: &str, until: &str, next: impl Fn(DateTime<Utc>) -> Option<Run>) -> Vec<Run> {
    let (mut after, until) = (at(from), at(until));
    let mut runs = Vec::new();
    while let Some(run) = next(after).filter(|run| run.at < until) {
        assert!(run.at > after, "{run:?} is not after {after}");
        runs.push(run);
        after = run.at;
    }
    runs
}

fn assert_one_a_day(runs: &[Run], name: &str) {
    for pair in runs.windows(2) {
        let days = (pair[1].wall.date() - pair[0].wall.date()).num_days();
        assert_eq!(days, 1, "{name}: {} then {}", pair[0].wall, pair[1].wall);
        assert_eq!(pair[0].wall.time(), pair[1].wall.time(), "{name}");
    }
}

#[test]
fn a_daily_schedule_runs_once_every_day_of_two_years_in_every_zone() {
    for (tz, hour) in TZ_VARIANTS.iter().zip([0, 1, 2, 3].iter().cycle()) {
        let time = NaiveTime::from_hms_opt(*hour, 30, 0).unwrap();
        let daily = runs("2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z", |after| DailyAt(time).next(after, *tz));
        assert!((729..=731).contains(&daily.len()), "{tz}: {} runs", daily.len());
        assert_one_a_day(&daily, tz.name());
    }
    // Cron is slower: the zones whose clocks change oddly, and one of each kind.
    for tz in ["Europe/Bucharest", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Beirut", "UTC"]
    {
        let zone: Tz = tz.parse().unwrap();
        for cron in ["30 0 * * *", "15 1 * * *", "30 2 * * *", "5 3 * * *"] {
            let schedule = schedule(cron);
            let by_cron = runs("2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z", |after| schedule.next(after, zone));
            assert!((729..=731).contains(&by_cron.len()), "{tz} {cron}: {} runs", by_cron.len());
            assert_one_a_day(&by_cron, tz);
        }
    }
}

#[test]
fn a_day_that_a_zone_leaves_out_loses_no_run() {
    let daily = runs("2011-12-25T00:00:00Z", "2012-01-05T00:00:00Z", |after| {
        DailyAt(NaiveTime::from_hms_opt(9, 0, 0).unwrap()).next(after, Tz::Pacific__Apia)
    });
    assert!(daily.iter().map(|run| run.at).is_sorted_by(|one, other| one < other));
    assert!(daily.len() >= 10, "{daily:?}");
}
