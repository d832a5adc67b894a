//! Interactions: one answer in three seconds, and what may follow it.

use chrono::{DateTime, TimeDelta};
use panout::clock::Clock;
use reqwest::Method;
use serde_json::{Value, json};

use super::{App, server, words};
use crate::fake::discord::FakeDiscord;
use crate::story::{ChatService, Trouble};

fn hidden(content: &str) -> Value {
    let mut body = words(content);
    body["flags"] = 64.into();
    body
}

/// Somebody types a line, the app answers it; what it was sent.
async fn typed(app: &mut App, who: &str, channel: &str, line: &str, kind: u64, data: Value) -> Value {
    let (discord, line) = (app.discord.clone(), line.to_owned());
    let (person, place) = (who.to_owned(), channel.to_owned());
    let typing = tokio::spawn(async move { discord.types(&person, &place, &line).await });
    let seen = app.interaction().await;
    app.answer(&seen, kind, data).await;
    typing.await.unwrap();
    seen
}

#[tokio::test]
async fn a_hidden_answer_is_seen_by_its_person_only() {
    let (mut app, ana, sales) = server().await;
    let ben = app.discord.add_person("Ben");
    typed(&mut app, &ana, &sales, "/refusal Acme 12k", 4, hidden("Logged")).await;
    assert_eq!(app.discord.unread(&ana), ["Logged"]);
    assert!(app.discord.unread(&ben).is_empty());
    assert!(app.discord.posted().is_empty());
    app.is_content();
}

#[tokio::test]
async fn what_is_typed_arrives_as_options() {
    let (mut app, ana, sales) = server().await;
    let line = typed(&mut app, &ana, &sales, "/refusal Acme \"too dear\"", 4, hidden("a")).await;
    assert_eq!(line["data"]["options"], json!([{"name": "line", "type": 3, "value": "Acme \"too dear\""}]));
    let named = typed(&mut app, &ana, &sales, "/refusal account:Acme Ltd outcome:Silent", 4, hidden("b")).await;
    let want = json!([
        {"name": "account", "type": 3, "value": "Acme Ltd"}, {"name": "outcome", "type": 3, "value": "silent"},
    ]);
    assert_eq!(named["data"]["options"], want);
    let sub = typed(&mut app, &ana, &sales, "/panout help", 4, hidden("c")).await;
    assert_eq!(sub["data"]["options"][0]["name"], "help");
    assert_eq!((&sub["member"]["user"]["id"], &sub["context"]), (&json!(ana), &json!(0)));
    app.is_content();
}

#[tokio::test]
async fn an_interaction_in_a_direct_conversation_has_a_user_and_no_guild() {
    let (mut app, ana, _) = server().await;
    let direct = app.discord.direct(&ana);
    let seen = typed(&mut app, &ana, &direct, "/panout help", 4, words("Help")).await;
    assert_eq!((&seen["user"]["id"], &seen["context"]), (&json!(ana), &json!(1)));
    assert!(seen["member"].is_null() && seen["guild_id"].is_null());
    app.is_content();
}

#[tokio::test]
async fn a_second_answer_is_a_complaint_unless_the_event_was_repeated() {
    let (mut app, ana, sales) = server().await;
    let seen = typed(&mut app, &ana, &sales, "/panout help", 4, hidden("a")).await;
    let again = {
        let discord = app.discord.clone();
        tokio::spawn(async move { discord.repeats_last_act(1).await })
    };
    let repeated = app.interaction().await;
    assert_eq!(repeated["id"], seen["id"]);
    let (status, body) = app.answer(&repeated, 4, hidden("b")).await;
    assert_eq!((status, &body["code"]), (400, &json!(40060)));
    again.await.unwrap();
    app.is_content();
    let other = typed(&mut app, &ana, &sales, "/panout help", 4, hidden("c")).await;
    app.answer(&other, 4, hidden("d")).await;
    app.complains("second answer");
}

#[tokio::test]
async fn no_answer_in_three_seconds_is_a_complaint() {
    let (mut app, ana, sales) = server().await;
    let discord = app.discord.clone();
    let typing = tokio::spawn(async move { discord.types(&ana, &sales, "/panout help").await });
    let seen = app.interaction().await;
    typing.await.unwrap();
    app.complains("not answered within 3 s");
    assert_eq!(app.answer(&seen, 4, words("late")).await.1["code"], 10062);
}

#[tokio::test]
async fn an_expired_trigger_is_unknown_and_no_complaint() {
    let (mut app, ana, sales) = server().await;
    app.discord.trouble(Trouble::TriggersExpire { times: 1 });
    let seen = typed(&mut app, &ana, &sales, "/panout help", 4, hidden("a")).await;
    assert_eq!(
        app.answer(&seen, 4, hidden("a")).await,
        (404, json!({"message": "Unknown interaction", "code": 10062}))
    );
    assert_eq!(app.after(&seen, Method::POST, "", &hidden("b")).await.1["code"], 10015);
    assert!(app.discord.unread(&ana).is_empty());
    app.is_content();
}

