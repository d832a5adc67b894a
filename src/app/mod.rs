//! The whole bot: builds the parts, starts them, waits for quiet, stops them.

mod counted;
mod files;
mod house;
mod kept;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::chat::{Bot, Busy, Drafts, Platform, Ports, Service, Vitals};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::flows::{self, Assistant, Desk, Rules, Shared};
use crate::jobs::{Limits, Worker};
use crate::platforms::{Running, discord, local, slack};
use crate::store::{Db, Listing};
use crate::web::{self, Web};
use crate::words::Catalogue;

/// How long a stop waits for what is in flight.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often it is said that the bot is there.
const BEAT: chrono::TimeDelta = chrono::TimeDelta::minutes(1);

/// What an app is built from.
pub struct Parts {
    /// The database, with its tables up to date.
    pub db: Db,
    /// What the configuration lists.
    pub listing: Listing,
    /// What the organisation decided. Its services are those configured below.
    pub rules: Rules,
    /// Every text.
    pub words: Catalogue,
    /// How patient jobs are.
    pub limits: Limits,
    /// Slack, if it is configured.
    pub slack: Option<slack::Settings>,
    /// Discord, if it is configured.
    pub discord: Option<discord::Settings>,
    /// The local page, if it is wanted.
    pub local: Option<local::Settings>,
    /// The web server, if it is wanted.
    pub web: Option<web::Settings>,
}

/// A running bot.
pub struct App {
    /// Whom the platforms call: a test may, too.
    pub bot: Arc<dyn Bot>,
    /// Where the local page is, if it is served.
    pub page: Option<SocketAddr>,
    /// Where the web server is, if there is one.
    pub web: Option<SocketAddr>,
    /// What is connected, and what is counted.
    pub vitals: Vitals,
    db: Db,
    worker: Worker,
    desk: Arc<Desk>,
    busy: Busy,
    stop: CancellationToken,
    tasks: TaskTracker,
    fatal: mpsc::UnboundedReceiver<(Service, String)>,
    services: Vec<Service>,
}

impl App {
    /// Starts the bot as configured, on its own database. Connecting to the platforms goes on in the background.
    ///
    /// # Errors
    /// As [`App::assemble`]; when the database cannot be opened, or the organisation's texts cannot be read.
    pub async fn start(config: Config, clock: Clock) -> anyhow::Result<Self> {
        // Both take some milliseconds, one of them of the processor alone: on this thread, which has the memory for it.
        let url = config.database_url.clone();
        let opening = tokio::spawn(async move { Db::open(&url).await });
        let words = config.catalogue();
        let db = opening.await.context("opening the database")??;
        let words = words?;
        let parts = Parts {
            db,
            listing: config.listing(),
            rules: config.rules(config.services()),
            words,
            limits: config.limits(),
            slack: slack_settings(&config),
            discord: discord_settings(&config),
            local: None,
            web: Some(web_settings(&config)),
        };
        Self::assemble(parts, clock).await
    }

