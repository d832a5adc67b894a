//! Earlier refusals beside a new one: those alike, with what brought them back, and those of the same account.
//!
//! Starts: a refusal was logged or is in front of its head; *Similar*. Acts: nobody. Ends: shown, only to whoever asked.
//! Of a colleague's refusal nobody reads the account, the client's words or who logged it.

use std::collections::HashSet;

use super::refusal::{denied_text, load, reason_label};
use super::{Act, Call, Result, Shared, plays, tell, words_for};
use crate::args;
use crate::chat::{Action, Block, Button, Card, Reply, Text};
use crate::domain::{
    Case, Denied, Person, Play, ReasonId, Refusal, RefusalNumber, SameReason, Score, Stage, WordCounts, alike,
    within_reach, words_in_common,
};
use crate::store::{Earlier, MostOfReasons, Product, Tx};
use crate::words::Words;

/// How many are shown.
const SHOWN: usize = 3;
/// How many are compared in a read, for which no writer waits.
const AT_LEISURE: Most = Most { of_reason: 100, won: 20, of_reasons: 200, in_segment: 100, of_segment: 100 };
/// How many are compared where a card is drawn, which happens again and again, now and then with the only writer in hand.
const AT_HAND: Most = Most { of_reason: 20, won: 5, of_reasons: 40, in_segment: 40, of_segment: 10 };
/// How many words say that two clients said alike.
const WORDS: usize = 3;
/// How many refusals of an account are counted.
const OF_ACCOUNT: i64 = 50;

/// How many earlier refusals are compared at most.
struct Most {
    /// Of the very reason: the latest.
    of_reason: i64,
    /// That were won back, of the very reason and of each beside it.
    won: i64,
    /// Of all these reasons together.
    of_reasons: usize,
    /// The latest of the segment, whatever the reason, that are looked at ..
    in_segment: i64,
    /// .. and of those the ones whose words are read.
    of_segment: usize,
}

/// What was found alike.
struct Found {
    earlier: Earlier,
    score: Score,
    play: Option<Play>,
}

/// The earlier refusals like this one, for somebody who reads it, under a line that says so; nothing if there is none.
pub(super) async fn blocks(tx: &mut Tx, shared: &Shared, reader: &Person, refusal: &Refusal) -> Result<Vec<Block>> {
    let candidates = candidates(tx, refusal, &AT_LEISURE).await?;
    shown(tx, shared, reader, refusal, candidates).await
}

/// The same among fewer: for a card that is drawn again and again.
pub(super) async fn at_hand(tx: &mut Tx, shared: &Shared, reader: &Person, refusal: &Refusal) -> Result<Vec<Block>> {
    let candidates = candidates(tx, refusal, &AT_HAND).await?;
    shown(tx, shared, reader, refusal, candidates).await
}

async fn shown(
    tx: &mut Tx,
    shared: &Shared,
    reader: &Person,
    refusal: &Refusal,
    candidates: Vec<Earlier>,
) -> Result<Vec<Block>> {
    let found = find(tx, refusal, &candidates).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let words = words_for(shared, reader);
    let products = tx.products(reader.id).await?;
    let mut blocks = vec![Block::Text(words.text("similar.title", args! { count: found.len() }))];
    for one in &found {
        blocks.push(Block::Text(line(words, reader, &products, one)));
        blocks.push(Block::Note(why(words, refusal, one).into()));
    }
    Ok(blocks)
}

async fn find(tx: &mut Tx, refusal: &Refusal, candidates: &[Earlier]) -> Result<Vec<Found>> {
    let counts: WordCounts = candidates.iter().filter_map(|one| one.verbatim.as_deref()).collect();
    let cases = candidates.iter().enumerate().map(|(at, one)| (at, case(one)));
    let best = alike(&Case::from(&refusal.details), cases, SHOWN, &counts);
    let mut found = Vec::new();
    for (at, score) in best {
        let Some(earlier) = candidates.get(at).cloned() else { continue };
        let won = earlier.stage == Stage::WonBack;
        let play = if won { tx.play_of(earlier.number).await? } else { None };
        found.push(Found { earlier, score, play });
    }
    Ok(found)
}

