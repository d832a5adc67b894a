//! What cards only name, made when an adapter asks for it.

use async_trait::async_trait;

use crate::chat::Files;
use crate::clock::Clock;
use crate::flows;
use crate::report;
use crate::store::Db;

/// Draws pictures, and reads files that are kept.
pub(super) struct Made {
    pub(super) db: Db,
    pub(super) clock: Clock,
}

#[async_trait]
impl Files for Made {
    async fn png(&self, svg: &str) -> anyhow::Result<Vec<u8>> {
        let svg = svg.to_owned();
        tokio::task::spawn_blocking(move || report::png(&svg)).await?
    }

    async fn file(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        flows::export_content(&self.db, key, self.clock.now()).await
    }
}
