//! The letter to a client who went silent: "Where did we go wrong?"
//!
//! Starts: *Letter* on a silent client's refusal. Acts: its rep, its owner, whoever leads the team. The bot writes to no
//! client: the person copies the draft, sends it, and says so. Ends: the client answered, or is still silent.
//!
//! ```text
//! draft (in a language) -> sent -> (two weeks) message of the day -+-> they answered: what
//!                                                                  '-> still silent
//! ```
//! Nothing of it for a client that asked not to be contacted.

use chrono::{DateTime, Days, TimeDelta, Utc};

use super::notice::{self, Notice};
use super::refusal::{denied_text, load, summary};
use super::reply::{self, Answers};
use super::{Act, Call, Learn, Result, Values, ask, case, close, tell};
use crate::args;
use crate::chat::{Block, Button, Card, Kind, Look, Reply, Text, Tone};
use crate::domain::{Given, Person, PersonId, Refusal, RefusalNumber};
use crate::store::{Answered, Inquiry, Task, TaskKind, Tx};
use crate::words::{Language, Words};

/// When it is asked whether they answered.
const ANSWERED_IN: Days = Days::new(14);

/// What became of a letter.
enum Sent {
    /// None was sent yet.
    No,
    /// Sent, and it is not known whether they answered.
    Waits(Task),
    /// They answered.
    Answered(String),
    /// They did not.
    Silent,
    /// Nobody waits for an answer any more.
    Over,
}

/// What is known of the letter: what became of it, who sent the last one, when.
struct Letter {
    became: Sent,
    sent: Option<(Person, DateTime<Utc>)>,
}

async fn letter(tx: &mut Tx, refusal: &Refusal) -> Result<Letter> {
    let answers = tx.answers(refusal.number, Inquiry::Letter).await?;
    let Some(sent) = answers.iter().find(|answer| answer.question == "sent") else {
        return Ok(Letter { became: Sent::No, sent: None });
    };
    let by = tx.person(sent.said_by).await?;
    let later = answers.iter().filter(|answer| answer.question != "sent" && answer.answered_at >= sent.answered_at);
    let became = match (tx.task_beside(refusal.number, TaskKind::Letter).await?, later.max_by_key(|a| a.answered_at)) {
        (Some(task), _) => Sent::Waits(task),
        (None, Some(answer)) if answer.question == "reply" => Sent::Answered(answer.answer.clone()),
        (None, Some(_)) => Sent::Silent,
        (None, None) => Sent::Over,
    };
    Ok(Letter { became, sent: Some((by, sent.answered_at)) })
}

/// The letter, in a language by its place among all; without one in that of the rep's team.
pub(super) async fn open(call: &mut Call<'_>, number: RefusalNumber, language: Option<i64>) -> Result<Card> {
    let refusal = silent(call, number).await?;
    let letter = letter(call.tx, &refusal).await?;
    match letter.became {
        Sent::Waits(_) if language.is_none() => stands(call, &refusal).await,
        _ => draft(call, &refusal, language).await,
    }
}

/// A refusal of a client to whom this person may write.
async fn silent(call: &mut Call<'_>, number: RefusalNumber) -> Result<Refusal> {
    let refusal = load(call, number).await?;
    if let Err(denied) = refusal.may_write(&call.by) {
        return tell(denied_text(call, denied));
    }
    close::not_in_peace(call, &refusal).await?;
    if !refusal.is_silent() {
        return tell(call.words.text("letter.not_silent", args! {}));
    }
    Ok(refusal)
}

fn chosen(call: &Call<'_>, language: Option<i64>) -> Language {
    let by_place = language.and_then(|at| usize::try_from(at).ok()).and_then(|at| Language::ALL.get(at).copied());
    by_place.or_else(|| Language::from_tag(&call.by.team.language)).unwrap_or(call.shared.rules.language)
}

fn place(language: Language) -> i64 {
    Language::ALL.iter().position(|one| *one == language).and_then(|at| i64::try_from(at).ok()).unwrap_or_default()
}

async fn draft(call: &mut Call<'_>, refusal: &Refusal, language: Option<i64>) -> Result<Card> {
    let words = call.words;
    let language = chosen(call, language);
    let written = call.shared.words.in_language(language);
    let products = call.tx.products(call.by.id).await?;
    let product = products.iter().find(|product| refusal.details.products.contains(&product.id));
    let product = product.map_or_else(|| written.line("letter.our_offer", args! {}), |product| product.name.clone());
    let client = refusal.details.contact.as_deref().unwrap_or(&refusal.details.account);
    let text = written.letter(args! { client: client, product: product.as_str(), rep: call.by.name.as_str() });
    let title = words.text("letter.title", args! { account: refusal.details.account.as_str() });
    let act = |learn: Learn| Act::Learn(learn).action();
    let sent =
        Button::new(act(Learn::LetterSent(refusal.number, place(language))), words.line("button.sent", args! {}));
    let others = Language::ALL.into_iter().filter(|other| *other != language);
    let others = others.map(|other| Button::new(act(Learn::LetterIn(refusal.number, place(other))), other.name()));
    let buttons = std::iter::once(sent.look(Look::Primary)).chain(others).collect();
    Ok(Card::titled(title)
        .with(Block::Quote(text))
        .with(Block::Note(words.text("letter.copy", args! {})))
        .with(Block::Buttons(buttons)))
}

