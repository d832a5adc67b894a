//! How it went, said by the rep while it is fresh.
//!
//! Starts: a refusal is stored; `/debrief`. Acts: whoever logged it, and nobody in their place. Ends: every question is
//! answered, or the rep says that is all. Read by the rep and whoever leads the team, by no colleague.
//!
//! ```text
//! stored -> (half an hour, in working hours) card -+-> all in one form ----+-> stored, what was said so far is shown
//!       '-> message of the day, if so chosen       |-> one by one, each kept '
//!                                                  |-> later: in an hour, this evening, tomorrow, a day
//!                                                  '-> that is all
//! ```

mod card;
mod when;

pub(super) use card::{asks, in_short, shown, to_answer};
pub(super) use when::{draw, later, later_form, moved, over, plan, untimely};

use chrono::NaiveDate;

use super::decide::hand;
use super::refusal::{denied_reply, denied_text, load};
use super::reply::{self, Answers};
use super::{Act, Call, Learn, Result, Values, ask, case, help, review, tell};
use crate::args;
use crate::chat::{Card, Reply};
use crate::domain::{Denied, Given, Refusal, RefusalNumber, Stage};
use crate::store::{Answered, Inquiry, TaskKind};

/// Among how many of the latest refusals one without a debrief is looked for.
const LOOKED_AT: i64 = 10;

/// `/debrief`: the one that waits, one by its number, or what a client says.
pub(super) async fn command(call: &mut Call<'_>, first: &str, second: Option<&str>) -> Result {
    let number = |typed: &str| typed.trim_start_matches('#').parse().ok().map(RefusalNumber);
    match (first, second) {
        ("", _) => waiting(call).await,
        ("client", Some(typed)) if number(typed).is_some() => {
            review::guide(call, number(typed).unwrap_or(RefusalNumber(0))).await
        }
        (typed, None) if number(typed).is_some() => open(call, number(typed).unwrap_or(RefusalNumber(0))).await,
        (typed, _) => Ok(Reply::Whisper(help::misspelled(call, "debrief", typed))),
    }
}

/// The debrief that has waited longest; else of the last refusal without one.
async fn waiting(call: &mut Call<'_>) -> Result {
    if let Some(number) = call.tx.oldest_debrief(call.by.id).await? {
        return open(call, number).await;
    }
    for refusal in call.tx.refusals_by(call.by.id, LOOKED_AT).await? {
        if refusal.asks_for_debrief() && call.tx.given(refusal.number, Inquiry::Debrief).await?.is_empty() {
            return open(call, refusal.number).await;
        }
    }
    Ok(Reply::Whisper(Card::titled(call.words.text("debrief.none", args! {}))))
}

/// The debrief of a refusal; who leads the team reads it on the refusal's card.
pub(super) async fn open(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = load(call, number).await?;
    match refusal.may_debrief(&call.by) {
        Ok(()) => Ok(Reply::Whisper(as_it_stands(call, &refusal).await?)),
        Err(Denied::NotYours) if call.by.leads(refusal.team) => {
            Ok(Reply::Whisper(case::card(call.tx, call.shared, &call.by, &refusal, call.now).await?))
        }
        Err(denied) => denied_reply(call, denied),
    }
}

/// A refusal of this person's, to be debriefed.
async fn mine(call: &mut Call<'_>, number: RefusalNumber) -> Result<Refusal> {
    let refusal = load(call, number).await?;
    match refusal.may_debrief(&call.by) {
        Ok(()) => Ok(refusal),
        Err(denied) => tell(denied_text(call, denied)),
    }
}

async fn stands(call: &mut Call<'_>, refusal: &Refusal) -> Result {
    Ok(Reply::Replace(as_it_stands(call, refusal).await?))
}

async fn as_it_stands(call: &mut Call<'_>, refusal: &Refusal) -> Result<Card> {
    let task = call.tx.task_beside(refusal.number, TaskKind::Debrief).await?;
    let again = task.filter(|task| task.told == 0 && task.due_at > call.now);
    let again = again.map(|task| super::when(call.words, &call.by, task.due_at));
    card::card(call.tx, call.words, refusal, again).await
}

