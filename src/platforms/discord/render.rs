//! Cards as Discord messages.
//!
//! The title is the message's `content`: it is what a notification shows. The blocks go into embeds whose colour
//! repeats the tone, in their order, as lines of text; buttons and menus stand under all of it, because Discord has
//! no other place for them. What does not fit goes on in the next embed, then in the next message; nothing is cut.

use serde_json::{Value, json};

use super::enclose::{Body, Contents};
use super::markdown::{self, Line};
use super::sheet::Sheet;
use super::table;
use crate::chat::{Block, Button, Card, Choice, Look, Pick, Span, Text, Tone};

/// Rows of components in a message, and components in a row. Source: Discord's reference of components.
pub(super) const ROWS: usize = 5;
pub(super) const ROW: usize = 5;

/// Begins a line of small print.
pub(super) const SMALL: &str = "-# ";

/// The line that stands for [`Block::Divider`]: dashes every font has.
const DIVIDER: &str = "———";

/// Before the mark in an embed's `url`, which is not shown as long as the embed has no title.
pub(super) const MARK_URL: &str = "https://panout.invalid/";

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
