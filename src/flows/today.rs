//! The message of the day: what is due, in one message at the hour its reader chose.
//!
//! Starts: something falls due. Acts: its reader, by opening each line. Ends: everything in it is done, and it says so.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::notice::{self, Notice};
use super::{Act, Call, Result, Shared, arrivals, debrief, lead, lines, meeting, opportunity, reminders, words_for};
use crate::args;
use crate::chat::{Action, Block, Button, Card, Form, Reply, Tone};
use crate::domain::{DebriefWhen, Person, PersonId, Refusal, Rhythm, Role};
use crate::store::{Task, TaskKind, Tx, Whose};
use crate::words::Words;

/// How many working days the head has to decide.
pub(super) const TO_DECIDE: usize = 2;
/// After how many messages in a row that nobody acted on the next one offers to come once a week.
const IGNORED: i64 = 3;
/// How many debriefs follow a change of hours: they are asked for within days.
const DEBRIEFS: i64 = 200;

/// What is due to a person in the message of this moment; nothing if nothing is.
pub(super) async fn draw(
    tx: &mut Tx,
    shared: &Shared,
    person: PersonId,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<(Person, Card)>> {
    let reader = tx.person(person).await?;
    let reader = tx.standing_in(reader, now).await?;
    let words = words_for(shared, &reader);
    let key = Notice::Today(person.0, at).key();
    let posted = tx.message(&key).await?.filter(|message| message.message.is_some()).and_then(|it| it.posted_at);
    let mut tasks = if posted.is_some() { tx.tasks_told_in(&key).await? } else { to_say(tx, &reader, now).await? };
    // What is still open is never behind what is done.
    tasks.sort_by_key(|task| task.done);
    let came = arrivals::told(tx, &reader, &key, posted.is_some(), now).await?;
    let decided = meeting::lines(tx, words, (&reader, &key), posted.is_some(), now).await?;
    // What is done stands there, and is nothing to do.
    let deals = opportunity::lines(tx, words, (&reader, &key), posted.is_some(), now).await?;
    let over_already = decided.iter().filter(|line| line.buttons.is_empty()).count();
    let over_already = over_already + deals.iter().filter(|line| line.over).count();
    let plain = plain(tx, words, (&reader, &key), (posted, at), (&came, (decided, deals), now)).await?;
    if tasks.is_empty() && plain.is_empty() && posted.is_none() {
        return Ok(None);
    }
    // Whoever stood in for somebody who is back has nothing to do about it.
    let leads = matches!(reader.role, Role::Head | Role::Admin);
    let open = tasks.iter().filter(|task| !task.done && (leads || reader.acts_for(task.person))).count();
    let new = came.iter().any(arrivals::is_new);
    let over = Card::titled(words.text("today.empty", args! {})).tone(Tone::Good);
    let others = plain.len() - usize::from(!came.is_empty()) - over_already;
    if tasks.iter().all(|task| task.done) && others == 0 && !new {
        return Ok(Some((reader, over)));
    }
    let card = match open + others + usize::from(new) {
        0 => over,
        count => Card::titled(words.text("today.title", args! { count: count })).tone(Tone::Attention),
    };
    let last = tx.last_today(person).await?.is_none_or(|(last, _)| last == key || posted.is_none());
    // This one is counted since it was posted.
    let ignored = reader.ignored - i64::from(posted.is_some());
    let offers = last && ignored >= IGNORED && reader.rhythm() == Rhythm::Daily && open + others > 0;
    let weekly = || Button::new(Act::Weekly.action(), words.line("button.weekly", args! {}));
    let said = lines::Said { plain, tasks: &tasks, follow: usize::from(offers) };
    let card = lines::onto(tx, words, &reader, card, said).await?;
    Ok(Some((reader, card.with_some(offers.then(|| Block::Buttons(vec![weekly()]))))))
}

/// What meetings decided, and what deals went dark.
type Decided = (Vec<meeting::Line>, Vec<opportunity::Line>);

/// The lines that are about no refusal of their own: what waits too long, what others do not do, what a meeting decided,
/// what came in.
async fn plain(
    tx: &mut Tx,
    words: Words<'_>,
    (reader, key): (&Person, &str),
    (posted, at): (Option<DateTime<Utc>>, DateTime<Utc>),
    (came, (decided, deals), now): (&[Refusal], Decided, DateTime<Utc>),
) -> Result<Vec<lines::Plain>> {
    let mut plain = Vec::new();
    let late = late(tx, reader, posted.unwrap_or(now), now).await?;
    if late > 0 {
        let queue = Button::new(Act::Queue.action(), words.line("button.queue", args! {}));
        plain.push((words.text("today.late", args! { count: late }), vec![queue]));
    }
    let about = reminders::lines(tx, words, (reader, key), posted, now).await?;
    plain.extend(about.into_iter().map(|line| (line, Vec::new())));
    plain.extend(decided.into_iter().map(|line| (line.text, line.buttons)));
    plain.extend(lead::lines(tx, words, (reader, posted), now).await?);
    plain.extend(deals.into_iter().map(|line| (line.text, line.buttons)));
    if !came.is_empty() {
        plain.push(arrivals::line(words, (reader.id, at), came));
    }
    Ok(plain)
}

/// What is to be said now: their own, and what those they stand in for have in hand.
async fn to_say(tx: &mut Tx, reader: &Person, now: DateTime<Utc>) -> Result<Vec<Task>> {
    let mut tasks = tx.tasks_to_say(Whose::Own(reader.id), now).await?;
    for one in &reader.stands_in {
        tasks.extend(tx.tasks_to_say(Whose::StoodInFor(one.person), now).await?);
    }
    Ok(tasks)
}

/// The hour, the zone or the days of whoever acts changed: what is still to be said comes when they want it now. However
/// much that is, it is moved by its moments.
pub(super) async fn moved(call: &mut Call<'_>) -> Result<()> {
    let asked = call.by.choices.debrief == Some(DebriefWhen::Asked);
    lead::hours_changed(call).await?;
    opportunity::hours_changed(call.tx, call.shared, &call.by, call.now).await?;
    for task in call.tx.debriefs_of(call.by.id, asked, DEBRIEFS).await? {
        debrief::moved(call, &task).await?;
    }
    let mut moments = BTreeSet::new();
    for from in call.tx.moments_of(call.by.id, !asked).await? {
        let day = from.say_at.with_timezone(&call.by.time_zone()).date_naive();
        let comes = call.by.batch_on(day).max(call.by.next_batch(call.now));
        if comes != from.say_at {
            call.tx.move_moment(call.by.id, !asked, from, comes).await?;
            moments.insert(comes);
        }
    }
    if arrivals::wait_for(call).await? {
        moments.insert(call.by.next_batch(call.now));
    }
    for at in moments {
        notice::plan(call.tx, call.shared, &Notice::Today(call.by.id.0, at), at, call.now).await?;
    }
    meeting::bring(call.tx, call.shared, &call.by, call.now).await
}

/// "Once a week instead".
pub(super) async fn weekly(call: &mut Call<'_>) -> Result {
    if call.by.rhythm() != Rhythm::Weekly {
        call.by.choices.rhythm = Some(Rhythm::Weekly);
        call.tx.choose(call.by.id, &call.by.choices).await?;
        let said = |it: Rhythm| Some(it.as_str().to_owned());
        let change = crate::domain::Change { what: "rhythm", was: said(Rhythm::Daily), is_now: said(Rhythm::Weekly) };
        call.tx.audit(None, call.by.id, &change, call.now).await?;
        moved(call).await?;
        if let Some(last) = call.tx.last_today(call.by.id).await?.and_then(|(key, _)| Notice::named(&key)) {
            notice::refresh(call.tx, &last, call.now).await?;
        }
    }
    let next = call.by.next_batch(call.now).with_timezone(&call.by.time_zone());
    let (day, date) = (call.words.weekday(chrono::Datelike::weekday(&next)), call.words.date(next.date_naive()));
    let card = Card::titled(call.words.text("weekly.title", args! { day: day, date: date })).tone(Tone::Good);
    Ok(Reply::Whisper(card.with(Block::Note(call.words.text("weekly.next", args! {})))))
}

/// What is to be done, in words.
pub(super) fn to_do(words: Words<'_>, kind: TaskKind) -> String {
    words.line(&format!("today.{}", kind.as_str()), args! {})
}

/// How many refusals have waited for whoever processes them now longer than they have to decide, as of `at`.
pub(super) async fn late(tx: &mut Tx, reader: &Person, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<i64> {
    let (since, mut late) = (reader.working_days_before(TO_DECIDE, at), 0);
    let teams = tx.teams_processed_by(reader, now).await?;
    for team in &teams {
        late += tx.count_waiting_since(*team, since).await?;
    }
    let delegated = tx.delegated_since(reader.id, since).await?;
    let others = delegated.iter().filter(|team| !teams.contains(team)).count();
    Ok(late + i64::try_from(others).unwrap_or_default())
}

/// What actions begin with that stand on the message of the day: what comes of them is shown beside it, because it tells
/// more than one thing and is drawn again by itself.
pub(super) const OF_THE_DAY: &str = "day.";

/// The action without the message of the day it stood on, if it did.
pub(super) fn without_the_day(action: &Action) -> Option<Action> {
    Action::new(action.as_str().strip_prefix(OF_THE_DAY)?)
}

/// What comes of an action on the message of the day, which stays where it is.
pub(super) fn beside(action: &Action, reply: Reply) -> Reply {
    match reply {
        Reply::Ask(form) => Reply::Ask(Form { action: lines::of_the_day(&form.action), ..form }),
        // The line says so itself.
        Reply::Replace(_) if matches!(action.as_str().parse(), Ok(Act::ArrivalsSeen(..))) => Reply::Done,
        Reply::Replace(card) => Reply::Whisper(card),
        reply => reply,
    }
}
