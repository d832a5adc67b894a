//! Reading `questionnaires.toml`: what people are asked about a refusal, and the letter to a client who went silent.
//!
//! An organisation's file is read onto the compiled-in one: a question with a known id takes its place, a new one comes
//! after, and everything it does not name stays as it is.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::Language;
use super::folder::Problem;
use super::template::Template;
use crate::domain::{Asked, Questionnaire, Said, Takes};

/// The file's name, in `prompts/` and in an organisation's folder.
pub(super) const FILE: &str = "questionnaires.toml";
/// The most questions of one questionnaire.
const MOST: usize = 10;
/// The longest a question may be on a card, in characters.
const ASKS: usize = 200;
/// The longest label of a form: Discord's are the shortest.
const LABEL: usize = 45;
/// The longest hint of a form: Discord's are the shortest.
const HINT: usize = 100;
/// The longest id.
const ID: usize = 24;
/// Fields that a form has beside the questions of its questionnaire.
const TAKEN: [(&str, &[&str]); 3] = [
    ("review", &["from_whom", "heard", "client_reason"]),
    ("validation", &["reason", "again_on", "owner"]),
    ("recontact", &["outcome", "again_on", "note", "lever", "due_on"]),
];
/// What a letter is filled with.
const FILLED: [&str; 3] = ["client", "product", "rep"];

/// Everything people are asked.
#[derive(Clone, Debug, Default)]
pub struct Questionnaires {
    /// Of the rep, after logging.
    pub debrief: Questionnaire,
    /// Of the client, by the rep or the head.
    pub review: Questionnaire,
    /// Of the client, by the head who validates a refusal.
    pub validation: Questionnaire,
    /// Of the client, by whoever calls them again.
    pub recontact: Questionnaire,
    /// With what the review begins, by language.
    pub(super) opening: [String; Language::ALL.len()],
    /// The version of the letter.
    pub letter: i64,
    /// The letter, by language.
    pub(super) letters: [Option<Template>; Language::ALL.len()],
}

impl Questionnaires {
    /// Reads the compiled-in ones.
    pub(super) fn built_in() -> Result<Self, Vec<Problem>> {
        let (read, problems) = Self::default().with("prompts/questionnaires.toml", BUILT_IN);
        if problems.is_empty() { Ok(read) } else { Err(problems) }
    }

    /// These, with what a file puts in their place; and everything that is wrong in it.
    pub(super) fn with(self, name: &str, written: &str) -> (Self, Vec<Problem>) {
        let mut reading = Reading { name, written, problems: Vec::new() };
        let mut read = self;
        match DeTable::parse(written) {
            Ok(table) => reading.all(table.get_ref(), &mut read),
            Err(error) => reading.problem(error.span(), "", error.message()),
        }
        (read, reading.problems)
    }
}

const BUILT_IN: &str = include_str!("../../prompts/questionnaires.toml");

