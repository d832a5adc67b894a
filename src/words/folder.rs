//! A folder of texts that an organisation puts in place of the compiled-in ones, and what can be wrong there.
//!
//! What is wrong is told in English here and not in `prompts/`: it is for whoever starts the program, and it is the
//! texts themselves that failed.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Language, questionnaires};

/// Something wrong in a file of texts. Shown, it is a sentence with the file, the line, the key and the mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, or the folder.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The key, if it is about one.
    pub key: Option<String>,
    /// What is wrong.
    pub wrong: String,
}

impl Problem {
    /// Something wrong at a key that stands nowhere in the file.
    pub(super) fn of_key(file: &str, key: &str, wrong: &str) -> Self {
        Self { file: file.into(), line: None, key: Some(key.into()), wrong: wrong.into() }
    }

    fn of_file(path: &Path, wrong: impl Into<String>) -> Self {
        Self { file: path.display().to_string(), line: None, key: None, wrong: wrong.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ", `{key}`")?;
        }
        write!(f, ": {}", self.wrong)
    }
}

impl std::error::Error for Problem {}

/// The `.toml` files of a folder, by name.
pub(super) fn files(dir: &Path) -> Result<Vec<PathBuf>, Problem> {
    let unreadable = |error: std::io::Error| Problem::of_file(dir, format!("the folder cannot be read ({error})"));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The language of a file, by its name, and what is written in it.
pub(super) fn read(path: &Path) -> Result<(Language, String), Problem> {
    let named = |language: &Language| path.file_stem().is_some_and(|stem| stem == language.tag());
    let language = Language::ALL.into_iter().find(named).ok_or_else(|| {
        let files = Language::ALL.map(|language| format!("{language}.toml")).join(", ");
        let and = questionnaires::FILE;
        Problem::of_file(path, format!("no language has this name: the files of texts are {files}, and {and}"))
    })?;
    Ok((language, written(path)?))
}

/// What is written in a file.
pub(super) fn written(path: &Path) -> Result<String, Problem> {
    let written = std::fs::read_to_string(path);
    written.map_err(|error| Problem::of_file(path, format!("it cannot be read ({error})")))
}
