//! What follows from a refusal: sums, and the words it is found by. Kept in the transaction that changes it, so that no
//! question reads refusals again.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::indexed::{Indexed, Said};
use super::tx::{Tx, run};
use crate::domain::{PersonId, RefusalNumber, TeamId};

/// What of a refusal is counted or found.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(super) struct Kept {
    pub(super) number: RefusalNumber,
    pub(super) team_id: TeamId,
    pub(super) account: String,
    pub(super) contact: Option<String>,
    pub(super) contact_role: Option<String>,
    pub(super) outcome: String,
    pub(super) reason: String,
    pub(super) head_reason: Option<String>,
    pub(super) client_reason: Option<String>,
    pub(super) products: String,
    pub(super) budget_minor: Option<i64>,
    pub(super) budget_currency: Option<String>,
    pub(super) competitor: Option<String>,
    pub(super) competitor_key: Option<String>,
    pub(super) verbatim: Option<String>,
    pub(super) segment: Option<String>,
    pub(super) segment_key: Option<String>,
    pub(super) source: Option<String>,
    pub(super) happened_on: NaiveDate,
    pub(super) owner_id: PersonId,
    pub(super) logged_by: PersonId,
    pub(super) stage: String,
    pub(super) withdrawn_at: Option<DateTime<Utc>>,
    pub(super) delegate_id: Option<PersonId>,
}

macro_rules! kept_where {
    ($condition:literal) => {
        concat!(
            "SELECT number, team_id, account, contact, contact_role, outcome, reason, head_reason, client_reason, products,
                    budget_minor, budget_currency, competitor, competitor_key, verbatim, segment, segment_key, source,
                    happened_on, owner_id, logged_by, stage, withdrawn_at, delegate_id
             FROM refusals WHERE organisation_id = $1 AND ",
            $condition
        )
    };
}

pub(super) use kept_where;

/// A refusal at a moment, with what was said of it; nothing if it was not there.
#[derive(Default)]
pub(super) struct Found {
    pub(super) row: Option<Kept>,
    pub(super) said: Vec<Said>,
}

impl Found {
    /// What is counted: not what was withdrawn, or is invalid.
    fn counted(&self) -> Option<&Kept> {
        self.row.as_ref().filter(|row| row.withdrawn_at.is_none() && row.outcome != "invalid")
    }

    /// By which words it is found: by none once it was withdrawn.
    fn indexed(&self) -> sqlx::Result<Indexed> {
        match self.row.as_ref().filter(|row| row.withdrawn_at.is_none()) {
            Some(row) => row.indexed(&self.said),
            None => Ok(Indexed::new()),
        }
    }
}

impl Tx {
    /// A refusal before or after a change.
    pub(super) async fn found(&mut self, number: RefusalNumber) -> sqlx::Result<Found> {
        let sql = kept_where!("number = $2");
        let row: Option<Kept> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(number))?;
        let said = if row.is_some() { self.said_between(number, number).await? } else { Vec::new() };
        Ok(Found { row, said })
    }

    /// Counts a refusal that changed as it is now, and lets it be found by that: no longer as it was.
    pub(super) async fn follows(&mut self, number: RefusalNumber, was: &Found, is: &Found) -> sqlx::Result<()> {
        self.count_again(was.counted(), is.counted()).await?;
        self.index_again(number, &was.indexed()?, is.indexed()?).await
    }

    /// The same, with the refusal as it is found now.
    pub(super) async fn follows_now(&mut self, number: RefusalNumber, was: &Found) -> sqlx::Result<()> {
        let is = self.found(number).await?;
        self.follows(number, was, &is).await
    }
}
