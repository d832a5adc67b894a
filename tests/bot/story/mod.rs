//! Scripted users.

mod service;

#[expect(unused_imports, reason = "until the first story")]
pub(crate) use service::{ChatService, Trouble};
