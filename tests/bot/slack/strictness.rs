//! The stand-in complains about what Slack would refuse; otherwise the other tests prove nothing.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use super::rig::eventually;
use crate::fake::slack::FakeSlack;
use crate::story::{ChatService as _, Trouble};

async fn calls(slack: &FakeSlack, method: &str, body: Value) -> Value {
    let token = if method == "apps.connections.open" { slack.app_token() } else { slack.bot_token() };
    let call = reqwest::Client::new().post(format!("{}/{method}", slack.api_url())).bearer_auth(token).json(&body);
    call.send().await.expect("the stand-in answers").json().await.expect("JSON")
}

fn text(words: &str) -> Value {
    json!({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}]})
}

fn button(label: &str, id: &str) -> Value {
    json!({"type": "button", "action_id": id, "text": {"type": "plain_text", "text": label}})
}

/// What is complained of when these blocks are posted.
async fn complaint_about(message: Value) -> String {
    let slack = FakeSlack::start().await;
    let mut call = json!({"channel": slack.add_channel("sales"), "text": "fallback"});
    call.as_object_mut().expect("an object").extend(message.as_object().expect("an object").clone());
    let answer = calls(&slack, "chat.postMessage", call).await;
    let complaints = slack.complaints().join("; ");
    assert!(answer["ok"] == false || complaints.contains("unknown argument"), "{answer}");
    complaints
}

#[tokio::test]
async fn messages_that_slack_would_refuse_are_complained_of() {
    let twice = json!([{"type": "actions", "elements": [button("A", "x"), button("B", "x")]}]);
    let table = json!({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]});
    let mut named = text("x");
    named["block_id"] = "same".into();
    for (message, complaint) in [
        (json!({"blocks": vec![text("x"); 51]}), "51 blocks"),
        (json!({"blocks": [text(&"x".repeat(3001))]}), "over 3000"),
        (json!({"blocks": vec![text(&"x".repeat(2900)); 5]}), "msg_blocks_too_long"),
        (json!({"blocks": [text("")]}), "text is empty"),
        (json!({"blocks": [table, table]}), "only_one_table_allowed"),
        (json!({"blocks": [named, named]}), "block_id same twice"),
        (json!({"blocks": twice}), "twice"),
        (json!({"blocks": [{"type": "actions", "elements": [button(&"x".repeat(76), "y")]}]}), "over 75"),
        (json!({"blocks": [{"type": "divider", "colour": "red"}]}), "unknown field colour"),
        (json!({"blocks": [{"type": "carousel"}]}), "carousel"),
        (json!({"text": "hello <!channel>"}), "page somebody"),
        (json!({"text": "a & b"}), "unescaped &"),
        (json!({"text": ""}), "no fallback text"),
        (json!({"metadata": {"event_type": "x", "event_payload": {"n": 1}}}), "metadata"),
        (json!({"colour": "red"}), "unknown argument colour"),
    ] {
        let complaints = complaint_about(message).await;
        assert!(complaints.contains(complaint), "{complaint}: {complaints:?}");
    }
}

#[tokio::test]
async fn calls_that_slack_would_refuse_are_complained_of() {
    let slack = FakeSlack::start().await;
    let sales = slack.add_channel("sales");
    let whisper = json!({"channel": sales, "ts": "1.000001", "text": "x"});
    for (method, body, error, complaint) in [
        ("chat.meMessage", json!({}), "unknown_method", "no method"),
        ("chat.update", whisper, "message_not_found", "not the app's"),
        ("chat.postMessage", json!({"text": "x"}), "invalid_arguments", "without channel"),
        ("conversations.history", json!({"channel": sales}), "invalid_arguments", "would not be read"),
        ("views.open", json!({"trigger_id": "made.up", "view": {}}), "invalid_trigger_id", "never given"),
    ] {
        assert_eq!(calls(&slack, method, body).await["error"], error, "{method}");
        let complaints = slack.complaints();
        assert!(complaints.last().is_some_and(|last| last.contains(complaint)), "{complaint}: {complaints:?}");
    }
    slack.install(
        &panout::platforms::slack::manifest(&panout::chat::Menu::default(), "x", None).replace("chat:write", "x"),
    );
    assert_eq!(
        calls(&slack, "chat.postMessage", json!({"channel": sales, "text": "x"})).await["error"],
        "missing_scope"
    );
}

