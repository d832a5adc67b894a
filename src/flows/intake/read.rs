//! What was sent, read: one lead or several, each field as it may be, and what is wrong with each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::mapping::IntakeForm;
use super::{Declined, Intake, MOST, Wrong};
use crate::domain::{LeadDetails, Lexicon, Source};
use crate::flows::lead::{NAME, WANTS};

/// The fields of a lead.
pub(super) const FIELDS: [&str; 9] =
    ["account", "contact", "email", "phone", "source", "wants", "place", "team", "owner"];
/// How deep what is sent may be nested.
const DEEPEST: usize = 20;
/// How many unknown fields are named, and how much of each.
pub(super) const NAMED: (usize, usize) = (20, 60);

/// A lead as it was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sent {
    /// Where it stood, as a JSON pointer.
    pub(super) pointer: String,
    pub(super) details: LeadDetails,
    pub(super) team: Option<String>,
    pub(super) owner: Option<String>,
    /// Fields nobody knows what to do with.
    pub(super) ignored: Vec<String>,
}

/// Reads a body. `form`: how, if not as we ask for it. `sources`: what sources are called.
pub(super) fn leads(body: &[u8], form: Option<&IntakeForm>, sources: &Lexicon<Source>) -> Result<Vec<Sent>, Declined> {
    let (mut read, mut wrong) = (Vec::new(), Vec::new());
    for (pointer, one) in objects(body, Intake::Leads)? {
        let mut reading = Reading { pointer, sources, before: wrong.len(), wrong: &mut wrong };
        match (one, form) {
            (Value::Object(fields), None) => read.extend(reading.direct(&fields)),
            (one @ Value::Object(_), Some(form)) => read.extend(reading.mapped(&one, form)),
            _ => reading.complain("", "this is no object: send one with the fields of a lead"),
        }
    }
    if wrong.is_empty() { Ok(read) } else { Err(Declined::Wrong(wrong)) }
}

/// What is in a body, each with its JSON pointer: one, or a list of at most [`MOST`].
pub(super) fn objects(body: &[u8], what: Intake) -> Result<Vec<(String, Value)>, Declined> {
    let one = what.name().trim_end_matches('s');
    let all: Vec<(String, Value)> = match value(body)? {
        Value::Array(all) => all.into_iter().enumerate().map(|(at, one)| (format!("/{at}"), one)).collect(),
        one @ Value::Object(_) => vec![(String::new(), one)],
        _ => return Err(Declined::Unreadable(format!("It is no {one}. Send an object, or a list of objects."))),
    };
    if all.len() > MOST {
        return Err(Declined::TooMany(all.len()));
    }
    if all.is_empty() {
        return Err(Declined::Unreadable(format!("The list is empty. Send at least one {one}.")));
    }
    Ok(all)
}

/// The JSON of a body, if it is that and not too deep.
fn value(body: &[u8]) -> Result<Value, Declined> {
    let text = std::str::from_utf8(body).map_err(|error| {
        let at = error.valid_up_to();
        Declined::Unreadable(format!("Byte {at} is no UTF-8. Send the JSON in UTF-8."))
    })?;
    let value = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Declined::Unreadable(format!("Line {line}, column {column} is no JSON. Send an object, or a list of objects."))
    })?;
    if is_deeper(&value, DEEPEST) {
        let why = format!("It is nested deeper than {DEEPEST} levels. Send a flat object for each lead.");
        return Err(Declined::Unreadable(why));
    }
    Ok(value)
}

fn is_deeper(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(all) => levels == 0 || all.iter().any(|one| is_deeper(one, levels - 1)),
        Value::Object(all) => levels == 0 || all.values().any(|one| is_deeper(one, levels - 1)),
        _ => false,
    }
}

struct Reading<'a> {
    pointer: String,
    sources: &'a Lexicon<Source>,
    /// How much was wrong with those before.
    before: usize,
    wrong: &'a mut Vec<Wrong>,
}

type Texts = BTreeMap<&'static str, String>;

