//! Who somebody is.
//!
//! Starts: with every event. Acts: finds the person behind an account; a stranger becomes a rep of the team whose
//! channel they first use, else of the first team. Ends: the head is told once about a stranger.

use chrono::{DateTime, Utc};

use super::notice::Notice;
use super::{Result, Shared, notice};
use crate::chat::{Event, Place, Service};
use crate::domain::Person;
use crate::store::Tx;
use crate::words::Language;

/// The longest name a stranger keeps, or a channel, in characters.
const NAME: usize = 80;

/// The person behind an event, if they are known and nothing about them is to be noted.
pub(super) async fn known(tx: &mut Tx, event: &Event) -> Result<Option<Person>> {
    let person = tx.person_of(&event.who.to_string()).await?.filter(|person| {
        let here = person.service.as_deref() == Some(event.who.service.as_str());
        here && moved_switch(person, event).is_none()
    });
    let Some(person) = person else { return Ok(None) };
    let news = renamed(tx, &person, event).await?.is_some();
    Ok(Some(person).filter(|_| !news))
}

/// A channel of somebody's team, `service:id`, and what it is called where they act in it, if that is news: an admin reads
/// it when nothing can be posted there any more.
async fn renamed(tx: &mut Tx, person: &Person, event: &Event) -> Result<Option<(String, String)>> {
    let (Some(name), Some(Place::Channel { service, id })) = (&event.channel, &event.place) else { return Ok(None) };
    let (channel, name) = (format!("{service}:{id}"), shown(name));
    if name.is_empty() || !person.team.channels.contains(&channel) {
        return Ok(None);
    }
    let known = tx.channel_name(&channel).await?;
    Ok((known.as_ref() != Some(&name)).then_some((channel, name)))
}

/// A name as it is kept.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(NAME).collect()
}

/// The person behind an event, made known if they were not.
pub(super) async fn recognise(tx: &mut Tx, shared: &Shared, event: &Event, now: DateTime<Utc>) -> Result<Person> {
    let (account, service) = (event.who.to_string(), event.who.service.as_str());
    let mut person = match tx.person_of(&account).await? {
        Some(person) => person,
        None => welcome(tx, shared, event, now).await?,
    };
    if let Some(language) = moved_switch(&person, event) {
        tx.page_speaks(person.id, language.tag()).await?;
        person.choices.language = Some(language.tag().to_owned());
    }
    if let Some((channel, name)) = renamed(tx, &person, event).await? {
        tx.channel_is_called(&channel, &name).await?;
    }
    if person.service.as_deref() == Some(service) {
        return Ok(person);
    }
    tx.acted_on(person.id, service).await?;
    Ok(Person { service: Some(service.to_owned()), ..person })
}

/// The same person, speaking the language of the page's switch if they moved it and have done nothing since.
pub(super) fn as_they_look(mut person: Person, event: &Event) -> Person {
    if let Some(language) = moved_switch(&person, event) {
        person.choices.language = Some(language.tag().to_owned());
    }
    person
}

/// The language somebody chose with the switch of the local page since they last acted there. Elsewhere the language
/// of a client program is no choice: many run theirs in English.
fn moved_switch(person: &Person, event: &Event) -> Option<Language> {
    let said = event.language.as_deref().filter(|_| event.who.service == Service::Local);
    said.and_then(Language::from_tag).filter(|language| person.page_language.as_deref() != Some(language.tag()))
}

async fn welcome(tx: &mut Tx, shared: &Shared, event: &Event, now: DateTime<Utc>) -> Result<Person> {
    let channel = match &event.place {
        Some(Place::Channel { service, id }) => Some(format!("{service}:{id}")),
        Some(Place::Thread { under }) => Some(format!("{}:{}", under.service, under.channel)),
        Some(Place::Direct { .. }) | None => None,
    };
    let team = tx.team_for(channel.as_deref()).await?;
    let name = shown(&event.name);
    let name = if name.trim().is_empty() { event.who.to_string() } else { name };
    let id = tx.add_stranger(&name, &event.who.to_string(), team).await?;
    if let Some(head) = tx.responsible_for(team, now).await? {
        notice::plan(tx, shared, &Notice::Stranger(id.0), head.reachable_at(now), now).await?;
    }
    Ok(tx.person(id).await?)
}
