//! What the bot says by itself: which card, to whom, when, and how it stays true.
//!
//! A notice is planned with the change that causes it. Its card is drawn when it is delivered, from the state of that
//! moment, and drawn again whenever that state changes: a card never tells an old story.
//!
//! ```text
//! plan -> (due) say -> NotYet | Nothing | Post -> posted -> still? -> refresh
//! ```

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Result, Shared, consent, daily, deal, debrief, digest, export, hands, head, lead, plays, question, quiet, regular,
    reminders, review, today, unsaid, words_for,
};
use crate::chat::{Account, Card, MessageRef, Place};
use crate::domain::{LeadNumber, Person, PersonId, RefusalNumber, Stage, Team, TeamId};
use crate::store::{NewJob, TaskKind, Tx};

/// The kind of job that posts a notice.
pub const POST: &str = "post";
/// The kind of job that draws a posted notice again.
pub const REFRESH: &str = "refresh";

/// How long a notice waits for a reader who has no account on a service that runs.
const OUT_OF_REACH: TimeDelta = TimeDelta::hours(1);

/// For how long a message still comes at the hour its reader chose.
const ON_TIME: TimeDelta = TimeDelta::hours(1);

/// Something the bot says by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// A refusal, to the head of its team: its number.
    Refusal(i64),
    /// A question of the head, to the rep: its id.
    Question(i64),
    /// The rep's answer, to the head: the question's id.
    Answer(i64),
    /// Somebody the configuration does not name started to use the bot, to the head: the person's id.
    Stranger(i64),
    /// A refusal that is worth another try, to whoever tries: the decision's id.
    Back(i64),
    /// What is due today: the person, and the moment of their batch.
    Today(i64, DateTime<Utc>),
    /// A deal was won back, to a channel of its team: the refusal's number, and which channel of those configured.
    Won(i64, i64),
    /// The same, to the head: the refusal's number.
    WonToHead(i64),
    /// A refusal was put into other hands, to whoever has it now: the handover's id.
    Handed(i64),
    /// The first words to somebody, who may start their reminders: the person's id.
    Welcome(i64),
    /// What waits for people who want no reminders, without a name or a client, in a channel of their team: the team, the
    /// moment, and which of its channels.
    Unsaid(i64, DateTime<Utc>, i64),
    /// The same once more, a week later.
    StillUnsaid(i64, DateTime<Utc>, i64),
    /// How it went, to whoever logged a refusal: its number.
    Debrief(i64),
    /// The same, at the moment they wanted to be asked instead.
    DebriefAt(i64, DateTime<Utc>),
    /// The client gave another reason than the rep, to the head: the difference's id.
    Differs(i64),
    /// The digest of a team, in one of its channels: the team, the moment, and which channel.
    Digest(i64, DateTime<Utc>, i64),
    /// A part of its thread: the same, and which part, from 1.
    DigestPart(i64, DateTime<Utc>, i64, i64),
    /// The day in a line, to the head: the team, and the moment.
    Daily(i64, DateTime<Utc>),
    /// The weightiest refusals of a month, to the head: the team, and the moment.
    Focus(i64, DateTime<Utc>),
    /// A digest could not be posted, to an admin: the team, which of its channels, and when the last one was there, in
    /// seconds since 1970: once for each time a channel is lost.
    Lost(i64, i64, i64),
    /// How far a file is, to whoever asked for it: its id.
    Exporting(i64),
    /// The file, to whoever asked for it: its id.
    Exported(i64),
    /// A word about a lead, to whoever has it in a turn: which word, its number, which turn.
    Lead(LeadWord, i64, i64),
    /// Which leads of somebody are past their time, to the head: the team, the owner, and when the head's day began.
    LeadsLate(i64, i64, DateTime<Utc>),
    /// A lead that anybody may claim, in a channel of its team: its number, after which turn, and which channel.
    LeadOpen(i64, i64, i64),
}

/// What the owner of a lead is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeadWord {
    /// It is theirs.
    New,
    /// Half of the time is over.
    Soon,
    /// All of it is.
    Late,
    /// Anybody may claim it now.
    Taken,
}

