//! The picture of a matrix: in each cell a count, how it changed and what it was worth, and totals apart.
//!
//! ```text
//! Refusals by rep and product
//! 9-15 March 2026
//!                CRM Pro      Billing       Total
//! Ana Ionescu  [      7 ]   [ ▼1    4 ]   ( ▼1  11 )
//!              [   €60k ]   [     €8k ]   (   €68k )
//! Total        (      7 )   ( ▼1    4 )   ( ▼1  11 )
//!              (   €60k )   (     €8k )   (   €68k )
//! ```
//!
//! What stands in a column ends at the same line, so that figures are read from above to below. A change stands beside
//! its count while there is room, else below everything. Each currency has a line of its own; where cells have no room for
//! its name, it stands at the row's total alone, and the note says so. The names of columns take some lines, or are
//! slanted where these are too short. One column needs no totals beside it, a row that is all none below.

use super::matrix::Drawing;
use super::matrix_layout::{APART, BOLD_NAME, BUDGET, Column, HEAD, HEAD_LINES, Layout};
use super::matrix_texts::{Lines, Texts};
use super::measure::Style;
use super::svg::{Anchor, Colour, INK, PAD, Page, QUIET, change_width, many, shade};
use crate::args;
use crate::words::Words;

const NAME: Style = Style::regular(13.5);
/// From one line of a cell, of a name or of a head to the next; how much of a size capitals take.
const PITCH: f64 = 16.0;
const CAPITALS: f64 = 0.727;
/// What is above and below the lines of a row that has several.
const AROUND: f64 = 10.0;
/// From which height on a name may take two lines.
const HIGH: f64 = 38.0;
/// How long the name of a column may be when slanted, and how much of a length is left sideways.
const SLANTED: f64 = 130.0;
const SIDEWAYS: f64 = std::f64::consts::FRAC_1_SQRT_2;

impl Drawing {
    /// The picture as an SVG document; `words` write its amounts.
    pub fn svg(&self, words: Words<'_>) -> String {
        let (mut note, mut lines) = (self.note.clone(), Lines::of(self, words, true));
        let mut layout = Layout::of(self, &lines);
        if !layout.fits && lines.iter().any(|row| row.budgets > 0) {
            lines = Lines::of(self, words, false);
            layout = Layout::of(self, &lines);
            let units = words.line("figures.units", args! {});
            note = if note.is_empty() { units } else { format!("{note} · {units}") };
        }
        let mut page = Page::new(layout.wide, &self.title, &self.subtitle);
        page.y += 10.0;
        layout.heads(&mut page, self);
        let most = self.coloured().flatten().map(|cell| cell.count).max().unwrap_or_default();
        let coloured = self.coloured().map(<[_]>::len).chain(std::iter::repeat(0));
        for (row, coloured) in lines[..self.rows.len()].iter().zip(coloured) {
            layout.row(&mut page, row, Shades { most, coloured });
        }
        if self.has_totals_below() {
            page.y += APART;
            layout.row(&mut page, &lines[self.rows.len()], Shades { most, coloured: 0 });
        }
        page.close(&note)
    }
}

/// How a row is coloured.
#[derive(Clone, Copy)]
struct Shades {
    /// The count of the darkest cell.
    most: i64,
    /// How many of its cells have a colour, from the left; none of totals.
    coloured: usize,
}

impl Layout {
    /// The names of the columns. That of the totals is never slanted: it is short, and nothing stands beside it.
    fn heads(&self, page: &mut Page, drawing: &Drawing) {
        let middle = |column: usize| self.x(column, false) + self.cells.wide / 2.0;
        if self.slanted {
            let room = |column| SLANTED.min((page.wide - PAD / 2.0 - middle(column)) / SIDEWAYS - HEAD.size);
            let columns = drawing.columns.iter().enumerate();
            let names: Vec<String> = columns.map(|(at, name)| HEAD.shortened(name, room(at))).collect();
            let longest = names.iter().map(|name| HEAD.width(name)).fold(0.0, f64::max);
            page.y += (longest * SIDEWAYS).ceil() + HEAD.size;
            for (at, name) in names.iter().enumerate() {
                page.slanted_text(middle(at) + 2.0, page.y - 4.0, HEAD, INK, name);
            }
        } else {
            let names: Vec<_> =
                drawing.columns.iter().map(|name| HEAD.wrapped(name, self.cells.wide, HEAD_LINES)).collect();
            let most = names.iter().map(Vec::len).max().unwrap_or(1).max(1);
            page.y += HEAD.size + 6.0 + many(most - 1) * PITCH;
            for (at, lines) in names.iter().enumerate() {
                let first = page.y - 4.0 - many(lines.len().saturating_sub(1)) * PITCH;
                stacked(page, (middle(at), first), (Anchor::Middle, HEAD, INK), lines);
            }
        }
        if drawing.has_totals_beside() {
            let name = HEAD.shortened(&drawing.total, self.totals.wide);
            let middle = self.x(drawing.columns.len(), true) + self.totals.wide / 2.0;
            page.text((middle, page.y - 4.0), (Anchor::Middle, HEAD, INK), &name);
        }
        page.y += 5.0;
    }

