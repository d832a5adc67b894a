//! From an event to the bot and back: acknowledges in time, whatever the bot takes, whichever way it came.
//!
//! | what | acknowledged |
//! |---|---|
//! | command, press, shortcut | when the bot has answered, at the latest after [`HOLD`] |
//! | form, search | with the answer in it, at the latest after [`HOLD_ANSWER`] |
//! | unreadable, or not for us | at once |
//!
//! An acknowledgement after the bot's answer means that what was done is on disk: if the process dies before, Slack
//! delivers again and the event id tells the bot that it knows it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot::error::RecvError;
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, warn};

use super::api::Api;
use super::error::CallError;
use super::inbound::{self, Act, Inbound, Origin};
use super::kept::Kept;
use super::receipt::Receipt;
use super::uploads::{Enclosed, Uploads};
use super::{forms, render};
use crate::chat::{Card, Event, Faults, Phrase, Ports, Reply, Service, Submission, Tone};
use crate::platforms::seen::{self, Seen};

/// How long an acknowledgement waits for the bot.
const HOLD: Duration = Duration::from_millis(250);
/// How long one waits whose answer travels in it. Slack would wait 3 s; a person looks at a form that does not close.
const HOLD_ANSWER: Duration = Duration::from_millis(300);

/// What is said with the acknowledgement.
type Answers = oneshot::Sender<Option<Value>>;

/// Something to act on, and its acknowledgement.
pub(super) struct Envelope {
    /// As Socket Mode calls it: `slash_commands`, `interactive`, `events_api`.
    pub(super) kind: String,
    pub(super) payload: Value,
    pub(super) receipt: Receipt,
}

/// Everything an event needs.
pub(super) struct Desk {
    api: Arc<Api>,
    uploads: Arc<Uploads>,
    ports: Ports,
    seen: Seen,
    kept: Kept,
    /// Cancelled when the app stops, or Slack will not have it.
    halt: CancellationToken,
}

impl Desk {
    pub(super) fn new(api: Arc<Api>, uploads: Arc<Uploads>, ports: Ports) -> Self {
        let halt = ports.stop.child_token();
        Self { api, uploads, kept: Kept::new(&ports), seen: Seen::default(), ports, halt }
    }

    pub(super) fn halt(&self) -> &CancellationToken {
        &self.halt
    }

    pub(super) fn api(&self) -> &Api {
        &self.api
    }

    pub(super) fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    pub(super) fn ports(&self) -> &Ports {
        &self.ports
    }

    pub(super) fn kept(&self) -> &Kept {
        &self.kept
    }

    /// The adapter's own words, in the language of the form they are about.
    pub(super) fn phrase(&self, origin: &Origin, phrase: Phrase) -> String {
        self.ports.bot.phrase(origin.language.as_deref(), phrase)
    }

    /// Says once that Slack will not have us, and stops; `what` names the token.
    pub(super) fn refused(&self, what: &str, error: &CallError) {
        if !self.halt.is_cancelled() {
            self.halt.cancel();
            // The receiver is gone only when the app is already stopping.
            let _ = self.ports.fatal.send((Service::Slack, format!("{what}: {error}; see `panout doctor`")));
        }
    }

    /// Takes an event in hand; returns at once.
    pub(super) fn receive(self: &Arc<Self>, envelope: Envelope) {
        let busy = self.ports.busy.begin();
        let desk = self.clone();
        self.ports.tasks.spawn(async move {
            desk.take(envelope).await;
            drop(busy);
        });
    }

    async fn take(self: &Arc<Self>, envelope: Envelope) {
        let Envelope { kind, payload, receipt } = envelope;
        let now = self.ports.clock.now().timestamp();
        match inbound::read(&kind, &payload, now) {
            Ok(Some(inbound)) => self.handle(inbound, receipt).await,
            Ok(None) => {
                debug!(kind, "a Slack event nobody asked for");
                receipt.say(None, &self.ports.vitals);
            }
            Err(why) => {
                receipt.say(None, &self.ports.vitals);
                warn!(kind, why, "a Slack event that could not be read");
                self.say_not_understood(Origin::of(&payload, now)).await;
            }
        }
    }

    async fn handle(self: &Arc<Self>, inbound: Inbound, receipt: Receipt) {
        let event_id = inbound.event.id.clone();
        let hold = inbound.act.hold();
        let remember = !matches!(inbound.act, Act::Suggest(_));
        let said = match self.seen.enter(&event_id) {
            Ok(said) => said,
            Err(first) if remember => return self.repeat(first, hold, receipt).await,
            Err(_) => watch::Sender::new(None),
        };
        let mut origin = inbound.origin.clone();
        let form = if let Act::Submission(_, view) = &inbound.act { Some(view.clone()) } else { None };
        let (answers, answered) = oneshot::channel();
        let work = self.ports.tasks.spawn(self.clone().work(inbound, answers));
        let waited = timeout(hold, answered).await;
        let late = waited.is_err();
        let answer = self.acknowledgement(waited.ok(), form.as_ref(), &origin);
        receipt.say(answer.clone(), &self.ports.vitals);
        said.send_replace(Some(answer));
        // Whoever repeats what is late waits until it is done.
        let _under_way = late.then_some(said);
        if late && form.is_some() {
            let card = Card::titled(self.phrase(&origin, Phrase::OneMoment));
            self.whisper(&card, &mut origin).await;
        }
        match work.await {
            Ok(repeatable) if repeatable || !remember => self.seen.forget(&event_id),
            Ok(_) => {}
            Err(_) => {
                error!("the handling of a Slack event panicked");
                self.seen.forget(&event_id);
                if form.is_none() || late {
                    self.say_not_understood(origin).await;
                }
            }
        }
    }

