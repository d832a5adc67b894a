//! People, their accounts and teams.

use chrono::NaiveTime;
use sqlx::FromRow;

use super::tx::{Tx, change, run};
use crate::domain::{Choices, DebriefWhen, Person, PersonId, Role, Team, TeamId};

/// A person with their team, as stored: texts are parsed by [`PersonRow::person`].
#[derive(Clone, Debug, FromRow)]
pub struct PersonRow {
    id: PersonId,
    name: String,
    role: String,
    language: Option<String>,
    time_zone: Option<String>,
    working_hours: Option<String>,
    quiet_hours: Option<String>,
    batch_at: Option<String>,
    debrief: Option<String>,
    service: Option<String>,
    page_language: Option<String>,
    team_id: TeamId,
    team_name: String,
    team_language: String,
    team_currency: String,
    team_time_zone: String,
    team_working_hours: String,
    team_channels: String,
}

macro_rules! people_where {
    ($condition:literal) => {
        concat!(
            "SELECT p.id, p.name, p.role, p.language, p.time_zone, p.working_hours, p.quiet_hours, p.batch_at, p.service,
                    p.page_language, p.debrief,
                    t.id AS team_id, t.name AS team_name, t.language AS team_language, t.currency AS team_currency,
                    t.time_zone AS team_time_zone, t.working_hours AS team_working_hours, t.channels AS team_channels
             FROM people p JOIN teams t ON t.organisation_id = p.organisation_id AND t.id = p.team_id
             WHERE p.organisation_id = $1 AND ",
            $condition
        )
    };
}

fn parsed<T: std::str::FromStr>(text: &str) -> sqlx::Result<T> {
    text.parse().map_err(|_| sqlx::Error::Decode(format!("{text:?} cannot be read").into()))
}

fn chosen<T: std::str::FromStr>(text: Option<&String>) -> sqlx::Result<Option<T>> {
    text.map(|text| parsed(text)).transpose()
}

impl PersonRow {
    /// The person.
    ///
    /// # Errors
    /// When a stored text cannot be read.
    pub fn person(self) -> sqlx::Result<Person> {
        let channels = serde_json::from_str(&self.team_channels).map_err(|e| sqlx::Error::Decode(e.into()))?;
        Ok(Person {
            id: self.id,
            role: parsed::<Role>(&self.role)?,
            choices: Choices {
                time_zone: chosen(self.time_zone.as_ref())?,
                working_hours: chosen(self.working_hours.as_ref())?,
                quiet_hours: chosen(self.quiet_hours.as_ref())?,
                batch_at: chosen::<NaiveTime>(self.batch_at.as_ref())?,
                debrief: chosen(self.debrief.as_ref())?,
                language: self.language,
            },
            name: self.name,
            service: self.service,
            page_language: self.page_language,
            team: Team {
                id: self.team_id,
                name: self.team_name,
                language: self.team_language,
                currency: parsed(&self.team_currency)?,
                time_zone: parsed(&self.team_time_zone)?,
                working_hours: parsed(&self.team_working_hours)?,
                channels,
            },
        })
    }
}

