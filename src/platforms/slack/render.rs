//! Cards as Slack messages.
//!
//! Limits: 50 blocks a message (docs.slack.dev, reference/block-kit), and about 13,200 characters a message before
//! `msg_blocks_too_long` (found by others; [`MESSAGE`] stays under it).
//!
//! What is too long is split and never cut: a text into blocks, a message into several, of which the first carries
//! the buttons and the others hang under it.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::blocks::{Drawing, Piece, actions, context, plain_text, title};
use super::text::{escaped, head};
use super::uploads::Enclosed;
use crate::chat::Card;

/// Blocks in a message.
const BLOCKS: usize = 50;
/// Characters in a message.
const MESSAGE: usize = 12_000;
/// Characters of the fallback text; Slack advises at most 4000, and the blocks hold everything.
const FALLBACK: usize = 3000;

/// One message, ready to send.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawn {
    /// For notifications and screen readers, escaped.
    pub(super) text: String,
    /// At most 50.
    pub(super) blocks: Vec<Value>,
}

impl Drawn {
    /// The fields of a message call, to be joined by where it goes.
    pub(super) fn fields(&self) -> Value {
        json!({"text": self.text, "blocks": self.blocks})
    }

    /// Whether blocks show pictures.
    pub(super) fn has_pictures(&self) -> bool {
        self.blocks.iter().any(is_picture)
    }

    /// The same with the words of its pictures.
    pub(super) fn without_pictures(&self) -> Self {
        let words = |block: &Value| block["alt_text"].as_str().map(context).unwrap_or_default();
        let plain = |block: &Value| if is_picture(block) { words(block) } else { block.clone() };
        Self { text: self.text.clone(), blocks: self.blocks.iter().map(plain).collect() }
    }
}

fn is_picture(block: &Value) -> bool {
    block["type"] == "image"
}

/// Draws a card as one message, or as several when it is too long for one; the first carries the closing buttons.
///
/// # Errors
/// When a button or menu breaks Slack's limits, which nothing but the card's author can mend.
pub(super) fn draw(card: &Card, enclosed: &Enclosed) -> Result<Vec<Drawn>> {
    draw_with(card, enclosed, None)
}

/// Draws a card that ends with a button of the adapter's own (`action_id` starts with `~`).
pub(super) fn draw_with(card: &Card, enclosed: &Enclosed, own: Option<(&str, &str)>) -> Result<Vec<Drawn>> {
    let mut pieces = title(card);
    let mut drawing = Drawing::with(enclosed);
    for block in &card.blocks {
        drawing.draw(block, &mut pieces)?;
    }
    if let Some((action_id, label)) = own {
        let button = json!({"type": "button", "action_id": action_id, "text": plain_text(label), "style": "primary"});
        pieces.push(actions(&[button], format!("[{label}]")));
    }
    ensure!(!pieces.is_empty(), "an empty card");
    deal(pieces)
}

/// Deals blocks to as few messages as hold them. What can be pressed at the end stays with the first message: it is
/// the one that is replaced when the matter is decided.
fn deal(mut pieces: Vec<Piece>) -> Result<Vec<Drawn>> {
    let whole = pieces.len() <= BLOCKS && pieces.iter().map(Piece::size).sum::<usize>() <= MESSAGE;
    let closing_from = pieces.len() - pieces.iter().rev().take_while(|piece| piece.acts).count();
    let closing = if whole { Vec::new() } else { pieces.split_off(closing_from) };
    let reserved: usize = closing.iter().map(Piece::size).sum();
    ensure!(closing.len() < BLOCKS && reserved < MESSAGE / 2, "a card has {} rows of buttons", closing.len());

    let mut messages: Vec<Vec<Piece>> = vec![Vec::new()];
    let (mut room, mut blocks) = (MESSAGE - reserved, BLOCKS - closing.len());
    for piece in pieces {
        let size = piece.size();
        if blocks == 0 || size > room {
            messages.push(Vec::new());
            (room, blocks) = (MESSAGE, BLOCKS);
        }
        room = room.saturating_sub(size);
        blocks -= 1;
        messages.last_mut().expect("it starts with one").push(piece);
    }
    messages[0].extend(closing);
    unique_ids(&mut messages);
    Ok(messages.into_iter().map(message).collect())
}

/// Two equal long texts in one message would have equal ids.
fn unique_ids(messages: &mut [Vec<Piece>]) {
    for (n, piece) in messages.iter_mut().flatten().enumerate() {
        if let Some(id) = piece.block["block_id"].as_str() {
            piece.block["block_id"] = format!("{id}:{n}").into();
        }
    }
}

fn message(pieces: Vec<Piece>) -> Drawn {
    let said: Vec<&str> = pieces.iter().filter(|p| !p.acts && !p.plain.is_empty()).map(|p| p.plain.as_str()).collect();
    let said = said.join("\n");
    let (short, rest) = head(&said, FALLBACK);
    let text = if rest.is_empty() { escaped(short) } else { format!("{}…", escaped(short.trim_end())) };
    Drawn { text, blocks: pieces.into_iter().map(|piece| piece.block).collect() }
}
