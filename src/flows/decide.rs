//! What the head decides about a refusal.
//!
//! Starts: the head's card, or one opened from `/queue`. Acts: whoever leads the team. Ends: in somebody's hands with a
//! date.
//!
//! ```text
//! with the head -+-> revive (lever, how, who, when) -> back to a rep -> `deal`
//!                '-> validate (what the client says) -> asleep       -> `recontact`
//! ```

use chrono::{Days, NaiveDate};

use super::refusal::{denied_text, load, reason_label};
use super::reply::{self, Answers};
use super::whom::{self, People, Whom};
use super::{Act, Call, Result, Values, ask, case, close, debrief, hands, heard, notice, plays, question, tell};
use crate::chat::{Field, Form, Kind, Reply};
use crate::domain::{Change, Denied, Given, Lever, Person, Refusal, RefusalNumber, Stage, Terms, recontact_on};
use crate::store::{self, Decision, Task, TaskKind};

/// When it is asked how new terms went, unless the head says otherwise.
pub(super) const TRIED_IN: Days = Days::new(14);
/// The longest sentence about new terms, in characters.
const NOTE: u16 = 1000;

/// The form to send a refusal back with new terms.
pub(super) async fn revive_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = match undecided(call, number).await? {
        Ok(refusal) => refusal,
        Err(decided) => return case::stands(call, &decided).await,
    };
    let people = owners(call, &refusal).await?;
    let words = call.words;
    let play = plays::field(call, &refusal).await?;
    let due = reply::today(call).checked_add_days(TRIED_IN);
    // A play brings its own lever and sentence.
    let unless_play = |field: Field| if play.is_some() { field.optional() } else { field };
    let lever = unless_play(reply::field(words, "revive_form", "lever", Kind::Choice(ask::levers(words))));
    let note = unless_play(reply::field(words, "revive_form", "note", Kind::Paragraph { max: NOTE }));
    let terms = vec![
        lever,
        note,
        whom::field(words, ("revive_form", "owner"), Whom::Owner(number), &people, Some(refusal.owner)),
        reply::field(words, "revive_form", "due_on", Kind::Date).filled(due.map(|day| day.to_string())),
    ];
    let fields = play.into_iter().chain(terms).collect();
    Ok(Reply::Ask(form(call, Act::Revive(number), "revive_form.title", fields)))
}

/// Who may have a refusal in hand from now on, whoever has it now first; if nobody of its team is left, whoever acts.
async fn owners(call: &mut Call<'_>, refusal: &Refusal) -> Result<People> {
    let mut people = call.tx.people_of(refusal.team, refusal.owner).await?;
    people.sort_by_key(|(id, _)| *id != refusal.owner);
    Ok(if people.is_empty() { vec![(call.by.id, call.by.name.clone())] } else { people })
}

/// The same for whoever may decide about it now; nobody for others.
pub(super) async fn may_own(call: &mut Call<'_>, number: RefusalNumber) -> Result<People> {
    let refusal = load(call, number).await?;
    if refusal.may_decide(&call.by).is_err() {
        return Ok(Vec::new());
    }
    owners(call, &refusal).await
}

/// A refusal this person may decide about; as an error the one that is decided already.
async fn undecided(call: &mut Call<'_>, number: RefusalNumber) -> Result<Result<Refusal, Refusal>> {
    let refusal = load(call, number).await?;
    match refusal.may_decide(&call.by) {
        Ok(()) => {
            close::not_in_peace(call, &refusal).await?;
            Ok(Ok(refusal))
        }
        Err(Denied::NotYours) => tell(denied_text(call, Denied::NotYours)),
        Err(_) => Ok(Err(refusal)),
    }
}

fn form(call: &Call<'_>, act: Act, title: &str, fields: Vec<Field>) -> Form {
    reply::form(call.words, act, title, "button.save", fields)
}

