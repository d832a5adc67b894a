//! Text as spans, never markup: a client named `<!channel>` is only ever that client's name.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Account;

/// A piece of text with one meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Span {
    /// Words exactly as they are: an adapter escapes whatever its platform would interpret.
    Plain(String),
    /// Words that carry the weight of the sentence.
    Strong(String),
    /// A link.
    Link {
        /// What is read.
        label: String,
        /// Where it leads, `https://` only.
        url: String,
    },
    /// A person. On another service than theirs an adapter writes the name.
    Mention {
        /// Who.
        account: Account,
        /// Their name, for readers that cannot resolve the account.
        name: String,
    },
    /// An instant, shown in the reader's own zone where the platform can.
    When {
        /// The instant.
        at: DateTime<Utc>,
        /// How much of it.
        style: WhenStyle,
        /// The same in words, in the person's language and zone, for platforms or readers that cannot.
        fallback: String,
    },
}

/// How much of an instant is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhenStyle {
    /// Day, month and year.
    Date,
    /// Hour and minute.
    Time,
    /// Both.
    DateTime,
}

/// A text: spans in reading order. `\n` inside a span starts a new line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub Vec<Span>);

impl Text {
    /// A text of one plain span.
    pub fn plain(words: impl Into<String>) -> Self {
        Self(vec![Span::Plain(words.into())])
    }

    /// A text of one strong span.
    pub fn strong(words: impl Into<String>) -> Self {
        Self(vec![Span::Strong(words.into())])
    }

    /// This text followed by `more`.
    #[must_use]
    pub fn then(mut self, more: impl Into<Text>) -> Self {
        self.0.extend(more.into().0);
        self
    }

    /// Whether nothing would be read.
    pub fn is_empty(&self) -> bool {
        self.unstyled().is_empty()
    }

    /// The words alone: for notifications, alt texts and readers without styles.
    pub fn unstyled(&self) -> String {
        self.0
            .iter()
            .map(|span| match span {
                Span::Plain(words) | Span::Strong(words) => words.as_str(),
                Span::Link { label, .. } => label,
                Span::Mention { name, .. } => name,
                Span::When { fallback, .. } => fallback,
            })
            .collect()
    }
}

impl From<String> for Text {
    fn from(words: String) -> Self {
        Self::plain(words)
    }
}

impl From<&str> for Text {
    fn from(words: &str) -> Self {
        Self::plain(words)
    }
}

/// What a button, a menu or a form stands for, as the platform carries it back to us.
///
/// It names what to do and the row it is about, never the state of that row: a stale press meets "already decided".
/// At most [`Action::MAX`] bytes of printable ASCII without spaces, so that every platform's id can hold it beside
/// the adapter's own marks (Discord's `custom_id` is the shortest, 100 characters).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Action(String);

impl Action {
    /// The longest an action may be, in bytes.
    pub const MAX: usize = 64;

    /// Wraps an encoded action; `None` if it is empty, too long, or not printable ASCII without spaces and `~`.
    pub fn new(encoded: impl Into<String>) -> Option<Self> {
        let encoded = encoded.into();
        let fits = !encoded.is_empty() && encoded.len() <= Self::MAX;
        (fits && encoded.bytes().all(|b| b.is_ascii_graphic() && b != b'~')).then_some(Self(encoded))
    }

    /// The encoded form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
