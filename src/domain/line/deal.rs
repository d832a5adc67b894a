//! An opportunity in one line: `Delta Negotiation 40k for @colleague`.
//!
//! The order is free, and nothing typed is lost.
//!
//! | written | is |
//! |---|---|
//! | a stage's id, label or alias, in any language | the stage; of several the last one |
//! | an amount | see `line/amounts.rs` for `3M` and `Forever 21` |
//! | `for Mihai`, `pour Mihai`, `pentru Mihai` at the end | whose it is |
//! | `"..."` and other quotes | the account, if they come first and are short enough; else a note |
//! | the first words left | the account, else; all others are a note |

use super::super::DealStage;
use super::super::lead_line::without_owner;
use super::tokens::{Part, Tokens};
use super::{AmountError, Currency, Lexicon, Line, Money, NAME_BYTES, amounts};

/// The fewest characters of a word that may be a misspelled stage.
const GUESSED: usize = 5;

/// What was understood of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DealLine {
    /// The client.
    pub account: Option<String>,
    /// How far it is.
    pub stage: Option<DealStage>,
    /// Whether the stage was misspelled or shortened, so that it is better asked.
    pub stage_guess: bool,
    /// What it may be worth.
    pub amount: Option<Money>,
    /// What was meant as an amount and is none, as typed; only when there is no amount.
    pub amount_fault: Option<(String, AmountError)>,
    /// Whose it is, as written.
    pub owner: Option<String>,
    /// Everything else, as typed.
    pub note: Option<String>,
}

/// Understands a line as far as it can; any text is a line. `currency`: of an amount without one.
pub fn parse_deal(text: &str, stages: &Lexicon<DealStage>, currency: Currency) -> DealLine {
    let (plain, owner) = without_owner(text);
    let mut tokens = Tokens::split(&plain);
    let mut line = DealLine { owner, ..DealLine::default() };
    take_stage(&mut tokens, stages, &mut line);
    let mut money = Line::default();
    amounts::take(&mut tokens, currency, &mut money);
    (line.amount, line.amount_fault) = (money.amount, money.amount_fault);
    if line.stage.is_none() {
        guess_stage(&mut tokens, stages, &mut line);
    }
    let mut quotes = tokens.quotes();
    let first = (0..tokens.len()).find(|at| tokens.free(*at).is_some() || tokens.quote(*at).is_some());
    let name = first.and_then(|at| tokens.quote(at)).filter(|name| (1..=NAME_BYTES).contains(&name.len()));
    if let Some(name) = name {
        quotes.remove(0);
        line.account = Some(name.to_owned());
    } else {
        super::mark_account(&mut tokens);
        line.account = tokens.joined(Part::Account);
    }
    let rest = tokens.rest();
    let note: Vec<&str> = std::iter::once(rest.as_str()).chain(quotes).filter(|part| !part.trim().is_empty()).collect();
    line.note = (!note.is_empty()).then(|| note.join("\n"));
    line
}

/// Takes the last stage that is named whole: an earlier one is part of a client's name.
fn take_stage(tokens: &mut Tokens, stages: &Lexicon<DealStage>, line: &mut DealLine) {
    let mut found = None;
    let mut at = 0;
    while at < tokens.len() {
        let most = stages.longest().min(tokens.phrase(at));
        let named = (1..=most).rev().find_map(|n| {
            let phrase = tokens.words(at, n).join(" ");
            Some((at, n, *stages.exact(phrase.trim_end_matches([',', ';', ':', '.']))?))
        });
        at += named.map_or(1, |(_, n, _)| n);
        found = named.or(found);
    }
    if let Some((at, n, stage)) = found {
        tokens.mark(at, n, Part::Taken);
        line.stage = Some(stage);
    }
}

/// Takes the last word that looks like a stage, if others are there to be the client: the first word last.
fn guess_stage(tokens: &mut Tokens, stages: &Lexicon<DealStage>, line: &mut DealLine) {
    let open: Vec<usize> =
        (0..tokens.len()).filter(|at| tokens.free(*at).is_some() || tokens.quote(*at).is_some()).collect();
    if open.len() < 2 {
        return;
    }
    let guessed = open.iter().rev().find_map(|at| {
        let word = tokens.free(*at).filter(|word| word.chars().count() >= GUESSED)?;
        Some((*at, stages.find(word.trim_end_matches([',', ';', ':', '.']))?.value))
    });
    if let Some((at, stage)) = guessed {
        tokens.mark(at, 1, Part::Taken);
        (line.stage, line.stage_guess) = (Some(stage), true);
    }
}
