//! What clients say in a call: asked by the questions of its questionnaire, kept with the decision it led to.
//!
//! There are two: the head validates a refusal ([`super::decide`]), and its owner calls the client again
//! ([`super::recontact`]), as often as it takes.

use super::refusal::reason_label;
use super::{Call, Result, ask, reply};
use crate::args;
use crate::chat::{Block, Field};
use crate::domain::{Given, Questionnaire, Refusal, RefusalNumber, Stage};
use crate::store::{Answered, Decision, Inquiry};
use crate::words::Words;

/// The question whose answer says what is tried, where a client is worth another try.
pub(super) const NEED: &str = "need";

/// What is asked in the call that leads to a stage, if one does.
fn questions(words: Words<'_>, stage: Stage) -> Option<(Inquiry, &Questionnaire)> {
    let all = words.questionnaires();
    match stage {
        Stage::Validated => Some((Inquiry::Validation, &all.validation)),
        Stage::Dormant | Stage::Revived => Some((Inquiry::Recontact, &all.recontact)),
        _ => None,
    }
}

/// The fields of every question. Each call is one of its own: nothing is filled in.
pub(super) fn fields(call: &Call<'_>, questionnaire: &Questionnaire) -> Vec<Field> {
    let (today, nothing) = (reply::today(call), Given::new());
    questionnaire.asked().flat_map(|question| ask::fields(call.words, question, &nothing, today)).collect()
}

/// Stores what was said in the call that led to a decision.
pub(super) async fn keep(
    call: &mut Call<'_>,
    number: RefusalNumber,
    (stage, decision): (Stage, i64),
    given: Given,
) -> Result<()> {
    let Some((inquiry, questionnaire)) = questions(call.words, stage) else { return Ok(()) };
    let said = Answered {
        refusal: number,
        inquiry,
        version: questionnaire.version,
        decision: Some(decision),
        said_by: call.by.id,
        from_whom: None,
        heard_on: None,
        given,
    };
    ask::store(call, &said, &Given::new()).await
}

/// The reason the client gave the head, where it is not the rep's.
pub(super) fn reason(words: Words<'_>, refusal: &Refusal, decision: &Decision) -> Option<Block> {
    let heard = decision.stage == Stage::Validated;
    let reason = refusal.head_reason.as_ref().filter(|reason| heard && **reason != refusal.details.reason)?;
    let label = words.named(words.line("validate_form.reason.label", args! {}));
    Some(Block::Facts(vec![(label, reason_label(words, reason).into())]))
}

/// What was said in the call that led to a decision.
pub(super) fn shown(words: Words<'_>, decision: &Decision, mut given: Given) -> Vec<Block> {
    let Some((_, questionnaire)) = questions(words, decision.stage) else { return Vec::new() };
    // Before calls had questionnaires, their answers stood with the decision.
    given.extend(decision.call.iter().cloned());
    if decision.note.is_some() && given.get(NEED) == decision.note.as_ref() {
        // What is tried was said already.
        given.remove(NEED);
    }
    ask::shown(words, questionnaire, &given)
}
