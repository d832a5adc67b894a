//! The parts of a card as Slack blocks.
//!
//! Limits (docs.slack.dev, reference/block-kit): 3000 characters a text, 5 buttons read well in a row, button text 75,
//! placeholder 150, 100 options of 75, one table a message of 100 rows and 20 columns.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::text::{cut, elements, units};
use super::uploads::Enclosed;
use crate::chat::{Block, Button, Card, Look, Pick, Picture, Span, Text, Tone};

/// Characters in a block.
const PIECE: usize = 3000;
/// Characters in a table block; longer ones are drawn as lines.
const TABLE: usize = 8000;

/// A block before it is dealt to a message.
pub(super) struct Piece {
    pub(super) block: Value,
    /// What it says without styles.
    pub(super) plain: String,
    /// Whether it can be pressed.
    pub(super) acts: bool,
}

impl Piece {
    pub(super) fn size(&self) -> usize {
        units(&self.plain)
    }
}

pub(super) fn title(card: &Card) -> Vec<Piece> {
    let sign = match card.tone {
        Tone::Neutral => None,
        Tone::Good => Some("white_check_mark"),
        Tone::Attention => Some("bell"),
        Tone::Bad => Some("warning"),
    };
    let mut pieces: Vec<Piece> = paragraphs(&card.title, true);
    if let (Some(name), Some(first)) = (sign, pieces.first_mut())
        && let Some(line) = first.block["elements"][0]["elements"].as_array_mut()
    {
        line.insert(0, json!({"type": "text", "text": " "}));
        line.insert(0, json!({"type": "emoji", "name": name}));
    }
    pieces
}

pub(super) struct Drawing<'a> {
    enclosed: &'a Enclosed,
    /// How often an action was drawn: Slack wants each `action_id` once.
    drawn: BTreeMap<String, usize>,
    has_table: bool,
}

impl<'a> Drawing<'a> {
    pub(super) fn with(enclosed: &'a Enclosed) -> Self {
        Self { enclosed, drawn: BTreeMap::new(), has_table: false }
    }

    pub(super) fn draw(&mut self, block: &Block, pieces: &mut Vec<Piece>) -> Result<()> {
        match block {
            Block::Text(text) => pieces.extend(paragraphs(text, false)),
            Block::Facts(facts) => pieces.extend(lines(facts)),
            Block::Quote(words) => pieces.extend(quote(words)),
            Block::Table { head, rows } => pieces.extend(self.table(head, rows)),
            Block::Buttons(buttons) => {
                for row in buttons.chunks(5) {
                    pieces.push(self.buttons(row)?);
                }
            }
            Block::Pick(pick) => pieces.push(self.pick(pick)?),
            Block::Note(text) => pieces.extend(note(text)),
            Block::Picture(picture) => pieces.extend(self.picture(picture)),
            // A message holds no file: it follows, or is elsewhere.
            Block::File(file) => {
                let instead = self.enclosed.instead.get(&file.key);
                pieces.extend(instead.into_iter().flat_map(|words| note(&Text::plain(words.as_str()))));
            }
            Block::Divider => {
                pieces.push(Piece { block: json!({"type": "divider"}), plain: String::new(), acts: false });
            }
        }
        Ok(())
    }

    /// By its id; by its words where Slack does not have it.
    fn picture(&self, picture: &Picture) -> Vec<Piece> {
        let Some(id) = self.enclosed.pictures.get(&picture.name()) else {
            return note(&Text::plain(picture.alt.as_str()));
        };
        let block = json!({"type": "image", "slack_file": {"id": id}, "alt_text": picture.alt});
        vec![Piece { block, plain: picture.alt.clone(), acts: false }]
    }

    /// The action as an id that is unique in this card: `~` is in no action, so what follows it is ours.
    fn action_id(&mut self, action: &str) -> String {
        let times = self.drawn.entry(action.into()).or_default();
        *times += 1;
        if *times == 1 { action.into() } else { format!("{action}~{times}") }
    }

    fn buttons(&mut self, row: &[Button]) -> Result<Piece> {
        let mut drawn = Vec::new();
        let mut plain = Vec::new();
        for Button { action, label, look } in row {
            ensure!((1..=75).contains(&units(label)), "a button's label has {} characters, not 1 to 75", units(label));
            let id = self.action_id(action.as_str());
            let mut button = json!({"type": "button", "action_id": id, "text": plain_text(label)});
            match look {
                Look::Ordinary => {}
                Look::Primary => button["style"] = "primary".into(),
                Look::Danger => button["style"] = "danger".into(),
            }
            drawn.push(button);
            plain.push(format!("[{label}]"));
        }
        Ok(actions(&drawn, plain.join(" ")))
    }

    fn pick(&mut self, pick: &Pick) -> Result<Piece> {
        ensure!((1..=150).contains(&units(&pick.label)), "a menu's label has not 1 to 150 characters");
        ensure!((1..=100).contains(&pick.choices.len()), "a menu has {} choices, not 1 to 100", pick.choices.len());
        let options = pick.choices.iter().map(super::forms::option).collect::<Result<Vec<_>>>()?;
        let menu = json!({
            "type": "static_select", "action_id": self.action_id(pick.action.as_str()),
            "placeholder": plain_text(&pick.label), "options": options,
        });
        Ok(actions(&[menu], format!("[{}]", pick.label)))
    }

