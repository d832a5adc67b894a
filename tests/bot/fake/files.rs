//! What cards only name, for adapters that are tested without the product.

use async_trait::async_trait;
use panout::chat::{Block, File, Files, Picture};

/// Draws every picture as one and the same, but for a text that is no drawing; keeps a file under any key, but for those
/// that begin with `gone`, `large` (of 11 MiB) and `broken`.
pub(crate) struct PlainFiles;

/// A card's picture, another for each name.
pub(crate) fn picture(name: &str) -> Block {
    let svg =
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"320\"><title>{name}</title></svg>");
    Block::Picture(Picture { svg, alt: format!("{name} by rep: Ana 3, Bo 1") })
}

/// A card's file.
pub(crate) fn file(key: &str) -> Block {
    Block::File(File { name: "refusals.csv".into(), key: key.into() })
}

/// One grey pixel.
pub(crate) const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0x0a, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x68, 0, 0, 0, 0x82,
    0, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

#[async_trait]
impl Files for PlainFiles {
    async fn png(&self, svg: &str) -> anyhow::Result<Vec<u8>> {
        anyhow::ensure!(svg.starts_with("<svg"), "no drawing");
        Ok(PNG.to_vec())
    }

    async fn file(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        anyhow::ensure!(!key.starts_with("broken"), "it cannot be read");
        if key.starts_with("large") {
            return Ok(Some(vec![0; 11 << 20]));
        }
        Ok((!key.starts_with("gone")).then(|| key.as_bytes().to_vec()))
    }
}

/// The same files, and pictures as the product draws them.
pub(crate) struct DrawnFiles;

#[async_trait]
impl Files for DrawnFiles {
    async fn png(&self, svg: &str) -> anyhow::Result<Vec<u8>> {
        panout::report::png(svg)
    }

    async fn file(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        PlainFiles.file(key).await
    }
}
