//! Where a refusal is in its life, and which steps there are.
//!
//! ```text
//! logged -> with_head -+-> revived ----+-> won_back
//!                      |     ^         '-> refused_again
//!                      |     '---------------------.
//!                      '-> validated -> dormant -> recontacted -> dormant
//! ```
//!
//! From anywhere before an end: `closed`, when the client ceased trading, or the account or its contact asked not to be
//! contacted.

use std::str::FromStr;

/// Where a refusal is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Stored; the head has not been told yet.
    Logged,
    /// In front of the head of sales.
    WithHead,
    /// Sent back to a rep with new terms.
    Revived,
    /// The head called the client: it is a no for now.
    Validated,
    /// It sleeps until it is time to call again.
    Dormant,
    /// Somebody called again.
    Recontacted,
    /// The client signed after all.
    WonBack,
    /// The client refused again: a new refusal says how.
    RefusedAgain,
    /// The client is no more, or asked not to be contacted.
    Closed,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Stage; 9] = [
        Stage::Logged,
        Stage::WithHead,
        Stage::Revived,
        Stage::Validated,
        Stage::Dormant,
        Stage::Recontacted,
        Stage::WonBack,
        Stage::RefusedAgain,
        Stage::Closed,
    ];

    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Logged => "logged",
            Stage::WithHead => "with_head",
            Stage::Revived => "revived",
            Stage::Validated => "validated",
            Stage::Dormant => "dormant",
            Stage::Recontacted => "recontacted",
            Stage::WonBack => "won_back",
            Stage::RefusedAgain => "refused_again",
            Stage::Closed => "closed",
        }
    }

    /// Whether nothing comes after it.
    pub fn is_end(self) -> bool {
        matches!(self, Stage::WonBack | Stage::RefusedAgain | Stage::Closed)
    }

    /// Whether it waits for the head's decision. One that is not brought yet may be decided too: the head saw it in the
    /// queue first.
    pub fn awaits_head(self) -> bool {
        matches!(self, Stage::Logged | Stage::WithHead)
    }

    /// Whether `next` may follow.
    pub fn leads_to(self, next: Stage) -> bool {
        match (self, next) {
            (from, Stage::Closed) => !from.is_end(),
            (Stage::Logged, Stage::WithHead)
            | (Stage::Logged | Stage::WithHead | Stage::Recontacted, Stage::Revived)
            | (Stage::Logged | Stage::WithHead, Stage::Validated)
            | (Stage::Validated | Stage::Recontacted, Stage::Dormant)
            // What validated itself and grew is for the head after all.
            | (Stage::Dormant, Stage::Recontacted | Stage::Logged)
            | (Stage::Revived, Stage::WonBack | Stage::RefusedAgain) => true,
            _ => false,
        }
    }
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Stage::ALL.into_iter().find(|stage| stage.as_str() == name).ok_or_else(|| name.to_owned())
    }
}
