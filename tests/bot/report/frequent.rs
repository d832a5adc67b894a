//! Words that became frequent, on verbatims made by a seeded generator.

use panout::report::{Frequent, PAST, SAID, SURE, Spoken, frequent};

/// How many words clients choose from, the first much more often than the last.
const WORDS: f64 = 400.0;
/// How long a verbatim is, and how many there are a week.
const LONG: usize = 8;
const A_WEEK: usize = 15;
/// How many weeks the past has.
const BACK: usize = 26;

/// A week of verbatims; each has the word `novel` with a chance of `novel`.
fn week(chance: &mut fastrand::Rng, novel: f64) -> Spoken {
    let mut spoken = Spoken::default();
    for _ in 0..A_WEEK {
        // Between even and Zipf's law: a stop list leaves out the very frequent.
        let words = (0..LONG).map(|_| format!("w{:.0}", chance.f64().powi(2) * WORDS)).collect::<Vec<_>>().join(" ");
        let novel = if chance.f64() < novel { " novel" } else { "" };
        spoken.add(&format!("{words}{novel}"));
    }
    spoken
}

/// So many weeks in none of which anything is special: what is found in each, against `back` weeks before it or more.
fn quiet(weeks: usize, back: usize) -> Vec<Vec<Frequent>> {
    let mut chance = fastrand::Rng::with_seed(7);
    let (mut past, mut found, mut age) = (Spoken::default(), Vec::new(), 0);
    while found.len() < weeks {
        if age == 2 * back {
            (past, age) = (Spoken::default(), 0);
        }
        let now = week(&mut chance, 0.0);
        if age >= back {
            found.push(frequent(&now, &past));
        }
        past.merge(&now);
        age += 1;
    }
    found
}

/// In how many of 100 weeks the word is found that `usual` of the verbatims had, and now `since` of them.
fn found_of_100(usual: f64, since: f64) -> usize {
    let found = |run: u64| {
        let mut chance = fastrand::Rng::with_seed(run);
        let mut past = Spoken::default();
        (0..BACK).for_each(|_| past.merge(&week(&mut chance, usual)));
        (0..10).filter(|_| frequent(&week(&mut chance, since), &past).iter().any(|found| found.word == "novel")).count()
    };
    (0..10).map(found).sum()
}

#[test]
fn of_quiet_weeks_fewer_than_one_in_ten_shows_a_word() {
    for back in [8, BACK] {
        let wrong = quiet(600, back).iter().filter(|week| !week.is_empty()).count();
        assert!(wrong <= 60, "{wrong} of 600 quiet weeks show a word, {back} weeks after the first");
        assert!(wrong > 2, "{wrong}: the line is so high that it would miss what becomes frequent");
    }
}

#[test]
fn a_word_that_becomes_frequent_is_found() {
    let (new, rare, usual) = (found_of_100(0.0, 0.3), found_of_100(0.02, 0.4), found_of_100(0.05, 0.5));
    assert!(new >= 70 && rare >= 75 && usual >= 70, "new {new}, rare {rare}, usual {usual} of 100");
}

#[test]
fn a_word_is_known_by_its_stem_and_shown_as_it_is_written_most() {
    let past: Spoken = (0..200).map(|at| if at % 4 == 0 { "too dear for us" } else { "no budget left" }).collect();
    let now: Spoken = [
        "The contracts are a trap",
        "Contractul e o capcană, prea dear",
        "les contrats : trop dear",
        "the contracts, the contracts, the contracts",
        "le contract",
        "Contracte prea lungi",
    ]
    .into_iter()
    .collect();
    let found = frequent(&now, &past);
    assert_eq!(found[0].word, "contracts", "{found:?}");
    assert_eq!((found[0].now, found[0].usual), (5, 0.0), "a word said thrice by one client counts once: {found:?}");
    assert!(found.iter().all(|found| found.now >= SAID && found.z >= SURE && found.word != "the"), "{found:?}");
}

#[test]
fn numbers_alone_short_pasts_and_what_two_clients_say_are_no_news() {
    let of = |text: &str, times: u32| -> Spoken { (0..times).map(|_| text).collect() };
    let past = of("no budget left", PAST);
    assert!(!frequent(&of("too slow", SAID + 3), &past).is_empty());
    assert!(frequent(&of("too slow", SAID - 1), &past).is_empty());
    assert!(frequent(&of("2027 30 100", 9), &past).is_empty());
    assert!(frequent(&of("too slow", 9), &of("no budget left", PAST - 1)).is_empty());
    assert!(frequent(&Spoken::default(), &past).is_empty() && frequent(&past, &past).is_empty());
}

#[test]
fn weeks_add_up_to_what_was_said_in_all_of_them() {
    let said = ["Too slow, far too slow", "Prea lent", "no budget", "le délai, les délais"];
    let mut merged: Spoken = said[..2].iter().copied().collect();
    merged.merge(&said[2..].iter().copied().collect());
    let whole: Spoken = said.into_iter().collect();
    let past: Spoken = (0..300).map(|_| "trust and price").collect();
    let tripled = |spoken: &Spoken| {
        let mut sum = spoken.clone();
        (0..5).for_each(|_| sum.merge(spoken));
        frequent(&sum, &past)
    };
    assert!(!tripled(&whole).is_empty());
    assert_eq!(tripled(&merged), tripled(&whole));
}
