//! The `panout` command.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser as _;
use panout::command_line::CommandLine;
use panout::{commands, config};

#[tokio::main]
async fn main() -> ExitCode {
    // Two providers are compiled in somewhere below, and TLS panics at the first handshake unless one is chosen.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let line = CommandLine::parse();
    match commands::obey(line.command, &config::process_environment).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            #[expect(clippy::print_stderr, reason = "the one place that tells why the process ends")]
            {
                eprintln!("panout: {failure}");
            }
            failure.exit_code()
        }
    }
}
