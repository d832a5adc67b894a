//! Days as files write them: `2025-03-15`, `15.03.2025`, `15/03/2025`, with or without a time behind.

use chrono::NaiveDate;

use crate::domain::parse_day;

/// What is the number of a day, and of no month.
const NO_MONTH: std::ops::RangeInclusive<u32> = 13..=31;

/// Which number of `03/04/2025` is the day, as far as the other days of the same column tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// The first one, as nothing says otherwise.
    #[default]
    DayFirst,
    /// The second one: some month would be past the twelfth otherwise.
    MonthFirst,
    /// It differs from row to row: nobody can tell.
    Both,
}

impl Order {
    /// The order of the days of a column.
    pub(super) fn of<'t>(days: impl Iterator<Item = &'t str>) -> Self {
        let (mut day_first, mut month_first) = (false, false);
        for (one, two, _) in days.filter_map(slashed) {
            day_first |= NO_MONTH.contains(&one) && two <= 12;
            month_first |= NO_MONTH.contains(&two) && one <= 12;
        }
        match (day_first, month_first) {
            (true, true) => Order::Both,
            (false, true) => Order::MonthFirst,
            (_, false) => Order::DayFirst,
        }
    }
}

/// A day that was written; `None` if it is none, or two.
pub(super) fn read(written: &str, order: Order, today: NaiveDate) -> Option<NaiveDate> {
    let written = without_time(written.trim());
    let Some((one, two, year)) = slashed(written) else { return parse_day(written, today) };
    let (day, month) = match order {
        _ if one > 12 => (one, two),
        _ if two > 12 => (two, one),
        Order::DayFirst => (one, two),
        Order::MonthFirst => (two, one),
        Order::Both if one == two => (one, two),
        Order::Both => return None,
    };
    // The same years as anywhere else.
    parse_day(&format!("{year:04}-{month:02}-{day:02}"), today)
}

/// What programs put behind a day: `T09:30:00Z`, ` 09:30`, ` 9:30 AM`.
fn without_time(written: &str) -> &str {
    let end = written.find(['T', ' ']).unwrap_or(written.len());
    let (day, behind) = written.split_at(end);
    let is_time = behind.get(1..).is_some_and(|time| {
        let hours = time.trim_start().split(':').next().unwrap_or_default();
        time.contains(':') && (1..=2).contains(&hours.len()) && hours.bytes().all(|byte| byte.is_ascii_digit())
    });
    if is_time { day } else { written }
}

/// The three numbers of `03/15/2025` or `15-03-2025`, the year last.
fn slashed(written: &str) -> Option<(u32, u32, u32)> {
    let written = without_time(written.trim());
    let sign = if written.contains('/') { '/' } else { '-' };
    let mut parts = written.split(sign);
    let (one, two, year) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| -> Option<u32> {
        let fits = digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if fits { part.parse().ok() } else { None }
    };
    if parts.next().is_some() {
        return None;
    }
    Some((number(one, 1..=2)?, number(two, 1..=2)?, number(year, 4..=4)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(written: &str, order: Order) -> Option<String> {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day");
        read(written, order, today).map(|day| day.to_string())
    }

    #[test]
    fn days_are_read_as_spreadsheets_and_programs_write_them() {
        for (written, wanted) in [
            ("2025-03-04", "2025-03-04"),
            ("04.03.2025", "2025-03-04"),
            ("4/3/2025", "2025-03-04"),
            ("03/15/2025", "2025-03-15"),
            ("15-03-2025", "2025-03-15"),
            ("2025-03-15T09:30:00Z", "2025-03-15"),
            ("15/03/2025 9:30", "2025-03-15"),
            ("2025-03", "2025-03-01"),
            ("15 mars 2025", "2025-03-15"),
        ] {
            assert_eq!(day(written, Order::DayFirst).as_deref(), Some(wanted), "{written}");
        }
        for written in ["soon", "31/02/2025", "15/03/25", "45321", "2025-13-01", ""] {
            assert_eq!(day(written, Order::DayFirst), None, "{written}");
        }
    }

    #[test]
    fn the_other_days_of_a_column_tell_which_number_is_the_month() {
        let order = |days: &[&str]| Order::of(days.iter().copied());
        assert_eq!(order(&["03/04/2025", "12/11/2025", "2025-04-30"]), Order::DayFirst);
        assert_eq!(order(&["03/04/2025", "03/15/2025 10:00"]), Order::MonthFirst);
        assert_eq!(order(&["15/03/2025", "03/15/2025"]), Order::Both);
        assert_eq!(day("03/04/2025", Order::MonthFirst).as_deref(), Some("2025-03-04"));
        assert_eq!(day("03/04/2025", Order::Both), None, "nobody can tell");
        assert_eq!(day("04/04/2025", Order::Both).as_deref(), Some("2025-04-04"));
    }
}
