//! Files as people have them: of programs, of other times, and broken ones.

use std::fmt::Write as _;

use super::{Desk, In, workbook};

#[tokio::test]
async fn a_workbook_is_read_with_its_numbers_days_and_formulas() {
    let desk = Desk::new();
    let rows: [&[In<'_>]; 4] = [
        &[
            In::Text("Company"),
            In::Text("Loss reason"),
            In::Text("Close date"),
            In::Text("Amount"),
            In::Text("Owner"),
            In::Text("Notes"),
        ],
        &[
            In::Text("Novo"),
            In::Text("Too expensive"),
            In::Day(2025, 3, 4),
            In::Number(12_500.5),
            In::Text("Pop Ana"),
            In::Formula("=A2&\"!\"", "Novo!"),
        ],
        &[
            In::Formula("=\"Cl\"&\"ar\"", "Clar"),
            In::Text("timing"),
            In::Number(45_720.0),
            In::Number(1234.0),
            In::Nothing,
            In::Nothing,
        ],
        &[In::Text("Dima"), In::Text("timing"), In::Text("soon"), In::Nothing, In::Nothing, In::Nothing],
    ];
    desk.write("lost.xlsx", &workbook(&rows));
    desk.run(&["import", "refusals", "lost.xlsx", "--write"])
        .says(1, &["a workbook, sheet \"Sheet1\"", "2 stored", "row 4, column C (Close date): \"soon\" is no day"]);
    let kept: Vec<(String, String, Option<i64>, String, String)> = desk
        .database
        .rows(
            "SELECT r.account, CAST(r.happened_on AS TEXT), r.budget_minor, p.name, COALESCE(r.verbatim, '')
             FROM refusals r JOIN people p ON p.id = r.logged_by ORDER BY r.account DESC",
        )
        .await;
    let row = |account: &str, day: &str, minor, name: &str, verbatim: &str| {
        (account.to_owned(), day.to_owned(), Some(minor), name.to_owned(), verbatim.to_owned())
    };
    assert_eq!(
        kept,
        [row("Novo", "2025-03-04", 1_250_050, "Ana Pop", "Novo!"), row("Clar", "2025-03-04", 123_400, "Adi", "")]
    );
    // The same rows as a text are the same rows.
    let text =
        "Company,Loss reason,Close date,Amount,Owner,Notes\nNovo,too expensive,04/03/2025,12500.50,pop ana,NOVO!\n";
    desk.imports("refusals", text, &["--write"]).says(0, &["0 stored", "1 imported before", "Nothing new was stored."]);
    desk.database.drop().await;
}

#[tokio::test]
async fn encodings_and_signs_of_all_programs_are_read() {
    let desk = Desk::new();
    let utf_16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let files: [(&str, Vec<u8>, &str); 5] = [
        ("a.csv", "\u{feff}Société;Ville\r\n\"Știință; SRL\";Iași\r\n".into(), "Știință; SRL"),
        ("b.csv", utf_16("\u{feff}Company\tCity\r\nȚiglă\tCluj\r\n"), "Țiglă"),
        ("c.csv", b"Soci\xe9t\xe9,Ville\r\nH\xf4tel \x80,Nice\r\n".to_vec(), "Hôtel €"),
        ("d.csv", b"sep=;\r\nCompany;City\r\nSepia;Rome\r\n".to_vec(), "Sepia"),
        ("e.txt", b"Company\tCity\nTab, Inc\tOslo\n".to_vec(), "Tab, Inc"),
    ];
    for (name, bytes, _) in &files {
        desk.write(name, bytes);
        desk.run(&["import", "leads", name, "--write"]).says(0, &["1 stored"]);
    }
    desk.write("f.csv", b"Company,City\nBra\xbaov,X\n");
    desk.run(&["import", "leads", "f.csv", "--write", "--encoding", "windows-1250"]).says(0, &["windows-1250"]);
    let kept: Vec<(String,)> = desk.database.rows("SELECT account FROM leads ORDER BY number").await;
    let names: Vec<&str> = kept.iter().map(|(name,)| name.as_str()).collect();
    let wanted: Vec<&str> = files.iter().map(|(_, _, name)| *name).chain(["Braşov"]).collect();
    assert_eq!(names, wanted);
    desk.database.drop().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_says_what_to_do() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path().join("folder.csv")).expect("a folder");
    let compound = |inside: &str| {
        let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
        bytes.extend([0; 600]);
        bytes.extend(inside.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    };
    let mut cut = workbook(&[&[In::Text("Company")], &[In::Text("Novo")]]);
    cut.truncate(cut.len() / 2);
    let large = vec![b'a'; 50 * 1024 * 1024 + 1];
    let mut long = String::from("Company\n");
    for row in 0..=100_000 {
        let _ = writeln!(long, "Client {row}");
    }
    for (name, bytes, says) in [
        ("empty.csv", Vec::new(), "it is empty: the first row has the headers"),
        ("headers.csv", b"Company,E-mail\n\n , \n".to_vec(), "it has headers and no rows"),
        ("blank.csv", b",,\nNovo,a,b\n".to_vec(), "its first row is empty"),
        ("old.xls", compound("Workbook"), "this is an old Excel file (.xls): open it, save it as .xlsx or .csv"),
        ("locked.xlsx", compound("EncryptedPackage"), "it has a password"),
        ("cut.xlsx", cut, "it is broken, or no workbook"),
        ("photo.csv", vec![0, 1, 2, 3, 0, 9, 0, 0, 1, 0, 0, 2, 0, 0, 0, 1, 7], "neither a text nor a workbook"),
        ("quote.csv", b"Company,Note\nA,b\nB,\"c\nC,d\n".to_vec(), "line 3: a quotation mark"),
        ("large.csv", large, "it is larger than 50 MB: split it"),
        ("long.csv", long.into_bytes(), "it has more than 100000 rows: split it"),
    ] {
        desk.write(name, &bytes);
        desk.run(&["import", "leads", name]).says(2, &[name, says]);
    }
    desk.run(&["import", "leads", "folder.csv"]).says(2, &["this is a folder: name a file in it"]);
    desk.run(&["import", "leads", "gone.csv"]).says(2, &["there is no such file"]);
    desk.database.drop().await;
}

#[tokio::test]
async fn a_stray_cell_far_away_costs_no_memory() {
    let desk = Desk::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "Company").expect("a cell");
    sheet.write_string(1_048_575, 0, "Novo").expect("a cell");
    desk.write("far.xlsx", &book.save_to_buffer().expect("a workbook"));
    desk.run(&["import", "leads", "far.xlsx"]).says(0, &["1 row,", "1 new"]);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 16_383, "Company").expect("a cell");
    desk.write("wide.xlsx", &book.save_to_buffer().expect("a workbook"));
    desk.run(&["import", "leads", "wide.xlsx"]).says(2, &["has more than 300 columns"]);
    desk.database.drop().await;
}

#[tokio::test]
async fn hostile_cells_are_texts() {
    let desk = Desk::new();
    let long = "x".repeat(121);
    let rows = format!(
        "Company,Contact,Message,Owner\n\
         =cmd|' /C calc'!A0,<!channel> @everyone,\"**bold** <script>\u{1b}[2J\u{202e}\",\n\
         {long},,,\n\
         Novo,,,\"\u{1b}[31m{long}\"\n"
    );
    let ended = desk.imports("leads", &rows, &["--write"]);
    ended.says(
        1,
        &["1 stored", "line 3, column A (Company): it has 121 characters: at most 120", "line 4, column D (Owner)"],
    );
    assert!(
        !ended.out.contains('\u{1b}') && !ended.err.contains('\u{1b}'),
        "no escape reaches the terminal: {}",
        ended.out
    );
    assert!(!ended.out.contains(&long), "what is shown is short");
    let kept: Vec<(String, String, String)> = desk.database.rows("SELECT account, contact, wants FROM leads").await;
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].0.as_str(), kept[0].1.as_str()), ("=cmd|' /C calc'!A0", "<!channel> @everyone"));
    assert!(!kept[0].2.contains('\u{1b}'), "control characters are dropped as in chat");
    desk.database.drop().await;
}
