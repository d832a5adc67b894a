//! `panout demo`: a page on this machine, a sample team, and twelve weeks of refusals.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::TimeDelta;

use super::{Failure, logging, say, token};
use crate::app::{self, App, Parts};
use crate::chat::Service;
use crate::clock::Clock;
use crate::config::{Config, Environment};
use crate::demo;
use crate::domain::{Role, Source};
use crate::flows::{NewToken, Shown, make_token};
use crate::platforms::local::{self, Channel, OnShift, Someone};
use crate::store::Db;
use crate::words::{Catalogue, Language};

/// What the clock's shift is kept under, among the local page's drafts, in milliseconds.
const SHIFT: &str = "clock";

/// How long after the opening of the office the demo begins.
const SETTLED: TimeDelta = TimeDelta::minutes(40);

/// Serves the page until told to stop.
pub(super) async fn demo(env: &Environment<'_>) -> Result<(), Failure> {
    let config = demo::config(Config::for_demo(env)?);
    logging::begin(&config.log)?;
    let told = app::told_to_stop()?;
    let clock = Clock::system();
    let db = Db::open(&config.database_url).await?;
    refuse_anothers(&db, &config).await?;
    list(&db, &config, &clock).await?;
    // Before the clock is moved to where the last demo left it: refusals end today.
    demo::seed(&db, clock.now()).await?;
    restore_shift(&db, &clock).await?;
    open_the_office(&config, &clock);
    demo::this_morning(&db, clock.now()).await?;
    let token = fresh_token(&db, &clock).await?;
    let parts = Parts {
        listing: config.listing(),
        rules: config.rules(vec![Service::Local]),
        words: config.catalogue()?,
        limits: config.limits(),
        slack: None,
        discord: None,
        local: Some(page(&config, &db, &clock)?),
        web: None,
        db,
    };
    let app = App::assemble(parts, clock).await?;
    if let Some(addr) = app.page {
        say(&format!("Open http://{addr} in a browser. Ctrl-C stops the demo."))?;
        say(&format!("A lead comes in:\n  {}", token::curl(&format!("http://{addr}"), &token)))?;
    }
    Ok(app.run(told).await?)
}

/// Refuses a database that is not a demo's: listing the sample team would rename whoever is in it.
async fn refuse_anothers(db: &Db, config: &Config) -> Result<(), Failure> {
    let name = db.read(|tx| Box::pin(async { Ok(tx.organisation_name().await?) }));
    let name: anyhow::Result<Option<String>> = name.await;
    match name? {
        Some(name) if name != config.organisation.name => {
            let wrong = format!(
                "this database is of the organisation \"{name}\": give the demo one of its own with \
                 PANOUT_DATABASE_URL=sqlite:panout-demo.db"
            );
            Err(Failure::Setup(wrong))
        }
        _ => Ok(()),
    }
}

/// A token to try the intake with, another one at each start: it is shown, and kept nowhere.
async fn fresh_token(db: &Db, clock: &Clock) -> anyhow::Result<String> {
    let (shown, now) = (Shown::new(false)?, clock.now());
    let kept = shown.clone();
    let write = db.write(move |tx| {
        let shown = kept.clone();
        Box::pin(async move {
            let new = NewToken { name: "demo".to_owned(), source: Source::Website, team: None };
            tx.revoke_intake_token(&new.name, now).await?;
            Ok::<_, anyhow::Error>(make_token(tx, &new, &shown, now).await?.is_ok())
        })
    });
    anyhow::ensure!(write.await?, "the demo's token has another one's name");
    Ok(shown.token)
}

/// Moves the clock to the next working hour, if it is none: at night nobody would see a card arrive.
fn open_the_office(config: &Config, clock: &Clock) {
    let Some(team) = config.teams.first() else { return };
    let zone = team.time_zone.unwrap_or(config.organisation.time_zone);
    let opening = team.working_hours.next_opening(clock.now(), zone);
    if opening > clock.now() {
        clock.set(opening + SETTLED);
    }
}

async fn list(db: &Db, config: &Config, clock: &Clock) -> anyhow::Result<()> {
    let (listing, now) = (Arc::new(config.listing()), clock.now());
    let write = db.write(move |tx| {
        let listing = listing.clone();
        Box::pin(async move { Ok(tx.list(&listing, now).await?) })
    });
    write.await
}

/// Sets the clock to where the last demo on this database moved it.
async fn restore_shift(db: &Db, clock: &Clock) -> anyhow::Result<()> {
    let kept = db.read(|tx| Box::pin(async { Ok(tx.draft(Service::Local.as_str(), SHIFT).await?) }));
    let kept: anyhow::Result<Option<String>> = kept.await;
    if let Some(millis) = kept?.and_then(|kept| kept.parse().ok()) {
        clock.set(clock.now() + TimeDelta::milliseconds(millis));
    }
    Ok(())
}

/// Keeps where the clock was moved to.
fn keep_shift(db: &Db, clock: &Clock) -> OnShift {
    let (db, clock) = (db.clone(), clock.clone());
    Arc::new(move |shift| {
        let (db, now, value) = (db.clone(), clock.now(), shift.num_milliseconds().to_string());
        tokio::spawn(async move {
            let write = db.write(move |tx| {
                let value = value.clone();
                Box::pin(async move { Ok(tx.keep_draft(Service::Local.as_str(), SHIFT, &value, now).await?) })
            });
            let kept: anyhow::Result<()> = write.await;
            if let Err(error) = kept {
                tracing::warn!("the demo's clock will not survive a restart: {error:#}");
            }
        });
    })
}

/// What the page shows.
fn page(config: &Config, db: &Db, clock: &Clock) -> anyhow::Result<local::Settings> {
    let people = config.people.iter().filter_map(|person| {
        let account = person.accounts.iter().find(|account| account.service == Service::Local)?;
        let note = format!("role_{}", person.role.as_str());
        Some(Someone { id: account.id.clone(), name: person.name.clone(), note })
    });
    let channels = config.teams.iter().flat_map(|team| &team.channels);
    let channels = channels.map(|channel| Channel { id: channel.id.clone(), name: channel.id.clone() });
    Ok(local::Settings {
        addr: config.http_addr,
        people: people.collect(),
        channels: channels.collect(),
        jumps: true,
        time_zone: config.organisation.time_zone,
        language: config.organisation.language.tag().to_owned(),
        words: page_words(&config.catalogue()?)?,
        on_shift: Some(keep_shift(db, clock)),
    })
}

/// The page's own words, compiled in from `prompts/page/`, and what roles are called.
fn page_words(catalogue: &Catalogue) -> anyhow::Result<BTreeMap<String, BTreeMap<String, String>>> {
    let written = Language::ALL.map(|language| {
        let texts = match language {
            Language::En => include_str!("../../prompts/page/en.toml"),
            Language::Fr => include_str!("../../prompts/page/fr.toml"),
            Language::Ro => include_str!("../../prompts/page/ro.toml"),
        };
        let mut texts: BTreeMap<String, String> =
            toml::from_str(texts).with_context(|| format!("prompts/page/{language}.toml"))?;
        let words = catalogue.in_language(language);
        texts.extend(Role::ALL.map(|role| (format!("role_{role}"), words.label("role", role.as_str()))));
        Ok((language.tag().to_owned(), texts))
    });
    written.into_iter().collect()
}
