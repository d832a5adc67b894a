//! How well a refusal is qualified.

use panout::domain::{Criterion, Quality, ReasonId, RefusalFile};
use proptest::prelude::*;

fn reason(id: &str) -> ReasonId {
    id.parse().unwrap()
}

fn bare(reason: &ReasonId) -> RefusalFile<'_> {
    RefusalFile {
        verbatim: None,
        reason,
        reason_names: &["Price", "Prix", "Preț"],
        is_confirmed: false,
        is_debriefed: false,
        has_next_step: false,
        has_product: false,
        has_segment: false,
        has_competitor: false,
        has_budget: false,
    }
}

fn points(file: &RefusalFile, what: Criterion) -> (u8, u8) {
    let quality = Quality::of(file);
    let part = quality.parts.iter().find(|part| part.what == what).unwrap();
    (part.points, part.of)
}

#[test]
fn a_file_with_everything_has_a_hundred_and_an_empty_one_none() {
    let (broad, precise) = (reason("price"), reason("price/payment_terms"));
    assert_eq!(Quality::of(&bare(&broad)).total(), 0);
    let full = RefusalFile {
        verbatim: Some("We cannot pay the whole year up front, our bank said no."),
        is_confirmed: true,
        is_debriefed: true,
        has_next_step: true,
        has_product: true,
        has_segment: true,
        has_budget: true,
        ..bare(&precise)
    };
    let quality = Quality::of(&full);
    assert_eq!(quality.total(), 100, "{quality:?}");
    assert!(quality.raise().is_empty());
    let with_competitor = RefusalFile { has_budget: false, has_competitor: true, ..full };
    assert_eq!(Quality::of(&with_competitor).total(), 100, "a competitor or a budget: one of them is enough");
}

#[test]
fn a_verbatim_that_only_names_the_reason_has_little() {
    let price = reason("price");
    let of = |said| points(&RefusalFile { verbatim: Some(said), ..bare(&price) }, Criterion::Verbatim);
    assert_eq!(of("Price."), (10, 30));
    assert_eq!(of("C'est le prix"), (10, 30));
    assert_eq!(of("Prețul, prețul!"), (10, 30));
    assert_eq!(of("the price was over the budget"), (15, 30));
    assert_eq!(of("30% above Contoso, and nobody here signs that"), (30, 30));
    assert_eq!(of("  ...  "), (0, 30), "nothing was said");
}

#[test]
fn what_would_raise_it_most_comes_first() {
    let price = reason("price");
    let file = RefusalFile { verbatim: Some("price, and a slow answer"), has_product: true, ..bare(&price) };
    let raise: Vec<_> = Quality::of(&file).raise().into_iter().map(|part| (part.what, part.missing())).collect();
    let expected = [
        (Criterion::Confirmed, 20),
        (Criterion::SecondLevel, 15),
        (Criterion::Debrief, 15),
        (Criterion::Verbatim, 10),
        (Criterion::NextStep, 10),
        (Criterion::Signal, 7),
    ];
    assert_eq!(raise, expected);
}

#[test]
fn every_criterion_has_a_name_and_all_points_are_a_hundred() {
    let names: std::collections::HashSet<_> = Criterion::ALL.iter().map(|what| what.as_str()).collect();
    assert_eq!(names.len(), Criterion::ALL.len());
    let all = Quality::of(&bare(&reason("silent")));
    assert_eq!(all.parts.iter().map(|part| u32::from(part.of)).sum::<u32>(), 100);
}

proptest! {
    #[test]
    fn it_is_of_a_hundred_and_nothing_added_lowers_it(
        said in proptest::option::of("[a-zșé ',.]{0,60}|.{0,40}"),
        more in "[a-zșé]{1,8}",
        id in proptest::sample::select(ReasonId::all().collect::<Vec<_>>()),
        flags in proptest::array::uniform7(any::<bool>()),
        added in 0_usize..9,
    ) {
        let broad = id.broad();
        let finer = ReasonId::all().find(|finer| finer.broad() == broad && finer.level2().is_some());
        let file = |said: Option<&str>, reason: &ReasonId, flags: [bool; 7]| {
            let [is_confirmed, is_debriefed, has_next_step, has_product, has_segment, has_competitor, has_budget] = flags;
            let names = ["Price", "Timing"];
            let file = RefusalFile {
                verbatim: said, reason, reason_names: &names, is_confirmed, is_debriefed, has_next_step, has_product,
                has_segment, has_competitor, has_budget,
            };
            Quality::of(&file)
        };
        let before = file(said.as_deref(), &id, flags);
        prop_assert!(before.total() <= 100);
        let longer = format!("{} {more}", said.clone().unwrap_or_default());
        let after = match added {
            7 => file(Some(&longer), &id, flags),
            8 if id.level2().is_none() => file(said.as_deref(), finer.as_ref().unwrap_or(&id), flags),
            8 => file(said.as_deref(), &id, flags),
            at => {
                let mut more = flags;
                more[at] = true;
                file(said.as_deref(), &id, more)
            }
        };
        for (was, is) in before.parts.iter().zip(&after.parts) {
            prop_assert!(was.points <= is.points && is.points <= is.of, "{was:?} {is:?}");
        }
        prop_assert_eq!(before.raise().iter().map(|part| part.missing()).sum::<u8>(), 100 - before.total());
    }
}
