//! When things are said again, to whom else, and never twice on a day.
//!
//! Starts: a message of the day is due, or was posted. Acts: nobody. Ends: what it told is said again in time, or often
//! enough; then the head is told once. What waits for a head for too long, the admin is told once.

use chrono::{DateTime, TimeDelta, Utc};

use super::notice::{self, Notice, POST, Saying};
use super::today::TO_DECIDE;
use super::{Call, Result, Shared, arrivals, away, lead, meeting, opportunity};
use crate::args;
use crate::chat::Text;
use crate::domain::{Choices, Person, PersonId, RefusalNumber, Rhythm, Role, TeamId};
use crate::store::{Telling, Tx, Waiting, Whose};
use crate::words::Words;

/// How many working days after the head was told that something is late the admin is.
const TO_ADMIN: usize = 2;
/// About how many people, or teams, one message tells a head or an admin; the next one tells of the others.
const ABOUT: usize = 4;
/// How soon it is looked again whether the message of an earlier day arrived.
const ARRIVES: TimeDelta = TimeDelta::minutes(15);

/// What is to be known before a message of the day is drawn: whether its reader is away, had one today, or is to have it
/// at their hour.
pub(super) async fn before(
    tx: &mut Tx,
    shared: &Shared,
    notice: &Notice,
    now: DateTime<Utc>,
) -> Result<Option<Saying>> {
    let Notice::Today(person, _) = notice else { return Ok(None) };
    let reader = tx.person(PersonId(*person)).await?;
    if let Some(returns) = reader.returns_at().filter(|returns| now < *returns) {
        away::forward(tx, shared, &reader, now).await?;
        return Ok(Some(Saying::NotYet(returns)));
    }
    let day = |at: DateTime<Utc>| at.with_timezone(&reader.time_zone()).date_naive();
    if let Some((key, at)) = tx.last_today(reader.id).await?.filter(|(key, _)| *key != notice.key()) {
        let arrived = tx.message(&key).await?.is_some_and(|message| message.message.is_some());
        if !arrived && tx.is_planned(POST, &key).await? {
            return Ok(Some(Saying::NotYet(now + ARRIVES)));
        }
        if arrived && day(at) == day(now) {
            // One a day: what is still to be said comes with the next one.
            plan_today(tx, shared, &reader, reader.next_batch(now), now).await?;
            return Ok(Some(Saying::Nothing));
        }
    }
    if notice.comes_when_planned(now) {
        // Its reader may have chosen another hour since.
        let hour = reader.batch_on(day(now));
        if hour > now && day(hour) == day(now) {
            plan_today(tx, shared, &reader, hour, now).await?;
            return Ok(Some(Saying::Nothing));
        }
        return Ok(None);
    }
    // Late: at their hour, if that is still to come on the day on which they can have it.
    let reachable = reader.reachable_at(now);
    let next = reader.next_batch(reachable - TimeDelta::seconds(1));
    if next > now && day(next) == day(reachable) {
        plan_today(tx, shared, &reader, next, now).await?;
        return Ok(Some(Saying::Nothing));
    }
    Ok(None)
}

/// Plans a message of the day; if the one of that moment is over, the next one.
pub(super) async fn plan_today(
    tx: &mut Tx,
    shared: &Shared,
    person: &Person,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let notice = Notice::Today(person.id.0, at);
    notice::plan(tx, shared, &notice, at, now).await?;
    if at <= now && !tx.is_planned(POST, &notice.key()).await? {
        let at = person.next_batch(now);
        notice::plan(tx, shared, &Notice::Today(person.id.0, at), at, now).await?;
    }
    Ok(())
}

