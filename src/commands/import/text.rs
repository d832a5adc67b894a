//! CSV, in whatever encoding and with whatever sign between columns.

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::file::{Hints, MOST_ROWS, Opened, too_many_rows};
use crate::flows::{Cell, Row, Sheet};

/// The signs that may stand between columns, the likeliest first.
const SIGNS: [(u8, &str); 3] = [(b',', "\",\""), (b';', "\";\""), (b'\t', "tabs")];

/// Reads a text.
///
/// # Errors
/// What is wrong with it, and what to do.
pub(super) fn read(bytes: &[u8], hints: Hints<'_>, score: impl Fn(&[String]) -> usize) -> Result<Opened, String> {
    let (text, encoding) = decoded(bytes, hints)?;
    let (text, skipped, said) = without_sign_line(&text);
    let (sign, name) = match said.and_then(|sign| SIGNS.into_iter().find(|(known, _)| *known == sign)) {
        Some(sign) => sign,
        None => sign_of(text, score),
    };
    let mut reader =
        ReaderBuilder::new().delimiter(sign).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut record, mut sheet) = (StringRecord::new(), Sheet::default());
    let (mut first, mut last) = (true, (0, 0));
    let mut lines = Lines { text, line: 1 + skipped, at: 0 };
    while reader.read_record(&mut record).map_err(|error| format!("it cannot be read as CSV: {error}"))? {
        let from = record.position().map_or(0, csv::Position::byte);
        last = lines.begins_after(usize::try_from(from).unwrap_or(usize::MAX));
        let line = last.0;
        if std::mem::take(&mut first) {
            sheet.headers = record.iter().map(str::to_owned).collect();
            continue;
        }
        if sheet.rows.len() > MOST_ROWS {
            return Err(too_many_rows());
        }
        let cell = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) };
        sheet.rows.push(Row { line, cells: record.iter().map(cell).collect() });
    }
    if let Some(line) = open_quote(text, last) {
        let why = "a quotation mark in the row that begins there is never closed, so that all below would be one cell";
        return Err(format!("line {line}: {why}: close it, or write it twice where it is meant as a sign"));
    }
    Ok(Opened { sheet, as_what: format!("{encoding}, columns apart by {name}"), a_row: "line" })
}

/// Counts lines: the reader counts none that ends between two rows.
struct Lines<'t> {
    text: &'t str,
    line: u64,
    at: usize,
}

impl Lines<'_> {
    /// On which line, and at which byte, the row begins before which the reader stood at `from`.
    fn begins_after(&mut self, from: usize) -> (u64, usize) {
        let bytes = self.text.as_bytes();
        let is_end = |at: usize| matches!(bytes.get(at), Some(b'\r' | b'\n'));
        while self.at < bytes.len() && (self.at < from || is_end(self.at)) {
            // `\r\n` is one end.
            let counts = bytes[self.at] == b'\n' || (bytes[self.at] == b'\r' && bytes.get(self.at + 1) != Some(&b'\n'));
            self.line += u64::from(counts);
            self.at += 1;
        }
        (self.line, self.at)
    }
}

/// The text, and how it was encoded: as its first bytes say, else as was said, else UTF-8 if it is that.
fn decoded<'b>(bytes: &'b [u8], hints: Hints<'_>) -> Result<(Cow<'b, str>, &'static str), String> {
    let told = Encoding::for_bom(bytes).map(|(encoding, _)| encoding).or(hints.encoding);
    let encoding = told.or_else(|| guessed_utf_16(bytes)).unwrap_or_else(|| {
        let other = hints.fallback.unwrap_or(WINDOWS_1252);
        if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { other }
    });
    let (text, used, broken) = encoding.decode(bytes);
    if broken {
        return Err(format!(
            "it is not all {}: save it as CSV UTF-8, or say how it is encoded, as --encoding windows-1250",
            used.name()
        ));
    }
    if text.contains('\0') {
        return Err(
            "this is neither a text nor a workbook: save the table as .csv or .xlsx, and import that".to_owned()
        );
    }
    Ok((text, used.name()))
}

/// UTF-16 that does not say so: every other byte of its first letters is none.
fn guessed_utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let begins = bytes.get(..16)?;
    let none = |from: usize| begins.iter().skip(from).step_by(2).all(|byte| *byte == 0);
    match (none(0), none(1)) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}

/// The text without the line `sep=;` by which Excel is told the sign, how many lines that were, and the sign.
fn without_sign_line(text: &str) -> (&str, u64, Option<u8>) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim_end().strip_prefix("sep=").map(str::as_bytes) {
        Some([sign]) => (rest, 1, Some(*sign)),
        // A tab at the end was trimmed.
        Some([]) => (rest, 1, Some(b'\t')),
        _ => (text, 0, None),
    }
}

