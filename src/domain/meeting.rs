//! What a refusal meeting decided, and who may say how it stands.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Denied, Person, PersonId, TeamId};

/// Something that a meeting decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeetingDecision {
    /// Its id.
    pub id: i64,
    /// The team.
    pub team: TeamId,
    /// What is to be done, as it was typed.
    pub what: String,
    /// By whom.
    pub owner: PersonId,
    /// Until when.
    pub due_on: NaiveDate,
    /// The day it was for before it was last moved, if it was.
    pub moved_from: Option<NaiveDate>,
    /// When a message of the day says it next; `None`: it was said often enough, or never planned.
    pub say_at: Option<DateTime<Utc>>,
    /// How often it was said since its day was set.
    pub told: i64,
    /// When it was done.
    pub done_at: Option<DateTime<Utc>>,
    /// What was said when it was done.
    pub note: Option<String>,
}

impl MeetingDecision {
    /// Whether it is still to be done.
    pub fn is_open(&self) -> bool {
        self.done_at.is_none()
    }

    /// Whether a person may say that it is done, or needs until another day: whoever does it, or stands in for them, and
    /// whoever leads the team.
    ///
    /// # Errors
    /// When they are neither.
    pub fn may_report(&self, by: &Person) -> Result<(), Denied> {
        if by.acts_for(self.owner) || by.leads(self.team) { Ok(()) } else { Err(Denied::NotYours) }
    }
}
