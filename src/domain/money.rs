//! Amounts of money, read the way people type them. Showing them is the words' business.

use serde::{Deserialize, Serialize};

pub use super::currency::Currency;
use super::currency::Meanings;
use super::fold::fold;

/// An amount: whole minor units (cents) of a currency. Always above zero when it was read from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; [`Currency::digits`] says how many make one.
    pub minor: i64,
    /// Which currency.
    pub currency: Currency,
}

/// Why a text is not an amount that can be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AmountError {
    /// It does not read as an amount: `12k12`, `1e99`, nothing at all.
    NotAnAmount,
    /// It is below zero: `-5`.
    Negative,
    /// It is zero. An unknown budget is left empty: a zero would count as known in every sum and mean.
    Zero,
    /// It is above [`Money::MAX`].
    TooLarge,
    /// It has more digits after the decimal sign than the currency's minor unit, which has this many.
    TooPrecise(u32),
    /// `1.200k`, or `1.200` in a currency with three decimals: thousands or decimals, nobody can tell.
    ThousandsOrDecimals,
    /// The sign or word stands for several currencies, and none is the usual one.
    WhichCurrency(Vec<Currency>),
}

/// Words that multiply, folded, and by which power of ten. `mil` is a million, as in Romanian, never the Spanish
/// thousand.
const MULTIPLIERS: [(u32, &str); 3] = [
    (3, "k mii mie mille thousand thousands"),
    (6, "m mm mil mill mio mln mn milion milioane million millions"),
    (9, "b bn md mrd mld miliard miliarde milliard milliards billion billions"),
];

/// Signs that part groups of thousands and nothing else.
const GROUPING: [char; 2] = [' ', '\''];

impl Money {
    /// The largest amount, in minor units: sums of 9,000 such amounts still fit 64 bits.
    pub const MAX: i64 = 1_000_000_000_000_000;

    /// An amount in minor units.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads an amount as people type it: `12k`, `12,000`, `12.000,50 €`, `1,2 M lei`, `$5k`, `12'000`, `2 mil`.
    ///
    /// * A currency (code, sign or word) may stand on either side; without one it is `default`. A sign shared by
    ///   several currencies (`$`, `kr`) is `default` if that is one of them.
    /// * Thousands are parted by `.`, `,`, `'` or a space (of any width), in groups of three. If both `.` and `,`
    ///   occur, the last one is the decimal sign.
    /// * A lone `.` or `,` parts thousands when exactly three digits follow and one to three, not starting with 0,
    ///   come before (`1.200` = `1,200` = 1200); otherwise it is the decimal sign. Where three decimals are as
    ///   likely (`1.200k`, `1.200 KWD`) it is [`AmountError::ThousandsOrDecimals`].
    ///
    /// # Errors
    /// [`AmountError`] says which; nothing is ever rounded or cut.
    pub fn parse(text: &str, default: Currency) -> Result<Self, AmountError> {
        let written = Written::read(text).ok_or(AmountError::NotAnAmount)?;
        let figure = Figure::read(&written.number).ok_or(AmountError::NotAnAmount)?;
        if written.negative {
            return Err(AmountError::Negative);
        }
        let currency = written.currency(default)?;
        let minor = figure.minor(written.power, currency)?;
        Ok(Self { minor, currency })
    }
}

/// The parts of a written amount.
#[derive(Default)]
struct Written {
    negative: bool,
    number: String,
    power: Option<u32>,
    meanings: Vec<Meanings>,
}

impl Written {
    fn read(text: &str) -> Option<Self> {
        let mut written = Self::default();
        let mut rest = text.trim();
        let mut dangling = false;
        while let Some(first) = rest.chars().next() {
            let end = if first.is_ascii_digit() || starts_decimal(rest) {
                if !written.number.is_empty() {
                    return None;
                }
                let end = number_end(rest);
                written.number = rest[..end].chars().map(plain_sign).collect();
                end
            } else if matches!(first, '-' | '−' | '–') {
                if written.negative || !written.number.is_empty() {
                    return None;
                }
                written.negative = true;
                first.len_utf8()
            } else {
                let end = rest.find(|c: char| c.is_ascii_digit() || c.is_whitespace() || c == '-' || c == '−');
                let end = end.unwrap_or(rest.len());
                dangling = !written.word(&rest[..end])?;
                end
            };
            rest = rest[end..].trim_start();
        }
        (!dangling && !written.number.is_empty()).then_some(written)
    }

    /// Takes a word in; false if something must still follow it.
    fn word(&mut self, word: &str) -> Option<bool> {
        let word = word.trim_end_matches(['.', ',']);
        let folded = fold(word);
        let after_number = !self.number.is_empty();
        if word.is_empty() && after_number {
            return Some(true);
        }
        if folded == "de" && after_number {
            return Some(false);
        }
        let (word, folded) = match (folded.strip_prefix("d'"), word.char_indices().nth(2)) {
            (Some(folded), Some((start, _))) if after_number => (&word[start..], folded),
            _ => (word, folded.as_str()),
        };
        let (power, meanings) = unit(word, folded)?;
        if power.is_some() && (self.power.is_some() || !after_number) {
            return None;
        }
        self.power = self.power.or(power);
        self.meanings.extend(meanings);
        Some(true)
    }

