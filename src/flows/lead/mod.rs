//! An inbound lead, from the moment somebody asked us.
//!
//! Starts: `/lead`, the shortcut on a message, the intake over HTTP, a file. Acts: its owner, by the buttons of its card;
//! whoever claims it; the head. Ends: touched and then won or refused, or disqualified with a reason. At any moment it is in
//! its time, touched, over with a reason, open to claim, or known to the head ([`Standing`](crate::domain::Standing)).
//!
//! ```text
//! received -+-> same client as an open one -> joins it
//!           '-> owner (named, by rule, by turn) -+-> called -> touched -+-> won | refused (a refusal)
//!                     ^          ^               |-> put off            '-> called again on a day
//!                     |          |               |-> not mine ----------> the next owner
//!                     |          |               |-> disqualified (why)
//!                     |          |               '-> (50 %) reminded -> (100 %) late, the head knows
//!                     |          '--- claimed <---- open to claim <------- (200 %) taken, the owner is told first
//!                     '--- the owner is away, or left
//! ```

mod act;
mod card;
mod claim;
mod climb;
mod form;
mod list;
mod report;
mod route;
mod today;
mod together;
mod work;

use chrono::{DateTime, Utc};

pub use act::LeadAct;
pub(super) use card::{draw, draw_late, draw_open};
pub(super) use claim::{first_told, was_told};
pub use climb::{LEAD, beat, climb, give_back};
pub(super) use climb::{hours_changed, leaves};
pub(super) use form::{NAME, WANTS, person};
pub(super) use list::{mine, one, team, unworked};
pub(super) use report::{of_week, report};
pub use route::LeadRules;
pub(super) use route::Off;
pub(super) use today::{lines, told};
pub(super) use together::{draw_open_together, draw_together};

use super::notice::{self, Notice};
use super::{Act, Call, Result, Shared, Values, tell};
use crate::args;
use crate::chat::{Block, Card, Choice, Command, Pick, Reply, Tone};
use crate::domain::{Lead, LeadDetails, LeadNumber, LeadState, PersonId, Role, Rung, Source, TeamId, Turn};
use crate::store::Tx;

