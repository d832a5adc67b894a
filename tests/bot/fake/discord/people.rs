//! What people do, and what they see.

use std::time::Instant;

use async_trait::async_trait;
use panout::chat::{MessageRef, Service};
use serde_json::{Value, json};

use super::interactions::FIRST;
use super::world::{APPLICATION, GUILD, Interaction, Kind, Message, Out, Person, World};
use super::{FakeDiscord, PATIENCE, screen};
use crate::story::{ChatService, Trouble};

impl FakeDiscord {
    /// Delivers an interaction and waits for its first answer.
    pub(crate) async fn act(&self, who: &str, channel: &str, message: Option<&str>, kind: u64, data: Value) -> String {
        self.connected().await;
        let (id, token) = {
            let mut world = self.shared.world();
            let id = world.id();
            let token = format!("secret-token-{id}");
            let wire = wire(&world, (&id, &token), (who, channel), message, (kind, data));
            world.interactions.push(Interaction {
                id: id.clone(),
                token: token.clone(),
                kind,
                who: who.to_owned(),
                channel: channel.to_owned(),
                message: message.map(str::to_owned),
                since: Instant::now(),
                answered: None,
                expired: false,
                attempts: 0,
                repeats: 0,
                original: None,
                deferred: None,
                suggested: vec![],
                wire: wire.clone(),
            });
            world.dispatch("INTERACTION_CREATE", &wire);
            (id, token)
        };
        let done = |world: &mut World| world.interaction(&token).is_some_and(|i| i.answered.is_some() || i.expired);
        if !self.shared.until(FIRST, done).await {
            let mut world = self.shared.world();
            world.complain(format!("no answer within three seconds to an interaction of type {kind}"));
            world.interaction(&token).expect("just added").expired = true;
        }
        id
    }

    /// Waits until a deferred answer of an interaction is there.
    pub(crate) async fn settled(&self, id: &str) {
        let settled = |world: &mut World| {
            let Some(at) = world.interactions.iter().find(|i| i.id == id) else { return true };
            let later = |m: &Message| at.deferred.is_some_and(|since| m.changed < since);
            let original = world.messages.iter().find(|m| Some(&m.id) == at.original.as_ref() && !m.gone);
            original.is_none_or(|m| !is_waiting(m) && !later(m))
        };
        let done = self.shared.until(PATIENCE, settled).await;
        assert!(done, "a deferred answer never came");
    }

    /// Presses a component of a message.
    pub(crate) async fn touch(
        &self,
        who: &str,
        message: &Message,
        component: &Value,
        values: Option<Vec<String>>,
    ) -> String {
        let mut data = json!({"custom_id": component["custom_id"], "component_type": component["type"], "id": 1});
        if let Some(values) = values {
            data["values"] = json!(values);
            data["resolved"] = json!({});
        }
        self.act(who, &message.channel, Some(&message.id), 3, data).await
    }

    /// Presses a button twice: again as it was, when the first press is answered.
    pub(crate) async fn presses_twice(&self, who: &str, button: &str) {
        let (message, component) = self.newest(who, button, |_, c| c["type"] == 2 && c["label"] == button);
        let first = self.touch(who, &message, &component, None).await;
        self.settled(&first).await;
        self.touch(who, &message, &component, None).await;
    }

    /// The newest component a person sees for which `wanted` holds.
    fn newest(&self, who: &str, what: &str, wanted: impl Fn(&Message, &Value) -> bool) -> (Message, Value) {
        let world = self.shared.world();
        let mut seen: Vec<&Message> = world.messages.iter().filter(|m| !m.gone && world.sees(who, m)).collect();
        seen.sort_by_key(|message| message.changed);
        let mut all = seen.iter().rev().flat_map(|m| screen::components(&m.body).map(|c| (*m, c)));
        if let Some((message, component)) = all.find(|(message, component)| wanted(message, component)) {
            return (message.clone(), component.clone());
        }
        let screens: Vec<String> = seen.iter().map(|m| screen::screen(&world, m)).collect();
        panic!("{who} sees no {what:?} in:\n{}\ncomplaints: {:?}", screens.join("\n\n"), world.complaints);
    }

