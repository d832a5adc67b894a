//! Clients that sleep until it is time to call them again.
//!
//! Starts: the head validates a refusal; `/recontacts`. Acts: its owner, or whoever leads the team. Ends: asleep again
//! until another day, worth another try, or closed for good ([`super::close`]).
//!
//! ```text
//! asleep -> (due) message of the day -+-> called: not now -> asleep
//!                                     |-> called: worth another try -> `deal`
//!                                     |-> snooze -> asleep
//!                                     '-> closed: they ceased trading, or asked not to be contacted
//! ```

use chrono::{DateTime, NaiveDate, Utc};

use super::deal::{again_on_form, put_off};
use super::decide::{TRIED_IN, decision, hand, save, try_again};
use super::heard::{self, NEED};
use super::refusal::{load, summary};
use super::reply::{self, Answers};
use super::today::to_do;
use super::{Act, Call, Result, Values, ask, case, tell};
use crate::args;
use crate::chat::{Block, Card, Choice, Kind, Reply, Text, Tone};
use crate::domain::{
    Given, Lever, Person, PersonId, Questionnaire, Refusal, RefusalNumber, Stage, Takes, Terms, recontact_on,
};
use crate::store::{Decision, TaskKind, Tx};
use crate::words::Words;

/// The field for what they need, where no question asks it.
const NOTE: &str = "note";
/// How many are listed.
const LISTED: usize = 10;
/// How many can be opened: as many as a menu holds.
const OPENED: i64 = 25;

/// `/recontacts`: what this person has in hand, soonest first.
pub(super) async fn list(call: &mut Call<'_>) -> Result {
    let by = call.by.id;
    list_of(call, by, None).await
}

/// `/recontacts Ana`: what somebody has in hand, for who leads their team or stands in for them.
pub(super) async fn list_named(call: &mut Call<'_>, name: &str) -> Result {
    let named = call.tx.people_named(name).await?;
    let theirs = |person: &&Person| call.by.leads(person.team.id) || call.by.acts_for(person.id);
    let Some(person) = named.iter().find(theirs) else {
        return tell(call.words.text("recontacts.nobody", args! { typed: name }));
    };
    let name = (person.id != call.by.id).then(|| person.name.clone());
    list_of(call, person.id, name).await
}

async fn list_of(call: &mut Call<'_>, person: PersonId, name: Option<String>) -> Result {
    let tasks = call.tx.tasks_of(person, OPENED).await?;
    let words = call.words;
    if tasks.is_empty() {
        let title = match name {
            Some(name) => words.text("recontacts.none_of", args! { name: name }),
            None => words.text("recontacts.none", args! {}),
        };
        return Ok(Reply::Whisper(Card::titled(title)));
    }
    let count = call.tx.count_tasks(person).await?;
    let title = match name {
        Some(name) => words.text("recontacts.title_of", args! { count: count, name: name }),
        None => words.text("recontacts.title", args! { count: count }),
    };
    let mut card = Card::titled(title);
    let mut listed = Vec::new();
    for task in tasks {
        let refusal = call.tx.refusal(task.refusal).await?;
        let Some(refusal) = refusal.filter(|refusal| refusal.is_open_to(&call.by)) else { continue };
        listed.push((refusal.number, refusal.details.account.clone()));
        if listed.len() > LISTED {
            continue;
        }
        let day = task.due_at.with_timezone(&call.by.time_zone()).date_naive();
        let (what, day) = (to_do(words, task.kind), words.short_date(day));
        let line = format!(" {day}, {what}: {}", summary(words, &refusal.details));
        card = card.with(Block::Text(Text::strong(refusal.number.to_string()).then(line)));
    }
    let more = count - i64::try_from(listed.len().min(LISTED)).unwrap_or_default();
    card = card.with_some((more > 0).then(|| Block::Note(words.text("queue.more", args! { count: more }))));
    Ok(Reply::Whisper(card.with(case::pick(words.line("recontacts.open", args! {}), &listed))))
}

/// The top of the card for its owner: when they said no, and how to begin.
pub(super) async fn top(tx: &mut Tx, words: Words<'_>, refusal: &Refusal, now: DateTime<Utc>) -> Result<Card> {
    let account = refusal.details.account.as_str();
    let task = tx.task(refusal.number).await?.filter(|task| task.is_to_come(now));
    let (title, tone) = match task {
        // Its day is still to come.
        Some(task) => {
            let owner = tx.person(task.person).await?;
            let day = words.date(task.due_at.with_timezone(&owner.time_zone()).date_naive());
            (words.text("recontact.asleep", args! { account: account, date: day }), Tone::Neutral)
        }
        None => (words.text("recontact.due", args! { account: account }), Tone::Attention),
    };
    let opening = opening(tx, words, refusal).await?;
    Ok(opening.into_iter().fold(Card::titled(title).tone(tone), Card::with))
}

/// When they said no, and how to begin.
pub(super) async fn opening(tx: &mut Tx, words: Words<'_>, refusal: &Refusal) -> Result<[Block; 2]> {
    let rep = tx.person(refusal.logged_by).await?;
    let (number, day) = (refusal.number.to_string(), words.date(refusal.details.happened_on));
    let since = args! { date: day.as_str(), rep: rep.name.as_str(), number: number.as_str() };
    Ok([Block::Text(words.text("recontact.since", since)), Block::Text(opener(words, refusal))])
}

