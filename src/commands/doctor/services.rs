//! The chat services: tokens, scopes, channels.

use super::Check;
use crate::app;
use crate::chat::Service;
use crate::config::Config;
use crate::flows;
use crate::platforms::{Finding, discord, slack};

/// What to do about what an adapter finds wrong, by the key of the finding.
const MENDS: [(&str, &str); 11] = [
    ("slack.certificates", "install the system's certificates (Debian: ca-certificates)"),
    (
        "slack.bot_token",
        "copy the Bot User OAuth Token again, from the app's Install App page, into PANOUT_SLACK_BOT_TOKEN",
    ),
    ("slack.scopes", "paste `panout manifest slack` into the app's App Manifest page again, then reinstall the app"),
    ("slack.app_token", "make an app-level token with connections:write on Basic Information: PANOUT_SLACK_APP_TOKEN"),
    ("slack.socket", "turn on Socket Mode, and give the app-level token connections:write"),
    ("discord.token", "reset the token on the application's Bot page, and put it in PANOUT_DISCORD_TOKEN"),
    ("discord.application", "reset the token on the application's Bot page, and put it in PANOUT_DISCORD_TOKEN"),
    ("discord.public_key", "copy the Public Key again, from General Information, into PANOUT_DISCORD_PUBLIC_KEY"),
    ("discord.gateway", "see whether this machine reaches discord.com, and discordstatus.com"),
    (
        "discord.endpoint",
        "while the bot runs over HTTP, put public_url and /discord/interactions in Interactions Endpoint URL, on General \
         Information; over the gateway leave that empty",
    ),
    ("discord.commands", "nothing: `panout run` registers them at its start"),
];

/// Findings after which the bot can run all the same.
const HARMLESS: [&str; 1] = ["discord.commands"];

/// Asks every service that is on; says of the others that they are off.
pub(super) async fn look(config: &Config) -> anyhow::Result<Vec<Check>> {
    let mut checks = Vec::new();
    if config.services().is_empty() {
        let mend = "set PANOUT_SLACK_BOT_TOKEN and PANOUT_SLACK_APP_TOKEN, or PANOUT_DISCORD_TOKEN, in the environment";
        checks.push(Check::broken("chat services", "none has its tokens", mend));
        return Ok(checks);
    }
    checks.extend(config.ways().iter().map(|way| Check::fine(format!("{}, way", way.service), way.said)));
    match app::slack_settings(config) {
        None => checks.push(off(Service::Slack)),
        Some(settings) => {
            checks.extend(slack::check(&settings).await.iter().map(|finding| found(Service::Slack, finding)));
            for channel in channels(config, Service::Slack) {
                let visible = slack::channel_visible(&settings, &channel).await;
                checks.push(seen(Service::Slack, &channel, visible));
            }
        }
    }
    match app::discord_settings(config) {
        None => checks.push(off(Service::Discord)),
        Some(settings) => {
            let menu = flows::menu(&config.catalogue()?);
            checks.extend(
                discord::check(&settings, &menu, config.public_url.as_deref())
                    .await
                    .iter()
                    .map(|finding| found(Service::Discord, finding)),
            );
            for channel in channels(config, Service::Discord) {
                let visible = discord::channel_visible(&settings, &channel).await;
                checks.push(seen(Service::Discord, &channel, visible));
            }
        }
    }
    Ok(checks)
}

/// The ids of the teams' channels on a service.
fn channels(config: &Config, service: Service) -> Vec<String> {
    let all = config.teams.iter().flat_map(|team| &team.channels);
    all.filter(|channel| channel.service == service).map(|channel| channel.id.clone()).collect()
}

fn off(service: Service) -> Check {
    Check::fine(service.as_str(), "off, its tokens are not set")
}

/// A finding, whose key may or may not begin with the service's name.
fn found(service: Service, finding: &Finding) -> Check {
    let plain = finding.what.strip_prefix(service.as_str()).unwrap_or(finding.what).trim_start_matches('.');
    let key = format!("{service}.{plain}");
    let what = format!("{service}, {}", plain.replace('_', " "));
    if finding.ok {
        return Check::fine(what, finding.detail.as_str());
    }
    let mend =
        MENDS.iter().find(|(known, _)| *known == key).map_or("see the set-up steps in the README", |(_, mend)| mend);
    let check = if HARMLESS.contains(&key.as_str()) { Check::noteworthy } else { Check::broken };
    check(what, finding.detail.as_str(), mend)
}

/// Whether the bot sees a channel.
fn seen(service: Service, channel: &str, visible: anyhow::Result<bool>) -> Check {
    let what = format!("{service}, channel {channel}");
    match visible {
        // Slack tells of a public channel whether or not the bot is in it (platforms/slack/check.rs).
        Ok(true) if service == Service::Slack => Check::fine(what, "it is there; /invite the bot if it is not"),
        Ok(true) => Check::fine(what, "the bot sees it"),
        Ok(false) => {
            let mend = "invite the bot there, or correct the channel's id in [[team]] channels";
            Check::broken(what, "the bot does not see it", mend)
        }
        Err(error) => Check::broken(what, format!("{error:#}"), "try again"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::{Finding, MENDS, Service, found, seen};

    #[test]
    fn each_finding_comes_with_its_mend() {
        let finding = Finding { what: "slack.scopes", ok: false, detail: "im:history".into() };
        let check = found(Service::Slack, &finding);
        assert_eq!((check.state, check.what.as_str()), (State::Broken, "slack, scopes"));
        assert_eq!((check.found.as_str(), check.mend.as_str()), ("im:history", MENDS[2].1));
        let bare = found(Service::Discord, &Finding { what: "public_key", ok: false, detail: "differs".into() });
        assert_eq!((bare.what.as_str(), bare.mend.as_str()), ("discord, public key", MENDS[7].1));
    }

    #[test]
    fn commands_to_be_registered_at_the_next_start_break_nothing() {
        let finding = Finding { what: "commands", ok: false, detail: "differ".into() };
        assert_eq!(found(Service::Discord, &finding).state, State::Noteworthy);
    }

    #[test]
    fn a_channel_the_bot_does_not_see_is_broken() {
        assert_eq!(seen(Service::Slack, "C0SALES", Ok(true)).state, State::Fine);
        assert_eq!(seen(Service::Slack, "C0SALES", Ok(false)).state, State::Broken);
        assert_eq!(seen(Service::Slack, "C0SALES", Err(anyhow::anyhow!("no answer"))).state, State::Broken);
    }
}
