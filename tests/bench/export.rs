//! A hundred thousand refusals as a workbook and as CSV: how long, and how much memory at the most.

use std::fs::File;
use std::io::BufWriter;
use std::time::Duration;

use chrono::NaiveDate;
use panout::domain::{Currency, Money};
use panout::report::{Column, CsvExport, Drawing, ExportRow, ExportWords, XlsxExport};
use tokio::time::Instant;

const ROWS: i64 = 100_000;
/// How many are handed over at once, as they would come from the database.
const BATCH: i64 = 1_000;
/// What the issue asks for.
const AT_MOST: Duration = Duration::from_secs(5);
const AT_MOST_MB: f64 = 200.0;

pub(crate) fn measure() {
    println!("\nexport of {ROWS} refusals, verbatims of some 120 letters, in batches of {BATCH}");
    let folder = tempfile::tempdir().expect("a folder for the files");
    let create = |name: &str| BufWriter::new(File::create(folder.path().join(name)).expect("a file"));
    let size = |name: &str| std::fs::metadata(folder.path().join(name)).map_or(0, |found| found.len()) / 1000;
    report("CSV", || {
        let mut export = CsvExport::begin(create("refusals.csv"), &words()).expect("a file begins");
        batches().for_each(|batch| export.rows(&batch).expect("rows are written"));
        export.finish().expect("a file ends");
    });
    report("XLSX", || {
        let mut export = XlsxExport::begin(words(), day(1)).expect("a workbook begins");
        batches().for_each(|batch| export.rows(&batch).expect("rows are written"));
        export.finish(&Drawing::default(), create("refusals.xlsx")).expect("a workbook ends");
    });
    println!("  sizes: CSV {} kB, XLSX {} kB", size("refusals.csv"), size("refusals.xlsx"));
}

fn report(what: &str, write: impl FnOnce()) {
    let began = Instant::now();
    write();
    let (took, most) = (began.elapsed(), most_memory());
    let holds = if took <= AT_MOST && most <= AT_MOST_MB { "" } else { "   TOO MUCH" };
    println!("  {what:<5}{:>7.2} s, {most:>6.1} MB resident at the most so far{holds}", took.as_secs_f64());
}

/// The most memory this process ever had, in MB: all that was measured before counts too.
fn most_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a process of Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its most resident memory");
    let kilobytes: u32 = line.trim().trim_end_matches(" kB").trim().parse().expect("a number of kB");
    f64::from(kilobytes) / 1000.0
}

fn words() -> ExportWords {
    ExportWords {
        headings: Column::ALL.iter().map(|column| format!("{column:?}")).collect(),
        refusals: "Refusals".into(),
        matrix: "Matrix".into(),
        cut: "Cut".into(),
    }
}

fn batches() -> impl Iterator<Item = Vec<ExportRow>> {
    (0..ROWS / BATCH).map(|batch| (batch * BATCH..(batch + 1) * BATCH).map(row).collect())
}

fn day(number: i64) -> NaiveDate {
    let days = u64::try_from(number % 700).unwrap_or_default();
    NaiveDate::from_ymd_opt(2025, 1, 1)
        .and_then(|first| first.checked_add_days(chrono::Days::new(days)))
        .expect("a day")
}

fn row(number: i64) -> ExportRow {
    ExportRow {
        number,
        happened_on: day(number),
        logged_on: day(number + 1),
        account: format!("Client {number} SARL"),
        contact: Some(format!("Contact {number}")),
        contact_role: Some("Head of purchasing".into()),
        outcome: "A competitor won".into(),
        reason: "Price".into(),
        reason_detail: Some("Payment terms".into()),
        heard_reason: Some("Price".into()),
        products: "CRM Pro, Billing".into(),
        budget: Some(Money::new(1_200_000 + number, Currency::EUR)),
        competitor: Some("Contoso".into()),
        verbatim: Some(format!(
            "Nous ne pouvons pas payer l’année d’avance, la banque a dit non, et {number} autres nous ont fait une offre plus simple."
        )),
        segment: Some("Retail".into()),
        source: Some("Webinar".into()),
        contract_until: Some(day(number + 300)),
        stage: "Dormant".into(),
        owner: "Ana Ionescu".into(),
        logged_by: "Ana Ionescu".into(),
        quality: Some(85),
    }
}
