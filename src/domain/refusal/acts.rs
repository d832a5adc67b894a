//! What people do with a refusal, and what becomes of it. Each act asks first whether they may.

use chrono::{DateTime, Utc};

use super::{Denied, Refusal, UNDO};
use crate::domain::{Change, Details, Person, PersonId, ReasonId, Stage, Terms};

impl Refusal {
    /// Undoes it.
    ///
    /// # Errors
    /// When it is somebody else's, withdrawn already, decided, or older than [`UNDO`].
    pub fn withdraw(mut self, by: &Person, now: DateTime<Utc>) -> Result<Self, Denied> {
        if self.logged_by != by.id {
            return Err(Denied::NotYours);
        }
        if self.withdrawn_at.is_some() {
            return Err(Denied::Withdrawn);
        }
        if !self.stage.awaits_head() {
            return Err(Denied::Decided(self.stage));
        }
        if now - self.logged_at > UNDO {
            return Err(Denied::TooLate);
        }
        self.withdrawn_at = Some(now);
        Ok(self)
    }

    /// The second no was undone: it is tried again, as before.
    ///
    /// # Errors
    /// When it was undone, or did not end by a second no.
    pub fn reopen(self) -> Result<Self, Denied> {
        match (self.withdrawn_at, self.stage) {
            (Some(_), _) => Err(Denied::Withdrawn),
            (None, Stage::RefusedAgain) => Ok(Self { stage: Stage::Revived, ..self }),
            (None, stage) => Err(Denied::Decided(stage)),
        }
    }

    /// The client may be contacted again after all: it sleeps until its day.
    ///
    /// # Errors
    /// When this person does not lead its team, it was undone, or is not closed.
    pub fn contact_again(self, by: &Person) -> Result<Self, Denied> {
        self.may_lead(by)?;
        if self.stage == Stage::Closed {
            Ok(Self { stage: Stage::Dormant, ..self })
        } else {
            Err(Denied::Decided(self.stage))
        }
    }

    /// Changes it; what changed comes back for the audit, nothing if nothing did.
    ///
    /// # Errors
    /// As [`Refusal::may_edit`].
    pub fn edit(mut self, by: &Person, details: Details) -> Result<(Self, Vec<Change>), Denied> {
        self.may_edit(by)?;
        let changes = self.details.changes(&details);
        self.details = details;
        Ok((self, changes))
    }

    /// Marks it as seen by the head.
    ///
    /// # Errors
    /// When this person does not lead its team, or somebody saw it already.
    pub fn see(mut self, by: &Person, now: DateTime<Utc>) -> Result<Self, Denied> {
        self.may_lead(by)?;
        if let Some((who, at)) = self.seen {
            return Err(Denied::AlreadySeen(who, at));
        }
        self.seen = Some((by.id, now));
        Ok(self)
    }

    /// Sends it back with new terms; its owner is whoever tries them.
    ///
    /// # Errors
    /// When this person does not lead its team, or it was decided already.
    pub fn revive(self, by: &Person, terms: &Terms) -> Result<Self, Denied> {
        self.may_decide(by)?;
        Ok(Self { owner: terms.owner, ..self.become_stage(Stage::Revived)? })
    }

    /// Keeps what the head heard from the client, and lets it sleep.
    ///
    /// # Errors
    /// As [`Refusal::revive`].
    pub fn validate(self, by: &Person, reason: ReasonId) -> Result<Self, Denied> {
        self.may_decide(by)?;
        let validated = self.become_stage(Stage::Validated)?.become_stage(Stage::Dormant)?;
        Ok(Self { head_reason: Some(reason), ..validated })
    }

    /// It is small enough to sleep without its head: nobody called the client, and only the rep's reason is known.
    ///
    /// # Errors
    /// When it was undone, or decided already.
    pub fn validate_itself(self) -> Result<Self, Denied> {
        if self.withdrawn_at.is_some() {
            return Err(Denied::Withdrawn);
        }
        self.become_stage(Stage::Validated)?.become_stage(Stage::Dormant)
    }

    /// Puts it into other hands.
    ///
    /// # Errors
    /// As [`Refusal::may_reassign`].
    pub fn reassign(self, by: &Person, to: PersonId) -> Result<Self, Denied> {
        self.may_reassign(by)?;
        Ok(Self { owner: to, ..self })
    }

    /// The new terms worked, or did not.
    ///
    /// # Errors
    /// As [`Refusal::may_report`].
    pub fn tried(self, by: &Person, won: bool) -> Result<Self, Denied> {
        self.may_report(by, Stage::Revived)?;
        self.become_stage(if won { Stage::WonBack } else { Stage::RefusedAgain })
    }

    /// The client was called again: back to sleep, or worth another try on these terms.
    ///
    /// # Errors
    /// As [`Refusal::may_report`].
    pub fn recontact(self, by: &Person, terms: Option<&Terms>) -> Result<Self, Denied> {
        self.may_report(by, Stage::Dormant)?;
        let called = self.become_stage(Stage::Recontacted)?;
        match terms {
            Some(terms) => Ok(Self { owner: terms.owner, ..called.become_stage(Stage::Revived)? }),
            None => called.become_stage(Stage::Dormant),
        }
    }

    /// The client is no more, or asked not to be contacted.
    ///
    /// # Errors
    /// When it is neither this person's nor their team's, undone, or at an end already. What waits for its head only the
    /// head may end.
    pub fn close(self, by: &Person) -> Result<Self, Denied> {
        if self.stage.awaits_head() && !by.leads(self.team) {
            return Err(Denied::NotYours);
        }
        self.may_report(by, self.stage)?;
        self.become_stage(Stage::Closed)
    }

    /// The client asked, elsewhere, not to be contacted: whoever was told so may end it, whosever it is.
    ///
    /// # Errors
    /// When it was undone, or is at an end already.
    pub fn leave_in_peace(self) -> Result<Self, Denied> {
        if self.withdrawn_at.is_some() { Err(Denied::Withdrawn) } else { self.become_stage(Stage::Closed) }
    }

    /// Keeps which of two reasons the head takes to be true; neither of them changes.
    ///
    /// # Errors
    /// When this person does not lead its team, or it was undone.
    pub fn settle_reason(self, by: &Person, reason: ReasonId) -> Result<Self, Denied> {
        self.may_lead(by)?;
        Ok(Self { head_reason: Some(reason), ..self })
    }

    /// One that validated itself, and turned out to be too large for that: it is for its head.
    ///
    /// # Errors
    /// When it is not asleep.
    pub fn grew(self) -> Result<Self, Denied> {
        self.become_stage(Stage::Logged)
    }

    fn become_stage(self, next: Stage) -> Result<Self, Denied> {
        if self.stage.leads_to(next) { Ok(Self { stage: next, ..self }) } else { Err(Denied::Decided(self.stage)) }
    }
}
