//! What owners are to do about refusals that the head decided, and when.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::tx::{Tx, change, instant, run};
use crate::domain::{PersonId, RefusalNumber};

/// What somebody is to do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    /// Its owner: say how the new terms went.
    Deal,
    /// Its owner: call the client again.
    Recontact,
}

impl TaskKind {
    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            TaskKind::Deal => "deal",
            TaskKind::Recontact => "recontact",
        }
    }
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// About which refusal.
    pub refusal: RefusalNumber,
    /// What.
    pub kind: TaskKind,
    /// Who is to do it.
    pub person: PersonId,
    /// When.
    pub due_at: DateTime<Utc>,
    /// The notice that said it is due.
    pub told_in: Option<String>,
    /// Whether it was done.
    pub done: bool,
}

impl Task {
    /// Something new to be done.
    pub fn new(refusal: RefusalNumber, kind: TaskKind, person: PersonId, due_at: DateTime<Utc>) -> Self {
        Self { refusal, kind, person, due_at, told_in: None, done: false }
    }
}

#[derive(FromRow)]
struct Row {
    refusal: RefusalNumber,
    kind: String,
    person_id: PersonId,
    due_at: DateTime<Utc>,
    told_in: Option<String>,
    done_at: Option<DateTime<Utc>>,
}

impl Row {
    fn task(self) -> sqlx::Result<Task> {
        let kind = [TaskKind::Deal, TaskKind::Recontact].into_iter().find(|kind| kind.as_str() == self.kind);
        let kind = kind.ok_or_else(|| sqlx::Error::Decode(format!("no task is a {:?}", self.kind).into()))?;
        let Row { refusal, person_id: person, due_at, told_in, done_at, .. } = self;
        Ok(Task { refusal, kind, person, due_at, told_in, done: done_at.is_some() })
    }
}

macro_rules! tasks_where {
    ($condition:literal) => {
        concat!(
            "SELECT refusal, kind, person_id, due_at, told_in, done_at FROM tasks WHERE organisation_id = $1 AND ",
            $condition
        )
    };
}

impl Tx {
    /// Puts a refusal into somebody's hands, in place of whoever had it.
    pub async fn hand(&mut self, task: &Task, now: DateTime<Utc>) -> sqlx::Result<()> {
        self.done_with(task.refusal, now).await?;
        let sql = "INSERT INTO tasks (organisation_id, refusal, kind, person_id, due_at) VALUES ($1, $2, $3, $4, $5)";
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(task.refusal)
                .bind(task.kind.as_str())
                .bind(task.person)
                .bind(instant(task.due_at))
        )?;
        Ok(())
    }

    /// Lets what is to be done about a refusal fall due at another moment.
    pub async fn move_task(&mut self, refusal: RefusalNumber, due_at: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE tasks SET due_at = $3 WHERE organisation_id = $1 AND refusal = $2 AND done_at IS NULL";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(refusal).bind(instant(due_at)))?;
        Ok(())
    }

    /// Takes a refusal out of its owner's hands.
    pub async fn done_with(&mut self, refusal: RefusalNumber, now: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE tasks SET done_at = $3 WHERE organisation_id = $1 AND refusal = $2 AND done_at IS NULL";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(refusal).bind(instant(now)))?;
        Ok(())
    }

    /// What is to be done about a refusal, if anything is.
    pub async fn task(&mut self, refusal: RefusalNumber) -> sqlx::Result<Option<Task>> {
        let sql = tasks_where!("refusal = $2 AND done_at IS NULL");
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(refusal))?;
        row.map(Row::task).transpose()
    }

    /// What a person is to do, soonest first, at most `most`.
    pub async fn tasks_of(&mut self, person: PersonId, most: i64) -> sqlx::Result<Vec<Task>> {
        let sql = tasks_where!("done_at IS NULL AND person_id = $2 ORDER BY due_at, refusal LIMIT $3");
        let rows: Vec<Row> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(person).bind(most))?;
        rows.into_iter().map(Row::task).collect()
    }

    /// How much a person is to do.
    pub async fn count_tasks(&mut self, person: PersonId) -> sqlx::Result<i64> {
        let sql = "SELECT COUNT(*) FROM tasks WHERE organisation_id = $1 AND person_id = $2 AND done_at IS NULL";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(person))
    }

    /// The notices that told of something to be done about a refusal.
    pub async fn tasks_told(&mut self, refusal: RefusalNumber) -> sqlx::Result<Vec<String>> {
        let sql = "SELECT DISTINCT told_in FROM tasks
                   WHERE organisation_id = $1 AND refusal = $2 AND told_in IS NOT NULL";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(refusal))
    }

    /// What a notice tells a person is due: what it told already, done or not, and what was due by `until` and nothing
    /// told.
    pub async fn tasks_told_in(
        &mut self,
        notice: &str,
        person: PersonId,
        until: DateTime<Utc>,
    ) -> sqlx::Result<Vec<Task>> {
        let sql = tasks_where!(
            "(told_in = $2 OR (told_in IS NULL AND done_at IS NULL AND person_id = $3 AND due_at <= $4))
             ORDER BY due_at, refusal"
        );
        let rows: Vec<Row> = run!(
            self,
            fetch_all,
            sqlx::query_as(sql).bind(self.organisation).bind(notice).bind(person).bind(instant(until))
        )?;
        rows.into_iter().map(Row::task).collect()
    }

    /// Remembers that a notice told a person what was due by `until`.
    pub async fn told_tasks(&mut self, notice: &str, person: PersonId, until: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE tasks SET told_in = $2
                   WHERE organisation_id = $1 AND told_in IS NULL AND done_at IS NULL AND person_id = $3
                     AND due_at <= $4";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(notice).bind(person).bind(instant(until)))?;
        Ok(())
    }
}
