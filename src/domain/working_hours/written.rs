//! How hours are read from what people write, and written back.

use std::fmt;
use std::str::FromStr;

use super::{DAY, HoursError, QuietHours, Span, WorkingHours};
use crate::domain::fold::fold;

/// Days in English, French and Romanian, folded; any beginning of three letters or more is enough.
const DAYS: [&str; 7] = [
    "monday lundi luni",
    "tuesday mardi marti",
    "wednesday mercredi miercuri",
    "thursday jeudi joi",
    "friday vendredi vineri",
    "saturday samedi sambata",
    "sunday dimanche duminica",
];

/// How days are written back.
const SHORT_DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Span {
    /// Reads `09:00-18:00`; hours may also be written `9`, `9h30`, `9.30`.
    fn read(text: &str) -> Result<Self, HoursError> {
        let not = || HoursError::NotUnderstood(text.to_owned());
        let (start, end) = text.split_once('-').ok_or_else(not)?;
        let (start, end) = (minutes(start).ok_or_else(not)?, minutes(end).ok_or_else(not)?);
        match end {
            _ if start == DAY => Err(not()),
            end if end == start => Err(HoursError::NoLength(text.to_owned())),
            end if end < start => Ok(Self { start, end: end + DAY }),
            end => Ok(Self { start, end }),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.end > DAY { self.end - DAY } else { self.end };
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.start / 60, self.start % 60, end / 60, end % 60)
    }
}

impl FromStr for WorkingHours {
    type Err = HoursError;

    fn from_str(written: &str) -> Result<Self, HoursError> {
        let plain = plain(written);
        let mut days: [Vec<Span>; 7] = Default::default();
        // The days the next range is for, and whether they have one already.
        let (mut group, mut used, mut last_day) = (Vec::<usize>::new(), true, "");
        for word in plain.split([' ', ',', ';']).filter(|word| !word.is_empty()) {
            if word.starts_with(|c: char| c.is_ascii_digit()) {
                let span = Span::read(word)?;
                if group.is_empty() {
                    return Err(HoursError::NoDay(word.to_owned()));
                }
                for day in &group {
                    days[*day].push(span);
                }
                used = true;
            } else {
                if used {
                    group.clear();
                }
                group.extend(read_days(word).ok_or_else(|| HoursError::NotUnderstood(word.to_owned()))?);
                (used, last_day) = (false, word);
            }
        }
        match () {
            () if group.is_empty() => Err(HoursError::Empty),
            () if !used => Err(HoursError::NoHours(last_day.to_owned())),
            () => Ok(Self { days: days.map(joined) }),
        }
    }
}

impl FromStr for QuietHours {
    type Err = HoursError;

    fn from_str(written: &str) -> Result<Self, HoursError> {
        let plain = plain(written);
        if plain.is_empty() { Err(HoursError::Empty) } else { Span::read(&plain).map(Self) }
    }
}

impl WorkingHours {
    /// Writes them with these names for the days from Monday; what is written can be read again if each name begins
    /// with three letters of its day.
    pub fn written(&self, days: [&str; 7]) -> String {
        let mut groups = Vec::new();
        let mut day = 0;
        while day < 7 {
            let alike = self.days[day..].iter().take_while(|spans| **spans == self.days[day]).count();
            let last = day + alike - 1;
            if !self.days[day].is_empty() {
                let named = if last > day { format!("{}-{}", days[day], days[last]) } else { days[day].to_owned() };
                groups.push(self.days[day].iter().fold(named, |group, span| format!("{group} {span}")));
            }
            day = last + 1;
        }
        groups.join(", ")
    }
}

impl fmt::Display for WorkingHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(SHORT_DAYS))
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Folded, without spaces around the `-` of a range.
fn plain(written: &str) -> String {
    let folded = fold(written);
    let parts: Vec<&str> = folded.split('-').map(str::trim).collect();
    parts.join("-")
}

/// `mon`, or `mon-fri`, also around the end of the week.
fn read_days(word: &str) -> Option<Vec<usize>> {
    let (first, last) = match word.split_once('-') {
        Some((first, last)) => (read_day(first)?, read_day(last)?),
        None => (read_day(word)?, read_day(word)?),
    };
    let length = (last + 7 - first) % 7;
    Some((first..=first + length).map(|day| day % 7).collect())
}

fn read_day(word: &str) -> Option<usize> {
    let word = word.trim_end_matches(['.', ':']);
    let named = |names: &str| names.split(' ').any(|name| name.starts_with(word));
    if word.len() < 3 { None } else { DAYS.iter().position(|names| named(names)) }
}

/// Minutes from midnight; `24:00` is the end of the day.
fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once([':', 'h', '.']).unwrap_or((text, ""));
    let number = |text: &str| -> Option<u16> {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if digits { text.parse().ok() } else { None }
    };
    let (hours, minutes) = (number(hours)?, if minutes.is_empty() { 0 } else { number(minutes)? });
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= DAY).then_some(total)
}

/// In order, with those that touch or overlap made one, as long as one range can say it.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start <= last.end && can_be_written(last.start, last.end.max(span.end)) => {
                last.end = last.end.max(span.end);
            }
            _ => apart.push(span),
        }
    }
    apart
}

/// A range of a whole day is written only from midnight: `04:00-04:00` says nothing.
fn can_be_written(start: u16, end: u16) -> bool {
    end - start < DAY || (start == 0 && end == DAY)
}

impl TryFrom<String> for WorkingHours {
    type Error = HoursError;

    fn try_from(written: String) -> Result<Self, HoursError> {
        written.parse()
    }
}

impl From<WorkingHours> for String {
    fn from(hours: WorkingHours) -> Self {
        hours.to_string()
    }
}

impl TryFrom<String> for QuietHours {
    type Error = HoursError;

    fn try_from(written: String) -> Result<Self, HoursError> {
        written.parse()
    }
}

impl From<QuietHours> for String {
    fn from(hours: QuietHours) -> Self {
        hours.to_string()
    }
}

impl fmt::Display for HoursError {
    /// What is wrong, for logs and serde; people read it in their words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
