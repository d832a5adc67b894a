//! Slack answers late, wrongly or not at all.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use panout::chat::{Block, Card, Failure, Place, Reply, Service};
use serde_json::json;
use tokio::time::Instant;

use super::rig::{Rig, Script, button, now, whisper};
use crate::fake::slack::Mishap;
use crate::story::{ChatService as _, IN_TIME, Trouble};

fn card() -> Card {
    Card::titled("Acme said no").with(Block::Buttons(vec![button("seen:1", "Seen")]))
}

/// A card of two messages.
fn long_card() -> Card {
    (0..60).fold(Card::titled("Long"), |card, n| card.with(Block::Text(format!("line {n}").into())))
}

fn markers(rig: &Rig) -> Vec<Option<String>> {
    rig.slack.posted().into_iter().map(|(_, marker, _)| marker).collect()
}

#[tokio::test]
async fn a_429_is_waited_out_for_as_long_as_slack_says() {
    let rig = Rig::start(Script::default()).await;
    rig.slack.trouble(Trouble::TooManyRequests { times: 1, retry_after: Some(2) });
    let began = Instant::now();
    rig.platform.post(&rig.direct(), &card(), "m").await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(markers(&rig), [Some("m".into())]);
}

#[tokio::test]
async fn a_429_that_says_nothing_is_not_tried_again_at_once() {
    let rig = Rig::start(Script::default()).await;
    rig.slack.trouble(Trouble::TooManyRequests { times: 2, retry_after: None });
    let began = Instant::now();
    rig.platform.post(&rig.direct(), &card(), "m").await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(600), "{:?}", began.elapsed());
    assert_eq!(rig.slack.calls("chat.postMessage"), 3);
}

#[tokio::test]
async fn a_429_of_an_hour_is_given_back_with_its_length() {
    let rig = Rig::start(Script::default()).await;
    rig.slack.trouble(Trouble::TooManyRequests { times: 1, retry_after: Some(3600) });
    let failure = rig.platform.post(&rig.direct(), &card(), "m").await.unwrap_err();
    assert!(matches!(failure, Failure::NotNow { after: Some(after), .. } if after.as_secs() == 3600), "{failure:?}");
}

#[tokio::test]
async fn posts_in_one_channel_are_a_second_apart() {
    let rig = Rig::start(Script::default()).await;
    let began = Instant::now();
    for n in 0..3 {
        rig.platform.post(&rig.direct(), &card(), &format!("m{n}")).await.unwrap();
    }
    assert!(began.elapsed() >= Duration::from_secs(2));
    assert_eq!(rig.slack.calls("chat.postMessage"), 3, "none met Slack's limit");
}

#[tokio::test]
async fn a_500_may_have_posted() {
    let rig = Rig::start(Script::default()).await;
    rig.slack.trouble(Trouble::Status { times: 1, status: 500 });
    let failure = rig.platform.post(&rig.direct(), &card(), "m").await.unwrap_err();
    assert!(matches!(failure, Failure::Unknown { .. }), "{failure:?}");
    assert_eq!(rig.platform.find(&rig.direct(), "m", now()).await, Ok(None));
}

#[tokio::test]
async fn a_post_whose_answer_was_lost_is_found() {
    let rig = Rig::start(Script::default()).await;
    rig.slack.trouble(Trouble::LostAnswer { times: 1 });
    let failure = rig.platform.post(&rig.direct(), &card(), "m").await.unwrap_err();
    assert!(matches!(failure, Failure::Unknown { .. }), "{failure:?}");
    let found = rig.platform.find(&rig.direct(), "m", now()).await.unwrap();
    assert_eq!(found.as_ref(), rig.slack.posted().first().map(|(message, ..)| message));
    assert!(found.is_some());
    assert_eq!(rig.platform.find(&rig.direct(), "other", now()).await, Ok(None));
    rig.has_no_complaints();
}

