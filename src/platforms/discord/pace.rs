//! How fast we may ask: fifty requests a second, and what each route says of itself.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::time::Instant;

use crate::clock;

/// Between two requests over a longer time. With the burst it makes 50 in any second, Discord's global rate limit.
const EACH: Duration = Duration::from_millis(25);
/// How far requests may run ahead of that: ten at once.
const BURST: Duration = Duration::from_millis(225);
/// How many routes are remembered before those that are free again are forgotten.
const REMEMBERED: usize = 1000;

/// Holds requests back as long as they would be refused.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// When the next request would be due if they came evenly.
    due: Option<Instant>,
    /// Nothing before this instant.
    silent_until: Option<Instant>,
    routes: HashMap<String, Route>,
}

#[derive(Debug)]
struct Route {
    left: u32,
    until: Instant,
}

impl Pace {
    /// Returns when a request on this route may go out.
    pub(super) async fn turn(&self, route: &str) {
        loop {
            let now = Instant::now();
            let Some(until) = self.state().take(route, now) else { return };
            clock::pause(until.saturating_duration_since(now)).await;
        }
    }

    /// Takes what an answer says of its route.
    pub(super) fn learn(&self, route: &str, headers: &HeaderMap) {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
        let (Some(left), Some(after)) = (number("x-ratelimit-remaining"), number("x-ratelimit-reset-after")) else {
            return;
        };
        let Ok(after) = Duration::try_from_secs_f64(after) else { return };
        let mut state = self.state();
        let now = Instant::now();
        if state.routes.len() >= REMEMBERED {
            state.routes.retain(|_, route| route.until > now);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count; casts saturate")]
        let left = left as u32;
        state.routes.insert(route.to_owned(), Route { left, until: now + after });
    }

    /// Was refused: nothing on this route, or on any, for so long.
    pub(super) fn hold(&self, route: &str, everywhere: bool, length: Duration) {
        let until = Instant::now() + length;
        let mut state = self.state();
        if everywhere {
            state.silent_until = Some(until);
        } else {
            state.routes.insert(route.to_owned(), Route { left: 0, until });
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a place now (`None`), or says when to ask again.
    fn take(&mut self, route: &str, now: Instant) -> Option<Instant> {
        if let Some(until) = self.silent_until.filter(|until| *until > now) {
            return Some(until);
        }
        if let Some(route) = self.routes.get(route)
            && route.until > now
            && route.left == 0
        {
            return Some(route.until);
        }
        let due = self.due.unwrap_or(now).max(now);
        if due > now + BURST {
            return Some(due - BURST);
        }
        self.due = Some(due + EACH);
        if let Some(route) = self.routes.get_mut(route) {
            route.left = route.left.saturating_sub(1);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_sees_more_than_fifty() {
        let (mut state, start) = (State::default(), Instant::now());
        assert_eq!((0..200).filter(|_| state.take("a", start).is_none()).count(), 10);
        let second = (1..1000).map(|ms| start + Duration::from_millis(ms));
        let passed = second.filter(|now| state.take("a", *now).is_none()).count();
        assert!((35..=40).contains(&passed), "{passed}");
    }

    #[test]
    fn an_emptied_route_waits_and_others_go_on() {
        let (pace, now) = (Pace::default(), Instant::now());
        pace.hold("a", false, Duration::from_secs(5));
        assert!(pace.state().take("a", now).is_some());
        assert!(pace.state().take("b", now).is_none());
        pace.hold("a", true, Duration::from_secs(5));
        assert!(pace.state().take("b", now).is_some());
        assert!(pace.state().take("a", now + Duration::from_secs(6)).is_none());
    }
}
