//! An outage, until the time it took is given back to every lead that ran.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::Tx;
use super::tx::{change, instant, run};
use crate::domain::LeadNumber;

/// When nobody was there, and how far its time was given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Outage {
    /// When somebody was last there.
    pub since: DateTime<Utc>,
    /// When somebody was there again.
    pub until: DateTime<Utc>,
    /// The last lead that has its time back, in the order of their numbers.
    pub given: LeadNumber,
}

impl Tx {
    /// Remembers an outage.
    pub async fn begin_outage(&mut self, since: DateTime<Utc>, until: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE organisations SET outage_since = $2, outage_until = $3, outage_given = 0 WHERE id = $1";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(instant(since)).bind(instant(until)))?;
        Ok(())
    }

    /// The outage whose time is not all given back.
    pub async fn outage(&mut self) -> sqlx::Result<Option<Outage>> {
        let sql = "SELECT outage_since AS since, outage_until AS until, outage_given AS given FROM organisations
                   WHERE id = $1 AND outage_since IS NOT NULL AND outage_until IS NOT NULL AND outage_given IS NOT NULL";
        run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation))
    }

    /// The leads as far as `to` have their time back; all of them, if it names none. `false`: another process was quicker.
    pub async fn outage_given(&mut self, outage: &Outage, to: Option<LeadNumber>) -> sqlx::Result<bool> {
        let changed = match to {
            Some(to) => {
                let sql = "UPDATE organisations SET outage_given = $3 WHERE id = $1 AND outage_given = $2";
                change!(self, sqlx::query(sql).bind(self.organisation).bind(outage.given).bind(to))?
            }
            None => {
                let sql = "UPDATE organisations SET outage_since = NULL, outage_until = NULL, outage_given = NULL
                           WHERE id = $1 AND outage_given = $2";
                change!(self, sqlx::query(sql).bind(self.organisation).bind(outage.given))?
            }
        };
        Ok(changed > 0)
    }
}
