//! Discord: the gateway or HTTP for what people do, REST for what the bot says.
//!
//! | Discord can't | instead |
//! |---|---|
//! | show more than five text inputs in a modal, or menus in one | a form is cut into steps: menus in a message only the person sees, then modals; the bot sees one submission |
//! | open a modal as the answer to a modal | a message with a button between them |
//! | mark a field of a modal as faulty | a list of the faults above all answers, and a button that opens the form as it was filled |
//! | search in a menu | the 25 suggestions for nothing typed, and where there may be more a button to type what to look for; options of commands do search |
//! | put buttons between paragraphs | all buttons and menus stand under the text, in their order |
//! | draw a table or a line | a code block with aligned columns; a line of dashes |
//! | show more than 4096 characters in an embed, 6000 in a message, five rows of buttons | the next embed, the next message; nothing is cut |
//! | whisper outside an interaction | a direct message |
//! | write to a person who takes no direct messages | a private thread in the team's channel |
//! | say whether something was posted | a mark in the ids of its buttons, or in the url of its embed, read back from the history |
//! | wait for an answer longer than three seconds | a deferral after a quarter of a second, the answer edited in; after 15 minutes a direct message |
//! | take a file over 10 MiB | a sentence in its place |
//! | fetch what was missed while the bot was away | nothing: Discord tells the person that the bot did not answer |
//!
//! ```text
//! gateway -+-> inbound -> acts -> Bot -> Reply -> render, steps -> turn -> api
//! http ----'               Platform (speak)     -> render       ----------^
//! ```
//!
//! serenity's own log lines can hold what people wrote (its spans carry whole events): leave its target off.

mod acts;
mod api;
mod check;
mod draft;
mod enclose;
mod find;
mod first;
mod gateway;
mod http;
mod inbound;
mod kept;
mod markdown;
mod pace;
mod register;
mod render;
mod sheet;
mod show;
mod speak;
mod steps;
mod table;
mod turn;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use check::{Invite, PERMISSIONS, channel_visible, check, invite};
pub use http::PATH as ENDPOINT;

use super::Running;
use crate::chat::{Intake, Ports};

/// What the adapter must know.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where Discord's interface is, without a path (`http://127.0.0.1:4000`); `None`: discord.com.
    pub api_url: Option<String>,
    /// The bot's token, with or without `Bot ` before it.
    pub token: String,
    /// The application's public key, if interactions come over HTTP; otherwise they come over the gateway.
    pub public_key: Option<String>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("api_url", &self.api_url)
            .field("token", &"[hidden]")
            .field("public_key", &self.public_key)
            .finish()
    }
}

impl Settings {
    fn bare_token(&self) -> &str {
        let token = self.token.trim();
        token.strip_prefix("Bot ").unwrap_or(token).trim()
    }
}

/// What the parts of the adapter share.
struct Adapter {
    api: api::Api,
    ports: Ports,
    /// Without `Bot `.
    token: String,
    public_key: Option<String>,
    drafts: kept::Kept,
    /// Channels of direct messages by person.
    directs: Mutex<HashMap<String, String>>,
}

impl Adapter {
    fn directs(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.directs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the adapter and returns at once; the connection is made, watched and made again by a task on `ports.tasks`
/// until `ports.stop`. What Discord refuses for good goes to `ports.fatal`.
///
/// # Errors
/// When the settings cannot be right: a token or a key that is none, an address that is none.
pub fn start(settings: Settings, ports: Ports) -> anyhow::Result<Running> {
    let adapter = Arc::new(Adapter {
        api: api::Api::new(&settings)?,
        token: settings.bare_token().to_owned(),
        public_key: settings.public_key,
        drafts: kept::Kept::default(),
        directs: Mutex::default(),
        ports,
    });
    let intake: Option<Arc<dyn Intake>> = match &adapter.public_key {
        Some(key) => Some(Arc::new(http::Requests::new(adapter.clone(), key)?)),
        None => None,
    };
    let tasks = adapter.ports.tasks.clone();
    match intake {
        Some(_) => tasks.spawn(http::keep(adapter.clone())),
        None => tasks.spawn(gateway::keep(adapter.clone())),
    };
    Ok(Running { platform: Arc::new(speak::Speaker(adapter)), intake })
}
