//! Discord over real HTTP and a real WebSocket, in one process: interactions go over the gateway, or to the app's web
//! server.
//!
//! It reads what the app sends with its own reader, shows it as a person would see it, and complains about whatever
//! the real service would refuse, ignore or cut. Its limits are Discord's (discord.com/developers/docs), not the
//! adapter's.

mod acts;
mod answers;
mod attachments;
mod channels;
mod commands;
mod components;
mod definitions;
mod forms;
mod gateway;
mod http;
mod limits;
mod markdown;
mod mentions;
mod modals;
mod people;
mod proof;
mod rest;
mod screen;
mod search;
mod sheet;
mod socket;
mod strict;
mod troubles;
mod wire;
mod world;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use axum::serve::ListenerExt as _;
use panout::chat::{MessageRef, Service};
use panout::clock::Clock;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use self::acts::Scene;
use self::gateway::deliver;
use self::world::{BOT, First, Message, Person, World};
use crate::fake::http::Line;
use crate::story::{ChatService, Trouble};

/// The bot's token.
const TOKEN: &str = "secret.token.of-the-bot";

/// How long something may take to happen before a test gives it up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server with the app installed.
#[derive(Clone)]
pub(crate) struct FakeDiscord(Arc<Shared>);

/// The stand-in as its own tasks see it.
pub(crate) struct Shared {
    token: &'static str,
    application: &'static str,
    public_key: String,
    world: Mutex<World>,
    /// Where interactions go, if not over the gateway.
    line: Mutex<Option<Line>>,
    /// The interaction that somebody started last.
    last_act: Mutex<Option<String>>,
    changed: Notify,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl FakeDiscord {
    /// A server whose time is the system's.
    pub(crate) async fn start() -> Self {
        Self::start_at(Clock::system()).await
    }

    /// A server whose tokens and nonces are as old as this clock says; ids of messages always tell the system's time.
    pub(crate) async fn start_at(clock: Clock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let world = Mutex::new(World::new(clock, base));
        let shared = Arc::new(Shared {
            token: TOKEN,
            application: world::APPLICATION,
            public_key: http::public_key(),
            world,
            line: Mutex::default(),
            last_act: Mutex::default(),
            changed: Notify::new(),
        });
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("an option every system has"));
        let router = rest::router(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self(shared)
    }

    /// The base of the API, without a path.
    pub(crate) fn api_url(&self) -> String {
        self.0.world().base.clone()
    }

    pub(crate) fn token(&self) -> String {
        self.0.token.into()
    }

    /// Whether a session of the app is open.
    pub(crate) fn is_connected(&self) -> bool {
        self.0.world().gateway.is_live()
    }

    /// Returns once a session of the app is ready, or its web server is, and its commands are registered.
    pub(crate) async fn connected(&self) {
        let over_http = self.0.line();
        if let Some(line) = &over_http {
            line.ready().await;
        }
        self.wait_for("the app connects and registers its commands", |world| {
            ((over_http.is_some() || world.gateway.is_live()) && !world.commands.is_empty()).then_some(())
        })
        .await;
    }

    /// Forgets every nonce, as Discord does after a few minutes.
    pub(crate) fn forgets_nonces(&self) {
        self.0.world().messages.iter_mut().for_each(|message| message.nonce = None);
    }

    /// Presses a button twice: again as it was, when the first press is answered.
    pub(crate) async fn presses_twice(&self, who: &str, button: &str) {
        let fits = |part: &Value| part["type"] == 2 && part["label"] == button;
        let (message, part) = self.component(who, &format!("button {button:?}"), fits);
        let first = self.use_part(who, &message, &part, None).await;
        self.settled(&first, message.touched).await;
        self.use_part(who, &message, &part, None).await;
    }

    /// Waits until something is so.
    pub(crate) async fn until(&self, what: &str, mut so: impl FnMut(&Self) -> bool) {
        let began = Instant::now();
        while !so(self) {
            assert!(began.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}; {:?}", self.complaints());
            let _ = timeout(Duration::from_millis(20), self.0.changed.notified()).await;
        }
    }

    /// Waits until something is found.
    async fn wait_for<T>(&self, what: &str, mut look: impl FnMut(&mut World) -> Option<T>) -> T {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let news = self.0.changed.notified();
            if let Some(found) = look(&mut self.0.world()) {
                return found;
            }
            let _ = timeout(Duration::from_millis(20), news).await;
        }
        panic!("{what}: not within {PATIENCE:?}; {:?}", self.complaints());
    }

