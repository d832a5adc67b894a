//! The forms of a refusal, and reading them.

use chrono::NaiveDate;

use super::typed::{NAME, Typed, amount_fault, read_day, typed_amount};
use crate::args;
use crate::chat::{Choice, Fault, Faults, Field, Form, Kind, Text};
use crate::domain::{Details, LeadDetails, Money, Outcome, ReasonId, Refusal, RefusalNumber, Source};
use crate::flows::{Act, Call, Error, Result, Values, reply, suggest};
use crate::store::Product;
use crate::words::Words;

/// The most characters of one field for long texts (Slack's `plain_text_input`).
const PART: usize = 3000;
/// The fields a verbatim is spread over: enough for the longest message of a service (Slack, 40,000 characters).
#[rustfmt::skip]
const PARTS: [&str; 15] = [
    "verbatim", "verbatim_b", "verbatim_c", "verbatim_d", "verbatim_e", "verbatim_f", "verbatim_g", "verbatim_h", "verbatim_i", "verbatim_j", "verbatim_k", "verbatim_l", "verbatim_m", "verbatim_n", "verbatim_o",
];

/// The longest verbatim, in characters.
pub(in crate::flows) const VERBATIM: usize = PART * PARTS.len();

/// The form to log a refusal, with what is known filled in.
pub(super) async fn log(call: &mut Call<'_>, typed: &Typed) -> Result<Form> {
    let title = call.words.line("refusal_form.title", args! {});
    let submit = call.words.line("button.store", args! {});
    build(call, Act::Log, (title, submit), typed).await
}

/// The form to log the second no of a client, with what is known of the first.
pub(super) async fn again(call: &mut Call<'_>, first: &Refusal) -> Result<Form> {
    let title = call.words.line("refusal_form.title", args! {});
    let submit = call.words.line("button.store", args! {});
    let known = Typed { verbatim: None, until: None, ..Typed::from(&first.details) };
    build(call, Act::Again(first.number), (title, submit), &known).await
}

/// The form of the refusal a lead becomes, with what is known of the lead.
pub(super) async fn of_lead(call: &mut Call<'_>, act: Act, lead: &LeadDetails, silent: bool) -> Result<Form> {
    let title = call.words.line("refusal_form.title", args! {});
    let submit = call.words.line("button.store", args! {});
    let (reason, outcome) =
        if silent { ("silent/before_first_talk".parse().ok(), Some(Outcome::Silent)) } else { (None, None) };
    let typed = Typed { account: Some(lead.name().to_owned()), reason, outcome, ..Typed::default() };
    build(call, act, (title, submit), &typed).await
}

/// The form of the refusal an opportunity becomes.
pub(super) async fn of_deal(call: &mut Call<'_>, act: Act, (account, amount): (&str, Option<Money>)) -> Result<Form> {
    let title = call.words.line("refusal_form.title", args! {});
    let submit = call.words.line("button.store", args! {});
    let typed = Typed { account: Some(account.to_owned()), amount: amount.map(typed_amount), ..Typed::default() };
    build(call, act, (title, submit), &typed).await
}

/// The form to change a refusal.
pub(super) async fn edit(call: &mut Call<'_>, number: RefusalNumber, details: &Details) -> Result<Form> {
    let said = number.to_string();
    let title = call.words.line("refusal_form.edit_title", args! { number: said.as_str() });
    let submit = call.words.line("button.save", args! {});
    build(call, Act::Edit(number), (title, submit), &Typed::from(details)).await
}

async fn build(call: &mut Call<'_>, act: Act, (title, submit): (String, String), typed: &Typed) -> Result<Form> {
    let products = call.tx.products(call.by.id).await?;
    let words = call.words;
    let intro = typed.remarks.iter().cloned().reduce(|all, next| all.then("\n").then(next));
    let (outcome, reason) = (outcome_field(words, typed), reason_field(words, typed.reason.as_ref()));
    let mut fields = vec![
        field(words, "account", Kind::Line { max: max(NAME) }).filled(typed.account.as_deref()),
        reason,
        outcome,
        field(words, "amount", Kind::Amount).optional().filled(typed.amount.as_deref()),
        product_field(words, typed, &products),
        field(words, "competitor", Kind::Line { max: max(NAME) }).optional().filled(typed.competitor.as_deref()),
        field(words, "until", Kind::Date).optional().filled(typed.until.map(|day| day.to_string())),
    ];
    // Who says no again came from where they came from.
    fields.extend((!matches!(act, Act::Again(_))).then(|| source_field(words, typed.source)));
    let parts = parts(typed.verbatim.as_deref().unwrap_or_default());
    for (index, (name, part)) in PARTS.iter().zip(&parts).enumerate() {
        let mut field = field(words, "verbatim", Kind::Paragraph { max: max(PART) }).optional();
        if index > 0 {
            (*name).clone_into(&mut field.name);
            field.label = words.line("refusal_form.verbatim.more", args! { part: index + 1 });
        }
        fields.push(field.filled((!part.is_empty()).then(|| part.clone())));
    }
    let language = words.language().tag().to_owned();
    Ok(Form { action: act.action(), title, submit, intro, language, fields })
}

