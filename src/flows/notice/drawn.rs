//! Who reads a notice, where, and its card as things stand.

use chrono::{DateTime, Utc};

use super::Notice;
use crate::args;
use crate::chat::{Account, Block, Card, MessageRef, Place};
use crate::domain::{LeadNumber, Person, PersonId, RefusalNumber, Team, TeamId};
use crate::flows::digest::Ahead;
use crate::flows::{
    Result, Shared, consent, daily, deal, debrief, digest, export, hands, head, lead, plays, question, review, today,
    unsaid, words_for,
};
use crate::store::Tx;

impl Notice {
    /// Where it goes and its card as things stand; `None` if there is nothing to say.
    pub(super) async fn draw(
        &self,
        tx: &mut Tx,
        shared: &Shared,
        ahead: Option<&Ahead>,
        now: DateTime<Utc>,
    ) -> Result<Option<(To, Card)>> {
        let drawn = match self {
            Notice::Refusal(number) => head::draw_refusal(tx, shared, RefusalNumber(*number), now).await,
            Notice::Question(id) => question::draw_question(tx, shared, *id).await,
            Notice::Answer(id) => question::draw_answer(tx, shared, *id, now).await,
            Notice::Stranger(id) => draw_stranger(tx, shared, PersonId(*id), now).await,
            Notice::Back(id) => deal::draw_back(tx, shared, *id, now).await,
            Notice::Today(person, at) => today::draw(tx, shared, PersonId(*person), *at, now).await,
            Notice::Won(number, channel) => {
                return plays::draw_won(tx, shared, RefusalNumber(*number), *channel).await;
            }
            Notice::WonToHead(number) => plays::draw_won_to_head(tx, shared, RefusalNumber(*number), now).await,
            Notice::Handed(id) => hands::draw(tx, shared, *id, now).await,
            Notice::Welcome(id) => consent::draw_welcome(tx, shared, PersonId(*id)).await,
            Notice::Unsaid(team, _, channel) | Notice::StillUnsaid(team, _, channel) => {
                if unsaid::was_said_lately(tx, self).await? {
                    return Ok(None);
                }
                let drawn = unsaid::draw(tx, shared, TeamId(*team), *channel, now).await?;
                return Ok(drawn.map(|(team, channel, card)| (To::Channel(Box::new(team), channel), card)));
            }
            Notice::Debrief(number) => debrief::draw(tx, shared, self, (*number, None)).await,
            Notice::DebriefAt(number, at) => debrief::draw(tx, shared, self, (*number, Some(*at))).await,
            Notice::Differs(id) => review::draw(tx, shared, *id, now).await,
            Notice::Digest(team, at, channel) => {
                return digest::draw(tx, shared, ahead, (TeamId(*team), *at, *channel)).await;
            }
            Notice::DigestPart(team, at, channel, part) => {
                let what = (TeamId(*team), *at, *channel, *part);
                return digest::draw_part(tx, shared, ahead, what, now).await;
            }
            Notice::Daily(team, at) => daily::draw(tx, shared, (TeamId(*team), *at), now).await,
            Notice::Focus(team, at) => daily::draw_focus(tx, shared, (TeamId(*team), *at), now).await,
            Notice::Exporting(id) => export::draw_progress(tx, shared, *id).await,
            Notice::Exported(id) => export::draw(tx, shared, *id, now).await,
            Notice::NotExported(id) => export::draw_not_sent(tx, shared, *id).await,
            Notice::Lead(word, number, turn) => lead::draw(tx, shared, (*word, LeadNumber(*number), *turn), now).await,
            Notice::LeadsTogether(..) => lead::draw_together(tx, shared, self).await,
            Notice::LeadsOpen(..) => return lead::draw_open_together(tx, shared, self).await,
            Notice::LeadsLate(..) => lead::draw_late(tx, shared, self, now).await,
            Notice::LeadOpen(number, turn, channel) => {
                return lead::draw_open(tx, shared, (LeadNumber(*number), *turn, *channel)).await;
            }
            Notice::Lost(team, channel, _) => digest::draw_lost(tx, shared, (TeamId(*team), *channel), now).await,
        };
        Ok(drawn?.map(|(reader, card)| (To::Person(Box::new(reader)), card)))
    }
}

/// Who reads a notice.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::flows) enum To {
    /// One person, in private.
    Person(Box<Person>),
    /// Everybody in one of a team's channels, `service:id`.
    Channel(Box<Team>, String),
    /// Everybody who reads a message of the bot in a team's channel, under it.
    Under(Box<Team>, MessageRef),
}

impl To {
    /// The first moment at or after `now` at which it may be said.
    pub(super) fn reachable_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            To::Person(reader) => reader.reachable_at(now),
            To::Channel(team, _) | To::Under(team, _) => team.working_hours.next_opening(now, team.time_zone),
        }
    }

    /// Where it is said; `None` while that is out of reach.
    pub(super) async fn place(&self, tx: &mut Tx, shared: &Shared) -> Result<Option<Place>> {
        match self {
            To::Person(reader) => Ok(home(shared, reader, &tx.accounts(reader.id).await?)),
            To::Channel(_, channel) => {
                let there = channel.parse::<Account>().ok().filter(|it| shared.rules.services.contains(&it.service));
                Ok(there.map(|Account { service, id }| Place::Channel { service, id }))
            }
            To::Under(_, under) => Ok(Some(Place::Thread { under: under.clone() })),
        }
    }

    /// Whether a message in this place is still in front of them.
    pub(super) async fn reads(&self, tx: &mut Tx, place: &Place) -> Result<bool> {
        match (self, place) {
            // In front of somebody who is its reader no longer (another head) it stays as it was when they were.
            (To::Person(reader), Place::Direct { account, .. }) => {
                Ok(tx.accounts(reader.id).await?.contains(&account.to_string()))
            }
            _ => Ok(true),
        }
    }
}

/// Where the bot writes to somebody: on the service they last used, if it runs and they have an account there.
fn home(shared: &Shared, reader: &Person, accounts: &[String]) -> Option<Place> {
    let running = accounts
        .iter()
        .filter_map(|account| account.parse::<Account>().ok())
        .filter(|account| shared.rules.services.contains(&account.service));
    let account = running.min_by_key(|account| reader.service.as_deref() != Some(account.service.as_str()))?;
    let prefix = format!("{}:", account.service);
    let or_in = reader.team.channels.iter().find_map(|channel| channel.strip_prefix(&prefix)).map(str::to_owned);
    Some(Place::Direct { account, or_in })
}

async fn draw_stranger(
    tx: &mut Tx,
    shared: &Shared,
    id: PersonId,
    now: DateTime<Utc>,
) -> Result<Option<(Person, Card)>> {
    let stranger = tx.person(id).await?;
    let Some(head) = tx.responsible_for(stranger.team.id, now).await? else { return Ok(None) };
    let words = words_for(shared, &head);
    let accounts = tx.accounts(id).await?.join(", ");
    let card = Card::titled(words.text("stranger.title", args! { name: &stranger.name, team: &stranger.team.name }))
        .with(Block::Text(words.text("stranger.next", args! { accounts: accounts })));
    Ok(Some((head, card)))
}
