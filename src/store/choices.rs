//! What becomes known of people while they use the bot: who they are, where they act, what they chose.

use super::tx::{Tx, change, run};
use crate::domain::{Choices, DebriefWhen, Intensity, PersonId, Rhythm, TeamId};

impl Tx {
    /// Adds somebody the configuration does not name, as a rep.
    pub async fn add_stranger(&mut self, name: &str, account: &str, team: TeamId) -> sqlx::Result<PersonId> {
        self.forget_known();
        let sql = "INSERT INTO people (organisation_id, team_id, name, role, listed) VALUES ($1, $2, $3, 'rep', $4)
                   RETURNING id";
        let id: PersonId =
            run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(team).bind(name).bind(false))?;
        self.give_account(account, id).await?;
        Ok(id)
    }

    /// Makes an account somebody's.
    pub(super) async fn give_account(&mut self, account: &str, person: PersonId) -> sqlx::Result<()> {
        self.forget_known();
        let sql = "INSERT INTO accounts (organisation_id, account, person_id) VALUES ($1, $2, $3)
                   ON CONFLICT (organisation_id, account) DO UPDATE SET person_id = excluded.person_id";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(account).bind(person))?;
        Ok(())
    }

    /// Remembers the service a person last acted on.
    pub async fn acted_on(&mut self, person: PersonId, service: &str) -> sqlx::Result<()> {
        self.forget_known();
        let sql = "UPDATE people SET service = $3 WHERE organisation_id = $1 AND id = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(person).bind(service))?;
        Ok(())
    }

    /// The language switch of the local page was moved, which is to choose a language.
    pub async fn page_speaks(&mut self, person: PersonId, language: &str) -> sqlx::Result<()> {
        self.forget_known();
        let sql = "UPDATE people SET page_language = $3, language = $3 WHERE organisation_id = $1 AND id = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(person).bind(language))?;
        Ok(())
    }

    /// Stores what a person chose.
    pub async fn choose(&mut self, person: PersonId, choices: &Choices) -> sqlx::Result<()> {
        self.forget_known();
        let sql =
            "UPDATE people SET language = $3, time_zone = $4, working_hours = $5, quiet_hours = $6, batch_at = $7,
                          intensity = $8, rhythm = $9, debrief = $10
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
                .bind(choices.intensity.map(Intensity::as_str))
                .bind(choices.rhythm.map(Rhythm::as_str))
                .bind(choices.debrief.map(DebriefWhen::as_str))
        )?;
        Ok(())
    }
}
