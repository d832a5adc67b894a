//! A line cut into words and quotes, each with the part it plays.

use crate::domain::account::is_suffix;
use crate::domain::lexicon::key;

/// The most words looked at together: no name, reason or amount has as many.
const PHRASE: usize = 12;

/// What a token turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Nothing yet: a word that is looked at, and the rest in the end.
    Free,
    /// Signs alone that part phrases: `-`, `,`, `|`.
    Sign,
    /// A quote.
    Quote,
    /// A word of the account.
    Account,
    /// Understood, and kept somewhere else.
    Taken,
}

struct Token<'a> {
    /// Where it is in the text, its quotation marks included.
    start: usize,
    end: usize,
    /// The word, or what is between the quotation marks.
    text: &'a str,
    /// The word as lexicons compare it.
    key: String,
    part: Part,
}

/// The tokens of a line, in order.
pub(super) struct Tokens<'a> {
    source: &'a str,
    tokens: Vec<Token<'a>>,
}

impl<'a> Tokens<'a> {
    /// Cuts a text at its spaces and quotes.
    pub(super) fn split(source: &'a str) -> Self {
        let mut tokens = Vec::new();
        let mut at = 0;
        // Once an end is missing it is missing for every later beginning too.
        let mut may_quote_singly = true;
        while let Some(first) = source[at..].chars().next() {
            if first.is_whitespace() {
                at += first.len_utf8();
                continue;
            }
            let (end, text, part) = if let Some(quote) = Quote::at(source, at, &mut may_quote_singly) {
                (quote.end, quote.text, Part::Quote)
            } else {
                let end = word_end(source, at);
                let word = &source[at..end];
                (end, word, if is_sign(word) { Part::Sign } else { Part::Free })
            };
            let key = if part == Part::Free { key(text) } else { String::new() };
            tokens.push(Token { start: at, end, text, key, part });
            at = end;
        }
        Self { source, tokens }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The word at `at`, if it means nothing yet.
    pub(super) fn free(&self, at: usize) -> Option<&'a str> {
        self.tokens.get(at).filter(|token| token.part == Part::Free).map(|token| token.text)
    }

    /// Its folded form; empty for what is no word.
    pub(super) fn key(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.key)
    }

    /// The quote at `at`, if there is one.
    pub(super) fn quote(&self, at: usize) -> Option<&'a str> {
        self.tokens.get(at).filter(|token| token.part == Part::Quote).map(|token| token.text)
    }

    /// Every quote that is not taken, empty ones left out.
    pub(super) fn quotes(&self) -> Vec<&'a str> {
        (0..self.len()).filter_map(|at| self.quote(at)).filter(|quote| !quote.is_empty()).collect()
    }

    /// How many words from `at` on mean nothing yet and belong together: a `,`, `;` or `:` after one ends them, but for
    /// the comma before a legal form (`Delta Air, Inc.`). Never more than [`PHRASE`].
    pub(super) fn phrase(&self, at: usize) -> usize {
        let mut n = 0;
        while n < PHRASE
            && let Some(word) = self.free(at + n)
        {
            n += 1;
            let legal_form = word.ends_with(',') && self.free(at + n).is_some() && is_suffix(self.key(at + n));
            if word.ends_with([',', ';', ':']) && !legal_form {
                break;
            }
        }
        n
    }

    /// `at`, or the position after it if a sign is there.
    pub(super) fn after_sign(&self, at: usize) -> usize {
        at + usize::from(self.tokens.get(at).is_some_and(|token| token.part == Part::Sign))
    }

    /// `n` words from `at`, as typed.
    pub(super) fn words(&self, at: usize, n: usize) -> Vec<&'a str> {
        self.tokens[at..].iter().take(n).map(|token| token.text).collect()
    }

    /// `n` words from `at`, as lexicons compare them.
    pub(super) fn phrase_key(&self, at: usize, n: usize) -> String {
        let keys: Vec<&str> = self.tokens[at..].iter().take(n).map(|token| token.key.as_str()).collect();
        keys.join(" ")
    }

    /// Says what `n` tokens from `at` are.
    pub(super) fn mark(&mut self, at: usize, n: usize, part: Part) {
        for token in self.tokens.iter_mut().skip(at).take(n) {
            token.part = part;
        }
    }

    /// The words that play a part, with single spaces, without the sign after the last.
    pub(super) fn joined(&self, part: Part) -> Option<String> {
        let words: Vec<&str> = self.tokens.iter().filter(|token| token.part == part).map(|token| token.text).collect();
        let joined = words.join(" ");
        let name = super::trimmed(&joined);
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// First and last position of the words that play a part.
    pub(super) fn span(&self, part: Part) -> Option<(usize, usize)> {
        let first = self.tokens.iter().position(|token| token.part == part)?;
        Some((first, self.tokens.iter().rposition(|token| token.part == part)?))
    }

    /// What means nothing, as typed: signs stay between such words, and go elsewhere.
    pub(super) fn rest(&self) -> String {
        let mut rest: Vec<&str> = Vec::new();
        let mut run: Option<(usize, usize)> = None;
        for token in &self.tokens {
            match (token.part, run) {
                (Part::Free, None) => run = Some((token.start, token.end)),
                (Part::Free, Some((start, _))) => run = Some((start, token.end)),
                (Part::Sign, _) | (_, None) => {}
                (_, Some((start, end))) => {
                    rest.push(&self.source[start..end]);
                    run = None;
                }
            }
        }
        rest.extend(run.map(|(start, end)| &self.source[start..end]));
        rest.join(" ")
    }
}