impl LeadWord {
    /// Every word.
    pub(super) const ALL: [LeadWord; 4] = [LeadWord::New, LeadWord::Soon, LeadWord::Late, LeadWord::Taken];

    fn as_str(self) -> &'static str {
        match self {
            LeadWord::New => "lead_new",
            LeadWord::Soon => "lead_soon",
            LeadWord::Late => "lead_late",
            LeadWord::Taken => "lead_taken",
        }
    }
}

/// What is to be done about a notice now.
#[derive(Clone, Debug, PartialEq)]
pub enum Saying {
    /// Post this card there.
    Post(Place, Card),
    /// Its reader is not to be disturbed before this.
    NotYet(DateTime<Utc>),
    /// Its reader wants no reminders: it waits until they do.
    Held(PersonId),
    /// There is nothing to say any more.
    Nothing,
}

impl Notice {
    /// Its name in the tables, unique.
    pub fn key(&self) -> String {
        match self {
            Notice::Refusal(number) => format!("refusal:{number}"),
            Notice::Question(id) => format!("question:{id}"),
            Notice::Answer(id) => format!("answer:{id}"),
            Notice::Stranger(id) => format!("stranger:{id}"),
            Notice::Back(id) => format!("back:{id}"),
            Notice::Today(person, at) => format!("today:{person}:{}", at.timestamp()),
            Notice::Won(number, channel) => format!("won:{number}:{channel}"),
            Notice::WonToHead(number) => format!("won_to_head:{number}"),
            Notice::Handed(id) => format!("handed:{id}"),
            Notice::Welcome(id) => format!("welcome:{id}"),
            Notice::Unsaid(team, at, channel) => format!("unsaid:{team}:{}:{channel}", at.timestamp()),
            Notice::StillUnsaid(team, at, channel) => format!("still_unsaid:{team}:{}:{channel}", at.timestamp()),
            Notice::Debrief(number) => format!("debrief:{number}"),
            Notice::DebriefAt(number, at) => format!("debrief_at:{number}:{}", at.timestamp()),
            Notice::Differs(id) => format!("differs:{id}"),
            Notice::Digest(team, at, channel) => format!("digest:{team}:{}:{channel}", at.timestamp()),
            Notice::DigestPart(team, at, channel, part) => {
                format!("digest_part:{team}:{}:{channel}:{part}", at.timestamp())
            }
            Notice::Daily(team, at) => format!("daily:{team}:{}", at.timestamp()),
            Notice::Focus(team, at) => format!("focus:{team}:{}", at.timestamp()),
            Notice::Lost(team, channel, since) => format!("lost:{team}:{channel}:{since}"),
            Notice::Exporting(id) => format!("exporting:{id}"),
            Notice::Exported(id) => format!("exported:{id}"),
            Notice::Lead(word, number, turn) => format!("{}:{number}:{turn}", word.as_str()),
            Notice::LeadsLate(team, owner, day) => format!("leads_late:{team}:{owner}:{}", day.timestamp()),
            Notice::LeadOpen(number, turn, channel) => format!("lead_open:{number}:{turn}:{channel}"),
        }
    }