/// The sign between columns: with which most headers are known, else with which there are most.
fn sign_of(text: &str, score: impl Fn(&[String]) -> usize) -> (u8, &'static str) {
    let tried = SIGNS.iter().rev().map(|sign| {
        let mut reader =
            ReaderBuilder::new().delimiter(sign.0).has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut record = ByteRecord::new();
        let read = reader.read_byte_record(&mut record).unwrap_or(false);
        let headers: Vec<String> = if read {
            record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
        } else {
            Vec::new()
        };
        ((score(&headers), headers.len()), *sign)
    });
    // Of equal ones the last, which is the likeliest.
    tried.max_by_key(|(score, _)| *score).map_or(SIGNS[0], |(_, sign)| sign)
}

/// The line of the last row, if a quotation mark in it is never closed.
fn open_quote(text: &str, (line, at): (u64, usize)) -> Option<u64> {
    let row = text.get(at..)?;
    let marks = row.bytes().filter(|byte| *byte == b'"').count();
    (marks % 2 == 1 && row.trim_end().contains('\n')).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(headers: &[String]) -> usize {
        headers.iter().filter(|header| ["Company", "E-mail", "Société"].contains(&header.trim())).count()
    }

    fn opened(bytes: &[u8]) -> Opened {
        read(bytes, Hints::default(), known).expect("it is read")
    }

    fn texts(opened: &Opened) -> Vec<Vec<&str>> {
        let text = |cell: &'_ Cell| match cell {
            Cell::Text(text) => text.as_str().to_owned().leak() as &str,
            _ => "",
        };
        opened.sheet.rows.iter().map(|row| row.cells.iter().map(text).collect()).collect()
    }

    #[test]
    fn encodings_and_signs_are_found() {
        let utf_16: Vec<u8> =
            "\u{feff}Société\tE-mail\r\nȘtefan\ta@b.c\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let cases: [(&[u8], &str, &str); 6] = [
            ("Company,E-mail\nȘtefan,a@b.c\n".as_bytes(), "UTF-8, columns apart by \",\"", "Ștefan"),
            ("\u{feff}Company;E-mail\r\nȘtefan;a@b.c".as_bytes(), "UTF-8, columns apart by \";\"", "Ștefan"),
            (b"Soci\xe9t\xe9;E-mail\r\nH\xf4tel;a@b.c\r\n", "windows-1252, columns apart by \";\"", "Hôtel"),
            (&utf_16, "UTF-16LE, columns apart by tabs", "Ștefan"),
            (b"sep=;\r\nCompany;E-mail\r\nNovo;a@b.c\r\n", "UTF-8, columns apart by \";\"", "Novo"),
            (b"\"Company\",\"E-mail\"\n\"Novo; Systems\",\"a@b.c\"", "UTF-8, columns apart by \",\"", "Novo; Systems"),
        ];
        for (bytes, as_what, name) in cases {
            let opened = opened(bytes);
            assert_eq!((opened.as_what.as_str(), texts(&opened)), (as_what, vec![vec![name, "a@b.c"]]));
        }
    }

    #[test]
    fn rows_know_the_line_they_begin_on() {
        for (text, wanted) in [
            ("Company,Note\nA,\"one\ntwo\"\n\nB,x\n", [2, 5]),
            ("Company,Note\r\nA,\"one\r\ntwo\"\r\n\r\nB,x\r\n", [2, 5]),
            ("Company,Note\rA,one\rB,x", [2, 3]),
            ("\n\nCompany,Note\r\n,\r\nB,x", [4, 5]),
            ("sep=,\r\nCompany,Note\r\nA,one\r\nB,x", [3, 4]),
        ] {
            let opened = opened(text.as_bytes());
            let lines: Vec<u64> = opened.sheet.rows.iter().map(|row| row.line).collect();
            assert_eq!(lines, wanted, "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_what_to_do() {
        let wrong = |bytes: &[u8]| read(bytes, Hints::default(), known).expect_err("it is not read");
        assert!(wrong(b"Company,E-mail\nA,b\nB,\"c\nC,d\n").contains("line 3: a quotation mark"));
        assert!(wrong(b"Company\0\x01\x02\x03binary\0").contains("neither a text nor a workbook"));
        assert!(wrong(b"\xff\xfeC\x00o\x00\x00\xd8").contains("it is not all UTF-16LE"));
    }
}
