//! The picture of a matrix: a cell for each count, with its change, and totals apart.
//!
//! ```text
//! Refusals by rep and product
//! 9-15 March 2026
//!                CRM Pro     Billing      Total
//! Ana Ionescu  [ 7     = ] [ 4   ▼ 1 ]  ( 11  ▼ 1 )
//! Zoë Brückner [ 15  ▲ 8 ] [ 13  ▲ 8 ]  ( 28 ▲ 16 )
//! Total        ( 22  ▲ 8 ) ( 17  ▲ 7 )  ( 39 ▲ 15 )
//! ```
//!
//! A change stands beside its count while there is room, else below it; the names of columns are slanted when they
//! do not fit above. One column needs no totals beside it, one row none below.

use super::measure::Style;
use super::svg::{Anchor, Colour, INK, NARROW, PAD, Page, QUIET, SMALL, WIDE, change_width, count_text, many, shade};

/// How many columns a picture has, with the one for all others.
const MOST_COLUMNS: usize = 12;

/// How many rows a picture has before the one for all others.
const MOST_ROWS: usize = 40;

const NAME: Style = Style::regular(13.5);
const BOLD_NAME: Style = Style::bold(13.5);
const HEAD: Style = Style::bold(SMALL);
/// Counts, and the space between cells: with many columns both are as small as they may be.
const ROOMY: (Style, f64) = (Style::bold(14.5), 4.0);
const TIGHT: (Style, f64) = (Style::bold(SMALL), 3.0);
const ROOMY_COLUMNS: usize = 8;

/// The room for names, unless there are many columns.
const NAMES: f64 = 160.0;

const BESIDE_NAMES: f64 = 12.0;
/// Between cells and totals.
const APART: f64 = 6.0;
/// Beside what stands in a cell, and beside what is stacked in it.
const INSIDE: f64 = 8.0;
const INSIDE_STACKED: f64 = 1.5;
const WIDEST_CELL: f64 = 96.0;
/// How long the name of a column may be when slanted, and how much of a length is left sideways.
const SLANTED: f64 = 130.0;
const SIDEWAYS: f64 = std::f64::consts::FRAC_1_SQRT_2;

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
    /// The totals of the columns; its name stands above the totals of the rows too.
    pub totals: DrawnRow,
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

/// A count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DrawnCell {
    /// How many.
    pub count: i64,
    /// How many more, or fewer if below zero, than before; `None` if there is nothing to compare or too little to say.
    pub change: Option<i64>,
}

impl DrawnCell {
    /// Both together. A change is known only if both are.
    pub(super) fn and(self, other: DrawnCell) -> DrawnCell {
        let change = self.change.zip(other.change).map(|(one, other)| one + other);
        DrawnCell { count: self.count + other.count, change }
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
            row.cells = folded_cells(&row.cells, &order, kept);
        }
        self.rows.sort_by_key(|row| std::cmp::Reverse(row.total.count));
        if self.rows.len() > MOST_ROWS + 1 {
            let rest = self.rows.split_off(MOST_ROWS);
            self.rows.extend(
                rest.into_iter().reduce(|sum, row| sum.and(&row)).map(|row| DrawnRow { name: other.into(), ..row }),
            );
            self.other_row = true;
        }
        self
    }

    /// The picture as an SVG document.
    pub fn svg(&self) -> String {
        let layout = Layout::of(self);
        let mut page = Page::new(layout.wide, &self.title, &self.subtitle);
        page.y += 10.0;
        layout.heads(&mut page, self);
        let most = self.coloured().flatten().map(|cell| cell.count).max().unwrap_or_default();
        let coloured = self.coloured().map(<[DrawnCell]>::len).chain(std::iter::repeat(0));
        for (row, coloured) in self.rows.iter().zip(coloured) {
            layout.row(&mut page, row, Shades { most, coloured });
        }
        if self.has_totals_below() {
            page.y += APART;
            layout.row(&mut page, &self.totals, Shades { most, coloured: 0 });
        }
        page.close(&self.note)
    }

    /// The cells that have a colour, row by row.
    fn coloured(&self) -> impl Iterator<Item = &[DrawnCell]> {
        let rows = self.rows.len() - usize::from(self.other_row && !self.rows.is_empty());
        let others = usize::from(self.other_column);
        self.rows[..rows].iter().map(move |row| &row.cells[..row.cells.len().saturating_sub(others)])
    }

    fn has_totals_below(&self) -> bool {
        self.rows.len() != 1
    }

    fn has_totals_beside(&self) -> bool {
        self.columns.len() != 1
    }

    fn all_cells(&self) -> impl Iterator<Item = &DrawnCell> {
        self.rows.iter().chain([&self.totals]).flat_map(|row| row.cells.iter().chain([&row.total]))
    }
}

