//! What adapters keep, in the database.

use async_trait::async_trait;

use crate::chat::{Drafts, Service};
use crate::clock::Clock;
use crate::store::Db;

/// The drafts of every adapter.
pub(super) struct Kept {
    pub(super) db: Db,
    pub(super) clock: Clock,
}

#[async_trait]
impl Drafts for Kept {
    async fn keep(&self, service: Service, key: &str, value: String) -> anyhow::Result<()> {
        let (key, now) = (key.to_owned(), self.clock.now());
        let write = self.db.write(move |tx| {
            let (key, value) = (key.clone(), value.clone());
            Box::pin(async move { Ok(tx.keep_draft(service.as_str(), &key, &value, now).await?) })
        });
        write.await
    }

    async fn kept(&self, service: Service, key: &str) -> anyhow::Result<Option<String>> {
        let key = key.to_owned();
        let read = self.db.read(move |tx| {
            let key = key.clone();
            Box::pin(async move { Ok(tx.draft(service.as_str(), &key).await?) })
        });
        read.await
    }

    async fn kept_under(&self, service: Service, prefix: &str) -> anyhow::Result<Vec<(String, String)>> {
        let prefix = prefix.to_owned();
        let read = self.db.read(move |tx| {
            let prefix = prefix.clone();
            Box::pin(async move { Ok(tx.drafts_under(service.as_str(), &prefix).await?) })
        });
        read.await
    }

    async fn forget(&self, service: Service, key: &str) -> anyhow::Result<()> {
        let key = key.to_owned();
        let write = self.db.write(move |tx| {
            let key = key.clone();
            Box::pin(async move { Ok(tx.forget_draft(service.as_str(), &key).await?) })
        });
        write.await
    }
}
