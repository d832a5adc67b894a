//! What an organisation already has, from a file: leads, refusals of earlier times, deals.
//!
//! Starts: `panout import`, with the rows of a file. Acts: whoever runs it, an admin. Ends: each row is stored, joins what is
//! there, was stored before, or is refused with what to write instead; a dry run only says which.
//!
//! ```text
//! headers -> columns -> each row read -+-> refused (line, column, what to write)
//!                                      '-> its key -> known? -+-> before: left as it is
//!                                                             '-> lead    -> `receive`, as any that comes in
//!                                                                 refusal -> history: asleep, nobody is told
//!                                                                 deal    -> `track`, as one that is sent
//! ```
//!
//! A row's key is made of what it says, not of where it stands: the same file again, in another order, with more rows or
//! as a workbook adds only what is new. The key is kept in the transaction that stores the row, so that whatever ends the
//! process in between, the next run goes on where this one was. Rows of a file that say the same in every column are one.

mod cells;
mod columns;
mod days;
mod deal;
mod house;
mod lead;
mod refusal;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};

pub use columns::{Columns, ImportKind, Meaning};
pub use house::ImportOptions;

use self::cells::Reader;
use self::days::Order;
use self::deal::DealEntry;
use self::house::House;
use self::lead::{Clients, LeadEntry};
use self::refusal::RefusalEntry;
use super::{Error, Result, Shared};
use crate::clock;
use crate::domain::{PersonId, visible};
use crate::store::{Db, Tx};

/// How many rows are stored in one transaction: `panout run` waits for no more than these.
const AT_ONCE: usize = 50;
/// How long the file of `SQLite` is left to others between two: who waits for it looks again within a tenth of a second.
const LEFT_TO_OTHERS: Duration = Duration::from_millis(110);
/// How many rows are looked at in one.
const LOOKED_AT: usize = 500;
/// How much of a cell is shown.
const SHOWN: usize = 60;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text.
    Text(String),
    /// A number, of a workbook.
    Number(f64),
    /// A day, of a workbook.
    Day(NaiveDate),
    /// The error a formula came to, of a workbook.
    Error(String),
}

/// A row of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// On which line it begins, from 1; in a workbook its number.
    pub line: u64,
    /// Its cells, under the headers; those at the end may be missing.
    pub cells: Vec<Cell>,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// Its first row.
    pub headers: Vec<String>,
    /// The others, without empty ones.
    pub rows: Vec<Row>,
}

/// A row, or a cell of it, that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongCell {
    /// On which line.
    pub line: u64,
    /// In which column, from 0; in none if the column is missing.
    pub column: Option<usize>,
    /// What, and what to write instead.
    pub says: String,
}

/// What becomes of a row that is as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    New,
    /// It is about a client whose lead is open, or a deal that is followed, and joins that.
    Joined,
    /// It was imported before.
    Before,
    /// It says what the row on that line says.
    Same(u64),
    /// It is a refusal that people logged themselves: which.
    There(String),
}

/// What became of a row that was stored.
struct Became {
    fate: Fate,
    number: i64,
    /// Whose call was moved to which day, because its own was over.
    moved: Option<(PersonId, NaiveDate)>,
}

/// What came of a file: each row's line and its fate, and what was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The rows that are as they should be.
    pub rows: Vec<(u64, Fate)>,
}

/// Why an import cannot begin.
#[derive(Debug)]
pub enum NotReady {
    /// What to do first.
    Wrong(String),
    /// Our fault.
    Broken(anyhow::Error),
}

impl From<crate::store::Fault> for NotReady {
    fn from(error: crate::store::Fault) -> Self {
        Self::Broken(error.into())
    }
}

impl From<anyhow::Error> for NotReady {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error)
    }
}

/// A row that was read.
struct Entry {
    line: u64,
    key: String,
    what: What,
}

enum What {
    Lead(Box<LeadEntry>),
    Refusal(Box<RefusalEntry>),
    Deal(Box<DealEntry>),
}

/// A file that was read, ready to be stored.
pub struct Import {
    db: Db,
    kind: ImportKind,
    house: Arc<House>,
    /// What is to be stored, each thing once.
    entries: Arc<Vec<Entry>>,
    /// The rows that say what another one says.
    same: Vec<(u64, Fate)>,
    /// What was refused, in the order of the file.
    pub refused: Vec<WrongCell>,
    /// What is good to know of how the file was read.
    pub remarks: Vec<String>,
}