    /// The data of a typed command.
    fn typed_command(&self, line: &str) -> Value {
        let world = self.shared.world();
        let (name, rest) = split_word(line.trim_start_matches('/'));
        let of_name = |command: &&Value| command["name"] == name && command["type"] != 3;
        let command = world.commands.iter().find(of_name);
        let command = command.unwrap_or_else(|| panic!("Discord knows no command /{name}"));
        let options = command["options"].as_array().cloned().unwrap_or_default();
        let given = if options.iter().any(|option| option["type"] == 1) {
            let (chosen, rest) = split_word(rest);
            let sub = options.iter().find(|option| option["name"] == chosen);
            let sub = sub.unwrap_or_else(|| panic!("Discord offers no {chosen:?} after /{name}"));
            let below = sub["options"].as_array().cloned().unwrap_or_default();
            vec![json!({"type": 1, "name": chosen, "options": given(&below, rest)})]
        } else {
            given(&options, rest)
        };
        json!({"id": command["id"], "name": name, "type": 1, "options": given})
    }
}

/// Whether something only stands there until the answer comes: "is thinking", or a button that cannot be pressed.
fn is_waiting(message: &Message) -> bool {
    message.pending || screen::components(&message.body).any(|component| component["disabled"] == true)
}

fn split_word(line: &str) -> (&str, &str) {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (word, rest.trim_start())
}

/// Options as typed: `account:Acme reason:price`, or everything into the one that takes text.
fn given(options: &[Value], rest: &str) -> Vec<Value> {
    let names: Vec<&str> = options.iter().filter_map(|option| option["name"].as_str()).collect();
    let typed = rest.split_once(':').is_some_and(|(name, _)| names.contains(&name));
    if rest.is_empty() {
        return vec![];
    }
    if !typed {
        // The option for text is the last plain one: no suggestions, no choices.
        let plain = |option: &&&Value| option["autocomplete"] != true && option["choices"].is_null();
        let text = options.iter().rfind(|option| plain(&option));
        let text = text.unwrap_or_else(|| panic!("Discord offers no option that takes {rest:?}"));
        return vec![json!({"type": 3, "name": text["name"], "value": rest})];
    }
    let mut out: Vec<(String, String)> = vec![];
    for word in rest.split(' ') {
        if let Some((name, value)) = word.split_once(':').filter(|(name, _)| names.contains(name)) {
            out.push((name.to_owned(), value.to_owned()));
        } else {
            let last = out.last_mut().expect("it starts with an option");
            last.1.push(' ');
            last.1.push_str(word);
        }
    }
    out.into_iter().map(|(name, value)| json!({"type": 3, "name": name, "value": value.trim_matches('"')})).collect()
}

fn wire(
    world: &World,
    (id, token): (&str, &str),
    (who, channel): (&str, &str),
    message: Option<&str>,
    (kind, data): (u64, Value),
) -> Value {
    let person = &world.people[who];
    let place = match &world.channels[channel] {
        Kind::Text => json!({"id": channel, "type": 0, "name": world.names.get(channel), "permissions": "0"}),
        Kind::Direct(_) => json!({"id": channel, "type": 1}),
        Kind::Thread { parent, private, .. } => {
            let kind = if *private { 12 } else { 11 };
            json!({"id": channel, "type": kind, "parent_id": parent, "name": "t", "permissions": "0"})
        }
    };
    let mut wire = json!({
        "id": id, "application_id": APPLICATION, "type": kind, "token": token, "version": 1, "data": data,
        "channel": place, "channel_id": channel, "locale": person.locale, "entitlements": [],
        "authorizing_integration_owners": {"0": GUILD}, "attachment_size_limit": 10_485_760, "app_permissions": "0",
    });
    if world.fields_missing {
        wire.as_object_mut().expect("an object").remove("entitlements");
        wire["something_new"] = json!({"of": "Discord"});
    }
    if matches!(world.channels[channel], Kind::Direct(_)) {
        wire["user"] = world.user(who);
        wire["context"] = 1.into();
    } else {
        wire["guild_id"] = GUILD.into();
        wire["guild"] = json!({"id": GUILD, "locale": "en-US", "features": []});
        wire["guild_locale"] = "en-US".into();
        wire["context"] = 0.into();
        wire["member"] = json!({
            "user": world.user(who), "nick": null, "avatar": null, "roles": [], "deaf": false, "mute": false,
            "flags": 0, "pending": false, "joined_at": "2024-01-01T00:00:00.000000+00:00", "permissions": "0",
        });
    }
    if let Some(message) = message.and_then(|id| world.messages.iter().find(|m| m.id == id)) {
        wire["message"] = world.wire(message);
    }
    wire
}

