//! Each service in its own lane: one that hangs does not hold up the others.
//!
//! A job waits a moment for its turn. Once a call went unanswered, one job at a time tries whether the service is back;
//! the others are put off, so that what goes elsewhere finds the worker free.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::chat::{Failure, Platform, Service};

/// How many calls to one service are under way at once.
pub(super) const ABREAST: usize = 8;
/// How long a job waits for its turn before it lets others pass.
const TURN: Duration = Duration::from_secs(2);
/// How long a job stays away that did not get its turn, in milliseconds: a service that hung is tried about this often.
const AWAY: std::ops::Range<i64> = 5_000..10_000;

/// The services that run, each with its lane.
pub(super) struct Lanes(HashMap<Service, Lane>);

struct Lane {
    platform: Arc<dyn Platform>,
    turns: Arc<Semaphore>,
    hung: AtomicBool,
}

/// What became of waiting for a turn.
pub(super) enum Turn<'a> {
    /// Go, and say through the turn what came of each call.
    Now(Call<'a>),
    /// Come back after this long.
    Later(TimeDelta),
    /// The service does not run here.
    Never,
}

/// The right to call a service.
pub(super) struct Call<'a> {
    lane: &'a Lane,
    _turn: OwnedSemaphorePermit,
}

impl Lanes {
    pub(super) fn new(platforms: HashMap<Service, Arc<dyn Platform>>) -> Self {
        let lane = |platform| Lane { platform, turns: Arc::new(Semaphore::new(ABREAST)), hung: AtomicBool::new(false) };
        Self(platforms.into_iter().map(|(service, platform)| (service, lane(platform))).collect())
    }

    /// How many jobs may be under way: enough for every service to be busy while another hangs.
    pub(super) fn together(&self) -> usize {
        ABREAST * (self.0.len() + 1)
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self, service: Service) -> Turn<'_> {
        let Some(lane) = self.0.get(&service) else { return Turn::Never };
        match tokio::time::timeout(TURN, lane.turns.clone().acquire_owned()).await {
            Ok(Ok(turn)) if lane.free() => Turn::Now(Call { lane, _turn: turn }),
            _ => Turn::Later(TimeDelta::milliseconds(fastrand::i64(AWAY))),
        }
    }
}

impl Lane {
    /// Whether the turn just taken may be used: always, but while it hangs only by one at a time.
    fn free(&self) -> bool {
        !self.hung.load(Ordering::Relaxed) || self.turns.available_permits() == ABREAST - 1
    }
}

impl Call<'_> {
    /// The service.
    pub(super) fn platform(&self) -> &dyn Platform {
        &*self.lane.platform
    }

    /// Waits for an answer, at most this long; an unanswered call may have done its work.
    pub(super) async fn within<T>(
        &self,
        most: Duration,
        call: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let answer = tokio::time::timeout(most, call).await;
        self.lane.hung.store(answer.is_err(), Ordering::Relaxed);
        answer.unwrap_or_else(|_| Err(Failure::Unknown { why: "the call took too long".into() }))
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use async_trait::async_trait;

    use super::*;
    use crate::chat::{Card, MessageRef, Place};

    struct Mute(Service);

    #[async_trait]
    impl Platform for Mute {
        fn service(&self) -> Service {
            self.0
        }

        async fn post(&self, _: &Place, _: &Card, _: &str) -> Result<MessageRef, Failure> {
            pending().await
        }

        async fn replace(&self, _: &MessageRef, _: &Card, _: &str) -> Result<(), Failure> {
            pending().await
        }

        async fn find(
            &self,
            _: &Place,
            _: &str,
            _: chrono::DateTime<chrono::Utc>,
        ) -> Result<Option<MessageRef>, Failure> {
            pending().await
        }
    }

    fn lanes() -> Lanes {
        let mute = |service| (service, Arc::new(Mute(service)) as Arc<dyn Platform>);
        Lanes::new([Service::Slack, Service::Discord].map(mute).into())
    }

    async fn call(lanes: &Lanes, service: Service) -> Option<Call<'_>> {
        match lanes.turn(service).await {
            Turn::Now(call) => Some(call),
            Turn::Later(_) | Turn::Never => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_hangs_is_tried_by_one_at_a_time_and_the_other_goes_on() {
        let lanes = lanes();
        let first = call(&lanes, Service::Slack).await.expect("nothing is under way");
        let unanswered: Result<(), _> = first.within(Duration::from_secs(1), pending()).await;
        assert!(matches!(unanswered, Err(Failure::Unknown { .. })), "{unanswered:?}");
        assert!(call(&lanes, Service::Slack).await.is_none(), "the first one still tries");
        assert!(call(&lanes, Service::Discord).await.is_some());
        drop(first);
        let second = call(&lanes, Service::Slack).await.expect("one may try");
        assert!(call(&lanes, Service::Slack).await.is_none());
        second.within(Duration::from_secs(1), ready(Ok(()))).await.expect("it is back");
        assert!(call(&lanes, Service::Slack).await.is_some(), "everybody may");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_finds_no_turn_lets_others_pass() {
        let lanes = lanes();
        let mut all = Vec::new();
        for _ in 0..ABREAST {
            all.push(call(&lanes, Service::Slack).await.expect("there are turns"));
        }
        assert!(call(&lanes, Service::Slack).await.is_none());
        all.pop();
        assert!(call(&lanes, Service::Slack).await.is_some());
        assert!(matches!(lanes.turn(Service::Local).await, Turn::Never));
    }
}