    /// An acknowledgement may have been lost with its connection: the repeated event gets the same one, when what was asked
    /// is done, at the latest when it has been held as long. That the first was acknowledged does not mean that it is done.
    async fn repeat(&self, mut first: watch::Receiver<seen::Answer>, hold: Duration, receipt: Receipt) {
        let done = async { while first.changed().await.is_ok() {} };
        let _ = timeout(hold, done).await;
        // Of two that came at once the first one's hold ends in a moment.
        let said = first.wait_for(Option::is_some).await;
        let answer = said.ok().and_then(|said| said.clone()).flatten();
        receipt.say(answer, &self.ports.vitals);
    }

    /// What goes with an acknowledgement: what the bot answered, if it was in time and did not panic.
    fn acknowledgement(
        &self,
        answered: Option<Result<Option<Value>, RecvError>>,
        form: Option<&Value>,
        origin: &Origin,
    ) -> Option<Value> {
        match (answered, form) {
            (Some(Ok(answer)), _) => answer,
            // It panicked: the form stays open with what was typed.
            (Some(Err(_)), Some(view)) => Some(self.failed(view, origin)),
            (None, Some(_)) => Some(json!({"response_action": "clear"})),
            (Some(Err(_)) | None, None) => None,
        }
    }

    /// The form says that it was not understood, and keeps what was typed.
    fn failed(&self, view: &Value, origin: &Origin) -> Value {
        forms::errors(view, &Faults::default(), &self.phrase(origin, Phrase::NotUnderstood))
    }

    /// Does what was asked; says the answer as soon as the bot has given it, then shows it. Tells whether the same
    /// thing may be asked again.
    async fn work(self: Arc<Self>, inbound: Inbound, answers: Answers) -> bool {
        let Inbound { event, act, mut origin, trigger } = inbound;
        let bot = &self.ports.bot;
        let reply = match act {
            Act::Command(command) => bot.command(event, command).await,
            Act::Press(press) => bot.press(event, press).await,
            Act::Shortcut(shortcut) => bot.shortcut(event, shortcut).await,
            Act::Submission(submission, view) => return self.submit((event, submission), &view, origin, answers).await,
            Act::Reopen(key) => {
                let _ = answers.send(None);
                self.reopen(&key, origin, trigger).await;
                return false;
            }
            Act::Suggest(query) => {
                let choices = bot.suggest(event, query).await;
                // Too late: the list stays empty, and the next letter asks again.
                let _ = answers.send(Some(forms::suggestions(&choices)));
                return true;
            }
        };
        let _ = answers.send(None);
        self.deliver(reply, &mut origin, trigger.as_ref()).await;
        false
    }

    async fn submit(
        &self,
        (event, submission): (Event, Submission),
        view: &Value,
        mut origin: Origin,
        answers: Answers,
    ) -> bool {
        let outcome = self.ports.bot.submit(event, submission).await;
        match outcome {
            Err(faults) => {
                let errors = forms::errors(view, &faults, &self.phrase(&origin, Phrase::NotUnderstood));
                if answers.send(Some(errors)).is_err() {
                    self.offer_fixing(view, &faults, &mut origin).await;
                }
                return true;
            }
            Ok(Reply::Ask(form)) => match self.view(&form, &mut origin) {
                Ok(next) => {
                    let answer = json!({"response_action": "update", "view": next});
                    if answers.send(Some(answer)).is_err() {
                        self.offer_opening(&next, &mut origin).await;
                    }
                }
                Err(error) => {
                    let _ = answers.send(Some(json!({"response_action": "clear"})));
                    error!(%error, "a form that Slack cannot show");
                    self.say_not_understood(origin).await;
                }
            },
            Ok(reply) => {
                // Every step of the form closes, then the answer appears where the form came from.
                let _ = answers.send(Some(json!({"response_action": "clear"})));
                self.deliver(reply, &mut origin, None).await;
            }
        }
        false
    }

    pub(super) async fn say_not_understood(&self, mut origin: Origin) {
        let card = Card::titled(self.phrase(&origin, Phrase::NotUnderstood)).tone(Tone::Bad);
        self.whisper(&card, &mut origin).await;
    }

    /// A card as messages; one that cannot be drawn is logged and becomes none.
    pub(super) fn drawn(card: &Card, enclosed: &Enclosed) -> Vec<render::Drawn> {
        render::draw(card, enclosed).unwrap_or_else(|error| {
            error!(%error, "a card that Slack cannot show");
            Vec::new()
        })
    }
}

impl Act {
    fn hold(&self) -> Duration {
        match self {
            Act::Submission(..) | Act::Suggest(_) => HOLD_ANSWER,
            _ => HOLD,
        }
    }
}
