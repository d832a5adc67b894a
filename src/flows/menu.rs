//! The commands and shortcuts, as every platform registers them.

use crate::chat::{CommandSpec, Localized, Menu, OptionKind, OptionSpec, ShortcutSpec, SubcommandSpec};
use crate::domain::{DealStage, Outcome, Period, Source};
use crate::words::{Catalogue, Language};

/// The name of the shortcut that logs a message as a refusal.
pub(super) const LOG_MESSAGE: &str = "log_refusal";
/// The name of the shortcut that logs a message as an inbound lead.
pub(super) const LOG_LEAD: &str = "log_lead";

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
    let text =
        |name| OptionSpec { name, description: words.localized(&format!("option.{name}")), kind: OptionKind::Text };
    let subject = OptionSpec {
        name: "about",
        description: words.localized("option.about"),
        kind: OptionKind::Suggested("reason_or_product"),
    };
    Menu {
        commands: vec![
            command("refusal", refusal_options(words), vec![]),
            command("refusals", vec![], refusals(words)),
            command("debrief", vec![text("number")], vec![]),
            command("lead", lead_options(words), vec![]),
            command("leads", vec![], leads(words)),
            command("deal", vec![], deals(words)),
            command("queue", vec![], vec![]),
            command("recontacts", vec![text("rep")], vec![]),
            command("plays", vec![subject], vec![]),
            command(
                "panout",
                vec![],
                vec![
                    sub("panout", "settings", vec![]),
                    sub("panout", "start", vec![]),
                    sub("panout", "stop", vec![]),
                    sub("panout", "away", vec![text("absence")]),
                    sub("panout", "back", vec![]),
                    sub("panout", "digest", vec![text("digest")]),
                    sub("panout", "criteria", vec![]),
                    sub("panout", "help", vec![text("command")]),
                ],
            ),
        ],
        shortcuts: vec![
            ShortcutSpec { name: LOG_MESSAGE, label: words.localized("shortcut.log_refusal") },
            ShortcutSpec { name: LOG_LEAD, label: words.localized("shortcut.log_lead") },
        ],
    }
}

/// What may follow `/refusals`.
fn refusals(words: &Catalogue) -> Vec<SubcommandSpec> {
    let sub = |name, options| SubcommandSpec {
        name,
        description: words.localized(&format!("command.refusals.{name}")),
        options,
    };
    let option = |name, kind| OptionSpec { name, description: words.localized(&format!("option.{name}")), kind };
    let by = || option("by", OptionKind::Suggested("view"));
    let mut subs: Vec<SubcommandSpec> = Period::NAMED.map(|period| sub(period.kind(), vec![by()])).into();
    subs.push(sub("dates", vec![option("days", OptionKind::Text)]));
    subs.push(sub("search", vec![option("what", OptionKind::Text)]));
    subs.push(sub("me", vec![option("rep", OptionKind::Text)]));
    subs.push(sub("export", vec![option("file", OptionKind::Text)]));
    subs.extend(["mine", "gap", "help"].map(|name| sub(name, vec![])));
    subs
}

/// What may follow `/leads`.
fn leads(words: &Catalogue) -> Vec<SubcommandSpec> {
    ["mine", "team", "unworked", "show", "report", "help"]
        .map(|name| {
            let option = |name| OptionSpec {
                name,
                description: words.localized(&format!("option.{name}")),
                kind: OptionKind::Text,
            };
            let options = match name {
                "show" => vec![option("lead")],
                "report" => vec![option("period")],
                _ => Vec::new(),
            };
            SubcommandSpec { name, description: words.localized(&format!("command.leads.{name}")), options }
        })
        .into()
}

/// What may follow `/deal`.
fn deals(words: &Catalogue) -> Vec<SubcommandSpec> {
    let option = |name, about: &str, kind| OptionSpec { name, description: words.localized(about), kind };
    let stages = DealStage::ALL.map(|it| (it.as_str(), words.localized(&format!("deal_stage.{}.label", it.as_str()))));
    let track = || {
        vec![
            option("account", "option.deal_account", OptionKind::Suggested("account")),
            option("stage", "option.deal_stage", OptionKind::Choice(stages.clone().into())),
            option("amount", "option.deal_amount", OptionKind::Line),
            option("owner", "option.deal_owner", OptionKind::Line),
            option("line", "option.deal_line", OptionKind::Text),
        ]
    };
    ["track", "mine", "team", "check", "show", "cost", "help"]
        .map(|name| SubcommandSpec {
            name,
            description: words.localized(&format!("command.deal.{name}")),
            options: match name {
                "track" => track(),
                "check" | "show" => vec![option("deal", "option.deal", OptionKind::Suggested("deal"))],
                _ => Vec::new(),
            },
        })
        .into()
}

fn lead_options(words: &Catalogue) -> Vec<OptionSpec> {
    let sources = Source::ALL.map(|s| (s.as_str(), words.localized(&format!("source.{}.label", s.as_str()))));
    [
        ("account", OptionKind::Line),
        ("contact", OptionKind::Line),
        ("phone", OptionKind::Line),
        ("email", OptionKind::Line),
        ("source", OptionKind::Choice(sources.into())),
        ("wants", OptionKind::Line),
        ("owner", OptionKind::Line),
        ("line", OptionKind::Text),
    ]
    .map(|(name, kind)| OptionSpec { name, description: words.localized(&format!("option.lead_{name}")), kind })
    .into()
}

fn refusal_options(words: &Catalogue) -> Vec<OptionSpec> {
    let outcomes = Outcome::ALL.into_iter().filter(|outcome| *outcome != Outcome::Invalid);
    let outcomes = outcomes.map(|o| (o.as_str(), words.localized(&format!("outcome.{}.label", o.as_str()))));
    let sources = Source::ALL.map(|s| (s.as_str(), words.localized(&format!("source.{}.label", s.as_str()))));
    [
        ("account", OptionKind::Suggested("account")),
        ("reason", OptionKind::Suggested("reason")),
        ("amount", OptionKind::Line),
        ("product", OptionKind::Suggested("product")),
        ("competitor", OptionKind::Suggested("competitor")),
        ("verbatim", OptionKind::Line),
        ("outcome", OptionKind::Choice(outcomes.collect())),
        ("until", OptionKind::Line),
        ("source", OptionKind::Choice(sources.into())),
        ("line", OptionKind::Text),
    ]
    .map(|(name, kind)| OptionSpec { name, description: words.localized(&format!("option.{name}")), kind })
    .into()
}
