//! Refusals as a file, for whoever asked.
//!
//! Starts: `/refusals export`, with a format and a period. Acts: nobody. Ends: the file is with the one who asked, in
//! private. What they may see is decided when they ask, and again when the file is made.
//!
//! ```text
//! asked -> (a job) written batch by batch, with its progress -> the file -> forgotten after a week
//! ```

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::figures::{self, Asked, Names, Reach, Shown};
use super::notice::{self, Notice};
use super::{Call, Error, Result, Shared, quality, tell, words_for};
use crate::args;
use crate::chat::{Block, Card, Command, File, Reply};
use crate::domain::{Axis, Period, Person, PersonId, Refusal, RefusalNumber, Role, View};
use crate::report::{Column, CsvExport, ExportRow, ExportWords, MOST_EXPORTED, XlsxExport};
use crate::store::{Db, Export, NewJob, Scope, Tx};
use crate::words::Words;

/// The kind of job that makes a file.
pub const EXPORT: &str = "export";

/// How many refusals are read and written at once.
const BATCH: i64 = 1000;
/// From how many on progress is shown, and how often.
const LONG: i64 = 5000;
const STEP: i64 = 10_000;

/// Whose refusals somebody may have; `None`: nobody's.
fn scope(by: &Person) -> Option<Scope> {
    match by.role {
        Role::Observer => None,
        Role::Admin => Some(Scope::All),
        Role::Rep | Role::Head if by.leads(by.team.id) => Some(Scope::Team(by.team.id)),
        Role::Rep | Role::Head => Some(Scope::Own(by.id)),
    }
}

/// `/refusals export csv | xlsx` and a period.
pub(super) async fn ask(call: &mut Call<'_>, command: &Command) -> Result {
    let Some(scope) = scope(&call.by) else { return tell(call.words.text("export.not_yours", args! {})) };
    let mut format = "xlsx";
    let mut typed: Vec<&str> = command.text.split_whitespace().skip(1).collect();
    if let Some(at) = typed.iter().position(|word| ["csv", "xlsx"].contains(&word.to_lowercase().as_str())) {
        format = if typed.remove(at).eq_ignore_ascii_case("csv") { "csv" } else { "xlsx" };
    }
    let typed = if typed.is_empty() { "all".to_owned() } else { typed.join(" ") };
    let asked = Asked::read(call, &Command { text: typed.clone(), ..Command::default() })?;
    let Some(Asked { period, .. }) = asked else {
        return tell(call.words.text("export.unknown", args! { typed: typed }));
    };
    let days = period.days(super::reply::today(call));
    let count = call.tx.count_to_export(scope, days).await?;
    let words = call.words;
    let when = figures::when(words, period);
    if count == 0 {
        return Ok(Reply::Whisper(Card::titled(words.text("figures.none", args! { when: when }))));
    }
    if format == "xlsx" && count > i64::from(MOST_EXPORTED) {
        return tell(words.text("export.too_many", args! { refusals: words.counted("refusals", count) }));
    }
    let id = call.tx.ask_for_export((call.by.id, format), days, count, call.now).await?;
    let job = NewJob { kind: EXPORT, occurrence: format!("export:{id}"), payload: id.to_string(), run_at: call.now };
    call.tx.plan(&job, call.now).await?;
    if count > LONG {
        notice::plan(call.tx, call.shared, &Notice::Exporting(id), call.now, call.now).await?;
    }
    let title = args! { refusals: words.counted("refusals", count), when: when };
    Ok(Reply::Whisper(
        Card::titled(words.text("export.asked", title)).with(Block::Note(words.text("export.private", args! {}))),
    ))
}

/// How far a long one is.
pub(super) async fn draw_progress(tx: &mut Tx, shared: &Shared, id: i64) -> Result<Option<(Person, Card)>> {
    let Some(export) = tx.export(id).await? else { return Ok(None) };
    let reader = tx.person(export.person).await?;
    let words = words_for(shared, &reader);
    let (written, all) = (words.number(export.written), words.counted("refusals", export.all));
    let title = if export.is_done {
        words.text("export.complete", args! { refusals: words.counted("refusals", export.written) })
    } else {
        words.text("export.progress", args! { written: written, refusals: all })
    };
    Ok(Some((reader, Card::titled(title))))
}

