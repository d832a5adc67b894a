//! One test binary: stories in the words of the people who use the bot, and the strict stand-ins they run on.

mod command_line;
mod config;
mod demo;
#[cfg(test)]
mod domain;
mod fake;
mod layers;
mod prompts;
mod source;
mod story;
mod words;
