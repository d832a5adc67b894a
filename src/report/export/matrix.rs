//! The matrix as a sheet: how many, how many more than before, and what they were worth in each currency.
//!
//! ```text
//!        CRM  Billing  Total   CRM ▲▼  Billing ▲▼  Total ▲▼   CRM (EUR)  Billing (EUR)  Total (EUR)
//! Ana      7        4     11                   -1        -1       60000           8000        68000
//! Total    7        4     11                   -1        -1       60000           8000        68000
//!
//! ▲▼ more or fewer than in the week before
//! ```
//!
//! Blocks stand beside each other, not below, so that a row is one person or thing; under one head, each column's own,
//! so that other programs read the sheet too.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet};

use super::xlsx::{Looks, amount, change, cut, number, text};
use crate::domain::Currency;
use crate::report::{Drawing, DrawnCell, DrawnRow};

/// How wide names, figures, and the gaps between blocks are, in characters.
const NAMES: u32 = 28;
const FIGURES: u32 = 18;
const GAP: u32 = 3;

/// What a block of columns says of each cell.
#[derive(Clone, Copy, Debug)]
enum Block {
    Counts,
    Changes,
    Budgets(Currency),
}

impl Block {
    /// Those that say something.
    fn all(drawing: &Drawing) -> Vec<Block> {
        let mut cells = drawing.rows.iter().chain([&drawing.totals]).flat_map(DrawnRow::all);
        let changes = cells.any(|cell| cell.change.is_some()).then_some(Block::Changes);
        let budgets = drawing.currencies().into_iter().map(Block::Budgets);
        [Block::Counts].into_iter().chain(changes).chain(budgets).collect()
    }

    fn heading(self, name: &str) -> String {
        match self {
            Block::Counts => name.to_owned(),
            Block::Changes => format!("{name} ▲▼"),
            Block::Budgets(currency) => format!("{name} ({})", currency.code()),
        }
    }

    fn write(self, sheet: &mut Worksheet, at: (u32, u16), cell: &DrawnCell, looks: &Looks) -> anyhow::Result<()> {
        match self {
            Block::Counts => number(sheet, at.0, at.1, cell.count),
            Block::Changes => cell.change.map_or(Ok(()), |by| change(sheet, at, by, looks)),
            Block::Budgets(currency) => cell.budget(currency).map_or(Ok(()), |money| amount(sheet, at, money, looks)),
        }
    }
}

/// Writes the whole sheet.
pub(super) fn write(sheet: &mut Worksheet, drawing: &Drawing, looks: &Looks) -> anyhow::Result<()> {
    let blocks = Block::all(drawing);
    let wide = u16::try_from(drawing.columns.len() + 1)?;
    let left = |block: usize| u16::try_from(block).map(|block| 1 + block * (wide + 1));
    let head = looks.head.clone().set_align(FormatAlign::Right);
    sheet.set_freeze_panes(1, 1)?.set_column_width(0, NAMES)?;
    for (at, block) in blocks.iter().enumerate() {
        let first = left(at)?;
        if at > 0 {
            sheet.set_column_width(first - 1, GAP)?;
        }
        for (column, name) in (first..).zip(drawing.columns.iter().chain([&drawing.total])) {
            sheet.set_column_width(column, FIGURES)?;
            sheet.write_string_with_format(0, column, cut(&block.heading(name)).0, &head)?;
        }
    }
    let mut next = 1;
    for row in drawing.rows.iter().chain([&drawing.totals]) {
        text(sheet, next, 0, &row.name)?;
        for (at, block) in blocks.iter().enumerate() {
            for (column, cell) in (left(at)?..).zip(row.all()) {
                block.write(sheet, (next, column), cell, looks)?;
            }
        }
        next += 1;
    }
    if blocks.iter().any(|block| matches!(block, Block::Changes)) && !drawing.note.is_empty() {
        sheet.write_string_with_format(next + 1, 0, cut(&drawing.note).0, &Format::new().set_italic())?;
    }
    Ok(())
}
