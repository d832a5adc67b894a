//! A bot that says what it is told to say, and the adapter between it and a stand-in of Slack.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use panout::chat::{
    Account, Action, Bot, Busy, Button, Card, Choice, Command, Event, Faults, Form, Localized, Menu, Phrase, Place,
    Platform, Ports, Press, Query, Reply, Service, Shortcut, ShortcutSpec, Submission, Vitals,
};
use panout::clock::{Clock, pause};
use panout::platforms::Running;
use panout::platforms::slack::{Settings, Via, manifest, start};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::fake::drafts::MemoryDrafts;
use crate::fake::files::PlainFiles;
use crate::fake::slack::FakeSlack;
use crate::story::ChatService as _;
use crate::web;

type Answer<In, Out> = Box<dyn Fn(In) -> Out + Send + Sync>;

/// What the bot was asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Did {
    Command(Command),
    Press(Press),
    Shortcut(Shortcut),
    Submit(Submission),
}

/// Answers by closures, and remembers what it was asked.
pub(super) struct Script {
    pub(super) menu: Menu,
    pub(super) command: Answer<Command, Reply>,
    pub(super) press: Answer<Press, Reply>,
    pub(super) shortcut: Answer<Shortcut, Reply>,
    pub(super) submit: Answer<Submission, Result<Reply, Faults>>,
    pub(super) suggest: Answer<Query, Vec<Choice>>,
    pub(super) asked: Mutex<Vec<(Event, Did)>>,
    /// Every answer takes one permit: none, and the bot is stuck.
    pub(super) gate: Semaphore,
}

impl Default for Script {
    fn default() -> Self {
        let label = Localized(BTreeMap::from([("en".into(), "Log as refusal".into())]));
        Self {
            menu: Menu { commands: Vec::new(), shortcuts: vec![ShortcutSpec { name: "log", label }] },
            command: Box::new(|_| Reply::Done),
            press: Box::new(|_| Reply::Done),
            shortcut: Box::new(|_| Reply::Done),
            submit: Box::new(|_| Ok(Reply::Done)),
            suggest: Box::new(|_| Vec::new()),
            asked: Mutex::default(),
            gate: Semaphore::new(1000),
        }
    }
}

impl Script {
    /// A bot that answers every command so.
    pub(super) fn replying(reply: Reply) -> Self {
        Self { command: Box::new(move |_| reply.clone()), ..Self::default() }
    }

    /// The bot is stuck until [`Script::goes_on`].
    pub(super) fn sticks(&self) {
        self.gate.forget_permits(1000);
    }

    pub(super) fn goes_on(&self) {
        self.gate.add_permits(1000);
    }

    pub(super) fn asked(&self) -> Vec<(Event, Did)> {
        self.asked.lock().expect("nothing panics while holding it").clone()
    }

    /// The last thing it was asked.
    pub(super) fn last(&self) -> (Event, Did) {
        self.asked().pop().expect("it was asked something")
    }

    async fn ask(&self, event: &Event, did: Did) {
        self.asked.lock().expect("nothing panics while holding it").push((event.clone(), did));
        self.gate.acquire().await.expect("it is never closed").forget();
        self.gate.add_permits(1);
    }
}

#[async_trait]
impl Bot for Script {
    fn menu(&self) -> &Menu {
        &self.menu
    }

    fn phrase(&self, language: Option<&str>, phrase: Phrase) -> String {
        match phrase {
            Phrase::FormLate if language == Some("fr") => "Trop tard.".into(),
            Phrase::OpenForm if language == Some("fr") => "Ouvrir".into(),
            Phrase::OpenForm => "Open the form".into(),
            Phrase::FormLate => "It took too long; what you typed is kept.".into(),
            Phrase::FixIt => "Fix it".into(),
            Phrase::PleaseFix => "Please mend this:".into(),
            Phrase::FormGone => "That form is gone.".into(),
            Phrase::OneMoment => "One moment...".into(),
            Phrase::Cancel => "Cancel".into(),
            Phrase::NotUnderstood => "That could not be read.".into(),
            other => format!("{other:?}"),
        }
    }

    async fn command(&self, event: Event, command: Command) -> Reply {
        self.ask(&event, Did::Command(command.clone())).await;
        (self.command)(command)
    }

    async fn press(&self, event: Event, press: Press) -> Reply {
        self.ask(&event, Did::Press(press.clone())).await;
        (self.press)(press)
    }

    async fn shortcut(&self, event: Event, shortcut: Shortcut) -> Reply {
        self.ask(&event, Did::Shortcut(shortcut.clone())).await;
        (self.shortcut)(shortcut)
    }

    async fn submit(&self, event: Event, submission: Submission) -> Result<Reply, Faults> {
        self.ask(&event, Did::Submit(submission.clone())).await;
        (self.submit)(submission)
    }

    async fn suggest(&self, _event: Event, query: Query) -> Vec<Choice> {
        (self.suggest)(query)
    }
}

