//! When something happens again: by cron, or once a day at an hour.

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::wall::{to_utc, wall};

/// Five fields in people's own time: minute, hour, day of month, month, weekday by name.
///
/// Every time of the wall is one run: where clocks go back it is the first pass, where they go forward it is as much
/// later. Day of month and weekday must both fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// As it was written.
    written: String,
    cron: cron::Schedule,
}

/// A schedule that works, for messages.
pub const SCHEDULE_EXAMPLE: &str = "0 9 * * Mon-Fri";

/// What is wrong with a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleError {
    /// It has this many fields instead of five.
    Fields(usize),
    /// The weekday is a number. Which day is 1 depends on whom you ask, so only names are taken.
    NumberedWeekday(String),
    /// The field is not one: its place (0 = minute) and text.
    Field(usize, String),
    /// Each field is right, but no day ever fits (30 February).
    Never,
}

/// One run: the instant, and what the clock on the wall was meant to show. The wall time names the run, since no two
/// runs share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The instant.
    pub at: DateTime<Utc>,
    /// The time of the wall it stands for.
    pub wall: NaiveDateTime,
}

impl Schedule {
    /// Reads five fields.
    ///
    /// # Errors
    /// [`ScheduleError`] says which field, and why.
    pub fn parse(written: &str) -> Result<Self, ScheduleError> {
        let fields: Vec<&str> = written.split_whitespace().collect();
        let &[.., weekday] = fields.as_slice() else { return Err(ScheduleError::Fields(0)) };
        if fields.len() != 5 {
            return Err(ScheduleError::Fields(fields.len()));
        }
        if weekday.contains(|c: char| c.is_ascii_digit()) {
            return Err(ScheduleError::NumberedWeekday(weekday.to_owned()));
        }
        if let Some(wrong) = (0..5).find(|at| !is_field(*at, fields[*at])) {
            return Err(ScheduleError::Field(wrong, fields[wrong].to_owned()));
        }
        let normal = fields.join(" ");
        // The crate's first field is the second.
        let cron: cron::Schedule =
            format!("0 {normal}").parse().map_err(|_| ScheduleError::Field(0, normal.clone()))?;
        if cron.after(&DateTime::UNIX_EPOCH).next().is_none() {
            return Err(ScheduleError::Never);
        }
        Ok(Self { written: normal, cron })
    }

    /// Its five fields.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The first run after an instant. `None` only past the year 2100.
    pub fn next(&self, after: DateTime<Utc>, tz: Tz) -> Option<Run> {
        // The crate's own zones skip runs in a gap and repeat them where clocks go back, so it only sees wall times.
        // Starting earlier finds those that the gap moved to after `after`.
        let earlier = wall(after, tz).checked_sub_signed(TimeDelta::hours(3))?;
        let walls = self.cron.after(&earlier.and_utc()).map(|at| at.naive_utc());
        walls.filter_map(|wall| Some(Run { at: to_utc(wall, tz)?, wall })).find(|run| run.at > after)
    }
}

/// When what a team hears regularly comes, in its time zone; `None`: never.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedules {
    /// The digest, in its channel.
    pub digest: Option<Schedule>,
    /// The day in a line, to its head.
    pub daily: Option<Schedule>,
    /// The most significant refusals of the month, and of the quarter, to its head.
    pub focus: Option<Schedule>,
}

impl Schedules {
    /// As for a team that says nothing: Monday at nine, every day at half past five, the first of a month at ten.
    pub fn usual() -> Self {
        let usual = |written| Some(Schedule::parse(written).expect("a schedule that can be read"));
        Self { digest: usual("0 9 * * MON"), daily: usual("30 17 * * *"), focus: usual("0 10 1 * *") }
    }
}

/// Whether one field is right on its own, so that an error can name it.
fn is_field(at: usize, field: &str) -> bool {
    let mut fields = ["*"; 6];
    fields[at + 1] = field;
    fields[0] = "0";
    fields.join(" ").parse::<cron::Schedule>().is_ok()
}

/// Once a day at an hour of the wall, with the same rule for clock changes as [`Schedule`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyAt(pub NaiveTime);

impl DailyAt {
    /// The first run after an instant. `None` only at the end of all dates.
    pub fn next(self, after: DateTime<Utc>, tz: Tz) -> Option<Run> {
        let yesterday = wall(after, tz).date().pred_opt()?;
        let walls = yesterday.iter_days().take(5).map(|date| date.and_time(self.0));
        walls.filter_map(|wall| Some(Run { at: to_utc(wall, tz)?, wall })).find(|run| run.at > after)
    }
}
