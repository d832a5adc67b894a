//! Panout: refusals logged, looked at, and brought back.

pub mod app;
pub mod chat;
pub mod clock;
pub mod config;
pub mod domain;
pub mod flows;
pub mod jobs;
pub mod platforms;
pub mod store;
pub mod words;
