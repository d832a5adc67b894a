//! Panout: refusals logged, looked at, and brought back.

pub mod app;
pub mod chat;
pub mod clock;
pub mod command_line;
pub mod commands;
pub mod config;
pub mod demo;
pub mod domain;
pub mod flows;
pub mod jobs;
pub mod platforms;
pub mod store;
pub mod words;
