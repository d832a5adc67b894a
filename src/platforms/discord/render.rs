//! Cards as Discord messages.
//!
//! The title is the message's `content`: it is what a notification shows. The blocks go into embeds whose colour
//! repeats the tone, in their order, as lines of text; buttons and menus stand under all of it, because Discord has
//! no other place for them. What does not fit goes on in the next embed, then in the next message; nothing is cut.

use std::sync::Arc;

use serde_json::{Value, json};

use super::enclose::{Body, Contents, Enclosure, SCHEME, listed};
use super::markdown::{self, Line, units};
use super::table;
use crate::chat::{Block, Button, Card, Choice, Look, Pick, Picture, Service, Span, Text, Tone};

/// Limits of a message. Source: Discord's reference of messages and of embeds.
const CONTENT: usize = 2000;
const DESCRIPTION: usize = 4096;
const ALL_EMBEDS: usize = 6000;
const EMBEDS: usize = 10;
const ROWS: usize = 5;
const ROW: usize = 5;
const FILES: usize = 10;

/// Begins a line of small print.
pub(super) const SMALL: &str = "-# ";

/// The line that stands for [`Block::Divider`]: dashes every font has.
const DIVIDER: &str = "———";

/// Before the mark in an embed's `url`, which is not shown as long as the embed has no title.
const MARK_URL: &str = "https://panout.invalid/";

/// A card as messages, in order: `content`, `embeds`, `components`, `allowed_mentions`, `attachments`. A picture is shown
/// by the embed it follows the text of; a file belongs to the message.
///
/// With a marker each of them carries `marker.N.OF` where a person does not see it: in the ids of its buttons and
/// menus, otherwise in the url of its embed.
pub(super) fn draw(card: &Card, contents: &Contents, marker: Option<&str>) -> Vec<Body> {
    let mut sheet = Sheet::new(card);
    for line in markdown::strong_lines(&card.title) {
        sheet.title(line);
    }
    let packed = needs_packing(card);
    for block in &card.blocks {
        match block {
            Block::Buttons(buttons) if packed => sheet.pack(buttons.iter().map(button)),
            Block::Text(text) => sheet.text("", markdown::lines(text)),
            Block::Note(text) => sheet.text(SMALL, markdown::lines(text)),
            Block::Quote(words) => sheet.text("> ", markdown::lines(&Text::plain(words.as_str()))),
            Block::Facts(facts) => {
                for (label, value) in facts {
                    sheet.text("", fact(label, value));
                }
            }
            Block::Table { head, rows } => sheet.code(&table::lines(head, rows)),
            Block::Picture(picture) => match contents.pictures.get(&picture.name()) {
                Some(png) => sheet.picture(picture, png.clone()),
                None => sheet.text(SMALL, markdown::lines(&Text::plain(picture.alt.as_str()))),
            },
            Block::File(file) => match contents.files.get(&file.key) {
                Some(Ok(content)) => sheet.enclose(file.name.clone(), None, content.clone()),
                Some(Err(words)) => sheet.text(SMALL, markdown::lines(&Text::plain(words.as_str()))),
                None => {}
            },
            Block::Divider => sheet.text("", vec![Line { text: DIVIDER.into(), goes_on: false }]),
            Block::Buttons(buttons) => buttons.chunks(ROW).for_each(|row| sheet.row(row.iter().map(button).collect())),
            Block::Pick(pick) => sheet.row(vec![menu(pick)]),
        }
    }
    sheet.finish(marker)
}

/// Whether a row for each block's buttons would be too many rows: then they follow each other, five to a row.
fn needs_packing(card: &Card) -> bool {
    let rows = card.blocks.iter().map(|block| match block {
        Block::Buttons(buttons) => buttons.len().div_ceil(ROW),
        Block::Pick(_) => 1,
        _ => 0,
    });
    rows.sum::<usize>() > ROWS
}

/// `**Label:** value`, as a fact of a card and an answer in a form are written.
pub(super) fn fact(label: &str, value: &Text) -> Vec<Line> {
    let label = Text(vec![Span::Strong(format!("{}:", label.trim_end_matches(':'))), Span::Plain(" ".into())]);
    markdown::lines(&label.then(value.clone()))
}

