//! The bot speaks first.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::Adapter;
use super::api::{Care, Refusal};
use super::enclose::Body;
use super::render;
use crate::chat::{Card, Failure, MessageRef, Place, Platform, Service};

/// Direct messages are closed to us: 50007, or no server in common any more: 50278. Source: Discord's JSON codes.
const CLOSED: [u64; 2] = [50007, 50278];
/// Missing permissions.
const NOT_PERMITTED: u64 = 50013;
/// No such channel: a thread that was deleted, or that nobody has opened yet.
const NO_CHANNEL: u64 = 10003;
/// A thread cannot hang there: a direct message, or a thread already.
const NO_THREAD: u64 = 50024;
/// The first millisecond of Discord's ids. Source: Discord's reference of snowflakes.
const EPOCH: i64 = 1_420_070_400_000;
/// How many pages of a hundred messages are searched before giving up.
const PAGES: usize = 20;
/// How long a post may take with all its attempts: the job that posts holds a lease of a minute.
const POST: Duration = Duration::from_secs(40);
/// Joins the ids of a card that took several messages.
const JOINT: &str = "+";

#[async_trait]
impl Platform for Speaker {
    fn service(&self) -> Service {
        Service::Discord
    }

    async fn post(&self, place: &Place, card: &Card, marker: &str) -> Result<MessageRef, Failure> {
        let posting = self.0.post_card(place, card, marker);
        timeout(POST, posting).await.unwrap_or(Err(Failure::Unknown { why: "posting took too long".into() }))
    }

    async fn replace(&self, message: &MessageRef, card: &Card, marker: &str) -> Result<(), Failure> {
        self.0.replace_card(message, card, marker).await
    }

    async fn find(&self, place: &Place, marker: &str, since: DateTime<Utc>) -> Result<Option<MessageRef>, Failure> {
        self.0.find_card(place, marker, since).await
    }
}

/// The adapter as the bot sees it.
pub(super) struct Speaker(pub(super) std::sync::Arc<Adapter>);

impl Adapter {
    /// Posts a message; a nonce seen in the last minutes posts nothing and gives back the message of then. Where the bot
    /// may attach nothing, pictures are said in words.
    pub(super) async fn send(&self, channel: &str, body: &Body, nonce: &str) -> Result<Value, Refusal> {
        let mut body = body.clone();
        body.says["nonce"] = nonce.into();
        body.says["enforce_nonce"] = true.into();
        let path = format!("/channels/{channel}/messages");
        match (self.api.post_message(&path, &body, Care::Repeatable).await, body.in_words()) {
            (Err(refusal), Some(words)) if refusal.code() == Some(NOT_PERMITTED) => {
                tracing::warn!("a card is shown without its picture: `panout manifest discord` says what to permit");
                self.api.post_message(&path, &words, Care::Repeatable).await
            }
            (done, _) => done,
        }
    }

    /// Sends a direct message.
    pub(super) async fn mail(&self, who: &str, body: &Body, nonce: &str) -> Result<Value, Refusal> {
        let channel = self.direct(who).await?;
        self.send(&channel, body, nonce).await
    }

    /// The channel of direct messages with a person.
    async fn direct(&self, who: &str) -> Result<String, Refusal> {
        if let Some(channel) = self.directs().get(who) {
            return Ok(channel.clone());
        }
        let body = json!({"recipient_id": who});
        let answer = self.api.post("/users/@me/channels", &body, Care::Repeatable).await?;
        let channel = answer["id"].as_str().ok_or(Refusal::Lost)?.to_owned();
        self.directs().insert(who.to_owned(), channel.clone());
        Ok(channel)
    }

    async fn post_card(&self, place: &Place, card: &Card, marker: &str) -> Result<MessageRef, Failure> {
        match place {
            Place::Channel { id, .. } => Ok(self.put(id, card, marker, None).await?),
            Place::Direct { account, or_in } => {
                let channel = self.direct(&account.id).await?;
                match (self.put(&channel, card, marker, None).await, or_in) {
                    (Err(refusal), Some(parent)) if refusal.code().is_some_and(|code| CLOSED.contains(&code)) => {
                        self.post_in_private_thread(&account.id, parent, card, marker).await
                    }
                    (done, _) => Ok(done?),
                }
            }
            Place::Thread { under } => self.post_under(under, card, marker).await,
        }
    }

