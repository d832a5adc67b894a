//! How wide and high things are in the picture of a matrix.

use super::matrix::{Drawing, MOST_COLUMNS};
use super::matrix_texts::{Lines, Needs, taken};
use super::measure::{Style, drawable};
use super::svg::{NARROW, PAD, SMALL, WIDE, many};

pub(super) const BOLD_NAME: Style = Style::bold(13.5);
pub(super) const HEAD: Style = Style::bold(SMALL);
pub(super) const BUDGET: Style = Style::regular(SMALL);
/// Counts, and the space between cells: with many columns both are as small as they may be.
const ROOMY: (Style, f64) = (Style::bold(16.0), 4.0);
const TIGHT: (Style, f64) = (Style::bold(14.0), 3.0);
const ROOMY_COLUMNS: usize = 8;

/// The room for names, and what they must have before changes stand beside counts.
const NAMES: f64 = 160.0;
const NAMES_LEAST: f64 = 72.0;
const BESIDE_NAMES: f64 = 12.0;
/// Between cells and totals.
pub(super) const APART: f64 = 6.0;
/// Beside what stands in a cell; at least, where there is little room.
const INSIDE: f64 = 10.0;
const INSIDE_TIGHT: f64 = 1.5;
/// How wide a cell is where there is room, if what stands in it is short; and the most that the names of columns ask for.
const COMFORTABLE: f64 = 58.0;
const FOR_HEADS: f64 = 104.0;
/// Between the names of columns, where there is room; how many lines each may take.
const HEADS_APART: f64 = 6.0;
pub(super) const HEAD_LINES: usize = 3;
/// How high a row is that has one line, among few and among many rows.
const FEW_HIGH: f64 = 36.0;
const MANY_HIGH: f64 = 31.0;

/// Where what stands in a column is: how wide its cells are, and how much of that their texts may take.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) wide: f64,
    pub(super) content: f64,
}

impl Column {
    /// From the left of a cell to where its texts end.
    pub(super) fn right(self) -> f64 {
        self.wide.midpoint(self.content)
    }
}

/// How wide and high things are in one picture.
pub(super) struct Layout {
    pub(super) wide: f64,
    pub(super) names: f64,
    pub(super) cells: Column,
    pub(super) totals: Column,
    pub(super) count: Style,
    pub(super) between: f64,
    pub(super) one_line: f64,
    /// The names of columns do not fit above, not even in several lines.
    pub(super) slanted: bool,
    /// All figures fit without taking room from names.
    pub(super) fits: bool,
}

/// What is known of a picture before its cells have their width.
struct Frame {
    count: Style,
    between: f64,
    columns: f64,
    /// How wide names would be.
    names: f64,
    /// How wide the name above the totals of rows is; `None` if there are none.
    head: Option<f64>,
}

impl Frame {
    fn of(drawing: &Drawing, lines: &[Lines<'_>]) -> Self {
        let (count, between) = if drawing.columns.len() > ROOMY_COLUMNS { TIGHT } else { ROOMY };
        let names = widest(lines.iter().map(|row| BOLD_NAME.width(row.name))).min(NAMES);
        let head = drawing.has_totals_beside().then(|| HEAD.width(&drawing.total));
        Self { count, between, columns: many(drawing.columns.len().max(1)), names, head }
    }

    /// A cell, with some room beside what stands in it.
    fn comfortable(&self, content: f64) -> f64 {
        let inside = if self.count.size < ROOMY.0.size { INSIDE / 2.0 } else { INSIDE };
        (content + 2.0 * inside).ceil()
    }

    fn totals(&self, content: f64) -> Column {
        Column { wide: self.comfortable(content).max(self.head.unwrap_or_default().ceil()), content }
    }

    /// What is neither names nor cells.
    fn outside(&self, totals: Column) -> f64 {
        let beside = if self.head.is_some() { APART + totals.wide } else { -self.between };
        2.0 * PAD + BESIDE_NAMES + beside
    }

    /// What is left for names.
    fn left(&self, cell: f64, totals: Column) -> f64 {
        WIDE - self.outside(totals) - self.columns * (cell + self.between)
    }

    /// How wide a cell is at least, and the totals, and whether there is room for more: first changes give way, then
    /// names, figures never.
    fn plan(&self, cells: Needs, totals: Needs) -> (f64, Column, bool) {
        let some = self.names.min(NAMES_LEAST);
        let plans = [
            (self.comfortable(cells.all), self.totals(totals.all), self.names),
            (tight(cells.all), self.totals(totals.all), self.names),
            (tight(cells.rows), self.totals(totals.rows), some),
            (tight(cells.least), self.totals(totals.rows), some),
            (tight(cells.least), self.totals(totals.least), 0.0),
        ];
        let fits = |(cell, totals, names): &(f64, Column, f64)| self.left(*cell, *totals) >= *names;
        let at = plans.iter().position(fits).unwrap_or(plans.len() - 1);
        (plans[at].0, plans[at].1, at == 0)
    }
}

impl Layout {
    pub(super) fn of(drawing: &Drawing, lines: &[Lines<'_>]) -> Self {
        let frame = Frame::of(drawing, lines);
        let (count, between) = (frame.count, frame.between);
        let of_cells = Needs::of(lines.iter().map(|row| row.cells.as_slice()), count, BUDGET);
        let of_totals = Needs::of(lines.iter().map(|row| std::slice::from_ref(&row.total)), count, BUDGET);
        let (least, totals, is_roomy) = frame.plan(of_cells, of_totals);
        let room = (frame.left(0.0, totals) - frame.names) / frame.columns;
        let heads = widest(drawing.columns.iter().map(|name| HEAD.folded_width(&drawable(name), HEAD_LINES)));
        let for_heads = if heads <= room.min(FOR_HEADS) { heads + HEADS_APART } else { 0.0 };
        let wanted = if is_roomy { for_heads.max(COMFORTABLE).min(room) } else { room };
        let cell = least.max(wanted.floor());
        let content = taken(lines.iter().flat_map(|row| &row.cells), cell - 2.0 * INSIDE_TIGHT, count, BUDGET);
        let names = frame.names.min(frame.left(cell, totals)).max(0.0);
        Self {
            wide: (frame.outside(totals) + names + frame.columns * (cell + between)).clamp(NARROW, WIDE),
            names,
            cells: Column { wide: cell, content },
            totals,
            count,
            between,
            one_line: if drawing.rows.len() <= MOST_COLUMNS { FEW_HIGH } else { MANY_HIGH },
            slanted: heads > cell,
            fits: tight(of_cells.least) <= room,
        }
    }

    /// The left edge of a cell; totals come after the last column.
    pub(super) fn x(&self, column: usize, is_total: bool) -> f64 {
        let apart = if is_total { APART } else { 0.0 };
        PAD + self.names + BESIDE_NAMES + many(column) * (self.cells.wide + self.between) + apart
    }
}

/// A cell with as little as may be beside what stands in it.
fn tight(content: f64) -> f64 {
    (content + 2.0 * INSIDE_TIGHT).ceil()
}

fn widest(widths: impl Iterator<Item = f64>) -> f64 {
    widths.fold(0.0, f64::max).ceil()
}
