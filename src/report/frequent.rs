//! Which words clients say more often than before, in one language.
//!
//! The plain share of a word misleads: rare words jump by chance, common ones hide. So each word is weighed by its log-odds
//! against the past with an informative Dirichlet prior (Monroe, Colaresi and Quinn, "Fightin' Words", 2008):
//!
//! ```text
//! p  = n_past / 6                                              the words of the prior
//! a  = p * (y_now + y_past) / (n_now + n_past)                 what the word would have of them
//! l  = ln((y + a) / (n + p - y - a))                           its log-odds, now and in the past
//! z  = (l_now - l_past) / sqrt(1 / (y_now + a) + 1 / (y_past + a))
//! ```
//!
//! where `y` counts the verbatims that have the word (each once: one angry client is one client) and `n` sums `y` over
//! all words. A word is frequent from `z >=` [`SURE`] and [`SAID`] verbatims. Words are folded and stemmed, without stop words, as
//! when cases are compared ([`stems`]); the form said most is the one shown. How the line was chosen is in
//! `README.md`.

use std::collections::{BTreeMap, HashMap};

use unicode_normalization::UnicodeNormalization as _;

use crate::domain::stems;

/// From which z a word is said more often than before.
pub const SURE: f64 = 2.5;

/// Under so many verbatims a word is not frequent.
pub const SAID: u32 = 3;

/// Under so many verbatims in the past there is nothing to compare with.
pub const PAST: u32 = 50;

/// How many words the prior has for each of the past. In proportion, or it would drown a short past and be lost in a long one.
const PRIOR: f64 = 1.0 / 6.0;

/// The words of verbatims of one language.
#[derive(Clone, Debug, Default)]
pub struct Spoken {
    verbatims: u32,
    /// Every word of every verbatim, each once a verbatim.
    words: u32,
    of: HashMap<String, Word>,
}

/// A word, by its stem.
#[derive(Clone, Debug, Default)]
struct Word {
    verbatims: u32,
    /// How it was written, and how often.
    forms: BTreeMap<String, u32>,
}

/// A word that became frequent.
#[derive(Clone, Debug, PartialEq)]
pub struct Frequent {
    /// As clients write it most, in lower case.
    pub word: String,
    /// How many verbatims have it now.
    pub now: u32,
    /// How many of as many verbatims had it before.
    pub usual: f64,
    /// How sure it is, from [`SURE`] upwards.
    pub z: f64,
}

impl Spoken {
    /// Counts the words of one more verbatim.
    pub fn add(&mut self, verbatim: &str) {
        let mut said: HashMap<String, String> = HashMap::new();
        let text: String = verbatim.nfc().collect();
        for form in text.split(|c: char| !c.is_alphanumeric()).filter(|form| form.contains(char::is_alphabetic)) {
            if let Some(stem) = stems(form).pop() {
                said.entry(stem).or_insert_with(|| form.to_lowercase());
            }
        }
        self.verbatims += 1;
        for (stem, form) in said {
            self.words += 1;
            let word = self.of.entry(stem).or_default();
            word.verbatims += 1;
            *word.forms.entry(form).or_default() += 1;
        }
    }

    /// Adds what was counted elsewhere: weeks add up to a past.
    pub fn merge(&mut self, other: &Spoken) {
        self.verbatims += other.verbatims;
        self.words += other.words;
        for (stem, theirs) in &other.of {
            let word = self.of.entry(stem.clone()).or_default();
            word.verbatims += theirs.verbatims;
            for (form, times) in &theirs.forms {
                *word.forms.entry(form.clone()).or_default() += times;
            }
        }
    }

    fn having(&self, stem: &str) -> f64 {
        self.of.get(stem).map_or(0.0, |word| f64::from(word.verbatims))
    }
}

impl<'a> FromIterator<&'a str> for Spoken {
    fn from_iter<I: IntoIterator<Item = &'a str>>(verbatims: I) -> Self {
        let mut spoken = Self::default();
        verbatims.into_iter().for_each(|verbatim| spoken.add(verbatim));
        spoken
    }
}

impl Word {
    /// The form written most, the first of the alphabet among equals.
    fn shown(&self) -> String {
        let forms = self.forms.iter().rev().max_by_key(|(_, times)| **times);
        forms.map(|(form, _)| form.clone()).unwrap_or_default()
    }
}

/// The words said more often now than in the past, the surest first; both of one language, and apart from each other.
pub fn frequent(now: &Spoken, past: &Spoken) -> Vec<Frequent> {
    if past.verbatims < PAST {
        return Vec::new();
    }
    let often = now.of.iter().filter(|(_, word)| word.verbatims >= SAID);
    let weighed = often.map(|(stem, word)| Frequent {
        word: word.shown(),
        now: word.verbatims,
        usual: past.having(stem) * f64::from(now.verbatims) / f64::from(past.verbatims),
        z: z(stem, now, past),
    });
    let mut found: Vec<Frequent> = weighed.filter(|found| found.z >= SURE).collect();
    found.sort_by(|one, other| other.z.total_cmp(&one.z).then_with(|| one.word.cmp(&other.word)));
    found
}

fn z(stem: &str, now: &Spoken, past: &Spoken) -> f64 {
    let (y_now, y_past) = (now.having(stem), past.having(stem));
    let (n_now, n_past) = (f64::from(now.words), f64::from(past.words));
    let prior = PRIOR * n_past;
    let a = prior * (y_now + y_past) / (n_now + n_past);
    let log_odds = |y: f64, n: f64| ((y + a) / (n + prior - y - a)).ln();
    let variance = 1.0 / (y_now + a) + 1.0 / (y_past + a);
    (log_odds(y_now, n_now) - log_odds(y_past, n_past)) / variance.sqrt()
}
