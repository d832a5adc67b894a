//! Somebody is away: nothing comes to them, and who stands in does what would wait.
//!
//! Starts: `/panout away until 3 June deputy Bogdan`, or its form. Acts: the person. Ends: with that day where they are, or
//! `/panout back`. Whoever is responsible is found at the moment something is said or pressed, so everything returns by
//! itself.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::notice::{self, Notice, POST};
use super::refusal::read_day;
use super::reply::{self, Answers};
use super::whom::{self, People, Whom};
use super::{Act, Call, Result, Shared, Values, lead, opportunity, reminders, tell};
use crate::args;
use crate::chat::{Block, Card, Kind, Place, Reply, Text, Tone};
use crate::domain::{Away, Change, Person, Role, TeamId, fold};
use crate::store::Tx;

/// The longest absence that can be said at once.
const LONGEST: Days = Days::new(366);

/// Who reads what is said to the head of a team: whoever it stands in front of, while they lead the team; else whoever is
/// responsible now.
pub(super) async fn reader(tx: &mut Tx, key: &str, team: TeamId, now: DateTime<Utc>) -> Result<Option<Person>> {
    if let Some(message) = tx.message(key).await?.filter(|message| message.message.is_some())
        && let Ok(Place::Direct { account, .. }) = serde_json::from_str(&message.place)
        && let Some(person) = tx.person_of(&account.to_string()).await?
    {
        let person = tx.standing_in(person, now).await?;
        if person.leads(team) {
            return Ok(Some(person));
        }
    }
    Ok(tx.responsible_for(team, now).await?)
}

/// Who stands in for somebody who is away, if anybody does.
async fn stand_in(tx: &mut Tx, away: &Person, now: DateTime<Utc>) -> Result<Option<Person>> {
    if away.role == Role::Head {
        let responsible = tx.responsible_for(away.team.id, now).await?;
        return Ok(responsible.filter(|person| person.id != away.id));
    }
    Ok(tx.deputy_of(away, now).await?)
}

/// Lets whoever stands in hear of what somebody who is away would be told now.
pub(super) async fn forward(tx: &mut Tx, shared: &Shared, away: &Person, now: DateTime<Utc>) -> Result<()> {
    if let Some(stands_in) = stand_in(tx, away, now).await? {
        let at = stands_in.next_batch(now - TimeDelta::minutes(1));
        reminders::plan_today(tx, shared, &stands_in, at, now).await?;
    }
    Ok(())
}

/// `/panout away ..`: with a day it is done at once, without one a form asks.
pub(super) async fn leave(call: &mut Call<'_>, typed: &str) -> Result {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(Reply::Ask(form(call).await?));
    }
    let words: Vec<&str> = typed.split_whitespace().collect();
    let says_deputy = |word: &&str| {
        matches!(
            fold(word.trim_end_matches([':', ','])).as_str(),
            "deputy" | "suppleant" | "suppleante" | "remplacant" | "remplacante" | "inlocuitor" | "adjunct"
        )
    };
    let at = words.iter().position(says_deputy).unwrap_or(words.len());
    let day = said_day(&words[..at]);
    let name = words.get(at + 1..).unwrap_or_default().join(" ");
    let today = reply::today(call);
    let Some(until) = read_day(&day, today) else {
        return tell(call.words.text("away.unknown_day", args! { typed: day }));
    };
    if let Some(key) = wrong(until, today) {
        return tell(call.words.text(key, args! {}));
    }
    let deputy = if name.is_empty() { None } else { Some(named(call, &name).await?) };
    keep(call, until, deputy).await
}

/// The day, without the words around it that say "until".
fn said_day(words: &[&str]) -> String {
    let folded: Vec<String> = words.iter().map(|word| fold(word.trim_end_matches([',', '.']))).collect();
    let until = ["until", "till", "to", "jusqu'au", "jusqu'a", "jusque", "au", "pana", "pina", "la", "le", "in", "pe"];
    let begins = folded.iter().position(|word| !until.contains(&word.as_str())).unwrap_or(folded.len());
    folded[begins..].join(" ")
}

fn wrong(until: NaiveDate, today: NaiveDate) -> Option<&'static str> {
    match until {
        day if day < today => Some("away.past"),
        day if today.checked_add_days(LONGEST).is_some_and(|far| day > far) => Some("away.far"),
        _ => None,
    }
}

/// Somebody who can stand in, by name.
async fn named(call: &mut Call<'_>, name: &str) -> Result<Person> {
    let mut named = call.tx.people_named(name).await?;
    named.retain(|person| person.id != call.by.id);
    let exact = named.iter().any(|person| fold(&person.name) == fold(name));
    match named.len() {
        0 => tell(call.words.text("away.unknown_deputy", args! { typed: name })),
        1 => Ok(named.remove(0)),
        _ if exact => Ok(named.remove(0)),
        _ => {
            let all: Vec<String> = named.into_iter().map(|person| person.name).collect();
            tell(call.words.text("away.which_deputy", args! { typed: name, names: call.words.list(&all) }))
        }
    }
}

/// Those who can stand in for whoever acts.
pub(super) async fn deputies(call: &mut Call<'_>) -> Result<People> {
    let mut people = call.tx.people_of(call.by.team.id, call.by.id).await?;
    people.extend(call.tx.admins().await?.into_iter().map(|admin| (admin.id, admin.name)));
    people.retain(|(id, _)| *id != call.by.id);
    Ok(people)
}

async fn form(call: &mut Call<'_>) -> Result<crate::chat::Form> {
    let people = deputies(call).await?;
    let words = call.words;
    let away = call.by.away.filter(|_| call.by.is_away(call.now));
    let mut fields =
        vec![reply::field(words, "away_form", "until", Kind::Date).filled(away.map(|away| away.until.to_string()))];
    if !people.is_empty() {
        let deputy = away.and_then(|away| away.deputy);
        fields.push(whom::field(words, ("away_form", "deputy"), Whom::Deputy, &people, deputy).optional());
    }
    Ok(reply::form(words, Act::Away, "away_form.title", "button.save", fields))
}

