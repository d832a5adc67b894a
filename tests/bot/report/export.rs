//! Files of refusals, read back by another reader.

use std::io::Cursor;

use calamine::{Data, Range, Reader as _, Xlsx};
use chrono::NaiveDate;
use panout::domain::{Currency, Money};
use panout::report::{Column, CsvExport, Drawing, DrawnCell, DrawnRow, ExportRow, ExportWords, XlsxExport};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn words() -> ExportWords {
    ExportWords {
        headings: Column::ALL.iter().map(|column| format!("{column:?}")).collect(),
        refusals: "Refus : l’équipe [Nord/Sud] du Grand Ouest et de l’Île-de-France".into(),
        matrix: "Matrice".into(),
        cut: "Coupé".into(),
    }
}

fn row(number: i64) -> ExportRow {
    ExportRow {
        number,
        happened_on: day(2026, 3, 9),
        logged_on: day(2026, 3, 10),
        account: "Țesătoria, \"Acme\" & fils".into(),
        contact: Some("Ștefan".into()),
        contact_role: None,
        outcome: "Competitor".into(),
        reason: "Price".into(),
        reason_detail: Some("No budget".into()),
        heard_reason: None,
        products: "CRM Pro, Billing".into(),
        budget: Some(Money::new(1_200_050, Currency::EUR)),
        competitor: Some("Contoso".into()),
        verbatim: Some("Too dear,\nfar too \"dear\".".into()),
        segment: Some("Retail".into()),
        source: Some("Webinar".into()),
        contract_until: Some(day(2027, 1, 31)),
        stage: "Dormant".into(),
        owner: "Ana".into(),
        logged_by: "Ana".into(),
        quality: Some(85),
    }
}

fn matrix() -> Drawing {
    let cells = |counts: [i64; 3]| {
        let cell = |count| DrawnCell { count, change: Some(1) };
        (counts[..2].iter().copied().map(cell).collect::<Vec<_>>(), cell(counts[2]))
    };
    let row = |name: &str, counts| {
        let (cells, total) = cells(counts);
        DrawnRow { name: name.into(), cells, total }
    };
    Drawing {
        columns: vec!["CRM".into(), "Billing".into()],
        rows: vec![row("=Ana", [3, 0, 3]), row("Mihai", [1, 2, 3])],
        totals: row("Total", [4, 2, 6]),
        ..Drawing::default()
    }
}

fn csv(rows: &[ExportRow]) -> String {
    let mut export = CsvExport::begin(Vec::new(), &words()).unwrap();
    rows.chunks(2).for_each(|batch| export.rows(batch).unwrap());
    String::from_utf8(export.finish().unwrap()).unwrap()
}

/// The records of a CSV file, by a reader of its own. Source: RFC 4180.
fn records(written: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut rest = written.strip_prefix('\u{feff}').expect("a byte-order mark").chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => field.extend(rest.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {
                assert_eq!(rest.next(), Some('\n'), "a line ends with both");
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            c => field.push(c),
        }
    }
    assert!(record.is_empty() && field.is_empty() && !quoted, "the last line ends too");
    records
}

fn at(column: Column) -> usize {
    Column::ALL.iter().position(|one| *one == column).unwrap()
}

fn book(rows: &[ExportRow]) -> (Vec<u8>, Xlsx<Cursor<Vec<u8>>>) {
    let mut export = XlsxExport::begin(words(), day(2026, 3, 16)).unwrap();
    rows.chunks(2).for_each(|batch| export.rows(batch).unwrap());
    let mut bytes = Vec::new();
    export.finish(&matrix(), &mut bytes).unwrap();
    (bytes.clone(), Xlsx::new(Cursor::new(bytes)).unwrap())
}

fn refusals(rows: &[ExportRow]) -> Range<Data> {
    let (_, mut book) = book(rows);
    book.worksheet_range_at(0).unwrap().unwrap()
}

fn string(cell: &Data) -> &str {
    match cell {
        Data::String(text) => text,
        other => panic!("no text: {other:?}"),
    }
}