/// "Sent".
pub(super) async fn sent(call: &mut Call<'_>, number: RefusalNumber, language: i64) -> Result {
    let refusal = silent(call, number).await?;
    if let Sent::Waits(_) = letter(call.tx, &refusal).await?.became {
        return Ok(Reply::Replace(stands(call, &refusal).await?));
    }
    let day = reply::today(call).checked_add_days(ANSWERED_IN).unwrap_or_default();
    // Whoever wrote in place of its owner may not read it then.
    let stays = [refusal.owner, refusal.logged_by].contains(&call.by.id);
    let asked = if stays { call.by.clone() } else { call.tx.person(refusal.owner).await? };
    check_on(call, number, &asked, asked.batch_on(day)).await?;
    let language = chosen(call, Some(language)).tag().to_owned();
    keep(call, number, ("sent", language)).await?;
    case::changed(call, number).await?;
    Ok(Reply::Replace(stands(call, &refusal).await?))
}

/// Asks somebody at a moment whether the client answered.
async fn check_on(call: &mut Call<'_>, number: RefusalNumber, asked: &Person, at: DateTime<Utc>) -> Result<()> {
    call.tx.hand(&Task::new(number, TaskKind::Letter, asked.id, at), call.now).await?;
    notice::plan(call.tx, call.shared, &Notice::Today(asked.id.0, at), at, call.now).await
}

/// A refusal has another owner: so has the question whether its client answered.
pub(super) async fn goes_with(call: &mut Call<'_>, before: &Refusal, to: PersonId) -> Result<()> {
    let task = call.tx.task_beside(before.number, TaskKind::Letter).await?;
    let Some(task) = task.filter(|task| task.person == before.owner && before.owner != before.logged_by) else {
        return Ok(());
    };
    let owner = call.tx.person(to).await?;
    let at = owner.next_batch((task.due_at - TimeDelta::seconds(1)).max(call.now));
    check_on(call, before.number, &owner, at).await
}

async fn keep(call: &mut Call<'_>, number: RefusalNumber, (what, said): (&str, String)) -> Result<()> {
    let before = call.tx.given(number, Inquiry::Letter).await?;
    let said = Answered {
        refusal: number,
        inquiry: Inquiry::Letter,
        version: call.words.questionnaires().letter,
        decision: None,
        said_by: call.by.id,
        from_whom: None,
        heard_on: None,
        given: Given::from([(what.to_owned(), said)]),
    };
    ask::store(call, &said, &before).await
}

/// What may be said of a letter that waits for an answer.
pub(super) fn buttons(words: Words<'_>, number: RefusalNumber) -> Vec<Button> {
    let button = |learn: Learn, key: &str| Button::new(Act::Learn(learn).action(), words.line(key, args! {}));
    vec![
        button(Learn::LetterAnswered(number), "button.they_answered").look(Look::Primary),
        button(Learn::StillSilent(number), "button.still_silent"),
    ]
}

/// The letter as it stands: who sent it when, what became of it, what there is to say about it.
async fn stands(call: &mut Call<'_>, refusal: &Refusal) -> Result<Card> {
    let words = call.words;
    let letter = letter(call.tx, refusal).await?;
    let about = Text::strong(refusal.number.to_string()).then(" ").then(summary(words, &refusal.details));
    let account = args! { account: refusal.details.account.as_str() };
    let button = |learn: Learn, key: &str| Button::new(Act::Learn(learn).action(), words.line(key, args! {}));
    let again = button(Learn::Letter(refusal.number), "button.letter");
    let (title, tone, buttons) = match &letter.became {
        Sent::Waits(_) => (words.text("letter.waits", account), Tone::Attention, buttons(words, refusal.number)),
        Sent::Answered(_) => (words.text("letter.answered", account), Tone::Good, vec![]),
        Sent::Silent => (words.text("letter.silent", account), Tone::Neutral, vec![again]),
        Sent::No | Sent::Over => (words.text("letter.not_sent", account), Tone::Neutral, vec![again]),
    };
    let mut card = Card::titled(title).tone(tone).with(Block::Text(about));
    for block in shown(call.tx, words, refusal).await? {
        card = card.with(block);
    }
    if let Sent::Waits(task) = &letter.became {
        let person = call.tx.person(task.person).await?;
        let day = words.date(task.due_at.with_timezone(&person.time_zone()).date_naive());
        card = card.with(Block::Note(words.text("letter.asked_on", args! { date: day })));
    }
    Ok(if buttons.is_empty() { card } else { card.with(Block::Buttons(buttons)) })
}

