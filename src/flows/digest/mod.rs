//! The refusals of the week, in the team's channels.
//!
//! Starts: by the team's schedule; `/panout digest preview`. Acts: whoever opens the agenda. Ends: one message in the first
//! channel of each service the team uses, and its details in the thread under it.
//!
//! ```text
//! due -> root (headline, picture, agenda button) -> thread: reasons -> voices -> what is open, and the agenda
//! ```
//!
//! It never names who lost what, nor a client: individual figures are for that rep and the head. What a digest says is as
//! things stood when it was posted, and stays so. To count it takes time: it is drawn ahead, from a state of a moment before,
//! and the transaction that decides to post it only looks whether it is still due and of the same days.

mod ahead;
mod lost;
mod root;
mod thread;
mod unusual;

use chrono::{DateTime, Days as DayCount, NaiveDate, TimeDelta, Utc};

pub(super) use ahead::Ahead;
pub(super) use ahead::ahead;
pub(super) use lost::{draw_lost, lost};

use super::figures::{self, Asked, People, Reach};
use super::notice::{self, Notice, To};
use super::{Call, Result, Shared, tell};
use crate::args;
use crate::chat::{Block, Card, MessageRef, Reply, Text};
use crate::domain::{Days, Period, PersonId, Refusal, Role, Team, TeamId, View};
use crate::report::Figures;
use crate::store::{Digest, Tx};
use crate::words::{Language, Words};

/// How many parts the thread has.
pub(super) const PARTS: i64 = 3;
/// How many refusals are looked at: the largest.
const LOOKED_AT: i64 = 500;
/// Most days one digest tells of, when earlier ones were not sent.
const LONGEST: u64 = 35;

/// Everything a digest is made of.
pub(super) struct Week {
    pub(super) team: Team,
    pub(super) digest: Digest,
    pub(super) at: DateTime<Utc>,
    /// What by why; who by what is for nobody here.
    pub(super) figures: Figures,
    pub(super) names: figures::Names,
    /// Those that happened then, the largest first.
    pub(super) refusals: Vec<Refusal>,
    /// Whether days of an earlier digest that was not sent are in it.
    pub(super) folded: bool,
}

/// Which of a team's channels have a digest: the first one of each service that runs.
pub(super) fn channels(shared: &Shared, team: &Team) -> Vec<i64> {
    super::unsaid::channels(shared, team)
}

impl Week {
    /// A digest of a team, counted now.
    async fn of(tx: &mut Tx, shared: &Shared, team: Team, digest: Digest, at: DateTime<Utc>) -> Result<Week> {
        let reach = Reach { teams: vec![team.id], people: People::Nobody };
        let asked = Asked { period: Period::These(digest.days), view: View::ProductReason };
        let figures = figures::figures(tx, &reach, asked, digest.days.to).await?;
        let names = figures::Names::of(tx, words_of(shared, &team), &reach, asked.view, &figures).await?;
        let refusals = tx.happened_in(team.id, digest.days, LOOKED_AT).await?;
        let folded = was_missed(shared, &team, digest.days.from, at);
        Ok(Week { team, digest, at, figures, names, refusals, folded })
    }

    pub(super) fn words<'a>(&self, shared: &'a Shared) -> Words<'a> {
        words_of(shared, &self.team)
    }

    /// When the days it tells of began and ended.
    pub(super) fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let begins = |day: NaiveDate| self.team.day_begins(day).unwrap_or(self.at);
        let after = self.digest.days.to.succ_opt().unwrap_or(self.digest.days.to);
        (begins(self.digest.days.from), begins(after))
    }
}

fn words_of<'a>(shared: &'a Shared, team: &Team) -> Words<'a> {
    shared.words.in_language(Language::from_tag(&team.language).unwrap_or(shared.rules.language))
}

/// Whether a digest was due after the first of these days and before a moment: it was not sent, or its days would not be here.
fn was_missed(shared: &Shared, team: &Team, from: NaiveDate, at: DateTime<Utc>) -> bool {
    let schedule = shared.rules.schedules.get(&team.name).and_then(|all| all.digest.as_ref());
    // On the day itself the one before was sent.
    let after = from.succ_opt().and_then(|day| team.day_begins(day)).unwrap_or(at);
    schedule
        .and_then(|digest| digest.next(after, team.time_zone))
        .is_some_and(|run| run.at < at - TimeDelta::minutes(1))
}

/// The seven days before that of a moment, where the team is.
fn usual_days(team: &Team, at: DateTime<Utc>) -> Days {
    let day = at.with_timezone(&team.time_zone).date_naive();
    let back = |days| day.checked_sub_days(DayCount::new(days)).unwrap_or(day);
    Days { from: back(7), to: back(1) }
}

/// The digest for a moment: of the days since the last one, or the seven before it; `None` if those were told already.
async fn planned(tx: &mut Tx, team: &Team, at: DateTime<Utc>) -> Result<Option<Digest>> {
    if let Some(begun) = tx.digest(team.id, at).await? {
        return Ok(Some(begun));
    }
    let usual = usual_days(team, at);
    let since = match tx.digest_before(team.id, at).await? {
        Some(last) => last.days.to.succ_opt().unwrap_or(usual.from),
        None => usual.from,
    };
    let earliest = usual.to.checked_sub_days(DayCount::new(LONGEST - 1)).unwrap_or(usual.from);
    let from = since.max(earliest);
    if from > usual.to {
        return Ok(None);
    }
    let day = at.with_timezone(&team.time_zone).date_naive();
    let facilitator = tx.facilitators(team.id, day).await?.into_iter().next();
    Ok(Some(Digest { days: Days { from, to: usual.to }, facilitator }))
}

