//! Socket Mode: the connection events come over, kept up.
//!
//! slack-morphism's own socket is not used: it sends an acknowledgement only as the answer of its reader task, so one
//! held acknowledgement holds up every event behind it; it neither says that it failed nor backs off. This one reads
//! without waiting for anything, and whoever handles an event sends its acknowledgement when it is due.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use tracing::{debug, info, warn};

use super::act::{Desk, Envelope};
use super::api::backoff;
use super::error::CallError;
use super::receipt::{Receipt, Way};
use crate::chat::Service;
use crate::clock::pause;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Slack closes a socket only after a new one is offered: two, so that one is always open.
pub(super) const CONNECTIONS: usize = 2;
/// For the handshake, and for `hello` after it.
const GREETING: Duration = Duration::from_secs(10);
/// Silence after which we ask whether anybody is there; three such and the socket is dead.
const SILENCE: Duration = Duration::from_secs(10);
/// A connection that lived this long was a good one: the next failure starts from a short wait.
const GOOD: Duration = Duration::from_mins(1);

/// Why a connection ended.
#[derive(Debug)]
enum Ended {
    /// The app stops.
    Stopped,
    /// Slack asked for a new one.
    Refreshed,
    /// Slack has too many of ours.
    TooMany,
    /// It broke or was never made.
    Broken(&'static str),
    /// Slack answered the request for one with an error.
    NotOpened(CallError),
}

/// A frame; only what matters of it.
#[derive(Deserialize)]
struct Frame {
    #[serde(rename = "type")]
    kind: String,
    envelope_id: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    payload: Value,
}

/// Keeps one connection up until the desk halts.
pub(super) async fn keep(desk: Arc<Desk>, greeted: Arc<AtomicBool>) {
    let halt = desk.halt();
    let mut failures = 0;
    while !halt.is_cancelled() {
        let began = Instant::now();
        let ended = tokio::select! {
            ended = connection(&desk, &greeted) => ended,
            () = halt.cancelled() => Ended::Stopped,
        };
        let was_good = began.elapsed() >= GOOD;
        failures = if was_good { 0 } else { failures + 1 };
        match ended {
            Ended::Stopped => break,
            Ended::Refreshed if was_good => continue,
            Ended::Refreshed => debug!("Slack asked for a new socket soon after the last"),
            Ended::TooMany => {
                failures = failures.max(4);
                warn!("Slack has too many sockets of this app: is it running elsewhere?");
            }
            Ended::NotOpened(error) if error.is_for_good() => {
                desk.refused("slack.app_token", &error);
                break;
            }
            Ended::NotOpened(error) => warn!(%error, failures, "no Slack socket"),
            Ended::Broken(why) => warn!(why, failures, "the Slack socket ended"),
        }
        // A greeting does not shorten the wait: a server that greets and hangs up would be called in a loop.
        tokio::select! {
            () = pause(backoff(failures)) => {}
            () = halt.cancelled() => break,
        }
    }
}

async fn connection(desk: &Arc<Desk>, greeted: &AtomicBool) -> Ended {
    let url = match desk.api().open_socket().await {
        Ok(url) => url,
        Err(error) => return Ended::NotOpened(error),
    };
    // Without Nagle's algorithm (`true`): an acknowledgement does not wait until Slack has confirmed the one before.
    let stream = match timeout(GREETING, connect_async_with_config(url, None, true)).await {
        Ok(Ok((stream, _))) => stream,
        Ok(Err(_)) => return Ended::Broken("the handshake failed"),
        Err(_) => return Ended::Broken("the handshake hung"),
    };
    let (sink, stream) = stream.split();
    let (frames, to_send) = mpsc::unbounded_channel();
    // It outlives the reader: an acknowledgement that is under way when Slack asks for a new socket still goes out.
    desk.ports().tasks.spawn(write(sink, to_send));
    read(stream, frames, desk, greeted).await
}

async fn write(mut sink: SplitSink<Stream, Message>, mut frames: mpsc::UnboundedReceiver<Message>) {
    while let Some(frame) = frames.recv().await {
        if !matches!(timeout(SILENCE, sink.send(frame)).await, Ok(Ok(()))) {
            return;
        }
    }
    let _ = timeout(Duration::from_secs(1), sink.close()).await;
}

async fn read(
    mut stream: SplitStream<Stream>,
    frames: mpsc::UnboundedSender<Message>,
    desk: &Arc<Desk>,
    greeted: &AtomicBool,
) -> Ended {
    let opened = Instant::now();
    let (mut hello, mut silences) = (None, 0);
    while hello.is_some() || opened.elapsed() < GREETING {
        let next = tokio::select! {
            biased;
            () = desk.halt().cancelled() => return Ended::Stopped,
            next = timeout(SILENCE, stream.next()) => next,
        };
        silences = if next.is_ok() { 0 } else { silences + 1 };
        match next {
            Err(_) if silences > 2 => return Ended::Broken("silence"),
            Err(_) => drop(frames.send(Message::Ping(Vec::new().into()))),
            Ok(None | Some(Err(_) | Ok(Message::Close(_)))) => return Ended::Broken("closed"),
            Ok(Some(Ok(Message::Text(text)))) => match serde_json::from_str::<Frame>(text.as_str()) {
                Ok(frame) if frame.kind == "hello" => {
                    hello = Some(desk.ports().vitals.connected(Service::Slack));
                    if !greeted.swap(true, Ordering::Relaxed) {
                        info!("connected to {}", Service::Slack);
                    }
                }
                Ok(frame) if frame.kind == "disconnect" => return disconnected(frame.reason.as_deref()),
                Ok(Frame { kind, envelope_id: Some(envelope), payload, .. }) => {
                    let receipt = Receipt::by(Way::Socket { envelope, frames: frames.clone() });
                    desk.receive(Envelope { kind, payload, receipt });
                }
                Ok(frame) => debug!(kind = frame.kind, "a Slack frame that needs no answer"),
                Err(_) => warn!("a Slack frame that is not one"),
            },
            Ok(Some(Ok(_))) => {}
        }
    }
    Ended::Broken("no hello")
}

fn disconnected(reason: Option<&str>) -> Ended {
    match reason {
        Some("too_many_websockets") => Ended::TooMany,
        // Socket Mode was switched off for the app.
        Some("link_disabled") => Ended::NotOpened(CallError::Refused("not_allowed".into())),
        _ => Ended::Refreshed,
    }
}
