//! Slack over real HTTP and a real WebSocket, in one process: what people do goes over sockets, or to the app's web server.
//!
//! It reads what the app sends with its own reader, shows it as a person would see it, and complains about whatever
//! the real service would refuse, ignore or cut. Its limits are Slack's (docs.slack.dev), not the adapter's.

mod acts;
mod files;
mod forms;
mod http;
mod methods;
mod screen;
mod socket;
mod strict;
mod web;
mod world;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use axum::serve::ListenerExt as _;
use panout::chat::{Menu, MessageRef, Service};
use panout::clock::Clock;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::timeout;

use self::socket::Sent;
pub(crate) use self::world::Mishap;
use self::world::{Message, Out, World};
use crate::fake::http::Line;
use crate::story::{ChatService, Trouble};

const BOT_TOKEN: &str = "xoxb-secret-of-the-bot";
const APP_TOKEN: &str = "xapp-secret-of-the-app";

/// A workspace with the app installed.
#[derive(Clone)]
pub(crate) struct FakeSlack(Arc<Shared>);

pub(crate) struct Shared {
    world: Mutex<World>,
    sent: Mutex<HashMap<String, Sent>>,
    last_act: Mutex<Option<(String, Value)>>,
    changed: Notify,
    /// Where events go, if not over sockets.
    line: Mutex<Option<Line>>,
    bot_token: &'static str,
    app_token: &'static str,
    signing_secret: &'static str,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn sent(&self) -> MutexGuard<'_, HashMap<String, Sent>> {
        self.sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Remembers what somebody did, to deliver it again.
    fn acted(&self, kind: &str, payload: &Value) {
        *self.last_act.lock().expect("no test panics here") = Some((kind.to_owned(), payload.clone()));
    }

    /// The event is delivered more than once: using its trigger again is no fault of the app's.
    fn repeated(&self, payload: &Value) {
        if let Some(id) = payload["trigger_id"].as_str()
            && let Some(trigger) = self.world().triggers.get_mut(id)
        {
            trigger.repeated = true;
        }
    }
}

impl FakeSlack {
    /// A workspace whose time is the system's.
    pub(crate) async fn start() -> Self {
        Self::start_at(Clock::system()).await
    }

    /// A workspace whose messages and addresses are as old as this clock says.
    pub(crate) async fn start_at(clock: Clock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let shared = Arc::new(Shared {
            world: Mutex::new(World::new(clock, base)),
            sent: Mutex::default(),
            last_act: Mutex::default(),
            changed: Notify::new(),
            line: Mutex::default(),
            bot_token: BOT_TOKEN,
            app_token: APP_TOKEN,
            signing_secret: http::SIGNING_SECRET,
        });
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("an option every system has"));
        let router = web::router(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let slack = Self(shared);
        slack.install(&panout::platforms::slack::manifest(&Menu::default(), "Panout", None));
        slack
    }

    /// Installs the app by its manifest: its scopes, commands and shortcuts, and no others.
    pub(crate) fn install(&self, manifest: &str) {
        let manifest: Value = serde_json::from_str(manifest).expect("a manifest is JSON");
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut world = self.0.world();
        world.scopes = list(&manifest["oauth_config"]["scopes"]["bot"]).iter().map(text).collect();
        world.commands = list(&manifest["features"]["slash_commands"]).iter().map(|it| text(&it["command"])).collect();
        world.shortcuts = list(&manifest["features"]["shortcuts"])
            .iter()
            .map(|shortcut| (text(&shortcut["name"]), text(&shortcut["callback_id"])))
            .collect();
    }

    /// The base of the Web API.
    pub(crate) fn api_url(&self) -> String {
        format!("{}/api", self.0.world().base)
    }

    pub(crate) fn bot_token(&self) -> String {
        self.0.bot_token.into()
    }

    pub(crate) fn app_token(&self) -> String {
        self.0.app_token.into()
    }

    /// Returns once a socket of the app had its hello, or its web server is ready.
    pub(crate) async fn connected(&self) {
        if let Some(line) = self.0.line() {
            return line.ready().await;
        }
        let wait = async {
            while !self.0.world().sockets.iter().any(|socket| !socket.leaving) {
                let _ = timeout(Duration::from_millis(50), self.0.changed.notified()).await;
            }
        };
        timeout(Duration::from_secs(20), wait).await.expect("the app connects within 20 s");
    }

    /// How many sockets are open.
    pub(crate) fn sockets(&self) -> usize {
        self.0.world().sockets.len()
    }

    /// Adds a channel the bot is not in.
    pub(crate) fn add_channel_without_bot(&self, name: &str) -> String {
        self.add(name, false)
    }

    /// The conversation of a person with the bot.
    pub(crate) fn direct(&self, who: &str) -> String {
        self.0.world().direct(who)
    }

    /// Whom messages and forms paged: user ids, `!broadcast` and raw marks.
    pub(crate) fn pings(&self) -> Vec<String> {
        self.0.world().pings.clone()
    }

