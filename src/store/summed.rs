//! Sums of refusals, read: what a table of figures is made of.

use std::collections::BTreeMap;

use super::refusals::unreadable;
use super::spans::{Part, parts};
use super::tx::{Tx, run};
use crate::domain::{Currency, Days, PersonId, TeamId, View};

/// One cell: how many refusals, and what those in one currency were worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The key of its row: a person's or product's id, a reason, a source, a folded name. `None`: all of them together.
    pub row: Option<String>,
    /// The key of its column, likewise.
    pub column: Option<String>,
    /// In which currency; `None` for refusals without a budget.
    pub currency: Option<Currency>,
    /// How many.
    pub refusals: i64,
    /// What they were worth, in minor units.
    pub budget_minor: i64,
}

/// A row of sums, in the text that came.
struct Row<'t> {
    axes: &'t str,
    a: &'t str,
    b: &'t str,
    currency: &'t str,
    refusals: i64,
    budget_minor: i64,
}

/// How many, and how much.
type Added = (i64, i64);

/// Where in a table: row, column, currency.
type Key<'t> = (Option<&'t str>, Option<&'t str>, &'t str);

/// What stands between the fields of a row, and between rows, where many come as one text. No key has such characters:
/// folding drops them ([`fold`](crate::domain::fold)).
const FIELD: char = '\u{1f}';
const END: char = '\u{1e}';

impl<'t> Row<'t> {
    /// As the database writes it.
    fn of(text: &'t str) -> sqlx::Result<Self> {
        let mut fields = text.split(FIELD);
        let mut field = || fields.next().ok_or_else(|| sqlx::Error::Decode("a row of sums has six fields".into()));
        let [axes, a, b, currency] = [field()?, field()?, field()?, field()?];
        let mut number = || field()?.parse::<i64>().map_err(|error| sqlx::Error::Decode(error.into()));
        Ok(Self { axes, a, b, currency, refusals: number()?, budget_minor: number()? })
    }
}

impl Tx {
    /// The sums of a team's refusals over some days: the cells of a view, its rows, its columns, and the whole. Of cells
    /// and rows that are people, those of `only` alone if it is given. Cells without refusals are left out.
    pub async fn sums(
        &mut self,
        team: TeamId,
        view: View,
        days: Days,
        only: Option<PersonId>,
    ) -> sqlx::Result<Vec<Sum>> {
        let mut texts = Vec::new();
        for part in parts(days) {
            texts.extend(self.part(team, view, part, only).await?);
        }
        let mut sums: BTreeMap<Key<'_>, Added> = BTreeMap::new();
        for row in texts.iter().flat_map(|text| text.split(END)) {
            let row = Row::of(row)?;
            let (a, b) = placed(view, row.axes, row.a, row.b);
            let (n, m) = sums.entry((a, b, row.currency)).or_default();
            *n += row.refusals;
            *m += row.budget_minor;
        }
        // Few, and each stands in hundreds of rows.
        let mut currencies: Vec<(&str, Currency)> = Vec::new();
        let sums = sums.into_iter().filter(|(_, (n, _))| *n != 0);
        sums.map(|((row, column, code), (refusals, budget_minor))| {
            let (row, column) = (row.map(str::to_owned), column.map(str::to_owned));
            Ok(Sum { row, column, currency: currency_of(&mut currencies, code)?, refusals, budget_minor })
        })
        .collect()
    }

