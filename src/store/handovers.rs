//! Who gave a refusal to whom, and why.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::refusals::{Moved, found};
use super::traits::Trait;
use super::tx::{Tx, change, instant, run};
use crate::domain::{PersonId, RefusalNumber, TeamId};

/// What somebody was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// The refusal itself: they are its owner.
    Owned,
    /// The decision about it.
    Delegated,
}

impl Given {
    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Given::Owned => "owned",
            Given::Delegated => "delegated",
        }
    }
}

/// A refusal that somebody gave to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// Its id; not used when it is stored.
    pub id: i64,
    /// Which refusal.
    pub refusal: RefusalNumber,
    /// What of it.
    pub what: Given,
    /// Who gave it.
    pub by: PersonId,
    /// To whom.
    pub to: PersonId,
    /// When.
    pub at: DateTime<Utc>,
    /// What they said with it.
    pub note: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    refusal: RefusalNumber,
    what: String,
    given_by: PersonId,
    given_to: PersonId,
    given_at: DateTime<Utc>,
    note: Option<String>,
}

impl Row {
    fn handover(self) -> sqlx::Result<Handover> {
        let what = [Given::Owned, Given::Delegated].into_iter().find(|given| given.as_str() == self.what);
        let what = what.ok_or_else(|| sqlx::Error::Decode(format!("nothing is given as {:?}", self.what).into()))?;
        let Row { id, refusal, given_by: by, given_to: to, given_at: at, note, .. } = self;
        Ok(Handover { id, refusal, what, by, to, at, note })
    }
}

impl Tx {
    /// Remembers who gave a refusal to whom; returns its id.
    pub async fn handed(&mut self, handover: &Handover) -> sqlx::Result<i64> {
        let sql = "INSERT INTO handovers (organisation_id, refusal, what, given_by, given_to, given_at, note)
                   VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
        run!(
            self,
            fetch_one,
            sqlx::query_scalar(sql)
                .bind(self.organisation)
                .bind(handover.refusal)
                .bind(handover.what.as_str())
                .bind(handover.by)
                .bind(handover.to)
                .bind(instant(handover.at))
                .bind(&handover.note)
        )
    }

    /// Who gave a refusal to whom, in order.
    pub async fn handovers(&mut self, refusal: RefusalNumber) -> sqlx::Result<Vec<Handover>> {
        let sql = "SELECT id, refusal, what, given_by, given_to, given_at, note FROM handovers
                   WHERE organisation_id = $1 AND refusal = $2 ORDER BY id";
        let rows: Vec<Row> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(refusal))?;
        rows.into_iter().map(Row::handover).collect()
    }

    /// One of them.
    pub async fn handover(&mut self, id: i64) -> sqlx::Result<Option<Handover>> {
        let sql = "SELECT id, refusal, what, given_by, given_to, given_at, note FROM handovers
                   WHERE organisation_id = $1 AND id = $2";
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(id))?;
        row.map(Row::handover).transpose()
    }

    /// Remembers whether a refusal that could validate itself was drawn for its head.
    pub async fn drawn(&mut self, refusal: RefusalNumber, sampled: bool) -> sqlx::Result<()> {
        let sql = "UPDATE refusals SET sampled = $3 WHERE organisation_id = $1 AND number = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(refusal).bind(sampled))?;
        Ok(())
    }

    /// Lets somebody decide about a refusal beside its head.
    pub async fn delegate(&mut self, refusal: RefusalNumber, to: PersonId) -> sqlx::Result<()> {
        let sql = "UPDATE refusals SET delegate_id = $3 WHERE organisation_id = $1 AND number = $2";
        let was = self.found(refusal).await?;
        change!(self, sqlx::query(sql).bind(self.organisation).bind(refusal).bind(to))?;
        self.follows_now(refusal, &was).await
    }

    /// The refusals that wait for the decision of somebody they were delegated to, oldest first, at most `most`.
    pub async fn delegated_to(&mut self, person: PersonId, most: i64) -> sqlx::Result<Vec<RefusalNumber>> {
        let sql = "SELECT number FROM refusals WHERE organisation_id = $1 AND delegate_id = $2
                     AND stage IN ('logged', 'with_head') AND withdrawn_at IS NULL
                   ORDER BY logged_at, number LIMIT $3";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(person).bind(most))
    }

    /// The team of each refusal that has waited since `since` for the decision of somebody it was delegated to; at most
    /// two hundred.
    pub async fn delegated_since(&mut self, person: PersonId, since: DateTime<Utc>) -> sqlx::Result<Vec<TeamId>> {
        let sql = "SELECT team_id FROM refusals WHERE organisation_id = $1 AND delegate_id = $2
                     AND stage IN ('logged', 'with_head') AND withdrawn_at IS NULL AND logged_at <= $3
                   ORDER BY logged_at LIMIT 200";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(person).bind(instant(since)))
    }

    /// Whoever left decides in nobody's place any more.
    pub(super) async fn undelegate(&mut self, person: PersonId) -> sqlx::Result<()> {
        let sql = "UPDATE refusals SET delegate_id = NULL WHERE organisation_id = $1 AND delegate_id = $2
                     AND stage IN ('logged', 'with_head') AND withdrawn_at IS NULL
                   RETURNING number, withdrawn_at";
        let theirs: Vec<Moved> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(person))?;
        self.index_moved(&found(theirs), &Trait::Delegate(person), None).await
    }

    /// Those who can decide about a refusal of a team in place of its head, by name, heads and admins first: the team's,
    /// and whoever leads another; with each whether they ever said until when they are away.
    pub async fn people_who_decide(&mut self, team: TeamId) -> sqlx::Result<Vec<(PersonId, String, bool)>> {
        let sql = "SELECT id, name, away_until IS NOT NULL FROM people
                   WHERE organisation_id = $1 AND left_at IS NULL
                     AND ((team_id = $2 AND role IN ('rep', 'head')) OR role IN ('head', 'admin'))
                   ORDER BY CASE role WHEN 'rep' THEN 1 ELSE 0 END, name, id";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team))
    }
}
