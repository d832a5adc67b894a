//! Refusals as a file: CSV and XLSX, written batch by batch.
//!
//! | | CSV | XLSX |
//! |---|---|---|
//! | encoding | UTF-8 with a byte-order mark, or Excel reads it as something older; lines end as RFC 4180 says | its own |
//! | text | quoted where it must be; what a program would run as a formula gets a `'` before it | strings, never formulas |
//! | days | `2026-03-09` | real days |
//! | amounts | `12000.50`, the currency in a column of its own | numbers, the same |
//! | longer than Excel's cells | whole | cut, with an ellipsis, and the row says so |
//! | the matrix | no | a sheet |
//!
//! The rows of a sheet go through a temporary file while they are written, so memory does not grow with them.

use chrono::NaiveDate;

use crate::domain::Money;

mod csv;
mod xlsx;

pub use csv::CsvExport;
pub use xlsx::{MOST_EXPORTED, XlsxExport};

/// A refusal as it is exported; every label in the reader's language, and only what they may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRow {
    /// Its number.
    pub number: i64,
    /// The day the client said no.
    pub happened_on: NaiveDate,
    /// The day it was logged.
    pub logged_on: NaiveDate,
    /// The client's company.
    pub account: String,
    /// The person there.
    pub contact: Option<String>,
    /// What that person is there.
    pub contact_role: Option<String>,
    /// How it ended.
    pub outcome: String,
    /// Why, the first level.
    pub reason: String,
    /// Why, the second level.
    pub reason_detail: Option<String>,
    /// Why, as the client or the head says.
    pub heard_reason: Option<String>,
    /// What was offered.
    pub products: String,
    /// What it was worth.
    pub budget: Option<Money>,
    /// Who won, or stood against us.
    pub competitor: Option<String>,
    /// Why, in the client's own words.
    pub verbatim: Option<String>,
    /// Which part of the market.
    pub segment: Option<String>,
    /// Where the client came from.
    pub source: Option<String>,
    /// The client is bound to somebody else until this day.
    pub contract_until: Option<NaiveDate>,
    /// Where it is in its life.
    pub stage: String,
    /// Who owns it.
    pub owner: String,
    /// Who logged it.
    pub logged_by: String,
    /// How well it is qualified, 0 to 100.
    pub quality: Option<u8>,
}

/// A column of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Its number.
    Number,
    /// The day the client said no.
    HappenedOn,
    /// The day it was logged.
    LoggedOn,
    /// The client's company.
    Account,
    /// The person there.
    Contact,
    /// What that person is there.
    ContactRole,
    /// How it ended.
    Outcome,
    /// Why, the first level.
    Reason,
    /// Why, the second level.
    ReasonDetail,
    /// Why, as the client or the head says.
    HeardReason,
    /// What was offered.
    Products,
    /// What it was worth.
    Amount,
    /// In which currency.
    Currency,
    /// Who won.
    Competitor,
    /// The client's own words.
    Verbatim,
    /// Which part of the market.
    Segment,
    /// Where the client came from.
    Source,
    /// Bound until.
    ContractUntil,
    /// Where it is in its life.
    Stage,
    /// Who owns it.
    Owner,
    /// Who logged it.
    LoggedBy,
    /// How well it is qualified.
    Quality,
    /// That something was cut; not in CSV, where nothing is.
    Note,
}

