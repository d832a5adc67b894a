//! How wide a text is in the font of the pictures, and how it is made to fit.
//!
//! Widths are sums of the letters' own advances. Kerning is left out: it moves a line by less than a hundredth, and what is
//! measured without it is the same on every machine.

use std::sync::LazyLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider as _};
use unicode_normalization::UnicodeNormalization as _;

use super::png::FONTS;

/// Stands for a letter that the font lacks: it is of another alphabet.
const LACKING: char = '?';

/// What a shortened text ends with.
const ELLIPSIS: char = '…';

/// How heavy the letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// 400.
    Regular,
    /// 600.
    SemiBold,
}

/// A font and its size, in units of the drawing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) weight: Weight,
    pub(super) size: f64,
}

impl Style {
    pub(super) const fn regular(size: f64) -> Self {
        Self { weight: Weight::Regular, size }
    }

    pub(super) const fn bold(size: f64) -> Self {
        Self { weight: Weight::SemiBold, size }
    }

    /// How wide a text is, in units of the drawing.
    pub(super) fn width(self, text: &str) -> f64 {
        text.chars().map(|c| self.advance(c)).sum()
    }

    fn advance(self, c: char) -> f64 {
        READ[self.weight as usize].advance(c) * self.size
    }

    /// How wide a text is at least if it may take so many lines.
    pub(super) fn folded_width(self, text: &str, lines: usize) -> f64 {
        let rest = |at: usize| self.folded_width(&text[at + 1..], lines - 1);
        let parts = text.match_indices(' ').filter(|_| lines > 1);
        parts.map(|(at, _)| self.width(&text[..at]).max(rest(at))).fold(self.width(text), f64::min)
    }

    /// The text, or as many of its first letters as fit, with an ellipsis.
    pub(super) fn shortened(self, text: &str, room: f64) -> String {
        let text = drawable(text);
        if self.width(&text) <= room {
            return text;
        }
        let (mut left, mut short) = (room - self.advance(ELLIPSIS), String::new());
        for c in text.chars() {
            left -= self.advance(c);
            if left < 0.0 {
                break;
            }
            short.push(c);
        }
        short.truncate(short.trim_end().len());
        short.push(ELLIPSIS);
        short
    }

    fn fits(self, line: &str, word: &str, room: f64) -> bool {
        self.width(line) + self.advance(' ') + self.width(word) <= room
    }

    /// The text in lines that fit, at most so many: the last is shortened if there is more to say.
    pub(super) fn wrapped(self, text: &str, room: f64, most: usize) -> Vec<String> {
        let text = drawable(text);
        let mut lines: Vec<String> = Vec::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let may_end = lines.len() < most;
            match lines.last_mut() {
                Some(line) if !may_end || self.fits(line, word, room) => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines.iter().map(|line| self.shortened(line, room)).collect()
    }
}

/// A text as the pictures can draw it: composed letters, single plain spaces for all that parts words, nothing that cannot
/// be seen or turns the direction of writing, and a question mark for every letter that the font lacks.
pub(super) fn drawable(text: &str) -> String {
    if is_drawable(text) {
        return text.to_owned();
    }
    let mut drawn = String::with_capacity(text.len());
    for c in text.nfc().filter(|c| !is_hidden(*c)) {
        if c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}' {
            if !drawn.ends_with(' ') {
                drawn.push(' ');
            }
        } else if c == '\u{202f}' || c == '\u{a0}' {
            drawn.push('\u{a0}');
        } else {
            drawn.push(if READ[0].has(c) { c } else { LACKING });
        }
    }
    drawn.trim_matches(' ').to_owned()
}

/// Whether a text can be drawn as it is, as nearly all can; of others nothing is known.
fn is_drawable(text: &str) -> bool {
    // From there on letters combine.
    let is_plain = |c: char| c.is_ascii_graphic() || (c > '\u{a0}' && c < '\u{300}' && c != '\u{ad}') || c == '€';
    let mut last = ' ';
    let fits = text.chars().all(|c| {
        let fits = if c == ' ' { last != ' ' } else { is_plain(c) && READ[0].has(c) };
        last = c;
        fits
    });
    fits && (last != ' ' || text.is_empty())
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A font read once: looking a letter up in it costs a hundred times as much as here.
struct Advances {
    /// Those of ASCII, by their numbers: nearly every text is made of them.
    ascii: [f64; 128],
    /// Every letter that the font has, in their order.
    all: Vec<(char, f64)>,
    /// What stands for a letter that it lacks.
    lacking: f64,
}

static READ: LazyLock<[Advances; 2]> = LazyLock::new(|| FONTS.map(Advances::read));

impl Advances {
    fn read(data: &'static [u8]) -> Self {
        let font = FontRef::new(data).expect("the fonts compiled in are fonts");
        let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let units_per_em: f64 = font.metrics(Size::unscaled(), LocationRef::default()).units_per_em.into();
        let advance = |glyph| f64::from(metrics.advance_width(glyph).unwrap_or_default()) / units_per_em;
        let letters =
            font.charmap().mappings().filter_map(|(code, glyph)| Some((char::from_u32(code)?, advance(glyph))));
        let mut all: Vec<(char, f64)> = letters.collect();
        all.sort_unstable_by_key(|(c, _)| *c);
        let mut read = Self { ascii: [0.0; 128], all, lacking: advance(GlyphId::NOTDEF) };
        read.ascii = std::array::from_fn(|at| u8::try_from(at).map_or(0.0, |at| read.look_up(char::from(at))));
        read
    }

    fn has(&self, c: char) -> bool {
        (c == ' ' || c.is_ascii_graphic()) || self.place(c).is_some()
    }

    /// The advance of a letter, in parts of the size.
    fn advance(&self, c: char) -> f64 {
        self.ascii.get(c as usize).copied().unwrap_or_else(|| self.look_up(c))
    }

    fn look_up(&self, c: char) -> f64 {
        self.place(c).map_or(self.lacking, |at| self.all[at].1)
    }

    fn place(&self, c: char) -> Option<usize> {
        self.all.binary_search_by_key(&c, |(letter, _)| *letter).ok()
    }
}
