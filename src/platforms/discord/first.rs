//! First answers, the two ways they are given, and those that nothing follows: suggestions, "I could not read that".

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::Adapter;
use super::api::{Care, Refusal};
use super::inbound::Ticket;
use super::turn::{EPHEMERAL, MESSAGE};
use crate::chat::{Choice, Phrase, Service};
use crate::clock;

/// What suggestions have: Discord shows none that come after three seconds.
const SUGGEST: Duration = Duration::from_millis(2300);
/// How long what follows an answer over HTTP waits for it to arrive, at first; then twice as long each time.
const FIRST_WAIT: Duration = Duration::from_millis(25);
/// By then it has arrived, or never will.
const LAST_WAIT: Duration = Duration::from_secs(1);
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

    /// Gives a first answer, the way the interaction came.
    pub(super) async fn answer(&self, ticket: &Ticket, body: &Value) -> Result<(), Refusal> {
        match &ticket.request {
            Some(request) if request.answer(body) => {}
            // Discord hung up.
            Some(_) => return Err(Refusal::Unsent),
            None => {
                let path = format!("/interactions/{}/{}/callback", ticket.id, ticket.token);
                self.api.post(&path, body, Care::Answer).await?;
            }
        }
        self.ports.vitals.acknowledged(Service::Discord, ticket.arrived.elapsed());
        Ok(())
    }

    /// Does what follows the first answer. Over HTTP that one may still be on its way, and Discord knows of nothing to
    /// follow yet: it is told again a little later.
    pub(super) async fn following<T, Done>(&self, ticket: &Ticket, call: impl Fn() -> Done) -> Result<T, Refusal>
    where
        Done: Future<Output = Result<T, Refusal>>,
    {
        let mut wait = FIRST_WAIT;
        loop {
            match call().await {
                Err(refusal) if refusal.status() == Some(404) && ticket.request.is_some() && wait < LAST_WAIT => {
                    clock::pause(wait).await;
                    wait *= 2;
                }
                done => return done,
            }
        }
    }
}

/// A suggestion; names and values of up to 100 characters.
fn suggestion(choice: &Choice) -> Value {
    let cut = |text: &str| text.chars().take(100).collect::<String>();
    json!({"name": cut(&choice.label), "value": cut(&choice.value)})
}
