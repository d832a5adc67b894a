//! What is to be done later.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::tx::{Tx, change, instant, run};
use crate::domain::PersonId;

/// A job to plan.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// What kind of job.
    pub kind: &'static str,
    /// Which one of its kind: a job planned twice is one job.
    pub occurrence: String,
    /// What it needs, JSON.
    pub payload: String,
    /// When it is due.
    pub run_at: DateTime<Utc>,
}

/// A claimed job.
#[derive(Clone, Debug, FromRow)]
pub struct JobRow {
    /// Its id.
    pub id: i64,
    /// What kind of job.
    pub kind: String,
    /// What it needs, JSON.
    pub payload: String,
    /// When it was planned.
    pub planned_at: DateTime<Utc>,
    /// How often it was claimed, this time included.
    pub attempts: i64,
    /// What finishes it: another claim has another token.
    pub lease_token: String,
}

/// A job that was given up.
#[derive(Clone, Debug, FromRow)]
pub struct DeadJob {
    /// Its id.
    pub id: i64,
    /// What kind of job.
    pub kind: String,
    /// Which one.
    pub occurrence: String,
    /// How often it was tried.
    pub attempts: i64,
    /// The last fault, without message text.
    pub error: String,
}

/// How many jobs are in which state.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct JobCounts {
    /// For their time, or for a person.
    pub waiting: i64,
    /// Under way.
    pub running: i64,
    /// Tried without success, to be tried again.
    pub failed: i64,
    /// Given up.
    pub dead: i64,
    /// Since when the one that is due for longest is due.
    pub oldest_due: Option<DateTime<Utc>>,
}

