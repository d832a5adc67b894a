//! Rate limits, as Discord counts them: a bucket for each route and channel, and fifty requests a second in all.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

/// Requests a second over all routes but those of interactions.
const EVERYWHERE: u32 = 50;

#[derive(Debug)]
struct Window {
    began: Instant,
    used: u32,
    /// When the app was told that nothing is left.
    told: Option<Instant>,
}

/// Who used how much.
#[derive(Debug)]
pub(super) struct Limits {
    /// Requests a window of a bucket.
    pub(super) most: u32,
    /// How long a window of a bucket is.
    pub(super) length: Duration,
    buckets: HashMap<String, Window>,
    everywhere: Option<Window>,
}

impl Default for Limits {
    fn default() -> Self {
        let length = Duration::from_secs(1);
        Self { most: 5, length, buckets: HashMap::new(), everywhere: None }
    }
}

/// What is left of a bucket after a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    pub(super) resets_in: Duration,
}

/// Why a request was refused.
#[derive(Debug)]
pub(super) struct TooMany {
    pub(super) wait: Duration,
    pub(super) everywhere: bool,
    /// The app was told and asked all the same.
    pub(super) knew: bool,
}

fn fresh(window: &mut Window, length: Duration, now: Instant) {
    if now.duration_since(window.began) >= length {
        *window = Window { began: now, used: 0, told: None };
    }
}

impl Limits {
    /// Counts a request, or refuses it.
    pub(super) fn take(&mut self, bucket: &str) -> Result<Left, TooMany> {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        let all = self.everywhere.get_or_insert(Window { began: now, used: 0, told: None });
        fresh(all, second, now);
        if all.used >= EVERYWHERE {
            return Err(TooMany {
                wait: second.saturating_sub(now.duration_since(all.began)),
                everywhere: true,
                knew: true,
            });
        }
        let new = || Window { began: now, used: 0, told: None };
        let window = self.buckets.entry(bucket.to_owned()).or_insert_with(new);
        fresh(window, self.length, now);
        let resets_in = self.length.saturating_sub(now.duration_since(window.began));
        if window.used >= self.most {
            // An answer may still be on its way: only what came well after it was sent in full knowledge.
            let knew = window.told.is_some_and(|told| now.duration_since(told) > Duration::from_millis(200));
            return Err(TooMany { wait: resets_in, everywhere: false, knew });
        }
        all.used += 1;
        window.used += 1;
        let remaining = self.most - window.used;
        if remaining == 0 {
            window.told = Some(now);
        }
        Ok(Left { limit: self.most, remaining, resets_in })
    }
}
