//! The picture of counts along one axis: a bar for each, longest first as the caller gives them.

use super::matrix_svg::DrawnCell;
use super::measure::Style;
use super::svg::{Anchor, INK, PAD, Page, QUIET, WIDE, change_width, count_text, share};

const LABEL: Style = Style::regular(13.5);
const COUNT: Style = Style::bold(14.5);

/// The room for labels.
const LABELS: f64 = 240.0;
const BESIDE: f64 = 10.0;
const HIGH: f64 = 26.0;
const PITCH: f64 = 32.0;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What was counted.
    pub label: String,
    /// How many, and how many more than before.
    pub cell: DrawnCell,
}

impl Bars {
    /// The longest bars first, and those beyond `most - 1` as one called `other`, if there are more than `most`.
    #[must_use]
    pub fn folded(mut self, most: usize, other: &str) -> Bars {
        self.bars.sort_by_key(|bar| std::cmp::Reverse(bar.cell.count));
        if self.bars.len() > most {
            let rest = self.bars.split_off(most.saturating_sub(1));
            let cell = rest.into_iter().map(|bar| bar.cell).reduce(DrawnCell::and).unwrap_or_default();
            self.bars.push(Bar { label: other.to_owned(), cell });
        }
        self
    }

    /// The picture as an SVG document.
    pub fn svg(&self) -> String {
        let mut page = Page::new(WIDE, &self.title, &self.subtitle);
        page.y += 14.0;
        let widest = |of: fn(&Bar) -> f64| self.bars.iter().map(of).fold(0.0, f64::max).ceil();
        let labels = widest(|bar| LABEL.width(&bar.label)).min(LABELS);
        let figures = widest(|bar| COUNT.width(&count_text(bar.cell.count)));
        let changes = widest(|bar| bar.cell.change.map_or(0.0, |change| change_width(change) + BESIDE));
        let left = PAD + labels + BESIDE;
        let room = WIDE - PAD - left - 2.0 * BESIDE - figures - changes;
        let most = self.bars.iter().map(|bar| bar.cell.count).max().unwrap_or_default();
        for one in &self.bars {
            let (count, base) = (one.cell.count, page.y + HIGH / 2.0 + 5.0);
            page.text((PAD + labels, base), (Anchor::End, LABEL, INK), &LABEL.shortened(&one.label, labels));
            let long = (room * share(count, most)).max(if count > 0 { 3.0 } else { 0.0 });
            page.bar(left, long, HIGH);
            let ink = if count == 0 { QUIET } else { INK };
            page.text((left + long + BESIDE, base), (Anchor::Start, COUNT, ink), &count_text(count));
            if let Some(change) = one.cell.change {
                page.change(WIDE - PAD, base, change, QUIET);
            }
            page.y += PITCH;
        }
        page.close(&self.note)
    }
}
