//! Scripted users: a [`Team`] of people on one chat service, with the app running as in production.
//!
//! A story reads as what people do and see. Nothing sleeps: an act returns when the service has its answer, and before
//! anybody looks, the app is idle. A story ends with [`Team::ends`], which fails on anything nobody looked at.

mod actor;
mod database;
mod door;
mod logs;
mod service;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use panout::app::{App, Parts};
use panout::chat::Service;
use panout::clock::Clock;
use panout::domain::{Money, Role, Schedules, SelfValidation, TeamId};
use panout::flows::Rules;
use panout::jobs::Limits;
use panout::platforms::{discord, local, slack};
use panout::store::{ListedPerson, ListedProduct, ListedTeam, Listing};
use panout::words::{Catalogue, Language};

pub(crate) use actor::Actor;
pub(crate) use database::Database;
pub(crate) use door::Door;
pub(crate) use service::{ChatService, IN_TIME, Trouble};

use crate::fake::discord::FakeDiscord;
use crate::fake::local::LocalPage;
use crate::fake::slack::FakeSlack;

/// Where a story takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// The fake Slack, over Socket Mode; over HTTP if all stories are.
    Slack,
    /// The fake Discord, over the gateway; over HTTP if all stories are.
    Discord,
    /// The page on this machine.
    Local,
    /// The fake Slack, over HTTP.
    SlackHttp,
    /// The fake Discord, over HTTP.
    DiscordHttp,
}

impl On {
    /// The service.
    pub(crate) fn service(self) -> Service {
        match self {
            On::Slack | On::SlackHttp => Service::Slack,
            On::Discord | On::DiscordHttp => Service::Discord,
            On::Local => Service::Local,
        }
    }

    /// Whether it comes over HTTP: `PANOUT_TEST_TRANSPORT=http` runs every story so.
    #[expect(clippy::disallowed_methods, reason = "a setting of the tests, not of the product")]
    fn over_http(self) -> bool {
        let all = std::env::var("PANOUT_TEST_TRANSPORT").is_ok_and(|transport| transport == "http");
        matches!(self, On::SlackHttp | On::DiscordHttp) || (all && self != On::Local)
    }
}

/// A stand-in service, and what the app needs to reach it.
enum Stage {
    Slack(Arc<FakeSlack>),
    Discord(Arc<FakeDiscord>),
    Local(Arc<LocalPage>),
}

/// Some people of a company, on one service.
pub(crate) struct Team {
    pub(crate) clock: Clock,
    pub(crate) sales: String,
    pub(crate) general: String,
    stage: Stage,
    over_http: bool,
    app: Option<App>,
    database: Option<Database>,
    setup: Setup,
    logs: logs::Logs,
    actors: std::sync::Mutex<Vec<(String, String)>>,
    ended: bool,
}

/// What a story may choose before the app starts.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// From which budget on a refusal comes to the head by itself.
    pub(crate) head_card_above: Option<Money>,
    /// The team's language.
    pub(crate) language: Language,
    /// People the configuration names: name and role. Each has an account on the service.
    pub(crate) people: Vec<(&'static str, Role)>,
    /// When the story begins.
    pub(crate) begins: DateTime<Utc>,
    /// A door to go through to a database on a server.
    pub(crate) door: Option<Door>,
    /// How many messages somebody gets a day at most.
    pub(crate) messages_a_day: i64,
    /// The teams that want amounts in their channels.
    pub(crate) amounts_in_channel: Vec<&'static str>,
    /// Which refusals validate themselves.
    pub(crate) self_validation: Option<SelfValidation>,
    /// What the team hears regularly; nothing unless a story is about it.
    pub(crate) schedules: Option<Schedules>,
    /// What holds for inbound leads.
    pub(crate) leads: panout::flows::LeadRules,
    /// Whether everybody has started their reminders.
    pub(crate) consents: bool,
    /// What is in the organisation's own `questionnaires.toml`, if it has one.
    pub(crate) questions: Option<&'static str>,
    /// Whether people are asked how a refusal went as the bot does by itself; otherwise only when they ask for it.
    pub(crate) debriefs: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            head_card_above: None,
            language: Language::En,
            people: vec![
                ("Elena", Role::Head),
                ("Ana", Role::Rep),
                ("Bogdan", Role::Rep),
                ("Oana", Role::Observer),
                ("Adi", Role::Admin),
            ],
            // A Monday, ten in the morning in Bucharest.
            begins: "2026-11-23T08:00:00Z".parse().expect("an instant"),
            door: None,
            messages_a_day: 1000,
            amounts_in_channel: Vec::new(),
            self_validation: None,
            schedules: None,
            leads: panout::flows::LeadRules::default(),
            consents: true,
            questions: None,
            debriefs: false,
        }
    }
}

