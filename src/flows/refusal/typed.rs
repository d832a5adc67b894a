//! What a rep typed, as far as it was understood. Nothing typed is ever lost: what has no place is in the verbatim.

use chrono::NaiveDate;

use crate::args;
use crate::chat::{Command, Text};
use crate::domain::{AmountError, Details, Line, Money, Outcome, ReasonId, Source, Vocabulary, parse_line};
use crate::flows::{Call, Result, suggest};
use crate::words::Words;

/// The longest a name may be, in characters.
pub(in crate::flows) const NAME: usize = 120;

/// What was understood, and remarks on what was not.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub(super) account: Option<String>,
    pub(super) amount: Option<String>,
    pub(super) budget: Option<Money>,
    pub(super) reason: Option<ReasonId>,
    pub(super) outcome: Option<Outcome>,
    pub(super) products: Vec<i64>,
    pub(super) competitor: Option<String>,
    pub(super) verbatim: Option<String>,
    pub(super) until: Option<NaiveDate>,
    pub(super) source: Option<Source>,
    pub(super) remarks: Vec<Text>,
    /// The reason may be a part of the account's name: only the person knows.
    pub(super) unsure: bool,
}

impl Typed {
    /// Reads a command: its line first, then its typed options, which win.
    pub(super) async fn from_command(call: &mut Call<'_>, command: &Command) -> Result<Self> {
        let products = call.tx.products(call.by.id).await?;
        let sold: Vec<String> = products.iter().filter(|p| !p.retired).map(|p| p.id.to_string()).collect();
        let products = suggest::lexicon(&products);
        let vocabulary = Vocabulary {
            reasons: &call.shared.reasons,
            outcomes: &call.shared.outcomes,
            sources: &call.shared.sources,
            products: &products,
            currency: call.by.team.currency,
            today: call.now.with_timezone(&call.by.time_zone()).date_naive(),
        };
        let mut typed = Self::default();
        typed.read_line(call, &command.text, &vocabulary);
        for (name, value) in &command.options {
            match (name.as_str(), value.trim()) {
                // A suggestion that was taken comes back as its id; any other number is a word.
                ("product", id) if sold.iter().any(|sold| sold == id) => typed.products.extend(id.parse::<i64>()),
                option => typed.read_option(call, option, &vocabulary),
            }
        }
        typed.keep_names_short();
        Ok(typed)
    }

    fn read_line(&mut self, call: &Call<'_>, text: &str, vocabulary: &Vocabulary<'_>) {
        let line: Line = parse_line(text, vocabulary);
        self.account = line.account;
        self.budget = line.amount;
        self.amount = line.amount.map(typed_amount);
        self.reason = line.reason;
        self.outcome = line.outcome;
        self.products = line.products;
        self.competitor = line.competitor;
        self.until = line.until;
        self.source = line.source;
        self.unsure = line.reason_in_name;
        self.verbatim = line.verbatim;
        if let Some((amount, fault)) = line.amount_fault {
            self.fault_amount(call, &amount, &fault);
        }
        if let Some(reason) = line.unknown_reason {
            self.remark(call, "typed.unknown_reason", &reason);
            self.keep(&reason);
        }
        for product in line.unknown_products {
            self.remark(call, "typed.unknown_product", &product);
            self.keep(&product);
        }
        if let Some(source) = line.unknown_source {
            self.remark(call, "typed.unknown_source", &source);
            self.keep(&source);
        }
        let rest = line.rest.trim();
        if !rest.is_empty() {
            self.remarks.push(call.words.text("typed.rest", args! {}));
            self.keep(rest);
        }
    }

    fn read_option(&mut self, call: &Call<'_>, (name, value): (&str, &str), vocabulary: &Vocabulary<'_>) {
        match name {
            "account" => self.account = Some(value.to_owned()),
            "competitor" => self.competitor = Some(value.to_owned()),
            "outcome" => self.outcome = value.parse().ok().or_else(|| found(vocabulary.outcomes.find(value))),
            "amount" => match Money::parse(value, vocabulary.currency) {
                Ok(budget) => (self.budget, self.amount) = (Some(budget), Some(typed_amount(budget))),
                Err(fault) => self.fault_amount(call, value, &fault),
            },
            "reason" => match found(vocabulary.reasons.find(value)) {
                Some(reason) => self.reason = Some(reason),
                None => {
                    self.remark(call, "typed.unknown_reason", value);
                    self.keep(value);
                }
            },
            "product" => match found(vocabulary.products.find(value)) {
                Some(product) => self.products.push(product),
                None => {
                    self.remark(call, "typed.unknown_product", value);
                    self.keep(value);
                }
            },
            "until" => match read_day(value, vocabulary.today) {
                Some(day) => self.until = Some(day),
                None => {
                    self.remark(call, "typed.unknown_day", value);
                    self.keep(value);
                }
            },
            "source" => match found(vocabulary.sources.find(value)) {
                Some(source) => self.source = Some(source),
                None => {
                    self.remark(call, "typed.unknown_source", value);
                    self.keep(value);
                }
            },
            // The verbatim, and whatever a platform may send one day.
            _ => self.keep(value),
        }
    }

