//! Every word the bot says, in each language: texts by key, plurals, numbers, money and dates.
//!
//! Texts live in `prompts/xx.toml` and are compiled in; a folder may put others in their place at start
//! ([`Catalogue::with_overrides`]). Nested tables make dotted keys:
//!
//! ```toml
//! [refusal]
//! stored = "Stored as {number}: **{account}**"      # `**` is the only markup, `{{` and `}}` are braces
//! [refusal.left]                                    # a plural, chosen by the argument named `count`
//! one = "{count} refusal is left."
//! other = "{count} refusals are left."
//! ```
//!
//! A text becomes [`chat::Text`](crate::chat::Text) spans, and arguments enter it as they are, never read again: a
//! client named `**Acme**` or `{count}` is only ever that client's name.
//!
//! In a debug build a missing key or argument panics with the key; in a release the key itself is shown, and logged
//! once.

mod args;
mod calendar;
mod catalogue;
mod file;
mod folder;
mod language;
mod numbers;
mod phrase;
mod questionnaires;
mod template;

pub use self::args::{Arg, Args};
pub use self::catalogue::Catalogue;
pub use self::folder::Problem;
pub use self::language::Language;
pub use self::numbers::{money, number, short_money, tiny_money};
pub use self::questionnaires::Questionnaires;
pub use crate::args;

use self::catalogue::Entry;
use crate::chat::Text;
use crate::domain::{Asked, Said};

/// The texts in one language.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    catalogue: &'a Catalogue,
    language: Language,
}

impl<'a> Words<'a> {
    /// Which language.
    pub fn language(self) -> Language {
        self.language
    }

    /// The text at `key`, with its arguments in place: `words.text("refusal.stored", args! { account: name })`.
    pub fn text(self, key: &str, args: &Args) -> Text {
        self.filled(key, args).unwrap_or_else(|wrong| {
            self.catalogue.report(key, &wrong);
            Text::plain(key)
        })
    }

    /// The text at `key` without styles, for labels and titles.
    pub fn line(self, key: &str, args: &Args) -> String {
        self.text(key, args).unstyled()
    }

    /// Whether there is a text at `key`.
    pub fn has(self, key: &str) -> bool {
        self.catalogue.entry(self.language, key).is_some()
    }

    /// What a member of a family is called: `label("reason", "price/payment_terms")`, `label("role", "rep")`.
    ///
    /// One the organisation added itself has no text and is called by its id.
    pub fn label(self, family: &str, id: &str) -> String {
        let key = format!("{family}.{}", id.replace('/', "."));
        let mut keys = [format!("{key}.label"), key].into_iter();
        keys.find(|key| self.has(key)).map_or_else(|| id.to_owned(), |key| self.line(&key, args! {}))
    }

    /// What else people call a member of a family, in this language; often nothing.
    pub fn aliases(self, family: &str, id: &str) -> Vec<String> {
        let key = format!("{family}.{}.aliases", id.replace('/', "."));
        if !self.has(&key) {
            return Vec::new();
        }
        self.line(&key, args! {}).split(',').map(|alias| alias.trim().to_owned()).collect()
    }

    /// So many of something: `counted("refusals", 120)` is "120 refusals", "120 refus", "120 de refuzuri".
    pub fn counted(self, noun: &str, count: i64) -> String {
        self.line(&format!("count.{noun}"), args! { count: count })
    }

    /// A quantity: `12,000`, `12 000`, `12.000`.
    pub fn number(self, quantity: i64) -> String {
        numbers::number(self.language, quantity)
    }

    /// A quantity with one place, if it has one: `2`, `1.5`, `1,5`.
    pub fn decimal(self, quantity: f64) -> String {
        let written = format!("{quantity:.1}");
        let written = written.strip_suffix(".0").unwrap_or(&written);
        if self.language == Language::En { written.to_owned() } else { written.replace('.', ",") }
    }

    /// An amount of `minor` units of the currency `code`, which has `digits` of them after the point: see [`money`].
    pub fn money(self, minor: i64, digits: u32, code: &str) -> String {
        numbers::money(self.language, minor, digits, code)
    }

    /// The same where there is little room: see [`short_money`].
    pub fn short_money(self, minor: i64, digits: u32, code: &str) -> String {
        numbers::short_money(self.language, minor, digits, code)
    }

    /// The same where there is least room, with or without its currency: see [`tiny_money`].
    pub fn tiny_money(self, minor: i64, digits: u32, code: Option<&str>) -> String {
        numbers::tiny_money(self.language, minor, digits, code)
    }

    /// What stands between a name and what is said of it: a colon, in French after a space that breaks no line.
    pub fn colon(self) -> &'static str {
        if self.language == Language::Fr { "\u{a0}: " } else { ": " }
    }

    /// What stands between the parts of a list that have commas.
    pub fn semicolon(self) -> &'static str {
        if self.language == Language::Fr { "\u{202f}; " } else { "; " }
    }

    /// A name as facts carry it: whoever shows them puts the colon after it, not what the language puts before one.
    pub fn named(self, name: impl Into<String>) -> String {
        name.into() + self.colon().trim_end_matches(": ")
    }

    /// How a question is asked.
    pub fn asked(self, question: &'a Asked) -> &'a Said {
        const NOTHING: &Said = &Said { asks: String::new(), label: String::new(), hint: None, day: None };
        question.said(self.language.tag()).unwrap_or(NOTHING)
    }

    /// What people are asked about a refusal.
    pub fn questionnaires(self) -> &'a Questionnaires {
        self.catalogue.questionnaires()
    }

    /// What is said before a client's review.
    pub fn opening(self) -> &'a str {
        &self.questionnaires().opening[self.language as usize]
    }

    /// The letter to a client who went silent: the `client`, the `product` and the `rep` are its arguments.
    pub fn letter(self, args: &Args) -> String {
        let letter = self.questionnaires().letters[self.language as usize].as_ref();
        let filled = letter.and_then(|letter| letter.fill(args, self.language).ok());
        filled.map(|text| text.unstyled()).unwrap_or_default()
    }

    /// The word at a position of a list of texts.
    fn item(self, key: &str, at: usize) -> &'a str {
        let items = match self.catalogue.entry(self.language, key) {
            Some(Entry::List(items)) => items.as_slice(),
            _ => &[],
        };
        items.get(at).map_or_else(
            || {
                self.catalogue.report(key, "it is not a list of that many");
                ""
            },
            String::as_str,
        )
    }

    fn filled(self, key: &str, args: &Args) -> Result<Text, String> {
        let template = match self.catalogue.entry(self.language, key) {
            None => return Err("there is no such key".into()),
            Some(Entry::List(_)) => return Err("it is a list".into()),
            Some(Entry::One(template)) => template,
            Some(Entry::Plural(forms)) => {
                let count = args.iter().find_map(|(name, arg)| match arg {
                    Arg::Number(count) if *name == file::COUNT => Some(*count),
                    _ => None,
                });
                let form = self.language.plural(count.ok_or("`count` must be given, as a number")?);
                let chosen = forms.iter().find(|(given, _)| *given == form);
                &chosen.ok_or("its plural forms are not those of the language")?.1
            }
        };
        template.fill(args, self.language).map_err(|missing| format!("the argument `{missing}` was not given"))
    }
}
