//! One row of a file, read: each cell as it may be, and what is wrong with each.

use std::fmt::Write as _;

use chrono::NaiveDate;
use ring::digest::{SHA256, digest};

use super::columns::Columns;
use super::days::{self, Order};
use super::house::House;
use super::{Cell, ImportKind, Row, WrongCell, shown};
use crate::domain::{AmountError, Currency, Lexicon, Money, PersonId, Source, TeamId, fold};
use crate::flows::intake::clean;
use crate::flows::refusal::amount_says;
use crate::words::Language;

/// How exactly a computed amount is taken.
const DECIMALS: usize = 2;
/// The largest whole number that a spreadsheet keeps exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// What every row is read with.
pub(super) struct Reader<'a> {
    pub(super) house: &'a House,
    pub(super) columns: &'a Columns,
    orders: Vec<(&'static str, Order)>,
}

/// A row being read: what it says, and what is wrong with it.
pub(super) struct Reading<'r> {
    pub(super) house: &'r House,
    reader: &'r Reader<'r>,
    row: &'r Row,
    pub(super) wrong: Vec<WrongCell>,
    /// What was understood, in words that are the same however it was written.
    says: Vec<(&'static str, String)>,
}

impl<'a> Reader<'a> {
    /// A reader of these rows.
    pub(super) fn new(house: &'a House, columns: &'a Columns, rows: &[Row]) -> Self {
        let days = ["happened_on", "received", "contract_until", "touched"];
        let order = |column| {
            let at = columns.at(column);
            let texts = rows.iter().filter_map(|row| match at.and_then(|at| row.cells.get(at)) {
                Some(Cell::Text(text)) => Some(text.as_str()),
                _ => None,
            });
            (column, Order::of(texts))
        };
        Self { house, columns, orders: days.map(order).into() }
    }

    /// How the days of a column are read where that can be doubted.
    pub(super) fn order(&self, column: &str) -> Order {
        self.orders.iter().find(|(known, _)| *known == column).map_or(Order::default(), |(_, order)| *order)
    }

    /// Begins a row.
    pub(super) fn row<'r>(&'r self, row: &'r Row) -> Reading<'r> {
        Reading { house: self.house, reader: self, row, wrong: Vec::new(), says: Vec::new() }
    }
}

