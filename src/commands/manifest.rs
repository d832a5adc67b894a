//! `panout manifest`: what to tell Slack and Discord about the bot.

use super::{Failure, say};
use crate::chat::Service;
use crate::command_line::Manifest;
use crate::config::{Config, Environment};
use crate::flows;
use crate::platforms::{discord, slack};

/// What people call the bot.
const NAME: &str = "Panout";

/// What is said where Slack must be told an address, and nobody knows it.
const NO_URL: &str = "Slack comes over HTTP (PANOUT_SLACK_SIGNING_SECRET is set and PANOUT_SLACK_APP_TOKEN is not), and must be \
                      told where: set public_url under [http], or PANOUT_HTTP_PUBLIC_URL, such as https://panout.example.com";

/// What each permission on Discord is for.
const REASONS: [(&str, &str); 8] = [
    ("VIEW_CHANNEL", "sees the team's channel"),
    ("SEND_MESSAGES", "posts there"),
    ("EMBED_LINKS", "draws its cards"),
    ("ATTACH_FILES", "shows pictures, and sends exports"),
    ("READ_MESSAGE_HISTORY", "looks, after a lost answer, whether its own message is there, and posts none twice"),
    ("CREATE_PUBLIC_THREADS", "answers under a message"),
    ("CREATE_PRIVATE_THREADS", "reaches people who take no direct messages"),
    ("SEND_MESSAGES_IN_THREADS", "writes to them there"),
];

/// Prints it.
pub(super) fn manifest(of: &Manifest, env: &Environment<'_>) -> Result<(), Failure> {
    let config = Config::load(env)?;
    match of {
        Manifest::Slack => say(&slack::manifest(&flows::menu(&config.catalogue()?), NAME, slack_url(&config)?))?,
        Manifest::Discord { application } => {
            let from_token = || application_of(config.discord.as_ref()?.token.reveal());
            say(&invitation(application.or_else(from_token)))?;
            if let Some(endpoint) = endpoint(&config) {
                say(&endpoint)?;
            }
        }
    }
    Ok(())
}

/// Where Slack is to send what people do; `None` for Socket Mode. Without tokens, a public address means HTTP.
fn slack_url(config: &Config) -> Result<Option<&str>, Failure> {
    let over_http = config.ways().iter().find(|way| way.service == Service::Slack).map(|way| way.http);
    match (over_http, config.public_url.as_deref()) {
        (Some(false), _) => Ok(None),
        (Some(true), None) => Err(Failure::Setup(NO_URL.to_owned())),
        (_, url) => Ok(url),
    }
}

/// Where Discord is to send what people do, if it comes over HTTP.
fn endpoint(config: &Config) -> Option<String> {
    let over_http = config.ways().iter().any(|way| way.service == Service::Discord && way.http);
    let url = config.public_url.as_deref().unwrap_or("https://YOUR-ADDRESS");
    let endpoint = format!("{url}{}", discord::ENDPOINT);
    over_http.then(|| {
        format!("\nWhile the bot runs, put this in Interactions Endpoint URL, on General Information:\n\n  {endpoint}")
    })
}

/// The invite link, and what each permission is for.
fn invitation(application: Option<u64>) -> String {
    let id = application.map_or_else(|| "APPLICATION_ID".to_owned(), |id| id.to_string());
    let invite = discord::invite(&id);
    let mut lines = Vec::new();
    if application.is_none() {
        lines.push("Put your application's id in place of APPLICATION_ID (General Information, on".to_owned());
        lines.push(
            "https://discord.com/developers/applications), or set PANOUT_DISCORD_TOKEN and ask again.\n".to_owned(),
        );
    }
    lines.push("Open this link and choose your server:\n".to_owned());
    lines.push(format!("  {}\n", invite.url));
    lines.push("The bot asks for these permissions, and for no privileged intent:\n".to_owned());
    lines
        .extend(invite.permissions.iter().map(|(name, _)| format!("  {name:<26}{}", reason(name).unwrap_or_default())));
    lines.join("\n")
}

fn reason(permission: &str) -> Option<&'static str> {
    REASONS.iter().find(|(name, _)| *name == permission).map(|(_, reason)| *reason)
}

/// The application a token belongs to: its id stands before the first dot, in base64.
fn application_of(token: &str) -> Option<u64> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0u32, 0);
    for symbol in token.split('.').next()?.trim_end_matches('=').bytes() {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        held = (held << 6 | u32::from(value)) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).expect("eight bits are a byte"));
        }
    }
    String::from_utf8(bytes).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{REASONS, application_of, reason};
    use crate::platforms::discord;

    #[test]
    fn a_token_says_which_application_it_belongs_to() {
        // "100000000000000001" in base64, as Discord writes it.
        assert_eq!(application_of("MTAwMDAwMDAwMDAwMDAwMDAx.GabcDe.secret"), Some(100_000_000_000_000_001));
        assert_eq!(application_of("not a token"), None);
        assert_eq!(application_of(""), None);
    }

    #[test]
    fn every_permission_that_is_asked_for_is_explained() {
        for (name, _) in discord::PERMISSIONS {
            assert!(reason(name).is_some(), "{name}");
        }
        assert_eq!(REASONS.len(), discord::PERMISSIONS.len());
    }
}
