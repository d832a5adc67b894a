//! Slack, over Socket Mode or over HTTP.
//!
//! ```text
//! socket -+-> inbound -> act -> chat::Bot -> reply, forms, render -> api     somebody did something
//! http ---'                     chat::Platform: post, render ------> api     the bot speaks first
//! ```
//!
//! | Slack can't | instead |
//! |---|---|
//! | send a chosen message once | the marker in the message's metadata, read back (`im:history`, `channels:history`, `groups:history`), and nothing else is |
//! | show more than 50 blocks or about 13,200 characters | the rest in the message's thread; buttons stay on the first |
//! | hold 3000 characters in a text | several blocks, cut at white space |
//! | hold two tables, or one of over 100 rows | aligned lines in a fixed-width block |
//! | open a form without a trigger, or after three seconds | the form is kept; a whisper with a button opens it |
//! | put faults under fields after three seconds | a whisper lists them; a button opens the form as filled in |
//! | whisper in a conversation the bot is not in, after half an hour | a direct message |
//! | tell a person's language without `users:read` | `Event::language` is `None`: the bot knows its people |
//! | tell the DM of two people from the bot's own | commands there count as typed to the bot |
//! | take a command in a thread | it is taken where the thread hangs from |
//! | refuse a bot's direct messages | `Place::Direct::or_in` is not needed, and a private thread not possible |
//! | colour a message without a fold | an emoji before the title; the words carry the meaning |
//! | page somebody by what a client is called | user text is typed, never markup (`text.rs`) |
//! | suggest while a command is typed | the form's search fields suggest |
//! | show a picture that is not uploaded, or at once after it was | it is uploaded and asked for, five seconds at most, then its words stand there; what the bot says first is tried again for some minutes before |
//! | put a file in a message | it follows the message; a whisper says that it is in the direct conversation |

mod act;
mod api;
mod blocks;
mod check;
mod enclose;
mod error;
mod forms;
mod http;
mod inbound;
mod kept;
mod manifest;
mod pace;
mod post;
mod receipt;
mod render;
mod reply;
mod socket;
mod text;
mod uploads;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use serde_json::json;
use tracing::warn;

pub use check::{channel_visible, check};
pub use manifest::manifest;

use super::Running;
use crate::chat;

/// Begins the `action_id` of the adapter's own button; no action begins with `~`.
const OPEN: &str = "~open:";

/// What it takes to be a Slack app.
#[derive(Clone)]
pub struct Settings {
    /// Where the Web API is, without a slash at the end: `https://slack.com/api`, or a stand-in.
    pub api_url: String,
    /// The bot's token, `xoxb-...`.
    pub bot_token: String,
    /// How it is told what people do.
    pub via: Via,
}

/// How Slack tells what people do.
#[derive(Clone)]
pub enum Via {
    /// Over sockets that the bot opens: nothing of ours needs to be public.
    Socket {
        /// The app-level token with `connections:write`, `xapp-...`.
        app_token: String,
    },
    /// By requests to the bot's web server.
    Http {
        /// What Slack signs them with.
        signing_secret: String,
    },
}

impl Settings {
    /// Slack's own address.
    pub const API_URL: &'static str = "https://slack.com/api";
}

impl fmt::Debug for Settings {
    /// Without the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

/// Connects to Slack in the background, on `ports.tasks`, until `ports.stop`; a token that will never do is said on
/// `ports.fatal`.
///
/// # Errors
/// When the system's certificates cannot be read.
pub fn start(settings: Settings, ports: chat::Ports) -> Result<Running> {
    // slack-morphism's socket address is opened with the process's own provider; a second installation is refused.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let via = settings.via.clone();
    let api = Arc::new(api::Api::new(settings).context("preparing calls to Slack")?);
    let uploads = Arc::new(uploads::Uploads::new(api.clone(), &ports));
    let desk = Arc::new(act::Desk::new(api.clone(), uploads.clone(), ports));
    let platform = Arc::new(post::Slack { api, uploads });
    let intake: Option<Arc<dyn chat::Intake>> = match via {
        Via::Socket { .. } => {
            let greeted = Arc::new(AtomicBool::new(false));
            for _ in 0..socket::CONNECTIONS {
                desk.ports().tasks.spawn(socket::keep(desk.clone(), greeted.clone()));
            }
            until_halted(&desk, verify_bot_token(desk.clone()));
            None
        }
        Via::Http { signing_secret } => {
            until_halted(&desk, http::keep(desk.clone()));
            Some(Arc::new(http::Requests::new(desk, &signing_secret)))
        }
    };
    Ok(Running { platform, intake })
}

/// Does this in the background, as long as Slack will have us.
fn until_halted(desk: &Arc<act::Desk>, work: impl Future<Output = ()> + Send + 'static) {
    let halt = desk.halt().clone();
    desk.ports().tasks.spawn(async move {
        tokio::select! {
            () = work => {}
            () = halt.cancelled() => {}
        }
    });
}

/// A socket opens with the app's token alone; without this, a wrong bot token would show at the first answer.
async fn verify_bot_token(desk: Arc<act::Desk>) {
    match desk.api().call("auth.test", &json!({}), api::Effort::REPEATABLE).await {
        Err(error) if error.is_for_good() => desk.refused("slack.bot_token", &error),
        Err(error) => warn!(%error, "the Slack bot token could not be checked"),
        Ok(_) => {}
    }
}

/// A short name for a text that is the same in every version and run (FNV-1a); not for secrets.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
