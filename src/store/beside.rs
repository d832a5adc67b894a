//! What is to be done beside whatever a refusal waits for: its debrief, and the check of a letter.

use super::tasks::{Task, TaskKind, TaskRow};
use super::tx::{Tx, change, run};
use crate::domain::{PersonId, RefusalNumber};

impl Tx {
    /// What is to be done of this kind about a refusal, by whoever it is.
    pub async fn task_beside(&mut self, refusal: RefusalNumber, kind: TaskKind) -> sqlx::Result<Option<Task>> {
        let sql = "SELECT refusal, kind, person_id, due_at, say_at, told, done_at FROM tasks
                   WHERE organisation_id = $1 AND refusal = $2 AND kind = $3 AND done_at IS NULL";
        let row: Option<TaskRow> =
            run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(refusal).bind(kind.as_str()))?;
        row.map(TaskRow::task).transpose()
    }

    /// The refusal somebody is to debrief that has been due for longest.
    pub async fn oldest_debrief(&mut self, person: PersonId) -> sqlx::Result<Option<RefusalNumber>> {
        let sql = "SELECT refusal FROM tasks
                   WHERE organisation_id = $1 AND person_id = $2 AND kind = 'debrief' AND done_at IS NULL
                   ORDER BY due_at, refusal LIMIT 1";
        run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation).bind(person))
    }

    /// Remembers that a notice of its own told that something is due: the message of the day comes only later.
    pub async fn told_task(&mut self, notice: &str, refusal: RefusalNumber, kind: TaskKind) -> sqlx::Result<()> {
        let remember = "INSERT INTO tasks_told (organisation_id, notice, task_id)
                        SELECT organisation_id, $2, id FROM tasks
                        WHERE organisation_id = $1 AND refusal = $3 AND kind = $4 AND done_at IS NULL
                        ON CONFLICT DO NOTHING";
        let count = "UPDATE tasks SET told = told + 1
                     WHERE organisation_id = $1 AND refusal = $2 AND kind = $3 AND done_at IS NULL";
        let kind = kind.as_str();
        let remembered =
            change!(self, sqlx::query(remember).bind(self.organisation).bind(notice).bind(refusal).bind(kind));
        if remembered? > 0 {
            change!(self, sqlx::query(count).bind(self.organisation).bind(refusal).bind(kind))?;
        }
        Ok(())
    }
}
