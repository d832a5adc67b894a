//! Working and quiet hours, also where clocks change.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use panout::domain::{HoursError, QUIET_HOURS_EXAMPLE, QuietHours, WORKING_HOURS_EXAMPLE, WorkingHours};
use proptest::prelude::*;
use rstest::rstest;

pub(super) fn hours(text: &str) -> WorkingHours {
    text.parse().unwrap_or_else(|error: HoursError| panic!("{text}: {error:?}"))
}

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[rstest]
#[case("Mon-Fri 09:00-18:00", "Mon-Fri 09:00-18:00")]
#[case(WORKING_HOURS_EXAMPLE, WORKING_HOURS_EXAMPLE)]
#[case("mon-thu 9-12:30 13h30-18, fri 9.00-15h", "Mon-Thu 09:00-12:30 13:30-18:00, Fri 09:00-15:00")]
#[case("lun.-ven. 9h-18h", "Mon-Fri 09:00-18:00")]
#[case("Luni – Vineri 09:00 – 18:00; sâmbătă 10-12", "Mon-Fri 09:00-18:00, Sat 10:00-12:00")]
#[case("Mon, Wed 09:00-12:00", "Mon 09:00-12:00, Wed 09:00-12:00")]
#[case("Sat-Mon 22:00-06:00", "Mon 22:00-06:00, Sat-Sun 22:00-06:00")]
#[case("Mon-Sun 00:00-24:00", "Mon-Sun 00:00-24:00")]
#[case("Mon 14-18 09-12 11-13, Mon 13-14", "Mon 09:00-18:00")]
fn hours_read_and_show_alike(#[case] written: &str, #[case] shown: &str) {
    let read = hours(written);
    assert_eq!(read.to_string(), shown);
    assert_eq!(hours(shown), read);
    assert_eq!(serde_json::to_value(&read).unwrap(), shown);
}

#[rstest]
#[case("", HoursError::Empty)]
#[case("Mon-Fri", HoursError::NoHours("mon-fri".into()))]
#[case("Mon 9-17, Fri", HoursError::NoHours("fri".into()))]
#[case("09:00-18:00", HoursError::NoDay("09:00-18:00".into()))]
#[case("Mon 09:00-09:00", HoursError::NoLength("09:00-09:00".into()))]
#[case("Mon 09:00-25:00", HoursError::NotUnderstood("09:00-25:00".into()))]
#[case("Mon 09:60-10:00", HoursError::NotUnderstood("09:60-10:00".into()))]
#[case("Mo 9-17", HoursError::NotUnderstood("mo".into()))]
#[case("Monday to Friday 9-17", HoursError::NotUnderstood("to".into()))]
#[case("Mon 9", HoursError::NotUnderstood("9".into()))]
fn what_is_wrong_with_hours_is_named(#[case] written: &str, #[case] error: HoursError) {
    assert_eq!(written.parse::<WorkingHours>(), Err(error));
}

#[test]
fn a_message_waits_for_the_next_opening() {
    let (tz, hours) = (Tz::Europe__Bucharest, hours("Mon-Fri 09:00-18:00"));
    // Friday 17:59 and 18:00 in Bucharest, UTC+2.
    assert_eq!(hours.next_opening(at("2026-11-20T15:59:59Z"), tz), at("2026-11-20T15:59:59Z"));
    assert_eq!(hours.next_opening(at("2026-11-20T16:00:00Z"), tz), at("2026-11-23T07:00:00Z"));
    let night = self::hours("Fri 22:00-06:00");
    assert!(night.is_open(at("2026-11-21T03:59:00Z"), tz) && !night.is_open(at("2026-11-21T04:00:00Z"), tz));
}

#[test]
fn hours_in_the_gap_of_a_clock_change_open_after_it_or_not_at_all() {
    let tz = Tz::Europe__Paris; // 2026-03-29: 02:00 becomes 03:00 at 01:00Z.
    let before = at("2026-03-28T22:00:00Z");
    assert_eq!(hours("Sun 02:30-05:00").next_opening(before, tz), at("2026-03-29T01:00:00Z"));
    assert_eq!(hours("Sun 02:10-02:50").next_opening(before, tz), at("2026-04-05T00:10:00Z"));
}

#[test]
fn hours_that_a_clock_change_repeats_are_open_twice() {
    let tz = Tz::Europe__Paris; // 2026-10-25: 03:00 becomes 02:00 at 01:00Z.
    let hours = hours("Sun 02:15-02:45");
    assert_eq!(hours.next_opening(at("2026-10-24T22:00:00Z"), tz), at("2026-10-25T00:15:00Z"));
    assert_eq!(hours.next_opening(at("2026-10-25T00:45:00Z"), tz), at("2026-10-25T01:15:00Z"));
    // The wall jumps back into an hour that is open.
    let early = self::hours("Sun 01:00-02:30");
    assert_eq!(early.next_opening(at("2026-10-25T00:40:00Z"), tz), at("2026-10-25T01:00:00Z"));
}

