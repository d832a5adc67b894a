//! Messages, channels, commands and limits, as the REST API takes them.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{server, words};
use crate::story::{ChatService, Trouble};

#[tokio::test]
async fn a_message_is_seen_as_a_person_reads_it() {
    let (app, ana, sales) = server().await;
    let body = json!({
        "content": "**Acme \\*Ltd\\***", "allowed_mentions": {"parse": []},
        "embeds": [{"url": "https://panout.invalid/m-1.1.2", "description":
            "**Amount:** 12\n> too dear\n> really\n```\nRep | Total\nAna |    12\n```\n⸻\n-# by <@100000000000000001>"}],
        "components": [
            {"type": 1, "components": [{"type": 2, "style": 1, "label": "Undo", "custom_id": "u"}]},
            {"type": 1, "components": [{"type": 2, "style": 2, "label": "Edit", "custom_id": "e"}]},
            {"type": 1, "components": [{"type": 3, "custom_id": "p", "placeholder": "Pick",
                "options": [{"label": "A", "value": "a"}]}]},
        ],
    });
    assert_eq!(app.post(&sales, &body).await.0, 200);
    let want =
        "Acme *Ltd*\nAmount: 12\n> too dear\n> really\nRep | Total\nAna | 12\n---\nby @Ana\n[Undo] [Edit]\n{Pick}";
    assert_eq!(app.discord.unread(&ana), [want]);
    let (place, marker, _) = app.discord.posted().remove(0);
    assert_eq!((place.channel, marker.as_deref()), (sales, Some("m-1")));
    app.is_content();
}

#[tokio::test]
async fn every_limit_of_a_message_is_a_complaint() {
    let (app, _, sales) = server().await;
    app.discord.limits_buckets(100, Duration::from_secs(1));
    let button = |id: &str| json!({"type": 2, "style": 1, "label": "x", "custom_id": id});
    let row = |parts: Vec<Value>| json!([{"type": 1, "components": parts}]);
    let menu = |options: usize| {
        let options: Vec<Value> =
            (0..options).map(|n| json!({"label": n.to_string(), "value": n.to_string()})).collect();
        row(vec![json!({"type": 3, "custom_id": "m", "options": options})])
    };
    let long = |n: usize| "x".repeat(n);
    let broken = [
        ("over 2000", json!({"content": long(2001)})),
        ("50006", json!({"content": "  "})),
        ("unknown field", json!({"text": "x"})),
        ("over 4096", json!({"embeds": [{"description": long(4097)}]})),
        ("over 6000", json!({"embeds": [{"description": long(4000)}, {"description": long(2001)}]})),
        ("over 10", json!({"embeds": vec![json!({"description": "x"}); 11]})),
        ("over 1024", json!({"embeds": [{"fields": [{"name": "x", "value": long(1025)}]}]})),
        ("over 25 fields", json!({"embeds": [{"fields": vec![json!({"name": "x", "value": "y"}); 26]}]})),
        ("row of 6", json!({"components": row((0..6).map(|n| button(&n.to_string())).collect())})),
        ("twice", json!({"components": row(vec![button("a"), button("a")])})),
        ("over 100", json!({"components": row(vec![button(&long(101))])})),
        ("26 options", json!({"components": menu(26)})),
        ("0 options", json!({"components": menu(0)})),
        ("flags 64", json!({"flags": 64})),
        ("nonce", json!({"nonce": long(26)})),
        ("parse has users", json!({"allowed_mentions": {"parse": ["users"], "users": ["1"]}})),
    ];
    let mut seen = 0;
    for (want, body) in broken {
        let mut whole = words("ok");
        body.as_object().unwrap().iter().for_each(|(key, value)| whole[key] = value.clone());
        assert_eq!(app.post(&sales, &whole).await.0, 400, "{want}");
        let complaints = app.discord.complaints();
        assert!(complaints[seen..].iter().any(|it| it.contains(want)), "{want}: {:?}", &complaints[seen..]);
        seen = complaints.len();
    }
    assert!(app.discord.posted().is_empty());
}

#[tokio::test]
async fn unknown_routes_and_queries_are_complaints() {
    let (app, _, sales) = server().await;
    assert_eq!(app.call(Method::GET, "/nowhere", &Value::Null).await.0, 404);
    app.call(Method::GET, &format!("/channels/{sales}/messages?limit=5&around=1"), &Value::Null).await;
    app.call(Method::GET, &format!("/channels/{sales}?x=1"), &Value::Null).await;
    assert_eq!(app.discord.complaints().len(), 3, "{:?}", app.discord.complaints());
}

#[tokio::test]
async fn a_ping_that_a_text_contains_is_a_complaint_and_one_asked_for_is_not() {
    let (app, ana, sales) = server().await;
    let mut meant = words(&format!("For <@{ana}>"));
    meant["allowed_mentions"]["users"] = json!([ana]);
    app.post(&sales, &meant).await;
    app.post(&sales, &words("@everyone, \\<@100000000000000001>")).await;
    assert_eq!(app.discord.pings(), [ana]);
    app.is_content();
    app.post(&sales, &json!({"content": "@everyone", "allowed_mentions": {"parse": ["everyone"]}})).await;
    app.complains("@everyone");
}

#[tokio::test]
async fn a_nonce_that_is_enforced_posts_once() {
    let (app, _, sales) = server().await;
    let mut body = words("once");
    (body["nonce"], body["enforce_nonce"]) = ("m-1".into(), true.into());
    let (first, second) = (app.post(&sales, &body).await.1, app.post(&sales, &body).await.1);
    assert_eq!(first["id"], second["id"]);
    assert_eq!(app.discord.posted().len(), 1);
    body["enforce_nonce"] = false.into();
    app.post(&sales, &body).await;
    assert_eq!(app.discord.posted().len(), 2);
    app.is_content();
}

