//! Which earlier refusals are alike.

use chrono::NaiveDate;
use panout::domain::{
    ALIKE, Case, Details, Outcome, ReasonId, SameReason, Score, WordCounts, alike, score, within_reach,
};
use proptest::prelude::*;
use rstest::rstest;

mod labelled;

/// A refusal that owns what its case borrows.
#[derive(Clone, Debug)]
struct Row {
    reason: ReasonId,
    products: Vec<i64>,
    segment: Option<String>,
    verbatim: Option<String>,
}

impl Row {
    fn new(reason: &str, products: &[i64], segment: &str, verbatim: &str) -> Self {
        let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let reason = reason.parse().unwrap();
        Self { reason, products: products.to_vec(), segment: said(segment), verbatim: said(verbatim) }
    }

    fn case(&self) -> Case<'_> {
        let (segment, verbatim) = (self.segment.as_deref(), self.verbatim.as_deref());
        Case { reason: &self.reason, products: &self.products, segment, verbatim }
    }
}

/// The score of two cases when no words were counted.
fn plain(one: &Row, other: &Row) -> Score {
    score(&one.case(), &other.case(), &WordCounts::default())
}

/// A refusal without a verbatim: reason, products, segment.
type Plain<'a> = (&'a str, Vec<i64>, &'a str);

#[rstest]
#[case(("price/no_budget", vec![1, 2], "Food"), ("price/no_budget", vec![2, 1, 3], " FOOD "), Some(SameReason::Precise), 2, 70)]
#[case(("price/no_budget", vec![1, 1], "food"), ("price/above_alternative", vec![1], "retail"), Some(SameReason::Broad), 1, 40)]
#[case(("price", vec![], "santé"), ("price", vec![], "sante"), Some(SameReason::Broad), 0, 30)]
#[case(("price", vec![1], ""), ("price/no_budget", vec![2], ""), Some(SameReason::Broad), 0, 20)]
#[case(("other", vec![1], " "), ("other", vec![1], " "), None, 1, 20)]
#[case(("other/weather", vec![], ""), ("other/weather", vec![], ""), Some(SameReason::Precise), 0, 40)]
#[case(("price", vec![], ""), ("price_list", vec![], ""), None, 0, 0)]
fn each_thing_shared_has_its_points(
    #[case] one: Plain,
    #[case] other: Plain,
    #[case] reason: Option<SameReason>,
    #[case] products: usize,
    #[case] total: u8,
) {
    let [one, other] = [one, other].map(|(reason, products, segment)| Row::new(reason, &products, segment, ""));
    let score = plain(&one, &other);
    assert_eq!((score.reason, score.products, score.words, score.total()), (reason, products, 0, total));
}

#[rstest]
#[case("The licences are too expensive", "an expensive licence", 2, 30)]
#[case("integration", "Intégrer ? Integrare!", 1, 30)]
#[case("prețul, prețuri, Preţurilor", "PRET", 1, 30)]
#[case("paiements à 90 jours", "jour 90 payment", 2, 30)]
#[case("one contract, stopped, delivered", "contracts signed, delayed, refused", 1, 17)]
#[case("we did not want it, did we", "did we want it? we did not", 0, 0)]
#[case("c'est déjà ça", "on n'est pas là", 0, 0)]
#[case("nu, mulțumim", "nu acum, multumesc", 0, 0)]
#[case("", "", 0, 0)]
fn words_count_by_their_stems(#[case] one: &str, #[case] other: &str, #[case] words: usize, #[case] points: u8) {
    let score = plain(&Row::new("price", &[], "", one), &Row::new("timing", &[], "", other));
    assert_eq!((score.words, score.word_points), (words, points));
    assert_eq!(score.total(), points);
}

#[test]
fn a_rarer_word_weighs_more() {
    let counts: WordCounts = ["budget frozen", "budget cut", "budget spent", "no budget"].into_iter().collect();
    let row = |verbatim| Row::new("price", &[], "", verbatim);
    let [common, rare, both] = ["budget", "scales", "budget, scales, deadlines, colours"].map(row);
    let points = |one: &Row| score(&one.case(), &both.case(), &counts).word_points;
    assert!(points(&rare) > points(&common), "{} and {}", points(&rare), points(&common));
}

#[test]
fn the_best_come_first_and_of_equals_the_newest() {
    let of = Row::new("price/no_budget", &[1], "food", "The board froze all spending");
    let rows = [
        (5, Row::new("price/no_budget", &[1], "retail", "")),
        (4, Row::new("timing/not_now", &[1], "food", "spring")),
        (3, Row::new("price/no_budget", &[1], "retail", "Call in spring")),
        (2, Row::new("price/no_budget", &[1], "food", "spending is frozen by the board")),
        (1, Row::new("price/no_budget", &[], "", "The board froze all spending")),
    ];
    let found = |most| {
        let among = rows.iter().map(|(number, row)| (*number, row.case()));
        let best = alike(&of.case(), among, most, &WordCounts::default());
        best.into_iter().map(|(number, score)| (number, score.total())).collect::<Vec<_>>()
    };
    assert_eq!(found(9), [(2, 100), (1, 70), (5, ALIKE), (3, ALIKE)]);
    assert_eq!(found(3), [(2, 100), (1, 70), (5, ALIKE)]);
    assert_eq!(found(0), []);
}

