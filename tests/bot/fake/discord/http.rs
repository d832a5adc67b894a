//! Interactions as signed requests to the app's web server, whose answers are the first answers.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use panout::clock::pause;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::Value;
use tokio::time::Instant;

use super::world::{First, World};
use super::{FakeDiscord, PATIENCE, Shared, answers};
use crate::fake::http::{Letter, Line, hex};

/// What interactions are signed with.
static KEYS: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("32 bytes are a seed"));

/// The application's public key.
pub(super) fn public_key() -> String {
    hex(KEYS.public_key().as_ref())
}

impl FakeDiscord {
    /// From now on interactions are sent to the app's web server, and not over the gateway.
    pub(crate) fn sends_to(&self, addr: SocketAddr) {
        *self.0.line.lock().expect("no test panics here") = Some(Line::to(addr));
        self.calls_at(Some("https://panout.example.com/discord/interactions"));
    }

    /// What stands as the application's Interactions Endpoint URL.
    pub(crate) fn calls_at(&self, endpoint: Option<&str>) {
        self.0.world().endpoint = endpoint.map(str::to_owned);
    }

    /// The headers that a body sent at this time, in seconds since 1970, is signed with.
    pub(crate) fn signed(body: &[u8], at: i64) -> Vec<(&'static str, String)> {
        let at = at.to_string();
        let signature = KEYS.sign(&[at.as_bytes(), body].concat());
        vec![("x-signature-ed25519", hex(signature.as_ref())), ("x-signature-timestamp", at)]
    }

    /// A command as Discord would send it now, and its id.
    pub(crate) async fn letter(&self, who: &str, channel: &str, line: &str) -> (String, Letter) {
        let id = self.command(who, channel, line).await;
        let letter = letter(&mut self.0.world(), &id);
        (id, letter)
    }
}

impl Shared {
    pub(super) fn line(&self) -> Option<Line> {
        self.line.lock().expect("no test panics here").clone()
    }
}

/// An interaction as it stands on the wire, signed now.
fn letter(world: &mut World, id: &str) -> Letter {
    let at = world.clock.now().timestamp();
    let about = world.interaction_mut(id).expect("somebody did it");
    about.delivered.get_or_insert_with(Instant::now);
    let body = about.payload.to_string().into_bytes();
    let mut headers = FakeDiscord::signed(&body, at);
    headers.push(("content-type", "application/json".to_owned()));
    headers.push(("user-agent", "Discord-Interactions/1.0 (+https://discord.com)".to_owned()));
    Letter { path: "/discord/interactions", headers, body }
}

/// Delivers an interaction and takes its first answer; how long that took.
pub(super) async fn deliver(shared: &Arc<Shared>, id: &str) -> Duration {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let line = shared.line().expect("the app has a web server");
        let letter = letter(&mut shared.world(), id);
        if expires(&mut shared.world(), id) {
            line.hang_up_after(&letter).await;
            shared.changed.notify_waiters();
            return Duration::ZERO;
        }
        let Some(answered) = line.send(&letter).await else {
            pause(Duration::from_millis(20)).await;
            continue;
        };
        let wrong = Line::faults(&answered).or_else(|| answered.body.is_empty().then(|| "got no answer".to_owned()));
        let mut world = shared.world();
        if let Some(wrong) = wrong {
            world.complain(format!("an interaction {wrong}"));
            if let Some(about) = world.interaction_mut(id) {
                about.first = Some(First::TooLate);
            }
        } else {
            let body: Value = serde_json::from_str(&answered.body).unwrap_or_default();
            answers::in_answer(&mut world, id, &body);
        }
        drop(world);
        shared.changed.notify_waiters();
        return answered.took;
    }
    panic!("nobody took the interaction: no web server for {PATIENCE:?}");
}

/// Whether Discord gives this one up before it is answered.
fn expires(world: &mut World, id: &str) -> bool {
    if world.triggers_expire == 0 {
        return false;
    }
    world.triggers_expire -= 1;
    if let Some(about) = world.interaction_mut(id) {
        about.first = Some(First::Expired);
    }
    true
}

/// Delivers an interaction again, so many times at once: whoever repeats it is answered, and nothing comes of that.
pub(super) async fn repeat(shared: &Arc<Shared>, id: &str, times: usize) {
    let line = shared.line().expect("the app has a web server");
    if let Some(about) = shared.world().interaction_mut(id) {
        about.repeated = true;
    }
    let letter = letter(&mut shared.world(), id);
    for answered in futures_util::future::join_all((0..times).map(|_| line.send(&letter))).await {
        if let Some(wrong) = answered.as_ref().and_then(Line::faults) {
            shared.world().complain(format!("a repeated interaction {wrong}"));
        }
    }
}
