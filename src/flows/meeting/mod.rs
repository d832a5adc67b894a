//! What a refusal meeting decides, until it is done.
//!
//! Starts: *Add a decision* on the agenda ([`super::agenda`]). Acts: whoever was given it, or stands in for them; whoever
//! leads the team. Ends: somebody says that it is done. Until then it stands on every agenda.
//!
//! ```text
//! decided -> (its day) line in the message of the day of whoever does it (`said.rs`) -+-> Done, with a note or without
//!                                                                                     '-> Later: another day
//! ```

mod said;

use chrono::NaiveDate;

pub(super) use said::{Line, bring, bring_unplanned, inherited, lines, told};

use super::notice::{self, Notice};
use super::refusal::denied_text;
use super::reply::{self, Answers};
use super::whom::{self, People, Whom};
use super::{Act, Call, Result, Values, agenda, tell};
use crate::args;
use crate::chat::{Block, Card, Kind, Reply, Tone};
use crate::domain::{Change, Denied, MeetingDecision, TeamId, fold};

/// The longest decision, in characters.
const LONGEST: u16 = 3000;
/// The longest word about how it went, in characters.
const NOTE: u16 = 1000;

/// Who may be given what a team's meeting decides, by somebody who is in it; nobody for others.
pub(super) async fn owners(call: &mut Call<'_>, team: TeamId) -> Result<People> {
    if !agenda::takes_part(call, team) {
        return Ok(Vec::new());
    }
    Ok(call.tx.people_of(team, call.by.id).await?)
}

/// The form for a decision.
pub(super) async fn form(call: &mut Call<'_>, team: i64, at: i64) -> Result {
    if !agenda::takes_part(call, TeamId(team)) {
        return agenda::not_yours(call);
    }
    let people = owners(call, TeamId(team)).await?;
    let words = call.words;
    let fields = vec![
        reply::field(words, "decision_form", "what", Kind::Paragraph { max: LONGEST }),
        whom::field(words, ("decision_form", "owner"), Whom::Decided(TeamId(team)), &people, None),
        reply::field(words, "decision_form", "due_on", Kind::Date),
    ];
    let act = Act::MeetingDecision(team, at);
    Ok(Reply::Ask(reply::form(words, act, "decision_form.title", "decision_form.submit", fields)))
}

/// A decision is kept as it was typed, and stands on every agenda until it is done.
pub(super) async fn decide(call: &mut Call<'_>, team: i64, at: i64, values: &Values) -> Result {
    if !agenda::takes_part(call, TeamId(team)) {
        return agenda::not_yours(call);
    }
    let people = owners(call, TeamId(team)).await?;
    let mut answers = Answers::new(call, "decision_form", values);
    // What shows nothing says nothing.
    let what = answers.text("what").filter(|what| !fold(what).is_empty());
    answers.must("what", what.is_some());
    if what.as_ref().is_some_and(|what| what.chars().count() > usize::from(LONGEST)) {
        answers.fault("what", "decision_form.what.long");
    }
    let owner = whom::chosen(&answers, "owner", &people);
    answers.must("owner", owner.is_some());
    let due_on = answers.later_day("due_on");
    answers.end()?;
    let (Some(what), Some(owner), Some(due_on)) = (what, owner, due_on) else { return reply::incomplete() };
    let owner = call.tx.person(owner).await?;
    let say_at = said::comes(&owner, due_on, call.now);
    call.tx.decide_in_meeting(TeamId(team), (&what, owner.id, due_on), say_at, call.by.id, call.now).await?;
    notice::plan(call.tx, call.shared, &Notice::Today(owner.id.0, say_at), say_at, call.now).await?;
    agenda::card(call, TeamId(team), at).await.map(Reply::Replace)
}

/// A decision of which whoever acts may say how it stands.
async fn theirs(call: &mut Call<'_>, id: i64) -> Result<MeetingDecision> {
    match call.tx.meeting_decision(id).await? {
        Some(decision) if decision.may_report(&call.by).is_ok() => Ok(decision),
        // What is not there reads like what is somebody else's.
        _ => tell(denied_text(call, Denied::NotYours)),
    }
}

/// That it was done, to whoever says it again.
fn is_done(call: &Call<'_>, decision: &MeetingDecision) -> Reply {
    let title = call.words.text("agenda.is_done", args! { what: decision.what.as_str() });
    Reply::Replace(Card::titled(title).tone(Tone::Good))
}

