//! The picture of counts along one axis: a bar for each, what it was worth and how it changed.

use super::matrix::DrawnCell;
use super::measure::Style;
use super::svg::{Anchor, INK, NARROW, PAD, Page, QUIET, SMALL, WIDE, change_width, count_text, share};
use crate::words::Words;

const LABEL: Style = Style::regular(13.5);
const COUNT: Style = Style::bold(14.5);
const BUDGET: Style = Style::regular(SMALL);

/// The room for labels, and for amounts.
const LABELS: f64 = 240.0;
const BUDGETS: f64 = 200.0;
const BESIDE: f64 = 10.0;
/// How long the longest bar is where there is room.
const BARS: f64 = 220.0;
/// Between amounts and changes.
const APART: f64 = 18.0;
const HIGH: f64 = 26.0;
const PITCH: f64 = 32.0;
/// From one line of a label to the next.
const LINE: f64 = 15.0;

/// What a picture of bars shows; every text in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// What it is.
    pub title: String,
    /// Which period.
    pub subtitle: String,
    /// The bars, from above.
    pub bars: Vec<Bar>,
    /// What else must be known; may be empty.
    pub note: String,
}

/// One bar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bar {
    /// What was counted.
    pub label: String,
    /// How many, how many more than before, and what they were worth.
    pub cell: DrawnCell,
    /// It stands for what nobody said, or for all others: it comes last, and pale.
    pub is_rest: bool,
}

impl Bars {
    /// The longest bars first, then the one for what nobody said, and those beyond `most - 1` as one called `other`, if
    /// there are more than `most`.
    #[must_use]
    pub fn folded(mut self, most: usize, other: &str) -> Bars {
        self.bars.sort_by_key(|bar| (bar.is_rest, std::cmp::Reverse(bar.cell.count)));
        let (mut bars, unsaid): (Vec<Bar>, Vec<Bar>) = self.bars.into_iter().partition(|bar| !bar.is_rest);
        let room = most.saturating_sub(unsaid.len());
        if bars.len() > room {
            let rest = bars.split_off(room.saturating_sub(1));
            let cell = rest.into_iter().map(|bar| bar.cell).reduce(DrawnCell::and).unwrap_or_default();
            bars.push(Bar { label: other.to_owned(), cell, is_rest: true });
        }
        bars.extend(unsaid);
        Bars { bars, ..self }
    }

    /// The picture as an SVG document; `words` write its amounts.
    pub fn svg(&self, words: Words<'_>) -> String {
        let widest = |of: &dyn Fn(&Bar) -> f64| self.bars.iter().map(of).fold(0.0, f64::max).ceil();
        let beside = |wide: f64, apart: f64| if wide > 0.0 { wide + apart } else { 0.0 };
        let labels = widest(&|bar| LABEL.width(&bar.label)).min(LABELS);
        let figures = widest(&|bar| COUNT.width(&count_text(bar.cell.count)));
        let changes = beside(widest(&|bar| bar.cell.change.map_or(0.0, change_width)), APART);
        let amounts: Vec<String> = self.bars.iter().map(|bar| amounts(words, &bar.cell)).collect();
        let worth = amounts.iter().map(|said| BUDGET.width(said)).fold(0.0, f64::max).ceil();
        let (left, right) = (PAD + labels + BESIDE, BESIDE + figures + beside(worth, APART) + changes + PAD);
        // No wider than it must be: a phone shows what is narrow in large.
        let mut page = Page::new((left + BARS + right).clamp(NARROW, WIDE), &self.title, &self.subtitle);
        let (room, edge) = (page.wide - left - right, page.wide - PAD);
        page.y += 14.0;
        let most = self.bars.iter().map(|bar| bar.cell.count).max().unwrap_or_default();
        for (one, amounts) in self.bars.iter().zip(&amounts) {
            let label = LABEL.wrapped(&one.label, labels, 2);
            let more = if label.len() > 1 { LINE / 2.0 } else { 0.0 };
            page.y += more / 2.0;
            let (count, base) = (one.cell.count, page.y + HIGH / 2.0 + 5.0);
            for (line, y) in label.iter().zip([base - more, base - more + LINE]) {
                page.text((PAD + labels, y), (Anchor::End, LABEL, INK), line);
            }
            let long = (room * share(count, most)).max(if count > 0 { 3.0 } else { 0.0 });
            page.bar(left, long, HIGH, one.is_rest);
            let ink = if count == 0 { QUIET } else { INK };
            page.text((left + long + BESIDE, base), (Anchor::Start, COUNT, ink), &count_text(count));
            if !amounts.is_empty() {
                page.text((edge - changes, base), (Anchor::End, BUDGET, INK), amounts);
            }
            if let Some(change) = one.cell.change {
                page.change(edge, base, change, QUIET);
            }
            page.y += PITCH + more / 2.0;
        }
        page.close(&self.note)
    }
}

/// What it was worth, each currency for itself; the words beside the picture say all of what does not fit.
fn amounts(words: Words<'_>, cell: &DrawnCell) -> String {
    let amounts = cell.budgets.iter().map(|money| {
        let (digits, code) = (money.currency.digits(), money.currency.code());
        words.tiny_money(money.minor, digits, Some(code))
    });
    BUDGET.shortened(&amounts.collect::<Vec<_>>().join(" + "), BUDGETS)
}
