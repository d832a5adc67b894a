//! The local page: a small chat client in the browser, so that anyone can try the bot with no workspace.
//!
//! It is the third adapter, held to the same ports as the others, and a demonstration: whoever opens it acts as
//! whoever they choose. So it listens on loopback only, and answers only pages it served itself (`guard`).
//!
//! ```text
//! browser --POST /api/act--> acts -> Bot -> Reply -> Room --watch--> live --server-sent events--> every open tab
//!                            Platform::post (jobs) ---^  |
//!                                                        +--> Drafts (every message, one key each)
//! ```
//!
//! | can't | instead |
//! |---|---|
//! | typed options of commands | what is typed goes to the bot as text; the composer shows the options and suggests their values |
//! | push to a closed tab | messages wait in the room, counted as unread |
//! | keep messages for ever | they are drafts: kept [`crate::chat::Drafts`]`::DAYS` days |
//! | two forms at once | the newest form takes the place of the open one |
//! | private replies that a database failure cannot touch | an answer is shown first and kept second; only posts are kept first |

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, ensure};
use axum::serve::ListenerExt as _;
use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::chat::{Platform, Ports, Service};

mod acts;
mod answers;
mod enclosed;
mod guard;
mod jump;
mod live;
mod room;
mod said;
mod server;
mod speaker;
mod views;

use room::Room;

/// What the page needs to know at its start.
#[derive(Clone)]
pub struct Settings {
    /// Where to listen; a loopback address. Port 0 takes any free one.
    pub addr: SocketAddr,
    /// Who can be chosen.
    pub people: Vec<Someone>,
    /// The channels, in the order they are listed.
    pub channels: Vec<Channel>,
    /// Whether the page may move the clock.
    pub jumps: bool,
    /// The zone the page shows times in, and of "next morning".
    pub time_zone: Tz,
    /// The language of those who have chosen none: a tag that `words` has.
    pub language: String,
    /// The page's own words: language tag, then key, then text (`prompts/page/`). `en` fills the gaps of the others.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
    /// Called with the clock's new shift after each jump, so that it can be kept.
    pub on_shift: Option<OnShift>,
}

/// What is told of a jump of the clock.
pub type OnShift = Arc<dyn Fn(TimeDelta) + Send + Sync>;

/// Somebody who can be chosen on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Someone {
    /// The id of their account (`ana` of `local:ana`): see [`valid_id`].
    pub id: String,
    /// Their name.
    pub name: String,
    /// What is read beside the name, such as their role and team: a key of the page's words, or the words; may be empty.
    pub note: String,
}

/// A channel of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its id: see [`valid_id`].
    pub id: String,
    /// Its name, without a mark.
    pub name: String,
}

/// What every request is answered from.
struct Page {
    settings: Settings,
    ports: Ports,
    room: Arc<Room>,
    /// Where it really listens.
    addr: SocketAddr,
    /// Differs from start to start: a browser that comes back with another one reads everything anew.
    boot: String,
}

/// Starts the page: restores what was said, listens, and serves until `ports.stop`; `beside` it what guards itself.
///
/// # Errors
/// When the address is not a loopback address or cannot be listened on, an id is not [valid](valid_id), or what was
/// said cannot be read.
pub async fn start(
    settings: Settings,
    beside: axum::Router,
    ports: Ports,
) -> anyhow::Result<(Arc<dyn Platform>, SocketAddr)> {
    ensure!(
        settings.addr.ip().is_loopback(),
        "the local page lets anyone act as anyone, so it listens on this machine only: {} is not a loopback address, \
         use 127.0.0.1",
        settings.addr.ip()
    );
    for id in settings.people.iter().map(|p| &p.id).chain(settings.channels.iter().map(|c| &c.id)) {
        ensure!(valid_id(id), "`{id}` cannot be an id on the local page: use a-z, 0-9, `.`, `_` and `-`, at most 64");
    }
    let room =
        Room::restore(ports.drafts.clone(), ports.tasks.clone(), settings.people.clone(), settings.channels.clone())
            .await
            .context("reading what was said on the local page")?;
    let listener = TcpListener::bind(settings.addr).await.with_context(|| format!("listening on {}", settings.addr))?;
    let addr = listener.local_addr().context("asking where the local page listens")?;
    let boot = format!("{:016x}", fastrand::u64(..));
    let page = Arc::new(Page { settings, ports: ports.clone(), room: Arc::new(room), addr, boot });
    // What changes is shown at once, though the one before is not confirmed yet; slower without is not broken.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let served = axum::serve(listener, server::router(page.clone()).merge(beside));
    let (stop, fatal) = (ports.stop.clone(), ports.fatal.clone());
    let connected = ports.vitals.connected(Service::Local);
    ports.tasks.spawn(async move {
        let _connected = connected;
        if let Err(error) = served.with_graceful_shutdown(stop.cancelled_owned()).await {
            // The receiver is gone only when the app is stopping anyway.
            let _ = fatal.send((Service::Local, format!("the local page stopped serving: {error}")));
        }
    });
    Ok((Arc::new(speaker::Speaker(page)), addr))
}

/// Whether `id` can be the id of a person or channel on the page: 1 to 64 of `a-z A-Z 0-9 . _ -`.
pub fn valid_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

impl Page {
    /// The page's own word for `key`, in `language` or English; the key itself if nobody wrote it.
    fn word<'a>(&'a self, language: &str, key: &'a str) -> &'a str {
        let words = &self.settings.words;
        let written = words.get(language).and_then(|own| own.get(key));
        written.or_else(|| words.get("en")?.get(key)).map_or(key, String::as_str)
    }

    /// The language to answer in: the one asked for if the page speaks it, otherwise the page's own.
    fn language<'a>(&'a self, asked: Option<&'a str>) -> &'a str {
        asked.filter(|tag| self.settings.words.contains_key(*tag)).unwrap_or(&self.settings.language)
    }
}
