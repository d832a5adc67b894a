//! Which day a batch comes, and how many working days something has waited, also where clocks change.

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone, Weekday};
use chrono_tz::Tz;
use panout::domain::{Away, Choices, Intensity, Person, PersonId, Rhythm, Role, StandIn, TeamId, WorkingHours};
use proptest::prelude::*;
use rstest::rstest;

use super::hours::{any_hours, any_zone, at, hours};

const ALWAYS: &str = "Mon-Sun 00:00-24:00";
const OFFICE: &str = "Mon-Fri 09:00-18:00";
const FOUR_DAYS: &str = "Mon-Thu 09:00-18:00";

fn wants(time_zone: Tz, working_hours: WorkingHours, batch_at: NaiveTime) -> Person {
    let choices = Choices {
        time_zone: Some(time_zone),
        working_hours: Some(working_hours),
        batch_at: Some(batch_at),
        ..Choices::default()
    };
    Person { choices, ..super::person(1, Role::Rep, 1) }
}

fn rep(zone: &str, working: &str, batch_at: &str) -> Person {
    wants(zone.parse().unwrap(), hours(working), format!("{batch_at}:00").parse().unwrap())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[rstest]
// 2026-11-20 is a Friday; Bucharest is at UTC+2.
#[case(OFFICE, "09:00", "2026-11-20", "2026-11-20T07:00:00Z")]
#[case(OFFICE, "09:00", "2026-11-21", "2026-11-23T07:00:00Z")]
#[case(OFFICE, "09:00", "2026-11-22", "2026-11-23T07:00:00Z")]
#[case(OFFICE, "00:00", "2026-11-20", "2026-11-19T22:00:00Z")]
#[case(OFFICE, "23:45", "2026-11-20", "2026-11-20T21:45:00Z")]
#[case(FOUR_DAYS, "09:00", "2026-11-19", "2026-11-19T07:00:00Z")]
#[case(FOUR_DAYS, "09:00", "2026-11-20", "2026-11-23T07:00:00Z")]
#[case("Wed 10:00-12:00", "09:00", "2026-11-19", "2026-11-25T07:00:00Z")]
#[case("Fri 22:00-06:00", "09:00", "2026-11-21", "2026-11-21T07:00:00Z")]
// 2026-03-29: 03:00 becomes 04:00 at 01:00Z.
#[case(OFFICE, "09:00", "2026-03-27", "2026-03-27T07:00:00Z")]
#[case(OFFICE, "09:00", "2026-03-28", "2026-03-30T06:00:00Z")]
#[case(ALWAYS, "03:30", "2026-03-29", "2026-03-29T01:30:00Z")]
#[case(ALWAYS, "03:30", "2026-03-30", "2026-03-30T00:30:00Z")]
// 2026-10-25: 04:00 becomes 03:00 at 01:00Z.
#[case(OFFICE, "09:00", "2026-10-24", "2026-10-26T07:00:00Z")]
#[case(ALWAYS, "03:30", "2026-10-25", "2026-10-25T00:30:00Z")]
#[case(ALWAYS, "03:30", "2026-10-26", "2026-10-26T01:30:00Z")]
fn a_batch_comes_on_its_day_or_the_next_one_that_is_worked(
    #[case] working: &str,
    #[case] batch_at: &str,
    #[case] on: &str,
    #[case] comes: &str,
) {
    assert_eq!(rep("Europe/Bucharest", working, batch_at).batch_on(day(on)), at(comes));
}

#[rstest]
// 2018-11-04, a Sunday: midnight becomes 01:00 at 03:00Z.
#[case(ALWAYS, "00:00", "2018-11-04", "2018-11-04T03:00:00Z")]
#[case(ALWAYS, "00:30", "2018-11-04", "2018-11-04T03:30:00Z")]
#[case(ALWAYS, "01:00", "2018-11-04", "2018-11-04T03:00:00Z")]
#[case(ALWAYS, "02:00", "2018-11-04", "2018-11-04T04:00:00Z")]
#[case(ALWAYS, "23:30", "2018-11-04", "2018-11-05T01:30:00Z")]
#[case("Sun 00:00-02:30", "09:00", "2018-11-04", "2018-11-04T11:00:00Z")]
#[case("Sun 00:00-01:00", "09:00", "2018-11-04", "2018-11-11T11:00:00Z")]
#[case(OFFICE, "00:30", "2018-11-04", "2018-11-05T02:30:00Z")]
// 2018-02-18, a Sunday: its midnight was 23:00 of Saturday again.
#[case(ALWAYS, "23:30", "2018-02-17", "2018-02-18T01:30:00Z")]
#[case(ALWAYS, "23:30", "2018-02-18", "2018-02-19T02:30:00Z")]
#[case(ALWAYS, "00:00", "2018-02-18", "2018-02-18T03:00:00Z")]
fn a_day_without_a_midnight_begins_after_it(
    #[case] working: &str,
    #[case] batch_at: &str,
    #[case] on: &str,
    #[case] comes: &str,
) {
    assert_eq!(rep("America/Sao_Paulo", working, batch_at).batch_on(day(on)), at(comes));
}

#[test]
fn a_batch_for_a_day_that_a_zone_leaves_out_comes_on_the_next_one() {
    // Samoa had no 30 December 2011, a Friday.
    let comes = rep("Pacific/Apia", OFFICE, "09:00").batch_on(day("2011-12-30"));
    assert_eq!(comes, at("2012-01-01T19:00:00Z"));
}

#[test]
fn a_week_without_a_worked_day_does_not_move_the_batch_to_another_hour() {
    // Their only hour is in the gap of 29 March, so they work on the 22nd and on 5 April.
    let sundays = rep("Europe/Bucharest", "Sun 03:10-03:50", "09:00");
    assert_eq!(sundays.batch_on(day("2026-03-22")), at("2026-03-22T07:00:00Z"));
    assert_eq!(sundays.next_batch(at("2026-03-22T07:00:00Z")), at("2026-04-05T06:00:00Z"));
}

#[rstest]
// Logged on a Thursday before the batch, at the batch, and on a Saturday.
#[case(OFFICE, 0, "2026-11-19T06:30:00Z", "2026-11-19T07:00:00Z")]
#[case(OFFICE, 2, "2026-11-19T06:30:00Z", "2026-11-23T07:00:00Z")]
#[case(OFFICE, 2, "2026-11-19T07:00:00Z", "2026-11-24T07:00:00Z")]
#[case(OFFICE, 2, "2026-11-21T12:00:00Z", "2026-11-25T07:00:00Z")]
#[case(FOUR_DAYS, 2, "2026-11-19T06:30:00Z", "2026-11-24T07:00:00Z")]
#[case(ALWAYS, 2, "2026-11-19T06:30:00Z", "2026-11-21T07:00:00Z")]
// Over the weekends on which clocks change.
#[case(OFFICE, 2, "2026-03-27T06:30:00Z", "2026-03-31T06:00:00Z")]
#[case(OFFICE, 2, "2026-10-23T05:30:00Z", "2026-10-27T07:00:00Z")]
fn a_batch_after_days_leaves_out_those_that_are_not_worked(
    #[case] working: &str,
    #[case] days: usize,
    #[case] logged: &str,
    #[case] comes: &str,
) {
    assert_eq!(rep("Europe/Bucharest", working, "09:00").batch_after_days(days, at(logged)), at(comes));
}

#[rstest]
#[case(OFFICE, 0, "2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z")]
#[case(OFFICE, 1, "2026-11-20T07:00:00Z", "2026-11-19T07:00:00Z")]
#[case(OFFICE, 2, "2026-11-23T07:00:00Z", "2026-11-19T07:00:00Z")]
#[case(OFFICE, 1, "2026-11-22T12:00:00Z", "2026-11-20T12:00:00Z")]
#[case(OFFICE, 10, "2026-11-23T07:00:00Z", "2026-11-09T07:00:00Z")]
#[case(FOUR_DAYS, 1, "2026-11-23T07:00:00Z", "2026-11-19T07:00:00Z")]
#[case("Wed 09:00-18:00", 3, "2026-11-25T07:00:00Z", "2026-11-04T07:00:00Z")]
// 09:00 stays 09:00 when the clocks changed since, and half past midnight stays on its day.
#[case(OFFICE, 2, "2026-03-31T06:00:00Z", "2026-03-27T07:00:00Z")]
#[case(OFFICE, 2, "2026-10-27T07:00:00Z", "2026-10-23T06:00:00Z")]
#[case(OFFICE, 1, "2026-03-29T21:30:00Z", "2026-03-26T22:30:00Z")]
#[case(OFFICE, 1, "2026-10-26T21:30:00Z", "2026-10-23T20:30:00Z")]
// Half past three is half past four on the day that leaves it out, and the first one on the day that has two.
#[case(ALWAYS, 2, "2026-03-31T00:30:00Z", "2026-03-29T01:30:00Z")]
#[case(ALWAYS, 2, "2026-10-27T01:30:00Z", "2026-10-25T00:30:00Z")]
#[case(ALWAYS, 0, "2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z")]
fn working_days_before_keep_the_time_of_the_wall(
    #[case] working: &str,
    #[case] days: usize,
    #[case] from: &str,
    #[case] earlier: &str,
) {
    let before = rep("Europe/Bucharest", working, "09:00").working_days_before(days, at(from));
    assert_eq!(before, at(earlier));
}

/// A batch hour every ten minutes of a day.
fn any_time() -> impl Strategy<Value = NaiveTime> {
    (0..24_u32, 0..6_u32).prop_map(|(hour, ten)| NaiveTime::from_hms_opt(hour, ten * 10, 0).unwrap())
}

/// Some days of a week, in their short names.
fn any_days() -> impl Strategy<Value = Vec<Weekday>> {
    let week = std::iter::successors(Some(Weekday::Mon), |day| Some(day.succ())).take(7).collect::<Vec<_>>();
    prop::sample::subsequence(week, 1..=7)
}

proptest! {
    #[test]
    fn a_batch_comes_on_the_first_worked_day_at_the_hour_they_chose(
        days in any_days(), tz in any_zone(), batch_at in any_time(), later in 0..1460_i64,
    ) {
        let written: Vec<String> = days.iter().map(|day| format!("{day} 08:00-19:00")).collect();
        let person = wants(tz, hours(&written.join(", ")), batch_at);
        let on = day("2025-01-01") + TimeDelta::days(later);
        let worked = on.iter_days().find(|day| days.contains(&day.weekday())).unwrap();
        let comes = person.batch_on(on).with_timezone(&tz).naive_local();
        let right = if tz.from_local_datetime(&worked.and_time(batch_at)).earliest().is_some() {
            comes == worked.and_time(batch_at)
        } else {
            // An hour that clocks leave out comes as much later: by half an hour or one.
            let by = comes - worked.and_time(batch_at);
            by == TimeDelta::minutes(30) || by == TimeDelta::hours(1)
        };
        prop_assert!(right, "{tz} {batch_at}: {comes} for {on}");
    }

    #[test]
    fn what_waited_is_late_in_the_message_that_was_planned_to_say_so(
        working in any_hours(), tz in any_zone(), batch_at in any_time(),
        minute in 0..1_051_200_i64, days in 0..5_usize,
    ) {
        let person = wants(tz, working, batch_at);
        let logged = at("2025-12-31T00:00:00Z") + TimeDelta::minutes(minute);
        let told = person.batch_after_days(days, logged);
        let late = person.working_days_before(days, told);
        prop_assert!(logged <= late, "logged {logged}, told {told}, late since {late}");
        // No later than its first batch, which the gap of a clock change may have moved.
        let over = late - person.next_batch(logged);
        prop_assert!((TimeDelta::zero()..=TimeDelta::hours(1)).contains(&over), "told {told}, late since {late}");
    }
}

#[rstest]
// 2026-11-23 is a Monday.
#[case(OFFICE, "2026-11-23T06:59:00Z", "2026-11-23T07:00:00Z")]
#[case(OFFICE, "2026-11-23T07:00:00Z", "2026-11-30T07:00:00Z")]
#[case(OFFICE, "2026-11-27T12:00:00Z", "2026-11-30T07:00:00Z")]
#[case("Tue-Fri 09:00-18:00", "2026-11-25T12:00:00Z", "2026-12-01T07:00:00Z")]
#[case("Sun 09:00-18:00", "2026-11-25T12:00:00Z", "2026-11-29T07:00:00Z")]
// Clocks change on Sunday 2027-03-28.
#[case(OFFICE, "2027-03-25T12:00:00Z", "2027-03-29T06:00:00Z")]
fn a_weekly_batch_comes_on_the_first_day_of_the_week_that_is_worked(
    #[case] working: &str,
    #[case] after: &str,
    #[case] comes: &str,
) {
    let mut person = rep("Europe/Bucharest", working, "09:00");
    person.choices.rhythm = Some(Rhythm::Weekly);
    assert_eq!(person.next_batch(at(after)), at(comes));
}

#[test]
fn two_working_days_are_two_working_days_however_seldom_the_batch_comes() {
    let mut person = rep("Europe/Bucharest", OFFICE, "09:00");
    person.choices.rhythm = Some(Rhythm::Weekly);
    // Logged on Wednesday: it is late on Saturday's side of Friday, and said on Monday.
    assert_eq!(person.batch_after_days(2, at("2026-11-25T08:00:00Z")), at("2026-11-30T07:00:00Z"));
    // Logged on Friday: it is late on Wednesday, and said the Monday after.
    assert_eq!(person.batch_after_days(2, at("2026-11-27T08:00:00Z")), at("2026-12-07T07:00:00Z"));
    assert_eq!(person.working_days_before(2, at("2026-12-07T07:00:00Z")), at("2026-12-03T07:00:00Z"));
}

/// When the same thing is said again that was said for the `told`-th time.
fn reminded_at(
    person: &Person,
    told: i64,
    now: chrono::DateTime<chrono::Utc>,
) -> Option<chrono::DateTime<chrono::Utc>> {
    let intensity = person.intensity();
    (told < intensity.times()).then(|| person.batch_in_days(intensity.days_between(), now))
}

#[rstest]
#[case(Intensity::Light, 1, None)]
#[case(Intensity::Standard, 1, Some("2026-11-25T07:00:00Z"))]
#[case(Intensity::Standard, 2, Some("2026-11-25T07:00:00Z"))]
#[case(Intensity::Standard, 3, None)]
#[case(Intensity::Active, 1, Some("2026-11-24T07:00:00Z"))]
#[case(Intensity::Active, 3, None)]
fn a_reminder_comes_in_time_and_not_too_often(
    #[case] intensity: Intensity,
    #[case] told: i64,
    #[case] again: Option<&str>,
    // At the hour, later on the day, and before it: it counts from the day.
    #[values("2026-11-23T07:00:00Z", "2026-11-23T15:00:00Z", "2026-11-23T05:00:00Z")] now: &str,
) {
    let mut person = rep("Europe/Bucharest", OFFICE, "09:00");
    person.choices.intensity = Some(intensity);
    assert_eq!(reminded_at(&person, told, at(now)), again.map(at));
}

#[rstest]
// 2026-10-25 has 25 hours in Bucharest, 2027-03-28 has 23; in Sao Paulo 2018-11-04 began at one.
#[case("Europe/Bucharest", "2026-10-25", "2026-10-25T22:00:00Z")]
#[case("Europe/Bucharest", "2027-03-28", "2027-03-28T21:00:00Z")]
#[case("Europe/Bucharest", "2026-12-31", "2026-12-31T22:00:00Z")]
#[case("America/Sao_Paulo", "2018-11-03", "2018-11-04T03:00:00Z")]
fn an_absence_ends_with_its_last_day_where_they_are(#[case] zone: &str, #[case] until: &str, #[case] returns: &str) {
    let mut person = rep(zone, OFFICE, "09:00");
    assert!(!person.is_away(at(returns)));
    person.away = Some(Away { until: day(until), deputy: None });
    assert_eq!(person.returns_at(), Some(at(returns)));
    assert!(person.is_away(at(returns) - TimeDelta::seconds(1)) && !person.is_away(at(returns)));
}

#[test]
fn who_stands_in_leads_and_reports_only_for_whom_they_stand_in() {
    let mut person = super::person(1, Role::Rep, 1);
    assert!(!person.leads(TeamId(1)) && person.acts_for(PersonId(1)) && !person.acts_for(PersonId(2)));
    person.stands_in =
        vec![StandIn { person: PersonId(2), leads: None }, StandIn { person: PersonId(3), leads: Some(TeamId(2)) }];
    assert!(person.acts_for(PersonId(2)) && person.acts_for(PersonId(3)) && !person.acts_for(PersonId(4)));
    assert!(person.leads(TeamId(2)) && !person.leads(TeamId(1)));
}

proptest! {
    #[test]
    fn reminders_are_on_later_days_at_their_hour_and_come_to_an_end(
        tz in any_zone(),
        hours in any_hours(),
        minute in 0u32..1440,
        from in 0i64..40_000,
        intensity in prop::sample::select(Intensity::ALL.to_vec()),
        rhythm in prop::sample::select(Rhythm::ALL.to_vec()),
    ) {
        let batch_at = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap();
        let mut person = wants(tz, hours, batch_at);
        person.choices.intensity = Some(intensity);
        person.choices.rhythm = Some(rhythm);
        let mut now = at("2024-01-01T00:00:00Z") + TimeDelta::hours(from);
        let mut told = 1;
        while let Some(again) = reminded_at(&person, told, now) {
            let day = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&tz).date_naive();
            prop_assert!(day(again) > day(now), "{now} {again}");
            prop_assert!(again - now < TimeDelta::days(40));
            now = again;
            told += 1;
        }
        prop_assert_eq!(told, intensity.times());
    }
}

