//! Who at a client's asked not to be contacted.

use super::{Details, account_key, fold};

/// Somebody at a client's asked not to be contacted: nothing is planned for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peace {
    /// The client's company.
    pub account: String,
    /// The one there who asked; `None`: the account did, for everybody.
    pub contact: Option<String>,
    /// Who said so.
    pub said_by: String,
}

impl Peace {
    /// Who asked, by name.
    pub fn who(&self) -> &str {
        self.contact.as_deref().unwrap_or(&self.account)
    }

    /// Whether it holds for the client of a refusal.
    pub fn holds_for(&self, details: &Details) -> bool {
        let (account, contact) = details.client();
        let asked = self.contact.as_deref().map(contact_key);
        account_key(&self.account) == account && (asked.is_none() || asked == contact)
    }
}

/// What two spellings of one contact's name have in common.
///
/// Case, diacritics, punctuation and the order of the names do not count: `POPESCU, Ana-Maria` and `Ana Maria Popescu`
/// share a key. Of a name that is not empty something always remains, so that nobody's key is that of nobody.
pub fn contact_key(name: &str) -> String {
    let folded = fold(name);
    let mut names: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    match (names.is_empty(), folded.is_empty()) {
        (false, _) => names.join(" "),
        (true, false) => folded,
        (true, true) => name.to_owned(),
    }
}
