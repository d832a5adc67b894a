//! What a transaction has read of people, the catalogue, answers and who asked not to be contacted, so that it asks once.
//! Nobody else writes meanwhile; what writes here forgets it, with [`Tx::forget_known`] or in part.

use std::collections::HashMap;
use std::sync::Arc;

use super::answers::KeptAnswer;
use super::products::Product;
use super::tx::Tx;
use crate::domain::{Person, PersonId, RefusalNumber, TeamId};

/// What was read so far.
#[derive(Default)]
pub(super) struct Known {
    people: HashMap<PersonId, KnownPerson>,
    heads: HashMap<TeamId, Option<PersonId>>,
    products: HashMap<PersonId, Vec<Product>>,
    answers: HashMap<RefusalNumber, Arc<[KeptAnswer]>>,
    /// By the keys of the account and the contact: whose wish it is, and who said so.
    peace: HashMap<(String, String), Option<(String, String)>>,
}

/// A person, and what only the tables know of them.
#[derive(Clone)]
pub(super) struct KnownPerson {
    pub(super) person: Person,
    /// Whether the configuration names them no more.
    pub(super) left: bool,
    /// Whether somebody named them as who stands in.
    pub(super) deputises: bool,
}

impl Known {
    pub(super) fn person(&self, id: PersonId) -> Option<&KnownPerson> {
        self.people.get(&id)
    }

    pub(super) fn meets(&mut self, known: KnownPerson) {
        self.people.insert(known.person.id, known);
    }

    /// Whether the head of a team was asked for.
    pub(super) fn knows_head_of(&self, team: TeamId) -> bool {
        self.heads.contains_key(&team)
    }

    /// The head of a team that was asked for, if it has one.
    pub(super) fn head(&self, team: TeamId) -> Option<&Person> {
        let head = self.heads.get(&team).copied().flatten()?;
        self.person(head).map(|known| &known.person)
    }

    pub(super) fn leads(&mut self, team: TeamId, head: Option<PersonId>) {
        self.heads.insert(team, head);
    }

    pub(super) fn products(&self, by: PersonId) -> Option<&Vec<Product>> {
        self.products.get(&by)
    }

    pub(super) fn sells(&mut self, by: PersonId, products: Vec<Product>) {
        self.products.insert(by, products);
    }

    pub(super) fn answers(&self, refusal: RefusalNumber) -> Option<Arc<[KeptAnswer]>> {
        self.answers.get(&refusal).cloned()
    }

    pub(super) fn answered(&mut self, refusal: RefusalNumber, answers: Arc<[KeptAnswer]>) -> Arc<[KeptAnswer]> {
        self.answers.insert(refusal, answers.clone());
        answers
    }

    pub(super) fn forget_answers(&mut self, refusal: RefusalNumber) {
        self.answers.remove(&refusal);
    }

    pub(super) fn peace(&self, client: &(String, String)) -> Option<&Option<(String, String)>> {
        self.peace.get(client)
    }

    pub(super) fn asked_for_peace(&mut self, client: (String, String), found: Option<(String, String)>) {
        self.peace.insert(client, found);
    }

    pub(super) fn forget_peace(&mut self) {
        self.peace.clear();
    }
}

impl Tx {
    /// People, accounts, teams or products change.
    pub(super) fn forget_known(&mut self) {
        self.known = Known::default();
    }
}
