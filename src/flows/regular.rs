//! What a team hears regularly: when it comes, and what becomes of it when the bot was not there.
//!
//! Starts: with the bot, and with each message that came. Acts: nobody. Ends: the next one is planned. One that is more
//! than a day late is not sent: what it would have said is in the next digest, which says so.
//!
//! ```text
//! plan the next -> (due) still wanted? -> late? -> said -> plan the next
//! ```

use chrono::{DateTime, TimeDelta, Utc};

use super::notice::{self, Notice, Saying};
use super::{Result, Shared, digest};
use crate::domain::{Schedule, Schedules, Team, TeamId};
use crate::store::Tx;

/// How late something regular still comes; what comes once a month, longer.
const LATE: TimeDelta = TimeDelta::days(1);
const LATE_FOR_A_MONTH: TimeDelta = TimeDelta::days(7);
/// How long after the team is there again what waited for that may still take.
const TAKES: TimeDelta = TimeDelta::hours(1);

/// What comes regularly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Regular {
    Digest(i64),
    Daily,
    Focus,
}

impl Regular {
    fn of(notice: &Notice) -> Option<(Regular, TeamId, DateTime<Utc>)> {
        match *notice {
            Notice::Digest(team, at, channel) => Some((Regular::Digest(channel), TeamId(team), at)),
            Notice::Daily(team, at) => Some((Regular::Daily, TeamId(team), at)),
            Notice::Focus(team, at) => Some((Regular::Focus, TeamId(team), at)),
            _ => None,
        }
    }

    fn schedule(self, all: &Schedules) -> Option<&Schedule> {
        match self {
            Regular::Digest(_) => all.digest.as_ref(),
            Regular::Daily => all.daily.as_ref(),
            Regular::Focus => all.focus.as_ref(),
        }
    }

    /// Until when one still comes: a day, and until whoever reads it is there.
    fn too_late_at(self, at: DateTime<Utc>, team: &Team) -> DateTime<Utc> {
        let late = if self == Regular::Focus { LATE_FOR_A_MONTH } else { LATE };
        team.working_hours.next_opening(at + late, team.time_zone) + TAKES
    }

    fn notice(self, team: TeamId, at: DateTime<Utc>) -> Notice {
        match self {
            Regular::Digest(channel) => Notice::Digest(team.0, at, channel),
            Regular::Daily => Notice::Daily(team.0, at),
            Regular::Focus => Notice::Focus(team.0, at),
        }
    }
}

/// Plans the next of everything a team hears regularly, for every team.
pub(super) async fn plan_all(tx: &mut Tx, shared: &Shared, now: DateTime<Utc>) -> Result<()> {
    for team in tx.teams().await? {
        let Some(team) = tx.team(team).await? else { continue };
        let digests = digest::channels(shared, &team).into_iter().map(Regular::Digest);
        for regular in digests.chain([Regular::Daily, Regular::Focus]) {
            plan_next(tx, shared, regular, &team, now, now).await?;
        }
    }
    Ok(())
}

/// Plans the first one after an instant; however often it is planned, it is one.
async fn plan_next(
    tx: &mut Tx,
    shared: &Shared,
    regular: Regular,
    team: &Team,
    after: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let schedule = shared.rules.schedules.get(&team.name).and_then(|all| regular.schedule(all));
    match schedule.and_then(|schedule| schedule.next(after, team.time_zone)) {
        Some(run) => notice::plan(tx, shared, &regular.notice(team.id, run.at), run.at, now).await,
        None => Ok(()),
    }
}

/// What is to be known before something regular is drawn: the next one is planned, and one that nobody wants any more, or
/// that is too late, is not said.
pub(super) async fn before(
    tx: &mut Tx,
    shared: &Shared,
    notice: &Notice,
    now: DateTime<Utc>,
) -> Result<Option<Saying>> {
    let Some((regular, team, at)) = Regular::of(notice) else { return Ok(None) };
    let Some(team) = tx.team(team).await? else { return Ok(Some(Saying::Nothing)) };
    if at > now {
        // The clock was put back.
        return Ok(Some(Saying::NotYet(at)));
    }
    // Of many that were missed, the last ones alone may come.
    plan_next(tx, shared, regular, &team, at.max(now - LATE_FOR_A_MONTH), now).await?;
    let schedule = shared.rules.schedules.get(&team.name).and_then(|all| regular.schedule(all));
    let wanted = schedule.and_then(|schedule| schedule.next(at - TimeDelta::seconds(1), team.time_zone));
    let begun = tx.message(&notice.key()).await?.is_some();
    if !begun && (wanted.is_none_or(|run| run.at != at) || now > regular.too_late_at(at, &team)) {
        return Ok(Some(Saying::Nothing));
    }
    Ok(None)
}
