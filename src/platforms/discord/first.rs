//! First answers that nothing follows: suggestions, and "I could not read that".

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::Adapter;
use super::api::{Care, Refusal};
use super::inbound::Ticket;
use super::turn::{EPHEMERAL, MESSAGE};
use crate::chat::{Choice, Phrase};

/// What suggestions have: Discord shows none that come after three seconds.
const SUGGEST: Duration = Duration::from_millis(2300);
/// The type of an answer to somebody who is typing.
const SUGGESTIONS: u8 = 8;

impl Adapter {
    /// Answers somebody who is typing; with nothing if it takes too long.
    pub(super) async fn suggest(&self, ticket: &Ticket, work: impl Future<Output = Vec<Choice>>) {
        let found = timeout(SUGGEST, work).await.unwrap_or_default();
        let fits = |choice: &&Choice| !choice.label.trim().is_empty() && !choice.value.is_empty();
        let choices: Vec<Value> = found.iter().filter(fits).take(25).map(suggestion).collect();
        let body = json!({"type": SUGGESTIONS, "data": {"choices": choices}});
        if let Err(refusal) = self.answer(ticket, &body).await {
            tracing::debug!(%refusal, "suggestions came too late");
        }
    }

    /// Says that something could not be read.
    pub(super) async fn not_understood(&self, ticket: &Ticket) {
        let words = self.ports.bot.phrase(None, Phrase::NotUnderstood);
        let data = json!({"content": words, "flags": EPHEMERAL, "allowed_mentions": {"parse": []}});
        if let Err(refusal) = self.answer(ticket, &json!({"type": MESSAGE, "data": data})).await {
            tracing::warn!(%refusal, "an unreadable interaction could not be answered");
        }
    }

    /// Sends a first answer.
    pub(super) async fn answer(&self, ticket: &Ticket, body: &Value) -> Result<(), Refusal> {
        let path = format!("/interactions/{}/{}/callback", ticket.id, ticket.token);
        self.api.post(&path, body, Care::Answer).await.map(|_| ())
    }
}

/// A suggestion; names and values of up to 100 characters.
fn suggestion(choice: &Choice) -> Value {
    let cut = |text: &str| text.chars().take(100).collect::<String>();
    json!({"name": cut(&choice.label), "value": cut(&choice.value)})
}
