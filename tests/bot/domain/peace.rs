//! Who at a client's asked not to be contacted.

use chrono::NaiveDate;
use panout::domain::{Details, Outcome, Peace, contact_key};
use proptest::prelude::*;
use rstest::rstest;

fn details(account: &str, contact: Option<&str>) -> Details {
    Details {
        account: account.into(),
        contact: contact.map(str::to_owned),
        contact_role: None,
        outcome: Outcome::NoDecision,
        reason: "price".parse().expect("a reason"),
        products: Vec::new(),
        budget: None,
        competitor: None,
        verbatim: None,
        segment: None,
        source: None,
        contract_until: None,
        happened_on: NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day"),
    }
}

fn peace(contact: Option<&str>) -> Peace {
    Peace { account: "Acme".into(), contact: contact.map(str::to_owned), said_by: "Their buyer".into() }
}

#[rstest]
#[case("Maria Pop", "MARIA  POP")]
#[case("Maria Pop", "Pop, Măria")]
#[case("Ștefan Țepeș", "Stefan Ţepeş")]
#[case("Ana-Maria Pop", "Ana Maria POP")]
#[case("J. R. Smith", "J R Smith")]
#[case("Françoise Œuvrard", "francoise oeuvrard")]
fn one_contact_is_found_under_several_spellings(#[case] one: &str, #[case] other: &str) {
    assert_eq!(contact_key(one), contact_key(other));
}

#[rstest]
#[case("Maria Pop", "Mario Pop")]
#[case("Maria Pop", "Maria")]
#[case("Ana Maria", "Anamaria")]
#[case("🚀", "🚁")]
#[case("李", "王")]
fn two_contacts_stay_two(#[case] one: &str, #[case] other: &str) {
    assert_ne!(contact_key(one), contact_key(other));
}

#[rstest]
#[case(None, "ACME Inc.", None, true)]
#[case(None, "ACME Inc.", Some("Maria Pop"), true)]
#[case(None, "Globex", Some("Maria Pop"), false)]
#[case(Some("Maria Pop"), "ACME Inc.", Some("pop maria"), true)]
#[case(Some("Maria Pop"), "Acme", Some("Ion Pop"), false)]
#[case(Some("Maria Pop"), "Acme", None, false)]
#[case(Some("Maria Pop"), "Globex", Some("Maria Pop"), false)]
// A name that shows nothing is nobody else's, and not everybody's.
#[case(Some("\u{200b}"), "Acme", None, false)]
#[case(Some("\u{200b}"), "Acme", Some("Maria Pop"), false)]
fn what_an_account_asked_holds_for_everybody_there_and_what_a_contact_asked_for_them_alone(
    #[case] asked: Option<&str>,
    #[case] account: &str,
    #[case] contact: Option<&str>,
    #[case] holds: bool,
) {
    assert_eq!(peace(asked).holds_for(&details(account, contact)), holds);
}

#[test]
fn who_asked_is_named() {
    assert_eq!(peace(None).who(), "Acme");
    assert_eq!(peace(Some("Maria Pop")).who(), "Maria Pop");
}

proptest! {
    #[test]
    fn the_key_of_a_name_is_never_empty_and_is_its_own(name in "\\PC+|[\u{200b}\u{ad} .,]+") {
        let key = contact_key(&name);
        prop_assert!(!key.is_empty());
        prop_assert_eq!(contact_key(&key), key);
    }

    #[test]
    fn case_order_and_signs_make_nobody_another(names in prop::collection::vec("[a-zA-Zăâîșțéèç]{1,8}", 1..4)) {
        let backwards = names.iter().rev().map(|name| name.to_uppercase()).collect::<Vec<_>>().join(",  ");
        prop_assert_eq!(contact_key(&names.join(" ")), contact_key(&backwards));
    }
}
