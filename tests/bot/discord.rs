//! The Discord adapter against the stand-in: what the wire looks like when things go right, and when they do not.

mod answers;
mod connection;
pub(crate) mod desk;
mod enclosed;
mod forms;
mod http;
mod posts;
