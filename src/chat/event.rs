//! What comes in: who, where, and what they did.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Action;

/// A chat service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Slack.
    Slack,
    /// Discord.
    Discord,
    /// The page on this machine.
    Local,
}

impl Service {
    /// Every service.
    pub const ALL: [Service; 3] = [Service::Slack, Service::Discord, Service::Local];

    /// `slack`, `discord` or `local`.
    pub fn as_str(self) -> &'static str {
        match self {
            Service::Slack => "slack",
            Service::Discord => "discord",
            Service::Local => "local",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An account of a person on a service, written `slack:U0ANA`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Account {
    /// Which service.
    pub service: Service,
    /// The service's own id.
    pub id: String,
}

impl Account {
    /// An account.
    pub fn new(service: Service, id: impl Into<String>) -> Self {
        Self { service, id: id.into() }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.id)
    }
}

impl FromStr for Account {
    type Err = String;

    /// Reads `service:id`; the error is the text that was refused.
    fn from_str(written: &str) -> Result<Self, String> {
        let (service, id) = written.split_once(':').ok_or(written)?;
        let service = Service::ALL.into_iter().find(|s| s.as_str() == service).ok_or(written)?;
        if id.is_empty() || id.chars().any(char::is_whitespace) {
            return Err(written.into());
        }
        Ok(Self::new(service, id))
    }
}

/// Where something is said.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Place {
    /// A channel of a service.
    Channel {
        /// Which service.
        service: Service,
        /// The service's own id.
        id: String,
    },
    /// The conversation between the bot and one person.
    Direct {
        /// With whom.
        account: Account,
        /// A channel where a private thread may be opened if the person takes no direct messages.
        or_in: Option<String>,
    },
    /// Under a message.
    Thread {
        /// The message it hangs from.
        under: MessageRef,
    },
}

impl Place {
    /// The service it is on.
    pub fn service(&self) -> Service {
        match self {
            Place::Channel { service, .. } => *service,
            Place::Direct { account, .. } => account.service,
            Place::Thread { under } => under.service,
        }
    }
}

/// A message the bot posted: enough to find and change it later.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MessageRef {
    /// Which service.
    pub service: Service,
    /// The conversation's id there.
    pub channel: String,
    /// The message's id there (Slack: `ts`).
    pub id: String,
}

/// Somebody did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The platform's id of this very act, the same each time the platform repeats it: what "seen before?" asks.
    pub id: String,
    /// Who did it, as the platform says, never as the payload's text says.
    pub who: Account,
    /// Their display name, as far as the platform tells.
    pub name: String,
    /// Where. `None` if the platform does not say (a form opened from nowhere).
    pub place: Option<Place>,
    /// What that is called, if it is a channel and the platform says.
    pub channel: Option<String>,
    /// The person's language tag as the platform knows it (`fr`, `en-US`).
    pub language: Option<String>,
}

/// A slash command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Without the slash: `refusal`.
    pub name: String,
    /// What was typed after it; a chosen subcommand comes first.
    pub text: String,
    /// Typed options by name, where the platform has them.
    pub options: BTreeMap<String, String>,
}

/// A press on a button, or a choice in a [`super::Pick`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Press {
    /// What was pressed.
    pub action: Action,
    /// What was chosen, for a pick.
    pub value: Option<String>,
}

/// A shortcut used on a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortcut {
    /// Its name in the [`super::Menu`].
    pub name: String,
    /// The message's text.
    pub text: String,
}

/// A filled form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// The form's action.
    pub action: Action,
    /// Answers by field name; unanswered fields are absent, answers are never empty.
    pub values: BTreeMap<String, String>,
}

/// Somebody is typing and wants suggestions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// What is searched: [`super::Kind::Search`]'s source, or [`super::OptionSpec`]'s.
    pub source: String,
    /// What is typed so far.
    pub typed: String,
}
