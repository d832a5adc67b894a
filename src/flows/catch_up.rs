//! What was logged while nobody led the team.
//!
//! Starts: with the bot. Acts: nobody. Ends: the refusals of each team that were brought to no head wait for the one it
//! has now, in the message of the day.

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
    Ok(())
}
