//! The connection over which Discord tells what people do.
//!
//! serenity keeps it. Its runner has states in which it polls a dead socket without ever yielding (a close frame
//! without a code, a resume that finds no network; until the next heartbeat, 41 s). It therefore has a thread of its
//! own, where that starves nobody, and gives a sign of life every second: without one it is left behind and replaced.
//! No intents are asked for: interactions come without any.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use serenity::all::{
    Context, Event, GatewayError, GatewayIntents, HttpBuilder, RawEventHandler, ShardManager, ShardManagerOptions,
    ShardRunnerMessage,
};
use serenity::gateway::ConnectionStage;
use serenity::prelude::{Mutex, RwLock, TypeMap};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::api::Refusal;
use super::{Adapter, register};
use crate::chat::Service;
use crate::clock;

/// Between two signs of life.
const SIGN: Duration = Duration::from_secs(1);
/// Without a sign of life for so long the thread is left behind.
const STUCK: Duration = Duration::from_secs(5);
/// Without a connection for so long everything is built anew.
const DOWN: Duration = Duration::from_secs(30);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// How long the thread has for its farewell: serenity looks up every half second.
const FAREWELL: Duration = Duration::from_millis(700);

/// What the thread tells.
enum Signal {
    /// Discord knows us: the application's id.
    Ready(String),
    /// The session goes on after an interruption.
    Resumed,
    /// Somebody did something.
    Interaction(Value),
    /// A sign of life, and whether we are connected.
    Alive(bool),
    /// It ended by itself.
    Ended(Option<GatewayError>),
}

