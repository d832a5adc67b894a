//! Plays, the gap between reasons, refusals that validate themselves, and who may decide in place of a head.

use chrono::NaiveDate;
use panout::domain::{
    Denied, Details, ENOUGH, Gap, Heard, Lever, Money, Outcome, Person, PersonId, Play, ReasonId, Refusal,
    RefusalNumber, Role, SelfValidation, Stage, gap_by, offered, whole_gap, words_in_common,
};
use proptest::prelude::*;

fn play(id: i64) -> Play {
    let reason: ReasonId = "price".parse().unwrap();
    Play { id, reason, lever: Lever::Discount, how: "Ten percent.".into(), uses: 0, successes: 0 }
}

fn details(budget: Option<Money>) -> Details {
    Details {
        account: "Acme".into(),
        contact: None,
        contact_role: None,
        outcome: Outcome::NoDecision,
        reason: "price".parse().unwrap(),
        products: Vec::new(),
        budget,
        competitor: None,
        verbatim: None,
        segment: None,
        source: None,
        contract_until: None,
        happened_on: NaiveDate::default(),
    }
}

fn person(id: i64, role: Role, team: i64) -> Person {
    super::person(id, role, team)
}

fn refusal(stage: Stage) -> Refusal {
    let logged = Refusal::new(RefusalNumber(1), &person(1, Role::Rep, 1), details(None), chrono::DateTime::default());
    Refusal { stage, ..logged }
}

#[test]
fn the_plays_of_the_very_reason_come_first_and_each_once() {
    let ids = |plays: Vec<Play>| plays.into_iter().map(|play| play.id).collect::<Vec<_>>();
    let (precise, broad) = (vec![play(3), play(1)], vec![play(2), play(3), play(4)]);
    assert_eq!(ids(offered(precise.clone(), broad.clone(), 25)), [3, 1, 2, 4]);
    assert_eq!(ids(offered(precise, broad, 3)), [3, 1, 2]);
    assert!(Play::are_open_to(&person(1, Role::Rep, 1)) && !Play::are_open_to(&person(1, Role::Observer, 1)));
}

#[test]
fn a_gap_of_few_cases_says_nothing() {
    assert_eq!(Gap { heard: ENOUGH - 1, differing: 4 }.percent(), None);
    assert_eq!(Gap { heard: ENOUGH, differing: 2 }.percent(), Some(40));
    assert_eq!(Gap::default().percent(), None);
}

#[test]
fn one_that_offers_two_products_counts_in_each_and_once_in_the_whole() {
    let heard = |reason: &str, products: &[i64], heard, differing| Heard {
        reason: reason.parse().unwrap(),
        products: products.to_vec(),
        rep: PersonId(1),
        heard,
        differing,
    };
    let all = [heard("price", &[1, 2], 4, 1), heard("technical", &[1], 2, 2)];
    assert_eq!(whole_gap(&all), Gap { heard: 6, differing: 3 });
    let sold = gap_by(&all, |heard| heard.products.clone());
    assert_eq!(sold, [(1, Gap { heard: 6, differing: 3 }), (2, Gap { heard: 4, differing: 1 })]);
}

#[test]
fn a_refusal_validates_itself_strictly_below_the_threshold_in_its_currency() {
    let euros = |minor| Some(Money::new(minor, "EUR".parse().unwrap()));
    let rule = SelfValidation { below: euros(100_000).unwrap(), sample_one_in: 5 };
    assert!(rule.holds_for(&details(euros(99_999))));
    assert!(!rule.holds_for(&details(euros(100_000))));
    assert!(!rule.holds_for(&details(Some(Money::new(1, "RON".parse().unwrap())))));
    assert!(!rule.holds_for(&details(None)));
}

