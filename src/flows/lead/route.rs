//! Who gets a lead.
//!
//! Starts: it came in, or its owner gave it away, is away, or left. Acts: nobody. Ends: somebody who is there has it, with all
//! the time there is; if nobody is, whoever wants it may have it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{save, save_unseen, together};
use crate::domain::{
    Calendar, Ladder, Lead, LeadRule, Person, PersonId, Role, Rung, Source, TeamId, first_touch_within, next_owner,
};
use crate::flows::notice::LeadWord;
use crate::flows::{IntakeForm, Result, Shared};
use crate::store::Tx;

/// For how long a lead that was given counts, whatever became of it.
const LATELY: TimeDelta = TimeDelta::days(7);

/// What the organisation decided about leads.
#[derive(Clone, Debug, Default)]
pub struct LeadRules {
    /// How much working time the first touch may take, where it is not what [`first_touch_within`] says.
    pub deadlines: BTreeMap<Source, TimeDelta>,
    /// When each rung is reached.
    pub ladder: Ladder,
    /// Who gets which, the first that holds.
    pub rules: Vec<LeadRule>,
    /// How what comes over HTTP is to be read, where it has not our fields.
    pub forms: Vec<IntakeForm>,
    /// Days on which nobody works.
    pub holidays: BTreeSet<NaiveDate>,
}

impl LeadRules {
    /// How much working time the first touch of a source may take.
    pub fn deadline(&self, source: Source) -> TimeDelta {
        self.deadlines.get(&source).copied().unwrap_or_else(|| first_touch_within(source))
    }
}

/// The days on which somebody does not work.
pub(in crate::flows) struct Off<'a> {
    is_off: Box<dyn Fn(NaiveDate) -> bool + Send + Sync + 'a>,
}

impl<'a> Off<'a> {
    /// Holidays, and the days for which they said that they are away.
    pub(in crate::flows) fn of(shared: &'a Shared, person: &Person, now: DateTime<Utc>) -> Off<'a> {
        let holidays = &shared.rules.leads.holidays;
        let today = person.day_at(now).0;
        let away = person.away.filter(|_| person.is_away(now)).map(|away| (today, away.until));
        let is_off = move |day: NaiveDate| {
            holidays.contains(&day) || away.is_some_and(|(from, until)| (from..=until).contains(&day))
        };
        Off { is_off: Box::new(is_off) }
    }

    /// Their working time.
    pub(in crate::flows) fn calendar<'b>(&'b self, person: &'b Person) -> Calendar<'b> {
        Calendar { hours: person.working_hours(), zone: person.time_zone(), off: &*self.is_off }
    }
}

/// Gives a lead to whoever is named, else whom a rule names, else whose turn it is.
pub(super) async fn route(
    tx: &mut Tx,
    shared: &Shared,
    mut lead: Lead,
    named: Option<PersonId>,
    now: DateTime<Utc>,
) -> Result<Lead> {
    let rule = shared.rules.leads.rules.iter().find(|rule| rule.holds_for(&lead.details));
    if let Some(team) = rule.and_then(|rule| rule.team.as_deref())
        && lead.turn.number == 0
        && let Some(team) = tx.team_named(team).await?
    {
        lead.team = team;
    }
    let mut to = match named {
        Some(named) => there(tx, named, now).await?,
        None => None,
    };
    if to.is_none()
        && let Some(name) = rule.and_then(|rule| rule.owner.as_deref())
    {
        to = by_rule(tx, &lead, name, now).await?;
    }
    if to.is_none() {
        to = by_turn(tx, &lead, now).await?;
    }
    if let Some(to) = to
        && lead.turn.number == 0
    {
        // It is their head who hears if nothing happens.
        lead.team = tx.person(to).await?.team.id;
    }
    match to {
        Some(to) => give(tx, shared, lead, to, now).await,
        None => super::claim::open(tx, shared, lead, now).await,
    }
}

/// Somebody who is named, if they are there; else who stands in for them.
async fn there(tx: &mut Tx, named: PersonId, now: DateTime<Utc>) -> Result<Option<PersonId>> {
    let person = tx.person(named).await?;
    if person.role == Role::Observer || tx.has_left(named).await? {
        return Ok(None);
    }
    if person.is_away(now) {
        return Ok(tx.deputy_of(&person, now).await?.map(|deputy| deputy.id));
    }
    Ok(Some(named))
}

/// Whom a rule names, if they are there and did not have it.
async fn by_rule(tx: &mut Tx, lead: &Lead, name: &str, now: DateTime<Utc>) -> Result<Option<PersonId>> {
    let named = tx.people_named(name).await?;
    let there = named.into_iter().find(|person| !person.is_away(now) && person.role != Role::Observer);
    let Some(person) = there else { return Ok(None) };
    Ok((!tx.had_lead(lead.number, person.id).await?).then_some(person.id))
}

/// Whose turn it is: of the reps who are there and did not have it; else whoever leads the team.
async fn by_turn(tx: &mut Tx, lead: &Lead, now: DateTime<Utc>) -> Result<Option<PersonId>> {
    let candidates = tx.candidates(lead.team, Some(lead.number), (now, now - LATELY)).await?;
    if let Some(next) = next_owner(&candidates) {
        return Ok(Some(next));
    }
    Ok(head(tx, lead.team, now).await?.map(|head| head.id).filter(|head| lead.owner != Some(*head)))
}

/// Who leads a team, if they are there.
pub(super) async fn head(tx: &mut Tx, team: TeamId, now: DateTime<Utc>) -> Result<Option<Person>> {
    Ok(tx.responsible_for(team, now).await?.filter(|head| !head.is_away(now)))
}

/// Whether a lead just came in: nobody was told of it, and it is not stored yet.
pub(super) fn is_new(lead: &Lead) -> bool {
    lead.turn.number == 0 && lead.rung == Rung::Fresh
}

/// Remembers how a lead that is stored now came in.
pub(super) async fn was_received(tx: &mut Tx, lead: &Lead, now: DateTime<Utc>) -> Result<()> {
    Ok(tx.lead_event(lead.number, lead.logged_by, ("received", None), now).await?)
}

/// Puts a lead into somebody's hands, and tells them.
pub(super) async fn give(tx: &mut Tx, shared: &Shared, lead: Lead, to: PersonId, now: DateTime<Utc>) -> Result<Lead> {
    let new = is_new(&lead);
    let lead = lead.given(to, now);
    if new {
        save_unseen(tx, shared, &lead, now).await?;
        was_received(tx, &lead, now).await?;
        tx.lead_turn(&lead, to).await?;
    } else {
        keep_turn(tx, shared, &lead, now).await?;
    }
    tx.lead_event(lead.number, Some(to), ("given", None), now).await?;
    together::say(tx, shared, (LeadWord::New, &lead, to), now).await?;
    Ok(lead)
}

/// Keeps whose turn it is from now on.
pub(super) async fn keep_turn(tx: &mut Tx, shared: &Shared, lead: &Lead, now: DateTime<Utc>) -> Result<()> {
    save(tx, shared, lead, now).await?;
    if let Some(owner) = lead.owner {
        tx.lead_turn(lead, owner).await?;
    }
    Ok(())
}