/// A message of plain parts: a strong first line, one embed of the given markdown, and rows of components.
pub(super) fn message(title: &Text, lines: Vec<Line>, tone: Tone, rows: Vec<Vec<Value>>) -> Value {
    let card = Card::titled(title.clone()).tone(tone);
    let mut sheet = Sheet::new(&card);
    for line in markdown::strong_lines(title) {
        sheet.title(line);
    }
    sheet.text("", lines);
    for row in rows {
        sheet.row(row);
    }
    sheet.finish(None).swap_remove(0).says
}

/// The marks found in a message as Discord gives it back: `marker.N.OF`.
pub(super) fn marks(message: &Value) -> impl Iterator<Item = &str> {
    let rows = message["components"].as_array().into_iter().flatten();
    let ids = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
    let in_ids = ids.filter_map(|component| component["custom_id"].as_str()?.split('~').nth(1));
    let embeds = message["embeds"].as_array().into_iter().flatten();
    in_ids.chain(embeds.filter_map(|embed| embed["url"].as_str()?.strip_prefix(MARK_URL)))
}

/// The mark of one part of a card.
pub(super) fn mark(marker: &str, part: usize, of: usize) -> String {
    format!("{marker}.{part}.{of}")
}

fn button(button: &Button) -> Value {
    let style = match button.look {
        Look::Ordinary => 2,
        Look::Primary => 1,
        Look::Danger => 4,
    };
    json!({"type": 2, "style": style, "label": button.label, "custom_id": button.action.as_str()})
}

fn menu(pick: &Pick) -> Value {
    let options: Vec<Value> = pick.choices.iter().map(|choice| option(choice, None)).collect();
    json!({
        "type": 3, "custom_id": pick.action.as_str(), "placeholder": pick.label, "options": options,
        "min_values": 1, "max_values": 1,
    })
}

/// An entry of a menu, chosen beforehand if its value is `chosen`.
pub(super) fn option(choice: &Choice, chosen: Option<&str>) -> Value {
    let mut option = json!({"label": choice.label, "value": choice.value});
    if chosen == Some(choice.value.as_str()) {
        option["default"] = true.into();
    }
    option
}

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

struct Sheet {
    done: Vec<Part>,
    now: Part,
    tone: Tone,
    pings: Vec<String>,
}

impl Sheet {
    fn new(card: &Card) -> Self {
        let mentioned = card.title.0.iter().filter_map(|span| match span {
            Span::Mention { account, .. } if account.service == Service::Discord => Some(account.id.clone()),
            _ => None,
        });
        let mut pings: Vec<String> = mentioned.collect();
        pings.sort();
        pings.dedup();
        Self { done: vec![], now: Part::default(), tone: card.tone, pings }
    }

    fn title(&mut self, line: Line) {
        let joint = if line.goes_on || self.now.content.is_empty() { "" } else { "\n" };
        if self.now.embeds.is_empty() && units(&self.now.content) + units(&line.text) < CONTENT {
            self.now.content.push_str(joint);
            self.now.content.push_str(&line.text);
        } else {
            self.text("", vec![line]);
        }
    }

    /// Adds lines, each after `prefix`.
    fn text(&mut self, prefix: &str, lines: Vec<Line>) {
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
    fn code(&mut self, rows: &[String]) {
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
    fn picture(&mut self, picture: &Picture, png: Arc<[u8]>) {
        let (name, words) = (picture.name(), units(&picture.alt) + units(SMALL) + 1);
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

    fn enclose(&mut self, name: String, alt: Option<String>, content: Arc<[u8]>) {
        if self.now.enclosed.len() == FILES {
            self.next();
        }
        self.now.enclosed.push(Enclosure { name, alt, content });
    }

    fn row(&mut self, components: Vec<Value>) {
        if self.now.rows.len() == ROWS {
            self.next();
        }
        self.now.rows.push(components);
    }

    /// Adds buttons to the last row of buttons while it has room.
    fn pack(&mut self, buttons: impl Iterator<Item = Value>) {
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

    fn finish(mut self, marker: Option<&str>) -> Vec<Body> {
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
