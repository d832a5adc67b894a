//! Asking the questions of a questionnaire, reading what was answered, and showing it.

use chrono::NaiveDate;

use super::refusal::reason_label;
use super::reply::Answers;
use super::{Call, Result};
use crate::args;
use crate::chat::{Block, Choice, Field, Kind, Text};
use crate::domain::{Asked, Change, Given, Lever, Questionnaire, ReasonId, Takes, WouldChange};
use crate::store::Answered;
use crate::words::Words;

/// The longest answer, in characters.
pub(super) const LONGEST: u16 = 1000;

/// What may be tried, to choose from.
pub(super) fn levers(words: Words<'_>) -> Vec<Choice> {
    Lever::ALL.map(|lever| Choice::new(lever.as_str(), words.label("lever", lever.as_str()))).into()
}

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
        Takes::Lever => {
            let nothing = Choice::new(WouldChange::NOTHING, words.label("lever", WouldChange::NOTHING));
            Kind::Choice(levers(words).into_iter().chain([nothing]).collect())
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
            Takes::Lever => answers.parsed::<WouldChange>(&question.id).map(|lever| lever.as_str().to_owned()),
        };
        given.extend(answer.map(|answer| (question.id.clone(), answer)));
        if let Some(field) = question.day_field().filter(|field| answers.text(field).is_some()) {
            given.extend(answers.later_day(&field).map(|day| (field, day.to_string())));
        }
    }
    given
}

/// What was answered, question by question, also to those that are asked no more; nothing for what was not.
pub(super) fn shown(words: Words<'_>, questionnaire: &Questionnaire, given: &Given) -> Vec<Block> {
    let (mut left, mut blocks) = (given.clone(), Vec::new());
    for question in &questionnaire.questions {
        let said = words.asked(question);
        if let Some(answer) = left.remove(&question.id) {
            blocks.extend(answered(words, question.takes, &said.label, answer));
        }
        if let Some(answer) = question.day_field().and_then(|field| left.remove(&field)) {
            blocks.push(fact(words, said.day.as_deref().unwrap_or(&said.label), &day(words, &answer)));
        }
    }
    // An organisation's own question may be gone from its file, with what it was called.
    let no_more = words.line("asked.no_more", args! {});
    blocks.extend(left.into_values().flat_map(|answer| answered(words, Takes::Text, &no_more, day(words, &answer))));
    blocks
}

fn answered(words: Words<'_>, takes: Takes, label: &str, answer: String) -> Vec<Block> {
    let written = match takes {
        Takes::Text | Takes::TextAndDay => return vec![Block::Text(Text::strong(label)), Block::Quote(answer)],
        Takes::Day => day(words, &answer),
        Takes::Reason => answer.parse().map_or_else(|_| answer.clone(), |reason| reason_label(words, &reason)),
        Takes::Lever => words.label("lever", &answer),
    };
    vec![fact(words, label, &written)]
}

/// A short answer behind its question, whose mark already stands between them if it has one.
fn fact(words: Words<'_>, label: &str, answer: &str) -> Block {
    if label.ends_with('?') {
        Block::Text(Text::strong(label).then(" ").then(answer))
    } else {
        Block::Facts(vec![(words.named(label), answer.into())])
    }
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
