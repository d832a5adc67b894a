//! A question as a button carries it: there is no room for much more, and nothing is kept of it elsewhere.

use super::asked;
use crate::chat::Action;

/// What a button may carry of a question, in bytes.
const ROOM: usize = Action::MAX - "hits.65535.".len();

/// A page of what was asked for. It says only what was typed: who may find what is looked up when it is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    page: u16,
    typed: [u8; ROOM],
    length: u8,
}

impl Carried {
    /// A page of what was typed; `None` if that is too long for a button, or in letters that none carries.
    pub(super) fn new(typed: &str, page: u16) -> Option<Carried> {
        let short = asked::shortened(typed);
        // A blank is written `+`, which may not stand for itself then.
        let fits = short.len() <= ROOM && !short.contains(['+', '~']);
        let fits = fits && short.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        if short.is_empty() || !fits {
            return None;
        }
        let mut carried = Carried { page, typed: [0; ROOM], length: u8::try_from(short.len()).ok()? };
        for (at, byte) in carried.typed.iter_mut().zip(short.bytes()) {
            *at = if byte == b' ' { b'+' } else { byte };
        }
        Some(carried)
    }

    /// What was typed, folded.
    pub(super) fn typed(self) -> String {
        self.written().replace('+', " ")
    }

    /// Which page.
    pub(super) fn page(self) -> u16 {
        self.page
    }

    fn written(&self) -> &str {
        let typed = self.typed.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(typed).unwrap_or_default()
    }

    /// As a platform carries it: `hits.1.payment+r:price`.
    pub fn action(self) -> Action {
        Action::new(format!("hits.{}.{}", self.page, self.written())).expect("it was made to fit")
    }

    /// What a button carries after its word.
    pub fn decoded(encoded: &str) -> Option<Carried> {
        let (page, written) = encoded.split_once('.')?;
        Carried::new(&written.replace('+', " "), page.parse().ok()?)
    }
}