    /// Posts every part of a card; those that are already there are not posted again.
    async fn put(&self, channel: &str, card: &Card, marker: &str, under: Option<&str>) -> Result<MessageRef, Refusal> {
        let parts = render::draw(card, &self.contents(card, None).await, Some(marker));
        let of = parts.len();
        // A single part is looked for by whoever calls; of several the first ones may be there without the last.
        let there = if of > 1 { self.newest(channel).await? } else { vec![] };
        let mut ids = vec![];
        for (n, mut part) in parts.into_iter().enumerate() {
            let mark = render::mark(marker, n + 1, of);
            if let Some(id) = id_with(&there, &mark) {
                ids.push(id);
                continue;
            }
            if let Some(message) = under {
                part.says["message_reference"] = json!({"message_id": message, "fail_if_not_exists": false});
            }
            let answer = self.send(channel, &part, &nonce(marker, n, of)).await?;
            ids.push(answer["id"].as_str().ok_or(Refusal::Lost)?.to_owned());
        }
        Ok(MessageRef { service: Service::Discord, channel: channel.to_owned(), id: ids.join(JOINT) })
    }

    async fn newest(&self, channel: &str) -> Result<Vec<Value>, Refusal> {
        let answer = self.api.get(&format!("/channels/{channel}/messages?limit=100")).await?;
        Ok(answer.as_array().cloned().unwrap_or_default())
    }

    /// Posts to a person who takes no direct messages: in a thread only they and the bot are in.
    async fn post_in_private_thread(
        &self,
        who: &str,
        parent: &str,
        card: &Card,
        marker: &str,
    ) -> Result<MessageRef, Failure> {
        if let Some(thread) = self.private_thread(who, parent).await? {
            match self.put(&thread, card, marker, None).await {
                Err(refusal) if refusal.code() == Some(NO_CHANNEL) => {}
                done => return Ok(done?),
            }
        }
        // A week is the longest Discord keeps a silent thread open; writing in it opens it again.
        let body = json!({"name": "Panout", "type": 12, "invitable": false, "auto_archive_duration": 10080});
        let answer = self.api.post(&format!("/channels/{parent}/threads"), &body, Care::Once).await?;
        let thread = answer["id"].as_str().ok_or(Refusal::Lost)?.to_owned();
        let kept = self.ports.drafts.keep(Service::Discord, &thread_key(who, parent), json!(thread).to_string()).await;
        kept.map_err(|_| Failure::Unknown { why: "the thread could not be remembered".into() })?;
        self.api.put(&format!("/channels/{thread}/thread-members/{who}"), &Value::Null).await?;
        Ok(self.put(&thread, card, marker, None).await?)
    }

