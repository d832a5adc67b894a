//! Saying a notice exactly once, and keeping it true.
//!
//! When: a notice is due, or its state changed. What: posts its card, or puts the new card in its place.
//! What if it fails: a definite failure is tried again later; after an *unknown* outcome nothing is done until the lease
//! ends, and then the platform is asked whether the message with our marker is there before anything is sent. Where
//! it goes and the marker are stored before the first attempt, so that every attempt looks for the same thing in the
//! same place; its place moves to another reader only once it is surely not there. No transaction spans a call to a
//! platform. A picture that is not there yet is waited for some minutes; then its words are posted instead.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::lanes::{Call, Turn};
use super::worker::Worker;
use crate::chat::{Card, Failure, MessageRef, Place, Service};
use crate::flows::{self, Ahead, Error, Notice, Result, Saying, Shared};
use crate::store::{JobRow, MessageRow, Tx};

/// What a platform means that asks to wait no time at all.
const AT_ONCE: Duration = Duration::from_secs(1);

/// For how long a message waits for its pictures, from the moment its place was decided.
const PICTURES: TimeDelta = TimeDelta::minutes(5);
/// How soon it is looked again whether they are there, unless the platform says.
const PICTURES_AGAIN: Duration = Duration::from_secs(15);

/// What the first transaction of a delivery decided.
enum Decided {
    /// What to look for, if it was tried before, and what to do if it is not there.
    Send(Box<(MessageRow, Then)>),
    Nothing,
}

impl Decided {
    fn send(message: MessageRow, then: Then) -> Self {
        Self::Send(Box::new((message, then)))
    }
}

/// What is to be done with a notice that is surely not posted.
enum Then {
    /// It goes there.
    Post(Place, Card),
    /// Its reader is not to be disturbed now, or wants no reminders: it waits, as one that was never tried.
    Wait,
    /// There is nothing to say any more.
    Finish,
}

/// Posts the notice of a job.
pub(super) async fn post(worker: &Worker, job: &JobRow, lease_until: DateTime<Utc>) -> Result<()> {
    let notice: Notice = parsed(&job.payload)?;
    let (message, then) = match decide(worker, job, &notice).await? {
        Decided::Send(send) => *send,
        Decided::Nothing => return Ok(()),
    };
    let stored: Place = parsed(&message.place)?;
    if job.attempts > 1 {
        let Some(call) = turn(worker, job, stored.service()).await? else { return Ok(()) };
        let find = call.platform().find(&stored, &message.marker, message.decided_at);
        match call.within(worker.limits.call, find).await {
            Ok(Some(found)) => return record(worker, job, &notice, found, None).await,
            // Each time its outcome was unknown, and each time it was not there: somebody must look.
            Ok(None) if !matches!(then, Then::Wait) && worker.never_knows(job, message.decided_at) => {
                worker.bury(job, "its outcome was never known").await;
                return Ok(());
            }
            Ok(None) => {}
            Err(failure) => return later(worker, job, message.decided_at, failure).await,
        }
    }
    let (place, card) = match then {
        Then::Post(place, card) => (place, card),
        Then::Wait => return untried(worker, job).await,
        Then::Finish => return finish(worker, job).await,
    };
    let Some(call) = turn(worker, job, place.service()).await? else { return Ok(()) };
    if !has_time(worker, lease_until) {
        worker.give_back(job, worker.clock.now(), "the lease was nearly over").await;
        return Ok(());
    }
    if place != stored {
        moves(worker, &notice, &place).await?;
    }
    Sending { worker, job, lease_until, call, message }.send(&notice, &place, card).await
}

/// A message on its way, in its turn.
struct Sending<'a> {
    worker: &'a Worker,
    job: &'a JobRow,
    lease_until: DateTime<Utc>,
    call: Call<'a>,
    message: MessageRow,
}

impl Sending<'_> {
    /// Posts a card; in the words of its pictures once it has waited long enough for them.
    async fn send(&self, notice: &Notice, place: &Place, mut card: Card) -> Result<()> {
        let mut posted = self.post(place, &card).await;
        if let Err(Failure::NoPicture { why, after }) = &posted {
            let again = self.worker.clock.now() + wait(after.unwrap_or(PICTURES_AGAIN));
            if again < self.message.decided_at + PICTURES || !self.has_time() {
                self.worker.put_off(self.job, again, why).await;
                return Ok(());
            }
            tracing::warn!(job = self.job.id, "a message is posted in the words of its pictures: {why}");
            card = card.in_words();
            posted = self.post(place, &card).await;
        }
        match posted {
            Ok(posted) => record(self.worker, self.job, notice, posted, Some(card)).await,
            Err(failure) => later(self.worker, self.job, self.message.decided_at, failure).await,
        }
    }

    /// Whether there is time to know the outcome of a call while the claim is surely ours.
    fn has_time(&self) -> bool {
        has_time(self.worker, self.lease_until)
    }

    async fn post(&self, place: &Place, card: &Card) -> Result<MessageRef, Failure> {
        let posting = self.call.platform().post(place, card, &self.message.marker);
        self.call.within(self.worker.limits.call, posting).await
    }
}

