//! What was logged while nobody led the team, and what people left behind.
//!
//! Starts: with the bot. Acts: nobody. Ends: the refusals of each team that were brought to no head wait for the one it
//! has now, in the message of the day; so does what is in the hands of people who left.

use chrono::{DateTime, Utc};

use super::notice::Notice;
use super::{Result, Shared, notice};
use crate::store::Tx;

/// Plans to bring the heads what nobody was there for.
///
/// # Errors
/// When the database does not answer.
pub async fn catch_up(tx: &mut Tx, shared: &Shared, now: DateTime<Utc>) -> Result<()> {
    for team in tx.teams_with_untold().await? {
        let Some(head) = tx.responsible_for(team, now).await? else { continue };
        let at = head.next_batch(now);
        let batch = Notice::Batch(team.0, at);
        // What the head logged they know.
        if tx.tell_untold_in(team, head.id, &batch.key()).await? > 0 {
            notice::plan(tx, shared, &batch, at, now).await?;
        }
    }
    inherit(tx, shared, now).await
}

/// What people who left have in hand goes to the head of its team, who is told so in the message of the day.
async fn inherit(tx: &mut Tx, shared: &Shared, now: DateTime<Utc>) -> Result<()> {
    for (left, team) in tx.left_behind().await? {
        let Some(head) = tx.head_of(team).await?.filter(|head| head.id != left) else { continue };
        tx.inherit((left, team), head.id, now).await?;
        // What was due to who left comes to the head now.
        for task in tx.tasks_of(head.id, i64::MAX).await? {
            let Some(say_at) = task.say_at else { continue };
            let comes = head.next_batch(say_at - chrono::TimeDelta::seconds(1)).max(head.next_batch(now));
            if comes != say_at {
                tx.say_task_at(&task, Some(comes)).await?;
            }
            notice::plan(tx, shared, &Notice::Today(head.id.0, comes), comes, now).await?;
        }
        let at = head.next_batch(now);
        notice::plan(tx, shared, &Notice::Today(head.id.0, at), at, now).await?;
    }
    Ok(())
}
