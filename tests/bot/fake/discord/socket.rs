//! Connections to the gateway: hello, identify, resume, heartbeats, and the codes they are closed with.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout_at};

use super::gateway::Out;
use super::world::World;
use super::{Shared, TOKEN, strict, wire};

/// Members, presences, message content: an app must be allowed to have them.
const PRIVILEGED: u64 = (1 << 1) | (1 << 8) | (1 << 15);
/// Every intent there is.
const INTENTS: u64 = 0x037f_ffff;

/// Closes after which a session cannot be resumed.
const FINAL: [u16; 10] = [1000, 1001, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014];

pub(super) fn connect(shared: Arc<Shared>, query: &[(String, String)], upgrade: WebSocketUpgrade) -> Response {
    let asked = |key: &str| query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    if asked("v") != Some("10") || !matches!(asked("encoding"), None | Some("json")) || asked("compress").is_some() {
        shared.world().complain("the gateway was asked for another version than 10 or encoding than json");
    }
    upgrade.on_upgrade(move |socket| serve(shared, socket))
}

struct Line {
    id: u64,
    out: UnboundedSender<Out>,
    opened: bool,
    beat: Instant,
    sends: VecDeque<Instant>,
}

async fn serve(shared: Arc<Shared>, mut socket: WebSocket) {
    let (out, mut orders) = unbounded_channel();
    let (id, length) = {
        let mut world = shared.world();
        let length = world.gateway.beat.unwrap_or(Duration::from_millis(41_250));
        (world.next(), length)
    };
    let hello = json!({"t": null, "s": null, "op": 10, "d": {"heartbeat_interval": length.as_millis(), "_trace": []}});
    let _ = out.send(Out::Frame(hello.to_string(), None));
    let mut line = Line { id, out, opened: false, beat: Instant::now(), sends: VecDeque::new() };
    let mut code = None;
    loop {
        tokio::select! {
            order = orders.recv() => {
                let Some(order) = order else { break };
                if !write(&shared, &mut socket, id, order, &mut code).await {
                    break;
                }
            }
            frame = timeout_at(line.beat + length * 2, socket.recv()) => match frame {
                Err(_) => line.is_silent(&mut shared.world()),
                Ok(Some(Ok(Message::Text(frame)))) => line.read(&mut shared.world(), frame.as_str()),
                Ok(Some(Ok(Message::Binary(_)))) => drop(line.out.send(Out::Close(4002))),
                Ok(Some(Ok(Message::Close(frame)))) => {
                    code = frame.map(|frame| frame.code);
                    break;
                }
                Ok(Some(Err(_)) | None) => break,
                Ok(Some(Ok(_))) => {}
            },
        }
    }
    left(&mut shared.world(), id, code);
    shared.changed.notify_waiters();
}

/// Writes to a connection; whether it goes on.
async fn write(shared: &Arc<Shared>, socket: &mut WebSocket, id: u64, order: Out, code: &mut Option<u16>) -> bool {
    if id <= shared.world().gateway.dead_until {
        return !matches!(order, Out::Drop);
    }
    let last = !matches!(order, Out::Frame(..));
    match order {
        Out::Frame(frame, interaction) | Out::LastFrame(frame, interaction) => {
            delivered(&mut shared.world(), interaction.as_deref());
            let _ = socket.send(Message::text(frame)).await;
        }
        Out::Close(with) => {
            *code = Some(with);
            let _ = socket.send(Message::Close(Some(CloseFrame { code: with, reason: "".into() }))).await;
        }
        Out::CloseWithoutCode => drop(socket.send(Message::Close(None)).await),
        Out::Drop => {}
    }
    shared.changed.notify_waiters();
    !last
}

fn delivered(world: &mut World, interaction: Option<&str>) {
    if let Some(about) = interaction.and_then(|id| world.interaction_mut(id)) {
        about.delivered = about.first.map_or(Some(Instant::now()), |_| about.delivered);
    }
}

/// A connection ended: its session waits for a resume unless the close was final.
fn left(world: &mut World, id: u64, code: Option<u16>) {
    if code.is_some_and(|code| FINAL.contains(&code)) {
        world.gateway.sessions.retain(|session| session.connection.as_ref().is_none_or(|(line, _)| *line != id));
    }
    if let Some(session) = world.gateway.session_on(id) {
        session.connection = None;
    }
}

impl Line {
    fn close(&self, world: &mut World, code: u16, why: &str) {
        world.complain(format!("the gateway closed with {code}: {why}"));
        let _ = self.out.send(Out::Close(code));
    }

