//! What somebody gave to what everybody knows.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::tx::{Tx, instant, run};
use crate::domain::PersonId;

/// What became of the refusals somebody logged: how many each, invalid and withdrawn ones left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Contribution {
    /// All of them.
    pub logged: i64,
    /// Of which they said how it went.
    pub debriefed: i64,
    /// Of which the client said why, themselves.
    pub confirmed: i64,
    /// That the head validated with the client.
    pub validated: i64,
    /// That were won back.
    pub won_back: i64,
    /// How often what won one of theirs back was tried again for another client.
    pub reused: i64,
}

impl Tx {
    /// What became of the refusals somebody logged since `since`; of their plays, how often each was tried since.
    pub async fn contribution(&mut self, person: PersonId, since: DateTime<Utc>) -> sqlx::Result<Contribution> {
        let sql = "SELECT COUNT(*) AS logged,
                       COUNT(*) FILTER (WHERE EXISTS (SELECT 1 FROM answers a WHERE a.organisation_id = $1
                           AND a.refusal = r.number AND a.questionnaire = 'debrief')) AS debriefed,
                       COUNT(*) FILTER (WHERE client_reason IS NOT NULL OR EXISTS (SELECT 1 FROM answers a
                           WHERE a.organisation_id = $1 AND a.refusal = r.number AND a.questionnaire = 'review'))
                           AS confirmed,
                       COUNT(*) FILTER (WHERE EXISTS (SELECT 1 FROM decisions d WHERE d.organisation_id = $1
                           AND d.refusal = r.number AND d.stage = 'validated' AND d.decided_by <> $2)) AS validated,
                       COUNT(*) FILTER (WHERE stage = 'won_back') AS won_back,
                       (SELECT COUNT(*) FROM refusals o
                           JOIN plays p ON p.organisation_id = $1 AND p.refusal = o.number
                           JOIN decisions d ON d.organisation_id = $1 AND d.play_id = p.id AND d.decided_at >= $3
                           WHERE o.organisation_id = $1 AND o.logged_by = $2 AND o.stage = 'won_back'
                             AND o.withdrawn_at IS NULL) AS reused
                   FROM refusals r
                   WHERE organisation_id = $1 AND logged_by = $2 AND logged_at >= $3 AND withdrawn_at IS NULL
                     AND outcome <> 'invalid'";
        run!(self, fetch_one, sqlx::query_as(sql).bind(self.organisation).bind(person).bind(instant(since)))
    }
}