#[test]
fn csv_says_all_of_a_refusal() {
    let records = records(&csv(&[row(1), row(2), row(3)]));
    assert_eq!(records.len(), 4);
    assert!(records.iter().all(|record| record.len() == Column::ALL.len() - 1), "{records:?}");
    assert_eq!(records[0][at(Column::LoggedBy)], "LoggedBy");
    let said = |column| records[3][at(column)].as_str();
    assert_eq!((said(Column::Number), said(Column::HappenedOn)), ("3", "2026-03-09"));
    assert_eq!((said(Column::Amount), said(Column::Currency)), ("12000.50", "EUR"));
    assert_eq!(said(Column::Account), "Țesătoria, \"Acme\" & fils");
    assert_eq!(said(Column::Verbatim), "Too dear,\nfar too \"dear\".");
    assert_eq!((said(Column::ContactRole), said(Column::Quality)), ("", "85"));
}

#[test]
fn csv_gives_no_formula_to_run_and_leaves_the_rest_alone() {
    let dangerous =
        ["=1+1", "+40 722", "-5", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", " =1", "\u{feff}=1"];
    for text in dangerous {
        let records = records(&csv(&[ExportRow { account: text.into(), verbatim: Some(text.into()), ..row(1) }]));
        assert_eq!(records[1][at(Column::Account)], format!("'{text}"));
        assert_eq!(records[1][at(Column::Verbatim)], format!("'{text}"));
    }
    for text in ["Acme", "a=1", "'=1", "1-2", "Ștefan"] {
        let records = records(&csv(&[ExportRow { account: text.into(), ..row(1) }]));
        assert_eq!(records[1][at(Column::Account)], text);
    }
    let negative = ExportRow { budget: Some(Money::new(-5, Currency::EUR)), ..row(1) };
    assert_eq!(records(&csv(&[negative]))[1][at(Column::Amount)], "-0.05", "a number is no formula");
}

#[test]
fn amounts_have_the_digits_of_their_currency() {
    let of = |minor, code: &str| {
        let budget = Some(Money::new(minor, code.parse().unwrap()));
        records(&csv(&[ExportRow { budget, ..row(1) }]))[1][at(Column::Amount)].clone()
    };
    assert_eq!(of(1250, "JPY"), "1250");
    assert_eq!(of(1250, "KWD"), "1.250");
    assert_eq!(of(7, "EUR"), "0.07");
    assert_eq!(of(Money::MAX, "EUR"), "10000000000000.00");
}

#[test]
fn a_sheet_has_text_as_text_days_as_days_and_amounts_as_numbers() {
    let sheet = refusals(&[row(1), ExportRow { account: "=HYPERLINK(\"http://x\")".into(), budget: None, ..row(2) }]);
    assert_eq!((sheet.height(), sheet.width()), (3, Column::ALL.len()));
    let cell = |row: u32, column| sheet.get_value((row, u32::try_from(at(column)).unwrap())).unwrap_or(&Data::Empty);
    assert_eq!(string(cell(0, Column::Verbatim)), "Verbatim");
    assert_eq!(string(cell(2, Column::Account)), "=HYPERLINK(\"http://x\")");
    assert_eq!(string(cell(1, Column::Verbatim)), "Too dear,\nfar too \"dear\".");
    assert_eq!((cell(1, Column::Amount), cell(1, Column::Number)), (&Data::Float(12000.5), &Data::Float(1.0)));
    assert_eq!((string(cell(1, Column::Currency)), cell(2, Column::Amount)), ("EUR", &Data::Empty));
    let Data::DateTime(happened) = cell(1, Column::HappenedOn) else { panic!("{:?}", cell(1, Column::HappenedOn)) };
    // Days since the last of December 1899, and one for the 29th of February 1900 that Excel believes in.
    assert_eq!(happened.to_string(), "46090");
}

#[test]
fn no_cell_of_a_sheet_is_a_formula() {
    let (_, mut book) = book(&[ExportRow { verbatim: Some("=1+1".into()), owner: "@x".into(), ..row(1) }]);
    for name in book.sheet_names() {
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name}");
    }
}

