//! A company whose bot does not live long: what its people typed, what they were told, and what must come of it.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio::time::Instant;

use panout::chat::Service;

use super::process::Panout;
use crate::fake::discord::FakeDiscord;
use crate::fake::slack::FakeSlack;
use crate::story::{ChatService, Database};

/// An acknowledgement this quick came after the refusal was stored; a later one may have come before, and then the
/// service does not deliver again what a killed process never did (`HOLD` in `platforms/slack/act.rs` is 250 ms).
pub(crate) const AFTER_STORING: Duration = Duration::from_millis(240);

/// How long a posted message is there before the program hears of it: where a kill hurts most.
const ANSWERS_AFTER: Duration = Duration::from_millis(30);

/// What somebody reads whose act failed.
pub(super) const APOLOGY: &str = "That did not work, and nothing was stored.";

/// Teams of one rep and one head each, every other one on Discord. Many, because a service takes one message a second
/// in a conversation.
pub(crate) struct Company {
    pub(crate) slack: FakeSlack,
    pub(crate) discord: FakeDiscord,
    pub(crate) database: Database,
    folder: TempDir,
    pub(super) teams: Vec<Team>,
    pub(super) lines: Arc<Mutex<Vec<Line>>>,
    typed: AtomicUsize,
    told: Mutex<Vec<String>>,
    typing: tokio::sync::Mutex<JoinSet<()>>,
}

#[derive(Clone)]
pub(super) struct Team {
    pub(super) on: Service,
    rep: String,
    pub(super) head: String,
    channel: String,
}

/// A line somebody typed.
pub(super) struct Line {
    pub(super) account: String,
    pub(super) team: usize,
    on: Service,
    /// How long its acknowledgement took.
    pub(super) took: Duration,
}

impl Line {
    /// Whether the acknowledgement promised that it is stored.
    pub(super) fn is_promised(&self) -> bool {
        self.on == Service::Slack && self.took < AFTER_STORING
    }
}

impl Company {
    /// A company with this many teams, and a database of its own. Nothing comes by itself.
    pub(crate) async fn found(teams: usize) -> Self {
        Self::found_hearing(teams, "off").await
    }

    /// The same, with a digest at these times.
    pub(crate) async fn found_hearing(teams: usize, digest: &str) -> Self {
        let slack = FakeSlack::start().await;
        slack.answers_after(ANSWERS_AFTER);
        let discord = FakeDiscord::start().await;
        let team = |n: usize| {
            let on = if n.is_multiple_of(2) { Service::Slack } else { Service::Discord };
            let there: &dyn ChatService = if on == Service::Slack { &slack } else { &discord };
            let (rep, head) = (there.add_person(&format!("Rep {n}")), there.add_person(&format!("Head {n}")));
            Team { on, rep, head, channel: there.add_channel(&format!("sales-{n}")) }
        };
        let teams: Vec<Team> = (0..teams).map(team).collect();
        let folder = TempDir::new().expect("a folder for the test");
        std::fs::write(folder.path().join("panout.toml"), configuration(&teams, digest)).expect("a file is written");
        let database = Database::new();
        // The tables, before the program is there.
        database.open().await.close().await;
        database.everybody_consents().await;
        Self {
            slack,
            discord,
            database,
            folder,
            teams,
            lines: Arc::default(),
            typed: AtomicUsize::new(0),
            told: Mutex::default(),
            typing: tokio::sync::Mutex::default(),
        }
    }

