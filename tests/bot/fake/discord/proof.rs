//! The stand-in itself, proved: what it lets through and what it complains about.

#![expect(clippy::unwrap_used, reason = "what a test takes for granted fails it")]

mod answers;
mod files;
mod forms;
mod library;
mod sessions;
mod troubles;
mod wire;

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::FakeDiscord;
use super::world::APPLICATION;
use crate::story::ChatService;

/// A little app, as careful or careless as a test wants it.
pub(super) struct App {
    pub(super) discord: FakeDiscord,
    http: reqwest::Client,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(super) session: String,
    pub(super) seq: u64,
}

/// A server with Ana, a channel, and the app connected with a command and a context menu.
pub(super) async fn server() -> (App, String, String) {
    let discord = FakeDiscord::start().await;
    let (ana, sales) = (discord.add_person("Ana"), discord.add_channel("sales"));
    let mut app = App::connect(discord).await;
    app.identify(0).await;
    let commands = json!([
        {"name": "refusal", "description": "Log a refusal", "options": [
            {"type": 3, "name": "account", "description": "Who", "autocomplete": true},
            {"type": 3, "name": "outcome", "description": "How", "choices": [{"name": "Silent", "value": "silent"}]},
            {"type": 3, "name": "line", "description": "All", "required": false},
        ]},
        {"name": "panout", "description": "The bot", "options": [{"type": 1, "name": "help", "description": "Help"}]},
        {"name": "Log as refusal", "type": 3, "name_localizations": {"fr": "Noter un refus"}},
    ]);
    let (status, _) = app.call(Method::PUT, &format!("/applications/{APPLICATION}/commands"), &commands).await;
    assert_eq!(status, 200);
    (app, ana, sales)
}

/// A message of words only, that rings for nobody.
pub(super) fn words(content: &str) -> Value {
    json!({"content": content, "allowed_mentions": {"parse": []}})
}

impl App {
    pub(super) async fn connect(discord: FakeDiscord) -> Self {
        let url = format!("{}/?v=10&encoding=json", discord.api_url().replacen("http", "ws", 1));
        let (socket, _) = connect_async(url).await.unwrap();
        let mut app = Self { discord, http: reqwest::Client::new(), socket, session: String::new(), seq: 0 };
        assert_eq!(app.frame().await["op"], 10);
        app
    }

    pub(super) async fn reconnect(&mut self) {
        let fresh = Self::connect(self.discord.clone()).await;
        self.socket = fresh.socket;
    }

    pub(super) async fn identify(&mut self, intents: u64) {
        let properties = json!({"os": "linux", "browser": "x", "device": "x"});
        let token = self.discord.token();
        self.send(json!({"op": 2, "d": {"token": token, "intents": intents, "properties": properties}})).await;
        let ready = self.frame().await;
        assert_eq!(ready["t"], "READY", "{ready}");
        ready["d"]["session_id"].as_str().unwrap().clone_into(&mut self.session);
    }

    pub(super) async fn resume(&mut self, seq: u64) {
        let (token, session) = (self.discord.token(), self.session.clone());
        self.send(json!({"op": 6, "d": {"token": token, "session_id": session, "seq": seq}})).await;
    }

    pub(super) async fn send(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// The next frame. A close is `{"close": code}`, a broken connection `{"broken": true}`.
    pub(super) async fn frame(&mut self) -> Value {
        loop {
            let next = timeout(Duration::from_secs(10), self.socket.next()).await.expect("a frame within 10 s");
            return match next {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(text.as_str()).unwrap();
                    self.seq = frame["s"].as_u64().unwrap_or(self.seq);
                    frame
                }
                Some(Ok(Message::Close(frame))) => json!({"close": frame.map(|frame| u16::from(frame.code))}),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => json!({"broken": true}),
            };
        }
    }

    /// The next interaction.
    pub(super) async fn interaction(&mut self) -> Value {
        let frame = self.frame().await;
        assert_eq!(frame["t"], "INTERACTION_CREATE", "{frame}");
        frame["d"].clone()
    }

    pub(super) async fn call(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}/api/v10{path}", self.discord.api_url());
        let token = self.discord.token();
        let mut request = self.http.request(method, url).header("authorization", format!("Bot {token}"));
        request = request.header("user-agent", "DiscordBot (https://panout.invalid, 1)");
        if !body.is_null() {
            request = request.json(body);
        }
        answered(request).await
    }

    /// A call whose body is a form of several parts.
    pub(super) async fn form(&self, method: Method, path: &str, border: &str, form: Vec<u8>) -> (u16, Value) {
        let url = format!("{}/api/v10{path}", self.discord.api_url());
        let token = self.discord.token();
        let request = self.http.request(method, url).header("authorization", format!("Bot {token}"));
        let request = request.header("user-agent", "DiscordBot (https://panout.invalid, 1)");
        answered(request.header("content-type", format!("multipart/form-data; boundary={border}")).body(form)).await
    }

    pub(super) async fn post(&self, channel: &str, body: &Value) -> (u16, Value) {
        self.call(Method::POST, &format!("/channels/{channel}/messages"), body).await
    }

    /// Answers an interaction.
    pub(super) async fn answer(&self, to: &Value, kind: u64, data: Value) -> (u16, Value) {
        let path = format!("/interactions/{}/{}/callback", to["id"].as_str().unwrap(), to["token"].as_str().unwrap());
        let mut body = json!({"type": kind});
        if !data.is_null() {
            body["data"] = data;
        }
        self.call(Method::POST, &path, &body).await
    }

    /// Does something to what an interaction's token made: `path` follows the token.
    pub(super) async fn after(&self, to: &Value, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let token = to["token"].as_str().unwrap();
        self.call(method, &format!("/webhooks/{APPLICATION}/{token}{path}"), body).await
    }

    /// The only complaint, if it contains this.
    pub(super) fn complains(&self, of: &str) {
        let complaints = self.discord.complaints();
        assert!(complaints.len() == 1 && complaints[0].contains(of), "not {of:?} alone: {complaints:#?}");
    }

    pub(super) fn is_content(&self) {
        assert_eq!(self.discord.complaints(), Vec::<String>::new());
    }
}

/// A lost answer has no status.
async fn answered(request: reqwest::RequestBuilder) -> (u16, Value) {
    let Ok(response) = request.send().await else { return (0, Value::Null) };
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}
