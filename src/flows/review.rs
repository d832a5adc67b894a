//! Why a client refused, said by the client and written down.
//!
//! Starts: `/debrief client 214`. Acts: whoever the refusal is open to: its rep, its owner, whoever leads the team. Ends:
//! the answers are kept, and the client's reason stands beside the others; if it is not the rep's, the head says which of
//! them holds.
//!
//! ```text
//! guide -> (they talk) form -> answers -+-> the same reason as the rep's
//!                                       '-> another one -> card to the head -+-> the client is right
//!                                                                            '-> the rep is right
//! ```

use chrono::{DateTime, NaiveDate, Utc};

use super::notice::{self, Notice};
use super::refusal::{denied_reply, denied_text, load, reason_label, summary};
use super::reply::{self, Answers};
use super::{Act, Call, Learn, Result, Shared, Values, ask, case, close, tell, when, words_for};
use crate::args;
use crate::chat::{Block, Button, Card, Field, Kind, Look, Reply, Text, Tone};
use crate::domain::{Change, Denied, Given, Person, ReasonId, Refusal, RefusalNumber, Stage};
use crate::store::{Answered, Difference, Inquiry, Tx};
use crate::words::Words;

/// The client's main reason among the answers.
const REASON: &str = "client_reason";
/// The longest name on a button.
const NAME: usize = 20;

/// `/debrief client 214`: what to ask, and what was answered so far.
pub(super) async fn guide(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = reviewed(call, number).await?;
    close::not_in_peace(call, &refusal).await?;
    Ok(Reply::Whisper(card(call, &refusal).await?))
}

/// A refusal whose client this person may ask.
async fn reviewed(call: &mut Call<'_>, number: RefusalNumber) -> Result<Refusal> {
    let refusal = load(call, number).await?;
    match refusal.may_edit(&call.by) {
        Ok(()) => Ok(refusal),
        Err(denied) => tell(denied_text(call, denied)),
    }
}

/// The button to write down what the client says, if this person may ask them.
pub(super) async fn offered(tx: &mut Tx, words: Words<'_>, by: &Person, refusal: &Refusal) -> Result<Option<Button>> {
    let may = refusal.may_edit(by).is_ok() && refusal.stage != Stage::Closed;
    if !may || tx.asked_for_peace(&refusal.details).await?.is_some() {
        return Ok(None);
    }
    let act = Act::Learn(Learn::Review(refusal.number));
    Ok(Some(Button::new(act.action(), words.line("button.review", args! {}))))
}

async fn card(call: &mut Call<'_>, refusal: &Refusal) -> Result<Card> {
    let words = call.words;
    let given = call.tx.given(refusal.number, Inquiry::Review).await?;
    let (number, account) = (refusal.number.to_string(), refusal.details.account.as_str());
    let about = args! { number: number.as_str(), account: account };
    let button = |key: &str| {
        let act = Act::Learn(Learn::Review(refusal.number)).action();
        Block::Buttons(vec![Button::new(act, words.line(key, args! {})).look(Look::Primary)])
    };
    if !given.is_empty() {
        let mut card = Card::titled(words.text("review.kept", about)).tone(Tone::Good);
        for block in shown(call.tx, words, refusal).await? {
            card = card.with(block);
        }
        return Ok(card.with_some(reasons(words, refusal)).with(button("button.change_answer")));
    }
    let mut card = Card::titled(words.text("review.guide", about))
        .with(Block::Text(summary(words, &refusal.details).into()))
        .with(Block::Quote(words.opening().to_owned()));
    for (at, question) in words.questionnaires().review.asked().enumerate() {
        card = card.with(Block::Text(format!("{}. {}", at + 1, words.asked(question).asks).into()));
    }
    Ok(card.with(Block::Note(words.text("review.then", args! {}))).with(button("button.write_down")))
}

/// The form for what was answered, by whom and when.
pub(super) async fn form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = reviewed(call, number).await?;
    close::not_in_peace(call, &refusal).await?;
    let answers = call.tx.answers(number, Inquiry::Review).await?;
    let (whom, on) = answers.last().map(|last| (last.from_whom.clone(), last.heard_on)).unwrap_or_default();
    let given: Given = answers.into_iter().map(|answer| (answer.question, answer.answer)).collect();
    let (words, today) = (call.words, reply::today(call));
    let reason = given.get(REASON).and_then(|reason| reason.parse::<ReasonId>().ok());
    let shown = reason.as_ref().map(|reason| reason_label(words, reason));
    let own = |name: &str, kind: Kind| -> Field { reply::field(words, "review_form", name, kind) };
    let mut fields: Vec<Field> = words
        .questionnaires()
        .review
        .asked()
        .flat_map(|question| ask::fields(words, question, &given, today))
        .collect();
    fields.push(own("from_whom", Kind::Line { max: 200 }).filled(whom.or_else(|| refusal.details.contact.clone())));
    fields.push(own("heard", Kind::Date).filled(Some(on.unwrap_or(today).to_string())));
    let reason_field = own(REASON, Kind::Search { source: "reason".into(), shown });
    fields.push(reason_field.optional().filled(reason.as_ref().map(ReasonId::as_str)));
    let act = Act::Learn(Learn::Review(number));
    Ok(Reply::Ask(reply::form(words, act, "review_form.title", "button.save", fields)))
}