    fn row(&self, page: &mut Page, row: &Lines<'_>, shades: Shades) {
        let does_not_fit =
            |cell: &Texts, column: Column| cell.change.is_some() && cell.beside(self.count) > column.content;
        let apart =
            row.cells.iter().any(|cell| does_not_fit(cell, self.cells)) || does_not_fit(&row.total, self.totals);
        let more = row.budgets + usize::from(apart);
        let high = if more == 0 { self.one_line } else { self.count.size + AROUND + many(more) * PITCH };
        let style = if shades.coloured > 0 { NAME } else { BOLD_NAME };
        let name = style.wrapped(row.name, self.names, if high >= HIGH { 2 } else { 1 });
        let first = centred(page.y, high, style, name.len());
        stacked(page, (PAD + self.names, first), (Anchor::End, style, INK), &name);
        let base = centred(page.y, high, self.count, 1 + more);
        for (column, cell) in row.cells.iter().enumerate() {
            let x = self.x(column, false);
            let most = (column < shades.coloured).then_some(shades.most);
            let ink = ground(page, (x, self.cells.wide, high), cell.number, most);
            self.cell(page, (x, base), (self.cells, apart, ink), cell);
        }
        if row.cells.len() != 1 {
            let x = self.x(row.cells.len(), true);
            let ink = ground(page, (x, self.totals.wide, high), row.total.number, None);
            self.cell(page, (x, base), (self.totals, apart, ink), &row.total);
        }
        page.y += high + self.between;
    }

    /// What stands in a cell, its count on a base line; `apart`: its change below everything.
    fn cell(&self, page: &mut Page, (x, base): (f64, f64), (column, apart, ink): (Column, bool, Colour), cell: &Texts) {
        let right = x + column.right();
        page.text((right, base), (Anchor::End, self.count, ink), &cell.count);
        let below = |line: usize| base + many(line + 1) * PITCH;
        for (line, budget) in cell.budgets.iter().enumerate().filter(|(_, budget)| !budget.is_empty()) {
            page.text((right, below(line)), (Anchor::End, BUDGET, ink), budget);
        }
        match cell.change {
            Some(change) if apart => page.change(right, below(cell.budgets.len()), change, ink),
            Some(change) => page.change(right - column.content + change_width(change), base, change, ink),
            None => {}
        }
    }
}

/// The base line of the first of some lines in the middle of a row.
fn centred(top: f64, high: f64, style: Style, lines: usize) -> f64 {
    let capitals = style.size * CAPITALS;
    top + (high - capitals - many(lines.saturating_sub(1)) * PITCH) / 2.0 + capitals
}

/// Lines below each other.
fn stacked(page: &mut Page, (x, first): (f64, f64), look: (Anchor, Style, Colour), lines: &[String]) {
    for (at, line) in lines.iter().enumerate() {
        page.text((x, first + many(at) * PITCH), look, line);
    }
}

/// What a cell stands on, with a colour if `most` is known; the colour to write with comes back.
fn ground(page: &mut Page, (x, wide, high): (f64, f64, f64), count: i64, most: Option<i64>) -> Colour {
    let y = page.y;
    if let Some(most) = most {
        let colour = shade(count, most);
        page.filled(x, y, wide, high, colour);
        return colour.ink();
    }
    page.outlined(x, y, wide, high);
    if count == 0 { QUIET } else { INK }
}
