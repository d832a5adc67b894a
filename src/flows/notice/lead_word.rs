//! What the owner of a lead is told.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What the owner of a lead is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeadWord {
    /// It is theirs.
    New,
    /// Half of the time is over.
    Soon,
    /// All of it is.
    Late,
    /// Anybody may claim it now.
    Taken,
}

impl LeadWord {
    /// Every word.
    pub(in crate::flows) const ALL: [LeadWord; 4] = [LeadWord::New, LeadWord::Soon, LeadWord::Late, LeadWord::Taken];

    /// Its name in the tables.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            LeadWord::New => "lead_new",
            LeadWord::Soon => "lead_soon",
            LeadWord::Late => "lead_late",
            LeadWord::Taken => "lead_taken",
        }
    }
}

impl FromStr for LeadWord {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        LeadWord::ALL.into_iter().find(|word| word.as_str() == name).ok_or_else(|| name.to_owned())
    }
}
