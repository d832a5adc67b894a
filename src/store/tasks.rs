//! What owners are to do about refusals that the head decided, and when.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::tx::{Tx, change, instant, run};
use crate::domain::{PersonId, RefusalNumber, TeamId};

/// What somebody is to do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    /// Its owner: say how the new terms went.
    Deal,
    /// Its owner: call the client again.
    Recontact,
    /// Its rep: say how it went, while it is fresh.
    Debrief,
    /// Who sent the letter to a silent client: say whether they answered.
    Letter,
    /// Whoever the head asked: answer.
    Question,
}

impl TaskKind {
    const ALL: [TaskKind; 5] =
        [TaskKind::Deal, TaskKind::Recontact, TaskKind::Debrief, TaskKind::Letter, TaskKind::Question];

    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            TaskKind::Deal => "deal",
            TaskKind::Recontact => "recontact",
            TaskKind::Debrief => "debrief",
            TaskKind::Letter => "letter",
            TaskKind::Question => "question",
        }
    }
}

/// In whose hands a refusal is: one of these at a time.
const IN_HAND: [TaskKind; 2] = [TaskKind::Deal, TaskKind::Recontact];

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
    /// When a message of the day says it next; `None`: it was said often enough.
    pub say_at: Option<DateTime<Utc>>,
    /// How often it was said that it is due.
    pub told: i64,
    /// Whether it was done.
    pub done: bool,
}

impl Task {
    /// Something new to be done.
    pub fn new(refusal: RefusalNumber, kind: TaskKind, person: PersonId, due_at: DateTime<Utc>) -> Self {
        Self { refusal, kind, person, due_at, say_at: Some(due_at), told: 0, done: false }
    }

    /// Whether its moment is still to come, and nothing was said of it.
    pub fn is_to_come(&self, now: DateTime<Utc>) -> bool {
        self.told == 0 && self.due_at > now
    }
}

/// When things that are said now are said again.
#[derive(Clone, Copy, Debug)]
pub struct Telling {
    /// How often the same thing is said.
    pub times: i64,
    /// When it is said the next time.
    pub again_at: DateTime<Utc>,
    /// When the head is told, once it was said often enough.
    pub head_at: DateTime<Utc>,
}

/// Things of one person that are said at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct SaidAt {
    /// When a message of the day says them next.
    pub say_at: DateTime<Utc>,
    /// Whether they were said before.
    pub told: bool,
}

/// Whose tasks a message of the day says.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    /// Its reader's own: all of them.
    Own(PersonId),
    /// Those of somebody for whom the reader stands in: what is in their hands. How it went only they can say.
    StoodInFor(PersonId),
}

impl Whose {
    pub(super) fn person(self) -> (PersonId, bool) {
        match self {
            Whose::Own(person) => (person, true),
            Whose::StoodInFor(person) => (person, false),
        }
    }
}

/// Things of one person that the head is told about.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Waiting {
    /// The team of those refusals.
    pub team: TeamId,
    /// Who has them.
    pub person: PersonId,
    /// Who had them, and left.
    pub left_by: Option<PersonId>,
    /// How many.
    pub count: i64,
}

/// The most things one message tells.
pub(super) const MOST: i64 = 100;

/// A task as stored.
#[derive(FromRow)]
pub(super) struct TaskRow {
    refusal: RefusalNumber,
    kind: String,
    person_id: PersonId,
    due_at: DateTime<Utc>,
    say_at: Option<DateTime<Utc>>,
    told: i64,
    done_at: Option<DateTime<Utc>>,
}

impl TaskRow {
    pub(super) fn task(self) -> sqlx::Result<Task> {
        let kind = TaskKind::ALL.into_iter().find(|kind| kind.as_str() == self.kind);
        let kind = kind.ok_or_else(|| sqlx::Error::Decode(format!("no task is a {:?}", self.kind).into()))?;
        let TaskRow { refusal, person_id: person, due_at, say_at, told, done_at, .. } = self;
        Ok(Task { refusal, kind, person, due_at, say_at, told, done: done_at.is_some() })
    }
}

macro_rules! tasks_where {
    ($condition:literal) => {
        concat!(
            "SELECT refusal, kind, person_id, due_at, say_at, told, done_at FROM tasks WHERE organisation_id = $1 AND ",
            $condition
        )
    };
}
pub(super) use tasks_where;

impl Tx {
    /// Puts a refusal into somebody's hands, in place of whoever had it; what stands beside stays.
    pub async fn hand(&mut self, task: &Task, now: DateTime<Utc>) -> sqlx::Result<()> {
        if IN_HAND.contains(&task.kind) {
            self.done_with(task.refusal, now).await?;
        } else {
            self.done(task, now).await?;
        }
        self.give(task).await
    }

