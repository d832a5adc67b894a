//! A table of refusals: how many, what they were worth, and what changed.

use std::collections::HashMap;

use crate::domain::{ENOUGH, Money};
use crate::store::Sum;

/// How many refusals, now and before, and what those of now were worth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// How many.
    pub refusals: i64,
    /// How many there were in the period before; `None` if nothing is compared.
    pub before: Option<i64>,
    /// What they were worth, by currency, largest first; never converted.
    pub budgets: Vec<Money>,
}

/// A table of refusals. Rows and columns are keys as [`Sum`] has them, those with most refusals first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// The keys of its rows.
    pub rows: Vec<String>,
    /// The keys of its columns; none where there is one axis only.
    pub columns: Vec<String>,
    /// All of them.
    pub total: Cell,
    cells: Cells,
}

/// Cells by the keys of their row and their column; a whole row under [`WHOLE`], and a whole column likewise.
type Cells = HashMap<String, HashMap<String, Cell>>;

/// All of a row or column. No key is this: keys are numbers, reasons and folded names.
const WHOLE: &str = "\n";

impl Cell {
    /// How many more there are than before. `None` if nothing is compared, or there are too few to say: under [`ENOUGH`]
    /// both times (DOMAIN, "Analysis").
    pub fn change(&self) -> Option<i64> {
        let before = self.before?;
        (self.refusals >= ENOUGH || before >= ENOUGH).then_some(self.refusals - before)
    }

    fn worth(&mut self, sum: &Sum) {
        let Some(currency) = sum.currency else { return };
        match self.budgets.iter_mut().find(|money| money.currency == currency) {
            Some(money) => money.minor += sum.budget_minor,
            None => self.budgets.push(Money { minor: sum.budget_minor, currency }),
        }
    }
}

impl Figures {
    /// The table of these sums, compared with those of the period before. The sums of several teams add up.
    pub fn new(now: &[Sum], before: Option<&[Sum]>) -> Self {
        let mut cells = Cells::new();
        for sum in now {
            let cell = cell_of(&mut cells, sum);
            cell.refusals += sum.refusals;
            cell.worth(sum);
        }
        for sum in before.unwrap_or_default() {
            *cell_of(&mut cells, sum).before.get_or_insert(0) += sum.refusals;
        }
        for cell in cells.values_mut().flat_map(HashMap::values_mut) {
            if before.is_some() {
                cell.before.get_or_insert(0);
            }
            cell.budgets.retain(|money| money.minor != 0);
            cell.budgets.sort_by_key(|money| (-money.minor, money.currency.to_string()));
        }
        let nothing = Cell { before: before.map(|_| 0), ..Cell::default() };
        let total = cells.get_mut(WHOLE).and_then(|whole| whole.remove(WHOLE)).unwrap_or(nothing);
        if total.before == Some(0) {
            // That there was nothing at all is said once.
            for cell in cells.values_mut().flat_map(HashMap::values_mut) {
                cell.before = None;
            }
        }
        let whole = |row: &str| cells.get(row).and_then(|row| row.get(WHOLE));
        let rows = ranked(cells.keys().filter_map(|row| Some((row, whole(row)?))));
        let columns = ranked(cells.get(WHOLE).into_iter().flatten());
        Self { rows, columns, total, cells }
    }

    /// One cell.
    pub fn cell(&self, row: &str, column: &str) -> Cell {
        let nothing = || Cell { before: self.total.before.filter(|before| *before > 0).map(|_| 0), ..Cell::default() };
        self.cells.get(row).and_then(|row| row.get(column)).cloned().unwrap_or_else(nothing)
    }

    /// A whole row.
    pub fn row(&self, row: &str) -> Cell {
        self.cell(row, WHOLE)
    }

    /// A whole column.
    pub fn column(&self, column: &str) -> Cell {
        self.cell(WHOLE, column)
    }
}

/// Where a sum is counted.
fn cell_of<'a>(cells: &'a mut Cells, sum: &Sum) -> &'a mut Cell {
    let (row, column) = (sum.row.as_deref().unwrap_or(WHOLE), sum.column.as_deref().unwrap_or(WHOLE));
    cells.entry(row.to_owned()).or_default().entry(column.to_owned()).or_default()
}

/// Keys by how many there are, those with none before the period left out at the end of the ranking.
fn ranked<'a>(keys: impl Iterator<Item = (&'a String, &'a Cell)>) -> Vec<String> {
    let mut keys: Vec<(&String, &Cell)> =
        keys.filter(|(_, cell)| cell.refusals > 0 || cell.change().is_some()).collect();
    // What was not said is no answer: it comes last.
    keys.sort_by_key(|(key, cell)| (key.is_empty(), -cell.refusals, (*key).clone()));
    keys.into_iter().map(|(key, _)| key.clone()).collect()
}
