//! Taking values out of the file, and complaining of those that cannot be taken.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Problem;
use super::values::{Value, closest};

/// Every section and its keys, in the order people are told of them.
const SECTIONS: [(&str, &[&str]); 12] = [
    (
        "organisation",
        &[
            "name",
            "language",
            "currency",
            "time_zone",
            "head_card_above",
            "messages_a_day",
            "self_validate_below",
            "sample_one_in",
            "prompts",
        ],
    ),
    (
        "team",
        &[
            "name",
            "channels",
            "working_hours",
            "language",
            "currency",
            "time_zone",
            "amounts_in_channel",
            "digest",
            "daily",
            "focus",
        ],
    ),
    ("person", &["name", "team", "role", "accounts"]),
    ("product", &["name", "aliases"]),
    ("leads", &["reminder", "late", "open", "deadlines", "holidays"]),
    ("lead_rule", &["source", "words", "team", "owner"]),
    ("opportunities", &["days_without_touch"]),
    ("intake", &["name", "source", "fields"]),
    ("database", &["url"]),
    ("http", &["address", "public_url"]),
    ("jobs", &["lease_seconds"]),
    ("log", &["filter", "format"]),
];

/// The sections that are lists.
const LISTS: [&str; 5] = ["team", "person", "product", "lead_rule", "intake"];

/// A table of the file, in a section.
#[derive(Clone, Copy)]
pub(super) struct Section<'t> {
    pub(super) name: &'static str,
    pub(super) table: &'t DeTable<'t>,
}

/// A text of the file, and where it stands.
pub(super) struct Text<'t> {
    pub(super) written: &'t str,
    pub(super) at: Range<usize>,
}

/// Reads a file that is TOML, and collects what is wrong with it.
pub(super) struct Reader<'a> {
    pub(super) path: &'a Path,
    pub(super) source: &'a str,
    pub(super) problems: Vec<Problem>,
}

