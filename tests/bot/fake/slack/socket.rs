//! The socket events go over: acknowledgements are awaited for three seconds, and what was not acknowledged is
//! delivered again.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

use super::world::{Out, Socket};
use super::{FakeSlack, Shared, http};

/// How long the app may take to acknowledge.
const LATEST: Duration = Duration::from_secs(3);
/// How long a delivery is tried before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// An envelope that was sent: who waits for its acknowledgement, if it still may be acknowledged.
pub(super) struct Sent {
    socket: u64,
    waiting: Option<oneshot::Sender<Value>>,
}

impl FakeSlack {
    /// The next sockets are told that there are too many and closed.
    pub(crate) fn too_many_websockets(&self, times: usize) {
        self.0.world().too_many = times;
    }

    /// The next sockets get no hello.
    pub(crate) fn silent_sockets(&self, times: usize) {
        self.0.world().silent_sockets = times;
    }

    /// The next requests for a socket never get an answer.
    pub(crate) fn hanging_opens(&self, times: usize) {
        self.0.world().hanging_opens = times;
    }
}

pub(super) async fn connect(
    State(shared): State<Arc<Shared>>,
    Path(ticket): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !shared.world().tickets.remove(&ticket) {
        shared.world().complain("a socket with an address that was used or never given");
        return StatusCode::FORBIDDEN.into_response();
    }
    upgrade.on_upgrade(move |socket| serve(shared, socket))
}

async fn serve(shared: Arc<Shared>, mut socket: WebSocket) {
    let (out, mut orders) = mpsc::unbounded_channel();
    let Some(id) = greet(&shared, &out) else {
        let frame = json!({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}});
        let _ = socket.send(Message::text(frame.to_string())).await;
        return;
    };
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(Out::Frame(frame)) => {
                    let _ = socket.send(Message::text(frame)).await;
                    shared.changed.notify_waiters();
                }
                Some(Out::LastFrame(frame)) => {
                    let _ = socket.send(Message::text(frame)).await;
                    break;
                }
                Some(Out::Drop) | None => break,
            },
            frame = socket.recv() => match frame {
                Some(Ok(Message::Text(frame))) => acknowledged(&shared, id, frame.as_str()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
        }
    }
    shared.world().sockets.retain(|socket| socket.id != id);
    // Whoever waits for an acknowledgement over this socket learns that it will not come.
    shared.sent().values_mut().filter(|sent| sent.socket == id).for_each(|sent| sent.waiting = None);
    shared.changed.notify_waiters();
}

/// Says hello; `None` if there are too many sockets.
fn greet(shared: &Shared, out: &mpsc::UnboundedSender<Out>) -> Option<u64> {
    let mut world = shared.world();
    if world.too_many > 0 {
        world.too_many -= 1;
        return None;
    }
    let id = world.next();
    if world.silent_sockets > 0 {
        world.silent_sockets -= 1;
        return Some(id);
    }
    let hello = json!({
        "type": "hello", "num_connections": world.sockets.len() + 1, "connection_info": {"app_id": "A1"},
        "debug_info": {"host": "applink", "approximate_connection_time": 18060},
    });
    let _ = out.send(Out::Frame(hello.to_string()));
    world.sockets.push(Socket { id, out: out.clone(), leaving: false });
    Some(id)
}

fn acknowledged(shared: &Shared, socket: u64, frame: &str) {
    for sentence in faults_of(shared, socket, frame) {
        shared.world().complain(sentence);
    }
}

