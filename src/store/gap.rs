//! How often the client or the head says another reason than the rep.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::refusals::{joined_products, unreadable};
use super::tx::{Tx, instant, run};
use crate::domain::{Heard, PersonId, ReasonId, TeamId};

#[derive(FromRow)]
struct Row {
    reason: String,
    said: String,
    products: String,
    logged_by: PersonId,
    heard: i64,
}

impl Row {
    fn heard(self) -> sqlx::Result<Heard> {
        let reason: ReasonId = self.reason.parse().map_err(unreadable)?;
        let said: ReasonId = self.said.parse().map_err(unreadable)?;
        Ok(Heard {
            differing: if said.agrees_with(&reason) { 0 } else { self.heard },
            reason,
            products: joined_products(&self.products)?,
            rep: self.logged_by,
            heard: self.heard,
        })
    }
}

impl Tx {
    /// How often a team's refusals since a moment were given another reason than the rep's, by the rep's reason, by what
    /// was offered and by rep; as [`ReasonId::agrees_with`] says, a finer or broader word for the same is not another one.
    pub async fn reasons_heard(&mut self, team: TeamId, since: DateTime<Utc>) -> sqlx::Result<Vec<Heard>> {
        // What is heard: the one place that says so. What the head ruled goes before what the client said.
        let sql = "SELECT reason, said, products, logged_by, COUNT(*) AS heard
                   FROM (SELECT reason, products, logged_by, COALESCE(head_reason, client_reason) AS said FROM refusals
                         WHERE organisation_id = $1 AND team_id = $2 AND logged_at >= $3 AND withdrawn_at IS NULL
                           AND outcome <> 'invalid'
                           AND (head_reason IS NOT NULL OR client_reason IS NOT NULL)) heard
                   GROUP BY reason, said, products, logged_by";
        let rows: Vec<Row> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(instant(since)))?;
        rows.into_iter().map(Row::heard).collect()
    }
}
