//! A question of the head to the rep, and its answer.
//!
//! Starts: *Ask the rep* on the head's card. Acts: whoever leads the team, then the rep. Ends: the answer is on the card.
//! Until then the message of the day says it too, twice, and then the head hears; what is decided needs no answer.

use chrono::{DateTime, TimeDelta, Utc};

use super::head::changed;
use super::notice::{self, Notice};
use super::refusal::{denied_reply, denied_text, load};
use super::{Act, Call, Error, Result, Shared, Values, case, tell, words_for};
use crate::args;
use crate::chat::{Block, Button, Card, Fault, Faults, Field, Form, Kind, Look, Reply, Text, Tone};
use crate::domain::{Denied, Intensity, Person, PersonId, Refusal, RefusalNumber};
use crate::store::{Question, Task, TaskKind, Tx};
use crate::words::Words;

/// In how many working days the message of the day reminds of it.
const REMINDED_IN: usize = 1;
/// The longest question or answer, in characters.
const LONGEST: u16 = 3000;

/// The form to ask the rep.
pub(super) async fn ask_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = load(call, number).await?;
    if let Err(denied) = refusal.may_ask(&call.by) {
        return tell(denied_text(call, denied));
    }
    let rep = call.tx.person(refusal.owner).await?;
    let words = call.words;
    let about = words.text(
        "ask.intro",
        args! { rep: rep.name.as_str(), number: number.to_string(), account: refusal.details.account.as_str() },
    );
    let question = Field::new("question", words.line("ask.question.label", args! {}), Kind::Paragraph { max: LONGEST })
        .missing(words.line("ask.empty", args! {}));
    Ok(Reply::Ask(one_question(words, Act::Ask(number), "ask.title", about, question)))
}

fn one_question(words: Words<'_>, act: Act, title: &str, intro: Text, field: Field) -> Form {
    Form {
        action: act.action(),
        title: words.line(title, args! {}),
        submit: words.line("button.send", args! {}),
        intro: Some(intro),
        language: words.language().tag().to_owned(),
        fields: vec![field],
    }
}

/// The question, on its way to the rep.
pub(super) async fn ask(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let refusal = load(call, number).await?;
    if let Err(denied) = refusal.may_ask(&call.by) {
        return denied_reply(call, denied);
    }
    let question = written(call, values, "question")?;
    let rep = call.tx.person(refusal.owner).await?;
    let id = call.tx.ask(number, (call.by.id, rep.id), &question, call.now).await?;
    let at = rep.reachable_at(call.now);
    notice::plan(call.tx, call.shared, &Notice::Question(id), at, call.now).await?;
    remind(call, &refusal, &rep, at).await?;
    changed(call, number).await?;
    case::stands(call, &refusal).await
}

/// Puts a question, asked at a moment, into the hands of whoever is to answer it.
async fn remind(call: &mut Call<'_>, refusal: &Refusal, of: &Person, asked_at: DateTime<Utc>) -> Result<()> {
    let says = of.batch_after_days(REMINDED_IN, asked_at);
    let task = Task::new(refusal.number, TaskKind::Question, of.id, says);
    call.tx.hand(&task, call.now).await?;
    if of.intensity() == Intensity::Light {
        // The question itself is the one time they hear of it.
        call.tx.say_task_at(&task, None).await?;
        let head_at = of.batch_in_days(of.intensity().days_to_head(), asked_at);
        call.tx.tell_head_from(&task, head_at).await?;
        let Some(head) = call.tx.responsible_for(refusal.team, call.now).await? else { return Ok(()) };
        let at = head.next_batch(head_at - TimeDelta::seconds(1));
        return notice::plan(call.tx, call.shared, &Notice::Today(head.id.0, at), at, call.now).await;
    }
    notice::plan(call.tx, call.shared, &Notice::Today(of.id.0, says), says, call.now).await
}

/// A question would be one message too many: it is a line of the message of the day that comes at `at`.
pub(super) async fn joins(
    tx: &mut Tx,
    shared: &Shared,
    (id, reader): (i64, &Person),
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(question) = tx.question(id).await? else { return Ok(()) };
    if let Some(task) = tx.task_beside(question.refusal, TaskKind::Question).await? {
        tx.say_task_at(&task, Some(at)).await?;
        notice::plan(tx, shared, &Notice::Today(reader.id.0, at), at, now).await?;
    }
    Ok(())
}

/// A question reached whoever is to answer it: that counts as the first time it was said.
pub(super) async fn told(tx: &mut Tx, notice: &str, id: i64) -> Result<()> {
    match tx.question(id).await? {
        Some(question) => Ok(tx.told_task(notice, question.refusal, TaskKind::Question).await?),
        None => Ok(()),
    }
}

fn written(call: &Call<'_>, values: &Values, field: &str) -> Result<String> {
    match values.get(field).map(|text| text.trim()).filter(|text| !text.is_empty()) {
        Some(text) => Ok(text.to_owned()),
        None => {
            let says = call.words.line("ask.empty", args! {});
            Err(Error::Faults(Faults(vec![Fault { field: field.into(), says }])))
        }
    }
}

/// The question in front of the rep, and its answer once there is one.
pub(super) async fn draw_question(tx: &mut Tx, shared: &Shared, id: i64) -> Result<Option<(Person, Card)>> {
    let Some((question, refusal)) = question(tx, id).await? else { return Ok(None) };
    let posted = tx.message(&Notice::Question(id).key()).await?.is_some_and(|message| message.message.is_some());
    if !posted && (refusal.withdrawn_at.is_some() || question.answer.is_some()) {
        return Ok(None);
    }
    let rep = tx.person(question.asked_of).await?;
    let asker = tx.person(question.asked_by).await?;
    let words = words_for(shared, &rep);
    let card = question_card(words, &asker, &question, &refusal);
    Ok(Some((rep, card)))
}

