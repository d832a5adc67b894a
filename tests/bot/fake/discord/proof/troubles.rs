//! What goes wrong on request, and what people do outside the story.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{App, server, words};
use crate::fake::discord::FakeDiscord;
use crate::story::{ChatService, Trouble};

#[tokio::test]
async fn a_call_may_hang_and_posts_nothing() {
    let (app, _, sales) = server().await;
    app.discord.trouble(Trouble::Hang { times: 1 });
    let words = words("a");
    assert!(timeout(Duration::from_millis(200), app.post(&sales, &words)).await.is_err());
    assert_eq!(app.discord.calls("POST /channels/{}/messages"), 1);
    assert!(app.discord.posted().is_empty());
    app.is_content();
}

#[tokio::test]
async fn trouble_comes_where_it_is_asked_for() {
    let (app, _, sales) = server().await;
    app.discord.trouble_at("GET /gateway", &Trouble::Status { times: 1, status: 503 });
    app.discord.global_limit_at("GET /users", 3);
    assert_eq!(app.post(&sales, &words("a")).await.0, 200);
    assert_eq!(app.call(Method::GET, "/gateway/bot", &Value::Null).await.0, 503);
    assert_eq!(app.call(Method::GET, "/gateway/bot", &Value::Null).await.0, 200);
    let (status, body) = app.call(Method::GET, "/users/@me", &Value::Null).await;
    assert_eq!((status, &body["global"], &body["retry_after"]), (429, &json!(true), &json!(3)));
    app.is_content();
}

#[tokio::test]
async fn connections_break_and_close_as_told() {
    let (mut app, ..) = server().await;
    app.discord.trouble(Trouble::SocketDrops);
    assert_eq!(app.frame().await, json!({"broken": true}));
    for code in [Some(4000), None] {
        app.reconnect().await;
        let seq = app.seq;
        app.resume(seq).await;
        assert_eq!(app.frame().await["t"], "RESUMED");
        app.discord.closes_socket(code);
        assert_eq!(app.frame().await, json!({"close": code}));
    }
    assert_eq!(app.discord.sessions(), (1, 2));
    app.is_content();
}

#[tokio::test]
async fn an_app_without_heartbeats_is_closed() {
    let discord = FakeDiscord::start().await;
    discord.beats_every(Duration::from_millis(50));
    let mut app = App::connect(discord).await;
    app.identify(0).await;
    assert_eq!(app.frame().await, json!({"close": 4009}));
    app.complains("no heartbeat");
}

#[tokio::test]
async fn two_identifies_at_once_are_one_too_many() {
    let (mut app, ..) = server().await;
    app.discord.spaces_identifies();
    app.reconnect().await;
    let properties = json!({"os": "linux", "browser": "x", "device": "x"});
    let token = app.discord.token();
    let identify = json!({"op": 2, "d": {"token": token, "intents": 0, "properties": properties}});
    app.send(identify.clone()).await;
    assert_eq!(app.frame().await["op"], 9);
    app.discord.refuses_identify(Some(4014));
    app.send(identify).await;
    assert_eq!(app.frame().await, json!({"close": 4014}));
    app.is_content();
}

#[tokio::test]
async fn what_is_forbidden_is_refused_without_complaint() {
    let (app, _, sales) = server().await;
    app.discord.forbids("SEND_MESSAGES");
    let (status, body) = app.post(&sales, &words("a")).await;
    assert_eq!((status, &body["code"]), (403, &json!(50013)));
    let private = app.discord.add_channel_without_bot("board");
    assert_eq!(app.post(&private, &words("a")).await.1["code"], 50001);
    app.is_content();
}

#[tokio::test]
async fn one_person_may_refuse_direct_messages_and_another_not() {
    let (app, ana, _) = server().await;
    let ben = app.discord.add_person("Ben");
    app.discord.closes_direct(&ana);
    let (to_ana, to_ben) = (app.discord.direct(&ana), app.discord.direct(&ben));
    assert_eq!(app.post(&to_ana, &words("a")).await.1["code"], 50007);
    assert_eq!(app.post(&to_ben, &words("b")).await.0, 200);
    assert!(app.discord.unread(&ana).is_empty());
    app.is_content();
}

#[tokio::test]
async fn a_message_may_be_deleted_and_a_thread_archived() {
    let (app, ana, sales) = server().await;
    let root = app.post(&sales, &words("root")).await.1;
    let id = root["id"].as_str().unwrap();
    let path = format!("/channels/{sales}/messages/{id}/threads");
    assert_eq!(app.call(Method::POST, &path, &json!({"name": "more"})).await.1["id"], id);
    let under = app.post(id, &words("under")).await.1;
    app.discord.archives(id);
    let edit = format!("/channels/{id}/messages/{}", under["id"].as_str().unwrap());
    assert_eq!(app.call(Method::PATCH, &edit, &words("new")).await.1["code"], 50083);
    app.post(id, &words("again")).await;
    assert_eq!(app.call(Method::PATCH, &edit, &words("new")).await.0, 200);
    assert_eq!(app.discord.unread(&ana), ["root", "again", "new"].map(String::from));
    let (place, ..) = app.discord.posted().remove(0);
    app.discord.deletes(&place);
    assert_eq!(app.discord.unread(&ana), ["(gone) root"]);
    app.is_content();
}

#[tokio::test]
async fn a_forged_press_and_a_poor_payload_reach_the_app() {
    let (mut app, ana, sales) = server().await;
    app.discord.speaks(&ana, "fr");
    app.discord.leaves_out_fields();
    let discord = app.discord.clone();
    let forging = tokio::spawn(async move { discord.forges(&ana, &sales, "~f:1:x").await });
    let seen = app.interaction().await;
    assert_eq!((&seen["data"]["custom_id"], &seen["locale"]), (&json!("~f:1:x"), &json!("fr")));
    assert!(seen.get("entitlements").is_none());
    app.answer(&seen, 4, words("no")).await;
    forging.await.unwrap();
    assert_eq!(app.discord.bodies()[1]["content"], "no");
    app.is_content();
}

#[tokio::test]
async fn what_is_registered_can_be_looked_at() {
    let (app, ..) = server().await;
    let names: Vec<Value> = app.discord.commands().into_iter().map(|command| command["name"].clone()).collect();
    assert_eq!(names, ["refusal", "panout", "Log as refusal"]);
    let (_, application) = app.call(Method::GET, "/applications/@me", &Value::Null).await;
    assert_eq!(application["verify_key"], app.discord.public_key());
    app.discord.until("two calls were made", |discord| discord.calls("GET /applications/@me") == 1).await;
}
