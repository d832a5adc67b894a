//! What is said of a lead: how a call went, and why it is none for us.

use std::str::FromStr;

/// Why a lead is none for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unfit {
    /// They have no money for it.
    NoBudget,
    /// They are no company: a pupil, a student, somebody curious.
    Student,
    /// They sell the same.
    Competitor,
    /// They want to sell us something, or a job.
    Solicitation,
    /// We do not do that, or not there.
    OutOfPerimeter,
    /// They need nothing.
    NoNeed,
    /// Nobody can be reached so.
    WrongContact,
    /// It is another lead, written otherwise.
    Duplicate,
    /// It was written by no person.
    Spam,
    /// Not worth it, in words.
    Other,
}

impl Unfit {
    /// Every reason.
    pub const ALL: [Unfit; 10] = [
        Unfit::NoBudget,
        Unfit::NoNeed,
        Unfit::OutOfPerimeter,
        Unfit::Student,
        Unfit::Competitor,
        Unfit::Solicitation,
        Unfit::WrongContact,
        Unfit::Duplicate,
        Unfit::Spam,
        Unfit::Other,
    ];

    /// Its id, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Unfit::NoBudget => "no_budget",
            Unfit::Student => "student",
            Unfit::Competitor => "competitor",
            Unfit::Solicitation => "solicitation",
            Unfit::OutOfPerimeter => "out_of_perimeter",
            Unfit::NoNeed => "no_need",
            Unfit::WrongContact => "wrong_contact",
            Unfit::Duplicate => "duplicate",
            Unfit::Spam => "spam",
            Unfit::Other => "other",
        }
    }

    /// Whether it says nothing without words beside it.
    pub fn needs_words(self) -> bool {
        self == Unfit::Other
    }
}

impl FromStr for Unfit {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        Unfit::ALL.into_iter().find(|reason| reason.as_str() == written).ok_or_else(|| written.into())
    }
}

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallOutcome {
    /// They spoke.
    Reached,
    /// A machine took the call.
    Voicemail,
    /// It is nobody's number.
    WrongNumber,
    /// They meet.
    Meeting,
    /// They said no: it becomes a refusal.
    NotInterested,
}

impl CallOutcome {
    /// Every outcome.
    pub const ALL: [CallOutcome; 5] = [
        CallOutcome::Reached,
        CallOutcome::Voicemail,
        CallOutcome::WrongNumber,
        CallOutcome::Meeting,
        CallOutcome::NotInterested,
    ];

    /// Its id, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            CallOutcome::Reached => "reached",
            CallOutcome::Voicemail => "voicemail",
            CallOutcome::WrongNumber => "wrong_number",
            CallOutcome::Meeting => "meeting",
            CallOutcome::NotInterested => "not_interested",
        }
    }
}

impl FromStr for CallOutcome {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        CallOutcome::ALL.into_iter().find(|outcome| outcome.as_str() == written).ok_or_else(|| written.into())
    }
}
