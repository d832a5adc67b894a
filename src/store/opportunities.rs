//! Opportunities: how far each is, and when it goes dark, so that nothing is searched for that is not due.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::refusals::unreadable;
use super::tx::{Tx, change, instant, run};
use crate::domain::{
    Check, DealState, Money, Opportunity, OpportunityNumber, PersonId, RefusalNumber, TeamId, Unfit, account_key,
};

#[derive(FromRow)]
struct Row {
    number: OpportunityNumber,
    team_id: TeamId,
    owner_id: PersonId,
    account: String,
    amount_minor: Option<i64>,
    amount_currency: Option<String>,
    stage: String,
    stage_since: DateTime<Utc>,
    tracked_at: DateTime<Utc>,
    tracked_by: Option<PersonId>,
    touched_at: DateTime<Utc>,
    state: String,
    checks: String,
    unfit: Option<String>,
    refusal: Option<RefusalNumber>,
    dark_at: Option<DateTime<Utc>>,
    dark_why: Option<String>,
}

/// Something that happened to an opportunity.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct DealEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it; nobody where it happened by itself.
    pub person_id: Option<PersonId>,
    /// What: `tracked`, `amount`, `touched`, `advanced`, `anyway`, `back`, `checked`, `won`, `disqualified`, `refused`,
    /// `inherited`.
    pub what: String,
    /// What was said of it.
    pub note: Option<String>,
}

/// Which opportunities a list is of: those that are not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealsOf {
    /// Those somebody has.
    Owner(PersonId),
    /// Those of a team.
    Team(TeamId),
}

macro_rules! opportunities_where {
    ($condition:literal) => {
        concat!(
            "SELECT number, team_id, owner_id, account, amount_minor, amount_currency, stage, stage_since, tracked_at,
                    tracked_by, touched_at, state, checks, unfit, refusal, dark_at, dark_why
             FROM opportunities WHERE organisation_id = $1 AND ",
            $condition
        )
    };
}

impl Row {
    fn opportunity(self) -> sqlx::Result<Opportunity> {
        let dark_why = self.dark_why.map(|why| why.parse().map_err(unreadable)).transpose()?;
        let currency = self.amount_currency.map(|code| code.parse().map_err(unreadable)).transpose()?;
        Ok(Opportunity {
            number: self.number,
            team: self.team_id,
            owner: self.owner_id,
            account: self.account,
            amount: self.amount_minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency)),
            stage: self.stage.parse().map_err(unreadable)?,
            stage_since: self.stage_since,
            tracked_at: self.tracked_at,
            tracked_by: self.tracked_by,
            touched_at: self.touched_at,
            checks: known(&self.checks)?,
            state: self.state.parse().map_err(unreadable)?,
            unfit: self.unfit.map(|why| why.parse().map_err(unreadable)).transpose()?,
            refusal: self.refusal,
            dark: self.dark_at.zip(dark_why),
        })
    }
}

