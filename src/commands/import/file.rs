//! A file as it lies there: what it is, and its rows.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use encoding_rs::Encoding;

use super::{text, workbook};
use crate::commands::Failure;
use crate::flows::{Cell, Row, Sheet};

/// The largest file, in bytes.
pub(super) const LARGEST: u64 = 50 * 1024 * 1024;
/// The most rows under the headers.
pub(super) const MOST_ROWS: usize = 100_000;
/// The most columns.
pub(super) const MOST_COLUMNS: usize = 300;

/// How a workbook begins, as any ZIP archive.
const ZIP: &[u8] = b"PK\x03\x04";
/// How files of Excel 97 begin, and encrypted ones.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// What was said of a file on the command line.
#[derive(Clone, Copy, Default)]
pub(super) struct Hints<'a> {
    /// Which sheet of a workbook.
    pub(super) sheet: Option<&'a str>,
    /// How a text is encoded that does not say so itself.
    pub(super) encoding: Option<&'static Encoding>,
    /// The same, if nothing was said.
    pub(super) fallback: Option<&'static Encoding>,
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct Opened {
    /// What it holds.
    pub(super) sheet: Sheet,
    /// How it was read, in words: `UTF-8, columns apart by ";"`.
    pub(super) as_what: String,
    /// What a row is called: a line, or a row.
    pub(super) a_row: &'static str,
}

/// Reads a file. `score` says how many headers of a first row are known: by that the sign between columns is found.
///
/// # Errors
/// What is wrong with it, and what to do.
pub(super) fn open(path: &Path, hints: Hints<'_>, score: impl Fn(&[String]) -> usize) -> Result<Opened, Failure> {
    let wrong = |why: String| Failure::Setup(format!("{}: {why}", path.display()));
    let bytes = read(path).map_err(wrong)?;
    let opened = if bytes.starts_with(ZIP) {
        workbook::read(bytes, hints.sheet)
    } else if bytes.starts_with(COMPOUND) {
        Err(locked_or_old(&bytes))
    } else {
        text::read(&bytes, hints, score)
    };
    let mut opened = opened.map_err(wrong)?;
    opened.sheet = tidy(opened.sheet).map_err(wrong)?;
    Ok(opened)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let told = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file: look for a slip in its name".to_owned(),
        std::io::ErrorKind::PermissionDenied => "it may not be read: give yourself the right to".to_owned(),
        _ => format!("it cannot be read: {error}"),
    };
    let about = fs::metadata(path).map_err(told)?;
    if about.is_dir() {
        return Err("this is a folder: name a file in it".to_owned());
    }
    if !about.is_file() {
        return Err("this is no file: save what it gives as one, and name that".to_owned());
    }
    let mut bytes = Vec::new();
    // It may grow meanwhile.
    File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(told)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!(
            "it is larger than {} MB: split it into several files, each with the headers in its first row",
            LARGEST / (1024 * 1024)
        ));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err("it is empty: the first row has the headers, each row below one entry".to_owned());
    }
    Ok(bytes)
}

/// Whether what is no ZIP archive has a password, or is an old workbook.
fn locked_or_old(bytes: &[u8]) -> String {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if bytes.windows(name.len()).any(|window| window == name) {
        "it has a password: open it, save it without one (File, Info, Protect Workbook), and import that".to_owned()
    } else {
        "this is an old Excel file (.xls): open it, save it as .xlsx or .csv, and import that".to_owned()
    }
}

/// Without rows and columns that hold nothing; too many are refused.
fn tidy(mut sheet: Sheet) -> Result<Sheet, String> {
    let holds = |cell: &Cell| match cell {
        Cell::Empty => false,
        Cell::Text(text) => !text.trim().is_empty(),
        Cell::Number(_) | Cell::Day(_) | Cell::Error(_) => true,
    };
    sheet.rows.retain(|row: &Row| row.cells.iter().any(holds));
    if sheet.headers.iter().all(|header| header.trim().is_empty()) {
        return Err("its first row is empty: write the headers there, such as Company and E-mail".to_owned());
    }
    if sheet.rows.is_empty() {
        return Err("it has headers and no rows: write each entry in a row below".to_owned());
    }
    if sheet.rows.len() > MOST_ROWS {
        return Err(too_many_rows());
    }
    if sheet.headers.len() > MOST_COLUMNS {
        return Err(format!("it has more than {MOST_COLUMNS} columns: leave only those that are to be imported"));
    }
    Ok(sheet)
}

/// What is said of more rows than may be.
pub(super) fn too_many_rows() -> String {
    format!("it has more than {MOST_ROWS} rows: split it into several files, each with the headers in its first row")
}
