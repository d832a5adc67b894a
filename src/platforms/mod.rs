//! The chat services, one folder each.

pub mod discord;

/// One thing `panout doctor` looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at: a short stable key, such as `token`.
    pub what: &'static str,
    /// Whether it is as it should be.
    pub ok: bool,
    /// Data only: an id, a status, a missing permission.
    pub detail: String,
}
