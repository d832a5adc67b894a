//! What the owner of a lead is told.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What the owner of a lead is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeadWord {
    /// It is theirs.
    New,
    /// Half of the time is over; after it was put off so often.
    Soon(i64),
    /// All of it is; after it was put off so often.
    Late(i64),
    /// Anybody may claim it now.
    Taken,
}

impl LeadWord {
    /// Every word: what runs out is said again of a lead that was put off, which it can be twice.
    pub(in crate::flows) const ALL: [LeadWord; 8] = [
        LeadWord::New,
        LeadWord::Soon(0),
        LeadWord::Soon(1),
        LeadWord::Soon(2),
        LeadWord::Late(0),
        LeadWord::Late(1),
        LeadWord::Late(2),
        LeadWord::Taken,
    ];

    /// Its name in the tables.
    pub(super) fn name(self) -> String {
        match self {
            LeadWord::New => "lead_new".into(),
            LeadWord::Soon(0) => "lead_soon".into(),
            LeadWord::Soon(times) => format!("lead_soon_{times}"),
            LeadWord::Late(0) => "lead_late".into(),
            LeadWord::Late(times) => format!("lead_late_{times}"),
            LeadWord::Taken => "lead_taken".into(),
        }
    }
}

impl FromStr for LeadWord {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        LeadWord::ALL.into_iter().find(|word| word.name() == name).ok_or_else(|| name.to_owned())
    }
}
