//! What the stand-in sends is what the library the bot is built on can read: otherwise an event would only reach its
//! raw handler, which Discord's own events do not.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use serenity::all::{
    Client, CreateAllowedMentions, CreateInteractionResponse, CreateInteractionResponseMessage, Event, EventHandler,
    GatewayIntents, Interaction, RawEventHandler,
};
use serenity::all::{ClientBuilder, Context, HttpBuilder};
use serenity::async_trait;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::super::world::APPLICATION;
use crate::fake::discord::FakeDiscord;
use crate::story::{ChatService, Trouble};

struct Ears(UnboundedSender<String>);

#[async_trait]
impl EventHandler for Ears {
    async fn interaction_create(&self, context: Context, interaction: Interaction) {
        let words =
            || CreateInteractionResponseMessage::new().content("ok").allowed_mentions(CreateAllowedMentions::default());
        let (heard, answer) = match &interaction {
            Interaction::Command(it) => {
                let target = it.data.resolved.messages.values().next().map(|message| message.content.clone());
                (format!("command {} {}", it.data.name, target.unwrap_or_default()), Some(it.id))
            }
            Interaction::Component(it) => (format!("component {}", it.data.custom_id), Some(it.id)),
            Interaction::Modal(it) => (format!("modal {}", it.data.custom_id), Some(it.id)),
            Interaction::Autocomplete(it) => (format!("autocomplete {}", it.data.name), Some(it.id)),
            other => (format!("{other:?}"), None),
        };
        self.0.send(format!("{} by {}", heard.trim(), who(&interaction))).unwrap();
        let Some(id) = answer else { return };
        let (token, body) = match &interaction {
            Interaction::Autocomplete(it) => (&it.token, json!({"type": 8, "data": {"choices": []}})),
            Interaction::Command(it) if it.data.name == "form" => (&it.token, opened()),
            Interaction::Command(it) => (&it.token, json!(CreateInteractionResponse::Message(words()))),
            Interaction::Component(it) => (&it.token, json!({"type": 6})),
            Interaction::Modal(it) => (&it.token, json!(CreateInteractionResponse::Message(words()))),
            _ => return,
        };
        context.http.create_interaction_response(id, token, &body, vec![]).await.unwrap();
    }
}

fn who(interaction: &Interaction) -> String {
    match interaction {
        Interaction::Command(it) | Interaction::Autocomplete(it) => it.user.id.to_string(),
        Interaction::Component(it) => it.user.id.to_string(),
        Interaction::Modal(it) => it.user.id.to_string(),
        _ => String::new(),
    }
}

fn opened() -> Value {
    let input = json!({"type": 4, "custom_id": "a", "label": "Account", "style": 1});
    json!({"type": 9, "data": {"title": "T", "custom_id": "modal", "components": [{"type": 1, "components": [input]}]}})
}

/// Hears what could not be read.
struct Net(UnboundedSender<String>);

#[async_trait]
impl RawEventHandler for Net {
    async fn raw_event(&self, _: Context, event: Event) {
        if let Event::Unknown(unknown) = event {
            self.0.send(format!("unread {}: {}", unknown.kind, unknown.value)).unwrap();
        }
    }
}

async fn connected() -> (FakeDiscord, UnboundedReceiver<String>, Arc<serenity::all::ShardManager>) {
    let discord = FakeDiscord::start().await;
    let (heard, ears) = unbounded_channel();
    let http = HttpBuilder::new(discord.token()).proxy(discord.api_url()).ratelimiter_disabled(true).build();
    let commands = json!([
        {"name": "refusal", "description": "d", "options": [
            {"type": 3, "name": "account", "description": "d", "autocomplete": true}]},
        {"name": "form", "description": "d"},
        {"name": "Log", "type": 3},
    ]);
    let client = reqwest::Client::new();
    let put = client.request(Method::PUT, format!("{}/api/v10/applications/{APPLICATION}/commands", discord.api_url()));
    let put = put.header("authorization", format!("Bot {}", discord.token())).header("user-agent", "DiscordBot (x, 1)");
    assert_eq!(put.json(&commands).send().await.unwrap().status(), 200);
    http.set_application_id(APPLICATION.parse().unwrap());
    let builder = ClientBuilder::new_with_http(http, GatewayIntents::empty());
    let builder = builder.event_handler(Ears(heard.clone())).raw_event_handler(Net(heard));
    let mut client: Client = builder.await.unwrap();
    let shards = client.shard_manager.clone();
    tokio::spawn(async move { client.start().await });
    discord.connected().await;
    (discord, ears, shards)
}

