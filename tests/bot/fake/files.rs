//! What cards only name, for adapters that are tested without the product.

use async_trait::async_trait;
use panout::chat::Files;

/// Draws every picture as one and the same, and keeps one file under any key.
pub(crate) struct PlainFiles;

/// One grey pixel.
pub(crate) const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0x0a, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x68, 0, 0, 0, 0x82,
    0, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

#[async_trait]
impl Files for PlainFiles {
    async fn png(&self, _: &str) -> anyhow::Result<Vec<u8>> {
        Ok(PNG.to_vec())
    }

    async fn file(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        Ok(Some(key.as_bytes().to_vec()))
    }
}
