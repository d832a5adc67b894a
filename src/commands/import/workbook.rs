//! Excel workbooks.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};
use chrono::NaiveDate;
use zip::ZipArchive;

use super::file::{MOST_COLUMNS, MOST_ROWS, Opened, too_many_rows};
use crate::flows::{Cell, Row, Sheet};

/// The most bytes a workbook may unpack to: a small file can hold a great deal of nothing.
const UNPACKED: u64 = 1024 * 1024 * 1024;

type Workbook = Xlsx<Cursor<Vec<u8>>>;

/// Reads a sheet of a workbook: the one of this name, else the first one that can be seen and holds something.
///
/// # Errors
/// What is wrong with it, and what to do.
pub(super) fn read(bytes: Vec<u8>, wanted: Option<&str>) -> Result<Opened, String> {
    let broken =
        |why: String| format!("it is broken, or no workbook ({why}): open it, save it again as .xlsx, and import that");
    let archive = ZipArchive::new(Cursor::new(&bytes)).map_err(|error| broken(error.to_string()))?;
    if archive.index_for_name("xl/workbook.xml").is_none() {
        let why = "this is an archive and no Excel workbook: save the table as .xlsx or .csv, and import that";
        return Err(why.to_owned());
    }
    if archive.decompressed_size().is_some_and(|size| size > u128::from(UNPACKED)) {
        return Err("it unpacks to more than 1 GB: delete empty rows and formats, or save it as .csv".to_owned());
    }
    drop(archive);
    let mut book = Workbook::new(Cursor::new(bytes)).map_err(|error| broken(error.to_string()))?;
    let names = sheets(&book);
    let several = names.len() > 1;
    if let Some(wanted) = wanted {
        let Some(name) = names.iter().find(|name| *name == wanted) else {
            return Err(format!("it has no sheet \"{wanted}\": one of {}", names.join(", ")));
        };
        let sheet = cells(&mut book, name)?;
        return Ok(opened(name, several, sheet));
    }
    for name in &names {
        let sheet = cells(&mut book, name)?;
        if !sheet.headers.is_empty() {
            return Ok(opened(name, several, sheet));
        }
    }
    Err("it is empty: the first row has the headers, each row below one entry".to_owned())
}

fn opened(name: &str, several: bool, sheet: Sheet) -> Opened {
    let name = crate::flows::shown(name);
    let others = if several { "; --sheet reads another one" } else { "" };
    Opened { sheet, as_what: format!("a workbook, sheet \"{name}\"{others}"), a_row: "row" }
}

fn sheets(book: &Workbook) -> Vec<String> {
    let seen = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible);
    seen.map(|sheet| sheet.name.clone()).collect()
}

/// The cells of a sheet. Only those that are there: between the first and a stray last one may lie millions.
fn cells(book: &mut Workbook, name: &str) -> Result<Sheet, String> {
    let broken = |error: calamine::XlsxError| {
        format!("its sheet \"{name}\" is broken ({error}): open it, save it again as .xlsx, and import that")
    };
    let mut reader = book.worksheet_cells_reader(name).map_err(broken)?;
    let mut rows: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
    while let Some(found) = reader.next_cell().map_err(broken)? {
        let ((row, column), value) = (found.get_position(), cell(found.get_value()));
        if value == Cell::Empty {
            continue;
        }
        let column = column as usize;
        if column >= MOST_COLUMNS {
            let why = "columns: leave only those that are to be imported";
            return Err(format!("its sheet \"{name}\" has more than {MOST_COLUMNS} {why}"));
        }
        let cells = rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = value;
        if rows.len() > MOST_ROWS + 1 {
            return Err(too_many_rows());
        }
    }
    let mut rows = rows.into_iter().map(|(row, cells)| Row { line: u64::from(row) + 1, cells });
    let header = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::Empty | Cell::Error(_) => String::new(),
    };
    let headers = rows.next().map(|first| first.cells.iter().map(header).collect()).unwrap_or_default();
    Ok(Sheet { headers, rows: rows.collect() })
}

fn cell(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text_cell(text),
        DataRef::SharedString(text) => text_cell(text),
        #[expect(clippy::cast_precision_loss, reason = "a spreadsheet keeps numbers as floating ones")]
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::Bool(yes) => Cell::Text(yes.to_string()),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            let day = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into());
            day.map_or(Cell::Number(at.as_f64()), Cell::Day)
        }
        DataRef::DateTime(at) => Cell::Number(at.as_f64()),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

fn text_cell(text: &str) -> Cell {
    if text.trim().is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}