impl Column {
    /// Every column, from the left.
    pub const ALL: [Column; 23] = [
        Column::Number,
        Column::HappenedOn,
        Column::LoggedOn,
        Column::Account,
        Column::Contact,
        Column::ContactRole,
        Column::Outcome,
        Column::Reason,
        Column::ReasonDetail,
        Column::HeardReason,
        Column::Products,
        Column::Amount,
        Column::Currency,
        Column::Competitor,
        Column::Verbatim,
        Column::Segment,
        Column::Source,
        Column::ContractUntil,
        Column::Stage,
        Column::Owner,
        Column::LoggedBy,
        Column::Quality,
        Column::Note,
    ];

    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Column::Number => "number",
            Column::HappenedOn => "happened_on",
            Column::LoggedOn => "logged_on",
            Column::Account => "account",
            Column::Contact => "contact",
            Column::ContactRole => "contact_role",
            Column::Outcome => "outcome",
            Column::Reason => "reason",
            Column::ReasonDetail => "reason_detail",
            Column::HeardReason => "heard_reason",
            Column::Products => "products",
            Column::Amount => "amount",
            Column::Currency => "currency",
            Column::Competitor => "competitor",
            Column::Verbatim => "verbatim",
            Column::Segment => "segment",
            Column::Source => "source",
            Column::ContractUntil => "contract_until",
            Column::Stage => "stage",
            Column::Owner => "owner",
            Column::LoggedBy => "logged_by",
            Column::Quality => "quality",
            Column::Note => "note",
        }
    }

    /// How wide it is in a sheet, in characters.
    fn width(self) -> u32 {
        match self {
            Column::Verbatim => 60,
            Column::Account | Column::Products | Column::ReasonDetail | Column::HeardReason | Column::Note => 28,
            Column::Contact | Column::ContactRole | Column::Outcome | Column::Reason | Column::Competitor => 22,
            Column::Owner | Column::LoggedBy | Column::Segment | Column::Source | Column::Stage => 20,
            Column::Amount | Column::HappenedOn | Column::LoggedOn | Column::ContractUntil => 16,
            Column::Number | Column::Currency | Column::Quality => 11,
        }
    }

    fn of(self, row: &ExportRow) -> Cell<'_> {
        match self {
            Column::Number => Cell::Number(row.number),
            Column::HappenedOn => Cell::Day(row.happened_on),
            Column::LoggedOn => Cell::Day(row.logged_on),
            Column::Account => Cell::Text(&row.account),
            Column::Contact => option(row.contact.as_deref()),
            Column::ContactRole => option(row.contact_role.as_deref()),
            Column::Outcome => Cell::Text(&row.outcome),
            Column::Reason => Cell::Text(&row.reason),
            Column::ReasonDetail => option(row.reason_detail.as_deref()),
            Column::HeardReason => option(row.heard_reason.as_deref()),
            Column::Products => Cell::Text(&row.products),
            Column::Amount => row.budget.map_or(Cell::Nothing, Cell::Amount),
            Column::Currency => row.budget.as_ref().map_or(Cell::Nothing, |money| Cell::Text(money.currency.code())),
            Column::Competitor => option(row.competitor.as_deref()),
            Column::Verbatim => option(row.verbatim.as_deref()),
            Column::Segment => option(row.segment.as_deref()),
            Column::Source => option(row.source.as_deref()),
            Column::ContractUntil => row.contract_until.map_or(Cell::Nothing, Cell::Day),
            Column::Stage => Cell::Text(&row.stage),
            Column::Owner => Cell::Text(&row.owner),
            Column::LoggedBy => Cell::Text(&row.logged_by),
            Column::Quality => row.quality.map_or(Cell::Nothing, |points| Cell::Number(points.into())),
            Column::Note => Cell::Nothing,
        }
    }
}

/// The words of a file, in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportWords {
    /// The name of each column of [`Column::ALL`].
    pub headings: Vec<String>,
    /// The name of the sheet of refusals.
    pub refusals: String,
    /// The name of the sheet of the matrix.
    pub matrix: String,
    /// What a row says of which something was cut.
    pub cut: String,
}

impl ExportWords {
    fn heading(&self, at: usize) -> &str {
        self.headings.get(at).map_or("", String::as_str)
    }
}

/// What stands in a cell.
#[derive(Clone, Copy, Debug)]
enum Cell<'a> {
    Nothing,
    Text(&'a str),
    Number(i64),
    Amount(Money),
    Day(NaiveDate),
}

fn option(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Nothing, Cell::Text)
}

/// An amount in major units with all digits of its currency: `12000.50`, `-3`, `1.250`.
fn decimal(money: Money) -> String {
    let digits = money.currency.digits();
    let one = 10_u64.pow(digits);
    let (sign, minor) = (if money.minor < 0 { "-" } else { "" }, money.minor.unsigned_abs());
    if digits == 0 {
        return format!("{sign}{minor}");
    }
    format!("{sign}{}.{:0wide$}", minor / one, minor % one, wide = usize::try_from(digits).unwrap_or(2))
}
