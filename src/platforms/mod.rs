//! The places people and the bot meet. Each adapter knows its own wire and [`crate::chat`], and nothing of the rest.

pub mod local;
