//! The file in front of whoever asked, or why there is none.

use chrono::{DateTime, Utc};

use super::{FAILED, NOT_SENT, key, scope, whose};
use crate::args;
use crate::chat::{Block, Button, Card, File, Look, Text, Tone};
use crate::domain::{Period, Person};
use crate::flows::{Act, Error, Result, Shared, words_for};
use crate::store::{Db, Export, Tx};
use crate::words::Words;

/// How far a long one is.
pub(in crate::flows) async fn draw_progress(tx: &mut Tx, shared: &Shared, id: i64) -> Result<Option<(Person, Card)>> {
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
pub(in crate::flows) async fn draw(
    tx: &mut Tx,
    shared: &Shared,
    id: i64,
    now: DateTime<Utc>,
) -> Result<Option<(Person, Card)>> {
    let Some(export) = tx.export(id).await?.filter(|export| export.is_done) else { return Ok(None) };
    let reader = tx.person(export.person).await?;
    let words = words_for(shared, &reader);
    if export.refused.as_deref() == Some(NOT_SENT) {
        // They were told so.
        return Ok(None);
    }
    let why = if may_have(tx, &export, now).await? { export.refused.as_deref() } else { Some("not_yours") };
    if let Some(why) = why {
        return Ok(Some((reader, no_file(words, &export, why))));
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

/// A file could not be sent, to whoever asked; nothing if it was sent after all.
pub(in crate::flows) async fn draw_not_sent(tx: &mut Tx, shared: &Shared, id: i64) -> Result<Option<(Person, Card)>> {
    let Some(export) = tx.export(id).await?.filter(|it| it.refused.as_deref() == Some(NOT_SENT)) else {
        return Ok(None);
    };
    let reader = tx.person(export.person).await?;
    let card = no_file(words_for(shared, &reader), &export, NOT_SENT);
    Ok(Some((reader, card)))
}

/// That there is no file and why, with a button to ask again where that may help.
fn no_file(words: Words<'_>, export: &Export, why: &str) -> Card {
    let card = Card::titled(sorry(words, why)).tone(Tone::Attention);
    let again = || Button::new(Act::ExportAgain(export.id).action(), words.line("button.ask_again", args! {}));
    card.with_some([FAILED, NOT_SENT].contains(&why).then(|| Block::Buttons(vec![again().look(Look::Primary)])))
}

/// Why there is no file.
fn sorry(words: Words<'_>, why: &str) -> Text {
    match why {
        "too_large" => words.text("export.too_large", args! {}),
        "not_yours" => words.text("export.not_yours", args! {}),
        NOT_SENT => words.text("export.not_sent", args! {}),
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
