//! Whether the tables already say what the configuration lists: most starts change nothing, and read four lists instead of
//! writing each line of them.

use sqlx::FromRow;

use super::organisation::{ListedTeam, Listing};
use super::tx::{Tx, run};

/// The position of a team that is listed no more.
pub(super) const UNLISTED: i64 = i32::MAX as i64;

/// A team as it is stored.
#[derive(PartialEq, Eq, PartialOrd, Ord, FromRow)]
struct TeamRow {
    position: i64,
    name: String,
    language: String,
    currency: String,
    time_zone: String,
    working_hours: String,
    channels: String,
}

/// A listed person as they are stored.
#[derive(FromRow)]
struct PersonRow {
    name: String,
    team: String,
    role: String,
    /// Once for each of their accounts.
    account: Option<String>,
}

/// Somebody, and all their accounts in order.
type Known<'a> = (&'a str, &'a str, &'a str, Vec<&'a str>);

impl Tx {
    /// Whether [`Tx::list`] would change nothing.
    pub(super) async fn is_listed(&mut self, listing: &Listing) -> sqlx::Result<bool> {
        let name = self.organisation_name().await?;
        Ok(name.as_deref() == Some(&listing.name)
            && self.teams_are(listing).await?
            && self.people_are(listing).await?
            && self.products_are(listing).await?)
    }

    async fn teams_are(&mut self, listing: &Listing) -> sqlx::Result<bool> {
        let sql = "SELECT position, name, language, currency, time_zone, working_hours, channels FROM teams
                   WHERE organisation_id = $1 AND (position <> $2 OR channels <> '[]')";
        let mut known: Vec<TeamRow> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(UNLISTED))?;
        let mut listed = Vec::new();
        for (position, ListedTeam(team)) in (0i64..).zip(&listing.teams) {
            listed.push(TeamRow {
                position,
                name: team.name.clone(),
                language: team.language.clone(),
                currency: team.currency.to_string(),
                time_zone: team.time_zone.name().to_owned(),
                working_hours: team.working_hours.to_string(),
                channels: as_text(&team.channels)?,
            });
        }
        known.sort_unstable();
        Ok(known == listed)
    }

    async fn people_are(&mut self, listing: &Listing) -> sqlx::Result<bool> {
        // The index of those listed is found by this very word, not by a value that is bound.
        let sql = "SELECT p.name, t.name AS team, p.role, a.account FROM people p
                   JOIN teams t ON t.organisation_id = p.organisation_id AND t.id = p.team_id
                   LEFT JOIN accounts a ON a.organisation_id = p.organisation_id AND a.person_id = p.id
                   WHERE p.organisation_id = $1 AND p.listed";
        let rows: Vec<PersonRow> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation))?;
        let mut known: Vec<Known<'_>> = Vec::new();
        let mut rows: Vec<&PersonRow> = rows.iter().collect();
        rows.sort_unstable_by_key(|row| (&row.name, &row.account));
        for row in rows {
            let account = row.account.as_deref();
            match known.last_mut() {
                Some((name, _, _, accounts)) if *name == row.name => accounts.extend(account),
                _ => known.push((&row.name, &row.team, &row.role, account.into_iter().collect())),
            }
        }
        let first = listing.teams.first().map(|ListedTeam(team)| team.name.as_str()).unwrap_or_default();
        let team_of = |named: Option<&str>| {
            let mut names = listing.teams.iter().map(|ListedTeam(team)| team.name.as_str());
            names.find(|name| Some(*name) == named).unwrap_or(first)
        };
        let mut listed: Vec<Known<'_>> = Vec::new();
        for person in &listing.people {
            let mut accounts: Vec<&str> = person.accounts.iter().map(String::as_str).collect();
            accounts.sort_unstable();
            listed.push((&person.name, team_of(person.team.as_deref()), person.role.as_str(), accounts));
        }
        listed.sort_unstable();
        Ok(known == listed)
    }

    async fn products_are(&mut self, listing: &Listing) -> sqlx::Result<bool> {
        let sql = "SELECT name, aliases FROM products WHERE organisation_id = $1 AND retired_at IS NULL
                   ORDER BY position";
        let known: Vec<(String, String)> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation))?;
        let mut listed = Vec::new();
        for product in &listing.products {
            listed.push((product.name.clone(), as_text(&product.aliases)?));
        }
        Ok(known == listed)
    }
}

/// A list as it is stored: JSON.
pub(super) fn as_text(list: &[String]) -> sqlx::Result<String> {
    serde_json::to_string(list).map_err(|error| sqlx::Error::Encode(error.into()))
}
