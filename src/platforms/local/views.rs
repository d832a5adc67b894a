//! What the page shows, as the JSON its scripts read. Cards and forms are written as [`crate::chat`] writes them,
//! but for pictures and files (`enclosed`).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::live::{Around, cursor};
use super::said::{Message, OpenForm, Said, Seen, Spot};
use super::server::{NOBODY, Refused};
use super::{Page, Someone, enclosed};
use crate::chat::{Faults, Form, OptionKind, OptionSpec, Phrase};

/// The most messages a tab reads at once; it says so when there are more.
const RECENT: usize = 1000;

/// A message, to someone who sees it.
#[derive(Debug, Serialize)]
pub(super) struct MessageView<'a> {
    n: u64,
    at: &'a Spot,
    under: Option<u64>,
    only_you: bool,
    /// Who wrote it; the bot if null.
    by: Option<Someone>,
    time: DateTime<Utc>,
    /// What a person wrote.
    words: Option<&'a str>,
    /// What the bot shows.
    card: Option<Value>,
    marker: Option<&'a str>,
}

impl<'a> MessageView<'a> {
    /// A message as `who` sees it.
    pub(super) fn of(message: &'a Message, seen: &Seen, who: &str) -> Self {
        let (words, card) = match &message.said {
            Said::Words(words) => (Some(words.as_str()), None),
            Said::Card(card) => (None, Some(enclosed::shown(card, message.n, who))),
        };
        let gone = |id: &String| Someone { id: id.clone(), name: id.clone(), note: String::new() };
        Self {
            n: message.n,
            at: &message.at,
            under: message.under,
            only_you: message.only_for.is_some(),
            by: message.by.as_ref().map(|id| seen.person(id).cloned().unwrap_or_else(|| gone(id))),
            time: message.time,
            words,
            card,
            marker: message.marker.as_deref(),
        }
    }
}

/// The form that is open to a person.
#[derive(Debug, Serialize)]
pub(super) struct FormView<'a> {
    id: &'a str,
    at: &'a Spot,
    form: &'a Form,
    values: &'a BTreeMap<String, String>,
    faults: &'a Faults,
}

impl<'a> FormView<'a> {
    pub(super) fn of(open: &'a OpenForm) -> Self {
        Self { id: &open.id, at: &open.at, form: &open.form, values: &open.values, faults: &open.faults }
    }
}

#[derive(Deserialize)]
pub(super) struct Entered {
    #[serde(rename = "as")]
    who: Option<String>,
    language: Option<String>,
}

/// Everything a tab needs to start: the words, the commands, and what the person sees, if one is chosen.
pub(super) async fn room(
    State(page): State<Arc<Page>>,
    Query(entered): Query<Entered>,
) -> Result<Json<Value>, Refused> {
    let language = page.language(entered.language.as_deref());
    let seen = page.room.seen();
    let who = entered.who.as_deref();
    if who.is_some_and(|who| seen.person(who).is_none()) {
        return Err(NOBODY);
    }
    let shown = |m: &&Arc<Message>| who.is_some_and(|who| m.shown_to(who));
    let mut messages: Vec<_> = seen.messages.values().rev().filter(shown).take(RECENT + 1).collect();
    let older = messages.len() > RECENT;
    messages.truncate(RECENT);
    let form = who.and_then(|who| seen.forms.get(who));
    Ok(Json(json!({
        "as": who,
        "cursor": cursor(&page, seen.rev),
        "now": page.ports.clock.now(),
        "time_zone": page.settings.time_zone.name(),
        "jumps": page.settings.jumps,
        "language": language,
        "languages": languages(&page),
        "words": words(&page, language),
        "phrases": phrases(&page, language),
        "menu": menu(&page, language),
        "around": Around::of(&seen, who),
        "messages": messages.iter().rev().map(|m| MessageView::of(m, &seen, who.unwrap_or_default())).collect::<Vec<_>>(),
        "older": older,
        "form": form.map(|form| FormView::of(form)),
    })))
}

fn languages(page: &Page) -> Vec<[&str; 2]> {
    page.settings.words.keys().map(|tag| [tag.as_str(), page.word(tag, "language_name")]).collect()
}

fn words<'a>(page: &'a Page, language: &str) -> BTreeMap<&'a str, &'a str> {
    let of =
        |tag: &str| page.settings.words.get(tag).into_iter().flatten().map(|(key, text)| (key.as_str(), text.as_str()));
    of("en").chain(of(language)).collect()
}

fn phrases(page: &Page, language: &str) -> Value {
    let say = |phrase| page.ports.bot.phrase(Some(language), phrase);
    json!({
        "cancel": say(Phrase::Cancel),
        "optional": say(Phrase::Optional),
        "one_moment": say(Phrase::OneMoment),
        "please_fix": say(Phrase::PleaseFix),
        "no_choice": say(Phrase::NoChoice),
        "form_gone": say(Phrase::FormGone),
        "not_understood": say(Phrase::NotUnderstood),
    })
}

fn menu(page: &Page, language: &str) -> Value {
    let menu = page.ports.bot.menu();
    let options = |specs: &[OptionSpec]| specs.iter().map(|spec| option(spec, language)).collect::<Vec<_>>();
    let commands = menu.commands.iter().map(|command| {
        let subcommands = command.subcommands.iter().map(|sub| {
            json!({ "name": sub.name, "description": sub.description.get(language), "options": options(&sub.options) })
        });
        json!({
            "name": command.name,
            "description": command.description.get(language),
            "usage": command.usage.get(language),
            "options": options(&command.options),
            "subcommands": subcommands.collect::<Vec<_>>(),
        })
    });
    let shortcuts = menu.shortcuts.iter().map(|s| json!({ "name": s.name, "label": s.label.get(language) }));
    json!({ "commands": commands.collect::<Vec<_>>(), "shortcuts": shortcuts.collect::<Vec<_>>() })
}

fn option(spec: &OptionSpec, language: &str) -> Value {
    let (source, choices) = match &spec.kind {
        OptionKind::Suggested(source) => (Some(*source), vec![]),
        OptionKind::Choice(choices) => (
            None,
            choices.iter().map(|(value, label)| json!({ "value": value, "label": label.get(language) })).collect(),
        ),
        OptionKind::Line | OptionKind::Text => (None, vec![]),
    };
    let rest = spec.kind == OptionKind::Text;
    json!({
        "name": spec.name, "description": spec.description.get(language),
        "source": source, "choices": choices, "rest": rest,
    })
}
