//! The adapter between a scripted bot and the stand-in.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use panout::chat::{
    Action, Bot, Busy, Choice, Command, CommandSpec, Event, Faults, Field, Form, Kind, Localized, Menu, OptionKind,
    OptionSpec, Phrase, Place, Platform, Ports, Press, Query, Reply, Service, Shortcut, ShortcutSpec, SubcommandSpec,
    Submission, Vitals,
};
use panout::clock::Clock;
use panout::platforms::Running;
use panout::platforms::discord::{self, Settings};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::fake::discord::{FakeDiscord, PATIENCE};
use crate::fake::drafts::MemoryDrafts;
use crate::fake::files::PlainFiles;
use crate::story::ChatService as _;
use crate::web;

/// What the bot was asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Asked {
    Command(Event, Command),
    Press(Event, Press),
    Shortcut(Event, Shortcut),
    Submit(Event, Submission),
    Suggest(Event, Query),
}

impl Asked {
    pub(crate) fn event(&self) -> &Event {
        match self {
            Asked::Command(event, _)
            | Asked::Press(event, _)
            | Asked::Shortcut(event, _)
            | Asked::Submit(event, _)
            | Asked::Suggest(event, _) => event,
        }
    }
}

/// A bot that answers what it is told to.
pub(crate) struct Script {
    menu: Menu,
    state: Mutex<State>,
    /// Every call takes a permit first, so that a test can make the bot slow.
    gate: Semaphore,
    /// How often it was asked.
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct State {
    asked: Vec<Asked>,
    replies: VecDeque<Reply>,
    submits: VecDeque<Result<Reply, Faults>>,
    suggestions: Vec<Choice>,
}

/// More calls than any test makes.
const OPEN: usize = 10_000;

impl Script {
    fn new() -> Self {
        Self { menu: menu(), state: Mutex::default(), gate: Semaphore::new(OPEN), count: watch::Sender::new(0) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next commands, presses and shortcuts are answered like this; the last answer stays.
    pub(crate) fn replies(&self, reply: Reply) {
        self.state().replies.push_back(reply);
    }

    /// The next submissions are answered like this; the last answer stays.
    pub(crate) fn takes(&self, reply: Result<Reply, Faults>) {
        self.state().submits.push_back(reply);
    }

    pub(crate) fn suggests(&self, labels: &[&str]) {
        self.state().suggestions = labels.iter().map(|label| Choice::new(format!("v-{label}"), *label)).collect();
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state().asked.clone()
    }

    /// What was submitted, values only.
    pub(crate) fn submitted(&self) -> Vec<BTreeMap<String, String>> {
        let submitted = |asked: &Asked| match asked {
            Asked::Submit(_, submission) => Some(submission.values.clone()),
            _ => None,
        };
        self.state().asked.iter().filter_map(submitted).collect()
    }

    /// Makes the bot wait before it answers anything.
    pub(crate) fn stalls(&self) {
        self.gate.forget_permits(OPEN);
    }

    /// Lets it answer again.
    pub(crate) fn goes_on(&self) {
        self.gate.add_permits(OPEN);
    }

    /// Waits until it was asked so often.
    pub(crate) async fn heard(&self, times: usize) {
        let mut count = self.count.subscribe();
        let enough = timeout(PATIENCE, count.wait_for(|n| *n >= times)).await;
        assert!(enough.is_ok(), "asked only {:?}", self.asked());
    }

    async fn note(&self, asked: Asked) {
        self.state().asked.push(asked);
        self.count.send_modify(|n| *n += 1);
        let _permit = self.gate.acquire().await.expect("never closed");
    }

    fn reply(&self) -> Reply {
        let mut state = self.state();
        let next = if state.replies.len() > 1 { state.replies.pop_front() } else { state.replies.front().cloned() };
        next.unwrap_or(Reply::Done)
    }
}

#[async_trait]
impl Bot for Script {
    fn menu(&self) -> &Menu {
        &self.menu
    }

    fn phrase(&self, language: Option<&str>, phrase: Phrase) -> String {
        let words = match phrase {
            Phrase::Continue { step, of } => format!("Continue ({step}/{of})"),
            Phrase::ChooseThenContinue => "Choose, then continue.".into(),
            Phrase::OpenForm => "Open form".into(),
            Phrase::FormLate => "That took too long. What you typed is kept.".into(),
            Phrase::FixIt => "Fix it".into(),
            Phrase::PleaseFix => "Please look at:".into(),
            Phrase::FormGone => "This form is gone.".into(),
            Phrase::OneMoment => "One moment…".into(),
            Phrase::Cancel => "Cancel".into(),
            Phrase::Optional => "(optional)".into(),
            Phrase::DirectClosed => "You take no direct messages.".into(),
            Phrase::NotUnderstood => "I did not understand that.".into(),
            Phrase::NoChoice => "nothing chosen".into(),
            Phrase::FileInDirect => "The file is elsewhere.".into(),
            Phrase::FileGone => "This file is gone.".into(),
            Phrase::FileTooLarge => "This file is too large.".into(),
            Phrase::FileNotSent => "The file was not sent.".into(),
        };
        if language.is_some_and(|tag| tag.starts_with("fr")) { format!("fr:{words}") } else { words }
    }

    async fn command(&self, event: Event, command: Command) -> Reply {
        self.note(Asked::Command(event, command)).await;
        self.reply()
    }

    async fn press(&self, event: Event, press: Press) -> Reply {
        self.note(Asked::Press(event, press)).await;
        self.reply()
    }

    async fn shortcut(&self, event: Event, shortcut: Shortcut) -> Reply {
        self.note(Asked::Shortcut(event, shortcut)).await;
        self.reply()
    }

    async fn submit(&self, event: Event, submission: Submission) -> Result<Reply, Faults> {
        self.note(Asked::Submit(event, submission)).await;
        let mut state = self.state();
        let next = if state.submits.len() > 1 { state.submits.pop_front() } else { state.submits.front().cloned() };
        next.unwrap_or(Ok(Reply::Done))
    }

    async fn suggest(&self, event: Event, query: Query) -> Vec<Choice> {
        let typed = query.typed.to_lowercase();
        self.note(Asked::Suggest(event, query)).await;
        let all = self.state().suggestions.clone();
        all.into_iter().filter(|choice| choice.label.to_lowercase().contains(&typed)).collect()
    }
}

/// Everything a test needs.
pub(crate) struct Desk {
    pub(crate) fake: FakeDiscord,
    pub(crate) bot: Arc<Script>,
    pub(crate) drafts: Arc<MemoryDrafts>,
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) ports: Ports,
    pub(crate) fatal: mpsc::UnboundedReceiver<(Service, String)>,
    pub(crate) ana: String,
    pub(crate) sales: String,
}

impl Desk {
    /// A connected adapter, one person and one channel.
    pub(crate) async fn open() -> Self {
        Self::on(FakeDiscord::start().await).await
    }

