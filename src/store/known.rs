//! What a transaction has read of people and the catalogue, so that it asks once. Nobody else writes meanwhile; what
//! writes here forgets it with [`Tx::forget_known`].

use std::collections::HashMap;

use super::products::Product;
use super::tx::Tx;
use crate::domain::{Person, PersonId, TeamId};

/// What was read so far.
#[derive(Default)]
pub(super) struct Known {
    people: HashMap<PersonId, KnownPerson>,
    heads: HashMap<TeamId, Option<PersonId>>,
    products: HashMap<PersonId, Vec<Product>>,
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
}

impl Tx {
    /// People, accounts, teams or products change.
    pub(super) fn forget_known(&mut self) {
        self.known = Known::default();
    }
}