/// "Revive".
pub(super) async fn revive(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let refusal = match undecided(call, number).await? {
        Ok(refusal) => refusal,
        Err(decided) => return case::stands(call, &decided).await,
    };
    let people = owners(call, &refusal).await?;
    let play = plays::chosen(call, values).await?;
    let mut answers = Answers::new(call, "revive_form", values);
    let lever = answers.parsed::<Lever>("lever").or(play.as_ref().map(|play| play.lever));
    let note = answers.text("note").or(play.as_ref().map(|play| play.how.clone()));
    let owner = whom::chosen(&answers, "owner", &people);
    let due_on = answers.later_day("due_on");
    answers.must("owner", owner.is_some());
    answers.must("lever", lever.is_some());
    answers.must("note", note.is_some());
    answers.end()?;
    let (Some(lever), Some(note), Some(owner), Some(due_on)) = (lever, note, owner, due_on) else {
        return reply::incomplete();
    };
    // With another lever it is another play.
    let play = play.filter(|play| play.lever == lever).map(|play| play.id);
    back_to_a_rep(call, refusal, Terms { lever, note, owner, due_on }, play).await
}

async fn back_to_a_rep(call: &mut Call<'_>, refusal: Refusal, terms: Terms, play: Option<i64>) -> Result {
    let Ok(revived) = refusal.clone().revive(&call.by, &terms) else { return case::stands(call, &refusal).await };
    save(call, &revived).await?;
    let decision = try_again(call, &revived, &terms).await?;
    if let Some(play) = play {
        call.tx.use_play(play, decision).await?;
    }
    case::stands(call, &revived).await
}

/// Puts a revived refusal, saved already, into the hands of whoever tries the terms; the decision's id.
pub(super) async fn try_again(call: &mut Call<'_>, revived: &Refusal, terms: &Terms) -> Result<i64> {
    let decision = Decision {
        lever: Some(terms.lever),
        note: Some(terms.note.clone()),
        due_on: Some(terms.due_on),
        ..decision(call, revived, Stage::Revived)
    };
    let id = call.tx.decided(&decision).await?;
    let owner = hand(call, revived, TaskKind::Deal, terms.due_on).await?;
    if owner.id != call.by.id {
        let at = owner.reachable_at(call.now);
        notice::plan(call.tx, call.shared, &notice::Notice::Back(id), at, call.now).await?;
    }
    case::changed(call, revived.number).await?;
    Ok(id)
}

/// The form for what the client said to the head.
pub(super) async fn validate_form(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = match undecided(call, number).await? {
        Ok(refusal) => refusal,
        Err(decided) => return case::stands(call, &decided).await,
    };
    let next = next_owner(call, &refusal).await?;
    let words = call.words;
    let shown = Some(reason_label(words, &refusal.details.reason));
    let reason = Kind::Search { source: "reason".into(), shown };
    let wished = debrief::day_wished(call, number).await?;
    let again = wished.unwrap_or_else(|| recontact_on(&refusal.details, 0, reply::today(call)));
    let reason = reply::field(words, "validate_form", "reason", reason).filled(Some(refusal.details.reason.as_str()));
    let again = reply::field(words, "validate_form", "again_on", Kind::Date).filled(Some(again.to_string()));
    let asked = heard::fields(call, &words.questionnaires().validation);
    let fields = std::iter::once(reason).chain(asked).chain([again]).chain(next).collect();
    Ok(Reply::Ask(form(call, Act::Validate(number), "validate_form.title", fields)))
}

/// Who calls next, where it went wrong between people: another owner is proposed.
async fn next_owner(call: &mut Call<'_>, refusal: &Refusal) -> Result<Option<Field>> {
    if refusal.details.reason.level1() != "relationship" {
        return Ok(None);
    }
    let people = owners(call, refusal).await?;
    let other = people.iter().find(|(id, _)| *id != refusal.owner).map(|(id, _)| *id);
    let asks = ("validate_form", "owner");
    Ok(other.map(|other| whom::field(call.words, asks, Whom::Owner(refusal.number), &people, Some(other)).optional()))
}

