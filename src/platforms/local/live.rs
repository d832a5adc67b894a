//! What happens, as it happens: server-sent events to each open tab.
//!
//! A stream sends what changed since the cursor it was opened with, so a lost connection loses nothing. A cursor of
//! another start of the page gets `restart`: the tab then reads everything anew.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{self, KeepAlive, Sse};
use chrono::{DateTime, Utc};
use futures_util::stream::{self, Stream};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::said::Seen;
use super::server::{NOBODY, Refused};
use super::views::{FormView, MessageView};
use super::{Channel, Page, Someone};

/// How often a quiet stream proves that it is alive.
const ALIVE: Duration = Duration::from_secs(15);

/// What surrounds the messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Around {
    pub(super) people: Vec<Someone>,
    pub(super) channels: Vec<Channel>,
    /// By person, the last message for them alone.
    pub(super) latest: BTreeMap<String, u64>,
    /// How many late answers the person waits for.
    pub(super) waiting: usize,
    jumps: u64,
}

impl Around {
    pub(super) fn of(seen: &Seen, who: Option<&str>) -> Self {
        let waiting = who.and_then(|who| seen.waiting.get(who)).copied().unwrap_or_default();
        let (people, channels) = (seen.people.clone(), seen.channels.clone());
        Self { people, channels, latest: seen.latest(), waiting, jumps: seen.jumps }
    }
}

/// Where a tab stands: this start of the page, and the last change it knows.
pub(super) fn cursor(page: &Page, rev: u64) -> String {
    format!("{}-{rev}", page.boot)
}

#[derive(Deserialize)]
pub(super) struct Opened {
    #[serde(rename = "as")]
    who: String,
    since: String,
}

/// A tab's stream. `Last-Event-ID`, which a browser sends by itself when it comes back, goes before `since`.
pub(super) async fn live(
    State(page): State<Arc<Page>>,
    Query(opened): Query<Opened>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>, Refused> {
    page.room.seen().person(&opened.who).ok_or(NOBODY)?;
    let came_back = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let since = came_back.unwrap_or(&opened.since);
    let rev = since.strip_prefix(&format!("{}-", page.boot)).and_then(|rev| rev.parse().ok());
    let mut tab = Tab {
        changes: page.room.watch(),
        page,
        who: opened.who,
        rev: rev.unwrap_or(u64::MAX),
        form: None,
        around: None,
        due: VecDeque::new(),
    };
    match rev {
        Some(_) => tab.look(),
        None => tab.due.push_back(sse::Event::default().event("restart").data("null")),
    }
    Ok(Sse::new(stream::unfold(tab, Tab::next)).keep_alive(KeepAlive::new().interval(ALIVE)))
}

/// What one tab was told.
struct Tab {
    page: Arc<Page>,
    who: String,
    changes: watch::Receiver<Seen>,
    rev: u64,
    /// The last told form's change; `Some(0)` once told that there is none.
    form: Option<u64>,
    around: Option<Around>,
    due: VecDeque<sse::Event>,
}

impl Tab {
    async fn next(mut self) -> Option<(Result<sse::Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.due.pop_front() {
                return Some((Ok(event), self));
            }
            tokio::select! {
                () = self.page.ports.stop.cancelled() => return None,
                changed = self.changes.changed() => changed.ok()?,
            }
            self.look();
        }
    }

    /// Makes events of what changed since the last look.
    fn look(&mut self) {
        let seen = self.changes.borrow_and_update();
        let around = Around::of(&seen, Some(&self.who));
        if self.around.as_ref() != Some(&around) {
            self.due.push_back(event("around", &Timed { around: &around, now: self.page.ports.clock.now() }));
            self.around = Some(around);
        }
        let mut changed: Vec<_> =
            seen.messages.values().filter(|m| m.rev > self.rev && m.shown_to(&self.who)).collect();
        changed.sort_by_key(|m| m.rev);
        for message in changed {
            let id = cursor(&self.page, message.rev);
            self.due.push_back(event("message", &MessageView::of(message, &seen, &self.who)).id(id));
        }
        self.rev = self.rev.max(seen.rev);
        let form = seen.forms.get(&self.who);
        let form_rev = form.map_or(0, |form| form.rev);
        if self.form != Some(form_rev) {
            self.due.push_back(event("form", &form.map(|form| FormView::of(form))));
            self.form = Some(form_rev);
        }
    }
}

#[derive(Serialize)]
struct Timed<'a> {
    #[serde(flatten)]
    around: &'a Around,
    now: DateTime<Utc>,
}

fn event(name: &str, data: &impl Serialize) -> sse::Event {
    sse::Event::default().event(name).json_data(data).expect("what the page shows can be written as JSON")
}
