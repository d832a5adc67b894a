//! The clock of a lead: it climbs the ladder while nobody touches it.
//!
//! Starts: somebody has it. Acts: nobody. Ends: it is touched, or anybody may claim it. One job a turn, due when the next rung
//! is reached in the owner's working time; whatever changes that moves the job, and the job looks again before it climbs.

use chrono::{DateTime, TimeDelta, Utc};

use super::{card, claim, route, save, together};
use crate::domain::{Lead, LeadNumber, LeadState, Person, Rung};
use crate::flows::notice::LeadWord;
use crate::flows::{Call, Result, Shared};
use crate::store::{LeadsOf, NewJob, Tx};

/// The kind of job that lets a lead climb; its payload is the number and the turn.
pub const LEAD: &str = "lead";
/// How long nobody may have said that the bot is there before that counts as an outage.
const OUTAGE: TimeDelta = TimeDelta::minutes(5);
/// To how many leads a transaction gives the time of an outage back.
const GIVEN_AT_ONCE: i64 = 200;
/// The most leads of one person that are put into other hands at once.
const AT_ONCE: i64 = 1000;

fn occurrence(lead: &Lead) -> String {
    format!("{}.{}", lead.number.0, lead.turn.number)
}

/// Plans when a lead climbs next, or moves it there.
pub(super) async fn plan(
    tx: &mut Tx,
    shared: &Shared,
    (lead, owner): (&Lead, &Person),
    now: DateTime<Utc>,
) -> Result<()> {
    let off = route::Off::of(shared, owner, now);
    let Some((_, at)) = lead.climbs(shared.rules.leads.ladder, &off.calendar(owner)) else { return Ok(()) };
    let job = NewJob { kind: LEAD, occurrence: occurrence(lead), payload: occurrence(lead), run_at: at };
    Ok(tx.plan_or_move(&job, now).await?)
}

/// Lets a lead climb, if it is time; when it is looked at next, or nothing if its clock stands.
///
/// # Errors
/// When the database does not answer, or the job names no lead.
pub async fn climb(tx: &mut Tx, shared: &Shared, payload: &str, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let unreadable = || anyhow::anyhow!("{payload:?} names no turn of a lead");
    let (number, turn) = payload.split_once('.').ok_or_else(unreadable)?;
    let (number, turn): (i64, i64) =
        (number.parse().map_err(anyhow::Error::from)?, turn.parse().map_err(anyhow::Error::from)?);
    let Some(lead) = tx.lead(LeadNumber(number)).await? else { return Ok(None) };
    let Some(owner) = lead.owner.filter(|_| lead.turn.number == turn && lead.state == LeadState::Waiting) else {
        return Ok(None);
    };
    let owner = tx.person(owner).await?;
    if owner.is_away(now) || tx.has_left(owner.id).await? {
        move_on(tx, shared, lead, now).await?;
        return Ok(None);
    }
    let off = route::Off::of(shared, &owner, now);
    let (ladder, calendar) = (shared.rules.leads.ladder, off.calendar(&owner));
    let Some((rung, at)) = lead.climbs(ladder, &calendar) else { return Ok(None) };
    if at > now {
        return Ok(Some(at));
    }
    let lead = reach(tx, shared, lead, rung, now).await?;
    Ok(lead.climbs(ladder, &calendar).map(|(_, at)| at))
}