    fn table(&mut self, head: &[String], rows: &[Vec<Text>]) -> Vec<Piece> {
        let lines: Vec<Vec<String>> = [head.to_vec()]
            .into_iter()
            .chain(rows.iter().map(|row| row.iter().map(Text::unstyled).collect()))
            .collect();
        let plain = lines.iter().map(|line| line.join(" | ")).collect::<Vec<_>>().join("\n");
        let fits = rows.len() < 100 && (1..=20).contains(&head.len()) && units(&plain) <= TABLE;
        if self.has_table || !fits {
            return drawn_lines(&lines);
        }
        self.has_table = true;
        let mut drawn = vec![head.iter().map(|title| cell(&Text::strong(title))).collect::<Vec<_>>()];
        drawn.extend(rows.iter().map(|row| row.iter().map(cell).collect()));
        let columns: Vec<Value> = (0..head.len())
            .map(|column| json!({"align": if is_numeric(&lines, column) { "right" } else { "left" }, "is_wrapped": true}))
            .collect();
        let block = json!({"type": "table", "rows": drawn, "column_settings": columns});
        vec![Piece { block, plain, acts: false }]
    }
}

fn is_numeric(lines: &[Vec<String>], column: usize) -> bool {
    let mut cells = lines.iter().skip(1).filter_map(|line| line.get(column)).filter(|cell| !cell.is_empty()).peekable();
    cells.peek().is_some() && cells.all(|cell| cell.chars().any(|c| c.is_ascii_digit()) && cell.len() <= 24)
}

/// A cell may not be empty.
fn cell(text: &Text) -> Value {
    match text.0.as_slice() {
        _ if text.is_empty() => json!({"type": "raw_text", "text": "\u{a0}"}),
        [Span::Plain(words)] => json!({"type": "raw_text", "text": words}),
        _ => json!({"type": "rich_text", "elements": [section("rich_text_section", &elements(text, false))]}),
    }
}

/// A table as aligned lines in a fixed-width block: what Slack's table block cannot hold.
fn drawn_lines(lines: &[Vec<String>]) -> Vec<Piece> {
    let columns = lines.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(cells.join(" | ").trim_end());
        text.push('\n');
    }
    let pieces = split_lines(text.trim_end_matches('\n'));
    long(pieces, |words| section("rich_text_preformatted", &elements(&Text::plain(words), false)))
}

/// In pieces that end with a line where possible.
fn split_lines(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for line in text.split_inclusive('\n') {
        for part in cut(&Text::plain(line), PIECE) {
            let words = part.unstyled();
            let last = pieces.last_mut().expect("it starts with one");
            if units(last) + units(&words) > PIECE {
                pieces.push(words);
            } else {
                last.push_str(&words);
            }
        }
    }
    pieces
}

fn paragraphs(text: &Text, bold: bool) -> Vec<Piece> {
    cut(text, PIECE)
        .into_iter()
        .enumerate()
        .filter(|(_, piece)| !piece.is_empty())
        .map(|(n, piece)| {
            let plain = piece.unstyled();
            rich(&section("rich_text_section", &elements(&piece, bold)), plain, n)
        })
        .collect()
}

fn quote(words: &str) -> Vec<Piece> {
    let pieces = cut(&Text::plain(words), PIECE).iter().map(Text::unstyled).collect();
    long(pieces, |words| section("rich_text_quote", &elements(&Text::plain(words), false)))
}

fn long(pieces: Vec<String>, draw: impl Fn(&str) -> Value) -> Vec<Piece> {
    pieces
        .into_iter()
        .enumerate()
        .filter(|(_, words)| !words.is_empty())
        .map(|(n, words)| rich(&draw(&words), words, n))
        .collect()
}

/// One line a fact, as many to a block as fit.
fn lines(facts: &[(String, Text)]) -> Vec<Piece> {
    let mut blocks: Vec<Text> = Vec::new();
    let mut size = usize::MAX;
    for (label, value) in facts {
        let line = Text::strong(format!("{label}:")).then(" ").then(value.clone());
        let length = units(&line.unstyled());
        match blocks.last_mut() {
            Some(last) if size.saturating_add(length + 1) <= PIECE => {
                *last = std::mem::take(last).then("\n").then(line);
                size += length + 1;
            }
            _ => {
                blocks.push(line);
                size = length;
            }
        }
    }
    blocks.iter().flat_map(|block| paragraphs(block, false)).collect()
}

/// Small print is a context block, whose plain text is inert; typed spans need rich text.
fn note(text: &Text) -> Vec<Piece> {
    let plain = text.unstyled();
    let is_words = text.0.iter().all(|span| matches!(span, Span::Plain(_) | Span::Strong(_)));
    if !is_words || plain.is_empty() || units(&plain) > 2000 {
        return paragraphs(text, false);
    }
    vec![Piece { block: context(&plain), plain, acts: false }]
}

/// Small print.
pub(super) fn context(words: &str) -> Value {
    json!({"type": "context", "elements": [plain_text(words)]})
}

/// Emoji stay as they were typed: `:x:` in a client's name is that name.
pub(super) fn plain_text(words: &str) -> Value {
    json!({"type": "plain_text", "text": words, "emoji": false})
}

/// A text of a form as a block.
pub(super) fn paragraph_blocks(text: &Text) -> Vec<Value> {
    paragraphs(text, false).into_iter().map(|piece| piece.block).collect()
}

fn section(kind: &str, elements: &[Value]) -> Value {
    json!({"type": kind, "elements": elements})
}

/// `part` counts from 0; the later parts of one text say so in their id, which changes with the words because Slack
/// wants a new id when a block changes.
fn rich(section: &Value, plain: String, part: usize) -> Piece {
    let mut block = json!({"type": "rich_text", "elements": [section]});
    if part > 0 {
        block["block_id"] = format!("more:{part}:{:016x}", super::digest(&plain)).into();
    }
    Piece { block, plain, acts: false }
}

pub(super) fn actions(elements: &[Value], plain: String) -> Piece {
    Piece { block: json!({"type": "actions", "elements": elements}), plain, acts: true }
}
