//! A platform whose posts are counted.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::chat::vitals::{Posted, Vitals};
use crate::chat::{Card, Failure, MessageRef, Place, Platform, Service};

/// Counts what becomes of each post and each change.
pub(super) struct Counted {
    pub(super) platform: Arc<dyn Platform>,
    pub(super) vitals: Vitals,
}

/// Counts a call when it ends: unknown, if nobody waited for its outcome.
struct Count<'a> {
    of: &'a Counted,
    outcome: Posted,
}

impl Drop for Count<'_> {
    fn drop(&mut self) {
        self.of.vitals.posted(self.of.platform.service(), self.outcome);
    }
}

impl Counted {
    async fn count<T>(&self, call: impl Future<Output = Result<T, Failure>> + Send) -> Result<T, Failure> {
        let mut count = Count { of: self, outcome: Posted::Unknown };
        let done = call.await;
        count.outcome = match &done {
            Ok(_) => Posted::Done,
            Err(Failure::NotNow { .. } | Failure::NoPicture { .. }) => Posted::Later,
            Err(Failure::Never { .. }) => Posted::Never,
            Err(Failure::Unknown { .. }) => Posted::Unknown,
        };
        done
    }
}

#[async_trait]
impl Platform for Counted {
    fn service(&self) -> Service {
        self.platform.service()
    }

    async fn post(&self, place: &Place, card: &Card, marker: &str) -> Result<MessageRef, Failure> {
        self.count(self.platform.post(place, card, marker)).await
    }

    async fn replace(&self, message: &MessageRef, card: &Card, marker: &str) -> Result<(), Failure> {
        self.count(self.platform.replace(message, card, marker)).await
    }

    async fn find(&self, place: &Place, marker: &str, since: DateTime<Utc>) -> Result<Option<MessageRef>, Failure> {
        self.platform.find(place, marker, since).await
    }
}