/// "Done": the form for a word about it.
pub(super) async fn done_form(call: &mut Call<'_>, id: i64) -> Result {
    let decision = theirs(call, id).await?;
    if !decision.is_open() {
        return Ok(is_done(call, &decision));
    }
    let words = call.words;
    let note = reply::field(words, "decision_done_form", "note", Kind::Paragraph { max: NOTE }).optional();
    let act = Act::DecisionDone(id);
    let mut form = reply::form(words, act, "decision_done_form.title", "decision_done_form.submit", vec![note]);
    form.intro = Some(decision.what.as_str().into());
    Ok(Reply::Ask(form))
}

/// "Done", with a word about it or without.
pub(super) async fn done(call: &mut Call<'_>, id: i64, values: &Values) -> Result {
    let decision = theirs(call, id).await?;
    let answers = Answers::new(call, "decision_done_form", values);
    let note = answers.text("note").map(|note| note.chars().take(usize::from(NOTE)).collect::<String>());
    answers.end()?;
    finish(call, &decision, note).await
}

/// One of the agenda is done.
pub(super) async fn done_on_agenda(call: &mut Call<'_>, id: i64) -> Result {
    let decision = theirs(call, id).await?;
    match finish(call, &decision, None).await? {
        // The agenda stays where it is.
        Reply::Replace(card) => Ok(Reply::Whisper(card)),
        reply => Ok(reply),
    }
}

async fn finish(call: &mut Call<'_>, decision: &MeetingDecision, note: Option<String>) -> Result {
    if call.tx.meeting_decision_done(decision.id, call.by.id, note.as_deref(), call.now).await? {
        let id = decision.id.to_string();
        let change = Change { what: "meeting_decision_done", was: None, is_now: Some(id) };
        call.tx.audit(None, call.by.id, &change, call.now).await?;
        changed(call, decision.id).await?;
    }
    Ok(is_done(call, decision))
}

/// "Later": the form for another day.
pub(super) async fn later_form(call: &mut Call<'_>, id: i64) -> Result {
    let decision = theirs(call, id).await?;
    if !decision.is_open() {
        return Ok(is_done(call, &decision));
    }
    let next_week = reply::today(call).checked_add_days(chrono::Days::new(7));
    let day = reply::field(call.words, "again_on_form", "again_on", Kind::Date);
    let fields = vec![day.filled(next_week.map(|day| day.to_string()))];
    let act = Act::DecisionLater(id);
    let mut form = reply::form(call.words, act, "again_on_form.decision_title", "button.save", fields);
    form.intro = Some(decision.what.as_str().into());
    Ok(Reply::Ask(form))
}

/// "Later".
pub(super) async fn later(call: &mut Call<'_>, id: i64, values: &Values) -> Result {
    let decision = theirs(call, id).await?;
    if !decision.is_open() {
        return Ok(is_done(call, &decision));
    }
    let mut answers = Answers::new(call, "again_on_form", values);
    let day = answers.later_day("again_on");
    answers.end()?;
    let Some(day) = day else { return reply::incomplete() };
    moves(call, &decision, day).await?;
    let title = args! { what: decision.what.as_str(), date: call.words.date(day) };
    let card = Card::titled(call.words.text("meeting.moved_to", title)).tone(Tone::Good);
    Ok(Reply::Replace(card.with(Block::Note(call.words.text("meeting.comes_again", args! {})))))
}

async fn moves(call: &mut Call<'_>, decision: &MeetingDecision, day: NaiveDate) -> Result<()> {
    let owner = call.tx.person(decision.owner).await?;
    let say_at = said::comes(&owner, day, call.now);
    if day == decision.due_on
        || !call.tx.meeting_decision_moved(decision.id, (day, say_at), call.by.id, call.now).await?
    {
        return Ok(());
    }
    let (was, is_now) = (Some(decision.due_on.to_string()), Some(day.to_string()));
    call.tx.audit(None, call.by.id, &Change { what: "meeting_decision_due_on", was, is_now }, call.now).await?;
    notice::plan(call.tx, call.shared, &Notice::Today(owner.id.0, say_at), say_at, call.now).await?;
    changed(call, decision.id).await
}

/// A decision stands otherwise: messages of the day that told of it are drawn again.
async fn changed(call: &mut Call<'_>, id: i64) -> Result<()> {
    for key in call.tx.notices_of_meeting_decision(id).await? {
        if let Some(today) = Notice::named(&key) {
            notice::refresh(call.tx, &today, call.now).await?;
        }
    }
    Ok(())
}
