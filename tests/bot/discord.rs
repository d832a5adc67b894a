//! The Discord adapter against the stand-in: what the wire looks like when things go right, and when they do not.

mod answers;
mod connection;
mod desk;
mod enclosed;
mod forms;
mod posts;
