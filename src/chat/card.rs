//! A card: what the bot shows.

use serde::{Deserialize, Serialize};

use super::{Action, Choice, Text};

/// One message of the bot. Readable without colours, pictures or emoji.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The first line, and what a notification shows. Never empty.
    pub title: Text,
    /// How it should feel. Never the only carrier of a meaning.
    pub tone: Tone,
    /// The rest, top to bottom.
    pub blocks: Vec<Block>,
}

/// How a card should feel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Neutral,
    /// Something went well.
    Good,
    /// Something waits for the reader.
    Attention,
    /// Something went wrong.
    Bad,
}

/// A part of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Block {
    /// A paragraph.
    Text(Text),
    /// Short labelled values, in order: (label, value).
    Facts(Vec<(String, Text)>),
    /// Somebody's own words, any length; adapters split and never cut.
    Quote(String),
    /// Rows under a head; each row has as many cells as the head.
    Table {
        /// Column titles.
        head: Vec<String>,
        /// Cells by row.
        rows: Vec<Vec<Text>>,
    },
    /// A picture; whoever cannot see it reads its words, and the card says the same in other blocks.
    Picture(Picture),
    /// A file to keep.
    File(File),
    /// Up to five buttons to a row; adapters wrap. Where a platform has no place for them between texts they stand at the
    /// end, so their labels say what they are about.
    Buttons(Vec<Button>),
    /// A menu that acts as soon as something is chosen.
    Pick(Pick),
    /// Small print.
    Note(Text),
    /// A line between parts.
    Divider,
}

/// A picture. Adapters have it drawn by [`super::Files::png`] when they show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// An SVG document of at most 200 kB, its size in `width` and `height`. Equal text is an equal picture.
    pub svg: String,
    /// What it shows, in words: 1 to 1000 characters.
    pub alt: String,
}

/// A file that goes with a card. Adapters take what is in it from [`super::Files::file`] when they send it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its name as the reader keeps it, with its ending: `[a-z0-9.-]{1,60}`.
    pub name: String,
    /// Under what it is kept: as an [`Action`]'s characters, at most 64 bytes.
    pub key: String,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What a press means.
    pub action: Action,
    /// At most 40 characters.
    pub label: String,
    /// How it stands out.
    pub look: Look,
}

/// How a button stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Look {
    /// Like the others.
    #[default]
    Ordinary,
    /// The one most people want; at most one a card.
    Primary,
    /// Takes something away.
    Danger,
}

/// A menu in a card: choosing presses `action` with the choice's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pick {
    /// What a choice means.
    pub action: Action,
    /// What to choose, shown until something is chosen; at most 100 characters.
    pub label: String,
    /// 1 to 25 choices.
    pub choices: Vec<Choice>,
}

impl Card {
    /// A card with a title only.
    pub fn titled(title: impl Into<Text>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// The same card in another tone.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// The same card with one more block.
    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// The same card with one more block, if there is one.
    #[must_use]
    pub fn with_some(mut self, block: Option<Block>) -> Self {
        self.blocks.extend(block);
        self
    }

    /// The same card with the words of its pictures in their places.
    #[must_use]
    pub fn in_words(mut self) -> Self {
        for block in &mut self.blocks {
            if let Block::Picture(picture) = block {
                *block = Block::Note(picture.alt.as_str().into());
            }
        }
        self
    }

    /// Its pictures, top to bottom.
    pub fn pictures(&self) -> impl Iterator<Item = &Picture> {
        self.blocks.iter().filter_map(|block| if let Block::Picture(picture) = block { Some(picture) } else { None })
    }

    /// Its files, top to bottom.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.blocks.iter().filter_map(|block| if let Block::File(file) = block { Some(file) } else { None })
    }
}

impl Picture {
    /// The name of its file, the same for equal pictures on every machine and in every version.
    pub fn name(&self) -> String {
        // FNV-1a: no secret, and a picture's text cannot be chosen freely.
        let hash = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        format!("panout-{:016x}.png", self.svg.bytes().fold(0xcbf2_9ce4_8422_2325, hash))
    }
}

impl Button {
    /// An ordinary button.
    pub fn new(action: Action, label: impl Into<String>) -> Self {
        Self { action, label: label.into(), look: Look::Ordinary }
    }

    /// The same button with another look.
    #[must_use]
    pub fn look(mut self, look: Look) -> Self {
        self.look = look;
        self
    }
}
