//! Calling Slack: one wrapper that waits, tries again and says what an error means for what was asked.
//!
//! slack-morphism's client builds and sends the requests. It has no timeouts, retries at once where Slack gives no
//! `Retry-After`, and its errors print whole bodies; all of that is done here, and none of its errors leaves this file.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use slack_morphism::errors::SlackClientError;
use slack_morphism::prelude::SlackClientHyperConnector;
use slack_morphism::{
    SlackApiToken, SlackApiTokenValue, SlackClient, SlackClientApiCallContext, SlackClientHttpConnector,
};
use tokio::time::{Instant, timeout};
use tracing::warn;

use super::error::CallError;
use super::pace::{PACE, Pace};
use super::render::Drawn;
use super::{Settings, Via};
use crate::clock::pause;

pub(super) type Https = HttpsConnector<HttpConnector>;

/// The method that posts: one a second in each channel.
pub(super) const POST: &str = "chat.postMessage";
/// The longest one request may take.
const REQUEST: Duration = Duration::from_secs(10);

/// How hard a call is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Doing it twice is doing it once, so an unknown outcome is tried again.
    repeatable: bool,
    /// With the waits in between.
    budget: Duration,
    /// A post that would have to wait longer for its turn in its channel is given back.
    turn: Duration,
}

impl Effort {
    /// Something that must not be done twice. Whoever asks must soon know whether it was sent: it waits for the next
    /// turn, and not for a later one.
    pub(super) const ONCE: Self = Self { repeatable: false, budget: Duration::from_secs(20), turn: PACE };
    /// Something that may be done twice.
    pub(super) const REPEATABLE: Self = Self { repeatable: true, ..Self::ONCE };
    /// An answer that somebody waits for.
    pub(super) const PROMPT: Self =
        Self { repeatable: false, budget: Duration::from_secs(8), turn: Duration::from_secs(15) };

    /// Something that only helps within this long.
    pub(super) fn within(budget: Duration) -> Self {
        Self { budget, ..Self::PROMPT }
    }
}

/// Slack's Web API, with the bot's token and, for sockets, the app's.
pub(super) struct Api {
    client: SlackClient<SlackClientHyperConnector<Https>>,
    bot: SlackApiToken,
    app: Option<SlackApiToken>,
    pace: Pace,
    /// The conversation with each person.
    directs: Mutex<HashMap<String, String>>,
}

impl Api {
    /// # Errors
    /// When the system's certificates cannot be read.
    pub(super) fn new(settings: Settings) -> Result<Self> {
        let connector =
            SlackClientHyperConnector::from(https(&settings.api_url)?).with_slack_api_url(&settings.api_url);
        let token = |token: String| SlackApiToken::new(SlackApiTokenValue(token));
        Ok(Self {
            client: SlackClient::new(connector),
            bot: token(settings.bot_token),
            app: match settings.via {
                Via::Socket { app_token } => Some(token(app_token)),
                Via::Http { .. } => None,
            },
            pace: Pace::default(),
            directs: Mutex::default(),
        })
    }

    /// Calls a method that takes JSON, with the bot's token.
    pub(super) async fn call(&self, method: &str, body: &Value, effort: Effort) -> Result<Value, CallError> {
        let api = self.client.open_session(&self.bot);
        persist(effort, || async { checked(api.http_session_api.http_post::<Value, Value>(method, body, None).await) })
            .await
    }

    /// Calls a method that reads; those take no JSON (docs.slack.dev, apis/web-api: JSON is for write methods).
    pub(super) async fn read(&self, method: &str, params: &[(&str, String)]) -> Result<Value, CallError> {
        let api = self.client.open_session(&self.bot);
        let params: Vec<(&str, Option<&String>)> = params.iter().map(|(name, value)| (*name, Some(value))).collect();
        persist(Effort::REPEATABLE, || async {
            checked(api.http_session_api.http_get::<Value, _, _>(method, &params, None).await)
        })
        .await
    }

