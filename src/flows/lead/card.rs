//! A lead as it stands, in front of whoever may see it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{LeadAct, together};
use crate::args;
use crate::chat::{Block, Button, Card, Look, Reply, Span, Text, Tone};
use crate::domain::{Lead, LeadDenied, LeadNumber, LeadState, Person, PersonId, Rung, Team, TeamId};
use crate::flows::notice::{self, LeadWord, Notice, To};
use crate::flows::{Act, Call, Result, Shared, tell, unsaid, when, words_for};
use crate::store::Tx;
use crate::words::{Language, Words};

/// How much of its history a card shows.
const EVENTS: i64 = 6;
/// How many late leads the head reads of at once.
const LATE: i64 = 10;

/// A lead that is not there, or not this person's to see: which, nobody learns.
pub(super) fn unknown(call: &Call<'_>, number: LeadNumber) -> Result {
    tell(call.words.text("lead.unknown", args! { number: number.to_string() }))
}

/// A lead this person may read.
pub(super) async fn load(call: &mut Call<'_>, number: LeadNumber) -> Result<Lead> {
    match call.tx.lead(number).await?.filter(|lead| lead.is_open_to(&call.by)) {
        Some(lead) => Ok(lead),
        None => tell(call.words.text("lead.unknown", args! { number: number.to_string() })),
    }
}

/// "Open": one of a list.
pub(super) async fn open(call: &mut Call<'_>, number: LeadNumber) -> Result {
    let lead = load(call, number).await?;
    Ok(Reply::Whisper(card(call.tx, call.shared, &call.by, &lead, call.now).await?))
}

/// A lead as it stands, in place of the card that was pressed.
pub(super) async fn stands(call: &mut Call<'_>, lead: &Lead) -> Result {
    if !lead.is_open_to(&call.by) {
        // It went on to somebody else.
        let says = whose(call.tx, call.words, &call.by, lead, call.now).await?;
        let title = call.words.text("lead.elsewhere", args! { number: lead.number.to_string() });
        return Ok(Reply::Replace(Card::titled(title).with(Block::Text(says))));
    }
    Ok(Reply::Replace(card(call.tx, call.shared, &call.by, lead, call.now).await?))
}

/// Why something may not be done, in words.
pub(super) async fn denied(tx: &mut Tx, words: Words<'_>, denied: LeadDenied) -> Result<Text> {
    Ok(match denied {
        LeadDenied::NotYours => words.text("lead.not_yours", args! {}),
        LeadDenied::Over(state) => {
            let state = words.label("lead_state", state.as_str());
            words.text("lead.over", args! { state: state })
        }
        LeadDenied::InHands(Some(owner)) => {
            let owner = tx.person(owner).await?;
            words.text("lead.in_hands", args! { name: owner.name.as_str() })
        }
        LeadDenied::InHands(None) => words.text("lead.to_claim", args! {}),
        LeadDenied::SnoozedEnough => words.text("lead.snoozed_enough", args! {}),
        LeadDenied::Touched => words.text("lead.touched_already", args! {}),
        LeadDenied::WasYours => words.text("lead.was_yours", args! {}),
    })
}

/// Whose it is, and until when, in words.
pub(super) async fn whose(
    tx: &mut Tx,
    words: Words<'_>,
    reader: &Person,
    lead: &Lead,
    now: DateTime<Utc>,
) -> Result<Text> {
    let owner = match lead.owner {
        Some(owner) => Some(tx.person(owner).await?),
        None => None,
    };
    Ok(match (lead.state, &owner) {
        (LeadState::Waiting, Some(owner)) if owner.id == reader.id => {
            let due = tx.lead_due(lead.number).await?.unwrap_or(now);
            words.text("lead.yours_until", args! { when: when(words, reader, due) })
        }
        (LeadState::Waiting, Some(owner)) => {
            let due = tx.lead_due(lead.number).await?.unwrap_or(now);
            words.text("lead.theirs_until", args! { name: owner.name.as_str(), when: when(words, reader, due) })
        }
        (LeadState::Waiting, None) => words.text("lead.to_claim", args! {}),
        (LeadState::Touched, Some(owner)) => {
            let day = lead.next_touch.map(|day| words.date(day));
            match day {
                Some(day) => words.text("lead.next_touch", args! { name: owner.name.as_str(), date: day }),
                None => words.text("lead.touched_by", args! { name: owner.name.as_str() }),
            }
        }
        _ => {
            let state = words.label("lead_state", lead.state.as_str());
            words.text("lead.over", args! { state: state })
        }
    })
}

