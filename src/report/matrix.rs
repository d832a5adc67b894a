//! What a table of rows and columns shows, in a picture or in a workbook, and how it is folded to fit.

use crate::domain::{Currency, Money};

/// How many columns a picture has, with the one for all others.
pub(super) const MOST_COLUMNS: usize = 12;

/// How many rows a picture has before the one for all others.
const MOST_ROWS: usize = 40;

/// What a picture of a matrix shows; every text in the reader's language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawing {
    /// What it is.
    pub title: String,
    /// Which period.
    pub subtitle: String,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<DrawnRow>,
    /// The totals of the columns.
    pub totals: DrawnRow,
    /// What stands above the totals of the rows.
    pub total: String,
    /// What else must be known: what the arrows compare with, what was left out. May be empty.
    pub note: String,
    /// Whether the last column stands for all others. It is not coloured, so that it takes no colour from the rest.
    pub other_column: bool,
    /// Whether the last row does.
    pub other_row: bool,
}

/// A row of a matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrawnRow {
    /// Whose it is.
    pub name: String,
    /// A cell for every column.
    pub cells: Vec<DrawnCell>,
    /// All of it. Not the sum of its cells where one refusal stands in several.
    pub total: DrawnCell,
}

/// A count, and what it was worth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrawnCell {
    /// How many.
    pub count: i64,
    /// How many more, or fewer if below zero, than before; `None` if there is nothing to compare or too little to say.
    pub change: Option<i64>,
    /// What they were worth, by currency; never converted.
    pub budgets: Vec<Money>,
}

impl DrawnCell {
    /// Both together. A change is known only if both are.
    pub(super) fn and(mut self, other: DrawnCell) -> DrawnCell {
        self.change = self.change.zip(other.change).map(|(one, other)| one + other);
        self.count += other.count;
        for money in other.budgets {
            match self.budgets.iter_mut().find(|one| one.currency == money.currency) {
                Some(one) => one.minor = one.minor.saturating_add(money.minor),
                None => self.budgets.push(money),
            }
        }
        self
    }

    /// What of it is in a currency.
    pub(super) fn budget(&self, currency: Currency) -> Option<Money> {
        self.budgets.iter().find(|money| money.currency == currency).copied()
    }
}

impl Drawing {
    /// The largest rows and columns first, and those that do not fit as one called `other` at the end: columns beyond
    /// eleven, rows beyond forty. One that would stand there alone keeps its name.
    ///
    /// `other` adds up what it takes: a refusal of two products counts twice if both are in it, as it does in each.
    #[must_use]
    pub fn folded(mut self, other: &str) -> Drawing {
        let mut order: Vec<usize> = (0..self.columns.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(self.totals.cells.get(*at).map_or(0, |cell| cell.count)));
        let kept = if order.len() > MOST_COLUMNS { MOST_COLUMNS - 1 } else { order.len() };
        self.columns = order[..kept].iter().map(|at| self.columns[*at].clone()).collect();
        if kept < order.len() {
            self.columns.push(other.to_owned());
            self.other_column = true;
        }
        for row in self.rows.iter_mut().chain([&mut self.totals]) {
            row.cells = folded_cells(std::mem::take(&mut row.cells), &order, kept);
        }
        self.rows.sort_by_key(|row| std::cmp::Reverse(row.total.count));
        if self.rows.len() > MOST_ROWS + 1 {
            let rest = self.rows.split_off(MOST_ROWS);
            self.rows.extend(rest.into_iter().reduce(DrawnRow::and).map(|row| DrawnRow { name: other.into(), ..row }));
            self.other_row = true;
        }
        self
    }

    /// The currencies of its budgets, those of the whole first.
    pub(super) fn currencies(&self) -> Vec<Currency> {
        let rows = [&self.totals].into_iter().chain(&self.rows);
        let budgets = rows.flat_map(|row| [&row.total].into_iter().chain(&row.cells)).flat_map(|cell| &cell.budgets);
        budgets.fold(Vec::new(), |mut known, money| {
            if !known.contains(&money.currency) {
                known.push(money.currency);
            }
            known
        })
    }

    /// The cells that have a colour, row by row.
    pub(super) fn coloured(&self) -> impl Iterator<Item = &[DrawnCell]> {
        let rows = self.rows.len() - usize::from(self.other_row && !self.rows.is_empty());
        let others = usize::from(self.other_column);
        self.rows[..rows].iter().map(move |row| &row.cells[..row.cells.len().saturating_sub(others)])
    }

    /// Whether the totals say more than the only row: they do beside one of several people.
    pub(super) fn has_totals_below(&self) -> bool {
        !matches!(self.rows.as_slice(), [only] if only.total == self.totals.total && only.cells == self.totals.cells)
    }

    pub(super) fn has_totals_beside(&self) -> bool {
        self.columns.len() != 1
    }
}

impl DrawnRow {
    fn and(mut self, other: DrawnRow) -> DrawnRow {
        self.cells = self.cells.into_iter().zip(other.cells).map(|(one, other)| one.and(other)).collect();
        DrawnRow { total: self.total.and(other.total), ..self }
    }

    /// Its cells and its total.
    pub(super) fn all(&self) -> impl Iterator<Item = &DrawnCell> {
        self.cells.iter().chain([&self.total])
    }
}

/// Cells in another order, and those beyond `kept` as one.
fn folded_cells(mut cells: Vec<DrawnCell>, order: &[usize], kept: usize) -> Vec<DrawnCell> {
    let mut sorted = order.iter().map(|at| cells.get_mut(*at).map(std::mem::take).unwrap_or_default());
    let mut folded: Vec<DrawnCell> = sorted.by_ref().take(kept).collect();
    folded.extend(sorted.reduce(DrawnCell::and));
    folded
}
