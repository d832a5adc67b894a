//! Wall-clock time in a zone, and the instants it stands for.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// The instant at which the clock on the wall shows `wall`.
///
/// The first one where clocks go back and show it twice. Where they go forward and never show it, as long after the
/// gap's start as it is on the wall: 02:30 in a gap from 02:00 to 03:00 is 03:30.
pub(super) fn to_utc(wall: NaiveDateTime, tz: Tz) -> Option<DateTime<Utc>> {
    // A gap is an hour or less, except where a zone left out a day (Samoa, 2011).
    (0..=9).find_map(|n| {
        let back = TimeDelta::hours(3 * n);
        match tz.from_local_datetime(&wall.checked_sub_signed(back)?) {
            MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => Some(at.to_utc() + back),
            MappedLocalTime::None => None,
        }
    })
}

/// What the clock on the wall shows.
pub(super) fn wall(at: DateTime<Utc>, tz: Tz) -> NaiveDateTime {
    at.with_timezone(&tz).naive_local()
}

/// The first instant at or after `at` when `holds` is true of the clock on the wall.
///
/// `starts` gives, day by day, each time of the wall at which it may become true (seconds are whole). Clock changes
/// are looked at too, since the wall can jump into an open hour. `None` if it does not happen within 16 days.
pub(super) fn first(
    at: DateTime<Utc>,
    tz: Tz,
    starts: impl Fn(chrono::NaiveDate) -> Vec<NaiveDateTime>,
    holds: impl Fn(NaiveDateTime) -> bool,
) -> Option<DateTime<Utc>> {
    if holds(wall(at, tz)) {
        return Some(at);
    }
    let mut from = at;
    for day in 0..16 {
        let mut instants: Vec<DateTime<Utc>> = Vec::new();
        for near in -1..=1 {
            let date = wall(at, tz).date() + TimeDelta::days(day + near);
            for start in starts(date) {
                instants.extend(both(start, tz));
            }
        }
        let until = from + TimeDelta::days(1);
        instants.extend(clock_change(from, until, tz));
        instants.sort_unstable();
        let opening = instants.into_iter().find(|instant| *instant > at && holds(wall(*instant, tz)));
        if opening.is_some() {
            return opening;
        }
        from = until;
    }
    None
}

/// Every instant at which the wall shows it: none in a gap, two where clocks go back.
fn both(wall: NaiveDateTime, tz: Tz) -> impl Iterator<Item = DateTime<Utc>> {
    let mapped = tz.from_local_datetime(&wall);
    let (first, second) = (mapped.earliest(), mapped.latest());
    first.into_iter().chain(second.filter(|_| first != second)).map(|at| at.to_utc())
}

/// The second at which the offset changes within a day, if it does.
fn clock_change(from: DateTime<Utc>, until: DateTime<Utc>, tz: Tz) -> Option<DateTime<Utc>> {
    let offset = |second: i64| {
        let at = DateTime::from_timestamp(second, 0)?;
        Some(wall(at, tz) - at.naive_utc())
    };
    let (mut before, mut after) = (from.timestamp(), until.timestamp());
    let old = offset(before)?;
    if offset(after)? == old {
        return None;
    }
    while after - before > 1 {
        let middle = before.midpoint(after);
        if offset(middle)? == old { before = middle } else { after = middle }
    }
    DateTime::from_timestamp(after, 0)
}