fn max(length: usize) -> u16 {
    u16::try_from(length).expect("the limits above fit")
}

fn field(words: Words<'_>, name: &str, kind: Kind) -> Field {
    reply::field(words, "refusal_form", name, kind)
}

fn outcome_field(words: Words<'_>, typed: &Typed) -> Field {
    let outcomes = Outcome::ALL.map(|o| Choice::new(o.as_str(), words.label("outcome", o.as_str())));
    field(words, "outcome", Kind::Choice(outcomes.into())).filled(Some(typed.outcome().as_str()))
}

fn reason_field(words: Words<'_>, reason: Option<&ReasonId>) -> Field {
    let shown = reason.map(|reason| super::reason_label(words, reason));
    field(words, "reason", Kind::Search { source: "reason".into(), shown }).filled(reason.map(ReasonId::as_str))
}

fn source_field(words: Words<'_>, source: Option<Source>) -> Field {
    let sources = Source::ALL.map(|source| Choice::new(source.as_str(), words.label("source", source.as_str())));
    field(words, "source", Kind::Choice(sources.into())).optional().filled(source.map(Source::as_str))
}

fn product_field(words: Words<'_>, typed: &Typed, products: &[Product]) -> Field {
    let named = |id: &i64| products.iter().find(|product| product.id == *id).map(|product| product.name.clone());
    let first = typed.products.first();
    let kind = Kind::Search { source: "product".into(), shown: first.and_then(named) };
    let field = field(words, "product", kind).optional().filled(first.map(ToString::to_string));
    let others: Vec<String> = typed.products.iter().skip(1).filter_map(named).collect();
    if others.is_empty() {
        return field;
    }
    let hint = words.line("refusal_form.product.others", args! { others: words.list(&others) });
    field.hint(hint.chars().take(100).collect::<String>())
}

/// A text in pieces that each fit a field, cut between words where there are any.
fn parts(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut parts = Vec::new();
    let mut rest = characters.as_slice();
    while rest.len() > PART {
        let gap = rest[..PART].iter().rposition(|c| c.is_whitespace()).map_or(PART, |at| at + 1);
        let (part, after) = rest.split_at(gap);
        parts.push(part.iter().collect());
        rest = after;
    }
    parts.push(rest.iter().collect());
    parts
}

/// Reads the log or edit form. `before` is the refusal it changes.
pub(super) async fn read_log(call: &mut Call<'_>, values: &Values, before: Option<&Details>) -> Result<Details> {
    let products = call.tx.products(call.by.id).await?;
    let today = call.now.with_timezone(&call.by.time_zone()).date_naive();
    let mut reading = Reading { call, values, faults: Vec::new() };
    let (account, reason) = (reading.account(), reading.reason());
    let (budget, contract_until) = (reading.amount(), reading.day("until", today));
    let products = reading.products(&products, before);
    let outcome = reading.text("outcome").and_then(|id| id.parse::<Outcome>().ok());
    let verbatim = reading.verbatim();
    if reason.as_ref().is_some_and(|reason| reason.level1() == "other") && verbatim.is_none() {
        reading.fault("verbatim", "refusal_form.verbatim.needed");
    }
    let (competitor, source) = (reading.text("competitor"), reading.source());
    let faults = reading.faults;
    let (Some(account), Some(reason), true) = (account, reason, faults.is_empty()) else {
        return Err(Error::Faults(Faults(faults)));
    };
    Ok(Details {
        account,
        reason,
        outcome: outcome.unwrap_or(Outcome::NoDecision),
        products,
        budget,
        competitor,
        verbatim,
        contract_until,
        source,
        contact: before.and_then(|details| details.contact.clone()),
        contact_role: before.and_then(|details| details.contact_role.clone()),
        segment: before.and_then(|details| details.segment.clone()),
        happened_on: before.map_or(today, |details| details.happened_on),
    })
}

/// The form for what is rarely known at once.
pub(super) fn detail(call: &Call<'_>, number: RefusalNumber, details: &Details) -> Form {
    let words = call.words;
    let broad = details.reason.broad();
    let precise = ReasonId::all().filter(|reason| reason.within(&broad) && reason.level2().is_some());
    let precise: Vec<Choice> =
        precise.map(|reason| Choice::new(reason.as_str(), words.label("reason", reason.as_str()))).collect();
    let line = |name: &str, value: Option<&String>| {
        field(words, name, Kind::Line { max: max(NAME) }).optional().filled(value.cloned())
    };
    let mut fields = vec![
        line("contact", details.contact.as_ref()),
        line("contact_role", details.contact_role.as_ref()),
        line("segment", details.segment.as_ref()),
        source_field(words, details.source),
        field(words, "happened_on", Kind::Date).optional().filled(Some(details.happened_on.to_string())),
    ];
    if !precise.is_empty() {
        let chosen = details.reason.level2().map(|_| details.reason.as_str());
        fields.insert(0, field(words, "precise", Kind::Choice(precise)).optional().filled(chosen));
    }
    let said = number.to_string();
    Form {
        action: Act::Detail(number).action(),
        title: words.line("refusal_form.detail_title", args! { number: said.as_str() }),
        submit: words.line("button.save", args! {}),
        intro: None,
        language: words.language().tag().to_owned(),
        fields,
    }
}

