//! A table of refusals: how many, what they were worth, and what changed.

use std::collections::BTreeMap;

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
    cells: BTreeMap<(Option<String>, Option<String>), Cell>,
}

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
        let mut cells: BTreeMap<(Option<String>, Option<String>), Cell> = BTreeMap::new();
        for sum in now {
            let cell = cells.entry((sum.row.clone(), sum.column.clone())).or_default();
            cell.refusals += sum.refusals;
            cell.worth(sum);
        }
        if let Some(before) = before {
            for sum in before {
                let cell = cells.entry((sum.row.clone(), sum.column.clone())).or_default();
                *cell.before.get_or_insert(0) += sum.refusals;
            }
            for cell in cells.values_mut() {
                cell.before.get_or_insert(0);
            }
        }
        for cell in cells.values_mut() {
            cell.budgets.retain(|money| money.minor != 0);
            cell.budgets.sort_by_key(|money| (-money.minor, money.currency.to_string()));
        }
        let nothing = Cell { before: before.map(|_| 0), ..Cell::default() };
        let total = cells.remove(&(None, None)).unwrap_or(nothing);
        if total.before == Some(0) {
            // That there was nothing at all is said once.
            for cell in cells.values_mut() {
                cell.before = None;
            }
        }
        let rows = ranked(
            cells.iter().filter_map(|((row, column), cell)| Some((row.as_ref()?, cell)).filter(|_| column.is_none())),
        );
        let columns = ranked(
            cells.iter().filter_map(|((row, column), cell)| Some((column.as_ref()?, cell)).filter(|_| row.is_none())),
        );
        Self { rows, columns, total, cells }
    }

    /// One cell.
    pub fn cell(&self, row: &str, column: &str) -> Cell {
        self.at(Some(row), Some(column))
    }

    /// A whole row.
    pub fn row(&self, row: &str) -> Cell {
        self.at(Some(row), None)
    }

    /// A whole column.
    pub fn column(&self, column: &str) -> Cell {
        self.at(None, Some(column))
    }

    fn at(&self, row: Option<&str>, column: Option<&str>) -> Cell {
        let key = (row.map(str::to_owned), column.map(str::to_owned));
        let nothing = || Cell { before: self.total.before.filter(|before| *before > 0).map(|_| 0), ..Cell::default() };
        self.cells.get(&key).cloned().unwrap_or_else(nothing)
    }
}

/// Keys by how many there are, those with none before the period left out at the end of the ranking.
fn ranked<'a>(keys: impl Iterator<Item = (&'a String, &'a Cell)>) -> Vec<String> {
    let mut keys: Vec<(&String, &Cell)> =
        keys.filter(|(_, cell)| cell.refusals > 0 || cell.change().is_some()).collect();
    // What was not said is no answer: it comes last.
    keys.sort_by_key(|(key, cell)| (key.is_empty(), -cell.refusals, (*key).clone()));
    keys.into_iter().map(|(key, _)| key.clone()).collect()
}
