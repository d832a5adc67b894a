//! What a workspace holds: people, conversations, messages, open modals, and what the app did wrong.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;

use panout::clock::Clock;

use super::files::Upload;
use super::screen;

/// A message of the app.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    pub(super) channel: String,
    pub(super) ts: String,
    pub(super) thread: Option<String>,
    /// The only person who sees it, for a whisper.
    pub(super) to: Option<String>,
    pub(super) text: String,
    pub(super) blocks: Vec<Value>,
    pub(super) metadata: Option<Value>,
    /// The file it shares; it says nothing else then.
    pub(super) file: Option<String>,
    pub(super) gone: bool,
    /// Grows with every change in the workspace.
    pub(super) touched: u64,
}

/// A modal open to somebody.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) id: String,
    pub(super) hash: String,
    /// As the app sent it.
    pub(super) sent: Value,
    /// Answers by block, as Slack's `state.values` has them without the action.
    pub(super) state: BTreeMap<String, Value>,
    pub(super) faults: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Trigger {
    pub(super) user: String,
    pub(super) made: Instant,
    pub(super) used: bool,
    /// Its event was delivered more than once: using it again is then no fault of the app's.
    pub(super) repeated: bool,
}

#[derive(Debug)]
pub(super) struct ResponseUrl {
    pub(super) user: String,
    pub(super) channel: String,
    /// What it may replace.
    pub(super) message: Option<String>,
    pub(super) uses: u8,
    pub(super) made: i64,
}

/// What befalls the next message calls.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mishap {
    TooMany(Option<u64>),
    Status(u16),
    Lost,
    Hang,
    NotJson,
}

/// What is sent down a socket.
#[derive(Debug)]
pub(super) enum Out {
    Frame(String),
    /// A frame after which the connection breaks before anything is read.
    LastFrame(String),
    Drop,
}

#[derive(Debug)]
pub(super) struct Socket {
    pub(super) id: u64,
    pub(super) out: mpsc::UnboundedSender<Out>,
    /// No more events go there.
    pub(super) leaving: bool,
}

pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) base: String,
    pub(super) people: Vec<(String, String)>,
    /// Id, name, and whether the bot is in it.
    pub(super) channels: Vec<(String, String, bool)>,
    pub(super) directs: BTreeMap<String, String>,
    pub(super) scopes: BTreeSet<String>,
    pub(super) commands: Vec<String>,
    /// Label and callback id.
    pub(super) shortcuts: Vec<(String, String)>,
    pub(super) messages: Vec<Message>,
    pub(super) views: HashMap<String, Vec<View>>,
    pub(super) triggers: HashMap<String, Trigger>,
    pub(super) response_urls: HashMap<String, ResponseUrl>,
    pub(super) uploads: Vec<Upload>,
    /// How often a file is asked about before it is ready.
    pub(super) ready_after: usize,
    /// Somebody deleted files: the app may well come upon that.
    pub(super) files_deleted: bool,
    /// What befalls the next calls about files, by method.
    pub(super) file_mishaps: VecDeque<(String, Mishap)>,
    pub(super) complaints: Vec<String>,
    pub(super) pings: Vec<String>,
    /// What befalls the next posts and changes of messages.
    pub(super) mishaps: VecDeque<Mishap>,
    /// How long after a message call was done its answer leaves.
    pub(super) answers_after: Duration,
    /// How long the slowest acknowledgement took.
    pub(super) slowest: Duration,
    /// What befalls the next answers seen by one person.
    pub(super) whisper_mishaps: VecDeque<Mishap>,
    pub(super) triggers_expire: usize,
    pub(super) directs_closed: bool,
    pub(super) drop_before_ack: bool,
    pub(super) too_many: usize,
    pub(super) silent_sockets: usize,
    pub(super) hanging_opens: usize,
    pub(super) opens: usize,
    pub(super) sockets: Vec<Socket>,
    pub(super) tickets: BTreeSet<String>,
    pub(super) last_post: HashMap<String, Instant>,
    /// How often each method was called.
    pub(super) calls: BTreeMap<String, usize>,
    /// What each person last read, by message.
    pub(super) read: HashMap<String, HashMap<String, String>>,
    count: u64,
}

impl World {
    pub(super) fn new(clock: Clock, base: String) -> Self {
        Self {
            clock,
            base,
            people: Vec::new(),
            channels: Vec::new(),
            directs: BTreeMap::new(),
            scopes: BTreeSet::new(),
            commands: Vec::new(),
            shortcuts: Vec::new(),
            messages: Vec::new(),
            views: HashMap::new(),
            triggers: HashMap::new(),
            response_urls: HashMap::new(),
            uploads: Vec::new(),
            ready_after: 2,
            files_deleted: false,
            file_mishaps: VecDeque::new(),
            complaints: Vec::new(),
            pings: Vec::new(),
            mishaps: VecDeque::new(),
            answers_after: Duration::ZERO,
            slowest: Duration::ZERO,
            whisper_mishaps: VecDeque::new(),
            triggers_expire: 0,
            directs_closed: false,
            drop_before_ack: false,
            too_many: 0,
            silent_sockets: 0,
            hanging_opens: 0,
            opens: 0,
            sockets: Vec::new(),
            tickets: BTreeSet::new(),
            last_post: HashMap::new(),
            calls: BTreeMap::new(),
            read: HashMap::new(),
            count: 0,
        }
    }

    /// A number that is never the same.
    pub(super) fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    pub(super) fn complain(&mut self, sentence: impl Into<String>) {
        self.complaints.push(sentence.into());
    }