/// What came in.
#[derive(Clone, Debug)]
pub struct Received {
    /// Who asked, and for what.
    pub details: LeadDetails,
    /// Who logged it; nobody where it came by itself.
    pub logged_by: Option<PersonId>,
    /// Whose it is, if that was said.
    pub owner: Option<PersonId>,
    /// Whose team has it, unless a rule says otherwise.
    pub team: TeamId,
    /// Whether it comes with many: from a file, or a form that sends many at once.
    pub imported: bool,
    /// When they asked, if that was before.
    pub at: Option<DateTime<Utc>>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Kept {
    /// It is a lead of its own.
    New(Lead),
    /// Somebody of the same client asked before, and that lead is not over.
    Joined(Lead),
}

/// Keeps what came in: a lead of its own with an owner, or a word more on the one that is open.
///
/// # Errors
/// When the database does not answer.
pub async fn receive(tx: &mut Tx, shared: &Shared, received: Received, now: DateTime<Utc>) -> Result<Kept> {
    if let Some(before) = tx.open_lead_like(&received.details).await? {
        return join(tx, shared, before, received, now).await.map(Kept::Joined);
    }
    let number = tx.next_lead_number().await?;
    let deadline = shared.rules.leads.deadline(received.details.source());
    let lead = Lead {
        number,
        team: received.team,
        details: received.details,
        received_at: received.at.unwrap_or(now),
        logged_by: received.logged_by,
        state: LeadState::Waiting,
        owner: None,
        taken_from: None,
        turn: Turn { number: 0, began_at: now, deadline, added: chrono::TimeDelta::zero() },
        rung: Rung::Fresh,
        rung_at: now,
        first_touch: None,
        attempts: 0,
        snoozed: (0, chrono::TimeDelta::zero()),
        passed_on: 0,
        next_touch: None,
        unfit: None,
        refusal: None,
        imported: received.imported,
    };
    route::route(tx, shared, lead, received.owner, now).await.map(Kept::New)
}

/// Somebody asks again who is not forgotten: what is new is added, and its owner sees it.
async fn join(tx: &mut Tx, shared: &Shared, before: Lead, again: Received, now: DateTime<Utc>) -> Result<Lead> {
    let wants = again.details.wants.clone();
    let mut lead = Lead { details: before.details.completed(&again.details), ..before };
    tx.lead_event(lead.number, again.logged_by, ("asked_again", wants.as_deref()), now).await?;
    if lead.state == LeadState::Touched
        && let Some(owner) = lead.owner
    {
        // Who asks again wants to be called.
        lead.next_touch = Some(tx.person(owner).await?.day_at(now).0);
    }
    save(tx, shared, &lead, now).await?;
    Ok(lead)
}

/// Stores a lead that changed: when it is due, who is to hear of it, and every card it stands on.
pub(super) async fn save(tx: &mut Tx, shared: &Shared, lead: &Lead, now: DateTime<Utc>) -> Result<()> {
    save_unseen(tx, shared, lead, now).await?;
    card::changed(tx, shared, lead, now).await
}

/// The same for a lead that stands on no card yet: many may come in at once.
pub(super) async fn save_unseen(tx: &mut Tx, shared: &Shared, lead: &Lead, now: DateTime<Utc>) -> Result<()> {
    let owner = match lead.owner {
        Some(owner) => Some(tx.person(owner).await?),
        None => None,
    };
    let due_at = owner.as_ref().filter(|_| lead.state == LeadState::Waiting).and_then(|owner| {
        let off = route::Off::of(shared, owner, now);
        lead.due_at(&off.calendar(owner))
    });
    tx.save_lead(lead, due_at, now).await?;
    let Some(owner) = owner else { return Ok(()) };
    climb::plan(tx, shared, (lead, &owner), now).await?;
    if let Some(day) = lead.next_touch {
        let at = owner.batch_on(day).max(owner.next_batch(now));
        notice::plan(tx, shared, &Notice::Today(owner.id.0, at), at, now).await?;
    }
    Ok(())
}

/// `/lead`, with whatever follows it.
pub(super) async fn log_line(call: &mut Call<'_>, command: &Command) -> Result {
    let typed = form::Typed::from_command(call, command).await?;
    if call.by.role == Role::Observer {
        return tell(call.words.text("lead.observers", args! {}));
    }
    if !typed.details.says_who() || !typed.remarks.is_empty() {
        return Ok(Reply::Ask(form::log(call, &typed)));
    }
    keep(call, typed.details, typed.owner).await
}

/// The form with a message's text as what they want.
pub(super) fn from_message(call: &Call<'_>, text: &str) -> Reply {
    let typed = form::Typed::from_message(call, text);
    Reply::Ask(form::log(call, &typed))
}

/// The filled form.
async fn log_form(call: &mut Call<'_>, values: &Values) -> Result {
    if call.by.role == Role::Observer {
        return tell(call.words.text("lead.observers", args! {}));
    }
    let (details, owner) = form::read(call, values).await?;
    keep(call, details, owner).await
}

/// Keeps a lead somebody logged, and says whose it is.
async fn keep(call: &mut Call<'_>, details: LeadDetails, owner: Option<PersonId>) -> Result {
    let (unsaid, typed) = (details.source.is_none(), details.name().to_owned());
    let received =
        Received { details, logged_by: Some(call.by.id), owner, team: call.by.team.id, imported: false, at: None };
    let kept = receive(call.tx, call.shared, received, call.now).await?;
    let words = call.words;
    let (lead, key) = match &kept {
        Kept::New(lead) => (lead, "lead.kept"),
        Kept::Joined(lead) => (lead, "lead.joined"),
    };
    // What a colleague knows of the client is not theirs to read.
    let name = if lead.is_open_to(&call.by) { lead.details.name() } else { typed.as_str() };
    let title = words.text(key, args! { number: lead.number.to_string(), name: name });
    let mut card = Card::titled(title).tone(Tone::Good);
    card = card.with(Block::Text(card::whose(call.tx, words, &call.by, lead, call.now).await?));
    if matches!(kept, Kept::New(_)) && unsaid {
        card = card.with(Block::Pick(source_pick(words, lead.number)));
    }
    if lead.may_work(&call.by).is_ok() {
        card = card.with(Block::Buttons(card::buttons(words, lead)));
    }
    Ok(Reply::Whisper(card))
}

fn source_pick(words: crate::words::Words<'_>, number: LeadNumber) -> Pick {
    let choice = |source: Source| Choice::new(source.as_str(), words.label("source", source.as_str()));
    Pick {
        action: Act::Lead(LeadAct::Source(number)).action(),
        label: words.line("lead.which_source", args! {}),
        choices: Source::ALL.map(choice).into(),
    }
}
