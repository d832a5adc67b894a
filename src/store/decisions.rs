//! What was decided about refusals.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::refusals::unreadable;
use super::tx::{Tx, instant, run};
use crate::domain::{Lever, PersonId, RefusalNumber, Stage};

/// Something that was decided about a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its id; not used when it is stored.
    pub id: i64,
    /// About which refusal.
    pub refusal: RefusalNumber,
    /// Who decided.
    pub by: PersonId,
    /// When.
    pub at: DateTime<Utc>,
    /// Where it led.
    pub stage: Stage,
    /// What is tried.
    pub lever: Option<Lever>,
    /// In words.
    pub note: Option<String>,
    /// When it is looked at again.
    pub due_on: Option<NaiveDate>,
    /// What it rests on beside answers, such as why an account is closed: a key, and what was said. Before calls had
    /// questionnaires, their answers too, by question.
    pub call: Vec<(String, String)>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    refusal: RefusalNumber,
    decided_by: PersonId,
    decided_at: DateTime<Utc>,
    stage: String,
    lever: Option<String>,
    note: Option<String>,
    due_on: Option<NaiveDate>,
    call: Option<String>,
}

macro_rules! decisions_where {
    ($condition:literal) => {
        concat!(
            "SELECT id, refusal, decided_by, decided_at, stage, lever, note, due_on, call FROM decisions
             WHERE organisation_id = $1 AND ",
            $condition
        )
    };
}

impl Row {
    fn decision(self) -> sqlx::Result<Decision> {
        Ok(Decision {
            id: self.id,
            refusal: self.refusal,
            by: self.decided_by,
            at: self.decided_at,
            stage: self.stage.parse().map_err(unreadable)?,
            lever: self.lever.map(|lever| lever.parse().map_err(unreadable)).transpose()?,
            note: self.note,
            due_on: self.due_on,
            call: self.call.map_or(Ok(Vec::new()), |call| serde_json::from_str(&call).map_err(unreadable))?,
        })
    }
}

impl Tx {
    /// Remembers a decision; returns its id.
    pub async fn decided(&mut self, decision: &Decision) -> sqlx::Result<i64> {
        let sql =
            "INSERT INTO decisions (organisation_id, refusal, decided_by, decided_at, stage, lever, note, due_on, call)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
        let call = (!decision.call.is_empty()).then(|| serde_json::to_string(&decision.call)).transpose();
        let call = call.map_err(|error| sqlx::Error::Encode(error.into()))?;
        let was = self.found(decision.refusal).await?;
        let id = run!(
            self,
            fetch_one,
            sqlx::query_scalar(sql)
                .bind(self.organisation)
                .bind(decision.refusal)
                .bind(decision.by)
                .bind(instant(decision.at))
                .bind(decision.stage.as_str())
                .bind(decision.lever.map(Lever::as_str))
                .bind(&decision.note)
                .bind(decision.due_on)
                .bind(&call)
        )?;
        self.follows_now(decision.refusal, &was).await?;
        Ok(id)
    }

    /// A decision.
    pub async fn decision(&mut self, id: i64) -> sqlx::Result<Option<Decision>> {
        let sql = decisions_where!("id = $2");
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(id))?;
        row.map(Row::decision).transpose()
    }

    /// What was decided about a refusal, in order.
    pub async fn decisions(&mut self, refusal: RefusalNumber) -> sqlx::Result<Vec<Decision>> {
        let sql = decisions_where!("refusal = $2 ORDER BY id");
        let rows: Vec<Row> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(refusal))?;
        rows.into_iter().map(Row::decision).collect()
    }
}
