//! Every text in every language, with what an organisation put in place of some.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use icu_plurals::PluralCategory;

use super::file;
use super::folder::{self, Problem};
use super::questionnaires::{self, Questionnaires};
use super::template::Template;
use super::{Language, Words};
use crate::chat::Localized;

/// The texts of one language by key.
pub(super) type Texts = BTreeMap<String, Entry>;

/// What stands at a key.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// One text.
    One(Template),
    /// A text for each plural form of its language; `other` is always among them.
    Plural(Vec<(PluralCategory, Template)>),
    /// Words chosen by position, such as the months.
    List(Vec<String>),
}

/// Every text in every language, read and checked.
#[derive(Debug)]
pub struct Catalogue {
    texts: [Texts; Language::ALL.len()],
    questionnaires: Questionnaires,
    /// Keys already reported as missing.
    reported: Mutex<BTreeSet<String>>,
}

impl Catalogue {
    /// The texts compiled in from `prompts/`.
    pub fn built_in() -> Self {
        let english = include_str!("../../prompts/en.toml");
        let others = [include_str!("../../prompts/fr.toml"), include_str!("../../prompts/ro.toml")];
        Self::of_sources(english, others).expect("`tests/bot/words.rs` checks the texts that are compiled in")
    }

    /// The compiled-in texts, with those in place of which `dir` has others.
    ///
    /// `dir` holds `en.toml`, `fr.toml`, `ro.toml` or some of them, of the same shape as those in `prompts/` and with
    /// any part of their keys; and `questionnaires.toml` with questions of its own.
    ///
    /// # Errors
    /// Everything that is wrong in the folder, by file, line and key: a file that cannot be read or is no language's,
    /// a key the bot does not use, an argument it does not give or that is left out, a plural form too few.
    pub fn with_overrides(dir: &Path) -> Result<Self, Vec<Problem>> {
        let mut catalogue = Self::built_in();
        let mut problems = Vec::new();
        for path in folder::files(dir).map_err(|problem| vec![problem])? {
            if path.file_name().is_some_and(|name| name == questionnaires::FILE) {
                problems.extend(catalogue.ask_as(&path));
                continue;
            }
            match folder::read(&path) {
                Ok((language, written)) => {
                    let name = path.display().to_string();
                    let english = &catalogue.texts[Language::En as usize];
                    let (texts, wrong) = file::texts(&name, &written, language, Some(english));
                    catalogue.texts[language as usize].extend(texts);
                    problems.extend(wrong);
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(catalogue) } else { Err(problems) }
    }

    /// What people are asked about a refusal.
    pub fn questionnaires(&self) -> &Questionnaires {
        &self.questionnaires
    }

    /// Puts an organisation's questions in place; what is wrong with them.
    fn ask_as(&mut self, path: &Path) -> Vec<Problem> {
        match folder::written(path) {
            Ok(written) => {
                let ours = std::mem::take(&mut self.questionnaires);
                let (read, problems) = ours.with(&path.display().to_string(), &written);
                self.questionnaires = read;
                problems
            }
            Err(problem) => vec![problem],
        }
    }

    /// The texts in one language.
    pub fn in_language(&self, language: Language) -> Words<'_> {
        Words { catalogue: self, language }
    }

    /// One text in every language, for menus that the platform shows in each reader's own.
    pub fn localized(&self, key: &str) -> Localized {
        let line = |language: Language| (language.tag().to_owned(), self.in_language(language).line(key, &[]));
        Localized(Language::ALL.into_iter().map(line).collect())
    }

    fn of_sources(english: &str, others: [&str; 2]) -> Result<Self, Vec<Problem>> {
        let (english, mut problems) = file::texts("prompts/en.toml", english, Language::En, None);
        let [french, romanian] = [Language::Fr, Language::Ro].map(|language| {
            let name = format!("prompts/{language}.toml");
            let (texts, wrong) = file::texts(&name, others[language as usize - 1], language, Some(&english));
            problems.extend(wrong);
            let missing = english.keys().filter(|key| !texts.contains_key(*key));
            problems.extend(missing.map(|key| Problem::of_key(&name, key, "it is not translated")));
            texts
        });
        let questionnaires = Questionnaires::built_in().unwrap_or_else(|wrong| {
            problems.extend(wrong);
            Questionnaires::default()
        });
        if problems.is_empty() {
            Ok(Self { texts: [english, french, romanian], questionnaires, reported: Mutex::default() })
        } else {
            Err(problems)
        }
    }

    pub(super) fn entry(&self, language: Language, key: &str) -> Option<&Entry> {
        self.texts[language as usize].get(key)
    }

    /// Says that a text cannot be shown: at once where somebody develops, once a key in the log where people work.
    pub(super) fn report(&self, key: &str, wrong: &str) {
        debug_assert!(false, "the text `{key}` cannot be shown: {wrong}");
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.insert(key.to_owned()) {
            tracing::error!(key, wrong, "a text cannot be shown");
        }
    }
}
