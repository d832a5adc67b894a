//! What waits for people who want no reminders, counted in their team's channels.
//!
//! Starts: something new waits for one of them. Acts: nobody. Ends: the channel is told on the next morning, and once a
//! week while anything waits: without a name or a client.

use chrono::{DateTime, TimeDelta, Utc};

use super::notice::{self, Notice, POST};
use super::{Result, Shared};
use crate::args;
use crate::chat::{Account, Block, Card};
use crate::domain::{Team, TeamId};
use crate::store::Tx;

/// How long a channel in which nothing new waits is left alone: not quite a week, because the next morning after it is the
/// one meant, also if clocks changed, or the message came a little late.
const QUIET: TimeDelta = TimeDelta::hours(7 * 24 - 2);

/// Something new waits: the team's channels are told in the morning.
pub(super) async fn counts(tx: &mut Tx, shared: &Shared, team: &Team, now: DateTime<Utc>) -> Result<()> {
    let at = team.next_morning(now);
    for channel in channels(shared, team) {
        notice::plan(tx, shared, &Notice::Unsaid(team.id.0, at, channel), at, now).await?;
    }
    Ok(())
}

/// Which of a team's channels are told: the first one of each service that runs.
pub(super) fn channels(shared: &Shared, team: &Team) -> Vec<i64> {
    let mut services = Vec::new();
    let first = (0..).zip(&team.channels).filter(|(_, channel)| {
        let service = channel.parse::<Account>().map(|account| account.service);
        let new = service.is_ok_and(|service| shared.rules.services.contains(&service) && !services.contains(&service));
        services.extend(channel.parse::<Account>().map(|account| account.service));
        new
    });
    first.map(|(at, _)| at).collect()
}

/// How much waits for those of a team who want no reminders, without a name or a client.
pub(super) async fn draw(
    tx: &mut Tx,
    shared: &Shared,
    team: TeamId,
    channel: i64,
    now: DateTime<Utc>,
) -> Result<Option<(Team, String, Card)>> {
    let Some(team) = tx.team(team).await? else { return Ok(None) };
    let Some(channel) = usize::try_from(channel).ok().and_then(|at| team.channels.get(at)).cloned() else {
        return Ok(None);
    };
    let head = tx.responsible_for(team.id, now).await?;
    let refusals = match head {
        Some(head) if !head.wants_reminders() => tx.count_waiting(team.id).await?,
        _ => 0,
    };
    let (tasks, questions) = (tx.count_unsaid(team.id, now).await?, tx.count_held(team.id, "question:").await?);
    let leads = tx.count_held(team.id, "lead_new:").await? + tx.count_leads_unsaid(team.id).await?;
    let language = crate::words::Language::from_tag(&team.language).unwrap_or(shared.rules.language);
    let words = shared.words.in_language(language);
    let lines = [
        ("unsaid.refusals", refusals),
        ("unsaid.clients", tasks),
        ("unsaid.questions", questions),
        ("unsaid.leads", leads),
    ];
    let mut card = Card::titled(words.text("unsaid.title", args! {}));
    for (key, count) in lines.into_iter().filter(|(_, count)| *count > 0) {
        card = card.with(Block::Text(words.text(key, args! { count: count })));
    }
    if card.blocks.is_empty() {
        return Ok(None);
    }
    Ok(Some((team, channel, card.with(Block::Note(words.text("unsaid.next", args! {}))))))
}

/// A channel was told what waits: if it still does, it is told again after a week.
pub(super) async fn said(tx: &mut Tx, shared: &Shared, team: TeamId, channel: i64, now: DateTime<Utc>) -> Result<()> {
    let Some(team) = tx.team(team).await? else { return Ok(()) };
    let at = team.next_morning(now + QUIET);
    notice::plan(tx, shared, &Notice::StillUnsaid(team.id.0, at, channel), at, now).await
}

/// Whether a channel that would be told once more was told less than a week before, because something new waited.
pub(super) async fn was_said_lately(tx: &mut Tx, again: &Notice) -> Result<bool> {
    let Notice::StillUnsaid(team, at, channel) = *again else { return Ok(false) };
    let Some(team) = tx.team(TeamId(team)).await? else { return Ok(false) };
    let mut morning = team.next_morning(at - QUIET);
    for _ in 0..7 {
        let new = Notice::Unsaid(team.id.0, morning, channel).key();
        if morning <= at && (tx.message(&new).await?.is_some() || tx.is_planned(POST, &new).await?) {
            return Ok(true);
        }
        morning = team.next_morning(morning);
    }
    Ok(false)
}