impl Import {
    /// Reads the rows of a file.
    ///
    /// # Errors
    /// When a column is missing, somebody named beside the file is not there, or the database does not answer.
    pub async fn read(
        db: &Db,
        shared: &Arc<Shared>,
        (kind, options): (ImportKind, ImportOptions),
        (sheet, columns): (&Sheet, &Columns),
        now: DateTime<Utc>,
    ) -> Result<Self, NotReady> {
        let missing = columns.missing(shared);
        if !missing.is_empty() {
            return Err(NotReady::Wrong(format!(
                "a column is missing. Give one of the columns a header such as:\n  {}",
                missing.join("\n  ")
            )));
        }
        let (wanted, asked) = (shared.clone(), options);
        let house = db.read(move |tx| {
            let (shared, options) = (wanted.clone(), asked.clone());
            Box::pin(async move { House::read(tx, &shared, &options, now).await })
        });
        let house = Arc::new(house.await?);
        if !house.has_one_team() && columns.at("team").is_none() && columns.at("owner").is_none() {
            let why = "there are several teams: say with --team whose these are, or add a column Team or Owner";
            return Err(NotReady::Wrong(why.to_owned()));
        }
        let reader = Reader::new(&house, columns, &sheet.rows);
        let remarks = remarks(&reader, sheet);
        let (entries, same, refused) = read_rows(&reader, kind, &sheet.rows);
        Ok(Self { db: db.clone(), kind, house, entries: Arc::new(entries), same, refused, remarks })
    }

    /// Says what would become of each row, and stores nothing. `progress` hears how many of how many are done.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn look(&self, mut progress: impl FnMut(usize, usize)) -> anyhow::Result<Report> {
        let mut rows = self.same.clone();
        let (mut clients, mut deals) = (Clients::default(), HashSet::new());
        for range in chunks(self.entries.len(), LOOKED_AT) {
            let (kind, entries, chunk) = (self.kind, self.entries.clone(), range.clone());
            let looked = self.db.read(move |tx| {
                let (entries, chunk) = (entries.clone(), chunk.clone());
                Box::pin(async move {
                    let mut fates = Vec::new();
                    for entry in &entries[chunk] {
                        fates.push(looks(tx, kind, entry).await.map_err(internal)?);
                    }
                    Ok::<_, anyhow::Error>(fates)
                })
            });
            let looked = looked.await?;
            for (entry, fate) in self.entries[range.clone()].iter().zip(looked) {
                let fate = match &entry.what {
                    What::Lead(lead) => clients.among(lead, fate),
                    // A second row of a deal changes what the first one begins.
                    What::Deal(deal) if !deals.insert(deal.key()) && fate == Fate::New => Fate::Joined,
                    What::Refusal(_) | What::Deal(_) => fate,
                };
                rows.push((entry.line, fate));
            }
            progress(range.end, self.entries.len());
        }
        Ok(Report::sorted(rows))
    }

    /// Stores each row that is as it should be and was not stored before. What is stored stays stored, whatever ends this.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep(
        &self,
        now: impl Fn() -> DateTime<Utc>,
        mut progress: impl FnMut(usize, usize),
    ) -> anyhow::Result<Report> {
        let mut rows = self.same.clone();
        for range in chunks(self.entries.len(), AT_ONCE) {
            let (kind, entries, house) = (self.kind, self.entries.clone(), self.house.clone());
            let (chunk, now) = (range.clone(), now());
            let kept = self.db.write_behind(move |tx| {
                let (entries, house, chunk) = (entries.clone(), house.clone(), chunk.clone());
                Box::pin(async move {
                    let mut fates = Vec::new();
                    for entry in &entries[chunk] {
                        fates.push(keeps(tx, &house, (kind, entry), now).await.map_err(internal)?);
                    }
                    Ok::<_, anyhow::Error>(fates)
                })
            });
            let kept = kept.await?;
            rows.extend(self.entries[range.clone()].iter().map(|entry| entry.line).zip(kept));
            progress(range.end, self.entries.len());
            if self.db.is_exclusive() && range.end < self.entries.len() {
                clock::pause(LEFT_TO_OTHERS).await;
            }
        }
        Ok(Report::sorted(rows))
    }
}

impl Report {
    fn sorted(mut rows: Vec<(u64, Fate)>) -> Self {
        rows.sort_by_key(|(line, _)| *line);
        Self { rows }
    }