/// "Validate".
pub(super) async fn validate(call: &mut Call<'_>, number: RefusalNumber, values: &Values) -> Result {
    let refusal = match undecided(call, number).await? {
        Ok(refusal) => refusal,
        Err(decided) => return case::stands(call, &decided).await,
    };
    let people = owners(call, &refusal).await?;
    let questions = &call.words.questionnaires().validation;
    let mut answers = Answers::new(call, "validate_form", values);
    let owner = whom::chosen(&answers, "owner", &people);
    let reason = answers.text("reason");
    let reason = reason.and_then(|typed| answers.call.shared.reasons.find(&typed)).map(|found| found.value);
    let given = ask::read(&mut answers, questions.asked());
    let again_on = answers.later_day("again_on");
    answers.must("reason", reason.is_some());
    answers.end()?;
    let (Some(reason), Some(again_on)) = (reason, again_on) else { return reply::incomplete() };
    let Ok(asleep) = refusal.clone().validate(&call.by, reason) else { return case::stands(call, &refusal).await };
    let today = reply::today(call);
    let as_proposed = again_on == recontact_on(&refusal.details, 0, today);
    let wished = debrief::day_wished(call, number).await?.is_some();
    // The day that was proposed is that of the rep's reason: of another one it is another.
    let by_reason = as_proposed && !wished && asleep.reason_heard() != &refusal.details.reason;
    let again_on = if by_reason { recontact_on(&asleep.as_heard(), 0, today) } else { again_on };
    let owner = owner.unwrap_or(refusal.owner);
    sleep(call, &Refusal { owner, ..asleep }, given, again_on).await?;
    if owner != refusal.owner {
        hands::is_given(call, &refusal, (store::Given::Owned, owner), None).await?;
    }
    let asleep = load(call, number).await?;
    case::stands(call, &asleep).await
}

/// Stores a refusal that sleeps from now on, with what the client said.
async fn sleep(call: &mut Call<'_>, asleep: &Refusal, given: Given, again_on: NaiveDate) -> Result<()> {
    save(call, asleep).await?;
    let validated = Decision { due_on: Some(again_on), ..decision(call, asleep, Stage::Validated) };
    let id = call.tx.decided(&validated).await?;
    heard::keep(call, asleep.number, (Stage::Validated, id), given).await?;
    hand(call, asleep, TaskKind::Recontact, again_on).await?;
    case::changed(call, asleep.number).await
}

/// A decision made now by whoever acts, with nothing said yet.
pub(super) fn decision(call: &Call<'_>, refusal: &Refusal, stage: Stage) -> Decision {
    Decision {
        id: 0,
        refusal: refusal.number,
        by: call.by.id,
        at: call.now,
        stage,
        lever: None,
        note: None,
        due_on: None,
        call: Vec::new(),
    }
}

/// Puts a refusal into its owner's hands, to come in their message of that day; if they left, into those of whoever has
/// what they left behind. Whose hands these are.
///
/// # Errors
/// As [`close::not_in_peace`].
pub(super) async fn hand(call: &mut Call<'_>, refusal: &Refusal, kind: TaskKind, day: NaiveDate) -> Result<Person> {
    close::not_in_peace(call, refusal).await?;
    let owner = owner_now(call, refusal).await?;
    // In a message that has not come yet.
    let due_at = owner.batch_on(day).max(owner.next_batch(call.now));
    call.tx.hand(&Task::new(refusal.number, kind, owner.id, due_at), call.now).await?;
    let today = notice::Notice::Today(owner.id.0, due_at);
    notice::plan(call.tx, call.shared, &today, due_at, call.now).await?;
    Ok(owner)
}

/// The owner of a refusal; in place of one who left, whoever owns it from now on.
async fn owner_now(call: &mut Call<'_>, refusal: &Refusal) -> Result<Person> {
    if call.tx.has_left(refusal.owner).await?
        && let Some(heir) = call.tx.heir_of(refusal.team, call.now).await?
    {
        call.tx.save_refusal(&Refusal { owner: heir.id, ..refusal.clone() }).await?;
        return Ok(heir);
    }
    Ok(call.tx.person(refusal.owner).await?)
}

/// Stores a refusal in its new stage, with the audit; what was asked before needs no answer any more.
pub(super) async fn save(call: &mut Call<'_>, refusal: &Refusal) -> Result<()> {
    call.tx.save_refusal(refusal).await?;
    question::ends(call, refusal.number).await?;
    let change = Change { what: "stage", was: None, is_now: Some(refusal.stage.as_str().to_owned()) };
    Ok(call.tx.audit(Some(refusal.number), call.by.id, &change, call.now).await?)
}
