//! What is printed of an import.

use std::io::{self, IsTerminal as _, Write as _};

use super::file::Opened;
use super::{Failure, say};
use crate::command_line::FileOfRows;
use crate::flows::{Columns, Fate, Import, ImportKind, Meaning, Report, WrongCell, shown};

/// How wide a header is shown.
const WIDE: usize = 28;

/// An import, to be told of.
pub(super) struct Said<'a> {
    pub(super) kind: ImportKind,
    pub(super) asked: &'a FileOfRows,
    pub(super) opened: &'a Opened,
}

impl Said<'_> {
    /// How the file was read, and what each column was understood as.
    pub(super) fn columns(&self, columns: &Columns) -> anyhow::Result<()> {
        let (rows, as_what) = (self.opened.sheet.rows.len(), &self.opened.as_what);
        let name = shown(&self.asked.file.display().to_string());
        say(&format!("{name}: {}, {as_what}\n\nColumns", counted(rows, "row")))?;
        for (at, meaning) in columns.meanings().iter().enumerate() {
            let header = self.header(at);
            let says = match meaning {
                Meaning::Is(column) => (*column).to_owned(),
                Meaning::Again(column, first) => {
                    format!("left out: {column} is read from column {}", letters(*first))
                }
                Meaning::Unknown => format!("left out: it is no column of {}", self.kind.as_str()),
                Meaning::Nameless => "left out: it has no header".to_owned(),
            };
            say(&format!("  {:<3}{header:<WIDE$} {says}", letters(at)))?;
        }
        Ok(())
    }

    fn header(&self, at: usize) -> String {
        self.opened.sheet.headers.get(at).map(|header| shown(header)).unwrap_or_default()
    }

    /// What became of the rows, or would.
    ///
    /// # Errors
    /// When rows were refused; how many.
    pub(super) fn report(&self, import: &Import, report: &Report) -> Result<(), Failure> {
        for remark in &import.remarks {
            say(&format!("  {remark}"))?;
        }
        let refused = refused_rows(&import.refused);
        self.counts(report, refused)?;
        self.listed(report)?;
        if refused > 0 {
            say("\nRefused")?;
            for wrong in &import.refused {
                say(&format!("  {}", self.wrong(wrong)))?;
            }
        }
        self.last_line(report)?;
        match refused {
            0 => Ok(()),
            count => Err(Failure::Broken(anyhow::anyhow!(
                "{} refused: mend them in the file and run it again, nothing is stored twice",
                were(count, "row")
            ))),
        }
    }

    fn counts(&self, report: &Report, refused: usize) -> anyhow::Result<()> {
        let write = self.asked.write;
        let joined = match (self.kind, write) {
            (ImportKind::Deals, true) => "changed a deal that was followed",
            (ImportKind::Deals, false) => "change a deal that is followed",
            (_, true) => "joined a lead that was open",
            (_, false) => "join a lead that is open",
        };
        let lines: [(usize, &str); 6] = [
            (report.count(|fate| *fate == Fate::New), if write { "stored" } else { "new" }),
            (report.count(|fate| *fate == Fate::Joined), joined),
            (report.count(|fate| *fate == Fate::Before), "imported before"),
            (report.count(|fate| matches!(fate, Fate::Same(_))), "the same as an earlier row of this file"),
            (report.count(|fate| matches!(fate, Fate::There(_))), "logged already"),
            (refused, "refused"),
        ];
        say("\nRows")?;
        for (count, what) in
            lines.into_iter().enumerate().filter(|(at, (count, _))| *at == 0 || *count > 0).map(|it| it.1)
        {
            say(&format!("  {count:>7} {what}"))?;
        }
        Ok(())
    }

    /// The rows that are left out though nothing is wrong with them, so that each is accounted for.
    fn listed(&self, report: &Report) -> anyhow::Result<()> {
        let a_row = self.opened.a_row;
        for (line, fate) in &report.rows {
            match fate {
                Fate::Same(first) => say(&format!("  {a_row} {line}: the same as {a_row} {first}, and kept once"))?,
                Fate::There(number) => say(&format!(
                    "  {a_row} {line}: logged already as {number}, within thirty days of it; that one stays as it is"
                ))?,
                Fate::New | Fate::Joined | Fate::Before => {}
            }
        }
        Ok(())
    }

    fn wrong(&self, wrong: &WrongCell) -> String {
        let (a_row, line) = (self.opened.a_row, wrong.line);
        match wrong.column {
            Some(at) => format!("{a_row} {line}, column {} ({}): {}", letters(at), self.header(at), wrong.says),
            None => format!("{a_row} {line}: {}", wrong.says),
        }
    }

    fn last_line(&self, report: &Report) -> anyhow::Result<()> {
        let kind = self.kind.as_str();
        let fresh = report.count(|fate| matches!(fate, Fate::New | Fate::Joined));
        if !self.asked.write {
            let fine = match fresh {
                0 => "There is nothing to store.".to_owned(),
                count => format!("To store {}, add --write to the same command.", counted(count, "row")),
            };
            return say(&format!("\nThis was a dry run: nothing was stored. {fine}"));
        }
        let next = match (self.kind, fresh) {
            (_, 0) => "Nothing new was stored.",
            (ImportKind::Leads, _) => "Each owner is told of theirs in one message; their clocks run in working hours.",
            (ImportKind::Deals, _) => "They are followed: /deal mine shows each owner theirs, /deal team the head.",
            (ImportKind::Refusals, _) => {
                "They are history: nobody is told of them. /recontacts shows each owner when to call again."
            }
        };
        say(&format!("\nImported {kind}. {next}"))
    }
}

fn refused_rows(refused: &[WrongCell]) -> usize {
    let mut lines: Vec<u64> = refused.iter().map(|wrong| wrong.line).collect();
    lines.dedup();
    lines.len()
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn were(count: usize, noun: &str) -> String {
    format!("{} {}", counted(count, noun), if count == 1 { "was" } else { "were" })
}

/// What a column is called in a spreadsheet: A, B, .., Z, AA.
fn letters(at: usize) -> String {
    let letter = |at: usize| char::from(b'A' + u8::try_from(at % 26).unwrap_or_default());
    match at / 26 {
        0 => letter(at).to_string(),
        more => letters(more - 1) + &letter(at).to_string(),
    }
}

/// How far it is, on one line of a terminal; nothing elsewhere.
pub(super) struct Progress {
    doing: &'static str,
    on_terminal: bool,
    said: Option<usize>,
}

impl Progress {
    /// How wide the bar is.
    const BAR: usize = 30;

    /// One that says what is being done.
    pub(super) fn new(doing: &'static str) -> Self {
        Self { doing, on_terminal: io::stderr().is_terminal(), said: None }
    }

    /// So many of so many are done.
    pub(super) fn is_at(&mut self, done: usize, of: usize) {
        let percent = done * 100 / of.max(1);
        if !self.on_terminal || self.said == Some(percent) {
            return;
        }
        self.said = Some(percent);
        let full = percent * Self::BAR / 100;
        let bar = format!("{}{}", "#".repeat(full), ".".repeat(Self::BAR - full));
        // Whoever does not see it misses nothing.
        let _ = write!(io::stderr(), "\r{} [{bar}] {percent:>3} % ({done} of {of})", self.doing);
    }

    /// The line is free again.
    pub(super) fn ends(&self) {
        if self.said.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}
