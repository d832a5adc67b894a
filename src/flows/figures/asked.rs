//! What is asked: which days, and by what they are counted.

use crate::args;
use crate::chat::{Choice, Command};
use crate::domain::{Days, Found, Lexicon, Period, Role, View};
use crate::flows::{Call, Result, Shared, tell};
use crate::words::{Language, Words};

use chrono::{Months, NaiveDate};

/// Words between a period and what it is counted by, in every language.
const BY: [&str; 6] = ["by", "par", "dupa", "după", "pe", "per"];

/// Which days, and by what they are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which days.
    pub period: Period,
    /// By what.
    pub view: View,
}

impl Asked {
    /// What was typed after `/refusals`; `None` if that is no period, nor by what to count.
    pub(in crate::flows) fn read(call: &Call<'_>, command: &Command) -> Result<Option<Asked>> {
        let text = command.text.trim().to_lowercase();
        let text = text.strip_prefix("dates").map_or(text.as_str(), str::trim_start);
        let typed: Vec<&str> = text.split_whitespace().collect();
        let at = typed.iter().position(|word| BY.contains(word)).unwrap_or(typed.len());
        let (when, by) = (typed[..at].join(" "), typed[at..].get(1..).unwrap_or_default().join(" "));
        let by = command.options.get("by").map_or(by, |by| by.trim().to_lowercase());
        let by = BY.iter().find_map(|word| by.strip_prefix(&format!("{word} "))).unwrap_or(&by).to_owned();
        let words = call.words;
        if at == typed.len() && command.options.is_empty() && when.is_empty() {
            let dates = command.text.trim().to_lowercase().starts_with("dates");
            return if dates { tell(words.text("figures.no_days", args! { typed: "dates" })) } else { Ok(None) };
        }
        let (when, by) = match (period(call.shared, &when), when.split_once(' ')) {
            // Without the word between: `week reason`.
            (None, Some((first, rest))) if by.is_empty() && period(call.shared, first).is_some() => {
                (first.to_owned(), rest.to_owned())
            }
            _ => (when, by),
        };
        let period = if when.is_empty() { Some(Period::Week) } else { period(call.shared, &when) };
        let Some(period) = period else {
            // Somebody who wrote a day meant days.
            let meant = when.contains("..") || when.starts_with(|c: char| c.is_ascii_digit());
            return if meant { tell(words.text("figures.no_days", args! { typed: when })) } else { Ok(None) };
        };
        if by.is_empty() {
            let view = if call.by.role == Role::Observer { View::ProductReason } else { View::default() };
            return Ok(Some(Asked { period, view }));
        }
        match call.shared.views.find(&by) {
            Some(Found { value: view, .. }) => Ok(Some(Asked { period, view })),
            None => {
                let known: Vec<String> = View::ALL.map(|view| label(words, view)).into();
                tell(words.text("figures.no_view", args! { typed: by, views: words.list(&known) }))
            }
        }
    }

    /// The same with what was chosen in its place: a period's name, or a table's.
    pub(super) fn changed(self, chosen: &str) -> Option<Asked> {
        match (chosen.parse::<Period>(), View::of(chosen)) {
            (Ok(period), _) => Some(Asked { period, ..self }),
            (_, Some(view)) => Some(Asked { view, ..self }),
            _ => None,
        }
    }

    /// As a button carries it: `week.rep_product`, `20260301-20260331.segment`.
    pub fn encoded(self) -> String {
        let period = match self.period {
            Period::These(days) => format!("{}-{}", days.from.format("%Y%m%d"), days.to.format("%Y%m%d")),
            named => named.name(),
        };
        format!("{period}.{}", self.view.as_str())
    }

    /// What a button carries.
    pub fn decoded(encoded: &str) -> Option<Asked> {
        let (period, view) = encoded.split_once('.')?;
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y%m%d").ok();
        let period = match period.split_once('-') {
            Some((from, to)) => Period::These(Days { from: day(from)?, to: day(to)? }),
            None => period.parse().ok()?,
        };
        Some(Asked { period, view: View::of(view)? })
    }
}

/// What a period is called.
pub(super) fn period_label(words: Words<'_>, period: Period) -> String {
    match period {
        Period::These(days) => words.days(days),
        named => words.label("period", &named.name()),
    }
}

/// What a table is called.
pub(super) fn label(words: Words<'_>, view: View) -> String {
    words.label("view", view.as_str())
}

/// A period by its name in any language, days, or a month such as `2026-03`.
pub(in crate::flows) fn period(shared: &Shared, typed: &str) -> Option<Period> {
    let month = || {
        let from = format!("{typed}-01").parse::<NaiveDate>().ok()?;
        let to = from.checked_add_months(Months::new(1))?.pred_opt()?;
        format!("{from}..{to}").parse::<Days>().ok()
    };
    let day = || typed.parse::<NaiveDate>().ok().map(|day| Days { from: day, to: day });
    let days = typed.parse::<Days>().ok().or_else(day).or_else(month);
    match days {
        Some(days) => Some(Period::These(days)),
        None => shared.periods.find(typed).filter(|found| found.exact).map(|found| found.value),
    }
}

/// The names of periods and of tables, in every language.
pub(in crate::flows) fn lexicons(names: impl Fn(&str, &str) -> Vec<String>) -> (Lexicon<Period>, Lexicon<View>) {
    let periods = Period::NAMED.map(|period| (period, names("period", &period.name())));
    let views = View::ALL.map(|view| (view, names("view", view.as_str())));
    (Lexicon::new(periods), Lexicon::new(views))
}

/// Tables to count by, as somebody types.
pub(in crate::flows) fn suggest(shared: &Shared, language: Language, typed: &str) -> Vec<Choice> {
    let words = shared.words.in_language(language);
    let found = shared.views.suggest(typed, View::ALL.len());
    found.into_iter().map(|view| Choice::new(view.as_str(), label(words, view))).collect()
}
