//! The gateway: sessions that begin, break, go on and end.

use serde_json::json;

use super::{App, server, words};
use crate::fake::discord::FakeDiscord;
use crate::story::{ChatService, Trouble};

#[tokio::test]
async fn a_wrong_token_is_closed_with_4004_and_is_no_complaint() {
    let mut app = App::connect(FakeDiscord::start().await).await;
    let properties = json!({"os": "linux", "browser": "x", "device": "x"});
    app.send(json!({"op": 2, "d": {"token": "wrong", "intents": 0, "properties": properties}})).await;
    assert_eq!(app.frame().await, json!({"close": 4004}));
    app.is_content();
}

#[tokio::test]
async fn a_privileged_intent_is_closed_with_4014() {
    let mut app = App::connect(FakeDiscord::start().await).await;
    let properties = json!({"os": "linux", "browser": "x", "device": "x"});
    let token = app.discord.token();
    app.send(json!({"op": 2, "d": {"token": token, "intents": 1 << 15, "properties": properties}})).await;
    assert_eq!(app.frame().await, json!({"close": 4014}));
    app.complains("privileged");
}

#[tokio::test]
async fn a_heartbeat_is_acknowledged_and_an_unknown_op_is_not() {
    let (mut app, ..) = server().await;
    let seq = app.seq;
    app.send(json!({"op": 1, "d": seq})).await;
    assert_eq!(app.frame().await["op"], 11);
    app.is_content();
    app.send(json!({"op": 99, "d": null})).await;
    assert_eq!(app.frame().await, json!({"close": 4001}));
    app.complains("4001");
}

#[tokio::test]
async fn an_event_lost_with_its_connection_comes_again_on_resume() {
    let (mut app, ana, sales) = server().await;
    app.discord.loses_next_event();
    let typing = {
        let (discord, ana, sales) = (app.discord.clone(), ana.clone(), sales.clone());
        tokio::spawn(async move { discord.types(&ana, &sales, "/refusal Acme 12k").await })
    };
    assert_eq!(app.frame().await, json!({"broken": true}));
    let seq = app.seq;
    app.reconnect().await;
    app.resume(seq).await;
    let seen = app.interaction().await;
    assert_eq!(app.frame().await["t"], "RESUMED");
    app.answer(&seen, 4, words("Logged")).await;
    typing.await.unwrap();
    assert_eq!(app.discord.unread(&ana), ["Logged"]);
    app.is_content();
}

#[tokio::test]
async fn what_was_read_before_the_connection_broke_does_not_come_again() {
    let (mut app, ana, sales) = server().await;
    app.discord.trouble(Trouble::SocketDropsBeforeAck);
    let typing = {
        let (discord, ana) = (app.discord.clone(), ana.clone());
        tokio::spawn(async move { discord.types(&ana, &sales, "/panout help").await })
    };
    let seen = app.interaction().await;
    assert_eq!(app.frame().await, json!({"broken": true}));
    let seq = app.seq;
    app.reconnect().await;
    app.resume(seq).await;
    assert_eq!(app.frame().await["t"], "RESUMED");
    assert_eq!(app.answer(&seen, 4, words("Help")).await.0, 204);
    typing.await.unwrap();
    app.is_content();
}

#[tokio::test]
async fn a_session_that_was_forgotten_cannot_be_resumed() {
    let (mut app, ..) = server().await;
    app.discord.invalidates_session(false);
    assert_eq!(app.frame().await["d"], false);
    app.reconnect().await;
    app.resume(1).await;
    let frame = app.frame().await;
    assert_eq!((&frame["op"], &frame["d"]), (&json!(9), &json!(false)));
    app.identify(0).await;
    app.is_content();
}

#[tokio::test]
async fn a_resume_beyond_what_was_sent_is_closed_with_4007() {
    let (mut app, ..) = server().await;
    app.reconnect().await;
    app.resume(1000).await;
    assert_eq!(app.frame().await, json!({"close": 4007}));
    app.complains("4007");
}

#[tokio::test]
async fn a_silent_connection_stays_open_and_acknowledges_nothing() {
    let (mut app, ana, sales) = server().await;
    app.discord.goes_silent();
    let typing = {
        let (discord, ana) = (app.discord.clone(), ana.clone());
        tokio::spawn(async move { discord.types(&ana, &sales, "/panout help").await })
    };
    app.send(json!({"op": 1, "d": 1})).await;
    let seq = app.seq;
    app.reconnect().await;
    app.resume(seq).await;
    let seen = app.interaction().await;
    app.answer(&seen, 4, words("Help")).await;
    typing.await.unwrap();
    app.is_content();
}
