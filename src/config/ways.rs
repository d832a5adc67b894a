//! How what people do comes in: which tokens mean what, and where they contradict each other.

use super::{Config, Problem, SlackVia};
use crate::chat::Service;

/// The variable of `[http] public_url`.
pub(super) const HTTP_PUBLIC_URL: &str = "PANOUT_HTTP_PUBLIC_URL";

/// How a service tells what people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The service.
    pub service: Service,
    /// Whether it sends requests to the web server.
    pub http: bool,
    /// The way and why it is that one, for whoever runs the program.
    pub said: &'static str,
}

impl Config {
    /// How each service that is on tells what people do.
    pub fn ways(&self) -> Vec<Way> {
        let slack = self.slack.as_ref().map(|slack| match slack.via {
            SlackVia::Socket(_) => (Service::Slack, false, "over Socket Mode, because PANOUT_SLACK_APP_TOKEN is set"),
            SlackVia::Http(_) => (
                Service::Slack,
                true,
                "over HTTP, because PANOUT_SLACK_SIGNING_SECRET is set and PANOUT_SLACK_APP_TOKEN is not",
            ),
        });
        let discord = self.discord.as_ref().map(|discord| match discord.public_key {
            None => (Service::Discord, false, "over the gateway, because PANOUT_DISCORD_PUBLIC_KEY is not set"),
            Some(_) => (Service::Discord, true, "over HTTP, because PANOUT_DISCORD_PUBLIC_KEY is set"),
        });
        slack.into_iter().chain(discord).map(|(service, http, said)| Way { service, http, said }).collect()
    }

    /// Settings that cannot all be meant.
    pub(super) fn contradictions(&self) -> Option<Problem> {
        let ways = self.ways();
        if self.public_url.is_none() || ways.is_empty() || ways.iter().any(|way| way.http) {
            return None;
        }
        let said = ways.iter().map(|way| format!("{} comes {}", way.service, way.said)).collect::<Vec<_>>().join(", ");
        let mends = ways.iter().map(|way| match way.service {
            Service::Slack => "set PANOUT_SLACK_SIGNING_SECRET without PANOUT_SLACK_APP_TOKEN",
            _ => "set PANOUT_DISCORD_PUBLIC_KEY",
        });
        let mends = mends.collect::<Vec<_>>().join(" or ");
        let wrong = format!("there is a public_url, but nothing comes over HTTP ({said}): {mends}, or remove it");
        Some(Problem::of_variable(HTTP_PUBLIC_URL, wrong))
    }
}