#[test]
fn a_day_that_a_zone_leaves_out_does_not_open() {
    // Samoa had no 30 December 2011, a Friday.
    let opening = hours("Fri 09:00-17:00").next_opening(at("2011-12-29T12:00:00Z"), Tz::Pacific__Apia);
    assert_eq!(opening, at("2012-01-05T19:00:00Z"));
}

#[test]
fn quiet_hours_hold_over_midnight_and_end() {
    let quiet: QuietHours = QUIET_HOURS_EXAMPLE.parse().unwrap();
    let tz = Tz::Europe__Bucharest;
    assert!(quiet.holds(at("2026-11-20T18:00:00Z"), tz) && quiet.holds(at("2026-11-21T05:59:00Z"), tz));
    assert!(!quiet.holds(at("2026-11-21T06:00:00Z"), tz) && !quiet.holds(at("2026-11-20T17:59:00Z"), tz));
    assert_eq!(quiet.end(at("2026-11-20T20:00:00Z"), tz), at("2026-11-21T06:00:00Z"));
    assert_eq!(quiet.end(at("2026-11-20T12:00:00Z"), tz), at("2026-11-20T12:00:00Z"));
    assert_eq!(quiet.to_string().parse(), Ok(quiet));
    let whole = "00:00-24:00".parse::<QuietHours>().unwrap();
    assert!(whole.holds(at("2026-11-20T12:00:00Z"), tz));
    assert_eq!("20:00".parse::<QuietHours>(), Err(HoursError::NotUnderstood("20:00".into())));
    assert_eq!("".parse::<QuietHours>(), Err(HoursError::Empty));
}

pub(super) fn any_hours() -> impl Strategy<Value = WorkingHours> {
    let range = (0..24_u16, 0..4_u16, 1..=24_u16).prop_map(|(hour, quarter, length)| {
        let start = hour * 60 + quarter * 15;
        let end = (start + length * 45) % 1440;
        format!("{:02}:{:02}-{:02}:{:02}", start / 60, start % 60, end / 60, end % 60)
    });
    let days = prop::sample::select(vec!["Mon", "Tue-Thu", "Fri", "Sat-Mon", "Sun", "Mon-Sun"]);
    let group =
        (days, prop::collection::vec(range, 1..3)).prop_map(|(days, ranges)| format!("{days} {}", ranges.join(" ")));
    prop::collection::vec(group, 1..4).prop_map(|groups| hours(&groups.join(", ")))
}

pub(super) fn any_zone() -> impl Strategy<Value = Tz> {
    // Half-hour changes, changes at midnight, changes twice a year or for Ramadan, and none.
    prop::sample::select(vec![
        Tz::Europe__Bucharest,
        Tz::America__New_York,
        Tz::Australia__Lord_Howe,
        Tz::Africa__Casablanca,
        Tz::America__Santiago,
        Tz::Asia__Beirut,
        Tz::Asia__Kathmandu,
        Tz::Pacific__Apia,
    ])
}

proptest! {
    #[test]
    fn the_next_opening_is_open_and_nothing_before_it_is(
        hours in any_hours(), tz in any_zone(), minute in 0..1_051_200_i64,
    ) {
        let from = at("2025-12-31T00:00:00Z") + TimeDelta::minutes(minute);
        let opening = hours.next_opening(from, tz);
        prop_assert!(opening >= from && hours.is_open(opening, tz));
        let mut between = from;
        while between < opening {
            prop_assert!(!hours.is_open(between, tz), "{hours} {tz}: open at {between}, before {opening}");
            between += TimeDelta::minutes(7);
        }
        prop_assert!(opening == from || !hours.is_open(opening - TimeDelta::seconds(1), tz));
        let later = hours.next_opening(from + TimeDelta::minutes(90), tz);
        prop_assert!(later >= opening);
    }

    #[test]
    fn hours_show_what_they_read(hours in any_hours()) {
        prop_assert_eq!(hours.to_string().parse(), Ok(hours));
    }

    #[test]
    fn no_text_makes_reading_hours_fall_over(text in "\\PC*", near in "[a-z0-9:, -]{0,30}") {
        let _ = (text.parse::<WorkingHours>(), text.parse::<QuietHours>());
        let _ = (near.parse::<WorkingHours>(), near.parse::<QuietHours>());
    }
}
