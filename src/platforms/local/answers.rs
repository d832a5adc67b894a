//! Checks the answers of a form before the bot sees them, as the other services do by themselves.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Page;
use super::said::Seen;
use crate::chat::{Account, Fault, Faults, Field, Form, Kind, Service};

/// The answers as a submission has them: unanswered fields absent, nothing the form did not ask.
///
/// # Errors
/// What the form itself forbids, in the page's words.
pub(super) fn check(
    page: &Page,
    language: &str,
    form: &Form,
    mut answers: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Faults> {
    let seen = page.room.seen();
    let (mut values, mut faults) = (BTreeMap::new(), Vec::new());
    for field in &form.fields {
        let answer = answers.remove(&field.name).filter(|answer| !answer.trim().is_empty());
        match wrong(&seen, field, answer.as_deref()) {
            Some((key, max)) => {
                let own = field.missing.clone().filter(|_| answer.is_none());
                let says = own.unwrap_or_else(|| page.word(language, key).replace("{max}", &max.to_string()));
                faults.push(Fault { field: field.name.clone(), says });
            }
            None => values.extend(answer.map(|answer| (field.name.clone(), answer))),
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(Faults(faults)) }
}

/// The key of what is wrong with an answer, and the most characters it may have.
fn wrong(seen: &Seen, field: &Field, answer: Option<&str>) -> Option<(&'static str, u16)> {
    let Some(answer) = answer else {
        return field.required.then_some(("fault_required", 0));
    };
    let kept = field.value.as_deref() == Some(answer);
    match &field.kind {
        Kind::Line { max } | Kind::Paragraph { max } if answer.chars().count() > usize::from(*max) => {
            Some(("fault_too_long", *max))
        }
        Kind::Choice(choices) if !choices.iter().any(|c| c.value == answer) => Some(("fault_choice", 0)),
        Kind::Date if answer.parse::<NaiveDate>().is_err() => Some(("fault_date", 0)),
        Kind::Person if !kept && !is_here(seen, answer) => Some(("fault_choice", 0)),
        _ => None,
    }
}

fn is_here(seen: &Seen, answer: &str) -> bool {
    answer.parse::<Account>().is_ok_and(|a| a.service == Service::Local && seen.person(&a.id).is_some())
}
