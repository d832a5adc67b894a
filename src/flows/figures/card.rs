//! A table of refusals as people read it.

use super::asked::{label, period_label};
use super::{Asked, Names, People};
use crate::args;
use crate::chat::{Action, Block, Button, Card, Choice, Pick, Text};
use crate::domain::{Axis, Money, Period, View};
use crate::flows::{Act, amount};
use crate::report::{Cell, Figures};
use crate::words::Words;

/// How many rows are written out; the others are in the picture and in the export.
const ROWS: usize = 10;
/// How many cells of a row are written out.
const CELLS: usize = 4;

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub(in crate::flows) struct Shown<'a> {
    pub(in crate::flows) asked: Asked,
    pub(in crate::flows) figures: &'a Figures,
    pub(in crate::flows) names: &'a Names,
    pub(in crate::flows) people: People,
    pub(in crate::flows) teams: usize,
}

impl Shown<'_> {
    /// The whole card; `instead`: of one they may not see.
    pub(super) fn card(&self, words: Words<'_>, instead: bool) -> Card {
        let mut card = Card::titled(self.title(words));
        if instead {
            card = card.with(Block::Note(words.text("figures.instead", args! {})));
        }
        let whose = match self.people {
            People::Own(_) => "figures.whose_team",
            _ if self.teams > 1 => "figures.whose_all",
            _ => "figures.whose_team",
        };
        card = card.with(Block::Note(words.text(whose, args! {})));
        if self.figures.total.refusals > 0 || !self.figures.rows.is_empty() {
            card = card.with(Block::Text(self.headline(words))).with_some(self.picture(words));
            card = card.with(Block::Facts(self.facts(words)));
            let left_out = i64::try_from(self.rows().len().saturating_sub(ROWS)).unwrap_or(0);
            if left_out > 0 {
                card = card.with(Block::Note(words.text("figures.left_out", args! { count: left_out })));
            }
            let (rows, columns) = self.asked.view.axes();
            if rows == Axis::Product || columns == Some(Axis::Product) {
                card = card.with(Block::Note(words.text("figures.under_each", args! {})));
            }
        }
        card = card.with(Block::Pick(self.periods(words))).with(Block::Pick(self.views(words)));
        if self.people != People::Nobody && self.figures.total.refusals > 0 {
            let file = Act::FiguresFile(self.asked).action();
            card = card.with(Block::Buttons(vec![Button::new(file, words.line("figures.file", args! {}))]));
        }
        card
    }

    /// How many, and when.
    pub(in crate::flows) fn title(&self, words: Words<'_>) -> Text {
        let when = self.when(words);
        match self.figures.total.refusals {
            0 => words.text("figures.none", args! { when: when }),
            count => words.text("figures.title", args! { refusals: words.counted("refusals", count), when: when }),
        }
    }

    /// What they were worth, and how many more or fewer than before.
    pub(in crate::flows) fn headline(&self, words: Words<'_>) -> Text {
        let total = &self.figures.total;
        let mut sentences = Vec::new();
        if !total.budgets.is_empty() {
            sentences.push(words.line("figures.worth", args! { amounts: amounts(words, &total.budgets) }));
        }
        if let Some(before) = total.before {
            let than = self.before(words);
            sentences.push(match total.change() {
                _ if before == 0 => words.line("figures.none_before", args! { before: than }),
                None => words.line("figures.too_few", args! { before: than }),
                Some(0) => words.line("figures.as_many", args! { before: than }),
                Some(change) if change > 0 => words.line("figures.more", args! { count: change, before: than }),
                Some(change) => words.line("figures.fewer", args! { count: -change, before: than }),
            });
        }
        Text::plain(sentences.join(" "))
    }

    /// Row by row: how many, what changed, what they were worth, and the cells of it.
    pub(in crate::flows) fn facts(&self, words: Words<'_>) -> Vec<(String, Text)> {
        let mut facts: Vec<(String, Text)> = Vec::new();
        for key in self.rows().iter().take(ROWS) {
            let cells = |column: &str| self.figures.cell(key, column);
            facts.push((words.named(self.names.row(key)), self.line(words, &self.figures.row(key), cells)));
        }
        let has_total = facts.len() > 1 || matches!(self.people, People::Own(_));
        if has_total && self.asked.view.axes().1.is_some() {
            let name = match (self.people, self.asked.view.axes().0) {
                (People::Own(_), Axis::Rep) => words.line("figures.team", args! {}),
                _ => words.line("figures.total", args! {}),
            };
            let cells = |column: &str| self.figures.column(column);
            facts.push((words.named(name), self.line(words, &self.figures.total, cells)));
        }
        facts
    }

    /// Column by column: how many, what changed, what they were worth.
    pub(in crate::flows) fn columns(&self, words: Words<'_>) -> Vec<(String, Text)> {
        let line = |key: &String| {
            let cell = self.figures.column(key);
            (words.named(self.names.column(key)), Text::strong(words.number(cell.refusals)).then(beside(words, &cell)))
        };
        self.figures.columns.iter().map(line).collect()
    }

    /// The rows that are shown: of people only those the reader may see.
    pub(in crate::flows) fn rows(&self) -> &[String] {
        &self.figures.rows
    }

    fn line(&self, words: Words<'_>, whole: &Cell, cell: impl Fn(&str) -> Cell) -> Text {
        let mut cells: Vec<(&String, Cell)> = self
            .figures
            .columns
            .iter()
            .map(|column| (column, cell(column)))
            .filter(|(_, cell)| cell.refusals > 0)
            .collect();
        cells.sort_by_key(|(_, cell)| -cell.refusals);
        let left_out = cells.len().saturating_sub(CELLS);
        let mut said: Vec<String> = cells
            .iter()
            .take(CELLS)
            .map(|(column, cell)| {
                let name = self.names.column(column);
                if cell == whole {
                    // It is all of it: that was just said.
                    return name.to_owned();
                }
                words.line("figures.cell", args! { name: name, counted: counted(words, cell) })
            })
            .collect();
        if left_out > 0 {
            said.push(words.line("figures.others", args! { count: i64::try_from(left_out).unwrap_or(0) }));
        }
        let text = Text::strong(whole.refusals.to_string()).then(beside(words, whole));
        if said.is_empty() { text } else { text.then(words.colon()).then(said.join(words.semicolon())) }
    }

    fn when(&self, words: Words<'_>) -> String {
        when(words, self.asked.period)
    }

    /// What it is compared with, in words.
    pub(super) fn before(&self, words: Words<'_>) -> String {
        match self.asked.period {
            Period::These(days) if days.count() == 7 => words.label("figures_before", "lastweek"),
            Period::These(days) => {
                let count = i64::try_from(days.count()).unwrap_or(i64::MAX);
                words.line("figures.days_before", args! { count: count })
            }
            named => words.label("figures_before", &named.name()),
        }
    }

    fn periods(&self, words: Words<'_>) -> Pick {
        let choice = |period: Period| Choice::new(period.name(), period_label(words, period));
        Pick {
            action: Act::FiguresWhen(self.asked).action(),
            label: words.line("figures.other_period", args! { period: period_label(words, self.asked.period) }),
            choices: Period::NAMED.into_iter().map(choice).collect(),
        }
    }

    fn views(&self, words: Words<'_>) -> Pick {
        let mine = |view: &View| self.people != People::Nobody || view.axes().0 != Axis::Rep;
        let choice = |view: View| Choice::new(view.as_str(), label(words, view));
        Pick {
            action: Act::FiguresBy(self.asked).action(),
            label: words.line("figures.other_view", args! { view: label(words, self.asked.view) }),
            choices: View::ALL.into_iter().filter(mine).map(choice).collect(),
        }
    }
}

