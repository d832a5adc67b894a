//! What adapters keep over a restart.

use chrono::{DateTime, Utc};

use super::tx::{Tx, change, instant, run};

impl Tx {
    /// Keeps a value (JSON) under a name, in place of what was there.
    pub async fn keep_draft(&mut self, service: &str, name: &str, value: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "INSERT INTO drafts (organisation_id, service, name, kept_at, value) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (organisation_id, service, name) DO UPDATE SET kept_at = excluded.kept_at, value = excluded.value";
        change!(
            self,
            sqlx::query(sql).bind(self.organisation).bind(service).bind(name).bind(instant(now)).bind(value)
        )?;
        Ok(())
    }

    /// What is kept under a name.
    pub async fn draft(&mut self, service: &str, name: &str) -> sqlx::Result<Option<String>> {
        let sql = "SELECT value FROM drafts WHERE organisation_id = $1 AND service = $2 AND name = $3";
        run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation).bind(service).bind(name))
    }

    /// Everything kept under names that start with `prefix`, by name.
    pub async fn drafts_under(&mut self, service: &str, prefix: &str) -> sqlx::Result<Vec<(String, String)>> {
        let sql = "SELECT name, value FROM drafts
                   WHERE organisation_id = $1 AND service = $2 AND substr(name, 1, length($3)) = $3 ORDER BY name";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(service).bind(prefix))
    }

    /// Forgets what is kept under a name.
    pub async fn forget_draft(&mut self, service: &str, name: &str) -> sqlx::Result<()> {
        let sql = "DELETE FROM drafts WHERE organisation_id = $1 AND service = $2 AND name = $3";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(service).bind(name))?;
        Ok(())
    }

    /// Forgets what was kept before `before`, but for the services in `except`; returns how many.
    pub async fn forget_drafts(&mut self, before: DateTime<Utc>, except: &str) -> sqlx::Result<u64> {
        let sql = "DELETE FROM drafts WHERE organisation_id = $1 AND kept_at < $2 AND service <> $3";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(instant(before)).bind(except))
    }
}
