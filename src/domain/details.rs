//! What is known of a refusal, and what changed in it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Money, Outcome, ReasonId, Source, account_key, contact_key};

/// What is known of a refusal: everything its rep may type and change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The client's company.
    pub account: String,
    /// The person there.
    pub contact: Option<String>,
    /// What that person is there.
    pub contact_role: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, in our words.
    pub reason: ReasonId,
    /// What was offered.
    pub products: Vec<i64>,
    /// What it was worth.
    pub budget: Option<Money>,
    /// Who won, or stood against us.
    pub competitor: Option<String>,
    /// Why, in the client's own words.
    pub verbatim: Option<String>,
    /// Which part of the market.
    pub segment: Option<String>,
    /// Where the client came from. What was kept by a version that did not ask has none.
    #[serde(default)]
    pub source: Option<Source>,
    /// The client is bound to somebody else until this day.
    pub contract_until: Option<NaiveDate>,
    /// The day the client said no.
    pub happened_on: NaiveDate,
}

/// One change, for the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which field, or `logged`, `withdrawn`, `seen`.
    pub what: &'static str,
    /// What it was.
    pub was: Option<String>,
    /// What it is now.
    pub is_now: Option<String>,
}

impl Change {
    /// A change of state that has no field.
    pub fn of_state(what: &'static str) -> Self {
        Self { what, was: None, is_now: None }
    }
}

impl Details {
    /// Who the client is, however it is written: the keys of the account and of the contact there.
    pub fn client(&self) -> (String, Option<String>) {
        (account_key(&self.account), self.contact.as_deref().map(contact_key))
    }

    /// What differs in `next`, field by field.
    pub(super) fn changes(&self, next: &Details) -> Vec<Change> {
        let (was, is) = (self.fields(), next.fields());
        was.into_iter()
            .zip(is)
            .filter(|((_, was), (_, is))| was != is)
            .map(|((what, was), (_, is_now))| Change { what, was, is_now })
            .collect()
    }

    fn fields(&self) -> [(&'static str, Option<String>); 13] {
        let products = self.products.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        [
            ("account", Some(self.account.clone())),
            ("contact", self.contact.clone()),
            ("contact_role", self.contact_role.clone()),
            ("outcome", Some(self.outcome.as_str().to_owned())),
            ("reason", Some(self.reason.as_str().to_owned())),
            ("products", Some(products).filter(|ids| !ids.is_empty())),
            ("budget", self.budget.map(|money| format!("{} {}", money.minor, money.currency))),
            ("competitor", self.competitor.clone()),
            ("verbatim", self.verbatim.clone()),
            ("segment", self.segment.clone()),
            ("source", self.source.map(|source| source.as_str().to_owned())),
            ("contract_until", self.contract_until.map(|day| day.to_string())),
            ("happened_on", Some(self.happened_on.to_string())),
        ]
    }
}