/// The card of a lead for one of those it is open to.
pub(super) async fn card(
    tx: &mut Tx,
    shared: &Shared,
    reader: &Person,
    lead: &Lead,
    now: DateTime<Utc>,
) -> Result<Card> {
    let words = words_for(shared, reader);
    let title = words.text("lead.title", args! { number: lead.number.to_string(), name: lead.details.name() });
    let tone = match (lead.state, lead.rung) {
        (LeadState::Waiting, Rung::Late | Rung::Open) => Tone::Bad,
        (LeadState::Waiting, _) => Tone::Attention,
        (LeadState::Won, _) => Tone::Good,
        _ => Tone::Neutral,
    };
    let mut card = Card::titled(title).tone(tone).with(Block::Text(whose(tx, words, reader, lead, now).await?));
    card = card.with(Block::Facts(facts(words, reader, lead)));
    card = card.with_some(lead.details.wants.clone().map(Block::Quote));
    for block in history(tx, words, reader, lead).await? {
        card = card.with(block);
    }
    if lead.state == LeadState::Touched && lead.is_tried_enough() {
        card = card.with(Block::Text(words.text("lead.enough", args! { count: lead.attempts })));
    }
    if lead.is_claimable() {
        return Ok(card.with(Block::Buttons(vec![claims(words, lead.number)])));
    }
    let buttons = if lead.may_work(reader).is_ok() { buttons(words, lead) } else { Vec::new() };
    Ok(card.with_some((!buttons.is_empty()).then_some(Block::Buttons(buttons))))
}

fn claims(words: Words<'_>, number: LeadNumber) -> Button {
    let act = Act::Lead(LeadAct::Claim(number));
    let label = words.line("button.claim", args! { number: number.to_string() });
    Button::new(act.action(), label).look(Look::Primary)
}

/// What may be done with a lead in its owner's hands.
pub(super) fn buttons(words: Words<'_>, lead: &Lead) -> Vec<Button> {
    let number = lead.number;
    let button = |act: LeadAct, key: &str| Button::new(Act::Lead(act).action(), words.line(key, args! {}));
    let called = button(LeadAct::Called(number), "button.i_called").look(Look::Primary);
    match lead.state {
        LeadState::Waiting => {
            let mut buttons = vec![called];
            if lead.may_be_put_off() > TimeDelta::zero() {
                buttons.push(button(LeadAct::PutOff(number), "button.lead_snooze"));
            }
            buttons.push(button(LeadAct::NotMine(number), "button.not_mine"));
            buttons.push(button(LeadAct::Disqualify(number), "button.disqualify"));
            buttons
        }
        LeadState::Touched => {
            let mut buttons = vec![called, button(LeadAct::Won(number), "button.lead_won")];
            buttons.push(button(LeadAct::Refused(number), "button.lead_refused"));
            if lead.is_tried_enough() {
                buttons.push(button(LeadAct::Silent(number), "button.lead_silent"));
            }
            buttons.push(button(LeadAct::Disqualify(number), "button.disqualify"));
            buttons
        }
        LeadState::Disqualified | LeadState::Refused | LeadState::Won => Vec::new(),
    }
}

fn facts(words: Words<'_>, reader: &Person, lead: &Lead) -> Vec<(String, Text)> {
    let details = &lead.details;
    let said =
        |key: &str, value: &Option<String>| value.clone().map(|value| (words.line(key, args! {}), Text::plain(value)));
    let named = details.account.is_some();
    let mut facts: Vec<(String, Text)> = Vec::new();
    facts.extend(
        said("lead.fact_contact", &details.contact)
            .filter(|_| named || details.contact.as_deref() != Some(details.name())),
    );
    facts.extend(said("lead.fact_phone", &details.phone));
    facts.extend(said("lead.fact_email", &details.email));
    facts.push((words.line("lead.fact_source", args! {}), words.label("source", details.source().as_str()).into()));
    facts.extend(said("lead.fact_place", &details.place));
    let at: Span = when(words, reader, lead.received_at);
    facts.push((words.line("lead.fact_received", args! {}), Text(vec![at])));
    if let Some(why) = lead.unfit {
        facts.push((words.line("lead.fact_unfit", args! {}), words.label("unfit", why.as_str()).into()));
    }
    if let Some(refusal) = lead.refusal {
        facts.push((words.line("lead.fact_refusal", args! {}), refusal.to_string().into()));
    }
    facts
}

