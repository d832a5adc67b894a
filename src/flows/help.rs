//! What can be typed, and what was probably meant.

use super::{Call, menu};
use crate::args;
use crate::chat::{Block, Button, Card, CommandSpec, Text};
use crate::domain::Lexicon;
use crate::flows::Act;

/// Help about a command; about all of them for `panout` or a name that is none.
pub(super) fn card(call: &Call<'_>, about: &str) -> Card {
    let menu = menu(&call.shared.words);
    let about = about.trim_start_matches('/').to_lowercase();
    let words = call.words;
    match menu.commands.iter().find(|command| command.name == about && command.name != "panout") {
        Some(command) => {
            let card = Card::titled(words.text("help.about", args! { command: about.as_str() }))
                .with(Block::Text(command.description.get(words.language().tag()).into()))
                .with(Block::Text(lines(call, command)));
            if command.name != "refusal" {
                return card;
            }
            ["help.refusal.line", "help.refusal.parts", "help.refusal.form", "help.refusal.later"]
                .into_iter()
                .fold(card, |card, key| card.with(Block::Text(words.text(key, args! {}))))
        }
        None => {
            let mut card = Card::titled(words.text("help.title", args! {}));
            for command in &menu.commands {
                card = card.with(Block::Text(lines(call, command)));
            }
            card.with(Block::Note(words.text("help.more", args! {})))
                .with(Block::Buttons(vec![Button::new(Act::Log.action(), words.line("button.log", args! {}))]))
        }
    }
}

/// What to type instead of a word that is no subcommand.
pub(super) fn misspelled(call: &Call<'_>, command: &str, typed: &str) -> Card {
    let menu = menu(&call.shared.words);
    let spec = menu.commands.iter().find(|spec| spec.name == command);
    let names = spec.into_iter().flat_map(|spec| &spec.subcommands).map(|sub| sub.name).chain(["help"]);
    let known = Lexicon::new(names.map(|name| (name, vec![name])));
    let near = known.find(typed).map_or_else(|| "help", |found| found.value);
    let (command, typed) = (format!("/{command}"), format!("/{command} {typed}"));
    let instead = format!("{command} {near}");
    super::refusing(call.words.text("help.misspelled", args! { typed: typed, instead: instead }))
        .with_some(spec.map(|spec| Block::Text(lines(call, spec))))
}

/// A command as it is typed, with what it does, a line a form.
fn lines(call: &Call<'_>, command: &CommandSpec) -> Text {
    let language = call.words.language().tag();
    let mut text = Text::default();
    let mut line = |typed: String, does: &str| {
        let start = if text.0.is_empty() { "" } else { "\n" };
        text = std::mem::take(&mut text).then(start).then(Text::strong(typed)).then(format!(": {does}"));
    };
    if command.subcommands.is_empty() {
        let typed = format!("/{} {}", command.name, command.usage.get(language));
        line(typed.trim_end().to_owned(), command.description.get(language));
    }
    for sub in &command.subcommands {
        line(format!("/{} {}", command.name, sub.name), sub.description.get(language));
    }
    text
}
