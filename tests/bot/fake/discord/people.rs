//! What a test sets up, does outside the story, and looks at.

use panout::chat::MessageRef;
use serde_json::Value;

use super::acts::Scene;
use super::gateway::deliver;
use super::world::{self, BOT, Channel, Message, Sort};
use super::{FakeDiscord, acts, channels, rest, wire};

impl FakeDiscord {
    /// Installs the app by its invite link: its permissions and no others. Panics if the link asks for something else
    /// than a bot with commands.
    pub(crate) fn install(&self, invite: &str) {
        let link = url::Url::parse(invite).expect("an invite is a link");
        let asked = |key: &str| {
            let found = link.query_pairs().find(|(name, _)| name == key).map(|(_, value)| value.into_owned());
            found.unwrap_or_else(|| panic!("an invite without {key}"))
        };
        assert_eq!(asked("client_id"), world::APPLICATION, "an invite of another application");
        let mut scopes: Vec<String> = asked("scope").split([' ', '+']).map(str::to_owned).collect();
        scopes.sort();
        assert_eq!(scopes, ["applications.commands", "bot"]);
        self.0.world().permissions = asked("permissions").parse().expect("permissions are a number");
    }

    /// The id of the application.
    pub(crate) fn application(&self) -> String {
        self.0.application.into()
    }

    /// The application's public key.
    pub(crate) fn public_key(&self) -> String {
        self.0.public_key.clone()
    }

    /// Adds a channel the bot may not see.
    pub(crate) fn add_channel_without_bot(&self, name: &str) -> String {
        self.add(name, false)
    }

    pub(super) fn add(&self, name: &str, bot: bool) -> String {
        let mut world = self.0.world();
        let texts = world.channels.iter().filter(|channel| matches!(channel.sort, Sort::Text { .. })).count();
        let id = (300_000_000_000_000_001 + texts).to_string();
        world.channels.push(Channel { id: id.clone(), name: name.to_owned(), sort: Sort::Text { bot } });
        id
    }

    /// The language somebody's app is set to, such as `fr`.
    pub(crate) fn speaks(&self, who: &str, locale: &str) {
        if let Some(person) = self.0.world().people.iter_mut().find(|person| person.id == who) {
            locale.clone_into(&mut person.locale);
        }
    }

    /// Somebody refuses direct messages from the bot.
    pub(crate) fn closes_direct(&self, who: &str) {
        if let Some(person) = self.0.world().people.iter_mut().find(|person| person.id == who) {
            person.takes_direct = false;
        }
    }

    /// The conversation of a person with the bot.
    pub(crate) fn direct(&self, who: &str) -> String {
        self.0.world().direct(who)
    }

    /// Whom messages rang for: ids of people, `&` and ids of roles, `@everyone`, `@here`.
    pub(crate) fn pings(&self) -> Vec<String> {
        self.0.world().pings.iter().map(|(_, name)| name.clone()).collect()
    }

    /// How often a route was called, written as `POST /channels/{}/messages`.
    pub(crate) fn calls(&self, route: &str) -> usize {
        assert!(rest::ROUTES.iter().any(|(known, _)| *known == route), "{route} is no route");
        self.0.world().calls.get(route).copied().unwrap_or_default()
    }

    /// The bot's messages as JSON, hidden ones too, oldest first.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        let world = self.0.world();
        let standing = world.messages.iter().filter(|message| message.author == BOT && !message.gone);
        standing.map(|message| wire::message(&world, message)).collect()
    }

    /// The inputs of the modal that is open to a person, as JSON.
    pub(crate) fn inputs(&self, who: &str) -> Option<Vec<Value>> {
        self.0.world().modals.get(who).map(|modal| modal.inputs.clone())
    }

    /// Somebody presses what they cannot see: a component of any id, in a message of the bot's.
    pub(crate) async fn forges(&self, who: &str, channel: &str, custom_id: &str) {
        let id = {
            let mut world = self.0.world();
            let forged =
                Message { channel: channel.into(), author: BOT.into(), to: Some(who.into()), ..Message::default() };
            let message = world.put(Message { thinking: true, ..forged });
            let part = serde_json::json!({"type": 2, "custom_id": custom_id});
            let data = acts::component(&world, &part, None);
            acts::act(&mut world, 3, Scene { who, channel, message: Some(&message) }, &data)
        };
        deliver(&self.0, &id).await;
    }

    /// The commands as they are registered.
    pub(crate) fn commands(&self) -> Vec<Value> {
        self.0.world().commands.clone()
    }

    /// Closes the open modal, as a person does: the app hears nothing of it.
    pub(crate) fn closes_form(&self, who: &str) {
        let mut world = self.0.world();
        world.modals.remove(who);
        world.pending.remove(who);
    }

    /// Somebody deletes a message of the bot.
    pub(crate) fn deletes(&self, message: &MessageRef) {
        channels::delete(&mut self.0.world(), &message.id);
    }

    /// A thread is archived, by its id.
    pub(crate) fn archives(&self, thread: &str) {
        let mut world = self.0.world();
        let found = world.channels.iter_mut().find(|channel| channel.id == thread);
        if let Some(Sort::Thread { archived, .. }) = found.map(|channel| &mut channel.sort) {
            *archived = true;
        }
    }
}