fn case(one: &Earlier) -> Case<'_> {
    Case {
        reason: &one.reason,
        products: &one.products,
        segment: one.segment.as_deref(),
        verbatim: one.verbatim.as_deref(),
    }
}

/// Those worth comparing, each once: of equals the one that was won back comes first, then the latest.
async fn candidates(tx: &mut Tx, refusal: &Refusal, most: &Most) -> Result<Vec<Earlier>> {
    if tx.asked_for_peace(&refusal.details).await?.is_some() {
        // Nothing is to be tried with this client.
        return Ok(Vec::new());
    }
    let mut seen = HashSet::new();
    let mut all = of_reasons(tx, refusal, most).await?;
    all.retain(|one| seen.insert(one.number));
    all.truncate(most.of_reasons);
    let mut others = of_segment(tx, refusal, most).await?;
    others.retain(|one| seen.insert(one.number));
    others.truncate(most.of_segment);
    all.extend(others);
    Ok(all)
}

/// Those refused for the same reason, or won back after one beside it.
async fn of_reasons(tx: &mut Tx, refusal: &Refusal, most: &Most) -> Result<Vec<Earlier>> {
    let reason = &refusal.details.reason;
    let broad = reason.broad();
    // `other` says nothing: two of it are not alike for that. Of a reason beside it only what worked is worth a look: the
    // rep waits for this.
    let beside: Vec<ReasonId> =
        ReasonId::all().filter(|one| one.within(&broad) && one != reason && broad.as_str() != "other").collect();
    let most = MostOfReasons { won: most.won, latest: most.of_reason };
    Ok(tx.earlier_of_reasons(&beside, refusal, most).await?)
}

/// Those of the same segment, refused for whatever reason: alike if what was offered and what the client said is.
async fn of_segment(tx: &mut Tx, refusal: &Refusal, most: &Most) -> Result<Vec<Earlier>> {
    if refusal.details.verbatim.is_none() {
        // Without words another reason is never alike.
        return Ok(Vec::new());
    }
    let mut all = tx.earlier_of_segment(refusal, most.in_segment).await?;
    let within_reach = within_reach(&Case::from(&refusal.details));
    all.retain(|one| within_reach(&case(one)));
    // What brought one back is worth more than what is new.
    all.sort_by_key(|one| one.stage != Stage::WonBack);
    Ok(all)
}

/// One of them: a colleague's says neither the account nor who.
fn line(words: Words<'_>, reader: &Person, products: &[Product], found: &Found) -> Text {
    let earlier = &found.earlier;
    let sold = products.iter().filter(|product| earlier.products.contains(&product.id));
    let sold: Vec<&str> = sold.map(|product| product.name.as_str()).collect();
    let sold = (!sold.is_empty()).then(|| words.list(&sold));
    let month = words.month(earlier.logged_at.with_timezone(&reader.time_zone()).date_naive());
    let parts = [Some(reason_label(words, &earlier.reason)), sold, Some(month)];
    let about = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let text = if earlier.is_open_to(reader) {
        Text::strong(earlier.number.to_string()).then(format!(" {}, {about}", earlier.account))
    } else {
        words.text("similar.of_colleague", args! { about: about })
    };
    match &found.play {
        Some(play) => {
            let play = plays::sentence(words, play);
            text.then("\n").then(words.text("similar.brought_back", args! { play: play }))
        }
        None => text,
    }
}

/// Why it is called alike, in words of whoever reads.
fn why(words: Words<'_>, refusal: &Refusal, found: &Found) -> String {
    let score = found.score;
    let said = |verbatim: &Option<String>| verbatim.clone().unwrap_or_default();
    let common = words_in_common(&said(&refusal.details.verbatim), &said(&found.earlier.verbatim), WORDS);
    let reason = match score.reason {
        Some(SameReason::Precise) => Some(words.line("similar.same_reason", args! {})),
        Some(SameReason::Broad) => Some(words.line("similar.near_reason", args! {})),
        None => None,
    };
    let product = (score.products > 0).then(|| words.line("similar.same_product", args! {}));
    let segment = score.segment.then(|| words.line("similar.same_segment", args! {}));
    let alike = (score.word_points > 0 && !common.is_empty())
        .then(|| words.line("similar.said_alike", args! { words: common.join(", ") }));
    let because: Vec<String> = [reason, product, segment, alike].into_iter().flatten().collect();
    words.line("similar.because", args! { because: because.join(", ") })
}