    /// How many rows had a fate.
    pub fn count(&self, of: impl Fn(&Fate) -> bool) -> usize {
        self.rows.iter().filter(|(_, fate)| of(fate)).count()
    }
}

/// A text from a file as it is shown: on one line, without what shows nothing, and not too long.
pub fn shown(text: &str) -> String {
    let text = visible(text);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn chunks(whole: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    (0..whole).step_by(size).map(move |from| from..(from + size).min(whole))
}

/// Nobody in chat waits for an answer: what has words for them is said to whoever imports.
fn internal(error: Error) -> anyhow::Error {
    match error {
        Error::Internal(error) => error,
        Error::Tell(text) => anyhow::anyhow!("{}", text.unstyled()),
        Error::Faults(_) => anyhow::anyhow!("a row has faults that nobody looked for"),
    }
}

/// What is to be known of how days were read.
fn remarks(reader: &Reader<'_>, sheet: &Sheet) -> Vec<String> {
    let mut remarks = Vec::new();
    for column in ["happened_on", "received", "contract_until", "touched"] {
        let header = reader.columns.at(column).and_then(|at| sheet.headers.get(at));
        let Some(header) = header.map(|header| shown(header)) else { continue };
        match reader.order(column) {
            Order::DayFirst => {}
            Order::MonthFirst => remarks.push(format!("Days in \"{header}\" are read month first, as 03/15/2025.")),
            Order::Both => remarks.push(format!(
                "Days in \"{header}\" are written both ways, 15/03/2025 and 03/15/2025: those that may be two days are refused."
            )),
        }
    }
    remarks
}

/// Reads every row: what is to be stored, what says the same as another one, what is refused.
fn read_rows(reader: &Reader<'_>, kind: ImportKind, rows: &[Row]) -> (Vec<Entry>, Vec<(u64, Fate)>, Vec<WrongCell>) {
    let (mut entries, mut same, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    let mut lines: HashMap<String, u64> = HashMap::new();
    for row in rows {
        let mut reading = reader.row(row);
        let what = match kind {
            ImportKind::Leads => lead::read(&mut reading).map(|entry| What::Lead(Box::new(entry))),
            ImportKind::Refusals => refusal::read(&mut reading).map(|entry| What::Refusal(Box::new(entry))),
            ImportKind::Deals => deal::read(&mut reading).map(|entry| What::Deal(Box::new(entry))),
        };
        refused.append(&mut reading.wrong);
        let Some(what) = what else { continue };
        let key = reading.key(kind);
        if let Some(first) = lines.get(&key) {
            same.push((row.line, Fate::Same(*first)));
            continue;
        }
        lines.insert(key.clone(), row.line);
        entries.push(Entry { line: row.line, key, what });
    }
    (entries, same, refused)
}

/// What would become of a row, as the database is.
async fn looks(tx: &mut Tx, kind: ImportKind, entry: &Entry) -> Result<Fate> {
    if tx.was_imported(kind.as_str(), &entry.key).await? {
        return Ok(Fate::Before);
    }
    Ok(match &entry.what {
        What::Lead(lead) => match tx.open_lead_like(&lead.details).await? {
            Some(_) => Fate::Joined,
            None => Fate::New,
        },
        What::Refusal(refusal) => match refusal::there(tx, refusal).await? {
            Some(there) => Fate::There(there.number.to_string()),
            None => Fate::New,
        },
        What::Deal(deal) => deal::looks(tx, deal).await?,
    })
}

/// Stores a row, unless it was stored before.
async fn keeps(tx: &mut Tx, house: &House, (kind, entry): (ImportKind, &Entry), now: DateTime<Utc>) -> Result<Fate> {
    let row = (kind.as_str(), entry.key.as_str());
    if let What::Refusal(refusal) = &entry.what
        && !tx.was_imported(row.0, row.1).await?
        && let Some(there) = refusal::there(tx, refusal).await?
    {
        return Ok(Fate::There(there.number.to_string()));
    }
    if !tx.take_import_row(row, house.by.id, now).await? {
        return Ok(Fate::Before);
    }
    let became = match &entry.what {
        What::Lead(entry) => lead::keep(tx, house, entry, now).await?,
        What::Refusal(entry) => refusal::keep(tx, house, entry, now).await?,
        What::Deal(entry) => deal::keep(tx, house, entry, now).await?,
    };
    tx.import_row_became(row, became.number, became.moved).await?;
    Ok(became.fate)
}
