//! Leads that came with many, told together.

use chrono::{DateTime, Utc};

use super::leads::{Row, leads_where};
use super::tx::{Tx, instant, run};
use crate::domain::{Lead, PersonId, TeamId};

/// Which leads are told together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// Those somebody was given.
    Given(PersonId),
    /// Those somebody was reminded of.
    Reminded(PersonId),
    /// Those somebody has and whose time is over.
    Late(PersonId),
    /// Those taken from somebody, that nobody has yet.
    Taken(PersonId),
    /// Those of a team that may be claimed.
    Open(TeamId),
}

macro_rules! together {
    ($condition:literal) => {
        (
            leads_where!(
                $condition,
                " AND imported = 1 AND passed_on = 0 AND over_at IS NULL AND state = 'waiting' ORDER BY due_at, number LIMIT $5"
            ),
            concat!(
                "SELECT COUNT(*) FROM leads WHERE organisation_id = $1 AND ",
                $condition,
                " AND imported = 1 AND passed_on = 0 AND over_at IS NULL AND state = 'waiting'"
            ),
        )
    };
}

impl Together {
    /// The query of the leads, that of their number, and whose they are.
    fn sql(self) -> (&'static str, &'static str, i64) {
        let ((list, count), id) = match self {
            Together::Given(person) => {
                (together!("owner_id = $2 AND turn_began_at >= $3 AND turn_began_at < $4"), person.0)
            }
            Together::Reminded(person) => {
                (together!("owner_id = $2 AND rung = 1 AND rung_at >= $3 AND rung_at < $4"), person.0)
            }
            Together::Late(person) => {
                (together!("owner_id = $2 AND rung = 2 AND rung_at >= $3 AND rung_at < $4"), person.0)
            }
            Together::Taken(person) => (
                together!("owner_id IS NULL AND taken_from = $2 AND rung = 3 AND rung_at >= $3 AND rung_at < $4"),
                person.0,
            ),
            Together::Open(team) => {
                (together!("owner_id IS NULL AND team_id = $2 AND rung = 3 AND rung_at >= $3 AND rung_at < $4"), team.0)
            }
        };
        (list, count, id)
    }
}

impl Tx {
    /// How many leads that came with many wait for those of a team who want no reminders.
    pub async fn count_leads_unsaid(&mut self, team: TeamId) -> sqlx::Result<i64> {
        let sql = "SELECT COUNT(*) FROM leads WHERE organisation_id = $1 AND imported = 1 AND passed_on = 0
                     AND over_at IS NULL AND state = 'waiting'
                     AND owner_id IN (SELECT id FROM people WHERE organisation_id = $1 AND team_id = $2
                                        AND COALESCE(reminders, '') <> 'on')";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(team))
    }

    /// The leads that are told together and to which that happened between two instants, the second one not included: at
    /// most `most`, those due first, and how many there are.
    pub async fn leads_together(
        &mut self,
        together: Together,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        most: i64,
    ) -> sqlx::Result<(Vec<Lead>, i64)> {
        let (list, count, id) = together.sql();
        let (from, to) = (instant(from), instant(to));
        let rows: Vec<Row> = run!(
            self,
            fetch_all,
            sqlx::query_as(list).bind(self.organisation).bind(id).bind(from).bind(to).bind(most)
        )?;
        let count: i64 =
            run!(self, fetch_one, sqlx::query_scalar(count).bind(self.organisation).bind(id).bind(from).bind(to))?;
        Ok((rows.into_iter().map(Row::lead).collect::<sqlx::Result<_>>()?, count))
    }
}
