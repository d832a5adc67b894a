//! How long something is tried before it is given up.
//!
//! What the bot says by itself outlasts a night in which a service is away: [`super::Limits`] says how often it is tried. A
//! file that somebody asked for is not worth that: they wait for it now, and can ask again. It is made, and sent, at most
//! eight times in some four minutes (2 s, 4 s, .. 128 s apart); a service that asks to wait, or whose outcomes stay
//! unknown, has ten minutes. Then whoever asked is told, which in turn has all the patience there is.

use chrono::{DateTime, TimeDelta, Utc};

use super::worker::Worker;
use crate::flows::{EXPORT, Notice, POST};
use crate::store::JobRow;

/// How often what somebody waits for is tried.
const ATTEMPTS: i64 = 8;
/// For how long a service may ask to wait with it, and its outcomes may stay unknown.
const WAITED_FOR: TimeDelta = TimeDelta::minutes(10);
/// How long the outcomes of other deliveries may stay unknown before they are given up.
const UNKNOWN_FOR: TimeDelta = TimeDelta::days(1);

/// Whether somebody waits for what a job brings.
fn is_waited_for(job: &JobRow) -> bool {
    let notice = || serde_json::from_str::<Notice>(&job.payload);
    job.kind == EXPORT || (job.kind == POST && notice().is_ok_and(|notice| notice.is_waited_for()))
}

impl Worker {
    /// How often a job is tried.
    pub(super) fn attempts(&self, job: &JobRow) -> i64 {
        if is_waited_for(job) { ATTEMPTS.min(self.limits.attempts) } else { self.limits.attempts }
    }

    /// Whether a delivery that was decided at `since`, and is not there, is given up: each time its outcome was unknown.
    pub(super) fn never_knows(&self, job: &JobRow, since: DateTime<Utc>) -> bool {
        // Attempts are also spent by kills, and an outage of an hour is no reason to lose a card.
        let long = if is_waited_for(job) { WAITED_FOR } else { UNKNOWN_FOR };
        job.attempts > self.attempts(job) && self.clock.now() - since > long
    }

    /// Whether nobody waits until `again` for a delivery that was decided at `since`.
    pub(super) fn is_too_late(job: &JobRow, since: DateTime<Utc>, again: DateTime<Utc>) -> bool {
        is_waited_for(job) && again - since > WAITED_FOR
    }
}
