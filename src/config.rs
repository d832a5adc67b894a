//! Every setting, its meaning and its default; the only reader of the environment.
//!
//! What an organisation decides is in `panout.toml`, or the file `PANOUT_CONFIG` names; secrets and the machine's own
//! matters come from `PANOUT_*` variables, which win over the file. Whatever is wrong is told at once, each thing in an
//! English sentence with its file, line and mend ([`ConfigError`]): it is for whoever runs the program.

mod environment;
mod file;
mod intake;
mod leads;
mod opportunities;
mod parts;
mod problem;
mod reader;
mod secret;
mod values;
mod ways;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use chrono_tz::Tz;

pub use self::environment::process_environment;
pub use self::problem::{ConfigError, Place, Problem};
pub use self::secret::Secret;
pub use self::ways::Way;

use self::ways::HTTP_PUBLIC_URL;

use crate::chat::Account;
use crate::domain::{Currency, Money, Role, Schedules, WorkingHours};
use crate::flows::{DealRules, LeadRules};
use crate::words::{Catalogue, Language};

/// Reads a variable of the environment by name.
pub type Environment<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// The file that is read unless `PANOUT_CONFIG` names another.
pub const FILE: &str = "panout.toml";

/// Every setting.
#[derive(Clone)]
pub struct Config {
    /// The file it was read from; `None` if there is none.
    pub file: Option<PathBuf>,
    /// `[organisation]`.
    pub organisation: Organisation,
    /// `[[team]]`, in order; may be empty.
    pub teams: Vec<Team>,
    /// `[[person]]`.
    pub people: Vec<Person>,
    /// `[[product]]`, in order.
    pub products: Vec<Product>,
    /// `[leads]`, `[[lead_rule]]`, `[[intake]]`.
    pub leads: LeadRules,
    /// `[opportunities]`.
    pub opportunities: DealRules,
    /// `[jobs] lease_seconds`, `PANOUT_JOB_LEASE_SECONDS`: how long a job is its worker's before another may take it.
    pub lease_seconds: u32,
    /// `[database] url`, `PANOUT_DATABASE_URL`. May hold a password.
    pub database_url: String,
    /// `[http] address`, `PANOUT_HTTP_ADDR`: where the web server listens; in the demo the page, on this machine only.
    pub http_addr: SocketAddr,
    /// Whether somebody chose that address.
    pub http_chosen: bool,
    /// `[http] public_url`, `PANOUT_HTTP_PUBLIC_URL`: where services reach the web server, without a slash at the end.
    pub public_url: Option<String>,
    /// Slack, if its tokens are given.
    pub slack: Option<Slack>,
    /// Discord, if its token is given.
    pub discord: Option<Discord>,
    /// `[log]`.
    pub log: Log,
}

/// What holds for every team that does not say otherwise.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// What the bot speaks to people of whom it knows nothing.
    pub language: Language,
    /// What amounts without a currency are in.
    pub currency: Currency,
    /// Where it is.
    pub time_zone: Tz,
    /// From this budget on a refusal comes to the head at once, smaller ones once a day; `None`: all at once.
    pub head_card_above: Option<Money>,
    /// How many messages somebody gets a day at most.
    pub messages_a_day: u32,
    /// Below this budget a refusal validates itself; `None`: the head decides about all.
    pub self_validate_below: Option<Money>,
    /// One in so many of those goes to the head all the same; none for zero.
    pub sample_one_in: u32,
    /// A folder of texts that take the place of some of the bot's own; from the folder of the file.
    pub prompts: Option<PathBuf>,
}

/// A team.
#[derive(Clone, Debug)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// Its channels: who is first met in one joins this team.
    pub channels: Vec<Account>,
    /// When it works.
    pub working_hours: WorkingHours,
    /// Its language, if it is not the organisation's.
    pub language: Option<Language>,
    /// Its currency, if it is not the organisation's.
    pub currency: Option<Currency>,
    /// Where it is, if not where the organisation is.
    pub time_zone: Option<Tz>,
    /// Whether amounts are named in its channels, when a deal is won back.
    pub amounts_in_channel: bool,
    /// When its digest, its head's daily line and the focus come, in its time zone.
    pub schedules: Schedules,
}

/// A person.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their team's name; the first team if none.
    pub team: Option<String>,
    /// What they are in the organisation.
    pub role: Role,
    /// Their accounts, on any of the services.
    pub accounts: Vec<Account>,
}

/// Something the organisation sells.
#[derive(Clone, Debug)]
pub struct Product {
    /// Its name.
    pub name: String,
    /// What else people type for it.
    pub aliases: Vec<String>,
}

