//! Finding what somebody means by a word: by id, by label, by alias, by its beginning, or misspelled.

use std::collections::HashMap;

use strsim::damerau_levenshtein;

use super::fold::fold;

/// The fewest characters by which a beginning is recognised.
const MIN_PREFIX: usize = 4;

/// Things by their names. Several names may be given to one thing; names are compared folded, with `_` and `-` as
/// spaces.
#[derive(Clone, Debug)]
pub struct Lexicon<T> {
    entries: Vec<Entry<T>>,
    /// Positions in `entries` by key, those whose *first* name it is before the others.
    by_key: HashMap<String, Vec<usize>>,
    longest: usize,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    value: T,
    keys: Vec<Key>,
}

#[derive(Clone, Debug)]
struct Key {
    text: String,
    length: usize,
}

/// What a word means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// The thing.
    pub value: T,
    /// Whether it was written as one of its names; otherwise it is a guess from a beginning or a misspelling.
    pub exact: bool,
}

impl<T> Default for Lexicon<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), by_key: HashMap::new(), longest: 0 }
    }
}

impl<T: Clone + PartialEq> Lexicon<T> {
    /// A lexicon of things and their names, the id first: an id wins over another thing's label.
    pub fn new<N: AsRef<str>>(entries: impl IntoIterator<Item = (T, Vec<N>)>) -> Self {
        let mut lexicon = Self::default();
        for (value, names) in entries {
            lexicon.add(value, &names);
        }
        lexicon
    }

    /// Adds a thing and its names, the id first. Empty names are left out.
    pub fn add<N: AsRef<str>>(&mut self, value: T, names: &[N]) {
        let at = self.entries.len();
        let mut keys: Vec<Key> = Vec::with_capacity(names.len());
        for name in names {
            let text = key(name.as_ref());
            if text.is_empty() || keys.iter().any(|known| known.text == text) {
                continue;
            }
            self.longest = self.longest.max(text.split(' ').count());
            let known = self.by_key.entry(text.clone()).or_default();
            let is_id = |i: &&usize| self.entries[**i].keys.first().is_some_and(|id| id.text == text);
            let place = if keys.is_empty() { known.iter().take_while(is_id).count() } else { known.len() };
            known.insert(place, at);
            keys.push(Key { length: text.chars().count(), text });
        }
        self.entries.push(Entry { value, keys });
    }

    /// The most words any name has: longer phrases need not be asked for.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The thing with exactly this name. `None` if several things share it and none has it as its id.
    pub fn exact(&self, words: &str) -> Option<&T> {
        self.keyed(&key(words))
    }

    /// As [`Lexicon::exact`], for words that went through [`key`] already.
    pub(super) fn keyed(&self, key: &str) -> Option<&T> {
        let (first, others) = self.by_key.get(key)?.split_first()?;
        let is_id = self.entries[*first].keys.first().is_some_and(|id| id.text == key);
        let value = &self.entries[*first].value;
        (is_id || others.iter().all(|at| self.entries[*at].value == *value)).then_some(value)
    }

    /// What is meant by these words: the exact name; else the only thing with a name that begins so (from four
    /// characters); else the only thing whose name is misspelled so. The longer the word, the more slips are
    /// forgiven (4-7 characters: one, 8-11: two, then three); under four characters none is.
    pub fn find(&self, words: &str) -> Option<Found<T>> {
        if let Some(value) = self.exact(words) {
            return Some(Found { value: value.clone(), exact: true });
        }
        let typed = key(words);
        // A name shared by several things is a question, not a misspelling of something else.
        if self.by_key.contains_key(&typed) {
            return None;
        }
        let value = self.begun(&typed).or_else(|| self.misspelled(&typed))?;
        Some(Found { value: value.clone(), exact: false })
    }

    /// Up to `limit` things for somebody who is typing, best first: exact name, beginning of a name, beginning of a
    /// word in it, part of it, misspelled. All of them, in order, when nothing is typed.
    pub fn suggest(&self, typed: &str, limit: usize) -> Vec<T> {
        let typed = key(typed);
        let mut ranked: Vec<(usize, &T)> =
            self.entries.iter().filter_map(|entry| Some((entry.rank(&typed)?, &entry.value))).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        let mut best: Vec<T> = Vec::new();
        for (_, value) in ranked {
            if best.len() < limit && !best.contains(value) {
                best.push(value.clone());
            }
        }
        best
    }

    fn begun(&self, typed: &str) -> Option<&T> {
        if typed.chars().count() < MIN_PREFIX {
            return None;
        }
        let begun = self.entries.iter().filter(|entry| entry.keys.iter().any(|key| key.text.starts_with(typed)));
        only(begun.map(|entry| &entry.value))
    }

    fn misspelled(&self, typed: &str) -> Option<&T> {
        let length = typed.chars().count();
        let allowed = slips(length);
        let mut best: Vec<&T> = Vec::new();
        let mut least = allowed;
        for entry in &self.entries {
            let near = entry.keys.iter().filter(|key| key.length.abs_diff(length) <= allowed && slips(key.length) > 0);
            let Some(distance) = near.map(|key| damerau_levenshtein(&key.text, typed)).min() else { continue };
            if distance < least {
                best.clear();
                least = distance;
            }
            if distance == least {
                best.push(&entry.value);
            }
        }
        if allowed == 0 { None } else { only(best.into_iter()) }
    }
}

impl<T> Entry<T> {
    /// How well it answers what is typed: less is better.
    fn rank(&self, typed: &str) -> Option<usize> {
        let rank = |key: &Key| match key.text.find(typed) {
            Some(0) if key.text == typed || typed.is_empty() => Some(0),
            Some(0) => Some(1),
            Some(at) if key.text.as_bytes()[at - 1] == b' ' || key.text.as_bytes()[at - 1] == b'/' => Some(2),
            Some(_) => Some(3),
            None => {
                let length = typed.chars().count();
                let allowed = slips(length);
                let near = allowed > 0 && key.length.abs_diff(length) <= allowed;
                let distance = if near { damerau_levenshtein(&key.text, typed) } else { usize::MAX };
                (distance <= allowed).then_some(3 + distance)
            }
        };
        self.keys.iter().filter_map(rank).min()
    }
}

/// How many slips of the finger are forgiven in a word of this many characters.
fn slips(length: usize) -> usize {
    match length {
        0..4 => 0,
        4..8 => 1,
        8..12 => 2,
        _ => 3,
    }
}

/// The value all of them are, if they are one.
fn only<'a, T: PartialEq>(mut values: impl Iterator<Item = &'a T>) -> Option<&'a T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// How names are compared: folded, `_` and `-` as spaces, without the signs of a sentence around.
pub(super) fn key(name: &str) -> String {
    let spaced: String = fold(name).chars().map(|c| if matches!(c, '_' | '-') { ' ' } else { c }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.join(" ").trim_matches([' ', '.', ',', ';', ':', '!', '?', '"', '\'', '(', ')', '[', ']']).to_owned()
}
