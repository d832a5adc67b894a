//! Lists of leads, and what is reported of them.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::above::Watched;
use super::leads::{Row, leads_where};
use super::tx::{Tx, change, instant, run};
use crate::domain::{Lead, LeadNumber, PersonId, TeamId};

/// Which of the leads that somebody does not reach out to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetGo {
    /// How often that was said, to them and then to whoever leads.
    pub times: RangeInclusive<i64>,
    /// When it was last said to them: before then.
    pub before: DateTime<Utc>,
    /// When it was said to whoever leads: since then, if that matters.
    pub above_since: Option<DateTime<Utc>>,
}

/// What is reported of a lead.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LeadRow {
    /// Whose team has it.
    pub team_id: TeamId,
    /// Where it came from.
    pub source: String,
    /// Its state.
    pub state: String,
    /// Who has it.
    pub owner_id: Option<PersonId>,
    /// Who reached out first.
    pub touched_by: Option<PersonId>,
    /// How many seconds it took until whoever worked it had it.
    pub routing: Option<i64>,
    /// How many seconds of working time they then took.
    pub human: Option<i64>,
    /// Why it is none for us.
    pub unfit: Option<String>,
}

impl LeadRow {
    /// Whether somebody touched it, or said why not.
    pub fn is_worked(&self) -> bool {
        self.state != "waiting"
    }
}

/// Which leads a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeadsOf {
    /// Those somebody has in hand.
    Owner(PersonId),
    /// All of a team that are not over.
    Team(TeamId),
    /// Those of a team that nobody touched.
    Untouched(TeamId),
}

