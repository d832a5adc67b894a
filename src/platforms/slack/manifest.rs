//! The app's manifest: what a workspace's admin pastes into Slack to create the app.

use serde_json::{Value, json};

use super::http;
use crate::chat::Menu;

/// What the bot's token must be allowed, and for what. Channels are read only to look for the bot's own message after a
/// post whose outcome is not known: without that it would be posted twice, or never.
pub(super) const SCOPES: [&str; 8] = [
    // Slash commands and message shortcuts.
    "commands",
    // Posting where the bot is, changing its own messages, and whispering.
    "chat:write",
    // Opening the conversation with one person.
    "im:write",
    // Looking, after a lost answer, whether a direct message was posted.
    "im:history",
    // The same in the teams' channels, public and private: the digest, and what was won back.
    "channels:history",
    "groups:history",
    // Pictures in messages, and exported files.
    "files:write",
    // Looking whether Slack has taken one in.
    "files:read",
];

/// The language of what the manifest says; Slack's manifests have one.
const LANGUAGE: &str = "en";

/// The app's manifest as JSON: the commands with their hints, message shortcuts and the least scopes; Socket Mode, or with
/// the address (without a slash at the end) under which the bot's web server is reached from outside, HTTP.
pub fn manifest(menu: &Menu, name: &str, public_url: Option<&str>) -> String {
    let mut manifest = json!({
        "display_information": {"name": name},
        "features": {
            // Commands may be typed to the bot itself, so its tab takes messages; they are not read.
            "app_home": {"home_tab_enabled": false, "messages_tab_enabled": true, "messages_tab_read_only_enabled": false},
            "bot_user": {"display_name": name, "always_online": true},
            "shortcuts": shortcuts(menu),
            "slash_commands": commands(menu),
        },
        "oauth_config": {"scopes": {"bot": SCOPES}},
        "settings": {
            "interactivity": {"is_enabled": true},
            "org_deploy_enabled": false,
            "socket_mode_enabled": public_url.is_none(),
            "token_rotation_enabled": false,
        },
    });
    if let Some(url) = public_url {
        let [commands, interactivity, _] = http::PATHS.map(|path| format!("{url}{path}"));
        for command in manifest["features"]["slash_commands"].as_array_mut().into_iter().flatten() {
            command["url"] = commands.as_str().into();
        }
        manifest["settings"]["interactivity"]["request_url"] = interactivity.as_str().into();
        // Searches in forms ask there.
        manifest["settings"]["interactivity"]["message_menu_options_url"] = interactivity.into();
    }
    format!("{manifest:#}")
}

fn commands(menu: &Menu) -> Vec<Value> {
    let commands = menu.commands.iter().map(|command| {
        let mut drawn = json!({
            "command": format!("/{}", command.name),
            "description": command.description.get(LANGUAGE),
            "should_escape": false,
        });
        let usage = command.usage.get(LANGUAGE);
        if !usage.is_empty() {
            drawn["usage_hint"] = usage.into();
        }
        drawn
    });
    commands.collect()
}

fn shortcuts(menu: &Menu) -> Vec<Value> {
    let shortcuts = menu.shortcuts.iter().map(|shortcut| {
        let label = shortcut.label.get(LANGUAGE);
        json!({"name": label, "type": "message", "callback_id": shortcut.name, "description": label})
    });
    shortcuts.collect()
}