    /// The thread once opened for a person.
    async fn private_thread(&self, who: &str, parent: &str) -> Result<Option<String>, Failure> {
        let kept = self.ports.drafts.kept(Service::Discord, &thread_key(who, parent)).await;
        let kept =
            kept.map_err(|_| Failure::NotNow { why: "what is remembered cannot be read".into(), after: None })?;
        Ok(kept.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// Posts in the thread of a message, opening it if there is none; where there are no threads, as an answer to it.
    async fn post_under(&self, under: &MessageRef, card: &Card, marker: &str) -> Result<MessageRef, Failure> {
        // A thread has the id of the message it hangs from.
        let root = first_id(under);
        match self.put(root, card, marker, None).await {
            Err(refusal) if refusal.code() == Some(NO_CHANNEL) => {}
            done => return Ok(done?),
        }
        let name: String = card.title.unstyled().chars().take(100).collect();
        let path = format!("/channels/{}/messages/{root}/threads", under.channel);
        // Repeatable: a message has one thread at most.
        let opened = self.api.post(&path, &json!({"name": name.trim()}), Care::Repeatable).await;
        match opened {
            Err(refusal) if refusal.code() == Some(NO_THREAD) => {
                Ok(self.put(&under.channel, card, marker, Some(root)).await?)
            }
            // 160004: the message has a thread already.
            Err(refusal) if refusal.code() != Some(160_004) => Err(refusal.into()),
            _ => Ok(self.put(root, card, marker, None).await?),
        }
    }

    async fn replace_card(&self, message: &MessageRef, card: &Card, marker: &str) -> Result<(), Failure> {
        let parts = render::draw(card, &self.contents(card, None).await, Some(marker));
        let of = parts.len();
        let path = |id: &str| format!("/channels/{}/messages/{id}", message.channel);
        let ids: Vec<&str> = message.id.split(JOINT).collect();
        let there = if of > ids.len() { self.newest(&message.channel).await? } else { vec![] };
        for (n, part) in parts.iter().enumerate() {
            match ids.get(n) {
                Some(id) => drop(self.api.patch(&path(id), part).await?),
                None if id_with(&there, &render::mark(marker, n + 1, of)).is_some() => {}
                None => drop(self.send(&message.channel, part, &nonce(marker, n, of)).await?),
            }
        }
        for id in ids.iter().skip(of) {
            self.api.delete(&path(id)).await?;
        }
        Ok(())
    }

    async fn find_card(
        &self,
        place: &Place,
        marker: &str,
        since: DateTime<Utc>,
    ) -> Result<Option<MessageRef>, Failure> {
        let mut channels = vec![];
        match place {
            Place::Channel { id, .. } => channels.push(id.clone()),
            Place::Direct { account, or_in } => {
                channels.push(self.direct(&account.id).await?);
                if let Some(parent) = or_in {
                    channels.extend(self.private_thread(&account.id, parent).await?);
                }
            }
            Place::Thread { under } => channels.extend([first_id(under).to_owned(), under.channel.clone()]),
        }
        // Discord's ids follow Discord's clock, which a clock set forward for a demo does not move. A minute is for
        // clocks that differ.
        let since = since - self.ports.clock.shift() - TimeDelta::minutes(1);
        for channel in channels {
            if let Some(found) = self.search(&channel, marker, since).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Looks for all parts of a card in a channel.
    async fn search(&self, channel: &str, marker: &str, since: DateTime<Utc>) -> Result<Option<MessageRef>, Failure> {
        let mut after = u64::try_from(since.timestamp_millis() - EPOCH).unwrap_or_default() << 22;
        let mut messages = vec![];
        for _ in 0..PAGES {
            let path = format!("/channels/{channel}/messages?limit=100&after={after}");
            let page = match self.api.get(&path).await {
                Err(refusal) if refusal.code() == Some(NO_CHANNEL) => return Ok(None),
                page => page?.as_array().cloned().unwrap_or_default(),
            };
            let full = page.len() >= 100;
            let ids = page.iter().filter_map(|message| message["id"].as_str()?.parse().ok());
            after = ids.fold(after, u64::max);
            messages.extend(page);
            if let Some(ids) = whole(&messages, marker) {
                let id = ids.join(JOINT);
                return Ok(Some(MessageRef { service: Service::Discord, channel: channel.to_owned(), id }));
            }
            if !full {
                return Ok(None);
            }
        }
        Err(Failure::NotNow { why: "too many messages since then to search".into(), after: None })
    }
}

/// The id of the message with this mark that the bot posted.
fn id_with(messages: &[Value], mark: &str) -> Option<String> {
    let ours = |message: &&Value| message["author"]["bot"] == true && render::marks(message).any(|m| m == mark);
    messages.iter().find(ours)?["id"].as_str().map(str::to_owned)
}

/// The ids of all parts of a card, in order; `None` as long as one is missing.
fn whole(messages: &[Value], marker: &str) -> Option<Vec<String>> {
    let parts_of = |mark: &str| mark.strip_prefix(marker)?.strip_prefix('.')?.split_once('.')?.1.parse().ok();
    let of: usize = messages.iter().find_map(|message| render::marks(message).find_map(parts_of))?;
    (1..=of).map(|part| id_with(messages, &render::mark(marker, part, of))).collect()
}

/// The nonce of one part of a card: at most 25 characters, as Discord wants it.
fn nonce(marker: &str, part: usize, of: usize) -> String {
    if of == 1 {
        return marker.to_owned();
    }
    // FNV-1a: short, and the same on every machine and in every version.
    let hash = marker.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}.{part}")
}

fn thread_key(who: &str, parent: &str) -> String {
    format!("thread.{parent}.{who}")
}

fn first_id(message: &MessageRef) -> &str {
    message.id.split(JOINT).next().unwrap_or_default()
}
