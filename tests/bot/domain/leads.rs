//! Leads: what is understood of a line, whose turn it is, and working time as it is counted.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use panout::domain::{
    Calendar, Candidate, LeadDetails, LeadRule, Lexicon, PersonId, Source, WorkingHours, next_owner, parse_lead,
};
use proptest::prelude::*;

fn sources() -> Lexicon<Source> {
    Lexicon::new(
        Source::ALL.map(|source| (source, vec![source.as_str().to_owned(), source.as_str().replace('_', " ")])),
    )
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn calendar<'a>(hours: &'a WorkingHours, off: &'a (dyn Fn(NaiveDate) -> bool + Sync)) -> Calendar<'a> {
    Calendar { hours, zone: chrono_tz::Europe::Bucharest, off }
}

#[test]
fn a_line_says_who_asked_and_for_what() {
    let line = parse_lead(
        "Novo Systems, Ioana Marin, ioana@novo.example, +40 (722) 000-111, trade show, \"a demo, for 30 seats\" for @Mihai",
        &sources(),
    );
    assert_eq!(line.owner.as_deref(), Some("@Mihai"));
    let details = line.details;
    assert_eq!(details.account.as_deref(), Some("Novo Systems"));
    assert_eq!(details.contact.as_deref(), Some("Ioana Marin"));
    assert_eq!(details.email.as_deref(), Some("ioana@novo.example"));
    assert_eq!(details.phone.as_deref(), Some("+40 (722) 000-111"));
    assert_eq!(details.source, Some(Source::TradeShow));
    assert_eq!(details.wants.as_deref(), Some("a demo, for 30 seats"));
}

#[test]
fn what_is_for_thirty_seats_is_for_nobody() {
    let line = parse_lead("Novo, wants a demo for 30 seats", &sources());
    assert_eq!(line.owner, None);
    assert_eq!(line.details.contact.as_deref(), Some("wants a demo for 30 seats"));
}

proptest! {
    #[test]
    fn nothing_typed_is_lost(text in "[a-zA-Z0-9 ,@.\"+]{0,80}") {
        let line = parse_lead(&text, &sources());
        let details = &line.details;
        let mut kept: String = [&details.account, &details.contact, &details.email, &details.phone, &details.wants, &line.owner]
            .into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        kept += details.source.map_or("", Source::as_str);
        let letters = |text: &str| {
            let mut letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
            letters.sort_unstable();
            letters
        };
        // But for the word that says for whom.
        let all = letters(&text);
        prop_assert!(letters(&kept).len() + 7 >= all.len(), "{text:?} -> {line:?}");
    }

    #[test]
    fn working_time_adds_up(from in 0_i64..40_000_000, minutes in 0_i64..5_000) {
        let hours: WorkingHours = "Mon-Fri 09:00-12:30 13:30-18:00, Sat 22:00-02:00".parse().expect("hours");
        let off = |day: NaiveDate| day == NaiveDate::from_ymd_opt(2026, 12, 25).expect("a day");
        let calendar = calendar(&hours, &off);
        let from = at("2026-01-01T00:00:00Z") + TimeDelta::seconds(from);
        let after = calendar.after(from, TimeDelta::minutes(minutes));
        prop_assert_eq!(calendar.between(from, after), TimeDelta::minutes(minutes));
        // Minute by minute, written separately: as many are worked.
        if minutes < 600 {
            let mut counted = 0;
            let mut second = from;
            while second < after {
                counted += i64::from(hours.is_open(second, chrono_tz::Europe::Bucharest) && !off(second.with_timezone(&chrono_tz::Europe::Bucharest).date_naive()));
                second += TimeDelta::seconds(1);
                if counted > minutes * 60 { break; }
                if second - from > TimeDelta::days(4) { break; }
            }
            if second >= after {
                prop_assert_eq!(counted, minutes * 60);
            }
        }
    }
}

#[test]
fn clocks_that_change_neither_give_nor_take_working_time() {
    let hours: WorkingHours = "Mon-Sun 00:00-24:00".parse().expect("hours");
    let off = |_: NaiveDate| false;
    let calendar = calendar(&hours, &off);
    // In Bucharest clocks went forward on 29 March 2026 and go back on 25 October.
    for day in ["2026-03-28T22:00:00Z", "2026-10-24T21:00:00Z"] {
        assert_eq!(calendar.after(at(day), TimeDelta::hours(10)), at(day) + TimeDelta::hours(10));
    }
    let nine: WorkingHours = "Sat-Sun 02:00-04:30".parse().expect("hours");
    let calendar = Calendar { hours: &nine, zone: chrono_tz::Europe::Bucharest, off: &off };
    // From two to half past four there is half an hour less in spring, and one more in autumn.
    let day = |from: &str, to: &str| calendar.between(at(from), at(to));
    assert_eq!(day("2026-03-28T22:00:00Z", "2026-03-29T20:00:00Z"), TimeDelta::minutes(90));
    assert_eq!(day("2026-10-24T21:00:00Z", "2026-10-25T20:00:00Z"), TimeDelta::minutes(210));
}

#[test]
fn holidays_and_leave_are_not_worked() {
    let hours: WorkingHours = "Mon-Fri 09:00-18:00".parse().expect("hours");
    let friday = NaiveDate::from_ymd_opt(2026, 12, 25).expect("a day");
    let off = move |day: NaiveDate| day == friday;
    let calendar = calendar(&hours, &off);
    // Thursday at five in the afternoon: an hour that day, the other one on Monday.
    assert_eq!(calendar.after(at("2026-12-24T15:00:00Z"), TimeDelta::hours(2)), at("2026-12-28T08:00:00Z"));
}

#[test]
fn a_year_without_a_working_hour_ends_in_a_day_both_databases_order() {
    let hours: WorkingHours = "Mon-Fri 09:00-18:00".parse().expect("hours");
    let off = |_: NaiveDate| true;
    let never = calendar(&hours, &off).after(at("2026-12-24T15:00:00Z"), TimeDelta::hours(2));
    assert_eq!(never.format("%Y").to_string(), "2126");
    assert!(never.to_rfc3339() > at("2030-01-01T00:00:00Z").to_rfc3339(), "SQLite orders instants as text");
}

#[test]
fn whoever_hears_and_has_fewest_and_waits_longest_is_next() {
    let one = |id: i64, hears, load, last: Option<&str>| Candidate {
        person: PersonId(id),
        hears,
        load,
        last_at: last.map(at),
    };
    let all = [
        one(1, false, 0, None),
        one(2, true, 3, None),
        one(3, true, 2, Some("2026-01-02T00:00:00Z")),
        one(4, true, 2, Some("2026-01-01T00:00:00Z")),
    ];
    assert_eq!(next_owner(&all), Some(PersonId(4)));
    assert_eq!(next_owner(&all[..1]), Some(PersonId(1)));
    assert_eq!(next_owner(&[]), None);
}

#[test]
fn rules_look_at_whole_words_and_the_source() {
    let rule = LeadRule { source: Some(Source::Partner), words: vec!["Cluj".into()], ..LeadRule::default() };
    let details =
        |source, place: &str| LeadDetails { source: Some(source), place: Some(place.into()), ..LeadDetails::default() };
    assert!(rule.holds_for(&details(Source::Partner, "CLUJ-Napoca")));
    assert!(!rule.holds_for(&details(Source::Partner, "Clujana")));
    assert!(!rule.holds_for(&details(Source::Website, "Cluj")));
}

#[test]
fn the_same_client_is_known_however_it_is_written() {
    let details = |phone: &str, email: &str| LeadDetails {
        phone: Some(phone.into()),
        email: Some(email.into()),
        ..LeadDetails::default()
    };
    let (one, other) =
        (details("+40 722 000 111", "A@B.example").keys(), details("0722.000.111", "a@b.example ").keys());
    assert_eq!(one, other);
    assert_eq!(details("12", "x").keys().phone, None);
}