/// A lead comes to a rung.
async fn reach(tx: &mut Tx, shared: &Shared, lead: Lead, rung: Rung, now: DateTime<Utc>) -> Result<Lead> {
    let number = lead.number;
    let Some(owner) = lead.owner else { return Ok(lead) };
    match rung {
        Rung::Fresh => Ok(lead),
        Rung::Reminded => {
            let lead = lead.climbed(rung, now);
            save(tx, shared, &lead, now).await?;
            tx.lead_event(number, None, ("reminded", None), now).await?;
            together::say(tx, shared, (LeadWord::Soon(lead.snoozed.0), &lead, owner), now).await?;
            Ok(lead)
        }
        Rung::Late => {
            let lead = lead.climbed(rung, now);
            save(tx, shared, &lead, now).await?;
            tx.lead_event(number, None, ("late", None), now).await?;
            together::say(tx, shared, (LeadWord::Late(lead.snoozed.0), &lead, owner), now).await?;
            card::tell_head(tx, shared, &lead, now).await?;
            Ok(lead)
        }
        Rung::Open => {
            // Whose it was stays between them, the head and the bot.
            tx.lead_event(number, None, ("taken", None), now).await?;
            let lead = claim::open(tx, shared, lead, now).await?;
            together::say(tx, shared, (LeadWord::Taken, &lead, owner), now).await?;
            Ok(lead)
        }
    }
}

/// A lead whose owner is not there gets another one.
async fn move_on(tx: &mut Tx, shared: &Shared, lead: Lead, now: DateTime<Utc>) -> Result<()> {
    tx.lead_event(lead.number, lead.owner, ("away", None), now).await?;
    let deputy = match lead.owner {
        Some(owner) => {
            let owner = tx.person(owner).await?;
            tx.deputy_of(&owner, now).await?.map(|deputy| deputy.id)
        }
        None => None,
    };
    route::route(tx, shared, lead, deputy, now).await?;
    Ok(())
}

/// Somebody is away, or left: what they have in hand that nobody touched gets another owner. What they touched stays
/// theirs, in the care of whoever stands in; but not of who left.
pub(in crate::flows) async fn leaves(tx: &mut Tx, shared: &Shared, person: &Person, now: DateTime<Utc>) -> Result<()> {
    let left = tx.has_left(person.id).await?;
    for lead in tx.leads_of(LeadsOf::Owner(person.id), AT_ONCE).await? {
        if left || lead.state == LeadState::Waiting {
            move_on(tx, shared, lead, now).await?;
        }
    }
    Ok(())
}

/// The hours, the zone or the leave of whoever acts changed: their leads climb by the new ones.
pub(in crate::flows) async fn hours_changed(call: &mut Call<'_>) -> Result<()> {
    for lead in call.tx.leads_of(LeadsOf::Owner(call.by.id), AT_ONCE).await? {
        if lead.state == LeadState::Waiting {
            save(call.tx, call.shared, &lead, call.now).await?;
        }
    }
    Ok(())
}

/// Says that the bot is there; if it was not for a while, that is remembered for [`give_back`]. `starts`: since it was
/// started, nobody has said so.
///
/// # Errors
/// When the database does not answer.
pub async fn beat(tx: &mut Tx, starts: bool, now: DateTime<Utc>) -> Result<()> {
    let was = tx.is_alive(now).await?;
    if let Some(since) = was.filter(|was| starts && now - *was > OUTAGE) {
        tx.begin_outage(since, now).await?;
    }
    Ok(())
}

/// After an outage owners get the working time back in which they could not tell the bot anything: some leads in each
/// transaction, as none may take longer than the server has patience for; whether there may be more. What was given is
/// known, so a start that does not live to the end of it is followed by one that goes on.
///
/// # Errors
/// When the database does not answer.
pub async fn give_back(tx: &mut Tx, shared: &Shared, now: DateTime<Utc>) -> Result<bool> {
    let Some(outage) = tx.outage().await? else { return Ok(false) };
    let leads = tx.running_leads(outage.given, GIVEN_AT_ONCE).await?;
    let to = leads.last().map(|lead| lead.number);
    if !tx.outage_given(&outage, to).await? {
        // Another process gave to these.
        return Ok(true);
    }
    for mut lead in leads {
        let Some(owner) = lead.owner else { continue };
        let owner = tx.person(owner).await?;
        let off = route::Off::of(shared, &owner, now);
        let lost = off.calendar(&owner).between(outage.since.max(lead.turn.began_at), outage.until);
        if lost > TimeDelta::zero() {
            lead.turn.added += lost;
            save(tx, shared, &lead, now).await?;
        }
    }
    Ok(to.is_some())
}
