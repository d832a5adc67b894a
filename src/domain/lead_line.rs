//! A lead in one line: `Novo Systems, Ana Pop, buyer@novo.example, +40 722 000 111, webinar, "wants a demo" for @colleague`.
//!
//! Parts stand between commas, in any order. What can be recognised is taken out, and nothing is lost:
//!
//! | written | is |
//! |---|---|
//! | `"..."` and other quotes | what they want; several are lines |
//! | something with one `@` inside and a dot after it | the e-mail address |
//! | six digits or more with `+ ( ) - . /` and spaces | the telephone number |
//! | a source's id, label or alias, alone | the source |
//! | `for Mihai`, `pour Mihai`, `pentru Mihai` at the end | whose it is |
//! | the first part left, the second, all others | the account, the contact, what they want |

use super::{LeadDetails, Lexicon, Source, fold};

/// Words that say whose it is.
const FOR: [&str; 4] = ["for", "pour", "pentru", "lui"];
/// What opens and closes a quote.
const QUOTES: [(char, &str); 5] = [('"', "\""), ('“', "”\""), ('„', "”“\""), ('«', "»"), ('‘', "’")];
/// The longest name, in characters.
const NAME: usize = 120;

/// What was understood of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadLine {
    /// Who asked, and for what.
    pub details: LeadDetails,
    /// Whose it is, as written.
    pub owner: Option<String>,
}

/// Understands a line as far as it can; any text is a line.
pub fn parse(text: &str, sources: &Lexicon<Source>) -> LeadLine {
    let mut line = LeadLine::default();
    let (plain, mut wants) = without_quotes(text);
    let mut names = Vec::new();
    let (plain, owner) = without_owner(&plain);
    line.owner = owner;
    for part in plain.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let details = &mut line.details;
        if details.email.is_none() && is_email(part) {
            details.email = Some(part.to_owned());
        } else if details.phone.is_none() && is_phone(part) {
            details.phone = Some(part.to_owned());
        } else if let (None, Some(source)) = (details.source, sources.exact(part)) {
            details.source = Some(*source);
        } else {
            names.push(take_within(part, details));
        }
    }
    let mut names = names.into_iter().filter(|name| !name.is_empty());
    let mut name = |wants: &mut Vec<String>| {
        let name = names.next()?;
        if name.chars().count() <= NAME {
            return Some(name);
        }
        wants.push(name);
        None
    };
    line.details.account = name(&mut wants);
    line.details.contact = name(&mut wants);
    wants.extend(names);
    line.details.wants = (!wants.is_empty()).then(|| wants.join("\n"));
    line
}

/// A part without the address or the number in it, if one stands among other words.
fn take_within(part: &str, details: &mut LeadDetails) -> String {
    let mut left = Vec::new();
    for word in part.split_whitespace() {
        let bare = word.trim_matches(['<', '>', '(', ')', '.', ':']);
        if details.email.is_none() && is_email(bare) {
            details.email = Some(bare.to_owned());
        } else {
            left.push(word);
        }
    }
    left.join(" ")
}

/// The text without what stands in quotes, and that. A quote without an end goes to the end.
fn without_quotes(text: &str) -> (String, Vec<String>) {
    let (mut plain, mut quoted) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some((at, open)) = rest.char_indices().find(|(_, c)| QUOTES.iter().any(|(open, _)| open == c)) {
        plain += &rest[..at];
        let closes = QUOTES.iter().find(|(quote, _)| *quote == open).map_or("", |(_, closes)| *closes);
        let inside = &rest[at + open.len_utf8()..];
        let end = inside.char_indices().find(|(_, c)| closes.contains(*c));
        let (said, after) = end.map_or((inside, ""), |(at, c)| (&inside[..at], &inside[at + c.len_utf8()..]));
        quoted.extend(Some(said.trim().to_owned()).filter(|said| !said.is_empty()));
        plain.push(',');
        rest = after;
    }
    plain += rest;
    (plain, quoted)
}

/// The text without whose it is, and that: the last `for` and up to four words after it.
pub(super) fn without_owner(text: &str) -> (String, Option<String>) {
    let trimmed = text.trim_end_matches([',', ' ', '.', '\n']);
    let words: Vec<(usize, &str)> = trimmed
        .split([' ', ',', '\n'])
        .map(|word| (word.as_ptr() as usize - trimmed.as_ptr() as usize, word))
        .filter(|(_, word)| !word.is_empty())
        .collect();
    let at = words.iter().rposition(|(_, word)| FOR.contains(&fold(word).as_str()));
    let Some(at) = at.filter(|at| (1..=4).contains(&(words.len() - at - 1))) else { return (text.to_owned(), None) };
    let (from, said) = words[at];
    let name = trimmed[from + said.len()..].trim();
    // "wants a demo for 30 seats" says nothing of an owner.
    let is_name = name.starts_with(['@', '<']) || name.starts_with(|c: char| c.is_uppercase());
    if !is_name || name.contains([',', '\n']) {
        return (text.to_owned(), None);
    }
    (trimmed[..from].to_owned(), Some(name.to_owned()))
}

/// Whether a word is an e-mail address, near enough: nobody writes to it but people.
pub(super) fn is_email(word: &str) -> bool {
    let Some((name, domain)) = word.split_once('@') else { return false };
    let plain = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "@<>()\"|".contains(c));
    let dotted = domain.split('.').all(|part| !part.is_empty()) && domain.contains('.');
    plain(name) && plain(domain) && dotted && word.len() <= 254
}

fn is_phone(part: &str) -> bool {
    let digits = part.chars().filter(char::is_ascii_digit).count();
    (6..=20).contains(&digits) && part.chars().all(|c| c.is_ascii_digit() || "+()-./ \u{a0}".contains(c))
}
