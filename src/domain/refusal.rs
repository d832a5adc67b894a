//! A refusal: what may be said of it, and who may do what with it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Money, Outcome, Person, PersonId, ReasonId, TeamId};

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

/// Where a refusal is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Stored; the head has not been told yet.
    Logged,
    /// In front of the head of sales.
    WithHead,
}

impl Stage {
    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Logged => "logged",
            Stage::WithHead => "with_head",
        }
    }
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        [Stage::Logged, Stage::WithHead].into_iter().find(|s| s.as_str() == name).ok_or_else(|| name.to_owned())
    }
}

/// What is known of a refusal: everything its rep may type and change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The client's company.
    pub account: String,
    /// The person there.
    pub contact: Option<String>,
    /// What that person is there.
    pub contact_role: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, in our words.
    pub reason: ReasonId,
    /// What was offered.
    pub products: Vec<i64>,
    /// What it was worth.
    pub budget: Option<Money>,
    /// Who won, or stood against us.
    pub competitor: Option<String>,
    /// Why, in the client's own words.
    pub verbatim: Option<String>,
    /// Which part of the market.
    pub segment: Option<String>,
    /// The client is bound to somebody else until this day.
    pub contract_until: Option<NaiveDate>,
    /// The day the client said no.
    pub happened_on: NaiveDate,
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
    /// When it was undone.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// One change, for the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which field, or `logged`, `withdrawn`, `seen`.
    pub what: &'static str,
    /// What it was.
    pub was: Option<String>,
    /// What it is now.
    pub is_now: Option<String>,
}

impl Change {
    /// A change of state that has no field.
    pub fn of_state(what: &'static str) -> Self {
        Self { what, was: None, is_now: None }
    }
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
            withdrawn_at: None,
        }
    }

    /// Whether a person may read it.
    pub fn is_open_to(&self, person: &Person) -> bool {
        self.is_of(person) || person.leads(self.team)
    }

    fn is_of(&self, person: &Person) -> bool {
        self.owner == person.id || self.logged_by == person.id
    }

    /// Undoes it.
    ///
    /// # Errors
    /// When it is somebody else's, withdrawn already, or older than [`UNDO`].
    pub fn withdraw(mut self, by: &Person, now: DateTime<Utc>) -> Result<Self, Denied> {
        if self.logged_by != by.id {
            return Err(Denied::NotYours);
        }
        if self.withdrawn_at.is_some() {
            return Err(Denied::Withdrawn);
        }
        if now - self.logged_at > UNDO {
            return Err(Denied::TooLate);
        }
        self.withdrawn_at = Some(now);
        Ok(self)
    }

    /// Whether a person may change it now.
    ///
    /// # Errors
    /// When it is not theirs, or undone.
    pub fn may_edit(&self, by: &Person) -> Result<(), Denied> {
        if !self.is_open_to(by) {
            return Err(Denied::NotYours);
        }
        if self.withdrawn_at.is_some() { Err(Denied::Withdrawn) } else { Ok(()) }
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
        self.may_ask(by)?;
        if let Some((who, at)) = self.seen {
            return Err(Denied::AlreadySeen(who, at));
        }
        self.seen = Some((by.id, now));
        Ok(self)
    }

    /// Whether a person may ask its rep about it.
    ///
    /// # Errors
    /// When this person does not lead its team, or it was undone.
    pub fn may_ask(&self, by: &Person) -> Result<(), Denied> {
        if !by.leads(self.team) {
            return Err(Denied::NotYours);
        }
        if self.withdrawn_at.is_some() { Err(Denied::Withdrawn) } else { Ok(()) }
    }
}

impl Details {
    /// What differs in `next`, field by field.
    fn changes(&self, next: &Details) -> Vec<Change> {
        let (was, is) = (self.fields(), next.fields());
        was.into_iter()
            .zip(is)
            .filter(|((_, was), (_, is))| was != is)
            .map(|((what, was), (_, is_now))| Change { what, was, is_now })
            .collect()
    }

    fn fields(&self) -> [(&'static str, Option<String>); 12] {
        let products = self.products.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        [
            ("account", Some(self.account.clone())),
            ("contact", self.contact.clone()),
            ("contact_role", self.contact_role.clone()),
            ("outcome", Some(self.outcome.as_str().to_owned())),
            ("reason", Some(self.reason.as_str().to_owned())),
            ("products", Some(products).filter(|ids| !ids.is_empty())),
            ("budget", self.budget.map(|money| format!("{} {}", money.minor, money.currency))),
            ("competitor", self.competitor.clone()),
            ("verbatim", self.verbatim.clone()),
            ("segment", self.segment.clone()),
            ("contract_until", self.contract_until.map(|day| day.to_string())),
            ("happened_on", Some(self.happened_on.to_string())),
        ]
    }
}