/// A message of the day reached its reader: what it told is said again in time, or to somebody else.
pub(super) async fn told(tx: &mut Tx, shared: &Shared, person: PersonId, key: &str, now: DateTime<Utc>) -> Result<()> {
    let reader = tx.person(person).await?;
    let reader = tx.standing_in(reader, now).await?;
    tx.sends_today(person, key, now).await?;
    lead::told(tx, shared, &reader, now).await?;
    arrivals::posted(tx, &reader, key, now).await?;
    tell_heads(tx, shared, &reader, key, now).await?;
    let own = !tx.tasks_to_say(Whose::Own(person), now).await?.is_empty();
    let decided = meeting::told(tx, shared, (&reader, key), now).await?;
    let dark = opportunity::told(tx, shared, (&reader, key), now).await?;
    if own || decided || dark || super::today::late(tx, &reader, now, now).await? > 0 {
        tx.one_more_ignored(person).await?;
    }
    if own {
        let intensity = reader.intensity();
        let telling = Telling {
            times: intensity.times(),
            again_at: reader.batch_in_days(intensity.days_between(), now),
            head_at: reader.batch_in_days(intensity.days_to_head(), now),
        };
        tx.told_tasks(key, Whose::Own(person), now, &telling).await?;
        plan_today(tx, shared, &reader, telling.again_at, now).await?;
        hears(tx, shared, &reader, telling.head_at, now).await?;
        if !tx.tasks_to_say(Whose::Own(person), now).await?.is_empty() {
            // More than one message tells.
            plan_today(tx, shared, &reader, reader.next_batch(now), now).await?;
        }
    }
    for one in &reader.stands_in {
        let owner = tx.person(one.person).await?;
        // They hear of it themselves when they are back.
        let again_at = owner.next_batch(owner.returns_at().unwrap_or(now) - TimeDelta::seconds(1));
        let telling = Telling { times: i64::MAX, again_at, head_at: again_at };
        tx.told_tasks(key, Whose::StoodInFor(owner.id), now, &telling).await?;
        plan_today(tx, shared, &owner, again_at, now).await?;
    }
    Ok(())
}

/// What is due to somebody was not said to them: their head hears of it, as if they had not acted on it.
pub(super) async fn unheard(tx: &mut Tx, shared: &Shared, reader: &Person, now: DateTime<Utc>) -> Result<()> {
    let head_at = reader.batch_in_days(reader.intensity().days_to_head(), now);
    if tx.unheard(reader.id, now, head_at).await? {
        hears(tx, shared, reader, head_at, now).await?;
    }
    opportunity::unheard(tx, shared, (reader, head_at), now).await
}

/// Plans the messages in which those who lead hear from `at` on of what somebody does not do: for each team of what they
/// have in hand its head; the admin, where they are the head themselves.
async fn hears(tx: &mut Tx, shared: &Shared, about: &Person, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    for team in tx.teams_of_tasks(about.id).await? {
        let head = tx.responsible_for(team, now).await?.filter(|head| head.id != about.id);
        let hears = match head {
            Some(head) => Some(head),
            None => first_admin(tx, now).await?.filter(|admin| admin.id != about.id),
        };
        if let Some(hears) = hears {
            plan_today(tx, shared, &hears, hears.next_batch(at - TimeDelta::seconds(1)), now).await?;
        }
    }
    Ok(())
}

/// The admin who hears of what waits too long: the first who is there.
async fn first_admin(tx: &mut Tx, now: DateTime<Utc>) -> Result<Option<Person>> {
    Ok(tx.admins().await?.into_iter().find(|admin| !admin.is_away(now)))
}

async fn tell_heads(tx: &mut Tx, shared: &Shared, reader: &Person, key: &str, now: DateTime<Utc>) -> Result<()> {
    for about in about_others(tx, reader, key, None, now).await? {
        tx.told_head(key, &about, now).await?;
    }
    for (team, _, since) in to_escalate(tx, reader, now).await? {
        tx.escalated(team, key, since).await?;
    }
    let more = !about_others(tx, reader, key, None, now).await?.is_empty();
    if more || !to_escalate(tx, reader, now).await?.is_empty() {
        plan_today(tx, shared, reader, reader.next_batch(now), now).await?;
    }
    escalates(tx, shared, reader, now).await
}

/// What is late for a head now, the admin is told about in time.
pub(super) async fn escalates(tx: &mut Tx, shared: &Shared, head: &Person, now: DateTime<Utc>) -> Result<()> {
    if super::today::late(tx, head, now, now).await? == 0 {
        return Ok(());
    }
    escalates_at(tx, shared, head, now, now).await
}

/// Plans the message in which the admin hears of what is late for a head from `late` on.
pub(super) async fn escalates_at(
    tx: &mut Tx,
    shared: &Shared,
    head: &Person,
    late: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let choices = Choices { rhythm: Some(Rhythm::Daily), ..head.choices.clone() };
    let over = Person { choices, ..head.clone() }.batch_in_days(TO_ADMIN, late);
    for admin in tx.admins().await?.iter().filter(|admin| admin.id != head.id && !admin.is_away(now)).take(1) {
        plan_today(tx, shared, admin, admin.next_batch(over - TimeDelta::seconds(1)), now).await?;
    }
    Ok(())
}

