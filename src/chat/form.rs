//! A form: what the bot asks.

use serde::{Deserialize, Serialize};

use super::{Action, Text};

/// Questions asked together. An adapter may split them over several steps; the bot sees one [`super::Submission`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// What a submission means, and the row it is about.
    pub action: Action,
    /// At most 24 characters (Slack's modal title is the shortest).
    pub title: String,
    /// The button that sends it, at most 24 characters.
    pub submit: String,
    /// A line above the fields.
    pub intro: Option<Text>,
    /// The language of its labels (`en`, `fr`, `ro`), for the adapter's own words around it.
    pub language: String,
    /// The questions, in order; names are unique.
    pub fields: Vec<Field>,
}

/// One question of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name in the submission: `[a-z_]{1,32}`.
    pub name: String,
    /// At most 45 characters (Discord's modal label is the shortest).
    pub label: String,
    /// What to type, at most 100 characters.
    pub hint: Option<String>,
    /// Whether it must be answered.
    pub required: bool,
    /// What is said to somebody who leaves it unanswered though it must be; the platform's own words if nothing.
    #[serde(default)]
    pub missing: Option<String>,
    /// What kind of answer.
    pub kind: Kind,
    /// What is already filled in, in the form a submission would have.
    pub value: Option<String>,
}

/// What kind of answer a field takes, and the form its value has in a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// One line of text.
    Line {
        /// The most characters.
        max: u16,
    },
    /// Several lines of text.
    Paragraph {
        /// The most characters; at most 3000 (Slack's `plain_text_input`).
        max: u16,
    },
    /// One of at most 25 choices; the value is the choice's.
    Choice(Vec<Choice>),
    /// One of many, found by typing; the value is the choice's. Choices come from [`super::Bot::suggest`] with this
    /// source; an adapter that cannot search shows those suggested for nothing typed, and the present value.
    Search {
        /// What is searched, as [`super::Query::source`].
        source: String,
        /// The label of the present `value`.
        shown: Option<String>,
    },
    /// An amount of money, as typed: the bot reads it.
    Amount,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A person, as `service:id`.
    Person,
}

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is sent back, at most 75 characters.
    pub value: String,
    /// What is read, at most 75 UTF-16 units (Slack's option text).
    pub label: String,
}

impl Choice {
    /// As much of a text as a choice may say: services count in UTF-16 units, of which an emoji has two.
    pub fn fitting(text: &str) -> String {
        let mut left = 75_usize;
        let fits = |c: &char| left.checked_sub(c.len_utf16()).map(|rest| left = rest).is_some();
        text.chars().take_while(fits).collect()
    }

    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

impl Field {
    /// A required question.
    pub fn new(name: &str, label: impl Into<String>, kind: Kind) -> Self {
        Self { name: name.into(), label: label.into(), hint: None, required: true, missing: None, kind, value: None }
    }

    /// The same question, that may stay unanswered.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// The same question, with what to say if it stays unanswered.
    #[must_use]
    pub fn missing(mut self, says: impl Into<String>) -> Self {
        self.missing = Some(says.into());
        self
    }

    /// The same question with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same question, already answered if there is an answer.
    #[must_use]
    pub fn filled(mut self, value: Option<impl Into<String>>) -> Self {
        self.value = value.map(Into::into);
        self
    }
}

/// What is wrong with a submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faults(pub Vec<Fault>);

/// What is wrong with one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The field's name.
    pub field: String,
    /// What is wrong and what to type instead, in the person's language.
    pub says: String,
}
