//! Leads that came with many, from a file or a form that sent many at once: their owner hears of them together, not of
//! each.
//!
//! Starts: they were stored; their clocks strike at once. Acts: their owners, by `/leads`. Ends: each is worked as any other
//! lead. What happened to them within a quarter of an hour is one message: that they are there, that half of the time is over, that all
//! of it is, that they are open to claim. It is drawn again while it grows, and as they are worked.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};

use super::{LeadAct, card, list};
use crate::args;
use crate::chat::{Block, Button, Card, Look, Tone};
use crate::domain::{Lead, Person, PersonId, TeamId};
use crate::flows::notice::{self, LeadWord, Notice, To};
use crate::flows::{Act, Result, Shared, unsaid, words_for};
use crate::store::{Together, Tx};
use crate::words::{Language, Words};

/// What is told together.
const QUARTER: TimeDelta = TimeDelta::minutes(15);
/// How long a message waits for those that come in the same breath; the channel, until their owner heard it first.
const GATHERS: TimeDelta = TimeDelta::minutes(3);
const FIRST: TimeDelta = TimeDelta::minutes(10);
/// How many are named.
const NAMED: i64 = 10;

/// The quarter of an hour an instant is in.
fn quarter(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(QUARTER).unwrap_or(at)
}

/// Tells somebody a word about a lead: with the others it came with, or by itself.
pub(super) async fn say(
    tx: &mut Tx,
    shared: &Shared,
    (word, lead, owner): (LeadWord, &Lead, PersonId),
    now: DateTime<Utc>,
) -> Result<()> {
    if !lead.is_one_of_many() {
        let single = Notice::Lead(word, lead.number.0, lead.turn.number);
        return notice::plan(tx, shared, &single, now, now).await;
    }
    // What happens within a quarter of an hour is one message, whatever was put off before.
    let word = match word {
        LeadWord::Soon(_) => LeadWord::Soon(0),
        LeadWord::Late(_) => LeadWord::Late(0),
        LeadWord::New | LeadWord::Taken => word,
    };
    let many = Notice::LeadsTogether(word, owner.0, quarter(now));
    notice::plan(tx, shared, &many, now + GATHERS, now).await?;
    notice::refresh(tx, &many, now).await
}

/// Tells a channel of a lead's team that it may be claimed: with the others, or by itself.
pub(super) async fn say_open(
    tx: &mut Tx,
    shared: &Shared,
    (lead, channel): (&Lead, i64),
    now: DateTime<Utc>,
) -> Result<()> {
    if !lead.is_one_of_many() {
        let single = Notice::LeadOpen(lead.number.0, lead.turn.number, channel);
        return notice::plan(tx, shared, &single, now, now).await;
    }
    let many = Notice::LeadsOpen(lead.team.0, quarter(now), channel);
    notice::plan(tx, shared, &many, now + FIRST, now).await?;
    notice::refresh(tx, &many, now).await
}

/// One of them changed: the messages that tell of it as it is now are drawn again.
pub(super) async fn changed(tx: &mut Tx, shared: &Shared, lead: &Lead, now: DateTime<Utc>) -> Result<()> {
    if !lead.imported {
        return Ok(());
    }
    if let Some(owner) = lead.owner.or(lead.taken_from) {
        notice::refresh(tx, &Notice::LeadsTogether(LeadWord::New, owner.0, quarter(lead.turn.began_at)), now).await?;
        for word in [LeadWord::Soon(0), LeadWord::Late(0), LeadWord::Taken] {
            notice::refresh(tx, &Notice::LeadsTogether(word, owner.0, quarter(lead.rung_at)), now).await?;
        }
    }
    let Some(team) = tx.team(lead.team).await?.filter(|_| lead.taken_from.is_some()) else { return Ok(()) };
    for channel in unsaid::channels(shared, &team) {
        notice::refresh(tx, &Notice::LeadsOpen(team.id.0, quarter(lead.rung_at), channel), now).await?;
    }
    Ok(())
}

