//! The only source of time.
//!
//! Production follows the system's clock. The demo shifts it; tests set it by hand. Waiting is always for an
//! *instant*, re-read at least every `STEP`, so a jump of the system's clock (suspend, NTP, container pause) is
//! noticed within that long.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use tokio::sync::watch;

/// The longest a wait goes without reading the clock again.
const STEP: Duration = Duration::from_secs(1);

/// Tells the time. Clones tell the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
enum Inner {
    /// The system's clock, moved by a shift.
    System { shift: watch::Sender<TimeDelta> },
    /// Stands still until it is set.
    Manual { now: watch::Sender<DateTime<Utc>> },
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Arc::new(Inner::System { shift: watch::Sender::new(TimeDelta::zero()) }))
    }

    /// A clock that stands still at `now`.
    pub fn manual(now: DateTime<Utc>) -> Self {
        Self(Arc::new(Inner::Manual { now: watch::Sender::new(now) }))
    }

    /// The present instant, in whole microseconds (what both databases keep).
    pub fn now(&self) -> DateTime<Utc> {
        match &*self.0 {
            Inner::System { shift } => (system_now() + *shift.borrow()).trunc_subsecs(6),
            Inner::Manual { now } => now.borrow().trunc_subsecs(6),
        }
    }

    /// Makes it `instant` now; time goes on from there (or stands there, for a manual clock).
    pub fn set(&self, instant: DateTime<Utc>) {
        match &*self.0 {
            Inner::System { shift } => shift.send_replace(instant - system_now()).num_milliseconds(),
            Inner::Manual { now } => now.send_replace(instant).timestamp_millis(),
        };
    }

    /// How far it is from the system's clock, to the microsecond; zero in production.
    pub fn shift(&self) -> TimeDelta {
        match &*self.0 {
            Inner::System { shift } => *shift.borrow(),
            Inner::Manual { now } => *now.borrow() - system_now(),
        }
    }

    /// Returns once it is `instant` or later.
    pub async fn until(&self, instant: DateTime<Utc>) {
        match &*self.0 {
            Inner::System { shift } => {
                let mut shifted = shift.subscribe();
                while let Ok(left) = (instant - self.now()).to_std()
                    && !left.is_zero()
                {
                    tokio::select! {
                        () = pause(left.min(STEP)) => {}
                        _ = shifted.changed() => {}
                    }
                }
            }
            Inner::Manual { now } => {
                let _ = now.subscribe().wait_for(|now| *now >= instant).await;
            }
        }
    }
}

/// Waits this long in real time: for pacing and backoff towards a platform, where the wall clock does not matter.
#[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
pub async fn pause(length: Duration) {
    tokio::time::sleep(length).await;
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}
