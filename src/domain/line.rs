//! A refusal in one line: `Acme 12k EUR price/payment_terms #crm vs Globex "they only pay at 90 days"`.
//!
//! The order is free. What can be recognised is taken out, and what cannot is never lost: the first words that mean
//! nothing else are the account, all others are the `rest`, in order. Each word of the input ends in one place.
//!
//! | written | is |
//! |---|---|
//! | `"..."`, `“...”`, `‘...’`, `«...»`, `„...”` | the client's words; without an end they go to the end of the text |
//! | `#name` | a product (of several words, if it has that name) |
//! | `vs Globex Corp`, `vs "big blue"` | the competitor: the next word, and those after it in capitals |
//! | `lost to Globex`, `a choisi Globex`, `a ales Globex` | the competitor too, if it is in capitals or quotes |
//! | `until 2027-03`, `until 03/2027`, `until 15 March` | the date; a month or year alone is its first day |
//! | `under contract until 2027-03` | the date, and the reason if no other is said |
//! | `source:webinar`, `sursă:webinar`, `provenance:"trade show"` | where the client came from: see `line/source.rs` |
//! | an outcome's or reason's id, label or alias | that; between two reasons the first, unless it looks like a name |
//! | an amount | see `line/amounts.rs` for `3M` and `Forever 21` |
//! | up to 8 words before a `,`, `:` or `-` | the account; in quotes if nothing else can be and another quote follows |

mod amounts;
mod deal;
mod reasons;
mod source;
mod tokens;
mod until;

use chrono::NaiveDate;

use super::account;
use super::lexicon::Lexicon;
use super::money::{AmountError, Currency, Money};
use super::outcome::Outcome;
use super::reason::ReasonId;
use super::source::Source;
use tokens::{Part, Tokens};

pub use deal::{DealLine, parse_deal};

/// The most words an account's name has; more are prose, and nobody's name.
const ACCOUNT_WORDS: usize = 8;

/// The longest account or competitor, in bytes.
const NAME_BYTES: usize = 200;

/// What words can mean to the person who types.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary<'a> {
    /// Reasons, by id, labels and aliases.
    pub reasons: &'a Lexicon<ReasonId>,
    /// Outcomes, likewise.
    pub outcomes: &'a Lexicon<Outcome>,
    /// Sources, likewise.
    pub sources: &'a Lexicon<Source>,
    /// Products by name and alias; the value is theirs in the catalogue.
    pub products: &'a Lexicon<i64>,
    /// The currency of an amount without one.
    pub currency: Currency,
    /// The person's own date: "until March" is the next March.
    pub today: NaiveDate,
}

/// What was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The company.
    pub account: Option<String>,
    /// The budget.
    pub amount: Option<Money>,
    /// What was meant as an amount and is none, as typed; only when there is no amount.
    pub amount_fault: Option<(String, AmountError)>,
    /// Why.
    pub reason: Option<ReasonId>,
    /// Whether the reason was misspelled, shortened, or could be part of a name.
    pub reason_guess: bool,
    /// Whether the reason's word could as well be the end of the account's name: ask before storing it.
    pub reason_in_name: bool,
    /// What was meant as a reason and is none, as typed.
    pub unknown_reason: Option<String>,
    /// Products, each once.
    pub products: Vec<i64>,
    /// Names after a `#` that no product has.
    pub unknown_products: Vec<String>,
    /// Where the client came from.
    pub source: Option<Source>,
    /// What was meant as a source and is none, as typed.
    pub unknown_source: Option<String>,
    /// Who won instead.
    pub competitor: Option<String>,
    /// The client's own words, untouched; several quotes are lines.
    pub verbatim: Option<String>,
    /// How it ended, if it was said.
    pub outcome: Option<Outcome>,
    /// Under contract, or postponed, until this day.
    pub until: Option<NaiveDate>,
    /// Everything else, as typed.
    pub rest: String,
}

/// Understands a line as far as it can; any text is a line.
pub fn parse(text: &str, vocabulary: &Vocabulary) -> Line {
    let mut line = Line::default();
    let mut tokens = Tokens::split(text);
    source::take(&mut tokens, vocabulary, &mut line);
    take_products(&mut tokens, vocabulary, &mut line);
    let in_contract = take_until(&mut tokens, vocabulary, &mut line);
    take_competitor(&mut tokens, vocabulary, &mut line);
    reasons::take_exact(&mut tokens, vocabulary, &mut line);
    if in_contract && line.reason.is_none() {
        line.reason = "timing/under_contract".parse().ok();
    }
    amounts::take(&mut tokens, vocabulary.currency, &mut line);
    mark_account(&mut tokens);
    reasons::take_guess(&mut tokens, vocabulary, &mut line);
    take_quotes(&mut tokens, &mut line);
    line.account = line.account.or_else(|| tokens.joined(Part::Account));
    line.rest = tokens.rest();
    line
}

/// A day, or a month that stands for its first day, as it may follow "until": `2027-03-15`, `2027-03`, `03/2027`.
pub fn parse_day(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let words: Vec<&str> = text.split_whitespace().collect();
    until::date(&words, today).filter(|(_, read)| *read == words.len()).map(|(day, _)| day)
}