    pub(crate) async fn on(fake: FakeDiscord) -> Self {
        let desk = Self::start_on(fake);
        desk.fake.connected().await;
        desk
    }

    /// The same, perhaps not connected yet.
    pub(crate) fn start_on(fake: FakeDiscord) -> Self {
        let (ana, sales) = (fake.add_person("Ana"), fake.add_channel("sales"));
        Self::start(fake, Arc::default(), ana, sales)
    }

    /// A connected adapter whose interactions come over HTTP.
    pub(crate) async fn over_http() -> Self {
        let fake = FakeDiscord::start().await;
        let (ana, sales) = (fake.add_person("Ana"), fake.add_channel("sales"));
        let over_http = Settings { public_key: Some(fake.public_key()), ..settings(&fake) };
        let desk = Self::start_as(over_http, fake, Arc::default(), (ana, sales));
        desk.fake.connected().await;
        desk
    }

    fn start(fake: FakeDiscord, drafts: Arc<MemoryDrafts>, ana: String, sales: String) -> Self {
        Self::start_as(settings(&fake), fake, drafts, (ana, sales))
    }

    fn start_as(
        settings: Settings,
        fake: FakeDiscord,
        drafts: Arc<MemoryDrafts>,
        (ana, sales): (String, String),
    ) -> Self {
        let bot = Arc::new(Script::new());
        let (tell, fatal) = mpsc::unbounded_channel();
        let ports = Ports {
            bot: bot.clone(),
            drafts: drafts.clone(),
            files: Arc::new(PlainFiles),
            busy: Busy::default(),
            vitals: Vitals::default(),
            clock: Clock::system(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            fatal: tell,
        };
        let Running { platform, intake } = discord::start(settings, ports.clone()).expect("settings that can be right");
        if let Some(intake) = intake {
            fake.sends_to(web::serve(vec![intake], Arc::default(), Service::Discord, &ports));
        }
        Self { fake, bot, drafts, platform, ports, fatal, ana, sales }
    }

    /// Stops the adapter and starts another on the same drafts.
    pub(crate) async fn restart(self) -> Self {
        self.ports.stop.cancel();
        self.ports.tasks.close();
        self.ports.tasks.wait().await;
        let desk = Self::start(self.fake, self.drafts, self.ana, self.sales);
        desk.fake.connected().await;
        desk
    }

    /// Waits until the adapter has said everything.
    pub(crate) async fn idle(&self) {
        self.ports.busy.idle().await;
    }

    /// What Ana can read that is new.
    pub(crate) async fn sees(&self) -> Vec<String> {
        self.idle().await;
        self.fake.unread(&self.ana)
    }

    /// Nothing the real Discord would not have taken.
    pub(crate) async fn end(self) {
        self.idle().await;
        self.ports.stop.cancel();
        self.ports.tasks.close();
        self.ports.tasks.wait().await;
        assert_eq!(self.fake.complaints(), Vec::<String>::new());
    }

    pub(crate) fn channel(&self) -> Place {
        Place::Channel { service: Service::Discord, id: self.sales.clone() }
    }
}

pub(crate) fn settings(fake: &FakeDiscord) -> Settings {
    Settings { api_url: Some(fake.api_url()), token: fake.token(), public_key: None }
}

pub(crate) fn action(name: &str) -> Action {
    Action::new(name).expect("a short name")
}

/// A form of these fields.
pub(crate) fn form(fields: Vec<Field>) -> Form {
    Form {
        action: action("log"),
        title: "Log a refusal".into(),
        submit: "Log it".into(),
        intro: None,
        language: "en".into(),
        fields,
    }
}

/// A form with texts and menus: what `/refusal` asks.
pub(crate) fn mixed() -> Form {
    let reasons = vec![Choice::new("price", "Price"), Choice::new("timing", "Timing")];
    form(vec![
        Field::new("account", "Account", Kind::Line { max: 80 }),
        Field::new("reason", "Reason", Kind::Choice(reasons)),
        Field::new("product", "Product", Kind::Search { source: "product".into(), shown: None }).optional(),
        Field::new("owner", "Owner", Kind::Person).optional(),
        Field::new("amount", "Amount", Kind::Amount).optional(),
        Field::new("verbatim", "Their words", Kind::Paragraph { max: 3000 }).optional(),
    ])
}

fn words(en: &str, fr: &str) -> Localized {
    Localized([("en".to_owned(), en.to_owned()), ("fr".to_owned(), fr.to_owned())].into())
}

fn menu() -> Menu {
    let option = |name, kind| OptionSpec { name, description: words("What it is", "Ce que c'est"), kind };
    let outcome = OptionKind::Choice(vec![("silent", words("Silent", "Silence")), ("other", words("Other", "Autre"))]);
    let refusal = CommandSpec {
        name: "refusal",
        description: words("Log a refusal", "Noter un refus"),
        usage: words("Acme 12k price", "Acme 12k prix"),
        options: vec![
            option("account", OptionKind::Suggested("account")),
            option("outcome", outcome),
            option("text", OptionKind::Text),
        ],
        subcommands: vec![],
    };
    let mine = SubcommandSpec { name: "mine", description: words("Yours", "Les vôtres"), options: vec![] };
    let refusals = CommandSpec {
        name: "refusals",
        description: words("Refusals", "Refus"),
        usage: words("mine", "mine"),
        options: vec![],
        subcommands: vec![mine],
    };
    let shortcuts = vec![ShortcutSpec { name: "log", label: words("Log as refusal", "Noter un refus") }];
    Menu { commands: vec![refusal, refusals], shortcuts }
}
