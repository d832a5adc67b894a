//! The connection drops, is refused, repeats itself; the bot is slow.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use panout::chat::{Field, Kind, Reply};
use panout::platforms::slack::{Settings, Via};
use tokio::time::{Instant, timeout};

use super::rig::{Rig, Script, eventually, form, settings, whisper};
use crate::chaos::AFTER_STORING;
use crate::fake::slack::FakeSlack;
use crate::story::{ChatService as _, IN_TIME, Trouble};

fn logged() -> Script {
    Script::replying(whisper("Logged"))
}

#[tokio::test]
async fn commands_are_acknowledged_in_time_while_the_bot_is_stuck() {
    let rig = Rig::start(logged()).await;
    rig.bot.sticks();
    let typed = (0..40).map(|n| {
        let rig = &rig;
        async move { rig.slack.types_and_times(&rig.ana, &rig.sales, &format!("/refusal {n}")).await }
    });
    let slowest = join_all(typed).await.into_iter().max().unwrap();
    assert!(slowest < IN_TIME, "{slowest:?}");
    assert_eq!(rig.slack.unread(&rig.ana), Vec::<String>::new());
    rig.bot.goes_on();
    assert_eq!(rig.news().await.len(), 40, "each gets its answer");
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_command_is_acknowledged_as_soon_as_the_bot_has_answered() {
    let rig = Rig::start(logged()).await;
    rig.types("/refusal warm").await;
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        fastest = fastest.min(rig.slack.types_and_times(&rig.ana, &rig.sales, "/refusal").await);
    }
    // Of several, so that a machine busy with something else for a moment is not taken for a slow bot.
    assert!(fastest < Duration::from_millis(150), "{fastest:?}");
}

#[tokio::test]
async fn an_event_that_repeats_is_asked_and_answered_once() {
    let rig = Rig::start(logged()).await;
    rig.types("/refusal").await;
    rig.slack.repeats_last_act(3).await;
    assert_eq!(rig.news().await, ["Logged"]);
    assert_eq!(rig.bot.asked().len(), 1);
    rig.has_no_complaints();
}

#[tokio::test]
async fn an_event_that_repeats_is_not_acknowledged_sooner_because_the_first_one_was_without_being_done() {
    let rig = Rig::start(logged()).await;
    rig.bot.sticks();
    rig.types("/refusal").await;
    let began = Instant::now();
    rig.slack.repeats_last_act(1).await;
    // A process killed now has stored nothing, and a quick acknowledgement means that it has.
    assert!(began.elapsed() >= AFTER_STORING, "acknowledged after {:?}", began.elapsed());
    rig.bot.goes_on();
    assert_eq!(rig.news().await, ["Logged"]);
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        rig.slack.repeats_last_act(1).await;
        fastest = fastest.min(began.elapsed());
    }
    assert!(fastest < Duration::from_millis(150), "what is done is acknowledged at once, not after {fastest:?}");
    assert_eq!(rig.bot.asked().len(), 1);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_form_whose_command_repeats_opens_once() {
    let ask = form(vec![Field::new("account", "Account", Kind::Line { max: 100 }).filled(Some("Acme"))]);
    let rig = Rig::start(Script::replying(Reply::Ask(ask))).await;
    rig.types("/refusal").await;
    rig.slack.repeats_last_act(2).await;
    assert_eq!(rig.news().await, Vec::<String>::new(), "no button for a form that is open");
    assert!(rig.slack.form_is_open(&rig.ana));
    rig.has_no_complaints();
}

#[tokio::test]
async fn an_event_that_repeats_after_a_restart_has_the_same_id() {
    let rig = Rig::start(logged()).await;
    rig.types("/refusal").await;
    rig.idle().await;
    let (first, _) = rig.bot.last();
    let rig = rig.restart(logged()).await;
    rig.slack.repeats_last_act(1).await;
    rig.idle().await;
    assert_eq!(rig.bot.last().0.id, first.id);
    rig.types("/refusal").await;
    rig.idle().await;
    assert_ne!(rig.bot.last().0.id, first.id);
    rig.has_no_complaints();
}

