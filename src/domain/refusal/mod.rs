//! A refusal: what may be said of it, and who may do what with it. What becomes of it then is in `acts.rs`.

mod acts;

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Details, Outcome, Person, PersonId, ReasonId, Role, Stage, TeamId};

/// How long a rep may undo what they logged.
pub const UNDO: TimeDelta = TimeDelta::minutes(10);

/// How far back the same account is taken to be perhaps the same refusal.
pub const SAME_ACCOUNT: TimeDelta = TimeDelta::days(30);

/// A refusal's number in its organisation, said `#214`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RefusalNumber(pub i64);

impl fmt::Display for RefusalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its number.
    pub number: RefusalNumber,
    /// The team it belongs to.
    pub team: TeamId,
    /// What is known of it.
    pub details: Details,
    /// Who owns it now.
    pub owner: PersonId,
    /// Who logged it.
    pub logged_by: PersonId,
    /// When.
    pub logged_at: DateTime<Utc>,
    /// Where it is in its life.
    pub stage: Stage,
    /// Who of those above saw it, and when.
    pub seen: Option<(PersonId, DateTime<Utc>)>,
    /// The reason the head heard from the client; it stands beside the rep's and never replaces it.
    pub head_reason: Option<ReasonId>,
    /// The reason the client gave when asked for a review; it stands beside the others too.
    pub client_reason: Option<ReasonId>,
    /// The refusal of which this is the second one.
    pub again_of: Option<RefusalNumber>,
    /// When it was undone.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Who may decide about it beside its head.
    pub delegate: Option<PersonId>,
}

/// Why something may not be done to a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// It is not this person's to see, or to do.
    NotYours,
    /// The time to undo it is over.
    TooLate,
    /// It was undone.
    Withdrawn,
    /// Somebody saw it already.
    AlreadySeen(PersonId, DateTime<Utc>),
    /// It is elsewhere in its life: somebody decided already.
    Decided(Stage),
}

impl Refusal {
    /// A new refusal, logged by its owner.
    pub fn new(number: RefusalNumber, by: &Person, details: Details, now: DateTime<Utc>) -> Self {
        Self {
            number,
            team: by.team.id,
            details,
            owner: by.id,
            logged_by: by.id,
            logged_at: now,
            stage: Stage::Logged,
            seen: None,
            head_reason: None,
            client_reason: None,
            again_of: None,
            withdrawn_at: None,
            delegate: None,
        }
    }

    /// As the second no of a refusal: of the same team and in the same hands, whoever reports it.
    #[must_use]
    pub fn second_of(self, first: &Refusal) -> Self {
        Self { team: first.team, owner: first.owner, again_of: Some(first.number), ..self }
    }

    /// Whether a person may read it.
    pub fn is_open_to(&self, person: &Person) -> bool {
        self.is_of(person) || person.acts_for(self.owner) || person.leads(self.team) || self.delegate == Some(person.id)
    }

    fn is_of(&self, person: &Person) -> bool {
        self.owner == person.id || self.logged_by == person.id
    }

    /// Whether a person may change it now.
    ///
    /// # Errors
    /// When it is not theirs, or undone.
    pub fn may_edit(&self, by: &Person) -> Result<(), Denied> {
        // Who stands in for its owner, or only decides about it, may read it and do that, no more.
        if !self.is_of(by) && !by.leads(self.team) {
            return Err(Denied::NotYours);
        }
        if self.withdrawn_at.is_some() { Err(Denied::Withdrawn) } else { Ok(()) }
    }

    /// Whether a person may decide about it now, as its head or in its head's place.
    ///
    /// # Errors
    /// When this person neither leads its team nor was asked to decide, it was undone, or decided already.
    pub fn may_decide(&self, by: &Person) -> Result<(), Denied> {
        if !by.leads(self.team) && self.delegate != Some(by.id) {
            return Err(Denied::NotYours);
        }
        match self.withdrawn_at {
            Some(_) => Err(Denied::Withdrawn),
            None if !self.stage.awaits_head() => Err(Denied::Decided(self.stage)),
            None => Ok(()),
        }
    }

