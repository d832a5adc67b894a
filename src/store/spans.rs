//! Days as the rows that are kept of them: whole months, and weeks day by day.

use chrono::{Days as DayCount, Months, NaiveDate};

use crate::domain::{Days, first_of_month, monday};

/// Days that one query sums up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Whole months, by their first days.
    Months { first: NaiveDate, last: NaiveDate },
    /// Whole weeks, by their Mondays.
    Weeks { first: NaiveDate, last: NaiveDate },
    /// One week, by its Monday, and which of its days count.
    Week { monday: NaiveDate, days: [bool; 7] },
}

/// Days as whole months, with the weeks before and after them day by day.
pub(super) fn parts(days: Days) -> Vec<Part> {
    let next = |month: NaiveDate| month.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
    let begins = first_of_month(days.from);
    let first = if begins == days.from { begins } else { next(begins) };
    // The first month that is not over by the last day.
    let open = days.to.succ_opt().map_or(NaiveDate::MAX, first_of_month);
    if first >= open {
        return weeks(days);
    }
    let mut parts = Vec::new();
    if days.from < first {
        parts.extend(weeks(Days { from: days.from, to: before(first) }));
    }
    parts.push(Part::Months { first, last: first_of_month(before(open)) });
    if open <= days.to {
        parts.extend(weeks(Days { from: open, to: days.to }));
    }
    parts
}

/// Days as weeks: those that are whole together, the first and the last one alone where they are not.
fn weeks(days: Days) -> Vec<Part> {
    let after = |monday: NaiveDate| monday.checked_add_days(DayCount::new(7)).unwrap_or(NaiveDate::MAX);
    let (first, last) = (monday(days.from), monday(days.to));
    let part = |week: NaiveDate| {
        let day = |n: u64| week.checked_add_days(DayCount::new(n)).is_some_and(|day| days.contains(day));
        Part::Week { monday: week, days: std::array::from_fn(|n| day(n as u64)) }
    };
    let is_whole = |week: NaiveDate| part(week) == Part::Week { monday: week, days: [true; 7] };
    let from = if is_whole(first) { first } else { after(first) };
    let to = if is_whole(last) { after(last) } else { last };
    let mut parts = Vec::new();
    if from > first {
        parts.push(part(first));
    }
    if from < to {
        let last = to.checked_sub_days(DayCount::new(7)).unwrap_or(to);
        parts.push(if from == last { part(from) } else { Part::Weeks { first: from, last } });
    }
    if to == last && last > first {
        parts.push(part(last));
    }
    parts
}

fn before(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(day)
}