impl Reading<'_> {
    fn cell(&self, column: &str) -> Option<&Cell> {
        self.row.cells.get(self.reader.columns.at(column)?)
    }

    /// Something is wrong with a column of this row.
    pub(super) fn complain(&mut self, column: &str, says: impl Into<String>) {
        let says = says.into();
        self.wrong.push(WrongCell { line: self.row.line, column: self.reader.columns.at(column), says });
    }

    fn understood(&mut self, column: &'static str, says: impl Into<String>) {
        self.says.push((column, says.into()));
    }

    /// A cell as a text, on one line unless it may have several; `None` if it is empty, or holds an error.
    fn written(&mut self, column: &str, lines: bool) -> Option<String> {
        let text = match self.cell(column)? {
            Cell::Empty => return None,
            Cell::Text(text) => clean(text, lines),
            Cell::Number(number) => number_text(*number),
            Cell::Day(day) => day.to_string(),
            Cell::Error(error) => {
                let says = format!("the cell holds the error {}: mend the formula, or empty the cell", shown(error));
                self.complain(column, says);
                return None;
            }
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// A name, or another short text.
    pub(super) fn text(&mut self, column: &'static str, most: usize) -> Option<String> {
        self.limited(column, most, false)
    }

    /// A text that may have lines.
    pub(super) fn paragraph(&mut self, column: &'static str, most: usize) -> Option<String> {
        self.limited(column, most, true)
    }

    fn limited(&mut self, column: &'static str, most: usize, lines: bool) -> Option<String> {
        let text = self.written(column, lines)?;
        let length = text.chars().count();
        if length > most {
            self.complain(column, format!("it has {length} characters: at most {most} are kept"));
            return None;
        }
        self.understood(column, fold(&text));
        Some(text)
    }

    /// The contact: the whole name, or its two parts.
    pub(super) fn contact(&mut self, most: usize) -> Option<String> {
        let parts = [self.text("first_name", most), self.text("last_name", most)];
        let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let contact = self.text("contact", most).or(Some(joined).filter(|name| !name.is_empty()))?;
        if contact.chars().count() > most {
            self.complain("last_name", format!("the whole name is longer than {most} characters"));
            return None;
        }
        Some(contact)
    }

    /// Something that has names of its own, and an id; `all`: what to write instead, where nothing is near.
    pub(super) fn known<T: Clone + PartialEq>(
        &mut self,
        column: &'static str,
        names: &Lexicon<T>,
        (id, all): (impl Fn(&T) -> String, impl Fn() -> String),
    ) -> Option<T> {
        let typed = self.written(column, false)?;
        if let Some(found) = names.exact(&typed) {
            self.understood(column, id(found));
            return Some(found.clone());
        }
        let says = not_known(&typed, names, &id, all);
        self.complain(column, says);
        None
    }

    /// Where they came from; what the command line says if the row says nothing.
    pub(super) fn source(&mut self) -> Option<Source> {
        let shared = self.house.shared.clone();
        let all = || Source::ALL.map(Source::as_str).join(", ");
        let said = self.known("lead_source", &shared.sources, (|source: &Source| source.as_str().to_owned(), all));
        said.or(self.house.source)
    }

    /// What was offered: one product, or several with signs between.
    pub(super) fn products(&mut self) -> Vec<i64> {
        let Some(typed) = self.written("product", true) else { return Vec::new() };
        let house = self.house;
        let mut products = Vec::new();
        let whole = house.products.exact(&typed).map(|_| vec![typed.as_str()]);
        let parts = whole.unwrap_or_else(|| typed.split([',', ';', '|', '\n']).collect());
        for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
            match house.products.exact(part) {
                Some(product) if products.contains(product) => {}
                Some(product) => products.push(*product),
                None => {
                    let all = house.product_names.join(", ");
                    let all = if all.is_empty() { "none is in panout.toml: empty the cell" } else { &all };
                    let near = house.products.find(part).and_then(|found| {
                        house.product_names.iter().find(|name| house.products.exact(name) == Some(&found.value))
                    });
                    let says = match near {
                        Some(name) => format!("there is no product \"{}\": did you mean {name}?", shown(part)),
                        None => format!("there is no product \"{}\": one of {all}", shown(part)),
                    };
                    self.complain("product", says);
                }
            }
        }
        products.sort_unstable();
        let ids = products.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        self.understood("product", ids);
        products
    }

    /// A day; of one in the future only where that may be.
    pub(super) fn day(&mut self, column: &'static str, may_come: bool) -> Option<NaiveDate> {
        let (order, today) = (self.reader.order(column), self.house.today);
        let (day, typed) = match self.cell(column)? {
            Cell::Day(day) => (Some(*day), day.to_string()),
            Cell::Number(serial) => (serial_day(*serial), number_text(*serial)),
            _ => {
                let typed = self.written(column, false)?;
                (days::read(&typed, order, today), typed)
            }
        };
        let typed = shown(&typed);
        let says = match day {
            None if order == Order::Both && days::read(&typed, Order::DayFirst, today).is_some() => {
                format!(
                    "\"{typed}\" may be two days, as in this column some begin with the month: write it as 2025-03-15"
                )
            }
            None => format!("\"{typed}\" is no day: write it as 2025-03-15, or 2025-03 if only the month is known"),
            Some(day) if day > today && !may_come => format!("{day} is still to come: write the day it happened"),
            Some(day) => {
                self.understood(column, day.to_string());
                return Some(day);
            }
        };
        self.complain(column, says);
        None
    }

    /// What it was worth, in the team's currency if it says none; nothing of nought, which programs write for "unknown".
    pub(super) fn money(&mut self, default: Currency) -> Option<Money> {
        let amount = match self.cell("budget")? {
            Cell::Number(number) => format!("{number:.DECIMALS$}"),
            _ => self.written("budget", false)?,
        };
        let currency = self.written("currency", false).unwrap_or_default();
        match Money::parse(&format!("{amount} {currency}"), default) {
            Ok(money) => {
                self.understood("budget", format!("{} {}", money.minor, money.currency));
                Some(money)
            }
            Err(AmountError::Zero) => None,
            Err(fault) => {
                let words = self.house.shared.words.in_language(Language::En);
                let typed = shown(format!("{amount} {currency}").trim());
                let says = amount_says(words, &typed, &fault).unstyled();
                self.complain("budget", says);
                None
            }
        }
    }

    /// Whose it is. `left`: also somebody who left.
    pub(super) fn owner(&mut self, left: bool) -> Option<PersonId> {
        let name = self.written("owner", false)?;
        self.understood("owner", fold(&name));
        match self.house.named(&name, left) {
            Ok(person) => Some(person),
            Err(why) => {
                self.complain("owner", why);
                None
            }
        }
    }

    /// Whose team has it: the one it names, that of the command line, its owner's, the only one.
    pub(super) fn team(&mut self, owner: Option<PersonId>) -> Option<TeamId> {
        if let Some(name) = self.written("team", false) {
            self.understood("team", fold(&name));
            return match self.house.team_named(&name) {
                Ok(team) => Some(team.id),
                Err(why) => {
                    self.complain("team", why);
                    None
                }
            };
        }
        let team = self.house.team_for(owner);
        if team.is_none() && self.wrong.is_empty() {
            self.complain("team", "it names neither a team nor somebody of one: fill one in, or say --team");
        }
        team
    }

    /// What another row is the same by: what this one says, column by column.
    pub(super) fn key(mut self, kind: ImportKind) -> String {
        // By an id of another program two rows differ that say the same otherwise.
        let reference = self.written("reference", false).map(|text| fold(&text)).unwrap_or_default();
        self.understood("reference", reference);
        let mut whole = kind.as_str().to_owned();
        for column in kind.columns() {
            let said = self.says.iter().find(|(known, _)| known == column).map_or("", |(_, said)| said.as_str());
            // Folded texts have neither of these signs.
            if !said.is_empty() {
                let _ = write!(whole, "\u{1e}{column}\u{1f}{said}");
            }
        }
        digest(&SHA256, whole.as_bytes()).as_ref().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// What a word nobody knows may have meant.
fn not_known<T: Clone + PartialEq>(
    typed: &str,
    names: &Lexicon<T>,
    id: &impl Fn(&T) -> String,
    all: impl Fn() -> String,
) -> String {
    let near = names.find(typed).map(|found| found.value).or_else(|| {
        // The longest of its words says most.
        let words = typed.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 3);
        let mut words: Vec<&str> = words.collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        words.into_iter().find_map(|word| names.suggest(word, 1).into_iter().next())
    });
    let typed = shown(typed);
    match near {
        Some(near) => format!("\"{typed}\" is not known: did you mean {}?", id(&near)),
        None => format!("\"{typed}\" is not known: write one of {}", all()),
    }
}

/// A number as it was typed, as far as a spreadsheet keeps that.
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < EXACT { format!("{number:.0}") } else { number.to_string() }
}

/// The day that a spreadsheet keeps as a number, where the cell does not say that it is one: of 2000 to 2100 only.
fn serial_day(serial: f64) -> Option<NaiveDate> {
    let begins = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let is_day = (36_526.0..73_415.0).contains(&serial);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was looked at")]
    let days = if is_day { serial as u64 } else { return None };
    begins.checked_add_days(chrono::Days::new(days))
}