fn has_time(worker: &Worker, lease_until: DateTime<Utc>) -> bool {
    let left = (lease_until - worker.clock.now()).to_std().unwrap_or(Duration::ZERO);
    left >= worker.limits.call
}

/// How long a platform asks to wait.
fn wait(after: Duration) -> TimeDelta {
    TimeDelta::from_std(after.max(AT_ONCE)).unwrap_or(TimeDelta::hours(1))
}

/// Stores the place of a message that is surely not in the one it had: it has another reader.
async fn moves(worker: &Worker, notice: &Notice, place: &Place) -> Result<()> {
    let (key, place) = (notice.key(), serde_json::to_string(place).map_err(anyhow::Error::from)?);
    let write = worker.db.write_behind(move |tx| {
        let (key, place) = (key.clone(), place.clone());
        Box::pin(async move { Ok::<_, Error>(tx.move_message(&key, &place).await?) })
    });
    write.await
}

/// Waits for the turn of a job to call a service; without one the job was put off.
async fn turn<'a>(worker: &'a Worker, job: &JobRow, service: Service) -> Result<Option<Call<'a>>> {
    match worker.lanes.turn(service).await {
        Turn::Now(call) => Ok(Some(call)),
        Turn::Later(after) => {
            worker.put_off(job, worker.clock.now() + after, "its service has enough under way").await;
            Ok(None)
        }
        Turn::Never => Err(anyhow::anyhow!("{service} does not run here").into()),
    }
}

/// Decides what to do, and stores where it goes before anything is sent. The card is drawn before: no writer waits for it.
async fn decide(worker: &Worker, job: &JobRow, notice: &Notice) -> Result<Decided> {
    let (shared, drawn, now) = (worker.shared.clone(), notice.clone(), worker.clock.now());
    let read = worker.db.read(move |tx| {
        let (shared, notice) = (shared.clone(), drawn.clone());
        Box::pin(async move { flows::ahead(tx, &shared, &notice, now).await })
    });
    let ahead = Arc::new(read.await?);
    let (shared, now) = (worker.shared.clone(), worker.clock.now());
    let (job, notice) = (job.clone(), notice.clone());
    let write = worker.db.write_behind(move |tx| {
        let (shared, job, notice, ahead) = (shared.clone(), job.clone(), notice.clone(), ahead.clone());
        Box::pin(async move { weigh(tx, &shared, &job, (&notice, (*ahead).as_ref()), now).await })
    });
    write.await
}

async fn weigh(
    tx: &mut Tx,
    shared: &Shared,
    job: &JobRow,
    (notice, ahead): (&Notice, Option<&Ahead>),
    now: DateTime<Utc>,
) -> Result<Decided> {
    let decided = tx.message(&notice.key()).await?;
    if decided.as_ref().is_some_and(|message| message.message.is_some()) {
        // Whoever posted it may have come no further: nobody knows whether it still says what stands.
        flows::redraw(tx, notice, now).await?;
        tx.finish_job(job).await?;
        return Ok(Decided::Nothing);
    }
    let tried = decided.filter(|_| job.attempts > 1);
    match (flows::say(tx, shared, notice, ahead, now).await?, tried) {
        (Saying::Post(place, card), _) => {
            let marker = format!("p{:x}-{:08x}", job.id, fastrand::u32(..));
            let written = serde_json::to_string(&place).map_err(anyhow::Error::from)?;
            let message = tx.decide_message(&notice.key(), &marker, &written, now).await?;
            return Ok(Decided::send(message, Then::Post(place, card)));
        }
        // Once it may have been sent, only finding out will do, whatever the hour and whoever reads it now.
        (Saying::NotYet(_) | Saying::Held(_), Some(tried)) => return Ok(Decided::send(tried, Then::Wait)),
        // Somebody may have read it before there was nothing to say any more.
        (Saying::Nothing, Some(tried)) => return Ok(Decided::send(tried, Then::Finish)),
        (Saying::NotYet(at), None) => tx.return_job(job, at, None).await?,
        (Saying::Held(reader), None) => tx.hold_job(job, reader).await?,
        (Saying::Nothing, None) => tx.finish_job(job).await?,
    };
    Ok(Decided::Nothing)
}

/// Gives back a job whose notice is surely not posted, as one that was never tried: its reader may hear of it later, and
/// how often it was tried until now says nothing about that. Whether they may is asked again in one go with laying it
/// aside, so that nobody who is ready meanwhile is missed.
async fn untried(worker: &Worker, job: &JobRow) -> Result<()> {
    let (job, now) = (job.clone(), worker.clock.now());
    let write = worker.db.write_behind(move |tx| {
        let job = job.clone();
        Box::pin(async move { Ok::<_, Error>(tx.begin_anew(&job, now).await.map(drop)?) })
    });
    write.await
}

fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> Result<T> {
    Ok(serde_json::from_str(json).map_err(anyhow::Error::from)?)
}