    /// The notice of a name in the tables.
    pub(super) fn named(key: &str) -> Option<Self> {
        let mut parts = key.split(':');
        let word = parts.next()?;
        let numbers: Vec<i64> = parts.map(str::parse).collect::<Result<_, _>>().ok()?;
        let moment = |at: &i64| DateTime::from_timestamp(*at, 0);
        Some(match (word, numbers.as_slice()) {
            ("refusal", [number]) => Notice::Refusal(*number),
            ("question", [id]) => Notice::Question(*id),
            ("answer", [id]) => Notice::Answer(*id),
            ("stranger", [id]) => Notice::Stranger(*id),
            ("back", [id]) => Notice::Back(*id),
            ("today", [person, at]) => Notice::Today(*person, moment(at)?),
            ("won", [number, channel]) => Notice::Won(*number, *channel),
            ("won_to_head", [number]) => Notice::WonToHead(*number),
            ("handed", [id]) => Notice::Handed(*id),
            ("welcome", [id]) => Notice::Welcome(*id),
            ("unsaid", [team, at, channel]) => Notice::Unsaid(*team, moment(at)?, *channel),
            ("still_unsaid", [team, at, channel]) => Notice::StillUnsaid(*team, moment(at)?, *channel),
            ("debrief", [number]) => Notice::Debrief(*number),
            ("debrief_at", [number, at]) => Notice::DebriefAt(*number, moment(at)?),
            ("differs", [id]) => Notice::Differs(*id),
            ("digest", [team, at, channel]) => Notice::Digest(*team, moment(at)?, *channel),
            ("digest_part", [team, at, channel, part]) => Notice::DigestPart(*team, moment(at)?, *channel, *part),
            ("daily", [team, at]) => Notice::Daily(*team, moment(at)?),
            ("focus", [team, at]) => Notice::Focus(*team, moment(at)?),
            ("lost", [team, channel, since]) => Notice::Lost(*team, *channel, *since),
            ("exporting", [id]) => Notice::Exporting(*id),
            ("exported", [id]) => Notice::Exported(*id),
            ("leads_late", [team, owner, day]) => Notice::LeadsLate(*team, *owner, moment(day)?),
            ("lead_open", [number, turn, channel]) => Notice::LeadOpen(*number, *turn, *channel),
            (word, [number, turn]) => {
                let word = LeadWord::ALL.into_iter().find(|known| known.as_str() == word)?;
                Notice::Lead(word, *number, *turn)
            }
            _ => return None,
        })
    }

    /// Whether the moment was chosen by its reader, so that it comes whatever the hour; once it is long past, it comes
    /// when they are there.
    pub(super) fn comes_when_planned(&self, now: DateTime<Utc>) -> bool {
        match self {
            Notice::Today(_, at)
            | Notice::DebriefAt(_, at)
            | Notice::Digest(_, at, _)
            | Notice::Daily(_, at)
            | Notice::Focus(_, at) => now - *at < ON_TIME,
            // With what it stands under, and what somebody just asked for.
            Notice::DigestPart(..) => true,
            _ if self.is_asked_for() => true,
            _ => false,
        }
    }

    /// Whether its reader asked for it: it comes, whatever else they want to hear.
    pub(super) fn is_asked_for(&self) -> bool {
        matches!(self, Notice::Exporting(_) | Notice::Exported(_))
    }

    /// The job that posts it at a moment.
    pub(super) fn job(&self, at: DateTime<Utc>) -> NewJob {
        NewJob { kind: POST, occurrence: self.key(), payload: payload(self), run_at: at }
    }

    /// Whether it says how things stood when it was posted, and is never drawn again.
    fn is_a_record(&self) -> bool {
        matches!(self, Notice::Digest(..) | Notice::DigestPart(..) | Notice::Daily(..) | Notice::Focus(..))
    }

    /// The team whose head it is for, if it is for a head.
    pub(super) async fn to_head_of(&self, tx: &mut Tx) -> Result<Option<TeamId>> {
        let refusal = match self {
            Notice::Stranger(id) => return Ok(Some(tx.person(PersonId(*id)).await?.team.id)),
            Notice::LeadsLate(team, ..) => return Ok(Some(TeamId(*team))),
            Notice::Refusal(number) | Notice::WonToHead(number) => Some(RefusalNumber(*number)),
            Notice::Answer(id) => tx.question(*id).await?.map(|question| question.refusal),
            Notice::Differs(id) => tx.difference(*id).await?.map(|difference| difference.refusal),
            _ => None,
        };
        let Some(number) = refusal else { return Ok(None) };
        Ok(tx.refusal(number).await?.map(|refusal| refusal.team))
    }

