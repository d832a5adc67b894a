//! Questions and their answers, and who may give and read them.

use panout::domain::{
    Asked, DebriefWhen, Denied, Details, Given, Outcome, Person, Questionnaire, ReasonId, Refusal, RefusalNumber, Role,
    Stage, Takes,
};
use panout::words::Catalogue;
use rstest::rstest;

fn question(id: &str, takes: Takes, retired: bool) -> Asked {
    Asked { id: id.into(), takes, retired, said: [].into() }
}

/// A refusal of the price, just logged.
fn logged_by(rep: &Person) -> Refusal {
    let details = Details {
        account: "Acme".into(),
        contact: None,
        contact_role: None,
        outcome: Outcome::NoDecision,
        reason: "price".parse().unwrap(),
        products: Vec::new(),
        budget: None,
        competitor: None,
        verbatim: None,
        segment: None,
        source: None,
        contract_until: None,
        happened_on: "2026-11-23".parse().unwrap(),
    };
    Refusal::new(RefusalNumber(1), rep, details, "2026-11-23T08:00:00Z".parse().unwrap())
}

fn given(answers: &[(&str, &str)]) -> Given {
    answers.iter().map(|(question, answer)| ((*question).to_owned(), (*answer).to_owned())).collect()
}

#[test]
fn the_next_question_is_the_first_without_an_answer_and_a_day_is_one() {
    let questions = vec![
        question("ended", Takes::Text, false),
        question("mood", Takes::Text, true),
        question("again", Takes::TextAndDay, false),
    ];
    let asked = Questionnaire { version: 1, questions };
    let next = |answers: &[(&str, &str)]| asked.next(&given(answers)).map(|question| question.id.clone());
    assert_eq!(next(&[]), Some("ended".into()));
    assert_eq!(next(&[("ended", "Badly.")]), Some("again".into()), "what is retired is not asked");
    assert_eq!(next(&[("ended", "Badly."), ("again_on", "2027-03-01")]), None);
    assert_eq!(asked.progress(&given(&[("mood", "Low."), ("again", "No.")])), (1, 2));
    assert_eq!(asked.day_wished(&given(&[("again_on", "2027-03-01")])), Some("2027-03-01"));
    assert_eq!(asked.day_wished(&given(&[("again", "Never.")])), None);
}

#[test]
fn the_built_in_questions_are_those_of_the_house() {
    let catalogue = Catalogue::built_in();
    let questionnaires = catalogue.questionnaires();
    assert_eq!(questionnaires.debrief.asked().count(), 4);
    assert_eq!(questionnaires.review.asked().count(), 6 + 1);
    assert_eq!(questionnaires.validation.asked().count(), 4);
    assert_eq!(questionnaires.recontact.asked().count(), 3);
    assert_eq!(questionnaires.letter, 1);
    let all = [&questionnaires.debrief, &questionnaires.review, &questionnaires.validation, &questionnaires.recontact];
    for questionnaire in all {
        assert_eq!(questionnaire.version, 1);
        for question in questionnaire.asked() {
            assert_eq!(question.said.len(), 3, "{}", question.id);
        }
    }
}

#[test]
fn when_to_be_asked_is_read_as_it_is_written() {
    for when in DebriefWhen::ALL {
        assert_eq!(when.as_str().parse(), Ok(when));
    }
    assert_eq!("never".parse::<DebriefWhen>(), Err("never".to_owned()));
}

#[rstest]
#[case("2026-11-23T08:00:00Z", Some("2026-11-23T16:30:00Z"))]
#[case("2026-11-23T16:30:00Z", None)]
#[case("2026-11-23T21:59:00Z", None)]
// After midnight in Bucharest it is the evening of the new day; clocks went forward on 28 March 2027.
#[case("2026-11-23T22:00:00Z", Some("2026-11-24T16:30:00Z"))]
#[case("2027-03-28T08:00:00Z", Some("2027-03-28T15:30:00Z"))]
fn this_evening_is_half_past_six_where_they_are(#[case] now: &str, #[case] evening: Option<&str>) {
    let mut ana = super::person(1, Role::Rep, 1);
    ana.choices.time_zone = Some(chrono_tz::Europe::Bucharest);
    let evening = evening.map(|at| at.parse().unwrap());
    assert_eq!(ana.this_evening(now.parse().unwrap()), evening);
}