/// A quote in the text.
struct Quote<'a> {
    end: usize,
    text: &'a str,
}

impl<'a> Quote<'a> {
    /// The quote that starts at `at`.
    fn at(source: &'a str, at: usize, may_quote_singly: &mut bool) -> Option<Self> {
        let first = source[at..].chars().next()?;
        let start = at + first.len_utf8();
        if matches!(first, '\'' | '‘' | '‚') {
            if !*may_quote_singly {
                return None;
            }
            // An apostrophe inside a word is no end, and without an end it is no quote: `'t Hof`.
            let end = single_end(source, start);
            *may_quote_singly = end.is_some();
            return end.map(|end| Self::between(source, start, end));
        }
        let ends = double_ends(first)?;
        let end = source[start..].find(ends).map_or(source.len(), |offset| start + offset);
        Some(Self::between(source, start, end))
    }

    fn between(source: &'a str, start: usize, end: usize) -> Self {
        let mark = source[end..].chars().next().map_or(0, char::len_utf8);
        Self { end: end + mark, text: source[start..end].trim() }
    }
}

/// What may end a quote that starts with this mark; keyboards and their corrections mix them.
fn double_ends(mark: char) -> Option<&'static [char]> {
    match mark {
        '"' => Some(&['"', '”']),
        '“' | '„' | '‟' | '”' => Some(&['”', '“', '"']),
        '«' => Some(&['»']),
        '»' => Some(&['«']),
        _ => None,
    }
}

fn single_end(source: &str, start: usize) -> Option<usize> {
    let ends = source[start..].char_indices().filter(|(_, c)| matches!(c, '\'' | '’'));
    let mut ends = ends.map(|(offset, c)| (start + offset, start + offset + c.len_utf8()));
    ends.find(|(at, after)| *at > start && !source[*after..].starts_with(char::is_alphanumeric)).map(|(at, _)| at)
}

/// Where the word at `at` ends: at a space, or at a quotation mark that begins a quote (one after a digit is inches).
fn word_end(source: &str, at: usize) -> usize {
    let mut before = ' ';
    for (offset, c) in source[at..].char_indices() {
        let quotes = offset > 0 && double_ends(c).is_some() && !before.is_ascii_digit();
        if c.is_whitespace() || quotes {
            return at + offset;
        }
        before = c;
    }
    source.len()
}

/// Whether the word is only signs that part phrases.
fn is_sign(word: &str) -> bool {
    word.chars().all(|c| matches!(c, '-' | '–' | '—' | '−' | ',' | ';' | ':' | '.' | '|' | '/' | '·' | '•' | '…'))
}
