//! When people work, and when they want quiet: by the clock on their wall.

mod counted;
mod written;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::wall;

pub use counted::Calendar;

/// Working hours that work, for messages.
pub const WORKING_HOURS_EXAMPLE: &str = "Mon-Thu 09:00-12:30 13:30-18:00, Fri 09:00-15:00";

/// Quiet hours that work, for messages.
pub const QUIET_HOURS_EXAMPLE: &str = "20:00-08:00";

/// Minutes in a day.
const DAY: u16 = 24 * 60;

/// The hours of a week in which somebody works. Never empty.
///
/// Written `Mon-Fri 09:00-18:00`, or with several ranges and groups as in [`WORKING_HOURS_EXAMPLE`]. A range that ends
/// before it starts goes on past midnight and belongs to the day it starts. Days may be in English, French or Romanian.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WorkingHours {
    /// By day from Monday: ranges in order, apart from each other.
    days: [Vec<Span>; 7],
}

/// A span of every day in which no message is welcome, written `20:00-08:00`; it may go past midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QuietHours(Span);

/// Minutes from midnight, the end not included. Past midnight the end is above [`DAY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    start: u16,
    end: u16,
}

/// What is wrong with hours, with the words it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoursError {
    /// Nothing was written.
    Empty,
    /// Neither a day nor a range of hours.
    NotUnderstood(String),
    /// Hours before any day.
    NoDay(String),
    /// Days without hours after them.
    NoHours(String),
    /// A range that ends when it starts.
    NoLength(String),
}

impl WorkingHours {
    /// Whether the clock on the wall is in working hours.
    pub fn is_open(&self, at: DateTime<Utc>, tz: Tz) -> bool {
        self.holds(wall::wall(at, tz))
    }

    /// The instant itself if it is in working hours, otherwise the first later one that is.
    ///
    /// Hours that clocks going forward leave out do not open; where clocks go back, hours shown twice are open twice.
    pub fn next_opening(&self, at: DateTime<Utc>, tz: Tz) -> DateTime<Utc> {
        let starts = |date: NaiveDate| self.on(date.weekday()).iter().map(|span| span.start_on(date)).collect();
        // Some day of every week opens, and no zone leaves out the same hours two weeks running.
        wall::first(at, tz, starts, |wall| self.holds(wall)).unwrap_or(at)
    }

    fn on(&self, day: Weekday) -> &[Span] {
        &self.days[day.num_days_from_monday() as usize]
    }

    fn holds(&self, wall: NaiveDateTime) -> bool {
        let day = wall.weekday();
        let minute = minute(wall);
        self.on(day).iter().any(|span| span.holds(minute))
            || self.on(day.pred()).iter().any(|span| span.holds(minute + DAY))
    }
}

impl QuietHours {
    /// Whether the clock on the wall is in quiet hours.
    pub fn holds(self, at: DateTime<Utc>, tz: Tz) -> bool {
        self.quiet(wall::wall(at, tz))
    }

    /// Whether an hour of the day is in quiet hours.
    pub fn holds_at(self, hour: NaiveTime) -> bool {
        self.quiet(NaiveDate::default().and_time(hour))
    }

    /// The instant itself if it is not quiet, otherwise the end of the quiet hours.
    pub fn end(self, at: DateTime<Utc>, tz: Tz) -> DateTime<Utc> {
        let ends = |date: NaiveDate| Span { start: self.0.end % DAY, end: DAY }.start_on(date);
        wall::first(at, tz, |date| vec![ends(date)], |wall| !self.quiet(wall)).unwrap_or(at)
    }

    fn quiet(self, wall: NaiveDateTime) -> bool {
        self.0.holds(minute(wall)) || self.0.holds(minute(wall) + DAY)
    }
}

impl Span {
    fn holds(self, minute: u16) -> bool {
        (self.start..self.end).contains(&minute)
    }

    fn start_on(self, date: NaiveDate) -> NaiveDateTime {
        let (hour, minute) = (u32::from(self.start / 60), u32::from(self.start % 60));
        date.and_time(NaiveTime::from_hms_opt(hour, minute, 0).expect("a span starts within its day"))
    }
}

fn minute(wall: NaiveDateTime) -> u16 {
    u16::try_from(wall.hour() * 60 + wall.minute()).expect("a day has 1440 minutes")
}
