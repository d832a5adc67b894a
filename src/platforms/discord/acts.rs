//! From what a person did to what the bot says.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Adapter;
use super::draft::{Draft, Origin, Step};
use super::enclose::Body;
use super::inbound::{self, Act, Interaction, Ticket, Waiting};
use super::render;
use super::show::Show;
use super::steps::{self, Steps, Verb};
use crate::chat::{
    Action, Card, Choice, Event, Fault, Faults, Field, Form, Kind, OptionKind, Phrase, Press, Query, Reply, Service,
    Shortcut, Submission, Tone,
};

/// What came with an act in a form.
#[derive(Default)]
struct Given {
    /// What was chosen in a menu.
    value: Option<String>,
    /// What was typed in a modal, by input.
    inputs: BTreeMap<String, String>,
    /// What was found for it, by search.
    found: BTreeMap<String, Vec<Choice>>,
}

/// What follows an act in a form.
enum After {
    Show(Show),
    Send(Box<Draft>),
}

impl Adapter {
    /// Takes an interaction; it is answered by a task of its own, to the request it came with if it came with one.
    pub(super) fn take(self: &Arc<Self>, value: &Value, request: Option<Waiting>) {
        let (adapter, busy) = (self.clone(), self.ports.busy.begin());
        match inbound::read(value) {
            Ok(mut at) => {
                at.ticket.request = request;
                self.ports.tasks.spawn(async move {
                    adapter.act(at).await;
                    drop(busy);
                });
            }
            Err((ticket, why)) => {
                tracing::warn!(why, "an unreadable interaction");
                self.ports.tasks.spawn(async move {
                    if let Some(ticket) = ticket {
                        adapter.not_understood(&Ticket { request, ..ticket }).await;
                    }
                    drop(busy);
                });
            }
        }
    }

    async fn act(self: &Arc<Self>, at: Interaction) {
        if let Act::Typing { command: (name, sub), option, typed } = &at.act {
            let work = self.options(&at.event, (name, sub.as_deref()), option, typed);
            return self.suggest(&at.ticket, work).await;
        }
        self.settle(&at, self.work(&at)).await;
        self.drafts.save(&self.ports).await;
    }

    async fn work(&self, at: &Interaction) -> Show {
        let event = at.event.clone();
        match &at.act {
            Act::Typing { .. } => Show::Nothing,
            Act::Command { name, sub, options } => {
                let command = inbound::command(self.ports.bot.menu(), name.clone(), sub.clone(), options.clone());
                let reply = self.ports.bot.command(event, command).await;
                self.reply(at, reply, None).await
            }
            Act::Shortcut { label, text } => {
                let known = self.ports.bot.menu().shortcuts.iter().find(|spec| spec.label.get("en") == label);
                let Some(spec) = known else { return self.not_known(&event) };
                let shortcut = Shortcut { name: spec.name.to_owned(), text: text.clone() };
                let reply = self.ports.bot.shortcut(event, shortcut).await;
                self.reply(at, reply, None).await
            }
            Act::Component { custom_id, values } => match steps::read(custom_id) {
                Some((draft, verb)) => {
                    let given = Given { value: values.first().cloned(), ..Given::default() };
                    self.in_form(at, draft, verb, given).await
                }
                None => self.press(at, custom_id, values.first().cloned()).await,
            },
            Act::Modal { custom_id, inputs } => match steps::read(custom_id) {
                Some((draft, verb)) => {
                    self.in_form(at, draft, verb, Given { inputs: inputs.clone(), ..Given::default() }).await
                }
                None => self.not_known(&event),
            },
        }
    }

    async fn press(&self, at: &Interaction, custom_id: &str, value: Option<String>) -> Show {
        let own = custom_id.split('~').next().unwrap_or_default();
        let Some(action) = Action::new(own) else { return self.not_known(&at.event) };
        let reply = self.ports.bot.press(at.event.clone(), Press { action, value }).await;
        self.reply(at, reply, None).await
    }

