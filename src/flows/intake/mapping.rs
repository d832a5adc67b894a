//! Where a form builder or a CRM puts what we ask for.
//!
//! `email <- form_response.answers[field.ref=email].email`: a field, an arrow, and the way there. Steps stand between
//! dots; a number takes one of a list, from 0; `[way=value]` takes the one of a list where that holds. A field that is
//! named twice takes both: a first name and a last name.

use std::str::FromStr;

use serde_json::Value;

use super::read::FIELDS;
use crate::domain::Source;

/// How what comes with the token of this name is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntakeForm {
    /// The token's name.
    pub name: String,
    /// Where the leads come from, if not where the token says.
    pub source: Option<Source>,
    /// What is found where.
    pub fields: Vec<IntakeField>,
}

/// Where one field is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntakeField {
    /// Which.
    pub(super) field: &'static str,
    way: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// Under a name, or the one of a list with that number.
    Under(String),
    /// The one of a list where a way leads to a text.
    Where(Vec<Step>, String),
}

impl FromStr for IntakeField {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let example = "write for example \"email <- answers.email\"";
        let Some((field, way)) = written.split_once("<-") else {
            return Err(format!("\"{written}\" has no arrow: {example}"));
        };
        let field = field.trim();
        let Some(field) = FIELDS.into_iter().find(|known| *known == field) else {
            return Err(format!("\"{field}\" is no field of a lead: one of {}", FIELDS.join(", ")));
        };
        let way = read_way(way.trim()).ok_or_else(|| format!("\"{}\" is no way to a value: {example}", way.trim()))?;
        Ok(Self { field, way })
    }
}

impl IntakeField {
    /// What stands there, as a text.
    pub(super) fn find(&self, sent: &Value) -> Option<String> {
        follow(&self.way, sent).and_then(text)
    }
}

fn read_way(written: &str) -> Option<Vec<Step>> {
    let (mut way, mut rest) = (Vec::new(), written);
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (condition, after) = inside.split_once(']')?;
            let (path, value) = condition.split_once('=')?;
            way.push(Step::Where(read_way(path.trim())?, value.trim().to_owned()));
            rest = after;
        } else {
            let name = rest.strip_prefix('.').filter(|_| !way.is_empty()).unwrap_or(rest);
            let end = name.find(['.', '[']).unwrap_or(name.len());
            if end == 0 {
                return None;
            }
            way.push(Step::Under(name[..end].trim().to_owned()));
            rest = &name[end..];
        }
    }
    (!way.is_empty()).then_some(way)
}

fn follow<'v>(way: &[Step], from: &'v Value) -> Option<&'v Value> {
    way.iter().try_fold(from, |at, step| match (step, at) {
        (Step::Under(name), Value::Object(all)) => all.get(name),
        (Step::Under(number), Value::Array(all)) => all.get(number.parse::<usize>().ok()?),
        (Step::Where(way, wanted), Value::Array(all)) => {
            all.iter().find(|one| follow(way, one).and_then(text).as_ref() == Some(wanted))
        }
        _ => None,
    })
}

/// A value as a text: what was ticked in a list, one after another; nothing of what is no text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(ticked) => Some(ticked.to_string()),
        Value::Array(all) => Some(all.iter().filter_map(text).collect::<Vec<_>>().join(", ")),
        Value::Null | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(written: &str, sent: &Value) -> Option<String> {
        written.parse::<IntakeField>().expect("a field").find(sent)
    }

    #[test]
    fn a_way_leads_through_names_numbers_and_conditions() {
        let answers = json!([
            {"field": {"ref": "mail"}, "email": "ana@novo.example"},
            {"field": {"ref": "size"}, "number": 30},
        ]);
        let sent = json!({"form": {"answers": answers}, "ticked": ["CRM", "Support"], "none": null});
        let is =
            |written: &str, wanted: Option<&str>| assert_eq!(found(written, &sent).as_deref(), wanted, "{written}");
        is("email <- form.answers[field.ref=mail].email", Some("ana@novo.example"));
        is("wants<-form.answers.1.number", Some("30"));
        is("wants <- ticked", Some("CRM, Support"));
        is("email <- form.answers[field.ref=phone].email", None);
        is("email <- form.answers.7.email", None);
        is("email <- none", None);
        is("email <- form", None);
    }

    #[test]
    fn what_is_no_mapping_says_what_is_wrong() {
        for written in
            ["email", "mail <- a", "email <- ", "email <- a..b", "email <- a[b].c", "email <- .a", "email <- a[b=c"]
        {
            let wrong = written.parse::<IntakeField>().expect_err(written);
            assert!(wrong.contains("write for example") || wrong.contains("one of account"), "{wrong}");
        }
    }
}
