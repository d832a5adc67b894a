//! What came from files: which rows were stored already, and as what.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::refusals::{Row, refusals_where};
use super::tx::{Tx, change, instant, run};
use crate::domain::{PersonId, Refusal, TeamId, account_key};

/// Somebody a file may name.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Colleague {
    /// Who.
    pub id: PersonId,
    /// What they are called.
    pub name: String,
    /// Their role, as stored.
    pub role: String,
    /// Their team.
    pub team_id: TeamId,
    /// When they left.
    pub left_at: Option<DateTime<Utc>>,
}

impl Tx {
    /// Everybody, whoever left too.
    pub async fn colleagues(&mut self) -> sqlx::Result<Vec<Colleague>> {
        let sql = "SELECT id, name, role, team_id, left_at FROM people WHERE organisation_id = $1 ORDER BY id";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation))
    }

    /// Whether a row of a file was stored before. `kind`: `leads`, `refusals` or `deals`.
    pub async fn was_imported(&mut self, kind: &str, key: &str) -> sqlx::Result<bool> {
        let sql = "SELECT COUNT(*) FROM import_rows WHERE organisation_id = $1 AND kind = $2 AND key = $3";
        let known: i64 = run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(kind).bind(key))?;
        Ok(known > 0)
    }

    /// Takes a row of a file, to be stored in this transaction; `false` if it was before. Two who read the same file at once
    /// take turns here: the second one finds what the first has stored.
    pub async fn take_import_row(
        &mut self,
        (kind, key): (&str, &str),
        by: PersonId,
        now: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        let sql = "INSERT INTO import_rows (organisation_id, kind, key, number, imported_by, imported_at)
                   VALUES ($1, $2, $3, 0, $4, $5) ON CONFLICT (organisation_id, kind, key) DO NOTHING";
        let taken =
            change!(self, sqlx::query(sql).bind(self.organisation).bind(kind).bind(key).bind(by).bind(instant(now)))?;
        Ok(taken > 0)
    }

    /// Says what a row that was taken became: a number; and who calls again on which day, if the day for that was over.
    pub async fn import_row_became(
        &mut self,
        (kind, key): (&str, &str),
        number: i64,
        moved: Option<(PersonId, NaiveDate)>,
    ) -> sqlx::Result<()> {
        let sql = "UPDATE import_rows SET number = $4, owner_id = $5, recontact_on = $6
                   WHERE organisation_id = $1 AND kind = $2 AND key = $3";
        let (owner, day) = moved.unzip();
        change!(
            self,
            sqlx::query(sql).bind(self.organisation).bind(kind).bind(key).bind(number).bind(owner).bind(day)
        )?;
        Ok(())
    }

    /// The last day to which calls of somebody were moved because their own was over, and how many there are on it.
    pub async fn last_moved_recontact(&mut self, owner: PersonId) -> sqlx::Result<Option<(NaiveDate, i64)>> {
        let sql = "SELECT recontact_on, COUNT(*) FROM import_rows
                   WHERE organisation_id = $1 AND owner_id = $2 AND recontact_on IS NOT NULL
                   GROUP BY recontact_on ORDER BY recontact_on DESC LIMIT 1";
        run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(owner))
    }

    /// The refusal of an account that people logged themselves and that happened between two days, if there is one.
    pub async fn refusal_logged_between(
        &mut self,
        account: &str,
        (from, to): (NaiveDate, NaiveDate),
    ) -> sqlx::Result<Option<Refusal>> {
        let sql = refusals_where!(
            "account_key = $2 AND withdrawn_at IS NULL AND happened_on >= $3 AND happened_on <= $4
             AND NOT EXISTS (SELECT 1 FROM import_rows i
                             WHERE i.organisation_id = $1 AND i.kind = 'refusals' AND i.number = refusals.number)
             ORDER BY number + 0 LIMIT 1"
        );
        let row: Option<Row> = run!(
            self,
            fetch_optional,
            sqlx::query_as(sql).bind(self.organisation).bind(account_key(account)).bind(from).bind(to)
        )?;
        row.map(Row::refusal).transpose()
    }
}