    fn fault_amount(&mut self, call: &Call<'_>, typed: &str, fault: &AmountError) {
        // It stays in its field, to be mended there.
        self.amount = Some(typed.to_owned());
        self.budget = None;
        self.remarks.push(amount_fault(call, typed, fault));
    }

    fn remark(&mut self, call: &Call<'_>, key: &str, typed: &str) {
        self.remarks.push(call.words.text(key, args! { typed: typed }));
    }

    /// Adds words to the verbatim.
    fn keep(&mut self, words: &str) {
        self.verbatim = Some(match self.verbatim.take() {
            Some(verbatim) => format!("{verbatim}\n{words}"),
            None => words.to_owned(),
        });
    }

    /// A "name" longer than any name goes to the verbatim, where it fits.
    fn keep_names_short(&mut self) {
        let long = |name: &mut Option<String>| name.take_if(|name| name.chars().count() > NAME);
        for name in [long(&mut self.account), long(&mut self.competitor)].into_iter().flatten() {
            self.keep(&name);
        }
    }

    /// The refusal, if nothing is missing and nothing was left over.
    pub(super) fn details(&self, call: &Call<'_>) -> Option<Details> {
        if !self.remarks.is_empty() || self.unsure {
            return None;
        }
        let reason = self.reason.clone()?;
        if reason.level1() == "other" && self.verbatim.is_none() {
            return None;
        }
        Some(Details {
            account: self.account.clone()?,
            outcome: self.outcome(),
            reason,
            products: self.products.clone(),
            budget: self.budget,
            competitor: self.competitor.clone(),
            verbatim: self.verbatim.clone(),
            contract_until: self.until,
            happened_on: call.now.with_timezone(&call.by.time_zone()).date_naive(),
            contact: None,
            contact_role: None,
            segment: None,
            source: self.source,
        })
    }

    /// How it ended, as far as what was typed tells.
    pub(super) fn outcome(&self) -> Outcome {
        self.outcome.unwrap_or_else(|| outcome_of(self.reason.as_ref(), self.competitor.is_some()))
    }
}

/// How it ended where that was not said: a competitor named is one who won, silence is silence, and otherwise the client
/// decided nothing for anybody.
pub(in crate::flows) fn outcome_of(reason: Option<&ReasonId>, has_competitor: bool) -> Outcome {
    let silent = reason.is_some_and(|reason| reason.level1() == "silent");
    match (silent, has_competitor) {
        (true, _) => Outcome::Silent,
        (false, true) => Outcome::Competitor,
        (false, false) => Outcome::NoDecision,
    }
}

impl From<&Details> for Typed {
    fn from(details: &Details) -> Self {
        let details = details.clone();
        Self {
            account: Some(details.account),
            amount: details.budget.map(typed_amount),
            budget: details.budget,
            reason: Some(details.reason),
            outcome: Some(details.outcome),
            products: details.products,
            competitor: details.competitor,
            verbatim: details.verbatim,
            until: details.contract_until,
            source: details.source,
            remarks: Vec::new(),
            unsure: false,
        }
    }
}

fn found<T>(found: Option<crate::domain::Found<T>>) -> Option<T> {
    found.map(|found| found.value)
}

/// An amount in a form its reader understands again: `12000.50 EUR`.
pub(in crate::flows) fn typed_amount(money: Money) -> String {
    let digits = money.currency.digits();
    let unit = 10i64.pow(digits);
    let (whole, part) = (money.minor / unit, money.minor % unit);
    match part {
        0 => format!("{whole} {}", money.currency),
        _ => format!("{whole}.{part:0width$} {}", money.currency, width = digits as usize),
    }
}

/// What is wrong with an amount and what to type instead.
pub(in crate::flows) fn amount_fault(call: &Call<'_>, typed: &str, fault: &AmountError) -> Text {
    amount_says(call.words, typed, fault)
}

/// The same in any language.
pub(in crate::flows) fn amount_says(words: Words<'_>, typed: &str, fault: &AmountError) -> Text {
    let key = match fault {
        AmountError::Negative => "amount.negative",
        AmountError::Zero => "amount.zero",
        AmountError::TooLarge => "amount.too_large",
        AmountError::TooPrecise(_) => "amount.too_precise",
        AmountError::ThousandsOrDecimals => "amount.thousands_or_decimals",
        AmountError::WhichCurrency(_) => "amount.which_currency",
        AmountError::NotAnAmount => "amount.not_an_amount",
    };
    words.text(key, args! { typed: typed })
}

/// A day, or a month (its first day): `2027-03-15`, `2027-03`, `03/2027`.
pub(in crate::flows) fn read_day(typed: &str, today: NaiveDate) -> Option<NaiveDate> {
    crate::domain::parse_day(typed, today)
}