/// "Similar".
pub(super) async fn list(call: &mut Call<'_>, number: RefusalNumber) -> Result {
    let refusal = load(call, number).await?;
    if !refusal.is_open_to(&call.by) {
        return tell(denied_text(call, Denied::NotYours));
    }
    let blocks = blocks(call.tx, call.shared, &call.by, &refusal).await?;
    let number = number.to_string();
    let key = if blocks.is_empty() { "similar.none" } else { "similar.about" };
    let title = call.words.text(key, args! { number: number.as_str() });
    Ok(Reply::Whisper(blocks.into_iter().fold(Card::titled(title), Card::with)))
}

/// The button that opens the list.
pub(super) fn button(words: Words<'_>, number: RefusalNumber) -> Button {
    Button::new(Act::Similar(number).action(), words.line("button.similar", args! {}))
}

/// The refusal whose rep reads in this reply that it is stored, if any does: the list may take the button's place.
pub(super) fn place_in(reply: &Reply) -> Option<RefusalNumber> {
    let (Reply::Whisper(card) | Reply::Replace(card)) = reply else { return None };
    let mut acts = card.blocks.iter().flat_map(buttons).filter_map(|button| button.action.as_str().parse().ok());
    acts.clone().find_map(|act| match act {
        Act::Similar(number) if acts.any(|other| other == Act::Edit(number)) => Some(number),
        _ => None,
    })
}

fn buttons(block: &Block) -> &[Button] {
    match block {
        Block::Buttons(buttons) => buttons,
        _ => &[],
    }
}

/// The same reply with the list in place of the button that would open it.
pub(super) fn in_place(reply: Reply, number: RefusalNumber, list: Vec<Block>) -> Reply {
    let action: Action = Act::Similar(number).action();
    let with_list = |mut card: Card| {
        for block in &mut card.blocks {
            if let Block::Buttons(buttons) = block {
                buttons.retain(|button| button.action != action);
            }
        }
        // Not between an offer below and its button.
        let before_buttons = card.blocks.iter().position(|block| matches!(block, Block::Buttons(_)));
        let at = before_buttons.unwrap_or(card.blocks.len());
        card.blocks.splice(at..at, list);
        card
    };
    match reply {
        Reply::Whisper(card) => Reply::Whisper(with_list(card)),
        Reply::Replace(card) => Reply::Replace(with_list(card)),
        other => other,
    }
}

/// Earlier refusals of the same account, as far as they are open to whoever reads; the others are only counted.
pub(super) async fn of_account(
    tx: &mut Tx,
    words: Words<'_>,
    reader: &Person,
    refusal: &Refusal,
) -> Result<Option<Block>> {
    let earlier = tx.earlier_of_account(refusal, OF_ACCOUNT).await?;
    let (open, closed): (Vec<_>, Vec<_>) = earlier.into_iter().partition(|one| one.is_open_to(reader));
    if open.is_empty() && closed.is_empty() {
        return Ok(None);
    }
    let mut text = words.text("past.title", args! {});
    for one in open.iter().take(SHOWN) {
        let day = words.date(one.logged_at.with_timezone(&reader.time_zone()).date_naive());
        let (reason, stage) = (reason_label(words, &one.reason), words.label("stage", one.stage.as_str()));
        let (number, day) = (one.number.to_string(), day.as_str());
        let says = args! { number: number, date: day, reason: reason, stage: stage };
        text = text.then("\n").then(words.text("past.line", says));
    }
    if open.len() > SHOWN {
        text = text.then("\n").then(words.text("past.more", args! { count: open.len() - SHOWN }));
    }
    if !closed.is_empty() {
        text = text.then("\n").then(words.text("past.of_colleagues", args! { count: closed.len() }));
    }
    Ok(Some(Block::Text(text)))
}
