//! What an admin is told: the invite link, and whether everything is as it should be.

use serde_json::Value;

use super::api::{Api, Refusal};
use super::{Settings, http, register};
use crate::chat::Menu;
use crate::platforms::Finding;

/// What the bot must be allowed to do in the channels it posts in. Source: Discord's reference of permissions.
pub const PERMISSIONS: [(&str, u64); 8] = [
    ("VIEW_CHANNEL", 1 << 10),
    ("SEND_MESSAGES", 1 << 11),
    ("EMBED_LINKS", 1 << 14),
    // Pictures, and exported files.
    ("ATTACH_FILES", 1 << 15),
    // To see whether a post whose answer was lost is there.
    ("READ_MESSAGE_HISTORY", 1 << 16),
    ("CREATE_PUBLIC_THREADS", 1 << 35),
    // For people who take no direct messages.
    ("CREATE_PRIVATE_THREADS", 1 << 36),
    ("SEND_MESSAGES_IN_THREADS", 1 << 38),
];

/// How the bot is invited to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// The link an admin of the server opens.
    pub url: String,
    /// The scopes in it, as OAuth names them.
    pub scopes: [&'static str; 2],
    /// Permissions in it: Discord's name and bit.
    pub permissions: Vec<(&'static str, u64)>,
}

/// The link that invites the bot to a server, with the least it needs.
pub fn invite(application_id: &str) -> Invite {
    let scopes = ["bot", "applications.commands"];
    let bits: u64 = PERMISSIONS.iter().map(|(_, bit)| bit).sum();
    let scope = scopes.join("%20");
    Invite {
        url: format!(
            "https://discord.com/oauth2/authorize?client_id={application_id}&scope={scope}&permissions={bits}"
        ),
        scopes,
        permissions: PERMISSIONS.to_vec(),
    }
}

/// Looks at everything that can be wrong before a start: `token`, `application`, `commands`; over HTTP `public_key` and
/// `endpoint`, the address interactions are sent to, which is below `public_url` if that is given; over the gateway
/// `gateway`, and `endpoint` if one keeps interactions from it.
pub async fn check(settings: &Settings, menu: &Menu, public_url: Option<&str>) -> Vec<Finding> {
    let api = match Api::new(settings) {
        Ok(api) => api,
        Err(error) => return vec![finding("token", Err(error.to_string()))],
    };
    let name = |user: Value| user["username"].as_str().map(str::to_owned);
    let mut all = vec![finding("token", told(api.get("/users/@me").await, name))];
    let application = api.get("/applications/@me").await;
    if let (Some(ours), Ok(application)) = (&settings.public_key, &application) {
        let same = application["verify_key"].as_str() == Some(ours.trim());
        all.push(finding("public_key", if same { Ok(String::new()) } else { Err("differs".into()) }));
    }
    let endpoint = application.as_ref().ok().and_then(|it| it["interactions_endpoint_url"].as_str()).map(str::to_owned);
    let id = told(application, |application| application["id"].as_str().map(str::to_owned));
    all.push(finding("application", id.clone()));
    if settings.public_key.is_some() {
        all.push(finding("endpoint", over_http(endpoint, public_url)));
    } else {
        let shards = |gateway: Value| Some(format!("{} shard(s)", gateway["shards"].as_u64()?));
        all.push(finding("gateway", told(api.get("/gateway/bot").await, shards)));
        all.extend(endpoint.map(|taken| finding("endpoint", Err(format!("interactions go to {taken}")))));
    }
    let commands = match (register::commands(menu), id) {
        (Err(error), _) => Err(error.to_string()),
        (_, Err(_)) => Err("application unknown".into()),
        (Ok(commands), Ok(id)) => match register::same(&api, &id, &commands).await {
            Ok(true) => Ok(format!("{}", commands.len())),
            Ok(false) => Err("differ; registered at the next start".into()),
            Err(refusal) => Err(refusal.to_string()),
        },
    };
    all.push(finding("commands", commands));
    all
}

/// Whether interactions are sent to us.
fn over_http(theirs: Option<String>, public_url: Option<&str>) -> Result<String, String> {
    let ours = public_url.map(|url| format!("{url}{}", http::PATH));
    match (theirs, ours) {
        (None, _) => Err("none is set".to_owned()),
        (Some(theirs), Some(ours)) if theirs != ours => Err(format!("{theirs} is set, not {ours}")),
        (Some(theirs), _) => Ok(theirs),
    }
}

/// Whether the bot sees a channel.
///
/// # Errors
/// When that could not be found out.
pub async fn channel_visible(settings: &Settings, channel_id: &str) -> anyhow::Result<bool> {
    match Api::new(settings)?.get(&format!("/channels/{channel_id}")).await {
        Ok(_) => Ok(true),
        Err(refusal) if matches!(refusal.status(), Some(400 | 403 | 404)) => Ok(false),
        Err(refusal) => Err(refusal.into()),
    }
}

fn told(answer: Result<Value, Refusal>, read: impl Fn(Value) -> Option<String>) -> Result<String, String> {
    let answer = answer.map_err(|refusal| refusal.to_string())?;
    read(answer).ok_or_else(|| "an answer without what was asked".to_owned())
}

fn finding(what: &'static str, result: Result<String, String>) -> Finding {
    let ok = result.is_ok();
    Finding { what, ok, detail: result.unwrap_or_else(|why| why) }
}