#[tokio::test]
async fn every_kind_of_interaction_is_read_by_the_library() {
    let (discord, mut heard, shards) = connected().await;
    let (ana, sales) = (discord.add_person("Ana"), discord.add_channel("sales"));
    let direct = discord.direct(&ana);
    discord.suggestions(&ana, "/refusal", "account", "a").await;
    discord.types(&ana, &direct, "/refusal account:Acme").await;
    discord.uses_shortcut(&ana, &sales, "Log", "too dear").await;
    for place in [&sales, &direct] {
        discord.types(&ana, place, "/form").await;
        discord.fills(&ana, "Account", "Acme").await;
        discord.submits(&ana).await;
    }
    uses_components(&discord, &ana, &[sales, direct]).await;
    let mut all = vec![];
    while let Ok(said) = heard.try_recv() {
        all.push(said.strip_suffix(&format!(" by {ana}")).unwrap_or(&said).to_owned());
    }
    let wanted = "autocomplete refusal, command refusal, command Log too dear, command form, modal modal, command form, \
                  modal modal, component b, component m, component p, component b, component m, component p";
    assert_eq!(all.join(", "), wanted);
    shards.shutdown_all().await;
    assert_eq!(discord.complaints(), Vec::<String>::new());
}

/// Presses and chooses in a message in each place.
async fn uses_components(discord: &FakeDiscord, ana: &str, places: &[String]) {
    let body = json!({"content": "x", "allowed_mentions": {"parse": []}, "components": [
        {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "b"}]},
        {"type": 1, "components": [{"type": 3, "custom_id": "m", "placeholder": "Pick", "options": [{"label": "A", "value": "1"}]}]},
        {"type": 1, "components": [{"type": 5, "custom_id": "p", "placeholder": "Who"}]},
    ]});
    for place in places {
        let client = reqwest::Client::new().post(format!("{}/api/v10/channels/{place}/messages", discord.api_url()));
        let call =
            client.header("authorization", format!("Bot {}", discord.token())).header("user-agent", "DiscordBot (x)");
        assert_eq!(call.json(&body).send().await.unwrap().status(), 200);
        discord.presses(ana, "Go").await;
        discord.chooses(ana, "Pick", "A").await;
        discord.chooses(ana, "Who", "Ana").await;
    }
}

#[tokio::test]
async fn the_library_resumes_and_gets_what_it_missed() {
    let (discord, mut heard, shards) = connected().await;
    let (ana, sales) = (discord.add_person("Ana"), discord.add_channel("sales"));
    discord.loses_next_event();
    discord.types(&ana, &sales, "/refusal account:Acme").await;
    assert_eq!(heard.recv().await.unwrap(), format!("command refusal by {ana}"));
    discord.trouble(Trouble::SocketDropsBeforeAck);
    discord.types(&ana, &sales, "/refusal account:Acme").await;
    discord.asks_to_reconnect();
    discord.types(&ana, &sales, "/refusal account:Acme").await;
    discord.invalidates_session(true);
    discord.types(&ana, &sales, "/refusal account:Acme").await;
    let (identified, resumed) = discord.sessions();
    assert_eq!(identified, 1);
    assert!(resumed >= 2, "{resumed}");
    shards.shutdown_all().await;
    assert_eq!(discord.complaints(), Vec::<String>::new());
}
