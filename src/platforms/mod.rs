//! The chat services, one folder each: they know [`crate::chat`] and [`crate::clock`], and nothing else of ours.

pub mod discord;
pub mod local;
mod seen;
mod signed;
pub mod slack;

use std::sync::Arc;

use crate::chat::{Intake, Platform};

/// An adapter at work.
pub struct Running {
    /// How the bot speaks first.
    pub platform: Arc<dyn Platform>,
    /// Where its service sends what people do, if it comes over HTTP.
    pub intake: Option<Arc<dyn Intake>>,
}

/// One thing `panout doctor` looked at on a chat service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, as a key: `slack.bot_token`, `slack.scopes`...
    pub what: &'static str,
    /// Whether it is as it should be.
    pub ok: bool,
    /// Data only, never a sentence or a secret: missing scopes, an error code, a name.
    pub detail: String,
}
