//! `panout run`: the bot, on every service whose tokens are given.

use super::{Failure, logging, pages};
use crate::app::{self, App};
use crate::chat::Service;
use crate::clock::Clock;
use crate::config::{Config, Environment, FILE};

/// What to set for each service.
const TOKENS: [(Service, &str); 2] = [
    (Service::Slack, "PANOUT_SLACK_BOT_TOKEN and PANOUT_SLACK_APP_TOKEN (or, over HTTP, PANOUT_SLACK_SIGNING_SECRET)"),
    (Service::Discord, "PANOUT_DISCORD_TOKEN"),
];

/// Runs until told to stop.
pub(super) async fn run(env: &Environment<'_>) -> Result<(), Failure> {
    let settled = pages::let_go_once_settled();
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
    for way in config.ways() {
        tracing::info!(service = %way.service, "what people do comes {}", way.said);
    }
    let told = app::told_to_stop()?;
    let app = App::start(config, Clock::system()).await?;
    tokio::spawn(settled);
    Ok(app.run(told).await?)
}

/// What is said when no token is given.
fn nothing_to_run_on() -> String {
    let tokens = TOKENS.map(|(service, tokens)| format!("\n  {tokens} (see `panout manifest {service}`)"));
    format!("no chat service has its tokens. Set one of:{}\nTo try the bot without any: `panout demo`", tokens.concat())
}