#[test]
fn the_sample_is_about_one_in_so_many() {
    let below = Money::new(100_000, "EUR".parse().unwrap());
    let mut chance = fastrand::Rng::with_seed(7);
    for sample_one_in in [1_u32, 2, 5, 20] {
        let rule = SelfValidation { below, sample_one_in };
        let drawn = (0..20_000).filter(|_| rule.is_sample(chance.u32(..))).count();
        let expected = 20_000 / usize::try_from(sample_one_in).unwrap();
        // Five standard deviations of a binomial share are below this.
        assert!(drawn.abs_diff(expected) <= 360, "one in {sample_one_in}: {drawn} of 20000");
    }
    assert!(!SelfValidation { below, sample_one_in: 0 }.is_sample(0), "none");
}

#[test]
fn whoever_was_asked_to_decide_decides_this_one_and_changes_nothing_else_in_it() {
    let delegate = person(7, Role::Rep, 2);
    let (given, other) =
        (Refusal { delegate: Some(delegate.id), ..refusal(Stage::WithHead) }, refusal(Stage::WithHead));
    assert_eq!(given.may_decide(&delegate), Ok(()));
    assert!(given.is_open_to(&delegate) && !other.is_open_to(&delegate));
    assert_eq!(other.may_decide(&delegate), Err(Denied::NotYours));
    // Whoever decides may ask first.
    assert_eq!((given.may_ask(&delegate), other.may_ask(&delegate)), (Ok(()), Err(Denied::NotYours)));
    let asleep = Refusal { stage: Stage::Dormant, ..given.clone() };
    assert_eq!(asleep.may_ask(&delegate), Err(Denied::NotYours));
    for denied in [given.may_edit(&delegate), given.may_delegate(&delegate)] {
        assert_eq!(denied, Err(Denied::NotYours));
    }
    let validated = given.clone().validate(&delegate, "price".parse().unwrap()).unwrap();
    assert_eq!(validated.may_decide(&person(9, Role::Head, 1)), Err(Denied::Decided(Stage::Dormant)));
    assert_eq!(validated.may_reassign(&delegate), Err(Denied::NotYours));
}

#[test]
fn only_its_owner_or_who_leads_puts_it_into_other_hands_and_only_while_it_is_in_some() {
    let (owner, head, colleague) = (person(1, Role::Rep, 1), person(2, Role::Head, 1), person(3, Role::Rep, 1));
    for stage in Stage::ALL {
        let expected =
            if matches!(stage, Stage::Revived | Stage::Dormant) { Ok(()) } else { Err(Denied::Decided(stage)) };
        assert_eq!(refusal(stage).may_reassign(&owner), expected, "{stage:?}");
        assert_eq!(refusal(stage).may_reassign(&head), expected, "{stage:?}");
        assert_eq!(refusal(stage).may_reassign(&colleague), Err(Denied::NotYours), "{stage:?}");
    }
    let given = refusal(Stage::Dormant).reassign(&owner, colleague.id).unwrap();
    assert_eq!((given.owner, given.stage), (colleague.id, Stage::Dormant));
}

#[test]
fn words_in_common_are_written_as_the_first_says_them() {
    let common = words_in_common("Payment at 90 days, the payments!", "they pay: payment after ninety (90) day", 3);
    assert_eq!(common, ["payment", "90", "days"]);
    assert!(words_in_common("the and of", "the and of", 3).is_empty());
    assert_eq!(words_in_common("Intégration lente", "integrarea", 3), ["intégration"]);
}

proptest! {
    #[test]
    fn a_refusal_that_validated_itself_sleeps_without_a_reason_of_its_head(stage in prop::sample::select(Stage::ALL.to_vec())) {
        let settled = refusal(stage).validate_itself();
        prop_assert_eq!(settled.is_ok(), stage.awaits_head());
        if let Ok(asleep) = settled {
            prop_assert_eq!(asleep.stage, Stage::Dormant);
            prop_assert_eq!(asleep.head_reason, None);
        }
    }

    #[test]
    fn at_most_so_many_words_are_in_common(one in ".{0,80}", other in ".{0,80}", most in 0usize..4) {
        prop_assert!(words_in_common(&one, &other, most).len() <= most);
    }
}