    /// Types a command; how long its first answer took.
    pub(crate) async fn types_and_times(&self, who: &str, channel: &str, line: &str) -> Duration {
        let id = self.command(who, channel, line).await;
        deliver(&self.0, &id).await
    }

    /// A command as an interaction, once it is registered.
    async fn command(&self, who: &str, channel: &str, line: &str) -> String {
        let what = format!("{line:?} is registered as a command");
        let (command, rest) = self
            .wait_for(&what, |world| acts::registered(world, line).map(|(command, rest)| (command, rest.to_owned())))
            .await;
        let data = acts::command(&command, &rest);
        let id = acts::act(&mut self.0.world(), 2, Scene { who, channel, message: None }, &data);
        self.acted(&id);
        id
    }

    /// The newest component that somebody can see, in the message it is in.
    fn component(&self, who: &str, what: &str, fits: impl Fn(&Value) -> bool) -> (Message, Value) {
        let world = self.0.world();
        let mut seen = world.visible(who);
        seen.retain(|message| !message.gone);
        let found = seen.iter().rev().find_map(|message| {
            let mut parts =
                message.components.iter().flat_map(|row| row["components"].as_array().into_iter().flatten());
            let found = parts.find(|part| part["disabled"] != true && fits(part))?;
            Some(((*message).clone(), found.clone()))
        });
        let screens = || seen.iter().map(|message| world.screen(message)).collect::<Vec<_>>().join("\n\n");
        found.unwrap_or_else(|| panic!("{} sees no {what} in:\n{}", world.name_of(who), screens()))
    }
}

#[async_trait]
impl ChatService for FakeDiscord {
    fn add_person(&self, name: &str) -> String {
        let mut world = self.0.world();
        let id = (100_000_000_000_000_001 + world.people.len()).to_string();
        world.people.push(Person { id: id.clone(), name: name.into(), locale: "en-US".into(), takes_direct: true });
        id
    }

    fn add_channel(&self, name: &str) -> String {
        self.add(name, true)
    }

    async fn types(&self, who: &str, channel: &str, line: &str) {
        self.types_and_times(who, channel, line).await;
    }

    async fn presses(&self, who: &str, button: &str) {
        let fits = |part: &Value| part["type"] == 2 && part["style"] != 5 && part["label"] == button;
        let (message, part) = self.component(who, &format!("button {button:?}"), fits);
        self.use_part(who, &message, &part, None).await;
    }

    async fn chooses(&self, who: &str, menu: &str, choice: &str) {
        let fits = |part: &Value| {
            let of_form = part["custom_id"].as_str().is_some_and(|id| id.starts_with('~'));
            matches!(part["type"].as_u64(), Some(3 | 5)) && !of_form && screen::placeholder(part) == menu
        };
        let (message, part) = self.component(who, &format!("menu {menu:?}"), fits);
        let values = sheet::values(&self.0.world(), &part, choice);
        self.use_part(who, &message, &part, Some(&values)).await;
    }