/// The adapter at work, with a person and a channel.
pub(super) struct Rig {
    pub(super) slack: FakeSlack,
    pub(super) bot: Arc<Script>,
    pub(super) drafts: Arc<MemoryDrafts>,
    pub(super) platform: Arc<dyn Platform>,
    pub(super) busy: Busy,
    pub(super) stop: CancellationToken,
    pub(super) tasks: TaskTracker,
    pub(super) fatal: mpsc::UnboundedReceiver<(Service, String)>,
    pub(super) ana: String,
    pub(super) sales: String,
    pub(super) vitals: Vitals,
    /// Where its web server is, over HTTP.
    pub(super) addr: Option<SocketAddr>,
}

impl Rig {
    /// A workspace with the app connected.
    pub(super) async fn start(bot: Script) -> Self {
        let slack = FakeSlack::start().await;
        slack.install(&manifest(&bot.menu, "Panout", None));
        let rig = Self::on(slack, Arc::new(bot), Arc::default());
        rig.slack.connected().await;
        rig
    }

    /// A workspace that sends what people do to the app's web server.
    pub(super) async fn over_http(bot: Script) -> Self {
        let slack = FakeSlack::start().await;
        slack.install(&manifest(&bot.menu, "Panout", Some("https://panout.example.com")));
        let via = Via::Http { signing_secret: slack.signing_secret() };
        let settings = Settings { via, ..settings(&slack) };
        let rig = Self::with(slack, settings, Arc::new(bot), Arc::default());
        rig.slack.connected().await;
        rig
    }

    /// The app on a workspace that may already know it.
    pub(super) fn on(slack: FakeSlack, bot: Arc<Script>, drafts: Arc<MemoryDrafts>) -> Self {
        let settings = settings(&slack);
        Self::with(slack, settings, bot, drafts)
    }

    pub(super) fn with(slack: FakeSlack, settings: Settings, bot: Arc<Script>, drafts: Arc<MemoryDrafts>) -> Self {
        let (busy, stop, tasks) = (Busy::default(), CancellationToken::new(), TaskTracker::new());
        let (out, fatal) = mpsc::unbounded_channel();
        let vitals = Vitals::default();
        let ports = Ports {
            bot: bot.clone(),
            drafts: drafts.clone(),
            files: Arc::new(PlainFiles),
            busy: busy.clone(),
            vitals: vitals.clone(),
            clock: Clock::system(),
            stop: stop.clone(),
            tasks: tasks.clone(),
            fatal: out,
        };
        let Running { platform, intake } = start(settings, ports.clone()).expect("it starts");
        let addr = intake.map(|intake| web::serve(vec![intake], Arc::default(), Service::Slack, &ports));
        if let Some(addr) = addr {
            slack.sends_to(addr);
        }
        let (ana, sales) = (slack.add_person("Ana"), slack.add_channel("sales"));
        Self { slack, bot, drafts, platform, busy, stop, tasks, fatal, ana, sales, vitals, addr }
    }

    /// Stops this app and starts another on the same workspace and drafts.
    pub(super) async fn restart(self, bot: Script) -> Self {
        self.stop().await;
        let next = Self::on(self.slack, Arc::new(bot), self.drafts);
        next.slack.connected().await;
        Self { ana: self.ana, sales: self.sales, ..next }
    }

    pub(super) async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        timeout(Duration::from_secs(20), self.tasks.wait()).await.expect("its tasks end");
    }

    pub(super) async fn types(&self, line: &str) {
        self.slack.types(&self.ana, &self.sales, line).await;
    }

    /// What Ana sees anew, once nothing is under way.
    pub(super) async fn news(&self) -> Vec<String> {
        self.idle().await;
        self.slack.unread(&self.ana)
    }

    pub(super) async fn idle(&self) {
        timeout(Duration::from_secs(30), self.busy.idle()).await.expect("it becomes idle");
    }

    /// Ana's conversation with the bot.
    pub(super) fn direct(&self) -> Place {
        Place::Direct { account: Account::new(Service::Slack, self.ana.as_str()), or_in: None }
    }

    pub(super) fn has_no_complaints(&self) {
        assert_eq!(self.slack.complaints(), Vec::<String>::new());
    }
}

pub(super) fn settings(slack: &FakeSlack) -> Settings {
    Settings {
        api_url: slack.api_url(),
        bot_token: slack.bot_token(),
        via: Via::Socket { app_token: slack.app_token() },
    }
}

/// Waits for something that comes by itself.
pub(super) async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let wait = async {
        while !is_so() {
            pause(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(30), wait).await.unwrap_or_else(|_| panic!("not in 30 s: {what}"));
}

pub(super) fn now() -> chrono::DateTime<chrono::Utc> {
    Clock::system().now()
}

pub(super) fn action(encoded: &str) -> Action {
    Action::new(encoded).expect("a sample action")
}

pub(super) fn button(encoded: &str, label: &str) -> Button {
    Button::new(action(encoded), label)
}

pub(super) fn whisper(title: &str) -> Reply {
    Reply::Whisper(Card::titled(title))
}

pub(super) fn form(fields: Vec<panout::chat::Field>) -> Form {
    Form {
        action: action("log:7"),
        title: "Log a refusal".into(),
        submit: "Log".into(),
        intro: Some("What did they say?".into()),
        language: "en".into(),
        fields,
    }
}
