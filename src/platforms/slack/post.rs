//! The bot speaks first: posting once, changing, and finding again what was posted.
//!
//! The marker travels in the message's metadata, which nobody sees. A card that takes several messages is a first one
//! and others in its thread; each carries the marker with its number, so a post that was interrupted goes on where it
//! stopped and [`Platform::find`] knows a whole card from half of one. Files follow the card; how many is said there, too,
//! so a card is whole when they are sent (`uploads.rs`).

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::api::{Api, Effort, POST};
use super::error::CallError;
use super::render::{Drawn, draw};
use super::uploads::{Enclosed, Late, Spot, Uploads};
use crate::chat::{Card, Failure, MessageRef, Place, Platform, Service};

/// The metadata's type; ours alone in this workspace.
const EVENT_TYPE: &str = "panout_card";
/// How far our clock and Slack's may be apart when looking back.
const CLOCKS: TimeDelta = TimeDelta::minutes(5);
/// Pages of 200 messages looked through before giving up.
const PAGES: usize = 20;

/// The way out.
pub(super) struct Slack {
    pub(super) api: Arc<Api>,
    pub(super) uploads: Arc<Uploads>,
}

/// What is there of a card.
#[derive(Default)]
struct Parts {
    /// How many it should have; 0 if it is not there.
    of: usize,
    /// How many files follow it.
    files: usize,
    /// Ids by number, from 0.
    ids: BTreeMap<usize, String>,
}

#[async_trait]
impl Platform for Slack {
    fn service(&self) -> Service {
        Service::Slack
    }

    async fn post(&self, place: &Place, card: &Card, marker: &str) -> Result<MessageRef, Failure> {
        // An upload begins before its message: without one nothing was tried, and there is nothing to look for.
        let tried = card.files().count() > 0 && self.uploads.tried(marker).await.map_err(unread)?;
        let enclosed = self.uploads.enclose(card, marker, None).await.map_err(unread)?;
        if let Some(Late { why, after }) = enclosed.late {
            // A picture comes before its message: nothing is posted yet.
            return Err(Failure::NoPicture { why, after });
        }
        let messages = drawn(card, &enclosed)?;
        let spot = self.spot(place).await.map_err(CallError::into_failure)?;
        let mut there = Parts::default();
        if messages.len() > 1 || tried {
            there = self.parts(&spot, marker, None).await.map_err(unread)?;
        }
        let mark = Mark { marker, files: enclosed.files.len() };
        let posted = self.post_missing(&spot, &messages, &mark, there).await?;
        self.send_files(&enclosed, &spot).await?;
        Ok(posted)
    }

    async fn replace(&self, message: &MessageRef, card: &Card, marker: &str) -> Result<(), Failure> {
        let enclosed = self.uploads.enclose(card, marker, None).await.map_err(unread)?;
        let (messages, mark) = (drawn(card, &enclosed)?, Mark { marker, files: enclosed.files.len() });
        let MessageRef { channel, id, .. } = message;
        for (n, part) in messages.iter().enumerate().take(1) {
            self.update(message, part, &mark.on(n, messages.len())).await?;
        }
        if messages.len() == 1 && enclosed.files.is_empty() {
            return Ok(());
        }
        let root = self.root(message).await.map_err(unread)?;
        let spot = Spot { channel: channel.clone(), thread: Some(root) };
        if messages.len() > 1 {
            let mut there = self.parts(&spot, marker, None).await.map_err(unread)?;
            there.ids.insert(0, id.clone());
            for (n, part) in messages.iter().enumerate().skip(1) {
                if let Some(id) = there.ids.get(&n) {
                    let old = MessageRef { id: id.clone(), ..message.clone() };
                    self.update(&old, part, &mark.on(n, messages.len())).await?;
                }
            }
            self.post_missing(&spot, &messages, &mark, there).await?;
        }
        let in_thread = spot.thread.filter(|root| root != id);
        self.send_files(&enclosed, &Spot { channel: spot.channel, thread: in_thread }).await
    }

    async fn find(&self, place: &Place, marker: &str, since: DateTime<Utc>) -> Result<Option<MessageRef>, Failure> {
        let spot = self.spot(place).await.map_err(unread)?;
        let there = self.parts(&spot, marker, Some(since)).await.map_err(unread)?;
        let mut whole = there.of > 0 && there.ids.len() == there.of;
        if whole && there.files > 0 {
            whole = self.uploads.sent(marker).await.map_err(unread)? >= there.files;
        }
        let first = there.ids.get(&0).filter(|_| whole);
        Ok(first.map(|id| MessageRef { service: Service::Slack, channel: spot.channel, id: id.clone() }))
    }
}

impl Slack {
    async fn spot(&self, place: &Place) -> Result<Spot, CallError> {
        Ok(match place {
            Place::Channel { id, .. } => Spot { channel: id.clone(), thread: None },
            Place::Direct { account, .. } => Spot { channel: self.api.direct(&account.id).await?, thread: None },
            Place::Thread { under } => Spot { channel: under.channel.clone(), thread: Some(under.id.clone()) },
        })
    }