    /// Where it goes and its card as things stand; `None` if there is nothing to say.
    async fn draw(&self, tx: &mut Tx, shared: &Shared, now: DateTime<Utc>) -> Result<Option<(To, Card)>> {
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
                return digest::draw(tx, shared, (TeamId(*team), *at, *channel)).await;
            }
            Notice::DigestPart(team, at, channel, part) => {
                return digest::draw_part(tx, shared, (TeamId(*team), *at, *channel, *part), now).await;
            }
            Notice::Daily(team, at) => daily::draw(tx, shared, (TeamId(*team), *at), now).await,
            Notice::Focus(team, at) => daily::draw_focus(tx, shared, (TeamId(*team), *at), now).await,
            Notice::Exporting(id) => export::draw_progress(tx, shared, *id).await,
            Notice::Exported(id) => export::draw(tx, shared, *id, now).await,
            Notice::Lead(word, number, turn) => lead::draw(tx, shared, (*word, LeadNumber(*number), *turn), now).await,
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
pub(super) enum To {
    /// One person, in private.
    Person(Box<Person>),
    /// Everybody in one of a team's channels, `service:id`.
    Channel(Box<Team>, String),
    /// Everybody who reads a message of the bot in a team's channel, under it.
    Under(Box<Team>, MessageRef),
}

impl To {
    /// The first moment at or after `now` at which it may be said.
    fn reachable_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            To::Person(reader) => reader.reachable_at(now),
            To::Channel(team, _) | To::Under(team, _) => team.working_hours.next_opening(now, team.time_zone),
        }
    }

    /// Where it is said; `None` while that is out of reach.
    async fn place(&self, tx: &mut Tx, shared: &Shared) -> Result<Option<Place>> {
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
    async fn reads(&self, tx: &mut Tx, place: &Place) -> Result<bool> {
        match (self, place) {
            // In front of somebody who is its reader no longer (another head) it stays as it was when they were.
            (To::Person(reader), Place::Direct { account, .. }) => {
                Ok(tx.accounts(reader.id).await?.contains(&account.to_string()))
            }
            _ => Ok(true),
        }
    }
}

/// Plans a notice for `at`, unless it is planned already.
pub(super) async fn plan(
    tx: &mut Tx,
    _shared: &Shared,
    notice: &Notice,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    Ok(tx.plan(&notice.job(at), now).await?)
}

/// Plans to draw a notice again, if it was posted. Call it after the change, in the same transaction.
pub(super) async fn refresh(tx: &mut Tx, notice: &Notice, now: DateTime<Utc>) -> Result<()> {
    if tx.message(&notice.key()).await?.is_some_and(|message| message.message.is_some()) {
        // Each change is drawn, also two in one instant: never the same job.
        let occurrence = format!("{}@{:016x}", notice.key(), fastrand::u64(..));
        let job = NewJob { kind: REFRESH, occurrence, payload: payload(notice), run_at: now };
        tx.plan(&job, now).await?;
    }
    Ok(())
}

fn payload(notice: &Notice) -> String {
    serde_json::to_string(notice).expect("a notice is plain data")
}

/// What is to be said now.
///
/// # Errors
/// When the database does not answer.
pub async fn say(tx: &mut Tx, shared: &Shared, notice: &Notice, now: DateTime<Utc>) -> Result<Saying> {
    // Whatever made it due sooner: it tells of what waits at its moment.
    if let Notice::Unsaid(_, at, _) | Notice::StillUnsaid(_, at, _) = notice
        && *at > now
    {
        return Ok(Saying::NotYet(*at));
    }
    if let Some(saying) = reminders::before(tx, shared, notice, now).await? {
        return Ok(saying);
    }
    if let Some(saying) = regular::before(tx, shared, notice, now).await? {
        return Ok(saying);
    }
    if let Some(saying) = lead::first_told(tx, notice, now).await? {
        return Ok(saying);
    }
    let Some((to, card)) = notice.draw(tx, shared, now).await? else { return Ok(Saying::Nothing) };
    if let Some(saying) = debrief::untimely(tx, notice, now).await? {
        return Ok(saying);
    }
    if let To::Person(reader) = &to
        && let Some(saying) = consent::gate(tx, shared, notice, reader, now).await?
    {
        return Ok(saying);
    }
    let reachable = to.reachable_at(now);
    if reachable > now && !notice.comes_when_planned(now) {
        return Ok(Saying::NotYet(reachable));
    }
    match to.place(tx, shared).await? {
        Some(place) => {
            if let To::Person(reader) = &to
                && let Some(saying) = quiet::gate(tx, shared, notice, reader, now).await?
            {
                return Ok(saying);
            }
            if let Notice::Today(person, _) = notice {
                tx.sends_today(PersonId(*person), &notice.key(), now).await?;
            }
            Ok(Saying::Post(place, card))
        }
        // Their account may be named any hour; until then `panout doctor` says that they are out of reach.
        None => Ok(Saying::NotYet(now + OUT_OF_REACH)),
    }
}