/// What was answered. The client may have asked for peace meanwhile: what they said before is kept all the same.
pub(super) async fn write(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let refusal = reviewed(call, number).await?;
    let before = call.tx.given(number, Inquiry::Review).await?;
    let questionnaire = &call.words.questionnaires().review;
    let mut answers = Answers::new(call, "review_form", values);
    let mut given = ask::read(&mut answers, questionnaire.asked());
    let reason = answers.reason(REASON);
    given.extend(reason.as_ref().map(|reason| (REASON.to_owned(), reason.as_str().to_owned())));
    let (from_whom, heard_on) = (answers.text("from_whom"), past_day(&mut answers, "heard"));
    answers.must("from_whom", from_whom.is_some());
    ask::at_least_one(&mut answers, questionnaire.asked().next(), &given, "review_form.nothing");
    answers.end()?;
    let (inquiry, version, said_by) = (Inquiry::Review, questionnaire.version, call.by.id);
    let (heard_on, decision) = (Some(heard_on), None);
    let said = Answered { refusal: number, inquiry, version, decision, said_by, from_whom, heard_on, given };
    ask::store(call, &said, &before).await?;
    let refusal = match reason {
        Some(reason) => client_says(call, refusal, reason).await?,
        None => refusal,
    };
    case::changed(call, number).await?;
    Ok(Reply::Replace(card(call, &refusal).await?))
}

/// A day that is not still to come; today if none is given.
fn past_day(answers: &mut Answers<'_, '_>, field: &str) -> NaiveDate {
    let today = reply::today(answers.call);
    let day = answers.day(field).unwrap_or(today);
    if day > today {
        answers.fault(field, "review_form.heard.future");
    }
    day
}

/// Stores the client's reason; a new difference goes to the head, who may be the one who writes.
async fn client_says(call: &mut Call<'_>, refusal: Refusal, reason: ReasonId) -> Result<Refusal> {
    if refusal.client_reason.as_ref() == Some(&reason) {
        return Ok(refusal);
    }
    let number = refusal.number;
    call.tx.client_says(number, &reason).await?;
    let was = refusal.client_reason.as_ref().map(|was| was.as_str().to_owned());
    let change = Change { what: "client_reason", was, is_now: Some(reason.as_str().to_owned()) };
    call.tx.audit(Some(number), call.by.id, &change, call.now).await?;
    let latest = call.tx.latest_difference(number).await?;
    let refusal = Refusal { client_reason: Some(reason.clone()), ..refusal };
    if refusal.reasons_differ() {
        let id = call.tx.differs(number, &reason, call.by.id, call.now).await?;
        if let Some(head) = call.tx.responsible_for(refusal.team, call.now).await? {
            let at = head.reachable_at(call.now);
            notice::plan(call.tx, call.shared, &Notice::Differs(id), at, call.now).await?;
        }
    }
    if let Some(latest) = latest {
        notice::refresh(call.tx, &Notice::Differs(latest.id), call.now).await?;
    }
    Ok(refusal)
}

/// What the client said, for whoever the refusal is open to.
pub(super) async fn shown(tx: &mut Tx, words: Words<'_>, refusal: &Refusal) -> Result<Vec<Block>> {
    let answers = tx.answers(refusal.number, Inquiry::Review).await?;
    let Some(last) = answers.iter().max_by_key(|answer| answer.answered_at).cloned() else { return Ok(Vec::new()) };
    let mut given: Given = answers.into_iter().map(|answer| (answer.question, answer.answer)).collect();
    // It stands beside the other reasons.
    given.remove(REASON);
    let (whom, on) = (last.from_whom.unwrap_or_default(), last.heard_on.map(|on| words.date(on)).unwrap_or_default());
    let heard = words.text("review.heard", args! { whom: whom.as_str(), date: on.as_str() });
    let mut blocks = vec![Block::Note(heard)];
    blocks.extend(ask::shown(words, &words.questionnaires().review, &given));
    Ok(blocks)
}