    /// Starts the bot on these parts. Connecting goes on in the background.
    ///
    /// # Errors
    /// When the database does not take what the configuration lists, a platform cannot even begin, or the web server's
    /// address cannot be listened on.
    pub async fn assemble(parts: Parts, clock: Clock) -> anyhow::Result<Self> {
        let Parts { db, listing, rules, words, limits, slack, discord, local, web } = parts;
        let services = rules.services.clone();
        let shared = Arc::new(Shared::new(words, rules));
        // What a start before did not live to give, and what this one finds: before anything climbs.
        give_back(&db, &shared, &clock).await.context("giving the time of an outage back")?;
        list(&db, listing, &shared, &clock).await.context("storing what the configuration lists")?;
        give_back(&db, &shared, &clock).await.context("giving the time of an outage back")?;
        let listener = match web {
            Some(settings) => web::listen(settings).await?,
            None => None,
        };
        let vitals = Vitals::default();
        let assistant = Assistant::new(db.clone(), shared.clone(), clock.clone()).counting(vitals.clone());
        let (given, fatal) = ports(Arc::new(assistant), &db, &clock, vitals.clone());
        let Ports { bot, busy, stop, tasks, .. } = given.clone();
        let desk = Arc::new(Desk::new(db.clone(), shared.clone(), clock.clone()));
        let (running, page) = begin((slack, discord, local), &given, &desk).await?;
        let (works, told) = (desk.clone(), stop.clone());
        tasks.spawn(async move { works.work(told).await });
        let mut platforms: HashMap<Service, Arc<dyn Platform>> = HashMap::new();
        let mut intakes = Vec::new();
        for (service, Running { platform, intake }) in running {
            platforms.insert(service, Arc::new(counted::Counted { platform, vitals: vitals.clone() }));
            intakes.extend(intake);
        }
        tasks.spawn(beats(db.clone(), clock.clone(), stop.clone()));
        let house = Arc::new(house::Asked { db: db.clone(), clock: clock.clone() });
        let web = Web { vitals: vitals.clone(), services: services.clone(), house, intakes, desk: Some(desk.clone()) };
        let web = listener.map(|listener| web::serve(listener, web, stop.clone(), &tasks)).transpose()?;
        let worker = Worker::new(db.clone(), shared, platforms, clock, limits);
        worker.plan_tidying().await?;
        tasks.spawn(worker.clone().run(stop.clone()));
        Ok(Self { bot, page, web, vitals, db, worker, desk, busy, stop, tasks, fatal, services })
    }

    /// Returns once no event is in flight, nothing that was taken waits, and no job is due.
    pub async fn idle(&self) {
        loop {
            self.busy.idle().await;
            self.desk.idle().await;
            self.worker.idle().await;
            if self.busy.count() == 0 {
                return;
            }
        }
    }

    /// The database, for `doctor` and tests.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Runs until `told` ends ([`told_to_stop`]), or no platform is left; finishes what is in flight.
    ///
    /// # Errors
    /// When every platform refused the bot for good.
    pub async fn run(mut self, told: impl Future<Output = ()>) -> anyhow::Result<()> {
        let ended = tokio::select! {
            () = told => Ok(()),
            ended = self.last_platform_lost() => ended,
        };
        self.stop().await;
        ended
    }

    /// Returns once every platform has refused the bot for good.
    async fn last_platform_lost(&mut self) -> anyhow::Result<()> {
        let mut left = self.services.clone();
        while let Some((service, why)) = self.fatal.recv().await {
            tracing::error!(%service, "{why}");
            left.retain(|running| *running != service);
            if left.is_empty() {
                bail!("no platform is left to run on");
            }
        }
        std::future::pending().await
    }

    /// Takes no new events, finishes those in flight, and closes the database.
    pub async fn stop(self) {
        self.stop.cancel();
        let finished = async {
            self.busy.idle().await;
            self.tasks.close();
            self.tasks.wait().await;
        };
        if tokio::time::timeout(PATIENCE, finished).await.is_err() {
            // Whatever it is, it is safe to end: a job under way is found again by its lease.
            tracing::warn!("something in flight did not finish in {} s, stopping all the same", PATIENCE.as_secs());
        }
        self.db.close().await;
    }
}

/// Everything adapters are given, and where they say that a service refused the bot for good.
fn ports(
    bot: Arc<dyn Bot>,
    db: &Db,
    clock: &Clock,
    vitals: Vitals,
) -> (Ports, mpsc::UnboundedReceiver<(Service, String)>) {
    let (says_fatal, fatal) = mpsc::unbounded_channel();
    let drafts: Arc<dyn Drafts> = Arc::new(kept::Kept { db: db.clone(), clock: clock.clone() });
    let ports = Ports {
        bot,
        drafts,
        files: Arc::new(files::Made { db: db.clone(), clock: clock.clone() }),
        busy: Busy::default(),
        vitals,
        clock: clock.clone(),
        stop: CancellationToken::new(),
        tasks: TaskTracker::new(),
        fatal: says_fatal,
    };
    (ports, fatal)
}

type Adapters = (Option<slack::Settings>, Option<discord::Settings>, Option<local::Settings>);

