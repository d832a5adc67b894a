//! Numbers and money as each language writes them.

use super::Language;

/// A whole number: `12,000`, `12 000` (narrow no-break space) or `12.000`.
pub fn number(language: Language, quantity: i64) -> String {
    let digits = grouped(language, quantity.unsigned_abs());
    if quantity < 0 { format!("-{digits}") } else { digits }
}

/// An amount of `minor` units (cents) of the currency `code`, which has `digits` of them after the point.
///
/// `€12,000`, `12 000 €`, `12.000 €`. Cents show only where there are some. A currency whose sign another country
/// could take for its own (`$` outside English) is written by its code.
pub fn money(language: Language, minor: i64, digits: u32, code: &str) -> String {
    let unit = 10_u64.saturating_pow(digits);
    let (whole, cents) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
    let mut amount = grouped(language, whole);
    if cents != 0 {
        let point = if language == Language::En { '.' } else { ',' };
        amount = format!("{amount}{point}{cents:0width$}", width = digits as usize);
    }
    let minus = if minor < 0 { "-" } else { "" };
    match (language, code) {
        (Language::En, "EUR") => format!("{minus}€{amount}"),
        (Language::En, "USD") => format!("{minus}${amount}"),
        (Language::En, "GBP") => format!("{minus}£{amount}"),
        (Language::En, _) => format!("{minus}{code}\u{a0}{amount}"),
        (_, "EUR") => format!("{minus}{amount}\u{a0}€"),
        (Language::Ro, "RON") if amount == "1" => format!("{minus}1\u{a0}leu"),
        (Language::Ro, "RON") => format!("{minus}{amount}\u{a0}lei"),
        (_, _) => format!("{minus}{amount}\u{a0}{code}"),
    }
}

/// The same where there is little room: from 10,000 on in thousands, from a million on in millions, rounded.
///
/// `€45k`, `45 k€`, `45k €`; `€1.2M`, `1,2 M€`, `1,2M €`. Currencies without a sign of their own stand by their code.
pub fn short_money(language: Language, minor: i64, digits: u32, code: &str) -> String {
    let whole = minor / 10_i64.saturating_pow(digits);
    let (tenths, unit) = match whole.abs() {
        0..10_000 => return money(language, whole * 10_i64.saturating_pow(digits), digits, code),
        10_000..999_500 => ((whole + whole.signum() * 500) / 1000 * 10, "k"),
        _ => ((whole + whole.signum() * 50_000) / 100_000, "M"),
    };
    let point = if language == Language::En { '.' } else { ',' };
    let number = match tenths % 10 {
        0 => (tenths / 10).to_string(),
        tenth => format!("{}{point}{}", tenths / 10, tenth.abs()),
    };
    short(language, &number, unit, code)
}

/// The same where there is least room, in a picture: from 1,000 on in thousands, then in millions and in billions, with
/// tenths below ten of them. Without its currency where `code` is `None`.
///
/// `€850`, `€5.3k`, `€45k`, `€1.2M`, `€12M`, `€2.1bn`; without: `5.3k`.
pub fn tiny_money(language: Language, minor: i64, digits: u32, code: Option<&str>) -> String {
    let whole = minor / 10_i64.saturating_pow(digits);
    let size = whole.unsigned_abs();
    let (one, unit) = match size {
        0..1000 => (1, None),
        1000..999_500 => (1000, Some("k")),
        999_500..999_500_000 => (1_000_000, Some("M")),
        _ => (1_000_000_000, Some(billions(language))),
    };
    let number = match (u128::from(size) * 10 + u128::from(one / 2)) / u128::from(one) {
        tenths if tenths < 100 && tenths % 10 != 0 => {
            let point = if language == Language::En { '.' } else { ',' };
            format!("{}{point}{}", tenths / 10, tenths % 10)
        }
        _ => grouped(language, (size + one / 2) / one),
    };
    let number = if whole < 0 { format!("-{number}") } else { number };
    match (code, unit) {
        (Some(code), Some(unit)) => short(language, &number, unit, code),
        (Some(code), None) => money(language, whole * 10_i64.saturating_pow(digits), digits, code),
        (None, unit) => number + unit.unwrap_or_default(),
    }
}

fn billions(language: Language) -> &'static str {
    match language {
        Language::En => "bn",
        Language::Fr => "Md",
        Language::Ro => "mld",
    }
}

/// So many thousands or millions of a currency.
fn short(language: Language, number: &str, unit: &str, code: &str) -> String {
    match (language, code) {
        (Language::En, "EUR") => format!("€{number}{unit}"),
        (Language::En, "USD") => format!("${number}{unit}"),
        (Language::En, "GBP") => format!("£{number}{unit}"),
        (Language::En, _) => format!("{code}\u{a0}{number}{unit}"),
        (Language::Fr, "EUR") => format!("{number}\u{a0}{unit}€"),
        (_, "EUR") => format!("{number}{unit}\u{a0}€"),
        (Language::Ro, "RON") => format!("{number}{unit}\u{a0}lei"),
        (_, _) => format!("{number}{unit}\u{a0}{code}"),
    }
}

fn grouped(language: Language, quantity: u64) -> String {
    let separator = match language {
        Language::En => ',',
        Language::Fr => '\u{202f}',
        Language::Ro => '.',
    };
    let digits = quantity.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}
