//! What the configuration lists: the organisation, its teams, people and products.

use chrono::{DateTime, Utc};

use super::listed::{UNLISTED, as_text};
use super::refusals::{Moved, found};
use super::traits::Trait;
use super::tx::{Tx, change, instant, run};
use crate::domain::{PersonId, Role, Team, TeamId};

/// Everything the configuration lists.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The organisation's name.
    pub name: String,
    /// Its teams, at least one, in order.
    pub teams: Vec<ListedTeam>,
    /// Its people.
    pub people: Vec<ListedPerson>,
    /// What it sells, in order.
    pub products: Vec<ListedProduct>,
}

/// A team of the configuration. Its `id` is not used.
#[derive(Clone, Debug)]
pub struct ListedTeam(pub Team);

/// A person of the configuration.
#[derive(Clone, Debug)]
pub struct ListedPerson {
    /// Their name, unique in the organisation.
    pub name: String,
    /// Their team's name; the first team if none.
    pub team: Option<String>,
    /// Their role.
    pub role: Role,
    /// Their accounts, `service:id`.
    pub accounts: Vec<String>,
}

/// A product of the configuration.
#[derive(Clone, Debug)]
pub struct ListedProduct {
    /// Its name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
}

impl Tx {
    /// The organisation's name, if one is listed.
    pub async fn organisation_name(&mut self) -> sqlx::Result<Option<String>> {
        let sql = "SELECT name FROM organisations WHERE id = $1";
        run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation))
    }

    /// What a channel, `service:id`, is called, if anybody did something there.
    pub async fn channel_name(&mut self, channel: &str) -> sqlx::Result<Option<String>> {
        let sql = "SELECT name FROM channels WHERE organisation_id = $1 AND channel = $2";
        run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation).bind(channel))
    }

    /// Remembers what a channel, `service:id`, is called.
    pub async fn channel_is_called(&mut self, channel: &str, name: &str) -> sqlx::Result<()> {
        let sql = "INSERT INTO channels (organisation_id, channel, name) VALUES ($1, $2, $3)
                   ON CONFLICT (organisation_id, channel) DO UPDATE SET name = excluded.name";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(channel).bind(name))?;
        Ok(())
    }

    /// Makes the tables say what the configuration says. Doing it twice is doing it once; nobody and nothing is
    /// deleted, because history points to them. Who is named no more is a rep like anybody it does not name; a team
    /// that is named no more takes nobody in.
    pub async fn list(&mut self, listing: &Listing, now: DateTime<Utc>) -> sqlx::Result<()> {
        self.list_adopting(listing, now).await.map(drop)
    }

    /// The same; those who have now what a stranger did, so that what is due to them can be planned.
    pub async fn list_adopting(&mut self, listing: &Listing, now: DateTime<Utc>) -> sqlx::Result<Vec<PersonId>> {
        if self.is_listed(listing).await? {
            return Ok(Vec::new());
        }
        let sql = "INSERT INTO organisations (id, name) VALUES ($1, $2)
                   ON CONFLICT (id) DO UPDATE SET name = excluded.name";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(&listing.name))?;
        self.unlist(listing, now).await?;
        let mut teams = Vec::new();
        for (position, ListedTeam(team)) in (0i64..).zip(&listing.teams) {
            teams.push((team.name.as_str(), self.list_team(team, position).await?));
        }
        let mut adopted = Vec::new();
        for person in &listing.people {
            let named = teams.iter().find(|(name, _)| Some(*name) == person.team.as_deref()).or(teams.first());
            let (_, team) = named.ok_or(sqlx::Error::RowNotFound)?;
            adopted.extend(self.list_person(person, *team, now).await?);
        }
        self.forget_known();
        let sql = "UPDATE products SET retired_at = $2 WHERE organisation_id = $1 AND retired_at IS NULL";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(instant(now)))?;
        for (position, product) in (0i64..).zip(&listing.products) {
            self.list_product(product, position).await?;
        }
        Ok(adopted)
    }

    /// Takes from everybody and every team what only the configuration gives; it gives to those it names anew.
    async fn unlist(&mut self, listing: &Listing, now: DateTime<Utc>) -> sqlx::Result<()> {
        self.forget_known();
        let sql = "SELECT id, name FROM people WHERE organisation_id = $1 AND listed = $2";
        let known: Vec<(PersonId, String)> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(true))?;
        for (id, _) in known.iter().filter(|(_, name)| !listing.people.iter().any(|person| person.name == *name)) {
            let sql = "UPDATE people SET listed = $3, role = 'rep', left_at = $4
                       WHERE organisation_id = $1 AND id = $2";
            change!(self, sqlx::query(sql).bind(self.organisation).bind(id).bind(false).bind(instant(now)))?;
            self.release_jobs_of(*id, now).await?;
            self.undelegate(*id).await?;
        }
        let sql = "UPDATE teams SET channels = '[]', position = $2 WHERE organisation_id = $1";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(UNLISTED))?;
        Ok(())
    }

    async fn list_team(&mut self, team: &Team, position: i64) -> sqlx::Result<TeamId> {
        self.forget_known();
        let sql = "INSERT INTO teams (organisation_id, name, position, language, currency, time_zone, working_hours, channels)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                   ON CONFLICT (organisation_id, name) DO UPDATE SET
                       position = excluded.position, language = excluded.language, currency = excluded.currency,
                       time_zone = excluded.time_zone, working_hours = excluded.working_hours, channels = excluded.channels
                   RETURNING id";
        let channels = as_text(&team.channels)?;
        run!(
            self,
            fetch_one,
            sqlx::query_scalar(sql)
                .bind(self.organisation)
                .bind(&team.name)
                .bind(position)
                .bind(&team.language)
                .bind(team.currency.to_string())
                .bind(team.time_zone.name())
                .bind(team.working_hours.to_string())
                .bind(&channels)
        )
    }

    /// What waited for somebody who leads a team no more: each job finds its reader again.
    async fn release_jobs_of(&mut self, person: PersonId, now: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE jobs SET state = 'ready', held_for = NULL, run_at = $3
                   WHERE organisation_id = $1 AND held_for = $2 AND state = 'held'";
        let released = change!(self, sqlx::query(sql).bind(self.organisation).bind(person).bind(instant(now)))?;
        self.planned |= released > 0;
        Ok(())
    }

    /// Somebody the configuration knows gets another role or team.
    async fn moves(&mut self, person: &ListedPerson, team: TeamId, now: DateTime<Utc>) -> sqlx::Result<()> {
        // The index of those listed is found by this very word, not by a value that is bound.
        let sql = "SELECT id FROM people WHERE organisation_id = $1 AND name = $2 AND listed
                     AND (role <> $3 OR team_id <> $4)";
        let (name, role) = (&person.name, person.role.as_str());
        let moved: Option<PersonId> = run!(
            self,
            fetch_optional,
            sqlx::query_scalar(sql).bind(self.organisation).bind(name).bind(role).bind(team)
        )?;
        match moved {
            Some(moved) => self.release_jobs_of(moved, now).await,
            None => Ok(()),
        }
    }

    /// Returns the person if they have now what a stranger did.
    async fn list_person(
        &mut self,
        person: &ListedPerson,
        team: TeamId,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Option<PersonId>> {
        self.forget_known();
        self.moves(person, team, now).await?;
        let id: PersonId = match self.met_as_stranger(person).await? {
            // Somebody first met in chat and now named: the same person, with everything they logged.
            Some(stranger) => {
                let sql = "UPDATE people SET name = $3, team_id = $4, role = $5, listed = $6, left_at = NULL
                           WHERE organisation_id = $1 AND id = $2 RETURNING id";
                run!(
                    self,
                    fetch_one,
                    sqlx::query_scalar(sql)
                        .bind(self.organisation)
                        .bind(stranger)
                        .bind(&person.name)
                        .bind(team)
                        .bind(person.role.as_str())
                        .bind(true)
                )?
            }
            None => {
                let sql =
                    "INSERT INTO people (organisation_id, team_id, name, role, listed) VALUES ($1, $2, $3, $4, $5)
                           ON CONFLICT (organisation_id, name) WHERE listed
                           DO UPDATE SET team_id = excluded.team_id, role = excluded.role RETURNING id";
                run!(
                    self,
                    fetch_one,
                    sqlx::query_scalar(sql)
                        .bind(self.organisation)
                        .bind(team)
                        .bind(&person.name)
                        .bind(person.role.as_str())
                        .bind(true)
                )?
            }
        };
        let mut adopted = None;
        for account in &person.accounts {
            if self.adopt(account, id, now).await? {
                adopted = Some(id);
            }
        }
        // An account that was taken from them acts with their rights no more.
        for account in self.accounts(id).await?.iter().filter(|account| !person.accounts.contains(account)) {
            let sql = "DELETE FROM accounts WHERE organisation_id = $1 AND account = $2";
            change!(self, sqlx::query(sql).bind(self.organisation).bind(account))?;
        }
        Ok(adopted)
    }

    /// The stranger who has one of this person's accounts, if the person is not listed yet.
    async fn met_as_stranger(&mut self, person: &ListedPerson) -> sqlx::Result<Option<PersonId>> {
        let sql = "SELECT COUNT(*) FROM people WHERE organisation_id = $1 AND name = $2 AND listed";
        let listed: i64 = run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(&person.name))?;
        if listed > 0 {
            return Ok(None);
        }
        for account in &person.accounts {
            if let Some((id, false)) = self.holder(account).await? {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Who holds an account, and whether the configuration names them.
    async fn holder(&mut self, account: &str) -> sqlx::Result<Option<(PersonId, bool)>> {
        let sql = "SELECT p.id, p.listed FROM accounts a
                   JOIN people p ON p.organisation_id = a.organisation_id AND p.id = a.person_id
                   WHERE a.organisation_id = $1 AND a.account = $2";
        run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(account))
    }

    /// Gives a listed person their account; what a stranger did under it becomes theirs. Whether there was
    /// one.
    async fn adopt(&mut self, account: &str, person: PersonId, now: DateTime<Utc>) -> sqlx::Result<bool> {
        self.forget_known();
        let mut adopted = false;
        if let Some((stranger, false)) = self.holder(account).await?
            && stranger != person
        {
            self.count_for(stranger, person).await?;
            self.adopt_refusals(stranger, person).await?;
            for sql in [
                "UPDATE pending_refusals SET person_id = $3 WHERE organisation_id = $1 AND person_id = $2",
                "UPDATE questions SET asked_of = $3 WHERE organisation_id = $1 AND asked_of = $2",
                "UPDATE tasks SET person_id = $3 WHERE organisation_id = $1 AND person_id = $2",
                "UPDATE meeting_decisions SET owner_id = $3 WHERE organisation_id = $1 AND owner_id = $2",
                "UPDATE handovers SET given_to = $3 WHERE organisation_id = $1 AND given_to = $2",
                "UPDATE people SET away_deputy = $3 WHERE organisation_id = $1 AND away_deputy = $2",
            ] {
                change!(self, sqlx::query(sql).bind(self.organisation).bind(stranger).bind(person))?;
            }
            // Each finds its reader anew, who may have started their reminders.
            self.release_jobs_of(stranger, now).await?;
            adopted = true;
        }
        self.give_account(account, person).await?;
        Ok(adopted)
    }

    /// The refusals a stranger logged, owns or decides about are somebody's now.
    async fn adopt_refusals(&mut self, stranger: PersonId, person: PersonId) -> sqlx::Result<()> {
        let owned = "UPDATE refusals SET owner_id = $3 WHERE organisation_id = $1 AND owner_id = $2
                     RETURNING number, withdrawn_at";
        let logged = "UPDATE refusals SET logged_by = $3 WHERE organisation_id = $1 AND logged_by = $2
                      RETURNING number, withdrawn_at";
        let delegated = "UPDATE refusals SET delegate_id = $3 WHERE organisation_id = $1 AND delegate_id = $2
                         RETURNING number, withdrawn_at";
        for (sql, was, is) in [
            (owned, Trait::Owner(stranger), Trait::Owner(person)),
            (logged, Trait::By(stranger), Trait::By(person)),
            (delegated, Trait::Delegate(stranger), Trait::Delegate(person)),
        ] {
            let moved: Vec<Moved> =
                run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(stranger).bind(person))?;
            self.index_moved(&found(moved), &was, Some(&is)).await?;
        }
        Ok(())
    }

    async fn list_product(&mut self, product: &ListedProduct, position: i64) -> sqlx::Result<()> {
        self.forget_known();
        let sql = "INSERT INTO products (organisation_id, name, aliases, position) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (organisation_id, name) DO UPDATE SET
                       aliases = excluded.aliases, position = excluded.position, retired_at = NULL";
        let aliases = as_text(&product.aliases)?;
        change!(self, sqlx::query(sql).bind(self.organisation).bind(&product.name).bind(&aliases).bind(position))?;
        Ok(())
    }

    /// Says when a process was last there; what it was before comes back.
    pub async fn is_alive(&mut self, now: DateTime<Utc>) -> sqlx::Result<Option<DateTime<Utc>>> {
        let was = "SELECT alive_at FROM organisations WHERE id = $1";
        let was: Option<Option<DateTime<Utc>>> =
            run!(self, fetch_optional, sqlx::query_scalar(was).bind(self.organisation))?;
        let sql = "UPDATE organisations SET alive_at = $2 WHERE id = $1";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(instant(now)))?;
        Ok(was.flatten())
    }
}