#[test]
fn a_debrief_is_its_reps_and_read_by_nobody_else_but_those_who_lead() {
    let people: [(Person, bool); 6] = [
        (super::person(1, Role::Rep, 1), true),
        (super::person(2, Role::Rep, 1), false),
        (super::person(3, Role::Head, 1), true),
        (super::person(4, Role::Head, 2), false),
        (super::person(5, Role::Observer, 1), false),
        (super::person(6, Role::Admin, 2), true),
    ];
    let mut refusal = logged_by(&people[0].0);
    // Somebody else has it now.
    refusal.owner = people[1].0.id;
    for (person, reads) in &people {
        assert_eq!(refusal.shows_debrief_to(person), *reads, "{person:?}");
        let may = if person.id == refusal.logged_by { Ok(()) } else { Err(Denied::NotYours) };
        assert_eq!(refusal.may_debrief(person), may, "{person:?}");
    }
    let undone = Refusal { withdrawn_at: Some(refusal.logged_at), ..refusal.clone() };
    assert_eq!(undone.may_debrief(&people[0].0), Err(Denied::Withdrawn));
    assert!(!undone.asks_for_debrief());
}

#[test]
fn a_broader_or_finer_word_for_the_same_reason_is_no_difference() {
    let mut refusal = logged_by(&super::person(1, Role::Rep, 1));
    let reason = |typed: &str| typed.parse::<ReasonId>().unwrap();
    for (rep, client, head, differ) in [
        ("price", "price/payment_terms", None, false),
        ("price/payment_terms", "price", None, false),
        ("price/payment_terms", "price/above_alternative", None, true),
        ("price", "timing", None, true),
        ("price", "timing/budget_cycle", Some("timing"), false),
        ("price", "timing", Some("price"), true),
    ] {
        refusal.details.reason = reason(rep);
        (refusal.client_reason, refusal.head_reason) = (Some(reason(client)), head.map(reason));
        assert_eq!(refusal.reasons_differ(), differ, "{rep}, {client}, {head:?}");
    }
}

#[test]
fn reasons_differ_until_the_head_heard_the_clients() {
    let (ana, elena) = (super::person(1, Role::Rep, 1), super::person(3, Role::Head, 1));
    let mut refusal = logged_by(&ana);
    assert!(!refusal.reasons_differ());
    let timing: ReasonId = "timing".parse().unwrap();
    refusal.client_reason = Some(timing.clone());
    assert!(refusal.reasons_differ());
    assert_eq!(refusal.clone().settle_reason(&ana, timing.clone()), Err(Denied::NotYours));
    let settled = refusal.clone().settle_reason(&elena, timing.clone()).unwrap();
    assert!(!settled.reasons_differ() && settled.details.reason == refusal.details.reason);
    refusal.details.reason = timing;
    assert!(!refusal.reasons_differ());
}

#[test]
fn a_letter_goes_to_who_is_silent_while_that_is_not_at_an_end() {
    let ana = super::person(1, Role::Rep, 1);
    let mut refusal = logged_by(&ana);
    refusal.details.outcome = Outcome::Silent;
    for stage in Stage::ALL {
        refusal.stage = stage;
        assert_eq!(refusal.is_silent(), !stage.is_end());
        assert_eq!(refusal.may_write(&ana).is_ok(), !stage.is_end());
    }
    refusal.stage = Stage::Logged;
    refusal.details.outcome = Outcome::Competitor;
    assert!(!refusal.is_silent());
}