fn question_card(words: Words<'_>, asker: &Person, question: &Question, refusal: &Refusal) -> Card {
    let number = refusal.number.to_string();
    let title = words.text(
        "question.title",
        args! { name: asker.name.as_str(), number: number.as_str(), account: refusal.details.account.as_str() },
    );
    let card = Card::titled(title).with(Block::Quote(question.question.clone()));
    match &question.answer {
        Some(answer) => {
            card.with(Block::Text(words.text("question.answered", args! {}))).with(Block::Quote(answer.clone()))
        }
        None => card.tone(Tone::Attention).with(Block::Buttons(vec![to_answer(words, question.id)])),
    }
}

async fn question(tx: &mut Tx, id: i64) -> Result<Option<(Question, Refusal)>> {
    let Some(question) = tx.question(id).await? else { return Ok(None) };
    let refusal = tx.refusal(question.refusal).await?;
    Ok(refusal.map(|refusal| (question, refusal)))
}

/// A question for the person it was asked of.
async fn my_question(call: &mut Call<'_>, id: i64) -> Result<(Question, Refusal)> {
    match question(call.tx, id).await? {
        Some((question, refusal)) if question.asked_of == call.by.id => Ok((question, refusal)),
        _ => tell(denied_text(call, Denied::NotYours)),
    }
}

/// The form to answer.
pub(super) async fn answer_form(call: &mut Call<'_>, id: i64) -> Result {
    let (question, refusal) = my_question(call, id).await?;
    let words = call.words;
    if question.answer.is_some() {
        return already_answered(call, &question, &refusal).await;
    }
    let answer = Field::new("answer", words.line("answer.answer.label", args! {}), Kind::Paragraph { max: LONGEST })
        .missing(words.line("ask.empty", args! {}));
    let intro: String = question.question.chars().take(1000).collect();
    Ok(Reply::Ask(one_question(words, Act::Answer(id), "answer.title", intro.into(), answer)))
}

async fn already_answered(call: &mut Call<'_>, question: &Question, refusal: &Refusal) -> Result {
    let asker = call.tx.person(question.asked_by).await?;
    Ok(Reply::Replace(question_card(call.words, &asker, question, refusal)))
}

/// The answer, on its way back.
pub(super) async fn answer(call: &mut Call<'_>, id: i64, values: &Values) -> Result {
    let (question, refusal) = my_question(call, id).await?;
    let text = written(call, values, "answer")?;
    if !call.tx.answer(id, &text, call.now).await? {
        return already_answered(call, &question, &refusal).await;
    }
    if call.tx.open_question(refusal.number, call.by.id).await?.is_none() {
        ends(call, refusal.number).await?;
    }
    let asker: PersonId = question.asked_by;
    let head = call.tx.person(asker).await?;
    notice::plan(call.tx, call.shared, &Notice::Answer(id), head.reachable_at(call.now), call.now).await?;
    case::changed(call, refusal.number).await?;
    let question = Question { answer: Some(text), ..question };
    Ok(Reply::Replace(question_card(call.words, &head, &question, &refusal)))
}

/// Nobody is reminded of a question about this refusal any more.
pub(super) async fn ends(call: &mut Call<'_>, number: RefusalNumber) -> Result<()> {
    if let Some(task) = call.tx.task_beside(number, TaskKind::Question).await? {
        call.tx.done(&task, call.now).await?;
    }
    Ok(())
}

/// What stands under the only line of a message of the day: the question, and the button to answer it.
pub(super) async fn asked(
    tx: &mut Tx,
    words: Words<'_>,
    refusal: &Refusal,
    of: &Person,
) -> Result<Option<(Block, Button)>> {
    let question = tx.open_question(refusal.number, of.id).await?;
    Ok(question.map(|question| (Block::Quote(question.question.clone()), to_answer(words, question.id))))
}

fn to_answer(words: Words<'_>, id: i64) -> Button {
    Button::new(Act::Answer(id).action(), words.line("button.answer", args! {})).look(Look::Primary)
}

/// The answer in front of the head.
pub(super) async fn draw_answer(
    tx: &mut Tx,
    shared: &Shared,
    id: i64,
    now: DateTime<Utc>,
) -> Result<Option<(Person, Card)>> {
    let Some((question, refusal)) = question(tx, id).await? else { return Ok(None) };
    let Some(answer) = question.answer else { return Ok(None) };
    let asker = tx.person(question.asked_by).await?;
    let asker = tx.standing_in(asker, now).await?;
    // Who asked may lead the team no longer, or be away: then the answer is for whoever does.
    let decides = asker.leads(refusal.team) || refusal.delegate == Some(asker.id);
    let leads = decides && !asker.is_away(now);
    let head = if leads { Some(asker) } else { tx.responsible_for(refusal.team, now).await? };
    let Some(head) = head else { return Ok(None) };
    let rep = tx.person(question.asked_of).await?;
    let words = words_for(shared, &head);
    let number = refusal.number.to_string();
    let title = words.text(
        "answer.card",
        args! { rep: rep.name.as_str(), number: number.as_str(), account: refusal.details.account.as_str() },
    );
    Ok(Some((head, Card::titled(title).tone(Tone::Good).with(Block::Quote(answer)))))
}
