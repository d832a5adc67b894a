//! When a rep is asked how it went.

use chrono::{DateTime, TimeDelta, Utc};

use super::card::card;
use super::{is_done, mine, stands};
use crate::args;
use crate::chat::{Card, Choice, Kind, Reply};
use crate::domain::{DebriefWhen, Intensity, Person, Refusal, RefusalNumber, Role};
use crate::flows::notice::{self, Notice, Saying};
use crate::flows::reply::{self, Answers};
use crate::flows::{Act, Call, Learn, Result, Shared, Values, case, words_for};
use crate::store::{Inquiry, Task, TaskKind, Tx};

/// How soon after it was logged, if that is in working hours.
const SOON: TimeDelta = TimeDelta::minutes(30);
/// How late it may still be asked by itself: after that the message of the day says it, so that after a pause of the bot
/// nobody is asked twice at once.
const LATE: TimeDelta = TimeDelta::hours(12);
/// In how many working days the message of the day reminds of it.
const REMINDED_IN: usize = 1;

/// Plans to ask whoever logged a new refusal, as they wish to be asked.
pub(in crate::flows) async fn plan(call: &mut Call<'_>, refusal: &Refusal) -> Result<()> {
    if call.by.role == Role::Observer || !refusal.asks_for_debrief() {
        return Ok(());
    }
    // Who left may still type; nobody would hear what they are asked.
    if call.tx.has_left(call.by.id).await? {
        return Ok(());
    }
    let soonest = call.now + SOON;
    let light = call.by.intensity() == Intensity::Light;
    match call.by.choices.debrief.unwrap_or_default() {
        DebriefWhen::Soon if !light => {
            let at = call.by.reachable_at(soonest);
            let say_at = call.by.batch_after_days(REMINDED_IN, at);
            let task = asked(call, refusal.number, at, say_at);
            call.tx.give(&task).await?;
            said_at(call, say_at).await?;
            notice::plan(call.tx, call.shared, &Notice::Debrief(refusal.number.0), at, call.now).await
        }
        DebriefWhen::Soon | DebriefWhen::Daily => {
            let at = call.by.next_batch(soonest);
            let task = asked(call, refusal.number, at, at);
            call.tx.give(&task).await?;
            said_at(call, at).await
        }
        DebriefWhen::Asked => Ok(()),
    }
}

/// What a rep is to be asked: due at a moment, in the message of the day at another.
fn asked(call: &Call<'_>, number: RefusalNumber, due_at: DateTime<Utc>, say_at: DateTime<Utc>) -> Task {
    Task { say_at: Some(say_at), ..Task::new(number, TaskKind::Debrief, call.by.id, due_at) }
}

/// Plans the message of the day that says it.
async fn said_at(call: &mut Call<'_>, say_at: DateTime<Utc>) -> Result<()> {
    let today = Notice::Today(call.by.id.0, say_at);
    notice::plan(call.tx, call.shared, &today, say_at, call.now).await
}

/// Puts it into the rep's hands once more, at another moment.
async fn hand(call: &mut Call<'_>, number: RefusalNumber, due_at: DateTime<Utc>, say_at: DateTime<Utc>) -> Result<()> {
    let task = asked(call, number, due_at, say_at);
    call.tx.hand(&task, call.now).await?;
    said_at(call, say_at).await
}

/// Whoever acts changed when they want to be asked, or their hours: a debrief they were not asked for yet follows.
pub(in crate::flows) async fn moved(call: &mut Call<'_>, task: &Task) -> Result<()> {
    if call.by.choices.debrief.unwrap_or_default() == DebriefWhen::Asked {
        return Ok(call.tx.say_task_at(task, None).await?);
    }
    // Not before they wanted it.
    let say_at = call.by.next_batch((task.due_at - TimeDelta::seconds(1)).max(call.now));
    call.tx.say_task_at(task, Some(say_at)).await?;
    said_at(call, say_at).await
}

/// A refusal that was undone, or is none, is nothing to be asked about.
pub(in crate::flows) async fn over(call: &mut Call<'_>, refusal: &Refusal) -> Result<()> {
    if !refusal.asks_for_debrief() {
        is_done(call, refusal.number).await?;
    }
    Ok(())
}

