//! The commands and shortcuts, as every platform registers them.

use crate::chat::{CommandSpec, Localized, Menu, OptionKind, OptionSpec, ShortcutSpec, SubcommandSpec};
use crate::domain::Outcome;
use crate::words::{Catalogue, Language};

/// The name of the shortcut that logs a message as a refusal.
pub(super) const LOG_MESSAGE: &str = "log_refusal";

/// Everything that can be typed.
pub fn menu(words: &Catalogue) -> Menu {
    let usage = |name| {
        let key = format!("command.{name}.usage");
        if words.in_language(Language::En).has(&key) { words.localized(&key) } else { Localized::default() }
    };
    let command = |name, options, subcommands| CommandSpec {
        name,
        description: words.localized(&format!("command.{name}.description")),
        usage: usage(name),
        options,
        subcommands,
    };
    let sub = |command, name, options| SubcommandSpec {
        name,
        description: words.localized(&format!("command.{command}.{name}")),
        options,
    };
    let about = OptionSpec { name: "command", description: words.localized("option.command"), kind: OptionKind::Text };
    let number = OptionSpec { name: "number", description: words.localized("option.number"), kind: OptionKind::Text };
    Menu {
        commands: vec![
            command("refusal", refusal_options(words), vec![]),
            command("refusals", vec![], vec![sub("refusals", "mine", vec![]), sub("refusals", "help", vec![])]),
            command("debrief", vec![number], vec![]),
            command("queue", vec![], vec![]),
            command("recontacts", vec![], vec![]),
            command("panout", vec![], vec![sub("panout", "settings", vec![]), sub("panout", "help", vec![about])]),
        ],
        shortcuts: vec![ShortcutSpec { name: LOG_MESSAGE, label: words.localized("shortcut.log_refusal") }],
    }
}

fn refusal_options(words: &Catalogue) -> Vec<OptionSpec> {
    let outcomes = Outcome::ALL.into_iter().filter(|outcome| *outcome != Outcome::Invalid);
    let outcomes = outcomes.map(|o| (o.as_str(), words.localized(&format!("outcome.{}.label", o.as_str()))));
    [
        ("account", OptionKind::Suggested("account")),
        ("reason", OptionKind::Suggested("reason")),
        ("amount", OptionKind::Line),
        ("product", OptionKind::Suggested("product")),
        ("competitor", OptionKind::Suggested("competitor")),
        ("verbatim", OptionKind::Line),
        ("outcome", OptionKind::Choice(outcomes.collect())),
        ("until", OptionKind::Line),
        ("line", OptionKind::Text),
    ]
    .map(|(name, kind)| OptionSpec { name, description: words.localized(&format!("option.{name}")), kind })
    .into()
}
