//! Currencies: ISO 4217 codes, their minor units, and the signs and words people use for them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// ISO 4217 codes in use, by digits after the decimal sign (list of 2025, without funds and metals).
const CODES: [(u32, &str); 3] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY \
         COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS \
         INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR \
         MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD \
         SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
];

/// Codes that are words of our three languages: only in capitals are they currencies.
const ALSO_WORDS: &str = "ALL BAM COP CUP GEL LAK MAD MOP PEN SOS TOP TRY";

/// What people write for a currency, folded, and what it can mean, likeliest first.
const NAMES: [(&str, &str); 24] = [
    ("€ euro euros", "EUR"),
    ("$ dollar dollars dolar dolari", "USD CAD AUD NZD SGD HKD MXN TWD"),
    ("us$ usd$ $us", "USD"),
    ("ca$ c$ cad$ $ca", "CAD"),
    ("a$ au$ aud$", "AUD"),
    ("£ pound pounds sterling", "GBP EGP"),
    ("lei leu", "RON MDL"),
    ("fr franc francs franci", "CHF XAF XOF XPF"),
    ("¥", "JPY CNY"),
    ("yen yeni", "JPY"),
    ("yuan rmb", "CNY"),
    ("zl zloty zlotys zloti", "PLN"),
    ("ft forint forints forinti", "HUF"),
    ("kc", "CZK"),
    ("лв lv leva", "BGN"),
    ("₽", "RUB"),
    ("₺ tl", "TRY"),
    ("₴", "UAH"),
    ("₹", "INR"),
    ("₪", "ILS"),
    ("₩", "KRW"),
    ("₦", "NGN"),
    ("r$", "BRL"),
    ("₸", "KZT"),
];

/// Names that say too little: which of these is only known from the organisation's own currency.
const VAGUE: [(&str, &str); 3] = [
    ("kr krona kronor kroner krone couronnes coroane", "SEK NOK DKK ISK"),
    ("dinar dinars dinari", "RSD DZD TND KWD JOD BHD IQD LYD MKD"),
    ("peso pesos", "MXN ARS CLP COP PHP UYU DOP CUP"),
];

/// A currency in use, by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// What a sign or word for money means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meanings {
    /// Possible currencies, likeliest first; never empty.
    pub(super) of: Vec<Currency>,
    /// Whether the first may be taken when nothing else decides.
    pub(super) certain: bool,
}

impl Currency {
    /// The euro.
    pub const EUR: Currency = Currency(*b"EUR");
    /// The Romanian leu.
    pub const RON: Currency = Currency(*b"RON");
    /// The dollar of the United States.
    pub const USD: Currency = Currency(*b"USD");

    /// The three letters of its code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a code is three ASCII letters")
    }

    /// How many digits its minor unit has: 2 for the euro, 0 for the yen.
    pub fn digits(self) -> u32 {
        // Nearly all have two: the few others are looked for.
        let is_among = |codes: &str| codes.as_bytes().chunks(4).any(|code| code.starts_with(&self.0));
        let mut others = CODES.iter().filter(|(digits, _)| *digits != 2);
        others.find(|(_, codes)| is_among(codes)).map_or(2, |(digits, _)| *digits)
    }

    /// Every currency, by digits and code.
    pub fn all() -> impl Iterator<Item = Currency> {
        CODES.iter().flat_map(|(_, codes)| listed(codes))
    }
}

impl Meanings {
    /// What `word` (as typed) and its folded form mean, if it is a sign, a name or a code of money.
    pub(super) fn of_word(word: &str, folded: &str) -> Option<Self> {
        let named = |table: &'static [(&str, &'static str)]| {
            table.iter().find(|(names, _)| names.split(' ').any(|name| name == folded)).map(|(_, codes)| *codes)
        };
        if let Some(codes) = named(&NAMES) {
            return Some(Self { of: listed(codes).collect(), certain: true });
        }
        if let Some(codes) = named(&VAGUE) {
            return Some(Self { of: listed(codes).collect(), certain: false });
        }
        let currency = word.parse::<Currency>().ok()?;
        let shouted = word.chars().all(char::is_uppercase);
        let word_too = ALSO_WORDS.split(' ').any(|code| code == currency.code());
        (shouted || !word_too).then(|| Self { of: vec![currency], certain: true })
    }
}

fn listed(codes: &'static str) -> impl Iterator<Item = Currency> {
    codes.split(' ').map(|code| Currency(code.as_bytes().try_into().expect("the tables hold three-letter codes")))
}

impl FromStr for Currency {
    type Err = String;

    /// Reads a code, in any case; the error is the text that was refused.
    fn from_str(written: &str) -> Result<Self, String> {
        let upper: [u8; 3] = written.to_ascii_uppercase().into_bytes().try_into().map_err(|_| written.to_owned())?;
        Currency::all().find(|currency| currency.0 == upper).ok_or_else(|| written.to_owned())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        written.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}
