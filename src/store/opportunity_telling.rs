//! What messages of the day say, and said, of opportunities that went dark.

use chrono::{DateTime, Utc};

use super::above::Watched;
use super::tasks::Telling;
use super::tx::{Tx, change, instant, run};
use crate::domain::{Opportunity, OpportunityNumber, PersonId, TeamId};

/// The most opportunities one message counts.
const MOST: i64 = 100;

impl Tx {
    /// The opportunities of a person that a message of the day is to say by `until` that they are dark, longest first.
    pub async fn opportunities_to_say(
        &mut self,
        person: PersonId,
        until: DateTime<Utc>,
    ) -> sqlx::Result<Vec<Opportunity>> {
        let sql = "SELECT number FROM opportunities WHERE organisation_id = $1 AND owner_id = $2 AND over_at IS NULL
                     AND say_at IS NOT NULL AND say_at <= $3 ORDER BY dark_at, number LIMIT $4";
        let numbers: Vec<OpportunityNumber> = run!(
            self,
            fetch_all,
            sqlx::query_scalar(sql).bind(self.organisation).bind(person).bind(instant(until)).bind(MOST)
        )?;
        self.opportunities_by_number(&numbers).await
    }

    /// The opportunities of a team of which whoever hears of them is to be told by `until`.
    pub async fn opportunities_to_tell_head(
        &mut self,
        (team, watched): (TeamId, Watched),
        until: DateTime<Utc>,
    ) -> sqlx::Result<Vec<Opportunity>> {
        let sql = "SELECT number FROM opportunities WHERE organisation_id = $1 AND team_id = $2 AND owner_id <> $3
                     AND ($6 = 0 OR owner_id = $6) AND over_at IS NULL AND head_at IS NOT NULL AND head_at <= $4 ORDER BY dark_at, number LIMIT $5";
        let (not, only) = watched.but_and_only();
        let until = instant(until);
        let numbers: Vec<OpportunityNumber> = run!(
            self,
            fetch_all,
            sqlx::query_scalar(sql).bind(self.organisation).bind(team).bind(not).bind(until).bind(MOST).bind(only)
        )?;
        self.opportunities_by_number(&numbers).await
    }

    /// Remembers that a notice told somebody of an opportunity, and when it is told again, or to the head.
    pub async fn told_opportunity(
        &mut self,
        notice: &str,
        number: OpportunityNumber,
        telling: &Telling,
    ) -> sqlx::Result<()> {
        self.opportunity_was_told(notice, number).await?;
        let sql = "UPDATE opportunities SET told = told + 1, say_at = CASE WHEN told + 1 < $3 THEN $4 ELSE NULL END,
                       head_at = CASE WHEN told + 1 < $3 THEN head_at ELSE $5 END
                   WHERE organisation_id = $1 AND number = $2";
        let (again, head) = (instant(telling.again_at), instant(telling.head_at));
        change!(
            self,
            sqlx::query(sql).bind(self.organisation).bind(number).bind(telling.times).bind(again).bind(head)
        )?;
        Ok(())
    }

    /// What of a person's is dark by `until` was not said to them: their head hears of it from `head_at` on, once; whether
    /// there is any.
    pub async fn opportunities_unheard(
        &mut self,
        person: PersonId,
        (until, head_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> sqlx::Result<bool> {
        let sql = "UPDATE opportunities SET head_at = $4
                   WHERE organisation_id = $1 AND owner_id = $2 AND over_at IS NULL AND say_at IS NOT NULL
                     AND say_at <= $3 AND told = 0 AND head_at IS NULL";
        let (until, head_at) = (instant(until), instant(head_at));
        let waits = change!(self, sqlx::query(sql).bind(self.organisation).bind(person).bind(until).bind(head_at))?;
        Ok(waits > 0)
    }

    /// Takes that back, as long as nobody was told: they hear of it themselves.
    pub async fn opportunities_will_be_heard(&mut self, person: PersonId) -> sqlx::Result<()> {
        let sql = "UPDATE opportunities SET head_at = NULL
                   WHERE organisation_id = $1 AND owner_id = $2 AND over_at IS NULL AND say_at IS NOT NULL AND told = 0";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(person))?;
        Ok(())
    }

    /// Remembers that a notice told a head of an opportunity: once.
    pub async fn told_head_of_opportunity(&mut self, notice: &str, number: OpportunityNumber) -> sqlx::Result<()> {
        self.opportunity_was_told(notice, number).await?;
        let sql = "UPDATE opportunities SET head_at = NULL, told = CASE WHEN told = 0 THEN 1 ELSE told END
                   WHERE organisation_id = $1 AND number = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(number))?;
        Ok(())
    }

    async fn opportunity_was_told(&mut self, notice: &str, number: OpportunityNumber) -> sqlx::Result<()> {
        let sql = "INSERT INTO opportunities_told (organisation_id, notice, opportunity) VALUES ($1, $2, $3)
                   ON CONFLICT DO NOTHING";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(notice).bind(number))?;
        Ok(())
    }

    /// What a notice told of, as it stands.
    pub async fn opportunities_told_in(&mut self, notice: &str) -> sqlx::Result<Vec<Opportunity>> {
        let sql = "SELECT opportunity FROM opportunities_told
                   WHERE organisation_id = $1 AND notice = $2 ORDER BY opportunity";
        let numbers: Vec<OpportunityNumber> =
            run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(notice))?;
        self.opportunities_by_number(&numbers).await
    }

    /// The notices that told of an opportunity.
    pub async fn notices_of_opportunity(&mut self, number: OpportunityNumber) -> sqlx::Result<Vec<String>> {
        let sql = "SELECT notice FROM opportunities_told
                   WHERE organisation_id = $1 AND opportunity = $2 ORDER BY notice";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(number))
    }

    async fn opportunities_by_number(&mut self, numbers: &[OpportunityNumber]) -> sqlx::Result<Vec<Opportunity>> {
        let mut found = Vec::with_capacity(numbers.len());
        for number in numbers {
            found.extend(self.opportunity(*number).await?);
        }
        Ok(found)
    }
}
