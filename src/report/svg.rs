//! The small layout all pictures share: a page, lines of text, boxes, colours.
//!
//! Pictures are at most [`WIDE`] units wide and no text is smaller than [`SMALL`]: scaled to a phone, the smallest figure of
//! the widest matrix is as large as that of the narrowest. Nothing depends on colour: every figure is written, and a
//! change has a sign and a number.

use std::sync::LazyLock;

use super::measure::{Style, Weight, drawable};

/// The widest a picture may be, in units; a PNG has two pixels for each.
pub(super) const WIDE: f64 = 726.0;

/// The narrowest: a title must fit.
pub(super) const NARROW: f64 = 480.0;

/// Around everything.
pub(super) const PAD: f64 = 20.0;

/// The smallest size of text.
pub(super) const SMALL: f64 = 13.0;

/// The paper: light, with its own rounded corners, so that it can be read in a dark chat too.
const PAPER: Colour = Colour(0xff_ff_ff);

/// What is written on paper and on light cells. So dark that every blue of [`BLUES`] is light enough for it or dark
/// enough for white.
pub(super) const INK: Colour = Colour(0x0e_17_2e);

/// What is said in passing.
pub(super) const QUIET: Colour = Colour(0x55_60_7a);

/// Lines around totals.
const LINE: Colour = Colour(0xc3_cc_dd);

const WHITE: Colour = Colour(0xff_ff_ff);

/// A cell with nothing in it.
const NOTHING: Colour = Colour(0xf5_f7_fb);

/// From few to many. One hue, only lighter and darker: the order holds for whoever sees few colours, and in print.
const BLUES: [Colour; 8] = [
    Colour(0xe4_ed_fb),
    Colour(0xcd_de_f7),
    Colour(0xb1_cb_f2),
    Colour(0x93_b7_ec),
    Colour(0x72_a0_e6),
    Colour(0x3b_70_c9),
    Colour(0x25_56_aa),
    Colour(0x15_37_7c),
];

/// Bars: their length says it, so they have one colour, and a pale one for what is left over.
const BAR: Colour = BLUES[5];
const REST: Colour = BLUES[2];

const TITLE: Style = Style::bold(19.0);
const SUBTITLE: Style = Style::regular(14.0);
const NOTE: Style = Style::regular(SMALL);

/// A colour, as `0xRRGGBB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(u32);

impl Colour {
    /// How light it is, 0 to 1. Source: WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let [_, red, green, blue] = self.0.to_be_bytes().map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// How well one is read on the other, 1 to 21; text needs 4.5. Source: WCAG 2.2, "contrast ratio".
    fn contrast(self, other: Colour) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// White or dark, whichever is read better on it; on an empty cell only as much as must be.
    pub(super) fn ink(self) -> Colour {
        if self == NOTHING {
            return QUIET;
        }
        let known = INKS.iter().find(|(ground, _)| *ground == self).map(|(_, ink)| *ink);
        known.unwrap_or_else(|| self.readable_ink())
    }

    fn readable_ink(self) -> Colour {
        if self.contrast(WHITE) >= self.contrast(INK) { WHITE } else { INK }
    }
}

/// What is written on each of [`BLUES`]: a picture asks it of every cell.
static INKS: LazyLock<[(Colour, Colour); 8]> = LazyLock::new(|| BLUES.map(|blue| (blue, blue.readable_ink())));

/// What an element is made of. A picture has thousands: each is written as it stands, without a format in between.
#[derive(Clone, Copy)]
enum Part<'a> {
    /// As it is.
    Plain(&'a str),
    /// To the tenth: more cannot be seen and makes the text longer.
    Length(f64),
    Filled(Colour),
    /// Whatever a client is called, it stays text.
    Text(&'a str),
}

impl Part<'_> {
    fn write(self, to: &mut String) {
        match self {
            Part::Plain(text) => to.push_str(text),
            Part::Length(length) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a picture is some hundreds wide and thousands high"
                )]
                let tenths = (length * 10.0).round_ties_even() as i64;
                if tenths < 0 {
                    to.push('-');
                }
                let tenths = tenths.unsigned_abs();
                write_number(to, tenths / 10);
                if !tenths.is_multiple_of(10) {
                    to.push('.');
                    write_number(to, tenths % 10);
                }
            }
            Part::Filled(Colour(colour)) => {
                to.push('#');
                let digit = |place: u32| char::from_digit((colour >> (4 * place)) & 15, 16).unwrap_or('0');
                to.extend((0..6).rev().map(digit));
            }
            Part::Text(text) => write_escaped(to, &drawable(text)),
        }
    }
}

