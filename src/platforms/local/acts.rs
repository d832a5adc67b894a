//! What people do on the page, on its way to the bot, and the bot's answer on its way back.
//!
//! An answer reaches the page through the room, whenever it comes. The request itself only says whether it was in
//! time: after [`LATE`] the page is told to wait, and the answer arrives live.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::room::New;
use super::said::{Message, OpenForm, Said, Seen, Spot};
use super::server::{NOBODY, Refused};
use super::views::FormView;
use super::{Page, answers};
use crate::chat::{Account, Action, Command, Event, Faults, Press, Reply, Service, Shortcut, Submission};

/// How long an answer may take before the page is told to wait: well under the three seconds of other services.
const LATE: Duration = Duration::from_secs(2);
/// The longest message a person can write, in characters: a long mail, pasted.
const WORDS: usize = 40_000;

/// An act, as the page sends it.
#[derive(Deserialize)]
pub(super) struct Act {
    /// Made by the page for this act, and the same when it tries again.
    id: String,
    #[serde(rename = "as")]
    who: String,
    language: Option<String>,
    at: Spot,
    #[serde(flatten)]
    what: What,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum What {
    Command { line: String },
    Press { message: u64, action: String },
    Choose { message: u64, action: String, value: String },
    Shortcut { message: u64, name: String },
    Submit { form: String, values: BTreeMap<String, String> },
    Close { form: String },
    Say { words: String },
}

/// An act that may be done.
enum Deed {
    Command(Command),
    Press(Press),
    Shortcut(Shortcut),
    Submit(Arc<OpenForm>, BTreeMap<String, String>),
    Close(String),
    Say(String),
    /// It was done before.
    Nothing,
}

/// Where an answer goes.
struct Context {
    page: Arc<Page>,
    event: Event,
    who: String,
    language: String,
    at: Spot,
    under: Option<u64>,
    /// The bot's message it was done on, for [`Reply::Replace`].
    from: Option<u64>,
}

/// Takes an act, and answers when the bot did or when that takes too long.
pub(super) async fn act(State(page): State<Arc<Page>>, Json(act): Json<Act>) -> Result<Json<Value>, Refused> {
    if page.ports.stop.is_cancelled() {
        return Err(Refused(StatusCode::SERVICE_UNAVAILABLE, "error_stopping"));
    }
    let busy = page.ports.busy.begin();
    let (context, deed) = act.check(&page)?;
    let who = context.who.clone();
    let mut work = page.ports.tasks.spawn(async move {
        context.perform(deed).await;
        drop(busy);
    });
    let late = match tokio::time::timeout(LATE, &mut work).await {
        Ok(Ok(())) => false,
        Ok(Err(_)) => return Err(BROKEN),
        Err(_) => {
            page.ports.tasks.spawn(wait(page.clone(), who.clone(), work));
            true
        }
    };
    let seen = page.room.seen();
    let form = seen.forms.get(&who).map(|form| FormView::of(form));
    Ok(Json(json!({ "late": late, "form": form })))
}

const BROKEN: Refused = Refused(StatusCode::INTERNAL_SERVER_ERROR, "error_broken");
const FORM_GONE: Refused = Refused(StatusCode::CONFLICT, "form_gone");
const FORBIDDEN: Refused = Refused(StatusCode::FORBIDDEN, "error_refused");
const TOO_LONG: Refused = Refused(StatusCode::UNPROCESSABLE_ENTITY, "error_too_long");
const UNREADABLE: Refused = Refused(StatusCode::UNPROCESSABLE_ENTITY, "error_refused");

/// Shows the person that an answer is still to come, until it came.
async fn wait(page: Arc<Page>, who: String, work: tokio::task::JoinHandle<()>) {
    page.room.change(|seen| *seen.waiting.entry(who.clone()).or_default() += 1);
    // However it ended, there is nothing more to wait for.
    let _ = work.await;
    page.room.change(|seen| {
        if let Some(waiting) = seen.waiting.get_mut(&who) {
            *waiting = waiting.saturating_sub(1);
        }
    });
}

impl Act {
    fn check(self, page: &Arc<Page>) -> Result<(Context, Deed), Refused> {
        let seen = page.room.seen();
        let name = seen.person(&self.who).ok_or(NOBODY)?.name.clone();
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        if !(8..=64).contains(&self.id.len()) || !self.id.bytes().all(plain) {
            return Err(UNREADABLE);
        }
        if !seen.has(&self.at) || !self.at.open_to(&self.who) {
            return Err(FORBIDDEN);
        }
        let language = page.language(self.language.as_deref()).to_owned();
        let event = Event {
            id: self.id,
            who: Account::new(Service::Local, self.who.clone()),
            name,
            place: Some(self.at.place()),
            channel: seen.name_of(&self.at),
            language: Some(language.clone()),
        };
        let (page, who, at) = (page.clone(), self.who, self.at);
        let mut context = Context { page: page.clone(), event, who, language, at, under: None, from: None };
        let deed = self.what.check(&seen, &mut context)?;
        Ok((context, deed))
    }
}

impl What {
    /// Whether this person may do it there; what it is done on moves the context to where that stands.
    fn check(self, seen: &Seen, context: &mut Context) -> Result<Deed, Refused> {
        Ok(match self {
            What::Command { line } => Deed::Command(command(&context.page, &line)?),
            What::Press { message, action } => {
                context.on(seen, message)?;
                Deed::Press(Press { action: readable(action)?, value: None })
            }
            What::Choose { message, action, value } => {
                context.on(seen, message)?;
                Deed::Press(Press { action: readable(action)?, value: Some(value) })
            }
            What::Shortcut { message, name } => {
                let text = context.on(seen, message)?.unstyled();
                // A form opened from a shortcut takes nobody's message away.
                context.from = None;
                Deed::Shortcut(Shortcut { name, text })
            }
            What::Submit { .. } if seen.is_finished(&context.event.id) => Deed::Nothing,
            What::Submit { form, values } => {
                let open = seen.forms.get(&context.who).filter(|open| open.id == form).ok_or(FORM_GONE)?;
                context.opened_at(open);
                Deed::Submit(open.clone(), values)
            }
            What::Close { form } => Deed::Close(form),
            What::Say { words } if words.trim().is_empty() || words.chars().count() > WORDS => return Err(TOO_LONG),
            What::Say { words } => Deed::Say(words),
        })
    }
}

impl Context {
    /// It is done on this message, where that stands. Nobody acts on a message they cannot see.
    fn on<'a>(&mut self, seen: &'a Seen, message: u64) -> Result<&'a Message, Refused> {
        let message = seen.shown_to(&self.who, message).ok_or(FORBIDDEN)?;
        self.at = message.at.clone();
        self.event.place = Some(self.at.place());
        self.under = message.under;
        self.from = Some(message.n);
        Ok(message)
    }

    fn opened_at(&mut self, open: &OpenForm) {
        self.at = open.at.clone();
        self.event.place = Some(self.at.place());
        self.under = open.under;
        self.from = open.from;
    }

    async fn perform(self, deed: Deed) {
        let bot = self.page.ports.bot.clone();
        let event = self.event.clone();
        match deed {
            Deed::Command(command) => self.answer(bot.command(event, command).await).await,
            Deed::Press(press) => self.answer(bot.press(event, press).await).await,
            Deed::Shortcut(shortcut) => self.answer(bot.shortcut(event, shortcut).await).await,
            Deed::Submit(open, values) => self.submit(&open, values).await,
            Deed::Close(form) => self.page.room.close(&self.who, &form).await,
            Deed::Say(words) => {
                let by = Some(self.who.clone());
                self.page.room.show(New { by, ..self.message(Said::Words(words)) }).await;
            }
            Deed::Nothing => {}
        }
    }

    async fn submit(&self, open: &OpenForm, given: BTreeMap<String, String>) {
        let (page, room) = (&self.page, &self.page.room);
        let answered = OpenForm { values: given.clone(), faults: Faults::default(), ..open.clone() };
        let values = match answers::check(page, &self.language, &open.form, given) {
            Ok(values) => values,
            Err(faults) => return room.fault(&answered, faults).await,
        };
        let submission = Submission { action: open.form.action.clone(), values };
        match page.ports.bot.submit(self.event.clone(), submission).await {
            Ok(reply) => {
                room.change(|seen| seen.finish(&self.event.id));
                room.close(&self.who, &open.id).await;
                self.answer(reply).await;
            }
            Err(faults) => room.fault(&answered, faults).await,
        }
    }

    async fn answer(&self, reply: Reply) {
        let room = &self.page.room;
        match (reply, self.from) {
            (Reply::Done, _) => {}
            (Reply::Say(card), _) => room.show(self.message(Said::Card(card))).await,
            (Reply::Replace(card), Some(from)) => room.show_instead(from, card).await,
            (Reply::Whisper(card), _) | (Reply::Replace(card), None) => {
                room.show(New { only_for: Some(self.who.clone()), ..self.message(Said::Card(card)) }).await;
            }
            (Reply::Ask(form), from) => {
                let open = OpenForm {
                    id: self.event.id.clone(),
                    rev: 0,
                    who: self.who.clone(),
                    at: self.at.clone(),
                    under: self.under,
                    from,
                    form,
                    values: BTreeMap::new(),
                    faults: Faults::default(),
                };
                room.ask(open).await;
            }
        }
    }

    fn message(&self, said: Said) -> New {
        New {
            at: self.at.clone(),
            under: self.under,
            only_for: None,
            by: None,
            time: self.page.ports.clock.now(),
            said,
            marker: None,
            act: Some(self.event.id.clone()),
        }
    }
}

/// A line that starts with a slash and one of the bot's commands.
fn command(page: &Page, line: &str) -> Result<Command, Refused> {
    let line = line.trim().strip_prefix('/').ok_or(UNREADABLE)?;
    let (name, text) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let name = page.ports.bot.menu().commands.iter().find(|c| c.name.eq_ignore_ascii_case(name)).map(|c| c.name);
    let name = name.ok_or(Refused(StatusCode::UNPROCESSABLE_ENTITY, "error_command"))?;
    Ok(Command { name: name.into(), text: text.trim().into(), options: BTreeMap::new() })
}

fn readable(action: String) -> Result<Action, Refused> {
    Action::new(action).ok_or(UNREADABLE)
}
