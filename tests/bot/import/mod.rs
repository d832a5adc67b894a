//! `panout import`, as an admin meets it: files of all kinds, a database, and what is there afterwards.

mod deals;
mod dry;
mod files;
mod kept;
mod together;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rust_xlsxwriter::{Format, Formula, Workbook};
use tempfile::TempDir;

use crate::story::Database;

/// A house with one team, on an empty database.
pub(crate) struct Desk {
    folder: TempDir,
    pub(crate) database: Database,
}

/// What came of a run.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

const HOUSE: &str = r#"
[organisation]
name = "Acme"
time_zone = "Europe/Bucharest"
[[team]]
name = "Field"
channels = ["slack:C0SALES"]
[[person]]
name = "Adi"
team = "Field"
accounts = ["slack:U0ADI"]
role = "admin"
[[person]]
name = "Elena Radu"
team = "Field"
accounts = ["slack:U0ELENA"]
role = "head"
[[person]]
name = "Ana Pop"
team = "Field"
accounts = ["slack:U0ANA"]
[[person]]
name = "Bogdan Ion"
team = "Field"
accounts = ["slack:U0BOGDAN"]
[[product]]
name = "CRM Suite"
aliases = ["crm"]
[[product]]
name = "Analytics"
"#;

impl Desk {
    pub(crate) fn new() -> Self {
        Self::of(HOUSE)
    }

    pub(crate) fn of(house: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a folder"), database: Database::new() };
        desk.write("panout.toml", house.as_bytes());
        desk
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file is written");
        path
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_panout"));
        command.args(args).current_dir(self.path()).env_clear().env("PANOUT_DATABASE_URL", self.database.url());
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        let Output { status, stdout, stderr } = self.command(args).output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
        Ended { code: status.code(), out: text(stdout), err: text(stderr) }
    }

    /// Imports a text, and says what came of it.
    pub(crate) fn imports(&self, kind: &str, text: &str, more: &[&str]) -> Ended {
        self.write("rows.csv", text.as_bytes());
        let args: Vec<&str> = ["import", kind, "rows.csv"].into_iter().chain(more.iter().copied()).collect();
        self.run(&args)
    }

    /// The only value of a query.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.database.rows::<(i64,)>(sql).await[0].0
    }
}

impl Ended {
    /// It ended so, and said all of this.
    pub(crate) fn says(&self, code: i32, parts: &[&str]) {
        let all = format!("{}{}", self.out, self.err);
        assert_eq!(self.code, Some(code), "{all}");
        for part in parts {
            assert!(all.contains(part), "{part:?} is missing in:\n{all}");
        }
    }
}

/// A cell of a workbook.
pub(crate) enum In<'a> {
    Text(&'a str),
    Number(f64),
    Day(i32, u8, u8),
    Formula(&'a str, &'a str),
    Nothing,
}

/// A workbook with these rows.
pub(crate) fn workbook(rows: &[&[In<'_>]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let days = Format::new().set_num_format("dd/mm/yyyy");
    let sheet = book.add_worksheet();
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let (row, column) = (u32::try_from(row).expect("few"), u16::try_from(column).expect("few"));
            match cell {
                In::Text(text) => sheet.write_string(row, column, *text).map(drop),
                In::Number(number) => sheet.write_number(row, column, *number).map(drop),
                In::Day(year, month, day) => {
                    let day = chrono::NaiveDate::from_ymd_opt(*year, (*month).into(), (*day).into()).expect("a day");
                    sheet.write_date_with_format(row, column, day, &days).map(drop)
                }
                In::Formula(formula, result) => {
                    sheet.write_formula(row, column, Formula::new(*formula).set_result(*result)).map(drop)
                }
                In::Nothing => Ok(()),
            }
            .expect("a cell is written");
        }
    }
    book.save_to_buffer().expect("a workbook")
}
