//! What arrived lately, so that a repeated delivery is answered once.
//!
//! Slack delivers again what was not acknowledged: the socket dropped, or the acknowledgement was lost. While this
//! process remembers the first delivery, the second one only gets the same acknowledgement; the person sees one
//! answer. After a restart the same event id reaches the bot again, and the bot knows it.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use serde_json::Value;
use tokio::sync::watch;

/// How many events are remembered: Slack repeats for minutes, people do a few things a minute.
const REMEMBERED: usize = 2048;

/// What goes with an acknowledgement, once it is known: for most nothing.
pub(super) type Answer = Option<Option<Value>>;

/// The event ids of late.
#[derive(Default)]
pub(super) struct Seen(Mutex<Events>);

#[derive(Default)]
struct Events {
    answers: HashMap<String, watch::Receiver<Answer>>,
    order: VecDeque<String>,
}

impl Seen {
    /// The first to come gets a sender to say its acknowledgement, and to keep until it is done; whoever repeats it gets
    /// what was said, and sees it closed then.
    ///
    /// # Errors
    /// When it was seen: where the first one's acknowledgement is, or will be.
    pub(super) fn enter(&self, id: &str) -> Result<watch::Sender<Answer>, watch::Receiver<Answer>> {
        let mut events = self.0.lock().expect("nothing panics while holding it");
        if let Some(answer) = events.answers.get(id) {
            return Err(answer.clone());
        }
        let (said, answer) = watch::channel(None);
        events.answers.insert(id.to_owned(), answer);
        events.order.push_back(id.to_owned());
        if events.order.len() > REMEMBERED
            && let Some(oldest) = events.order.pop_front()
        {
            events.answers.remove(&oldest);
        }
        Ok(said)
    }

    /// Lets it be done again: a form that came back with faults, a failure.
    pub(super) fn forget(&self, id: &str) {
        let mut events = self.0.lock().expect("nothing panics while holding it");
        events.answers.remove(id);
        events.order.retain(|known| known != id);
    }
}