#[async_trait]
impl ChatService for FakeDiscord {
    fn add_person(&self, name: &str) -> String {
        let mut world = self.shared.world();
        let id = format!("1000000000000{:05}", world.people.len() + 1);
        world.people.insert(id.clone(), Person { name: name.to_owned(), locale: "en-US".to_owned() });
        id
    }

    fn add_channel(&self, name: &str) -> String {
        let mut world = self.shared.world();
        let id = format!("3000000000000{:05}", world.channels.len() + 1);
        world.channels.insert(id.clone(), Kind::Text);
        world.names.insert(id.clone(), name.to_owned());
        id
    }

    async fn types(&self, who: &str, channel: &str, line: &str) {
        self.registered().await;
        let data = self.typed_command(line);
        self.act(who, channel, None, 2, data).await;
    }

    async fn presses(&self, who: &str, button: &str) {
        let (message, component) = self.newest(who, button, |_, c| c["type"] == 2 && c["label"] == button);
        self.touch(who, &message, &component, None).await;
    }

    async fn chooses(&self, who: &str, menu: &str, choice: &str) {
        let (message, component) = self.newest(who, menu, |m, c| c["placeholder"] == menu && !screen::is_form(&m.body));
        let options = component["options"].as_array().cloned().unwrap_or_default();
        let option = options.iter().find(|option| option["label"] == choice);
        let option = option.unwrap_or_else(|| panic!("{menu:?} offers no {choice:?}"));
        let value = option["value"].as_str().expect("a value").to_owned();
        self.touch(who, &message, &component, Some(vec![value])).await;
    }

    async fn uses_shortcut(&self, who: &str, channel: &str, shortcut: &str, message: &str) {
        self.registered().await;
        let data = {
            let mut world = self.shared.world();
            let called = |command: &&Value| {
                let mut others = command["name_localizations"].as_object().into_iter().flatten();
                command["type"] == 3 && (command["name"] == shortcut || others.any(|(_, name)| name == shortcut))
            };
            let command = world.commands.iter().find(called).cloned();
            let command = command.unwrap_or_else(|| panic!("Discord knows no message menu {shortcut:?}"));
            let (id, changed) = (world.id(), world.tick());
            let (channel, by) = (channel.to_owned(), Some(who.to_owned()));
            let body = json!({"content": message, "embeds": [], "components": []});
            let theirs =
                Message { id: id.clone(), channel, by, only: None, body, pending: false, gone: false, changed };
            let mut resolved = world.wire(&theirs);
            resolved["flags"] = 0.into();
            world.messages.push(theirs);
            json!({
                "id": command["id"], "name": command["name"], "type": 3, "target_id": id,
                "resolved": {"messages": {id: resolved}},
            })
        };
        self.act(who, channel, None, 2, data).await;
    }

    async fn fills(&self, who: &str, field: &str, value: &str) {
        self.fill(who, field, value);
    }

    async fn submits(&self, who: &str) {
        self.submit(who).await;
    }

