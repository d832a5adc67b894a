//! Digests: which days each told of, who facilitates its meeting, and what they are made of.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::refusals::{Row as RefusalRow, refusals_where};
use super::tx::{Tx, change, instant, run};
use crate::domain::{Days, PersonId, Refusal, RefusalNumber, TeamId};

/// A digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Of which days it tells.
    pub days: Days,
    /// Who facilitates the meeting about it.
    pub facilitator: Option<PersonId>,
}

/// How many refusals had a reason in a week.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Weekly {
    /// The reason, at the first level.
    pub reason: String,
    /// The segment's key; empty for all of them.
    pub segment: String,
    /// The week's first day.
    pub monday: NaiveDate,
    /// How many.
    pub refusals: i64,
}

#[derive(FromRow)]
struct Row {
    from_day: NaiveDate,
    to_day: NaiveDate,
    facilitator_id: Option<PersonId>,
}

impl From<Row> for Digest {
    fn from(row: Row) -> Self {
        Self { days: Days { from: row.from_day, to: row.to_day }, facilitator: row.facilitator_id }
    }
}

impl Tx {
    /// The digest of a team for a moment, if it was begun.
    pub async fn digest(&mut self, team: TeamId, at: DateTime<Utc>) -> sqlx::Result<Option<Digest>> {
        let sql = "SELECT from_day, to_day, facilitator_id FROM digests
                   WHERE organisation_id = $1 AND team_id = $2 AND at = $3";
        let row: Option<Row> =
            run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(instant(at)))?;
        Ok(row.map(Digest::from))
    }

    /// A digest is in a channel.
    pub async fn digest_posted(&mut self, team: TeamId, at: DateTime<Utc>, now: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE digests SET posted_at = $4
                   WHERE organisation_id = $1 AND team_id = $2 AND at = $3 AND posted_at IS NULL";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(team).bind(instant(at)).bind(instant(now)))?;
        Ok(())
    }

    /// The last digest of a team before a moment that was in a channel.
    pub async fn digest_before(&mut self, team: TeamId, at: DateTime<Utc>) -> sqlx::Result<Option<Digest>> {
        let sql = "SELECT from_day, to_day, facilitator_id FROM digests
                   WHERE organisation_id = $1 AND team_id = $2 AND at < $3 AND posted_at IS NOT NULL
                   ORDER BY at DESC LIMIT 1";
        let row: Option<Row> =
            run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(instant(at)))?;
        Ok(row.map(Digest::from))
    }

    /// The moment of the last digest of a team before another that was in a channel.
    pub async fn digest_moment_before(
        &mut self,
        team: TeamId,
        at: DateTime<Utc>,
    ) -> sqlx::Result<Option<DateTime<Utc>>> {
        let sql = "SELECT MAX(at) FROM digests
                   WHERE organisation_id = $1 AND team_id = $2 AND at < $3 AND posted_at IS NOT NULL";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(team).bind(instant(at)))
    }

    /// Begins a digest.
    pub async fn begin_digest(&mut self, team: TeamId, at: DateTime<Utc>, digest: &Digest) -> sqlx::Result<()> {
        let sql = "INSERT INTO digests (organisation_id, team_id, at, from_day, to_day, facilitator_id)
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let Days { from, to } = digest.days;
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(team)
                .bind(instant(at))
                .bind(from)
                .bind(to)
                .bind(digest.facilitator)
        )?;
        Ok(())
    }

    /// Those of a team who may facilitate on a day, whoever did longest ago first: its reps and its head, who have not
    /// left and are not away.
    pub async fn facilitators(&mut self, team: TeamId, day: NaiveDate) -> sqlx::Result<Vec<PersonId>> {
        let sql = "SELECT p.id FROM people p
                   LEFT JOIN (SELECT facilitator_id, MAX(at) AS last FROM digests
                              WHERE organisation_id = $1 AND team_id = $2 AND posted_at IS NOT NULL
                              GROUP BY facilitator_id) d
                     ON d.facilitator_id = p.id
                   WHERE p.organisation_id = $1 AND p.team_id = $2 AND p.role IN ('rep', 'head') AND p.left_at IS NULL
                     AND (p.away_until IS NULL OR p.away_until < $3)
                   ORDER BY CASE WHEN d.last IS NULL THEN 0 ELSE 1 END, d.last, p.id";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(team).bind(day))
    }

    /// A team's refusals that happened on some days and count, largest budget first, at most `most`.
    pub async fn happened_in(&mut self, team: TeamId, days: Days, most: i64) -> sqlx::Result<Vec<Refusal>> {
        let sql = refusals_where!(
            "team_id = $2 AND happened_on BETWEEN $3 AND $4 AND withdrawn_at IS NULL AND outcome <> 'invalid'
             ORDER BY COALESCE(budget_minor, 0) DESC, number LIMIT $5"
        );
        let rows: Vec<RefusalRow> = run!(
            self,
            fetch_all,
            sqlx::query_as(sql).bind(self.organisation).bind(team).bind(days.from).bind(days.to).bind(most)
        )?;
        rows.into_iter().map(RefusalRow::refusal).collect()
    }

    /// What clients said in a team's refusals of some days, each with the language its rep chose if they did; the newest, at
    /// most `most`.
    pub async fn verbatims_in(
        &mut self,
        team: TeamId,
        days: Days,
        most: i64,
    ) -> sqlx::Result<Vec<(Option<String>, String)>> {
        let sql = "SELECT p.language, SUBSTR(r.verbatim, 1, 1000) FROM refusals r
                   JOIN people p ON p.organisation_id = r.organisation_id AND p.id = r.logged_by
                   WHERE r.organisation_id = $1 AND r.team_id = $2 AND r.happened_on BETWEEN $3 AND $4
                     AND r.verbatim IS NOT NULL AND r.withdrawn_at IS NULL AND r.outcome <> 'invalid'
                   ORDER BY r.happened_on DESC, r.number DESC LIMIT $5";
        run!(
            self,
            fetch_all,
            sqlx::query_as(sql).bind(self.organisation).bind(team).bind(days.from).bind(days.to).bind(most)
        )
    }

    /// How many of a team's refusals were logged in a time, of days before `day`.
    pub async fn logged_late(
        &mut self,
        team: TeamId,
        (since, until): (DateTime<Utc>, DateTime<Utc>),
        day: NaiveDate,
    ) -> sqlx::Result<i64> {
        let sql = "SELECT COUNT(*) FROM refusals
                   WHERE organisation_id = $1 AND team_id = $2 AND logged_at >= $3 AND logged_at < $4 AND happened_on < $5
                     AND withdrawn_at IS NULL AND outcome <> 'invalid'";
        run!(
            self,
            fetch_one,
            sqlx::query_scalar(sql)
                .bind(self.organisation)
                .bind(team)
                .bind(instant(since))
                .bind(instant(until))
                .bind(day)
        )
    }

    /// How many debriefs of a team's refusals nobody has given yet.
    pub async fn open_debriefs(&mut self, team: TeamId) -> sqlx::Result<i64> {
        let sql = "SELECT COUNT(*) FROM tasks t
                   JOIN refusals r ON r.organisation_id = t.organisation_id AND r.number = t.refusal
                   WHERE t.organisation_id = $1 AND t.kind = 'debrief' AND t.done_at IS NULL AND r.team_id = $2
                     AND r.withdrawn_at IS NULL";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(team))
    }

    /// The plays that won a team's clients back in a time, newest first, at most `most`.
    pub async fn plays_that_worked(
        &mut self,
        team: TeamId,
        (since, until): (DateTime<Utc>, DateTime<Utc>),
        most: i64,
    ) -> sqlx::Result<Vec<RefusalNumber>> {
        let sql = "SELECT r.number FROM decisions d
                   JOIN refusals r ON r.organisation_id = d.organisation_id AND r.number = d.refusal
                   WHERE d.organisation_id = $1 AND r.team_id = $2 AND d.stage = 'won_back'
                     AND d.decided_at >= $3 AND d.decided_at < $4 AND r.withdrawn_at IS NULL
                   ORDER BY d.id DESC LIMIT $5";
        run!(
            self,
            fetch_all,
            sqlx::query_scalar(sql)
                .bind(self.organisation)
                .bind(team)
                .bind(instant(since))
                .bind(instant(until))
                .bind(most)
        )
    }

    /// How often each reason was given to a team, week by week from one Monday to another, alone and by segment.
    pub async fn reasons_by_week(
        &mut self,
        team: TeamId,
        (first, last): (NaiveDate, NaiveDate),
    ) -> sqlx::Result<Vec<Weekly>> {
        let sql = "SELECT CASE WHEN axes = 'reason' THEN a ELSE b END AS reason,
                       CASE WHEN axes = 'reason' THEN '' ELSE a END AS segment, monday, 
                       CAST(SUM(n1 + n2 + n3 + n4 + n5 + n6 + n7) AS BIGINT) AS refusals
                   FROM weekly_sums
                   WHERE organisation_id = $1 AND team_id = $2 AND axes IN ('reason', 'segment.reason')
                     AND monday BETWEEN $3 AND $4
                   GROUP BY axes, a, b, monday";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(first).bind(last))
    }
}