impl DrawnRow {
    fn and(self, other: &DrawnRow) -> DrawnRow {
        let cells = self.cells.iter().zip(&other.cells).map(|(one, other)| one.and(*other)).collect();
        DrawnRow { name: self.name, cells, total: self.total.and(other.total) }
    }
}

fn folded_cells(cells: &[DrawnCell], order: &[usize], kept: usize) -> Vec<DrawnCell> {
    let cell = |at: &usize| cells.get(*at).copied().unwrap_or_default();
    let rest = order[kept..].iter().map(cell).reduce(DrawnCell::and);
    order[..kept].iter().map(cell).chain(rest).collect()
}

/// How a row is coloured.
#[derive(Clone, Copy)]
struct Shades {
    /// The count of the darkest cell.
    most: i64,
    /// How many of its cells have a colour, from the left; none of totals.
    coloured: usize,
}

/// How wide and high things are in one picture.
struct Layout {
    wide: f64,
    names: f64,
    cell: f64,
    count: Style,
    between: f64,
    high: f64,
    /// There are changes.
    changes: bool,
    /// Changes stand below their counts.
    stacked: bool,
    /// The names of columns do not fit above.
    slanted: bool,
}

impl Layout {
    fn of(drawing: &Drawing) -> Self {
        let (count, between) = if drawing.columns.len() > ROOMY_COLUMNS { TIGHT } else { ROOMY };
        let names = drawing.rows.iter().chain([&drawing.totals]).map(|row| BOLD_NAME.width(&row.name));
        let wanted = names.fold(0.0, f64::max).ceil().min(NAMES);
        let beside = drawing.all_cells().map(|cell| width_beside(count, cell)).fold(0.0, f64::max);
        let below = drawing.all_cells().map(|cell| width_below(count, cell)).fold(0.0, f64::max).ceil();
        let columns = many(drawing.columns.len() + usize::from(drawing.has_totals_beside()));
        let margins = 2.0 * PAD + BESIDE_NAMES + APART - between;
        let cell = ((WIDE - margins - wanted) / columns - between).floor().clamp(below, WIDEST_CELL.max(below));
        // With many columns names give way before figures do.
        let names = wanted.min(WIDE - margins - columns * (cell + between)).max(0.0);
        let changes = drawing.all_cells().any(|cell| cell.change.is_some());
        let stacked = changes && cell < beside;
        let heads = drawing.columns.iter().map(|head| HEAD.width(head));
        let slanted = heads.fold(0.0, f64::max) > cell;
        let high = if stacked || drawing.rows.len() <= MOST_COLUMNS { 40.0 } else { 31.0 };
        let wide = (margins + names + columns * (cell + between)).clamp(NARROW, WIDE);
        Self { wide, names, cell, count, between, high, changes, stacked, slanted }
    }

    /// The left edge of a cell; totals come after the last column.
    fn x(&self, column: usize, is_total: bool) -> f64 {
        let apart = if is_total { APART } else { 0.0 };
        PAD + self.names + BESIDE_NAMES + many(column) * (self.cell + self.between) + apart
    }

