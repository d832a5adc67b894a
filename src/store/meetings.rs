//! What refusal meetings decided, and which messages of the day told of it.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::tasks::Telling;
use super::tx::{Tx, change, instant, run};
use crate::domain::{MeetingDecision, PersonId, TeamId};

#[derive(FromRow)]
struct Row {
    id: i64,
    team_id: TeamId,
    what: String,
    owner_id: PersonId,
    due_on: NaiveDate,
    moved_from: Option<NaiveDate>,
    say_at: Option<DateTime<Utc>>,
    told: i64,
    done_at: Option<DateTime<Utc>>,
    note: Option<String>,
}

impl From<Row> for MeetingDecision {
    fn from(row: Row) -> Self {
        let Row { id, team_id: team, what, owner_id: owner, due_on, moved_from, say_at, told, done_at, note } = row;
        Self { id, team, what, owner, due_on, moved_from, say_at, told, done_at, note }
    }
}

/// A decision that a message of the day told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldDecision {
    /// As it stands.
    pub decision: MeetingDecision,
    /// The day it was for when it was told.
    pub was_due_on: NaiveDate,
}

macro_rules! meeting_decisions_where {
    ($condition:literal) => {
        concat!(
            "SELECT id, team_id, what, owner_id, due_on, moved_from, say_at, told, done_at, note FROM meeting_decisions
             WHERE organisation_id = $1 AND ",
            $condition
        )
    };
}

fn read(rows: sqlx::Result<Vec<Row>>) -> sqlx::Result<Vec<MeetingDecision>> {
    Ok(rows?.into_iter().map(MeetingDecision::from).collect())
}

impl Tx {
    /// Remembers what a meeting decided, to be said at `say_at`.
    pub async fn decide_in_meeting(
        &mut self,
        team: TeamId,
        (what, owner, due_on): (&str, PersonId, NaiveDate),
        say_at: DateTime<Utc>,
        by: PersonId,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let sql = "INSERT INTO meeting_decisions
                       (organisation_id, team_id, what, owner_id, due_on, say_at, decided_by, decided_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(team)
                .bind(what)
                .bind(owner)
                .bind(due_on)
                .bind(instant(say_at))
                .bind(by)
                .bind(instant(now))
        )?;
        Ok(())
    }