    /// Adds something to be done about a refusal of which nothing of this kind is: of a new one.
    pub async fn give(&mut self, task: &Task) -> sqlx::Result<()> {
        let sql = "INSERT INTO tasks (organisation_id, refusal, kind, person_id, due_at, say_at)
                   VALUES ($1, $2, $3, $4, $5, $6)";
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(task.refusal)
                .bind(task.kind.as_str())
                .bind(task.person)
                .bind(instant(task.due_at))
                .bind(task.say_at.map(instant))
        )?;
        Ok(())
    }

    /// When a message of the day says something next; `None`: never by itself. How often it was said still counts.
    pub async fn say_task_at(&mut self, task: &Task, say_at: Option<DateTime<Utc>>) -> sqlx::Result<()> {
        let sql = "UPDATE tasks SET say_at = $4
                   WHERE organisation_id = $1 AND refusal = $2 AND kind = $3 AND done_at IS NULL";
        let (refusal, kind) = (task.refusal, task.kind.as_str());
        change!(self, sqlx::query(sql).bind(self.organisation).bind(refusal).bind(kind).bind(say_at.map(instant)))?;
        Ok(())
    }

    /// Lets something fall due at another moment, as if nothing had been said of it.
    pub async fn move_task(&mut self, task: &Task, due_at: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE tasks SET due_at = $4, say_at = $4, told = 0, head_at = NULL, head_notice = NULL
                   WHERE organisation_id = $1 AND refusal = $2 AND kind = $3 AND done_at IS NULL";
        let (refusal, kind) = (task.refusal, task.kind.as_str());
        change!(self, sqlx::query(sql).bind(self.organisation).bind(refusal).bind(kind).bind(instant(due_at)))?;
        Ok(())
    }

    /// Something was done, or need not be any more.
    pub async fn done(&mut self, task: &Task, now: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE tasks SET done_at = $4
                   WHERE organisation_id = $1 AND refusal = $2 AND kind = $3 AND done_at IS NULL";
        let (refusal, kind) = (task.refusal, task.kind.as_str());
        change!(self, sqlx::query(sql).bind(self.organisation).bind(refusal).bind(kind).bind(instant(now)))?;
        Ok(())
    }

    /// Takes a refusal out of its owner's hands.
    pub async fn done_with(&mut self, refusal: RefusalNumber, now: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "UPDATE tasks SET done_at = $3 WHERE organisation_id = $1 AND refusal = $2 AND done_at IS NULL
                     AND kind IN ('deal', 'recontact')";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(refusal).bind(instant(now)))?;
        Ok(())
    }

    /// The moments at which a person's things are said next, but for debriefs, unless they were said and `debriefs`.
    pub async fn moments_of(&mut self, person: PersonId, debriefs: bool) -> sqlx::Result<Vec<SaidAt>> {
        let sql = "SELECT DISTINCT say_at, told > 0 AS told FROM tasks
                   WHERE organisation_id = $1 AND done_at IS NULL AND person_id = $2 AND say_at IS NOT NULL
                     AND (kind <> 'debrief' OR (told > 0 AND $3)) ORDER BY say_at, told";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(person).bind(debriefs))
    }

    /// Lets what [`Tx::moments_of`] found at a moment be said at another; what was not said yet falls due then.
    pub async fn move_moment(
        &mut self,
        person: PersonId,
        debriefs: bool,
        from: SaidAt,
        to: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let told = "UPDATE tasks SET say_at = $5
                    WHERE organisation_id = $1 AND done_at IS NULL AND person_id = $2 AND say_at = $4 AND told > 0
                      AND (kind <> 'debrief' OR $3)";
        let untold = "UPDATE tasks SET due_at = $5, say_at = $5, head_at = NULL, head_notice = NULL
                      WHERE organisation_id = $1 AND done_at IS NULL AND person_id = $2 AND say_at = $4 AND told = 0
                        AND (kind <> 'debrief' OR (told > 0 AND $3))";
        let (sql, from, to) = (if from.told { told } else { untold }, instant(from.say_at), instant(to));
        change!(self, sqlx::query(sql).bind(self.organisation).bind(person).bind(debriefs).bind(from).bind(to))?;
        Ok(())
    }

    /// What a person is to be asked about how it went, soonest first, at most `most`; `all`: also what they were.
    pub async fn debriefs_of(&mut self, person: PersonId, all: bool, most: i64) -> sqlx::Result<Vec<Task>> {
        let sql = tasks_where!(
            "done_at IS NULL AND person_id = $2 AND kind = 'debrief' AND (told = 0 OR $3)
             ORDER BY due_at, refusal LIMIT $4"
        );
        let rows: Vec<TaskRow> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(person).bind(all).bind(most))?;
        rows.into_iter().map(TaskRow::task).collect()
    }

    /// In whose hands a refusal is, if in anybody's.
    pub async fn task(&mut self, refusal: RefusalNumber) -> sqlx::Result<Option<Task>> {
        let sql = tasks_where!("refusal = $2 AND done_at IS NULL AND kind IN ('deal', 'recontact')");
        let row: Option<TaskRow> =
            run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(refusal))?;
        row.map(TaskRow::task).transpose()
    }

    /// What a person is to do, soonest first, at most `most`.
    pub async fn tasks_of(&mut self, person: PersonId, most: i64) -> sqlx::Result<Vec<Task>> {
        let sql = tasks_where!("done_at IS NULL AND person_id = $2 ORDER BY due_at, refusal LIMIT $3");
        let rows: Vec<TaskRow> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(person).bind(most))?;
        rows.into_iter().map(TaskRow::task).collect()
    }

    /// How much a person is to do.
    pub async fn count_tasks(&mut self, person: PersonId) -> sqlx::Result<i64> {
        let sql = "SELECT COUNT(*) FROM tasks WHERE organisation_id = $1 AND person_id = $2 AND done_at IS NULL";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(person))
    }

    /// The notices that told of something to be done about a refusal.
    pub async fn tasks_told(&mut self, refusal: RefusalNumber) -> sqlx::Result<Vec<String>> {
        let sql = "SELECT o.notice FROM tasks t CROSS JOIN tasks_told o
                   WHERE t.organisation_id = $1 AND t.refusal = $2 AND o.organisation_id = $1 AND o.task_id = t.id";
        let mut told: Vec<String> =
            run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(refusal))?;
        told.sort_unstable();
        told.dedup();
        Ok(told)
    }
}