fn write_all(to: &mut String, parts: &[Part<'_>]) {
    for part in parts {
        part.write(to);
    }
}

fn write_number(to: &mut String, number: u64) {
    if number >= 10 {
        write_number(to, number / 10);
    }
    to.push(char::from_digit(u32::try_from(number % 10).unwrap_or_default(), 10).unwrap_or('0'));
}

/// The colour of a count among others of which `most` is the largest.
pub(super) fn shade(count: i64, most: i64) -> Colour {
    if count <= 0 {
        return NOTHING;
    }
    let steps = i128::try_from(BLUES.len()).unwrap_or(1);
    let step = (i128::from(count) * steps + i128::from(most.max(1)) - 1) / i128::from(most.max(1));
    let step = usize::try_from(step - 1).unwrap_or_default();
    BLUES[step.min(BLUES.len() - 1)]
}

/// From where a text is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// How a text is written: from where, in which font, in which colour.
pub(super) type Look = (Anchor, Style, Colour);

/// A picture being drawn.
pub(super) struct Page {
    drawn: String,
    pub(super) wide: f64,
    /// Where the next thing goes.
    pub(super) y: f64,
}

impl Page {
    /// An empty page with its title and subtitle.
    pub(super) fn new(wide: f64, title: &str, subtitle: &str) -> Self {
        let mut page = Self { drawn: String::new(), wide, y: PAD };
        page.paragraph(title, TITLE, INK, 2);
        page.y += 3.0;
        page.paragraph(subtitle, SUBTITLE, QUIET, 2);
        page
    }

    /// The note below, and the document.
    pub(super) fn close(mut self, note: &str) -> String {
        if !note.is_empty() {
            self.y += 14.0;
            self.paragraph(note, NOTE, QUIET, 4);
        }
        let (wide, high) = (Part::Length(self.wide), Part::Length((self.y + PAD).ceil()));
        let mut document = String::with_capacity(self.drawn.len() + 300);
        let head = [
            Part::Plain("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\""),
            wide,
            Part::Plain("\" height=\""),
            high,
            Part::Plain("\" viewBox=\"0 0 "),
            wide,
            Part::Plain(" "),
            high,
            Part::Plain("\" font-family=\"Inter\">\n<rect width=\""),
            wide,
            Part::Plain("\" height=\""),
            high,
            Part::Plain("\" rx=\"12\" fill=\""),
            Part::Filled(PAPER),
            Part::Plain("\"/>\n"),
        ];
        write_all(&mut document, &head);
        document + &self.drawn + "</svg>\n"
    }

    /// Lines of text from the left, and below them.
    fn paragraph(&mut self, text: &str, style: Style, colour: Colour, most: usize) {
        for line in style.wrapped(text, self.wide - 2.0 * PAD, most) {
            self.text((PAD, self.y + style.size), (Anchor::Start, style, colour), &line);
            self.y += (style.size * 1.35).round();
        }
    }

    /// A text on its base line.
    pub(super) fn text(&mut self, at: (f64, f64), look: Look, text: &str) {
        self.turned_text(at, "", look, text);
    }

    /// A text that rises to the right by half a right angle.
    pub(super) fn slanted_text(&mut self, x: f64, y: f64, style: Style, colour: Colour, text: &str) {
        let mut turn = String::new();
        let parts = [Part::Plain(" transform=\"rotate(-45 "), Part::Length(x), Part::Plain(" "), Part::Length(y)];
        write_all(&mut turn, &parts);
        turn.push_str(")\"");
        self.turned_text((x, y), &turn, (Anchor::Start, style, colour), text);
    }

    fn turned_text(&mut self, at: (f64, f64), turn: &str, (anchor, style, colour): Look, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.push(&[
            Part::Plain("<text x=\""),
            Part::Length(at.0),
            Part::Plain("\" y=\""),
            Part::Length(at.1),
            Part::Plain("\" font-size=\""),
            Part::Length(style.size),
            Part::Plain(if style.weight == Weight::SemiBold { "\" font-weight=\"600\"" } else { "\"" }),
            Part::Plain(anchor),
            Part::Plain(turn),
            Part::Plain(" fill=\""),
            Part::Filled(colour),
            Part::Plain("\">"),
            Part::Text(text),
            Part::Plain("</text>"),
        ]);
    }

    /// A filled box with round corners.
    pub(super) fn filled(&mut self, x: f64, y: f64, wide: f64, high: f64, fill: Colour) {
        self.rectangle((x, y), (wide, high), [Part::Plain("fill=\""), Part::Filled(fill)]);
    }

    /// An empty box with round corners.
    pub(super) fn outlined(&mut self, x: f64, y: f64, wide: f64, high: f64) {
        let (at, size) = ((x + 0.5, y + 0.5), (wide - 1.0, high - 1.0));
        self.rectangle(at, size, [Part::Plain("fill=\"none\" stroke=\""), Part::Filled(LINE)]);
    }

    /// A bar to the right, pale for what is left over; none if it has no length.
    pub(super) fn bar(&mut self, x: f64, long: f64, high: f64, is_rest: bool) {
        if long > 0.0 {
            self.filled(x, self.y, long, high, if is_rest { REST } else { BAR });
        }
    }

    fn rectangle(&mut self, at: (f64, f64), size: (f64, f64), [paint, colour]: [Part<'_>; 2]) {
        self.push(&[
            Part::Plain("<rect x=\""),
            Part::Length(at.0),
            Part::Plain("\" y=\""),
            Part::Length(at.1),
            Part::Plain("\" width=\""),
            Part::Length(size.0),
            Part::Plain("\" height=\""),
            Part::Length(size.1),
            Part::Plain("\" rx=\"4\" "),
            paint,
            colour,
            Part::Plain("\"/>"),
        ]);
    }

    /// A change, ended at `x`: an arrow and by how much, or that nothing changed.
    pub(super) fn change(&mut self, x: f64, y: f64, change: i64, colour: Colour) {
        let text = change_text(change);
        self.text((x, y), (Anchor::End, CHANGE, colour), &text);
        let right = x - CHANGE.width(&text) - BESIDE_ARROW;
        let (left, middle) = (right - ARROW, right - ARROW / 2.0);
        let (base, tip) = if change > 0 { (y - 1.0, y - 9.0) } else { (y - 9.0, y - 1.0) };
        if change != 0 {
            self.push(&[
                Part::Plain("<path d=\"M"),
                Part::Length(left),
                Part::Plain(" "),
                Part::Length(base),
                Part::Plain("H"),
                Part::Length(right),
                Part::Plain("L"),
                Part::Length(middle),
                Part::Plain(" "),
                Part::Length(tip),
                Part::Plain("Z\" fill=\""),
                Part::Filled(colour),
                Part::Plain("\"/>"),
            ]);
        }
    }

    fn push(&mut self, element: &[Part<'_>]) {
        write_all(&mut self.drawn, element);
        self.drawn.push('\n');
    }
}

const CHANGE: Style = Style::regular(SMALL);

/// How wide an arrow is, and the space between it and its number.
const ARROW: f64 = 8.5;
const BESIDE_ARROW: f64 = 2.5;

/// How wide a change is when drawn.
pub(super) fn change_width(change: i64) -> f64 {
    let arrow = if change == 0 { 0.0 } else { ARROW + BESIDE_ARROW };
    arrow + CHANGE.width(&change_text(change))
}

fn change_text(change: i64) -> String {
    match change {
        // "=" before a count would look like part of it.
        0 => "±0".to_owned(),
        by if by.unsigned_abs() < 1000 => by.unsigned_abs().to_string(),
        by => format!("{}k", by.unsigned_abs() / 1000),
    }
}

/// A count as it stands in a cell: from ten thousand in thousands, the whole number being in the text beside the picture.
pub(super) fn count_text(count: i64) -> String {
    if count.unsigned_abs() < 10_000 { count.to_string() } else { format!("{}k", count / 1000) }
}

/// A number of things as a length.
pub(super) fn many(things: usize) -> f64 {
    u32::try_from(things).map_or(f64::from(u32::MAX), f64::from)
}

/// Two counts as a share, 0 to 1.
pub(super) fn share(count: i64, most: i64) -> f64 {
    let thousandths = i128::from(count.max(0)) * 1000 / i128::from(most.max(1));
    f64::from(u16::try_from(thousandths).unwrap_or(1000)) / 1000.0
}

/// A text inside an element.
fn write_escaped(to: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            '"' => to.push_str("&quot;"),
            '\'' => to.push_str("&#39;"),
            c => to.push(c),
        }
    }
}
