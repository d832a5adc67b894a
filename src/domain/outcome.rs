//! How a deal ended, apart from why.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Who or what won instead of us. Never merged with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Somebody else sold it.
    Competitor,
    /// The client bought nothing.
    NoDecision,
    /// The client does it themselves.
    InHouse,
    /// We pronounced the refusal.
    WeDeclined,
    /// The client answers no more.
    Silent,
    /// Duplicate, spam, test: left out of every rate.
    Invalid,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 6] = [
        Outcome::Competitor,
        Outcome::NoDecision,
        Outcome::InHouse,
        Outcome::WeDeclined,
        Outcome::Silent,
        Outcome::Invalid,
    ];

    /// Its id, such as `no_decision`: stable, stored, never shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Competitor => "competitor",
            Outcome::NoDecision => "no_decision",
            Outcome::InHouse => "in_house",
            Outcome::WeDeclined => "we_declined",
            Outcome::Silent => "silent",
            Outcome::Invalid => "invalid",
        }
    }

    /// Whether it belongs in rates and sums.
    pub fn counts(self) -> bool {
        self != Outcome::Invalid
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Outcome {
    type Err = String;

    /// Reads an outcome's id; the error is the text that was refused.
    fn from_str(written: &str) -> Result<Self, String> {
        Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == written).ok_or_else(|| written.into())
    }
}