/// What happened, in order: who, what, when.
async fn history(tx: &mut Tx, words: Words<'_>, reader: &Person, lead: &Lead) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    for event in tx.lead_events(lead.number, EVENTS).await? {
        // That it came in is above, and whose it is too.
        if matches!(event.what.as_str(), "received" | "given" | "opened") {
            continue;
        }
        let name = match event.person_id {
            Some(person) => tx.person(person).await?.name,
            None => String::new(),
        };
        let at = when(words, reader, event.at);
        let what = words.label("lead_event", &event.what);
        let text = match name.as_str() {
            "" => words.text("lead.happened", args! { what: what, when: at }),
            name => words.text("lead.did", args! { name: name, what: what, when: at }),
        };
        let note = event.note.filter(|note| !note.is_empty());
        blocks.push(Block::Note(match note {
            Some(note) => text.then(" ").then(note),
            None => text,
        }));
    }
    Ok(blocks)
}

/// A lead changed: every message it stands on is drawn again.
pub(super) async fn changed(tx: &mut Tx, shared: &Shared, lead: &Lead, now: DateTime<Utc>) -> Result<()> {
    let (number, turn) = (lead.number.0, lead.turn.number);
    let team = tx.team(lead.team).await?;
    for turn in [turn, turn - 1].into_iter().filter(|turn| *turn >= 0) {
        let words = LeadWord::ALL.map(|word| Notice::Lead(word, number, turn));
        let posted = tx.posted_of(words.each_ref().map(Notice::key)).await?;
        for word in words.iter().filter(|word| posted.contains(&word.key())) {
            notice::refresh(tx, word, now).await?;
        }
        for channel in team.iter().flat_map(|team| unsaid::channels(shared, team)) {
            notice::refresh(tx, &Notice::LeadOpen(number, turn, channel), now).await?;
        }
    }
    together::changed(tx, shared, lead, now).await?;
    for owner in [lead.owner, lead.taken_from].into_iter().flatten() {
        if let Some(key) = late_of(tx, lead.team, owner, now).await? {
            notice::refresh(tx, &key, now).await?;
        }
    }
    Ok(())
}

/// The message of this day in which the head reads which leads of somebody are late; of the head's own, an admin.
async fn late_of(tx: &mut Tx, team: TeamId, owner: PersonId, now: DateTime<Utc>) -> Result<Option<Notice>> {
    let above = tx.above(team, owner, now).await?;
    Ok(above.map(|above| Notice::LeadsLate(team.0, owner.0, above.day_at(now).1)))
}

/// Tells the head that the time of a lead is over: one message a day and owner, which grows.
pub(super) async fn tell_head(tx: &mut Tx, shared: &Shared, lead: &Lead, now: DateTime<Utc>) -> Result<()> {
    let Some(owner) = lead.owner else { return Ok(()) };
    if let Some(late) = late_of(tx, lead.team, owner, now).await? {
        notice::plan(tx, shared, &late, now, now).await?;
        notice::refresh(tx, &late, now).await?;
    }
    Ok(())
}

/// A word to the owner of a lead: it is theirs, time runs out, it is over, it was taken.
pub(in crate::flows) async fn draw(
    tx: &mut Tx,
    shared: &Shared,
    (word, number, turn): (LeadWord, LeadNumber, i64),
    now: DateTime<Utc>,
) -> Result<Option<(Person, Card)>> {
    let Some(lead) = tx.lead(number).await? else { return Ok(None) };
    let key = Notice::Lead(word, number.0, turn).key();
    let posted = tx.message(&key).await?.is_some_and(|message| message.message.is_some());
    let Some(reader) = tx.lead_turn_of(number, turn).await? else { return Ok(None) };
    let reader = tx.person(reader).await?;
    let words = words_for(shared, &reader);
    let named = |key: &str| words.text(key, args! { number: number.to_string(), name: lead.details.name() });
    let stands = lead.turn.number == turn && lead.owner == Some(reader.id);
    if word == LeadWord::Taken {
        let open = lead.turn.number == turn && lead.owner.is_none();
        if !open && !posted {
            return Ok(None);
        }
        let said = Card::titled(named("lead.taken")).tone(Tone::Attention);
        return Ok(Some((reader, said.with(Block::Text(words.text("lead.taken_why", args! {}))))));
    }
    if !stands {
        if !posted {
            return Ok(None);
        }
        let says = whose(tx, words, &reader, &lead, now).await?;
        return Ok(Some((reader, Card::titled(named("lead.gone")).with(Block::Text(says)))));
    }
    // What its owner worked on before it was said is no news to them; what somebody else did is.
    let is_news = lead.state == LeadState::Waiting || (lead.state == LeadState::Touched && lead.was_touched_before());
    if !posted && (!is_news || (word != LeadWord::New && lead.state != LeadState::Waiting)) {
        return Ok(None);
    }
    let mut card = card(tx, shared, &reader, &lead, now).await?;
    if lead.state == LeadState::Waiting {
        card.title = match word {
            LeadWord::New => named("lead.new"),
            // Since then it was put off.
            LeadWord::Soon(times) | LeadWord::Late(times) if times != lead.snoozed.0 => card.title,
            LeadWord::Soon(_) => named("lead.soon"),
            LeadWord::Late(_) | LeadWord::Taken => named("lead.late"),
        };
    }
    Ok(Some((reader, card)))
}