/// What somebody reads of the leads that came together.
pub(in crate::flows) async fn draw_together(
    tx: &mut Tx,
    shared: &Shared,
    notice: &Notice,
) -> Result<Option<(Person, Card)>> {
    let Notice::LeadsTogether(word, person, at) = *notice else { return Ok(None) };
    let reader = tx.person(PersonId(person)).await?;
    let (words, person) = (words_for(shared, &reader), reader.id);
    let together = match word {
        LeadWord::New => Together::Given(person),
        LeadWord::Soon(_) => Together::Reminded(person),
        LeadWord::Late(_) => Together::Late(person),
        LeadWord::Taken => Together::Taken(person),
    };
    let (leads, count) = tx.leads_together(together, (at, at + QUARTER), NAMED).await?;
    if leads.is_empty() {
        let posted = tx.message(&notice.key()).await?.is_some_and(|message| message.message.is_some());
        let over = || Card::titled(words.text("leads_together.over", args! {})).tone(Tone::Good);
        return Ok(posted.then(|| (reader.clone(), over())));
    }
    let says = args! { count: count };
    let title = match word {
        LeadWord::New => words.text("leads_together.new", says),
        LeadWord::Soon(_) => words.text("leads_together.soon", says),
        LeadWord::Late(_) => words.text("leads_together.late", says),
        LeadWord::Taken => words.text("leads_together.taken", says),
    };
    let card = Card::titled(title).tone(Tone::Attention);
    if word == LeadWord::Taken {
        return Ok(Some((reader, card.with(Block::Text(words.text("lead.taken_why", args! {}))))));
    }
    let card = listed(tx, words, &reader, card, (&leads, count)).await?;
    Ok(Some((reader, card)))
}

/// Those due first, each of which opens, and the way to all.
async fn listed(
    tx: &mut Tx,
    words: Words<'_>,
    reader: &Person,
    mut card: Card,
    (leads, count): (&[Lead], i64),
) -> Result<Card> {
    for lead in leads {
        card = card.with(Block::Text(list::line(tx, words, reader, lead).await?));
    }
    let more = count - i64::try_from(leads.len()).unwrap_or(count);
    card = card.with_some((more > 0).then(|| Block::Note(words.text("leads_together.more", args! { count: more }))));
    let all = Button::new(Act::Lead(LeadAct::Mine).action(), words.line("button.leads", args! {})).look(Look::Primary);
    Ok(card.with(Block::Pick(list::pick(words, leads))).with(Block::Buttons(vec![all])))
}

/// What a channel reads of them once anybody may claim them: how many, and nothing by which a client could be found.
pub(in crate::flows) async fn draw_open_together(
    tx: &mut Tx,
    shared: &Shared,
    notice: &Notice,
) -> Result<Option<(To, Card)>> {
    let Notice::LeadsOpen(team, at, channel) = *notice else { return Ok(None) };
    let Some(team) = tx.team(TeamId(team)).await? else { return Ok(None) };
    let Some(place) = card::channel(&team, channel) else { return Ok(None) };
    let words = shared.words.in_language(Language::from_tag(&team.language).unwrap_or(shared.rules.language));
    let (_, count) = tx.leads_together(Together::Open(team.id), (at, at + QUARTER), 1).await?;
    let posted = tx.message(&notice.key()).await?.is_some_and(|message| message.message.is_some());
    if count == 0 {
        let over = Card::titled(words.text("leads_together.open_over", args! {})).tone(Tone::Good);
        return Ok(posted.then(|| (To::Channel(Box::new(team), place), over)));
    }
    let card = Card::titled(words.text("leads_together.open", args! { count: count })).tone(Tone::Attention);
    let card = card.with(Block::Note(words.text("leads_together.open_next", args! {})));
    Ok(Some((To::Channel(Box::new(team), place), card)))
}