/// Every reason that was given, beside each other; nothing while there is only the rep's.
pub(super) fn reasons(words: Words<'_>, refusal: &Refusal) -> Option<Block> {
    let client = refusal.client_reason.as_ref()?;
    let of = |key: &str, reason: &ReasonId| {
        (words.named(words.line(key, args! {})), Text::from(reason_label(words, reason)))
    };
    let head = refusal.head_reason.as_ref().map(|head| of("review.reason_of_head", head));
    let rep = of("review.reason_of_rep", &refusal.details.reason);
    let client = of("review.reason_of_client", client);
    Some(Block::Facts([rep, client].into_iter().chain(head).collect()))
}

/// A difference in front of the head; one that is none any more is nobody's news.
pub(super) async fn draw(tx: &mut Tx, shared: &Shared, id: i64, now: DateTime<Utc>) -> Result<Option<(Person, Card)>> {
    let Some(difference) = tx.difference(id).await? else { return Ok(None) };
    let Some(refusal) = tx.refusal(difference.refusal).await? else { return Ok(None) };
    let Some(head) = tx.responsible_for(refusal.team, now).await? else { return Ok(None) };
    let message = tx.message(&Notice::Differs(id).key()).await?;
    if !is_open(&difference, &refusal) && message.is_none_or(|message| message.message.is_none()) {
        return Ok(None);
    }
    let card = difference_card(tx, words_for(shared, &head), &head, &difference, &refusal).await?;
    Ok(Some((head, card)))
}

/// Whether somebody has to say which reason holds.
fn is_open(difference: &Difference, refusal: &Refusal) -> bool {
    let stands = refusal.client_reason.as_ref() == Some(&difference.client_reason);
    difference.ruled.is_none() && stands && refusal.reasons_differ() && refusal.withdrawn_at.is_none()
}

async fn difference_card(
    tx: &mut Tx,
    words: Words<'_>,
    reader: &Person,
    difference: &Difference,
    refusal: &Refusal,
) -> Result<Card> {
    let rep = tx.person(refusal.logged_by).await?;
    let (client, ours) = (reason_label(words, &difference.client_reason), reason_label(words, &refusal.details.reason));
    let (number, account) = (refusal.number.to_string(), refusal.details.account.as_str());
    let about = args! {
        client: client.as_str(), name: rep.name.as_str(), rep: ours.as_str(), number: number.as_str(), account: account,
    };
    let mut card = Card::titled(words.text("differs.title", about));
    for block in shown(tx, words, refusal).await? {
        card = card.with(block);
    }
    if let Some((client_is_right, by, at)) = difference.ruled {
        let by = tx.person(by).await?;
        let key = if client_is_right { "differs.client" } else { "differs.rep" };
        let when = when(words, reader, at);
        let ruled = args! { by: by.name.as_str(), name: rep.name.as_str(), when: when };
        return Ok(card.tone(Tone::Good).with(Block::Text(words.text(key, ruled))));
    }
    if !is_open(difference, refusal) {
        return Ok(card.with(Block::Text(words.text("differs.over", args! {}))));
    }
    let name: String = rep.name.chars().take(NAME).collect();
    let act = |learn: Learn| Act::Learn(learn).action();
    let client = Button::new(act(Learn::ClientIsRight(difference.id)), words.line("button.client_is_right", args! {}));
    let rep = Button::new(
        act(Learn::RepIsRight(difference.id)),
        words.line("button.rep_is_right", args! { name: name.as_str() }),
    );
    Ok(card.tone(Tone::Attention).with(Block::Buttons(vec![client, rep])))
}

/// The head says which reason holds; a late press shows who said so first.
pub(super) async fn rule(call: &mut Call<'_>, id: i64, client_is_right: bool) -> Result {
    let Some(difference) = call.tx.difference(id).await? else {
        return tell(denied_text(call, Denied::NotYours));
    };
    let refusal = load(call, difference.refusal).await?;
    if let Err(denied) = refusal.may_ask(&call.by) {
        return denied_reply(call, denied);
    }
    if is_open(&difference, &refusal) && call.tx.rule(id, client_is_right, call.by.id, call.now).await? {
        let reason = if client_is_right { difference.client_reason } else { refusal.details.reason.clone() };
        let was = refusal.head_reason.as_ref().map(|was| was.as_str().to_owned());
        let change = Change { what: "head_reason", was, is_now: Some(reason.as_str().to_owned()) };
        let Ok(settled) = refusal.settle_reason(&call.by, reason) else {
            return tell(denied_text(call, Denied::NotYours));
        };
        call.tx.save_refusal(&settled).await?;
        call.tx.audit(Some(settled.number), call.by.id, &change, call.now).await?;
        case::changed(call, settled.number).await?;
    }
    let (Some(difference), refusal) = (call.tx.difference(id).await?, load(call, difference.refusal).await?) else {
        return reply::incomplete();
    };
    let card = difference_card(call.tx, call.words, &call.by, &difference, &refusal).await?;
    Ok(Reply::Replace(card))
}
