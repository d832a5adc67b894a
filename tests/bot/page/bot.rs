//! A bot that answers as a test says.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use panout::chat::{
    Bot, Choice, Command, CommandSpec, Event, Faults, Localized, Menu, OptionKind, OptionSpec, Phrase, Press, Query,
    Reply, Shortcut, ShortcutSpec, SubcommandSpec, Submission,
};
use tokio::sync::watch;

/// What somebody did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Did {
    Command(Command),
    Press(Press),
    Shortcut(Shortcut),
    Submit(Submission),
}

type Script = dyn Fn(&Event, &Did) -> Result<Reply, Faults> + Send + Sync;

/// Answers by its script, and remembers what it was asked.
pub(crate) struct ScriptedBot {
    script: Box<Script>,
    menu: Menu,
    pub(crate) asked: Mutex<Vec<(Event, Did)>>,
    /// While this is false no answer is given.
    pub(crate) answers: watch::Sender<bool>,
}

impl ScriptedBot {
    pub(crate) fn new(script: impl Fn(&Event, &Did) -> Result<Reply, Faults> + Send + Sync + 'static) -> Arc<Self> {
        let (answers, _) = watch::channel(true);
        Arc::new(Self { script: Box::new(script), menu: menu(), asked: Mutex::default(), answers })
    }

    pub(crate) fn asked(&self) -> Vec<(Event, Did)> {
        self.asked.lock().unwrap().clone()
    }

    async fn answer(&self, event: Event, did: Did) -> Result<Reply, Faults> {
        self.asked.lock().unwrap().push((event.clone(), did.clone()));
        self.answers.subscribe().wait_for(|now| *now).await.unwrap();
        (self.script)(&event, &did)
    }
}

fn said(en: &str, fr: &str, ro: &str) -> Localized {
    Localized([("en", en), ("fr", fr), ("ro", ro)].map(|(tag, text)| (tag.into(), text.into())).into())
}

fn menu() -> Menu {
    let option = |name, en: &str, kind| OptionSpec { name, description: said(en, en, en), kind };
    let sub = |name, en: &str| SubcommandSpec { name, description: said(en, en, en), options: vec![] };
    let refusal = CommandSpec {
        name: "refusal",
        description: said("Log a refusal", "Noter un refus", "Notați un refuz"),
        usage: said("Acme 12k price \"they only pay at 90 days\"", "Acme 12k prix \"...\"", "Acme 12k preț \"...\""),
        options: vec![
            option("account", "The company that refused", OptionKind::Suggested("account")),
            option("reason", "Why", OptionKind::Choice(vec![("price", said("Price", "Prix", "Preț"))])),
            option("text", "The rest", OptionKind::Text),
        ],
        subcommands: vec![],
    };
    let panout = CommandSpec {
        name: "panout",
        description: said("Help and settings", "Aide et réglages", "Ajutor și setări"),
        usage: Localized::default(),
        options: vec![],
        subcommands: vec![sub("help", "What can be typed"), sub("settings", "Language, hours, zone")],
    };
    let label = said("Log as refusal", "Noter comme refus", "Notați ca refuz");
    Menu { commands: vec![refusal, panout], shortcuts: vec![ShortcutSpec { name: "log_refusal", label }] }
}

#[async_trait]
impl Bot for ScriptedBot {
    fn menu(&self) -> &Menu {
        &self.menu
    }

    fn phrase(&self, language: Option<&str>, phrase: Phrase) -> String {
        let french = language == Some("fr");
        match phrase {
            Phrase::Cancel => if french { "Annuler" } else { "Cancel" }.into(),
            Phrase::Optional => if french { "(facultatif)" } else { "(optional)" }.into(),
            Phrase::OneMoment => "One moment...".into(),
            Phrase::NoChoice => "Nothing chosen".into(),
            Phrase::PleaseFix => "Please look at these again:".into(),
            Phrase::FormGone => "This form is no longer kept.".into(),
            other => format!("{other:?}"),
        }
    }

    async fn command(&self, event: Event, command: Command) -> Reply {
        self.answer(event, Did::Command(command)).await.expect("faults answer forms only")
    }

    async fn press(&self, event: Event, press: Press) -> Reply {
        self.answer(event, Did::Press(press)).await.expect("faults answer forms only")
    }

    async fn shortcut(&self, event: Event, shortcut: Shortcut) -> Reply {
        self.answer(event, Did::Shortcut(shortcut)).await.expect("faults answer forms only")
    }

    async fn submit(&self, event: Event, submission: Submission) -> Result<Reply, Faults> {
        self.answer(event, Did::Submit(submission)).await
    }

    async fn suggest(&self, _: Event, query: Query) -> Vec<Choice> {
        let all = [("acme", "Acme"), ("acme-ro", "Acme România"), ("globex", "Globex")];
        let fits = |label: &str| label.to_lowercase().starts_with(&query.typed.to_lowercase());
        let known = all.into_iter().filter(|(_, label)| query.source == "account" && fits(label));
        known.map(|(value, label)| Choice::new(value, label)).collect()
    }
}
