//! What waits for the head's decision.
//!
//! Starts: `/queue`. Acts: whoever leads a team. Ends: each can be opened and decided from the list.

use std::collections::HashSet;

use super::refusal::{denied_text, summary};
use super::today::TO_DECIDE;
use super::{Call, Result, case, tell};
use crate::args;
use crate::chat::{Block, Card, Reply, Text};
use crate::domain::{Currency, Denied, Refusal, Role};

/// How many are listed.
const LISTED: usize = 10;
/// How many can be opened: as many as a menu holds.
pub(super) const OPENED: usize = 25;
/// How many are looked at: the oldest.
const LOOKED_AT: i64 = 200;
/// And how many of the largest.
const LARGEST: i64 = 50;

/// `/queue`: those that are late first, oldest first; then the largest.
pub(super) async fn list(call: &mut Call<'_>) -> Result {
    let delegated = call.tx.delegated_to(call.by.id, LOOKED_AT).await?;
    // An admin also sees what waits for heads who are there, a head what waits for them while they are away, and who
    // stands in for a head what waits for that head.
    let mut teams = call.tx.teams().await?;
    teams.retain(|team| call.by.leads(*team));
    match call.by.role {
        Role::Observer => return tell(denied_text(call, Denied::NotYours)),
        _ if teams.is_empty() && delegated.is_empty() => return tell(call.words.text("queue.not_yours", args! {})),
        _ => {}
    }
    let (mut count, mut waiting) = (0, Vec::new());
    for team in &teams {
        count += call.tx.count_waiting(*team).await?;
        waiting.extend(call.tx.refusals_waiting(*team, LOOKED_AT).await?);
        waiting.extend(call.tx.largest_waiting(*team, LARGEST).await?);
    }
    // What waits for them in place of another head.
    for number in delegated {
        let Some(refusal) = call.tx.refusal(number).await? else { continue };
        if !teams.contains(&refusal.team) {
            count += 1;
            waiting.push(refusal);
        }
    }
    let words = call.words;
    if count == 0 {
        return Ok(Reply::Whisper(Card::titled(words.text("queue.empty", args! {}))));
    }
    let late = call.by.working_days_before(TO_DECIDE, call.now);
    let mut seen = HashSet::new();
    waiting.retain(|refusal| seen.insert(refusal.number));
    let ours = call.by.team.currency;
    waiting.sort_by_cached_key(|refusal| order(refusal, ours, refusal.logged_at <= late));
    // What waits for heads who are there does not wait for an admin.
    let theirs = call.tx.teams_processed_by(&call.by, call.now).await?;
    let title = if teams.iter().all(|team| theirs.contains(team)) { "queue.title" } else { "queue.title_all" };
    let mut card = Card::titled(words.text(title, args! { count: count }));
    let mut listed = Vec::new();
    for (at, refusal) in waiting.into_iter().take(OPENED).enumerate() {
        listed.push((refusal.number, refusal.details.account.clone()));
        if at >= LISTED {
            continue;
        }
        let rep = call.tx.person(refusal.owner).await?;
        let age = case::age(words, &call.by, refusal.logged_at, call.now);
        let summary = summary(words, &refusal.details);
        let line =
            words.text("queue.line", args! { summary: summary.as_str(), rep: rep.name.as_str(), age: age.as_str() });
        let delegate = match refusal.delegate {
            Some(delegate) if delegate != call.by.id => {
                let delegate = call.tx.person(delegate).await?;
                words.line("queue.delegated", args! { name: delegate.name.as_str() })
            }
            _ => String::new(),
        };
        let number = Text::strong(refusal.number.to_string()).then(" ");
        card = card.with(Block::Text(number.then(line).then(delegate)));
    }
    let more = count - i64::try_from(listed.len().min(LISTED)).unwrap_or_default();
    card = card.with_some((more > 0).then(|| Block::Note(words.text("queue.more", args! { count: more }))));
    Ok(Reply::Whisper(card.with(case::pick(words.line("queue.open", args! {}), &listed))))
}

/// Late ones by age; the others by budget, of the reader's currency first: amounts of two currencies do not compare.
fn order(refusal: &Refusal, ours: Currency, late: bool) -> (u8, String, i64, i64) {
    if late {
        return (0, String::new(), refusal.logged_at.timestamp(), refusal.number.0);
    }
    match refusal.details.budget {
        Some(budget) if budget.currency == ours => (1, String::new(), -budget.minor, refusal.number.0),
        Some(budget) => (2, budget.currency.code().to_owned(), -budget.minor, refusal.number.0),
        None => (3, String::new(), 0, refusal.number.0),
    }
}
