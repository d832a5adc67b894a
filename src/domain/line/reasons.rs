//! The reason and the outcome of a line.
//!
//! Companies are called Security Systems and Price Waterhouse. A reason's word in capitals that starts the line before
//! another such word is a name; in capitals after a word of a name it only wins if nothing better is said, as a guess.

use super::tokens::{Part, Tokens};
use super::{Line, Vocabulary, trimmed};
use crate::domain::reason::ReasonId;

/// How long an account's words may be for its last ones to be a misspelled reason.
const SHORT: usize = 5;

struct Candidate {
    at: usize,
    n: usize,
    reason: ReasonId,
    weight: Weight,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// It could be a part of a name.
    NamePart,
    /// It says the outcome already.
    Outcome,
    /// A name of the reason.
    Said,
    /// Written `broad/precise`.
    Precise,
}

/// Takes the outcome and the reason that are named exactly.
pub(super) fn take_exact(tokens: &mut Tokens, vocabulary: &Vocabulary, line: &mut Line) {
    let outcome_at = take_outcome(tokens, vocabulary, line);
    let candidates = candidates(tokens, vocabulary, outcome_at);
    let best = candidates.iter().map(|candidate| candidate.weight).max();
    let Some(chosen) = candidates.iter().position(|candidate| Some(candidate.weight) == best) else { return };
    let (first, next) = (&candidates[chosen], candidates.get(chosen + 1));
    tokens.mark(first.at, first.n, Part::Taken);
    line.reason_in_name = first.weight == Weight::NamePart;
    line.reason_guess = line.reason_in_name;
    line.reason = Some(first.reason.clone());
    // `price payment terms`, `price / payment terms`: the second word makes the first one precise.
    if let Some(next) = next
        && next.at == tokens.after_sign(first.at + first.n)
        && next.reason != first.reason
        && next.reason.within(&first.reason)
    {
        tokens.mark(next.at, next.n, Part::Taken);
        line.reason = Some(next.reason.clone());
    }
}

/// The position of the outcome's words, and how many.
fn take_outcome(tokens: &mut Tokens, vocabulary: &Vocabulary, line: &mut Line) -> Option<(usize, usize)> {
    for at in 0..tokens.len() {
        let most = tokens.phrase(at).min(vocabulary.outcomes.longest());
        let found = (1..=most).rev().find_map(|n| Some((n, *vocabulary.outcomes.keyed(&tokens.phrase_key(at, n))?)));
        if let Some((n, outcome)) = found.filter(|_| !starts_a_name(tokens, at) && !ends_a_name(tokens, at)) {
            tokens.mark(at, n, Part::Taken);
            line.outcome = Some(outcome);
            return Some((at, n));
        }
    }
    None
}

fn candidates(tokens: &mut Tokens, vocabulary: &Vocabulary, outcome: Option<(usize, usize)>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let candidate = match outcome {
            // "silent" is a reason as well as an outcome.
            Some((start, n)) if start == at => {
                let reason = vocabulary.reasons.keyed(&tokens.phrase_key(at, n)).cloned();
                reason.map(|reason| Candidate { at, n, reason, weight: Weight::Outcome })
            }
            _ => candidate(tokens, at, vocabulary),
        };
        at += candidate.as_ref().map_or(1, |candidate| candidate.n);
        candidates.extend(candidate);
    }
    candidates
}

fn candidate(tokens: &Tokens, at: usize, vocabulary: &Vocabulary) -> Option<Candidate> {
    let most = tokens.phrase(at).min(vocabulary.reasons.longest().max(1));
    let (n, reason, precise) = (1..=most).rev().find_map(|n| {
        let key = tokens.phrase_key(at, n);
        let said = vocabulary.reasons.keyed(&key).map(|reason| (n, reason.clone(), key.contains('/')));
        said.or_else(|| Some((n, both_levels(&key, vocabulary)?, true)))
    })?;
    let weight = match precise {
        true => Weight::Precise,
        false if n == 1 && starts_a_name(tokens, at) => return None,
        false if n == 1 && ends_a_name(tokens, at) => Weight::NamePart,
        false => Weight::Said,
    };
    Some(Candidate { at, n, reason, weight })
}

