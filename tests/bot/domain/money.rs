//! Amounts as people type them.

use panout::domain::{AmountError, Currency, Money};
use proptest::prelude::*;
use rstest::rstest;

fn read(text: &str) -> Result<Money, AmountError> {
    Money::parse(text, Currency::EUR)
}

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

#[rstest]
#[case("12k", 1_200_000, "EUR")]
#[case("12K€", 1_200_000, "EUR")]
#[case("12,000", 1_200_000, "EUR")]
#[case("12.000", 1_200_000, "EUR")]
#[case("12.000,50 €", 1_200_050, "EUR")]
#[case("12,000.50", 1_200_050, "EUR")]
#[case("1,2 M lei", 120_000_000, "RON")]
#[case("$5k", 500_000, "USD")]
#[case("12 000", 1_200_000, "EUR")]
#[case("12\u{202f}000\u{a0}€", 1_200_000, "EUR")]
#[case("12'000", 1_200_000, "EUR")]
#[case("Fr. 12’000.50", 1_200_050, "CHF")]
#[case("1.5m", 150_000_000, "EUR")]
#[case("2 mil", 200_000_000, "EUR")]
#[case("2 mii de lei", 200_000, "RON")]
#[case("20 de mii de lei", 2_000_000, "RON")]
#[case("1 million d’euros", 100_000_000, "EUR")]
#[case("3 Md€", 300_000_000_000, "EUR")]
#[case("12 MEUR", 1_200_000_000, "EUR")]
#[case("EUR 12k", 1_200_000, "EUR")]
#[case("12k EUR", 1_200_000, "EUR")]
#[case("€12,50", 1_250, "EUR")]
#[case(".5k", 50_000, "EUR")]
#[case("1 200 000 ron", 120_000_000, "RON")]
#[case("1.200.000", 120_000_000, "EUR")]
#[case("1200.5", 120_050, "EUR")]
#[case("12,5000", 1_250, "EUR")]
#[case("500 JPY", 500, "JPY")]
#[case("¥1,200", 1_200, "JPY")]
#[case("12 KWD", 12_000, "KWD")]
#[case("US$ 5k", 500_000, "USD")]
#[case("$5k CAD", 500_000, "CAD")]
#[case("12 zł", 1_200, "PLN")]
#[case("12,", 1_200, "EUR")]
fn amounts_are_read_as_they_are_typed(#[case] text: &str, #[case] minor: i64, #[case] code: &str) {
    assert_eq!(read(text), Ok(Money::new(minor, currency(code))), "{text}");
}

#[rstest]
#[case("", AmountError::NotAnAmount)]
#[case("12k12", AmountError::NotAnAmount)]
#[case("1e99", AmountError::NotAnAmount)]
#[case("12 00", AmountError::NotAnAmount)]
#[case("1,00,0", AmountError::NotAnAmount)]
#[case("1.200.00", AmountError::NotAnAmount)]
#[case("1'200 000", AmountError::NotAnAmount)]
#[case("12 EUR RON", AmountError::NotAnAmount)]
#[case("12k mil", AmountError::NotAnAmount)]
#[case("twelve", AmountError::NotAnAmount)]
#[case("12 de", AmountError::NotAnAmount)]
#[case("12k all", AmountError::NotAnAmount)]
#[case("EUR", AmountError::NotAnAmount)]
#[case("10-15k", AmountError::NotAnAmount)]
#[case("-5", AmountError::Negative)]
#[case("EUR −5k", AmountError::Negative)]
#[case("0", AmountError::Zero)]
#[case("0.00 lei", AmountError::Zero)]
#[case("99999999999999999999999", AmountError::TooLarge)]
#[case("10000000000001", AmountError::TooLarge)]
#[case("12.505,555", AmountError::TooPrecise(2))]
#[case("0.125", AmountError::TooPrecise(2))]
#[case("1.5 JPY", AmountError::TooPrecise(0))]
#[case("1.200k", AmountError::ThousandsOrDecimals)]
#[case("1,200 KWD", AmountError::ThousandsOrDecimals)]
fn what_cannot_be_kept_is_refused_with_its_reason(#[case] text: &str, #[case] error: AmountError) {
    assert_eq!(read(text), Err(error), "{text}");
}