/// Starts the adapters that are wanted; they, and where the local page is.
async fn begin(
    (slack, discord, local): Adapters,
    given: &Ports,
    desk: &Arc<Desk>,
) -> anyhow::Result<(Vec<(Service, Running)>, Option<SocketAddr>)> {
    let (mut running, mut page) = (Vec::new(), None);
    if let Some(settings) = slack {
        running.push((Service::Slack, slack::start(settings, given.clone())?));
    }
    if let Some(settings) = discord {
        running.push((Service::Discord, discord::start(settings, given.clone())?));
    }
    if let Some(settings) = local {
        let (platform, addr) = local::start(settings, web::intake(desk.clone()), given.clone()).await?;
        running.push((Service::Local, Running { platform, intake: None }));
        page = Some(addr);
    }
    Ok((running, page))
}

/// What Slack's adapter takes, if Slack is configured.
pub fn slack_settings(config: &Config) -> Option<slack::Settings> {
    config.slack.as_ref().map(|slack| slack::Settings {
        api_url: slack.api_url.clone(),
        bot_token: slack.bot_token.reveal().to_owned(),
        via: match &slack.via {
            config::SlackVia::Socket(app_token) => slack::Via::Socket { app_token: app_token.reveal().to_owned() },
            config::SlackVia::Http(secret) => slack::Via::Http { signing_secret: secret.reveal().to_owned() },
        },
    })
}

/// What Discord's adapter takes, if Discord is configured.
pub fn discord_settings(config: &Config) -> Option<discord::Settings> {
    config.discord.as_ref().map(|discord| discord::Settings {
        api_url: discord.api_url.clone(),
        token: discord.token.reveal().to_owned(),
        public_key: discord.public_key.clone(),
    })
}

/// Where the web server is to listen. It is needed where a service comes over HTTP, or somebody chose its address.
pub fn web_settings(config: &Config) -> web::Settings {
    let needed = config.http_chosen || config.ways().iter().any(|way| way.http);
    web::Settings { addr: config.http_addr, needed }
}

/// Stores what the configuration lists, and brings what that made possible: refusals that had nobody to go to may have a
/// head now.
async fn list(db: &Db, listing: Listing, shared: &Arc<Shared>, clock: &Clock) -> anyhow::Result<()> {
    let (listing, shared, now) = (Arc::new(listing), shared.clone(), clock.now());
    let write = db.write(move |tx| {
        let (listing, shared) = (listing.clone(), shared.clone());
        Box::pin(async move {
            let adopted = tx.list_adopting(&listing, now).await?;
            flows::beat(tx, true, now).await?;
            flows::catch_up(tx, &shared, &adopted, now).await
        })
    });
    write.await.map_err(internal)
}

/// Gives the leads that ran the time of an outage back, some in each transaction.
async fn give_back(db: &Db, shared: &Arc<Shared>, clock: &Clock) -> anyhow::Result<()> {
    loop {
        let (shared, now) = (shared.clone(), clock.now());
        let write = db.write(move |tx| {
            let shared = shared.clone();
            Box::pin(async move { flows::give_back(tx, &shared, now).await })
        });
        if !write.await.map_err(internal)? {
            return Ok(());
        }
    }
}

fn internal(error: flows::Error) -> anyhow::Error {
    match error {
        flows::Error::Internal(error) => error,
        flows::Error::Tell(_) | flows::Error::Faults(_) => anyhow::anyhow!("it had words for nobody"),
    }
}

/// Says every minute that the bot is there, until it is not: what passes while nobody says so is nobody's neglect.
async fn beats(db: Db, clock: Clock, stop: CancellationToken) {
    loop {
        let next = clock.now() + BEAT;
        tokio::select! {
            () = clock.until(next) => {}
            () = stop.cancelled() => return,
        }
        let now = clock.now();
        let beat = db.write(move |tx| Box::pin(async move { flows::beat(tx, false, now).await }));
        // A database that does not answer now is told of by whoever needs it.
        let _: flows::Result<()> = beat.await;
    }
}

/// Listens from now on for whoever stops processes (SIGTERM, Ctrl-C); what comes back ends when it is told.
///
/// Called before an app starts: until somebody listens, a signal ends the process on the spot.
///
/// # Errors
/// When the system does not let it listen.
pub fn told_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for Ctrl-C")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
