//! Panout: refusals logged, looked at, and brought back.

pub mod chat;
pub mod clock;
pub mod platforms;
