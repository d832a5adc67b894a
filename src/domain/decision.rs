//! What is decided about a refusal: by its head, by whoever called the client again, by whoever tried the new terms.

use std::str::FromStr;

use chrono::NaiveDate;

use super::{Details, PersonId};

/// What may change a client's mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lever {
    /// A lower price.
    Discount,
    /// Another offer.
    ChangedOffer,
    /// Other terms of payment.
    PaymentTerms,
    /// Something else: the note says what.
    Other,
}

impl Lever {
    /// Every lever.
    pub const ALL: [Lever; 4] = [Lever::Discount, Lever::ChangedOffer, Lever::PaymentTerms, Lever::Other];

    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Lever::Discount => "discount",
            Lever::ChangedOffer => "changed_offer",
            Lever::PaymentTerms => "payment_terms",
            Lever::Other => "other",
        }
    }
}

impl FromStr for Lever {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Lever::ALL.into_iter().find(|lever| lever.as_str() == name).ok_or_else(|| name.to_owned())
    }
}

/// What would have changed a client's mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WouldChange {
    /// This would.
    Lever(Lever),
    /// Nothing would.
    Nothing,
}

impl WouldChange {
    /// The stable name of nothing.
    pub const NOTHING: &'static str = "nothing";

    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            WouldChange::Lever(lever) => lever.as_str(),
            WouldChange::Nothing => Self::NOTHING,
        }
    }
}

impl FromStr for WouldChange {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        if name == Self::NOTHING { Ok(Self::Nothing) } else { name.parse().map(Self::Lever) }
    }
}

/// The terms a refusal goes back with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What is tried.
    pub lever: Lever,
    /// How, in the head's words.
    pub note: String,
    /// Who tries it.
    pub owner: PersonId,
    /// When it is asked how it went.
    pub due_on: NaiveDate,
}

/// When to call a client again, by the rule of the reason: [`ReasonId::recontact_on`](super::ReasonId::recontact_on).
/// `before`: how often they were called again already; the date they gave holds for the first time only.
pub fn recontact_on(details: &Details, before: usize, today: NaiveDate) -> NaiveDate {
    let until = details.contract_until.filter(|_| before == 0);
    details.reason.recontact_on(today, until, before)
}
