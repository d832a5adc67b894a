//! Interactions over HTTP: requests that Discord signs, whose answer is the first answer to the interaction.
//!
//! Everything behind the reading is the same as over the gateway. Discord looks now and then whether we answer its pings,
//! and whether we refuse what it did not sign, with 401 (discord.com/developers/docs, preparing for interactions).

use std::sync::Arc;

use async_trait::async_trait;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};

use super::gateway::{BAD_TOKEN, pause_after};
use super::inbound::Waiting;
use super::{Adapter, register};
use crate::chat::{Answer, Intake, Request, Service};
use crate::clock;
use crate::platforms::seen::{self, Seen};
use crate::platforms::signed;

/// Where Discord sends interactions, below the public address of the web server.
pub const PATH: &str = "/discord/interactions";

/// The type of a ping, and of its answer.
const PING: u8 = 1;

const BAD_KEY: &str =
    "PANOUT_DISCORD_PUBLIC_KEY is not this application's: copy the Public Key again, from General Information";

/// Takes interactions.
pub(super) struct Requests {
    adapter: Arc<Adapter>,
    key: UnparsedPublicKey<Vec<u8>>,
    /// Discord sends each once; whoever sends one again is told the same.
    seen: Seen,
}

impl Requests {
    /// # Errors
    /// When the key is no key.
    pub(super) fn new(adapter: Arc<Adapter>, public_key: &str) -> anyhow::Result<Self> {
        let key = signed::unhex(public_key.trim()).filter(|key| key.len() == 32);
        let key = key.ok_or_else(|| anyhow::anyhow!("the public key of the Discord application is not one"))?;
        Ok(Self { adapter, key: UnparsedPublicKey::new(&ED25519, key), seen: Seen::default() })
    }

    /// Whether Discord sent this body, and not long ago.
    fn is_signed(&self, request: &Request<'_>) -> bool {
        let header = |name| (request.header)(name);
        let (Some(sent), Some(signature)) = (header("x-signature-timestamp"), header("x-signature-ed25519")) else {
            return false;
        };
        let now = self.adapter.ports.clock.now().timestamp();
        let Some(signature) = signed::unhex(signature).filter(|_| signed::is_recent(sent, now)) else { return false };
        self.key.verify(&[sent.as_bytes(), request.body].concat(), &signature).is_ok()
    }

    async fn hand_over(&self, interaction: &Value) -> Answer {
        let Some(id) = interaction["id"].as_str() else { return Answer::UNREADABLE };
        let said = match self.seen.enter(id) {
            Ok(said) => said,
            Err(first) => return again(first).await,
        };
        let (answers, answer) = oneshot::channel();
        self.adapter.take(interaction, Some(Waiting::new(answers)));
        match answer.await {
            Ok(answer) => {
                let body = Answer::json(&answer);
                said.send_replace(Some(Some(answer)));
                body
            }
            Err(_) => Answer::FAILED,
        }
    }
}

/// The answer that was given the first time.
async fn again(mut first: watch::Receiver<seen::Answer>) -> Answer {
    let said = first.wait_for(Option::is_some).await.ok().and_then(|said| said.clone()).flatten();
    said.map_or(Answer::FAILED, |answer| Answer::json(&answer))
}

#[async_trait]
impl Intake for Requests {
    fn paths(&self) -> &'static [&'static str] {
        &[PATH]
    }

    async fn take(&self, request: Request<'_>) -> Answer {
        if request.method != "POST" {
            return Answer::WRONG_METHOD;
        }
        if !self.is_signed(&request) {
            tracing::warn!("a request that Discord did not sign, or not lately");
            return Answer::UNSIGNED;
        }
        if !request.is_of_type("application/json") {
            return Answer::WRONG_TYPE;
        }
        match serde_json::from_slice::<Value>(request.body) {
            Ok(ping) if ping["type"] == PING => Answer::json(&json!({"type": PING})),
            Ok(interaction) => self.hand_over(&interaction).await,
            Err(_) => Answer::UNREADABLE,
        }
    }
}

/// Looks who we are and registers the commands; from then on the bot counts as connected.
pub(super) async fn keep(adapter: Arc<Adapter>) {
    let mut failed = 0;
    let _connected = loop {
        let asked = tokio::select! {
            asked = adapter.api.get("/applications/@me") => asked,
            () = adapter.ports.stop.cancelled() => return,
        };
        match asked {
            Ok(application) => match begin(&adapter, &application) {
                Ok(()) => break adapter.ports.vitals.connected(Service::Discord),
                Err(sentence) => return refused(&adapter, sentence),
            },
            Err(refusal) if refusal.status() == Some(401) => return refused(&adapter, BAD_TOKEN),
            Err(refusal) => {
                failed += 1;
                tracing::warn!(%refusal, failed, "Discord does not tell who we are");
                tokio::select! {
                    () = clock::pause(pause_after(failed)) => {}
                    () = adapter.ports.stop.cancelled() => return,
                }
            }
        }
    };
    tracing::info!("Discord comes over HTTP, to {PATH}");
    adapter.ports.stop.cancelled().await;
}

fn begin(adapter: &Arc<Adapter>, application: &Value) -> Result<(), &'static str> {
    let theirs = application["verify_key"].as_str();
    let differs = theirs.zip(adapter.public_key.as_deref()).is_some_and(|(theirs, ours)| theirs != ours.trim());
    if differs {
        return Err(BAD_KEY);
    }
    if let Some(id) = application["id"].as_str() {
        adapter.ports.tasks.spawn(register::run(adapter.clone(), id.to_owned()));
    }
    Ok(())
}

fn refused(adapter: &Adapter, sentence: &str) {
    // Nobody listens any more only if the app stops.
    let _ = adapter.ports.fatal.send((Service::Discord, sentence.to_owned()));
}