    /// What a reply shows. `form`: the form it answers, if it does.
    async fn reply(&self, at: &Interaction, reply: Reply, form: Option<&Draft>) -> Show {
        let language = form.map(|draft| draft.form.language.as_str()).or(at.event.language.as_deref());
        match reply {
            Reply::Done => Show::Nothing,
            Reply::Whisper(card) => Show::Whisper(self.drawn(&card, language).await),
            Reply::Say(card) => Show::Say(self.drawn(&card, language).await),
            Reply::Replace(card) => {
                Show::Replace(self.drawn(&card, language).await, form.and_then(|draft| draft.origin.clone()))
            }
            Reply::Ask(asked) => self.open(at, asked, form.and_then(|draft| draft.origin.clone())).await,
        }
    }

    async fn drawn(&self, card: &Card, language: Option<&str>) -> Vec<Body> {
        render::draw(card, &self.contents(card, language).await, None)
    }

    /// Opens a form at its first step. `origin`: the card from which the form before this one was opened.
    async fn open(&self, at: &Interaction, form: Form, origin: Option<Origin>) -> Show {
        let menus = self.menus(&at.event, &form.fields).await;
        let mut draft = Draft::new(&at.ticket.id, &at.event.who.id, form, menus);
        draft.origin = origin.or_else(|| at.origin());
        let after_modal = matches!(at.act, Act::Modal { .. });
        let show = match self.go(&draft, 0, false) {
            show if after_modal => show,
            Show::Modal { modal, .. } => Show::Modal { modal, otherwise: self.steps(&draft).late() },
            Show::Step(menus) => Show::Form { menus, late: self.steps(&draft).late() },
            show => show,
        };
        self.drafts.put(draft);
        show
    }

    pub(super) fn steps<'a>(&'a self, draft: &'a Draft) -> Steps<'a> {
        Steps { bot: &*self.ports.bot, draft }
    }

    /// Shows a step. `owned`: from a message that belongs to the form.
    pub(super) fn go(&self, draft: &Draft, step: usize, owned: bool) -> Show {
        match draft.steps().get(step) {
            Some(Step::Menus(fields)) => Show::Step(self.steps(draft).menus(step, fields, &[])),
            Some(Step::Inputs(fields)) => Show::Modal {
                modal: self.steps(draft).modal(step, fields, owned),
                otherwise: self.steps(draft).between(step),
            },
            // A form without fields is a question with one button.
            None => Show::Step(self.steps(draft).menus(0, &[], &[])),
        }
    }

    /// Somebody did something in a form.
    async fn in_form(&self, at: &Interaction, id: &str, verb: Verb, mut given: Given) -> Show {
        self.drafts.load(&self.ports, id).await;
        if matches!(verb, Verb::Searched(_)) {
            given.found = self.look_up(&at.event, id, &given.inputs).await;
        }
        let after = self.drafts.with(id, |draft| {
            let own = draft.who == at.event.who.id;
            own.then(|| self.after(draft, verb, given))
        });
        let gone = || self.phrase(&at.event, Phrase::FormGone);
        match after {
            Some(Some(After::Show(show))) => show,
            Some(Some(After::Send(draft))) => self.submit(at, *draft).await,
            // Somebody else's: it stays as it is.
            Some(None) => Show::Aside(gone()),
            None if self.drafts.was_accepted(id) => Show::Stay,
            None => Show::Whisper(vec![gone().into()]),
        }
    }

    fn after(&self, draft: &mut Draft, verb: Verb, given: Given) -> After {
        match verb {
            Verb::Choose(field) => After::Show(self.choose(draft, field, given.value)),
            Verb::Next(step) => After::Show(self.next(draft, step)),
            Verb::Open | Verb::Fix => {
                After::Show(self.go(draft, draft.todo.first().copied().unwrap_or_default(), true))
            }
            Verb::Send => After::Send(Box::new(draft.clone())),
            Verb::Search(step) => After::Show(self.look_for(draft, step)),
            Verb::Searched(step) => After::Show(self.show_found(draft, step, given.found)),
            Verb::Modal(step, _) => {
                fill(draft, step, given.inputs);
                match draft.pass(step) {
                    None => After::Send(Box::new(draft.clone())),
                    Some(next) => After::Show(self.between(draft, next)),
                }
            }
        }
    }