#[tokio::test]
async fn two_messages_in_a_second_are_one_too_many() {
    let slack = FakeSlack::start().await;
    let call = json!({"channel": slack.add_channel("sales"), "text": "x"});
    assert_eq!(calls(&slack, "chat.postMessage", call.clone()).await["ok"], true);
    assert_eq!(calls(&slack, "chat.postMessage", call).await["error"], "ratelimited");
    assert_eq!(slack.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn acknowledgements_are_watched() {
    let slack = FakeSlack::start().await;
    let (ana, sales) = (slack.add_person("Ana"), slack.add_channel("sales"));
    let opened = calls(&slack, "apps.connections.open", json!({})).await;
    let (mut socket, _) = tokio_tungstenite::connect_async(opened["url"].as_str().unwrap()).await.unwrap();
    slack.connected().await;
    socket.send(Message::text(json!({"envelope_id": "made up"}).to_string())).await.unwrap();
    eventually("a complaint", || slack.complaints().iter().any(|it| it.contains("never sent"))).await;

    let typing = slack.types(&ana, &sales, "/refusal");
    let acknowledging = async {
        loop {
            let Some(Ok(Message::Text(frame))) = socket.next().await else { panic!("the socket ended") };
            let frame: Value = serde_json::from_str(frame.as_str()).unwrap();
            if let Some(id) = frame["envelope_id"].as_str() {
                let acknowledgement = Message::text(json!({"envelope_id": id}).to_string());
                socket.send(acknowledgement.clone()).await.unwrap();
                socket.send(acknowledgement).await.unwrap();
                break;
            }
        }
    };
    tokio::join!(typing, acknowledging);
    eventually("a complaint", || slack.complaints().iter().any(|it| it.contains("second acknowledgement"))).await;

    // Nobody acknowledges this one.
    slack.types(&ana, &sales, "/refusal").await;
    assert!(slack.complaints().iter().any(|it| it.contains("not acknowledged within 3 s")));
    // An address is good for one socket.
    assert!(tokio_tungstenite::connect_async(opened["url"].as_str().unwrap()).await.is_err());
    slack.trouble(Trouble::SocketDrops);
    eventually("the socket is gone", || slack.sockets() == 0).await;
}

#[tokio::test]
async fn a_trigger_is_good_once_and_for_three_seconds() {
    let slack = FakeSlack::start().await;
    let (ana, sales) = (slack.add_person("Ana"), slack.add_channel("sales"));
    let view = json!({
        "type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [{"type": "divider"}],
    });
    let opens = |trigger: String| calls(&slack, "views.open", json!({"trigger_id": trigger, "view": view}));
    let trigger = slack.gives_trigger(&ana, &sales);
    assert_eq!(opens(trigger.clone()).await["ok"], true);
    assert_eq!(opens(trigger).await["error"], "exchanged_trigger_id");
    assert!(slack.complaints().join(" ").contains("used before"));
    let trigger = slack.gives_trigger(&ana, &sales);
    let given = Instant::now();
    eventually("it is old", || given.elapsed() > Duration::from_secs(3)).await;
    assert_eq!(opens(trigger).await["error"], "expired_trigger_id");
}

async fn promise(slack: &FakeSlack, fields: &[(&str, &str)]) -> Value {
    let url = format!("{}/files.getUploadURLExternal", slack.api_url());
    let call = reqwest::Client::new()
        .post(url)
        .bearer_auth(slack.bot_token())
        .header("content-type", "application/x-www-form-urlencoded");
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    call.body(body).send().await.expect("the stand-in answers").json().await.expect("JSON")
}

async fn sends(promised: &Value, bytes: &'static [u8]) {
    let url = promised["upload_url"].as_str().expect("an address");
    reqwest::Client::new().post(url).body(bytes).send().await.expect("the stand-in answers");
}

fn complains(slack: &FakeSlack, of: &str) {
    let complaints = slack.complaints();
    assert!(complaints.last().is_some_and(|last| last.contains(of)), "{of}: {complaints:?}");
}

#[tokio::test]
async fn uploads_that_slack_would_refuse_are_complained_of() {
    let slack = FakeSlack::start().await;
    let complete = async |id: &Value| {
        calls(&slack, "files.completeUploadExternal", json!({"files": [{"id": id}]})).await["error"].clone()
    };
    assert_eq!(promise(&slack, &[("filename", "a.csv")]).await["error"], "invalid_arguments");
    complains(&slack, "without length");
    assert_eq!(promise(&slack, &[("filename", "a.csv"), ("length", "0")]).await["error"], "missing_argument");
    promise(&slack, &[("filename", "a.csv"), ("length", "3"), ("colour", "red")]).await;
    complains(&slack, "unknown argument colour");
    promise(&slack, &[("filename", "a.png"), ("length", "3")]).await;
    complains(&slack, "without alt_txt");
    promise(&slack, &[("filename", "a.png"), ("length", "3"), ("alt_txt", &"x".repeat(1001))]).await;
    complains(&slack, "over 1000");
    assert_eq!(complete(&json!("F404")).await, "file_not_found");
    complains(&slack, "never promised");
    let promised = promise(&slack, &[("filename", "a.csv"), ("length", "3")]).await;
    assert_eq!(complete(&promised["file_id"]).await, "file_not_found");
    complains(&slack, "nothing came");
    sends(&promised, b"four").await;
    complains(&slack, "4 bytes, of 3");
    sends(&promised, b"abc").await;
    assert_eq!(complete(&promised["file_id"]).await, Value::Null);
    assert_eq!(complete(&promised["file_id"]).await, "file_not_found");
    complains(&slack, "completed before");
    slack.install(&json!({"oauth_config": {"scopes": {"bot": ["chat:write"]}}}).to_string());
    assert_eq!(promise(&slack, &[("filename", "a.csv"), ("length", "3")]).await["error"], "missing_scope");
    complains(&slack, "needs the scope files:write");
}

#[tokio::test]
async fn pictures_that_slack_would_refuse_are_complained_of() {
    let slack = FakeSlack::start().await;
    let sales = slack.add_channel("sales");
    let posts = async |block: Value| {
        let call = json!({"channel": sales, "text": "x", "blocks": [block]});
        calls(&slack, "chat.postMessage", call).await["error"].clone()
    };
    let image = |id: &Value| json!({"type": "image", "slack_file": {"id": id}, "alt_text": "Ana 3"});
    assert_eq!(posts(image(&json!("F404"))).await, "invalid_blocks");
    complains(&slack, "is none");
    let png = crate::fake::files::PNG;
    let length = png.len().to_string();
    let promised = promise(&slack, &[("filename", "a.png"), ("length", &length), ("alt_txt", "Ana 3")]).await;
    let id = &promised["file_id"];
    sends(&promised, png).await;
    assert_eq!(posts(image(id)).await, "invalid_blocks");
    complains(&slack, "was not completed");
    calls(&slack, "files.completeUploadExternal", json!({"files": [{"id": id}]})).await;
    assert_eq!(posts(image(id)).await, "invalid_blocks");
    complains(&slack, "is not ready");
    slack.files_are_ready_after(0);
    let mut bare = image(id);
    bare.as_object_mut().expect("an object").remove("alt_text");
    assert_eq!(posts(bare).await, "invalid_blocks");
    assert!(slack.complaints().iter().any(|it| it.contains("image without alt_text")), "{:?}", slack.complaints());
    assert_eq!(posts(image(id)).await, Value::Null);
}