    /// How often a method was called.
    pub(crate) fn calls(&self, method: &str) -> usize {
        self.0.world().calls.get(method).copied().unwrap_or_default()
    }

    /// The next message calls are answered with a page of HTML, but done.
    pub(crate) fn html_answers(&self, times: usize) {
        self.0.world().mishaps.extend(std::iter::repeat_n(Mishap::NotJson, times));
    }

    /// How long the slowest acknowledgement took, since this was asked last.
    pub(crate) fn slowest_acknowledgement(&self) -> Duration {
        std::mem::take(&mut self.0.world().slowest)
    }

    /// From now on what a message call did is there for so long before its answer leaves, as over a real network.
    pub(crate) fn answers_after(&self, length: Duration) {
        self.0.world().answers_after = length;
    }

    /// Tells every socket to go: `warning` or `refresh_requested`.
    pub(crate) fn asks_to_reconnect(&self, reason: &str) {
        let frame = serde_json::json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "wss"}});
        for socket in &mut self.0.world().sockets {
            socket.leaving = true;
            let _ = socket.out.send(Out::Frame(frame.to_string()));
        }
    }

    /// Delivers a raw payload; what came with the acknowledgement, and how long that took.
    pub(crate) async fn delivers(&self, kind: &str, payload: &Value) -> (Value, Duration) {
        socket::deliver(&self.0, kind, payload).await
    }

    /// Types a command without waiting for it; how long its acknowledgement took.
    pub(crate) async fn types_and_times(&self, who: &str, channel: &str, line: &str) -> Duration {
        let payload = self.command(who, channel, line);
        socket::deliver(&self.0, "slash_commands", &payload).await.1
    }

    /// Closes the open form, as a person does.
    pub(crate) fn closes_form(&self, who: &str) {
        self.0.world().views.remove(who);
    }

    /// A trigger as an act of this person would bring it.
    pub(crate) fn gives_trigger(&self, who: &str, channel: &str) -> String {
        let payload = acts::command(&mut self.0.world(), who, channel, "/x");
        payload["trigger_id"].as_str().unwrap_or_default().to_owned()
    }

    fn command(&self, who: &str, channel: &str, line: &str) -> Value {
        let command = line.split(' ').next().unwrap_or_default().to_owned();
        let mut world = self.0.world();
        let known = world.commands.is_empty() || world.commands.contains(&command);
        assert!(known, "{command} is not in the manifest: Slack would not send it");
        let payload = acts::command(&mut world, who, channel, line);
        drop(world);
        self.0.acted("slash_commands", &payload);
        payload
    }

    fn add(&self, name: &str, bot: bool) -> String {
        let mut world = self.0.world();
        let id = format!("C{:05}", world.next());
        world.channels.push((id.clone(), name.to_owned(), bot));
        id
    }

    /// The newest element of this kind that the person can see, in the message it is in.
    fn element(&self, who: &str, kind: &str, text: &str, label: &str) -> (Message, Value) {
        let world = self.0.world();
        let mut seen = world.visible(who);
        seen.retain(|message| !message.gone);
        let found = seen.iter().rev().find_map(|message| {
            let mut elements = message.blocks.iter().flat_map(|b| b["elements"].as_array().into_iter().flatten());
            let found = elements.find(|element| element["type"] == kind && element[text]["text"] == label)?;
            Some(((*message).clone(), found.clone()))
        });
        let screens = || seen.iter().map(|message| world.screen(message)).collect::<Vec<_>>().join("\n\n");
        found.unwrap_or_else(|| panic!("{} sees no {kind} {label:?} in:\n{}", world.name_of(who), screens()))
    }

    async fn act(&self, payload: Value) {
        self.0.acted("interactive", &payload);
        socket::deliver(&self.0, "interactive", &payload).await;
    }

    /// The next answers at a `response_url` or by `chat.postEphemeral` fail so; [`Trouble`] is for posts.
    pub(crate) fn whispers_fail(&self, mishap: Mishap, times: usize) {
        self.0.world().whisper_mishaps.extend(std::iter::repeat_n(mishap, times));
    }

    fn befall(&self, mishap: Mishap, times: usize) {
        self.0.world().mishaps.extend(std::iter::repeat_n(mishap, times));
    }
}

#[async_trait]
impl ChatService for FakeSlack {
    fn add_person(&self, name: &str) -> String {
        let mut world = self.0.world();
        let id = format!("U{:05}", world.next());
        world.people.push((id.clone(), name.to_owned()));
        id
    }

    fn add_channel(&self, name: &str) -> String {
        self.add(name, true)
    }

    async fn types(&self, who: &str, channel: &str, line: &str) {
        let payload = self.command(who, channel, line);
        socket::deliver(&self.0, "slash_commands", &payload).await;
    }

    async fn presses(&self, who: &str, button: &str) {
        let (message, element) = self.element(who, "button", "text", button);
        let payload = acts::press(&mut self.0.world(), who, &message, &element, None);
        self.act(payload).await;
    }

