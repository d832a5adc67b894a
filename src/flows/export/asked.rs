//! Somebody asks for a file.

use super::{EXPORT, LONG, scope};
use crate::args;
use crate::chat::{Block, Card, Command, Reply};
use crate::domain::{Denied, Period};
use crate::flows::figures::{self, Asked};
use crate::flows::notice::{self, Notice};
use crate::flows::refusal::denied_text;
use crate::flows::{Call, Result, reply, tell};
use crate::store::NewJob;

/// How many refusals a file holds: services take no more, and it is held in memory.
const MOST: i64 = 200_000;

/// `/refusals export csv | xlsx` and a period.
pub(in crate::flows) async fn ask(call: &mut Call<'_>, command: &Command) -> Result {
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
pub(in crate::flows) async fn of(call: &mut Call<'_>, format: &str, period: Period) -> Result {
    let Some(scope) = scope(&call.by) else { return tell(call.words.text("export.not_yours", args! {})) };
    let days = period.days(reply::today(call));
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

/// *Ask again*: the same file, for whoever asked for it.
pub(in crate::flows) async fn again(call: &mut Call<'_>, id: i64) -> Result {
    let Some(export) = call.tx.export(id).await?.filter(|export| export.person == call.by.id) else {
        return tell(denied_text(call, Denied::NotYours));
    };
    let days = export.days;
    let period = if days.from == Period::All.days(days.to).from { Period::All } else { Period::These(days) };
    of(call, &export.format, period).await
}
