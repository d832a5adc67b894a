//! Messages in the making: what does not fit goes on in the next embed, then in the next message.

use std::sync::Arc;

use serde_json::{Value, json};

use super::enclose::{Body, Enclosure, SCHEME, listed, small_print};
use super::markdown::{self, Line, units};
use super::render::{MARK_URL, ROW, ROWS, mark};
use crate::chat::{Card, Picture, Service, Span, Text, Tone};

/// Limits of a message. Source: Discord's reference of messages and of embeds.
const CONTENT: usize = 2000;
const DESCRIPTION: usize = 4096;
const ALL_EMBEDS: usize = 6000;
const EMBEDS: usize = 10;
const FILES: usize = 10;

/// One message in the making.
#[derive(Default)]
struct Part {
    content: String,
    embeds: Vec<Leaf>,
    rows: Vec<Vec<Value>>,
    enclosed: Vec<Enclosure>,
}

/// One embed in the making: a text, and the picture under it.
#[derive(Default)]
struct Leaf {
    text: String,
    /// Its name, and how long its words are: where no picture may be sent they take its place.
    picture: Option<(String, usize)>,
}

/// A card in the making.
pub(super) struct Sheet {
    done: Vec<Part>,
    now: Part,
    tone: Tone,
    pings: Vec<String>,
}

impl Sheet {
    /// Empty, with the card's tone and the people its title rings for.
    pub(super) fn new(card: &Card) -> Self {
        let mentioned = card.title.0.iter().filter_map(|span| match span {
            Span::Mention { account, .. } if account.service == Service::Discord => Some(account.id.clone()),
            _ => None,
        });
        let mut pings: Vec<String> = mentioned.collect();
        pings.sort();
        pings.dedup();
        Self { done: vec![], now: Part::default(), tone: card.tone, pings }
    }

    /// Adds a line of the title.
    pub(super) fn title(&mut self, line: Line) {
        let joint = if line.goes_on || self.now.content.is_empty() { "" } else { "\n" };
        if self.now.embeds.is_empty() && units(&self.now.content) + units(&line.text) < CONTENT {
            self.now.content.push_str(joint);
            self.now.content.push_str(&line.text);
        } else {
            self.text("", vec![line]);
        }
    }

    /// Adds lines, each after `prefix`.
    pub(super) fn text(&mut self, prefix: &str, lines: Vec<Line>) {
        for line in lines {
            let fits = |embed: &Leaf| embed.takes(units(&line.text), DESCRIPTION);
            let room = self.room();
            match self.now.embeds.last_mut() {
                Some(embed) if line.goes_on && fits(embed) && room >= units(&line.text) => {
                    embed.text.push_str(&line.text);
                }
                _ => self.paragraph(&format!("{prefix}{}", line.text)),
            }
        }
    }

    /// Adds a table, its rows in as many code blocks as it takes.
    pub(super) fn code(&mut self, rows: &[String]) {
        const BLOCK: usize = 1900;
        let mut block = String::new();
        for row in rows {
            if !block.is_empty() && units(&block) + units(row) > BLOCK {
                self.paragraph(&format!("```\n{block}```"));
                block.clear();
            }
            // One row wider than a block can hold has no columns left to align.
            if units(row) > BLOCK {
                self.text("", markdown::lines(&Text::plain(row.as_str())));
                continue;
            }
            block.push_str(row);
            block.push('\n');
        }
        if !block.is_empty() {
            self.paragraph(&format!("```\n{block}```"));
        }
    }

    /// Adds markdown on a line of its own, not to be torn.
    fn paragraph(&mut self, markdown: &str) {
        let goes_on = self.now.embeds.last().is_some_and(|embed| embed.takes(units(markdown) + 1, DESCRIPTION));
        if self.room() < units(markdown) + 1 || (!goes_on && self.now.embeds.len() == EMBEDS) {
            self.next();
        }
        match self.now.embeds.last_mut() {
            Some(embed) if goes_on => {
                embed.text.push('\n');
                embed.text.push_str(markdown);
            }
            // A blank first line is nothing to Discord, which trims.
            _ if markdown.trim().is_empty() => {}
            _ => self.now.embeds.push(Leaf { text: markdown.to_owned(), picture: None }),
        }
    }

    /// Shows a picture under what was said last.
    pub(super) fn picture(&mut self, picture: &Picture, png: Arc<[u8]>) {
        let (name, words) = (picture.name(), units(&small_print(&picture.alt)) + 1);
        let takes = |part: &Part| part.embeds.last().is_some_and(|embed| embed.takes(words, DESCRIPTION));
        let is_full = self.now.embeds.len() == EMBEDS && !takes(&self.now);
        if is_full || self.room() < words || self.now.enclosed.len() == FILES {
            self.next();
        }
        if !takes(&self.now) {
            self.now.embeds.push(Leaf::default());
        }
        if let Some(embed) = self.now.embeds.last_mut() {
            embed.picture = Some((name.clone(), words));
        }
        // The same picture twice in a message is one file.
        if self.now.enclosed.iter().all(|file| file.name != name) {
            self.enclose(name, Some(picture.alt.clone()), png);
        }
    }