/// How to begin, by the reason.
pub(super) fn opener(words: Words<'_>, refusal: &Refusal) -> Text {
    let opener = format!("recontact.opener.{}", refusal.reason_heard().level1());
    words.text(if words.has(&opener) { &opener } else { "recontact.opener.other" }, args! {})
}

/// The form for what came of calling again.
pub(super) async fn called_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = load(call, number).await?;
    if refusal.may_report(&call.by, Stage::Dormant).is_err() {
        return case::stands(call, &refusal).await;
    }
    let words = call.words;
    let outcome = |id: &str| Choice::new(id, words.line(&format!("called_form.{id}"), args! {}));
    let again = next_call(call, &refusal).await?;
    let own = |name: &str, kind: Kind| reply::field(words, "called_form", name, kind);
    let came_of_it = vec![
        own("outcome", Kind::Choice(vec![outcome("not_now"), outcome("revived")])),
        own("again_on", Kind::Date).optional().filled(Some(again.to_string())),
    ];
    let questions = &words.questionnaires().recontact;
    let note = (note_in(questions) == NOTE).then(|| own(NOTE, Kind::Paragraph { max: ask::LONGEST }).optional());
    let tried = [own("lever", Kind::Choice(ask::levers(words))).optional(), own("due_on", Kind::Date).optional()];
    let fields = came_of_it.into_iter().chain(heard::fields(call, questions)).chain(note).chain(tried).collect();
    Ok(Reply::Ask(reply::form(words, Act::Called(number), "called_form.title", "button.save", fields)))
}

/// Where it is said what they need, for another try: the question, or a field of its own where the organisation does not
/// ask it.
fn note_in(questions: &Questionnaire) -> &'static str {
    let in_words = |takes: Takes| matches!(takes, Takes::Text | Takes::TextAndDay);
    let asked = questions.asked().any(|question| question.id == NEED && in_words(question.takes));
    if asked { NEED } else { NOTE }
}

/// When to call after this time, by the rule of the reason.
async fn next_call(call: &mut Call<'_>, refusal: &Refusal) -> Result<NaiveDate> {
    let decisions = call.tx.decisions(refusal.number).await?;
    let slept = decisions.iter().filter(|decision| decision.stage == Stage::Dormant).count();
    Ok(recontact_on(&refusal.as_heard(), 1 + slept, reply::today(call)))
}

/// "I called".
pub(super) async fn called(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let refusal = load(call, number).await?;
    if refusal.may_report(&call.by, Stage::Dormant).is_err() {
        return case::stands(call, &refusal).await;
    }
    let rule = next_call(call, &refusal).await?;
    let questions = &call.words.questionnaires().recontact;
    let mut answers = Answers::new(call, "called_form", values);
    let outcome = answers.text("outcome");
    let given = ask::read(&mut answers, questions.asked());
    let note_in = note_in(questions);
    let note = answers.text(note_in);
    let revived = outcome.as_deref() == Some("revived");
    let again_on =
        if revived || answers.text("again_on").is_none() { Some(rule) } else { answers.later_day("again_on") };
    let lever = answers.parsed::<Lever>("lever").unwrap_or(Lever::Other);
    let due_on = if revived && answers.text("due_on").is_some() { answers.later_day("due_on") } else { None };
    let due_on = due_on.unwrap_or_else(|| reply::today(call).checked_add_days(TRIED_IN).unwrap_or_default());
    answers.must("outcome", outcome.is_some());
    if revived && note.is_none() {
        answers.fault(note_in, "called_form.note.missing");
    }
    answers.end()?;
    match (note, again_on) {
        (Some(note), _) if revived => {
            let terms = Terms { lever, note, owner: refusal.owner, due_on };
            worth_a_try(call, refusal, &terms, given).await
        }
        (note, Some(day)) if !revived => {
            // What answers a question is kept as its answer.
            asleep_again(call, refusal, given, day, note.filter(|_| note_in == NOTE)).await
        }
        _ => reply::incomplete(),
    }
}

async fn worth_a_try(call: &mut Call<'_>, refusal: Refusal, terms: &Terms, given: Given) -> Result {
    let Ok(revived) = refusal.clone().recontact(&call.by, Some(terms)) else {
        return case::stands(call, &refusal).await;
    };
    save(call, &revived).await?;
    let id = try_again(call, &revived, terms).await?;
    heard::keep(call, revived.number, (Stage::Revived, id), given).await?;
    case::stands(call, &revived).await
}

async fn asleep_again(
    call: &mut Call<'_>,
    refusal: Refusal,
    given: Given,
    day: NaiveDate,
    note: Option<String>,
) -> Result {
    let Ok(asleep) = refusal.clone().recontact(&call.by, None) else { return case::stands(call, &refusal).await };
    save(call, &asleep).await?;
    let slept = Decision { note, due_on: Some(day), ..decision(call, &asleep, Stage::Dormant) };
    let id = call.tx.decided(&slept).await?;
    heard::keep(call, asleep.number, (Stage::Dormant, id), given).await?;
    hand(call, &asleep, TaskKind::Recontact, day).await?;
    case::changed(call, asleep.number).await?;
    case::stands(call, &asleep).await
}

/// The form to call on another day.
pub(super) async fn snooze_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    again_on_form(call, number, (Stage::Dormant, Act::Snooze(number), "again_on_form.snooze_title")).await
}

/// "Snooze".
pub(super) async fn snooze(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    put_off(call, number, (Stage::Dormant, TaskKind::Recontact), values).await
}
