//! Which column of a file is what, by its header in any of the languages.

use crate::domain::Lexicon;
use crate::flows::Shared;
use crate::words::Language;

/// What the rows of a file are. One more kind is one more variant: its columns here, and a file beside `lead.rs` that reads
/// a row and stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// Inbound leads.
    Leads,
    /// Refusals of earlier times.
    Refusals,
    /// Deals that are open.
    Deals,
}

/// How many names of a column are given as examples.
const EXAMPLES: usize = 2;

impl ImportKind {
    /// Its id, as stored and as typed.
    pub fn as_str(self) -> &'static str {
        match self {
            ImportKind::Leads => "leads",
            ImportKind::Refusals => "refusals",
            ImportKind::Deals => "deals",
        }
    }

    /// The columns it may have. What comes first wins where two of them may be called the same.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            ImportKind::Leads => &[
                "account",
                "contact",
                "first_name",
                "last_name",
                "email",
                "phone",
                "lead_source",
                "wants",
                "place",
                "owner",
                "team",
                "received",
                "reference",
            ],
            ImportKind::Refusals => &[
                "account",
                "contact",
                "first_name",
                "last_name",
                "contact_role",
                "outcome",
                "reason",
                "product",
                "budget",
                "currency",
                "competitor",
                "verbatim",
                "segment",
                "lead_source",
                "contract_until",
                "happened_on",
                "owner",
                "team",
                "reference",
            ],
            ImportKind::Deals => {
                &["account", "stage", "budget", "currency", "owner", "team", "touched", "note", "reference"]
            }
        }
    }

    /// The columns it must have: one of each group.
    fn needed(self) -> &'static [&'static [&'static str]] {
        match self {
            ImportKind::Leads => &[&["account", "contact", "email", "phone", "last_name"]],
            ImportKind::Refusals => &[&["account"], &["reason"], &["happened_on"]],
            ImportKind::Deals => &[&["account"]],
        }
    }
}

/// What a column was understood as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// This one of the kind's columns.
    Is(&'static str),
    /// The same as an earlier column, which is taken: what, and which.
    Again(&'static str, usize),
    /// Nothing we know: left out.
    Unknown,
    /// It has no header.
    Nameless,
}

/// The columns of a file.
#[derive(Clone, Debug)]
pub struct Columns {
    kind: ImportKind,
    meanings: Vec<Meaning>,
}

impl Columns {
    /// Understands the headers of a file.
    pub fn read(shared: &Shared, kind: ImportKind, headers: &[String]) -> Self {
        let names = lexicon(shared, kind);
        let mut meanings: Vec<Meaning> = Vec::with_capacity(headers.len());
        for header in headers {
            let meaning = match named(&names, header) {
                _ if header.trim().is_empty() => Meaning::Nameless,
                None => Meaning::Unknown,
                Some(column) => match meanings.iter().position(|known| *known == Meaning::Is(column)) {
                    Some(first) => Meaning::Again(column, first),
                    None => Meaning::Is(column),
                },
            };
            meanings.push(meaning);
        }
        Self { kind, meanings }
    }

    /// What each column was understood as, in order.
    pub fn meanings(&self) -> &[Meaning] {
        &self.meanings
    }

    /// How many were understood.
    pub fn understood(&self) -> usize {
        self.meanings.iter().filter(|meaning| matches!(meaning, Meaning::Is(_))).count()
    }

    /// Where a column is, from 0.
    pub(super) fn at(&self, column: &str) -> Option<usize> {
        self.meanings.iter().position(|meaning| matches!(meaning, Meaning::Is(known) if *known == column))
    }

    /// What is missing, in words, with headers that would do; nothing if nothing is.
    pub(super) fn missing(&self, shared: &Shared) -> Vec<String> {
        let needed = self.kind.needed().iter();
        let missing = needed.filter(|group| group.iter().all(|column| self.at(column).is_none()));
        missing
            .map(|group| group.iter().map(|column| examples(shared, column)).collect::<Vec<_>>().join("; or "))
            .collect()
    }
}

/// Headers that would do for a column: its first names in each language.
fn examples(shared: &Shared, column: &str) -> String {
    let names = Language::ALL.map(|language| {
        let aliases = shared.words.in_language(language).aliases("import_column", column);
        aliases.into_iter().take(EXAMPLES).collect::<Vec<_>>().join(", ")
    });
    names.join(", ")
}

fn lexicon(shared: &Shared, kind: ImportKind) -> Lexicon<&'static str> {
    let mut names = Lexicon::default();
    for column in kind.columns() {
        let mut all = vec![(*column).to_owned()];
        for language in Language::ALL {
            let words = shared.words.in_language(language);
            all.extend(words.aliases("import_column", column));
        }
        // A name of two columns would be that of none.
        all.retain(|name| names.exact(name).is_none());
        names.add(*column, &all);
    }
    names
}

/// The column of a header: by the whole of it, else without what stands in brackets or behind a star.
fn named(names: &Lexicon<&'static str>, header: &str) -> Option<&'static str> {
    let short = header.split(['(', '[', '*']).next().unwrap_or_default();
    names.exact(header).or_else(|| names.exact(short)).copied()
}