fn take_products(tokens: &mut Tokens, vocabulary: &Vocabulary, line: &mut Line) {
    for at in 0..tokens.len() {
        let Some(named) = tokens.free(at).and_then(|word| word.strip_prefix('#')) else { continue };
        if !named.contains(char::is_alphanumeric) {
            continue;
        }
        // `#CRM Suite`: only a full name may reach over several words.
        let most = vocabulary.products.longest().min(tokens.phrase(at));
        let long = (2..=most).rev().find_map(|n| {
            let phrase = tokens.words(at, n).join(" ");
            Some((n, *vocabulary.products.exact(phrase.strip_prefix('#')?)?))
        });
        if let Some((n, product)) = long {
            tokens.mark(at, n, Part::Taken);
            push_once(&mut line.products, product);
            continue;
        }
        for name in named.split('#').map(|name| name.trim_matches([',', ';', ':', '.', '!', '?', ')'])) {
            match vocabulary.products.find(name) {
                Some(found) => push_once(&mut line.products, found.value),
                None if name.is_empty() => {}
                None => push_once(&mut line.unknown_products, name.to_owned()),
            }
        }
        tokens.mark(at, 1, Part::Taken);
    }
}

/// Takes the date; whether it is said to be the end of a contract.
fn take_until(tokens: &mut Tokens, vocabulary: &Vocabulary, line: &mut Line) -> bool {
    for at in 0..tokens.len() {
        let contract = until::contract(&tokens.words(at, tokens.phrase(at).min(2)));
        let phrase = tokens.words(at, tokens.phrase(at).min(contract + 5));
        if let Some((date, n)) = until::read(&phrase[contract..], vocabulary.today) {
            tokens.mark(at, contract + n, Part::Taken);
            line.until = Some(date);
            return contract > 0;
        }
    }
    false
}

fn take_competitor(tokens: &mut Tokens, vocabulary: &Vocabulary, line: &mut Line) {
    for at in 0..tokens.len() {
        let Some(word) = tokens.free(at) else { continue };
        let folded = tokens.key(at);
        // "Contra Group" is a name; "VS Globex" is not.
        let name = at == 0 && folded != "vs" && word.starts_with(char::is_uppercase);
        let against = !name && matches!(folded, "vs" | "versus" | "contre" | "contra" | "against");
        let Some(said) = against.then_some(1).or_else(|| lost_to(tokens, at)) else { continue };
        if let Some(quoted) = tokens.quote(at + said) {
            line.competitor = Some(quoted.to_owned());
            tokens.mark(at, said + 1, Part::Taken);
            return;
        }
        let n = competitor_words(tokens, at + said, vocabulary);
        let name = tokens.words(at + said, n).join(" ");
        if n > 0 && name.len() <= NAME_BYTES {
            line.competitor = Some(trimmed(&name).to_owned());
            tokens.mark(at, said + n, Part::Taken);
            return;
        }
    }
}

/// How many words at `at`, inside of the line, say that whoever is named after them won.
fn lost_to(tokens: &Tokens, at: usize) -> Option<usize> {
    const SAID: [&str; 15] = [
        "lost to",
        "went with",
        "went to",
        "they chose",
        "chose",
        "beaten by",
        "parti chez",
        "partis chez",
        "a choisi",
        "ont choisi",
        "battus par",
        "a ales",
        "au ales",
        "a mers la",
        "au mers la",
    ];
    let n = SAID
        .iter()
        .map(|said| (said.split(' ').count(), said))
        .find_map(|(n, said)| (tokens.phrase(at) >= n && tokens.phrase_key(at, n) == **said).then_some(n))?;
    let winner = |word: &str| word.starts_with(char::is_uppercase);
    (at > 0 && (tokens.quote(at + n).is_some() || tokens.free(at + n).is_some_and(winner))).then_some(n)
}

/// How many words from `at` are a competitor's name.
fn competitor_words(tokens: &Tokens, at: usize, vocabulary: &Vocabulary) -> usize {
    let most = tokens.phrase(at).min(ACCOUNT_WORDS);
    let goes_on = |next: usize| {
        let word = trimmed(tokens.free(next).unwrap_or_default());
        let key = tokens.key(next);
        let joins = word == "&" || account::is_suffix(key);
        let named = word.starts_with(char::is_uppercase)
            && word.parse::<Currency>().is_err()
            && vocabulary.reasons.keyed(key).is_none()
            && vocabulary.outcomes.keyed(key).is_none();
        joins || named
    };
    if most == 0 { 0 } else { 1 + (at + 1..at + most).take_while(|next| goes_on(*next)).count() }
}

/// The account is the first words that mean nothing else.
fn mark_account(tokens: &mut Tokens) {
    let Some(at) = (0..tokens.len()).find(|at| tokens.free(*at).is_some()) else { return };
    let n = tokens.phrase(at);
    if n <= ACCOUNT_WORDS && tokens.words(at, n).join(" ").len() <= NAME_BYTES {
        tokens.mark(at, n, Part::Account);
    }
}

fn take_quotes(tokens: &mut Tokens, line: &mut Line) {
    let mut quotes = tokens.quotes();
    let starts_line = tokens.quote(0).is_some_and(|first| (1..=NAME_BYTES).contains(&first.len()));
    if starts_line && quotes.len() > 1 && tokens.joined(Part::Account).is_none() {
        line.account = Some(quotes.remove(0).to_owned());
    }
    line.verbatim = Some(quotes.join("\n")).filter(|verbatim| !verbatim.is_empty());
}

fn push_once<T: PartialEq>(list: &mut Vec<T>, value: T) {
    if !list.contains(&value) {
        list.push(value);
    }
}

/// A word without the sign that ends its part of the sentence.
fn trimmed(word: &str) -> &str {
    word.trim_end_matches([',', ';', ':'])
}
