//! The connection: what breaks it, and what an admin is told.

use std::time::Duration;

use panout::chat::{Bot as _, Card, Reply, Service};
use panout::platforms::Finding;
use panout::platforms::discord::{Settings, channel_visible, check, invite};
use serde_json::json;
use tokio::time::timeout;

use super::desk::{Desk, settings};
use crate::fake::discord::FakeDiscord;
use crate::story::{ChatService as _, Trouble};

/// The bot still hears what people do.
async fn still_answers(desk: &Desk) {
    let before = desk.bot.asked().len();
    desk.bot.replies(Reply::Whisper(Card::titled("Here")));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    assert_eq!(desk.sees().await, ["Here"]);
    assert_eq!(desk.bot.asked().len(), before + 1);
}

#[tokio::test]
async fn a_dropped_or_closed_connection_is_resumed() {
    let desk = Desk::open().await;
    desk.fake.asks_to_reconnect();
    still_answers(&desk).await;
    desk.fake.invalidates_session(true);
    still_answers(&desk).await;
    desk.fake.closes_socket(Some(4000));
    still_answers(&desk).await;
    desk.fake.trouble(Trouble::SocketDrops);
    still_answers(&desk).await;
    let (identified, resumed) = desk.fake.sessions();
    assert_eq!((identified, resumed), (1, 4));
    desk.end().await;
}

#[tokio::test]
async fn an_invalid_session_is_begun_anew() {
    let desk = Desk::open().await;
    desk.fake.invalidates_session(false);
    still_answers(&desk).await;
    assert_eq!(desk.fake.sessions().0, 2);
    desk.end().await;
}

#[tokio::test]
async fn an_event_lost_with_the_connection_is_delivered_on_resume() {
    let desk = Desk::open().await;
    desk.fake.trouble(Trouble::SocketDropsBeforeAck);
    still_answers(&desk).await;
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_without_a_code_does_not_hold_the_bot_up() {
    let fake = FakeDiscord::start().await;
    fake.beats_every(Duration::from_mins(1));
    let desk = Desk::on(fake).await;
    // serenity polls the dead socket from here on until its next heartbeat, a minute away.
    desk.fake.closes_socket(None);
    still_answers(&desk).await;
    desk.end().await;
}

#[tokio::test]
async fn a_gateway_that_is_away_is_waited_for() {
    let fake = FakeDiscord::start().await;
    fake.trouble_at("GET /gateway", &Trouble::Status { times: 3, status: 502 });
    let desk = Desk::start_on(fake);
    desk.fake.connected().await;
    still_answers(&desk).await;
    desk.end().await;
}

#[tokio::test]
async fn a_refused_token_is_fatal_and_named_nowhere() {
    let mut desk = Desk::open().await;
    let wrong = Settings { token: "wrong-secret".into(), ..settings(&desk.fake) };
    let _platform = panout::platforms::discord::start(wrong.clone(), desk.ports.clone()).unwrap();
    let (service, sentence) = timeout(Duration::from_secs(10), desk.fatal.recv()).await.unwrap().unwrap();
    assert_eq!(service, Service::Discord);
    assert!(sentence.contains("token") && !sentence.contains("wrong-secret"), "{sentence}");
    assert!(!format!("{wrong:?}").contains("wrong-secret"));
    desk.end().await;
}

#[tokio::test]
async fn a_token_refused_at_the_gateway_is_fatal() {
    let mut desk = Desk::open().await;
    desk.fake.closes_socket(Some(4004));
    let (service, _) = timeout(Duration::from_secs(10), desk.fatal.recv()).await.unwrap().unwrap();
    assert_eq!(service, Service::Discord);
    desk.end().await;
}

#[tokio::test]
async fn commands_are_registered_once_and_in_every_language() {
    let desk = Desk::open().await;
    let desk = desk.restart().await;
    still_answers(&desk).await;
    assert_eq!(desk.fake.calls("PUT /applications/{}/commands"), 1, "registering is limited to 200 a day");
    let commands = desk.fake.commands();
    assert_eq!(commands[0]["description_localizations"]["fr"], "Noter un refus");
    assert_eq!(commands[0]["options"][1]["choices"][0]["name_localizations"]["fr"], "Silence");
    assert_eq!((&commands[2]["type"], &commands[2]["name"]), (&json!(3), &json!("Log as refusal")));
    desk.end().await;
}

#[tokio::test]
async fn a_stop_lets_what_is_under_way_finish() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Whisper(Card::titled("Done after all")));
    desk.bot.stalls();
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.ports.stop.cancel();
    desk.ports.tasks.close();
    desk.bot.goes_on();
    timeout(Duration::from_secs(10), desk.ports.tasks.wait()).await.expect("it ends");
    assert_eq!(desk.sees().await, ["Done after all"]);
    desk.end().await;
}

#[tokio::test]
async fn the_doctor_sees_what_is_wrong() {
    let desk = Desk::open().await;
    let menu = desk.bot.menu();
    let right = Settings { public_key: Some(desk.fake.public_key()), ..settings(&desk.fake) };
    let whats = |findings: &[Finding]| findings.iter().map(|finding| (finding.what, finding.ok)).collect::<Vec<_>>();
    let over_gateway = [("token", true), ("application", true), ("gateway", true), ("commands", true)];
    assert_eq!(whats(&check(&settings(&desk.fake), menu, None).await), over_gateway);
    let over_http = |endpoint| {
        [("token", true), ("public_key", true), ("application", true), ("endpoint", endpoint), ("commands", true)]
    };
    assert_eq!(whats(&check(&right, menu, None).await), over_http(false), "interactions are sent nowhere");
    desk.fake.calls_at(Some("https://panout.example.com/discord/interactions"));
    for (public_url, right_there) in
        [(None, true), (Some("https://panout.example.com"), true), (Some("https://x"), false)]
    {
        assert_eq!(whats(&check(&right, menu, public_url).await), over_http(right_there), "{public_url:?}");
    }
    let stolen = check(&settings(&desk.fake), menu, None).await;
    assert!(stolen.iter().any(|finding| finding.what == "endpoint" && !finding.ok), "{stolen:?}");
    desk.fake.calls_at(None);
    let wrong = Settings { token: "wrong".into(), public_key: Some("other".into()), ..settings(&desk.fake) };
    assert!(check(&wrong, menu, None).await.iter().all(|finding| !finding.ok));
    assert!(channel_visible(&right, &desk.sales).await.unwrap());
    assert!(!channel_visible(&right, "1").await.unwrap());
    assert!(channel_visible(&wrong, &desk.sales).await.is_err());
    desk.end().await;
}

#[test]
fn the_invite_link_asks_for_no_more_than_it_names() {
    let invite = invite("42");
    assert!(invite.url.contains("client_id=42&scope=bot%20applications.commands&permissions="));
    let bits: u64 = invite.permissions.iter().map(|(_, bit)| bit).sum();
    assert!(invite.url.ends_with(&bits.to_string()));
    // ADMINISTRATOR, and everything that manages or mentions.
    assert_eq!(bits & (1 << 3 | 1 << 4 | 1 << 5 | 1 << 13 | 1 << 17 | 1 << 28 | 1 << 34), 0);
}
