//! Folding, finding words, reasons and companies' names.

use chrono::NaiveDate;
use panout::domain::{Found, Lexicon, Outcome, ReasonId, Source, TAXONOMY, account_key, fold};
use proptest::prelude::*;
use rstest::rstest;

#[rstest]
#[case("Preț", "pret")]
#[case("Ştefan  ŞI Ţară", "stefan si tara")]
#[case("Œuvre d’art", "oeuvre d'art")]
#[case("Straße", "strasse")]
#[case("ﬁn\u{a0}\u{202f}de mois", "fin de mois")]
#[case("„zu teuer“ – «non»", "\"zu teuer\" - \"non\"")]
#[case("a\u{200b}b\u{202e}", "ab")]
#[case(" \t ", "")]
fn what_is_written_differently_folds_alike(#[case] text: &str, #[case] folded: &str) {
    assert_eq!(fold(text), folded);
}

#[rstest]
#[case("S.C. Novo Systems S.R.L.", "novo-systems")]
#[case("Novo Systems, Inc.", "NOVO SYSTEMS")]
#[case("Müller GmbH & Co. KG", "Muller")]
#[case("Procter & Gamble", "Procter and Gamble")]
#[case("Société Générale SA", "societe generale")]
#[case("Ünïted  Ltd", "United")]
fn one_company_is_found_under_several_spellings(#[case] one: &str, #[case] other: &str) {
    assert_eq!(account_key(one), account_key(other));
}

#[rstest]
#[case("Acme", "Acme Robotics")]
#[case("Novo Systems", "Novo Services")]
#[case("SA", "SRL")]
#[case("🚀", "🚁")]
#[case("日本", "中国")]
fn two_companies_stay_two(#[case] one: &str, #[case] other: &str) {
    assert_ne!(account_key(one), account_key(other));
}

fn reasons() -> Lexicon<String> {
    Lexicon::new([
        ("price".to_owned(), vec!["price", "Price", "Prix", "Preț", "too expensive"]),
        ("price/payment_terms".into(), vec!["price/payment_terms", "payment terms", "délai de paiement"]),
        ("technical".into(), vec!["technical", "Technique", "Tehnic"]),
        ("timing".into(), vec!["timing", "Calendrier", "Moment"]),
        ("trust".into(), vec!["trust"]),
    ])
}

#[rstest]
#[case("price", "price", true)]
#[case("PRET", "price", true)]
#[case("prix", "price", true)]
#[case("Payment-Terms", "price/payment_terms", true)]
#[case("delai de paiement.", "price/payment_terms", true)]
#[case("tech", "technical", false)]
#[case("pricee", "price", false)]
#[case("rpice", "price", false)]
#[case("payement terns", "price/payment_terms", false)]
fn a_word_is_found_by_any_name_by_its_beginning_and_misspelled(
    #[case] typed: &str,
    #[case] value: &str,
    #[case] exact: bool,
) {
    assert_eq!(reasons().find(typed), Some(Found { value: value.to_owned(), exact }));
}

#[rstest]
#[case("pri")]
#[case("")]
#[case("??")]
#[case("tim")]
#[case("weather")]
#[case("thoust")]
fn what_could_be_anything_is_not_found(#[case] typed: &str) {
    assert_eq!(reasons().find(typed), None);
}

#[test]
fn a_name_two_things_share_is_a_question_unless_it_is_the_id_of_one() {
    let shared = Lexicon::new([(1, vec!["one", "both"]), (2, vec!["two", "both"]), (3, vec!["both sides"])]);
    assert_eq!(shared.exact("both"), None);
    assert_eq!(shared.find("both"), None);
    let owned = Lexicon::new([(1, vec!["one", "both"]), (2, vec!["both"])]);
    assert_eq!(owned.exact("both"), Some(&2));
    let near = Lexicon::new([(1, vec!["brand"]), (2, vec!["grand"])]);
    assert_eq!(near.find("trand"), None, "two things are as near");
}

#[test]
fn suggestions_come_best_first_and_once() {
    let reasons = reasons();
    assert_eq!(reasons.suggest("", 2), ["price", "price/payment_terms"]);
    assert_eq!(reasons.suggest("pay", 5), ["price/payment_terms"]);
    assert_eq!(reasons.suggest("p", 5)[..2], ["price", "price/payment_terms"]);
    assert_eq!(reasons.suggest("expens", 5), ["price"]);
    assert_eq!(reasons.suggest("trusst", 5), ["trust"]);
    assert!(reasons.suggest("zzz", 5).is_empty());
}

#[test]
fn every_reason_and_outcome_reads_back_from_its_id() {
    let all: Vec<ReasonId> = ReasonId::all().collect();
    assert_eq!(all.len(), TAXONOMY.len() + TAXONOMY.iter().map(|(_, finer)| finer.len()).sum::<usize>());
    for reason in all {
        assert_eq!(reason.as_str().parse(), Ok(reason.clone()));
        assert!(reason.within(&reason.broad()));
    }
    for outcome in Outcome::ALL {
        assert_eq!(outcome.as_str().parse(), Ok(outcome));
        assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
    }
    let own: ReasonId = "our_own/special_1".parse().unwrap();
    assert_eq!((own.level1(), own.level2()), ("our_own", Some("special_1")));
    for wrong in ["", "Price", "price/", "/price", "price/a/b", "prix élevé", "1st", "price/Terms"] {
        assert_eq!(wrong.parse::<ReasonId>(), Err(wrong.to_owned()));
    }
}

#[rstest]
#[case("price", None, 0, "2026-04-01")]
#[case("technical/security", None, 0, "2026-06-30")]
#[case("silent", None, 0, "2026-01-31")]
#[case("silent", None, 1, "2026-05-01")]
#[case("timing", None, 0, "2026-04-01")]
#[case("timing/not_now", Some("2026-09-01"), 0, "2026-09-01")]
#[case("timing/under_contract", Some("2026-12-31"), 0, "2026-10-02")]
#[case("timing/under_contract", Some("2026-02-01"), 0, "2026-01-02")]
#[case("timing", Some("2025-02-01"), 0, "2026-01-02")]
#[case("price", Some("2026-09-01"), 0, "2026-04-01")]
#[case("our_own", None, 0, "2026-04-01")]
fn a_dormant_client_comes_back_when_its_reason_says(
    #[case] reason: &str,
    #[case] until: Option<&str>,
    #[case] earlier: usize,
    #[case] due: &str,
) {
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    let reason: ReasonId = reason.parse().unwrap();
    assert_eq!(reason.recontact_on(date("2026-01-01"), until.map(date), earlier), date(due));
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in "\\PC*") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn every_name_that_says_something_has_a_key(name in "\\PC*") {
        prop_assert_eq!(account_key(&name).is_empty(), fold(&name).is_empty());
    }

    #[test]
    fn no_text_makes_finding_fall_over(typed in "\\PC*") {
        let _ = reasons().find(&typed);
        prop_assert!(reasons().suggest(&typed, 3).len() <= 3);
    }
}

#[test]
fn a_source_is_kept_under_the_id_it_is_read_by() {
    for source in Source::ALL {
        assert_eq!(source.as_str().parse(), Ok(source));
        assert_eq!(serde_json::to_string(&source).unwrap(), format!("\"{}\"", source.as_str()));
    }
    assert_eq!("Trade show".parse::<Source>(), Err("Trade show".to_owned()));
}
