//! What became of a lead.

use std::str::FromStr;

/// What became of a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeadState {
    /// Nobody reached out yet: the clock runs.
    Waiting,
    /// Somebody reached out, and does again.
    Touched,
    /// It is none for us, with a reason.
    Disqualified,
    /// They said no, or nothing: there is a refusal.
    Refused,
    /// They bought.
    Won,
}

impl LeadState {
    /// Every state.
    pub const ALL: [LeadState; 5] =
        [LeadState::Waiting, LeadState::Touched, LeadState::Disqualified, LeadState::Refused, LeadState::Won];

    /// Its id, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            LeadState::Waiting => "waiting",
            LeadState::Touched => "touched",
            LeadState::Disqualified => "disqualified",
            LeadState::Refused => "refused",
            LeadState::Won => "won",
        }
    }

    /// Whether nothing more is to be done.
    pub fn is_over(self) -> bool {
        !matches!(self, LeadState::Waiting | LeadState::Touched)
    }
}

impl FromStr for LeadState {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        LeadState::ALL.into_iter().find(|state| state.as_str() == written).ok_or_else(|| written.into())
    }
}
