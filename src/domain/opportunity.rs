//! An opportunity: a client who may buy, followed until they do, say no, or turn out to be none for us. It is a *deal* to
//! those who have it, said `D3`.
//!
//! ```text
//! first contact -> qualification -> proposal -> negotiation -> won
//!       '--------------'---------------'------------'--------> disqualified (why) | refused (a refusal)
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Calendar, Check, DealStage, Money, Person, PersonId, RefusalNumber, Role, TeamId, Unfit};

/// From how many cases on a team's history is told (DOMAIN, "Inbound leads and opportunities").
pub const ENOUGH_DEALS: i64 = 20;
/// After how many working days without a touch an opportunity goes dark, unless the organisation says otherwise (issue
/// "Dark opportunities": n days; ten are two weeks of work).
pub const DAYS_WITHOUT_TOUCH: usize = 10;
/// Longer than so many of a hundred won ones stayed in its stage is too long (issue "Dark opportunities").
const MOST_OF_A_HUNDRED: usize = 90;

/// An opportunity's number in its organisation, said `D3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpportunityNumber(pub i64);

impl fmt::Display for OpportunityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "D{}", self.0)
    }
}

impl FromStr for OpportunityNumber {
    type Err = String;

    /// Reads `D3` or `d3`; a number alone may be a name (`3`). The error is the text that was refused.
    fn from_str(written: &str) -> Result<Self, String> {
        let digits =
            written.trim().strip_prefix(['d', 'D']).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok()).filter(|number| *number > 0);
        number.map(OpportunityNumber).ok_or_else(|| written.to_owned())
    }
}

/// What became of an opportunity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DealState {
    /// It is followed.
    Open,
    /// They bought.
    Won,
    /// It is none for us, with a reason: a good act, no loss.
    Disqualified,
    /// They said no, or nothing: there is a refusal.
    Refused,
}

impl DealState {
    /// Every state.
    pub const ALL: [DealState; 4] = [DealState::Open, DealState::Won, DealState::Disqualified, DealState::Refused];

    /// Its id, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            DealState::Open => "open",
            DealState::Won => "won",
            DealState::Disqualified => "disqualified",
            DealState::Refused => "refused",
        }
    }
}

impl FromStr for DealState {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        DealState::ALL.into_iter().find(|state| state.as_str() == written).ok_or_else(|| written.into())
    }
}

/// Why an opportunity went dark: a symptom, not a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dark {
    /// Nobody touched it for too many working days.
    Untouched,
    /// It is in its stage for longer than nearly every won one was.
    LongInStage,
}

impl Dark {
    /// Its id, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Dark::Untouched => "untouched",
            Dark::LongInStage => "long_in_stage",
        }
    }
}

impl FromStr for Dark {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        [Dark::Untouched, Dark::LongInStage]
            .into_iter()
            .find(|dark| dark.as_str() == written)
            .ok_or_else(|| written.into())
    }
}

/// An opportunity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opportunity {
    /// Its number.
    pub number: OpportunityNumber,
    /// The team it belongs to.
    pub team: TeamId,
    /// Who has it.
    pub owner: PersonId,
    /// The client.
    pub account: String,
    /// What it may be worth.
    pub amount: Option<Money>,
    /// How far it is.
    pub stage: DealStage,
    /// Since when.
    pub stage_since: DateTime<Utc>,
    /// When it was first followed.
    pub tracked_at: DateTime<Utc>,
    /// Who began to; nobody where it came by itself.
    pub tracked_by: Option<PersonId>,
    /// When somebody last dealt with the client.
    pub touched_at: DateTime<Utc>,
    /// What is known: yes or no. What is in no row is not known.
    pub checks: BTreeMap<Check, bool>,
    /// What became of it.
    pub state: DealState,
    /// Why it is none for us.
    pub unfit: Option<Unfit>,
    /// The refusal it became.
    pub refusal: Option<RefusalNumber>,
    /// When it goes dark, and why; nothing once it is over.
    pub dark: Option<(DateTime<Utc>, Dark)>,
}

/// Why something may not be done with an opportunity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealDenied {
    /// It is not this person's to see, or to do.
    NotYours,
    /// It is over.
    Over(DealState),
}

impl Opportunity {
    /// Whether a person may read it: who has it or stands in for them, who leads the team. Observers read none.
    pub fn is_open_to(&self, person: &Person) -> bool {
        person.role != Role::Observer && (person.acts_for(self.owner) || person.leads(self.team))
    }

