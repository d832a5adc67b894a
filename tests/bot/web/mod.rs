//! The web server: what it believes, what it bears, what it tells, and how it ends.

mod deals;
mod intake;
mod later;
mod limits;
mod served;
mod signatures;
mod wellness;

pub(crate) use served::serve;

use crate::story::Team;

/// Reads what a story about something else shows.
fn looks_away(team: &Team) {
    for name in ["Ana", "Elena"] {
        team.person(name).screen();
    }
}
