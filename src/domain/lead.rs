//! An inbound lead: somebody who asked us. It is worked in time, or says why not, or is in other hands.

mod details;
mod ladder;
mod said;
mod state;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use details::{ClientKeys, LeadDetails};
pub use ladder::{Ladder, Rung, WORKING_DAY, first_touch_within};
pub use said::{CallOutcome, Unfit};
pub use state::LeadState;

use super::{Calendar, Person, PersonId, RefusalNumber, Role, TeamId};

/// How often a lead may be put off (issue "No inbound lead left alone").
const SNOOZES: i64 = 2;
/// For how long in all, in working days.
const SNOOZED_DAYS: i32 = 2;
/// After how many attempts the bot proposes to stop.
const ENOUGH_ATTEMPTS: i64 = 6;
/// How late a rung may be reached before the next one waits for it.
const LATE_BY: TimeDelta = TimeDelta::minutes(5);
/// How often a lead may be said not to be one's own before the head has it.
const PASSED_ON: i64 = 2;

/// A lead's number in its organisation, said `L12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeadNumber(pub i64);

impl fmt::Display for LeadNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "L{}", self.0)
    }
}

impl FromStr for LeadNumber {
    type Err = String;

    /// Reads `L12`, `l12` or `12`; the error is the text that was refused.
    fn from_str(written: &str) -> Result<Self, String> {
        let digits = written.trim().trim_start_matches(['l', 'L', '#']);
        digits.parse().ok().filter(|number| *number > 0).map(LeadNumber).ok_or_else(|| written.to_owned())
    }
}

/// The time one owner has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Which one of the lead, from 1.
    pub number: i64,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// How much working time it has for the first touch.
    pub deadline: TimeDelta,
    /// How much working time was added: put off, or while the bot was down.
    pub added: TimeDelta,
}

/// A lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Its number.
    pub number: LeadNumber,
    /// The team it belongs to.
    pub team: TeamId,
    /// Who asked, and for what.
    pub details: LeadDetails,
    /// When.
    pub received_at: DateTime<Utc>,
    /// Who logged it; nobody where it came by itself.
    pub logged_by: Option<PersonId>,
    /// What became of it.
    pub state: LeadState,
    /// Who has it; nobody while it may be claimed.
    pub owner: Option<PersonId>,
    /// From whom it was taken because nothing happened.
    pub taken_from: Option<PersonId>,
    /// The time its owner has.
    pub turn: Turn,
    /// How far up the ladder it is.
    pub rung: Rung,
    /// When it came there.
    pub rung_at: DateTime<Utc>,
    /// Who reached out first, and when.
    pub first_touch: Option<(PersonId, DateTime<Utc>)>,
    /// How often somebody reached out.
    pub attempts: i64,
    /// How often it was put off, and for how much working time in all.
    pub snoozed: (i64, TimeDelta),
    /// How often somebody said that it is not theirs.
    pub passed_on: i64,
    /// When somebody reaches out again.
    pub next_touch: Option<NaiveDate>,
    /// Why it is none for us.
    pub unfit: Option<Unfit>,
    /// The refusal it became.
    pub refusal: Option<RefusalNumber>,
    /// Whether it came with many: from a file, or a form that sent many at once.
    pub imported: bool,
}

/// Why something may not be done with a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeadDenied {
    /// It is not this person's to see, or to do.
    NotYours,
    /// It is over.
    Over(LeadState),
    /// Somebody has it; nobody: it is open to claim.
    InHands(Option<PersonId>),
    /// It was put off as often, or for as long, as it may be.
    SnoozedEnough,
    /// It was worked already: there is nothing to put off, or to give away for want of time.
    Touched,
    /// It was theirs, and nothing happened: now a colleague may.
    WasYours,
}

/// Where a lead stands: what must be true of it at any moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its owner has time.
    InTime,
    /// Somebody reached out.
    Touched,
    /// It is over, with a reason.
    Over,
    /// Whoever wants it may have it.
    Claimable,
    /// The head knows.
    Escalated,
}