#[test]
fn a_sign_of_several_currencies_is_the_usual_one_of_the_organisation() {
    assert_eq!(Money::parse("$5", currency("CAD")), Ok(Money::new(500, currency("CAD"))));
    assert_eq!(Money::parse("12k kr", currency("NOK")), Ok(Money::new(1_200_000, currency("NOK"))));
    assert_eq!(Money::parse("12 lei", currency("MDL")), Ok(Money::new(1_200, currency("MDL"))));
    let Err(AmountError::WhichCurrency(possible)) = read("12k kr") else { panic!("kr is certain without a reason") };
    assert!(possible.contains(&currency("SEK")) && possible.contains(&currency("DKK")));
    assert_eq!(read("12k kr SEK"), Ok(Money::new(1_200_000, currency("SEK"))));
}

#[test]
fn only_codes_in_use_are_currencies() {
    assert_eq!("eur".parse(), Ok(Currency::EUR));
    assert_eq!(currency("TND").digits(), 3);
    assert_eq!(currency("JPY").digits(), 0);
    for wrong in ["", "EU", "EURO", "XXX", "DEM", "é"] {
        assert_eq!(wrong.parse::<Currency>(), Err(wrong.to_owned()));
    }
    assert!(Currency::all().count() > 150);
    let kept = serde_json::to_string(&Money::new(5, Currency::RON)).unwrap();
    assert_eq!(kept, r#"{"minor":5,"currency":"RON"}"#);
    assert_eq!(serde_json::from_str::<Money>(&kept).unwrap(), Money::new(5, Currency::RON));
    assert!(serde_json::from_str::<Money>(r#"{"minor":5,"currency":"ZZZ"}"#).is_err());
}

/// Writes an amount the way some country does.
fn written(minor: i64, group: &str, decimal: &str, digits: u32) -> String {
    let scale = 10_i64.pow(digits);
    let (whole, cents) = ((minor / scale).to_string(), minor % scale);
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push_str(group);
        }
        grouped.push(digit);
    }
    if digits == 0 { grouped } else { format!("{grouped}{decimal}{cents:0width$}", width = digits as usize) }
}

proptest! {
    #[test]
    fn every_way_of_writing_an_amount_reads_back(
        minor in 1..=Money::MAX,
        (group, decimal) in prop::sample::select(vec![
            (",", "."), (".", ","), (" ", ","), ("\u{a0}", ","), ("\u{202f}", "."), ("'", "."), ("’", ","), ("", "."),
        ]),
        code in prop::sample::select(vec!["EUR", "RON", "JPY", "CHF", "USD", "HUF"]),
        before in any::<bool>(),
        space in prop::sample::select(vec!["", " ", "\u{a0}"]),
    ) {
        let currency = currency(code);
        let figure = written(minor, group, decimal, currency.digits());
        let text = if before { format!("{code}{space}{figure}") } else { format!("{figure}{space}{code}") };
        prop_assert_eq!(read(&text), Ok(Money::new(minor, currency)), "{}", text);
    }

    #[test]
    fn thousands_and_millions_multiply(tenths in 1..100_000_i64, power in prop::sample::select(vec![
        ("k", 3), ("K", 3), ("m", 6), ("M", 6), (" mii", 3), (" mil", 6), (" mln", 6), ("Mio", 6),
    ])) {
        let text = format!("{}.{}{} €", tenths / 10, tenths % 10, power.0);
        prop_assert_eq!(read(&text), Ok(Money::new(tenths * 10_i64.pow(power.1 + 1), Currency::EUR)), "{}", text);
    }

    #[test]
    fn no_text_makes_reading_an_amount_fall_over(text in "\\PC*", digits in "[0-9.,' kKmM€$-]{0,40}") {
        for text in [text, digits] {
            if let Ok(money) = read(&text) {
                prop_assert!((1..=Money::MAX).contains(&money.minor));
            }
        }
    }
}