/// How a connection ended.
enum End {
    /// As it should: the app stops.
    Stopped,
    /// Discord will never take us like this; what to do about it.
    Refused(&'static str),
    /// Try again.
    Broken(&'static str),
}

/// Keeps a connection until the app stops or Discord refuses for good.
pub(super) async fn keep(adapter: Arc<Adapter>) {
    let mut failed = 0;
    while !adapter.ports.stop.is_cancelled() {
        let asked = tokio::select! {
            asked = adapter.api.get("/gateway/bot") => asked,
            () = adapter.ports.stop.cancelled() => return,
        };
        let end = match asked {
            Ok(answer) => {
                let connection = Connection::open(&adapter, &answer);
                match connection {
                    Ok(mut connection) => connection.serve(&adapter, &mut failed).await,
                    Err(_) => End::Broken("no gateway in Discord's answer"),
                }
            }
            // Never another address than the one we were told: a stand-in must not lead to the real service.
            Err(Refusal::Refused { status: 401, .. }) => End::Refused(BAD_TOKEN),
            Err(refusal) => {
                tracing::warn!(%refusal, "Discord does not tell its gateway");
                End::Broken("no gateway")
            }
        };
        match end {
            End::Stopped => return,
            End::Refused(sentence) => {
                // Nobody listens any more only if the app stops.
                let _ = adapter.ports.fatal.send((Service::Discord, sentence.to_owned()));
                return;
            }
            End::Broken(why) => {
                failed += 1;
                let wait = pause_after(failed);
                tracing::warn!(why, wait = wait.as_secs_f32(), "the connection to Discord is made anew");
                tokio::select! {
                    () = clock::pause(wait) => {}
                    () = adapter.ports.stop.cancelled() => return,
                }
            }
        }
    }
}

pub(super) const BAD_TOKEN: &str =
    "Discord refuses the token: make a new one under Bot in the Discord developer portal and set it";
const BAD_INTENTS: &str = "Discord refuses our intents: this version is too old for Discord";

/// One second, doubled each time, up to half longer or shorter.
pub(super) fn pause_after(failed: u32) -> Duration {
    let even = Duration::from_secs(1 << failed.saturating_sub(1).min(6)).min(LONGEST_PAUSE);
    even.mul_f64(0.5 + fastrand::f64())
}

/// A thread with a connection. Dropping it ends the thread.
struct Connection {
    signals: UnboundedReceiver<Signal>,
    quit: CancellationToken,
}

impl Connection {
    fn open(adapter: &Adapter, answer: &Value) -> anyhow::Result<Self> {
        let url = answer["url"].as_str().context("url")?.trim_end_matches('/').to_owned();
        let shards = answer["shards"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(1).max(1);
        let (tell, signals) = unbounded_channel();
        let quit = CancellationToken::new();
        let session = Session { url, shards, token: adapter.token.clone(), tell, quit: quit.clone() };
        std::thread::Builder::new()
            .name("discord-gateway".into())
            .spawn(move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime.block_on(session.run()),
                Err(error) => tracing::error!(%error, "no runtime for the connection to Discord"),
            })
            .context("a thread")?;
        Ok(Self { signals, quit })
    }

    /// Hands on what people do until the connection ends.
    async fn serve(&mut self, adapter: &Arc<Adapter>, failed: &mut u32) -> End {
        let mut up_at = Instant::now();
        let mut connected = None;
        loop {
            let signal = tokio::select! {
                signal = timeout(STUCK, self.signals.recv()) => signal,
                () = adapter.ports.stop.cancelled() => return self.close().await,
            };
            match signal {
                Err(_) => return End::Broken("no sign of life"),
                Ok(None) => return End::Broken("its thread ended"),
                Ok(Some(Signal::Interaction(value))) => adapter.take(&value, None),
                Ok(Some(Signal::Alive(true))) => {
                    up_at = Instant::now();
                    connected.get_or_insert_with(|| adapter.ports.vitals.connected(Service::Discord));
                }
                Ok(Some(Signal::Alive(false))) if up_at.elapsed() > DOWN => return End::Broken("not connected"),
                Ok(Some(Signal::Alive(false))) => connected = None,
                Ok(Some(Signal::Resumed)) => tracing::info!("connection to Discord resumed"),
                Ok(Some(Signal::Ready(application))) => {
                    tracing::info!("connected to Discord");
                    *failed = 0;
                    connected.get_or_insert_with(|| adapter.ports.vitals.connected(Service::Discord));
                    adapter.ports.tasks.spawn(register::run(adapter.clone(), application));
                }
                Ok(Some(Signal::Ended(Some(GatewayError::InvalidAuthentication)))) => return End::Refused(BAD_TOKEN),
                Ok(Some(Signal::Ended(Some(
                    GatewayError::InvalidGatewayIntents | GatewayError::DisallowedGatewayIntents,
                )))) => return End::Refused(BAD_INTENTS),
                Ok(Some(Signal::Ended(_))) => return End::Broken("it ended"),
            }
        }
    }

    /// Says goodbye, and takes nothing any more.
    async fn close(&mut self) -> End {
        self.quit.cancel();
        let silence = async { while self.signals.recv().await.is_some() {} };
        // Late means stuck: the process ends without a goodbye then.
        let _ = timeout(FAREWELL + SIGN, silence).await;
        End::Stopped
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.quit.cancel();
    }
}

/// What runs on the thread.
struct Session {
    url: String,
    shards: u32,
    token: String,
    tell: UnboundedSender<Signal>,
    quit: CancellationToken,
}

impl Session {
    async fn run(self) {
        // serenity needs it for its contexts; all our calls go through `Api`.
        let http = Arc::new(HttpBuilder::new(&self.token).ratelimiter_disabled(true).build());
        let address = Arc::new(Mutex::new(self.url.clone()));
        let (manager, mut ended) = ShardManager::new(ShardManagerOptions {
            data: Arc::new(RwLock::new(TypeMap::new())),
            event_handlers: vec![],
            raw_event_handlers: vec![Arc::new(Net(self.tell.clone()))],
            shard_index: 0,
            shard_init: self.shards,
            shard_total: self.shards,
            ws_url: address.clone(),
            http,
            intents: GatewayIntents::empty(),
            presence: None,
        });
        if manager.initialize().is_err() {
            return;
        }
        loop {
            tokio::select! {
                end = ended.next() => {
                    let error = end.and_then(Result::err);
                    let _ = self.tell.send(Signal::Ended(error));
                    return;
                }
                () = self.quit.cancelled() => return farewell(&manager, &address).await,
                () = clock::pause(SIGN) => {
                    let runners = manager.runners.lock().await;
                    let up = !runners.is_empty() && runners.values().all(|r| r.stage == ConnectionStage::Connected);
                    if self.tell.send(Signal::Alive(up)).is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// Closes every socket with 1000, which ends the session at Discord.
///
/// Not with serenity's own shutdown: on a socket that is already closed that one never returns. A runner whose socket
/// closes would resume; without an address it cannot, and says so.
async fn farewell(manager: &ShardManager, address: &Mutex<String>) {
    address.lock().await.clear();
    for runner in manager.runners.lock().await.values() {
        runner.runner_tx.send_to_shard(ShardRunnerMessage::Close(1000, None));
    }
    let gone = async {
        while manager.runners.lock().await.values().any(|r| r.stage == ConnectionStage::Connected) {
            clock::pause(Duration::from_millis(50)).await;
        }
    };
    let _ = timeout(FAREWELL, gone).await;
}

/// Takes every event as it came: what serenity cannot read arrives only here.
struct Net(UnboundedSender<Signal>);

#[serenity::async_trait]
impl RawEventHandler for Net {
    async fn raw_event(&self, _: Context, event: Event) {
        let signal = match event {
            Event::InteractionCreate(event) => match serde_json::to_value(&event.interaction) {
                Ok(mut value) => {
                    // serenity reads the type to choose its own, and does not write it down again.
                    value["type"] = u8::from(event.interaction.kind()).into();
                    Signal::Interaction(value)
                }
                Err(_) => return tracing::error!("an interaction could not be written down"),
            },
            Event::Ready(event) => Signal::Ready(event.ready.application.id.to_string()),
            Event::Resumed(_) => Signal::Resumed,
            Event::Unknown(event) if event.kind == "INTERACTION_CREATE" => {
                tracing::warn!("serenity could not read an interaction");
                Signal::Interaction(event.value)
            }
            Event::Unknown(event) => return tracing::warn!(kind = event.kind, "an unknown event"),
            _ => return,
        };
        // Nobody listens any more: we are being replaced.
        let _ = self.0.send(signal);
    }
}
