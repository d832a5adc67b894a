//! How the bot is: what is connected, and how often what happened. Numbers only, of kinds known beforehand: no name, no
//! text, nothing that grows with the people or their work.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Service;

const SERVICES: usize = Service::ALL.len();

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A slash command.
    Command,
    /// A button, or a choice in a menu.
    Press,
    /// A shortcut on a message.
    Shortcut,
    /// A filled form.
    Form,
    /// Typing where suggestions are given.
    Search,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done, or answered.
    Done,
    /// It was done before: the service had sent it already.
    Repeated,
    /// A rule says no.
    Refused,
    /// A form came back with faults.
    Faulty,
    /// The bot is at fault.
    Failed,
}

/// What came of the bot's speaking first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It is there.
    Done,
    /// The service takes it later.
    Later,
    /// The service will never take it.
    Never,
    /// Nobody knows.
    Unknown,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 5] = [Self::Command, Self::Press, Self::Shortcut, Self::Form, Self::Search];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Press => "press",
            Self::Shortcut => "shortcut",
            Self::Form => "form",
            Self::Search => "search",
        }
    }
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 5] = [Self::Done, Self::Repeated, Self::Refused, Self::Faulty, Self::Failed];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Repeated => "repeated",
            Self::Refused => "refused",
            Self::Faulty => "faulty",
            Self::Failed => "failed",
        }
    }
}

impl Posted {
    /// Every outcome of a post.
    pub const ALL: [Self; 4] = [Self::Done, Self::Later, Self::Never, Self::Unknown];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Later => "later",
            Self::Never => "never",
            Self::Unknown => "unknown",
        }
    }
}

/// How long acknowledgements took: bounds in milliseconds, and how many took at most that.
#[derive(Debug, Default)]
pub struct Waits {
    counts: [AtomicU64; Waits::BOUNDS.len()],
    /// All of them, the longest too.
    all: AtomicU64,
    micros: AtomicU64,
}

impl Waits {
    /// The bounds, in milliseconds: services give up after 3000.
    pub const BOUNDS: [u16; 10] = [1, 2, 5, 10, 25, 100, 300, 1000, 2500, 3000];

    fn add(&self, took: Duration) {
        if let Some(at) = Self::BOUNDS.iter().position(|bound| took <= Duration::from_millis((*bound).into())) {
            self.counts[at].fetch_add(1, Ordering::Relaxed);
        }
        self.all.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How many took at most each bound, in its order.
    pub fn at_most(&self) -> [u64; Self::BOUNDS.len()] {
        let mut sum = 0;
        self.counts.each_ref().map(|count| {
            sum += count.load(Ordering::Relaxed);
            sum
        })
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.all.load(Ordering::Relaxed)
    }

    /// How long all of them took together.
    pub fn sum(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }
}

#[derive(Debug, Default)]
struct OfService {
    connections: AtomicU64,
    acts: [[AtomicU64; Outcome::ALL.len()]; Act::ALL.len()],
    waits: Waits,
    posts: [AtomicU64; Posted::ALL.len()],
}

/// The numbers. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Vitals(Arc<[OfService; SERVICES]>);

/// Held while a connection to a service is up.
#[derive(Debug)]
pub struct Connection(Vitals, Service);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.of(self.1).connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Vitals {
    fn of(&self, service: Service) -> &OfService {
        &self.0[service as usize]
    }

    /// A connection to a service is up, until what comes back is dropped.
    #[must_use]
    pub fn connected(&self, service: Service) -> Connection {
        self.of(service).connections.fetch_add(1, Ordering::Relaxed);
        Connection(self.clone(), service)
    }

    /// How many connections to a service are up; over HTTP one that lasts.
    pub fn connections(&self, service: Service) -> u64 {
        self.of(service).connections.load(Ordering::Relaxed)
    }

    /// Somebody did something.
    pub fn acted(&self, service: Service, act: Act, outcome: Outcome) {
        self.of(service).acts[act as usize][outcome as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often.
    pub fn acts(&self, service: Service, act: Act, outcome: Outcome) -> u64 {
        self.of(service).acts[act as usize][outcome as usize].load(Ordering::Relaxed)
    }

    /// An event was acknowledged after this long.
    pub fn acknowledged(&self, service: Service, after: Duration) {
        self.of(service).waits.add(after);
    }

    /// How long acknowledgements took.
    pub fn waits(&self, service: Service) -> &Waits {
        &self.of(service).waits
    }

    /// The bot spoke first, or changed what it had said.
    pub fn posted(&self, service: Service, outcome: Posted) {
        self.of(service).posts[outcome as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often.
    pub fn posts(&self, service: Service, outcome: Posted) -> u64 {
        self.of(service).posts[outcome as usize].load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_add_up_and_the_longest_are_in_no_bound() {
        let vitals = Vitals::default();
        for millis in [1, 4, 300, 9000] {
            vitals.acknowledged(Service::Slack, Duration::from_millis(millis));
        }
        let waits = vitals.waits(Service::Slack);
        assert_eq!(waits.at_most(), [1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
        assert_eq!((waits.count(), waits.sum()), (4, Duration::from_millis(9305)));
        assert_eq!(vitals.waits(Service::Discord).count(), 0);
    }

    #[test]
    fn a_connection_counts_as_long_as_it_is_held() {
        let vitals = Vitals::default();
        let first = vitals.connected(Service::Slack);
        let second = vitals.clone().connected(Service::Slack);
        assert_eq!((vitals.connections(Service::Slack), vitals.connections(Service::Discord)), (2, 0));
        drop((first, second));
        assert_eq!(vitals.connections(Service::Slack), 0);
    }
}
