//! What revived one client, for the next.
//!
//! Starts: a revived refusal is won back; `/plays`. Acts: the head, who tries one again. Ends: counted, each time.
//!
//! ```text
//! won back -+-> a play was tried -> it worked once more
//!           '-> otherwise         -> a play of its own -> offered in the form that revives, and in `/plays`
//! ```

use chrono::{DateTime, Utc};

use super::notice::{self, Notice, To};
use super::refusal::{denied_text, reason_label};
use super::{Call, Error, Result, Shared, Values, amount, reply, suggest, tell, words_for};
use crate::args;
use crate::chat::{Block, Card, Choice, Command, Field, Kind, Reply, Tone};
use crate::domain::{
    Currency, Denied, Found, Lever, Money, Person, Play, Refusal, RefusalNumber, Stage, Team, offered,
};
use crate::store::{Decision, PlaysFor, Tx};
use crate::words::{Language, Words};

/// How many are listed.
const LISTED: i64 = 10;
/// How many are offered: what a menu holds.
const OFFERED: usize = 25;
/// For how long the head's card of a refusal is taken to be in front of them.
const FRESH: chrono::TimeDelta = chrono::TimeDelta::days(1);

/// `/plays`, and whatever follows it: a reason or a product.
pub(super) async fn list(call: &mut Call<'_>, command: &Command) -> Result {
    if !Play::are_open_to(&call.by) {
        return tell(denied_text(call, Denied::NotYours));
    }
    let typed = command.options.get("about").map_or(command.text.as_str(), String::as_str).trim();
    let (about, said) = about(call, typed).await?;
    let plays = call.tx.plays(&about, LISTED).await?;
    let words = call.words;
    let title = match (&said, plays.is_empty()) {
        (None, true) => words.text("plays.none", args! {}),
        (Some(said), true) => words.text("plays.none_about", args! { about: said.as_str() }),
        (None, false) => words.text("plays.title", args! {}),
        (Some(said), false) => words.text("plays.title_about", args! { about: said.as_str() }),
    };
    let mut card = Card::titled(title);
    for play in &plays {
        let (lever, reason) = (words.label("lever", play.lever.as_str()), reason_label(words, &play.reason));
        let line = args! { lever: lever.as_str(), reason: reason.as_str(), tried: tried(words, play) };
        card = card.with(Block::Text(words.text("plays.line", line))).with(Block::Quote(play.how.clone()));
    }
    Ok(Reply::Whisper(card))
}

/// Which plays are asked for, and what to call that; a sentence if what was typed is neither a reason nor a product.
async fn about(call: &mut Call<'_>, typed: &str) -> Result<(PlaysFor, Option<String>)> {
    if typed.is_empty() {
        return Ok((PlaysFor::Anything, None));
    }
    let products = call.tx.products(call.by.id).await?;
    let named = suggest::lexicon(&products).find(typed.trim_start_matches('#'));
    let reason = call.shared.reasons.find(typed);
    // Of two that nearly fit, the one that is written exactly so is meant.
    match (reason, named) {
        (Some(Found { value, exact }), named) if exact || named.as_ref().is_none_or(|product| !product.exact) => {
            let label = reason_label(call.words, &value);
            Ok((PlaysFor::Reason(value), Some(label)))
        }
        (_, Some(Found { value, .. })) => {
            let name = products.into_iter().find(|product| product.id == value).map(|product| product.name);
            Ok((PlaysFor::Product(value), name))
        }
        _ => tell(call.words.text("plays.unknown", args! { typed: typed })),
    }
}

/// How often a play was tried, and worked.
fn tried(words: Words<'_>, play: &Play) -> String {
    if play.uses == 0 {
        return words.line("plays.unused", args! {});
    }
    let used = words.line("plays.used", args! { count: play.uses });
    words.line("plays.worked", args! { used: used.as_str(), count: play.successes })
}

/// A play in one line, with how.
pub(super) fn sentence(words: Words<'_>, play: &Play) -> String {
    let lever = words.label("lever", play.lever.as_str());
    words.line("plays.sentence", args! { lever: lever.as_str(), how: play.how.as_str() })
}

/// "Use a play", for the form that revives; nothing while there is none for this reason.
pub(super) async fn field(call: &mut Call<'_>, refusal: &Refusal) -> Result<Option<Field>> {
    let reason = refusal.head_reason.as_ref().unwrap_or(&refusal.details.reason);
    let precise = call.tx.plays(&PlaysFor::Reason(reason.clone()), 25).await?;
    let broad = call.tx.plays(&PlaysFor::Reason(reason.broad()), 25).await?;
    let words = call.words;
    let choice = |play: &Play| {
        let worked = words.line("plays.worked_of", args! { worked: play.successes, uses: play.uses });
        let label = format!("{worked} {}", sentence(words, play));
        Choice::new(play.id.to_string(), Choice::fitting(&label))
    };
    let choices: Vec<Choice> = offered(precise, broad, OFFERED).iter().map(choice).collect();
    let field = || reply::field(words, "revive_form", "play", Kind::Choice(choices.clone())).optional();
    Ok((!choices.is_empty()).then(field))
}

