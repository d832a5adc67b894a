//! A chat service that only counts, and shows everybody what lies in their direct messages.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use panout::chat::{Card, Failure, MessageRef, Place, Platform, Service};
use panout::clock::Clock;

/// The office's service.
pub(super) struct Office {
    clock: Clock,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// What lies in front of each account, by message.
    desks: HashMap<String, BTreeMap<usize, Card>>,
    /// Where each message is.
    places: Vec<String>,
    markers: HashMap<String, usize>,
    /// How many messages came to each account on each day.
    came: BTreeMap<(String, NaiveDate), usize>,
    in_channels: usize,
}

impl Office {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("no test panics here")
    }

    /// What lies in front of somebody, oldest first.
    pub(super) fn desk(&self, account: &str) -> Vec<(usize, Card)> {
        self.kept().desks.get(account).map(|desk| desk.clone().into_iter().collect()).unwrap_or_default()
    }

    /// How many messages came to an account on a day.
    pub(super) fn came(&self, account: &str, day: NaiveDate) -> usize {
        self.kept().came.get(&(account.to_owned(), day)).copied().unwrap_or_default()
    }

    /// How many messages were posted in channels.
    pub(super) fn in_channels(&self) -> usize {
        self.kept().in_channels
    }
}

#[async_trait]
impl Platform for Office {
    fn service(&self) -> Service {
        Service::Slack
    }

    async fn post(&self, place: &Place, card: &Card, marker: &str) -> Result<MessageRef, Failure> {
        let day = self.clock.now().with_timezone(&chrono_tz::Europe::Bucharest).date_naive();
        let mut kept = self.kept();
        let id = kept.places.len();
        assert!(kept.markers.insert(marker.to_owned(), id).is_none(), "{marker} was posted twice");
        let channel = match place {
            Place::Direct { account, .. } => {
                *kept.came.entry((account.id.clone(), day)).or_default() += 1;
                kept.desks.entry(account.id.clone()).or_default().insert(id, card.clone());
                account.id.clone()
            }
            Place::Channel { id, .. } => {
                kept.in_channels += 1;
                id.clone()
            }
            Place::Thread { .. } => panic!("nothing is said in threads"),
        };
        kept.places.push(channel.clone());
        Ok(MessageRef { service: Service::Slack, channel, id: id.to_string() })
    }

    async fn replace(&self, message: &MessageRef, card: &Card, _: &str) -> Result<(), Failure> {
        let id: usize = message.id.parse().expect("an id of this office");
        let mut kept = self.kept();
        let account = kept.places[id].clone();
        if let Some(desk) = kept.desks.get_mut(&account) {
            desk.insert(id, card.clone());
        }
        Ok(())
    }

    async fn find(&self, _: &Place, marker: &str, _: DateTime<Utc>) -> Result<Option<MessageRef>, Failure> {
        let kept = self.kept();
        let found = kept.markers.get(marker).map(|id| (kept.places[*id].clone(), *id));
        Ok(found.map(|(channel, id)| MessageRef { service: Service::Slack, channel, id: id.to_string() }))
    }
}
