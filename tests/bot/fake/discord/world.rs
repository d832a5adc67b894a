//! What a server holds: people, channels, messages, interactions, open modals, and what the app did wrong.

use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::{DateTime, Utc};
use panout::clock::Clock;
use serde_json::Value;
use tokio::time::Instant;

use super::attachments::Attachment;
use super::gateway::Gateway;
use super::limits::Limits;
use super::{screen, sheet};

/// The application, its bot, and the server it is in.
pub(super) const APPLICATION: &str = "400000000000000001";
pub(super) const BOT: &str = "400000000000000002";
pub(super) const GUILD: &str = "200000000000000001";

/// The first instant of a snowflake, in milliseconds of Unix time.
const EPOCH: i64 = 1_420_070_400_000;

/// Permission bits by name, as Discord documents them.
pub(super) mod permission {
    pub(crate) const VIEW_CHANNEL: u64 = 1 << 10;
    pub(crate) const SEND_MESSAGES: u64 = 1 << 11;
    pub(crate) const EMBED_LINKS: u64 = 1 << 14;
    pub(crate) const ATTACH_FILES: u64 = 1 << 15;
    pub(crate) const READ_MESSAGE_HISTORY: u64 = 1 << 16;
    pub(crate) const CREATE_PUBLIC_THREADS: u64 = 1 << 35;
    pub(crate) const CREATE_PRIVATE_THREADS: u64 = 1 << 36;
    pub(crate) const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;
    /// Every permission that something here needs, by Discord's name.
    pub(crate) const ALL: [(u64, &str); 8] = [
        (VIEW_CHANNEL, "VIEW_CHANNEL"),
        (SEND_MESSAGES, "SEND_MESSAGES"),
        (EMBED_LINKS, "EMBED_LINKS"),
        (ATTACH_FILES, "ATTACH_FILES"),
        (READ_MESSAGE_HISTORY, "READ_MESSAGE_HISTORY"),
        (CREATE_PUBLIC_THREADS, "CREATE_PUBLIC_THREADS"),
        (CREATE_PRIVATE_THREADS, "CREATE_PRIVATE_THREADS"),
        (SEND_MESSAGES_IN_THREADS, "SEND_MESSAGES_IN_THREADS"),
    ];
}

#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) locale: String,
    pub(super) takes_direct: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A channel of the server, and whether the bot may see it.
    Text { bot: bool },
    /// With one person.
    Direct { with: String },
    /// Under a channel. A private one has members.
    Thread { parent: String, members: Option<Vec<String>>, archived: bool },
}

#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) sort: Sort,
}

/// A message.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) channel: String,
    pub(super) author: String,
    /// The only person who sees it, for an ephemeral one.
    pub(super) to: Option<String>,
    pub(super) content: String,
    pub(super) embeds: Vec<Value>,
    pub(super) components: Vec<Value>,
    pub(super) attachments: Vec<Attachment>,
    pub(super) flags: u64,
    pub(super) nonce: Option<Value>,
    /// Shows "thinking", nothing else.
    pub(super) thinking: bool,
    pub(super) gone: bool,
    pub(super) edited: bool,
    pub(super) made: DateTime<Utc>,
    /// Grows with every change on the server.
    pub(super) touched: u64,
}

/// The first answer to an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    Message,
    Deferral,
    Update,
    DeferredUpdate,
    Choices,
    Modal,
    /// The app was told that the interaction is unknown: a test wanted it so.
    Expired,
    /// None came in three seconds.
    TooLate,
}

#[derive(Clone, Debug)]
pub(super) struct Interaction {
    pub(super) id: String,
    pub(super) token: String,
    /// 2 command, 3 component, 4 autocomplete, 5 modal.
    pub(super) sort: u64,
    pub(super) who: String,
    pub(super) channel: String,
    /// The message whose component was used, or from which the modal was opened.
    pub(super) message: Option<String>,
    pub(super) payload: Value,
    pub(super) made: DateTime<Utc>,
    pub(super) delivered: Option<Instant>,
    pub(super) answered: Option<Instant>,
    pub(super) first: Option<First>,
    pub(super) original: Option<String>,
    /// Messages made through its token.
    pub(super) messages: Vec<String>,
    pub(super) choices: Vec<Value>,
    /// Delivered more than once: a second answer is then no fault of the app's.
    pub(super) repeated: bool,
    /// How often it was answered, well or not.
    pub(super) answers: usize,
    /// A fault was injected into what was done with its token.
    pub(super) excused: bool,
}

/// A modal open to somebody.
#[derive(Clone, Debug)]
pub(super) struct Modal {
    pub(super) custom_id: String,
    /// Text inputs as sent, their `value` what is typed by now.
    pub(super) inputs: Vec<Value>,
    pub(super) channel: String,
    pub(super) message: Option<String>,
    pub(super) faults: Vec<String>,
}

/// What befalls a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mishap {
    TooMany(Option<u64>),
    TooManyEverywhere(u64),
    Status(u16),
    Lost,
    Hang,
}

