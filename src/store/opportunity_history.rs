//! How the opportunities of a team went: how long won ones stayed, what those lacked that were lost, what carrying costs.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;

use super::refusals::unreadable;
use super::tx::{Tx, change, instant, run};
use crate::domain::{Check, DealStage, DealState, History, Money, OpportunityNumber, PersonId, TeamId};

/// Of how many of the last deals that are over it is said how long they took.
const LAST: i64 = 200;

/// What carrying a deal costs, where a team says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Working days; nothing: as counted.
    pub days: Option<i64>,
    /// Minutes a day, for one deal.
    pub minutes: i64,
    /// What an hour is worth.
    pub hour: Money,
    /// Who said so.
    pub said_by: PersonId,
    /// When.
    pub said_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct TermsRow {
    days: Option<i64>,
    minutes: i64,
    hour_minor: i64,
    hour_currency: String,
    said_by: PersonId,
    said_at: DateTime<Utc>,
}

impl Tx {
    /// How long the last deals that a team won were in a stage, each stay.
    pub async fn won_stays(&mut self, team: TeamId, stage: DealStage) -> sqlx::Result<Vec<TimeDelta>> {
        let sql = "SELECT s.seconds FROM opportunity_stays s
                   JOIN (SELECT number FROM opportunities
                         WHERE organisation_id = $1 AND team_id = $2 AND state = 'won' AND over_at IS NOT NULL
                         ORDER BY over_at DESC LIMIT $4) o ON o.number = s.opportunity
                   WHERE s.organisation_id = $1 AND s.stage = $3 AND s.seconds IS NOT NULL";
        let seconds: Vec<i64> = run!(
            self,
            fetch_all,
            sqlx::query_scalar(sql).bind(self.organisation).bind(team).bind(stage.as_str()).bind(LAST)
        )?;
        Ok(seconds.into_iter().map(TimeDelta::seconds).collect())
    }

    /// When the last deals of a team that ended so were first followed, and were over.
    pub async fn deals_that_ended(
        &mut self,
        team: TeamId,
        state: DealState,
    ) -> sqlx::Result<Vec<(DateTime<Utc>, DateTime<Utc>)>> {
        let sql = "SELECT tracked_at, over_at FROM opportunities
                   WHERE organisation_id = $1 AND team_id = $2 AND state = $3 AND over_at IS NOT NULL
                   ORDER BY over_at DESC LIMIT $4";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(state.as_str()).bind(LAST))
    }

    /// Remembers without knowing what an opportunity advanced, the first time; and why, if somebody was asked.
    pub async fn advanced_without(
        &mut self,
        number: OpportunityNumber,
        (gaps, reason): (&[Check], Option<&str>),
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let sql = "INSERT INTO opportunity_gaps (organisation_id, item, opportunity, advanced_at, reason)
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        for gap in gaps {
            change!(
                self,
                sqlx::query(sql)
                    .bind(self.organisation)
                    .bind(gap.as_str())
                    .bind(number)
                    .bind(instant(now))
                    .bind(reason)
            )?;
        }
        Ok(())
    }

    /// How the deals of a team ended that advanced without knowing something.
    pub async fn history_without(&mut self, team: TeamId, check: Check) -> sqlx::Result<History> {
        let sql = "SELECT COUNT(*), COUNT(*) FILTER (WHERE o.state = 'won') FROM opportunity_gaps g
                   JOIN opportunities o ON o.organisation_id = g.organisation_id AND o.number = g.opportunity
                   WHERE g.organisation_id = $1 AND g.item = $2 AND o.team_id = $3 AND o.over_at IS NOT NULL";
        let (over, won): (i64, i64) =
            run!(self, fetch_one, sqlx::query_as(sql).bind(self.organisation).bind(check.as_str()).bind(team))?;
        Ok(History { over, won })
    }

    /// How many deals somebody disqualified since `since`.
    pub async fn clean_disqualifications(&mut self, person: PersonId, since: DateTime<Utc>) -> sqlx::Result<i64> {
        let sql = "SELECT COUNT(*) FROM opportunities
                   WHERE organisation_id = $1 AND owner_id = $2 AND state = 'disqualified' AND over_at >= $3";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(person).bind(instant(since)))
    }

    /// What carrying a deal costs, where a team says so.
    pub async fn carrying_terms(&mut self, team: TeamId) -> sqlx::Result<Option<Terms>> {
        let sql = "SELECT days, minutes, hour_minor, hour_currency, said_by, said_at FROM carrying_terms
                   WHERE organisation_id = $1 AND team_id = $2";
        let row: Option<TermsRow> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(team))?;
        row.map(|row| {
            let TermsRow { days, minutes, hour_minor, hour_currency, said_by, said_at } = row;
            let hour = Money::new(hour_minor, hour_currency.parse().map_err(unreadable)?);
            Ok(Terms { days, minutes, hour, said_by, said_at })
        })
        .transpose()
    }

    /// A team says what carrying a deal costs.
    pub async fn keep_carrying_terms(&mut self, team: TeamId, terms: &Terms) -> sqlx::Result<()> {
        let sql =
            "INSERT INTO carrying_terms (organisation_id, team_id, days, minutes, hour_minor, hour_currency, said_by,
                       said_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                   ON CONFLICT (organisation_id, team_id) DO UPDATE SET
                       days = excluded.days, minutes = excluded.minutes, hour_minor = excluded.hour_minor,
                       hour_currency = excluded.hour_currency, said_by = excluded.said_by, said_at = excluded.said_at";
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(team)
                .bind(terms.days)
                .bind(terms.minutes)
                .bind(terms.hour.minor)
                .bind(terms.hour.currency.to_string())
                .bind(terms.said_by)
                .bind(instant(terms.said_at))
        )?;
        Ok(())
    }
}
