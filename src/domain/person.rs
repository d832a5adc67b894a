//! The people of an organisation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a person does in the organisation, and so what they may do here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Logs refusals and sees their own.
    #[default]
    Rep,
    /// Head of sales of a team: processes its refusals.
    Head,
    /// Installs and configures; sees everything.
    Admin,
    /// Sees figures, never a rep's personal ones.
    Observer,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [Role::Rep, Role::Head, Role::Admin, Role::Observer];

    /// `rep`, `head`, `admin` or `observer`.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Rep => "rep",
            Role::Head => "head",
            Role::Admin => "admin",
            Role::Observer => "observer",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    /// Reads a role's id; the error is the text that was refused.
    fn from_str(written: &str) -> Result<Self, String> {
        Role::ALL.into_iter().find(|role| role.as_str() == written).ok_or_else(|| written.into())
    }
}
