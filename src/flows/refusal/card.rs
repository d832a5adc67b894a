//! A refusal as people read it.

use crate::args;
use crate::chat::{Block, Text};
use crate::domain::{Details, ReasonId};
use crate::flows::amount;
use crate::store::Product;
use crate::words::Words;

/// A reason in words: `Price: payment terms`.
pub(in crate::flows) fn reason_label(words: Words<'_>, reason: &ReasonId) -> String {
    let broad = words.label("reason", reason.level1());
    match reason.level2() {
        Some(_) => {
            let precise = words.label("reason", reason.as_str());
            words.line("refusal.reason", args! { reason: broad.as_str(), precise: precise.as_str() })
        }
        None => broad,
    }
}

/// A refusal in one line: `Acme, €12,000, Price: payment terms`.
pub(in crate::flows) fn summary(words: Words<'_>, details: &Details) -> String {
    let budget = details.budget.map(|budget| amount(words, budget));
    let parts = [Some(details.account.clone()), budget, Some(reason_label(words, &details.reason))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The headline of a refusal for somebody who did not log it.
pub(in crate::flows) fn title(words: Words<'_>, details: &Details) -> Text {
    let reason = reason_label(words, &details.reason);
    let (account, reason) = (details.account.as_str(), reason.as_str());
    match details.budget {
        Some(budget) => {
            let budget = amount(words, budget);
            words.text("head.title", args! { account: account, amount: budget, reason: reason })
        }
        None => words.text("head.title_without_amount", args! { account: account, reason: reason }),
    }
}

/// What is known of a refusal, a line each; what is not known is left out.
pub(in crate::flows) fn facts(words: Words<'_>, details: &Details, products: &[Product]) -> Block {
    let named = |id: &i64| products.iter().find(|product| product.id == *id).map(|product| product.name.as_str());
    let products: Vec<&str> = details.products.iter().filter_map(named).collect();
    let contact = match (&details.contact, &details.contact_role) {
        (Some(name), Some(role)) => Some(format!("{name}, {role}")),
        (name, role) => name.clone().or_else(|| role.clone()),
    };
    let day = |day| words.date(day);
    let facts = [
        ("amount", details.budget.map(|budget| amount(words, budget))),
        ("reason", Some(reason_label(words, &details.reason))),
        ("outcome", Some(words.label("outcome", details.outcome.as_str()))),
        ("product", (!products.is_empty()).then(|| words.list(&products))),
        ("competitor", details.competitor.clone()),
        ("contact", contact),
        ("segment", details.segment.clone()),
        ("source", details.source.map(|source| words.label("source", source.as_str()))),
        ("until", details.contract_until.map(day)),
    ];
    let known = facts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    Block::Facts(known.map(|(name, value)| (words.line(&format!("fact.{name}"), args! {}), value.into())).collect())
}

/// The client's own words.
pub(in crate::flows) fn quote(details: &Details) -> Option<Block> {
    details.verbatim.clone().map(Block::Quote)
}