impl Lead {
    /// Where it stands.
    pub fn standing(&self) -> Standing {
        match (self.state, self.rung) {
            (LeadState::Waiting, Rung::Fresh | Rung::Reminded) => Standing::InTime,
            (LeadState::Waiting, Rung::Late) => Standing::Escalated,
            (LeadState::Waiting, Rung::Open) => Standing::Claimable,
            (LeadState::Touched, _) => Standing::Touched,
            (LeadState::Disqualified | LeadState::Refused | LeadState::Won, _) => Standing::Over,
        }
    }

    /// When the next rung is reached in its owner's working time, and which; nothing of what does not climb.
    ///
    /// A rung that was reached late - the bot was down, the clock jumped - does not bring the next one nearer: between two
    /// there is always as much working time as the ladder says.
    pub fn climbs(&self, ladder: Ladder, calendar: &Calendar<'_>) -> Option<(Rung, DateTime<Utc>)> {
        if self.state != LeadState::Waiting || self.owner.is_none() {
            return None;
        }
        let (next, turn) = (self.rung.next()?, &self.turn);
        let whole = ladder.takes(next, turn.deadline);
        let due = calendar.after(turn.began_at, turn.added + whole);
        let since = calendar.after(self.rung_at, whole - ladder.takes(self.rung, turn.deadline));
        let is_late = self.rung != Rung::Fresh && since - due > LATE_BY;
        Some((next, if is_late { since } else { due }))
    }

    /// When the time for the first touch is over; nothing of what was touched, or is nobody's.
    pub fn due_at(&self, calendar: &Calendar<'_>) -> Option<DateTime<Utc>> {
        let waits = self.state == LeadState::Waiting && self.owner.is_some();
        waits.then(|| calendar.after(self.turn.began_at, self.turn.added + self.turn.deadline))
    }

    /// Whether its owner hears of it together with the others it came with. One that a person gave away is about itself.
    pub fn is_one_of_many(&self) -> bool {
        self.imported && self.passed_on == 0
    }

    /// Whether whoever wants it may have it.
    pub fn is_claimable(&self) -> bool {
        self.standing() == Standing::Claimable
    }

    /// Whether a person may read it: who has it or logged it, who leads the team; while it may be claimed, all who sell there.
    pub fn is_open_to(&self, person: &Person) -> bool {
        let theirs = self.owner.is_some_and(|owner| person.acts_for(owner)) || self.logged_by == Some(person.id);
        theirs || person.leads(self.team) || (self.is_claimable() && self.sells_there(person))
    }

    fn sells_there(&self, person: &Person) -> bool {
        person.team.id == self.team && matches!(person.role, Role::Rep | Role::Head)
    }

    /// Whether a person may work on it.
    ///
    /// # Errors
    /// When it is somebody else's, nobody's yet, or over.
    pub fn may_work(&self, by: &Person) -> Result<(), LeadDenied> {
        if !self.is_open_to(by) {
            return Err(LeadDenied::NotYours);
        }
        if self.state.is_over() {
            return Err(LeadDenied::Over(self.state));
        }
        match self.owner {
            Some(owner) if by.acts_for(owner) || by.leads(self.team) => Ok(()),
            owner => Err(LeadDenied::InHands(owner)),
        }
    }

    /// Somebody reached out. Whoever leads the team reaches out for its owner.
    ///
    /// # Errors
    /// As [`Lead::may_work`].
    pub fn touched(mut self, by: &Person, next: Option<NaiveDate>, now: DateTime<Utc>) -> Result<Self, LeadDenied> {
        self.may_work(by)?;
        self.state = LeadState::Touched;
        self.first_touch = self.first_touch.or(Some((by.id, now)));
        self.attempts += 1;
        self.next_touch = next;
        Ok(self)
    }

    /// Whether it was tried so often that it is time to stop.
    pub fn is_tried_enough(&self) -> bool {
        self.attempts >= ENOUGH_ATTEMPTS
    }

    /// How much working time it may still be put off.
    pub fn may_be_put_off(&self) -> TimeDelta {
        let (times, sofar) = self.snoozed;
        if times >= SNOOZES { TimeDelta::zero() } else { (WORKING_DAY * SNOOZED_DAYS - sofar).max(TimeDelta::zero()) }
    }

