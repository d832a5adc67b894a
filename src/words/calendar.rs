//! Dates, hours and lists as each language writes them.

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

use super::{Language, Words};
use crate::args;
use crate::chat::{Span, WhenStyle};
use crate::domain::{Days, WorkingHours};

impl<'a> Words<'a> {
    /// `22 November 2026`, `22 novembre 2026`, `22 noiembrie 2026`.
    pub fn date(self, date: NaiveDate) -> String {
        self.dated(date, "calendar.months")
    }

    /// `22 Nov 2026`, `22 nov. 2026`, `22 nov. 2026`.
    pub fn short_date(self, date: NaiveDate) -> String {
        self.dated(date, "calendar.short_months")
    }

    /// `November 2026`, `novembre 2026`, `noiembrie 2026`.
    pub fn month(self, date: NaiveDate) -> String {
        let month = self.item("calendar.months", date.month0() as usize);
        self.line("calendar.month", args! { month: month, year: date.year().to_string() })
    }

    /// The date and the hour in the zone of `at`: `22 November 2026, 14:05`.
    pub fn date_time(self, at: DateTime<Tz>) -> String {
        self.line("calendar.date_time", args! { date: self.date(at.date_naive()), time: self.time(at) })
    }

    /// The hour in the zone of `at`: `14:05`.
    pub fn time(self, at: DateTime<Tz>) -> String {
        at.format("%H:%M").to_string()
    }

    /// An instant for a text, in words for readers whose platform cannot show it in their own zone; the zone of `at`
    /// is the one those words are in.
    pub fn when(self, at: DateTime<Tz>, style: WhenStyle) -> Span {
        let fallback = match style {
            WhenStyle::Date => self.date(at.date_naive()),
            WhenStyle::Time => self.time(at),
            WhenStyle::DateTime => self.date_time(at),
        };
        Span::When { at: at.with_timezone(&Utc), style, fallback }
    }

    /// Days in a row: `9–15 March 2026`, `28 February – 6 March 2026`.
    pub fn days(self, days: Days) -> String {
        let Days { from, to } = days;
        if from == to {
            return self.date(from);
        }
        if from.year() != to.year() {
            return self.line("calendar.from_to", args! { from: self.date(from), to: self.date(to) });
        }
        if from.month() != to.month() {
            let month = self.item("calendar.months", from.month0() as usize);
            let from = self.line("calendar.day", args! { day: self.day(from), month: month });
            return self.line("calendar.from_to", args! { from: from, to: self.date(to) });
        }
        self.line("calendar.days", args! { from: self.day(from), to: self.date(to) })
    }

    /// `Monday`, `lundi`, `luni`.
    pub fn weekday(self, day: Weekday) -> &'a str {
        self.item("calendar.weekdays", day.num_days_from_monday() as usize)
    }

    /// `Mon-Fri 09:00-18:00`, `lun-ven 09:00-18:00`, `lun-vin 09:00-18:00`; can be read again in any language.
    pub fn working_hours(self, hours: &WorkingHours) -> String {
        hours.written(std::array::from_fn(|day| self.item("calendar.short_weekdays", day)))
    }

    /// `a`, `a and b`, `a, b and c`.
    pub fn list<T: AsRef<str>>(self, items: &[T]) -> String {
        let Some((last, before)) = items.split_last() else { return String::new() };
        let joined = before
            .iter()
            .map(|item| item.as_ref().to_owned())
            .reduce(|start, next| self.line("list.more", args! { start: start, next: next }));
        match joined {
            Some(start) => self.line("list.last", args! { start: start, last: last.as_ref() }),
            None => last.as_ref().to_owned(),
        }
    }

    fn dated(self, date: NaiveDate, months: &str) -> String {
        let month = self.item(months, date.month0() as usize);
        self.line("calendar.date", args! { day: self.day(date), month: month, year: date.year().to_string() })
    }

    /// The day of a month: French says "the first", then plain numbers.
    fn day(self, date: NaiveDate) -> String {
        match (self.language(), date.day()) {
            (Language::Fr, 1) => "1er".to_owned(),
            (_, day) => day.to_string(),
        }
    }
}