/// A file, half read.
struct Reading<'a> {
    name: &'a str,
    written: &'a str,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn all(&mut self, table: &DeTable<'_>, read: &mut Questionnaires) {
        for (name, value) in table {
            let (key, at) = (name.get_ref().as_ref(), Some(name.span()));
            match (key, value.get_ref()) {
                ("debrief", DeValue::Table(table)) => self.questionnaire(key, at, table, &mut read.debrief),
                ("review", DeValue::Table(table)) => {
                    self.questionnaire(key, at, table, &mut read.review);
                    self.opening(table, &mut read.opening);
                }
                ("validation", DeValue::Table(table)) => self.questionnaire(key, at, table, &mut read.validation),
                ("recontact", DeValue::Table(table)) => self.questionnaire(key, at, table, &mut read.recontact),
                ("letter", DeValue::Table(table)) => self.letter(table, at, read),
                ("debrief" | "review" | "validation" | "recontact" | "letter", _) => {
                    self.problem(at, key, "it is a table");
                }
                _ => {
                    let all = "debrief, review, validation, recontact and letter";
                    self.problem(at, key, &format!("there is no such questionnaire: there are {all}"));
                }
            }
        }
    }

    fn questionnaire(&mut self, key: &str, at: Option<Range<usize>>, table: &DeTable<'_>, read: &mut Questionnaire) {
        for (name, _) in table {
            let known = matches!(name.get_ref().as_ref(), "version" | "questions");
            if !known && (key, name.get_ref().as_ref()) != ("review", "opening") {
                let wrong = "it is not known here: a questionnaire has a version and questions";
                self.problem(Some(name.span()), &format!("{key}.{}", name.get_ref()), wrong);
            }
        }
        read.version = self.version(key, at.clone(), table, read.version);
        let Some(questions) = table.get("questions") else { return };
        let DeValue::Array(questions) = questions.get_ref() else {
            return self.problem(at, &format!("{key}.questions"), "each question is a table [[..]] of its own");
        };
        let mut seen: Vec<String> = Vec::new();
        for question in questions {
            let at = question.span();
            let DeValue::Table(table) = question.get_ref() else {
                self.problem(Some(at), key, "each question is a table [[..]] of its own");
                continue;
            };
            let Some(question) = self.question(key, at.clone(), table, read) else { continue };
            if seen.contains(&question.id) {
                let wrong = format!("there are two questions with the id `{}`", question.id);
                self.problem(Some(at), key, &wrong);
                continue;
            }
            seen.push(question.id.clone());
            match read.questions.iter_mut().find(|known| known.id == question.id) {
                Some(known) => *known = question,
                None => read.questions.push(question),
            }
        }
        match read.asked().count() {
            0 => self.problem(at, key, "no question is left: keep at least one"),
            1..=MOST => {}
            count => self.problem(at, key, &format!("it asks {count} questions: {MOST} at most, or nobody answers")),
        }
    }

    fn version(&mut self, key: &str, at: Option<Range<usize>>, table: &DeTable<'_>, ours: i64) -> i64 {
        let key = format!("{key}.version");
        let given = table.get("version");
        let at = given.map(toml::Spanned::span).or(at);
        let number = match given.map(toml::Spanned::get_ref) {
            Some(DeValue::Integer(number)) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        match number.filter(|number| (ours + 1..=1_000_000).contains(number)) {
            Some(number) => number,
            None => {
                let wrong = format!("give a number above {ours}: it is stored with each answer");
                self.problem(at, &key, &wrong);
                ours
            }
        }
    }

    fn question(&mut self, of: &str, at: Range<usize>, table: &DeTable<'_>, read: &Questionnaire) -> Option<Asked> {
        let before = self.problems.len();
        let text = |name: &str| table.get(name).and_then(|value| value.get_ref().as_str());
        let id = text("id").unwrap_or_default().to_owned();
        let key = format!("{of}.{id}");
        if let Err(wrong) = fitting_id(of, &id) {
            self.problem(Some(at), of, &wrong);
            return None;
        }
        for (name, _) in table {
            if !matches!(name.get_ref().as_ref(), "id" | "takes" | "retired" | "en" | "fr" | "ro") {
                let wrong = "it is not known here: a question has id, takes, retired, en, fr and ro";
                self.problem(Some(name.span()), &format!("{key}.{}", name.get_ref()), wrong);
            }
        }
        let known = read.questions.iter().find(|known| known.id == id);
        let retired = table.get("retired").is_some_and(|retired| retired.get_ref().as_bool() == Some(true));
        if let (Some(known), true) = (known, retired) {
            return Some(Asked { retired, ..known.clone() });
        }
        let takes = Takes::ALL.into_iter().find(|takes| text("takes").unwrap_or("text") == takes.as_str());
        if takes.is_none() {
            let names = Takes::ALL.map(Takes::as_str).join(", ");
            self.problem(Some(at.clone()), &format!("{key}.takes"), &format!("it takes one of {names}"));
        }
        let takes = takes.unwrap_or(Takes::Text);
        if takes == Takes::TextAndDay && is_taken(of, &format!("{id}_on")) {
            let wrong =
                format!("the form has `{id}_on` beside the questions, where its day would be: choose another id");
            self.problem(Some(at.clone()), &key, &wrong);
        }
        let said = Language::ALL.map(|language| {
            let said = self.said(&format!("{key}.{language}"), at.clone(), table.get(language.tag()), language);
            self.day(&format!("{key}.{language}.day"), at.clone(), takes, &said);
            (language.tag().to_owned(), said)
        });
        (self.problems.len() == before).then(|| Asked { id, takes, retired, said: said.into() })
    }

    fn said(
        &mut self,
        key: &str,
        at: Range<usize>,
        value: Option<&toml::Spanned<DeValue<'_>>>,
        language: Language,
    ) -> Said {
        let Some(DeValue::Table(table)) = value.map(toml::Spanned::get_ref) else {
            self.problem(Some(at), key, "the question is not asked in this language: give a table with `asks`");
            return Said::default();
        };
        for (name, value) in table {
            let (name, at) = (name.get_ref().as_ref(), Some(name.span()));
            match (name, value.get_ref().as_str()) {
                ("asks" | "label" | "hint" | "day", Some(text)) if !text.trim().is_empty() => {}
                ("asks" | "label" | "hint" | "day", _) => {
                    self.problem(at, &format!("{key}.{name}"), "a text stands in quotes, and is not empty");
                }
                _ => {
                    let wrong = "it is not known here: a language has asks, label, hint and day";
                    self.problem(at, &format!("{key}.{name}"), wrong);
                }
            }
        }
        let text = |name: &str| {
            let written = table.get(name).and_then(|value| value.get_ref().as_str());
            written.map(|written| language.typeset(written).into_owned())
        };
        let asks = text("asks").unwrap_or_default();
        let label = text("label").unwrap_or_else(|| asks.clone());
        let said = Said { asks, label, hint: text("hint"), day: text("day") };
        let hint = said.hint.as_deref().unwrap_or_default();
        for (name, text, most) in [
            ("asks", said.asks.as_str(), ASKS),
            ("label", &said.label, LABEL),
            ("hint", hint, HINT),
            ("day", said.day.as_deref().unwrap_or_default(), LABEL),
        ] {
            let length = text.encode_utf16().count();
            if length > most {
                let wrong = format!("it has {length} characters, {most} fit: write a shorter `{name}`");
                self.problem(Some(at.clone()), &format!("{key}.{name}"), &wrong);
            }
        }
        if said.asks.is_empty() {
            self.problem(Some(at), &format!("{key}.asks"), "it is missing");
        }
        said
    }

    fn day(&mut self, key: &str, at: Range<usize>, takes: Takes, said: &Said) {
        match (takes, &said.day) {
            (Takes::TextAndDay, None) => self.problem(Some(at), key, "it is missing: the question takes a day too"),
            (Takes::TextAndDay, Some(_)) | (_, None) => {}
            (_, Some(_)) => self.problem(Some(at), key, "the question takes no day beside words"),
        }
    }

    fn opening(&mut self, table: &DeTable<'_>, read: &mut [String; Language::ALL.len()]) {
        let Some(DeValue::Table(opening)) = table.get("opening").map(toml::Spanned::get_ref) else { return };
        for (name, value) in opening {
            let key = format!("review.opening.{}", name.get_ref());
            let language = Language::ALL.into_iter().find(|language| name.get_ref() == language.tag());
            match (language, value.get_ref().as_str().filter(|text| !text.trim().is_empty())) {
                (Some(language), Some(text)) => read[language as usize] = language.typeset(text).into_owned(),
                (None, _) => self.problem(Some(name.span()), &key, "the languages are en, fr and ro"),
                (_, None) => self.problem(Some(name.span()), &key, "a text stands in quotes, and is not empty"),
            }
        }
    }

    fn letter(&mut self, table: &DeTable<'_>, at: Option<Range<usize>>, read: &mut Questionnaires) {
        read.letter = self.version("letter", at, table, read.letter);
        for (name, value) in table {
            let (key, at) = (format!("letter.{}", name.get_ref()), Some(name.span()));
            if name.get_ref() == "version" {
                continue;
            }
            let Some(language) = Language::ALL.into_iter().find(|language| name.get_ref() == language.tag()) else {
                self.problem(at, &key, "it is not known here: a letter has a version, en, fr and ro");
                continue;
            };
            let text = value.get_ref().as_str().ok_or_else(|| "a text stands in quotes".to_owned());
            match text.and_then(|text| Template::read(text.trim(), language)).and_then(of_a_letter) {
                Ok(letter) => read.letters[language as usize] = Some(letter),
                Err(wrong) => self.problem(at, &key, &wrong),
            }
        }
    }

    fn problem(&mut self, at: Option<Range<usize>>, key: &str, wrong: &str) {
        let line = at.map(|at| self.written[..at.start.min(self.written.len())].matches('\n').count() + 1);
        let key = (!key.is_empty()).then(|| key.trim_end_matches('.').to_owned());
        self.problems.push(Problem { file: self.name.to_owned(), line, key, wrong: wrong.to_owned() });
    }
}

fn is_taken(of: &str, field: &str) -> bool {
    TAKEN.iter().any(|(form, fields)| *form == of && fields.contains(&field))
}

fn fitting_id(of: &str, id: &str) -> Result<(), String> {
    let fits = !id.is_empty() && id.len() <= ID && id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if !fits {
        return Err(format!("`{id}` is no id: small letters and _, at most {ID}, such as next_step"));
    }
    if is_taken(of, id) || id.ends_with("_on") {
        return Err(format!("the id `{id}` is taken: choose another"));
    }
    Ok(())
}

fn of_a_letter(letter: Template) -> Result<Template, String> {
    let unknown = letter.arguments().into_iter().find(|name| !FILLED.contains(name)).map(str::to_owned);
    match unknown {
        Some(unknown) => {
            Err(format!("there is no argument {{{unknown}}}: a letter has {{client}}, {{product}} and {{rep}}"))
        }
        None => Ok(letter),
    }
}