impl Reader<'_> {
    /// Complains of what stands at a place of the file.
    pub(super) fn complain(&mut self, at: &Range<usize>, wrong: impl Into<String>) {
        let line = self.line(at);
        self.problems.push(Problem::of_file(self.path, Some(line), wrong));
    }

    /// The line of a place, from 1.
    pub(super) fn line(&self, at: &Range<usize>) -> usize {
        let before = self.source.get(..at.start).unwrap_or(self.source);
        before.bytes().filter(|b| *b == b'\n').count() + 1
    }

    /// Complains of sections nobody knows.
    pub(super) fn know_sections(&mut self, root: &DeTable<'_>) {
        for key in root.keys() {
            let name = key.get_ref().as_ref();
            if !SECTIONS.iter().any(|(section, _)| *section == name) {
                self.complain(&key.span(), unknown_section(name));
            }
        }
    }

    /// The tables of a section: at most one, unless the section is a list. Unknown keys in them are complained of.
    pub(super) fn sections<'t>(
        &mut self,
        root: &'t DeTable<'t>,
        name: &'static str,
    ) -> Vec<(Section<'t>, Range<usize>)> {
        let Some(value) = root.get(name) else { return Vec::new() };
        let listed = LISTS.contains(&name);
        let found: Vec<&'t Spanned<DeValue<'t>>> = match value.get_ref() {
            DeValue::Array(items) if listed => items.iter().collect(),
            DeValue::Table(_) if !listed => vec![value],
            _ => {
                self.complain(&value.span(), format!("write its head as {}", head(name)));
                return Vec::new();
            }
        };
        let mut sections = Vec::new();
        for value in found {
            match value.get_ref().as_table() {
                Some(table) => {
                    let section = Section { name, table };
                    self.know_keys(section);
                    sections.push((section, value.span()));
                }
                None => self.complain(&value.span(), format!("write its head as {}", head(name))),
            }
        }
        sections
    }

    fn know_keys(&mut self, section: Section<'_>) {
        let keys = keys(section.name);
        for key in section.table.keys() {
            let name = key.get_ref().as_ref();
            if !keys.contains(&name) {
                self.complain(&key.span(), unknown_key(section.name, name));
            }
        }
    }

    /// The text of a key, if it is there.
    pub(super) fn text<'t>(&mut self, section: Section<'t>, key: &str) -> Option<Text<'t>> {
        let value = section.table.get(key)?;
        match value.get_ref().as_str().map(str::trim) {
            Some("") => {
                self.complain(&value.span(), format!("`{key}` is empty: write something, or leave the key out"));
            }
            Some(written) => return Some(Text { written, at: value.span() }),
            None => self.complain(&value.span(), format!("`{key}` is not a text: put it in quotes")),
        }
        None
    }

    /// The text of a key that must be there; `at` is where its section is.
    pub(super) fn needed<'t>(&mut self, section: Section<'t>, key: &str, at: &Range<usize>) -> Option<Text<'t>> {
        if section.table.get(key).is_none() {
            self.complain(at, format!("this {} has no `{key}`: add {key} = \"...\"", head(section.name)));
        }
        self.text(section, key)
    }

    /// The value of a key, if it is there and can be read.
    pub(super) fn value<T>(&mut self, section: Section<'_>, key: &str, read: impl Fn(&str) -> Value<T>) -> Option<T> {
        let text = self.text(section, key)?;
        self.read(&text, read)
    }

    /// The value of a key that may also be written as a number.
    pub(super) fn number<T>(&mut self, section: Section<'_>, key: &str, read: impl Fn(&str) -> Value<T>) -> Option<T> {
        let value = section.table.get(key)?;
        let Some(number) = value.get_ref().as_integer() else { return self.value(section, key, read) };
        read(number.as_str()).map_err(|wrong| self.complain(&value.span(), wrong)).ok()
    }

    /// The yes or no of a key, if it is there.
    pub(super) fn flag(&mut self, section: Section<'_>, key: &str) -> Option<bool> {
        let value = section.table.get(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.complain(&value.span(), format!("`{key}` is yes or no: write {key} = true, or false"));
        }
        flag
    }

    /// What a text means, if it can be read.
    pub(super) fn read<T>(&mut self, text: &Text<'_>, read: impl Fn(&str) -> Value<T>) -> Option<T> {
        read(text.written).map_err(|wrong| self.complain(&text.at, wrong)).ok()
    }

    /// The texts in the list of a key.
    pub(super) fn texts<'t>(&mut self, section: Section<'t>, key: &str) -> Vec<Text<'t>> {
        let Some(value) = section.table.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.complain(&value.span(), format!("`{key}` is a list: put it in brackets, {key} = [\"...\"]"));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref().as_str().map(str::trim) {
                Some(written) if !written.is_empty() => texts.push(Text { written, at: item.span() }),
                _ => self.complain(&item.span(), format!("`{key}` is a list of texts: put each in quotes")),
            }
        }
        texts
    }
}

fn keys(section: &str) -> &'static [&'static str] {
    SECTIONS.iter().find(|(name, _)| *name == section).map_or(&[], |(_, keys)| keys)
}

/// A section as it is written: `[[team]]`.
fn head(section: &str) -> String {
    if LISTS.contains(&section) { format!("[[{section}]]") } else { format!("[{section}]") }
}

fn unknown_section(name: &str) -> String {
    if let Some((section, _)) = SECTIONS.iter().find(|(_, keys)| keys.contains(&name)) {
        return format!("`{name}` stands before every section: move it under {}", head(section));
    }
    if ["slack", "discord"].contains(&name) {
        let upper = name.to_uppercase();
        return format!("tokens are not kept in this file: set PANOUT_{upper}_* in the environment instead");
    }
    let meant = closest(name, SECTIONS.iter().map(|(section, _)| *section));
    let plural = SECTIONS.iter().map(|(section, _)| *section).find(|section| name.strip_suffix('s') == Some(section));
    match plural.or(meant) {
        Some(section) => format!("there is no section `{name}`: did you mean {}?", head(section)),
        None => {
            let all: Vec<String> = SECTIONS.iter().map(|(section, _)| head(section)).collect();
            format!("there is no section `{name}`: the sections are {}", all.join(", "))
        }
    }
}

fn unknown_key(section: &str, key: &str) -> String {
    let here = head(section);
    if let Some(meant) = closest(key, keys(section).iter().copied()) {
        return format!("{here} has no key `{key}`: did you mean `{meant}`?");
    }
    if let Some((other, _)) = SECTIONS.iter().find(|(_, keys)| keys.contains(&key)) {
        return format!("{here} has no key `{key}`: it belongs under {}", head(other));
    }
    format!("{here} has no key `{key}`: its keys are {}", keys(section).join(", "))
}