#[rstest]
// Who chose no hour has the usual one, unless they do not work yet or want quiet: 2026-11-24 is a Tuesday.
#[case(OFFICE, None, "2026-11-24T07:00:00Z")]
#[case("Mon-Fri 12:00-20:00", None, "2026-11-24T10:00:00Z")]
#[case(OFFICE, Some("20:00-10:30"), "2026-11-24T08:30:00Z")]
// No hour of the day is left: then the usual one.
#[case("Tue 06:00-08:00", None, "2026-11-24T07:00:00Z")]
fn the_usual_hour_is_not_before_they_work_nor_in_their_quiet_hours(
    #[case] working: &str,
    #[case] quiet: Option<&str>,
    #[case] comes: &str,
) {
    let choices = Choices {
        time_zone: Some(chrono_tz::Europe::Bucharest),
        working_hours: Some(hours(working)),
        quiet_hours: quiet.map(|quiet| quiet.parse().unwrap()),
        ..Choices::default()
    };
    let person = Person { choices, ..super::person(1, Role::Rep, 1) };
    assert_eq!(person.batch_on(day("2026-11-24")), at(comes));
    // What comes next is the same from any moment before it, also between the usual hour and this one.
    for before in ["2026-11-24T00:00:00Z", "2026-11-24T06:59:59Z"] {
        assert_eq!(person.next_batch(at(before)), at(comes));
    }
    assert_eq!(person.next_batch(at(comes) - TimeDelta::seconds(1)), at(comes));
    assert!(person.next_batch(at(comes)) > at(comes));
}
