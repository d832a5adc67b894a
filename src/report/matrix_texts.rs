//! What stands in the cells of a matrix, written once: counts, changes and amounts, and how wide they are.

use super::matrix::{Drawing, DrawnCell, DrawnRow};
use super::measure::Style;
use super::svg::{change_width, count_text};
use crate::domain::Currency;
use crate::words::Words;

/// Between a change and its count: so much that nobody reads them as one number.
const GAP: f64 = 8.0;

/// A cell as it is written.
pub(super) struct Texts {
    pub(super) number: i64,
    pub(super) count: String,
    pub(super) change: Option<i64>,
    /// What it was worth, a line for each currency. Without their names each currency has the same line in a whole row,
    /// empty where there is nothing in it.
    pub(super) budgets: Vec<String>,
}

/// A row as it is written.
pub(super) struct Lines<'a> {
    pub(super) name: &'a str,
    pub(super) cells: Vec<Texts>,
    pub(super) total: Texts,
    /// How many lines its budgets take.
    pub(super) budgets: usize,
}

impl<'a> Lines<'a> {
    /// The rows, and below them the totals; `named`: the amounts in cells have their currencies, as totals always have.
    pub(super) fn of(drawing: &'a Drawing, words: Words<'_>, named: bool) -> Vec<Lines<'a>> {
        let currencies = drawing.currencies();
        let rows = drawing.rows.iter().chain([&drawing.totals]);
        rows.map(|row| Lines::of_row(row, &currencies, words, named)).collect()
    }

    fn of_row(row: &'a DrawnRow, currencies: &[Currency], words: Words<'_>, named: bool) -> Lines<'a> {
        let is_here = |currency: &&Currency| row.all().any(|cell| cell.budget(**currency).is_some());
        let here: Vec<Currency> = currencies.iter().filter(is_here).copied().collect();
        let budgets = |cell: &DrawnCell, code: bool| {
            let written = here.iter().map(|currency| amount(words, cell, *currency, code));
            written.filter(|amount| !named || !amount.is_empty()).collect()
        };
        let texts = |cell: &DrawnCell, code: bool| Texts {
            number: cell.count,
            count: count_text(cell.count),
            change: cell.change,
            budgets: budgets(cell, code),
        };
        let cells: Vec<Texts> = row.cells.iter().map(|cell| texts(cell, named)).collect();
        let total = texts(&row.total, true);
        let budgets = cells.iter().chain([&total]).map(|cell| cell.budgets.len()).max().unwrap_or_default();
        Lines { name: &row.name, cells, total, budgets }
    }
}

fn amount(words: Words<'_>, cell: &DrawnCell, currency: Currency, code: bool) -> String {
    let code = code.then_some(currency.code());
    cell.budget(currency).map(|money| words.tiny_money(money.minor, currency.digits(), code)).unwrap_or_default()
}

impl Texts {
    /// How wide its count is with its change beside it.
    pub(super) fn beside(&self, count: Style) -> f64 {
        count.width(&self.count) + self.change.map_or(0.0, |change| change_width(change) + GAP)
    }

    /// How wide the longest of its lines is with its change below.
    fn below(&self, count: Style, budget: Style) -> f64 {
        let amounts = self.budgets.iter().map(|amount| budget.width(amount));
        let change = self.change.map_or(0.0, change_width);
        amounts.fold(count.width(&self.count).max(change), f64::max)
    }
}

/// How much room the texts of some cells ask for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Needs {
    /// With every change beside its count.
    pub(super) all: f64,
    /// The same, but for the totals below the rows.
    pub(super) rows: f64,
    /// With every change below.
    pub(super) least: f64,
}

impl Needs {
    /// Of rows of cells, the last of which are totals.
    pub(super) fn of<'t>(rows: impl Iterator<Item = &'t [Texts]>, count: Style, budget: Style) -> Self {
        rows.fold(Self::default(), |before, cells| {
            let beside = cells.iter().map(|cell| cell.beside(count)).fold(0.0, f64::max);
            let least = cells.iter().map(|cell| cell.below(count, budget)).fold(before.least, f64::max);
            Self { all: before.all.max(beside).max(least), rows: before.all.max(least), least }
        })
    }
}

/// How much of `room` some cells take: changes stand below where they do not fit beside.
pub(super) fn taken<'t>(cells: impl Iterator<Item = &'t Texts>, room: f64, count: Style, budget: Style) -> f64 {
    let wide = |cell: &Texts| {
        let beside = cell.beside(count);
        cell.below(count, budget).max(if beside <= room { beside } else { 0.0 })
    };
    cells.map(wide).fold(0.0, f64::max)
}