    fn form_is_open(&self, who: &str) -> bool {
        self.is_filling(who)
    }

    fn form(&self, who: &str) -> String {
        self.shown_form(who)
    }

    async fn suggestions(&self, who: &str, command_or_field: &str, option: &str, typed: &str) -> Vec<String> {
        let words: Vec<&str> = command_or_field.trim_start_matches('/').split(' ').collect();
        let command = self.shared.world().commands.iter().find(|c| c["name"] == words[0] && c["type"] != 3).cloned();
        let Some(command) = command else { return self.menu_options(who, command_or_field, typed) };
        let focused = json!({"type": 3, "name": option, "value": typed, "focused": true});
        let options = match words.get(1) {
            Some(sub) => json!([{"type": 1, "name": sub, "options": [focused]}]),
            None => json!([focused]),
        };
        let channel = self.shared.world().names.keys().next().expect("a channel").clone();
        let data = json!({"id": command["id"], "name": words[0], "type": 1, "options": options});
        let id = self.act(who, &channel, None, 4, data).await;
        let world = self.shared.world();
        world.interactions.iter().find(|i| i.id == id).map(|i| i.suggested.clone()).unwrap_or_default()
    }

    fn unread(&self, who: &str) -> Vec<String> {
        let mut world = self.shared.world();
        let mut all: Vec<Message> =
            world.messages.iter().filter(|m| m.by.is_none() && world.sees(who, m)).cloned().collect();
        all.sort_by_key(|message| message.changed);
        let mut out = vec![];
        for message in all {
            let key = (who.to_owned(), message.id.clone());
            let before = world.read.get(&key).cloned();
            if message.gone {
                if let Some(before) = before {
                    world.read.remove(&key);
                    out.push(format!("(gone) {}", before.lines().next().unwrap_or_default()));
                }
                continue;
            }
            if is_waiting(&message) || screen::is_form(&message.body) {
                continue;
            }
            let now = screen::screen(&world, &message);
            match before {
                Some(before) if before == now => continue,
                Some(_) => out.push(format!("(changed) {now}")),
                None => out.push(now.clone()),
            }
            world.read.insert(key, now);
        }
        out
    }

    fn posted(&self) -> Vec<(MessageRef, Option<String>, String)> {
        let world = self.shared.world();
        let ours = world.messages.iter().filter(|m| m.by.is_none() && m.only.is_none() && !m.gone && !m.pending);
        let entry = |m: &Message| {
            let place = MessageRef { service: Service::Discord, channel: m.channel.clone(), id: m.id.clone() };
            (place, screen::marker(&m.body), screen::screen(&world, m))
        };
        ours.map(entry).collect()
    }

    async fn repeats_last_act(&self, times: usize) {
        let (token, before) = {
            let mut world = self.shared.world();
            let last = world.interactions.last_mut().expect("somebody has done something");
            last.repeats += times;
            let (token, before, wire) = (last.token.clone(), last.attempts, last.wire.clone());
            for _ in 0..times {
                world.dispatch("INTERACTION_CREATE", &wire);
            }
            (token, before)
        };
        let answered = |world: &mut World| world.interaction(&token).is_some_and(|i| i.attempts >= before + times);
        // A bot that keeps silent about what it has answered is right too.
        self.shared.until(FIRST, answered).await;
    }

    fn trouble(&self, trouble: Trouble) {
        let mut world = self.shared.world();
        match trouble {
            Trouble::TriggersExpire { times } => world.troubles.triggers_expire += times,
            Trouble::DirectMessagesClosed => world.troubles.direct_closed = true,
            Trouble::SocketDropsBeforeAck => world.troubles.drop_next = true,
            Trouble::SocketDrops => {
                world.ready = false;
                let _ = world.socket.as_ref().expect("a bot is connected").send(Out::Drop);
            }
            post => world.troubles.posts.push(post),
        }
    }

    fn complaints(&self) -> Vec<String> {
        self.shared.world().complaints.clone()
    }
}
