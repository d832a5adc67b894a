//! What goes wrong on request.

use std::time::Duration;

use tokio::time::timeout;

use super::gateway::{Out, repeat};
use super::world::{Mishap, permission};
use super::{FakeDiscord, Trouble, gateway, http};

/// Calls that put a message in or change one.
const POSTS: &str = "/channels/{}/messages";

impl FakeDiscord {
    pub(super) fn befall(&self, trouble: Trouble) {
        match trouble {
            Trouble::TriggersExpire { times } => self.0.world().triggers_expire += times,
            Trouble::ChannelsClosed => self.forbids("SEND_MESSAGES"),
            Trouble::DirectMessagesClosed => {
                self.0.world().people.iter_mut().for_each(|person| person.takes_direct = false);
            }
            Trouble::SocketDropsBeforeAck => self.0.world().gateway.drop_before_ack = true,
            Trouble::SocketDrops => {
                self.0.world().gateway.broadcast(&Out::Drop);
                if let Some(line) = &mut *self.0.line.lock().expect("no test panics here") {
                    *line = line.anew();
                }
            }
            mishap => {
                self.trouble_at(&format!("POST {POSTS}"), &mishap);
            }
        }
    }

    /// As `trouble`, for the next calls whose route contains this, such as `POST /webhooks`.
    pub(crate) fn trouble_at(&self, route: &str, trouble: &Trouble) {
        let (mishap, times) = match trouble {
            Trouble::TooManyRequests { times, retry_after } => (Mishap::TooMany(*retry_after), *times),
            Trouble::Status { times, status } => (Mishap::Status(*status), *times),
            Trouble::LostAnswer { times } => (Mishap::Lost, *times),
            Trouble::Hang { times } => (Mishap::Hang, *times),
            other => panic!("{other:?} befalls no single route"),
        };
        self.0.world().mishaps.extend(std::iter::repeat_n((route.to_owned(), mishap), times));
    }

    /// The next call to a route is refused because of what all routes used together.
    pub(crate) fn global_limit_at(&self, route: &str, retry_after: u64) {
        self.0.world().mishaps.push_back((route.to_owned(), Mishap::TooManyEverywhere(retry_after)));
    }

    /// Asks the app to reconnect (op 7).
    pub(crate) fn asks_to_reconnect(&self) {
        self.0.world().gateway.broadcast(&Out::Frame(r#"{"t":null,"s":null,"op":7,"d":null}"#.into(), None));
    }

    /// Says that the session is invalid (op 9); if it is not resumable, it is forgotten.
    pub(crate) fn invalidates_session(&self, resumable: bool) {
        let mut world = self.0.world();
        let frame = format!(r#"{{"t":null,"s":null,"op":9,"d":{resumable}}}"#);
        world.gateway.broadcast(&Out::Frame(frame, None));
        if !resumable {
            world.gateway.sessions.clear();
        }
    }

    /// Closes the connection with a code, or without one.
    pub(crate) fn closes_socket(&self, code: Option<u16>) {
        self.0.world().gateway.broadcast(&code.map_or(Out::CloseWithoutCode, Out::Close));
    }

    /// Every IDENTIFY from now on is closed with this code; none, if it is `None`.
    pub(crate) fn refuses_identify(&self, code: Option<u16>) {
        self.0.world().gateway.refuses_with = code;
    }

    /// The present connections stay open, but nothing comes over them any more.
    pub(crate) fn goes_silent(&self) {
        let mut world = self.0.world();
        world.gateway.dead_until = world.next();
    }

    /// The connection breaks before the next interaction is sent: only a resume brings it.
    pub(crate) fn loses_next_event(&self) {
        self.0.world().gateway.drop_unsent = true;
    }

    /// Interactions from now on lack a field that the library insists on.
    pub(crate) fn leaves_out_fields(&self) {
        self.0.world().leaves_out_fields = true;
    }

    /// Takes a permission from the bot, by Discord's name. Lacking it is then no fault of the app's.
    pub(crate) fn forbids(&self, permission: &str) {
        let bit = permission::ALL.iter().find(|(_, name)| *name == permission).map(|(bit, _)| bit);
        let mut world = self.0.world();
        world.permissions &= !bit.unwrap_or_else(|| panic!("{permission} is no permission that matters here"));
        world.forbidden = true;
    }

    /// How far apart heartbeats are on connections to come; 41.25 s otherwise.
    pub(crate) fn beats_every(&self, length: Duration) {
        self.0.world().gateway.beat = Some(length);
    }

    /// From now on two IDENTIFYs must be five seconds apart, as at Discord. Off at first, so that an app may be
    /// restarted often in one test.
    pub(crate) fn spaces_identifies(&self) {
        self.0.world().gateway.spaces_identifies = true;
    }

    /// How often the app identified, and how often it resumed.
    pub(crate) fn sessions(&self) -> (usize, usize) {
        let world = self.0.world();
        (world.gateway.identifies, world.gateway.resumes)
    }

    /// How many requests a bucket takes in how long: five a second at first.
    pub(crate) fn limits_buckets(&self, most: u32, length: Duration) {
        let mut world = self.0.world();
        (world.limits.most, world.limits.length) = (most, length);
    }

    /// Sends the last interaction again, so many times at once. Returns when each was answered, or when no further
    /// answer came for a while: an app that remembers what it saw may well keep silent.
    pub(super) async fn repeat_last_act(&self, times: usize) {
        const QUIET: Duration = Duration::from_millis(500);
        let id = self.0.last_act.lock().expect("no test panics here").clone().expect("somebody did something");
        if self.0.line().is_some() {
            return http::repeat(&self.0, &id, times).await;
        }
        let answers = || self.0.world().interaction_mut(&id).map_or(0, |it| it.answers);
        let before = answers();
        (0..times).for_each(|_| repeat(&mut self.0.world(), &id));
        while answers() < before + times {
            let seen = answers();
            let more = async {
                while answers() == seen {
                    let _ = timeout(Duration::from_millis(20), self.0.changed.notified()).await;
                }
            };
            if timeout(QUIET, more).await.is_err() {
                break;
            }
        }
        if answers() == 0 {
            gateway::deliver(&self.0, &id).await;
        }
    }
}