    async fn uses_shortcut(&self, who: &str, channel: &str, shortcut: &str, message: &str) {
        let id = {
            let mut world = self.0.world();
            let named = |command: &&Value| {
                let mut localised = command["name_localizations"].as_object().into_iter().flatten();
                command["type"] == 3 && (command["name"] == shortcut || localised.any(|(_, name)| name == shortcut))
            };
            let command = world.commands.iter().find(named).cloned();
            let command = command.unwrap_or_else(|| panic!("no context menu {shortcut:?} is registered"));
            let author =
                world.people.iter().map(|person| person.id.clone()).find(|id| id != who).unwrap_or_else(|| who.into());
            let data = acts::context_menu(&mut world, &command, channel, &author, message);
            acts::act(&mut world, 2, Scene { who, channel, message: None }, &data)
        };
        self.acted(&id);
        deliver(&self.0, &id).await;
    }

    async fn fills(&self, who: &str, field: &str, value: &str) {
        self.fill(who, field, value).await;
    }

    async fn submits(&self, who: &str) {
        self.submit_form(who).await;
    }

    fn form_is_open(&self, who: &str) -> bool {
        sheet::is_open(&self.0.world(), who)
    }

    fn form(&self, who: &str) -> String {
        sheet::drawn(&self.0.world(), who)
    }

    async fn suggestions(&self, who: &str, command_or_field: &str, option: &str, typed: &str) -> Vec<String> {
        if !command_or_field.starts_with('/') {
            return self.offered(who, command_or_field, typed).await;
        }
        let what = format!("{command_or_field:?} is registered as a command");
        let look = |world: &mut World| {
            acts::registered(world, command_or_field).map(|(command, rest)| (command, rest.to_owned()))
        };
        let (command, rest) = self.wait_for(&what, look).await;
        let id = {
            let mut world = self.0.world();
            let channel = world.channels.first().map(|channel| channel.id.clone());
            let channel = channel.unwrap_or_else(|| world.direct(who));
            let data = acts::autocomplete(&command, &rest, option, typed);
            acts::act(&mut world, 4, Scene { who, channel: &channel, message: None }, &data)
        };
        deliver(&self.0, &id).await;
        let mut world = self.0.world();
        let choices = world.interaction_mut(&id).map(|it| it.choices.clone()).unwrap_or_default();
        choices.iter().filter_map(|choice| choice["name"].as_str().map(str::to_owned)).collect()
    }

    fn unread(&self, who: &str) -> Vec<String> {
        self.0.world().unread(who)
    }

    fn posted(&self) -> Vec<(MessageRef, Option<String>, String)> {
        let world = self.0.world();
        let of_bot = world.messages.iter().filter(|message| message.author == BOT && !message.thinking);
        let standing = of_bot.filter(|message| message.to.is_none() && !message.gone);
        standing
            .map(|message| {
                let (channel, id) = (message.channel.clone(), message.id.clone());
                (MessageRef { service: Service::Discord, channel, id }, screen::marker(message), world.screen(message))
            })
            .collect()
    }

    fn file(&self, who: &str, name: &str) -> Option<Vec<u8>> {
        let world = self.0.world();
        let mut files = world.visible(who).into_iter().rev().filter(|it| !it.gone).flat_map(Message::files);
        files.find(|file| file.name == name).map(|file| file.bytes.clone())
    }

    fn pictures(&self) -> Vec<Vec<u8>> {
        self.0.world().pictures.clone()
    }

    async fn repeats_last_act(&self, times: usize) {
        self.repeat_last_act(times).await;
    }

    fn trouble(&self, trouble: Trouble) {
        self.befall(trouble);
    }

    fn complaints(&self) -> Vec<String> {
        let world = self.0.world();
        let mut complaints = world.complaints.clone();
        let stuck = world.interactions.iter().filter(|it| it.first == Some(First::Deferral) && !it.excused);
        let thinking = stuck.filter(|it| {
            let original = it.original.as_ref().and_then(|id| world.message(id));
            original.is_some_and(|message| message.thinking)
        });
        complaints.extend(thinking.map(|it| format!("{} sees \"thinking\" and nothing else", world.name_of(&it.who))));
        complaints
    }
}
