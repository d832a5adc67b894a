//! Who may use whom inside `src`, and which layer may name which outside crate.

use crate::source::{self, Source};

/// Each layer (a folder or file of `src`) and the layers it may use.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("clock", &[]),
    ("domain", &[]),
    ("chat", &["clock"]),
    ("words", &["chat", "domain"]),
    ("config", &["domain", "chat", "store", "flows", "words", "jobs"]),
    ("demo", &["config", "domain", "chat", "store", "flows", "words"]),
    ("store", &["domain", "clock"]),
    ("report", &["domain", "store", "words"]),
    ("flows", &["domain", "chat", "store", "report", "words", "clock"]),
    ("jobs", &["flows", "chat", "store", "clock"]),
    ("web", &["flows", "chat"]),
    ("platforms", &["chat", "clock"]),
];

/// Where everything is put together: these may use every layer.
const TOP: [&str; 5] = ["lib", "main", "app", "command_line", "commands"];

/// What only some may name: (path, the folders or files of `src`).
const ONLY_IN: [(&str, &[&str]); 6] = [
    ("sqlx", &["store"]),
    ("serenity", &["platforms/discord"]),
    ("slack_morphism", &["platforms/slack"]),
    ("axum", &["platforms/local", "web"]),
    ("std::env", &["config"]),
    ("rustix", &["commands/pages"]),
];

/// Where alone `unsafe` may stand, one block each: everywhere else the compiler answers for memory.
const UNSAFE: [&str; 1] = ["commands/pages.rs"];

/// Macros live at the root of the crate, whatever layer they belong to: (macro, layer).
const MACROS: [(&str, &str); 1] = [("args", "words")];

#[test]
fn every_layer_uses_only_those_below_it() {
    let wrong: Vec<String> = source::all().iter().flat_map(complaints).collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn only_one_place_takes_memory_into_its_own_hands() {
    let blocks = |source: &Source| {
        source.code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| *w == "unsafe").count()
    };
    let found: Vec<(String, usize)> =
        source::all().iter().map(|source| (source.path.clone(), blocks(source))).filter(|(_, n)| *n > 0).collect();
    assert_eq!(found, UNSAFE.map(|place| (place.to_owned(), 1)));
}

#[test]
fn a_layer_that_reaches_where_it_may_not_is_caught() {
    let caught = |path: &str, written: &str| complaints(&Source::read(path, written)).len();
    assert_eq!(caught("platforms/slack/api.rs", "use crate::chat::Card; use crate::clock::Clock;"), 0);
    assert_eq!(caught("platforms/slack/api.rs", "use crate::{chat::Card, flows::refusal};"), 1);
    assert_eq!(caught("platforms/slack/api.rs", "fn f() { crate::store::open() }"), 1);
    assert_eq!(caught("platforms/slack/api.rs", "fn f() { super::super::super::domain::fold::fold(x) }"), 1);
    assert_eq!(caught("platforms/slack/api.rs", "use super::super::domain;"), 0, "a module of platforms itself");
    assert_eq!(caught("domain/mod.rs", "use super::words::Words;"), 1);
    assert_eq!(caught("domain/money.rs", "fn f(now: &crate::clock::Clock) {}"), 1);
    assert_eq!(caught("platforms/local/mod.rs", "use crate::args;"), 1, "a macro belongs to its layer");
    assert_eq!(caught("flows/refusal.rs", "#[derive(sqlx::FromRow)] struct Row;"), 1);
    assert_eq!(caught("flows/refusal.rs", "use serenity;"), 1);
    assert_eq!(caught("jobs/worker.rs", "use std::{sync::Arc, env};"), 1);
    assert_eq!(caught("flows/refusal.rs", "fn f() { std::env::var(name) }"), 1);
    assert_eq!(caught("config/mod.rs", "fn f() { std::env::var(name) }"), 0);
    assert_eq!(caught("helpers.rs", ""), 1, "a layer of no rank");
    let quoted = "//! crate::store\n/* crate::store /* nested */ crate::flows */ fn f<'a>() { g(\"crate::store\", '\"', r#\"crate::\"store\"#) }";
    assert_eq!(caught("domain/mod.rs", quoted), 0, "comments and strings use nothing");
}

/// What a file does that its layer may not, in sentences.
fn complaints(source: &Source) -> Vec<String> {
    let file = source.path.trim_end_matches(".rs");
    let layer = file.split('/').next().unwrap_or_default();
    let paths = source.paths();
    let mut wrong: Vec<String> = Vec::new();
    for (name, places) in ONLY_IN {
        let named = paths.iter().any(|path| path.starts_with(&steps(name)));
        let here = places.iter().any(|place| file == *place || file.starts_with(&format!("{place}/")));
        if named && !here {
            wrong.push(format!("src/{} names {name}: only {} may", source.path, places.join(", ")));
        }
    }
    if TOP.contains(&layer) {
        return wrong;
    }
    let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == layer) else {
        wrong.push(format!("src/{} is of no layer: say in tests/bot/layers.rs whom it may use", source.path));
        return wrong;
    };
    let used = paths.iter().filter_map(|path| used_layer(path, &source.path));
    wrong.extend(
        used.filter(|used| used != layer && !allowed.contains(&used.as_str()))
            .map(|used| format!("src/{}: {layer} may not use {used}", source.path)),
    );
    wrong
}

fn steps(path: &str) -> Vec<String> {
    path.split("::").map(str::to_owned).collect()
}

/// The layer a path leads to, if it leaves its own module for one.
fn used_layer(path: &[String], file: &str) -> Option<String> {
    let supers = path.iter().take_while(|step| *step == "super").count();
    let depth = file.trim_end_matches("/mod.rs").split('/').count();
    let next = match path.first()?.as_str() {
        "crate" | "panout" => path.get(1)?,
        "super" if supers >= depth => path.get(supers)?,
        _ => return None,
    };
    let of_macro = MACROS.iter().find(|(name, _)| name == next).map(|(_, layer)| *layer);
    let name = of_macro.unwrap_or(next);
    (MAY_USE.iter().any(|(layer, _)| *layer == name) || TOP.contains(&name)).then(|| name.to_owned())
}
