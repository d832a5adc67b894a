//! What people are asked about a refusal. An organisation may add questions and change them; ids stay, so that an answer
//! keeps its meaning.

use std::collections::BTreeMap;

/// What was answered: the field of a question, and what was said.
pub type Given = BTreeMap<String, String>;

/// What kind of answer a question takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Words.
    Text,
    /// A day.
    Day,
    /// One of the reasons.
    Reason,
    /// Words, and the day that goes with them.
    TextAndDay,
    /// One of the levers, or nothing: [`WouldChange`](super::WouldChange).
    Lever,
}

impl Takes {
    /// Every kind.
    pub const ALL: [Takes; 5] = [Takes::Text, Takes::Day, Takes::Reason, Takes::TextAndDay, Takes::Lever];

    /// Its name in `questionnaires.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Takes::Text => "text",
            Takes::Day => "day",
            Takes::Reason => "reason",
            Takes::TextAndDay => "text_and_day",
            Takes::Lever => "lever",
        }
    }
}

/// How a question is asked in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The question, on cards.
    pub asks: String,
    /// The question in a form, at most 45 characters.
    pub label: String,
    /// What to type, at most 100 characters.
    pub hint: Option<String>,
    /// The question for the day, if it takes words and a day; at most 45 characters.
    pub day: Option<String>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its id, which is its field in a form: `[a-z_]{1,24}`. Stable, stored, never shown.
    pub id: String,
    /// What it takes.
    pub takes: Takes,
    /// Asked no more; what was answered is still shown.
    pub retired: bool,
    /// How it is asked, by language tag; `en` is always there.
    pub said: BTreeMap<String, Said>,
}

impl Asked {
    /// How it is asked in a language, in English if nothing else is written.
    pub fn said(&self, tag: &str) -> Option<&Said> {
        self.said.get(tag).or_else(|| self.said.get("en"))
    }

    /// The field of its day, if it takes words and a day.
    pub fn day_field(&self) -> Option<String> {
        (self.takes == Takes::TextAndDay).then(|| format!("{}_on", self.id))
    }

    /// Whether something of it was answered.
    pub fn is_answered(&self, given: &Given) -> bool {
        given.contains_key(&self.id) || self.day_field().is_some_and(|day| given.contains_key(&day))
    }
}

/// Questions that are asked together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Questionnaire {
    /// Which version of the questions this is: stored with each answer.
    pub version: i64,
    /// The questions in their order, retired ones too.
    pub questions: Vec<Asked>,
}

impl Questionnaire {
    /// The questions that are asked.
    pub fn asked(&self) -> impl Iterator<Item = &Asked> {
        self.questions.iter().filter(|question| !question.retired)
    }

    /// How many are answered, and how many there are.
    pub fn progress(&self, given: &Given) -> (usize, usize) {
        (self.asked().filter(|question| question.is_answered(given)).count(), self.asked().count())
    }

    /// The first that is not answered.
    pub fn next(&self, given: &Given) -> Option<&Asked> {
        self.asked().find(|question| !question.is_answered(given))
    }

    /// The day somebody would come back on, if they were asked and said one: the last day among the answers.
    pub fn day_wished<'g>(&self, given: &'g Given) -> Option<&'g str> {
        let day = |question: &Asked| match question.takes {
            Takes::Day => given.get(&question.id),
            _ => question.day_field().and_then(|field| given.get(&field)),
        };
        self.questions.iter().rev().find_map(day).map(String::as_str)
    }
}
