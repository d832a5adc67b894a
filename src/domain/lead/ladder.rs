//! How long a lead may wait, and what happens meanwhile.

use chrono::TimeDelta;

use crate::domain::Source;

/// How long a working day is, for what is counted in working days.
pub const WORKING_DAY: TimeDelta = TimeDelta::hours(8);

/// How far up the ladder an untouched lead is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// Its owner has time.
    #[default]
    Fresh,
    /// Its owner was reminded.
    Reminded,
    /// The time is over: its owner was told again, and the head.
    Late,
    /// Anybody may claim it.
    Open,
}

impl Rung {
    /// Every rung, from below.
    pub const ALL: [Rung; 4] = [Rung::Fresh, Rung::Reminded, Rung::Late, Rung::Open];

    /// The number it is stored as.
    pub fn number(self) -> i64 {
        match self {
            Rung::Fresh => 0,
            Rung::Reminded => 1,
            Rung::Late => 2,
            Rung::Open => 3,
        }
    }

    /// The rung of a number.
    pub fn of(number: i64) -> Option<Rung> {
        Rung::ALL.into_iter().find(|rung| rung.number() == number)
    }

    /// The next one up.
    pub fn next(self) -> Option<Rung> {
        Rung::of(self.number() + 1)
    }
}

/// When each rung is reached, in per cent of the time for the first touch (DOMAIN, "Inbound leads": 50, 100, 200).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// When the owner is reminded.
    pub reminder: i64,
    /// When the owner hears again, and the head.
    pub late: i64,
    /// When anybody may claim it.
    pub open: i64,
}

impl Default for Ladder {
    fn default() -> Self {
        Self { reminder: 50, late: 100, open: 200 }
    }
}

impl Ladder {
    /// How much of the working time for the first touch a rung takes.
    pub fn takes(self, rung: Rung, deadline: TimeDelta) -> TimeDelta {
        let percent = match rung {
            Rung::Fresh => 0,
            Rung::Reminded => self.reminder,
            Rung::Late => self.late,
            Rung::Open => self.open,
        };
        TimeDelta::seconds(deadline.num_seconds() * percent / 100)
    }
}

/// How long the first touch of a lead may take, in working time of its owner (DOMAIN, "Inbound leads").
pub fn first_touch_within(source: Source) -> TimeDelta {
    match source {
        Source::Website | Source::Phone | Source::Chat | Source::WalkIn | Source::Referral => TimeDelta::hours(1),
        Source::Partner | Source::Email => TimeDelta::hours(4),
        _ => WORKING_DAY,
    }
}