    /// Calls a method that takes a form only, with the bot's token.
    pub(super) async fn form(&self, method: &str, fields: &[(&str, String)]) -> Result<Value, CallError> {
        let connector = &self.client.http_api.connector;
        let uri = connector.create_method_uri_path(method).map_err(|_| CallError::NotSent("no such address"))?;
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        persist(Effort::REPEATABLE, || async {
            let kind = "application/x-www-form-urlencoded".to_owned();
            checked(connector.http_post_uri_binary(uri.clone(), kind, form.as_bytes(), context(Some(&self.bot))).await)
        })
        .await
    }

    /// Sends what is in a file to the address it was promised at; sent twice it is there once.
    pub(super) async fn upload(&self, url: &str, bytes: &[u8]) -> Result<(), CallError> {
        let uri: url::Url = url.parse().map_err(|_| CallError::NotSent("upload_url is no address"))?;
        let connector = &self.client.http_api.connector;
        persist(Effort::REPEATABLE, || async {
            let kind = "application/octet-stream".to_owned();
            // The answer is a few words, of which the crate makes `{}`.
            let sent = connector.http_post_uri_binary::<Value>(uri.clone(), kind, bytes, context(None)).await;
            sent.map_err(|error| CallError::from(&error))
        })
        .await
        .map(drop)
    }

    /// Sends a message by one of the methods that take one. If Slack refuses its blocks and there are pictures among
    /// them, it goes out with their words instead: a picture may have been deleted, or not be known everywhere yet.
    pub(super) async fn show(
        &self,
        method: &str,
        place: Value,
        message: &Drawn,
        effort: Effort,
    ) -> Result<Value, CallError> {
        let shown = self.send(method, &joined(place.clone(), message), effort).await;
        match shown {
            Err(CallError::Refused(code)) if code == "invalid_blocks" && message.has_pictures() => {
                warn!(method, "Slack did not take a picture, its words are shown instead");
                self.send(method, &joined(place, &message.without_pictures()), effort).await
            }
            shown => shown,
        }
    }

    async fn send(&self, method: &str, body: &Value, effort: Effort) -> Result<Value, CallError> {
        if method == POST { self.post(body, effort).await } else { self.call(method, body, effort).await }
    }

    /// Posts in its channel's turn: about one a second.
    async fn post(&self, body: &Value, effort: Effort) -> Result<Value, CallError> {
        let channel = body["channel"].as_str().unwrap_or_default();
        pause(self.pace.turn(channel, effort.turn)?).await;
        let posted = self.call(POST, body, effort).await;
        if let Err(CallError::Limited(after)) = &posted {
            self.pace.hold(channel, after.unwrap_or(PACE));
        }
        posted
    }

    /// The id of the conversation with a person; Slack gives the same one for ever.
    pub(super) async fn direct(&self, user: &str) -> Result<String, CallError> {
        let known = || self.directs.lock().expect("nothing panics while holding it");
        if let Some(channel) = known().get(user) {
            return Ok(channel.clone());
        }
        let opened = self.call("conversations.open", &json!({"users": user}), Effort::REPEATABLE).await?;
        let channel = opened["channel"]["id"].as_str().ok_or(CallError::NotSent("no conversation was opened"))?;
        known().insert(user.to_owned(), channel.to_owned());
        Ok(channel.to_owned())
    }

    /// The address for a new socket, good once.
    pub(super) async fn open_socket(&self) -> Result<String, CallError> {
        let opened = self.with_app_token("apps.connections.open").await?;
        opened["url"].as_str().map(str::to_owned).ok_or(CallError::Lost("no address for the socket"))
    }

