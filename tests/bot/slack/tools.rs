//! The manifest, and what `panout doctor` finds.

use std::collections::BTreeMap;

use panout::chat::{CommandSpec, Localized, Menu, ShortcutSpec};
use panout::platforms::Finding;
use panout::platforms::slack::{Settings, Via, channel_visible, check, manifest};
use serde_json::{Value, json};

use super::rig::settings;
use crate::fake::slack::FakeSlack;
use crate::story::ChatService as _;

fn en(words: &str) -> Localized {
    Localized(BTreeMap::from([("en".into(), words.into())]))
}

fn menu() -> Menu {
    Menu {
        commands: vec![CommandSpec {
            name: "refusal",
            description: en("Log a refusal"),
            usage: en("Acme 12k price"),
            options: Vec::new(),
            subcommands: Vec::new(),
        }],
        shortcuts: vec![ShortcutSpec { name: "log", label: en("Log as refusal") }],
    }
}

#[test]
fn the_manifest_asks_for_the_commands_and_the_least_scopes() {
    let manifest: Value = serde_json::from_str(&manifest(&menu(), "Panout", None)).unwrap();
    let command = json!({
        "command": "/refusal", "description": "Log a refusal", "usage_hint": "Acme 12k price", "should_escape": false,
    });
    let shortcut = json!({
        "name": "Log as refusal", "type": "message", "callback_id": "log", "description": "Log as refusal",
    });
    assert_eq!(manifest["features"]["slash_commands"], json!([command]));
    assert_eq!(manifest["features"]["shortcuts"], json!([shortcut]));
    let scopes = json!([
        "commands",
        "chat:write",
        "im:write",
        "im:history",
        "channels:history",
        "groups:history",
        "files:write",
        "files:read"
    ]);
    assert_eq!(manifest["oauth_config"]["scopes"]["bot"], scopes);
    assert_eq!(manifest["settings"]["socket_mode_enabled"], true);
    assert_eq!(manifest["settings"]["interactivity"]["is_enabled"], true);
    assert!(manifest["settings"].get("event_subscriptions").is_none(), "no message is read");
}

#[test]
fn the_manifest_for_http_says_where_slack_is_to_call() {
    let manifest: Value =
        serde_json::from_str(&manifest(&menu(), "Panout", Some("https://panout.example.com"))).unwrap();
    assert_eq!(manifest["features"]["slash_commands"][0]["url"], "https://panout.example.com/slack/commands");
    let interactivity = json!({
        "is_enabled": true, "request_url": "https://panout.example.com/slack/interactivity",
        "message_menu_options_url": "https://panout.example.com/slack/interactivity",
    });
    assert_eq!(manifest["settings"]["interactivity"], interactivity);
    assert_eq!(manifest["settings"]["socket_mode_enabled"], false);
    assert!(manifest["settings"].get("event_subscriptions").is_none(), "no message is read");
}

#[tokio::test]
async fn over_http_the_doctor_needs_neither_an_app_token_nor_a_socket() {
    let slack = FakeSlack::start().await;
    let over_http = Settings { via: Via::Http { signing_secret: slack.signing_secret() }, ..settings(&slack) };
    let findings = check(&over_http).await;
    let whats: Vec<&str> = findings.iter().map(|finding| finding.what).collect();
    assert_eq!(whats, ["slack.bot_token", "slack.scopes"]);
    assert!(findings.iter().all(|finding| finding.ok), "{findings:?}");
    assert_eq!(slack.calls("apps.connections.open"), 0);
}

#[tokio::test]
async fn the_doctor_finds_a_sound_app_sound() {
    let slack = FakeSlack::start().await;
    let findings = check(&settings(&slack)).await;
    let whats: Vec<&str> = findings.iter().map(|finding| finding.what).collect();
    assert_eq!(whats, ["slack.bot_token", "slack.scopes", "slack.app_token", "slack.socket"]);
    assert!(findings.iter().all(|finding| finding.ok), "{findings:?}");
    assert_eq!(slack.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn the_doctor_names_what_is_missing() {
    let slack = FakeSlack::start().await;
    let older =
        manifest(&menu(), "Panout", None).replace("\"im:history\"", "\"users:read\"").replace("files:", "pins:");
    slack.install(&older);
    let wrong = Settings { via: Via::Socket { app_token: "xapp-wrong".into() }, ..settings(&slack) };
    let findings = check(&wrong).await;
    let broken: Vec<&Finding> = findings.iter().filter(|finding| !finding.ok).collect();
    let expected = [
        Finding { what: "slack.scopes", ok: false, detail: "im:history, files:write, files:read".into() },
        Finding { what: "slack.app_token", ok: false, detail: "invalid_auth".into() },
    ];
    assert_eq!(broken, expected.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn the_doctor_sees_which_channels_are_there() {
    let slack = FakeSlack::start().await;
    let sales = slack.add_channel("sales");
    assert!(channel_visible(&settings(&slack), &sales).await.unwrap());
    assert!(!channel_visible(&settings(&slack), "C404").await.unwrap());
    assert_eq!(slack.complaints(), Vec::<String>::new());
}

#[test]
fn settings_print_without_their_secrets() {
    let ways = [Via::Socket { app_token: "xapp-2".into() }, Via::Http { signing_secret: "s3cret".into() }];
    for via in ways {
        let settings = Settings { api_url: Settings::API_URL.into(), bot_token: "xoxb-1".into(), via };
        let printed = format!("{settings:?}");
        assert!(["xoxb", "xapp", "s3cret"].iter().all(|secret| !printed.contains(secret)), "{printed}");
    }
}
