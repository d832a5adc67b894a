//! The last refusals somebody logged.
//!
//! Starts: `/refusals mine`. Acts: nobody. Ends: each can be edited from the list.

use super::{Act, Call, Result, refusal};
use crate::args;
use crate::chat::{Block, Button, Card, Choice, Look, Pick, Reply, Text};

/// How many are listed.
const LISTED: i64 = 10;

/// The person's last refusals, with a way to edit each.
pub(super) async fn list(call: &mut Call<'_>) -> Result {
    let refusals = call.tx.refusals_by(call.by.id, LISTED).await?;
    let words = call.words;
    let log = Button::new(Act::Log.action(), words.line("button.log", args! {})).look(Look::Primary);
    if refusals.is_empty() {
        let card = Card::titled(words.text("mine.none", args! {})).with(Block::Buttons(vec![log]));
        return Ok(Reply::Whisper(card));
    }
    let mut card = Card::titled(words.text("mine.title", args! { count: refusals.len() }));
    let mut choices = Vec::new();
    for refusal in &refusals {
        let line = refusal::summary(words, &refusal.details);
        let day = refusal.logged_at.with_timezone(&call.by.time_zone()).date_naive();
        card = card.with(Block::Text(
            Text::strong(refusal.number.to_string()).then(format!(" {line}, {}", words.short_date(day))),
        ));
        let label = Choice::fitting(&format!("{} {}", refusal.number, refusal.details.account));
        choices.push(Choice::new(refusal.number.0.to_string(), label));
    }
    let edit = Pick { action: Act::EditOne.action(), label: words.line("mine.edit", args! {}), choices };
    Ok(Reply::Whisper(card.with(Block::Pick(edit)).with(Block::Buttons(vec![log]))))
}