/// The form, filled.
pub(super) async fn save(call: &mut Call<'_>, values: &Values) -> Result {
    let people = deputies(call).await?;
    let today = reply::today(call);
    let mut answers = Answers::new(call, "away_form", values);
    let typed = answers.text("until");
    let until = typed.as_deref().and_then(|typed| read_day(&fold(typed), today));
    match (&typed, until) {
        (None, _) => answers.must("until", false),
        (Some(typed), None) => {
            let says = answers.call.words.line("away.unknown_day", args! { typed: typed.as_str() });
            answers.fault_text("until", says);
        }
        (_, Some(until)) => {
            if let Some(key) = wrong(until, today) {
                answers.fault("until", key);
            }
        }
    }
    let deputy = whom::chosen(&answers, "deputy", &people);
    if answers.text("deputy").is_some() && deputy.is_none() {
        answers.fault("deputy", "away_form.deputy.gone");
    }
    answers.end()?;
    let Some(until) = until else { return reply::incomplete() };
    let deputy = match deputy {
        Some(deputy) => Some(call.tx.person(deputy).await?),
        None => None,
    };
    keep(call, until, deputy).await
}

/// Whoever acts is away from now on.
async fn keep(call: &mut Call<'_>, until: NaiveDate, deputy: Option<Person>) -> Result {
    become_away(call, Some(Away { until, deputy: deputy.as_ref().map(|deputy| deputy.id) })).await?;
    let by = call.by.clone();
    forward(call.tx, call.shared, &by, call.now).await?;
    lead::leaves(call.tx, call.shared, &by, call.now).await?;
    opportunity::hours_changed(call.tx, call.shared, &by, call.now).await?;
    if let Some(returns) = by.returns_at() {
        let at = by.next_batch(returns - TimeDelta::seconds(1));
        notice::plan(call.tx, call.shared, &Notice::Today(by.id.0, at), at, call.now).await?;
    }
    let words = call.words;
    let date = words.date(until);
    let mut card = Card::titled(words.text("away.saved", args! { date: date })).tone(Tone::Good);
    for line in what_happens(call, deputy.as_ref()).await? {
        card = card.with(Block::Text(line));
    }
    Ok(Reply::Whisper(card.with(Block::Note(words.text("away.back_sooner", args! {})))))
}

/// What becomes of their work, in words.
async fn what_happens(call: &mut Call<'_>, deputy: Option<&Person>) -> Result<Vec<Text>> {
    let by = call.by.clone();
    let stands_in = stand_in(call.tx, &by, call.now).await?;
    let words = call.words;
    let mut lines = Vec::new();
    if by.role == Role::Head {
        lines.push(match &stands_in {
            Some(person) => words.text("away.head", args! { name: person.name.as_str() }),
            None => words.text("away.head_alone", args! {}),
        });
    }
    let tasks = call.tx.deputy_of(&by, call.now).await?;
    lines.push(match &tasks {
        Some(deputy) => words.text("away.tasks", args! { name: deputy.name.as_str() }),
        None => words.text("away.tasks_alone", args! {}),
    });
    if let Some(deputy) = deputy {
        let name = deputy.name.as_str();
        if deputy.is_away(call.now) {
            let key = if by.role == Role::Head { "away.deputy_away" } else { "away.deputy_away_rep" };
            lines.push(words.text(key, args! { name: name }));
        } else if !deputy.wants_reminders() {
            lines.push(words.text("away.deputy_unasked", args! { name: name }));
        }
    }
    Ok(lines)
}

/// Stores until when whoever acts is away, and wakes what waited for the day they had said before.
async fn become_away(call: &mut Call<'_>, away: Option<Away>) -> Result<()> {
    let was = call.by.away.filter(|_| call.by.is_away(call.now));
    if let Some(returns) = was.and_then(|_| call.by.returns_at()) {
        call.tx.hasten_jobs(POST, returns, call.now).await?;
    }
    call.by.away = away;
    call.tx.is_away(call.by.id, away).await?;
    let said = |away: Option<Away>| away.map(|away| away.until.to_string());
    let change = Change { what: "away", was: said(was), is_now: said(away) };
    Ok(call.tx.audit(None, call.by.id, &change, call.now).await?)
}

/// `/panout back`.
pub(super) async fn back(call: &mut Call<'_>) -> Result {
    let words = call.words;
    if !call.by.is_away(call.now) {
        return Ok(Reply::Whisper(Card::titled(words.text("away.never", args! {}))));
    }
    let would_hear = call.by.returns_at().map(|at| call.by.next_batch(at - TimeDelta::seconds(1)));
    become_away(call, None).await?;
    let next = call.by.next_batch(call.now);
    for task in call.tx.tasks_of(call.by.id, 1000).await? {
        // What was kept for the return is said at the next message.
        if task.say_at.is_some() && task.say_at == would_hear {
            call.tx.say_task_at(&task, Some(next)).await?;
        }
    }
    for decision in call.tx.meeting_decisions_of(call.by.id).await? {
        if decision.say_at.is_some() && decision.say_at == would_hear {
            call.tx.say_meeting_decision_at(decision.id, next).await?;
        }
    }
    notice::plan(call.tx, call.shared, &Notice::Today(call.by.id.0, next), next, call.now).await?;
    let card = Card::titled(words.text("away.welcome_back", args! {})).tone(Tone::Good);
    Ok(Reply::Whisper(card.with(Block::Text(words.text("away.comes_again", args! {})))))
}
