//! The amount of a line, among other numbers.
//!
//! Names have numbers too. Between several candidates one with a currency or multiplier wins over a bare number, and
//! one that does not start the line over one that does: in `3M 12k price` the account is 3M. A bare number below 100
//! is never an amount (`Forever 21`), nor one with a leading zero; one below 1000, or that could be a year, only if no
//! word follows it (`90 days`, `2027 budget`). Letters before digits are names (`A1 Telekom`). What loses stays a word.

use super::tokens::{Part, Tokens};
use super::{Line, trimmed};
use crate::domain::money::{AmountError, Currency, Money};

/// The most words of an amount: `20 de mii de lei`, `12 000 000 000 lei`.
const WORDS: usize = 8;

struct Candidate {
    at: usize,
    n: usize,
    read: Result<Money, AmountError>,
    strength: Strength,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// A bare number no word may follow.
    Weak,
    /// A bare number.
    Bare,
    /// It has a currency or multiplier.
    Unit,
}

/// Takes the amount out of the line, or what was meant as one.
pub(super) fn take(tokens: &mut Tokens, currency: Currency, line: &mut Line) {
    let candidates = candidates(tokens, currency);
    let amounts = || candidates.iter().filter(|candidate| candidate.read.is_ok());
    let best = amounts().map(|candidate| candidate.strength).max();
    let mut strongest = amounts().filter(|candidate| Some(candidate.strength) == best);
    let first = strongest.next();
    let chosen = first.filter(|first| first.at > 0).or_else(|| strongest.next()).or(first);
    let Some(chosen) = chosen.or_else(|| candidates.first()) else { return };
    match &chosen.read {
        Ok(money) => line.amount = Some(*money),
        Err(error) => {
            let typed = tokens.words(chosen.at, chosen.n).join(" ");
            line.amount_fault = Some((trimmed(&typed).to_owned(), error.clone()));
        }
    }
    tokens.mark(chosen.at, chosen.n, Part::Taken);
}

fn candidates(tokens: &Tokens, currency: Currency) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let candidate = candidate(tokens, at, currency);
        at += candidate.as_ref().map_or(1, |candidate| candidate.n);
        candidates.extend(candidate);
    }
    candidates
}

fn candidate(tokens: &Tokens, at: usize, currency: Currency) -> Option<Candidate> {
    let first = tokens.free(at)?;
    let digit = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    let announces = first.len() <= 8 && tokens.free(at + 1).is_some_and(digit);
    if !digit(first) && !announces {
        return None;
    }
    let most = tokens.phrase(at).min(WORDS);
    let (n, read) = (1..=most)
        .rev()
        .find_map(|n| {
            let words = tokens.words(at, n);
            // `Area 51 200k`: nobody writes groups of thousands and then thousands.
            if words.iter().skip(1).any(|word| multiplied(word)) {
                return None;
            }
            let read = Money::parse(bare(&words.join(" ")), currency);
            (read != Err(AmountError::NotAnAmount)).then_some((n, read))
        })
        .or_else(|| meant_as_amount(first).then_some((1, Err(AmountError::NotAnAmount))))?;
    let strength = strength(bare(&tokens.words(at, n).join(" ")), read.as_ref().ok())?;
    let alone = tokens.free(at + n).is_none() || tokens.phrase(at) == n;
    (strength > Strength::Weak || alone).then_some(Candidate { at, n, read, strength })
}

/// Whether a later word of an amount is a number with its own multiplier.
fn multiplied(word: &str) -> bool {
    let sign = word.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ','));
    word.starts_with(|c: char| c.is_ascii_digit())
        && sign.is_some_and(|at| word[at..].starts_with(['k', 'K', 'm', 'M', 'b', 'B']))
}

fn strength(amount: &str, read: Option<&Money>) -> Option<Strength> {
    let part = |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | ',' | '\'' | '’');
    if !amount.chars().all(part) {
        return Some(Strength::Unit);
    }
    let small = read.is_some_and(|money| money.minor < 100 * 10_i64.pow(money.currency.digits()));
    let code = amount.starts_with('0') && amount.len() > 1;
    if read.is_some() && (small || code) {
        return None;
    }
    match amount.parse::<u64>() {
        Ok(0 | 100..1000 | 1900..=2100) => Some(Strength::Weak),
        _ => Some(Strength::Bare),
    }
}

/// Whether a word that is no amount was meant as one: `12k12`, `1e99`, `10-15k`, `1,00,0`. Dates, `24/7` and names are not.
fn meant_as_amount(word: &str) -> bool {
    let word = bare(word);
    let sign = |c: char| matches!(c, '.' | ',' | '\'' | '’' | '-' | '+' | '–' | '$' | '€' | '£');
    let letter = |c: char| matches!(c, 'k' | 'K' | 'm' | 'M' | 'e' | 'E');
    let starts = word.trim_start_matches(sign).starts_with(|c: char| c.is_ascii_digit());
    let figure = word.trim_end_matches(letter);
    let range = figure.len() < word.len() && figure.contains(['-', '–']);
    let odd = range || figure.contains(letter) || figure.contains([',', '\'', '’']);
    odd && starts && word.chars().all(|c| c.is_ascii_digit() || sign(c) || letter(c))
}

/// Without the brackets and the signs of the sentence around it.
fn bare(words: &str) -> &str {
    words.trim_start_matches(['(', '[']).trim_end_matches([')', ']', ',', ';', ':', '.', '!', '?'])
}