#[test]
fn a_case_is_what_the_details_of_a_refusal_say() {
    let row = Row::new("price/no_budget", &[1, 2], "food", "No money");
    let details = Details {
        account: "Acme".into(),
        contact: None,
        contact_role: None,
        outcome: Outcome::NoDecision,
        reason: row.reason.clone(),
        products: row.products.clone(),
        budget: None,
        competitor: None,
        verbatim: row.verbatim.clone(),
        segment: row.segment.clone(),
        source: None,
        contract_until: None,
        happened_on: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
    };
    assert_eq!(Case::from(&details), row.case());
}

/// What people write, and what nobody does.
fn any_verbatim() -> impl Strategy<Value = String> {
    let words = labelled::verbatims().flat_map(|verbatim| verbatim.split(' ')).collect::<Vec<_>>();
    let said = prop::collection::vec(prop::sample::select(words), 0..8).prop_map(|words| words.join(" "));
    prop_oneof![4 => said, 1 => "\\PC{0,40}", 1 => any::<String>()]
}

fn any_row() -> impl Strategy<Value = Row> {
    let reason = prop::sample::select(ReasonId::all().collect::<Vec<_>>());
    let reason =
        prop_oneof![reason, prop::sample::select(vec!["price".parse().unwrap(), "price/no_budget".parse().unwrap()])];
    let products = prop::collection::vec(0..4_i64, 0..4);
    let segment = prop::option::of(prop::sample::select(vec!["food", "Food", "santé", " "]).prop_map(str::to_owned));
    (reason, products, segment, prop::option::of(any_verbatim()))
        .prop_map(|(reason, products, segment, verbatim)| Row { reason, products, segment, verbatim })
}

fn any_counts() -> impl Strategy<Value = WordCounts> {
    prop::collection::vec(any_verbatim(), 0..6)
        .prop_map(|verbatims| verbatims.iter().map(String::as_str).collect::<WordCounts>())
}

proptest! {
    #[test]
    fn a_score_is_the_same_both_ways(one in any_row(), other in any_row(), counts in any_counts()) {
        let (there, back) = (score(&one.case(), &other.case(), &counts), score(&other.case(), &one.case(), &counts));
        prop_assert_eq!(there, back);
        prop_assert!(there.total() <= 100);
    }

    #[test]
    fn any_text_is_accepted(one in any::<String>(), other in any::<String>(), segment in any::<String>()) {
        let [row, next] = [&one, &other].map(|verbatim| Row::new("price", &[], &segment, verbatim));
        let counts = [one.as_str()].into_iter().collect();
        prop_assert!(score(&row.case(), &next.case(), &counts).total() <= 60);
    }

    #[test]
    fn a_case_is_most_alike_to_itself(one in any_row(), other in any_row(), counts in any_counts()) {
        let itself = score(&one.case(), &one.case(), &counts).total();
        prop_assert!(itself >= score(&one.case(), &other.case(), &counts).total());
    }

    #[test]
    fn the_order_of_words_does_not_matter(
        words in prop::collection::vec("[a-zA-Zéșțà0-9]{1,12}", 0..9).prop_flat_map(|words| {
            (Just(words.join(" ")), Just(words).prop_shuffle().prop_map(|words| words.join(" ")))
        }),
        other in any_row(),
        counts in any_counts(),
    ) {
        let [one, turned] = [&words.0, &words.1].map(|verbatim| Row::new("price", &[1], "food", verbatim));
        let of = |row: &Row| score(&row.case(), &other.case(), &counts);
        prop_assert_eq!(of(&one), of(&turned));
    }

    #[test]
    fn whatever_is_alike_was_within_reach(one in any_row(), other in any_row(), counts in any_counts()) {
        let reached = within_reach(&one.case())(&other.case());
        prop_assert_eq!(reached, within_reach(&other.case())(&one.case()));
        let score = score(&one.case(), &other.case(), &counts);
        prop_assert!(reached || !score.is_alike());
        prop_assert_eq!(reached, score.total() - score.word_points + 30 >= ALIKE);
    }

    #[test]
    fn those_that_are_alike_are_those_whose_score_says_so(
        of in any_row(), rows in prop::collection::vec(any_row(), 0..12), counts in any_counts(),
    ) {
        let scored = || rows.iter().map(|row| score(&of.case(), &row.case(), &counts)).enumerate();
        let mut expected: Vec<(usize, Score)> = scored().filter(|(_, score)| score.is_alike()).collect();
        expected.sort_by_key(|(at, score)| (100 - score.total(), *at));
        let found = alike(&of.case(), rows.iter().map(Row::case).enumerate(), rows.len(), &counts);
        prop_assert_eq!(found, expected);
    }
}
