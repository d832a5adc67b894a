//! The Slack adapter against a strict stand-in: what arrives, what people see, and what happens when things go wrong.

mod enclosed;
mod faults;
mod forms;
mod http;
mod messages;
mod rig;
mod sockets;
mod strictness;
mod tools;
