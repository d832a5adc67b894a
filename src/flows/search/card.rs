//! What was found, as people read it.

use super::{Carried, PAGE};
use crate::args;
use crate::chat::{Block, Button, Card, Text};
use crate::domain::Refusal;
use crate::flows::refusal::summary;
use crate::flows::{Act, Call, Result, case};
use crate::store::Hits;

/// How much of the client's words is shown, in characters.
const SHOWN: usize = 140;

/// One page of what was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page<'a> {
    pub(super) typed: &'a str,
    /// 0 for the first.
    pub(super) at: u16,
    pub(super) hits: &'a Hits,
    pub(super) refusals: &'a [Refusal],
}

/// The whole card.
pub(super) async fn card(call: &mut Call<'_>, page: &Page<'_>) -> Result<Card> {
    let words = call.words;
    let title = match i64::try_from(page.hits.refusals).unwrap_or(i64::MAX) {
        0 => words.text("search.none", args! { typed: page.typed }),
        count => words.text("search.title", args! { refusals: words.counted("refusals", count), typed: page.typed }),
    };
    let mut card = Card::titled(title);
    for refusal in page.refusals {
        card = card.with(Block::Text(line(call, refusal).await?));
    }
    if !call.by.leads(call.by.team.id) {
        card = card.with(Block::Note(words.text("search.yours", args! {})));
    }
    if page.hits.refusals == 0 {
        card = card.with(Block::Note(words.text("search.fewer", args! {})));
    }
    if let Some(word) = &page.hits.too_short {
        card = card.with(Block::Note(words.text("search.too_short", args! { word: word.as_str() })));
    }
    let listed: Vec<_> =
        page.refusals.iter().map(|refusal| (refusal.number, refusal.details.account.clone())).collect();
    if !listed.is_empty() {
        card = card.with(case::pick(words.line("search.open", args! {}), &listed));
    }
    Ok(turned(call, page, card))
}

/// A refusal in a line, with the beginning of what its client said.
async fn line(call: &mut Call<'_>, refusal: &Refusal) -> Result<Text> {
    let peace = call.tx.asked_for_peace(&refusal.details).await?;
    let words = call.words;
    let (day, stage) = (words.date(refusal.details.happened_on), words.label("stage", refusal.stage.as_str()));
    let mut text = Text::strong(refusal.number.to_string())
        .then(format!(" {}, {day}. {stage}.", summary(words, &refusal.details)));
    if peace.is_some() {
        text = text.then(" ").then(words.text("search.in_peace", args! {}));
    }
    if let Some(said) = refusal.details.verbatim.as_deref().map(beginning) {
        text = text.then("\n").then(words.text("search.said", args! { said: said }));
    }
    Ok(text)
}

/// The first words of what a client said, on one line.
fn beginning(said: &str) -> String {
    let mut shown = String::new();
    for word in said.split_whitespace() {
        if !shown.is_empty() && shown.chars().count() + word.chars().count() > SHOWN {
            return shown + " …";
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.extend(word.chars().take(SHOWN));
    }
    shown
}

/// Which page it is, and the ways to others: a button, or where none has room for what was typed, what to type.
fn turned(call: &Call<'_>, page: &Page<'_>, card: Card) -> Card {
    let words = call.words;
    let first = usize::from(page.at) * PAGE;
    let last = first + page.refusals.len();
    let (has_more, has_less) = (last < page.hits.refusals && !page.refusals.is_empty(), page.at > 0);
    if !has_more && !has_less {
        return card;
    }
    let range = args! { first: (first + 1).min(last), last: last, of: page.hits.refusals };
    let card = card.with(Block::Note(words.text("search.page", range)));
    let button = |page: Option<Carried>, key: &str| {
        page.map(|page| Button::new(Act::Hits(page).action(), words.line(key, args! {})))
    };
    let back = page.at.checked_sub(1).and_then(|before| Carried::new(page.typed, before));
    let more = page.at.checked_add(1).and_then(|after| Carried::new(page.typed, after));
    if has_more && more.is_none() {
        let next = i64::from(page.at) + 2;
        return card.with(Block::Note(words.text("search.type_page", args! { page: next.to_string() })));
    }
    let back = button(back.filter(|_| has_less), "button.back");
    let more = button(more.filter(|_| has_more), "button.more");
    let buttons: Vec<Button> = back.into_iter().chain(more).collect();
    if buttons.is_empty() { card } else { card.with(Block::Buttons(buttons)) }
}
