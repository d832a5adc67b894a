//! `panout init`: a commented file to fill in.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};

use anyhow::Context as _;

use super::{Failure, say};
use crate::config::{Config, Environment};

/// What is written.
const TEMPLATE: &str = include_str!("init/panout.toml");

/// Writes the file, unless it is there.
pub(super) fn init(env: &Environment<'_>) -> Result<(), Failure> {
    let path = Config::path(env);
    let shown = path.display();
    let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let wrong = format!(
                "{shown} is there already, and is left as it is: move it away first, or name another file in PANOUT_CONFIG"
            );
            return Err(Failure::Setup(wrong));
        }
        opened => opened.with_context(|| format!("cannot write {shown}"))?,
    };
    file.write_all(TEMPLATE.as_bytes()).with_context(|| format!("cannot write {shown}"))?;
    say(&format!(
        "Wrote {shown}. Next:
  1. Name your organisation, teams, people and products in it.
  2. `panout manifest slack` or `panout manifest discord`: make the app, and put its tokens in the environment. The bot
     connects out by itself; to have Slack or Discord call it over HTTP instead, see [http] in the file.
  3. `panout doctor`: looks whether everything is in order.
  4. `panout run`."
    ))?;
    Ok(())
}