    fn choose(&self, draft: &mut Draft, field: usize, value: Option<String>) -> Show {
        let Some(Field { name, kind, .. }) = draft.form.fields.get(field).cloned() else { return Show::Nothing };
        let person = matches!(kind, Kind::Person);
        draft.answer(&name, value.map(|v| if person { format!("{}:{v}", Service::Discord) } else { v }));
        let step = draft.steps().iter().position(|step| step.fields().contains(&field));
        self.go(draft, step.unwrap_or_default(), true)
    }

    /// Goes on to a step, once everything required before it is chosen.
    fn next(&self, draft: &Draft, step: usize) -> Show {
        let steps = draft.steps();
        let before = step.min(steps.len());
        let menus = steps[..before].iter().rposition(|step| matches!(step, Step::Menus(_)));
        if let Some(shown) = menus {
            let missing = draft.missing(&steps[shown..=shown]);
            if !missing.is_empty() {
                let faults = self.steps(draft).nothing_chosen(&missing);
                return Show::Step(self.steps(draft).menus(shown, steps[shown].fields(), &faults));
            }
        }
        self.go(draft, step, true)
    }

    /// After a modal a modal cannot open: a button stands between them.
    fn between(&self, draft: &Draft, step: usize) -> Show {
        match self.go(draft, step, true) {
            Show::Modal { otherwise, .. } => Show::Step(otherwise),
            show => show,
        }
    }

    /// Sends the form to the bot, as one submission however often it is pressed.
    async fn submit(&self, at: &Interaction, draft: Draft) -> Show {
        let steps = draft.steps();
        let missing = draft.missing(&steps);
        if !missing.is_empty() {
            let says = self.ports.bot.phrase(Some(&draft.form.language), Phrase::NoChoice);
            let fault = |field: &&Field| {
                let says = field.missing.as_ref().unwrap_or(&says).clone();
                Fault { field: field.name.clone(), says }
            };
            return self.refuse(&draft.id, Faults(missing.iter().map(fault).collect()));
        }
        let event = Event { id: draft.submission(), ..at.event.clone() };
        let submission = Submission { action: draft.form.action.clone(), values: draft.values.clone() };
        match self.ports.bot.submit(event, submission).await {
            Err(faults) => self.refuse(&draft.id, faults),
            Ok(reply) => {
                let show = self.reply(at, reply, Some(&draft)).await;
                self.drafts.accept(&draft.id);
                show
            }
        }
    }

    fn refuse(&self, id: &str, faults: Faults) -> Show {
        let shown = self.drafts.with(id, |draft| {
            draft.refuse(faults);
            self.steps(draft).faulty()
        });
        // Gone only if it was sent twice and accepted meanwhile.
        shown.map_or(Show::Stay, Show::Step)
    }

    fn phrase(&self, event: &Event, phrase: Phrase) -> Value {
        let words = self.ports.bot.phrase(event.language.as_deref(), phrase);
        render::message(&words.into(), vec![], Tone::Neutral, vec![])
    }

    fn not_known(&self, event: &Event) -> Show {
        Show::Whisper(vec![self.phrase(event, Phrase::NotUnderstood).into()])
    }

    /// What an option of a command may be.
    async fn options(&self, event: &Event, command: (&str, Option<&str>), option: &str, typed: &str) -> Vec<Choice> {
        let specs = inbound::specs(self.ports.bot.menu(), command.0, command.1);
        let Some(OptionKind::Suggested(source)) = specs.iter().find(|spec| spec.name == option).map(|spec| &spec.kind)
        else {
            return vec![];
        };
        let query = Query { source: (*source).to_owned(), typed: typed.to_owned() };
        self.ports.bot.suggest(event.clone(), query).await
    }
}

/// Keeps what was typed in the modal of a step.
fn fill(draft: &mut Draft, step: usize, mut inputs: BTreeMap<String, String>) {
    let Some(Step::Inputs(fields)) = draft.steps().get(step).cloned() else { return };
    for n in fields {
        let name = draft.form.fields[n].name.clone();
        let typed = inputs.remove(&name);
        draft.answer(&name, typed);
    }
}
