//! Refusals as a file, for whoever asked.
//!
//! Starts: `/refusals export`, with a format and a period (`asked.rs`). Acts: nobody. Ends: the file is with the one who
//! asked, in private (`given.rs`). What they may see is decided when they ask, and again when the file is made.
//!
//! ```text
//! asked -> (a job) written batch by batch, with its progress (`made.rs`) -> the file -> forgotten after a week
//!   ^                '-> could not be made, or sent, in some minutes: a sentence, and *Ask again*
//!   '------------------'
//! ```

mod asked;
mod given;
mod made;

use chrono::{DateTime, Utc};

pub(super) use asked::{again, ask, of};
pub use given::content;
pub(super) use given::{draw, draw_not_sent, draw_progress};
pub use made::make;

use super::Result;
use super::notice::{self, Notice};
use crate::domain::{Person, PersonId, Role, TeamId};
use crate::store::{Scope, Tx};

/// The kind of job that makes a file.
pub const EXPORT: &str = "export";

/// Why there is no file: it was made, and could not be sent.
const NOT_SENT: &str = "not_sent";
/// Why there is no file: it could not be made.
const FAILED: &str = "failed";

/// From how many refusals on progress is shown.
const LONG: i64 = 5000;

/// Whose refusals somebody may have; `None`: nobody's.
fn scope(by: &Person) -> Option<Scope> {
    match by.role {
        Role::Observer => None,
        Role::Admin => Some(Scope::All),
        Role::Rep | Role::Head if by.leads(by.team.id) => Some(Scope::Team(by.team.id)),
        Role::Rep | Role::Head => Some(Scope::Own(by.id)),
    }
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

/// Under what a file is kept.
fn key(id: i64) -> String {
    format!("export.{id}")
}

/// There will be no file: whoever asked is told.
///
/// # Errors
/// When the database does not answer.
pub async fn give_up(tx: &mut Tx, id: i64, now: DateTime<Utc>) -> Result<()> {
    refuse(tx, id, FAILED, now).await
}

async fn refuse(tx: &mut Tx, id: i64, why: &str, now: DateTime<Utc>) -> Result<()> {
    if tx.refuse_export(id, why, now).await? {
        notice::refresh(tx, &Notice::Exporting(id), now).await?;
        tx.plan(&Notice::Exported(id).job(now), now).await?;
    }
    Ok(())
}

/// A file that is made could not be sent: whoever asked is told, in a message of its own, because of this one it is not
/// known how much of it is there.
pub(super) async fn not_sent(tx: &mut Tx, id: i64, now: DateTime<Utc>) -> Result<()> {
    if tx.export_is_not_sent(id, NOT_SENT).await? {
        tx.plan(&Notice::NotExported(id).job(now), now).await?;
    }
    Ok(())
}