/// The file, to whoever asked.
pub(super) async fn draw(tx: &mut Tx, shared: &Shared, id: i64) -> Result<Option<(Person, Card)>> {
    let Some(export) = tx.export(id).await?.filter(|export| export.is_done) else { return Ok(None) };
    let reader = tx.person(export.person).await?;
    let words = words_for(shared, &reader);
    let refusals = words.counted("refusals", export.written);
    let since = export.days.from;
    let from = if since == Period::All.days(since).from { String::new() } else { format!("{since}-") };
    let name = format!("refusals-{from}{}.{}", export.days.to, export.format);
    let file = Block::File(File { name, key: key(id) });
    let card = Card::titled(words.text("export.ready", args! { refusals: refusals }))
        .with(Block::Note(words.text("export.kept", args! {})))
        .with(file);
    Ok(Some((reader, card)))
}

/// Under what a file is kept.
fn key(id: i64) -> String {
    format!("export.{id}")
}

/// What is in the file of a key; `None` if there is none, or it is forgotten.
///
/// # Errors
/// When the database does not answer.
pub async fn content(db: &Db, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(id) = key.strip_prefix("export.").and_then(|id| id.parse::<i64>().ok()) else { return Ok(None) };
    db.read(move |tx| Box::pin(async move { Ok(tx.export_content(id).await?) })).await
}

/// Everything a file needs beside its refusals.
struct Sheet {
    export: Export,
    scope: Scope,
    by: Person,
    people: BTreeMap<i64, String>,
    products: BTreeMap<i64, String>,
}

/// A file being written.
enum Writing {
    Csv(Box<CsvExport<Vec<u8>>>),
    Xlsx(Box<XlsxExport>),
}

/// Makes the file somebody asked for, unless it is made.
///
/// # Errors
/// When the database does not answer, or the file cannot be written.
pub async fn make(db: &Db, shared: &std::sync::Arc<Shared>, id: i64, now: DateTime<Utc>) -> Result<()> {
    let read = db.read(move |tx| Box::pin(async move { sheet(tx, id).await }));
    let Some(sheet) = read.await? else { return Ok(()) };
    let words = words_for(shared, &sheet.by);
    let today = now.with_timezone(&sheet.by.time_zone()).date_naive();
    let mut writing = begin(&sheet.export, headings(words), today)?;
    let (mut after, mut written) = (RefusalNumber(0), 0);
    loop {
        let (scope, days) = (sheet.scope, sheet.export.days);
        let batch = db.read(move |tx| {
            Box::pin(async move {
                let refusals = tx.to_export(scope, days, after, BATCH).await?;
                let debriefed = quality::debriefed(tx, &refusals).await?;
                Ok::<_, Error>((refusals, debriefed))
            })
        });
        let (refusals, debriefed) = batch.await?;
        let Some(last) = refusals.last() else { break };
        after = last.number;
        let rows: Vec<ExportRow> = refusals
            .iter()
            .map(|refusal| {
                let scored = quality::of(shared, refusal, debriefed.contains(&refusal.number)).total();
                row(words, &sheet, refusal, scored)
            })
            .collect();
        written += i64::try_from(rows.len()).unwrap_or(0);
        writing = blocking(move || writing.rows(&rows)).await?;
        if sheet.export.all > LONG && written % STEP == 0 {
            goes_on(db, id, written, now).await?;
        }
    }
    let drawing = matrix(db, shared, &sheet, today).await?;
    let bytes = blocking(move || writing.finish(&drawing)).await?;
    is_made(db, (id, written), bytes, now).await
}

/// Runs what takes a processor's time off the threads that answer people.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Result<T> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)??)
}

async fn sheet(tx: &mut Tx, id: i64) -> Result<Option<Sheet>> {
    let Some(export) = tx.export(id).await?.filter(|export| !export.is_done) else { return Ok(None) };
    let by = tx.person(export.person).await?;
    // Whoever may see nothing any more gets an empty file.
    let scope = scope(&by).unwrap_or(Scope::Nothing);
    let people = tx.names().await?.into_iter().map(|(PersonId(id), name)| (id, name)).collect();
    let products = tx.product_names().await?.into_iter().collect();
    Ok(Some(Sheet { export, scope, by, people, products }))
}

fn begin(export: &Export, words: ExportWords, today: NaiveDate) -> Result<Writing> {
    Ok(if export.format == "csv" {
        Writing::Csv(Box::new(CsvExport::begin(Vec::new(), &words).map_err(anyhow::Error::from)?))
    } else {
        Writing::Xlsx(Box::new(XlsxExport::begin(words, today)?))
    })
}

