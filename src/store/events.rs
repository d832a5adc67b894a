//! What was already answered.

use chrono::{DateTime, Utc};

use super::tx::{Tx, change, instant, run};

impl Tx {
    /// The reply (JSON) that an event got the first time, if it was seen before.
    pub async fn seen(&mut self, event: &str) -> sqlx::Result<Option<String>> {
        let sql = "SELECT reply FROM seen_events WHERE organisation_id = $1 AND event = $2";
        run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation).bind(event))
    }

    /// Remembers the reply (JSON) an event got. Fails if another transaction remembered one meanwhile.
    pub async fn saw(&mut self, event: &str, reply: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "INSERT INTO seen_events (organisation_id, event, seen_at, reply) VALUES ($1, $2, $3, $4)";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(event).bind(instant(now)).bind(reply))?;
        Ok(())
    }

    /// Forgets events answered before `before`; returns how many.
    pub async fn forget_events(&mut self, before: DateTime<Utc>) -> sqlx::Result<u64> {
        let sql = "DELETE FROM seen_events WHERE organisation_id = $1 AND seen_at < $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(instant(before)))
    }
}
