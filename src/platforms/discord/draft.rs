//! A form that is being filled: its steps, its answers so far, and where it came from.
//!
//! A modal holds text only, five inputs, and cannot answer a modal; a message holds menus, four beside the row of
//! buttons. So a form is cut into steps of one kind each. Menus come first: the last step is then a modal, whose own
//! button sends the form, and the person ends where they typed. While the menus are shown the message lists every
//! answer of the form, so what is already known can be sent from there at once. A search that finds more than its menu
//! holds is made again by a button beside it: what is typed then decides what the menu offers.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::chat::{Choice, Fault, Faults, Field, Form, Kind, Text};

/// Menus in a message, the fifth row being for buttons.
const MENUS: usize = 4;
/// Inputs in a modal.
const INPUTS: usize = 5;
/// Choices in a menu.
pub(super) const CHOICES: usize = 25;

/// A form on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Draft {
    /// The id of the interaction that opened it.
    pub(super) id: String,
    /// The id of the one person who may fill it.
    pub(super) who: String,
    /// What is asked.
    pub(super) form: Form,
    /// Answers so far; never empty ones.
    pub(super) values: BTreeMap<String, String>,
    /// What the searches offer, by field.
    pub(super) menus: BTreeMap<String, Vec<Choice>>,
    /// The searches that may find more than a menu holds, by field.
    #[serde(default)]
    pub(super) wide: BTreeSet<String>,
    /// Steps still to visit, in order.
    pub(super) todo: Vec<usize>,
    /// How often it was refused: with the id it names one submission, however often that is delivered.
    pub(super) attempt: u32,
    /// What was wrong with the last one.
    pub(super) faults: Vec<Fault>,
    /// The card whose button opened it.
    pub(super) origin: Option<Origin>,
}

/// A message from which a form was opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Origin {
    /// The channel's id.
    pub(super) channel: String,
    /// The message's id.
    pub(super) message: String,
    /// For a message only one person sees: the token that may still change it, for 15 minutes.
    pub(super) token: Option<String>,
}

/// What is asked together: indexes of fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Menus in a message.
    Menus(Vec<usize>),
    /// Inputs in a modal.
    Inputs(Vec<usize>),
}

impl Step {
    /// Its fields, by index.
    pub(super) fn fields(&self) -> &[usize] {
        match self {
            Step::Menus(fields) | Step::Inputs(fields) => fields,
        }
    }
}

impl Draft {
    /// A form just opened, with what the bot has filled in. `menus` are what its searches offer.
    pub(super) fn new(id: &str, who: &str, form: Form, menus: BTreeMap<String, Vec<Choice>>) -> Self {
        let full = menus.iter().filter(|(_, menu)| menu.len() >= CHOICES).map(|(name, _)| name.clone());
        let mut draft = Self {
            id: id.to_owned(),
            who: who.to_owned(),
            values: BTreeMap::new(),
            wide: full.collect(),
            menus,
            todo: vec![],
            attempt: 0,
            faults: vec![],
            origin: None,
            form,
        };
        for n in 0..draft.form.fields.len() {
            let field = &draft.form.fields[n];
            let (name, value) = (field.name.clone(), field.value.clone());
            if let Kind::Search { shown, .. } = &field.kind
                && let Some(value) = &value
            {
                let known = Choice::new(value, shown.as_ref().unwrap_or(value));
                draft.offer(&name, known);
            }
            draft.answer(&name, value);
        }
        draft.todo = (0..draft.steps().len()).collect();
        draft
    }

    /// Makes sure that a search offers a choice.
    fn offer(&mut self, name: &str, choice: Choice) {
        let menu = self.menus.entry(name.to_owned()).or_default();
        if !menu.iter().any(|other| other.value == choice.value) {
            menu.truncate(CHOICES - 1);
            menu.insert(0, choice);
        }
    }

    /// The searches among some fields, by index, that a menu does not hold.
    pub(super) fn wide_among(&self, fields: &[usize]) -> Vec<usize> {
        fields.iter().copied().filter(|n| self.wide.contains(&self.form.fields[*n].name)).collect()
    }

    /// What was found for what was typed into a search takes the place of what its menu offered; what is chosen stays
    /// among it, and what is found alone is chosen.
    pub(super) fn found(&mut self, name: &str, found: Vec<Choice>) {
        let only = if let [only] = found.as_slice() { Some(only.value.clone()) } else { None };
        let value = self.values.get(name);
        let chosen = self.menus.get(name).and_then(|menu| menu.iter().find(|choice| Some(&choice.value) == value));
        let chosen = chosen.cloned();
        self.menus.insert(name.to_owned(), found);
        if let Some(chosen) = chosen {
            self.offer(name, chosen);
        }
        if only.is_some() {
            self.answer(name, only);
        }
    }

    /// Every step, in order.
    pub(super) fn steps(&self) -> Vec<Step> {
        let all = 0..self.form.fields.len();
        let (menus, inputs): (Vec<usize>, Vec<usize>) = all.partition(|n| self.is_menu(&self.form.fields[*n]));
        let menus = menus.chunks(MENUS).map(|fields| Step::Menus(fields.to_vec()));
        menus.chain(inputs.chunks(INPUTS).map(|fields| Step::Inputs(fields.to_vec()))).collect()
    }

    /// Whether a field is a menu. A search that has nothing to offer is typed: a menu must have an entry.
    fn is_menu(&self, field: &Field) -> bool {
        match &field.kind {
            Kind::Choice(choices) => !choices.is_empty(),
            Kind::Search { .. } => self.menus.get(&field.name).is_some_and(|menu| !menu.is_empty()),
            Kind::Person => true,
            Kind::Line { .. } | Kind::Paragraph { .. } | Kind::Amount | Kind::Date => false,
        }
    }

