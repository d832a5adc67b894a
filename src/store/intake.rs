//! Leads over HTTP: the tokens they come with, and what was answered.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::refusals::unreadable;
use super::tx::{Tx, change, instant, run};
use crate::domain::{Source, TeamId};

/// What somebody sends leads with.
#[derive(Clone, PartialEq, Eq)]
pub struct IntakeToken {
    /// Its id.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// Where leads come from that do not say it.
    pub source: Source,
    /// Whose they are if they do not say it; the first team's if nobody's.
    pub team: Option<TeamId>,
    /// The SHA-256 of the token, in hexadecimal digits.
    pub hash: String,
    /// What requests are signed with, if they must be.
    pub secret: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When a lead last came with it.
    pub last_used_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    source: String,
    team_id: Option<TeamId>,
    token_hash: String,
    secret: Option<String>,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
}

impl Row {
    fn token(self) -> sqlx::Result<IntakeToken> {
        Ok(IntakeToken {
            id: self.id,
            name: self.name,
            source: self.source.parse().map_err(unreadable)?,
            team: self.team_id,
            hash: self.token_hash,
            secret: self.secret,
            created_at: self.created_at,
            revoked_at: self.revoked_at,
            last_used_at: self.last_used_at,
        })
    }
}

impl Tx {
    /// Every token, those that were revoked too, the oldest first.
    pub async fn intake_tokens(&mut self) -> sqlx::Result<Vec<IntakeToken>> {
        let sql = "SELECT id, name, source, team_id, token_hash, secret, created_at, revoked_at, last_used_at
                   FROM intake_tokens WHERE organisation_id = $1 ORDER BY id";
        let rows: Vec<Row> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation))?;
        rows.into_iter().map(Row::token).collect()
    }

    /// The token of this hash, also one that was revoked.
    pub async fn intake_token(&mut self, hash: &str) -> sqlx::Result<Option<IntakeToken>> {
        let sql = "SELECT id, name, source, team_id, token_hash, secret, created_at, revoked_at, last_used_at
                   FROM intake_tokens WHERE organisation_id = $1 AND token_hash = $2";
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(hash))?;
        row.map(Row::token).transpose()
    }

    /// The token of this id, also one that was revoked.
    pub async fn intake_token_of(&mut self, id: i64) -> sqlx::Result<IntakeToken> {
        let sql = "SELECT id, name, source, team_id, token_hash, secret, created_at, revoked_at, last_used_at
                   FROM intake_tokens WHERE organisation_id = $1 AND id = $2";
        let row: Row = run!(self, fetch_one, sqlx::query_as(sql).bind(self.organisation).bind(id))?;
        row.token()
    }

    /// Keeps a new token, whatever its `id` says; `false`: another one in use has its name.
    pub async fn add_intake_token(&mut self, token: &IntakeToken) -> sqlx::Result<bool> {
        let sql = "INSERT INTO intake_tokens (organisation_id, name, source, team_id, token_hash, secret, created_at)
                   SELECT $1, $2, $3, $4, $5, $6, $7
                   WHERE NOT EXISTS (SELECT 1 FROM intake_tokens
                                     WHERE organisation_id = $1 AND name = $2 AND revoked_at IS NULL)";
        let added = change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(&token.name)
                .bind(token.source.as_str())
                .bind(token.team)
                .bind(&token.hash)
                .bind(&token.secret)
                .bind(instant(token.created_at))
        )?;
        Ok(added > 0)
    }

    /// Revokes the token of a name; whether there was one in use.
    pub async fn revoke_intake_token(&mut self, name: &str, now: DateTime<Utc>) -> sqlx::Result<bool> {
        let sql = "UPDATE intake_tokens SET revoked_at = $3
                   WHERE organisation_id = $1 AND name = $2 AND revoked_at IS NULL";
        let revoked = change!(self, sqlx::query(sql).bind(self.organisation).bind(name).bind(instant(now)))?;
        Ok(revoked > 0)
    }

    /// Remembers that leads came with a token.
    pub async fn used_intake_token(&mut self, token: i64, now: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE intake_tokens SET last_used_at = $3 WHERE organisation_id = $1 AND id = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(token).bind(instant(now)))?;
        Ok(())
    }

    /// The hash of the body that came under a key, and what was answered.
    pub async fn intake_answer(&mut self, token: i64, key: &str) -> sqlx::Result<Option<(String, String)>> {
        let sql = "SELECT body_hash, answer FROM intake_requests
                   WHERE organisation_id = $1 AND token_id = $2 AND key = $3";
        run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(token).bind(key))
    }

    /// Keeps what was answered under a key, in place of what was answered there before.
    pub async fn keep_intake_answer(
        &mut self,
        token: i64,
        key: &str,
        (body_hash, answer): (&str, &str),
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let sql = "INSERT INTO intake_requests (organisation_id, token_id, key, body_hash, answer, at)
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organisation_id, token_id, key)
                   DO UPDATE SET body_hash = excluded.body_hash, answer = excluded.answer, at = excluded.at";
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(token)
                .bind(key)
                .bind(body_hash)
                .bind(answer)
                .bind(instant(now))
        )?;
        Ok(())
    }

    /// Forgets what was answered before a moment.
    pub async fn forget_intake(&mut self, before: DateTime<Utc>) -> sqlx::Result<u64> {
        let sql = "DELETE FROM intake_requests WHERE organisation_id = $1 AND at < $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(instant(before)))
    }
}