/// What is known, as stored: `budget=yes on_track=no`.
fn written(checks: &BTreeMap<Check, bool>) -> String {
    let word = |(check, yes): (&Check, &bool)| format!("{}={}", check.as_str(), if *yes { "yes" } else { "no" });
    checks.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn known(written: &str) -> sqlx::Result<BTreeMap<Check, bool>> {
    let read = |word: &str| {
        let (check, answer) = word.split_once('=').ok_or_else(|| unreadable(word))?;
        Ok((check.parse::<Check>().map_err(unreadable)?, answer == "yes"))
    };
    written.split_whitespace().map(read).collect()
}

impl Tx {
    /// Takes the next number people can say.
    pub async fn next_opportunity_number(&mut self) -> sqlx::Result<OpportunityNumber> {
        let sql = "UPDATE organisations SET next_opportunity = next_opportunity + 1 WHERE id = $1
                   RETURNING next_opportunity - 1";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation))
    }

    /// Stores an opportunity under its number, new or changed, with its stay in the stage and what is known of it. `anew`:
    /// somebody dealt with it, so nothing was said of it yet.
    pub async fn save_opportunity(&mut self, it: &Opportunity, anew: bool, now: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "INSERT INTO opportunities (organisation_id, number, team_id, owner_id, account, account_key, amount_minor,
                       amount_currency, stage, stage_since, tracked_at, tracked_by, touched_at, state, unfit, refusal, over_at,
                       dark_at, dark_why, say_at, checks)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $18, $21)
                   ON CONFLICT (organisation_id, number) DO UPDATE SET
                       team_id = excluded.team_id, owner_id = excluded.owner_id, account = excluded.account,
                       account_key = excluded.account_key, amount_minor = excluded.amount_minor,
                       amount_currency = excluded.amount_currency, stage = excluded.stage,
                       stage_since = excluded.stage_since, touched_at = excluded.touched_at, state = excluded.state,
                       checks = excluded.checks, unfit = excluded.unfit, refusal = excluded.refusal,
                       over_at = COALESCE(opportunities.over_at, excluded.over_at), dark_at = excluded.dark_at,
                       dark_why = excluded.dark_why,
                       say_at = CASE WHEN $20 OR opportunities.told = 0 OR excluded.dark_at IS NULL THEN excluded.dark_at
                                     ELSE opportunities.say_at END,
                       told = CASE WHEN $20 THEN 0 ELSE opportunities.told END,
                       head_at = CASE WHEN $20 OR excluded.dark_at IS NULL THEN NULL ELSE opportunities.head_at END";
        let over_at = (it.state != DealState::Open).then(|| instant(now));
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(it.number)
                .bind(it.team)
                .bind(it.owner)
                .bind(&it.account)
                .bind(account_key(&it.account))
                .bind(it.amount.map(|money| money.minor))
                .bind(it.amount.map(|money| money.currency.to_string()))
                .bind(it.stage.as_str())
                .bind(instant(it.stage_since))
                .bind(instant(it.tracked_at))
                .bind(it.tracked_by)
                .bind(instant(it.touched_at))
                .bind(it.state.as_str())
                .bind(it.unfit.map(Unfit::as_str))
                .bind(it.refusal)
                .bind(over_at)
                .bind(it.dark.map(|(at, _)| instant(at)))
                .bind(it.dark.map(|(_, why)| why.as_str()))
                .bind(anew)
                .bind(written(&it.checks))
        )?;
        self.keep_stay(it, over_at.unwrap_or(it.stage_since)).await
    }

    /// Keeps in which stage it is; the stay before ends when it came there, and the last one at `ends` once it is over.
    async fn keep_stay(&mut self, it: &Opportunity, ends: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "SELECT stage, entered_at FROM opportunity_stays
                   WHERE organisation_id = $1 AND opportunity = $2 AND seconds IS NULL";
        let open: Vec<(String, DateTime<Utc>)> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(it.number))?;
        let since = instant(it.stage_since);
        let stands = |(stage, entered): &(String, DateTime<Utc>)| stage == it.stage.as_str() && *entered == since;
        if !open.iter().any(stands) && it.state == DealState::Open {
            let sql = "INSERT INTO opportunity_stays (organisation_id, opportunity, stage, entered_at)
                       VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
            let stage = it.stage.as_str();
            change!(self, sqlx::query(sql).bind(self.organisation).bind(it.number).bind(stage).bind(since))?;
        }
        let sql = "UPDATE opportunity_stays SET seconds = $5
                   WHERE organisation_id = $1 AND opportunity = $2 AND stage = $3 AND entered_at = $4";
        for stay in open.iter().filter(|stay| !stands(stay) || it.state != DealState::Open) {
            let seconds = (ends - stay.1).num_seconds().max(0);
            let (stage, entered) = (&stay.0, stay.1);
            change!(
                self,
                sqlx::query(sql).bind(self.organisation).bind(it.number).bind(stage).bind(entered).bind(seconds)
            )?;
        }
        Ok(())
    }

    /// An opportunity by its number.
    pub async fn opportunity(&mut self, number: OpportunityNumber) -> sqlx::Result<Option<Opportunity>> {
        let sql = opportunities_where!("number = $2");
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(number))?;
        row.map(Row::opportunity).transpose()
    }

    /// Somebody's opportunity with a client that is not over.
    pub async fn open_opportunity(&mut self, owner: PersonId, account: &str) -> sqlx::Result<Option<Opportunity>> {
        let sql =
            opportunities_where!("account_key = $2 AND owner_id = $3 AND over_at IS NULL ORDER BY number + 0 LIMIT 1");
        let row: Option<Row> = run!(
            self,
            fetch_optional,
            sqlx::query_as(sql).bind(self.organisation).bind(account_key(account)).bind(owner)
        )?;
        row.map(Row::opportunity).transpose()
    }

    /// Every opportunity with a client that is not over, at most `most`.
    pub async fn open_opportunities_with(&mut self, account: &str, most: i64) -> sqlx::Result<Vec<Opportunity>> {
        let sql = opportunities_where!("account_key = $2 AND over_at IS NULL ORDER BY number + 0 LIMIT $3");
        let rows: Vec<Row> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(account_key(account)).bind(most))?;
        rows.into_iter().map(Row::opportunity).collect()
    }

    /// The opportunities of a list, the longest untouched first, at most `most`.
    pub async fn opportunities_of(&mut self, of: DealsOf, most: i64) -> sqlx::Result<Vec<Opportunity>> {
        let rows: Vec<Row> = match of {
            DealsOf::Owner(person) => {
                let sql =
                    opportunities_where!("owner_id = $2 AND over_at IS NULL ORDER BY touched_at, number LIMIT $3");
                run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(person).bind(most))?
            }
            DealsOf::Team(team) => {
                let sql = opportunities_where!("team_id = $2 AND over_at IS NULL ORDER BY touched_at, number LIMIT $3");
                run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(most))?
            }
        };
        rows.into_iter().map(Row::opportunity).collect()
    }

    /// How many opportunities a list is of.
    pub async fn count_opportunities(&mut self, of: DealsOf) -> sqlx::Result<i64> {
        let (sql, id) = match of {
            DealsOf::Owner(person) => (
                "SELECT COUNT(*) FROM opportunities WHERE organisation_id = $1 AND owner_id = $2 AND over_at IS NULL",
                person.0,
            ),
            DealsOf::Team(team) => (
                "SELECT COUNT(*) FROM opportunities WHERE organisation_id = $1 AND team_id = $2 AND over_at IS NULL",
                team.0,
            ),
        };
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(id))
    }

    /// The opportunities of a team that are dark, those first that are longest, at most `most`.
    pub async fn dark_opportunities(
        &mut self,
        team: TeamId,
        now: DateTime<Utc>,
        most: i64,
    ) -> sqlx::Result<Vec<Opportunity>> {
        let sql = opportunities_where!(
            "team_id = $2 AND over_at IS NULL AND dark_at <= $3 ORDER BY dark_at, number LIMIT $4"
        );
        let rows: Vec<Row> = run!(
            self,
            fetch_all,
            sqlx::query_as(sql).bind(self.organisation).bind(team).bind(instant(now)).bind(most)
        )?;
        rows.into_iter().map(Row::opportunity).collect()
    }

    /// Who left and still has opportunities.
    pub async fn left_with_opportunities(&mut self) -> sqlx::Result<Vec<PersonId>> {
        let sql = "SELECT p.id FROM people p WHERE p.organisation_id = $1 AND p.left_at IS NOT NULL
                     AND EXISTS (SELECT 1 FROM opportunities o
                                 WHERE o.organisation_id = $1 AND o.owner_id = p.id AND o.over_at IS NULL)";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation))
    }

    /// Remembers that something happened to an opportunity; nobody did it, where it happened by itself.
    pub async fn deal_event(
        &mut self,
        number: OpportunityNumber,
        by: Option<PersonId>,
        (what, note): (&'static str, Option<&str>),
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let sql = "INSERT INTO opportunity_events (organisation_id, opportunity, at, person_id, what, note)
                   VALUES ($1, $2, $3, $4, $5, $6)";
        change!(
            self,
            sqlx::query(sql).bind(self.organisation).bind(number).bind(instant(now)).bind(by).bind(what).bind(note)
        )?;
        Ok(())
    }

    /// What happened to an opportunity, in order, the latest `most`.
    pub async fn deal_events(&mut self, number: OpportunityNumber, most: i64) -> sqlx::Result<Vec<DealEvent>> {
        let sql = "SELECT at, person_id, what, note FROM opportunity_events
                   WHERE organisation_id = $1 AND opportunity = $2 ORDER BY id DESC LIMIT $3";
        let mut events: Vec<DealEvent> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(number).bind(most))?;
        events.reverse();
        Ok(events)
    }
}
