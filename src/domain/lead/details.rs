//! Who asked, and by what they are known again.

use serde::{Deserialize, Serialize};

use crate::domain::{Source, account_key, contact_key};

/// Who asked, and for what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadDetails {
    /// Their company.
    pub account: Option<String>,
    /// The person.
    pub contact: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their telephone number, as written.
    pub phone: Option<String>,
    /// Where they came from.
    pub source: Option<Source>,
    /// What they want, in their own words.
    pub wants: Option<String>,
    /// Where they are, or which part of the market they are: what rules look at beside the source.
    pub place: Option<String>,
}

/// By what two leads are of the same client: e-mail address, telephone number, account and contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientKeys {
    /// The e-mail address in lower case.
    pub email: Option<String>,
    /// The last nine digits of the telephone number, which every way to write it has.
    pub phone: Option<String>,
    /// The account and the contact there, both known.
    pub client: Option<(String, String)>,
}

impl LeadDetails {
    /// Whether there is anybody to call or to write to.
    pub fn says_who(&self) -> bool {
        [&self.account, &self.contact, &self.email, &self.phone].into_iter().any(Option::is_some)
    }

    /// What the client is called: the account, else the contact, the address, the number.
    pub fn name(&self) -> &str {
        [&self.account, &self.contact, &self.email, &self.phone].into_iter().flatten().next().map_or("", String::as_str)
    }

    /// The source; other if nothing was said.
    pub fn source(&self) -> Source {
        self.source.unwrap_or(Source::Other)
    }

    /// By what another lead is of the same client.
    pub fn keys(&self) -> ClientKeys {
        let email = self.email.as_deref().map(|email| email.trim().to_lowercase());
        let phone = self.phone.as_deref().and_then(phone_key);
        let client = self.account.as_deref().zip(self.contact.as_deref());
        ClientKeys {
            email,
            phone,
            client: client.map(|(account, contact)| (account_key(account), contact_key(contact))),
        }
    }

    /// The same, with what another one of the same client says and this one does not.
    #[must_use]
    pub fn completed(self, other: &LeadDetails) -> LeadDetails {
        let or = |mine: Option<String>, theirs: &Option<String>| mine.or_else(|| theirs.clone());
        LeadDetails {
            account: or(self.account, &other.account),
            contact: or(self.contact, &other.contact),
            email: or(self.email, &other.email),
            phone: or(self.phone, &other.phone),
            source: self.source.or(other.source),
            wants: or(self.wants, &other.wants),
            place: or(self.place, &other.place),
        }
    }
}

/// What two ways to write a telephone number have in common; nothing of what is no number.
fn phone_key(phone: &str) -> Option<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let last = digits.len().saturating_sub(9);
    (digits.len() >= 6).then(|| digits[last..].to_owned())
}