/// The play somebody chose in that form, if any.
pub(super) async fn chosen(call: &mut Call<'_>, values: &Values) -> Result<Option<Play>> {
    match values.get("play").and_then(|id| id.parse().ok()) {
        Some(id) => Ok(call.tx.play(id).await?),
        None => Ok(None),
    }
}

/// A refusal was won back: what worked is kept for the others, and heard by the team.
pub(super) async fn won(call: &mut Call<'_>, won: &Refusal, decision: &Decision) -> Result<()> {
    let before = call.tx.decisions(won.number).await?;
    let revived = before.iter().rev().find(|decision| decision.stage == Stage::Revived);
    let worked = match revived {
        Some(revived) => call.tx.play_worked(revived.id).await?,
        None => false,
    };
    if let (false, Some(lever), Some(how)) = (worked, decision.lever, &decision.note) {
        call.tx.make_play(won, (lever, how), call.by.id, call.now).await?;
    }
    if let Some(team) = call.tx.team(won.team).await? {
        for channel in (0i64..).take(team.channels.len()) {
            let at = team.working_hours.next_opening(call.now, team.time_zone);
            notice::plan(call.tx, call.shared, &Notice::Won(won.number.0, channel), at, call.now).await?;
        }
    }
    tell_head(call, won).await
}

/// A word to the head, unless they said it themselves or its card is fresh.
async fn tell_head(call: &mut Call<'_>, won: &Refusal) -> Result<()> {
    let head = call.tx.responsible_for(won.team, call.now).await?;
    let Some(head) = head.filter(|head| head.id != call.by.id) else { return Ok(()) };
    let told = match call.tx.told_in(won.number).await? {
        Some(notice) => call.tx.message(&notice).await?,
        None => None,
    };
    if told.is_some_and(|message| call.now - message.decided_at < FRESH) {
        return Ok(());
    }
    let at = head.reachable_at(call.now);
    notice::plan(call.tx, call.shared, &Notice::WonToHead(won.number.0), at, call.now).await
}

/// What a team hears of a deal won back, in one of its channels; amounts only if it wants them.
pub(super) async fn draw_won(
    tx: &mut Tx,
    shared: &Shared,
    number: RefusalNumber,
    channel: i64,
) -> Result<Option<(To, Card)>> {
    let Some((refusal, decision)) = won_back(tx, number).await? else { return Ok(None) };
    let Some(team) = tx.team(refusal.team).await? else { return Ok(None) };
    let Some(channel) = usize::try_from(channel).ok().and_then(|at| team.channels.get(at)).cloned() else {
        return Ok(None);
    };
    let language = Language::from_tag(&team.language).unwrap_or(shared.rules.language);
    let words = shared.words.in_language(language);
    let amounts = shared.rules.amounts_in_channel.contains(&team.name);
    let card = word(tx, words, &refusal, &decision, amounts).await?;
    Ok(Some((To::Channel(Box::<Team>::new(team), channel), card)))
}

/// What the head hears of it, in private.
pub(super) async fn draw_won_to_head(
    tx: &mut Tx,
    shared: &Shared,
    number: RefusalNumber,
    now: DateTime<Utc>,
) -> Result<Option<(Person, Card)>> {
    let Some((refusal, decision)) = won_back(tx, number).await? else { return Ok(None) };
    let Some(head) = tx.responsible_for(refusal.team, now).await? else { return Ok(None) };
    let card = word(tx, words_for(shared, &head), &refusal, &decision, true).await?;
    Ok(Some((head, card)))
}

async fn won_back(tx: &mut Tx, number: RefusalNumber) -> Result<Option<(Refusal, Decision)>> {
    let Some(refusal) = tx.refusal(number).await? else { return Ok(None) };
    let decisions = tx.decisions(number).await?;
    let decision = decisions.into_iter().rev().find(|decision| decision.stage == Stage::WonBack);
    Ok(decision.map(|decision| (refusal, decision)))
}

async fn word(
    tx: &mut Tx,
    words: Words<'_>,
    refusal: &Refusal,
    decision: &Decision,
    amounts: bool,
) -> Result<Card, Error> {
    let by = tx.person(decision.by).await?;
    let (name, account) = (by.name.as_str(), refusal.details.account.as_str());
    let title = match decision.lever.filter(|lever| *lever != Lever::Other) {
        Some(lever) => {
            let lever = words.label("lever", lever.as_str());
            words.text("won.title", args! { name: name, account: account, lever: lever })
        }
        None => words.text("won.anyhow", args! { name: name, account: account }),
    };
    let signed = decision.call.iter().find(|(key, _)| key == "won").filter(|_| amounts);
    let signed = signed.and_then(|(_, typed)| Money::parse(typed, Currency::EUR).ok());
    let signed = signed.map(|money| words.text("won.signed", args! { amount: amount(words, money) }));
    let quote = decision.note.clone().map(Block::Quote);
    Ok(Card::titled(title).tone(Tone::Good).with_some(quote).with_some(signed.map(Block::Text)))
}
