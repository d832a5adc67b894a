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

    /// The head of a team, if it was asked for: who it is, or that there is none.
    pub(super) fn head(&self, team: TeamId) -> Option<Option<&Person>> {
        match self.heads.get(&team)? {
            Some(id) => self.person(*id).map(|known| Some(&known.person)),
            None => Some(None),
        }
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