/// What is known of the letter, on the cards of the refusal; nothing if none was sent.
pub(super) async fn shown(tx: &mut Tx, words: Words<'_>, refusal: &Refusal) -> Result<Vec<Block>> {
    let letter = letter(tx, refusal).await?;
    let Some((by, at)) = letter.sent else { return Ok(Vec::new()) };
    let day = words.date(at.with_timezone(&by.time_zone()).date_naive());
    let sent = args! { name: by.name.as_str(), date: day.as_str() };
    let mut blocks = vec![Block::Note(words.text("letter.sent_by", sent))];
    match letter.became {
        Sent::Answered(said) => {
            blocks.push(Block::Text(words.text("letter.they_said", args! {})));
            blocks.push(Block::Quote(said));
        }
        Sent::Silent => blocks.push(Block::Text(words.text("letter.no_answer", args! {}))),
        Sent::Waits(_) | Sent::No | Sent::Over => {}
    }
    Ok(blocks)
}

/// The button to the letter, if one may be written by this person.
pub(super) async fn offered(tx: &mut Tx, words: Words<'_>, by: &Person, refusal: &Refusal) -> Result<Option<Button>> {
    let may = refusal.is_silent() && refusal.may_write(by).is_ok();
    if !may || tx.asked_for_peace(&refusal.details).await?.is_some() {
        return Ok(None);
    }
    let act = Act::Learn(Learn::Letter(refusal.number));
    Ok(Some(Button::new(act.action(), words.line("button.letter", args! {}))))
}

/// The letter's card, for whoever opens it from the message of the day.
pub(super) async fn check(call: &mut Call<'_>, refusal: &Refusal) -> Result {
    Ok(Reply::Whisper(stands(call, refusal).await?))
}

/// A letter whose answer this person may report; as an error what stands.
async fn waits(call: &mut Call<'_>, number: RefusalNumber) -> Result<Result<(Refusal, Task), Card>> {
    let refusal = load(call, number).await?;
    if let Err(denied) = refusal.may_edit(&call.by) {
        return tell(denied_text(call, denied));
    }
    match letter(call.tx, &refusal).await?.became {
        Sent::Waits(task) => Ok(Ok((refusal, task))),
        _ => Ok(Err(stands(call, &refusal).await?)),
    }
}

/// The form for what the client answered.
pub(super) async fn answered_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    if let Err(card) = waits(call, number).await? {
        return Ok(Reply::Replace(card));
    }
    let words = call.words;
    let fields = vec![reply::field(words, "letter_form", "said", Kind::Paragraph { max: ask::LONGEST })];
    let act = Act::Learn(Learn::LetterAnswered(number));
    Ok(Reply::Ask(reply::form(words, act, "letter_form.title", "button.save", fields)))
}

/// "They answered".
pub(super) async fn answered(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let (refusal, task) = match waits(call, number).await? {
        Ok(found) => found,
        Err(card) => return Ok(Reply::Replace(card)),
    };
    let mut answers = Answers::new(call, "letter_form", values);
    let said = answers.text("said");
    answers.must("said", said.is_some());
    answers.end()?;
    let Some(said) = said else { return reply::incomplete() };
    is_over(call, &refusal, &task, ("reply", said)).await
}

/// "Still silent".
pub(super) async fn still_silent(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    match waits(call, number).await? {
        Ok((refusal, task)) => is_over(call, &refusal, &task, ("silent", "silent".to_owned())).await,
        Err(card) => Ok(Reply::Replace(card)),
    }
}

async fn is_over(call: &mut Call<'_>, refusal: &Refusal, task: &Task, said: (&str, String)) -> Result {
    call.tx.done(task, call.now).await?;
    keep(call, refusal.number, said).await?;
    case::changed(call, refusal.number).await?;
    Ok(Reply::Replace(stands(call, refusal).await?))
}

/// Whoever asked not to be contacted, or is no more, is waited for no longer.
pub(super) async fn ends(call: &mut Call<'_>, number: RefusalNumber) -> Result<()> {
    if let Some(task) = call.tx.task_beside(number, TaskKind::Letter).await? {
        call.tx.done(&task, call.now).await?;
    }
    Ok(())
}