/// What a head is told about others: what the message told, if it was posted, else what is to be told now.
async fn about_others(
    tx: &mut Tx,
    reader: &Person,
    key: &str,
    posted: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Vec<Waiting>> {
    if posted.is_some() {
        return Ok(tx.told_about(key).await?);
    }
    let mut theirs = Vec::new();
    for team in tx.teams_processed_by(reader, now).await? {
        theirs.extend(tx.to_tell_about(team, reader.id, now).await?);
    }
    if reader.role == Role::Admin && first_admin(tx, now).await?.is_some_and(|admin| admin.id == reader.id) {
        for team in tx.teams().await? {
            // What heads have in hand themselves nobody else would hear of.
            let head = tx.responsible_for(team, now).await?.filter(|head| head.id != reader.id);
            if let Some(head) = head {
                theirs.extend(tx.to_tell_about_head(team, head.id, now).await?);
            }
        }
    }
    theirs.truncate(ABOUT);
    Ok(theirs)
}

/// The teams of which an admin is told now that refusals wait, how many, and since when.
async fn to_escalate(tx: &mut Tx, reader: &Person, now: DateTime<Utc>) -> Result<Vec<(TeamId, i64, DateTime<Utc>)>> {
    let mut teams = Vec::new();
    if reader.role != Role::Admin {
        return Ok(teams);
    }
    if first_admin(tx, now).await?.is_none_or(|admin| admin.id != reader.id) {
        return Ok(teams);
    }
    for team in tx.teams().await? {
        let Some(head) = tx.responsible_for(team, now).await?.filter(|head| head.id != reader.id) else { continue };
        let since = head.working_days_before(TO_DECIDE + TO_ADMIN, now);
        let count = tx.count_to_escalate(team, "", Some(since)).await?;
        if count > 0 {
            teams.push((team, count, since));
        }
    }
    teams.truncate(ABOUT);
    Ok(teams)
}

/// What a head or an admin is told in their message of the day about the work of others, line by line.
pub(super) async fn lines(
    tx: &mut Tx,
    words: Words<'_>,
    (reader, key): (&Person, &str),
    posted: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Vec<Text>> {
    let mut lines = Vec::new();
    let mut waiting = Vec::new();
    if posted.is_some() && reader.role == Role::Admin {
        for team in tx.teams().await? {
            waiting.push((team, tx.count_to_escalate(team, key, None).await?));
        }
    } else if posted.is_none() {
        waiting.extend(to_escalate(tx, reader, now).await?.into_iter().map(|(team, count, _)| (team, count)));
    }
    for (team, count) in waiting.into_iter().filter(|(_, count)| *count > 0) {
        let Some(head) = tx.head_of(team).await? else { continue };
        lines.push(words.text("lines.waits_for", args! { count: count, name: head.name.as_str() }));
    }
    for about in about_others(tx, reader, key, posted, now).await? {
        let who = tx.person(about.left_by.unwrap_or(about.person)).await?;
        let said = if about.left_by.is_some() { "lines.left" } else { "lines.reminded" };
        lines.push(words.text(said, args! { count: about.count, name: who.name.as_str() }));
    }
    Ok(lines)
}

/// A refusal moved on: messages of the day that said how many wait are drawn again.
pub(super) async fn changed(call: &mut Call<'_>, number: RefusalNumber) -> Result<()> {
    let Some(refusal) = call.tx.refusal(number).await? else { return Ok(()) };
    let mut told = call.tx.heads_told(number).await?;
    told.extend(call.tx.escalated_in(number).await?);
    let (head, now) = (call.tx.head_of(refusal.team).await?, call.tx.responsible_for(refusal.team, call.now).await?);
    let delegate = match refusal.delegate {
        Some(delegate) => Some(call.tx.person(delegate).await?),
        None => None,
    };
    for head in head.into_iter().chain(now).chain(delegate) {
        if let Some((key, at)) = call.tx.last_today(head.id).await?
            && refusal.logged_at <= head.working_days_before(TO_DECIDE, at)
        {
            told.push(key);
        }
    }
    told.sort();
    told.dedup();
    for today in told.iter().filter_map(|key| Notice::named(key)) {
        notice::refresh(call.tx, &today, call.now).await?;
    }
    Ok(())
}