    /// Whether a person may let somebody else decide about it.
    ///
    /// # Errors
    /// When this person does not lead its team, it was undone, or decided already.
    pub fn may_delegate(&self, by: &Person) -> Result<(), Denied> {
        self.may_lead(by)?;
        self.may_decide(by)
    }

    /// Whether a person may put it into other hands: its owner, or whoever leads its team.
    ///
    /// # Errors
    /// When it is not theirs, undone, or in nobody's hands.
    pub fn may_reassign(&self, by: &Person) -> Result<(), Denied> {
        let stage = if self.stage == Stage::Revived { Stage::Revived } else { Stage::Dormant };
        self.may_report(by, stage)
    }

    /// Whether a person may say what came of it: its owner, or whoever leads its team.
    ///
    /// # Errors
    /// When it is not theirs, undone, or not in this stage.
    pub fn may_report(&self, by: &Person, stage: Stage) -> Result<(), Denied> {
        if !by.acts_for(self.owner) && !by.leads(self.team) {
            return Err(Denied::NotYours);
        }
        match self.withdrawn_at {
            Some(_) => Err(Denied::Withdrawn),
            None if self.stage != stage => Err(Denied::Decided(self.stage)),
            None => Ok(()),
        }
    }

    /// Whether a person may say how it went: whoever logged it, and nobody in their place.
    ///
    /// # Errors
    /// When it is somebody else's, or undone.
    pub fn may_debrief(&self, by: &Person) -> Result<(), Denied> {
        if self.logged_by != by.id {
            return Err(Denied::NotYours);
        }
        if self.withdrawn_at.is_some() { Err(Denied::Withdrawn) } else { Ok(()) }
    }

    /// Why, as far as is known: the reason the head heard, else the one the client gave, else its rep's.
    pub fn reason_heard(&self) -> &ReasonId {
        self.head_reason.as_ref().or(self.client_reason.as_ref()).unwrap_or(&self.details.reason)
    }

    /// What is known of it, with that reason: by which it is called again.
    pub fn as_heard(&self) -> Details {
        Details { reason: self.reason_heard().clone(), ..self.details.clone() }
    }

    /// Whether a person may read what its rep said of it: the rep, and whoever leads the team. No colleague, whoever has
    /// it now, and no observer.
    pub fn shows_debrief_to(&self, person: &Person) -> bool {
        person.role != Role::Observer && (self.logged_by == person.id || person.leads(self.team))
    }

    /// Whether its rep is asked how it went.
    pub fn asks_for_debrief(&self) -> bool {
        self.withdrawn_at.is_none() && self.details.outcome.counts()
    }

    /// Whether a person may write to its client, who went silent.
    ///
    /// # Errors
    /// When it is not theirs, undone, or at an end.
    pub fn may_write(&self, by: &Person) -> Result<(), Denied> {
        self.may_edit(by)?;
        if self.stage.is_end() { Err(Denied::Decided(self.stage)) } else { Ok(()) }
    }

    /// Whether a letter may go to its client.
    pub fn is_silent(&self) -> bool {
        self.details.outcome == Outcome::Silent && self.withdrawn_at.is_none() && !self.stage.is_end()
    }

    /// Whether the client gave another reason than its rep, and no head heard one that agrees.
    pub fn reasons_differ(&self) -> bool {
        let client = self.client_reason.as_ref();
        let heard = self.head_reason.as_ref();
        client.is_some_and(|client| {
            !client.agrees_with(&self.details.reason) && !heard.is_some_and(|heard| heard.agrees_with(client))
        })
    }

    /// Whether a person may ask its rep about it: whoever leads its team, and whoever is to decide in their place.
    ///
    /// # Errors
    /// When it is neither, or it was undone.
    pub fn may_ask(&self, by: &Person) -> Result<(), Denied> {
        let decides = self.delegate == Some(by.id) && self.stage.awaits_head();
        if decides && self.withdrawn_at.is_none() { Ok(()) } else { self.may_lead(by) }
    }

    fn may_lead(&self, by: &Person) -> Result<(), Denied> {
        if !by.leads(self.team) {
            return Err(Denied::NotYours);
        }
        if self.withdrawn_at.is_some() { Err(Denied::Withdrawn) } else { Ok(()) }
    }
}