    /// Two intervals went by without a heartbeat.
    fn is_silent(&mut self, world: &mut World) {
        self.beat = Instant::now();
        if self.id > world.gateway.dead_until {
            self.close(world, 4009, "no heartbeat for two intervals");
        }
    }

    fn say(&self, op: u64, data: &Value) {
        let _ = self.out.send(Out::Frame(json!({"t": null, "s": null, "op": op, "d": data}).to_string(), None));
    }

    fn read(&mut self, world: &mut World, frame: &str) {
        let now = Instant::now();
        self.sends.push_back(now);
        while self.sends.front().is_some_and(|at| now.duration_since(*at) > Duration::from_mins(1)) {
            self.sends.pop_front();
        }
        if self.sends.len() > 120 {
            return self.close(world, 4008, "more than 120 sends in a minute");
        }
        let Ok(frame) = serde_json::from_str::<Value>(frame).map_err(|_| ()).and_then(|it| fits(frame, it)) else {
            return self.close(world, 4002, "a frame that is no JSON, or over 4096 bytes");
        };
        match frame["op"].as_u64() {
            Some(1) => self.heartbeat(world, &frame["d"]),
            Some(2 | 6) if self.opened => self.close(world, 4005, "identify or resume twice on one connection"),
            Some(2) => self.identify(world, &frame["d"]),
            Some(6) => self.resume(world, &frame["d"]),
            Some(3 | 4 | 8 | 31) if !self.opened => self.close(world, 4003, "something before identify"),
            Some(3) => {}
            other => self.close(world, 4001, &format!("op {other:?}, which the bot has no use for")),
        }
    }

    fn heartbeat(&mut self, world: &mut World, seq: &Value) {
        self.beat = Instant::now();
        let sent = world.gateway.session_on(self.id).map_or(0, |session| session.seq);
        if seq.as_u64().unwrap_or_default() > sent {
            world.complain(format!("a heartbeat with a sequence number never sent: {seq}, over {sent}"));
        }
        self.say(11, &Value::Null);
    }

    fn identify(&mut self, world: &mut World, asked: &Value) {
        let wrong = strict::identify(asked);
        world.complaints.extend(wrong.iter().map(|sentence| format!("identify: {sentence}")));
        if let Some(code) = world.gateway.refuses_with {
            return drop(self.out.send(Out::Close(code)));
        }
        if !is_token(&asked["token"]) {
            return drop(self.out.send(Out::Close(4004)));
        }
        let intents = asked["intents"].as_u64().unwrap_or(u64::MAX);
        if intents & !INTENTS != 0 {
            return self.close(world, 4013, "intents that do not exist");
        }
        if intents & PRIVILEGED != 0 {
            return self.close(world, 4014, "a privileged intent, which the bot has no use for");
        }
        if intents != 0 {
            world.complain(format!("identify asks for the intents {intents}, whose events nobody reads"));
        }
        let now = Instant::now();
        let before = world.gateway.identified.replace(now);
        let soon = before.is_some_and(|at| now.duration_since(at) < Duration::from_secs(5));
        if soon && world.gateway.spaces_identifies {
            return self.say(9, &Value::Bool(false));
        }
        self.opened = true;
        world.gateway.identifies += 1;
        let session = format!("session{}", world.next());
        let ready = wire::ready(world, &session);
        world.gateway.begin(&session, (self.id, self.out.clone()), &ready);
    }

    fn resume(&mut self, world: &mut World, asked: &Value) {
        let wrong = strict::resume(asked);
        world.complaints.extend(wrong.iter().map(|sentence| format!("resume: {sentence}")));
        if !is_token(&asked["token"]) {
            return drop(self.out.send(Out::Close(4004)));
        }
        let (id, seq) = (asked["session_id"].as_str().unwrap_or_default(), asked["seq"].as_u64().unwrap_or_default());
        match world.gateway.resume(id, seq, (self.id, self.out.clone())) {
            Ok(()) => {
                self.opened = true;
                world.gateway.resumes += 1;
            }
            // The session is no more: the app may identify on this connection.
            Err(0) => self.say(9, &Value::Bool(false)),
            Err(code) => self.close(world, code, "a resume with a sequence number never sent"),
        }
    }
}

/// The gateway takes the token with and without `Bot` before it.
fn is_token(said: &Value) -> bool {
    said.as_str().is_some_and(|said| said.strip_prefix("Bot ").unwrap_or(said) == TOKEN)
}

fn fits(frame: &str, read: Value) -> Result<Value, ()> {
    if frame.len() > 4096 { Err(()) } else { Ok(read) }
}
