//! How much somebody wants to hear, and who stands in while they are away.

use std::str::FromStr;

use chrono::NaiveDate;

use super::{PersonId, TeamId};

/// Whether somebody wants the bot to write to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reminders {
    /// Nobody asked them yet.
    #[default]
    Unasked,
    /// They were asked, and have not answered.
    Asked,
    /// They do.
    On,
    /// They do not.
    Off,
}

impl Reminders {
    const STORED: [Reminders; 3] = [Reminders::Asked, Reminders::On, Reminders::Off];

    /// Its stable name; none for somebody who was never asked.
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Reminders::Unasked => None,
            Reminders::Asked => Some("asked"),
            Reminders::On => Some("on"),
            Reminders::Off => Some("off"),
        }
    }
}

impl FromStr for Reminders {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Reminders::STORED.into_iter().find(|it| it.as_str() == Some(name)).ok_or_else(|| name.to_owned())
    }
}

/// How often somebody is reminded of the same thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Intensity {
    /// It is said once.
    Light,
    /// Two reminders, two working days apart.
    #[default]
    Standard,
    /// Two reminders, on the next two working days.
    Active,
}

impl Intensity {
    /// Every intensity.
    pub const ALL: [Intensity; 3] = [Intensity::Light, Intensity::Standard, Intensity::Active];

    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Intensity::Light => "light",
            Intensity::Standard => "standard",
            Intensity::Active => "active",
        }
    }

    /// How often the same thing is said, the first time included.
    pub fn times(self) -> i64 {
        if self == Intensity::Light { 1 } else { 3 }
    }

    /// How many working days lie between.
    pub fn days_between(self) -> usize {
        if self == Intensity::Active { 1 } else { 2 }
    }

    /// After how many working days of silence the head is told.
    pub fn days_to_head(self) -> usize {
        // Whoever hears of it once has as long as the others.
        if self == Intensity::Light { 6 } else { self.days_between() }
    }
}

impl FromStr for Intensity {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Intensity::ALL.into_iter().find(|it| it.as_str() == name).ok_or_else(|| name.to_owned())
    }
}

/// How often the message of the day comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rhythm {
    /// On every working day on which there is something to say.
    #[default]
    Daily,
    /// On the first working day of the week only.
    Weekly,
}

impl Rhythm {
    /// Every rhythm.
    pub const ALL: [Rhythm; 2] = [Rhythm::Daily, Rhythm::Weekly];

    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Rhythm::Daily => "daily",
            Rhythm::Weekly => "weekly",
        }
    }
}

impl FromStr for Rhythm {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Rhythm::ALL.into_iter().find(|it| it.as_str() == name).ok_or_else(|| name.to_owned())
    }
}

/// Somebody is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Away {
    /// The last day, where they are.
    pub until: NaiveDate,
    /// Who stands in.
    pub deputy: Option<PersonId>,
}

/// Somebody whose work a person does while they are away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// Who is away.
    pub person: PersonId,
    /// The team they lead, if they lead one.
    pub leads: Option<TeamId>,
}
