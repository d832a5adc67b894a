//! What there is at the stand-in: people, channels, messages, interactions, and what goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use panout::clock::Clock;
use panout::platforms::discord::PERMISSIONS;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::screen;
use crate::story::Trouble;

/// The application's id, and its user's.
pub(crate) const APPLICATION: &str = "900000000000000001";
pub(crate) const BOT: &str = "900000000000000002";
/// The server everybody is in.
pub(crate) const GUILD: &str = "200000000000000001";
pub(crate) const TOKEN: &str = "fake-discord-token";
pub(crate) const PUBLIC_KEY: &str = "0123456789abcdef";
/// Only the person who acted sees it.
pub(crate) const EPHEMERAL: u64 = 1 << 6;
/// How long a nonce is remembered.
const NONCES: Duration = Duration::from_mins(3);

/// What the connection to the gateway is told to do.
#[derive(Debug)]
pub(crate) enum Out {
    Frame(Value),
    /// The socket ends without a close frame.
    Drop,
    /// A close frame with this code; `None`: without one.
    Close(Option<u16>),
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) locale: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Direct(String),
    Thread { parent: String, private: bool, members: BTreeSet<String> },
}

#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) channel: String,
    /// The person who wrote it; `None`: the bot.
    pub(crate) by: Option<String>,
    /// The only one who sees it.
    pub(crate) only: Option<String>,
    /// `content`, `embeds`, `components`.
    pub(crate) body: Value,
    /// A placeholder: "is thinking".
    pub(crate) pending: bool,
    pub(crate) gone: bool,
    /// When it last changed, in order.
    pub(crate) changed: u64,
}

#[derive(Debug)]
pub(crate) struct Interaction {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) kind: u64,
    pub(crate) who: String,
    pub(crate) channel: String,
    /// The message it came from.
    pub(crate) message: Option<String>,
    pub(crate) since: Instant,
    /// The type of the first answer.
    pub(crate) answered: Option<u64>,
    /// Refused with "unknown interaction".
    pub(crate) expired: bool,
    pub(crate) attempts: usize,
    /// How often it was delivered again on purpose.
    pub(crate) repeats: usize,
    pub(crate) original: Option<String>,
    /// When a form's message was said to change later.
    pub(crate) deferred: Option<u64>,
    pub(crate) suggested: Vec<String>,
    pub(crate) wire: Value,
}

#[derive(Clone, Debug)]
pub(crate) struct Modal {
    pub(crate) body: Value,
    /// The message whose button opened it.
    pub(crate) message: Option<String>,
    pub(crate) channel: String,
}

#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) seq: u64,
    /// Everything sent, for RESUME.
    pub(crate) sent: Vec<(u64, Value)>,
}

#[derive(Debug, Default)]
pub(crate) struct Troubles {
    pub(crate) posts: Vec<Trouble>,
    pub(crate) triggers_expire: usize,
    pub(crate) direct_closed: bool,
    pub(crate) drop_next: bool,
    pub(crate) gateway_down: bool,
}

pub(crate) struct World {
    last_id: u64,
    clock: Clock,
    counter: u64,
    pub(crate) url: String,
    pub(crate) people: BTreeMap<String, Person>,
    pub(crate) channels: BTreeMap<String, Kind>,
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) messages: Vec<Message>,
    pub(crate) interactions: Vec<Interaction>,
    pub(crate) modals: BTreeMap<String, Modal>,
    /// What people have typed into a form and not sent yet: by person, label and value.
    pub(crate) typed: BTreeMap<String, Vec<(String, String)>>,
    pub(crate) commands: Vec<Value>,
    pub(crate) registrations: usize,
    pub(crate) nonces: BTreeMap<String, (String, Instant)>,
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) session: Option<String>,
    pub(crate) socket: Option<UnboundedSender<Out>>,
    /// How often somebody asked for the gateway while it was away.
    pub(crate) gateway_refused: usize,
    pub(crate) identified: usize,
    pub(crate) resumed: usize,
    pub(crate) heartbeat: u64,
    pub(crate) ready: bool,
    /// Interactions lack a field serenity insists on.
    pub(crate) fields_missing: bool,
    pub(crate) permissions: BTreeMap<&'static str, u64>,
    pub(crate) troubles: Troubles,
    pub(crate) complaints: Vec<String>,
    /// Who was notified by a message that mentions them: (person, message).
    pub(crate) pings: Vec<(String, String)>,
    pub(crate) read: BTreeMap<(String, String), String>,
    pub(crate) requests: Vec<(Instant, String)>,
}

impl World {
    pub(crate) fn new(url: String) -> Self {
        Self {
            last_id: 0,
            clock: Clock::system(),
            counter: 0,
            url,
            people: BTreeMap::new(),
            channels: BTreeMap::new(),
            names: BTreeMap::new(),
            messages: vec![],
            interactions: vec![],
            modals: BTreeMap::new(),
            typed: BTreeMap::new(),
            commands: vec![],
            registrations: 0,
            nonces: BTreeMap::new(),
            sessions: BTreeMap::new(),
            session: None,
            socket: None,
            gateway_refused: 0,
            identified: 0,
            resumed: 0,
            heartbeat: 10_000,
            ready: false,
            fields_missing: false,
            permissions: PERMISSIONS.into(),
            troubles: Troubles::default(),
            complaints: vec![],
            pings: vec![],
            read: BTreeMap::new(),
            requests: vec![],
        }
    }