/// Remembers that a notice is posted, then finishes its job. If its state moved while it was on its way, or nobody knows
/// how it looked when it was sent, it is drawn again.
async fn record(worker: &Worker, job: &JobRow, notice: &Notice, posted: MessageRef, shown: Option<Card>) -> Result<()> {
    let (shared, now) = (worker.shared.clone(), worker.clock.now());
    let (recorded, posted) = (notice.clone(), Arc::new(posted));
    let write = worker.db.write_behind(move |tx| {
        let (shared, notice, posted) = (shared.clone(), recorded.clone(), posted.clone());
        Box::pin(async move {
            // The message is there, whoever finishes the job: so this is stored even if the claim is lost.
            let posted = serde_json::to_string(&*posted).map_err(anyhow::Error::from)?;
            tx.message_posted(&notice.key(), &posted, now).await?;
            flows::posted(tx, &shared, &notice, now).await
        })
    });
    // Unstored, the lease ends by itself and the next attempt finds the message.
    write.await?;
    conclude(worker, job, notice, shown.unwrap_or_default()).await
}

/// Finishes the job of a notice that is posted and looked like this. Whatever changes from now on draws it again by itself;
/// what changed before is looked for here, in a read that no writer waits for.
async fn conclude(worker: &Worker, job: &JobRow, notice: &Notice, shown: Card) -> Result<()> {
    let (shared, now) = (worker.shared.clone(), worker.clock.now());
    let (looked_at, shown) = (notice.clone(), Arc::new(shown));
    let read = worker.db.read(move |tx| {
        let (shared, notice, shown) = (shared.clone(), looked_at.clone(), shown.clone());
        Box::pin(async move { flows::differs(tx, &shared, &notice, &shown, now).await })
    });
    let differs = read.await?;
    let (job, notice) = (job.clone(), notice.clone());
    let write = worker.db.write_behind(move |tx| {
        let (job, notice) = (job.clone(), notice.clone());
        Box::pin(async move {
            if differs {
                flows::redraw(tx, &notice, now).await?;
            }
            Ok::<_, Error>(tx.finish_job(&job).await.map(drop)?)
        })
    });
    write.await
}

/// Draws a posted notice again.
pub(super) async fn refresh(worker: &Worker, job: &JobRow) -> Result<()> {
    let notice: Notice = parsed(&job.payload)?;
    let (shared, drawn, now) = (worker.shared.clone(), notice.clone(), worker.clock.now());
    let read = worker.db.read(move |tx| {
        let (shared, notice) = (shared.clone(), drawn.clone());
        Box::pin(async move {
            let message = tx.message(&notice.key()).await?;
            let card = flows::still(tx, &shared, &notice, now).await?;
            Ok::<_, Error>(message.and_then(|message| Some((message.message?, message.marker))).zip(card))
        })
    });
    let Some(((message, marker), card)) = read.await? else { return finish(worker, job).await };
    let message: MessageRef = parsed(&message)?;
    let Some(call) = turn(worker, job, message.service).await? else { return Ok(()) };
    match call.within(worker.limits.call, call.platform().replace(&message, &card, &marker)).await {
        Ok(()) => conclude(worker, job, &notice, card).await,
        // To replace twice is to replace once: nothing needs to be found out first.
        Err(Failure::Unknown { why } | Failure::NotNow { why, after: None }) => Err(anyhow::anyhow!(why).into()),
        Err(failure) => later(worker, job, job.planned_at, failure).await,
    }
}

async fn finish(worker: &Worker, job: &JobRow) -> Result<()> {
    let job = job.clone();
    let write = worker.db.write_behind(move |tx| {
        let job = job.clone();
        Box::pin(async move { Ok::<_, Error>(tx.finish_job(&job).await.map(drop)?) })
    });
    write.await
}

/// What becomes of a job whose call failed; `since`: when it was decided.
async fn later(worker: &Worker, job: &JobRow, since: DateTime<Utc>, failure: Failure) -> Result<()> {
    match failure {
        Failure::NotNow { why, after: Some(after) } | Failure::NoPicture { why, after: Some(after) } => {
            let again = worker.clock.now() + wait(after);
            if Worker::is_too_late(job, since, again) {
                worker.bury(job, &why).await;
            } else {
                // The platform works and says when: however often it does, that is no reason to give up.
                worker.put_off(job, again, &why).await;
            }
        }
        Failure::NotNow { why, .. } | Failure::NoPicture { why, .. } => worker.failed(job, &why).await,
        Failure::Never { why } => worker.bury(job, &why).await,
        Failure::Unknown { why } => {
            tracing::warn!(job = job.id, "whether a message was posted is not known, it is looked for later: {why}");
            let (job, why) = (job.clone(), why.clone());
            let note = worker.db.write_behind(move |tx| {
                let (job, why) = (job.clone(), why.clone());
                Box::pin(async move { Ok::<_, Error>(tx.note_job(&job, &why).await?) })
            });
            note.await?;
        }
    }
    Ok(())
}
