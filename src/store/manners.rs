//! Who wants to be written to, who is away, and what was said to them last.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::tx::{Tx, change, instant, run};
use crate::domain::{Away, PersonId, Reminders, TeamId};

/// A job that waits until somebody wants reminders.
#[derive(Clone, Debug, FromRow)]
pub struct HeldJob {
    /// Its id.
    pub id: i64,
    /// Which one: the notice it says.
    pub occurrence: String,
}

/// How often the bot wrote to somebody on a day.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Wrote {
    /// How often.
    pub times: i64,
    /// Whether the message of the day was sent.
    pub today: bool,
}

impl Tx {
    /// How often the bot wrote to somebody on a day, which began at `began` where they are.
    pub async fn wrote(&mut self, person: PersonId, day: NaiveDate, began: DateTime<Utc>) -> sqlx::Result<Wrote> {
        let sql = "SELECT CASE WHEN wrote_on = $3 THEN wrote ELSE 0 END AS times,
                          COALESCE(today_at >= $4, FALSE) AS today
                   FROM people WHERE organisation_id = $1 AND id = $2";
        let day = day.to_string();
        run!(self, fetch_one, sqlx::query_as(sql).bind(self.organisation).bind(person).bind(&day).bind(instant(began)))
    }

    /// Counts a message to somebody on a day.
    pub async fn writes(&mut self, person: PersonId, day: NaiveDate) -> sqlx::Result<()> {
        let sql = "UPDATE people SET wrote = CASE WHEN wrote_on = $3 THEN wrote + 1 ELSE 1 END, wrote_on = $3
                   WHERE organisation_id = $1 AND id = $2";
        let day = day.to_string();
        change!(self, sqlx::query(sql).bind(self.organisation).bind(person).bind(&day))?;
        Ok(())
    }

    /// Remembers whether somebody wants reminders.
    pub async fn wants_reminders(&mut self, person: PersonId, reminders: Reminders) -> sqlx::Result<()> {
        self.forget_known();
        let sql = "UPDATE people SET reminders = $3 WHERE organisation_id = $1 AND id = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(person).bind(reminders.as_str()))?;
        Ok(())
    }

