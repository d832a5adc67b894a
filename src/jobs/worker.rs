//! The worker: claims what is due, runs it, waits for the next.
//!
//! A claim is a lease. Whoever finishes a job must still hold the token of its claim, so a worker that was suspended and
//! comes back late changes nothing. Jobs run a few at a time; those for one message are never in step with themselves
//! because each is one row.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::deliver;
use super::lanes::Lanes;
use crate::chat::{Busy, Platform, Service};
use crate::clock::{self, Clock};
use crate::flows::{self, EXPORT, Error, LEAD, Notice, POST, REFRESH, SETTLE, Shared};
use crate::store::{Db, JobRow};

/// How long the worker waits before it asks a database again that did not answer.
const UNANSWERED: Duration = Duration::from_secs(1);
/// How often a replica looks for jobs that another one planned, in seconds.
const LOOK: i64 = 2;
/// How often where this process alone works: `panout import` may plan some.
const LOOK_ALONE: TimeDelta = TimeDelta::minutes(1);
/// How long after a start on a database of one's own a lease of the process before is still respected: a post that was
/// on its way when that process died needs so long to be found.
const GRACE: TimeDelta = TimeDelta::seconds(5);
/// For how long a job that was given up is tried again by whoever starts: until then its cause may have been mended.
const REVIVED_FOR: TimeDelta = TimeDelta::days(7);

/// How patient the worker is.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a claim holds.
    pub lease: TimeDelta,
    /// How long one call to a platform may take; less than the lease.
    pub call: Duration,
    /// How often a job is tried before it is given up. By default that takes a day: eleven times in the first hour or
    /// so, then once an hour. A service that is away for a night loses nothing.
    pub attempts: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { lease: TimeDelta::seconds(60), call: Duration::from_secs(30), attempts: 36 }
    }
}

/// What jobs need. Clones share it.
#[derive(Clone)]
pub struct Worker {
    pub(super) db: Db,
    pub(super) shared: Arc<Shared>,
    pub(super) lanes: Arc<Lanes>,
    pub(super) clock: Clock,
    pub(super) limits: Limits,
    /// How many jobs are under way, and which.
    busy: Busy,
    under_way: Arc<Mutex<HashSet<i64>>>,
    /// Whether nothing was due at the last look.
    quiet: Arc<watch::Sender<bool>>,
}

impl Worker {
    /// A worker over these platforms.
    pub fn new(
        db: Db,
        shared: Arc<Shared>,
        platforms: HashMap<Service, Arc<dyn Platform>>,
        clock: Clock,
        limits: Limits,
    ) -> Self {
        let quiet = Arc::new(watch::Sender::new(false));
        let (lanes, busy, under_way) = (Arc::new(Lanes::new(platforms)), Busy::default(), Arc::default());
        Self { db, shared, lanes, clock, limits, busy, under_way, quiet }
    }

    /// Works until told to stop, then finishes what is under way.
    pub async fn run(self, stop: CancellationToken) {
        self.take_up().await;
        let running = TaskTracker::new();
        while !stop.is_cancelled() {
            self.round(&running, &stop).await;
        }
        running.close();
        running.wait().await;
    }

    /// Claims as many jobs as there is room for, or waits until one is due. It is looked whether one is before any is
    /// claimed: most often none is, and a look holds up nobody. What is claimed is begun, also while this stops: it would
    /// wait for the end of its lease.
    async fn round(&self, running: &TaskTracker, stop: &CancellationToken) {
        let together = self.lanes.together();
        if self.busy.count() >= together && stop.run_until_cancelled(self.busy.fewer_than(together)).await.is_none() {
            return;
        }
        let planned = self.db.job_planned();
        // A look that failed says nothing of the writer.
        if let Ok(next) = self.next_look().await
            && next > self.clock.now()
        {
            self.quiet.send_replace(true);
            tokio::select! {
                () = planned => {}
                () = self.clock.until(next) => {}
                () = stop.cancelled() => {}
            }
            self.quiet.send_replace(false);
            return;
        }
        match self.claim(together.saturating_sub(self.busy.count())).await {
            Ok((jobs, lease_until)) => {
                for job in jobs {
                    self.begin(job, lease_until, running).await;
                }
            }
            Err(error) => {
                tracing::error!("jobs cannot be claimed: {error:#}");
                stop.run_until_cancelled(clock::pause(UNANSWERED)).await;
            }
        }
    }