/// When it was, in words.
pub(in crate::flows) fn when(words: Words<'_>, period: Period) -> String {
    match period {
        Period::These(days) if days.from == days.to => words.line("figures.on", args! { day: words.date(days.from) }),
        Period::These(days) => words.line("figures.from_to", args! { days: words.days(days) }),
        named => words.label("figures_when", &named.name()),
    }
}

/// `5 (+2, €14,000)`.
fn counted(words: Words<'_>, cell: &Cell) -> String {
    format!("{}{}", words.number(cell.refusals), beside(words, cell))
}

/// ` (+2, €14,000)`; nothing where there is nothing to say.
fn beside(words: Words<'_>, cell: &Cell) -> String {
    let change = cell.change().filter(|_| cell.before > Some(0) || cell.refusals == 0);
    let change = change.map(|change| changed(words, change));
    let short = |money: &Money| words.short_money(money.minor, money.currency.digits(), money.currency.code());
    let worth = (!cell.budgets.is_empty()).then(|| cell.budgets.iter().map(short).collect::<Vec<_>>().join(" + "));
    let said: Vec<String> = change.into_iter().chain(worth).collect();
    if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) }
}

/// `+2`, `-3`, `=`.
pub(in crate::flows) fn changed(words: Words<'_>, change: i64) -> String {
    match change {
        0 => "=".to_owned(),
        more if more > 0 => format!("+{}", words.number(more)),
        fewer => words.number(fewer),
    }
}

/// Amounts of several currencies, each for itself.
pub(in crate::flows) fn amounts(words: Words<'_>, budgets: &[Money]) -> String {
    let written: Vec<String> = budgets.iter().map(|money| amount(words, *money)).collect();
    words.list(&written)
}

/// As a platform carries it.
pub(in crate::flows) fn action(word: &str, asked: Asked) -> Action {
    Action::new(format!("{word}.{}", asked.encoded())).expect("two names and two days are short and printable")
}
