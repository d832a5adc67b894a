//! When each channel may be posted in.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::error::CallError;

/// Between two posts in a channel (docs.slack.dev, apis/web-api/rate-limits).
pub(super) const PACE: Duration = Duration::from_secs(1);

/// When each channel may be posted in next.
#[derive(Default)]
pub(super) struct Pace(Mutex<HashMap<String, Instant>>);

impl Pace {
    /// Takes the channel's next turn and says how long until it; none if that is longer than `most`.
    pub(super) fn turn(&self, channel: &str, most: Duration) -> Result<Duration, CallError> {
        let now = Instant::now();
        let mut next = self.0.lock().expect("nothing panics while holding it");
        if next.len() > 1000 {
            next.retain(|_, at| *at > now);
        }
        let turn = next.get(channel).copied().unwrap_or(now).max(now);
        if turn - now > most {
            return Err(CallError::Limited(Some(turn - now)));
        }
        next.insert(channel.to_owned(), turn + PACE);
        Ok(turn - now)
    }

    /// Lets nobody post in the channel for so long.
    pub(super) fn hold(&self, channel: &str, length: Duration) {
        let until = Instant::now() + length;
        let mut next = self.0.lock().expect("nothing panics while holding it");
        let turn = next.entry(channel.to_owned()).or_insert(until);
        *turn = (*turn).max(until);
    }
}