    /// What a menu offers; nothing for a person.
    pub(super) fn choices<'a>(&'a self, field: &'a Field) -> &'a [Choice] {
        match &field.kind {
            Kind::Choice(choices) => choices,
            _ => self.menus.get(&field.name).map_or(&[], Vec::as_slice),
        }
    }

    /// Keeps an answer, or that there is none.
    pub(super) fn answer(&mut self, name: &str, value: Option<String>) {
        let Some(field) = self.form.fields.iter().find(|field| field.name == name) else { return };
        let offered = |value: &String| {
            let choices = self.choices(field);
            choices.is_empty() || choices.iter().any(|choice| choice.value == *value)
        };
        match value.filter(|value| !value.trim().is_empty()).filter(offered) {
            Some(value) => self.values.insert(name.to_owned(), value),
            None => self.values.remove(name),
        };
    }

    /// An answer as a person reads it.
    pub(super) fn shown(&self, field: &Field) -> Option<Text> {
        let value = self.values.get(&field.name)?;
        if let (Kind::Person, Ok(account)) = (&field.kind, value.parse()) {
            let name = value.clone();
            return Some(Text(vec![crate::chat::Span::Mention { account, name }]));
        }
        let choice = self.choices(field).iter().find(|choice| choice.value == *value);
        Some(Text::plain(choice.map_or(value, |choice| &choice.label).as_str()))
    }

    /// Required fields without an answer, among those of `steps`.
    pub(super) fn missing(&self, steps: &[Step]) -> Vec<&Field> {
        let fields = steps.iter().flat_map(Step::fields).map(|n| &self.form.fields[*n]);
        fields.filter(|field| field.required && !self.values.contains_key(&field.name)).collect()
    }

    /// A step is through: the next one, if any is left.
    pub(super) fn pass(&mut self, step: usize) -> Option<usize> {
        self.todo.retain(|other| *other > step);
        self.todo.first().copied()
    }

    /// Takes what was wrong; the steps to visit are those of the faults.
    pub(super) fn refuse(&mut self, faults: Faults) {
        self.attempt += 1;
        let steps = self.steps();
        let concerned = |step: &Step| {
            let mut names = step.fields().iter().map(|n| &self.form.fields[*n].name);
            names.any(|name| faults.0.iter().any(|fault| fault.field == *name))
        };
        self.todo = steps.iter().enumerate().filter(|(_, step)| concerned(step)).map(|(n, _)| n).collect();
        if self.todo.is_empty() {
            self.todo.push(0);
        }
        self.faults = faults.0;
    }

    /// The id of the submission this is, the same however often it is delivered.
    pub(super) fn submission(&self) -> String {
        format!("{}-{}", self.id, self.attempt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Action;

    fn form(kinds: &[Kind]) -> Form {
        let fields =
            kinds.iter().enumerate().map(|(n, kind)| Field::new(&format!("f{n}"), format!("F{n}"), kind.clone()));
        Form {
            action: Action::new("x").unwrap(),
            title: "T".into(),
            submit: "S".into(),
            intro: None,
            language: "en".into(),
            fields: fields.collect(),
        }
    }

    fn choice() -> Kind {
        Kind::Choice(vec![Choice::new("a", "A")])
    }

    #[test]
    fn menus_come_first_and_the_last_step_is_a_modal() {
        let line = || Kind::Line { max: 10 };
        let form = form(&[line(), choice(), line(), choice(), choice(), choice(), Kind::Person, Kind::Amount]);
        let draft = Draft::new("1", "2", form, BTreeMap::new());
        let want = [Step::Menus(vec![1, 3, 4, 5]), Step::Menus(vec![6]), Step::Inputs(vec![0, 2, 7])];
        assert_eq!(draft.steps(), want);
    }

    #[test]
    fn a_search_with_nothing_to_offer_is_typed() {
        let search = Kind::Search { source: "s".into(), shown: None };
        let empty = Draft::new("1", "2", form(std::slice::from_ref(&search)), BTreeMap::new());
        assert_eq!(empty.steps(), [Step::Inputs(vec![0])]);
        let mut filled = form(&[search]);
        filled.fields[0].value = Some("7".into());
        assert_eq!(Draft::new("1", "2", filled, BTreeMap::new()).steps(), [Step::Menus(vec![0])]);
    }

    #[test]
    fn a_refused_form_is_opened_again_at_its_first_fault() {
        let mut draft = Draft::new("1", "2", form(&[choice(), Kind::Amount]), BTreeMap::new());
        assert_eq!((draft.submission().as_str(), draft.todo.as_slice()), ("1-0", [0, 1].as_slice()));
        draft.refuse(Faults(vec![Fault { field: "f1".into(), says: "no".into() }]));
        assert_eq!((draft.submission().as_str(), draft.todo.as_slice()), ("1-1", [1].as_slice()));
        assert_eq!(draft.pass(1), None);
    }

    #[test]
    fn only_what_a_menu_offers_is_an_answer_of_it() {
        let mut draft = Draft::new("1", "2", form(&[choice()]), BTreeMap::new());
        draft.answer("f0", Some("z".into()));
        assert!(draft.values.is_empty());
        draft.answer("f0", Some("a".into()));
        assert_eq!(draft.values["f0"], "a");
        draft.answer("f0", Some(" ".into()));
        assert!(draft.values.is_empty());
    }
}