impl Tx {
    /// Whose account this is.
    pub async fn person_of(&mut self, account: &str) -> sqlx::Result<Option<Person>> {
        let sql = people_where!("p.id = (SELECT person_id FROM accounts WHERE organisation_id = $1 AND account = $2)");
        let row: Option<PersonRow> =
            run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(account))?;
        row.map(PersonRow::person).transpose()
    }

    /// A person.
    pub async fn person(&mut self, id: PersonId) -> sqlx::Result<Person> {
        let sql = people_where!("p.id = $2");
        let row: PersonRow = run!(self, fetch_one, sqlx::query_as(sql).bind(self.organisation).bind(id))?;
        row.person()
    }

    /// Who processes a team's refusals: its head, else the first admin.
    pub async fn head_of(&mut self, team: TeamId) -> sqlx::Result<Option<Person>> {
        let sql = people_where!(
            "((p.role = 'head' AND p.team_id = $2) OR p.role = 'admin')
             ORDER BY CASE p.role WHEN 'head' THEN 0 ELSE 1 END, p.id LIMIT 1"
        );
        let row: Option<PersonRow> =
            run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(team))?;
        row.map(PersonRow::person).transpose()
    }

    /// The teams whose refusals somebody processes: their own, if they are its head; all without a head, for the admin who
    /// stands in.
    pub async fn teams_processed_by(&mut self, person: PersonId) -> sqlx::Result<Vec<TeamId>> {
        let sql = "SELECT id FROM teams WHERE organisation_id = $1 ORDER BY position, id";
        let teams: Vec<TeamId> = run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation))?;
        let mut processed = Vec::new();
        for team in teams {
            if self.head_of(team).await?.is_some_and(|head| head.id == person) {
                processed.push(team);
            }
        }
        Ok(processed)
    }

    /// Those who can have a refusal of a team in hand, by name: its reps and head, and whoever has it now.
    pub async fn people_of(&mut self, team: TeamId, owner: PersonId) -> sqlx::Result<Vec<(PersonId, String)>> {
        let sql = "SELECT id, name FROM people
                   WHERE organisation_id = $1 AND ((team_id = $2 AND role IN ('rep', 'head')) OR id = $3)
                   ORDER BY name, id";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(owner))
    }

    /// A person's accounts, `service:id`.
    pub async fn accounts(&mut self, person: PersonId) -> sqlx::Result<Vec<String>> {
        let sql = "SELECT account FROM accounts WHERE organisation_id = $1 AND person_id = $2 ORDER BY account";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(person))
    }

    /// The team whose channel this is (`service:id`), else the first team.
    pub async fn team_for(&mut self, channel: Option<&str>) -> sqlx::Result<TeamId> {
        let sql = "SELECT id FROM teams WHERE organisation_id = $1
                   ORDER BY CASE WHEN channels LIKE '%' || $2 || '%' THEN 0 ELSE 1 END, position LIMIT 1";
        let quoted = channel.map_or_else(|| "-".to_owned(), |channel| format!("\"{channel}\""));
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(quoted))
    }

    /// Adds somebody the configuration does not name, as a rep.
    pub async fn add_stranger(&mut self, name: &str, account: &str, team: TeamId) -> sqlx::Result<PersonId> {
        let sql = "INSERT INTO people (organisation_id, team_id, name, role, listed) VALUES ($1, $2, $3, 'rep', $4)
                   RETURNING id";
        let id: PersonId =
            run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(team).bind(name).bind(false))?;
        self.give_account(account, id).await?;
        Ok(id)
    }

    /// Makes an account somebody's.
    pub(super) async fn give_account(&mut self, account: &str, person: PersonId) -> sqlx::Result<()> {
        let sql = "INSERT INTO accounts (organisation_id, account, person_id) VALUES ($1, $2, $3)
                   ON CONFLICT (organisation_id, account) DO UPDATE SET person_id = excluded.person_id";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(account).bind(person))?;
        Ok(())
    }

    /// Remembers the service a person last acted on.
    pub async fn acted_on(&mut self, person: PersonId, service: &str) -> sqlx::Result<()> {
        let sql = "UPDATE people SET service = $3 WHERE organisation_id = $1 AND id = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(person).bind(service))?;
        Ok(())
    }

    /// The language switch of the local page was moved, which is to choose a language.
    pub async fn page_speaks(&mut self, person: PersonId, language: &str) -> sqlx::Result<()> {
        let sql = "UPDATE people SET page_language = $3, language = $3 WHERE organisation_id = $1 AND id = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(person).bind(language))?;
        Ok(())
    }

    /// Stores what a person chose.
    pub async fn choose(&mut self, person: PersonId, choices: &Choices) -> sqlx::Result<()> {
        let sql =
            "UPDATE people SET language = $3, time_zone = $4, working_hours = $5, quiet_hours = $6, batch_at = $7,
                          debrief = $8
                   WHERE organisation_id = $1 AND id = $2";
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(person)
                .bind(&choices.language)
                .bind(choices.time_zone.map(chrono_tz::Tz::name))
                .bind(choices.working_hours.as_ref().map(ToString::to_string))
                .bind(choices.quiet_hours.as_ref().map(ToString::to_string))
                .bind(choices.batch_at.map(|at| at.format("%H:%M:%S").to_string()))
                .bind(choices.debrief.map(DebriefWhen::as_str))
        )?;
        Ok(())
    }
}
