//! `panout manifest`: what to tell Slack and Discord about the bot.

use super::{Failure, say};
use crate::command_line::Manifest;
use crate::config::{Config, Environment};
use crate::flows;
use crate::platforms::slack;

/// What people call the bot.
const NAME: &str = "Panout";

/// What the bot must be allowed on Discord, by the bit of each permission, and for what (docs: Topics, Permissions).
const PERMISSIONS: [(u32, &str, &str); 7] = [
    (10, "View Channels", "sees the team's channel"),
    (11, "Send Messages", "posts there"),
    (14, "Embed Links", "draws its cards"),
    (
        16,
        "Read Message History",
        "looks, after a lost answer, whether its own message was posted, and posts none twice",
    ),
    (35, "Create Public Threads", "answers under a message"),
    (36, "Create Private Threads", "reaches people who take no direct messages"),
    (38, "Send Messages in Threads", "writes to them there"),
];

/// Prints it.
pub(super) fn manifest(of: &Manifest, env: &Environment<'_>) -> Result<(), Failure> {
    let config = Config::load(env)?;
    match of {
        Manifest::Slack => say(&slack::manifest(&flows::menu(&config.catalogue()?), NAME))?,
        Manifest::Discord { application } => {
            let from_token = || application_of(config.discord.as_ref()?.token.reveal());
            say(&discord(application.or_else(from_token)))?;
        }
    }
    Ok(())
}

/// The invite link, and what each permission is for.
fn discord(application: Option<u64>) -> String {
    let permissions = PERMISSIONS.iter().fold(0u64, |sum, (bit, _, _)| sum | 1 << bit);
    let id = application.map_or_else(|| "APPLICATION_ID".to_owned(), |id| id.to_string());
    let mut lines = Vec::new();
    if application.is_none() {
        lines.push("Put your application's id in place of APPLICATION_ID (General Information, on".to_owned());
        lines.push(
            "https://discord.com/developers/applications), or set PANOUT_DISCORD_TOKEN and ask again.\n".to_owned(),
        );
    }
    lines.push("Open this link and choose your server:\n".to_owned());
    lines.push(format!(
        "  https://discord.com/oauth2/authorize?client_id={id}&scope=bot+applications.commands&permissions={permissions}\n"
    ));
    lines.push("The bot asks for these permissions, and for no privileged intent:\n".to_owned());
    lines.extend(PERMISSIONS.iter().map(|(_, name, reason)| format!("  {name:<26}{reason}")));
    lines.join("\n")
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
    use super::{application_of, discord};

    #[test]
    fn a_token_says_which_application_it_belongs_to() {
        // "100000000000000001" in base64, as Discord writes it.
        assert_eq!(application_of("MTAwMDAwMDAwMDAwMDAwMDAx.GabcDe.secret"), Some(100_000_000_000_000_001));
        assert_eq!(application_of("not a token"), None);
        assert_eq!(application_of(""), None);
    }

    #[test]
    fn the_invite_asks_for_what_it_explains_and_no_more() {
        let invite = discord(Some(42));
        assert!(invite.contains("client_id=42&scope=bot+applications.commands&permissions=377957207040\n"), "{invite}");
        assert_eq!(377_957_207_040_u64, 1 << 10 | 1 << 11 | 1 << 14 | 1 << 16 | 1 << 35 | 1 << 36 | 1 << 38);
        assert!(!invite.contains("APPLICATION_ID"));
        assert!(discord(None).contains("client_id=APPLICATION_ID&"));
    }
}