    /// Calls a method without arguments, with the app's token, once.
    pub(super) async fn with_app_token(&self, method: &str) -> Result<Value, CallError> {
        let app = self.app.as_ref().ok_or(CallError::NotSent("no app token"))?;
        let api = self.client.open_session(app);
        let nothing = json!({});
        let call = api.http_session_api.http_post::<Value, Value>(method, &nothing, None);
        let answer = timeout(REQUEST, call).await.map_err(|_| CallError::Hung)?;
        checked(answer)
    }

    /// Answers an interaction at its own address.
    pub(super) async fn respond(&self, url: &str, body: &Value) -> Result<(), CallError> {
        let uri: url::Url = url.parse().map_err(|_| CallError::NotSent("response_url is no address"))?;
        let connector = &self.client.http_api.connector;
        persist(Effort::PROMPT, || async {
            // The answer is the word `ok`, or JSON; the crate makes `{}` of the first and an error of `ok: false`.
            let answer = connector.http_post_uri::<Value, Value>(uri.clone(), body, context(None)).await;
            answer.map(|_| Value::Null).map_err(|error| CallError::from(&error))
        })
        .await
        .map(drop)
    }
}

/// The fields of a call with those of the message.
pub(super) fn joined(mut call: Value, message: &Drawn) -> Value {
    if let (Some(call), Value::Object(fields)) = (call.as_object_mut(), message.fields()) {
        call.extend(fields);
    }
    call
}

/// How the crate is to call: without its own pace, and without the address in its logs.
fn context(token: Option<&SlackApiToken>) -> SlackClientApiCallContext<'_> {
    static NO_SPAN: LazyLock<tracing::Span> = LazyLock::new(tracing::Span::none);
    SlackClientApiCallContext { rate_control_params: None, token, tracing_span: &NO_SPAN, is_sensitive_url: true }
}

/// A connector for this address: without certificates where the address is not encrypted (tests).
///
/// # Errors
/// When the system's certificates cannot be read.
pub(super) fn https(api_url: &str) -> Result<Https> {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_connect_timeout(Some(Duration::from_secs(5)));
    http.set_nodelay(true);
    let builder = if api_url.starts_with("http://") {
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .context("the protocol versions of rustls")?
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        HttpsConnectorBuilder::new().with_tls_config(config)
    } else {
        HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)
            .context("reading this system's certificates")?
    };
    Ok(builder.https_or_http().enable_http1().wrap_connector(http))
}

/// Tries until it is done, cannot be done, or the budget is spent.
async fn persist<F, Done>(effort: Effort, once: F) -> Result<Value, CallError>
where
    F: Fn() -> Done,
    Done: Future<Output = Result<Value, CallError>>,
{
    let end = Instant::now() + effort.budget;
    let mut tries = 0;
    loop {
        tries += 1;
        let left = end.saturating_duration_since(Instant::now()).min(REQUEST);
        let error = match timeout(left, once()).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => error,
            Err(_) => CallError::Hung,
        };
        let wait = match &error {
            CallError::Limited(Some(after)) => *after,
            CallError::Limited(None) | CallError::NotSent(_) => backoff(tries),
            unknown if unknown.is_unknown() && effort.repeatable => backoff(tries),
            _ => return Err(error),
        };
        if tries >= 5 || Instant::now() + wait >= end {
            return Err(error);
        }
        pause(wait).await;
    }
}

/// Half to all of 0.5, 1, 2, 4... seconds, at most 30.
pub(super) fn backoff(tries: u32) -> Duration {
    let longest = (0.25 * f64::from(2_u32.saturating_pow(tries))).min(30.0);
    Duration::from_secs_f64(longest * (0.5 + 0.5 * fastrand::f64()))
}

/// A 200 whose body is not JSON reaches us as `{}`: it says nothing about what was done.
fn checked(answer: Result<Value, SlackClientError>) -> Result<Value, CallError> {
    let answer = answer.map_err(|error| CallError::from(&error))?;
    if answer["ok"] == true { Ok(answer) } else { Err(CallError::Lost("an answer that says nothing")) }
}
