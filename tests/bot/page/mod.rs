//! The local page: its API, what people see through it, and itself in a real browser.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the sentence")]

mod api;
mod bot;
mod browser;
mod enclosed;
mod look;
mod seen;
mod words;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use panout::chat::{Account, Action, Busy, Card, Field, Form, Kind, Place, Platform, Ports, Service, Vitals};
use panout::clock::Clock;
use panout::platforms::local::{Channel, Settings, Someone, start};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::fake::drafts::MemoryDrafts;
use crate::fake::files::DrawnFiles;
use bot::ScriptedBot;

/// A page that runs, with Ana (a rep), Elena (a head), and #sales.
struct Demo {
    addr: SocketAddr,
    platform: Arc<dyn Platform>,
    ports: Ports,
    drafts: Arc<MemoryDrafts>,
    bot: Arc<ScriptedBot>,
    shifts: Arc<Mutex<Vec<TimeDelta>>>,
}

impl Demo {
    async fn start(bot: Arc<ScriptedBot>) -> Self {
        Self::start_with(bot, Arc::default()).await
    }

    async fn start_with(bot: Arc<ScriptedBot>, drafts: Arc<MemoryDrafts>) -> Self {
        Self::start_at(bot, drafts, settings().addr).await
    }

    async fn start_at(bot: Arc<ScriptedBot>, drafts: Arc<MemoryDrafts>, addr: SocketAddr) -> Self {
        let ports = ports(bot.clone(), drafts.clone());
        let shifts: Arc<Mutex<Vec<TimeDelta>>> = Arc::default();
        let told = shifts.clone();
        let on_shift = Arc::new(move |shift| told.lock().unwrap().push(shift));
        let settings = Settings { addr, on_shift: Some(on_shift), ..settings() };
        let (platform, addr) = start(settings, axum::Router::new(), ports.clone()).await.unwrap();
        Self { addr, platform, ports, drafts, bot, shifts }
    }

    /// The same page after its process ended and began again, at another address.
    async fn restart(self) -> Self {
        self.stop().await;
        Self::start_with(self.bot, self.drafts).await
    }

    /// The same page after its process ended and began again, at the same address.
    async fn restart_here(self) -> Self {
        self.stop().await;
        Self::start_at(self.bot, self.drafts, self.addr).await
    }

    async fn stop(&self) {
        self.ports.stop.cancel();
        self.ports.tasks.close();
        self.ports.tasks.wait().await;
    }
}

fn ports(bot: Arc<ScriptedBot>, drafts: Arc<MemoryDrafts>) -> Ports {
    Ports {
        bot,
        drafts,
        files: Arc::new(DrawnFiles),
        busy: Busy::default(),
        vitals: Vitals::default(),
        clock: Clock::manual("2026-11-20T14:30:00Z".parse().unwrap()),
        stop: CancellationToken::new(),
        tasks: TaskTracker::new(),
        fatal: tokio::sync::mpsc::unbounded_channel().0,
    }
}

fn settings() -> Settings {
    let someone = |id: &str, name: &str, note: &str| Someone { id: id.into(), name: name.into(), note: note.into() };
    Settings {
        addr: "127.0.0.1:0".parse().unwrap(),
        people: vec![someone("ana", "Ana", "Rep, Field"), someone("elena", "Elena", "Head of Field")],
        channels: vec![Channel { id: "sales".into(), name: "sales".into() }],
        jumps: true,
        time_zone: chrono_tz::Europe::Bucharest,
        language: "en".into(),
        words: words::all(),
        on_shift: None,
    }
}

fn action(encoded: &str) -> Action {
    Action::new(encoded).unwrap()
}

fn direct(id: &str) -> Place {
    Place::Direct { account: Account::new(Service::Local, id), or_in: None }
}

fn sales() -> Place {
    Place::Channel { service: Service::Local, id: "sales".into() }
}

/// Asks for one thing of each kind.
fn form() -> Form {
    let choices = vec![panout::chat::Choice::new("price", "Price"), panout::chat::Choice::new("timing", "Timing")];
    Form {
        action: action("log:1"),
        title: "Log a refusal".into(),
        submit: "Log it".into(),
        intro: Some("What did they say?".into()),
        language: "en".into(),
        fields: vec![
            Field::new("account", "Account", Kind::Search { source: "account".into(), shown: None }),
            Field::new("reason", "Reason", Kind::Choice(choices)),
            Field::new("budget", "Budget", Kind::Amount).optional().hint("Such as 12k EUR"),
            Field::new("until", "Under contract until", Kind::Date).optional(),
            Field::new("owner", "Owner", Kind::Person).optional(),
            Field::new("verbatim", "In their words", Kind::Paragraph { max: 40 }).optional(),
        ],
    }
}

fn card(title: &str) -> Card {
    Card::titled(title)
}

/// No answers but these.
fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}
