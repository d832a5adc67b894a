//! The words by which a refusal is found.
//!
//! Words are runs of letters and digits of the folded text: case and diacritics do not matter, in any language. A word
//! that is looked for is found where it stands so, and where a word of the same stem does (`contracts` finds
//! `contractul`); the last one also where a word begins so, for it may not be typed to its end. Words that say nothing
//! alone (`the`, `pas`, `un`) are passed over, unless there is no other: then they are looked for in names.

use std::collections::BTreeSet;

use super::fold;
use super::stem::{says_nothing, stem};

/// The longest a word may be, in characters; a longer one is known by its beginning.
const LONGEST: usize = 40;

/// The most words that are looked for at once.
pub const MOST_WORDS: usize = 20;

/// A text of a refusal in which words are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The client's company.
    Account,
    /// The client's own words.
    Verbatim,
    /// The person there, and what they are.
    Contact,
    /// Who won, or stood against us.
    Competitor,
    /// Which part of the market.
    Segment,
    /// What the client answered: in a review, in a call, to a letter.
    Answer,
    /// What somebody wrote to a decision.
    Note,
    /// What its rep said of it: not for everybody who may read the refusal
    /// ([`super::Refusal::shows_debrief_to`]).
    Debrief,
}

impl Field {
    /// Every field.
    pub const ALL: [Field; 8] = [
        Field::Account,
        Field::Verbatim,
        Field::Contact,
        Field::Competitor,
        Field::Segment,
        Field::Answer,
        Field::Note,
        Field::Debrief,
    ];

    /// Its place among the fields of a word.
    pub fn bit(self) -> u8 {
        1 << Field::ALL.iter().position(|field| *field == self).unwrap_or_default()
    }

    /// What a word in it counts for: the account and the client's own words more than all others together.
    fn weight(self) -> u16 {
        match self {
            Field::Account | Field::Verbatim => 8,
            _ => 1,
        }
    }

    /// Whether it is a name, in which every word matters.
    fn is_name(self) -> bool {
        matches!(self, Field::Account | Field::Contact | Field::Competitor | Field::Segment)
    }

    /// The words of a text in this field, each once.
    pub fn words(self, text: &str) -> BTreeSet<String> {
        let words = words(text).into_iter();
        words.filter(|word| self.is_name() || !is_passed_over(word)).collect()
    }
}

/// What a word counts for that stands in these fields ([`Field::bit`]).
pub fn found_in(fields: u8) -> u16 {
    Field::ALL.into_iter().filter(|field| fields & field.bit() != 0).map(Field::weight).sum()
}

/// A word that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The word, folded.
    pub word: String,
    /// Whether words that begin so are meant too.
    pub begins: bool,
}

/// The words that are looked for in what was typed, each once.
pub fn wanted(typed: &str) -> Vec<Wanted> {
    let all = words(typed);
    let mut kept: Vec<String> = all.iter().filter(|word| !is_passed_over(word)).cloned().collect();
    if kept.is_empty() {
        kept = all;
    }
    let last = kept.len().saturating_sub(1);
    let mut wanted: Vec<Wanted> = Vec::new();
    for (at, word) in kept.into_iter().enumerate() {
        match wanted.iter_mut().find(|known| known.word == word) {
            Some(known) => known.begins |= at == last,
            None => wanted.push(Wanted { word, begins: at == last }),
        }
    }
    wanted
}

/// What of a word does not change with its ending.
pub fn stem_of(word: &str) -> String {
    stem(word)
}

fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(LONGEST).collect()).collect()
}

fn is_passed_over(word: &str) -> bool {
    word.chars().nth(1).is_none() || says_nothing(word)
}