#[tokio::test]
async fn a_deferral_shows_nothing_until_it_is_edited() {
    let (mut app, ana, sales) = server().await;
    let seen = typed(&mut app, &ana, &sales, "/panout help", 5, json!({"flags": 64})).await;
    assert!(app.discord.unread(&ana).is_empty());
    app.complains("thinking");
    let (status, _) = app.after(&seen, Method::PATCH, "/messages/@original", &words("Here")).await;
    assert_eq!(status, 200);
    assert_eq!(app.discord.unread(&ana), ["Here"]);
    app.after(&seen, Method::PATCH, "/messages/@original", &words("There")).await;
    assert_eq!(app.discord.unread(&ana), ["(changed) There"]);
    app.after(&seen, Method::DELETE, "/messages/@original", &Value::Null).await;
    assert_eq!(app.discord.unread(&ana), ["(gone) There"]);
    app.is_content();
}

#[tokio::test]
async fn the_first_follow_up_takes_the_place_of_a_deferral() {
    let (mut app, ana, sales) = server().await;
    let seen = typed(&mut app, &ana, &sales, "/panout help", 5, json!({"flags": 64})).await;
    app.after(&seen, Method::POST, "", &words("one")).await;
    app.after(&seen, Method::POST, "", &hidden("two")).await;
    assert_eq!(app.discord.unread(&ana), ["one", "two"]);
    assert!(app.discord.posted().is_empty());
    app.is_content();
}

#[tokio::test]
async fn a_token_is_good_for_a_quarter_of_an_hour() {
    let clock = Clock::manual(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    let discord = FakeDiscord::start_at(clock.clone()).await;
    let (ana, sales) = (discord.add_person("Ana"), discord.add_channel("sales"));
    let mut app = App::connect(discord).await;
    app.identify(0).await;
    let commands = json!([{"name": "panout", "description": "d"}]);
    let path = format!("/applications/{}/commands", app.discord.application());
    app.call(Method::PUT, &path, &commands).await;
    let seen = typed(&mut app, &ana, &sales, "/panout", 4, hidden("a")).await;
    clock.set(clock.now() + TimeDelta::minutes(14));
    assert_eq!(app.after(&seen, Method::POST, "", &hidden("b")).await.0, 200);
    app.is_content();
    clock.set(clock.now() + TimeDelta::minutes(2));
    assert_eq!(app.after(&seen, Method::POST, "", &hidden("c")).await.0, 401);
    app.complains("15 minutes");
}

#[tokio::test]
async fn an_update_is_no_answer_to_a_command_and_nothing_follows_no_answer() {
    let (mut app, ana, sales) = server().await;
    let discord = app.discord.clone();
    let typing = tokio::spawn(async move { discord.types(&ana, &sales, "/panout help").await });
    let seen = app.interaction().await;
    assert_eq!(app.after(&seen, Method::POST, "", &hidden("early")).await.0, 404);
    app.complains("never given");
    assert_eq!(app.answer(&seen, 7, words("x")).await.0, 400);
    assert_eq!(app.answer(&seen, 4, hidden("x")).await.0, 204);
    typing.await.unwrap();
    assert_eq!(app.discord.complaints().len(), 2);
}

#[tokio::test]
async fn suggestions_come_for_the_option_that_is_typed_in() {
    let (mut app, ana, _) = server().await;
    let discord = app.discord.clone();
    let asking = tokio::spawn(async move { discord.suggestions(&ana, "/refusal", "account", "ac").await });
    let seen = app.interaction().await;
    let focused = json!([{"name": "account", "type": 3, "value": "ac", "focused": true}]);
    assert_eq!((&seen["type"], &seen["data"]["options"]), (&json!(4), &focused));
    app.answer(&seen, 8, json!({"choices": [{"name": "Acme", "value": "Acme"}]})).await;
    assert_eq!(asking.await.unwrap(), ["Acme"]);
    app.is_content();
}

#[tokio::test]
async fn a_context_menu_carries_the_message_it_was_used_on() {
    let (mut app, ana, sales) = server().await;
    let discord = app.discord.clone();
    let who = ana.clone();
    let using = tokio::spawn(async move { discord.uses_shortcut(&who, &sales, "Noter un refus", "Too *dear*").await });
    let seen = app.interaction().await;
    let target = seen["data"]["target_id"].as_str().unwrap();
    assert_eq!(seen["data"]["resolved"]["messages"][target]["content"], "Too *dear*");
    app.answer(&seen, 4, hidden("ok")).await;
    using.await.unwrap();
    assert_eq!(app.discord.unread(&ana), ["ok"]);
    app.is_content();
}