    async fn chooses(&self, who: &str, menu: &str, choice: &str) {
        let (message, element) = self.element(who, "static_select", "placeholder", menu);
        let options = element["options"].as_array().cloned().unwrap_or_default();
        let chosen = options.iter().find(|option| option["text"]["text"] == choice);
        let chosen = chosen.unwrap_or_else(|| panic!("no choice {choice:?} in {menu:?}"));
        let payload = acts::press(&mut self.0.world(), who, &message, &element, Some(chosen));
        self.act(payload).await;
    }

    async fn uses_shortcut(&self, who: &str, channel: &str, shortcut: &str, message: &str) {
        let callback = {
            let world = self.0.world();
            let found =
                world.shortcuts.iter().find(|(label, _)| label == shortcut).map(|(_, callback)| callback.clone());
            found.unwrap_or_else(|| panic!("no shortcut {shortcut:?} in the manifest"))
        };
        let payload = acts::shortcut(&mut self.0.world(), who, channel, &callback, message);
        self.act(payload).await;
    }

    async fn fills(&self, who: &str, field: &str, value: &str) {
        self.fill(who, field, value).await;
    }

    async fn submits(&self, who: &str) {
        self.submit_form(who).await;
    }

    fn form_is_open(&self, who: &str) -> bool {
        self.0.world().views.get(who).is_some_and(|stack| !stack.is_empty())
    }

    fn form(&self, who: &str) -> String {
        self.draw_form(who)
    }

    /// Slack suggests in forms only; `option` is of no use here.
    async fn suggestions(&self, who: &str, command_or_field: &str, _option: &str, typed: &str) -> Vec<String> {
        if command_or_field.starts_with('/') {
            return Vec::new();
        }
        self.suggested(who, command_or_field, typed).await
    }

    fn unread(&self, who: &str) -> Vec<String> {
        self.0.world().unread(who)
    }

    fn posted(&self) -> Vec<(MessageRef, Option<String>, String)> {
        let world = self.0.world();
        let standing =
            world.messages.iter().filter(|message| message.to.is_none() && !message.gone && message.file.is_none());
        standing
            .map(|message| {
                let marker = message.metadata.as_ref().and_then(|it| it["event_payload"]["marker"].as_str());
                let (channel, id) = (message.channel.clone(), message.ts.clone());
                (MessageRef { service: Service::Slack, channel, id }, marker.map(str::to_owned), world.screen(message))
            })
            .collect()
    }

    fn file(&self, who: &str, name: &str) -> Option<Vec<u8>> {
        let world = self.0.world();
        let seen = world.visible(who);
        let shared = seen.iter().rev().filter_map(|message| message.file.as_ref());
        let mut uploads = shared.filter_map(|id| world.uploads.iter().find(|upload| upload.id == *id));
        uploads.find(|upload| upload.name == name)?.bytes.clone()
    }

    fn pictures(&self) -> Vec<Vec<u8>> {
        let world = self.0.world();
        let hosted = world.uploads.iter().filter(|upload| upload.completed && upload.channel.is_none());
        hosted.filter_map(|upload| upload.bytes.clone()).collect()
    }

    async fn repeats_last_act(&self, times: usize) {
        let last = self.0.last_act.lock().expect("no test panics here").clone();
        let (kind, payload) = last.expect("somebody did something");
        self.0.repeated(&payload);
        let again = (0..times).map(|_| socket::deliver(&self.0, &kind, &payload));
        futures_util::future::join_all(again).await;
    }

    /// Posts are `chat.postMessage` and `chat.update`.
    fn trouble(&self, trouble: Trouble) {
        match trouble {
            Trouble::TooManyRequests { times, retry_after } => self.befall(Mishap::TooMany(retry_after), times),
            Trouble::Status { times, status } => self.befall(Mishap::Status(status), times),
            Trouble::LostAnswer { times } => self.befall(Mishap::Lost, times),
            Trouble::Hang { times } => self.befall(Mishap::Hang, times),
            Trouble::Uploads(trouble) => self.trouble_at(files::UPLOAD, &trouble),
            Trouble::Over => self.recovers(),
            Trouble::TriggersExpire { times } => self.0.world().triggers_expire += times,
            Trouble::ChannelsClosed => self.0.world().channels.iter_mut().for_each(|(_, _, bot)| *bot = false),
            Trouble::DirectMessagesClosed => self.0.world().directs_closed = true,
            Trouble::SocketDropsBeforeAck => self.0.world().drop_before_ack = true,
            Trouble::SocketDrops => {
                let mut world = self.0.world();
                world.sockets.drain(..).for_each(|socket| drop(socket.out.send(Out::Drop)));
                drop(world);
                // Over HTTP the connections that were kept are gone.
                if let Some(line) = &mut *self.0.line.lock().expect("no test panics here") {
                    *line = line.anew();
                }
            }
        }
    }

    fn complaints(&self) -> Vec<String> {
        self.0.world().complaints.clone()
    }
}
