//! Requests of forms that were taken and wait to be worked off.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::tx::{Tx, change, instant, run};

/// A request that waits.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Waits {
    /// By what its sender asks after it.
    pub request: String,
    /// With which token it came.
    pub token_id: i64,
    /// Under which key.
    pub key: Option<String>,
    /// With which signature.
    pub signature: Option<String>,
    /// The hash of its body.
    pub body_hash: String,
    /// Whether it is one of many (1) or not (0).
    pub many: i64,
    /// What was read of it (JSON).
    pub sent: String,
    /// What became of the first of it (JSON); nothing if it was not begun.
    pub kept: Option<String>,
    /// When it came.
    pub at: DateTime<Utc>,
}

impl Tx {
    /// Takes a request; one of the same name that waits is the same.
    pub async fn wait_in_inbox(&mut self, it: &Waits) -> sqlx::Result<()> {
        let sql =
            "INSERT INTO intake_inbox (organisation_id, request, token_id, key, signature, body_hash, many, sent, at,
                       due_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (organisation_id, request) DO NOTHING";
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(&it.request)
                .bind(it.token_id)
                .bind(&it.key)
                .bind(&it.signature)
                .bind(&it.body_hash)
                .bind(it.many)
                .bind(&it.sent)
                .bind(instant(it.at))
        )?;
        Ok(())
    }

    /// The request that has been due for longest.
    pub async fn first_in_inbox(&mut self, now: DateTime<Utc>) -> sqlx::Result<Option<Waits>> {
        let sql = "SELECT request, token_id, key, signature, body_hash, many, sent, kept, at FROM intake_inbox
                   WHERE organisation_id = $1 AND due_at <= $2 ORDER BY due_at, request LIMIT 1";
        run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(instant(now)))
    }

    /// Keeps what became of the first leads of a request (JSON).
    pub async fn went_on_in_inbox(&mut self, request: &str, kept: &str) -> sqlx::Result<()> {
        let sql = "UPDATE intake_inbox SET kept = $3 WHERE organisation_id = $1 AND request = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(request).bind(kept))?;
        Ok(())
    }

    /// The request is worked off.
    pub async fn leave_inbox(&mut self, request: &str) -> sqlx::Result<()> {
        let sql = "DELETE FROM intake_inbox WHERE organisation_id = $1 AND request = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(request))?;
        Ok(())
    }

    /// What has been due for longest could not be worked off: later again, each time twice as late, an hour at most. How
    /// often that was so; nothing if nothing is due.
    pub async fn put_off_in_inbox(&mut self, now: DateTime<Utc>) -> sqlx::Result<Option<i64>> {
        let sql = "SELECT request, faults FROM intake_inbox
                   WHERE organisation_id = $1 AND due_at <= $2 ORDER BY due_at, request LIMIT 1";
        let first: Option<(String, i64)> =
            run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(instant(now)))?;
        let Some((request, faults)) = first else { return Ok(None) };
        let seconds = (10 << faults.clamp(0, 9)).min(3600);
        let sql =
            "UPDATE intake_inbox SET due_at = $3, faults = faults + 1 WHERE organisation_id = $1 AND request = $2";
        let due_at = now + chrono::TimeDelta::seconds(seconds);
        change!(self, sqlx::query(sql).bind(self.organisation).bind(&request).bind(instant(due_at)))?;
        Ok(Some(faults + 1))
    }

    /// Whether a request that came with a token waits.
    pub async fn is_in_inbox(&mut self, token: i64, request: &str) -> sqlx::Result<bool> {
        let sql = "SELECT COUNT(*) FROM intake_inbox WHERE organisation_id = $1 AND request = $2 AND token_id = $3";
        let waits: i64 =
            run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(request).bind(token))?;
        Ok(waits > 0)
    }

    /// How many requests could not be worked off so far.
    pub async fn count_failing_in_inbox(&mut self) -> sqlx::Result<i64> {
        let sql = "SELECT COUNT(*) FROM intake_inbox WHERE organisation_id = $1 AND faults > 0";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation))
    }

    /// How many requests wait.
    pub async fn count_inbox(&mut self) -> sqlx::Result<i64> {
        let sql = "SELECT COUNT(*) FROM intake_inbox WHERE organisation_id = $1";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation))
    }
}
