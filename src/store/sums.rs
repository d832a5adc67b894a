//! How many refusals there were and what they were worth: kept in the transaction that changes a refusal, so that no
//! question counts refusals again.
//!
//! A week is one row a cell, with a column for each of its days; whole months are rows of their own. Days are those on
//! which clients said no, as their rep gave them, so a team's time zone has no part in it.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use sqlx::AssertSqlSafe;

use super::kept::{Kept, kept_where};
use super::refusals::{joined_products, unreadable};
use super::tx::{Tx, change, run};
use crate::domain::{PersonId, ReasonId, TeamId, first_of_month, monday};

/// How many rows one statement writes.
const ROWS: usize = 100;

/// A cell: team, axes, row, column, currency.
type Cell = (TeamId, &'static str, String, String, String);

/// A cell of a week or a month, which begins on this day.
type Place = (Cell, NaiveDate);

/// How many, and how much.
type Added = (i64, i64);

/// The same on each day of a week.
type ByDay = ([i64; 7], [i64; 7]);

/// What is to be added to cells, by week and by month.
#[derive(Default)]
struct Tally {
    weeks: BTreeMap<Place, ByDay>,
    months: BTreeMap<Place, Added>,
}

impl Kept {
    /// The cells it is in, each once.
    fn cells(&self) -> sqlx::Result<Vec<(&'static str, String, String)>> {
        let mut products: Vec<String> = joined_products(&self.products)?.iter().map(ToString::to_string).collect();
        products.sort_unstable();
        products.dedup();
        if products.is_empty() {
            products.push(String::new());
        }
        let reason = self.head_reason.as_ref().or(self.client_reason.as_ref()).unwrap_or(&self.reason);
        let reason: ReasonId = reason.parse().map_err(unreadable)?;
        let (rep, reason, none) = (self.logged_by.0.to_string(), reason.level1().to_owned(), String::new);
        let mut cells = vec![
            ("all", none(), none()),
            ("rep", rep.clone(), none()),
            ("reason", reason.clone(), none()),
            ("segment", self.segment_key.clone().unwrap_or_default(), none()),
            ("source", self.source.clone().unwrap_or_default(), none()),
            ("competitor", self.competitor_key.clone().unwrap_or_default(), none()),
            ("rep.reason", rep.clone(), reason.clone()),
        ];
        if let Some(segment) = &self.segment_key {
            cells.push(("segment.reason", segment.clone(), reason.clone()));
        }
        for product in products {
            cells.push(("product", product.clone(), none()));
            cells.push(("rep.product", rep.clone(), product.clone()));
            cells.push(("product.reason", product, reason.clone()));
        }
        Ok(cells)
    }
}

impl Tally {
    /// Counts a refusal once more, or (`-1`) once less.
    fn add(&mut self, counted: &Kept, times: i64) -> sqlx::Result<()> {
        let currency = counted.budget_currency.clone().unwrap_or_default();
        let money = times * counted.budget_minor.unwrap_or(0);
        let day = counted.happened_on;
        let (week, at) = (monday(day), day.weekday().num_days_from_monday() as usize);
        for (axes, a, b) in counted.cells()? {
            let cell: Cell = (counted.team_id, axes, a, b, currency.clone());
            let (n, m) = self.weeks.entry((cell.clone(), week)).or_default();
            n[at] += times;
            m[at] += money;
            let (n, m) = self.months.entry((cell, first_of_month(day))).or_default();
            *n += times;
            *m += money;
        }
        Ok(())
    }
}

impl Tx {
    /// Counts a refusal that changed as it is now, no longer as it was; `None` where it counts nowhere.
    pub(super) async fn count_again(&mut self, was: Option<&Kept>, is: Option<&Kept>) -> sqlx::Result<()> {
        let mut tally = Tally::default();
        if let Some(was) = was {
            tally.add(was, -1)?;
        }
        if let Some(is) = is {
            tally.add(is, 1)?;
        }
        self.write_tally(tally).await?;
        match is {
            Some(is) if was.is_none_or(|was| was.names() != is.names()) => self.name_written([is]).await,
            _ => Ok(()),
        }
    }

    /// What a stranger logged is somebody's now.
    pub(super) async fn count_for(&mut self, stranger: PersonId, person: PersonId) -> sqlx::Result<()> {
        let sql = kept_where!("withdrawn_at IS NULL AND outcome <> 'invalid' AND logged_by = $2");
        let theirs: Vec<Kept> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(stranger))?;
        let mut tally = Tally::default();
        for was in theirs {
            tally.add(&was, -1)?;
            tally.add(&Kept { logged_by: person, ..was }, 1)?;
        }
        self.write_tally(tally).await
    }

    /// Counts at most `most` refusals of a version that did not count; whether there may be more.
    pub(super) async fn count_earlier(&mut self, most: i64) -> sqlx::Result<bool> {
        let sql = "SELECT summed_to FROM organisations WHERE id = $1";
        let to: Option<Option<i64>> = run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation))?;
        let Some(to) = to.flatten() else { return Ok(false) };
        let sql = kept_where!("withdrawn_at IS NULL AND outcome <> 'invalid' AND number > $2 ORDER BY number LIMIT $3");
        let rows: Vec<Kept> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(to).bind(most))?;
        let mut tally = Tally::default();
        for row in &rows {
            tally.add(row, 1)?;
        }
        self.write_tally(tally).await?;
        self.name_written(rows.iter()).await?;
        let last = rows.last().map(|row| row.number);
        let sql = "UPDATE organisations SET summed_to = $2 WHERE id = $1";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(last))?;
        Ok(last.is_some())
    }

    /// Lets the database see how the tables of sums are filled: until it has, PostgreSQL reads a whole team for a week.
    pub(super) async fn measure_sums(&mut self) -> sqlx::Result<()> {
        for sql in ["ANALYZE weekly_sums", "ANALYZE monthly_sums"] {
            change!(self, sqlx::query(sql))?;
        }
        Ok(())
    }

    async fn write_tally(&mut self, tally: Tally) -> sqlx::Result<()> {
        let weeks: Vec<_> = tally.weeks.into_iter().filter(|(_, (n, m))| (n, m) != (&[0; 7], &[0; 7])).collect();
        for rows in weeks.chunks(ROWS) {
            self.add_to_weeks(rows).await?;
        }
        let months: Vec<_> = tally.months.into_iter().filter(|(_, sums)| *sums != (0, 0)).collect();
        for rows in months.chunks(ROWS) {
            self.add_to_months(rows).await?;
        }
        Ok(())
    }

    async fn add_to_weeks(&mut self, rows: &[(Place, ByDay)]) -> sqlx::Result<()> {
        let columns = ["n1", "n2", "n3", "n4", "n5", "n6", "n7", "m1", "m2", "m3", "m4", "m5", "m6", "m7"];
        let sql = adding("weekly_sums", "monday", &columns, rows.len());
        change!(self, {
            let mut query = sqlx::query(AssertSqlSafe(sql.as_str())).bind(self.organisation);
            for (((team, axes, a, b, currency), week), (n, m)) in rows {
                query = query.bind(*team).bind(*axes).bind(*week).bind(a).bind(b).bind(currency);
                for sum in n.iter().chain(m) {
                    query = query.bind(*sum);
                }
            }
            query
        })?;
        Ok(())
    }

    async fn add_to_months(&mut self, rows: &[(Place, Added)]) -> sqlx::Result<()> {
        let sql = adding("monthly_sums", "month", &["n", "m"], rows.len());
        change!(self, {
            let mut query = sqlx::query(AssertSqlSafe(sql.as_str())).bind(self.organisation);
            for (((team, axes, a, b, currency), month), (n, m)) in rows {
                query = query.bind(*team).bind(*axes).bind(*month).bind(a).bind(b).bind(currency).bind(*n).bind(*m);
            }
            query
        })?;
        Ok(())
    }
}

/// A statement that adds this many rows to a table of sums.
fn adding(table: &str, days: &str, columns: &[&str], rows: usize) -> String {
    let mut sql = format!(
        "INSERT INTO {table} (organisation_id, team_id, axes, {days}, a, b, currency, {}) VALUES ",
        columns.join(", ")
    );
    let each = 6 + columns.len();
    for row in 0..rows {
        let binds: Vec<String> = (0..each).map(|n| format!("${}", 2 + row * each + n)).collect();
        sql += if row == 0 { "($1, " } else { ", ($1, " };
        sql += &binds.join(", ");
        sql.push(')');
    }
    let sums: Vec<String> =
        columns.iter().map(|column| format!("{column} = {table}.{column} + excluded.{column}")).collect();
    let key = format!("organisation_id, team_id, axes, {days}, a, b, currency");
    format!("{sql} ON CONFLICT ({key}) DO UPDATE SET {}", sums.join(", "))
}