/// `prix/délais de paiement`: both levels by any of their names.
fn both_levels(key: &str, vocabulary: &Vocabulary) -> Option<ReasonId> {
    let (broad, precise) = key.split_once('/')?;
    let broad = vocabulary.reasons.keyed(broad.trim())?;
    let precise = vocabulary.reasons.keyed(precise.trim())?;
    (precise != broad && precise.within(broad)).then(|| precise.clone())
}

/// Whether the word starts the line and looks like the first of a name.
fn starts_a_name(tokens: &Tokens, at: usize) -> bool {
    at == 0 && capital(tokens, 0) && tokens.phrase(0) > 1 && capital(tokens, 1)
}

/// Whether the word looks like a later one of a name.
fn ends_a_name(tokens: &Tokens, at: usize) -> bool {
    let shouted = tokens.free(at).is_some_and(|word| !word.contains(char::is_lowercase));
    at > 0 && !shouted && capital(tokens, at) && tokens.phrase(at - 1) > 1 && capital(tokens, at - 1)
}

fn capital(tokens: &Tokens, at: usize) -> bool {
    tokens.free(at).is_some_and(|word| word.starts_with(char::is_uppercase))
}

/// Takes a misspelled or shortened reason, or what was meant as one, where none was named.
pub(super) fn take_guess(tokens: &mut Tokens, vocabulary: &Vocabulary, line: &mut Line) {
    take_unknown_level(tokens, vocabulary, line);
    if line.reason.is_some() {
        return;
    }
    let guess = lone_phrases(tokens).into_iter().chain(account_ends(tokens)).find_map(|(at, n)| {
        let found = vocabulary.reasons.find(&tokens.phrase_key(at, n))?;
        Some((at, n, found.value))
    });
    if let Some((at, n, reason)) = guess {
        tokens.mark(at, n, Part::Taken);
        line.reason = Some(reason);
        line.reason_guess = true;
    } else if line.unknown_reason.is_none()
        && let Some((at, _)) = lone_phrases(tokens).into_iter().find(|(at, n)| *n == 1 && is_word(tokens.key(*at)))
    {
        line.unknown_reason = tokens.free(at).map(|word| trimmed(word).to_owned());
        tokens.mark(at, 1, Part::Taken);
    }
}

/// `price/nonsense`: the first level counts, and the whole is shown as unknown.
fn take_unknown_level(tokens: &mut Tokens, vocabulary: &Vocabulary, line: &mut Line) {
    let broad = |at: usize| {
        let (broad, precise) = tokens.free(at)?.split_once('/')?;
        let broad = vocabulary.reasons.exact(broad)?;
        (!precise.is_empty()).then(|| (at, broad.broad()))
    };
    let Some((at, broad)) = (0..tokens.len()).find_map(broad) else { return };
    line.unknown_reason = tokens.free(at).map(|word| trimmed(word).to_owned());
    tokens.mark(at, 1, Part::Taken);
    if line.reason.is_none() {
        line.reason = Some(broad);
        line.reason_guess = true;
    }
}

/// Free phrases that stand alone, short enough to be a reason: position and words.
fn lone_phrases(tokens: &Tokens) -> Vec<(usize, usize)> {
    let mut phrases = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        // The whole run counts: a comma inside prose does not make its last word a reason.
        let n = (at..tokens.len()).take_while(|next| tokens.free(*next).is_some()).count();
        if (1..=SHORT).contains(&n) {
            phrases.push((at, n));
        }
        at += n.max(1);
    }
    phrases
}

/// The last words of a short account, where a reason in small letters may have stuck to it.
fn account_ends(tokens: &Tokens) -> Vec<(usize, usize)> {
    let Some((first, last)) = tokens.span(Part::Account) else { return Vec::new() };
    let n = last + 1 - first;
    if n > SHORT {
        return Vec::new();
    }
    let small = |at: usize| !tokens.words(at, 1)[0].starts_with(char::is_uppercase);
    (first + 1..=last).filter(|at| small(*at)).map(|at| (at, last + 1 - at)).collect()
}

fn is_word(key: &str) -> bool {
    key.chars().count() >= 3 && key.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '/' | '\''))
}
