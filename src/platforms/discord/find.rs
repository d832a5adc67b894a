//! Searching in a form: its menus offer what is found for nothing typed, and a button asks for more where there may be.

use std::collections::BTreeMap;

use super::Adapter;
use super::draft::{CHOICES, Draft, Step};
use super::show::Show;
use crate::chat::{Choice, Event, Field, Kind, Query};

impl Adapter {
    /// What each search of a form offers.
    pub(super) async fn menus(&self, event: &Event, fields: &[Field]) -> BTreeMap<String, Vec<Choice>> {
        let mut menus = BTreeMap::new();
        for field in fields {
            if let Kind::Search { source, .. } = &field.kind {
                menus.insert(field.name.clone(), self.offered(event, source, "").await);
            }
        }
        menus
    }

    /// What a menu offers for what is typed into a search.
    async fn offered(&self, event: &Event, source: &str, typed: &str) -> Vec<Choice> {
        let query = Query { source: source.to_owned(), typed: typed.to_owned() };
        let mut found = self.ports.bot.suggest(event.clone(), query).await;
        found.retain(|choice| !choice.value.is_empty() && !choice.label.is_empty());
        found.truncate(CHOICES);
        found
    }

    /// What is found for what somebody typed into searches of a form; nothing for an empty line.
    pub(super) async fn look_up(
        &self,
        event: &Event,
        id: &str,
        inputs: &BTreeMap<String, String>,
    ) -> BTreeMap<String, Vec<Choice>> {
        let sources = self.drafts.with(id, |draft| {
            let own = draft.who == event.who.id;
            let fields = draft.form.fields.iter().filter(|field| own && draft.wide.contains(&field.name));
            let sources = fields.filter_map(|field| match &field.kind {
                Kind::Search { source, .. } => Some((field.name.clone(), source.clone())),
                _ => None,
            });
            sources.collect::<Vec<_>>()
        });
        let mut found = BTreeMap::new();
        for (name, source) in sources.unwrap_or_default() {
            let typed = inputs.get(&name).map(|typed| typed.trim()).unwrap_or_default();
            if !typed.is_empty() {
                found.insert(name, self.offered(event, &source, typed).await);
            }
        }
        found
    }

    /// Asks what to search for.
    pub(super) fn look_for(&self, draft: &Draft, step: usize) -> Show {
        match draft.steps().get(step) {
            Some(Step::Menus(fields)) if !draft.wide_among(fields).is_empty() => Show::Modal {
                modal: self.steps(draft).search(step, fields),
                otherwise: self.steps(draft).menus(step, fields, &[]),
            },
            _ => self.go(draft, step, true),
        }
    }

    /// Shows what was found in the menus of a step.
    pub(super) fn show_found(&self, draft: &mut Draft, step: usize, found: BTreeMap<String, Vec<Choice>>) -> Show {
        let (some, none): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, found)| !found.is_empty());
        for (name, found) in some {
            draft.found(&name, found);
        }
        let Some(Step::Menus(fields)) = draft.steps().get(step).cloned() else { return self.go(draft, step, true) };
        let empty: Vec<&Field> =
            draft.form.fields.iter().filter(|field| none.iter().any(|(name, _)| *name == field.name)).collect();
        let faults = self.steps(draft).nothing_found(&empty);
        Show::Step(self.steps(draft).menus(step, &fields, &faults))
    }
}