    /// The names of the columns. That of the totals is never slanted: it is short, and nothing stands beside it.
    fn heads(&self, page: &mut Page, drawing: &Drawing) {
        let middle = |column: usize, is_total: bool| self.x(column, is_total) + self.cell / 2.0;
        let flat = self.cell + self.between;
        let room = |column: usize| {
            let right = (page.wide - PAD / 2.0 - middle(column, false)) / SIDEWAYS - HEAD.size;
            if self.slanted { SLANTED.min(right) } else { flat }
        };
        let columns = drawing.columns.iter().enumerate();
        let names: Vec<String> = columns.map(|(column, name)| HEAD.shortened(name, room(column))).collect();
        let longest = names.iter().map(|name| HEAD.width(name)).fold(0.0, f64::max);
        page.y += if self.slanted { (longest * SIDEWAYS).ceil() + HEAD.size } else { HEAD.size + 6.0 };
        let base = page.y - 4.0;
        for (column, name) in names.iter().enumerate() {
            if self.slanted {
                page.slanted_text(middle(column, false) + 2.0, base, HEAD, INK, name);
            } else {
                page.text((middle(column, false), base), (Anchor::Middle, HEAD, INK), name);
            }
        }
        if drawing.has_totals_beside() {
            let name = HEAD.shortened(&drawing.totals.name, flat);
            page.text((middle(names.len(), true), base), (Anchor::Middle, HEAD, INK), &name);
        }
        page.y += 5.0;
    }

    fn row(&self, page: &mut Page, row: &DrawnRow, shades: Shades) {
        let base = page.y + self.high / 2.0 + 5.0;
        let style = if shades.coloured > 0 { NAME } else { BOLD_NAME };
        let name = style.shortened(&row.name, self.names);
        page.text((PAD + self.names, base), (Anchor::End, style, INK), &name);
        for (column, cell) in row.cells.iter().enumerate() {
            let most = (column < shades.coloured).then_some(shades.most);
            self.cell(page, self.x(column, false), *cell, most);
        }
        if row.cells.len() != 1 {
            self.cell(page, self.x(row.cells.len(), true), row.total, None);
        }
        page.y += self.high + self.between;
    }

    /// A cell, with a colour if `most` is known.
    fn cell(&self, page: &mut Page, x: f64, cell: DrawnCell, most: Option<i64>) {
        let (y, ink) = (page.y, self.ground(page, x, cell, most));
        let count = count_text(cell.count);
        let (middle, right) = (x + self.cell / 2.0, x + self.cell - INSIDE);
        match cell.change {
            Some(change) if self.stacked => {
                page.text((middle, y + 17.0), (Anchor::Middle, self.count, ink), &count);
                page.change(middle + change_width(change) / 2.0, y + 33.0, change, ink);
            }
            change => {
                let base = y + self.high / 2.0 + 5.0;
                // Counts stay in one line below each other, whether there is a change beside them or not.
                let left = if self.stacked || !self.changes { middle } else { x + self.cell * 0.4 };
                page.text((left, base), (Anchor::Middle, self.count, ink), &count);
                if let Some(change) = change {
                    page.change(right, base, change, ink);
                }
            }
        }
    }

    /// What a cell stands on; the colour to write with comes back.
    fn ground(&self, page: &mut Page, x: f64, cell: DrawnCell, most: Option<i64>) -> Colour {
        let y = page.y;
        if let Some(most) = most {
            let colour = shade(cell.count, most);
            page.filled(x, y, self.cell, self.high, colour);
            return colour.ink();
        }
        page.outlined(x, y, self.cell, self.high);
        if cell.count == 0 { QUIET } else { INK }
    }
}

fn width_beside(count: Style, cell: &DrawnCell) -> f64 {
    let change = cell.change.map_or(0.0, |change| change_width(change) + INSIDE);
    count.width(&count_text(cell.count)) + change + 2.0 * INSIDE
}

fn width_below(count: Style, cell: &DrawnCell) -> f64 {
    let change = cell.change.map_or(0.0, change_width);
    count.width(&count_text(cell.count)).max(change) + 2.0 * INSIDE_STACKED
}
