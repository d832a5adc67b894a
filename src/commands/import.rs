//! `panout import`: what an organisation already has, from a file.

mod file;
mod said;
mod text;
mod workbook;

use std::sync::Arc;

use encoding_rs::{Encoding, WINDOWS_1250, WINDOWS_1252};

use self::file::{Hints, Opened};
use self::said::Said;
use super::{Failure, say, token};
use crate::chat::Service;
use crate::clock::Clock;
use crate::command_line::{FileOfRows, Import};
use crate::config::{Config, Environment, FILE};
use crate::domain::Source;
use crate::flows::{self, Columns, ImportKind, ImportOptions, NotReady, Shared};
use crate::store::Db;
use crate::words::Language;

/// Reads a file, says what would become of each row, and stores them if that is asked for.
pub(super) async fn import(of: Import, env: &Environment<'_>) -> Result<(), Failure> {
    let (kind, asked) = match of {
        Import::Leads(asked) => (ImportKind::Leads, asked),
        Import::Refusals(asked) => (ImportKind::Refusals, asked),
        Import::Deals(asked) => (ImportKind::Deals, asked),
    };
    let config = Config::load(env)?;
    if config.file.is_none() {
        let wrong =
            format!("there is no {FILE} here: write one with `panout init`, or name another file in PANOUT_CONFIG");
        return Err(Failure::Setup(wrong));
    }
    let source = asked.source.as_deref().map(source).transpose()?;
    let shared = shared(&config)?;
    let opened = open(&asked, &config, (&shared, kind))?;
    let columns = Columns::read(&shared, kind, &opened.sheet.headers);
    let said = Said { kind, asked: &asked, opened: &opened };
    // Before anything can fail: what is missing is seen best beside what is there.
    said.columns(&columns)?;
    let options = ImportOptions { by: asked.by.clone(), team: asked.team.clone(), source };
    let db = token::open(&config).await?;
    let done = rows(&db, &shared, (&said, options), &columns).await;
    db.close().await;
    done
}

/// The rows, against the database.
async fn rows(
    db: &Db,
    shared: &Arc<Shared>,
    (said, options): (&Said<'_>, ImportOptions),
    columns: &Columns,
) -> Result<(), Failure> {
    let clock = Clock::system();
    let read = flows::Import::read(db, shared, (said.kind, options), (&said.opened.sheet, columns), clock.now());
    let import = read.await.map_err(|not_ready| match not_ready {
        NotReady::Wrong(why) => Failure::Setup(why),
        NotReady::Broken(error) => Failure::Broken(error),
    })?;
    let mut progress = said::Progress::new(if said.asked.write { "Storing" } else { "Looking" });
    let report = if said.asked.write {
        import.keep(|| clock.now(), |done, of| progress.is_at(done, of)).await
    } else {
        import.look(|done, of| progress.is_at(done, of)).await
    };
    progress.ends();
    let report = report.map_err(|error| {
        error.context("it stopped before its end: what was stored is stored, and the same command goes on from there")
    })?;
    said.report(&import, &report)
}

fn source(written: &str) -> Result<Source, Failure> {
    written.parse::<Source>().map_err(|_| {
        let all = Source::ALL.map(Source::as_str).join(", ");
        Failure::Setup(format!("\"{written}\" is no source: one of {all}"))
    })
}

/// What flows need beside the database, as `panout run` has it.
fn shared(config: &Config) -> anyhow::Result<Arc<Shared>> {
    let running = config.services();
    // Without its tokens here: whatever will run.
    let services = if running.is_empty() { vec![Service::Slack, Service::Discord] } else { running };
    Ok(Arc::new(Shared::new(config.catalogue()?, config.rules(services))))
}

fn open(asked: &FileOfRows, config: &Config, (shared, kind): (&Shared, ImportKind)) -> Result<Opened, Failure> {
    let encoding = match asked.encoding.as_deref() {
        None => None,
        Some(label) => Some(Encoding::for_label(label.as_bytes()).ok_or_else(|| {
            Failure::Setup(format!("\"{label}\" is no encoding: one such as utf-8, windows-1252, windows-1250"))
        })?),
    };
    let romanian = config.organisation.language == Language::Ro;
    let fallback = Some(if romanian { WINDOWS_1250 } else { WINDOWS_1252 });
    let hints = Hints { sheet: asked.sheet.as_deref(), encoding, fallback };
    file::open(&asked.file, hints, |headers| Columns::read(shared, kind, headers).understood())
}