/// Remembers that a notice reached its reader.
///
/// # Errors
/// When the database does not answer.
pub async fn posted(tx: &mut Tx, shared: &Shared, notice: &Notice, now: DateTime<Utc>) -> Result<()> {
    match notice {
        Notice::Refusal(number) => {
            tx.advance_refusal(RefusalNumber(*number), Stage::Logged, Stage::WithHead).await?;
        }
        Notice::Today(person, _) => reminders::told(tx, shared, PersonId(*person), &notice.key(), now).await?,
        Notice::Welcome(id) => consent::asked(tx, PersonId(*id)).await?,
        Notice::Unsaid(team, _, channel) | Notice::StillUnsaid(team, _, channel) => {
            unsaid::said(tx, shared, TeamId(*team), *channel, now).await?;
        }
        Notice::Debrief(number) | Notice::DebriefAt(number, _) => {
            tx.told_task(&notice.key(), RefusalNumber(*number), TaskKind::Debrief).await?;
        }
        Notice::Question(id) => question::told(tx, &notice.key(), *id).await?,
        Notice::Answer(_)
        | Notice::Stranger(_)
        | Notice::Back(_)
        | Notice::Won(..)
        | Notice::WonToHead(_)
        | Notice::Handed(_)
        | Notice::Differs(_)
        | Notice::Daily(..)
        | Notice::Focus(..)
        | Notice::Exporting(_)
        | Notice::Exported(_)
        | Notice::Lead(LeadWord::New | LeadWord::Soon | LeadWord::Late, ..)
        | Notice::LeadsLate(..)
        | Notice::LeadOpen(..)
        | Notice::Lost(..) => {}
        Notice::Digest(team, at, channel) => digest::posted(tx, shared, (*team, *at, *channel, 0), now).await?,
        Notice::Lead(LeadWord::Taken, number, turn) => {
            lead::was_told(tx, shared, (LeadNumber(*number), *turn), now).await?;
        }
        Notice::DigestPart(team, at, channel, part) => {
            digest::posted(tx, shared, (*team, *at, *channel, *part), now).await?;
        }
    }
    Ok(())
}

/// A notice was given up: nobody was told.
///
/// # Errors
/// When the database does not answer.
pub async fn given_up(tx: &mut Tx, shared: &Shared, notice: &Notice, now: DateTime<Utc>) -> Result<()> {
    match notice {
        Notice::Today(person, _) => {
            let reader = tx.person(PersonId(*person)).await?;
            reminders::unheard(tx, shared, &reader, now).await
        }
        Notice::Digest(team, _, channel) => digest::lost(tx, shared, (*team, *channel), now).await,
        _ => Ok(()),
    }
}

/// The card of a notice as things stand, for a message that is posted; `None` if it would say nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn still(tx: &mut Tx, shared: &Shared, notice: &Notice, now: DateTime<Utc>) -> Result<Option<Card>> {
    if notice.is_a_record() {
        return Ok(None);
    }
    let Some((to, card)) = notice.draw(tx, shared, now).await? else { return Ok(None) };
    let place = tx.message(&notice.key()).await?.map(|message| serde_json::from_str::<Place>(&message.place));
    if let Some(place) = place.transpose().map_err(anyhow::Error::from)?
        && !to.reads(tx, &place).await?
    {
        return Ok(None);
    }
    Ok(Some(card))
}

/// Plans to draw a posted notice again if what was shown is no longer what stands.
///
/// # Errors
/// When the database does not answer.
pub async fn check_shown(
    tx: &mut Tx,
    shared: &Shared,
    notice: &Notice,
    shown: &Card,
    now: DateTime<Utc>,
) -> Result<()> {
    match still(tx, shared, notice, now).await? {
        Some(card) if card != *shown => refresh(tx, notice, now).await,
        _ => Ok(()),
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
    let card =
        Card::titled(words.text("stranger.title", crate::args! { name: &stranger.name, team: &stranger.team.name }))
            .with(crate::chat::Block::Text(words.text("stranger.next", crate::args! { accounts: accounts })));
    Ok(Some((head, card)))
}
