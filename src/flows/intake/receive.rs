//! Leads of a request, each received: whose team has it, who is to have it, and what the answer says of it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::read::Sent;
use super::{Coming, Declined, Wrong};
use crate::domain::{PersonId, Role, TeamId};
use crate::flows::Shared;
use crate::flows::lead::{Kept, Received, receive};
use crate::store::{IntakeToken, Tx};

/// Receives every lead, or none.
pub(super) async fn leads(
    tx: &mut Tx,
    shared: &Shared,
    (coming, all): (&Coming, &[Sent]),
    now: DateTime<Utc>,
) -> Result<Vec<Value>, Declined> {
    let token = &coming.token;
    let (mut leads, mut wrong) = (Vec::new(), Vec::new());
    let mut teams = HashMap::new();
    for sent in all {
        let team = match teams.get(&sent.team) {
            Some(known) => *known,
            None => *teams.entry(&sent.team).or_insert(named_team(tx, token, sent.team.as_deref()).await?),
        };
        match one(tx, shared, (coming, team), sent, now).await? {
            Ok(kept) => leads.push(kept),
            Err(unknown) => wrong.push(unknown),
        }
    }
    if wrong.is_empty() { Ok(leads) } else { Err(Declined::Wrong(wrong)) }
}

/// Receives one lead; what the answer says of it.
async fn one(
    tx: &mut Tx,
    shared: &Shared,
    (coming, team): (&Coming, Option<TeamId>),
    sent: &Sent,
    now: DateTime<Utc>,
) -> Result<Result<Value, Wrong>, Declined> {
    let (mut details, mut ignored) = (sent.details.clone(), sent.ignored.clone());
    let team = match team {
        Some(team) => team,
        // Nobody sends it again: it is not lost for the name of a team.
        None if coming.since.is_some() => {
            ignored.push("team".to_owned());
            named_team(tx, &coming.token, None).await?.ok_or_else(|| anyhow::anyhow!("there is no team"))?
        }
        None => {
            let says = "there is no such team: send the name of one in panout.toml, or leave it out".to_owned();
            return Ok(Err(Wrong { pointer: format!("{}/team", sent.pointer), says }));
        }
    };
    details.source = details.source.or(Some(coming.token.source));
    let owner = owner(tx, sent, now).await?;
    if owner.is_none() && sent.owner.is_some() {
        ignored.push("owner".to_owned());
    }
    let received = Received { details, logged_by: None, owner, team, imported: coming.many, at: coming.since };
    let (lead, joined) = match receive(tx, shared, received, now).await? {
        Kept::New(lead) => (lead, false),
        Kept::Joined(lead) => (lead, true),
    };
    let mut kept = json!({ "id": lead.number.to_string(), "joined": joined });
    if !ignored.is_empty() {
        kept["ignored"] = json!(ignored);
    }
    Ok(Ok(kept))
}

/// Whose team has it: the one it names, the token's, the first.
pub(super) async fn named_team(
    tx: &mut Tx,
    token: &IntakeToken,
    name: Option<&str>,
) -> Result<Option<TeamId>, Declined> {
    if let Some(name) = name {
        return Ok(tx.team_named(name).await?);
    }
    match token.team {
        Some(team) => Ok(Some(team)),
        None => Ok(tx.teams().await?.first().copied()),
    }
}

/// The owner it names, if they are there: a form that names somebody who left loses nothing by it.
async fn owner(tx: &mut Tx, sent: &Sent, now: DateTime<Utc>) -> Result<Option<PersonId>, Declined> {
    let Some(name) = &sent.owner else { return Ok(None) };
    let named = tx.people_named(name).await?;
    let there = named.into_iter().find(|person| !person.is_away(now) && person.role != Role::Observer);
    Ok(there.map(|person| person.id))
}