/// What is to be done about a notice that asks for a debrief before its moment, or long after; nothing in between, and
/// about any other notice.
pub(in crate::flows) async fn untimely(tx: &mut Tx, notice: &Notice, now: DateTime<Utc>) -> Result<Option<Saying>> {
    let at = match notice {
        Notice::DebriefAt(_, at) => Some(*at),
        Notice::Debrief(number) => {
            tx.task_beside(RefusalNumber(*number), TaskKind::Debrief).await?.map(|task| task.due_at)
        }
        _ => None,
    };
    Ok(match at {
        Some(at) if at > now => Some(Saying::NotYet(at)),
        Some(at) if now - at > LATE => Some(Saying::Nothing),
        _ => None,
    })
}

/// The card that asks; `at`: when its rep wanted it instead. What was said elsewhere already is not said again.
pub(in crate::flows) async fn draw(
    tx: &mut Tx,
    shared: &Shared,
    notice: &Notice,
    (number, at): (i64, Option<DateTime<Utc>>),
) -> Result<Option<(Person, Card)>> {
    let number = RefusalNumber(number);
    let Some(refusal) = tx.refusal(number).await? else { return Ok(None) };
    let rep = tx.person(refusal.logged_by).await?;
    let posted = tx.message(&notice.key()).await?.is_some_and(|message| message.message.is_some());
    if !posted {
        let Some(task) = tx.task_beside(number, TaskKind::Debrief).await? else { return Ok(None) };
        let wanted = match at {
            Some(at) => task.due_at == at,
            None => task.told == 0 && rep.choices.debrief.unwrap_or_default() == DebriefWhen::Soon,
        };
        if !wanted || !refusal.asks_for_debrief() {
            return Ok(None);
        }
    }
    let words = words_for(shared, &rep);
    // What was said at this moment is not said to come.
    let again = tx.task_beside(number, TaskKind::Debrief).await?;
    let again = again.filter(|task| posted && task.told == 0 && at != Some(task.due_at));
    let again = again.map(|task| crate::flows::when(words, &rep, task.due_at));
    let card = card(tx, words, &refusal, again).await?;
    Ok(Some((rep, card)))
}

/// Whether every question is answered: there is nothing to be asked later.
async fn is_complete(call: &mut Call<'_>, number: RefusalNumber) -> Result<bool> {
    let given = call.tx.given(number, Inquiry::Debrief).await?;
    Ok(call.words.questionnaires().debrief.next(&given).is_none())
}

/// The form that asks when instead.
pub(in crate::flows) async fn later_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = mine(call, number).await?;
    if is_complete(call, number).await? {
        return stands(call, &refusal).await;
    }
    let words = call.words;
    let when = |id: &str| Choice::new(id, words.line(&format!("later_form.{id}"), args! {}));
    let evening = call.by.this_evening(call.now).map(|_| when("evening"));
    let choices: Vec<Choice> = [Some(when("hour")), evening, Some(when("tomorrow")), Some(when("another_day"))]
        .into_iter()
        .flatten()
        .collect();
    let fields = vec![
        reply::field(words, "later_form", "when", Kind::Choice(choices)).filled(Some("hour")),
        reply::field(words, "later_form", "day", Kind::Date).optional(),
    ];
    let act = Act::Learn(Learn::Later(number));
    Ok(Reply::Ask(reply::form(words, act, "later_form.title", "button.save", fields)))
}

/// "Later".
pub(in crate::flows) async fn later(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let refusal = mine(call, number).await?;
    if is_complete(call, number).await? {
        return stands(call, &refusal).await;
    }
    let mut answers = Answers::new(call, "later_form", values);
    let when = answers.text("when");
    let evening = answers.call.by.this_evening(answers.call.now);
    let (mut exact, mut day) = (None, None);
    match when.as_deref() {
        Some("hour") => exact = Some(answers.call.now + TimeDelta::hours(1)),
        Some("evening") => match evening {
            Some(evening) => exact = Some(evening),
            None => answers.fault("when", "later_form.evening_is_here"),
        },
        Some("tomorrow") => day = reply::today(answers.call).succ_opt(),
        Some("another_day") => day = answers.later_day("day"),
        _ => answers.must("when", false),
    }
    answers.end()?;
    match (exact.and_then(|at| DateTime::from_timestamp(at.timestamp(), 0)), day) {
        (Some(at), _) => {
            hand(call, number, at, call.by.batch_after_days(REMINDED_IN, at)).await?;
            notice::plan(call.tx, call.shared, &Notice::DebriefAt(number.0, at), at, call.now).await?;
        }
        (None, Some(day)) => {
            let at = call.by.batch_on(day).max(call.by.next_batch(call.now));
            hand(call, number, at, at).await?;
        }
        (None, None) => return reply::incomplete(),
    }
    case::changed(call, number).await?;
    stands(call, &refusal).await
}