    async fn post_missing(
        &self,
        spot: &Spot,
        messages: &[Drawn],
        mark: &Mark<'_>,
        mut there: Parts,
    ) -> Result<MessageRef, Failure> {
        for (n, message) in messages.iter().enumerate() {
            if there.ids.contains_key(&n) {
                continue;
            }
            let mut call = json!({
                "channel": spot.channel, "unfurl_links": false, "unfurl_media": false,
                "metadata": mark.on(n, messages.len()),
            });
            if let Some(root) = spot.thread.as_ref().or(there.ids.get(&0)) {
                call["thread_ts"] = root.as_str().into();
            }
            let posted = self.api.show(POST, call, message, Effort::ONCE).await.map_err(CallError::into_failure)?;
            // Posted, but nameless: the next attempt looks for its marker.
            let id = posted["ts"].as_str().ok_or(Failure::Unknown { why: "no ts".into() })?;
            there.ids.insert(n, id.to_owned());
        }
        let id = there.ids.remove(&0).ok_or(Failure::Never { why: "an empty card".into() })?;
        Ok(MessageRef { service: Service::Slack, channel: spot.channel.clone(), id })
    }

    /// Sends the files of a card that stands there. Whatever becomes of that, the card is not to be posted again.
    async fn send_files(&self, enclosed: &Enclosed, spot: &Spot) -> Result<(), Failure> {
        for file in &enclosed.files {
            self.uploads.send(file, spot).await.map_err(unread)?;
        }
        Ok(())
    }

    async fn update(&self, message: &MessageRef, part: &Drawn, metadata: &Value) -> Result<(), Failure> {
        let call = json!({"channel": message.channel, "ts": message.id, "metadata": metadata});
        let updated = self.api.show("chat.update", call, part, Effort::REPEATABLE).await;
        updated.map(drop).map_err(CallError::into_failure)
    }

    /// The first message of the thread a message is in, itself if it is in none.
    async fn root(&self, message: &MessageRef) -> Result<String, CallError> {
        let params = [("channel", message.channel.clone()), ("ts", message.id.clone()), ("limit", "1".into())];
        let read = self.api.read("conversations.replies", &params).await?;
        Ok(read["messages"][0]["thread_ts"].as_str().unwrap_or(&message.id).to_owned())
    }

    /// What is there of the card with this marker.
    async fn parts(&self, spot: &Spot, marker: &str, since: Option<DateTime<Utc>>) -> Result<Parts, CallError> {
        let mut there = Parts::default();
        self.look(spot, marker, since, &mut there).await?;
        if let (None, Some(first), true) = (&spot.thread, there.ids.get(&0), there.of > 1) {
            let under = Spot { channel: spot.channel.clone(), thread: Some(first.clone()) };
            self.look(&under, marker, None, &mut there).await?;
        }
        Ok(there)
    }

    async fn look(
        &self,
        spot: &Spot,
        marker: &str,
        since: Option<DateTime<Utc>>,
        there: &mut Parts,
    ) -> Result<(), CallError> {
        let mut params =
            vec![("channel", spot.channel.clone()), ("include_all_metadata", "true".into()), ("limit", "200".into())];
        params.extend(spot.thread.iter().map(|root| ("ts", root.clone())));
        params.extend(since.map(|since| ("oldest", format!("{}.000000", (since - CLOCKS).timestamp()))));
        let method = if spot.thread.is_some() { "conversations.replies" } else { "conversations.history" };
        let mut cursor = None;
        for _ in 0..PAGES {
            let mut params = params.clone();
            params.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let page = self.api.read(method, &params).await?;
            for message in page["messages"].as_array().into_iter().flatten() {
                note_part(message, marker, there);
            }
            let next = page["response_metadata"]["next_cursor"].as_str().filter(|next| !next.is_empty());
            let found = spot.thread.is_none() && there.of > 0;
            match next {
                Some(next) if !found => cursor = Some(next.to_owned()),
                _ => return Ok(()),
            }
        }
        Err(CallError::NotSent("the conversation is too long to look through"))
    }
}

fn note_part(message: &Value, marker: &str, there: &mut Parts) {
    let metadata = &message["metadata"];
    let payload = &metadata["event_payload"];
    if metadata["event_type"] != EVENT_TYPE || payload["marker"] != marker {
        return;
    }
    let number = |key: &str| payload[key].as_str().and_then(|number| number.parse::<usize>().ok());
    if let Some(id) = message["ts"].as_str() {
        there.of = number("of").unwrap_or(1);
        there.files = there.files.max(number("files").unwrap_or_default());
        there.ids.insert(number("part").unwrap_or(1).saturating_sub(1), id.to_owned());
    }
}

/// What is said, unseen, about each message of a card.
struct Mark<'a> {
    marker: &'a str,
    /// How many follow it.
    files: usize,
}

impl Mark<'_> {
    /// Of one message, from 0. Values are texts: others are lost or fail in other people's readers.
    fn on(&self, n: usize, of: usize) -> Value {
        let mut payload = json!({"marker": self.marker});
        if of > 1 {
            payload["part"] = (n + 1).to_string().into();
            payload["of"] = of.to_string().into();
        }
        if self.files > 0 {
            payload["files"] = self.files.to_string().into();
        }
        json!({"event_type": EVENT_TYPE, "event_payload": payload})
    }
}

fn drawn(card: &Card, enclosed: &Enclosed) -> Result<Vec<Drawn>, Failure> {
    draw(card, enclosed).map_err(|error| Failure::Never { why: error.to_string() })
}

/// Reading posts nothing, so what is unknown is only to be asked again.
fn unread(error: CallError) -> Failure {
    match error.into_failure() {
        Failure::Unknown { why } => Failure::NotNow { why, after: None },
        failure => failure,
    }
}
