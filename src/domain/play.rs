//! What revived one client, and may revive the next.

use super::{Lever, Person, ReasonId, Role};

/// A lever that led to a deal won back, with how. It names no client and nobody who sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Play {
    /// Its id.
    pub id: i64,
    /// Why the client had refused.
    pub reason: ReasonId,
    /// What was tried.
    pub lever: Lever,
    /// How, in a sentence.
    pub how: String,
    /// How often it was tried again.
    pub uses: i64,
    /// How often that was won back.
    pub successes: i64,
}

impl Play {
    /// Whether somebody may read the organisation's plays: everybody who sells.
    pub fn are_open_to(person: &Person) -> bool {
        person.role != Role::Observer
    }
}

/// The plays to offer for a reason: those of the very reason before those of the same broad one, each once, at most
/// `most`. Both lists come best first.
pub fn offered(precise: Vec<Play>, broad: Vec<Play>, most: usize) -> Vec<Play> {
    let mut offered = precise;
    for play in broad {
        if offered.iter().all(|known| known.id != play.id) {
            offered.push(play);
        }
    }
    offered.truncate(most);
    offered
}