/// Takes an acknowledgement to who waits for it; says what is wrong with it.
fn faults_of(shared: &Shared, socket: u64, frame: &str) -> Vec<String> {
    let Ok(frame) = serde_json::from_str::<Value>(frame) else {
        return vec!["an acknowledgement that is no JSON".into()];
    };
    let fields = frame.as_object().into_iter().flatten().map(|(key, _)| key);
    let unknown = fields.filter(|key| *key != "envelope_id" && *key != "payload");
    let mut wrong: Vec<String> = unknown.map(|key| format!("an acknowledgement with an unknown field {key}")).collect();
    let id = frame["envelope_id"].as_str().unwrap_or_default();
    match shared.sent().get_mut(id) {
        None => wrong.push(format!("an acknowledgement of {id:?}, which was never sent")),
        Some(sent) if sent.socket != socket => wrong.push("an acknowledgement over another socket".into()),
        Some(sent) => match sent.waiting.take() {
            // Nobody waits any more after 3 s; that is complained of there.
            Some(waiting) => drop(waiting.send(frame["payload"].clone())),
            None => wrong.push(format!("a second acknowledgement of {id}")),
        },
    }
    wrong
}

/// Delivers an event until it is acknowledged; what came with the acknowledgement, and how long it took.
pub(super) async fn deliver(shared: &Shared, kind: &str, payload: &Value) -> (Value, Duration) {
    if shared.line().is_some() {
        return http::deliver(shared, kind, payload).await;
    }
    let began = Instant::now();
    let mut attempt = 0;
    while began.elapsed() < PATIENCE {
        let Some((answer, sent)) = send(shared, kind, payload, attempt) else {
            let _ = timeout(Duration::from_millis(100), shared.changed.notified()).await;
            continue;
        };
        match timeout(LATEST, answer).await {
            Ok(Ok(answer)) => {
                let took = sent.elapsed();
                accepted(shared, kind, payload, &answer);
                let mut world = shared.world();
                world.slowest = world.slowest.max(took);
                return (answer, took);
            }
            // The socket went away first: it goes over another one, as Slack does.
            Ok(Err(_)) => {}
            Err(_) => {
                shared.world().complain(format!("a {kind} was not acknowledged within 3 s"));
                return (Value::Null, LATEST);
            }
        }
        attempt += 1;
        shared.repeated(payload);
    }
    panic!("nobody took the {kind}: no socket for {PATIENCE:?}");
}

/// Only answers to forms and searches may carry a payload that means something there.
pub(super) fn accepted(shared: &Shared, kind: &str, payload: &Value, answer: &Value) {
    let takes =
        ["view_submission", "block_suggestion"].iter().any(|it| payload["type"] == *it) || kind == "slash_commands";
    if !answer.is_null() && !takes {
        shared.world().complain(format!("an acknowledgement of a {kind} with a payload that goes nowhere"));
    }
}

fn send(shared: &Shared, kind: &str, payload: &Value, attempt: usize) -> Option<(oneshot::Receiver<Value>, Instant)> {
    let mut world = shared.world();
    let number = world.next();
    let open: Vec<usize> = (0..world.sockets.len()).filter(|n| !world.sockets[*n].leaving).collect();
    let chosen = *open.get(usize::try_from(number).unwrap_or_default() % open.len().max(1))?;
    let id = format!("envelope{number}");
    let mut frame =
        json!({"envelope_id": id, "type": kind, "accepts_response_payload": kind != "events_api", "payload": payload});
    if kind == "events_api" {
        frame["retry_attempt"] = attempt.into();
        frame["retry_reason"] = if attempt > 0 { "timeout".into() } else { "".into() };
    }
    let (waiting, answer) = oneshot::channel();
    let socket = &world.sockets[chosen];
    let breaks = world.drop_before_ack;
    let sent = Sent { socket: socket.id, waiting: Some(waiting) };
    shared.sent().insert(id, sent);
    let order = if breaks { Out::LastFrame(frame.to_string()) } else { Out::Frame(frame.to_string()) };
    // Before it goes out: this thread may be put aside as soon as somebody has it.
    let sent_at = Instant::now();
    let went = socket.out.send(order).is_ok();
    if breaks {
        world.sockets[chosen].leaving = true;
        world.drop_before_ack = false;
    }
    went.then_some((answer, sent_at))
}
