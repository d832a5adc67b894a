//! Where the client of a line came from, in any of the three languages: `source:webinar`, `sursă:"trade show"`,
//! `provenance : salon`.
//!
//! Only such a word and a colon announce it: "partner", "phone" or "other" alone is a client's word, or a part of a name.
//! What is written to the colon is meant as a source, and said if it is none. After a blank it has to be one, as written,
//! or all of it stays what it was: `our source: the CFO`.

use super::tokens::{Part, Tokens};
use super::{Line, Vocabulary, trimmed};
use crate::domain::lexicon::Lexicon;
use crate::domain::source::Source;

/// What announces a source, folded.
const ANNOUNCED: [&str; 5] = ["source", "provenance", "origine", "sursa", "provenienta"];

/// How many tokens say it, and the source; or what is none.
type Said = (usize, Result<Source, String>);

/// Takes the first source of a line; another one stays words.
pub(super) fn take(tokens: &mut Tokens, vocabulary: &Vocabulary, line: &mut Line) {
    let said = |at| Some((at, said(tokens, at, vocabulary.sources)?));
    let Some((at, (n, source))) = (0..tokens.len()).find_map(said) else { return };
    tokens.mark(at, n, Part::Taken);
    match source {
        Ok(source) => line.source = Some(source),
        Err(unknown) => line.unknown_source = Some(unknown),
    }
}

fn said(tokens: &Tokens, at: usize, sources: &Lexicon<Source>) -> Option<Said> {
    let word = tokens.free(at)?;
    let announces = tokens.key(at).split(':').next().is_some_and(|key| ANNOUNCED.contains(&key));
    if !announces {
        return None;
    }
    let next = match word.split_once(':') {
        // The beginning of an address.
        Some((_, value)) if value.starts_with("//") => return None,
        Some((_, value)) if !value.is_empty() => return Some(joined(tokens, at, value, sources)),
        Some(_) => at + 1,
        // French has a blank before its colon.
        None if tokens.words(at + 1, 1) == [":"] => at + 2,
        None => return None,
    };
    apart(tokens, next, sources).map(|(n, source)| (next - at + n, Ok(source)))
}

/// `source:trade show`: the longest name that begins at the colon; else what its first word is meant to be.
fn joined(tokens: &Tokens, at: usize, value: &str, sources: &Lexicon<Source>) -> Said {
    let most = tokens.phrase(at).min(sources.longest());
    let named = (1..=most).rev().find_map(|n| {
        let phrase = tokens.words(at, n).join(" ");
        Some((n, *sources.exact(phrase.split_once(':')?.1)?))
    });
    match named {
        Some((n, source)) => (n, Ok(source)),
        None => (1, sources.find(value).map(|found| found.value).ok_or_else(|| trimmed(value).to_owned())),
    }
}

/// `source: trade show`, `source: "trade show"`.
fn apart(tokens: &Tokens, at: usize, sources: &Lexicon<Source>) -> Option<(usize, Source)> {
    if let Some(quote) = tokens.quote(at) {
        return Some((1, *sources.exact(quote)?));
    }
    let most = tokens.phrase(at).min(sources.longest());
    (1..=most).rev().find_map(|n| Some((n, *sources.keyed(&tokens.phrase_key(at, n))?)))
}