/// A digest that was begun, counted as things stand.
pub(super) async fn begun(tx: &mut Tx, shared: &Shared, team: TeamId, at: DateTime<Utc>) -> Result<Option<Week>> {
    match (tx.digest(team, at).await?, tx.team(team).await?) {
        (Some(digest), Some(team)) => Ok(Some(Week::of(tx, shared, team, digest, at).await?)),
        _ => Ok(None),
    }
}

/// The digest in one of a team's channels.
pub(super) async fn draw(
    tx: &mut Tx,
    shared: &Shared,
    ahead: Option<&Ahead>,
    (team, at, channel): (TeamId, DateTime<Utc>, i64),
) -> Result<Option<(To, Card)>> {
    let Some(team) = tx.team(team).await? else { return Ok(None) };
    let Some(place) = usize::try_from(channel).ok().and_then(|at| team.channels.get(at)).cloned() else {
        return Ok(None);
    };
    let Some(digest) = planned(tx, &team, at).await? else { return Ok(None) };
    tx.begin_digest(team.id, at, &digest).await?;
    let card = ahead::or_drawn(ahead, tx, shared, (&team, digest, at), 0).await?;
    Ok(card.map(|card| (To::Channel(Box::new(team), place), card)))
}

/// A part of its thread; nothing for a week without refusals.
pub(super) async fn draw_part(
    tx: &mut Tx,
    shared: &Shared,
    ahead: Option<&Ahead>,
    (team, at, channel, part): (TeamId, DateTime<Utc>, i64, i64),
    now: DateTime<Utc>,
) -> Result<Option<(To, Card)>> {
    let root = tx.message(&Notice::Digest(team.0, at, channel).key()).await?.and_then(|message| message.message);
    let (Some(root), Some(team)) = (root, tx.team(team).await?) else { return Ok(None) };
    let under: MessageRef = serde_json::from_str(&root).map_err(anyhow::Error::from)?;
    let Some(digest) = tx.digest(team.id, at).await? else { return Ok(None) };
    let card = ahead::or_drawn(ahead, tx, shared, (&team, digest, at), part).await?;
    if card.is_none() {
        // The one after it does not wait for what is never posted.
        posted(tx, shared, (team.id.0, at, channel, part), now).await?;
    }
    Ok(card.map(|card| (To::Under(Box::new(team), under), card)))
}

/// A digest, or a part of its thread, was posted: the next part follows.
pub(super) async fn posted(
    tx: &mut Tx,
    shared: &Shared,
    (team, at, channel, part): (i64, DateTime<Utc>, i64, i64),
    now: DateTime<Utc>,
) -> Result<()> {
    if part == 0 {
        tx.digest_posted(TeamId(team), at, now).await?;
    }
    if part >= PARTS || is_empty(tx, TeamId(team), at).await? {
        return Ok(());
    }
    notice::plan(tx, shared, &Notice::DigestPart(team, at, channel, part + 1), now, now).await
}

/// Whether nothing happened in the days of a digest: then one line is enough.
async fn is_empty(tx: &mut Tx, team: TeamId, at: DateTime<Utc>) -> Result<bool> {
    match tx.digest(team, at).await? {
        Some(digest) => Ok(tx.happened_in(team, digest.days, 1).await?.is_empty()),
        None => Ok(true),
    }
}

/// `/panout digest preview`: the next digest as it would be now, for their eyes only.
pub(super) async fn preview(call: &mut Call<'_>) -> Result {
    if call.by.role == Role::Observer && call.by.team.channels.is_empty() {
        return tell(call.words.text("digest.no_team", args! {}));
    }
    let team = call.by.team.clone();
    let schedule = call.shared.rules.schedules.get(&team.name).and_then(|all| all.digest.clone());
    // As the next one would be, or as one at this moment.
    let at = schedule.as_ref().and_then(|digest| digest.next(call.now, team.time_zone)).map_or(call.now, |run| run.at);
    let days = match planned(call.tx, &team, at).await? {
        Some(next) => next.days,
        None => usual_days(&team, at),
    };
    let today = call.now.with_timezone(&team.time_zone).date_naive();
    let from = days.from.min(today);
    let digest = Digest { days: Days { from, to: days.to.min(today).max(from) }, facilitator: None };
    let mut week = Week::of(call.tx, call.shared, team, digest, at).await?;
    week.folded = false;
    let mut card = root::card(call.tx, call.shared, &week).await?;
    card.blocks.retain(|block| !matches!(block, Block::Buttons(_)));
    // Of an empty week the channel reads one line too.
    let parts = if week.figures.total.refusals == 0 { 0 } else { PARTS };
    for part in 1..=parts {
        if let Some(part) = thread::part(call.tx, call.shared, &week, part).await? {
            card = card.with(Block::Divider).with(Block::Text(Text::strong(part.title.unstyled())));
            card.blocks.extend(part.blocks.into_iter().filter(|block| !matches!(block, Block::Buttons(_))));
        }
    }
    let hears = call.shared.rules.schedules.get(&week.team.name).is_some_and(|all| all.digest.is_some());
    let posted = hears && !channels(call.shared, &week.team).is_empty();
    let key = if posted { "digest.preview" } else { "digest.preview_only" };
    Ok(Reply::Whisper(card.with(Block::Note(call.words.text(key, args! {})))))
}

/// What a person is called, if they are known.
pub(super) async fn name(tx: &mut Tx, person: Option<PersonId>) -> Result<Option<String>> {
    match person {
        Some(person) => Ok(Some(tx.person(person).await?.name)),
        None => Ok(None),
    }
}
