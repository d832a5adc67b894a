//! Steps of a form as modals and messages.
//!
//! The ids of what belongs to forms start with `~`, which no action of the bot contains: `~f:DRAFT:VERB`, where the
//! verb is `s.N` for the menu of field N, `n.N` to go on to step N, `x` to send, `o` to open a form that came late,
//! `f` to open a faulty one again; `m.N` and `M.N` are the modal of step N, the capital if it was opened from a
//! message that belongs to the form. `q.N` asks to search for what the menus of step N do not show, `Q.N` is the modal
//! in which one types it.

use serde_json::{Value, json};

use super::draft::{Draft, Step};
use super::markdown::{self, Line, units};
use super::render;
use crate::chat::{Bot, Field, Kind, Phrase, Service, Text, Tone};

/// The longest a modal's input may be. Source: Discord's reference of text inputs.
const INPUT: usize = 4000;
/// What every answer together may take in the overview.
const OVERVIEW: usize = 4500;

/// What a person did to a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// Chose in the menu of a field.
    Choose(usize),
    /// Goes on to a step.
    Next(usize),
    /// Sends the form.
    Send,
    /// Opens a form that came late.
    Open,
    /// Opens a faulty form again.
    Fix,
    /// Sent the modal of a step; whether it was opened from a message of the form.
    Modal(usize, bool),
    /// Wants to search for what the menus of a step do not show.
    Search(usize),
    /// Typed what to search for.
    Searched(usize),
}

/// An id that belongs to a form: the draft's id and the verb. `None` for an action of the bot.
pub(super) fn read(custom_id: &str) -> Option<(&str, Verb)> {
    let (draft, verb) = custom_id.strip_prefix("~f:")?.split_once(':')?;
    let (word, number) = verb.split_once('.').unwrap_or((verb, "0"));
    let number = number.parse().ok()?;
    let verb = match word {
        "s" => Verb::Choose(number),
        "n" => Verb::Next(number),
        "x" => Verb::Send,
        "o" => Verb::Open,
        "f" => Verb::Fix,
        "m" => Verb::Modal(number, false),
        "M" => Verb::Modal(number, true),
        "q" => Verb::Search(number),
        "Q" => Verb::Searched(number),
        _ => return None,
    };
    Some((draft, verb))
}

/// Draws the steps of one draft.
pub(super) struct Steps<'a> {
    /// Where the words around a form come from.
    pub(super) bot: &'a dyn Bot,
    /// What is drawn.
    pub(super) draft: &'a Draft,
}

