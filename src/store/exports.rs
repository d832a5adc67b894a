//! Files of refusals that people asked for.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::refusals::{Row as RefusalRow, refusals_where};
use super::tx::{Tx, change, instant, run};
use super::used::Scope;
use crate::domain::{Days, PersonId, Refusal, RefusalNumber};

/// A file somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its id.
    pub id: i64,
    /// Who asked, and alone may have it.
    pub person: PersonId,
    /// `csv` or `xlsx`.
    pub format: String,
    /// Of which days.
    pub days: Days,
    /// How many refusals there were when it was asked for.
    pub all: i64,
    /// How many are written so far.
    pub written: i64,
    /// Whose refusals it was made of; `None` until then.
    pub made_for: Option<String>,
    /// Why there is no file: `not_yours`, `too_large`, `failed`, `not_sent`.
    pub refused: Option<String>,
    /// Whether it is made, or refused.
    pub is_done: bool,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    person_id: PersonId,
    format: String,
    from_day: NaiveDate,
    to_day: NaiveDate,
    rows_all: i64,
    rows_done: i64,
    made_for: Option<String>,
    refused: Option<String>,
    done_at: Option<DateTime<Utc>>,
}

macro_rules! exports_where {
    ($condition:literal) => {
        concat!(
            "SELECT id, person_id, format, from_day, to_day, rows_all, rows_done, made_for, refused, done_at FROM exports
             WHERE organisation_id = $1 AND ",
            $condition
        )
    };
}

impl From<Row> for Export {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            person: row.person_id,
            format: row.format,
            days: Days { from: row.from_day, to: row.to_day },
            all: row.rows_all,
            written: row.rows_done,
            made_for: row.made_for,
            refused: row.refused,
            is_done: row.done_at.is_some(),
        }
    }
}

impl Tx {
    /// Remembers what somebody asked for; returns its id.
    pub async fn ask_for_export(
        &mut self,
        (by, format): (PersonId, &str),
        days: Days,
        all: i64,
        now: DateTime<Utc>,
    ) -> sqlx::Result<i64> {
        let sql = "INSERT INTO exports (organisation_id, person_id, format, from_day, to_day, asked_at, rows_all)
                   VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
        run!(
            self,
            fetch_one,
            sqlx::query_scalar(sql)
                .bind(self.organisation)
                .bind(by)
                .bind(format)
                .bind(days.from)
                .bind(days.to)
                .bind(instant(now))
                .bind(all)
        )
    }

    /// A file somebody asked for.
    pub async fn export(&mut self, id: i64) -> sqlx::Result<Option<Export>> {
        let sql = exports_where!("id = $2");
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(id))?;
        Ok(row.map(Export::from))
    }

    /// The file somebody asked for that is not made yet, if there is one.
    pub async fn export_being_made(&mut self, person: PersonId) -> sqlx::Result<Option<Export>> {
        let sql = exports_where!("person_id = $2 AND done_at IS NULL ORDER BY id DESC LIMIT 1");
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(person))?;
        Ok(row.map(Export::from))
    }

    /// There will be no file; whether it was not decided before.
    pub async fn refuse_export(&mut self, id: i64, why: &str, now: DateTime<Utc>) -> sqlx::Result<bool> {
        let sql = "UPDATE exports SET refused = $3, done_at = $4
                   WHERE organisation_id = $1 AND id = $2 AND done_at IS NULL";
        let refused = change!(self, sqlx::query(sql).bind(self.organisation).bind(id).bind(why).bind(instant(now)))?;
        Ok(refused > 0)
    }

    /// A file that is made could not be sent; whether there was one.
    pub async fn export_is_not_sent(&mut self, id: i64, why: &str) -> sqlx::Result<bool> {
        let sql = "UPDATE exports SET refused = $3
                   WHERE organisation_id = $1 AND id = $2 AND done_at IS NOT NULL AND refused IS NULL";
        Ok(change!(self, sqlx::query(sql).bind(self.organisation).bind(id).bind(why))? > 0)
    }

    /// What is in a file that is made; `None` once it is forgotten.
    pub async fn export_content(&mut self, id: i64) -> sqlx::Result<Option<Vec<u8>>> {
        let sql = "SELECT content FROM exports WHERE organisation_id = $1 AND id = $2";
        let found: Option<Option<Vec<u8>>> =
            run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation).bind(id))?;
        Ok(found.flatten())
    }

    /// So many refusals of a file are written.
    pub async fn export_goes_on(&mut self, id: i64, written: i64) -> sqlx::Result<()> {
        let sql = "UPDATE exports SET rows_done = $3 WHERE organisation_id = $1 AND id = $2 AND done_at IS NULL";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(id).bind(written))?;
        Ok(())
    }

    /// A file is made; whether it was not before.
    pub async fn export_is_made(
        &mut self,
        id: i64,
        (written, made_for): (i64, &str),
        content: &[u8],
        now: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        let sql = "UPDATE exports SET rows_done = $3, content = $4, done_at = $5, made_for = $6
                   WHERE organisation_id = $1 AND id = $2 AND done_at IS NULL";
        let made = change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(id)
                .bind(written)
                .bind(content)
                .bind(instant(now))
                .bind(made_for)
        )?;
        Ok(made > 0)
    }

    /// Forgets what was in files that were asked for before a moment.
    pub async fn forget_exports(&mut self, before: DateTime<Utc>) -> sqlx::Result<u64> {
        let sql = "UPDATE exports SET content = NULL
                   WHERE organisation_id = $1 AND asked_at < $2 AND content IS NOT NULL";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(instant(before)))
    }

    /// How many refusals of some days somebody may have in a file.
    pub async fn count_to_export(&mut self, scope: Scope, days: Days) -> sqlx::Result<i64> {
        let sql = "SELECT COUNT(*) FROM refusals
                   WHERE organisation_id = $1 AND happened_on BETWEEN $2 AND $3 AND withdrawn_at IS NULL
                     AND outcome <> 'invalid' AND ($4 IS NULL OR owner_id = $4 OR logged_by = $4)
                     AND ($5 IS NULL OR team_id = $5)";
        let (person, team) = scope.parts();
        run!(
            self,
            fetch_one,
            sqlx::query_scalar(sql).bind(self.organisation).bind(days.from).bind(days.to).bind(person).bind(team)
        )
    }

    /// The next of those after a number, at most `most`.
    pub async fn to_export(
        &mut self,
        scope: Scope,
        days: Days,
        after: RefusalNumber,
        most: i64,
    ) -> sqlx::Result<Vec<Refusal>> {
        let sql = refusals_where!(
            "number > $2 AND happened_on BETWEEN $3 AND $4 AND withdrawn_at IS NULL AND outcome <> 'invalid'
             AND ($5 IS NULL OR owner_id = $5 OR logged_by = $5) AND ($6 IS NULL OR team_id = $6)
             ORDER BY number LIMIT $7"
        );
        let (person, team) = scope.parts();
        let rows: Vec<RefusalRow> = run!(
            self,
            fetch_all,
            sqlx::query_as(sql)
                .bind(self.organisation)
                .bind(after)
                .bind(days.from)
                .bind(days.to)
                .bind(person)
                .bind(team)
                .bind(most)
        )?;
        rows.into_iter().map(RefusalRow::refusal).collect()
    }
}
