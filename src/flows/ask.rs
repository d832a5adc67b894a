//! Asking the questions of a questionnaire, reading what was answered, and showing it.

use chrono::NaiveDate;

use super::refusal::reason_label;
use super::reply::Answers;
use super::{Call, Result};
use crate::args;
use crate::chat::{Block, Field, Kind, Text};
use crate::domain::{Asked, Change, Given, Questionnaire, ReasonId, Takes};
use crate::store::Answered;
use crate::words::Words;

/// The longest answer, in characters.
pub(super) const LONGEST: u16 = 1000;

/// The fields of a question, with what was answered before.
pub(super) fn fields(words: Words<'_>, question: &Asked, given: &Given, today: NaiveDate) -> Vec<Field> {
    let said = words.asked(question);
    let before = given.get(&question.id);
    let kind = match question.takes {
        Takes::Text | Takes::TextAndDay => Kind::Paragraph { max: LONGEST },
        Takes::Day => Kind::Date,
        Takes::Reason => {
            let reason = before.and_then(|reason| reason.parse::<ReasonId>().ok());
            Kind::Search { source: "reason".into(), shown: reason.map(|reason| reason_label(words, &reason)) }
        }
    };
    let mut field = Field::new(&question.id, said.label.clone(), kind).optional().filled(before.cloned());
    field.hint.clone_from(&said.hint);
    let day = question.day_field().map(|name| {
        // A day that has passed is no answer any more.
        let still = given.get(&name).filter(|day| day.parse::<NaiveDate>().is_ok_and(|day| day > today));
        Field::new(&name, said.day.clone().unwrap_or_default(), Kind::Date).optional().filled(still.cloned())
    });
    std::iter::once(field).chain(day).collect()
}

/// What was answered to these questions; what is wrong is among the faults.
pub(super) fn read<'q>(answers: &mut Answers<'_, '_>, questions: impl Iterator<Item = &'q Asked>) -> Given {
    let mut given = Given::new();
    for question in questions {
        let answer = match question.takes {
            Takes::Text | Takes::TextAndDay => answers.text(&question.id),
            Takes::Day => answers.day(&question.id).map(|day| day.to_string()),
            Takes::Reason => answers.reason(&question.id).map(|reason| reason.as_str().to_owned()),
        };
        given.extend(answer.map(|answer| (question.id.clone(), answer)));
        if let Some(field) = question.day_field().filter(|field| answers.text(field).is_some()) {
            given.extend(answers.later_day(&field).map(|day| (field, day.to_string())));
        }
    }
    given
}

/// What was answered, question by question; nothing for what was not.
pub(super) fn shown(words: Words<'_>, questionnaire: &Questionnaire, given: &Given) -> Vec<Block> {
    let mut blocks = Vec::new();
    for question in &questionnaire.questions {
        let said = words.asked(question);
        if let Some(answer) = given.get(&question.id) {
            match question.takes {
                Takes::Text | Takes::TextAndDay => {
                    blocks.push(Block::Text(Text::strong(said.label.clone())));
                    blocks.push(Block::Quote(answer.clone()));
                }
                Takes::Day => blocks.push(Block::Facts(vec![(said.label.clone(), day(words, answer).into())])),
                Takes::Reason => {
                    let reason = answer.parse::<ReasonId>().map(|reason| reason_label(words, &reason));
                    let reason = reason.unwrap_or_else(|_| answer.clone());
                    blocks.push(Block::Facts(vec![(said.label.clone(), reason.into())]));
                }
            }
        }
        if let Some(answer) = question.day_field().and_then(|field| given.get(&field)) {
            let label = said.day.clone().unwrap_or_default();
            blocks.push(Block::Facts(vec![(label, day(words, answer).into())]));
        }
    }
    blocks
}

fn day(words: Words<'_>, stored: &str) -> String {
    stored.parse().map_or_else(|_| stored.to_owned(), |day| words.date(day))
}

/// Stores answers, with what changed for the audit.
pub(super) async fn store(call: &mut Call<'_>, said: &Answered, before: &Given) -> Result<()> {
    call.tx.answered(said, call.now).await?;
    for (question, answer) in said.given.iter().filter(|(question, answer)| before.get(*question) != Some(answer)) {
        let was = before.get(question).map(|was| format!("{question}: {was}"));
        let is_now = Some(format!("{question}: {answer}"));
        let change = Change { what: said.inquiry.as_str(), was, is_now };
        call.tx.audit(Some(said.refusal), call.by.id, &change, call.now).await?;
    }
    Ok(())
}

/// A sentence under a form's first question that asks for an answer to at least one.
pub(super) fn at_least_one(answers: &mut Answers<'_, '_>, first: Option<&Asked>, given: &Given, key: &str) {
    if let Some(first) = first.filter(|_| given.is_empty()) {
        let says = answers.call.words.line(key, args! {});
        answers.fault_text(&first.id, says);
    }
}