    /// What the program is told by its environment.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("PANOUT_CONFIG", self.folder.path().join("panout.toml").display().to_string()),
            ("PANOUT_DATABASE_URL", self.database.url().to_owned()),
            ("PANOUT_HTTP_ADDR", "127.0.0.1:0".into()),
            ("PANOUT_JOB_LEASE_SECONDS", "6".into()),
            ("PANOUT_DISCORD_API_URL", self.discord.api_url()),
            ("PANOUT_DISCORD_TOKEN", self.discord.token()),
            ("PANOUT_SLACK_API_URL", self.slack.api_url()),
            ("PANOUT_SLACK_BOT_TOKEN", self.slack.bot_token()),
            ("PANOUT_SLACK_APP_TOKEN", self.slack.app_token()),
        ]
    }

    /// Where the program logs.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Starts the program.
    pub(crate) fn starts(&self) -> Panout {
        Panout::start(&self.variables(), &self.log())
    }

    /// Returns once so many connections to Slack are open, and one to Discord.
    pub(crate) async fn connected(&self, sockets: usize) {
        let both = || async { self.slack.sockets() >= sockets && self.discord.is_connected() };
        self.comes_true("the program connects", both).await;
    }

    pub(super) fn service(&self, on: Service) -> &dyn ChatService {
        if on == Service::Slack { &self.slack } else { &self.discord }
    }

    /// Somebody types a line that nobody typed before; the service delivers it until it is acknowledged.
    pub(crate) async fn types(&self) {
        let n = self.typed.fetch_add(1, Ordering::Relaxed);
        let (team, account) = (fastrand::usize(0..self.teams.len()), format!("Client{n}"));
        let (slack, discord, lines) = (self.slack.clone(), self.discord.clone(), self.lines.clone());
        let Team { on, rep, channel, .. } = self.teams[team].clone();
        self.typing.lock().await.spawn(async move {
            let words = format!("/refusal {account} 12k EUR price");
            let took = if on == Service::Slack {
                slack.types_and_times(&rep, &channel, &words).await
            } else {
                discord.types_and_times(&rep, &channel, &words).await
            };
            let line = Line { account, team, on, took };
            lines.lock().expect("no test panics here").push(line);
        });
    }

    /// The service delivers what was typed last once more, while the first delivery may still be under way.
    pub(crate) async fn repeats(&self) {
        let slack = self.slack.clone();
        if !self.acknowledgements(Service::Slack).is_empty() {
            self.typing.lock().await.spawn(async move { slack.repeats_last_act(2).await });
        }
    }

    /// Returns as soon as one more message is posted, or there was none for half a second.
    pub(crate) async fn next_post(&self) {
        let posts = || self.slack.calls("chat.postMessage") + self.discord.calls("POST /channels/{}/messages");
        let (before, began) = (posts(), Instant::now());
        while posts() == before && began.elapsed() < Duration::from_millis(500) {
            panout::clock::pause(Duration::from_millis(1)).await;
        }
    }

    /// Returns once every line was acknowledged.
    pub(crate) async fn all_acknowledged(&self) {
        let typing = std::mem::take(&mut *self.typing.lock().await);
        typing.join_all().await;
    }

    /// Returns once nothing is left to post.
    pub(crate) async fn quiet(&self) {
        self.comes_true("every card is posted", || async {
            // What will be late in two days is no card, and half an hour is longer than anybody waits here.
            let left = "SELECT COUNT(*) FROM jobs WHERE kind <> 'tidy' AND state IN ('ready', 'sending')
                          AND occurrence NOT LIKE 'today:%' AND occurrence NOT LIKE 'debrief:%'";
            self.database.rows::<(i64,)>(left).await == [(0,)]
        })
        .await;
    }

    /// How many refusals are stored.
    pub(crate) async fn stored(&self) -> i64 {
        self.database.rows::<(i64,)>("SELECT COUNT(*) FROM refusals").await[0].0
    }

    /// How often reps were told that nothing was stored.
    pub(crate) fn apologies(&self) -> usize {
        self.told().iter().filter(|screen| screen.contains(APOLOGY)).count()
    }

    /// Everything reps were shown so far.
    pub(super) fn told(&self) -> Vec<String> {
        let mut told = self.told.lock().expect("no test panics here");
        told.extend(self.teams.iter().flat_map(|team| self.service(team.on).unread(&team.rep)));
        told.clone()
    }

    /// Lines that reps were told are not stored need not be: they are not lost, they were refused.
    pub(crate) async fn forgets_what_failed(&self) {
        let stored: Vec<(String,)> = self.database.rows("SELECT account FROM refusals").await;
        let mut lines = self.lines.lock().expect("no test panics here");
        let typed = lines.len();
        lines.retain(|line| stored.iter().any(|(account,)| *account == line.account));
        assert_eq!(typed - lines.len(), self.apologies(), "who was told that nothing was stored, and what was not");
    }

    async fn comes_true<F: Future<Output = bool>>(&self, what: &str, condition: impl Fn() -> F) {
        let began = Instant::now();
        while !condition().await {
            assert!(began.elapsed() < Duration::from_mins(3), "never: {what}. The program said:\n{}", self.said());
            panout::clock::pause(Duration::from_millis(20)).await;
        }
    }

    /// The last of what the program logged.
    pub(crate) fn said(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    /// Everything is as if nothing had ever happened to the program.
    pub(crate) async fn ends(self) {
        let wrong = self.faults().await;
        assert!(wrong.is_empty(), "\n{}\nThe program said at last:\n{}", wrong.join("\n"), self.said());
        self.database.drop().await;
    }

    /// How many lines were acknowledged after they were stored, so that losing one is a broken promise.
    pub(crate) fn promised(&self) -> usize {
        self.lines.lock().expect("no test panics here").iter().filter(|line| line.is_promised()).count()
    }

    /// How long the acknowledgements on a service took, in their order.
    pub(crate) fn acknowledgements(&self, on: Service) -> Vec<Duration> {
        let lines = self.lines.lock().expect("no test panics here");
        lines.iter().filter(|line| line.on == on).map(|line| line.took).collect()
    }
}

fn configuration(teams: &[Team], digest: &str) -> String {
    let mut written = String::from(
        "[organisation]\nname = \"Acme\"\ncurrency = \"EUR\"\ntime_zone = \"UTC\"\nmessages_a_day = 1000\n",
    );
    for (n, Team { on, rep, head, channel }) in teams.iter().enumerate() {
        // A head who always works: the cards are not to wait for Monday.
        let _ = write!(
            written,
            "[[team]]\nname = \"Team {n}\"\nchannels = [\"{on}:{channel}\"]\nworking_hours = \"Mon-Sun 00:00-24:00\"\n\
             digest = \"{digest}\"\ndaily = \"off\"\nfocus = \"off\"\n\
             [[person]]\nname = \"Head {n}\"\nteam = \"Team {n}\"\nrole = \"head\"\naccounts = [\"{on}:{head}\"]\n\
             [[person]]\nname = \"Rep {n}\"\nteam = \"Team {n}\"\naccounts = [\"{on}:{rep}\"]\n"
        );
    }
    written
}
