//! What is wrong with a configuration, in sentences for whoever runs the program.

use std::fmt;
use std::path::{Path, PathBuf};

/// Something wrong: where, and a sentence with the mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub place: Place,
    /// What is wrong, and what to write instead. Never a secret.
    pub wrong: String,
}

/// Where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the file.
    File {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1; `None` for what is missing.
        line: Option<usize>,
    },
    /// In a variable of the environment.
    Variable(&'static str),
    /// In a file of texts: that one's own sentence says where.
    Words,
}

/// Everything that is wrong with a configuration, one sentence a line; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(Vec<Problem>);

impl Problem {
    /// A problem of a file as a whole, or at a line of it.
    pub(super) fn of_file(path: &Path, line: Option<usize>, wrong: impl Into<String>) -> Self {
        Self { place: Place::File { path: path.to_owned(), line }, wrong: wrong.into() }
    }

    /// A problem of a variable.
    pub(super) fn of_variable(name: &'static str, wrong: impl Into<String>) -> Self {
        Self { place: Place::Variable(name), wrong: wrong.into() }
    }

    /// A problem of the organisation's own texts.
    pub(super) fn of_words(problem: &crate::words::Problem) -> Self {
        Self { place: Place::Words, wrong: problem.to_string() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File { path, line: Some(line) } => write!(f, "{}, line {line}: {}", path.display(), self.wrong),
            Place::File { path, line: None } => write!(f, "{}: {}", path.display(), self.wrong),
            Place::Variable(name) => write!(f, "{name}: {}", self.wrong),
            Place::Words => f.write_str(&self.wrong),
        }
    }
}

impl ConfigError {
    /// The problems as an error, if there are any; those of the file in the order of its lines.
    pub(super) fn of(mut problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() {
            return Ok(());
        }
        problems.sort_by_key(|problem| match &problem.place {
            Place::File { line, .. } => (0, line.unwrap_or(usize::MAX)),
            Place::Words => (1, 0),
            Place::Variable(_) => (2, 0),
        });
        Err(Self(problems))
    }

    /// What is wrong.
    pub fn problems(&self) -> &[Problem] {
        &self.0
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
