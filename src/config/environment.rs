//! The `PANOUT_*` variables. An empty one is as good as none.

use super::values::{self, Value};
use super::{Config, Discord, Environment, HTTP_PUBLIC_URL, LogFormat, Problem, Secret, Slack, SlackVia};

const HTTP_ADDR: &str = "PANOUT_HTTP_ADDR";
const SLACK_API_URL: &str = "PANOUT_SLACK_API_URL";
const SLACK_BOT_TOKEN: &str = "PANOUT_SLACK_BOT_TOKEN";
const SLACK_APP_TOKEN: &str = "PANOUT_SLACK_APP_TOKEN";
const SLACK_SIGNING_SECRET: &str = "PANOUT_SLACK_SIGNING_SECRET";
const DISCORD_API_URL: &str = "PANOUT_DISCORD_API_URL";
const DISCORD_TOKEN: &str = "PANOUT_DISCORD_TOKEN";
const DISCORD_PUBLIC_KEY: &str = "PANOUT_DISCORD_PUBLIC_KEY";

/// The environment of this process.
pub fn process_environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// A variable that is set to something.
pub(super) fn variable(env: &Environment<'_>, name: &str) -> Option<String> {
    env(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Reads every variable into the configuration; what is wrong comes back.
pub(super) fn read(config: &mut Config, env: &Environment<'_>) -> Vec<Problem> {
    let mut problems = read_machine(config, env);
    let mut variables = Variables { env, problems: Vec::new() };
    config.slack = variables.slack();
    config.discord = variables.discord();
    problems.extend(variables.problems);
    problems
}

/// Reads what concerns the machine and no chat service.
pub(super) fn read_machine(config: &mut Config, env: &Environment<'_>) -> Vec<Problem> {
    let mut variables = Variables { env, problems: Vec::new() };
    variables.set("PANOUT_DATABASE_URL", &mut config.database_url, values::database_url);
    if let Some(addr) = variables.read(HTTP_ADDR, values::http_addr) {
        (config.http_addr, config.http_chosen) = (addr, true);
    }
    config.public_url = variables.read(HTTP_PUBLIC_URL, values::public_url).or(config.public_url.take());
    variables.set("PANOUT_JOB_LEASE_SECONDS", &mut config.lease_seconds, values::lease_seconds);
    variables.set("PANOUT_LOG", &mut config.log.filter, values::log_filter);
    variables.set("PANOUT_LOG_FORMAT", &mut config.log.format, log_format);
    variables.problems
}

/// What is wrong with an address that lets others in, where only this machine may come.
pub(super) fn for_this_machine_only(config: &Config) -> Option<Problem> {
    values::loopback(config.http_addr).err().map(|wrong| Problem::of_variable(HTTP_ADDR, wrong))
}

pub(super) fn log_format(written: &str) -> Value<LogFormat> {
    match written {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("\"{written}\" is not a format: write text or json")),
    }
}

struct Variables<'a> {
    env: &'a Environment<'a>,
    problems: Vec<Problem>,
}

impl Variables<'_> {
    fn read<T>(&mut self, name: &'static str, read: impl Fn(&str) -> Value<T>) -> Option<T> {
        let read = read(&variable(self.env, name)?);
        read.map_err(|wrong| self.problems.push(Problem::of_variable(name, wrong))).ok()
    }

    fn set<T>(&mut self, name: &'static str, setting: &mut T, read: impl Fn(&str) -> Value<T>) {
        if let Some(value) = self.read(name, read) {
            *setting = value;
        }
    }

    fn is_set(&self, name: &str) -> bool {
        variable(self.env, name).is_some()
    }

    /// Complains if `name` is needed because of `because`, which is set, and is not.
    fn need(&mut self, name: &'static str, because: &str, mend: &str) {
        if !self.is_set(name) {
            self.problems.push(Problem::of_variable(name, format!("it is not set, but {because} is: {mend}")));
        }
    }

    fn slack(&mut self) -> Option<Slack> {
        let all = [SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET];
        let because = all.into_iter().find(|name| self.is_set(name))?;
        self.need(SLACK_BOT_TOKEN, because, "it is the Bot User OAuth Token on the app's Install App page");
        if !self.is_set(SLACK_SIGNING_SECRET) {
            let mend = "it is an app-level token with connections:write, on Basic Information; or set \
                        PANOUT_SLACK_SIGNING_SECRET for Slack over HTTP";
            self.need(SLACK_APP_TOKEN, because, mend);
        }
        let bot_token = self.read(SLACK_BOT_TOKEN, |token| begins(token, "xoxb-"));
        let app_token = self.read(SLACK_APP_TOKEN, |token| begins(token, "xapp-"));
        let signing_secret = self.read(SLACK_SIGNING_SECRET, signing_secret);
        // A signing secret that lies beside an app token changes nothing.
        let over_http = signing_secret.filter(|_| !self.is_set(SLACK_APP_TOKEN)).map(SlackVia::Http);
        let api_url = self.read(SLACK_API_URL, |url| values::api_url(url, "/api", Slack::API_URL));
        Some(Slack {
            api_url: api_url.unwrap_or_else(|| Slack::API_URL.to_owned()),
            bot_token: bot_token?,
            via: app_token.map(SlackVia::Socket).or(over_http)?,
        })
    }

    fn discord(&mut self) -> Option<Discord> {
        let all = [DISCORD_TOKEN, DISCORD_PUBLIC_KEY];
        let because = all.into_iter().find(|name| self.is_set(name))?;
        self.need(DISCORD_TOKEN, because, "it is on the application's Bot page, under Reset Token");
        let token = self.read(DISCORD_TOKEN, discord_token);
        let public_key = self.read(DISCORD_PUBLIC_KEY, public_key);
        let api_url = self.read(DISCORD_API_URL, |url| values::api_url(url, "", "https://discord.com"));
        Some(Discord { api_url, token: token?, public_key })
    }
}

/// A secret with the beginning it must have; tokens put in each other's place are the commonest fault.
fn begins(token: &str, beginning: &str) -> Value<Secret> {
    if !token.starts_with(beginning) {
        return Err(format!("it does not begin with {beginning}: perhaps two tokens changed places"));
    }
    secret(token)
}

fn signing_secret(text: &str) -> Value<Secret> {
    if text.starts_with("xoxb-") || text.starts_with("xapp-") {
        return Err("it is a token: copy the Signing Secret, from the app's Basic Information".to_owned());
    }
    secret(text)
}

fn discord_token(token: &str) -> Value<Secret> {
    if token.starts_with("Bot ") {
        return Err("leave out \"Bot \" and give the token alone".to_owned());
    }
    secret(token)
}

fn secret(text: &str) -> Value<Secret> {
    if text.chars().any(char::is_whitespace) {
        return Err("there is a space in it: copy it again, without what stands around it".to_owned());
    }
    Ok(Secret::new(text))
}

fn public_key(key: &str) -> Value<String> {
    let fits = key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit());
    if fits { Ok(key.to_owned()) } else { Err("it is not 64 hexadecimal digits: copy the Public Key again".to_owned()) }
}
