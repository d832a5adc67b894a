//! What fills the `{arguments}` of a text.

use crate::chat::{Span, Text};

/// Arguments by name, as [`args!`](crate::args) makes them.
pub type Args = [(&'static str, Arg)];

/// One argument. Its content is never read as markup or as another argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// Words as they are.
    Plain(String),
    /// A quantity, written as the language writes numbers; the one named `count` chooses the plural form. A number
    /// that names something (a refusal's) is not a quantity: give it as words, `1214` and not `1,214`.
    Number(i64),
    /// Words that carry the weight of the sentence.
    Strong(String),
    /// A mention, an instant, a link.
    Span(Span),
    /// A text made elsewhere.
    Text(Text),
}

impl From<&str> for Arg {
    fn from(words: &str) -> Self {
        Self::Plain(words.to_owned())
    }
}

impl From<&String> for Arg {
    fn from(words: &String) -> Self {
        Self::Plain(words.clone())
    }
}

impl From<String> for Arg {
    fn from(words: String) -> Self {
        Self::Plain(words)
    }
}

impl From<i64> for Arg {
    fn from(quantity: i64) -> Self {
        Self::Number(quantity)
    }
}

impl From<u32> for Arg {
    fn from(quantity: u32) -> Self {
        Self::Number(quantity.into())
    }
}

impl From<usize> for Arg {
    fn from(quantity: usize) -> Self {
        Self::Number(i64::try_from(quantity).unwrap_or(i64::MAX))
    }
}

impl From<Span> for Arg {
    fn from(span: Span) -> Self {
        Self::Span(span)
    }
}

impl From<Text> for Arg {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

/// The arguments of a text: `args! { account: name, count: 3 }`, or `args! {}` for none.
#[macro_export]
macro_rules! args {
    ($($name:ident: $value:expr),* $(,)?) => {
        &[$((stringify!($name), $crate::words::Arg::from($value))),*] as &$crate::words::Args
    };
}
