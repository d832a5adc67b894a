//! One test binary: stories in the words of the people who use the bot, and the strict stand-ins they run on.

#![forbid(unsafe_code)]

mod chaos;
mod command_line;
mod config;
mod demo;
mod discord;
#[cfg(test)]
mod domain;
mod fake;
mod flows;
mod import;
mod layers;
mod migrations;
mod neglect;
mod page;
mod plans;
mod prompts;
mod quarter;
#[cfg(test)]
mod report;
mod slack;
mod source;
mod store;
mod story;
mod web;
mod words;
