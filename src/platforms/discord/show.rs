//! What an interaction is answered with.

use serde_json::Value;

use super::draft::Origin;
use super::enclose::Body;

/// What to show for an interaction; bodies of messages as `render` makes them.
#[derive(Debug)]
pub(super) enum Show {
    /// Nothing; a form it came from goes away.
    Nothing,
    /// Nothing; what it came from stays as it is.
    Stay,
    /// To the person alone, in place of the form it ends.
    Whisper(Vec<Body>),
    /// To the person alone, leaving what it came from as it is.
    Aside(Value),
    /// To everyone there.
    Say(Vec<Body>),
    /// In place of the card it came from; `origin` says which if that was before a form.
    Replace(Vec<Body>, Option<Origin>),
    /// A step of a form as a message. For a form opened from a card only the person sees, the token that may still
    /// change that card is spent on nothing else.
    Step(Value),
    /// The first step of a form, as a message; and what to show instead once it is late.
    Form {
        /// The step.
        menus: Value,
        /// A message with a button that opens the form.
        late: Value,
    },
    /// A modal; or, where no modal can open any more, a message with a button that opens it.
    Modal {
        /// The modal.
        modal: Value,
        /// The message.
        otherwise: Value,
    },
}

impl Show {
    /// Whether something is enclosed in what it shows.
    pub(super) fn encloses(&self) -> bool {
        match self {
            Show::Whisper(parts) | Show::Say(parts) | Show::Replace(parts, _) => {
                parts.iter().any(|part| !part.enclosed.is_empty())
            }
            _ => false,
        }
    }
}
