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
use crate::chat::{Block, Card, Command, File, Reply, Text, Tone};
use crate::domain::{Axis, Period, Person, PersonId, Refusal, RefusalNumber, Role, TeamId, View};
use crate::report::{Column, CsvExport, ExportRow, ExportWords, XlsxExport};
use crate::store::{Db, Export, NewJob, Scope, Tx};
use crate::words::Words;

/// The kind of job that makes a file.
pub const EXPORT: &str = "export";

/// How many refusals a file holds, and how large it may be, in bytes: services take no more, and it is held in memory.
const MOST: i64 = 200_000;
const LARGEST: usize = 50_000_000;
/// How many refusals are read and written at once.
const BATCH: i64 = 1000;
/// From how many on progress is shown, and how often.
const LONG: i64 = 5000;
const STEP: i64 = 5000;

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
    of(call, format, period).await
}

/// A file of this format, of a period.
pub(super) async fn of(call: &mut Call<'_>, format: &str, period: Period) -> Result {
    let Some(scope) = scope(&call.by) else { return tell(call.words.text("export.not_yours", args! {})) };
    let days = period.days(super::reply::today(call));
    if call.tx.export_being_made(call.by.id).await?.is_some() {
        return Ok(Reply::Whisper(Card::titled(call.words.text("export.one_at_a_time", args! {}))));
    }
    let count = call.tx.count_to_export(scope, days).await?;
    let words = call.words;
    let when = figures::when(words, period);
    if count == 0 {
        return Ok(Reply::Whisper(Card::titled(words.text("figures.none", args! { when: when }))));
    }
    if count > MOST {
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
    let title = if let Some(why) = &export.refused {
        sorry(words, why)
    } else if export.is_done {
        words.text("export.complete", args! { refusals: words.counted("refusals", export.written) })
    } else {
        words.text("export.progress", args! { written: written, refusals: all })
    };
    Ok(Some((reader, Card::titled(title))))
}

/// The file, to whoever asked; a sentence where there is none, or where they may not have it any more.
pub(super) async fn draw(tx: &mut Tx, shared: &Shared, id: i64, now: DateTime<Utc>) -> Result<Option<(Person, Card)>> {
    let Some(export) = tx.export(id).await?.filter(|export| export.is_done) else { return Ok(None) };
    let reader = tx.person(export.person).await?;
    let words = words_for(shared, &reader);
    let why = if may_have(tx, &export, now).await? { export.refused.as_deref() } else { Some("not_yours") };
    if let Some(why) = why {
        return Ok(Some((reader, Card::titled(sorry(words, why)).tone(Tone::Attention))));
    }
    let refusals = words.counted("refusals", export.written);
    let since = export.days.from;
    let from = if since == Period::All.days(since).from { String::new() } else { format!("{since}-") };
    let name = format!("refusals-{from}{}.{}", export.days.to, export.format);
    let card = Card::titled(words.text("export.ready", args! { refusals: refusals }))
        .with(Block::Note(words.text("export.kept", args! {})))
        .with(Block::File(File { name, key: key(id) }));
    Ok(Some((reader, card)))
}

/// Why there is no file.
fn sorry(words: Words<'_>, why: &str) -> Text {
    match why {
        "too_large" => words.text("export.too_large", args! {}),
        "not_yours" => words.text("export.not_yours", args! {}),
        _ => words.text("export.failed", args! {}),
    }
}

/// Whether what a file was made of is still its reader's to see.
async fn may_have(tx: &mut Tx, export: &Export, now: DateTime<Utc>) -> Result<bool> {
    let Some(made_for) = &export.made_for else { return Ok(true) };
    if tx.has_left(export.person).await? {
        return Ok(false);
    }
    let reader = tx.person(export.person).await?;
    let reader = tx.standing_in(reader, now).await?;
    Ok(scope(&reader).is_some_and(|scope| whose(scope) == *made_for))
}

/// A scope as it is kept.
fn whose(scope: Scope) -> String {
    match scope {
        Scope::Own(PersonId(id)) => format!("own:{id}"),
        Scope::Team(TeamId(id)) => format!("team:{id}"),
        Scope::All => "all".to_owned(),
        Scope::Nothing => "nothing".to_owned(),
    }
}

/// There will be no file: whoever asked is told.
///
/// # Errors
/// When the database does not answer.
pub async fn give_up(tx: &mut Tx, id: i64, now: DateTime<Utc>) -> Result<()> {
    refuse(tx, id, "failed", now).await
}

async fn refuse(tx: &mut Tx, id: i64, why: &str, now: DateTime<Utc>) -> Result<()> {
    if tx.refuse_export(id, why, now).await? {
        notice::refresh(tx, &Notice::Exporting(id), now).await?;
        tx.plan(&Notice::Exported(id).job(now), now).await?;
    }
    Ok(())
}

/// Under what a file is kept.
fn key(id: i64) -> String {
    format!("export.{id}")
}

/// What is in the file of a key; `None` if there is none, it is forgotten, or not its reader's to see any more.
///
/// # Errors
/// When the database does not answer.
pub async fn content(db: &Db, key: &str, now: DateTime<Utc>) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(id) = key.strip_prefix("export.").and_then(|id| id.parse::<i64>().ok()) else { return Ok(None) };
    let read = db.read(move |tx| {
        Box::pin(async move {
            let Some(export) = tx.export(id).await? else { return Ok(None) };
            if !may_have(tx, &export, now).await? {
                return Ok(None);
            }
            Ok::<_, Error>(tx.export_content(id).await?)
        })
    });
    read.await.map_err(|error| match error {
        Error::Internal(error) => error,
        Error::Tell(_) | Error::Faults(_) => anyhow::anyhow!("it had words for nobody"),
    })
}

