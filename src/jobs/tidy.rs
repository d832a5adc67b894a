//! Forgetting what is no longer needed.
//!
//! When: once a day. What: events and leads over HTTP answered more than a week ago (Slack repeats its events for an hour),
//! jobs done a month ago, repetitions decided a month ago, files asked for a week ago, drafts nobody came back to. What if
//! it fails: it is tried again until it does not.

use chrono::{TimeDelta, TimeZone as _, Utc};

use super::worker::Worker;
use crate::chat::{Drafts, Service};
use crate::flows::{Error, Result};
use crate::store::{JobRow, NewJob};

/// The kind of this job.
pub(super) const TIDY: &str = "tidy";

/// How long answered events are remembered.
const EVENTS: TimeDelta = TimeDelta::days(7);
/// How long a file somebody asked for is kept.
const EXPORTS: TimeDelta = TimeDelta::days(7);
/// How long jobs that are done, and repetitions that were decided, are kept for whoever asks what happened.
const JOBS: TimeDelta = TimeDelta::days(30);

impl Worker {
    /// Plans the tidying of today, at the next full hour; once, however many processes ask.
    pub async fn plan_tidying(&self) -> anyhow::Result<()> {
        let now = self.clock.now();
        let job = daily(now);
        self.db
            .write(move |tx| {
                let job = job.clone();
                Box::pin(async move { Ok(tx.plan(&job, now).await?) })
            })
            .await
    }
}

fn daily(now: chrono::DateTime<Utc>) -> NewJob {
    let day = now.date_naive();
    let midnight = Utc.from_utc_datetime(&day.and_time(chrono::NaiveTime::MIN));
    // Three in the night, UTC: nobody's rush hour where Panout is used most.
    let at = midnight + TimeDelta::hours(3);
    let at = if at > now { at } else { at + TimeDelta::days(1) };
    NewJob { kind: TIDY, occurrence: at.date_naive().to_string(), payload: "null".into(), run_at: at }
}

/// Forgets, and plans tomorrow's tidying in the same transaction.
pub(super) async fn tidy(worker: &Worker, job: &JobRow) -> Result<()> {
    let now = worker.clock.now();
    let job = job.clone();
    let write = worker.db.write_behind(move |tx| {
        let job = job.clone();
        Box::pin(async move {
            tx.forget_events(now - EVENTS).await?;
            tx.forget_jobs(now - JOBS).await?;
            tx.forget_pending(now - JOBS).await?;
            tx.forget_exports(now - EXPORTS).await?;
            tx.forget_intake(now - EVENTS).await?;
            // The local page keeps its whole conversation as drafts.
            let days = TimeDelta::days(<dyn Drafts>::DAYS);
            tx.forget_drafts(now - days, Service::Local.as_str()).await?;
            tx.plan(&daily(now), now).await?;
            tx.finish_job(&job).await?;
            Ok::<_, Error>(())
        })
    });
    write.await
}
