//! Wire-level stand-ins for the chat services. They are as strict as the real ones: what the real service would
//! refuse, ignore or cut becomes a complaint, and a complaint fails the test.

pub(crate) mod discord;
pub(crate) mod drafts;
pub(crate) mod files;
pub(crate) mod http;
pub(crate) mod local;
pub(crate) mod slack;
