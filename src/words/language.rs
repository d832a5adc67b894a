//! The languages the bot speaks, and what grammar and typography ask of each.

use std::borrow::Cow;
use std::fmt;

use icu_plurals::{PluralCategory, PluralRules};
use serde::{Deserialize, Serialize};

/// A language of the bot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English, the language every other is checked against.
    #[default]
    En,
    /// French.
    Fr,
    /// Romanian.
    Ro,
}

impl Language {
    /// Every language, English first.
    pub const ALL: [Language; 3] = [Language::En, Language::Fr, Language::Ro];

    /// `en`, `fr` or `ro`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Fr => "fr",
            Language::Ro => "ro",
        }
    }

    /// The language of a tag such as `fr`, `fr-CA` or `RO_md`; `None` if the bot does not speak it.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let base = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(base))
    }

    /// Its name in itself: `English`, `Français`, `Română`.
    pub fn name(self) -> &'static str {
        match self {
            Language::En => "English",
            Language::Fr => "Français",
            Language::Ro => "Română",
        }
    }

    /// The form of a noun counted `count` times (Unicode CLDR, through ICU4X).
    pub(super) fn plural(self, count: i64) -> PluralCategory {
        self.rules().category_for(count)
    }

    /// Every plural form the language has for cardinal numbers.
    pub(super) fn plural_forms(self) -> Vec<PluralCategory> {
        let mut forms: Vec<_> = self.rules().categories().collect();
        forms.sort();
        forms
    }

    // Made anew each time: compiled-in rules cost under a microsecond, and a kept `PluralRules` is not `Send`.
    fn rules(self) -> PluralRules {
        let locale = match self {
            Language::En => icu_locale_core::locale!("en"),
            Language::Fr => icu_locale_core::locale!("fr"),
            Language::Ro => icu_locale_core::locale!("ro"),
        };
        PluralRules::try_new_cardinal(locale.into()).expect("the rules of every language are compiled in")
    }

    /// A written text with the spaces its typography asks for.
    ///
    /// French puts a no-break space before `:` and `%` and inside « », a narrow one before `; ! ?`, and writes `’` where
    /// a vowel was left out. Nobody can see or type them all in `prompts/fr.toml`, so what is typed there becomes the
    /// right ones here.
    pub(super) fn typeset(self, written: &str) -> Cow<'_, str> {
        if self != Language::Fr {
            return Cow::Borrowed(written);
        }
        let set = [(" :", "\u{a0}:"), (" ;", "\u{202f};"), (" !", "\u{202f}!"), (" ?", "\u{202f}?")]
            .into_iter()
            .chain([(" %", "\u{a0}%"), ("« ", "«\u{a0}"), (" »", "\u{a0}»")])
            .fold(written.to_owned(), |text, (plain, right)| text.replace(plain, right));
        Cow::Owned(elided(&set))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// A text whose apostrophes within words are those of print.
fn elided(text: &str) -> String {
    let (mut set, mut before) = (String::with_capacity(text.len()), ' ');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_within = before.is_alphabetic() && rest.peek().is_some_and(|next| next.is_alphabetic());
        set.push(if c == '\'' && is_within { '’' } else { c });
        before = c;
    }
    set
}
