//! Pictures and files of messages, for those who see the message.
//!
//! They are named by the message, the block's place in its card and their own name. A picture's name follows from what
//! it shows, so a browser may keep it for ever; a card that was replaced no longer gives what it showed before.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Page;
use super::said::Said;
use super::server::{NOBODY, Refused};
use crate::chat::{Block, Card};

/// The route of everything that is enclosed.
pub(super) const ROUTE: &str = "/api/enclosed/{n}/{place}/{name}";

/// Nobody sees such a thing there, or not this person.
const NOT_THERE: Refused = Refused(StatusCode::NOT_FOUND, "error_refused");
const BROKEN: Refused = Refused(StatusCode::INTERNAL_SERVER_ERROR, "error_broken");

/// A card as the page's scripts read it: pictures and files by their address.
pub(super) fn shown(card: &Card, n: u64, who: &str) -> Value {
    let blocks = card.blocks.iter().enumerate().map(|(place, block)| {
        let address = |name: &str| format!("/api/enclosed/{n}/{place}/{name}?as={who}");
        match block {
            Block::Picture(picture) => {
                let [width, height] = ["width", "height"].map(|side| length(&picture.svg, side));
                let src = address(&picture.name());
                json!({"Picture": {"src": src, "alt": picture.alt, "width": width, "height": height}})
            }
            Block::File(file) => json!({"File": {"href": address(&file.name), "name": file.name}}),
            block => json!(block),
        }
    });
    json!({"title": card.title, "tone": card.tone, "blocks": blocks.collect::<Vec<_>>()})
}

/// A side of a drawing, so that its place is kept while it loads.
fn length(svg: &str, side: &str) -> Option<f32> {
    let (_, root) = svg.split_once("<svg")?;
    let (root, _) = root.split_once('>')?;
    let (_, value) = root.split_once(&format!(" {side}=\""))?;
    value.split('"').next()?.trim_end_matches("px").parse().ok()
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(rename = "as")]
    who: String,
}

/// A picture, or a file to keep.
pub(super) async fn enclosed(
    State(page): State<Arc<Page>>,
    Path((n, place, name)): Path<(u64, usize, String)>,
    Query(Asked { who }): Query<Asked>,
) -> Result<Response, Refused> {
    match block(&page, &who, n, place)? {
        Block::Picture(picture) if picture.name() == name => {
            let png = page.ports.files.png(&picture.svg).await.map_err(|error| {
                tracing::error!(error = format!("{error:#}"), "a picture of the page cannot be drawn");
                BROKEN
            })?;
            let headers = [(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "private, max-age=31536000, immutable")];
            Ok((headers, png).into_response())
        }
        Block::File(file) if file.name == name => {
            let content = page.ports.files.file(&file.key).await.map_err(|error| {
                tracing::error!(error = format!("{error:#}"), "a file of the page cannot be read");
                BROKEN
            })?;
            let Some(content) = content else { return Ok(gone(&page)) };
            let disposition = format!("attachment; filename=\"{name}\"");
            let headers = [(CONTENT_TYPE, "application/octet-stream".to_owned()), (CONTENT_DISPOSITION, disposition)];
            Ok((headers, content).into_response())
        }
        _ => Err(NOT_THERE),
    }
}

/// A browser shows this by itself, without the page's scripts.
fn gone(page: &Page) -> Response {
    let words = page.word(&page.settings.language, "error_file_gone").to_owned();
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "text/plain; charset=utf-8")], words).into_response()
}

/// A block of a message that the person sees.
fn block(page: &Page, who: &str, n: u64, place: usize) -> Result<Block, Refused> {
    let seen = page.room.seen();
    seen.person(who).ok_or(NOBODY)?;
    match seen.shown_to(who, n).map(|message| &message.said) {
        Some(Said::Card(card)) => card.blocks.get(place).cloned().ok_or(NOT_THERE),
        _ => Err(NOT_THERE),
    }
}
