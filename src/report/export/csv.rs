//! Refusals as CSV.

use std::io::{self, Write};

use super::{Cell, Column, ExportRow, ExportWords, decimal};

/// Programs that open CSV run a cell that begins so, in whatever width the sign is. Source: OWASP, "CSV injection".
const RUN: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// The columns: all but the one that says what was cut.
const COLUMNS: &[Column] = Column::ALL.split_at(Column::ALL.len() - 1).0;

/// A CSV file being written.
pub struct CsvExport<W> {
    out: W,
}

impl<W: Write> CsvExport<W> {
    /// Begins a file with its head. Writes often and little: give it a buffered writer.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(mut out: W, words: &ExportWords) -> io::Result<Self> {
        out.write_all("\u{feff}".as_bytes())?;
        let mut export = Self { out };
        for at in 0..COLUMNS.len() {
            export.field(at, words.heading(at))?;
        }
        export.end_line()?;
        Ok(export)
    }

    /// Writes some more refusals.
    ///
    /// # Errors
    /// As [`CsvExport::begin`].
    pub fn rows(&mut self, rows: &[ExportRow]) -> io::Result<()> {
        for row in rows {
            for (at, column) in COLUMNS.iter().enumerate() {
                match column.of(row) {
                    Cell::Nothing => self.field(at, ""),
                    Cell::Text(text) => self.field(at, &defused(text)),
                    Cell::Number(number) => self.field(at, &number.to_string()),
                    Cell::Amount(money) => self.field(at, &decimal(money)),
                    Cell::Day(day) => self.field(at, &day.to_string()),
                }?;
            }
            self.end_line()?;
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// As [`CsvExport::begin`].
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn field(&mut self, at: usize, text: &str) -> io::Result<()> {
        if at > 0 {
            self.out.write_all(b",")?;
        }
        if text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
            write!(self.out, "\"{}\"", text.replace('"', "\"\""))
        } else {
            self.out.write_all(text.as_bytes())
        }
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.out.write_all(b"\r\n")
    }
}

/// A text that stays a text. Spaces and what cannot be seen before a sign do not hide it: some programs pass over them.
fn defused(text: &str) -> String {
    let first =
        text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}' || c == '\u{200b}');
    if text.starts_with(['\t', '\r', '\n']) || first.starts_with(RUN) { format!("'{text}") } else { text.to_owned() }
}
