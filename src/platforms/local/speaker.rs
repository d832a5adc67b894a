//! The bot speaks first: [`Platform`] over the room.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Page;
use super::room::New;
use super::said::{Said, Spot};
use crate::chat::{Card, Failure, MessageRef, Place, Platform, Service};

/// Speaks on the page.
pub(super) struct Speaker(pub(super) Arc<Page>);

/// Where a post goes: the conversation, the thread in it, and the only person who sees that thread.
type Target = (Spot, Option<u64>, Option<String>);

#[async_trait]
impl Platform for Speaker {
    fn service(&self) -> Service {
        Service::Local
    }

    async fn post(&self, place: &Place, card: &Card, marker: &str) -> Result<MessageRef, Failure> {
        let (at, under, only_for) = self.target(place)?;
        let new = New {
            at,
            under,
            only_for,
            by: None,
            time: self.0.ports.clock.now(),
            said: Said::Card(card.clone()),
            marker: Some(marker.into()),
            act: None,
        };
        Ok(self.0.room.post(new).await?.reference())
    }

    async fn replace(&self, message: &MessageRef, card: &Card, _marker: &str) -> Result<(), Failure> {
        self.0.room.replace(number(message)?, card.clone()).await
    }

    // `since` bounds a search of history elsewhere; here the marker alone decides, and finds more at no cost.
    async fn find(&self, place: &Place, marker: &str, _: DateTime<Utc>) -> Result<Option<MessageRef>, Failure> {
        let (at, ..) = self.target(place)?;
        Ok(self.0.room.find(&at, marker).await.map(|m| m.reference()))
    }
}

impl Speaker {
    fn target(&self, place: &Place) -> Result<Target, Failure> {
        let seen = self.0.room.seen();
        let (spot, under, only_for) = match place {
            Place::Channel { service: Service::Local, id } => (Spot::Channel(id.clone()), None, None),
            Place::Direct { account, .. } if account.service == Service::Local => {
                (Spot::Direct(account.id.clone()), None, None)
            }
            Place::Thread { under } => {
                let n = number(under)?;
                let first = seen.messages.get(&n).ok_or_else(|| never(format!("the page has no message {n}")))?;
                (first.at.clone(), Some(first.under.unwrap_or(n)), first.only_for.clone())
            }
            _ => return Err(never("this is not a place on the local page".into())),
        };
        if seen.has(&spot) { Ok((spot, under, only_for)) } else { Err(never(format!("the page has no `{spot}`"))) }
    }
}

fn number(message: &MessageRef) -> Result<u64, Failure> {
    if message.service != Service::Local {
        return Err(never("this message is not on the local page".into()));
    }
    message.id.parse().map_err(|_| never("this is not a message of the local page".into()))
}

fn never(why: String) -> Failure {
    Failure::Never { why }
}
