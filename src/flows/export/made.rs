//! The file is made: refusals are read and written in batches, and nobody waits for it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{LONG, refuse, scope, whose};
use crate::args;
use crate::domain::{Axis, Period, Person, PersonId, Refusal, RefusalNumber, View};
use crate::flows::figures::{self, Asked, Names, Reach, Shown};
use crate::flows::notice::{self, Notice};
use crate::flows::refusal::reason_label;
use crate::flows::{Error, Result, Shared, quality, words_for};
use crate::report::{Column, CsvExport, ExportRow, ExportWords, XlsxExport};
use crate::store::{Db, Export, Scope, Tx};
use crate::words::Words;

/// How large a file may be, in bytes: services take no more, and it is held in memory.
const LARGEST: usize = 50_000_000;
/// How many refusals are read and written at once.
const BATCH: i64 = 1000;
/// After how many progress is shown again.
const STEP: i64 = 5000;

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
    db.write_behind(move |tx| Box::pin(async move { refuse(tx, id, why, now).await })).await
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
    let write = db.write_behind(move |tx| {
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
    let write = db.write_behind(move |tx| {
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
        heard_reason: heard.map(|reason| reason_label(words, reason)),
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
