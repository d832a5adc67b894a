//! The memory: past refusals found by their words, and by what they have.
//!
//! Starts: `/refusals search payment 90 days reason:price since:2026-01`. Acts: whoever asked turns the pages, opens one.
//! Ends: shown to the one who asked.
//!
//! Reps find what they own or logged, heads and whoever stands in for them what is their teams', admins all, observers
//! nothing: the query itself is limited ([`Tx::search`](crate::store::Tx::search)), on every page anew. What was undone is
//! found by nobody. A client that asked not to be contacted is found, for the history, and shown as such.

mod asked;
mod card;
mod carried;

pub use carried::Carried;

use super::{Call, Result, tell};
use crate::args;
use crate::chat::{Card, Reply};
use crate::domain::Role;

/// The longest question, in characters: it is said again above the answer.
const LONGEST: usize = 250;
/// How many are on a page.
const PAGE: usize = 10;

/// `/refusals search ..`.
pub(super) async fn command(call: &mut Call<'_>, typed: &str) -> Result {
    let typed = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if typed.is_empty() {
        return tell(call.words.text("search.empty", args! {}));
    }
    if typed.chars().count() > LONGEST {
        return tell(call.words.text("search.too_long", args! { most: LONGEST }));
    }
    let (typed, page) = asked::without_page(&typed);
    show(call, &typed, page).await.map(Reply::Whisper)
}

/// Another page, in place of the one that is shown.
pub(super) async fn turn(call: &mut Call<'_>, carried: Carried) -> Result {
    show(call, &carried.typed(), carried.page()).await.map(Reply::Replace)
}

/// One page of what whoever acts may find, 0 for the first.
async fn show(call: &mut Call<'_>, typed: &str, page: u16) -> Result<Card> {
    if call.by.role == Role::Observer {
        return tell(call.words.text("denied.observer", args! {}));
    }
    let search = asked::read(call, typed).await?;
    let skipped = usize::from(page) * PAGE;
    let hits = call.tx.search(&call.by, &search, skipped, PAGE).await?;
    let mut refusals = Vec::new();
    for number in &hits.page {
        refusals.extend(call.tx.refusal(*number).await?);
    }
    card::card(call, &card::Page { typed, at: page, hits: &hits, refusals: &refusals }).await
}