impl Team {
    /// A team with a head (Elena), two reps (Ana, Bogdan), an observer and an admin, on a Monday at ten.
    pub(crate) async fn start(on: On) -> Self {
        Self::start_with(on, Setup::default()).await
    }

    /// A team as the story wants it.
    pub(crate) async fn start_with(on: On, setup: Setup) -> Self {
        let logs = logs::Logs::listen();
        let clock = Clock::manual(setup.begins);
        let stage = match on {
            On::Slack | On::SlackHttp => Stage::Slack(Arc::new(FakeSlack::start_at(clock.clone()).await)),
            On::Discord | On::DiscordHttp => Stage::Discord(Arc::new(FakeDiscord::start_at(clock.clone()).await)),
            On::Local => {
                let page = LocalPage::new();
                page.speaks(setup.language.tag());
                Stage::Local(Arc::new(page))
            }
        };
        let (sales, general) = (stage.service().add_channel("sales"), stage.service().add_channel("general"));
        let people = setup.people.iter().map(|(name, _)| ((*name).to_owned(), stage.service().add_person(name)));
        let actors = std::sync::Mutex::new(people.collect());
        let database = Some(if setup.door.is_some() { Database::new() } else { Database::ready(setup.consents) });
        let over_http = on.over_http();
        let (app, ended) = (None, false);
        let mut team = Self { clock, sales, general, stage, over_http, app, database, setup, logs, actors, ended };
        team.start_app().await;
        team
    }

    async fn start_app(&mut self) {
        let db = self.database().open_behind(self.setup.door.as_ref()).await;
        if self.setup.consents {
            self.database().everybody_consents().await;
        }
        let app = App::assemble(self.parts(db), self.clock.clone()).await.expect("the app starts");
        match (&self.stage, app.web) {
            (Stage::Slack(slack), Some(addr)) => slack.sends_to(addr),
            (Stage::Discord(discord), Some(addr)) => discord.sends_to(addr),
            (_, None) | (Stage::Local(_), _) => {}
        }
        match &self.stage {
            Stage::Slack(slack) => slack.connected().await,
            Stage::Discord(discord) => discord.connected().await,
            Stage::Local(page) => page.open_at(app.page.expect("the page is served")),
        }
        app.idle().await;
        self.app = Some(app);
        if !self.setup.debriefs {
            self.rows::<(i64,)>("UPDATE people SET debrief = 'asked' WHERE debrief IS NULL RETURNING id").await;
        }
    }

