//! A table of refusals as a picture. The card says the same in words.

use super::People;
use super::asked::label;
use super::card::Shown;
use crate::args;
use crate::chat::{Block, Picture};
use crate::domain::Axis;
use crate::report::{Bar, Bars, Cell, Drawing, DrawnCell, DrawnRow};
use crate::words::Words;

/// How many bars a picture has.
const BARS: usize = 15;
/// How many rows its words name.
const NAMED: usize = 8;
/// How long its words may be, in characters.
const LONGEST: usize = 1000;

impl Shown<'_> {
    /// The picture; nothing where there is nothing to see.
    pub(in crate::flows) fn picture(&self, words: Words<'_>) -> Option<Block> {
        if self.rows().is_empty() {
            return None;
        }
        let other = words.line("figures.other", args! {});
        let svg = match self.asked.view.axes().1 {
            Some(_) => self.drawing(words).folded(&other).svg(words),
            None => self.bars(words).folded(BARS, &other).svg(words),
        };
        Some(Block::Picture(Picture { svg, alt: self.alt(words) }))
    }

    /// What is drawn, before it is folded to fit.
    pub(in crate::flows) fn drawing(&self, words: Words<'_>) -> Drawing {
        let figures = self.figures;
        let row = |name: String, whole: Cell, cell: &dyn Fn(&str) -> Cell| DrawnRow {
            name,
            cells: figures.columns.iter().map(|column| drawn(cell(column))).collect(),
            total: drawn(whole),
        };
        let rows = figures
            .rows
            .iter()
            .map(|key| row(self.names.row(key).to_owned(), figures.row(key), &|column| figures.cell(key, column)));
        let total = words.line("figures.total", args! {});
        let below = match (self.people, self.asked.view.axes().0) {
            (People::Own(_), Axis::Rep) => words.line("figures.team", args! {}),
            _ => total.clone(),
        };
        Drawing {
            title: self.title(words).unstyled(),
            subtitle: label(words, self.asked.view),
            columns: figures.columns.iter().map(|column| self.names.column(column).to_owned()).collect(),
            rows: rows.collect(),
            totals: row(below, figures.total.clone(), &|column| figures.column(column)),
            total,
            note: self.note(words),
            other_column: false,
            other_row: false,
        }
    }

    fn bars(&self, words: Words<'_>) -> Bars {
        let bar = |key: &String| Bar {
            label: self.names.row(key).to_owned(),
            cell: drawn(self.figures.row(key)),
            // What was not said is no answer.
            is_rest: key.is_empty(),
        };
        Bars {
            title: self.title(words).unstyled(),
            subtitle: label(words, self.asked.view),
            bars: self.figures.rows.iter().map(bar).collect(),
            note: self.note(words),
        }
    }

    /// What the arrows mean, if there are any.
    fn note(&self, words: Words<'_>) -> String {
        match self.figures.total.before {
            Some(before) if before > 0 => words.line("figures.arrows", args! { before: self.before(words) }),
            _ => String::new(),
        }
    }

    fn alt(&self, words: Words<'_>) -> String {
        let row = |key: &String| format!("{} {}", self.names.row(key), words.number(self.figures.row(key).refusals));
        let rows: Vec<String> = self.rows().iter().take(NAMED).map(row).collect();
        let (title, by) = (self.title(words).unstyled(), label(words, self.asked.view));
        let alt = words.line("figures.alt", args! { title: title, view: by, rows: rows.join(words.semicolon()) });
        alt.chars().take(LONGEST).collect()
    }
}

fn drawn(cell: Cell) -> DrawnCell {
    let change = cell.change().filter(|_| cell.before > Some(0) || cell.refusals == 0);
    DrawnCell { count: cell.refusals, change, budgets: cell.budgets }
}