    /// Puts it off for some working time, from now on where its own is over.
    ///
    /// # Errors
    /// As [`Lead::may_work`]; when it was touched, or put off enough.
    pub fn put_off(
        mut self,
        by: &Person,
        (working, calendar): (TimeDelta, &Calendar<'_>),
        now: DateTime<Utc>,
    ) -> Result<Self, LeadDenied> {
        self.may_work(by)?;
        if self.state == LeadState::Touched {
            return Err(LeadDenied::Touched);
        }
        let most = self.may_be_put_off();
        if working > most || most.is_zero() {
            return Err(LeadDenied::SnoozedEnough);
        }
        let over = self.due_at(calendar).map_or(TimeDelta::zero(), |due| calendar.between(due, now));
        self.snoozed = (self.snoozed.0 + 1, self.snoozed.1 + working);
        self.turn.added += over + working;
        // What was said of the time before is over: the ladder is climbed again.
        Ok(self.climbed(Rung::Fresh, now))
    }

    /// Its owner says that it is not theirs; whether the head is to have it now.
    ///
    /// # Errors
    /// As [`Lead::may_work`]; when it was touched.
    pub fn pass_on(mut self, by: &Person) -> Result<(Self, bool), LeadDenied> {
        self.may_work(by)?;
        if self.state == LeadState::Touched {
            return Err(LeadDenied::Touched);
        }
        self.passed_on += 1;
        let to_head = self.passed_on > PASSED_ON;
        Ok((self, to_head))
    }

    /// It is none for us.
    ///
    /// # Errors
    /// As [`Lead::may_work`].
    pub fn disqualified(mut self, by: &Person, why: Unfit) -> Result<Self, LeadDenied> {
        self.may_work(by)?;
        self.unfit = Some(why);
        Ok(self.over(LeadState::Disqualified))
    }

    /// They said no, or nothing: it is a refusal now.
    ///
    /// # Errors
    /// As [`Lead::may_work`].
    pub fn refused(mut self, by: &Person, refusal: RefusalNumber, now: DateTime<Utc>) -> Result<Self, LeadDenied> {
        self.may_work(by)?;
        self.first_touch = self.first_touch.or(Some((by.id, now)));
        self.refusal = Some(refusal);
        Ok(self.over(LeadState::Refused))
    }

    /// They bought.
    ///
    /// # Errors
    /// As [`Lead::may_work`].
    pub fn won(mut self, by: &Person, now: DateTime<Utc>) -> Result<Self, LeadDenied> {
        self.may_work(by)?;
        self.first_touch = self.first_touch.or(Some((by.id, now)));
        Ok(self.over(LeadState::Won))
    }

    fn over(mut self, state: LeadState) -> Self {
        self.state = state;
        self.next_touch = None;
        self
    }

    /// Somebody takes what may be claimed. The first one has it.
    ///
    /// # Errors
    /// When it is not of their team, in somebody's hands already, over, or was theirs.
    pub fn claimed(self, by: &Person, now: DateTime<Utc>) -> Result<Self, LeadDenied> {
        if !self.sells_there(by) && !by.leads(self.team) {
            return Err(LeadDenied::NotYours);
        }
        if self.state.is_over() {
            return Err(LeadDenied::Over(self.state));
        }
        if !self.is_claimable() {
            return Err(LeadDenied::InHands(self.owner));
        }
        if self.taken_from == Some(by.id) && !by.leads(self.team) {
            return Err(LeadDenied::WasYours);
        }
        Ok(self.given(by.id, now))
    }

    /// Whether it was worked on before its owner had it.
    pub fn was_touched_before(&self) -> bool {
        self.first_touch.is_some_and(|(_, at)| at < self.turn.began_at)
    }

    /// It is in these hands from now on, with all the time there is.
    #[must_use]
    pub fn given(mut self, to: PersonId, now: DateTime<Utc>) -> Self {
        self.owner = Some(to);
        self.turn = Turn { number: self.turn.number + 1, began_at: now, added: TimeDelta::zero(), ..self.turn };
        self.climbed(Rung::Fresh, now)
    }

    /// It is on this rung now.
    #[must_use]
    pub fn climbed(mut self, rung: Rung, now: DateTime<Utc>) -> Self {
        self.rung = rung;
        self.rung_at = now;
        self
    }

    /// Nothing happened for twice the time: whoever wants it may have it.
    #[must_use]
    pub fn opened(mut self, now: DateTime<Utc>) -> Self {
        self.taken_from = self.owner.take();
        self.climbed(Rung::Open, now)
    }
}