    /// Runs a claimed job beside the others.
    async fn begin(&self, job: JobRow, lease_until: DateTime<Utc>, running: &TaskTracker) {
        if !self.enter(job.id) {
            // Its lease ended while it is under way here: the process was suspended, or the clock jumped.
            return self.put_off(&job, lease_until, "it is still under way").await;
        }
        let (worker, busy) = (self.clone(), self.busy.begin());
        running.spawn(async move {
            let id = job.id;
            worker.work(job, lease_until).await;
            worker.leave(id);
            drop(busy);
        });
    }

    /// Whether a job was not under way here; it is from now on.
    fn enter(&self, job: i64) -> bool {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(job)
    }

    fn leave(&self, job: i64) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&job);
    }

    async fn claim(&self, most: usize) -> anyhow::Result<(Vec<JobRow>, DateTime<Utc>)> {
        let now = self.clock.now();
        let until = now + self.limits.lease;
        let token = format!("{:016x}", fastrand::u64(..));
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let claim = self.db.write_behind(move |tx| {
            let token = token.clone();
            Box::pin(async move { Ok(tx.claim_jobs(now, until, &token, most).await?) })
        });
        let jobs: anyhow::Result<_> = claim.await;
        Ok((jobs?, until))
    }

    /// When to look again: when the next job is due, or another replica, or a command beside this process, may have planned
    /// one.
    async fn next_look(&self) -> anyhow::Result<DateTime<Utc>> {
        let next: anyhow::Result<_> = self.db.ask(|tx| Box::pin(async { Ok(tx.next_job_at().await?) })).await;
        let (due, now) = (next?, self.clock.now());
        let look = now + if self.db.is_exclusive() { LOOK_ALONE } else { TimeDelta::seconds(LOOK) };
        Ok(due.map_or(look, |due| due.min(look)))
    }

    async fn work(&self, job: JobRow, lease_until: DateTime<Utc>) {
        let outcome = match job.kind.as_str() {
            POST => deliver::post(self, &job, lease_until).await,
            REFRESH => deliver::refresh(self, &job).await,
            SETTLE => self.settle(&job).await,
            EXPORT => self.export(&job).await,
            LEAD => self.climb(&job).await,
            super::tidy::TIDY => super::tidy::tidy(self, &job).await,
            other => Err(Error::Internal(anyhow::anyhow!("no job is of the kind {other:?}"))),
        };
        match outcome {
            Ok(()) => {}
            Err(Error::Internal(error)) => self.failed(&job, &format!("{error:#}")).await,
            Err(Error::Tell(_) | Error::Faults(_)) => self.failed(&job, "a job had words for nobody").await,
        }
    }

    /// Lets a lead climb, and looks again when it is due next.
    async fn climb(&self, job: &JobRow) -> Result<(), Error> {
        let (job, shared, now) = (job.clone(), self.shared.clone(), self.clock.now());
        let write = self.db.write_behind(move |tx| {
            let (job, shared) = (job.clone(), shared.clone());
            Box::pin(async move {
                match flows::climb(tx, &shared, &job.payload, now).await? {
                    Some(next) => tx.return_job(&job, next, None).await?,
                    None => tx.finish_job(&job).await?,
                };
                Ok::<_, Error>(())
            })
        });
        write.await
    }

    /// Lets a small refusal validate itself.
    async fn settle(&self, job: &JobRow) -> Result<(), Error> {
        let (job, shared, now) = (job.clone(), self.shared.clone(), self.clock.now());
        let write = self.db.write_behind(move |tx| {
            let (job, shared) = (job.clone(), shared.clone());
            Box::pin(async move {
                flows::settle(tx, &shared, &job.payload, now).await?;
                tx.finish_job(&job).await?;
                Ok::<_, Error>(())
            })
        });
        write.await
    }

    /// Makes a file somebody asked for; made twice, it is sent once.
    async fn export(&self, job: &JobRow) -> Result<(), Error> {
        if let Ok(id) = job.payload.parse() {
            flows::make_export(&self.db, &self.shared, id, self.clock.now()).await?;
        }
        let job = job.clone();
        let write = self.db.write_behind(move |tx| {
            let job = job.clone();
            Box::pin(async move { Ok::<_, Error>(tx.finish_job(&job).await.map(drop)?) })
        });
        write.await
    }

    /// A job failed without having sent anything: later again, or never.
    pub(super) async fn failed(&self, job: &JobRow, fault: &str) {
        // Tidying has no last attempt: without today's there is none tomorrow.
        if job.attempts >= self.attempts(job) && job.kind != super::tidy::TIDY {
            return self.bury(job, fault).await;
        }
        tracing::warn!(
            job = job.id,
            kind = job.kind,
            attempts = job.attempts,
            "a job failed, it is tried again: {fault}"
        );
        self.give_back(job, self.clock.now() + backoff(job.attempts), fault).await;
    }

    /// Gives a job back for a later attempt, as if this one had not been: nothing was done, and nobody is at fault.
    pub(super) async fn put_off(&self, job: &JobRow, at: DateTime<Utc>, why: &str) {
        tracing::info!(job = job.id, kind = job.kind, "a job was put off: {why}");
        let claimed = job.clone();
        let returned = self.db.write_behind(move |tx| {
            let job = claimed.clone();
            Box::pin(async move { Ok(tx.return_job(&job, at, None).await?) })
        });
        Self::log_unless_stored(job, returned.await);
    }

    /// Gives a job back for a later attempt.
    pub(super) async fn give_back(&self, job: &JobRow, at: DateTime<Utc>, fault: &str) {
        let (claimed, fault) = (job.clone(), fault.to_owned());
        let returned = self.db.write_behind(move |tx| {
            let (job, fault) = (claimed.clone(), fault.clone());
            Box::pin(async move { Ok(tx.return_job(&job, at, Some(&fault)).await?) })
        });
        Self::log_unless_stored(job, returned.await);
    }

    /// Gives a job up for good; the admin sees it in `panout doctor`.
    pub(super) async fn bury(&self, job: &JobRow, fault: &str) {
        tracing::error!(job = job.id, kind = job.kind, attempts = job.attempts, "a job was given up: {fault}");
        let (claimed, fault) = (job.clone(), fault.to_owned());
        let (shared, now) = (self.shared.clone(), self.clock.now());
        let buried = self.db.write_behind(move |tx| {
            let (job, fault, shared) = (claimed.clone(), fault.clone(), shared.clone());
            Box::pin(async move {
                let buried = tx.bury_job(&job, &fault).await?;
                if buried
                    && job.kind == EXPORT
                    && let Ok(id) = job.payload.parse()
                {
                    flows::give_up_export(tx, id, now).await?;
                }
                if buried
                    && job.kind == POST
                    && let Ok(notice) = serde_json::from_str::<Notice>(&job.payload)
                {
                    flows::given_up(tx, &shared, &notice, now).await?;
                }
                Ok::<_, Error>(buried)
            })
        });
        let buried = buried.await.map_err(|error| match error {
            Error::Internal(error) => error,
            Error::Tell(_) | Error::Faults(_) => anyhow::anyhow!("it had words for nobody"),
        });
        Self::log_unless_stored(job, buried);
    }

    fn log_unless_stored(job: &JobRow, stored: anyhow::Result<bool>) {
        if let Err(error) = stored {
            // Its lease ends by itself, and the next attempt looks at the platform first.
            tracing::error!(job = job.id, kind = job.kind, "what came of a job is not stored: {error:#}");
        }
    }

    /// Takes up what the process before left: what was under way, and what it gave up.
    async fn take_up(&self) {
        let (now, alone) = (self.clock.now(), self.db.is_exclusive());
        let taken_up = self.db.write_behind(move |tx| {
            Box::pin(async move {
                if alone {
                    tx.shorten_leases(now + GRACE).await?;
                }
                Ok(tx.revive_jobs(now - REVIVED_FOR, now).await?)
            })
        });
        let revived: anyhow::Result<u64> = taken_up.await;
        match revived {
            Ok(0) => {}
            Ok(revived) => tracing::info!("{revived} jobs that were given up are tried again"),
            Err(error) => tracing::error!("what the process before left under way waits for its leases: {error:#}"),
        }
    }

    /// Returns once no job is due and none is under way.
    pub async fn idle(&self) {
        loop {
            let mut quiet = self.quiet.subscribe();
            let _ = quiet.wait_for(|quiet| *quiet).await;
            self.busy.idle().await;
            let due: anyhow::Result<_> = self.db.ask(|tx| Box::pin(async { Ok(tx.next_job_at().await?) })).await;
            let due = due.ok().flatten().is_some_and(|at| at <= self.clock.now());
            if !due && self.busy.count() == 0 && *quiet.borrow() {
                return;
            }
            clock::pause(Duration::from_millis(1)).await;
        }
    }
}

/// How long after the n-th failure a job is tried again: 2 s, 4 s, .. at most an hour, with a fifth of chance.
fn backoff(attempts: i64) -> TimeDelta {
    let seconds = 1i64 << attempts.clamp(1, 12);
    let millis = seconds.min(3600) * 1000;
    TimeDelta::milliseconds(millis + fastrand::i64(0..=millis / 5))
}
