//! A lead in a file.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::cells::Reading;
use super::house::House;
use super::{Became, Fate};
use crate::args;
use crate::domain::{LeadDetails, PersonId, TeamId};
use crate::flows::Result;
use crate::flows::intake::is_email;
use crate::flows::lead::{Kept, NAME, Received, WANTS, receive};
use crate::store::Tx;

/// A lead as a row says it.
#[derive(Clone, Debug)]
pub(super) struct LeadEntry {
    pub(super) details: LeadDetails,
    owner: Option<PersonId>,
    team: TeamId,
    /// When they asked: long ago perhaps. The clock runs from the import on.
    asked_on: Option<NaiveDate>,
}

/// Reads one; what is wrong is in the reading.
pub(super) fn read(reading: &mut Reading<'_>) -> Option<LeadEntry> {
    let (name, wants) = (usize::from(NAME), usize::from(WANTS));
    let details = LeadDetails {
        account: reading.text("account", name),
        contact: reading.contact(name),
        email: reading.text("email", name),
        phone: reading.text("phone", name),
        source: reading.source(),
        wants: reading.paragraph("wants", wants),
        place: reading.text("place", name),
    };
    let owner = reading.owner(false);
    let team = reading.team(owner);
    let asked_on = reading.day("received", false);
    if let Some(email) = details.email.as_deref().filter(|email| !is_email(email)) {
        let says = format!(
            "\"{}\" is no e-mail address: write one such as ana@example.com, or leave it empty",
            super::shown(email)
        );
        reading.complain("email", says);
    }
    if details.phone.as_deref().is_some_and(|phone| !phone.contains(|c: char| c.is_ascii_digit())) {
        reading.complain("phone", "there is no digit in it: write one such as +40 722 000 111, or leave it empty");
    }
    if reading.wrong.is_empty() && !details.says_who() {
        reading
            .complain("account", "nobody can be called: fill in the company, the contact, the e-mail or the telephone");
    }
    let team = team.filter(|_| reading.wrong.is_empty())?;
    Some(LeadEntry { details, owner, team, asked_on })
}

/// Stores one, as any lead that comes in.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn keep(tx: &mut Tx, house: &House, entry: &LeadEntry, now: DateTime<Utc>) -> Result<Became> {
    let by = Some(house.by.id);
    let details = entry.details.clone();
    let received = Received { details, logged_by: by, owner: entry.owner, team: entry.team, imported: true, at: None };
    let (lead, fate) = match receive(tx, &house.shared, received, now).await? {
        Kept::New(lead) => (lead, Fate::New),
        Kept::Joined(lead) => (lead, Fate::Joined),
    };
    if fate == Fate::New {
        let words = house.shared.words.in_language(house.shared.rules.language);
        let asked_on = entry.asked_on.map(|day| words.line("lead.asked_on", args! { date: words.date(day) }));
        tx.lead_event(lead.number, by, ("imported", asked_on.as_deref()), now).await?;
    }
    Ok(Became { fate, number: lead.number.0, moved: None })
}

/// The clients of the new leads so far: the next one of the same joins them.
#[derive(Default)]
pub(super) struct Clients {
    emails: HashSet<String>,
    phones: HashSet<String>,
    contacts: HashSet<(String, String)>,
}

impl Clients {
    /// The fate of a row, where it is not the first new one of its client in the file.
    pub(super) fn among(&mut self, lead: &LeadEntry, fate: Fate) -> Fate {
        if !matches!(fate, Fate::New | Fate::Joined) {
            return fate;
        }
        let keys = lead.details.keys();
        let known = keys.email.as_ref().is_some_and(|key| self.emails.contains(key))
            || keys.phone.as_ref().is_some_and(|key| self.phones.contains(key))
            || keys.client.as_ref().is_some_and(|key| self.contacts.contains(key));
        self.emails.extend(keys.email);
        self.phones.extend(keys.phone);
        self.contacts.extend(keys.client);
        if known { Fate::Joined } else { fate }
    }
}
