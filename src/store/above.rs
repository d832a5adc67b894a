//! Who hears of what somebody does not do.

use chrono::{DateTime, Utc};

use super::Tx;
use crate::domain::{Person, PersonId, Role, TeamId};

/// Whose work of a team somebody hears of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Everybody's but their own.
    Others(PersonId),
    /// One person's.
    Only(PersonId),
}

impl Watched {
    /// As a query takes it: who is left out, and the only one who is not; nobody has the number 0.
    pub(super) fn but_and_only(self) -> (PersonId, PersonId) {
        match self {
            Watched::Others(not) => (not, PersonId(0)),
            Watched::Only(only) => (PersonId(0), only),
        }
    }
}

impl Tx {
    /// Who hears of what somebody of a team does not do: its head; of the head the first admin who is there.
    pub async fn above(&mut self, team: TeamId, owner: PersonId, now: DateTime<Utc>) -> sqlx::Result<Option<Person>> {
        let head = self.responsible_for(team, now).await?;
        if let Some(head) = head.filter(|head| head.id != owner && !head.is_away(now)) {
            return Ok(Some(head));
        }
        let admins = self.admins().await?;
        Ok(admins.into_iter().find(|admin| admin.id != owner && !admin.is_away(now)))
    }

    /// Whose work somebody hears of: as head everybody's but their own, as the first admin who is there the heads' own.
    pub async fn watched_by(&mut self, person: &Person, now: DateTime<Utc>) -> sqlx::Result<Vec<(TeamId, Watched)>> {
        let processed = self.teams_processed_by(person, now).await?;
        let mut watched: Vec<_> = processed.iter().map(|team| (*team, Watched::Others(person.id))).collect();
        if person.role != Role::Admin {
            return Ok(watched);
        }
        for team in self.teams().await?.into_iter().filter(|team| !processed.contains(team)) {
            let Some(head) = self.head_of(team).await?.filter(|head| head.id != person.id) else { continue };
            if self.above(team, head.id, now).await?.is_some_and(|above| above.id == person.id) {
                watched.push((team, Watched::Only(head.id)));
            }
        }
        Ok(watched)
    }
}