#[tokio::test]
async fn an_event_whose_socket_dropped_before_the_acknowledgement_is_answered_once() {
    let rig = Rig::start(logged()).await;
    rig.slack.trouble(Trouble::SocketDropsBeforeAck);
    rig.types("/refusal").await;
    assert_eq!(rig.news().await, ["Logged"]);
    assert_eq!(rig.bot.asked().len(), 1);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_socket_that_drops_after_the_acknowledgement_loses_no_answer() {
    let rig = Rig::start(logged()).await;
    rig.bot.sticks();
    rig.types("/refusal").await;
    rig.slack.trouble(Trouble::SocketDrops);
    rig.bot.goes_on();
    assert_eq!(rig.news().await, ["Logged"]);
    rig.slack.connected().await;
    rig.types("/refusal").await;
    assert_eq!(rig.news().await, ["Logged"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_socket_that_slack_wants_back_is_left_with_its_acknowledgements_sent() {
    for reason in ["warning", "refresh_requested"] {
        let rig = Rig::start(logged()).await;
        eventually("two sockets", || rig.slack.sockets() == 2).await;
        rig.bot.sticks();
        let typing = rig.slack.types_and_times(&rig.ana, &rig.sales, "/refusal");
        let (took, ()) = tokio::join!(typing, async {
            eventually("the bot has it", || !rig.bot.asked().is_empty()).await;
            rig.slack.asks_to_reconnect(reason);
        });
        assert!(took < IN_TIME, "{took:?}");
        rig.bot.goes_on();
        rig.slack.connected().await;
        rig.types("/refusal").await;
        assert_eq!(rig.news().await, ["Logged", "Logged"]);
        rig.has_no_complaints();
    }
}

#[tokio::test]
async fn too_many_websockets_is_not_answered_by_more_of_them() {
    let slack = FakeSlack::start().await;
    slack.too_many_websockets(1000);
    let rig = Rig::on(slack, Arc::new(logged()), Arc::default());
    eventually("a first try", || rig.slack.calls("apps.connections.open") >= 2).await;
    let began = Instant::now();
    eventually("the clock", || began.elapsed() > Duration::from_secs(3)).await;
    let tries = rig.slack.calls("apps.connections.open");
    assert!(tries <= 6, "{tries} tries in 3 s");
    rig.slack.too_many_websockets(0);
    rig.slack.connected().await;
    rig.types("/refusal").await;
    assert_eq!(rig.news().await, ["Logged"]);
}

#[tokio::test]
async fn a_greeting_that_hangs_up_is_not_called_in_a_loop() {
    let rig = Rig::start(logged()).await;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(3) {
        rig.slack.connected().await;
        rig.slack.trouble(Trouble::SocketDrops);
    }
    let tries = rig.slack.calls("apps.connections.open");
    assert!(tries <= 14, "{tries} tries in 3 s");
}

#[tokio::test]
async fn a_socket_without_a_greeting_is_made_again() {
    let slack = FakeSlack::start().await;
    slack.silent_sockets(2);
    let rig = Rig::on(slack, Arc::new(logged()), Arc::default());
    rig.slack.connected().await;
    rig.types("/refusal").await;
    assert_eq!(rig.news().await, ["Logged"]);
}

#[tokio::test]
async fn a_request_for_a_socket_that_hangs_is_made_again() {
    let slack = FakeSlack::start().await;
    slack.hanging_opens(2);
    let rig = Rig::on(slack, Arc::new(logged()), Arc::default());
    rig.slack.connected().await;
    rig.types("/refusal").await;
    assert_eq!(rig.news().await, ["Logged"]);
}

#[tokio::test]
async fn a_token_that_slack_refuses_is_said_once_and_not_tried_again() {
    let slack = FakeSlack::start().await;
    let wrong = Settings { via: Via::Socket { app_token: "xapp-wrong".into() }, ..settings(&slack) };
    let mut rig = Rig::with(slack, wrong, Arc::new(logged()), Arc::default());
    let (_, sentence) = timeout(Duration::from_secs(10), rig.fatal.recv()).await.unwrap().unwrap();
    assert!(sentence.contains("slack.app_token") && sentence.contains("invalid_auth"), "{sentence}");
    assert!(!sentence.contains("xapp-"), "{sentence}");
    rig.tasks.close();
    timeout(Duration::from_secs(10), rig.tasks.wait()).await.expect("its tasks end by themselves");
    assert!(rig.slack.calls("apps.connections.open") <= 2);
}

#[tokio::test]
async fn a_wrong_bot_token_is_said_too() {
    let slack = FakeSlack::start().await;
    let wrong = Settings { bot_token: "xoxb-wrong".into(), ..settings(&slack) };
    let mut rig = Rig::with(slack, wrong, Arc::new(logged()), Arc::default());
    let (_, sentence) = timeout(Duration::from_secs(10), rig.fatal.recv()).await.unwrap().unwrap();
    assert!(sentence.contains("slack.bot_token") && !sentence.contains("xoxb-"), "{sentence}");
}

#[tokio::test]
async fn an_app_that_stops_finishes_what_it_has_and_takes_nothing_new() {
    let rig = Rig::start(logged()).await;
    rig.bot.sticks();
    rig.types("/refusal").await;
    rig.stop.cancel();
    eventually("its sockets close", || rig.slack.sockets() == 0).await;
    rig.bot.goes_on();
    rig.stop().await;
    assert_eq!(rig.slack.unread(&rig.ana), ["Logged"]);
    rig.has_no_complaints();
}
