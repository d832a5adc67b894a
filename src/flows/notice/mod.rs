//! What the bot says by itself: which card, to whom, when, and how it stays true.
//!
//! A notice is planned with the change that causes it. Its card is drawn when it is delivered, from the state of that
//! moment, and drawn again whenever that state changes: a card never tells an old story. This file says which notices
//! there are; `drawn.rs` who reads each and its card; `ahead.rs` draws it before it is decided about; `said.rs` whether it
//! is said now, and what follows.
//!
//! ```text
//! plan -> (due) say -> NotYet | Nothing | Post -> posted -> still? -> refresh
//! ```

mod ahead;
mod drawn;
mod lead_word;
mod said;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use ahead::{Ahead, ahead};
pub(super) use drawn::To;
pub use lead_word::LeadWord;
pub use said::{differs, given_up, posted, redraw, say, still};

use super::{Result, Shared};
use crate::chat::{Card, Place};
use crate::domain::{PersonId, RefusalNumber, TeamId};
use crate::store::{NewJob, Tx};

/// The kind of job that posts a notice.
pub const POST: &str = "post";
/// The kind of job that draws a posted notice again.
pub const REFRESH: &str = "refresh";

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
    /// That it could not be sent, to whoever asked for it: its id.
    NotExported(i64),
    /// A word about a lead, to whoever has it in a turn: which word, its number, which turn.
    Lead(LeadWord, i64, i64),
    /// A word about leads that came with many, to whoever has them: which word, who, and in which quarter of an hour it was so.
    LeadsTogether(LeadWord, i64, DateTime<Utc>),
    /// How many leads that came with many anybody may claim, in a channel of their team: the team, since which quarter of an hour, and which
    /// channel.
    LeadsOpen(i64, DateTime<Utc>, i64),
    /// Which leads of somebody are past their time, to the head: the team, the owner, and when the head's day began.
    LeadsLate(i64, i64, DateTime<Utc>),
    /// A lead that anybody may claim, in a channel of its team: its number, after which turn, and which channel.
    LeadOpen(i64, i64, i64),
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
            Notice::NotExported(id) => format!("not_exported:{id}"),
            Notice::Lead(word, number, turn) => format!("{}:{number}:{turn}", word.name()),
            Notice::LeadsTogether(word, person, hour) => {
                format!("{}_together:{person}:{}", word.name(), hour.timestamp())
            }
            Notice::LeadsOpen(team, hour, channel) => format!("leads_open:{team}:{}:{channel}", hour.timestamp()),
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
            ("not_exported", [id]) => Notice::NotExported(*id),
            ("leads_late", [team, owner, day]) => Notice::LeadsLate(*team, *owner, moment(day)?),
            ("lead_open", [number, turn, channel]) => Notice::LeadOpen(*number, *turn, *channel),
            ("leads_open", [team, hour, channel]) => Notice::LeadsOpen(*team, moment(hour)?, *channel),
            (word, [person, hour]) if word.ends_with("_together") => {
                Notice::LeadsTogether(word.trim_end_matches("_together").parse().ok()?, *person, moment(hour)?)
            }
            (word, [number, turn]) => Notice::Lead(word.parse().ok()?, *number, *turn),
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
        matches!(self, Notice::Exporting(_) | Notice::Exported(_) | Notice::NotExported(_))
    }

    /// Whether its reader waits for it so that they are told soon if it does not come.
    pub fn is_waited_for(&self) -> bool {
        matches!(self, Notice::Exported(_))
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
