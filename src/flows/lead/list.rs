//! The leads somebody has, or their team.
//!
//! Starts: `/leads`, `/leads team`, `/leads unworked`. Acts: nobody. Ends: any of them opens from the list.

use super::LeadAct;
use super::card;
use crate::args;
use crate::chat::{Block, Button, Card, Choice, Look, Pick, Reply, Text, Tone};
use crate::domain::{Lead, LeadState, Person, Role};
use crate::flows::{Act, Call, Result, tell, when};
use crate::store::{LeadsOf, Tx};
use crate::words::Words;

/// How many are listed.
const LISTED: i64 = 10;

/// `/leads`: mine, those due first.
pub(in crate::flows) async fn mine(call: &mut Call<'_>) -> Result {
    list(call, &[LeadsOf::Owner(call.by.id)], "leads.mine").await
}

/// `/leads team`: those of the teams whoever asks leads.
pub(in crate::flows) async fn team(call: &mut Call<'_>) -> Result {
    let teams = led(call).await?;
    let of: Vec<LeadsOf> = teams.into_iter().map(LeadsOf::Team).collect();
    list(call, &of, "leads.team").await
}

/// `/leads unworked`: of their own team those that may be claimed too; for whoever leads all that nobody touched.
pub(in crate::flows) async fn unworked(call: &mut Call<'_>) -> Result {
    let teams = if call.by.leads(call.by.team.id) { led(call).await? } else { vec![call.by.team.id] };
    let of: Vec<LeadsOf> = teams.into_iter().map(LeadsOf::Untouched).collect();
    list(call, &of, "leads.unworked").await
}

async fn led(call: &mut Call<'_>) -> Result<Vec<crate::domain::TeamId>> {
    let mut teams = if call.by.role == Role::Admin { call.tx.teams().await? } else { vec![call.by.team.id] };
    teams.extend(call.by.stands_in.iter().filter_map(|one| one.leads));
    teams.retain(|team| call.by.leads(*team));
    teams.sort_unstable();
    teams.dedup();
    if teams.is_empty() {
        return tell(call.words.text("leads.not_head", args! {}));
    }
    Ok(teams)
}

async fn list(call: &mut Call<'_>, of: &[LeadsOf], title: &str) -> Result {
    let (mut leads, mut count) = (Vec::new(), 0);
    for of in of {
        leads.extend(call.tx.leads_of(*of, LISTED).await?);
        count += call.tx.count_leads(*of).await?;
    }
    leads.retain(|lead| lead.is_open_to(&call.by));
    let listed = usize::try_from(LISTED).unwrap_or(usize::MAX);
    if of.len() > 1 {
        leads.truncate(listed);
    }
    let words = call.words;
    let log = Button::new(Act::Lead(LeadAct::Log).action(), words.line("button.lead_log", args! {}));
    if leads.is_empty() {
        let none = Card::titled(words.text("leads.none", args! {})).tone(Tone::Good);
        return Ok(Reply::Whisper(none.with(Block::Buttons(vec![log.look(Look::Primary)]))));
    }
    let count = if title == "leads.unworked" { i64::try_from(leads.len()).unwrap_or(count).max(0) } else { count };
    let mut card = Card::titled(words.text(title, args! { count: count }));
    let reader = call.by.clone();
    for lead in &leads {
        card = card.with(Block::Text(line(call.tx, words, &reader, lead).await?));
    }
    if count > i64::try_from(leads.len()).unwrap_or(i64::MAX) {
        card = card.with(Block::Note(words.text("leads.more", args! {})));
    }
    Ok(Reply::Whisper(card.with(Block::Pick(pick(words, &leads))).with(Block::Buttons(vec![log]))))
}

/// A lead on one line: which, whose, until when.
pub(super) async fn line(tx: &mut Tx, words: Words<'_>, reader: &Person, lead: &Lead) -> Result<Text> {
    let number = Text::strong(lead.number.to_string());
    let source = words.label("source", lead.details.source().as_str());
    let mut text = number.then(format!(" {} ({source})", lead.details.name()));
    if let Some(owner) = lead.owner.filter(|owner| *owner != reader.id) {
        let owner = tx.person(owner).await?;
        text = text.then(words.line("leads.whose", args! { name: owner.name.as_str() }));
    }
    let due = tx.lead_due(lead.number).await?;
    let says = match (lead.state, due) {
        (LeadState::Waiting, Some(due)) => words.text("leads.due", args! { when: when(words, reader, due) }),
        (LeadState::Waiting, None) => words.text("leads.claimable", args! {}),
        _ => match lead.next_touch {
            Some(day) => words.text("leads.next", args! { date: words.date(day) }),
            None => words.text("leads.touched", args! {}),
        },
    };
    let mut text = text.then(": ").then(says);
    if lead.snoozed.0 > 0 && lead.state == LeadState::Waiting {
        text = text.then(words.line("leads.put_off", args! { count: lead.snoozed.0 }));
    }
    Ok(text)
}

/// The menu that opens one of several.
pub(super) fn pick(words: Words<'_>, leads: &[Lead]) -> Pick {
    let choice = |lead: &Lead| {
        let label = format!("{} {}", lead.number, lead.details.name());
        Choice::new(lead.number.0.to_string(), Choice::fitting(&label))
    };
    let choices = leads.iter().take(25).map(choice).collect();
    Pick { action: Act::Lead(LeadAct::Open).action(), label: words.line("leads.open", args! {}), choices }
}

/// `/leads L12`: one of them.
pub(in crate::flows) async fn one(call: &mut Call<'_>, typed: &str) -> Result {
    let number = super::form::number(call, typed)?;
    card::open(call, number).await
}