    /// The currency every sign and word agrees with.
    fn currency(&self, default: Currency) -> Result<Currency, AmountError> {
        let Some((first, others)) = self.meanings.split_first() else { return Ok(default) };
        let shared: Vec<Currency> =
            first.of.iter().copied().filter(|c| others.iter().all(|other| other.of.contains(c))).collect();
        let certain = self.meanings.iter().any(|meanings| meanings.certain);
        match shared.as_slice() {
            [] => Err(AmountError::NotAnAmount),
            _ if shared.contains(&default) => Ok(default),
            [only] => Ok(*only),
            [likeliest, ..] if certain => Ok(*likeliest),
            _ => Err(AmountError::WhichCurrency(shared)),
        }
    }
}

/// A multiplier, a currency, or one glued to the other (`k€`, `MEUR`).
fn unit(word: &str, folded: &str) -> Option<(Option<u32>, Option<Meanings>)> {
    if let Some(power) = multiplier(folded) {
        return Some((Some(power), None));
    }
    if let Some(meanings) = Meanings::of_word(word, folded) {
        return Some((None, Some(meanings)));
    }
    word.char_indices().skip(1).take(8).find_map(|(at, _)| {
        let (left, right) = word.split_at(at);
        let (left_folded, right_folded) = (fold(left), fold(right));
        let glued = |power: &str, word: &str, name: &str| {
            Some((Some(multiplier(power)?), Some(Meanings::of_word(word, name)?)))
        };
        glued(&left_folded, right, &right_folded).or_else(|| glued(&right_folded, left, &left_folded))
    })
}

fn multiplier(folded: &str) -> Option<u32> {
    MULTIPLIERS.iter().find(|(_, names)| names.split(' ').any(|name| name == folded)).map(|(power, _)| *power)
}

/// Whether the text starts with a decimal sign and a digit: `.5`.
fn starts_decimal(text: &str) -> bool {
    let mut chars = text.chars();
    matches!(chars.next(), Some('.' | ',')) && chars.next().is_some_and(|c| c.is_ascii_digit())
}

/// Where the number at the start of the text ends: digits, and signs or single spaces that a digit follows.
fn number_end(text: &str) -> usize {
    let mut end = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let parts = matches!(plain_sign(c), '.' | ',' | '\'' | ' ');
        let digit_follows = chars.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        if c.is_ascii_digit() || (parts && digit_follows) {
            end = at + c.len_utf8();
        } else {
            break;
        }
    }
    end
}

/// A space of any width is a space, and any apostrophe is an apostrophe.
fn plain_sign(c: char) -> char {
    match c {
        '’' | '‘' | 'ʼ' | '′' => '\'',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// A number as written: all its digits, and how many come after the decimal sign.
struct Figure {
    digits: String,
    decimals: u32,
    /// Its only sign has three digits after it, and may part thousands as well as decimals.
    either: bool,
}

impl Figure {
    fn read(number: &str) -> Option<Self> {
        let (whole, decimals, either) = match decimal_sign(number)? {
            Sign::None => (number, "", false),
            Sign::Decimal(at) => (&number[..at], &number[at + 1..], false),
            Sign::Either => (number, "", true),
        };
        let groups_fit = are_groups(whole) && decimals.bytes().all(|b| b.is_ascii_digit());
        let decimals = decimals.trim_end_matches('0');
        let digits: String = whole.chars().chain(decimals.chars()).filter(char::is_ascii_digit).collect();
        groups_fit.then(|| Self { digits, decimals: u32::try_from(decimals.len()).unwrap_or(u32::MAX), either })
    }

    fn minor(&self, power: Option<u32>, currency: Currency) -> Result<i64, AmountError> {
        if self.either && (power.is_some() || currency.digits() == 3) {
            return Err(AmountError::ThousandsOrDecimals);
        }
        let digits = self.digits.trim_start_matches('0');
        if digits.is_empty() {
            return Err(AmountError::Zero);
        }
        let shift = power.unwrap_or(0) + currency.digits();
        let zeros = shift.checked_sub(self.decimals).ok_or(AmountError::TooPrecise(currency.digits()))?;
        let minor = digits.parse::<i64>().ok().and_then(|n| n.checked_mul(10_i64.checked_pow(zeros)?));
        minor.filter(|minor| *minor <= Money::MAX).ok_or(AmountError::TooLarge)
    }
}

/// What the `.` and `,` of a number are.
enum Sign {
    /// All of them part thousands.
    None,
    /// The one at this byte is the decimal sign.
    Decimal(usize),
    /// There is one, and it may be both.
    Either,
}

/// `None` if the signs contradict each other.
fn decimal_sign(number: &str) -> Option<Sign> {
    let marks: Vec<(usize, char)> = number.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
    let Some(&(last, sign)) = marks.last() else { return Some(Sign::None) };
    let alone = marks.iter().filter(|(_, c)| *c == sign).count() == 1;
    let grouped_before = number[..last].contains(GROUPING) || marks.len() > 1;
    match (alone, grouped_before) {
        (true, true) => Some(Sign::Decimal(last)),
        // `1.200.000`: one sign, several times.
        (false, _) => marks.iter().all(|(_, c)| *c == sign).then_some(Sign::None),
        (true, false) => {
            let (before, after) = (&number[..last], &number[last + 1..]);
            let thousands = after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0');
            Some(if thousands { Sign::Either } else { Sign::Decimal(last) })
        }
    }
}

/// Whether the whole part is digits only, or groups of three parted by one same sign.
fn are_groups(whole: &str) -> bool {
    let Some(sign) = whole.chars().find(|c| !c.is_ascii_digit()) else { return true };
    let mut groups = whole.split(sign);
    let first = groups.next().unwrap_or_default();
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    (1..=3).contains(&first.len()) && digits(first) && groups.all(|group| group.len() == 3 && digits(group))
}
