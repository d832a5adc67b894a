//! Refusals that wait for "is it the same one?".

use chrono::{DateTime, Utc};

use super::refusals::unreadable;
use super::tx::{Tx, change, instant, run};
use crate::domain::{Details, PersonId, RefusalNumber};

/// A refusal that waits for "is it the same one?".
#[derive(Clone, Debug)]
pub struct Pending {
    /// Who typed it.
    pub person: PersonId,
    /// The one it may repeat.
    pub earlier: RefusalNumber,
    /// What was typed.
    pub details: Details,
    /// The number it was stored under, or the earlier one, once decided.
    pub became: Option<RefusalNumber>,
}

impl Tx {
    /// Keeps a refusal until it is decided whether it is the same as `earlier`; returns its id.
    pub async fn keep_pending(&mut self, pending: &Pending, now: DateTime<Utc>) -> sqlx::Result<i64> {
        let sql = "INSERT INTO pending_refusals (organisation_id, person_id, earlier, details, asked_at)
                   VALUES ($1, $2, $3, $4, $5) RETURNING id";
        let details = serde_json::to_string(&pending.details).map_err(|e| sqlx::Error::Encode(e.into()))?;
        run!(
            self,
            fetch_one,
            sqlx::query_scalar(sql)
                .bind(self.organisation)
                .bind(pending.person)
                .bind(pending.earlier)
                .bind(&details)
                .bind(instant(now))
        )
    }

    /// A refusal that waits, or waited, for a decision.
    pub async fn pending(&mut self, id: i64) -> sqlx::Result<Option<Pending>> {
        let sql = "SELECT person_id, earlier, details, became FROM pending_refusals
                   WHERE organisation_id = $1 AND id = $2";
        let row: Option<(PersonId, RefusalNumber, String, Option<RefusalNumber>)> =
            run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(id))?;
        row.map(|(person, earlier, details, became)| {
            let details = serde_json::from_str(&details).map_err(unreadable)?;
            Ok(Pending { person, earlier, details, became })
        })
        .transpose()
    }

    /// Decides a waiting refusal; what it became.
    pub async fn decide_pending(&mut self, id: i64, became: RefusalNumber, now: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE pending_refusals SET became = $3, decided_at = $4
                   WHERE organisation_id = $1 AND id = $2 AND became IS NULL";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(id).bind(became).bind(instant(now)))?;
        Ok(())
    }

    /// Forgets what was asked about and decided before `before`; what waits is kept, however old.
    pub async fn forget_pending(&mut self, before: DateTime<Utc>) -> sqlx::Result<u64> {
        let sql = "DELETE FROM pending_refusals WHERE organisation_id = $1 AND became IS NOT NULL AND decided_at < $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(instant(before)))
    }
}