    /// A new id, made from the time as Discord's are.
    pub(crate) fn id(&mut self) -> String {
        let ms = self.clock.now().timestamp_millis() - 1_420_070_400_000;
        let id = u64::try_from(ms).expect("after 2015") << 22;
        self.last_id = id.max(self.last_id + 1);
        self.last_id.to_string()
    }

    pub(crate) fn tick(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    pub(crate) fn complain(&mut self, sentence: impl Into<String>) {
        self.complaints.push(sentence.into());
    }

    pub(crate) fn interaction(&mut self, token: &str) -> Option<&mut Interaction> {
        self.interactions.iter_mut().find(|i| i.token == token)
    }

    pub(crate) fn message(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|m| m.id == id && !m.gone)
    }

    /// The direct messages of the bot with a person.
    pub(crate) fn direct(&mut self, who: &str) -> String {
        let known = self.channels.iter().find(|(_, kind)| **kind == Kind::Direct(who.to_owned()));
        if let Some((id, _)) = known {
            return id.clone();
        }
        let id = self.id();
        self.channels.insert(id.clone(), Kind::Direct(who.to_owned()));
        id
    }

    /// Whether a person sees a message.
    pub(crate) fn sees(&self, who: &str, message: &Message) -> bool {
        if message.only.as_deref().is_some_and(|only| only != who) {
            return false;
        }
        match self.channels.get(&message.channel) {
            Some(Kind::Direct(person)) => person == who,
            Some(Kind::Thread { private: true, members, .. }) => members.contains(who),
            Some(_) => true,
            None => false,
        }
    }

    /// Adds a message of the bot, or gives back the one that came with this nonce.
    pub(crate) fn add(&mut self, channel: &str, body: &Value, only: Option<String>) -> String {
        if body["enforce_nonce"] == true
            && let Some(nonce) = body["nonce"].as_str()
            && let Some((id, at)) = self.nonces.get(nonce)
            && at.elapsed() < NONCES
        {
            return id.clone();
        }
        let id = self.id();
        if let Some(nonce) = body["nonce"].as_str() {
            self.nonces.insert(nonce.to_owned(), (id.clone(), Instant::now()));
        }
        self.ring(&id, body);
        let changed = self.tick();
        let channel = channel.to_owned();
        let body = seen(body);
        self.messages.push(Message {
            id: id.clone(),
            channel,
            by: None,
            only,
            body,
            pending: false,
            gone: false,
            changed,
        });
        id
    }

    pub(crate) fn change(&mut self, id: &str, body: &Value) {
        let changed = self.tick();
        if let Some(message) = self.message(id) {
            (message.body, message.pending, message.changed) = (seen(body), false, changed);
        }
    }

    /// Who is notified. Only `content` notifies, never an embed.
    fn ring(&mut self, id: &str, body: &Value) {
        let content = body["content"].as_str().unwrap_or_default();
        let allowed = &body["allowed_mentions"];
        let parse: Vec<&str> = allowed["parse"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let named: Vec<&str> = allowed["users"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if allowed.is_null() || !parse.is_empty() {
            self.complaints.push(format!("a message lets its text decide who is notified: {content:?}"));
        }
        for person in screen::mentioned(content) {
            if named.contains(&person.as_str()) {
                self.pings.push((person, id.to_owned()));
            }
        }
    }

    /// A message as Discord writes it.
    pub(crate) fn wire(&self, message: &Message) -> Value {
        let author = match &message.by {
            Some(who) => self.user(who),
            None => json!({"id": BOT, "username": "panout", "discriminator": "0", "avatar": null, "bot": true}),
        };
        let at = "2026-11-23T09:00:00.000000+00:00";
        json!({
            "id": message.id, "channel_id": message.channel, "author": author, "type": 0, "timestamp": at,
            "content": message.body["content"], "embeds": message.body["embeds"],
            "components": message.body["components"], "edited_timestamp": null, "tts": false,
            "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": [], "pinned": false,
            "flags": if message.only.is_some() { EPHEMERAL } else { 0 },
        })
    }

    pub(crate) fn user(&self, who: &str) -> Value {
        let name = self.people.get(who).map_or("nobody", |person| &person.name);
        json!({
            "id": who, "username": name.to_lowercase().replace(' ', "."), "global_name": name, "discriminator": "0",
            "avatar": null, "public_flags": 0,
        })
    }

    /// Sends an event, now or when the session is resumed.
    pub(crate) fn dispatch(&mut self, name: &str, data: &Value) {
        let Some(session) = self.session.as_ref().and_then(|id| self.sessions.get_mut(id)) else { return };
        session.seq += 1;
        let frame = json!({"op": 0, "t": name, "s": session.seq, "d": data});
        session.sent.push((session.seq, frame.clone()));
        let out = if std::mem::take(&mut self.troubles.drop_next) { Out::Drop } else { Out::Frame(frame) };
        if let Some(socket) = &self.socket {
            let _ = socket.send(out);
        }
    }
}

/// What of a body can be seen.
fn seen(body: &Value) -> Value {
    json!({
        "content": body["content"].as_str().unwrap_or_default(),
        "embeds": body["embeds"].as_array().cloned().unwrap_or_default(),
        "components": body["components"].as_array().cloned().unwrap_or_default(),
    })
}
