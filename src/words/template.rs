//! A text with holes, read once: words, `**strong words**` and `{arguments}`.

use std::collections::BTreeSet;

use super::numbers;
use super::{Arg, Args, Language};
use crate::chat::{Span, Text};

/// A text with holes. There are thousands, kept as long as the bot runs: none has room for more than it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Box<[Piece]>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Words { words: Box<str>, strong: bool },
    Argument { name: Box<str>, strong: bool },
}

impl Template {
    /// Reads a written text; the error is a sentence about what is wrong with it.
    pub(super) fn read(written: &str, language: Language) -> Result<Self, String> {
        if written.trim().is_empty() {
            return Err("it is empty".into());
        }
        let typeset = language.typeset(written);
        let mut reading = Reading { rest: &typeset, pieces: Vec::new(), words: String::new(), strong: false };
        while !reading.rest.is_empty() {
            reading.step()?;
        }
        if reading.strong {
            return Err("a `**` is never closed".into());
        }
        reading.end_words();
        Ok(Self(reading.pieces.into_boxed_slice()))
    }

    /// The names of its arguments.
    pub(super) fn arguments(&self) -> BTreeSet<&str> {
        let names = self.0.iter().filter_map(|piece| match piece {
            Piece::Argument { name, .. } => Some(&**name),
            Piece::Words { .. } => None,
        });
        names.collect()
    }

    /// The text with every argument in its place; the error is the name of an argument that was not given.
    pub(super) fn fill(&self, args: &Args, language: Language) -> Result<Text, &str> {
        let mut text = Text::default();
        for piece in &self.0 {
            match piece {
                Piece::Words { words, strong } => push(&mut text, worded(words.to_string(), *strong)),
                Piece::Argument { name, strong } => {
                    let (_, arg) = args.iter().find(|(given, _)| **given == **name).ok_or(&**name)?;
                    for span in spans(arg, *strong, language) {
                        push(&mut text, span);
                    }
                }
            }
        }
        Ok(text)
    }
}

/// A written text, half read.
struct Reading<'a> {
    rest: &'a str,
    pieces: Vec<Piece>,
    words: String,
    strong: bool,
}

impl Reading<'_> {
    fn step(&mut self) -> Result<(), String> {
        if let Some(rest) = self.rest.strip_prefix("**") {
            self.end_words();
            self.strong = !self.strong;
            self.rest = rest;
        } else if let Some(rest) = self.rest.strip_prefix("{{") {
            self.words.push('{');
            self.rest = rest;
        } else if let Some(rest) = self.rest.strip_prefix("}}") {
            self.words.push('}');
            self.rest = rest;
        } else if let Some(rest) = self.rest.strip_prefix('{') {
            let (name, rest) = rest.split_once('}').ok_or("a `{` is never closed: write `{{` for the brace itself")?;
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
                return Err(format!("`{{{name}}}` is not the name of an argument"));
            }
            self.end_words();
            self.pieces.push(Piece::Argument { name: name.into(), strong: self.strong });
            self.rest = rest;
        } else if self.rest.starts_with('}') {
            return Err("a `}` closes nothing: write `}}` for the brace itself".into());
        } else {
            let next = self.rest.chars().next().expect("the loop stops at the end");
            self.words.push(next);
            self.rest = &self.rest[next.len_utf8()..];
        }
        Ok(())
    }

    fn end_words(&mut self) {
        if !self.words.is_empty() {
            let words = std::mem::take(&mut self.words).into_boxed_str();
            self.pieces.push(Piece::Words { words, strong: self.strong });
        }
    }
}

fn spans(arg: &Arg, strong: bool, language: Language) -> Vec<Span> {
    match arg {
        Arg::Plain(words) => vec![worded(words.clone(), strong)],
        Arg::Number(quantity) => vec![worded(numbers::number(language, *quantity), strong)],
        Arg::Strong(words) => vec![worded(words.clone(), true)],
        Arg::Span(span) => vec![strengthened(span.clone(), strong)],
        Arg::Text(text) => text.0.iter().map(|span| strengthened(span.clone(), strong)).collect(),
    }
}

fn worded(words: String, strong: bool) -> Span {
    if strong { Span::Strong(words) } else { Span::Plain(words) }
}

fn strengthened(span: Span, strong: bool) -> Span {
    match span {
        Span::Plain(words) => worded(words, strong),
        other => other,
    }
}

/// Adds a span, joined to the one before it where both are of one style.
fn push(text: &mut Text, span: Span) {
    match (text.0.last_mut(), span) {
        (Some(Span::Plain(before)), Span::Plain(words)) | (Some(Span::Strong(before)), Span::Strong(words)) => {
            before.push_str(&words);
        }
        (_, Span::Plain(words) | Span::Strong(words)) if words.is_empty() => {}
        (_, span) => text.0.push(span),
    }
}
