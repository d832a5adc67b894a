//! When to call a client again.

use chrono::{Days, NaiveDate};
use panout::domain::{Details, Outcome, ReasonId, recontact_on};
use proptest::prelude::*;
use rstest::rstest;

const TODAY: &str = "2026-11-22";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn refused(reason: &str, until: Option<&str>) -> Details {
    Details {
        account: "Acme".into(),
        contact: None,
        contact_role: None,
        outcome: Outcome::NoDecision,
        reason: reason.parse().unwrap(),
        products: Vec::new(),
        budget: None,
        competitor: None,
        verbatim: None,
        segment: None,
        source: None,
        contract_until: until.map(day),
        happened_on: day("2026-11-02"),
    }
}

#[rstest]
#[case("price", 90)]
#[case("technical", 180)]
#[case("regulatory", 180)]
#[case("logistics", 120)]
#[case("out_of_perimeter", 365)]
#[case("timing", 90)]
#[case("indecision", 45)]
#[case("relationship", 60)]
#[case("silent", 30)]
#[case("other", 90)]
#[case("our_own", 90)]
fn each_reason_has_its_days_and_its_finer_ones_have_the_same(#[case] broad: &str, #[case] days: u64) {
    let broad: ReasonId = broad.parse().unwrap();
    let due = day(TODAY) + Days::new(days);
    assert_eq!(recontact_on(&refused(broad.as_str(), None), 0, day(TODAY)), due);
    for finer in ReasonId::all().filter(|reason| reason.within(&broad)) {
        assert_eq!(recontact_on(&refused(finer.as_str(), None), 0, day(TODAY)), due, "{finer}");
    }
}

#[test]
fn every_reason_but_silence_waits_as_long_the_second_time() {
    for reason in ReasonId::all().filter(|reason| reason.level1() != "silent") {
        let details = refused(reason.as_str(), None);
        let due = [0, 1, 2, 9].map(|before| recontact_on(&details, before, day(TODAY)));
        assert_eq!(due, [due[0]; 4], "{reason}");
    }
}

#[rstest]
#[case(0, "2026-12-22")]
#[case(1, "2027-03-22")]
#[case(2, "2027-03-22")]
#[case(9, "2027-03-22")]
fn a_silent_client_is_called_after_30_days_then_every_120(#[case] before: usize, #[case] due: &str) {
    for reason in ["silent", "silent/after_offer"] {
        assert_eq!(recontact_on(&refused(reason, None), before, day(TODAY)), day(due));
    }
}

#[test]
fn the_day_a_client_gave_is_the_first_one_only() {
    for reason in ["timing", "timing/under_contract"] {
        for before in 1..4 {
            let due = recontact_on(&refused(reason, Some("2026-11-01")), before, day(TODAY));
            assert_eq!(due, day(TODAY) + Days::new(90), "{reason}, after {before} calls");
        }
    }
}

#[rstest]
#[case("timing/not_now", "2027-03-01", "2027-03-01")]
#[case("timing", "2030-01-31", "2030-01-31")]
#[case("timing/postponed", "2026-11-24", "2026-11-24")]
#[case("timing/postponed", "2026-11-23", "2026-11-23")]
#[case("timing/postponed", "2026-11-22", "2026-11-23")]
#[case("timing/budget_cycle", "2020-01-01", "2026-11-23")]
#[case("timing/under_contract", "2027-12-31", "2027-10-02")]
#[case("timing/under_contract", "2027-02-22", "2026-11-24")]
#[case("timing/under_contract", "2027-02-21", "2026-11-23")]
#[case("timing/under_contract", "2027-02-20", "2026-11-23")]
#[case("timing/under_contract", "2026-12-01", "2026-11-23")]
#[case("timing/under_contract", "2026-11-22", "2026-11-23")]
#[case("timing/under_contract", "2019-05-01", "2026-11-23")]
// The end of a contract is no date the client gave: only timing looks at it.
#[case("price/no_budget", "2027-12-31", "2027-02-20")]
#[case("silent", "2027-12-31", "2026-12-22")]
#[case("our_own/under_contract", "2027-12-31", "2027-02-20")]
fn timing_has_the_day_that_was_given_but_never_before_tomorrow(
    #[case] reason: &str,
    #[case] until: &str,
    #[case] due: &str,
) {
    assert_eq!(recontact_on(&refused(reason, Some(until)), 0, day(TODAY)), day(due));
}

#[rstest]
#[case("silent", None, "2027-01-31", "2027-03-02")]
#[case("silent", None, "2028-01-31", "2028-03-01")]
#[case("silent", None, "2028-01-30", "2028-02-29")]
#[case("indecision", None, "2026-12-31", "2027-02-14")]
#[case("out_of_perimeter", None, "2027-02-28", "2028-02-28")]
#[case("out_of_perimeter", None, "2028-02-28", "2029-02-27")]
#[case("out_of_perimeter", None, "2028-02-29", "2029-02-28")]
#[case("timing", Some("2020-01-01"), "2026-12-31", "2027-01-01")]
#[case("timing", Some("2020-01-01"), "2027-02-28", "2027-03-01")]
#[case("timing", Some("2020-01-01"), "2028-02-28", "2028-02-29")]
#[case("timing/under_contract", Some("2027-05-29"), "2026-12-31", "2027-02-28")]
#[case("timing/under_contract", Some("2028-05-29"), "2026-12-31", "2028-02-29")]
fn days_are_counted_over_the_ends_of_months_and_leap_years(
    #[case] reason: &str,
    #[case] until: Option<&str>,
    #[case] today: &str,
    #[case] due: &str,
) {
    assert_eq!(recontact_on(&refused(reason, until), 0, day(today)), day(due));
}

#[test]
fn the_ends_of_all_dates_are_no_accident() {
    for reason in ReasonId::all() {
        for until in [NaiveDate::MIN, NaiveDate::MAX] {
            let details = Details { contract_until: Some(until), ..refused(reason.as_str(), None) };
            assert!(recontact_on(&details, 0, NaiveDate::MIN) > NaiveDate::MIN);
            assert_eq!(recontact_on(&details, 0, NaiveDate::MAX), NaiveDate::MAX);
        }
    }
}

proptest! {
    #[test]
    fn nobody_is_called_again_before_tomorrow(
        reason in prop::sample::select(ReasonId::all().collect::<Vec<_>>()),
        outcome in prop::sample::select(Outcome::ALL.to_vec()),
        until in prop::option::of(-500..2000_i64),
        today in 0..4000_i64,
        before in 0..4_usize,
    ) {
        let today = day("2024-01-01") + chrono::TimeDelta::days(today);
        let contract_until = until.map(|days| today + chrono::TimeDelta::days(days));
        let details = Details { outcome, contract_until, ..refused(reason.as_str(), None) };
        let due = recontact_on(&details, before, today);
        prop_assert!(due > today);
        // Nobody sleeps longer than a year unless they said until when.
        prop_assert!(due <= today + Days::new(365) || contract_until.is_some_and(|until| due <= until));
    }
}
