//! What can be typed: the commands and shortcuts every platform registers, and help is made of.

use std::collections::BTreeMap;

/// A text in each language, by tag (`en` is always there).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Localized(pub BTreeMap<String, String>);

impl Localized {
    /// The text in `language` (a tag such as `fr` or `fr-CA`), in English if there is none.
    pub fn get(&self, language: &str) -> &str {
        let base = language.split(['-', '_']).next().unwrap_or_default();
        self.0.get(base).or_else(|| self.0.get("en")).map_or("", String::as_str)
    }
}

/// Every command and shortcut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Menu {
    /// Slash commands.
    pub commands: Vec<CommandSpec>,
    /// Message shortcuts.
    pub shortcuts: Vec<ShortcutSpec>,
}

/// A slash command. It has options, subcommands, or neither (Discord allows no mixture).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandSpec {
    /// `[a-z]{1,32}`, the same in every language.
    pub name: &'static str,
    /// At most 100 characters.
    pub description: Localized,
    /// What may follow it, as Slack shows it beside the command: at most 100 characters, e.g. `Acme 12k price "..."`;
    /// empty if nothing.
    pub usage: Localized,
    /// Typed options, where the platform has them.
    pub options: Vec<OptionSpec>,
    /// Subcommands.
    pub subcommands: Vec<SubcommandSpec>,
}

/// A word after a command, with options of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubcommandSpec {
    /// `[a-z]{1,32}`.
    pub name: &'static str,
    /// At most 100 characters.
    pub description: Localized,
    /// Typed options.
    pub options: Vec<OptionSpec>,
}

/// A typed option of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionSpec {
    /// `[a-z_]{1,32}`.
    pub name: &'static str,
    /// At most 100 characters.
    pub description: Localized,
    /// What it takes. All options are optional.
    pub kind: OptionKind,
}

/// What an option takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// Text.
    Line,
    /// Text, with suggestions from [`super::Bot::suggest`] under this source; other text is allowed.
    Suggested(&'static str),
    /// One of at most 25: (value, label).
    Choice(Vec<(&'static str, Localized)>),
    /// The rest of the line: what the same command takes as text on platforms without options. It becomes
    /// [`super::Command::text`].
    Text,
}

/// A shortcut on a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortcutSpec {
    /// `[a-z_]{1,32}`.
    pub name: &'static str,
    /// What is read in the menu, at most 24 characters.
    pub label: Localized,
}
