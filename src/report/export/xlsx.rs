//! Refusals and their matrix as a workbook.

use std::io::Write;

use anyhow::{Context as _, ensure};
use chrono::{Datelike as _, NaiveDate};
use rust_xlsxwriter::{DocProperties, Format, Workbook, Worksheet};

use super::{Cell, Column, ExportRow, ExportWords, decimal, matrix};
use crate::domain::Money;
use crate::report::Drawing;

/// How many refusals a sheet holds, below its head.
pub const MOST_EXPORTED: u32 = 1_048_575;

/// The longest text of a cell, in UTF-16 units. Source: Microsoft, "Excel specifications and limits".
const LONGEST: usize = 32_767;

/// The longest name of a sheet, and what may not be in it. Source: the same.
const LONGEST_NAME: usize = 31;
const NOT_IN_NAMES: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];

/// The first year Excel knows.
const FIRST_YEAR: i32 = 1900;

/// Where the refusals are.
const REFUSALS: usize = 0;

/// A workbook being written.
pub struct XlsxExport {
    book: Workbook,
    words: ExportWords,
    looks: Looks,
    next: u32,
}

/// How things look.
pub(super) struct Looks {
    pub(super) head: Format,
    pub(super) day: Format,
    pub(super) amount: Format,
    pub(super) change: Format,
}

impl XlsxExport {
    /// Begins a workbook with the head of its refusals; `today` stands in its properties.
    ///
    /// # Errors
    /// When no temporary file can be made.
    pub fn begin(words: ExportWords, today: NaiveDate) -> anyhow::Result<Self> {
        let mut book = Workbook::new();
        book.set_properties(&DocProperties::new().set_creation_datetime(&today));
        let looks = Looks {
            head: Format::new().set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            amount: Format::new().set_num_format("#,##0.00"),
            change: Format::new().set_num_format("+0;-0;0"),
        };
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(sheet_name(&words.refusals, ""))?.set_freeze_panes(1, 0)?;
        for ((column, kind), at) in (0..).zip(Column::ALL).zip(0..) {
            sheet.set_column_width(column, kind.width())?;
            sheet.write_string_with_format(0, column, cut(words.heading(at)).0, &looks.head)?;
        }
        Ok(Self { book, words, looks, next: 1 })
    }

    /// Writes some more refusals.
    ///
    /// # Errors
    /// When the temporary file cannot be written, or there are more than [`MOST_EXPORTED`]: nothing is left out silently.
    pub fn rows(&mut self, rows: &[ExportRow]) -> anyhow::Result<()> {
        let sheet = self.book.worksheet_from_index(REFUSALS)?;
        for row in rows {
            ensure!(self.next <= MOST_EXPORTED, "a sheet holds {MOST_EXPORTED} refusals");
            let mut is_cut = false;
            for (column, kind) in (0..).zip(Column::ALL) {
                match (kind, kind.of(row)) {
                    (Column::Note, _) if is_cut => text(sheet, self.next, column, &self.words.cut)?,
                    (_, cell) => is_cut |= write(sheet, (self.next, column), cell, &self.looks)?,
                }
            }
            self.next += 1;
        }
        Ok(())
    }

    /// Adds the matrix, and writes the whole workbook.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self, drawing: &Drawing, out: impl Write + Send) -> anyhow::Result<()> {
        let last_column = u16::try_from(Column::ALL.len() - 1)?;
        let refusals = self.book.worksheet_from_index(REFUSALS)?;
        refusals.autofilter(0, 0, self.next - 1, last_column)?;
        let name = sheet_name(&self.words.matrix, &refusals.name());
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        matrix::write(sheet, drawing, &self.looks)?;
        self.book.save_to_writer(out).context("writing a workbook")
    }
}

/// Whether its text was cut comes back.
fn write(sheet: &mut Worksheet, (row, column): (u32, u16), cell: Cell, looks: &Looks) -> anyhow::Result<bool> {
    match cell {
        Cell::Nothing => {}
        Cell::Text(said) => {
            let (said, is_cut) = cut(said);
            sheet.write_string(row, column, said)?;
            return Ok(is_cut);
        }
        Cell::Number(count) => number(sheet, row, column, count)?,
        Cell::Amount(money) => amount(sheet, (row, column), money, looks)?,
        Cell::Day(day) if day.year() < FIRST_YEAR => text(sheet, row, column, &day.to_string())?,
        Cell::Day(day) => {
            sheet.write_datetime_with_format(row, column, day, &looks.day)?;
        }
    }
    Ok(false)
}

/// An amount in major units.
pub(super) fn amount(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    money: Money,
    looks: &Looks,
) -> anyhow::Result<()> {
    let amount: f64 = decimal(money).parse().context("an amount is a number")?;
    sheet.write_number_with_format(row, column, amount, &looks.amount)?;
    Ok(())
}

pub(super) fn text(sheet: &mut Worksheet, row: u32, column: u16, said: &str) -> anyhow::Result<()> {
    sheet.write_string(row, column, cut(said).0)?;
    Ok(())
}

pub(super) fn number(sheet: &mut Worksheet, row: u32, column: u16, count: i64) -> anyhow::Result<()> {
    sheet.write_number(row, column, exact(count)?)?;
    Ok(())
}

/// How many more or fewer, with its sign.
pub(super) fn change(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    change: i64,
    looks: &Looks,
) -> anyhow::Result<()> {
    sheet.write_number_with_format(row, column, exact(change)?, &looks.change)?;
    Ok(())
}

fn exact(count: i64) -> anyhow::Result<f64> {
    count.to_string().parse().context("a count is a number")
}

/// A text that fits a cell, and whether something is missing.
pub(super) fn cut(text: &str) -> (String, bool) {
    // No text has more UTF-16 units than bytes.
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return (text.to_owned(), false);
    }
    let mut left = LONGEST - 1;
    let fits = |c: &char| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.push('…');
    (short, true)
}

/// A name a sheet may have, other than `taken`.
fn sheet_name(wanted: &str, taken: &str) -> String {
    let plain = wanted.replace(NOT_IN_NAMES, " ").replace(char::is_control, " ");
    let mut name = String::new();
    for c in plain.trim_matches([' ', '\'']).chars() {
        if name.encode_utf16().count() + c.len_utf16() > LONGEST_NAME - 2 {
            break;
        }
        name.push(c);
    }
    let name = name.trim_end_matches([' ', '\'']);
    let numbered = (2_u32..).map(|number| format!("{name} {number}").trim().to_owned());
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| is_free(name, taken)).unwrap_or_default()
}

fn is_free(name: &str, taken: &str) -> bool {
    // Excel keeps one name for itself.
    !name.is_empty() && name.to_lowercase() != taken.to_lowercase() && !name.eq_ignore_ascii_case("history")
}
