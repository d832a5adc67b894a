//! What heads ask reps about a refusal.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::tx::{Tx, change, instant, run};
use crate::domain::{PersonId, RefusalNumber};

/// A question about a refusal, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Question {
    /// Its id.
    pub id: i64,
    /// About which refusal.
    pub refusal: RefusalNumber,
    /// Who asked.
    pub asked_by: PersonId,
    /// Whom.
    pub asked_of: PersonId,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// What.
    pub question: String,
    /// The answer, once there is one.
    pub answer: Option<String>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
}

macro_rules! questions_where {
    ($condition:literal) => {
        concat!(
            "SELECT id, refusal, asked_by, asked_of, asked_at, question, answer, answered_at FROM questions
             WHERE organisation_id = $1 AND ",
            $condition
        )
    };
}

impl Tx {
    /// Stores a question; returns its id.
    pub async fn ask(
        &mut self,
        refusal: RefusalNumber,
        (by, of): (PersonId, PersonId),
        question: &str,
        now: DateTime<Utc>,
    ) -> sqlx::Result<i64> {
        let sql = "INSERT INTO questions (organisation_id, refusal, asked_by, asked_of, asked_at, question)
                   VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        run!(
            self,
            fetch_one,
            sqlx::query_scalar(sql)
                .bind(self.organisation)
                .bind(refusal)
                .bind(by)
                .bind(of)
                .bind(instant(now))
                .bind(question)
        )
    }

    /// A question.
    pub async fn question(&mut self, id: i64) -> sqlx::Result<Option<Question>> {
        let sql = questions_where!("id = $2");
        run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(id))
    }

    /// The questions about a refusal, in the order they were asked.
    pub async fn questions(&mut self, refusal: RefusalNumber) -> sqlx::Result<Vec<Question>> {
        let sql = questions_where!("refusal = $2 ORDER BY id");
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(refusal))
    }

    /// The question about a refusal that somebody has had longest to answer.
    pub async fn open_question(&mut self, refusal: RefusalNumber, of: PersonId) -> sqlx::Result<Option<Question>> {
        let sql = questions_where!("refusal = $2 AND asked_of = $3 AND answer IS NULL ORDER BY id LIMIT 1");
        run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(refusal).bind(of))
    }

    /// Stores the answer to a question that has none; `false` if it has one.
    pub async fn answer(&mut self, id: i64, answer: &str, now: DateTime<Utc>) -> sqlx::Result<bool> {
        let sql = "UPDATE questions SET answer = $3, answered_at = $4
                   WHERE organisation_id = $1 AND id = $2 AND answer IS NULL";
        Ok(change!(self, sqlx::query(sql).bind(self.organisation).bind(id).bind(answer).bind(instant(now)))? > 0)
    }
}
