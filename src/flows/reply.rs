//! Forms whose texts are in one table of `prompts/`, and reading their answers.

use std::str::FromStr;

use chrono::{Days, NaiveDate};

use super::refusal::read_day;
use super::{Act, Call, Error, Result, Values};
use crate::args;
use crate::chat::{Fault, Faults, Field, Form, Kind};
use crate::domain::ReasonId;
use crate::words::Words;

/// How far away a day may be on which something is looked at again.
const FAR: Days = Days::new(3 * 366);

/// A form with these questions.
pub(super) fn form(words: Words<'_>, act: Act, title: &str, submit: &str, fields: Vec<Field>) -> Form {
    Form {
        action: act.action(),
        title: words.line(title, args! {}),
        submit: words.line(submit, args! {}),
        intro: None,
        language: words.language().tag().to_owned(),
        fields,
    }
}

/// A question whose label, hint and reminder are in a table of `prompts/`.
pub(super) fn field(words: Words<'_>, table: &str, name: &str, kind: Kind) -> Field {
    let mut field = Field::new(name, words.line(&format!("{table}.{name}.label"), args! {}), kind);
    let said = |what: &str| Some(format!("{table}.{name}.{what}")).filter(|key| words.has(key));
    field.hint = said("hint").map(|key| words.line(&key, args! {}));
    field.missing = said("missing").map(|key| words.line(&key, args! {}));
    field
}

/// The person's own date.
pub(super) fn today(call: &Call<'_>) -> NaiveDate {
    call.now.with_timezone(&call.by.time_zone()).date_naive()
}

/// What is wrong with a day on which something is to be looked at again, if anything is.
pub(super) fn wrong_day(day: NaiveDate, today: NaiveDate) -> Option<&'static str> {
    match day {
        day if day <= today => Some("again_on_form.again_on.past"),
        day if today.checked_add_days(FAR).is_some_and(|far| day > far) => Some("again_on_form.again_on.far"),
        _ => None,
    }
}

/// For what [`Answers::end`] has refused already.
pub(super) fn incomplete<T>() -> Result<T> {
    Err(Error::Internal(anyhow::anyhow!("an answer that is missing and that nothing said so of")))
}

/// Answers being read: values out, faults collected.
pub(super) struct Answers<'r, 'a> {
    pub(super) call: &'r Call<'a>,
    table: &'static str,
    values: &'r Values,
    faults: Vec<Fault>,
}

impl<'r, 'a> Answers<'r, 'a> {
    /// The answers of a form whose texts are in `table`.
    pub(super) fn new(call: &'r Call<'a>, table: &'static str, values: &'r Values) -> Self {
        Self { call, table, values, faults: Vec::new() }
    }

    /// What was typed, without blanks around it; `None` if nothing was.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        self.values.get(field).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// What was chosen.
    pub(super) fn parsed<T: FromStr>(&self, field: &str) -> Option<T> {
        self.text(field)?.parse().ok()
    }

    /// A day after today, not too far; anything else is a fault.
    pub(super) fn later_day(&mut self, field: &str) -> Option<NaiveDate> {
        let today = today(self.call);
        if self.text(field).is_none() {
            self.must(field, false);
        }
        let day = self.day(field)?;
        if let Some(key) = wrong_day(day, today) {
            self.fault(field, key);
        }
        Some(day)
    }

    /// A day, if one was typed; what is none is a fault.
    pub(super) fn day(&mut self, field: &str) -> Option<NaiveDate> {
        let typed = self.text(field)?;
        let day = read_day(&typed, today(self.call));
        if day.is_none() {
            let says = self.call.words.line("typed.unknown_day", args! { typed: typed });
            self.faults.push(Fault { field: field.into(), says });
        }
        day
    }

    /// A reason, if one was chosen; what is none is a fault.
    pub(super) fn reason(&mut self, field: &str) -> Option<ReasonId> {
        let typed = self.text(field)?;
        let found = self.call.shared.reasons.find(&typed).map(|found| found.value);
        if found.is_none() {
            self.fault(field, "validate_form.reason.missing");
        }
        found
    }

    /// Without it, the form's own reminder is the fault.
    pub(super) fn must(&mut self, field: &str, given: bool) {
        if !given {
            let key = format!("{}.{field}.missing", self.table);
            self.fault(field, &key);
        }
    }

    /// Something is wrong with an answer.
    pub(super) fn fault(&mut self, field: &str, key: &str) {
        self.faults.push(Fault { field: field.into(), says: self.call.words.line(key, args! {}) });
    }

    /// Something is wrong with an answer, in these words.
    pub(super) fn fault_text(&mut self, field: &str, says: String) {
        self.faults.push(Fault { field: field.into(), says });
    }

    /// Nothing is read any more.
    ///
    /// # Errors
    /// What was wrong, if anything was.
    pub(super) fn end(self) -> Result<()> {
        if self.faults.is_empty() { Ok(()) } else { Err(Error::Faults(Faults(self.faults))) }
    }
}