/// What it takes to be a Slack app.
#[derive(Clone, Debug)]
pub struct Slack {
    /// `PANOUT_SLACK_API_URL`: where the Web API is, without a slash at the end.
    pub api_url: String,
    /// `PANOUT_SLACK_BOT_TOKEN`, `xoxb-..`.
    pub bot_token: Secret,
    /// How Slack tells what people do.
    pub via: SlackVia,
}

/// How Slack tells what people do: with an app token over Socket Mode, otherwise over HTTP.
#[derive(Clone, Debug)]
pub enum SlackVia {
    /// `PANOUT_SLACK_APP_TOKEN`, `xapp-..`, with `connections:write`.
    Socket(Secret),
    /// `PANOUT_SLACK_SIGNING_SECRET`, from the app's Basic Information.
    Http(Secret),
}

/// What it takes to be a Discord bot.
#[derive(Clone, Debug)]
pub struct Discord {
    /// `PANOUT_DISCORD_API_URL`: another host instead of Discord's own, without a path; `None` in production.
    pub api_url: Option<String>,
    /// `PANOUT_DISCORD_TOKEN`.
    pub token: Secret,
    /// `PANOUT_DISCORD_PUBLIC_KEY`: with it interactions come over HTTP, otherwise over the gateway.
    pub public_key: Option<String>,
}

/// What is logged, and how.
#[derive(Clone, Debug)]
pub struct Log {
    /// `[log] filter`, `PANOUT_LOG`: which events, as `tracing_subscriber::EnvFilter` reads it.
    pub filter: String,
    /// `[log] format`, `PANOUT_LOG_FORMAT`.
    pub format: LogFormat,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines: one JSON object a line.
    Json,
}

impl Slack {
    /// Slack's own address.
    pub const API_URL: &'static str = "https://slack.com/api";
}

impl Default for Config {
    fn default() -> Self {
        Self {
            file: None,
            organisation: Organisation::default(),
            teams: Vec::new(),
            people: Vec::new(),
            products: Vec::new(),
            leads: LeadRules::default(),
            opportunities: DealRules::default(),
            lease_seconds: 60,
            database_url: "sqlite:panout.db".into(),
            http_addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            http_chosen: false,
            public_url: None,
            slack: None,
            discord: None,
            log: Log::default(),
        }
    }
}

impl Default for Organisation {
    fn default() -> Self {
        Self {
            name: "Panout".into(),
            language: Language::En,
            currency: "EUR".parse().expect("the euro is a currency"),
            time_zone: Tz::UTC,
            head_card_above: None,
            messages_a_day: 3,
            self_validate_below: None,
            sample_one_in: 5,
            prompts: None,
        }
    }
}

impl Default for Team {
    /// A team without a name, in the usual hours.
    fn default() -> Self {
        Self {
            name: String::new(),
            channels: Vec::new(),
            working_hours: "Mon-Fri 09:00-18:00".parse().expect("the usual hours can be read"),
            language: None,
            currency: None,
            time_zone: None,
            amounts_in_channel: false,
            schedules: Schedules::usual(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".into(), format: LogFormat::Text }
    }
}

impl fmt::Debug for Config {
    /// Without the database's URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("file", &self.file)
            .field("organisation", &self.organisation)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the file and the environment. Without a file everything in it has its default, and [`Config::file`] is
    /// `None`.
    ///
    /// # Errors
    /// Everything that is wrong. A file that `PANOUT_CONFIG` names must be there.
    pub fn load(env: &Environment<'_>) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        let mut problems = file::read(&mut config, env);
        problems.extend(environment::read(&mut config, env));
        problems.extend(config.contradictions());
        if let Some(folder) = &config.organisation.prompts
            && let Err(wrong) = Catalogue::with_overrides(folder)
        {
            problems.extend(wrong.iter().map(Problem::of_words));
        }
        ConfigError::of(problems).map(|()| config)
    }

    /// Reads what the demo takes from outside: where its page and its database are, and the log. No file, no tokens.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn for_demo(env: &Environment<'_>) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        let mut problems = environment::read_machine(&mut config, env);
        problems.extend(environment::for_this_machine_only(&config));
        ConfigError::of(problems).map(|()| config)
    }

    /// Where the file is, or would be.
    pub fn path(env: &Environment<'_>) -> PathBuf {
        environment::variable(env, "PANOUT_CONFIG").map_or_else(|| PathBuf::from(FILE), PathBuf::from)
    }
}