/// Everything a file needs beside its refusals.
struct Sheet {
    export: Export,
    scope: Scope,
    by: Person,
    people: BTreeMap<i64, String>,
    products: BTreeMap<i64, String>,
}

/// What a file is made from.
enum Made {
    From(Box<Sheet>),
    /// It is made, or refused.
    Already,
    /// Whoever asked may have none any more.
    NotYours,
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
    let read = db.read(move |tx| Box::pin(async move { sheet(tx, id, now).await }));
    let sheet = match read.await? {
        Made::Already => return Ok(()),
        Made::NotYours => return refused(db, id, "not_yours", now).await,
        Made::From(sheet) => *sheet,
    };
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
    if bytes.len() > LARGEST {
        return refused(db, id, "too_large", now).await;
    }
    is_made(db, (id, written, whose(sheet.scope)), bytes, now).await
}

async fn refused(db: &Db, id: i64, why: &'static str, now: DateTime<Utc>) -> Result<()> {
    db.write(move |tx| Box::pin(async move { refuse(tx, id, why, now).await })).await
}

/// Runs what takes a processor's time off the threads that answer people.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Result<T> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)??)
}

async fn sheet(tx: &mut Tx, id: i64, now: DateTime<Utc>) -> Result<Made> {
    let Some(export) = tx.export(id).await?.filter(|export| !export.is_done) else { return Ok(Made::Already) };
    let by = tx.person(export.person).await?;
    let by = tx.standing_in(by, now).await?;
    // They may see less than when they asked.
    let left = tx.has_left(by.id).await?;
    let Some(scope) = scope(&by).filter(|_| !left) else { return Ok(Made::NotYours) };
    let people = tx.names().await?.into_iter().map(|(PersonId(id), name)| (id, name)).collect();
    let products = tx.product_names().await?.into_iter().collect();
    Ok(Made::From(Box::new(Sheet { export, scope, by, people, products })))
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

async fn is_made(
    db: &Db,
    (id, written, made_for): (i64, i64, String),
    bytes: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<()> {
    let made = std::sync::Arc::new((bytes, made_for));
    let write = db.write(move |tx| {
        let made = made.clone();
        Box::pin(async move {
            let (bytes, made_for) = &*made;
            if tx.export_is_made(id, (written, made_for), bytes, now).await? {
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
            let asked = Asked { period: Period::These(days), view: reach.allowed(View::RepProduct) };
            let counted = figures::figures(tx, &reach, asked, today).await?;
            let names = Names::of(tx, words, &reach, asked.view, &counted).await?;
            let shown =
                Shown { asked, figures: &counted, names: &names, people: reach.people, teams: reach.teams.len() };
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
        source: details.source.map(|source| words.label(Axis::Source.as_str(), source.as_str())),
        contract_until: details.contract_until,
        stage: words.label("stage", refusal.stage.as_str()),
        owner: name(refusal.owner),
        logged_by: name(refusal.logged_by),
        quality: Some(scored),
    }
}
