//! What the web server asks of the database.

use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Clock;
use crate::store::Db;
use crate::web::{Batches, House, Jobs};

/// Asks it.
pub(super) struct Asked {
    pub(super) db: Db,
    pub(super) clock: Clock,
}

#[async_trait]
impl House for Asked {
    async fn database_answers(&self) -> anyhow::Result<()> {
        self.db.health().await.map(drop)
    }

    async fn jobs(&self) -> anyhow::Result<Jobs> {
        let now = self.clock.now();
        let read = self.db.read(move |tx| {
            Box::pin(async move { Ok::<_, anyhow::Error>((tx.count_jobs(now).await?, tx.count_inbox().await?)) })
        });
        let (counted, handed_in) = read.await?;
        let number = |count: i64| u64::try_from(count).unwrap_or_default();
        Ok(Jobs {
            waiting: number(counted.waiting),
            running: number(counted.running),
            failed: number(counted.failed),
            dead: number(counted.dead),
            oldest_due: counted.oldest_due.and_then(|at| (now - at).to_std().ok()).unwrap_or(Duration::ZERO),
            handed_in: number(handed_in),
        })
    }

    fn batches(&self) -> Batches {
        let committed = self.db.committed();
        let count = committed.at_most.last().map_or(0, |(_, count)| *count);
        Batches { at_most: committed.at_most, count, sum: committed.changes }
    }
}