impl Reading<'_> {
    fn complain(&mut self, field: &str, says: impl Into<String>) {
        let pointer = if field.is_empty() { self.pointer.clone() } else { format!("{}/{field}", self.pointer) };
        self.wrong.push(Wrong { pointer, says: says.into() });
    }

    /// One whose fields have our names.
    fn direct(&mut self, fields: &Map<String, Value>) -> Option<Sent> {
        let (mut texts, mut unknown) = (Texts::new(), Vec::new());
        for (name, value) in fields {
            match (FIELDS.into_iter().find(|known| known == name), value) {
                (None, _) => unknown.push(name.chars().take(NAMED.1).collect()),
                (Some(_), Value::Null) => {}
                (Some(field), Value::String(text)) => drop(texts.insert(field, text.clone())),
                (Some(field), _) => {
                    self.complain(field, format!("{field} is no text: send it in quotes, or leave it out"));
                }
            }
        }
        unknown.truncate(NAMED.0);
        let source = self.source(&texts);
        self.sent(&texts, source, unknown)
    }

    /// The source it names; one that nobody knows is complained of.
    fn source(&mut self, texts: &Texts) -> Option<Source> {
        let written = texts.get("source").map(|source| clean(source, false)).filter(|source| !source.is_empty())?;
        let known = self.sources.exact(&written).copied();
        if known.is_none() {
            let all = Source::ALL.map(Source::as_str).join(", ");
            self.complain("source", format!("this is no source: send one of {all}, or leave it out"));
        }
        known
    }

    /// One of a form builder or a CRM. A source nobody knows is no reason to lose it: it came from where the form is.
    fn mapped(&mut self, sent: &Value, form: &IntakeForm) -> Option<Sent> {
        let mut texts = Texts::new();
        for take in &form.fields {
            let Some(found) = take.find(sent).filter(|found| !found.trim().is_empty()) else { continue };
            let text = texts.entry(take.field).or_default();
            if !text.is_empty() {
                text.push(if take.field == "wants" { '\n' } else { ' ' });
            }
            text.push_str(&found);
        }
        let said = texts.get("source").and_then(|source| self.sources.exact(&clean(source, false)).copied());
        self.sent(&texts, said.or(form.source), Vec::new())
    }

    /// A text as it is kept; one that is too long is complained of.
    fn take(&mut self, texts: &Texts, field: &str, most: u16) -> Option<String> {
        let text = texts.get(field).map(|text| clean(text, field == "wants")).filter(|text| !text.is_empty())?;
        let length = text.chars().count();
        if length > most.into() {
            self.complain(field, format!("{field} has {length} characters: send at most {most}"));
        }
        Some(text)
    }

    fn sent(&mut self, texts: &Texts, source: Option<Source>, ignored: Vec<String>) -> Option<Sent> {
        let mut take = |field, most| self.take(texts, field, most);
        let details = LeadDetails {
            account: take("account", NAME),
            contact: take("contact", NAME),
            email: take("email", NAME),
            phone: take("phone", NAME),
            source,
            wants: take("wants", WANTS),
            place: take("place", NAME),
        };
        let (team, owner) = (take("team", NAME), take("owner", NAME));
        if details.email.as_deref().is_some_and(|email| !is_email(email)) {
            self.complain("email", "this is no e-mail address: send one such as ana@example.com, or leave it out");
        }
        if details.phone.as_deref().is_some_and(|phone| !phone.contains(|c: char| c.is_ascii_digit())) {
            self.complain("phone", "there is no digit in it: send one such as +40 722 000 111, or leave it out");
        }
        if self.wrong.len() == self.before && !details.says_who() {
            let says = "nobody can be called: send at least one of account, contact, email, phone";
            let beside = match ignored.as_slice() {
                [] => String::new(),
                ignored => format!(" (these are no fields of a lead: {})", ignored.join(", ")),
            };
            self.complain("", format!("{says}{beside}"));
        }
        (self.wrong.len() == self.before).then(|| Sent { pointer: self.pointer.clone(), details, team, owner, ignored })
    }
}

/// A text without what nobody types; with line breaks only where there may be some.
pub(in crate::flows) fn clean(text: &str, lines: bool) -> String {
    if lines {
        let text = text.replace("\r\n", "\n");
        return text.trim().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    }
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text may be an e-mail address.
pub(in crate::flows) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let host_fits = host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains('@');
    !name.is_empty() && host_fits && !text.contains(char::is_whitespace)
}
