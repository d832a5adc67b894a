//! Opportunities: what is understood of a line, when one goes dark, what is missing, what carrying costs.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use panout::domain::{
    Calendar, Carrying, Check, Currency, Dark, DealDenied, DealStage, DealState, History, Lexicon, Money, Opportunity,
    OpportunityNumber, PersonId, Role, TeamId, Unfit, WorkingHours, longest_stay, parse_deal,
};
use panout::words::{Catalogue, Language};
use proptest::prelude::*;

use super::person as of_team;

fn person(id: i64, role: Role) -> panout::domain::Person {
    of_team(id, role, 1)
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn euros() -> Currency {
    "EUR".parse().expect("a currency")
}

fn stages() -> Lexicon<DealStage> {
    let catalogue = Catalogue::built_in();
    Lexicon::new(DealStage::ALL.map(|stage| {
        let mut names = vec![stage.as_str().to_owned()];
        for language in Language::ALL {
            let words = catalogue.in_language(language);
            names.push(words.label("deal_stage", stage.as_str()));
            names.extend(words.aliases("deal_stage", stage.as_str()));
        }
        (stage, names)
    }))
}

fn deal() -> Opportunity {
    Opportunity {
        number: OpportunityNumber(1),
        team: TeamId(1),
        owner: PersonId(1),
        account: "Delta".into(),
        amount: None,
        stage: DealStage::FirstContact,
        stage_since: at("2026-11-23T08:00:00Z"),
        tracked_at: at("2026-11-23T08:00:00Z"),
        tracked_by: Some(PersonId(1)),
        touched_at: at("2026-11-23T08:00:00Z"),
        checks: BTreeMap::new(),
        state: DealState::Open,
        unfit: None,
        refusal: None,
        dark: None,
    }
}

#[test]
fn a_line_says_whose_how_far_and_how_much() {
    for (typed, account, stage, amount, owner) in [
        ("Delta Negotiation 40k", "Delta", Some(DealStage::Negotiation), Some(4_000_000), None),
        ("40k Delta négociation", "Delta", Some(DealStage::Negotiation), Some(4_000_000), None),
        ("negociere Delta Sud", "Delta Sud", Some(DealStage::Negotiation), None, None),
        ("Proposal Partners ofertă 3M", "Proposal Partners", Some(DealStage::Proposal), Some(300_000_000), None),
        ("first contact, Delta", "Delta", Some(DealStage::FirstContact), None, None),
        ("Premier contact Delta", "Delta", Some(DealStage::FirstContact), None, None),
        ("3M 12k calificare for Mihai", "3M", Some(DealStage::Qualification), Some(1_200_000), Some("Mihai")),
        ("\"Demo & Offer\" qualification", "Demo & Offer", Some(DealStage::Qualification), None, None),
        ("Forever 21", "Forever 21", None, None, None),
    ] {
        let line = parse_deal(typed, &stages(), euros());
        let read = (line.account.as_deref(), line.stage, line.amount.map(|money| money.minor), line.owner.as_deref());
        assert_eq!(read, (Some(account), stage, amount, owner), "{typed}: {line:?}");
        assert!(!line.stage_guess, "{typed}");
    }
    let line = parse_deal("Delta, negociaton 40k, met their CFO", &stages(), euros());
    assert_eq!((line.stage, line.stage_guess), (Some(DealStage::Negotiation), true), "{line:?}");
    assert_eq!((line.account.as_deref(), line.note.as_deref()), (Some("Delta"), Some("met their CFO")));
    let line = parse_deal("Negotiation", &stages(), euros());
    assert_eq!((line.account, line.stage), (None, Some(DealStage::Negotiation)));
}

#[test]
fn no_two_stages_share_a_name_in_any_language() {
    for stage in DealStage::ALL {
        for language in Language::ALL {
            let words = Catalogue::built_in();
            let words = words.in_language(language);
            let aliases = words.aliases("deal_stage", stage.as_str());
            assert!(aliases.len() >= 3, "{stage:?} in {language}");
            for name in aliases.iter().chain([&words.label("deal_stage", stage.as_str())]) {
                assert_eq!(stages().exact(name), Some(&stage), "{name}");
            }
        }
    }
}

#[test]
fn a_number_is_said_with_its_letter() {
    assert_eq!("d12".parse(), Ok(OpportunityNumber(12)));
    for none in ["12", "D", "D0", "D-1", "D1x", "L1"] {
        assert!(none.parse::<OpportunityNumber>().is_err(), "{none}");
    }
}

#[test]
fn who_has_it_and_who_leads_may_act_and_observers_read_nothing() {
    let ana = person(1, Role::Rep);
    for (who, may) in [
        (person(1, Role::Rep), true),
        (person(2, Role::Rep), false),
        (person(3, Role::Head), true),
        (person(4, Role::Admin), true),
        (person(5, Role::Observer), false),
        (person(1, Role::Observer), false),
    ] {
        assert_eq!(deal().is_open_to(&who), may, "{who:?}");
        let denied = if may { Ok(()) } else { Err(DealDenied::NotYours) };
        assert_eq!(deal().may_work(&who), denied);
    }
    let over = deal().disqualified(&ana, Unfit::NoBudget).expect("it is hers");
    assert_eq!((over.state, over.unfit, over.dark), (DealState::Disqualified, Some(Unfit::NoBudget), None));
    let wrong = Err(DealDenied::Over(DealState::Disqualified));
    assert_eq!(over.clone().touched(&ana, at("2026-11-24T08:00:00Z")).map(|_| ()), wrong);
    assert_eq!(over.clone().won(&ana, None).map(|_| ()), wrong);
    assert_eq!(over.may_work(&ana), wrong);
}

#[test]
fn what_is_not_known_of_every_stage_left_is_a_gap() {
    let mut it = deal();
    assert_eq!(it.gaps(DealStage::Qualification), [Check::NeedStated, Check::RightPerson]);
    it.checks = BTreeMap::from([(Check::NeedStated, true), (Check::RightPerson, false), (Check::Budget, true)]);
    assert_eq!(it.gaps(DealStage::Proposal), [Check::RightPerson, Check::BuyingTeam]);
    assert_eq!(it.gaps(DealStage::FirstContact), []);
    it.checks.extend([(Check::RightPerson, true), (Check::BuyingTeam, true)]);
    assert_eq!(it.gaps(DealStage::Proposal), []);
    let asked: Vec<Check> = DealStage::ALL.iter().flat_map(|stage| stage.checklist()).copied().collect();
    assert_eq!(asked, Check::ALL);
}

#[test]
fn so_many_whole_working_days_without_a_touch_are_dark() {
    let hours: WorkingHours = "Mon-Fri 09:00-18:00".parse().expect("hours");
    let holiday = NaiveDate::from_ymd_opt(2026, 12, 1).expect("a day");
    let off = move |day: NaiveDate| day == holiday;
    let calendar = Calendar { hours: &hours, zone: chrono_tz::Europe::Bucharest, off: &off };
    // Touched on a Monday; the first of December is off, so ten whole working days are over on Wednesday the ninth.
    assert_eq!(deal().goes_dark(10, None, &calendar), Some((at("2026-12-09T07:00:00Z"), Dark::Untouched)));
    let long = |days| deal().goes_dark(10, Some(TimeDelta::days(days)), &calendar);
    assert_eq!(long(4), Some((at("2026-11-27T08:00:00Z"), Dark::LongInStage)));
    assert_eq!(long(40).map(|(_, why)| why), Some(Dark::Untouched));
    // A touch after that begins anew.
    let touched = deal().touched(&person(1, Role::Rep), at("2026-11-30T08:00:00Z")).expect("it is hers");
    let dark = touched.goes_dark(10, Some(TimeDelta::days(4)), &calendar);
    assert_eq!(dark, Some((at("2026-12-16T07:00:00Z"), Dark::Untouched)));
    let won = deal().won(&person(1, Role::Rep), None).expect("it is hers");
    assert_eq!(won.goes_dark(10, None, &calendar), None);
}

#[test]
fn nine_of_ten_are_told_from_twenty_on() {
    let stays = |count: i64| -> Vec<TimeDelta> { (1..=count).rev().map(TimeDelta::days).collect() };
    assert_eq!(longest_stay(&stays(19)), None);
    assert_eq!(longest_stay(&stays(20)), Some(TimeDelta::days(18)));
    assert_eq!(longest_stay(&stays(31)), Some(TimeDelta::days(28)));
    assert!(!History { over: 19, won: 19 }.is_enough());
    assert!(History { over: 20, won: 0 }.is_enough());
}

#[test]
fn carrying_costs_what_its_terms_come_to() {
    let cost = |days, minutes, minor| Carrying { days, minutes, hour: Money::new(minor, euros()) }.cost().minor;
    assert_eq!(cost(84, 30, 5_000), 210_000);
    assert_eq!(cost(0, 30, 5_000), 0);
    assert_eq!(cost(1, 20, 100), 33);
    assert_eq!(cost(100_000, 1440, Money::MAX), Money::MAX);
}

proptest! {
    #[test]
    fn nothing_typed_is_lost(text in "[a-zA-Z0-9 ,.\"]{0,80}") {
        let line = parse_deal(&text, &stages(), euros());
        let kept = [&line.account, &line.note, &line.owner].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        if line.amount.is_none() && line.amount_fault.is_none() && line.stage.is_none() && line.owner.is_none() {
            let letters = |text: &str| {
                let mut letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
                letters.sort_unstable();
                letters
            };
            prop_assert_eq!(letters(&kept), letters(&text), "{:?} -> {:?}", text, line);
        }
    }

    #[test]
    fn working_days_are_counted_as_they_pass(minutes in 0_i64..500_000, days in 0_usize..40) {
        let hours: WorkingHours = "Mon-Thu 09:00-12:30 13:30-18:00, Sat 10:00-12:00".parse().expect("hours");
        let off = |day: NaiveDate| day == NaiveDate::from_ymd_opt(2026, 12, 24).expect("a day");
        let calendar = Calendar { hours: &hours, zone: chrono_tz::Europe::Bucharest, off: &off };
        let from = at("2026-09-01T00:00:00Z") + TimeDelta::minutes(minutes);
        let after = calendar.after_days(from, days);
        prop_assert!(calendar.is_open(after));
        // Whole days before it, and the one it begins.
        prop_assert_eq!(calendar.days_between(from, after), i64::try_from(days).unwrap_or(0) + 1);
        prop_assert_eq!(calendar.days_between(from, after - TimeDelta::seconds(1)), i64::try_from(days).unwrap_or(0));
        // Counted day by day, written separately.
        let zone = chrono_tz::Europe::Bucharest;
        let date = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
        let works = |day: &NaiveDate| {
            use chrono::Datelike as _;
            !matches!(day.weekday(), chrono::Weekday::Fri | chrono::Weekday::Sun) && !off(*day)
        };
        let counted = date(from).iter_days().skip(1).take_while(|day| *day < date(after)).filter(works).count();
        prop_assert_eq!(counted, days);
    }
}
