//! How often the client or the head says another reason than the rep.
//!
//! Starts: `/refusals gap`. Acts: nobody. Ends: shown: by reason and product to everybody who sells, by rep to whoever
//! leads.

use chrono::Months;

use super::refusal::{denied_text, reason_label};
use super::{Call, Result, tell};
use crate::args;
use crate::chat::{Block, Card, Reply, Text};
use crate::domain::{Denied, Gap, Heard, Role, gap_by, whole_gap};
use crate::words::Words;

/// How far back is looked.
const LOOKED_BACK: Months = Months::new(12);
/// How many lines each list has.
const LISTED: usize = 10;

/// `/refusals gap`.
pub(super) async fn show(call: &mut Call<'_>) -> Result {
    let teams = match call.by.role {
        Role::Observer => return tell(denied_text(call, Denied::NotYours)),
        Role::Rep | Role::Head => vec![call.by.team.id],
        Role::Admin => call.tx.teams().await?,
    };
    let since = call.now.checked_sub_months(LOOKED_BACK).unwrap_or(call.now);
    let mut all: Vec<Heard> = Vec::new();
    for team in teams {
        all.extend(call.tx.reasons_heard(team, since).await?);
    }
    let words = call.words;
    if all.is_empty() {
        return Ok(Reply::Whisper(Card::titled(words.text("gap.none", args! {}))));
    }
    let products = call.tx.products(call.by.id).await?;
    let named = |id: &i64| products.iter().find(|product| product.id == *id).map(|product| product.name.clone());
    let reasons = gap_by(&all, |heard| vec![reason_label(words, &heard.reason.broad())]);
    let sold = gap_by(&all, |heard| heard.products.iter().filter_map(named).collect());
    let whole = said(words, whole_gap(&all));
    let mut card = Card::titled(words.text("gap.title", args! { whole: whole }))
        .with(Block::Note(words.text("gap.since", args! {})))
        .with(list(words, "gap.by_reason", reasons))
        .with(list(words, "gap.by_product", sold));
    if call.by.role != Role::Rep {
        let mut reps = Vec::new();
        for (rep, gap) in gap_by(&all, |heard| vec![heard.rep]).into_iter().take(LISTED + 1) {
            reps.push((call.tx.person(rep).await?.name, gap));
        }
        card = card.with(list(words, "gap.by_rep", reps));
    }
    Ok(Reply::Whisper(card))
}

fn list(words: Words<'_>, title: &str, gaps: Vec<(String, Gap)>) -> Block {
    let mut text = words.text(title, args! {});
    let left_out = gaps.len() > LISTED;
    for (name, gap) in gaps.into_iter().take(LISTED) {
        text = text.then("\n").then(Text::plain(format!("{name}: {}", said(words, gap))));
    }
    if left_out {
        text = text.then("\n").then(words.text("gap.fewer", args! {}));
    }
    Block::Text(text)
}

/// A gap in words, with how many cases it is of.
fn said(words: Words<'_>, gap: Gap) -> String {
    match gap.percent() {
        Some(percent) => {
            words.line("gap.differs", args! { percent: percent, differing: gap.differing, count: gap.heard })
        }
        None => words.line("gap.too_few", args! { count: gap.heard }),
    }
}