impl Writing {
    fn rows(mut self, rows: &[ExportRow]) -> anyhow::Result<Self> {
        match &mut self {
            Writing::Csv(csv) => csv.rows(rows)?,
            Writing::Xlsx(xlsx) => xlsx.rows(rows)?,
        }
        Ok(self)
    }

    fn finish(self, matrix: &crate::report::Drawing) -> anyhow::Result<Vec<u8>> {
        match self {
            Writing::Csv(csv) => Ok(csv.finish()?),
            Writing::Xlsx(xlsx) => {
                let mut bytes = std::io::Cursor::new(Vec::new());
                xlsx.finish(matrix, &mut bytes)?;
                Ok(bytes.into_inner())
            }
        }
    }
}

async fn goes_on(db: &Db, id: i64, written: i64, now: DateTime<Utc>) -> Result<()> {
    let write = db.write(move |tx| {
        Box::pin(async move {
            tx.export_goes_on(id, written).await?;
            notice::refresh(tx, &Notice::Exporting(id), now).await
        })
    });
    write.await
}

async fn is_made(db: &Db, (id, written): (i64, i64), bytes: Vec<u8>, now: DateTime<Utc>) -> Result<()> {
    let bytes = std::sync::Arc::new(bytes);
    let write = db.write(move |tx| {
        let bytes = bytes.clone();
        Box::pin(async move {
            if tx.export_is_made(id, written, &bytes, now).await? {
                notice::refresh(tx, &Notice::Exporting(id), now).await?;
                let job = Notice::Exported(id).job(now);
                tx.plan(&job, now).await?;
            }
            Ok::<_, Error>(())
        })
    });
    write.await
}

/// The matrix of the same days, as its reader sees it.
async fn matrix(
    db: &Db,
    shared: &std::sync::Arc<Shared>,
    sheet: &Sheet,
    today: NaiveDate,
) -> Result<crate::report::Drawing> {
    let (shared, by, days) = (shared.clone(), sheet.by.clone(), sheet.export.days);
    let read = db.read(move |tx| {
        let (shared, by) = (shared.clone(), by.clone());
        Box::pin(async move {
            let words = words_for(&shared, &by);
            let reach = Reach::of_person(tx, &by).await?;
            let asked = Asked { period: Period::These(days), view: View::RepProduct };
            let counted = figures::figures(tx, &reach, asked, today).await?;
            let names = Names::of(tx, words, &reach, asked.view, &counted).await?;
            let shown = Shown { asked, figures: &counted, names: &names, people: reach.people };
            Ok::<_, Error>(shown.drawing(words))
        })
    });
    read.await
}

fn headings(words: Words<'_>) -> ExportWords {
    ExportWords {
        headings: Column::ALL.iter().map(|column| words.label("export_column", column.as_str())).collect(),
        refusals: words.line("export.sheet", args! {}),
        matrix: words.label("view", View::RepProduct.as_str()),
        cut: words.line("export.cut", args! {}),
    }
}

fn row(words: Words<'_>, sheet: &Sheet, refusal: &Refusal, scored: u8) -> ExportRow {
    let details = &refusal.details;
    let name = |person: PersonId| sheet.people.get(&person.0).cloned().unwrap_or_default();
    let products: Vec<String> = details.products.iter().filter_map(|id| sheet.products.get(id).cloned()).collect();
    let heard = refusal.head_reason.as_ref().or(refusal.client_reason.as_ref());
    ExportRow {
        number: refusal.number.0,
        happened_on: details.happened_on,
        logged_on: refusal.logged_at.with_timezone(&sheet.by.time_zone()).date_naive(),
        account: details.account.clone(),
        contact: details.contact.clone(),
        contact_role: details.contact_role.clone(),
        outcome: words.label("outcome", details.outcome.as_str()),
        reason: words.label(Axis::Reason.as_str(), details.reason.level1()),
        reason_detail: details.reason.level2().map(|_| words.label(Axis::Reason.as_str(), details.reason.as_str())),
        heard_reason: heard.map(|reason| super::refusal::reason_label(words, reason)),
        products: products.join(", "),
        budget: details.budget,
        competitor: details.competitor.clone(),
        verbatim: details.verbatim.clone(),
        segment: details.segment.clone(),
        contract_until: details.contract_until,
        stage: words.label("stage", refusal.stage.as_str()),
        owner: name(refusal.owner),
        logged_by: name(refusal.logged_by),
        quality: Some(scored),
    }
}