impl Tx {
    /// The leads of a list, those due first, at most `most`.
    pub async fn leads_of(&mut self, of: LeadsOf, most: i64) -> sqlx::Result<Vec<Lead>> {
        let rows: Vec<Row> = match of {
            LeadsOf::Owner(person) => {
                let sql = leads_where!(
                    "owner_id = $2 AND over_at IS NULL ORDER BY due_at IS NULL, due_at, next_touch, number LIMIT $3"
                );
                run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(person).bind(most))?
            }
            LeadsOf::Team(team) => {
                let sql = leads_where!(
                    "team_id = $2 AND over_at IS NULL ORDER BY due_at IS NULL, due_at, next_touch, number LIMIT $3"
                );
                run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(most))?
            }
            LeadsOf::Untouched(team) => {
                let sql = leads_where!(
                    "team_id = $2 AND over_at IS NULL AND state = 'waiting' ORDER BY due_at, number LIMIT $3"
                );
                run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(most))?
            }
        };
        rows.into_iter().map(Row::lead).collect()
    }

    /// How many leads a list is of.
    pub async fn count_leads(&mut self, of: LeadsOf) -> sqlx::Result<i64> {
        let (sql, id) = match of {
            LeadsOf::Owner(person) => (
                "SELECT COUNT(*) FROM leads WHERE organisation_id = $1 AND owner_id = $2 AND over_at IS NULL",
                person.0,
            ),
            LeadsOf::Team(team) => {
                ("SELECT COUNT(*) FROM leads WHERE organisation_id = $1 AND team_id = $2 AND over_at IS NULL", team.0)
            }
            LeadsOf::Untouched(team) => (
                "SELECT COUNT(*) FROM leads
                 WHERE organisation_id = $1 AND team_id = $2 AND over_at IS NULL AND state = 'waiting'",
                team.0,
            ),
        };
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(id))
    }

    /// How many leads of a team nobody touched, by where they came from, those with most first.
    pub async fn untouched_by_source(&mut self, team: TeamId) -> sqlx::Result<Vec<(String, i64)>> {
        let sql = "SELECT source, COUNT(*) AS many FROM leads
                   WHERE organisation_id = $1 AND team_id = $2 AND over_at IS NULL AND state = 'waiting'
                   GROUP BY source ORDER BY many DESC, source";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team))
    }

    /// What is reported of a team's leads that came in between two instants, the second one not included.
    pub async fn leads_between(
        &mut self,
        team: TeamId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> sqlx::Result<Vec<LeadRow>> {
        let sql = "SELECT team_id, source, state, owner_id, touched_by, routing, human, unfit FROM leads
                   WHERE organisation_id = $1 AND received_at >= $2 AND received_at < $3 AND team_id = $4";
        let (from, to) = (instant(from), instant(to));
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(from).bind(to).bind(team))
    }

    /// Who left and still has leads in hand.
    pub async fn left_with_leads(&mut self) -> sqlx::Result<Vec<PersonId>> {
        let sql = "SELECT p.id FROM people p WHERE p.organisation_id = $1 AND p.left_at IS NOT NULL
                     AND EXISTS (SELECT 1 FROM leads l
                                 WHERE l.organisation_id = $1 AND l.owner_id = p.id AND l.over_at IS NULL)";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation))
    }

    /// The leads nobody touched that somebody has in hand, after one of them, at most `most`.
    pub async fn running_leads(&mut self, after: LeadNumber, most: i64) -> sqlx::Result<Vec<Lead>> {
        let sql = leads_where!(
            "number > $2 AND over_at IS NULL AND state = 'waiting' AND owner_id IS NOT NULL ORDER BY number LIMIT $3"
        );
        let rows: Vec<Row> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(after).bind(most))?;
        rows.into_iter().map(Row::lead).collect()
    }

    /// The leads somebody has in hand whose time is over, at most `most`.
    pub async fn late_leads(&mut self, owner: PersonId, most: i64) -> sqlx::Result<Vec<Lead>> {
        let sql = leads_where!(
            "owner_id = $2 AND over_at IS NULL AND state = 'waiting' AND rung = 2 ORDER BY due_at, number LIMIT $3"
        );
        let rows: Vec<Row> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(owner).bind(most))?;
        rows.into_iter().map(Row::lead).collect()
    }

    /// How many those are in all.
    pub async fn count_late_leads(&mut self, owner: PersonId) -> sqlx::Result<i64> {
        let sql = "SELECT COUNT(*) FROM leads
                   WHERE organisation_id = $1 AND owner_id = $2 AND over_at IS NULL AND state = 'waiting' AND rung = 2";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(owner))
    }

    /// The leads somebody is to reach out to again by a day, and was told so fewer than `times` times, or last since an
    /// instant; at most `most`.
    pub async fn leads_to_touch(
        &mut self,
        person: PersonId,
        by: NaiveDate,
        (times, since): (i64, Option<DateTime<Utc>>),
        most: i64,
    ) -> sqlx::Result<Vec<Lead>> {
        let sql = leads_where!(
            "owner_id = $2 AND over_at IS NULL AND next_touch <= $3 AND (next_told < $5 OR next_told_at >= $6)
             ORDER BY next_touch, number LIMIT $4"
        );
        let rows: Vec<Row> = run!(
            self,
            fetch_all,
            sqlx::query_as(sql)
                .bind(self.organisation)
                .bind(person)
                .bind(by)
                .bind(most)
                .bind(times)
                .bind(since.map(instant))
        )?;
        rows.into_iter().map(Row::lead).collect()
    }

    /// How many leads of a team somebody else is to reach out to and was told so, by who has them.
    pub async fn let_go(
        &mut self,
        (team, watched): (TeamId, Watched),
        told: &LetGo,
    ) -> sqlx::Result<Vec<(PersonId, i64)>> {
        let sql = "SELECT owner_id, COUNT(*) FROM leads
                   WHERE organisation_id = $1 AND team_id = $2 AND over_at IS NULL AND next_touch IS NOT NULL
                     AND next_told >= $4 AND next_told <= $5 AND owner_id IS NOT NULL AND owner_id <> $3
                     AND ($6 = 0 OR owner_id = $6) AND COALESCE(next_told_at, received_at) < $7
                     AND ($8 IS NULL OR next_above_at IS NULL OR next_above_at >= $8)
                   GROUP BY owner_id ORDER BY owner_id";
        let (not, only) = watched.but_and_only();
        run!(
            self,
            fetch_all,
            sqlx::query_as(sql)
                .bind(self.organisation)
                .bind(team)
                .bind(not)
                .bind(told.times.start())
                .bind(told.times.end())
                .bind(only)
                .bind(instant(told.before))
                .bind(told.above_since.map(instant))
        )
    }

    /// Whoever leads was told of what somebody was told `times` times, the last before an instant.
    pub async fn told_of_let_go(
        &mut self,
        (team, watched): (TeamId, Watched),
        (times, before): (i64, DateTime<Utc>),
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let sql = "UPDATE leads SET next_told = next_told + 1, next_above_at = $7
                   WHERE organisation_id = $1 AND team_id = $2 AND over_at IS NULL AND next_touch IS NOT NULL
                     AND next_told = $4 AND owner_id IS NOT NULL AND owner_id <> $3 AND ($5 = 0 OR owner_id = $5)
                     AND COALESCE(next_told_at, received_at) < $6";
        let (not, only) = watched.but_and_only();
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(team)
                .bind(not)
                .bind(times)
                .bind(only)
                .bind(instant(before))
                .bind(instant(now))
        )?;
        Ok(())
    }

    /// A message said that somebody is to reach out to a lead again; how often it was said now.
    pub async fn told_lead(&mut self, lead: LeadNumber, now: DateTime<Utc>) -> sqlx::Result<i64> {
        let sql = "UPDATE leads SET next_told = next_told + 1, next_told_at = $3
                   WHERE organisation_id = $1 AND number = $2 RETURNING next_told";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(lead).bind(instant(now)))
    }
}
