//! Where log lines go, and which.

use std::io::{self, IsTerminal as _};

use anyhow::Context as _;
use tracing::Level;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::config::{Log, LogFormat};

/// Begins to log on the standard error stream.
///
/// # Errors
/// When the filter cannot be read, or something logs already.
pub(super) fn begin(log: &Log) -> anyhow::Result<()> {
    let chosen = EnvFilter::try_new(&log.filter).context("the log filter")?;
    // The libraries log whole messages and tokens at their finer levels, and no filter may ask for those.
    let clean = filter_fn(|event| event.target().starts_with("panout") || *event.level() <= Level::WARN);
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let lines = match log.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(chosen.and(clean))).try_init().context("beginning to log")
}
