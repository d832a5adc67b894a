//! What each command does. Sentences here are for whoever runs the program, in English.

mod demo;
mod doctor;
mod import;
mod init;
mod logging;
mod manifest;
mod pages;
mod run;
mod token;

use std::fmt;
use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;

use crate::command_line::Command;
use crate::config::{ConfigError, Environment};

/// Why a command did not do it.
#[derive(Debug)]
pub enum Failure {
    /// Something must be set or written first: exit code 2.
    Setup(String),
    /// Something is broken: exit code 1.
    Broken(anyhow::Error),
}

/// Does what the command line asks for.
///
/// # Errors
/// As [`Failure`] says; what is to be printed has been printed, but for the failure itself.
pub async fn obey(command: Command, env: &Environment<'_>) -> Result<(), Failure> {
    match command {
        Command::Demo => demo::demo(env).await,
        Command::Run => run::run(env).await,
        Command::Init => init::init(env),
        Command::Doctor => doctor::doctor(env).await,
        Command::Import { of } => import::import(of, env).await,
        Command::Token { of } => token::token(of, env).await,
        Command::Manifest { of } => manifest::manifest(&of, env),
    }
}

impl Failure {
    /// What the process ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Setup(_) => ExitCode::from(2),
            Failure::Broken(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Setup(wrong) => f.write_str(wrong),
            Failure::Broken(error) => write!(f, "{error:#}"),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::Setup(error.to_string())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Broken(error)
    }
}

/// Prints a line. A reader that went away (`| head`) is no failure.
fn say(line: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