    /// Whether a person may act on it.
    ///
    /// # Errors
    /// When it is somebody else's, or over.
    pub fn may_work(&self, by: &Person) -> Result<(), DealDenied> {
        if !self.is_open_to(by) {
            return Err(DealDenied::NotYours);
        }
        if self.state == DealState::Open { Ok(()) } else { Err(DealDenied::Over(self.state)) }
    }

    /// Whether it is dark.
    pub fn is_dark(&self, now: DateTime<Utc>) -> bool {
        self.state == DealState::Open && self.dark.is_some_and(|(at, _)| at <= now)
    }

    /// What is not known to be so of what is to be known before a later stage; nothing if it is none.
    pub fn gaps(&self, to: DealStage) -> Vec<Check> {
        let left = DealStage::ALL.into_iter().filter(|stage| (self.stage..to).contains(stage));
        let asked = left.flat_map(DealStage::checklist).copied();
        asked.filter(|check| self.checks.get(check) != Some(&true)).collect()
    }

    /// Somebody dealt with the client.
    ///
    /// # Errors
    /// As [`Opportunity::may_work`].
    pub fn touched(mut self, by: &Person, now: DateTime<Utc>) -> Result<Self, DealDenied> {
        self.may_work(by)?;
        self.touched_at = self.touched_at.max(now);
        Ok(self)
    }

    /// It is in another stage now: that is a touch too. Gaps never stop it.
    #[must_use]
    pub fn moved(mut self, to: DealStage, now: DateTime<Utc>) -> Self {
        if self.stage != to {
            self.stage = to;
            self.stage_since = now;
        }
        self.touched_at = self.touched_at.max(now);
        self
    }

    /// They bought, for this much if that is known better now.
    ///
    /// # Errors
    /// As [`Opportunity::may_work`].
    pub fn won(mut self, by: &Person, amount: Option<Money>) -> Result<Self, DealDenied> {
        self.may_work(by)?;
        self.amount = amount.or(self.amount);
        Ok(self.over(DealState::Won))
    }

    /// It is none for us.
    ///
    /// # Errors
    /// As [`Opportunity::may_work`].
    pub fn disqualified(mut self, by: &Person, why: Unfit) -> Result<Self, DealDenied> {
        self.may_work(by)?;
        self.unfit = Some(why);
        Ok(self.over(DealState::Disqualified))
    }

    /// They said no, or nothing: it is a refusal now.
    ///
    /// # Errors
    /// As [`Opportunity::may_work`].
    pub fn refused(mut self, by: &Person, refusal: RefusalNumber) -> Result<Self, DealDenied> {
        self.may_work(by)?;
        self.refusal = Some(refusal);
        Ok(self.over(DealState::Refused))
    }

    fn over(mut self, state: DealState) -> Self {
        self.state = state;
        self.dark = None;
        self
    }

    /// When it goes dark, and why; nothing of one that is over. `days`: how many working days of its owner may pass without
    /// a touch; `longest`: how long won ones stayed in its stage at most ([`longest_stay`]).
    ///
    /// A touch after it was in its stage for too long begins anew: only another silence makes it dark again.
    pub fn goes_dark(
        &self,
        days: usize,
        longest: Option<TimeDelta>,
        calendar: &Calendar<'_>,
    ) -> Option<(DateTime<Utc>, Dark)> {
        if self.state != DealState::Open {
            return None;
        }
        let untouched = (calendar.after_days(self.touched_at, days), Dark::Untouched);
        let long = longest.map(|longest| (self.stage_since + longest, Dark::LongInStage));
        let long = long.filter(|(at, _)| *at > self.touched_at && *at < untouched.0);
        Some(long.unwrap_or(untouched))
    }
}

/// How long nine of ten stayed in a stage at most, by nearest rank; nothing of fewer than [`ENOUGH_DEALS`].
pub fn longest_stay(stays: &[TimeDelta]) -> Option<TimeDelta> {
    if i64::try_from(stays.len()).unwrap_or(i64::MAX) < ENOUGH_DEALS {
        return None;
    }
    let mut sorted = stays.to_vec();
    sorted.sort_unstable();
    sorted.get((sorted.len() * MOST_OF_A_HUNDRED).div_ceil(100).saturating_sub(1)).copied()
}

/// How the deals of a team ended that advanced without knowing something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// How many are over.
    pub over: i64,
    /// How many of them were won.
    pub won: i64,
}

impl History {
    /// Whether there were enough of them to tell anything.
    pub fn is_enough(self) -> bool {
        self.over >= ENOUGH_DEALS
    }
}
