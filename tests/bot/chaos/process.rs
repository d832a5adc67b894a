//! The real program, started and killed.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use tokio::process::{Child, Command};

/// A running `panout run`. It is killed when it is dropped.
pub(crate) struct Panout(Child);

impl Panout {
    /// Starts the program with these variables and no others; what it logs is added to `log`. `.layout/trace` gives
    /// another one to start in its place.
    pub(crate) fn start(variables: &[(&str, String)], log: &Path) -> Self {
        let program = std::env::var_os("PANOUT_BENCH_PROGRAM");
        let program = program.unwrap_or_else(|| env!("CARGO_BIN_EXE_panout").into());
        Self::start_under(Command::new(program), variables, log)
    }

    /// Starts it through another program, which ends by becoming it.
    pub(crate) fn start_under(mut command: Command, variables: &[(&str, String)], log: &Path) -> Self {
        let log = File::options().create(true).append(true).open(log).expect("a log of the test's own");
        command.arg("run").env_clear().envs(variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        Self(command.spawn().expect("the program starts"))
    }

    /// Its number while it runs.
    pub(crate) fn id(&self) -> u32 {
        self.0.id().expect("it was not waited for")
    }

    /// Whether it runs. One that was started to be killed must not end by itself.
    pub(crate) fn runs(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    pub(crate) async fn dies(mut self) {
        assert!(self.runs(), "the program ended by itself");
        self.0.kill().await.expect("it can be killed");
    }
}
