//! What a team agrees on: when a deal has come how far, and when it is none, on one page.
//!
//! Starts: `/panout criteria`. Acts: nobody. Ends: shown to the one who asked. It is the checklists and the reasons that
//! *Advance* and *Disqualify* use, in words.

use super::card;
use crate::args;
use crate::chat::{Block, Card, Reply, Text};
use crate::domain::{DealStage, ENOUGH_DEALS, Unfit};
use crate::flows::Call;
use crate::words::Words;

/// `/panout criteria`.
pub(in crate::flows) fn criteria(call: &Call<'_>) -> Reply {
    let words = call.words;
    let mut page = Card::titled(words.text("criteria.title", args! {}));
    page = page.with(Block::Text(words.text("criteria.how", args! {})));
    for stage in DealStage::ALL {
        page = page.with(Block::Text(known_before(words, stage)));
    }
    let reasons: Vec<String> = Unfit::ALL.map(|why| words.label("unfit", why.as_str())).into();
    page = page.with(Block::Text(words.text("criteria.unfit", args! { reasons: words.list(&reasons) })));
    let days = call.shared.rules.opportunities.days_without_touch;
    page = page.with(Block::Text(words.text("criteria.dark", args! { count: days })));
    Reply::Whisper(page.with(Block::Note(words.text("criteria.enough", args! { count: ENOUGH_DEALS }))))
}

/// What is to be known before a stage is left, a line each.
fn known_before(words: Words<'_>, stage: DealStage) -> Text {
    let mut text = Text::strong(words.label("deal_stage", stage.as_str()));
    for check in stage.checklist() {
        let means = words.line(&format!("deal_check_form.{}.hint", check.as_str()), args! {});
        text = text.then(format!("\n- {}{}{means}", card::label(words, *check), words.colon()));
    }
    text
}