#[test]
fn the_matrix_has_a_sheet_of_numbers() {
    let (_, mut book) = book(&[row(1)]);
    let names = book.sheet_names();
    assert_eq!(names, ["Refus   l’équipe  Nord Sud  d", "Matrice"]);
    let sheet = book.worksheet_range("Matrice").unwrap();
    let said: Vec<Vec<String>> = sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(
        said,
        [["", "CRM", "Billing", "Total"], ["=Ana", "3", "0", "3"], ["Mihai", "1", "2", "3"], ["Total", "4", "2", "6"]]
    );
    assert_eq!(sheet.get_value((1, 1)), Some(&Data::Float(3.0)));
}

#[test]
fn the_head_stays_in_sight_and_filters() {
    let (bytes, _) = book(&[row(1), row(2), row(3)]);
    let sheet = unzipped(&bytes, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<pane ySplit=\"1\"") && sheet.contains("state=\"frozen\""), "{sheet}");
    assert!(sheet.contains("<autoFilter ref=\"A1:W4\"/>"), "{sheet}");
    assert!(sheet.contains("<col min=\"15\" max=\"15\" width=\"60."), "the client's words have room: {sheet}");
    let made = unzipped(&bytes, "docProps/core.xml");
    assert!(made.contains("2026-03-16T00:00:00Z"), "the day given, not the clock's: {made}");
}

fn unzipped(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    std::io::read_to_string(archive.by_name(name).unwrap()).unwrap()
}

#[test]
fn what_is_too_long_for_a_cell_is_cut_and_its_row_says_so() {
    let fits = "é".repeat(32_767);
    let long = format!("{}\u{1F600}\u{1F600}", "x".repeat(32_765));
    let rows = [fits.clone(), long.clone()].map(|text| ExportRow { verbatim: Some(text), ..row(1) });
    let sheet = refusals(&rows);
    let (verbatim, note) = (u32::try_from(at(Column::Verbatim)).unwrap(), u32::try_from(at(Column::Note)).unwrap());
    assert_eq!(string(sheet.get_value((1, verbatim)).unwrap()), fits);
    assert!(matches!(sheet.get_value((1, note)), None | Some(Data::Empty)));
    let cut = string(sheet.get_value((2, verbatim)).unwrap());
    assert_eq!(cut, format!("{}…", "x".repeat(32_765)), "half a letter is never kept");
    assert_eq!(string(sheet.get_value((2, note)).unwrap()), "Coupé");
    assert_eq!(records(&csv(&rows))[2][at(Column::Verbatim)], long, "CSV has all of it");
}

#[test]
fn names_of_sheets_are_made_valid_and_differ() {
    for (refusals, matrix) in [("", ""), ("'Refusals'", "refusals"), ("History", "a/b\\c?*:[]"), ("\u{7}", "History")] {
        let words = ExportWords { refusals: refusals.into(), matrix: matrix.into(), ..words() };
        let mut bytes = Vec::new();
        XlsxExport::begin(words, day(2026, 3, 16)).unwrap().finish(&Drawing::default(), &mut bytes).unwrap();
        let names = Xlsx::new(Cursor::new(bytes)).unwrap().sheet_names();
        assert_ne!(names[0].to_lowercase(), names[1].to_lowercase());
        assert!(names.iter().all(|name| !name.is_empty() && name.len() <= 31 && name != "History"), "{names:?}");
    }
}

#[test]
fn an_export_of_nothing_and_odd_days_is_a_file_too() {
    assert_eq!(records(&csv(&[])).len(), 1);
    assert_eq!(refusals(&[]).height(), 1);
    let old = ExportRow { happened_on: day(1066, 10, 14), verbatim: Some("a\u{0}\u{b}_x0041_b".into()), ..row(1) };
    let sheet = refusals(&[old]);
    assert_eq!(sheet.get_value((1, 1)), Some(&Data::String("1066-10-14".into())));
    let verbatim = sheet.get_value((1, u32::try_from(at(Column::Verbatim)).unwrap())).unwrap();
    assert!(string(verbatim).starts_with('a') && string(verbatim).ends_with('b'), "{verbatim:?}");
}
