//! The gateway: who may connect, how a session is resumed, and what drops.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use super::Shared;
use super::world::{APPLICATION, BOT, GUILD, Out, Session, TOKEN};

/// Intents a bot must be granted: members, presences, message content.
const PRIVILEGED: u64 = 1 << 1 | 1 << 8 | 1 << 15;
/// What a client may send in a minute.
const SENDS: usize = 120;

pub(crate) async fn connect(State(shared): State<Arc<Shared>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| serve(shared, socket))
}

async fn serve(shared: Arc<Shared>, mut socket: WebSocket) {
    let (tell, told) = unbounded_channel();
    let interval = {
        let mut world = shared.world();
        if world.troubles.gateway_down {
            return;
        }
        world.socket = Some(tell.clone());
        world.heartbeat
    };
    let hello = json!({"op": 10, "d": {"heartbeat_interval": interval}, "s": null, "t": null});
    if socket.send(Frame::Text(hello.to_string().into())).await.is_ok() {
        talk(&shared, &mut socket, told, Duration::from_millis(interval)).await;
    }
    let mut world = shared.world();
    if world.socket.as_ref().is_some_and(|current| current.same_channel(&tell)) {
        (world.socket, world.ready) = (None, false);
    }
    drop(world);
    shared.stirred();
}

async fn talk(shared: &Arc<Shared>, socket: &mut WebSocket, mut told: UnboundedReceiver<Out>, interval: Duration) {
    let mut sends = 0;
    loop {
        tokio::select! {
            out = told.recv() => match out {
                Some(Out::Frame(frame)) => {
                    if socket.send(Frame::Text(frame.to_string().into())).await.is_err() {
                        return;
                    }
                }
                Some(Out::Close(code)) => {
                    let frame = code.map(|code| CloseFrame { code, reason: "".into() });
                    let _ = socket.send(Frame::Close(frame)).await;
                    return;
                }
                Some(Out::Drop) | None => return,
            },
            // Twice the interval is more than any jitter.
            heard = timeout(interval * 2, socket.recv()) => match heard {
                Err(_) => {
                    shared.world().complain("no heartbeat: a dead connection was kept");
                    return;
                }
                Ok(Some(Ok(Frame::Text(text)))) => {
                    sends += 1;
                    if sends > SENDS {
                        shared.world().complain("more than 120 frames on one connection in a test");
                        return;
                    }
                    if hear(shared, &serde_json::from_str(&text).unwrap_or_default()) == Hearing::Over {
                        return;
                    }
                }
                Ok(Some(Ok(Frame::Close(_)))) => {
                    // A farewell ends the session.
                    let mut world = shared.world();
                    world.session = None;
                    return;
                }
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(_)) | None) => return,
            },
        }
    }
}

#[derive(PartialEq)]
enum Hearing {
    GoOn,
    Over,
}

fn hear(shared: &Arc<Shared>, frame: &Value) -> Hearing {
    let mut world = shared.world();
    let Some(socket) = world.socket.clone() else { return Hearing::Over };
    let say = |value: Value| drop(socket.send(Out::Frame(value)));
    let data = &frame["d"];
    match frame["op"].as_u64() {
        Some(1) => say(json!({"op": 11, "d": null, "s": null, "t": null})),
        // serenity puts "Bot " before it, which Discord takes here too.
        Some(2 | 6) if data["token"].as_str().map(|t| t.trim_start_matches("Bot ")) != Some(TOKEN) => {
            drop(socket.send(Out::Close(Some(4004))));
        }
        Some(2) => {
            world.identified += 1;
            let intents = data["intents"].as_u64().unwrap_or_default();
            if intents & PRIVILEGED != 0 || !data["properties"].is_object() {
                world.complain(format!("IDENTIFY asks for the intents {intents:#x}"));
                drop(socket.send(Out::Close(Some(4014))));
                return Hearing::GoOn;
            }
            let id = format!("session-{}", world.identified);
            world.sessions.insert(id.clone(), Session::default());
            world.session = Some(id.clone());
            let url = world.url.replace("http://", "ws://");
            let ready = json!({
                "v": 10, "session_id": id, "resume_gateway_url": url, "shard": [0, 1],
                "user": {"id": BOT, "username": "panout", "discriminator": "0", "avatar": null, "bot": true},
                "guilds": [{"id": GUILD, "unavailable": true}], "application": {"id": APPLICATION, "flags": 0},
            });
            world.dispatch("READY", &ready);
            world.ready = true;
        }
        Some(6) => {
            let id = data["session_id"].as_str().unwrap_or_default().to_owned();
            let seq = data["seq"].as_u64().unwrap_or_default();
            let known = world.session.as_ref() == Some(&id);
            let Some(session) = world.sessions.get(&id).filter(|session| known && session.seq >= seq) else {
                say(json!({"op": 9, "d": false, "s": null, "t": null}));
                return Hearing::GoOn;
            };
            session.sent.iter().filter(|(n, _)| *n > seq).for_each(|(_, frame)| say(frame.clone()));
            world.resumed += 1;
            world.dispatch("RESUMED", &json!({}));
            world.ready = true;
        }
        other => world.complain(format!("a frame of opcode {other:?}")),
    }
    drop(world);
    shared.stirred();
    Hearing::GoOn
}
