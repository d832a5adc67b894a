//! People, their accounts and teams.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use sqlx::FromRow;

use super::known::KnownPerson;
use super::tx::{Tx, run};
use crate::domain::{Away, Choices, Intensity, Person, PersonId, Reminders, Rhythm, Role, StandIn, Team, TeamId, fold};

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
    reminders: Option<String>,
    intensity: Option<String>,
    rhythm: Option<String>,
    away_until: Option<NaiveDate>,
    away_deputy: Option<PersonId>,
    ignored: i64,
    left: bool,
    deputises: bool,
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
                    p.page_language, p.reminders, p.intensity, p.rhythm, p.away_until, p.away_deputy, p.ignored, p.debrief,
                    p.left_at IS NOT NULL AS left,
                    EXISTS (SELECT 1 FROM people d WHERE d.organisation_id = p.organisation_id AND d.away_deputy = p.id)
                        AS deputises,
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
                intensity: chosen::<Intensity>(self.intensity.as_ref())?,
                rhythm: chosen::<Rhythm>(self.rhythm.as_ref())?,
                debrief: chosen(self.debrief.as_ref())?,
                language: self.language,
            },
            name: self.name,
            service: self.service,
            page_language: self.page_language,
            reminders: chosen::<Reminders>(self.reminders.as_ref())?.unwrap_or_default(),
            away: self.away_until.map(|until| Away { until, deputy: self.away_deputy }),
            stands_in: Vec::new(),
            ignored: self.ignored,
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
    /// The person of a row, remembered.
    fn meet(&mut self, row: PersonRow) -> sqlx::Result<Person> {
        let (left, deputises) = (row.left, row.deputises);
        let person = row.person()?;
        self.known.meets(KnownPerson { person: person.clone(), left, deputises });
        Ok(person)
    }

    /// Whose account this is.
    pub async fn person_of(&mut self, account: &str) -> sqlx::Result<Option<Person>> {
        let sql = people_where!("p.id = (SELECT person_id FROM accounts WHERE organisation_id = $1 AND account = $2)");
        let row: Option<PersonRow> =
            run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(account))?;
        row.map(|row| self.meet(row)).transpose()
    }

    /// A person.
    pub async fn person(&mut self, id: PersonId) -> sqlx::Result<Person> {
        if let Some(known) = self.known.person(id) {
            return Ok(known.person.clone());
        }
        let sql = people_where!("p.id = $2");
        let row: PersonRow = run!(self, fetch_one, sqlx::query_as(sql).bind(self.organisation).bind(id))?;
        self.meet(row)
    }

    /// Who processes a team's refusals when nobody is away: its head, else the first admin.
    /// [`Tx::responsible_for`] says who does now.
    pub async fn head_of(&mut self, team: TeamId) -> sqlx::Result<Option<Person>> {
        if self.known.knows_head_of(team) {
            return Ok(self.known.head(team).cloned());
        }
        // Two questions, each with its index: an OR has none.
        let of_team = people_where!("p.team_id = $2 AND p.role = 'head' ORDER BY p.id LIMIT 1");
        let row: Option<PersonRow> =
            run!(self, fetch_optional, sqlx::query_as(of_team).bind(self.organisation).bind(team))?;
        let head = match row {
            Some(head) => Some(self.meet(head)?),
            None => self.first_admin().await?,
        };
        self.known.leads(team, head.as_ref().map(|head| head.id));
        Ok(head)
    }

    async fn first_admin(&mut self) -> sqlx::Result<Option<Person>> {
        let sql = people_where!("p.role = 'admin' ORDER BY p.id LIMIT 1");
        let row: Option<PersonRow> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation))?;
        row.map(|row| self.meet(row)).transpose()
    }

    /// Who processes a team's refusals now: its head; while the head is away the deputy, else the first admin who is there.
    /// If nobody is there, it waits for whoever comes back.
    pub async fn responsible_for(&mut self, team: TeamId, now: DateTime<Utc>) -> sqlx::Result<Option<Person>> {
        let Some(head) = self.head_of(team).await? else { return Ok(None) };
        if !head.is_away(now) {
            return Ok(Some(head));
        }
        let deputy = if head.role == Role::Head { self.deputy_of(&head, now).await? } else { None };
        let stand_in = match deputy {
            Some(deputy) => Some(deputy),
            None => self.admins().await?.into_iter().find(|admin| !admin.is_away(now)),
        };
        Ok(Some(match stand_in {
            Some(stand_in) => self.standing_in(stand_in, now).await?,
            None => head,
        }))
    }

    /// Who has what somebody of a team left behind: its head, else whoever is responsible now.
    pub async fn heir_of(&mut self, team: TeamId, now: DateTime<Utc>) -> sqlx::Result<Option<Person>> {
        match self.head_of(team).await? {
            Some(head) if head.role == Role::Head => Ok(Some(head)),
            _ => self.responsible_for(team, now).await,
        }
    }

    /// Whether somebody left: the configuration names them no more.
    pub async fn has_left(&mut self, person: PersonId) -> sqlx::Result<bool> {
        if let Some(known) = self.known.person(person) {
            return Ok(known.left);
        }
        let sql = "SELECT COUNT(*) FROM people WHERE organisation_id = $1 AND id = $2 AND left_at IS NOT NULL";
        let left: i64 = run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(person))?;
        Ok(left > 0)
    }

    /// Who stands in for somebody who is away, if they named somebody who is there.
    pub async fn deputy_of(&mut self, away: &Person, now: DateTime<Utc>) -> sqlx::Result<Option<Person>> {
        let Some(deputy) = away.away.filter(|_| away.is_away(now)).and_then(|away| away.deputy) else {
            return Ok(None);
        };
        let sql = people_where!("p.id = $2 AND p.left_at IS NULL AND p.role <> 'observer'");
        let row: Option<PersonRow> =
            run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(deputy))?;
        let deputy = row.map(PersonRow::person).transpose()?;
        Ok(deputy.filter(|deputy| !deputy.is_away(now)))
    }

    /// A person with those they stand in for just now.
    pub async fn standing_in(&mut self, person: Person, now: DateTime<Utc>) -> sqlx::Result<Person> {
        if self.known.person(person.id).is_some_and(|known| !known.deputises) {
            return Ok(Person { stands_in: Vec::new(), ..person });
        }
        // Who left, or only looks on now, does nobody's work.
        let sql = people_where!(
            "p.away_deputy = $2 AND p.left_at IS NULL
             AND EXISTS (SELECT 1 FROM people d WHERE d.organisation_id = $1 AND d.id = $2 AND d.left_at IS NULL
                           AND d.role <> 'observer')
             ORDER BY p.id LIMIT 100"
        );
        let rows: Vec<PersonRow> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(person.id))?;
        let mut stands_in = Vec::new();
        for row in rows {
            let away = row.person()?;
            if away.is_away(now) && !person.is_away(now) {
                let leads = (away.role == Role::Head).then_some(away.team.id);
                stands_in.push(StandIn { person: away.id, leads });
            }
        }
        Ok(Person { stands_in, ..person })
    }

    /// The admins, first the one who stands in.
    pub async fn admins(&mut self) -> sqlx::Result<Vec<Person>> {
        let sql = people_where!("p.role = 'admin' ORDER BY p.id LIMIT 20");
        let rows: Vec<PersonRow> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation))?;
        rows.into_iter().map(PersonRow::person).collect()
    }

    /// Those of whom a name or its beginning is said, at most three: who can stand in for somebody, or has clients. Compared
    /// folded, which no database does alike.
    pub async fn people_named(&mut self, name: &str) -> sqlx::Result<Vec<Person>> {
        let sql = "SELECT id, name FROM people WHERE organisation_id = $1 AND role <> 'observer' AND left_at IS NULL";
        let all: Vec<(PersonId, String)> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation))?;
        let (said, begins) = (fold(name), fold(name) + " ");
        let folded = all.into_iter().map(|(id, name)| (fold(&name), id));
        let named = folded.filter(|(name, _)| *name == said || name.starts_with(&begins));
        let mut named: Vec<_> = named.map(|(name, id)| (name != said, name, id)).collect();
        named.sort();
        let mut people = Vec::new();
        for (_, _, id) in named.into_iter().take(3) {
            people.push(self.person(id).await?);
        }
        Ok(people)
    }

    /// A team, by what somebody of it knows; `None` if nobody is in it.
    pub async fn team(&mut self, team: TeamId) -> sqlx::Result<Option<Team>> {
        let sql = people_where!("p.team_id = $2 ORDER BY p.id LIMIT 1");
        let row: Option<PersonRow> =
            run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(team))?;
        Ok(row.map(PersonRow::person).transpose()?.map(|person| person.team))
    }

    /// Every team.
    pub async fn teams(&mut self) -> sqlx::Result<Vec<TeamId>> {
        let sql = "SELECT id FROM teams WHERE organisation_id = $1 ORDER BY position, id";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation))
    }

    /// The teams whose refusals somebody processes now: their own, if they are its head; those they stand in for.
    pub async fn teams_processed_by(&mut self, person: &Person, now: DateTime<Utc>) -> sqlx::Result<Vec<TeamId>> {
        let mut teams = match person.role {
            Role::Admin => self.teams().await?,
            Role::Head => vec![person.team.id],
            Role::Rep | Role::Observer => Vec::new(),
        };
        teams.extend(person.stands_in.iter().filter_map(|one| one.leads));
        let several = teams.len() > 1;
        let heads = if several { self.heads().await? } else { HashMap::new() };
        let (mut processed, mut headless) = (Vec::new(), None);
        for team in teams {
            let head = heads.get(&team);
            if head.is_some_and(|head| head.id != person.id && !head.is_away(now)) {
                continue;
            }
            // Of all teams without a head it is the same one: asked once.
            let known = headless.filter(|_| head.is_none());
            let who = match known {
                Some(known) => known,
                None => self.responsible_for(team, now).await?.map(|head| head.id),
            };
            if head.is_none() && several {
                headless = Some(who);
            }
            if who == Some(person.id) && !processed.contains(&team) {
                processed.push(team);
            }
        }
        Ok(processed)
    }

    /// The head of each team that has one.
    async fn heads(&mut self) -> sqlx::Result<HashMap<TeamId, Person>> {
        let sql = people_where!("p.role = 'head' ORDER BY p.id DESC");
        let rows: Vec<PersonRow> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation))?;
        rows.into_iter().map(|row| row.person().map(|head| (head.team.id, head))).collect()
    }

    /// What everybody is called, whoever left too.
    pub async fn names(&mut self) -> sqlx::Result<Vec<(PersonId, String)>> {
        let sql = "SELECT id, name FROM people WHERE organisation_id = $1";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation))
    }

    /// What everybody of a team is called, whoever left too.
    pub async fn names_in(&mut self, team: TeamId) -> sqlx::Result<Vec<(PersonId, String)>> {
        let sql = "SELECT id, name FROM people WHERE organisation_id = $1 AND team_id = $2";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team))
    }

    /// Those who can have a refusal of a team in hand, by name: its reps and head, and whoever has it now;
    /// nobody who left.
    pub async fn people_of(&mut self, team: TeamId, owner: PersonId) -> sqlx::Result<Vec<(PersonId, String)>> {
        let sql = "SELECT id, name FROM people
                   WHERE organisation_id = $1 AND ((team_id = $2 AND role IN ('rep', 'head') AND left_at IS NULL)
                     OR (id = $3 AND left_at IS NULL))
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

    /// A team by its name.
    pub async fn team_named(&mut self, name: &str) -> sqlx::Result<Option<TeamId>> {
        let sql = "SELECT id FROM teams WHERE organisation_id = $1 AND name = $2";
        run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation).bind(name))
    }
}
