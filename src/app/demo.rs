//! The demo: the bot on the local page alone, with a sample team and a clock that can be moved.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::TimeDelta;

use super::{App, Parts};
use crate::chat::Service;
use crate::clock::Clock;
use crate::config::Config;
use crate::platforms::local::{self, Channel, Someone};
use crate::store::Db;
use crate::words::{Catalogue, Language};

/// The name under which the shift of the clock is kept.
const SHIFT: &str = "clock";

/// The page's own words, by language.
const PAGE: [(Language, &str); 3] = [
    (Language::En, include_str!("../../prompts/page/en.toml")),
    (Language::Fr, include_str!("../../prompts/page/fr.toml")),
    (Language::Ro, include_str!("../../prompts/page/ro.toml")),
];

impl App {
    /// Starts the demo: the sample team of `config`, its database seeded at the first start, and the page.
    ///
    /// # Errors
    /// When the database cannot be opened, or the page's address cannot be listened on.
    pub async fn start_demo(config: Config, clock: Clock) -> anyhow::Result<(Self, SocketAddr)> {
        let db = Db::open(&config.database_url).await?;
        if let Some(shift) = kept_shift(&db).await? {
            clock.set(clock.now() + shift);
        }
        let words = config.catalogue()?;
        super::list(&db, config.listing(), &clock).await?;
        // SEED
        let local = page(&config, &db, &clock, &words)?;
        let parts = Parts {
            listing: config.listing(),
            rules: config.rules(vec![Service::Local]),
            limits: config.limits(),
            db,
            words,
            slack: None,
            discord: None,
            local: Some(local),
        };
        let app = Self::assemble(parts, clock).await?;
        let addr = app.page.context("the demo has a page")?;
        Ok((app, addr))
    }
}

/// The page for the people and channels of a configuration.
fn page(config: &Config, db: &Db, clock: &Clock, words: &Catalogue) -> anyhow::Result<local::Settings> {
    let here = |account: &crate::chat::Account| (account.service == Service::Local).then(|| account.id.clone());
    let words = words.in_language(config.organisation.language);
    let people = config.people.iter().filter_map(|person| {
        let id = person.accounts.iter().find_map(here)?;
        Some(Someone { id, name: person.name.clone(), note: words.label("role", person.role.as_str()) })
    });
    let channels = config.teams.iter().flat_map(|team| &team.channels).filter_map(here);
    let (db, clock) = (db.clone(), clock.clone());
    Ok(local::Settings {
        addr: config.http_addr,
        people: people.collect(),
        channels: channels.map(|id| Channel { name: id.clone(), id }).collect(),
        jumps: true,
        time_zone: config.organisation.time_zone,
        language: config.organisation.language.tag().to_owned(),
        words: page_words()?,
        on_shift: Some(Arc::new(move |shift| keep_shift(db.clone(), clock.clone(), shift))),
    })
}

fn page_words() -> anyhow::Result<BTreeMap<String, BTreeMap<String, String>>> {
    let read = |(language, text): &(Language, &str)| {
        let words = toml::from_str(text).with_context(|| format!("reading the page's words in {language}"))?;
        Ok((language.tag().to_owned(), words))
    };
    PAGE.iter().map(read).collect()
}

/// Keeps how far the clock is shifted, so that a restart goes on from there.
fn keep_shift(db: Db, clock: Clock, shift: TimeDelta) {
    tokio::spawn(async move {
        let (milliseconds, now) = (shift.num_milliseconds().to_string(), clock.now());
        let write = db.write(move |tx| {
            let milliseconds = milliseconds.clone();
            Box::pin(async move { Ok(tx.keep_draft(Service::Local.as_str(), SHIFT, &milliseconds, now).await?) })
        });
        let kept: anyhow::Result<()> = write.await;
        if let Err(error) = kept {
            tracing::error!("the demo's clock will start from the system's next time: {error:#}");
        }
    });
}

async fn kept_shift(db: &Db) -> anyhow::Result<Option<TimeDelta>> {
    let read = db.read(|tx| Box::pin(async { Ok(tx.draft(Service::Local.as_str(), SHIFT).await?) }));
    let kept: anyhow::Result<Option<String>> = read.await;
    Ok(kept?.and_then(|milliseconds| milliseconds.parse().ok()).map(TimeDelta::milliseconds))
}