pub(super) struct World {
    /// How old tokens and nonces are.
    pub(super) clock: Clock,
    own_clock: Clock,
    pub(super) base: String,
    pub(super) people: Vec<Person>,
    pub(super) channels: Vec<Channel>,
    pub(super) permissions: u64,
    /// A permission was taken from the bot: it may well come upon that.
    pub(super) forbidden: bool,
    pub(super) commands: Vec<Value>,
    /// Where interactions are sent, if not over the gateway.
    pub(super) endpoint: Option<String>,
    pub(super) messages: Vec<Message>,
    /// Every picture that was sent to be shown.
    pub(super) pictures: Vec<Vec<u8>>,
    pub(super) interactions: Vec<Interaction>,
    pub(super) modals: HashMap<String, Modal>,
    /// What people mean to fill in, by person: label and value.
    pub(super) pending: HashMap<String, Vec<(String, String)>>,
    /// What is chosen in the menus of a message, by message and custom id, until it is drawn again.
    pub(super) chosen: HashMap<(String, String), Vec<String>>,
    pub(super) complaints: Vec<String>,
    /// Message and person (or `@everyone`, `@here`, a role).
    pub(super) pings: Vec<(String, String)>,
    /// Interactions lack a field that the library insists on.
    pub(super) leaves_out_fields: bool,
    /// The calls that something befalls, by a part of their route.
    pub(super) mishaps: VecDeque<(String, Mishap)>,
    pub(super) triggers_expire: usize,
    pub(super) gateway: Gateway,
    pub(super) limits: Limits,
    /// How often each route was called.
    pub(super) calls: BTreeMap<String, usize>,
    /// What each person last read, by message.
    read: HashMap<String, HashMap<String, String>>,
    count: u64,
}

impl World {
    pub(super) fn new(clock: Clock, base: String) -> Self {
        Self {
            clock,
            own_clock: Clock::system(),
            base,
            people: vec![],
            channels: vec![],
            permissions: permission::ALL.iter().map(|(bit, _)| bit).sum(),
            forbidden: false,
            commands: vec![],
            endpoint: None,
            messages: vec![],
            pictures: vec![],
            interactions: vec![],
            modals: HashMap::new(),
            pending: HashMap::new(),
            chosen: HashMap::new(),
            complaints: vec![],
            pings: vec![],
            leaves_out_fields: false,
            mishaps: VecDeque::new(),
            triggers_expire: 0,
            gateway: Gateway::default(),
            limits: Limits::default(),
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

    /// An id as old as now, later than every other. Discord's own time, whatever the app takes for the time.
    pub(super) fn snowflake(&mut self) -> String {
        let since = u64::try_from(self.own_clock.now().timestamp_millis() - EPOCH).unwrap_or_default();
        ((since << 22) | (self.next() & 0x3f_ffff)).to_string()
    }

    pub(super) fn complain(&mut self, sentence: impl Into<String>) {
        self.complaints.push(sentence.into());
    }

    pub(super) fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    pub(super) fn name_of(&self, id: &str) -> String {
        self.person(id).map_or_else(|| id.to_owned(), |person| person.name.clone())
    }

    pub(super) fn person_named(&self, name: &str) -> Option<String> {
        self.people.iter().find(|person| person.name == name).map(|person| person.id.clone())
    }

    pub(super) fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    pub(super) fn direct(&mut self, with: &str) -> String {
        let sort = Sort::Direct { with: with.to_owned() };
        if let Some(channel) = self.channels.iter().find(|channel| channel.sort == sort) {
            return channel.id.clone();
        }
        let id = self.snowflake();
        self.channels.push(Channel { id: id.clone(), name: String::new(), sort });
        id
    }

    pub(super) fn message(&self, id: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == id && !message.gone)
    }

    pub(super) fn message_mut(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.id == id && !message.gone)
    }

    pub(super) fn interaction_mut(&mut self, id: &str) -> Option<&mut Interaction> {
        self.interactions.iter_mut().find(|interaction| interaction.id == id)
    }

    /// Puts a message in; says its id.
    pub(super) fn put(&mut self, mut message: Message) -> String {
        message.id = self.snowflake();
        message.made = self.clock.now();
        message.touched = self.next();
        let id = message.id.clone();
        self.messages.push(message);
        id
    }

    /// A message was changed: it is news, and its menus are drawn anew.
    pub(super) fn touch(&mut self, id: &str) {
        let now = self.next();
        self.chosen.retain(|(message, _), _| message != id);
        if let Some(message) = self.messages.iter_mut().find(|message| message.id == id) {
            message.touched = now;
        }
    }

    pub(super) fn screen(&self, message: &Message) -> String {
        screen::message(self, message)
    }

    pub(super) fn is_visible(&self, message: &Message, who: &str) -> bool {
        if let Some(to) = &message.to {
            return to == who;
        }
        match self.channel(&message.channel).map(|channel| &channel.sort) {
            Some(Sort::Direct { with }) => with == who,
            Some(Sort::Thread { members: Some(members), .. }) => members.iter().any(|member| member == who),
            _ => true,
        }
    }

    /// What a person sees of the bot, oldest change first, deleted ones too.
    pub(super) fn visible(&self, who: &str) -> Vec<&Message> {
        let of_bot = self.messages.iter().filter(|message| message.author == BOT && !message.thinking);
        let mut seen: Vec<&Message> = of_bot.filter(|message| self.is_visible(message, who)).collect();
        seen.sort_by_key(|message| message.touched);
        seen
    }

    pub(super) fn unread(&mut self, who: &str) -> Vec<String> {
        let news = self.visible(who).into_iter().filter(|message| message.gone || !sheet::is_sheet(self, message));
        let mut seen: Vec<(String, bool, String)> = vec![];
        for message in news {
            seen.push((message.id.clone(), message.gone, self.screen(message)));
            let files = message.files().filter(|_| !message.gone);
            seen.extend(files.map(|file| (file.id.clone(), false, format!("[file: {}]", file.name))));
        }
        let read = self.read.entry(who.to_owned()).or_default();
        let mut news = Vec::new();
        for (id, gone, screen) in seen {
            let shown = if gone { format!("(gone) {}", screen.lines().next().unwrap_or_default()) } else { screen };
            match read.insert(id, shown.clone()) {
                Some(before) if before == shown => {}
                Some(_) if gone => news.push(shown),
                Some(_) => news.push(format!("(changed) {shown}")),
                None if gone => {}
                None => news.push(shown),
            }
        }
        news
    }
}