    pub(super) fn complain_all(&mut self, what: &str, sentences: Vec<String>) {
        self.complaints.extend(sentences.into_iter().map(|sentence| format!("{what}: {sentence}")));
    }

    pub(super) fn name_of(&self, user: &str) -> String {
        let known = self.people.iter().find(|(id, _)| id == user);
        known.map_or_else(|| user.to_owned(), |(_, name)| name.clone())
    }

    pub(super) fn person_named(&self, name: &str) -> Option<String> {
        self.people.iter().find(|(_, known)| known == name).map(|(id, _)| id.clone())
    }

    pub(super) fn direct(&mut self, user: &str) -> String {
        if let Some(channel) = self.directs.get(user) {
            return channel.clone();
        }
        let channel = format!("D{:05}", self.next());
        self.directs.insert(user.to_owned(), channel.clone());
        channel
    }

    pub(super) fn has_channel(&self, id: &str) -> bool {
        self.channels.iter().any(|(known, ..)| known == id) || self.directs.values().any(|known| known == id)
    }

    /// Whether the bot may post there.
    pub(super) fn bot_is_in(&self, id: &str) -> bool {
        self.channels.iter().any(|(known, _, bot)| known == id && *bot)
            || self.directs.values().any(|known| known == id)
    }

    pub(super) fn trigger(&mut self, user: &str) -> String {
        let id = format!("trigger.{}", self.next());
        let trigger = Trigger { user: user.to_owned(), made: Instant::now(), used: false, repeated: false };
        self.triggers.insert(id.clone(), trigger);
        id
    }

    pub(super) fn response_url(&mut self, user: &str, channel: &str, message: Option<&str>) -> String {
        let key = format!("answer{}", self.next());
        let url = format!("{}/response/{key}", self.base);
        let made = self.clock.now().timestamp();
        let message = message.map(str::to_owned);
        let entry = ResponseUrl { user: user.to_owned(), channel: channel.to_owned(), message, uses: 0, made };
        self.response_urls.insert(key, entry);
        url
    }

    /// A timestamp later than every other.
    pub(super) fn stamp(&mut self) -> String {
        format!("{}.{:06}", self.clock.now().timestamp(), self.next())
    }

    /// Puts a message in; says its timestamp.
    pub(super) fn put(&mut self, mut message: Message) -> String {
        message.ts = self.stamp();
        message.touched = self.next();
        let ts = message.ts.clone();
        self.messages.push(message);
        ts
    }

    pub(super) fn screen(&self, message: &Message) -> String {
        match &message.file {
            Some(file) => {
                format!("[file: {}]", self.uploads.iter().find(|it| it.id == *file).map_or("?", |it| &it.name))
            }
            None => screen::message(&message.blocks, &message.text, &|user| self.name_of(user)),
        }
    }

    /// What befalls the next call of a method about files.
    pub(super) fn takes_mishap(&mut self, method: &str) -> Option<Mishap> {
        let at = self.file_mishaps.iter().position(|(of, _)| of == method)?;
        self.file_mishaps.remove(at).map(|(_, mishap)| mishap)
    }

    pub(super) fn is_visible(&self, message: &Message, who: &str) -> bool {
        match &message.to {
            Some(to) => to == who,
            None if message.channel.starts_with('D') => self.directs.get(who) == Some(&message.channel),
            None => true,
        }
    }

    /// What a person sees, oldest change first.
    pub(super) fn visible(&self, who: &str) -> Vec<&Message> {
        let mut seen: Vec<&Message> = self.messages.iter().filter(|message| self.is_visible(message, who)).collect();
        seen.sort_by_key(|message| message.touched);
        seen
    }

    pub(super) fn unread(&mut self, who: &str) -> Vec<String> {
        let seen: Vec<(String, bool, String)> =
            self.visible(who).into_iter().map(|m| (m.ts.clone(), m.gone, self.screen(m))).collect();
        let read = self.read.entry(who.to_owned()).or_default();
        let mut news = Vec::new();
        for (ts, gone, screen) in seen {
            let shown = if gone { format!("(gone) {}", screen.lines().next().unwrap_or_default()) } else { screen };
            match read.insert(ts, shown.clone()) {
                Some(before) if before == shown => {}
                Some(_) if gone => news.push(shown),
                Some(_) => news.push(format!("(changed) {shown}")),
                None if gone => {}
                None => news.push(shown),
            }
        }
        news
    }

    /// Opens a view to a person as it was sent.
    pub(super) fn show(&mut self, user: &str, view: Value) -> Value {
        let opened = View {
            id: format!("V{:05}", self.next()),
            hash: format!("hash.{}", self.next()),
            state: initial_state(&view),
            sent: view,
            faults: Vec::new(),
        };
        let answer = json!({"ok": true, "view": {"id": opened.id, "hash": opened.hash}});
        self.views.entry(user.to_owned()).or_default().push(opened);
        answer
    }
}

/// What is filled in at first.
pub(super) fn initial_state(view: &Value) -> BTreeMap<String, Value> {
    let inputs = view["blocks"].as_array().into_iter().flatten().filter(|block| block["type"] == "input");
    inputs
        .filter_map(|block| {
            let element = &block["element"];
            let kind = element["type"].as_str()?;
            let (key, initial) = match kind {
                "plain_text_input" => ("value", "initial_value"),
                "static_select" | "external_select" => ("selected_option", "initial_option"),
                "datepicker" => ("selected_date", "initial_date"),
                _ => ("selected_user", "initial_user"),
            };
            Some((block["block_id"].as_str()?.to_owned(), json!({"type": kind, key: element[initial]})))
        })
        .collect()
}
