//! What `panout doctor` asks Slack.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::http::Request;

use super::api::{Api, Effort, https};
use super::error::CallError;
use super::manifest::SCOPES;
use super::{Settings, Via};
use crate::platforms::Finding;

/// Looks whether the tokens are taken, whether the bot may do what it must, and, in Socket Mode, whether a socket is
/// given. Nothing is posted. What Slack signs with cannot be asked for.
pub async fn check(settings: &Settings) -> Vec<Finding> {
    let api = match Api::new(settings.clone()) {
        Ok(api) => api,
        Err(error) => return vec![found("slack.certificates", Err(format!("{error:#}")))],
    };
    let bot = api.call("auth.test", &json!({}), Effort::within(Duration::from_secs(10))).await;
    let bot_is_taken = bot.is_ok();
    let mut findings = vec![found("slack.bot_token", bot.map(|me| name(&me)).map_err(said))];
    if bot_is_taken {
        findings.push(found("slack.scopes", missing_scopes(settings).await));
    }
    if matches!(settings.via, Via::Http { .. }) {
        return findings;
    }
    let app = api.with_app_token("auth.test").await;
    let app_is_taken = app.is_ok();
    findings.push(found("slack.app_token", app.map(|me| name(&me)).map_err(said)));
    if app_is_taken {
        findings.push(found("slack.socket", api.open_socket().await.map(|_| String::new()).map_err(said)));
    }
    findings
}

/// Whether the bot sees a channel: a public one, or a private one it was invited to.
///
/// Asks for the link of a message that does not exist: that needs no scope (docs.slack.dev, chat.getPermalink), and
/// the error tells a channel that is not there from a message that is not. `conversations.info` would need
/// `channels:read` and `groups:read`. It does not tell whether the bot is *in* a public channel.
///
/// # Errors
/// When Slack gives neither answer.
pub async fn channel_visible(settings: &Settings, channel: &str) -> Result<bool> {
    let api = Api::new(settings.clone())?;
    let params = [("channel", channel.to_owned()), ("message_ts", "1000000000.000001".to_owned())];
    match api.read("chat.getPermalink", &params).await {
        Ok(_) => Ok(true),
        Err(CallError::Refused(code)) if code == "message_not_found" => Ok(true),
        Err(CallError::Refused(code)) if code == "channel_not_found" => Ok(false),
        Err(error) => Err(error).context("chat.getPermalink"),
    }
}

fn found(what: &'static str, outcome: Result<String, String>) -> Finding {
    Finding { what, ok: outcome.is_ok(), detail: outcome.unwrap_or_else(|detail| detail) }
}

fn said(error: CallError) -> String {
    match error {
        CallError::Refused(code) => code,
        error => error.to_string(),
    }
}

fn name(me: &serde_json::Value) -> String {
    let part = |key: &str| me[key].as_str().unwrap_or_default();
    [part("team"), part("user"), part("app_name")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The scopes are in a header, which slack-morphism does not hand out.
async fn missing_scopes(settings: &Settings) -> Result<String, String> {
    let granted = granted_scopes(settings).await.map_err(|error| error.to_string())?;
    let missing: Vec<&str> = SCOPES.into_iter().filter(|scope| !granted.iter().any(|known| known == scope)).collect();
    if missing.is_empty() { Ok(String::new()) } else { Err(missing.join(", ")) }
}

async fn granted_scopes(settings: &Settings) -> Result<Vec<String>> {
    let client = Client::builder(TokioExecutor::new()).build::<_, String>(https(&settings.api_url)?);
    let request = Request::post(format!("{}/auth.test", settings.api_url))
        .header("authorization", format!("Bearer {}", settings.bot_token))
        .header("content-length", "0")
        .body(String::new())
        .context("the API's address")?;
    let Ok(Ok(answer)) = timeout(Duration::from_secs(10), client.request(request)).await else { bail!("no answer") };
    let scopes = answer.headers().get("x-oauth-scopes").and_then(|scopes| scopes.to_str().ok());
    let scopes = scopes.context("no x-oauth-scopes")?;
    Ok(scopes.split(',').map(|scope| scope.trim().to_owned()).collect())
}
