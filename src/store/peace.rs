//! Who asked not to be contacted.

use chrono::{DateTime, Utc};

use super::tx::{Tx, change, instant, run};
use crate::domain::{Details, Peace, PersonId, RefusalNumber, account_key, contact_key};

impl Tx {
    /// Remembers who asked not to be contacted; the first time counts.
    pub async fn do_not_contact(&mut self, peace: &Peace, by: PersonId, at: DateTime<Utc>) -> sqlx::Result<()> {
        if peace.contact.is_some() {
            self.key_contacts_of(&peace.account).await?;
        }
        self.known.forget_peace();
        let sql = "INSERT INTO do_not_contact (organisation_id, account_key, contact_key, said_by, noted_by, noted_at)
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organisation_id, account_key, contact_key) DO NOTHING";
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(account_key(&peace.account))
                .bind(peace.contact.as_deref().map(contact_key).unwrap_or_default())
                .bind(&peace.said_by)
                .bind(by)
                .bind(instant(at))
        )?;
        Ok(())
    }

    /// Writes the keys of the contacts of an account that an earlier version stored without.
    async fn key_contacts_of(&mut self, account: &str) -> sqlx::Result<()> {
        let sql = "SELECT number, contact FROM refusals
                   WHERE organisation_id = $1 AND account_key = $2 AND contact IS NOT NULL AND contact_key IS NULL";
        let without: Vec<(RefusalNumber, String)> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(account_key(account)))?;
        for (number, contact) in without {
            let sql = "UPDATE refusals SET contact_key = $3 WHERE organisation_id = $1 AND number = $2";
            change!(self, sqlx::query(sql).bind(self.organisation).bind(number).bind(contact_key(&contact)))?;
        }
        Ok(())
    }

    /// Forgets whatever keeps the client of a refusal from being contacted: that its account asked, and that its contact
    /// did. What another contact of that account asked for stays.
    pub async fn may_contact(&mut self, details: &Details) -> sqlx::Result<()> {
        self.known.forget_peace();
        let sql = "DELETE FROM do_not_contact
                   WHERE organisation_id = $1 AND account_key = $2 AND contact_key IN ('', $3)";
        let (account, contact) = details.client();
        let contact = contact.unwrap_or_default();
        change!(self, sqlx::query(sql).bind(self.organisation).bind(account).bind(contact))?;
        Ok(())
    }

    /// Who of a refusal's client asked not to be contacted, if somebody did: the account before its contact.
    pub async fn asked_for_peace(&mut self, details: &Details) -> sqlx::Result<Option<Peace>> {
        let (account, contact) = details.client();
        let client = (account, contact.unwrap_or_default());
        let found = match self.known.peace(&client) {
            Some(known) => known.clone(),
            None => {
                let sql = "SELECT contact_key, said_by FROM do_not_contact
                           WHERE organisation_id = $1 AND account_key = $2 AND contact_key IN ('', $3)
                           ORDER BY contact_key LIMIT 1";
                let found: Option<(String, String)> = run!(
                    self,
                    fetch_optional,
                    sqlx::query_as(sql).bind(self.organisation).bind(client.0.as_str()).bind(client.1.as_str())
                )?;
                self.known.asked_for_peace(client, found.clone());
                found
            }
        };
        Ok(found.map(|(asked, said_by)| Peace {
            account: details.account.clone(),
            contact: details.contact.clone().filter(|_| !asked.is_empty()),
            said_by,
        }))
    }
}