    /// Adds a file.
    pub(super) fn enclose(&mut self, name: String, alt: Option<String>, content: Arc<[u8]>) {
        if self.now.enclosed.len() == FILES {
            self.next();
        }
        self.now.enclosed.push(Enclosure { name, alt, content });
    }

    /// Adds a row of components.
    pub(super) fn row(&mut self, components: Vec<Value>) {
        if self.now.rows.len() == ROWS {
            self.next();
        }
        self.now.rows.push(components);
    }

    /// Adds buttons to the last row of buttons while it has room.
    pub(super) fn pack(&mut self, buttons: impl Iterator<Item = Value>) {
        for button in buttons {
            let room = |row: &&mut Vec<Value>| row.len() < ROW && row.iter().all(|part| part["type"] == 2);
            match self.now.rows.last_mut().filter(room) {
                Some(row) => row.push(button),
                None => self.row(vec![button]),
            }
        }
    }

    /// How much more text this message can take.
    fn room(&self) -> usize {
        ALL_EMBEDS.saturating_sub(self.now.embeds.iter().map(Leaf::size).sum())
    }

    fn next(&mut self) {
        self.done.push(std::mem::take(&mut self.now));
    }

    /// The messages, each with its mark if there is a marker.
    pub(super) fn finish(mut self, marker: Option<&str>) -> Vec<Body> {
        self.next();
        let of = self.done.len();
        let parts = self.done.into_iter().enumerate().map(|(n, part)| {
            let mark = marker.map(|marker| mark(marker, n + 1, of));
            // Only the first part holds the title, the one place where a mention rings.
            let pings = if n == 0 { self.pings.as_slice() } else { &[] };
            part.body(self.tone, mark.as_deref(), pings)
        });
        parts.collect()
    }
}

impl Leaf {
    fn size(&self) -> usize {
        units(&self.text) + self.picture.as_ref().map_or(0, |(_, words)| *words)
    }

    /// Whether so much more fits; nothing stands under a picture.
    fn takes(&self, more: usize, most: usize) -> bool {
        self.picture.is_none() && units(&self.text) + more <= most
    }

    fn embed(self, tone: Tone) -> Value {
        let mut embed = json!({});
        if !self.text.is_empty() {
            embed["description"] = self.text.into();
        }
        if let Some((name, _)) = self.picture {
            embed["image"] = json!({"url": format!("{SCHEME}{name}")});
        }
        let colour = match tone {
            Tone::Neutral => return embed,
            Tone::Good => 0x002e_7d32,
            Tone::Attention => 0x00b2_6a00,
            Tone::Bad => 0x00c6_2828,
        };
        embed["color"] = colour.into();
        embed
    }
}

impl Part {
    fn body(mut self, tone: Tone, mark: Option<&str>, pings: &[String]) -> Body {
        let carrier = mark.is_some() && self.rows.is_empty();
        if self.embeds.is_empty() && (carrier || self.content.is_empty()) {
            // Only an embed can carry the mark; and a message needs something to read.
            let words = std::mem::take(&mut self.content);
            self.embeds.push(Leaf { text: if words.is_empty() { "…".into() } else { words }, picture: None });
        }
        let embeds = self.embeds.into_iter().map(|leaf| leaf.embed(tone));
        let mut embeds: Vec<Value> = embeds.collect();
        if let (true, Some(mark), Some(first)) = (carrier, mark, embeds.first_mut()) {
            first["url"] = format!("{MARK_URL}{mark}").into();
        }
        let says = json!({
            "content": self.content,
            "embeds": embeds,
            "components": rows(self.rows, mark),
            "allowed_mentions": {"parse": [], "users": pings},
            "attachments": listed(&self.enclosed),
        });
        Body { says, enclosed: self.enclosed }
    }
}

/// Rows of components; each id gets the mark, and a number where it stands twice: Discord wants them different.
fn rows(rows: Vec<Vec<Value>>, mark: Option<&str>) -> Vec<Value> {
    let mut seen: Vec<String> = vec![];
    let dress = |mut component: Value, seen: &mut Vec<String>| {
        let own = component["custom_id"].as_str().unwrap_or_default().to_owned();
        let marked = match mark {
            Some(mark) if !own.starts_with('~') => format!("{own}~{mark}"),
            _ => own.clone(),
        };
        let again = seen.iter().filter(|other| **other == own).count();
        component["custom_id"] = match (again, mark) {
            (0, _) => marked.into(),
            (n, Some(_)) => format!("{marked}~{n}").into(),
            (n, None) => format!("{marked}~~{n}").into(),
        };
        seen.push(own);
        component
    };
    rows.into_iter()
        .map(|row| {
            let components: Vec<Value> = row.into_iter().map(|component| dress(component, &mut seen)).collect();
            json!({"type": 1, "components": components})
        })
        .collect()
}
