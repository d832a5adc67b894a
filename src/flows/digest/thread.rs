//! What stands in the thread: reasons and budgets; what clients said, and what worked; what is open, and the agenda.

use std::collections::BTreeSet;

use super::{Week, name, unusual};
use crate::args;
use crate::chat::{Block, Card, Text};
use crate::domain::{Refusal, fold};
use crate::flows::refusal::reason_label;
use crate::flows::{Result, Shared, agenda, lead, plays, quality};
use crate::store::Tx;
use crate::words::Words;

/// How many verbatims are quoted.
const QUOTED: usize = 3;
/// How many plays are told.
const PLAYS: i64 = 3;
/// How much of a decision is told, in characters: the agenda shows all of it.
const SAID: usize = 300;
/// The fewest words that say something.
const WORDS: usize = 3;

/// One part of the thread, from 1; `None` if it would say nothing.
pub(super) async fn part(tx: &mut Tx, shared: &Shared, week: &Week, part: i64) -> Result<Option<Card>> {
    match part {
        1 => Ok(Some(reasons(shared, week))),
        2 => voices(tx, shared, week).await,
        _ => open(tx, shared, week).await.map(Some),
    }
}

/// Why, with budgets and changes, and the table.
fn reasons(shared: &Shared, week: &Week) -> Card {
    let words = week.words(shared);
    let shown = super::root::shown(week);
    Card::titled(words.text("digest.reasons", args! {}))
        .with(Block::Facts(shown.columns(words)))
        .with(Block::Text(words.text("digest.products", args! {})))
        .with(Block::Facts(shown.facts(words)))
        .with(Block::Note(words.text("figures.under_each", args! {})))
}

/// What clients said, and what brought some back.
async fn voices(tx: &mut Tx, shared: &Shared, week: &Week) -> Result<Option<Card>> {
    let words = week.words(shared);
    let mut card = Card::titled(words.text("digest.voices", args! {}));
    for sentence in unusual::reasons(tx, words, week).await? {
        card = card.with(Block::Text(sentence));
    }
    let said = unusual::words_said(tx, shared, week).await?;
    if !said.is_empty() {
        card = card.with(Block::Text(words.text("digest.words", args! { words: words.list(&said) })));
    }
    for refusal in quoted(tx, week).await? {
        let reason = reason_label(words, refusal.reason_heard());
        card =
            card.with(Block::Text(Text::strong(reason))).with_some(refusal.details.verbatim.clone().map(Block::Quote));
    }
    let mut worked = Vec::new();
    for won in tx.plays_that_worked(week.team.id, week.span(), PLAYS).await? {
        if let Some(play) = tx.play_of(won).await? {
            worked.push(plays::sentence(words, &play));
        }
    }
    if !worked.is_empty() {
        card = card.with(Block::Text(words.text("digest.worked", args! {})));
        card.blocks.extend(worked.into_iter().map(|play| Block::Text(Text::plain(play))));
    }
    if let Some((refusal, scored)) = quality::best(tx, shared, &week.refusals).await? {
        let name = tx.person(refusal.logged_by).await?.name;
        card = card.with(Block::Text(quality::praise(words, &name, &scored)));
    }
    Ok(Some(card).filter(|card| !card.blocks.is_empty()))
}

/// The verbatims of the week: of as many reasons as there are, none that names the client or a colleague.
async fn quoted(tx: &mut Tx, week: &Week) -> Result<Vec<Refusal>> {
    let colleagues = colleagues(tx, week).await?;
    let says = |refusal: &&Refusal| {
        let Some(verbatim) = &refusal.details.verbatim else { return false };
        let client = [Some(refusal.details.account.as_str()), refusal.details.contact.as_deref()];
        let client: BTreeSet<String> = client.into_iter().flatten().flat_map(names_in).collect();
        let said: Vec<String> = words_of(verbatim).collect();
        said.len() >= WORDS && !said.iter().any(|word| client.contains(word) || colleagues.contains(word))
    };
    let mut quoted: Vec<Refusal> = Vec::new();
    let others = |quoted: &[Refusal], refusal: &Refusal| {
        quoted.iter().all(|before| before.reason_heard().level1() != refusal.reason_heard().level1())
    };
    for first in [true, false] {
        for refusal in week.refusals.iter().filter(says) {
            let known = quoted.iter().any(|before| before.number == refusal.number);
            if quoted.len() < QUOTED && !known && (!first || others(&quoted, refusal)) {
                quoted.push(refusal.clone());
            }
        }
    }
    Ok(quoted)
}

/// The words of which colleagues' names are made.
async fn colleagues(tx: &mut Tx, week: &Week) -> Result<BTreeSet<String>> {
    let names = tx.names_in(week.team.id).await?;
    Ok(names.iter().flat_map(|(_, name)| names_in(name)).collect())
}

/// The words of which every name in a digest is made: of colleagues, clients and their contacts.
pub(super) async fn names(tx: &mut Tx, week: &Week) -> Result<BTreeSet<String>> {
    let mut names = colleagues(tx, week).await?;
    for refusal in &week.refusals {
        names.extend(names_in(&refusal.details.account));
        names.extend(refusal.details.contact.iter().flat_map(|contact| names_in(contact)));
    }
    Ok(names)
}

/// The folded words of a name, without those too short to name anybody.
fn names_in(name: &str) -> impl Iterator<Item = String> {
    words_of(name).filter(|word| word.chars().count() > 2)
}

/// The folded words of a text.
pub(super) fn words_of(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(fold).collect();
    words.into_iter()
}

/// What still waits, by number only, and what the meeting talks about.
async fn open(tx: &mut Tx, shared: &Shared, week: &Week) -> Result<Card> {
    let words = week.words(shared);
    let (waiting, debriefs) = (tx.count_waiting(week.team.id).await?, tx.open_debriefs(week.team.id).await?);
    let waits = match waiting {
        0 => words.text("digest.none_waiting", args! {}),
        count => words.text("digest.waiting", args! { count: count }),
    };
    let mut card = Card::titled(words.text("digest.open", args! {})).with(Block::Text(waits));
    if debriefs > 0 {
        card = card.with(Block::Text(words.text("digest.debriefs", args! { count: debriefs })));
    }
    for told in lead::of_week(tx, words, &week.team, week.digest.days).await? {
        card = card.with(Block::Text(told));
    }
    card = card.with(Block::Divider).with(Block::Text(words.text("digest.meeting", args! {})));
    if let Some(name) = name(tx, week.digest.facilitator).await? {
        card = card.with(Block::Text(words.text("agenda.facilitates", args! { name: name.as_str() })));
    }
    for case in agenda::cases(tx, week).await? {
        card = card.with(Block::Text(case_line(words, &case)));
    }
    let decided = tx.open_meeting_decisions(week.team.id, agenda::DECISIONS).await?;
    if !decided.is_empty() {
        card = card.with(Block::Text(words.text("agenda.decided", args! {})));
    }
    for decision in decided {
        card = card.with(Block::Text(agenda::decision_line(tx, words, &decision, SAID).await?));
    }
    Ok(card)
}

/// A case of the agenda without the client and without whose it is.
fn case_line(words: Words<'_>, case: &agenda::Case) -> Text {
    let (number, reason) = (case.refusal.number.to_string(), reason_label(words, case.refusal.reason_heard()));
    Text::strong(number).then(format!(" {reason}{}{}", words.colon(), case.why_in_public(words)))
}
