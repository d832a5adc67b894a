//! Scripted users.

mod service;

pub(crate) use service::{ChatService, Trouble};