impl Tx {
    /// Plans a job, or makes the one that waits due when this one is.
    pub async fn plan_or_move(&mut self, job: &NewJob, now: DateTime<Utc>) -> sqlx::Result<()> {
        self.write_planned().await?;
        let sql = "INSERT INTO jobs (organisation_id, kind, occurrence, payload, planned_at, run_at, state)
                   VALUES ($1, $2, $3, $4, $5, $6, 'ready') ON CONFLICT (organisation_id, kind, occurrence)
                   DO UPDATE SET run_at = excluded.run_at WHERE jobs.state = 'ready'";
        let planned = change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(job.kind)
                .bind(&job.occurrence)
                .bind(&job.payload)
                .bind(instant(now))
                .bind(instant(job.run_at))
        )?;
        self.planned |= planned > 0;
        Ok(())
    }

    /// Makes every waiting job of a kind due at `at`, but for occurrences that start with `except`: each decides again when
    /// its moment is. One that failed keeps its distance, or it would soon have no attempt left.
    pub async fn reconsider_jobs(&mut self, kind: &str, except: &str, at: DateTime<Utc>) -> sqlx::Result<()> {
        self.write_planned().await?;
        let sql = "UPDATE jobs SET run_at = $4
                   WHERE organisation_id = $1 AND state IN ('ready', 'sending') AND state = 'ready' AND kind = $2
                     AND attempts = 0 AND run_at > $4 AND substr(occurrence, 1, length($3)) <> $3";
        let moved = change!(self, sqlx::query(sql).bind(self.organisation).bind(kind).bind(except).bind(instant(at)))?;
        self.planned |= moved > 0;
        Ok(())
    }

    /// Claims the jobs that have been due for longest, at most `most`, until `lease_until`. Writers take turns, so no two
    /// claim the same.
    pub async fn claim_jobs(
        &mut self,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
        token: &str,
        most: i64,
    ) -> sqlx::Result<Vec<JobRow>> {
        self.write_planned().await?;
        // By the ids alone: by its organisation SQLite would read every job there was.
        let sql = "UPDATE jobs SET state = 'sending', attempts = attempts + 1, lease_until = $3, lease_token = $4
             WHERE organisation_id + 0 = $1 AND id IN (
                SELECT id FROM jobs
                WHERE organisation_id = $1 AND state IN ('ready', 'sending') AND run_at <= $2
                  AND (state = 'ready' OR lease_until <= $2)
                ORDER BY run_at, id LIMIT $5)
             RETURNING id, kind, payload, planned_at, attempts, lease_token";
        let (now, until) = (instant(now), instant(lease_until));
        let mut jobs: Vec<JobRow> = run!(
            self,
            fetch_all,
            sqlx::query_as(sql).bind(self.organisation).bind(now).bind(until).bind(token).bind(most)
        )?;
        jobs.sort_by_key(|job| job.id);
        Ok(jobs)
    }

    /// Finishes a claimed job; `false` if the claim is no longer ours.
    pub async fn finish_job(&mut self, job: &JobRow) -> sqlx::Result<bool> {
        let sql = "UPDATE jobs SET state = 'done', lease_until = NULL, error = NULL
                   WHERE organisation_id = $1 AND id = $2 AND lease_token = $3 AND state = 'sending'";
        Ok(change!(self, sqlx::query(sql).bind(self.organisation).bind(job.id).bind(&job.lease_token))? > 0)
    }

    /// Gives a claimed job back, due again at `at`. A delay that is nobody's fault does not count as an attempt.
    pub async fn return_job(&mut self, job: &JobRow, at: DateTime<Utc>, fault: Option<&str>) -> sqlx::Result<bool> {
        let sql = "UPDATE jobs SET state = 'ready', lease_until = NULL, run_at = $4, error = $5,
                          attempts = CASE WHEN $5 IS NULL THEN attempts - 1 ELSE attempts END
                   WHERE organisation_id = $1 AND id = $2 AND lease_token = $3 AND state = 'sending'";
        let returned = change!(
            self,
            sqlx::query(sql).bind(self.organisation).bind(job.id).bind(&job.lease_token).bind(instant(at)).bind(fault)
        )?;
        // Whoever waits for its lease to end waits for this moment instead.
        self.planned |= returned > 0;
        Ok(returned > 0)
    }

    /// Gives a claimed job back, due again at `at`, with all its attempts: what it says is known not to be there.
    pub async fn begin_anew(&mut self, job: &JobRow, at: DateTime<Utc>) -> sqlx::Result<bool> {
        let sql = "UPDATE jobs SET state = 'ready', lease_until = NULL, run_at = $4, error = NULL, attempts = 0
                   WHERE organisation_id = $1 AND id = $2 AND lease_token = $3 AND state = 'sending'";
        let returned = change!(
            self,
            sqlx::query(sql).bind(self.organisation).bind(job.id).bind(&job.lease_token).bind(instant(at))
        )?;
        self.planned |= returned > 0;
        Ok(returned > 0)
    }

    /// Lays a claimed job aside until somebody wants reminders.
    pub async fn hold_job(&mut self, job: &JobRow, person: PersonId) -> sqlx::Result<bool> {
        let sql =
            "UPDATE jobs SET state = 'held', held_for = $4, lease_until = NULL, error = NULL, attempts = attempts - 1
                   WHERE organisation_id = $1 AND id = $2 AND lease_token = $3 AND state = 'sending'";
        Ok(change!(self, sqlx::query(sql).bind(self.organisation).bind(job.id).bind(&job.lease_token).bind(person))?
            > 0)
    }

    /// Gives a claimed job up for good, with the reason.
    pub async fn bury_job(&mut self, job: &JobRow, fault: &str) -> sqlx::Result<bool> {
        let sql = "UPDATE jobs SET state = 'dead', lease_until = NULL, error = $4
                   WHERE organisation_id = $1 AND id = $2 AND lease_token = $3 AND state = 'sending'";
        Ok(change!(self, sqlx::query(sql).bind(self.organisation).bind(job.id).bind(&job.lease_token).bind(fault))? > 0)
    }

    /// Notes a fault on a claimed job whose outcome is unknown; its lease goes on.
    pub async fn note_job(&mut self, job: &JobRow, fault: &str) -> sqlx::Result<()> {
        let sql = "UPDATE jobs SET error = $4 WHERE organisation_id = $1 AND id = $2 AND lease_token = $3";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(job.id).bind(&job.lease_token).bind(fault))?;
        Ok(())
    }

    /// Shortens every lease to end at `at`: for the only process on a database, after it started.
    pub async fn shorten_leases(&mut self, at: DateTime<Utc>) -> sqlx::Result<u64> {
        let sql =
            "UPDATE jobs SET lease_until = $2 WHERE organisation_id = $1 AND state = 'sending' AND lease_until > $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(instant(at)))
    }

    /// When the next job is due or its lease ends, if there is one.
    pub async fn next_job_at(&mut self) -> sqlx::Result<Option<DateTime<Utc>>> {
        self.write_planned().await?;
        let sql = "SELECT MIN(at) FROM (
                     SELECT * FROM (SELECT run_at AS at FROM jobs
                                    WHERE organisation_id = $1 AND state IN ('ready', 'sending') AND state = 'ready'
                                    ORDER BY run_at, id LIMIT 1) AS ready
                     UNION ALL
                     SELECT MIN(CASE WHEN lease_until > run_at THEN lease_until ELSE run_at END)
                     FROM jobs WHERE organisation_id = $1 AND state = 'sending') AS due";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation))
    }

    /// Gives jobs that were given up, and planned since `since`, all their attempts again, due at `at`. The first one was
    /// made: whoever claims them looks at the platform before anything is sent.
    pub async fn revive_jobs(&mut self, since: DateTime<Utc>, at: DateTime<Utc>) -> sqlx::Result<u64> {
        let sql = "UPDATE jobs SET state = 'ready', attempts = 1, run_at = $3
                   WHERE organisation_id = $1 AND state = 'dead' AND (planned_at > $2 OR run_at > $2)";
        let revived = change!(self, sqlx::query(sql).bind(self.organisation).bind(instant(since)).bind(instant(at)))?;
        self.planned |= revived > 0;
        Ok(revived)
    }

    /// The jobs that were given up, latest first, at most 20.
    pub async fn dead_jobs(&mut self) -> sqlx::Result<Vec<DeadJob>> {
        let sql = "SELECT id, kind, occurrence, attempts, COALESCE(error, '') AS error FROM jobs
                   WHERE organisation_id = $1 AND state = 'dead' ORDER BY id DESC LIMIT 20";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation))
    }

    /// How many jobs are in which state at `now`.
    pub async fn count_jobs(&mut self, now: DateTime<Utc>) -> sqlx::Result<JobCounts> {
        self.write_planned().await?;
        // Each state has its index: those that are done are many, and are not looked at.
        let sql = "SELECT COUNT(*) FILTER (WHERE state = 'ready' AND error IS NULL)
                            + (SELECT COUNT(*) FROM jobs WHERE organisation_id = $1 AND state = 'held') AS waiting,
                          COUNT(*) FILTER (WHERE state = 'sending') AS running,
                          COUNT(*) FILTER (WHERE state = 'ready' AND error IS NOT NULL) AS failed,
                          (SELECT COUNT(*) FROM jobs WHERE organisation_id = $1 AND state = 'dead') AS dead,
                          MIN(CASE WHEN state = 'ready' AND run_at <= $2 THEN run_at END) AS oldest_due
                   FROM jobs WHERE organisation_id = $1 AND state IN ('ready', 'sending')";
        run!(self, fetch_one, sqlx::query_as(sql).bind(self.organisation).bind(instant(now)))
    }

    /// Forgets jobs done whose time was before `before`; dead ones are kept.
    pub async fn forget_jobs(&mut self, before: DateTime<Utc>) -> sqlx::Result<u64> {
        let sql = "DELETE FROM jobs WHERE organisation_id = $1 AND state = 'done' AND run_at < $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(instant(before)))
    }

    /// Makes a job that waits due at `at`: what it waits for comes sooner or later than was planned.
    pub async fn move_job(&mut self, kind: &str, occurrence: &str, at: DateTime<Utc>) -> sqlx::Result<()> {
        self.write_planned().await?;
        let sql = "UPDATE jobs SET run_at = $4
                   WHERE organisation_id = $1 AND kind = $2 AND occurrence = $3 AND state = 'ready'";
        let moved =
            change!(self, sqlx::query(sql).bind(self.organisation).bind(kind).bind(occurrence).bind(instant(at)))?;
        self.planned |= moved > 0;
        Ok(())
    }
}