/// Every question in one form.
pub(super) async fn form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = mine(call, number).await?;
    let given = call.tx.given(number, Inquiry::Debrief).await?;
    let (words, today) = (call.words, reply::today(call));
    let questions = words.questionnaires().debrief.asked();
    let fields = questions.flat_map(|question| ask::fields(words, question, &given, today)).collect();
    let act = Act::Learn(Learn::AllQuestions(number));
    Ok(Reply::Ask(titled(call, act, &refusal, fields)))
}

/// The next question alone.
pub(super) async fn next_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = mine(call, number).await?;
    let given = call.tx.given(number, Inquiry::Debrief).await?;
    let (words, today) = (call.words, reply::today(call));
    let Some(question) = words.questionnaires().debrief.next(&given) else { return stands(call, &refusal).await };
    let fields = ask::fields(words, question, &given, today);
    Ok(Reply::Ask(titled(call, Act::Learn(Learn::NextQuestion(number)), &refusal, fields)))
}

fn titled(call: &Call<'_>, act: Act, refusal: &Refusal, fields: Vec<crate::chat::Field>) -> crate::chat::Form {
    let words = call.words;
    let mut form = reply::form(words, act, "debrief_form.title", "button.save", fields);
    let (number, account) = (refusal.number.to_string(), refusal.details.account.as_str());
    form.intro = Some(words.text("debrief_form.intro", args! { number: number.as_str(), account: account }));
    form
}

/// Answers: all of them, or one.
pub(super) async fn answer(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let refusal = mine(call, number).await?;
    let before = call.tx.given(number, Inquiry::Debrief).await?;
    let questionnaire = &call.words.questionnaires().debrief;
    let mut answers = Answers::new(call, "debrief_form", values);
    let mut given = ask::read(&mut answers, questionnaire.asked());
    let asked = questionnaire.next(&before).or(questionnaire.asked().next());
    ask::at_least_one(&mut answers, asked, &given, "debrief_form.nothing");
    answers.end()?;
    given.retain(|question, answer| before.get(question) != Some(answer));
    if !given.is_empty() {
        let version = questionnaire.version;
        let (inquiry, said_by) = (Inquiry::Debrief, call.by.id);
        let said = Answered {
            refusal: number,
            inquiry,
            version,
            decision: None,
            said_by,
            from_whom: None,
            heard_on: None,
            given,
        };
        ask::store(call, &said, &before).await?;
        let now_given: Given = before.into_iter().chain(said.given).collect();
        if questionnaire.next(&now_given).is_none() {
            is_done(call, number).await?;
        }
        wakes_on(call, &refusal).await?;
        case::changed(call, number).await?;
    }
    stands(call, &refusal).await
}

/// A refusal that validated itself before its rep was asked: the day they would chase the client again is the day it is
/// called.
async fn wakes_on(call: &mut Call<'_>, refusal: &Refusal) -> Result<()> {
    let by_itself = refusal.stage == Stage::Dormant && refusal.head_reason.is_none();
    let (Some(day), true) = (day_wished(call, refusal.number).await?, by_itself && refusal.owner == call.by.id) else {
        return Ok(());
    };
    let waits = call.tx.task(refusal.number).await?.filter(|task| task.is_to_come(call.now));
    if waits.is_some_and(|task| task.due_at != call.by.batch_on(day)) {
        hand(call, refusal, TaskKind::Recontact, day).await?;
    }
    Ok(())
}

/// The day its rep would chase the client again, if they said one that is still to come.
pub(super) async fn day_wished(call: &mut Call<'_>, number: RefusalNumber) -> Result<Option<NaiveDate>> {
    let given = call.tx.given(number, Inquiry::Debrief).await?;
    let day = call.words.questionnaires().debrief.day_wished(&given).and_then(|day| day.parse().ok());
    Ok(day.filter(|day| *day > reply::today(call)))
}

/// "That is all".
pub(super) async fn that_is_all(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = mine(call, number).await?;
    if !call.tx.given(number, Inquiry::Debrief).await?.is_empty() && is_done(call, number).await? {
        case::changed(call, number).await?;
    }
    stands(call, &refusal).await
}

/// It is not asked for any more; whether it was.
async fn is_done(call: &mut Call<'_>, number: RefusalNumber) -> Result<bool> {
    let task = call.tx.task_beside(number, TaskKind::Debrief).await?;
    if let Some(task) = &task {
        call.tx.done(task, call.now).await?;
    }
    Ok(task.is_some())
}