    /// What a team's meetings decided and nobody has done yet, due first, at most `most`.
    pub async fn open_meeting_decisions(&mut self, team: TeamId, most: i64) -> sqlx::Result<Vec<MeetingDecision>> {
        let sql = meeting_decisions_where!("team_id = $2 AND done_at IS NULL ORDER BY due_on, id LIMIT $3");
        let rows = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(most));
        read(rows)
    }

    /// What a team's meetings decided and was done since `since`, in the order in which it was, at most `most`.
    pub async fn meeting_decisions_done(
        &mut self,
        team: TeamId,
        since: DateTime<Utc>,
        most: i64,
    ) -> sqlx::Result<Vec<MeetingDecision>> {
        let sql = meeting_decisions_where!("team_id = $2 AND done_at >= $3 ORDER BY done_at, id LIMIT $4");
        let since = instant(since);
        let rows = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(team).bind(since).bind(most));
        read(rows)
    }

    /// What a meeting decided, by its id.
    pub async fn meeting_decision(&mut self, id: i64) -> sqlx::Result<Option<MeetingDecision>> {
        let sql = meeting_decisions_where!("id = $2");
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(id))?;
        Ok(row.map(MeetingDecision::from))
    }

    /// What a meeting decided is done; whether it was not yet.
    pub async fn meeting_decision_done(
        &mut self,
        id: i64,
        by: PersonId,
        note: Option<&str>,
        now: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        let sql = "UPDATE meeting_decisions SET done_by = $3, done_at = $4, note = $5
                   WHERE organisation_id = $1 AND id = $2 AND done_at IS NULL";
        let now = instant(now);
        let done = change!(self, sqlx::query(sql).bind(self.organisation).bind(id).bind(by).bind(now).bind(note))?;
        Ok(done > 0)
    }

    /// What a meeting decided needs until another day, and is said at `say_at` as if nothing had been said of it; whether
    /// it was not done.
    pub async fn meeting_decision_moved(
        &mut self,
        id: i64,
        (due_on, say_at): (NaiveDate, DateTime<Utc>),
        by: PersonId,
        now: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        let sql = "UPDATE meeting_decisions SET moved_from = due_on, due_on = $3, say_at = $4, told = 0, moved_by = $5,
                       moved_at = $6
                   WHERE organisation_id = $1 AND id = $2 AND done_at IS NULL";
        let (say_at, now) = (instant(say_at), instant(now));
        let moved = change!(
            self,
            sqlx::query(sql).bind(self.organisation).bind(id).bind(due_on).bind(say_at).bind(by).bind(now)
        )?;
        Ok(moved > 0)
    }

    /// Lets a message of the day say at another moment what a meeting decided.
    pub async fn say_meeting_decision_at(&mut self, id: i64, say_at: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE meeting_decisions SET say_at = $3
                   WHERE organisation_id = $1 AND id = $2 AND done_at IS NULL";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(id).bind(instant(say_at)))?;
        Ok(())
    }

    /// What is still to be said to a person: planned for a moment, or not planned at all by an earlier version.
    pub async fn meeting_decisions_of(&mut self, person: PersonId) -> sqlx::Result<Vec<MeetingDecision>> {
        let sql = meeting_decisions_where!(
            "owner_id = $2 AND done_at IS NULL AND (say_at IS NOT NULL OR told = 0) ORDER BY due_on, id"
        );
        let rows = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(person));
        read(rows)
    }

    /// Those who are there and have something to do that was never planned to be said: an earlier version did not.
    pub async fn owners_of_unplanned_decisions(&mut self) -> sqlx::Result<Vec<PersonId>> {
        let sql = "SELECT DISTINCT m.owner_id FROM meeting_decisions m
                   JOIN people p ON p.organisation_id = m.organisation_id AND p.id = m.owner_id AND p.left_at IS NULL
                   WHERE m.organisation_id = $1 AND m.done_at IS NULL AND m.say_at IS NULL AND m.told = 0
                   ORDER BY m.owner_id";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation))
    }

    /// What is to be said to a person by `until`, at most `most`.
    pub async fn meeting_decisions_to_say(
        &mut self,
        person: PersonId,
        until: DateTime<Utc>,
        most: i64,
    ) -> sqlx::Result<Vec<MeetingDecision>> {
        let sql = meeting_decisions_where!(
            "owner_id = $2 AND done_at IS NULL AND say_at <= $3 ORDER BY say_at, due_on, id LIMIT $4"
        );
        let until = instant(until);
        let rows =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(person).bind(until).bind(most));
        read(rows)
    }

    /// Remembers that a notice told of a decision, and when it is told again.
    pub async fn told_meeting_decision(
        &mut self,
        notice: &str,
        decision: &MeetingDecision,
        telling: &Telling,
    ) -> sqlx::Result<()> {
        let told = "INSERT INTO meeting_decisions_told (organisation_id, notice, decision_id, due_on)
                    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        let again =
            "UPDATE meeting_decisions SET told = told + 1, say_at = CASE WHEN told + 1 < $3 THEN $4 ELSE NULL END
                     WHERE organisation_id = $1 AND id = $2";
        let (id, again_at) = (decision.id, instant(telling.again_at));
        change!(self, sqlx::query(told).bind(self.organisation).bind(notice).bind(id).bind(decision.due_on))?;
        change!(self, sqlx::query(again).bind(self.organisation).bind(id).bind(telling.times).bind(again_at))?;
        Ok(())
    }

    /// What a notice told of, as it stands.
    pub async fn meeting_decisions_told_in(&mut self, notice: &str) -> sqlx::Result<Vec<ToldDecision>> {
        let sql = "SELECT decision_id, due_on FROM meeting_decisions_told
                   WHERE organisation_id = $1 AND notice = $2 ORDER BY due_on, decision_id";
        let told: Vec<(i64, NaiveDate)> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(notice))?;
        let mut found = Vec::new();
        for (id, was_due_on) in told {
            found.extend(self.meeting_decision(id).await?.map(|decision| ToldDecision { decision, was_due_on }));
        }
        Ok(found)
    }

    /// The notices that told of a decision.
    pub async fn notices_of_meeting_decision(&mut self, id: i64) -> sqlx::Result<Vec<String>> {
        let sql = "SELECT notice FROM meeting_decisions_told
                   WHERE organisation_id = $1 AND decision_id = $2 ORDER BY notice";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(id))
    }

    /// What somebody who left was to do for a team is somebody else's to do; whether there was any.
    pub async fn inherit_meeting_decisions(
        &mut self,
        (from, team): (PersonId, TeamId),
        to: PersonId,
    ) -> sqlx::Result<bool> {
        let sql = "UPDATE meeting_decisions SET owner_id = $4, say_at = NULL, told = 0
                   WHERE organisation_id = $1 AND owner_id = $2 AND team_id = $3 AND done_at IS NULL";
        Ok(change!(self, sqlx::query(sql).bind(self.organisation).bind(from).bind(team).bind(to))? > 0)
    }
}