#[tokio::test]
async fn an_answer_that_is_no_json_may_have_posted() {
    let rig = Rig::start(Script::default()).await;
    rig.slack.html_answers(1);
    let failure = rig.platform.post(&rig.direct(), &card(), "m").await.unwrap_err();
    assert!(matches!(failure, Failure::Unknown { .. }), "{failure:?}");
    assert!(rig.platform.find(&rig.direct(), "m", now()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_post_that_hangs_is_given_up_as_unknown() {
    let rig = Rig::start(Script::default()).await;
    rig.slack.trouble(Trouble::Hang { times: 1 });
    let began = Instant::now();
    let failure = rig.platform.post(&rig.direct(), &card(), "m").await.unwrap_err();
    assert!(matches!(failure, Failure::Unknown { .. }), "{failure:?}");
    assert!(began.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn a_post_that_slack_refuses_is_never() {
    let rig = Rig::start(Script::default()).await;
    let nowhere = Place::Channel { service: Service::Slack, id: "C404".into() };
    let failure = rig.platform.post(&nowhere, &card(), "m").await.unwrap_err();
    assert_eq!(failure, Failure::Never { why: "refused: channel_not_found".into() });
}

#[tokio::test]
async fn a_person_who_takes_no_messages_is_never() {
    let rig = Rig::start(Script::default()).await;
    rig.slack.trouble(Trouble::DirectMessagesClosed);
    let failure = rig.platform.post(&rig.direct(), &card(), "m").await.unwrap_err();
    assert_eq!(failure, Failure::Never { why: "refused: user_disabled".into() });
}

#[tokio::test]
async fn a_card_posted_in_half_goes_on_where_it_stopped() {
    let rig = Rig::start(Script::default()).await;
    // The first part is posted and its answer lost: nobody knows.
    rig.slack.trouble(Trouble::LostAnswer { times: 1 });
    let failure = rig.platform.post(&rig.direct(), &long_card(), "m").await.unwrap_err();
    assert!(matches!(failure, Failure::Unknown { .. }), "{failure:?}");
    assert_eq!(rig.platform.find(&rig.direct(), "m", now()).await, Ok(None), "half a card is not posted");
    let posted = rig.platform.post(&rig.direct(), &long_card(), "m").await.unwrap();
    assert_eq!(markers(&rig), [Some("m".into()), Some("m".into())], "two parts, none twice");
    assert_eq!(rig.platform.find(&rig.direct(), "m", now()).await, Ok(Some(posted)));
    rig.has_no_complaints();
}

#[tokio::test]
async fn replacing_twice_is_replacing_once() {
    let rig = Rig::start(Script::default()).await;
    let posted = rig.platform.post(&rig.direct(), &card(), "m").await.unwrap();
    rig.slack.trouble(Trouble::Status { times: 1, status: 502 });
    rig.platform.replace(&posted, &long_card(), "m").await.unwrap();
    let once = rig.slack.posted();
    rig.platform.replace(&posted, &long_card(), "m").await.unwrap();
    assert_eq!(rig.slack.posted(), once);
    assert_eq!(rig.platform.find(&rig.direct(), "m", now()).await, Ok(Some(posted)));
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_card_in_a_thread_is_found_there() {
    let rig = Rig::start(Script::default()).await;
    let root = rig.platform.post(&rig.direct(), &card(), "root").await.unwrap();
    let thread = Place::Thread { under: root };
    let reply = rig.platform.post(&thread, &Card::titled("Why?"), "reply").await.unwrap();
    assert_eq!(rig.platform.find(&thread, "reply", now()).await, Ok(Some(reply)));
    assert_eq!(rig.platform.find(&rig.direct(), "reply", now()).await, Ok(None));
    rig.has_no_complaints();
}

#[tokio::test]
async fn an_answer_finds_another_way_when_the_first_is_closed() {
    let rig = Rig::start(Script::replying(whisper("Logged"))).await;
    // response_url and chat.postEphemeral fail; what is left is a direct message.
    rig.slack.whispers_fail(Mishap::Status(500), 2);
    rig.types("/refusal").await;
    assert_eq!(rig.news().await, ["Logged"]);
    assert_eq!(rig.slack.posted().len(), 1);
    rig.has_no_complaints();
}

#[tokio::test]
async fn an_answer_that_was_probably_shown_is_not_shown_twice() {
    let rig = Rig::start(Script::replying(whisper("Logged"))).await;
    rig.slack.whispers_fail(Mishap::Lost, 1);
    rig.types("/refusal").await;
    assert_eq!(rig.news().await, ["Logged"]);
}

#[tokio::test]
async fn what_cannot_be_read_is_acknowledged_and_its_person_told() {
    let rig = Rig::start(Script::default()).await;
    let user = json!({"id": rig.ana});
    for (kind, payload) in [
        ("interactive", json!({"type": "block_actions", "user": user, "actions": []})),
        ("interactive", json!({"type": "view_submission", "user": user, "view": {"callback_id": "not ours"}})),
        ("slash_commands", json!({"user_id": rig.ana, "command": 7})),
    ] {
        let (_, took) = rig.slack.delivers(kind, &payload).await;
        assert!(took < IN_TIME);
        assert_eq!(rig.news().await, ["That could not be read."]);
        // The next one in the same conversation has its turn a second later.
    }
    let (_, took) = rig.slack.delivers("events_api", &json!({"type": "event_callback", "event_id": "Ev1"})).await;
    assert!(took < IN_TIME);
    assert_eq!(rig.news().await, Vec::<String>::new());
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_panic_takes_nothing_else_down() {
    let rig = Rig::start(Script {
        command: Box::new(|command| {
            assert_ne!(command.text, "boom");
            Reply::Whisper(Card::titled("Logged"))
        }),
        ..Script::default()
    })
    .await;
    rig.types("/refusal boom").await;
    assert_eq!(rig.news().await, ["That could not be read."]);
    rig.types("/refusal").await;
    assert_eq!(rig.news().await, ["Logged"]);
    rig.has_no_complaints();
}

/// Everything logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nothing panics while holding it").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_and_no_failure_holds_a_client_a_word_or_a_token() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_ansi(false);
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let secret = "Globex-Confidential";
    let rig = Rig::start(Script::replying(whisper(secret))).await;
    let mut failures = Vec::new();
    for trouble in [
        Trouble::Status { times: 1, status: 500 },
        Trouble::LostAnswer { times: 1 },
        Trouble::TooManyRequests { times: 1, retry_after: Some(3600) },
    ] {
        rig.slack.trouble(trouble);
        let failed = rig.platform.post(&rig.direct(), &Card::titled(secret), "m").await.unwrap_err();
        failures.push(failed);
    }
    rig.slack.whispers_fail(Mishap::Status(500), 2);
    rig.slack.trouble(Trouble::Status { times: 1, status: 500 });
    rig.types(&format!("/refusal {secret}")).await;
    rig.idle().await;
    let payload = json!({"type": "block_actions", "user": {"id": rig.ana, "name": secret}, "actions": [{"action_id": secret.repeat(9)}]});
    rig.slack.delivers("interactive", &payload).await;
    rig.idle().await;

    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap() + &format!("{failures:?}");
    assert!(logged.contains("a response_url took no answer"), "it logs what happens: {logged}");
    for secret in [secret, "xoxb-", "xapp-", "upstream error"] {
        assert!(!logged.contains(secret), "{secret} in {logged}");
    }
}
