//! `panout run`: the bot, on every service whose tokens are given.

use super::{Failure, logging};
use crate::app::{App, Parts};
use crate::chat::Service;
use crate::clock::Clock;
use crate::config::{Config, Environment, FILE};
use crate::platforms::slack;
use crate::store::Db;

/// What to set for each service.
const TOKENS: [(Service, &str); 2] =
    [(Service::Slack, "PANOUT_SLACK_BOT_TOKEN and PANOUT_SLACK_APP_TOKEN"), (Service::Discord, "PANOUT_DISCORD_TOKEN")];

/// Runs until told to stop.
pub(super) async fn run(env: &Environment<'_>) -> Result<(), Failure> {
    let config = Config::load(env)?;
    if config.file.is_none() {
        let wrong =
            format!("there is no {FILE} here: write one with `panout init`, or name another file in PANOUT_CONFIG");
        return Err(Failure::Setup(wrong));
    }
    let services = config.services();
    if services.is_empty() {
        return Err(Failure::Setup(nothing_to_run_on()));
    }
    logging::begin(&config.log)?;
    for (service, tokens) in TOKENS.iter().filter(|(service, _)| !services.contains(service)) {
        tracing::info!(%service, "off: {tokens} not set");
    }
    let db = Db::open(&config.database_url).await?;
    let parts = Parts {
        db,
        listing: config.listing(),
        rules: config.rules(services),
        words: config.catalogue()?,
        limits: config.limits(),
        slack: slack_settings(&config),
        local: None,
    };
    Ok(App::start(parts, Clock::system()).await?.run().await?)
}

/// What Slack's adapter takes.
pub(super) fn slack_settings(config: &Config) -> Option<slack::Settings> {
    config.slack.as_ref().map(|slack| slack::Settings {
        api_url: slack.api_url.clone(),
        bot_token: slack.bot_token.reveal().to_owned(),
        app_token: slack.app_token.reveal().to_owned(),
        signing_secret: slack.signing_secret.as_ref().map(|secret| secret.reveal().to_owned()),
    })
}

/// What is said when no token is given.
fn nothing_to_run_on() -> String {
    let tokens = TOKENS.map(|(service, tokens)| format!("\n  {tokens} (see `panout manifest {service}`)"));
    format!("no chat service has its tokens. Set one of:{}\nTo try the bot without any: `panout demo`", tokens.concat())
}
