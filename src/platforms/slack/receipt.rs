//! How an event is acknowledged: over the socket it came by, or as the answer to its HTTP request.
//!
//! What an acknowledgement carries is the same either way: the payload of the frame is the body of the answer.

use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use crate::chat::{Service, Vitals};

/// What an event came by.
pub(super) enum Way {
    /// A socket, which closes when everybody who may still acknowledge has let go of it.
    Socket {
        /// What is acknowledged.
        envelope: String,
        /// What goes out.
        frames: mpsc::UnboundedSender<Message>,
    },
    /// A request that waits for its answer.
    Request(oneshot::Sender<Option<Value>>),
}

/// The acknowledgement that an event is owed, once.
pub(super) struct Receipt {
    way: Way,
    arrived: Instant,
}

impl Receipt {
    /// Of an event that arrives now.
    pub(super) fn by(way: Way) -> Self {
        Self { way, arrived: Instant::now() }
    }

    /// Acknowledges the event, with what travels along.
    pub(super) fn say(self, answer: Option<Value>, vitals: &Vitals) {
        vitals.acknowledged(Service::Slack, self.arrived.elapsed());
        match self.way {
            Way::Socket { envelope, frames } => {
                let mut frame = json!({"envelope_id": envelope});
                if let Some(answer) = answer {
                    frame["payload"] = answer;
                }
                // The writer is gone when the socket is: then Slack delivers again.
                let _ = frames.send(Message::text(frame.to_string()));
            }
            // Nobody waits any more if Slack hung up: then it may send the event again.
            Way::Request(answers) => drop(answers.send(answer)),
        }
    }
}