impl Steps<'_> {
    fn say(&self, phrase: Phrase) -> String {
        self.bot.phrase(Some(&self.draft.form.language), phrase)
    }

    fn id(&self, verb: &str) -> String {
        format!("~f:{}:{verb}", self.draft.id)
    }

    /// The modal of a step. `owned`: opened from a message that belongs to the form.
    pub(super) fn modal(&self, step: usize, fields: &[usize], owned: bool) -> Value {
        let rows = fields.iter().map(|n| json!({"type": 1, "components": [self.input(&self.draft.form.fields[*n])]}));
        json!({
            "title": self.draft.form.title,
            "custom_id": self.id(&format!("{}.{step}", if owned { "M" } else { "m" })),
            "components": rows.collect::<Vec<_>>(),
        })
    }

    /// The modal in which one types what the menus of a step do not show: one line for each search among them.
    pub(super) fn search(&self, step: usize, fields: &[usize]) -> Value {
        let line = |n: &usize| {
            let field = &self.draft.form.fields[*n];
            let input = json!({
                "type": 4, "custom_id": field.name, "label": field.label, "style": 1, "required": false, "max_length": 75,
            });
            json!({"type": 1, "components": [input]})
        };
        let rows = self.draft.wide_among(fields).iter().map(line).collect::<Vec<_>>();
        json!({"title": self.say(Phrase::Search), "custom_id": self.id(&format!("Q.{step}")), "components": rows})
    }

    fn input(&self, field: &Field) -> Value {
        let (style, most) = match &field.kind {
            Kind::Line { max } => (1, usize::from(*max)),
            Kind::Paragraph { max } => (2, usize::from(*max)),
            Kind::Date | Kind::Amount => (1, 40),
            Kind::Choice(_) | Kind::Search { .. } | Kind::Person => (1, 75),
        };
        let value = self.draft.values.get(&field.name);
        // What is already there may be longer than what may be typed: Discord refuses the whole modal for it.
        let most = most.max(value.map_or(0, |value| units(value))).clamp(1, INPUT);
        let mut input = json!({
            "type": 4, "custom_id": field.name, "label": field.label, "style": style,
            "required": field.required, "max_length": most,
        });
        if let Some(value) = value {
            input["value"] = value.as_str().into();
        }
        let hint = field.hint.as_deref().or(matches!(field.kind, Kind::Date).then_some("YYYY-MM-DD"));
        if let Some(hint) = hint {
            input["placeholder"] = hint.into();
        }
        input
    }

    /// The message of a step of menus, with everything answered so far and `faults` above it.
    pub(super) fn menus(&self, step: usize, fields: &[usize], faults: &[String]) -> Value {
        let mut rows: Vec<Vec<Value>> = fields.iter().map(|n| vec![self.menu(*n)]).collect();
        let steps = self.draft.steps();
        let mut buttons = vec![];
        let next = self.draft.todo.iter().copied().find(|other| *other > step);
        if let Some(next) = next {
            let label = self.say(Phrase::Continue { step: next + 1, of: steps.len() });
            buttons.push(self.button(&format!("n.{next}"), &label, 1));
        }
        // What only the steps to come could add is not asked for again.
        let rest: Vec<Step> = steps.iter().enumerate().filter(|(n, _)| *n != step).map(|(_, s)| s.clone()).collect();
        if next.is_none() || self.draft.missing(&rest).is_empty() {
            buttons.push(self.button("x", &self.draft.form.submit, if next.is_none() { 1 } else { 3 }));
        }
        if !self.draft.wide_among(fields).is_empty() {
            buttons.push(self.button(&format!("q.{step}"), &self.say(Phrase::Search), 2));
        }
        rows.push(buttons);
        let mut lines = self.intro();
        lines.extend(text(&self.say(Phrase::ChooseThenContinue)));
        self.page(faults, lines, rows)
    }

    /// A form that came too late to open by itself.
    pub(super) fn late(&self) -> Value {
        let rows = vec![vec![self.button("o", &self.say(Phrase::OpenForm), 1)]];
        render::message(&Text::plain(self.say(Phrase::FormLate)), vec![], Tone::Attention, rows)
    }

    /// The button to a modal that cannot open by itself, with everything answered so far above it.
    pub(super) fn between(&self, step: usize) -> Value {
        let label = if step == 0 {
            self.say(Phrase::OpenForm)
        } else {
            self.say(Phrase::Continue { step: step + 1, of: self.draft.steps().len() })
        };
        let rows = vec![vec![self.button(&format!("n.{step}"), &label, 1)]];
        self.page(&[], self.intro(), rows)
    }

    /// What was wrong, everything that was answered, and the button to mend it.
    pub(super) fn faulty(&self) -> Value {
        let faults: Vec<String> = self.draft.faults.iter().map(|fault| self.fault(&fault.field, &fault.says)).collect();
        let rows = vec![vec![self.button("f", &self.say(Phrase::FixIt), 1)]];
        self.page(&faults, vec![], rows)
    }

    /// A fault as a line of markdown.
    pub(super) fn fault(&self, field: &str, says: &str) -> String {
        let field = self.draft.form.fields.iter().find(|other| other.name == field);
        let label = field.map(|field| format!("**{}:** ", markdown::escape(&field.label)));
        format!("- {}{}", label.unwrap_or_default(), markdown::escape(says))
    }

    /// That nothing was found in these searches.
    pub(super) fn nothing_found(&self, fields: &[&Field]) -> Vec<String> {
        fields.iter().map(|field| self.fault(&field.name, &self.say(Phrase::NothingFound))).collect()
    }

    /// The faults of required menus left alone.
    pub(super) fn nothing_chosen(&self, fields: &[&Field]) -> Vec<String> {
        let says = |field: &Field| field.missing.clone().unwrap_or_else(|| self.say(Phrase::NoChoice));
        fields.iter().map(|field| self.fault(&field.name, &says(field))).collect()
    }

    fn title(&self) -> Text {
        Text::plain(self.draft.form.title.as_str())
    }

    fn intro(&self) -> Vec<Line> {
        self.draft.form.intro.as_ref().map(markdown::lines).unwrap_or_default()
    }

    fn page(&self, faults: &[String], mut lines: Vec<Line>, rows: Vec<Vec<Value>>) -> Value {
        let mut above = vec![];
        if !faults.is_empty() {
            above.extend(text(&self.say(Phrase::PleaseFix)));
            above.extend(faults.iter().map(|fault| Line { text: fault.clone(), goes_on: false }));
        }
        above.append(&mut lines);
        above.extend(self.overview());
        let tone = if faults.is_empty() { Tone::Neutral } else { Tone::Bad };
        render::message(&self.title(), above, tone, rows)
    }

    /// Every field with its answer, in order. Answers too long to stand together are shortened here with an ellipsis;
    /// the form itself holds all of them.
    fn overview(&self) -> Vec<Line> {
        let whole = self.answers(usize::MAX);
        if whole.iter().map(|line| units(&line.text) + 1).sum::<usize>() <= OVERVIEW {
            return whole;
        }
        // Escaping can double a text.
        self.answers((OVERVIEW / self.draft.form.fields.len().max(1) / 2).max(80) - 60)
    }

    fn answers(&self, most: usize) -> Vec<Line> {
        let fields = self.draft.form.fields.iter();
        let line = |field: &Field| match self.draft.shown(field) {
            None => render::fact(&field.label, &Text::plain("—")),
            Some(shown) if matches!(field.kind, Kind::Person) => render::fact(&field.label, &shown),
            Some(shown) => render::fact(&field.label, &Text::plain(shorten(&shown.unstyled(), most))),
        };
        fields.flat_map(line).collect()
    }

    fn menu(&self, index: usize) -> Value {
        let field = &self.draft.form.fields[index];
        let value = self.draft.values.get(&field.name).map(String::as_str);
        let optional = || format!("{} {}", field.label, self.say(Phrase::Optional));
        let mut menu = json!({
            "custom_id": self.id(&format!("s.{index}")),
            "placeholder": if field.required { field.label.clone() } else { optional() },
            "min_values": u8::from(field.required), "max_values": 1,
        });
        if matches!(field.kind, Kind::Person) {
            menu["type"] = 5.into();
            let prefix = format!("{}:", Service::Discord);
            if let Some(id) = value.and_then(|value| value.strip_prefix(&prefix)) {
                menu["default_values"] = json!([{"id": id, "type": "user"}]);
            }
        } else {
            menu["type"] = 3.into();
            let options = self.draft.choices(field).iter().map(|choice| render::option(choice, value));
            menu["options"] = options.collect::<Vec<_>>().into();
        }
        menu
    }

    fn button(&self, verb: &str, label: &str, style: u8) -> Value {
        json!({"type": 2, "style": style, "label": label, "custom_id": self.id(verb)})
    }
}

fn text(words: &str) -> Vec<Line> {
    markdown::lines(&Text::plain(words))
}

/// A text of at most `most` UTF-16 units, with an ellipsis if something is left out.
fn shorten(words: &str, most: usize) -> String {
    if units(words) <= most {
        return words.to_owned();
    }
    let mut left = most;
    let fits = |c: &char| {
        let fits = c.len_utf16() < left;
        left = left.saturating_sub(c.len_utf16());
        fits
    };
    let start: String = words.chars().take_while(fits).collect();
    format!("{}…", start.trim_end())
}