/// Reads the detail form onto the refusal it is about.
pub(super) fn read_detail(call: &mut Call<'_>, values: &Values, before: &Details) -> Result<Details> {
    let today = call.now.with_timezone(&call.by.time_zone()).date_naive();
    let mut reading = Reading { call, values, faults: Vec::new() };
    let happened_on = reading.day("happened_on", today);
    if happened_on.is_some_and(|day| day > today) {
        reading.fault("happened_on", "refusal_form.happened_on.future");
    }
    let precise = reading.text("precise").and_then(|id| id.parse::<ReasonId>().ok());
    let precise = precise.filter(|reason| reason.within(&before.reason.broad()));
    let (contact, contact_role, segment) =
        (reading.text("contact"), reading.text("contact_role"), reading.text("segment"));
    let source = reading.source();
    if !reading.faults.is_empty() {
        return Err(Error::Faults(Faults(reading.faults)));
    }
    Ok(Details {
        contact,
        contact_role,
        segment,
        source,
        happened_on: happened_on.unwrap_or(before.happened_on),
        reason: precise.unwrap_or_else(|| before.reason.clone()),
        ..before.clone()
    })
}

/// A form being read: values out, faults collected.
struct Reading<'r, 'a> {
    call: &'r Call<'a>,
    values: &'r Values,
    faults: Vec<Fault>,
}

impl Reading<'_, '_> {
    fn text(&self, field: &str) -> Option<String> {
        self.values.get(field).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn fault(&mut self, field: &str, key: &str) {
        self.fault_text(field, &self.call.words.text(key, args! {}));
    }

    fn fault_text(&mut self, field: &str, says: &Text) {
        self.faults.push(Fault { field: field.into(), says: says.unstyled() });
    }

    fn account(&mut self) -> Option<String> {
        let account = self.text("account").filter(|name| name.chars().any(char::is_alphanumeric));
        match account {
            None => self.fault("account", "refusal_form.account.missing"),
            Some(ref name) if name.chars().count() > NAME => self.fault("account", "refusal_form.account.long"),
            Some(_) => {}
        }
        account
    }

    fn reason(&mut self) -> Option<ReasonId> {
        let reason = self.text("reason").and_then(|id| self.call.shared.reasons.find(&id)).map(|found| found.value);
        if reason.is_none() {
            self.fault("reason", "refusal_form.reason.missing");
        }
        reason
    }

    fn source(&self) -> Option<Source> {
        self.text("source")?.parse().ok()
    }

    fn amount(&mut self) -> Option<Money> {
        let typed = self.text("amount")?;
        match Money::parse(&typed, self.call.by.team.currency) {
            Ok(money) => Some(money),
            Err(fault) => {
                self.fault_text("amount", &amount_fault(self.call, &typed, &fault));
                None
            }
        }
    }

    fn day(&mut self, field: &str, today: NaiveDate) -> Option<NaiveDate> {
        let typed = self.text(field)?;
        let day = read_day(&typed, today);
        if day.is_none() {
            self.fault_text(field, &self.call.words.text("typed.unknown_day", args! { typed: typed }));
        }
        day
    }

    /// The product chosen; those beside it stay as long as the first one does.
    fn products(&mut self, products: &[Product], before: Option<&Details>) -> Vec<i64> {
        let Some(typed) = self.text("product") else { return Vec::new() };
        let by_id = typed.parse().ok().filter(|id| products.iter().any(|product| product.id == *id));
        let chosen = by_id.or_else(|| suggest::lexicon(products).find(&typed).map(|found| found.value));
        let Some(chosen) = chosen else {
            self.fault("product", "refusal_form.product.unknown");
            return Vec::new();
        };
        match before {
            Some(details) if details.products.first() == Some(&chosen) => details.products.clone(),
            _ => vec![chosen],
        }
    }

    fn verbatim(&self) -> Option<String> {
        let (mut whole, mut cut) = (String::new(), false);
        for part in PARTS.iter().filter_map(|name| self.values.get(*name)) {
            // A service may trim the space a text was cut after; a text without spaces was cut where it was full.
            let apart = whole.ends_with(char::is_whitespace) || part.starts_with(char::is_whitespace);
            if !whole.is_empty() && !apart && !cut {
                whole.push(' ');
            }
            cut = part.chars().count() == PART;
            whole += part;
        }
        Some(whole.trim().to_owned()).filter(|text| !text.is_empty())
    }
}