#[tokio::test]
async fn a_lost_answer_is_posted_and_a_failed_one_is_not() {
    let (app, _, sales) = server().await;
    app.discord.trouble(Trouble::Status { times: 1, status: 502 });
    assert_eq!(app.post(&sales, &words("a")).await.0, 502);
    app.discord.trouble(Trouble::LostAnswer { times: 1 });
    assert_eq!(app.post(&sales, &words("b")).await.0, 0);
    app.discord.trouble(Trouble::TooManyRequests { times: 1, retry_after: Some(2) });
    let (status, body) = app.post(&sales, &words("c")).await;
    assert_eq!((status, &body["retry_after"]), (429, &json!(2)));
    let screens: Vec<String> = app.discord.posted().into_iter().map(|(.., screen)| screen).collect();
    assert_eq!(screens, ["b"]);
    app.is_content();
}

#[tokio::test]
async fn a_bucket_that_is_known_to_be_empty_is_a_complaint() {
    let (app, _, sales) = server().await;
    app.discord.limits_buckets(1, Duration::from_secs(30));
    assert_eq!(app.post(&sales, &words("a")).await.0, 200);
    assert_eq!(app.post(&sales, &words("b")).await.0, 429);
    app.is_content();
    let until_it_complains = async {
        while app.discord.complaints().is_empty() {
            assert_eq!(app.post(&sales, &words("c")).await.0, 429);
        }
    };
    timeout(Duration::from_secs(10), until_it_complains).await.expect("a complaint");
    assert!(app.discord.complaints()[0].contains("what its bucket said"));
}

#[tokio::test]
async fn closed_direct_messages_leave_room_for_a_private_thread() {
    let (app, ana, sales) = server().await;
    let ben = app.discord.add_person("Ben");
    app.discord.trouble(Trouble::DirectMessagesClosed);
    let (_, direct) = app.call(Method::POST, "/users/@me/channels", &json!({"recipient_id": ana})).await;
    let (status, body) = app.post(direct["id"].as_str().unwrap(), &words("hi")).await;
    assert_eq!((status, &body["code"]), (403, &json!(50007)));
    let body = json!({"name": "For Ana", "type": 12, "invitable": false});
    let (_, thread) = app.call(Method::POST, &format!("/channels/{sales}/threads"), &body).await;
    let thread = thread["id"].as_str().unwrap();
    app.call(Method::PUT, &format!("/channels/{thread}/thread-members/{ana}"), &Value::Null).await;
    app.post(thread, &words("hi")).await;
    assert_eq!((app.discord.unread(&ana).len(), app.discord.unread(&ben).len()), (1, 0));
    app.is_content();
}

#[tokio::test]
async fn what_the_invitation_does_not_ask_for_is_refused() {
    let (app, _, sales) = server().await;
    let (id, view_and_send) = (app.discord.application(), (1 << 10) | (1 << 11));
    app.discord.install(&format!(
        "https://discord.com/oauth2/authorize?client_id={id}&scope=bot+applications.commands&permissions={view_and_send}"
    ));
    assert_eq!(app.post(&sales, &words("a")).await.0, 200);
    app.is_content();
    let (status, body) = app.call(Method::GET, &format!("/channels/{sales}/messages"), &Value::Null).await;
    assert_eq!((status, &body["code"]), (403, &json!(50013)));
    app.complains("READ_MESSAGE_HISTORY");
}

#[tokio::test]
async fn history_after_an_id_is_what_came_next_newest_first() {
    let (app, _, sales) = server().await;
    app.discord.limits_buckets(100, Duration::from_secs(1));
    let mut ids = vec![];
    for n in 0..4 {
        ids.push(app.post(&sales, &words(&n.to_string())).await.1["id"].as_str().unwrap().to_owned());
    }
    let path = format!("/channels/{sales}/messages?limit=2&after={}", ids[0]);
    let (_, page) = app.call(Method::GET, &path, &Value::Null).await;
    let contents: Vec<&str> = page.as_array().unwrap().iter().filter_map(|it| it["content"].as_str()).collect();
    assert_eq!(contents, ["2", "1"]);
    app.is_content();
}

#[tokio::test]
async fn commands_are_kept_as_discord_gives_them_back() {
    let (app, ..) = server().await;
    app.discord.limits_buckets(100, Duration::from_secs(1));
    let path = format!("/applications/{}/commands", app.discord.application());
    let (_, plain) = app.call(Method::GET, &path, &Value::Null).await;
    let (_, whole) = app.call(Method::GET, &format!("{path}?with_localizations=true"), &Value::Null).await;
    assert!(plain[2].get("name_localizations").is_none());
    assert_eq!(whole[2]["name_localizations"], json!({"fr": "Noter un refus"}));
    // What is as usual is left out of options.
    assert!(whole[0]["options"][2].get("required").is_none());
    app.is_content();
    let wrong = [
        json!([{"name": "Upper", "description": "d"}]),
        json!([{"name": "a", "description": "x".repeat(101)}]),
        json!([{"name": "a", "description": "d", "description_localizations": {"xx": "d"}}]),
        json!([{"name": "a", "description": "d", "options": [
            {"type": 3, "name": "b", "description": "d"}, {"type": 3, "name": "c", "description": "d", "required": true}]}]),
        json!([{"name": "a", "description": "d"}, {"name": "a", "description": "d"}]),
    ];
    for commands in &wrong {
        assert_eq!(app.call(Method::PUT, &path, commands).await.0, 400, "{commands}");
    }
    assert_eq!(app.discord.complaints().len(), wrong.len());
}