    /// The sums of some days. A week of a large team has a thousand cells: they come as one text, which costs a tenth of
    /// as many rows.
    async fn part(
        &mut self,
        team: TeamId,
        view: View,
        part: Part,
        only: Option<PersonId>,
    ) -> sqlx::Result<Option<String>> {
        let [axes, rows, columns] = axes_of(view);
        let only = only.map(|person| person.0.to_string()).unwrap_or_default();
        let (field, end) = (FIELD.to_string(), END.to_string());
        match part {
            // One row a cell: nothing is to be grouped.
            Part::Week { monday, days } => {
                let sql =
                    "SELECT string_agg(axes || $8 || a || $8 || b || $8 || currency || $8 || n || $8 || m, $9) FROM (
                        SELECT axes, a, b, currency,
                            n1 * $10 + n2 * $11 + n3 * $12 + n4 * $13 + n5 * $14 + n6 * $15 + n7 * $16 AS n,
                            m1 * $10 + m2 * $11 + m3 * $12 + m4 * $13 + m5 * $14 + m6 * $15 + m7 * $16 AS m
                        FROM weekly_sums
                        WHERE organisation_id = $1 AND team_id = $2 AND axes IN ('all', $4, $5, $6) AND monday = $3
                          AND ($7 = '' OR axes NOT LIKE 'rep%' OR a = $7)) AS sums";
                run!(self, fetch_one, {
                    let query = sqlx::query_scalar(sql).bind(self.organisation).bind(team).bind(monday);
                    let query = query.bind(axes).bind(rows).bind(columns).bind(&only).bind(&field).bind(&end);
                    days.iter().fold(query, |query, counts| query.bind(i64::from(*counts)))
                })
            }
            Part::Weeks { first, last } => {
                let sql =
                    "SELECT string_agg(axes || $9 || a || $9 || b || $9 || currency || $9 || n || $9 || m, $10) FROM (
                        SELECT axes, a, b, currency, CAST(SUM(n1 + n2 + n3 + n4 + n5 + n6 + n7) AS BIGINT) AS n,
                            CAST(SUM(m1 + m2 + m3 + m4 + m5 + m6 + m7) AS BIGINT) AS m
                        FROM weekly_sums
                        WHERE organisation_id = $1 AND team_id = $2 AND axes IN ('all', $5, $6, $7)
                          AND monday BETWEEN $3 AND $4 AND ($8 = '' OR axes NOT LIKE 'rep%' OR a = $8)
                        GROUP BY axes, a, b, currency) AS sums";
                run!(self, fetch_one, {
                    let query = sqlx::query_scalar(sql).bind(self.organisation).bind(team).bind(first).bind(last);
                    query.bind(axes).bind(rows).bind(columns).bind(&only).bind(&field).bind(&end)
                })
            }
            Part::Months { first, last } => {
                let sql =
                    "SELECT string_agg(axes || $9 || a || $9 || b || $9 || currency || $9 || n || $9 || m, $10) FROM (
                        SELECT axes, a, b, currency, CAST(SUM(n) AS BIGINT) AS n, CAST(SUM(m) AS BIGINT) AS m
                        FROM monthly_sums
                        WHERE organisation_id = $1 AND team_id = $2 AND axes IN ('all', $5, $6, $7)
                          AND month BETWEEN $3 AND $4 AND ($8 = '' OR axes NOT LIKE 'rep%' OR a = $8)
                        GROUP BY axes, a, b, currency) AS sums";
                run!(self, fetch_one, {
                    let query = sqlx::query_scalar(sql).bind(self.organisation).bind(team).bind(first).bind(last);
                    query.bind(axes).bind(rows).bind(columns).bind(&only).bind(&field).bind(&end)
                })
            }
        }
    }
}

/// The axes a view is made of: its cells, its rows, its columns.
fn axes_of(view: View) -> [&'static str; 3] {
    match view {
        View::RepProduct => ["rep.product", "rep", "product"],
        View::RepReason => ["rep.reason", "rep", "reason"],
        View::ProductReason => ["product.reason", "product", "reason"],
        View::Segment => ["segment", "segment", "segment"],
        View::Source => ["source", "source", "source"],
        View::Competitor => ["competitor", "competitor", "competitor"],
    }
}

/// Where in a view a row of sums belongs: the key of its row and of its column, `None` for all of them.
fn placed<'t>(view: View, axes: &str, a: &'t str, b: &'t str) -> (Option<&'t str>, Option<&'t str>) {
    let [cells, rows, _] = axes_of(view);
    match axes {
        "all" => (None, None),
        axes if axes == rows => (Some(a), None),
        axes if axes == cells => (Some(a), Some(b)),
        _ => (None, Some(a)),
    }
}

/// What a code stands for, looked up once; `None` for no code.
fn currency_of<'t>(known: &mut Vec<(&'t str, Currency)>, code: &'t str) -> sqlx::Result<Option<Currency>> {
    if code.is_empty() {
        return Ok(None);
    }
    if let Some((_, currency)) = known.iter().find(|(known, _)| *known == code) {
        return Ok(Some(*currency));
    }
    let currency = code.parse().map_err(unreadable)?;
    known.push((code, currency));
    Ok(Some(currency))
}
