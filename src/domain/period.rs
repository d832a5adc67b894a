//! Which days a question is about, and with which days it is compared.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days as DayCount, Months, NaiveDate};

/// Before anything was ever logged.
const FIRST: NaiveDate = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day");

/// Days in a row, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: NaiveDate,
    /// The last, not before the first.
    pub to: NaiveDate,
}

/// Which days a question is about. Those that are not over reach to today, and are compared with as much of the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Today, compared with yesterday.
    Today,
    /// The day before today, compared with the one before it.
    Yesterday,
    /// The ISO week before this one, compared with the one before it.
    LastWeek,
    /// The month before this one, compared with the one before it.
    LastMonth,
    /// The ISO week from Monday on, compared with the same days of the last one.
    Week,
    /// The month, compared with the same days of the last one.
    Month,
    /// The quarter of the calendar year, compared with as many days of the last one.
    Quarter,
    /// Everything, compared with nothing.
    All,
    /// These days, compared with as many before them.
    These(Days),
}

impl Period {
    /// Those with a name of their own.
    pub const NAMED: [Period; 8] = [
        Period::Today,
        Period::Yesterday,
        Period::Week,
        Period::LastWeek,
        Period::Month,
        Period::LastMonth,
        Period::Quarter,
        Period::All,
    ];

    /// The days it is about, as seen on `today`.
    pub fn days(self, today: NaiveDate) -> Days {
        let from = match self {
            Period::Today => today,
            Period::Yesterday => return Days { from: before(today), to: before(today) },
            Period::LastWeek => return Days::week_of(before(monday(today))),
            Period::LastMonth => {
                let to = before(first_of_month(today));
                return Days { from: first_of_month(to), to };
            }
            Period::Week => monday(today),
            Period::Month => first_of_month(today),
            Period::Quarter => first_of_quarter(today),
            Period::All => FIRST,
            Period::These(days) => return days,
        };
        Days { from, to: today }
    }

    /// The days they are compared with: as many, a period earlier; a shorter month is taken to its end.
    pub fn before(self, today: NaiveDate) -> Option<Days> {
        let days = self.days(today);
        let from = match self {
            Period::All => return None,
            Period::Today | Period::Yesterday | Period::These(_) => {
                days.from.checked_sub_days(DayCount::new(days.count()))?
            }
            Period::Week | Period::LastWeek => days.from.checked_sub_days(DayCount::new(7))?,
            // A whole month is compared with a whole one.
            Period::LastMonth => {
                let to = days.from.pred_opt()?;
                return Some(Days { from: first_of_month(to), to });
            }
            Period::Month => days.from.checked_sub_months(Months::new(1))?,
            Period::Quarter => days.from.checked_sub_months(Months::new(3))?,
        };
        let to = from.checked_add_days(DayCount::new(days.count() - 1))?;
        Some(Days { from, to: to.min(days.from.pred_opt()?) })
    }

    /// Which kind of period it is, in commands and prompts: `week`; `dates` for given ones.
    pub fn kind(self) -> &'static str {
        match self {
            Period::Today => "today",
            Period::Yesterday => "yesterday",
            Period::LastWeek => "lastweek",
            Period::LastMonth => "lastmonth",
            Period::Week => "week",
            Period::Month => "month",
            Period::Quarter => "quarter",
            Period::All => "all",
            Period::These(_) => "dates",
        }
    }

    /// Its name: `week`, or `2026-03-01..2026-03-31`; read again by [`FromStr`].
    pub fn name(self) -> String {
        match self {
            Period::These(days) => days.to_string(),
            named => named.kind().to_owned(),
        }
    }
}

impl FromStr for Period {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match Period::NAMED.into_iter().find(|period| period.kind() == name) {
            Some(period) => Ok(period),
            None => Days::from_str(name).map(Period::These),
        }
    }
}

impl Days {
    /// How many, at least 1.
    pub fn count(self) -> u64 {
        u64::try_from((self.to - self.from).num_days()).unwrap_or(0) + 1
    }

    /// Whether a day is one of them.
    pub fn contains(self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// The ISO week a day is in, whole.
    pub fn week_of(day: NaiveDate) -> Days {
        let from = monday(day);
        Days { from, to: from.checked_add_days(DayCount::new(6)).unwrap_or(from) }
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}

impl FromStr for Days {
    type Err = ();

    /// Reads `2026-03-01..2026-03-31`; the first day may not be after the last.
    fn from_str(written: &str) -> Result<Self, ()> {
        let (from, to) = written.split_once("..").ok_or(())?;
        let day = |text: &str| text.trim().parse::<NaiveDate>().map_err(|_| ());
        let (from, to) = (day(from)?, day(to)?);
        let year = FIRST.year()..=9999;
        let fits = from <= to && year.contains(&from.year()) && year.contains(&to.year());
        if fits { Ok(Days { from, to }) } else { Err(()) }
    }
}

/// The Monday of a day's ISO week.
pub fn monday(day: NaiveDate) -> NaiveDate {
    day.week(chrono::Weekday::Mon).first_day()
}

/// The first day of a day's month.
pub fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn before(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(day)
}

fn first_of_quarter(day: NaiveDate) -> NaiveDate {
    let first = first_of_month(day);
    first.checked_sub_months(Months::new(day.month0() % 3)).unwrap_or(first)
}
