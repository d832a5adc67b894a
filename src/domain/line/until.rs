//! Dates after "until".

use chrono::{Datelike, Months, NaiveDate};

use crate::domain::fold::fold;

/// Months in English, French and Romanian, folded.
const MONTHS: [&str; 12] = [
    "january janvier ianuarie",
    "february fevrier februarie",
    "march mars martie",
    "april avril aprilie",
    "may mai",
    "june juin iunie",
    "july juillet iulie",
    "august aout",
    "september septembre septembrie",
    "october octobre octombrie",
    "november novembre noiembrie",
    "december decembre decembrie",
];

/// Reads `until <date>` at the start of the words: the date, and how many words it took.
pub(super) fn read(words: &[&str], today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let folded: Vec<String> = words.iter().map(|word| fold(word.trim_end_matches(['.', ',', ';', ':', ')']))).collect();
    let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
    let keyword = match folded.as_slice() {
        ["pana" | "pina", "in" | "la", ..] | ["jusque", "en" | "au" | "a", ..] => 2,
        ["until" | "till" | "pana" | "pina" | "jusqu'au" | "jusqu'en" | "jusqu'a", ..] => 1,
        _ => return None,
    };
    let (date, n) = date(&folded[keyword..], today)?;
    Some((date, keyword + n))
}

/// How many words at the start say that a contract is what follows.
pub(super) fn contract(words: &[&str]) -> usize {
    let folded: Vec<String> = words.iter().map(|word| fold(word)).collect();
    let contract = |word: Option<&String>| word.is_some_and(|word| matches!(word.as_str(), "contract" | "contrat"));
    match folded.first().map(String::as_str) {
        Some("under" | "sous" | "sub") if contract(folded.get(1)) => 2,
        _ if contract(folded.first()) => 1,
        _ => 0,
    }
}

pub(super) fn date(words: &[&str], today: NaiveDate) -> Option<(NaiveDate, usize)> {
    if let Some(date) = numeric(words.first()?) {
        return Some((date, 1));
    }
    if let Some(day) = words.first().and_then(|word| word.parse().ok()).filter(|day| (1..=31).contains(day)) {
        let month = month(words.get(1)?)?;
        let (year, n) = words.get(2).and_then(|word| year(word)).map_or((None, 2), |year| (Some(year), 3));
        return Some((coming(year, month, day, today)?, n));
    }
    let month = month(words[0]).or_else(|| quarter(words[0]))?;
    let (year, n) = words.get(1).and_then(|word| year(word)).map_or((None, 1), |year| (Some(year), 2));
    Some((coming(year, month, 1, today)?, n))
}

/// `2027`, `2027-03`, `03/2027`, `2027-03-15`, `15.03.2027`; `03/15/2027` as it can be nothing else.
fn numeric(word: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = word.split(['-', '/', '.']).collect();
    let small = |part: &str| if part.len() <= 2 { part.parse::<u32>().ok() } else { None };
    match parts.as_slice() {
        [y] => NaiveDate::from_ymd_opt(year(y)?, 1, 1),
        [one, two] => match (year(one), year(two)) {
            (Some(year), _) => NaiveDate::from_ymd_opt(year, small(two)?, 1),
            (None, Some(year)) => NaiveDate::from_ymd_opt(year, small(one)?, 1),
            (None, None) => None,
        },
        [one, two, three] => match (year(one), year(three)) {
            (Some(year), _) => NaiveDate::from_ymd_opt(year, small(two)?, small(three)?),
            (None, Some(year)) => {
                let (one, two) = (small(one)?, small(two)?);
                NaiveDate::from_ymd_opt(year, two, one).or_else(|| NaiveDate::from_ymd_opt(year, one, two))
            }
            (None, None) => None,
        },
        _ => None,
    }
}

fn year(word: &str) -> Option<i32> {
    word.parse().ok().filter(|year| word.len() == 4 && (2000..=2100).contains(year))
}

/// A month by its name or an unmistakable beginning of it.
fn month(word: &str) -> Option<u32> {
    if word.len() < 3 {
        return None;
    }
    let begins = |names: &&str| names.split(' ').any(|name| name.starts_with(word));
    let mut found = (1..).zip(MONTHS).filter(|(_, names)| begins(names));
    let (month, _) = found.next()?;
    found.next().is_none().then_some(month)
}

/// The first month of `q3` or `t3`.
fn quarter(word: &str) -> Option<u32> {
    match word.strip_prefix(['q', 't'])? {
        "1" => Some(1),
        "2" => Some(4),
        "3" => Some(7),
        "4" => Some(10),
        _ => None,
    }
}

/// The date in that year, or without a year the first one after today.
fn coming(year: Option<i32>, month: u32, day: u32, today: NaiveDate) -> Option<NaiveDate> {
    if let Some(year) = year {
        return NaiveDate::from_ymd_opt(year, month, day);
    }
    let this = NaiveDate::from_ymd_opt(today.year(), month, day)?;
    if this > today { Some(this) } else { this.checked_add_months(Months::new(12)) }
}