/// What the head reads of somebody's leads whose time is over.
pub(in crate::flows) async fn draw_late(
    tx: &mut Tx,
    shared: &Shared,
    notice: &Notice,
    now: DateTime<Utc>,
) -> Result<Option<(Person, Card)>> {
    let Notice::LeadsLate(team, owner, _) = *notice else { return Ok(None) };
    let Some(head) = tx.above(TeamId(team), PersonId(owner), now).await? else { return Ok(None) };
    let owner = tx.person(PersonId(owner)).await?;
    let words = words_for(shared, &head);
    let late = tx.late_leads(owner.id, LATE).await?;
    let posted = tx.message(&notice.key()).await?.is_some_and(|message| message.message.is_some());
    if late.is_empty() {
        let none = || Card::titled(words.text("lead.none_late", args! { name: owner.name.as_str() })).tone(Tone::Good);
        return Ok(posted.then(|| (head.clone(), none())));
    }
    let count = tx.count_late_leads(owner.id).await?;
    let title = words.text("lead.head_late", args! { count: count, name: owner.name.as_str() });
    let mut card = Card::titled(title).tone(Tone::Attention);
    for lead in &late {
        card = card.with(Block::Text(super::list::line(tx, words, &head, lead).await?));
    }
    let more = count - i64::try_from(late.len()).unwrap_or(count);
    card = card.with_some((more > 0).then(|| Block::Note(words.text("leads_together.more", args! { count: more }))));
    card = card.with(Block::Note(words.text("lead.head_next", args! {})));
    Ok(Some((head, card.with(Block::Pick(super::list::pick(words, &late))))))
}

/// One of a team's channels, by its place in the configuration.
pub(super) fn channel(team: &Team, at: i64) -> Option<String> {
    usize::try_from(at).ok().and_then(|at| team.channels.get(at)).cloned()
}

/// What a channel reads of a lead that anybody may claim: what it is about, and nothing by which the client could be found.
pub(in crate::flows) async fn draw_open(
    tx: &mut Tx,
    shared: &Shared,
    (number, turn, channel): (LeadNumber, i64, i64),
) -> Result<Option<(To, Card)>> {
    let Some(lead) = tx.lead(number).await? else { return Ok(None) };
    let Some(team) = tx.team(lead.team).await? else { return Ok(None) };
    let Some(place) = self::channel(&team, channel) else { return Ok(None) };
    let language = Language::from_tag(&team.language).unwrap_or(shared.rules.language);
    let words = shared.words.in_language(language);
    let source = words.label("source", lead.details.source().as_str());
    let open = lead.turn.number == turn && lead.is_claimable();
    let posted = tx.message(&Notice::LeadOpen(number.0, turn, channel).key()).await?;
    if !open && posted.is_none_or(|message| message.message.is_none()) {
        return Ok(None);
    }
    let named = |key: &str| words.text(key, args! { number: number.to_string(), source: source.as_str() });
    let card = if open {
        let card = Card::titled(named("lead.open")).tone(Tone::Attention);
        card.with(Block::Buttons(vec![claims(words, number)])).with(Block::Note(words.text("lead.open_next", args! {})))
    } else {
        let card = Card::titled(named("lead.open_over")).tone(Tone::Good);
        let by = match lead.owner.or(lead.first_touch.map(|(by, _)| by)) {
            Some(owner) => Some(tx.person(owner).await?),
            None => None,
        };
        card.with_some(by.map(|by| Block::Text(words.text("lead.claimed_by", args! { name: by.name.as_str() }))))
    };
    Ok(Some((To::Channel(Box::new(team), place), card)))
}