    /// Remembers until when somebody is away; `None`: they are here.
    pub async fn is_away(&mut self, person: PersonId, away: Option<Away>) -> sqlx::Result<()> {
        self.forget_known();
        let sql = "UPDATE people SET away_until = $3, away_deputy = $4 WHERE organisation_id = $1 AND id = $2";
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(person)
                .bind(away.map(|away| away.until))
                .bind(away.and_then(|away| away.deputy))
        )?;
        Ok(())
    }

    /// The jobs that wait for somebody to want reminders, oldest first.
    pub async fn held_jobs(&mut self, person: PersonId) -> sqlx::Result<Vec<HeldJob>> {
        let sql = "SELECT id, occurrence FROM jobs
                   WHERE organisation_id = $1 AND held_for = $2 AND state = 'held' ORDER BY id";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(person))
    }

    /// How many jobs wait for those of a team to want reminders, of those whose occurrence begins so.
    pub async fn count_held(&mut self, team: TeamId, begins: &str) -> sqlx::Result<i64> {
        let sql =
            "SELECT COUNT(*) FROM jobs j JOIN people p ON p.organisation_id = j.organisation_id AND p.id = j.held_for
                   WHERE j.organisation_id = $1 AND j.state = 'held' AND p.team_id = $2
                     AND substr(j.occurrence, 1, length($3)) = $3";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(team).bind(begins))
    }

    /// Lets a job go that waited: due at `at`, or done if nothing is to be said any more.
    pub async fn release_job(&mut self, id: i64, at: Option<DateTime<Utc>>) -> sqlx::Result<()> {
        let due = "UPDATE jobs SET state = 'ready', held_for = NULL, run_at = $3
                   WHERE organisation_id = $1 AND id = $2 AND state = 'held'";
        let over = "UPDATE jobs SET state = 'done', held_for = NULL
                    WHERE organisation_id = $1 AND id = $2 AND state = 'held'";
        match at {
            Some(at) => change!(self, sqlx::query(due).bind(self.organisation).bind(id).bind(instant(at)))?,
            None => change!(self, sqlx::query(over).bind(self.organisation).bind(id))?,
        };
        self.planned = true;
        Ok(())
    }

    /// Makes every waiting job of a kind that is due at exactly this instant due at `at`: somebody is back sooner.
    pub async fn hasten_jobs(&mut self, kind: &str, due: DateTime<Utc>, at: DateTime<Utc>) -> sqlx::Result<()> {
        self.write_planned().await?;
        let sql = "UPDATE jobs SET run_at = $4
                   WHERE organisation_id = $1 AND state IN ('ready', 'sending') AND state = 'ready' AND kind = $2
                     AND run_at = $3";
        let (due, at) = (instant(due), instant(at));
        change!(self, sqlx::query(sql).bind(self.organisation).bind(kind).bind(due).bind(at))?;
        self.planned = true;
        Ok(())
    }

    /// Whether a job is waiting or under way.
    pub async fn is_planned(&mut self, kind: &str, occurrence: &str) -> sqlx::Result<bool> {
        self.write_planned().await?;
        let sql = "SELECT COUNT(*) FROM jobs WHERE organisation_id = $1 AND kind = $2 AND occurrence = $3
                     AND state IN ('ready', 'sending')";
        let count: i64 =
            run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(kind).bind(occurrence))?;
        Ok(count > 0)
    }

    /// Whether a job was ever planned, and is not forgotten yet.
    pub async fn was_planned(&mut self, kind: &str, occurrence: &str) -> sqlx::Result<bool> {
        self.write_planned().await?;
        let sql = "SELECT COUNT(*) FROM jobs WHERE organisation_id = $1 AND kind = $2 AND occurrence = $3";
        let count: i64 =
            run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(kind).bind(occurrence))?;
        Ok(count > 0)
    }

    /// Somebody's last message of the day, and when it was sent.
    pub async fn last_today(&mut self, person: PersonId) -> sqlx::Result<Option<(String, DateTime<Utc>)>> {
        let sql = "SELECT today_notice, today_at FROM people
                   WHERE organisation_id = $1 AND id = $2 AND today_notice IS NOT NULL";
        run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(person))
    }

    /// Remembers somebody's last message of the day.
    pub async fn sends_today(&mut self, person: PersonId, notice: &str, at: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE people SET today_notice = $3, today_at = $4 WHERE organisation_id = $1 AND id = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(person).bind(notice).bind(instant(at)))?;
        Ok(())
    }

    /// Counts a message of the day of which nobody knows yet whether they act on it.
    pub async fn one_more_ignored(&mut self, person: PersonId) -> sqlx::Result<()> {
        self.forget_known();
        let sql = "UPDATE people SET ignored = ignored + 1 WHERE organisation_id = $1 AND id = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(person))?;
        Ok(())
    }

    /// Somebody acted.
    pub async fn none_ignored(&mut self, person: PersonId) -> sqlx::Result<()> {
        self.forget_known();
        let sql = "UPDATE people SET ignored = 0 WHERE organisation_id = $1 AND id = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(person))?;
        Ok(())
    }

    /// How many refusals of a team wait for its head, none of which the message of an admin other than `notice` told, logged
    /// by `since`.
    pub async fn count_to_escalate(
        &mut self,
        team: TeamId,
        notice: &str,
        since: Option<DateTime<Utc>>,
    ) -> sqlx::Result<i64> {
        let told = "SELECT COUNT(*) FROM refusals WHERE organisation_id = $1 AND team_id = $2 AND admin_notice = $3
                      AND stage IN ('logged', 'with_head') AND withdrawn_at IS NULL";
        let due = "SELECT COUNT(*) FROM refusals WHERE organisation_id = $1 AND team_id = $2 AND logged_at <= $3
                     AND stage IN ('logged', 'with_head') AND withdrawn_at IS NULL AND admin_notice IS NULL";
        match since {
            None => run!(self, fetch_one, sqlx::query_scalar(told).bind(self.organisation).bind(team).bind(notice)),
            Some(since) => {
                run!(self, fetch_one, sqlx::query_scalar(due).bind(self.organisation).bind(team).bind(instant(since)))
            }
        }
    }

    /// Remembers that a message told the admin of what waits in a team since `since`.
    pub async fn escalated(&mut self, team: TeamId, notice: &str, since: DateTime<Utc>) -> sqlx::Result<()> {
        let sql =
            "UPDATE refusals SET admin_notice = $3 WHERE organisation_id = $1 AND team_id = $2 AND logged_at <= $4
                     AND stage IN ('logged', 'with_head') AND withdrawn_at IS NULL AND admin_notice IS NULL";
        let since = instant(since);
        change!(self, sqlx::query(sql).bind(self.organisation).bind(team).bind(notice).bind(since))?;
        Ok(())
    }

    /// The message that told an admin that a refusal waits.
    pub async fn escalated_in(&mut self, refusal: crate::domain::RefusalNumber) -> sqlx::Result<Option<String>> {
        let sql = "SELECT admin_notice FROM refusals WHERE organisation_id = $1 AND number = $2";
        let told: Option<Option<String>> =
            run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation).bind(refusal))?;
        Ok(told.flatten())
    }
}