    fn parts(&self, db: panout::store::Db) -> Parts {
        let rules = Rules {
            language: self.setup.language,
            head_card_above: self.setup.head_card_above,
            services: vec![self.stage.kind()],
            messages_a_day: self.setup.messages_a_day,
            amounts_in_channel: self.setup.amounts_in_channel.iter().map(ToString::to_string).collect(),
            self_validation: self.setup.self_validation,
            leads: self.setup.leads.clone(),
            opportunities: panout::flows::DealRules::default(),
            schedules: self.setup.schedules.iter().map(|all| ("Field".to_owned(), all.clone())).collect(),
        };
        let words = self.words();
        if let Stage::Slack(slack) = &self.stage {
            let public_url = self.over_http.then_some("https://panout.example.com");
            slack.install(&slack::manifest(&panout::flows::menu(&words), "Panout", public_url));
        }
        Parts {
            db,
            listing: self.listing(),
            rules,
            words,
            limits: Limits { lease: TimeDelta::seconds(60), call: Duration::from_secs(2), attempts: 6 },
            slack: match &self.stage {
                Stage::Slack(slack) => Some(slack::Settings {
                    api_url: slack.api_url(),
                    bot_token: slack.bot_token(),
                    via: if self.over_http {
                        slack::Via::Http { signing_secret: slack.signing_secret() }
                    } else {
                        slack::Via::Socket { app_token: slack.app_token() }
                    },
                }),
                Stage::Discord(_) | Stage::Local(_) => None,
            },
            discord: match &self.stage {
                Stage::Discord(discord) => Some(discord::Settings {
                    api_url: Some(discord.api_url()),
                    token: discord.token(),
                    public_key: self.over_http.then(|| discord.public_key()),
                }),
                Stage::Slack(_) | Stage::Local(_) => None,
            },
            local: match &self.stage {
                Stage::Local(_) => Some(local::Settings {
                    addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                    people: Vec::new(),
                    channels: Vec::new(),
                    jumps: false,
                    time_zone: chrono_tz::Europe::Bucharest,
                    language: "en".into(),
                    // The page's own words do not matter here, only which languages it has.
                    words: Language::ALL.map(|language| (language.tag().to_owned(), BTreeMap::new())).into(),
                    on_shift: None,
                }),
                Stage::Slack(_) | Stage::Discord(_) => None,
            },
            web: self
                .over_http
                .then(|| panout::web::Settings { addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), needed: true }),
        }
    }

    fn words(&self) -> Catalogue {
        let Some(questions) = self.setup.questions else { return Catalogue::built_in() };
        let folder = tempfile::tempdir().expect("a folder of texts");
        std::fs::write(folder.path().join("questionnaires.toml"), questions).expect("it is written");
        Catalogue::with_overrides(folder.path()).expect("the organisation's questions are right")
    }

    fn listing(&self) -> Listing {
        let service = self.stage.kind();
        let team = panout::domain::Team {
            id: TeamId(0),
            name: "Field".into(),
            language: self.setup.language.tag().into(),
            currency: "EUR".parse().expect("a currency"),
            time_zone: chrono_tz::Europe::Bucharest,
            working_hours: "Mon-Fri 09:00-18:00".parse().expect("working hours"),
            channels: vec![format!("{service}:{}", self.sales)],
        };
        let people = self.setup.people.iter().map(|(name, role)| ListedPerson {
            name: (*name).into(),
            team: None,
            role: *role,
            accounts: vec![format!("{service}:{}", self.id_of(name))],
        });
        let product = |name: &str, alias: &str| ListedProduct { name: name.into(), aliases: vec![alias.into()] };
        Listing {
            name: "Acme Sales".into(),
            teams: vec![ListedTeam(team)],
            people: people.collect(),
            products: vec![product("CRM Suite", "crm"), product("Analytics", "bi"), product("Support Plus", "support")],
        }
    }

    fn id_of(&self, name: &str) -> String {
        let actors = self.actors.lock().expect("no test panics here");
        let actor = actors.iter().find(|(known, _)| known == name);
        actor.unwrap_or_else(|| panic!("{name} is not in this story")).1.clone()
    }

    /// Somebody of the team, by name.
    pub(crate) fn person(&self, name: &str) -> Actor<'_> {
        Actor { team: self, name: name.to_owned(), id: self.id_of(name), channel: self.sales.clone() }
    }

    /// Somebody the configuration does not name.
    pub(crate) fn stranger(&self, name: &str) -> Actor<'_> {
        let id = self.service().add_person(name);
        self.actors.lock().expect("no test panics here").push((name.to_owned(), id));
        self.person(name)
    }

    /// Which service it is.
    pub(crate) fn service_kind(&self) -> Service {
        self.stage.kind()
    }

    /// The service.
    pub(crate) fn service(&self) -> &dyn ChatService {
        self.stage.service()
    }

    /// The Slack it is on.
    pub(crate) fn slack(&self) -> &FakeSlack {
        match &self.stage {
            Stage::Slack(slack) => slack,
            _ => panic!("this story is not on Slack"),
        }
    }

    /// The Discord it is on.
    pub(crate) fn discord(&self) -> &FakeDiscord {
        match &self.stage {
            Stage::Discord(discord) => discord,
            _ => panic!("this story is not on Discord"),
        }
    }

    /// The database, from outside the app.
    pub(crate) fn database(&self) -> &Database {
        self.database.as_ref().expect("until the end")
    }

    /// Somebody moves the language switch of the page.
    pub(crate) fn page_speaks(&self, language: &str) {
        match &self.stage {
            Stage::Local(page) => page.speaks(language),
            Stage::Slack(_) | Stage::Discord(_) => unimplemented!("only the page has a switch"),
        }
    }

    /// The app.
    pub(crate) fn app(&self) -> &App {
        self.app.as_ref().expect("it runs until the end")
    }

    /// Waits until the bot has nothing to do, and the service shows all of it.
    pub(crate) async fn idle(&self) {
        let idle = tokio::time::timeout(Duration::from_secs(30), self.app().idle());
        assert!(idle.await.is_ok(), "the bot found no rest in 30 seconds; it said:\n{}", self.logs.all());
        self.service().settle().await;
    }

    /// What the database holds: for what nobody sees.
    pub(crate) async fn rows<R>(&self, sql: &'static str) -> Vec<R>
    where
        R: Send + Unpin,
        R: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
    {
        self.database().rows(sql).await
    }

    /// Time passes.
    pub(crate) async fn passes(&self, time: TimeDelta) {
        self.clock.set(self.clock.now() + time);
        self.idle().await;
    }

    /// It is this instant now.
    pub(crate) async fn it_is(&self, instant: &str) {
        self.clock.set(instant.parse().expect("an instant"));
        self.idle().await;
    }

    /// The app stops as it does in production, and starts again on the same database.
    pub(crate) async fn restarts(&mut self) {
        self.app.take().expect("it runs").stop().await;
        self.start_app().await;
        self.idle().await;
    }

    /// The app is stopped for so long.
    pub(crate) async fn is_down_for(&mut self, time: TimeDelta) {
        self.app.take().expect("it runs").stop().await;
        self.clock.set(self.clock.now() + time);
        self.start_app().await;
        self.idle().await;
    }

    /// The app stops, its configuration names these people, and it starts again.
    pub(crate) async fn restarts_with(&mut self, people: Vec<(&'static str, Role)>) {
        self.setup.people = people;
        self.restarts().await;
    }

    /// The app stops, the organisation asks these questions of its own, and it starts again.
    pub(crate) async fn restarts_asking(&mut self, questions: &'static str) {
        self.setup.questions = Some(questions);
        self.restarts().await;
    }

    /// Faults the story caused on purpose, and now forgives: what was logged as an error so far.
    pub(crate) fn forgives(&self) -> Vec<String> {
        self.logs.take_errors()
    }

    /// The end: everything was looked at, nothing failed, nothing is left to do.
    pub(crate) async fn ends(mut self) {
        self.ended = true;
        self.idle().await;
        let actors = self.actors.lock().expect("no test panics here").clone();
        for (name, id) in actors {
            if self.service().form_is_open(&id) {
                // On some services a form is a message.
                continue;
            }
            let unread = self.service().unread(&id);
            assert!(unread.is_empty(), "{name} was shown what nobody looked at:\n{}", unread.join("\n\n"));
        }
        let dead = self.app().db().read(|tx| Box::pin(async { Ok::<_, anyhow::Error>(tx.dead_jobs().await?) }));
        let dead = dead.await.expect("the database answers");
        assert!(dead.is_empty(), "jobs were given up: {dead:?}");
        self.app.take().expect("it runs").stop().await;
        let complaints = self.service().complaints();
        assert!(complaints.is_empty(), "the service complains:\n{}", complaints.join("\n"));
        let errors = self.logs.take_errors();
        assert!(errors.is_empty(), "errors were logged:\n{}", errors.join("\n"));
        let database = self.database.take().expect("until the end");
        if self.setup.door.is_some() {
            database.drop().await;
        } else {
            database.leave(self.setup.consents).await;
        }
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        assert!(self.ended || std::thread::panicking(), "a story must end with team.ends()");
    }
}

impl Stage {
    fn service(&self) -> &dyn ChatService {
        match self {
            Stage::Slack(slack) => slack.as_ref(),
            Stage::Discord(discord) => discord.as_ref(),
            Stage::Local(page) => page.as_ref(),
        }
    }

    fn kind(&self) -> Service {
        match self {
            Stage::Slack(_) => Service::Slack,
            Stage::Discord(_) => Service::Discord,
            Stage::Local(_) => Service::Local,
        }
    }
}
