//! Refusals that wait for the decision of a head.

use chrono::{DateTime, Utc};

use super::refusals::{Row, refusals_where};
use super::tx::{Tx, instant, run};
use crate::domain::{Refusal, TeamId};

impl Tx {
    /// The refusals of a team that wait for its head, oldest first, at most `most`.
    pub async fn refusals_waiting(&mut self, team: TeamId, most: i64) -> sqlx::Result<Vec<Refusal>> {
        let sql = refusals_where!(
            "team_id = $2 AND stage IN ('logged', 'with_head') AND withdrawn_at IS NULL
             ORDER BY logged_at, number LIMIT $3"
        );
        let rows: Vec<Row> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(most))?;
        rows.into_iter().map(Row::refusal).collect()
    }

    /// The teams in which refusals wait for the head.
    pub async fn teams_waiting(&mut self) -> sqlx::Result<Vec<TeamId>> {
        let sql = "SELECT t.id FROM teams t WHERE t.organisation_id = $1
                     AND EXISTS (SELECT 1 FROM refusals r WHERE r.organisation_id = $1 AND r.team_id = t.id
                                   AND r.stage IN ('logged', 'with_head') AND r.withdrawn_at IS NULL)
                   ORDER BY t.id";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation))
    }

    /// Of those of a team that wait for its head, when the newest one was logged that was by `until`, and the oldest one
    /// after it.
    pub async fn waiting_around(
        &mut self,
        team: TeamId,
        until: DateTime<Utc>,
    ) -> sqlx::Result<(Option<DateTime<Utc>>, Option<DateTime<Utc>>)> {
        let sql = "SELECT (SELECT MAX(logged_at) FROM refusals WHERE organisation_id = $1 AND team_id = $2
                             AND stage IN ('logged', 'with_head') AND withdrawn_at IS NULL AND logged_at <= $3),
                          (SELECT MIN(logged_at) FROM refusals WHERE organisation_id = $1 AND team_id = $2
                             AND stage IN ('logged', 'with_head') AND withdrawn_at IS NULL AND logged_at > $3)";
        run!(self, fetch_one, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(instant(until)))
    }

    /// Of those that wait for the head of a team the largest, at most `most`, of the budgets in the team's currency.
    pub async fn largest_waiting(&mut self, team: TeamId, most: i64) -> sqlx::Result<Vec<Refusal>> {
        let sql = refusals_where!(
            "team_id = $2 AND stage IN ('logged', 'with_head') AND withdrawn_at IS NULL AND budget_minor IS NOT NULL
             AND budget_currency = (SELECT currency FROM teams WHERE organisation_id = $1 AND id = $2)
             ORDER BY budget_minor DESC, number LIMIT $3"
        );
        let rows: Vec<Row> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(most))?;
        rows.into_iter().map(Row::refusal).collect()
    }

    /// How many refusals of a team wait for its head.
    pub async fn count_waiting(&mut self, team: TeamId) -> sqlx::Result<i64> {
        let sql = "SELECT COUNT(*) FROM refusals WHERE organisation_id = $1 AND team_id = $2
                     AND stage IN ('logged', 'with_head') AND withdrawn_at IS NULL";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(team))
    }

    /// How many refusals of a team have waited for its head since `since`.
    pub async fn count_waiting_since(&mut self, team: TeamId, since: DateTime<Utc>) -> sqlx::Result<i64> {
        let sql = "SELECT COUNT(*) FROM refusals WHERE organisation_id = $1 AND team_id = $2 AND logged_at <= $3
                     AND stage IN ('logged', 'with_head') AND withdrawn_at IS NULL";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(team).bind(instant(since)))
    }
}
