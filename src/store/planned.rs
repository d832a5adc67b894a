//! The jobs a transaction plans. They are kept until it ends, or until something asks for jobs, and written in one
//! statement: one act plans several.

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::jobs::NewJob;
use super::tx::{Tx, change, instant};

/// How many jobs one statement writes.
const ROWS: usize = 32;

/// Jobs that are to be written, each with when it was planned.
pub(super) type Planned = Vec<(NewJob, DateTime<Utc>)>;

impl Tx {
    /// Plans a job, unless it is planned already; it is done after this transaction has been committed.
    pub async fn plan(&mut self, job: &NewJob, now: DateTime<Utc>) -> sqlx::Result<()> {
        self.unwritten.push((job.clone(), now));
        if self.unwritten.len() >= ROWS { self.write_planned().await } else { Ok(()) }
    }

    /// A transaction that only reads plans nothing: what it planned would be lost.
    pub(super) fn planned_nothing(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.unwritten.is_empty(), "a transaction that only reads planned a job");
        Ok(())
    }

    /// Writes the jobs that were planned: before the transaction ends, and before anything looks for jobs that wait.
    pub(super) async fn write_planned(&mut self) -> sqlx::Result<()> {
        let jobs = std::mem::take(&mut self.unwritten);
        if jobs.is_empty() {
            return Ok(());
        }
        let values: Vec<String> = (0..jobs.len())
            .map(|n| {
                let [kind, occurrence, payload, planned_at, run_at] = [2, 3, 4, 5, 6].map(|bind| bind + 5 * n);
                format!("($1, ${kind}, ${occurrence}, ${payload}, ${planned_at}, ${run_at}, 'ready')")
            })
            .collect();
        let sql = format!(
            "INSERT INTO jobs (organisation_id, kind, occurrence, payload, planned_at, run_at, state)
             VALUES {} ON CONFLICT (organisation_id, kind, occurrence) DO NOTHING",
            values.join(", ")
        );
        let added = change!(
            self,
            jobs.iter().fold(
                sqlx::query(AssertSqlSafe(sql.as_str())).bind(self.organisation),
                |query, (job, planned_at)| {
                    let query = query.bind(job.kind).bind(job.occurrence.as_str()).bind(job.payload.as_str());
                    query.bind(instant(*planned_at)).bind(instant(job.run_at))
                }
            )
        )?;
        self.planned |= added > 0;
        Ok(())
    }
}
