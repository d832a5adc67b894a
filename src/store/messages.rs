//! What the bot said by itself.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::tx::{Tx, change, instant, run};

/// A message the bot says by itself, or is about to.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct MessageRow {
    /// What it says: `refusal:214`.
    pub notice: String,
    /// What it carries, invisibly.
    pub marker: String,
    /// Where it goes, JSON: every attempt looks in the same place, until it is surely not there.
    pub place: String,
    /// When that was first decided: it cannot have been posted earlier.
    pub decided_at: DateTime<Utc>,
    /// The posted message, JSON; `None` until it is known to be posted.
    pub message: Option<String>,
    /// When it was known to be posted.
    pub posted_at: Option<DateTime<Utc>>,
}

impl Tx {
    /// When a message whose notice is named like this was posted last.
    pub async fn last_posted(&mut self, like: &str) -> sqlx::Result<Option<DateTime<Utc>>> {
        let sql = "SELECT MAX(posted_at) FROM messages WHERE organisation_id = $1 AND notice LIKE $2";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(like))
    }

    /// Decides where a notice goes, unless that is decided already; returns what stands.
    pub async fn decide_message(
        &mut self,
        notice: &str,
        marker: &str,
        place: &str,
        now: DateTime<Utc>,
    ) -> sqlx::Result<MessageRow> {
        let sql =
            "INSERT INTO messages (organisation_id, notice, marker, place, decided_at) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (organisation_id, notice) DO NOTHING
                   RETURNING notice, marker, place, decided_at, message, posted_at";
        let new: Option<MessageRow> = run!(
            self,
            fetch_optional,
            sqlx::query_as(sql).bind(self.organisation).bind(notice).bind(marker).bind(place).bind(instant(now))
        )?;
        match new {
            Some(new) => Ok(new),
            None => self.message(notice).await?.ok_or(sqlx::Error::RowNotFound),
        }
    }

    /// Decides anew where a notice goes, unless it is known to be posted.
    pub async fn move_message(&mut self, notice: &str, place: &str) -> sqlx::Result<()> {
        let sql = "UPDATE messages SET place = $3 WHERE organisation_id = $1 AND notice = $2 AND message IS NULL";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(notice).bind(place))?;
        Ok(())
    }

    /// The message of a notice, if it was decided.
    pub async fn message(&mut self, notice: &str) -> sqlx::Result<Option<MessageRow>> {
        let sql = "SELECT notice, marker, place, decided_at, message, posted_at FROM messages
                   WHERE organisation_id = $1 AND notice = $2";
        run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(notice))
    }

    /// Which of these notices were posted.
    pub async fn posted_of(&mut self, notices: [String; 8]) -> sqlx::Result<Vec<String>> {
        let sql = "SELECT notice FROM messages
                   WHERE organisation_id = $1 AND notice IN ($2, $3, $4, $5, $6, $7, $8, $9) AND message IS NOT NULL";
        run!(
            self,
            fetch_all,
            notices.iter().fold(sqlx::query_scalar(sql).bind(self.organisation), sqlx::query::QueryScalar::bind)
        )
    }

    /// Remembers the posted message (JSON) of a notice.
    pub async fn message_posted(&mut self, notice: &str, message: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE messages SET message = $3, posted_at = $4
                   WHERE organisation_id = $1 AND notice = $2 AND message IS NULL";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(notice).bind(message).bind(instant(now)))?;
        Ok(())
    }
}
