//! Slack over HTTP: the same answers, in the bodies of the responses.

use std::time::Duration;

use panout::chat::{Choice, Fault, Faults, Field, Kind, Reply, Service};
use panout::platforms::slack::{Settings, Via};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::rig::{Did, Rig, Script, eventually, form, settings, whisper};
use crate::fake::http::Line;
use crate::fake::slack::FakeSlack;
use crate::story::{ChatService as _, IN_TIME, Trouble};

fn account() -> Vec<Field> {
    vec![Field::new("account", "Account", Kind::Line { max: 100 }).filled(Some("Acme"))]
}

fn asking(fields: Vec<Field>) -> Script {
    let form = form(fields);
    Script { command: Box::new(move |_| Reply::Ask(form.clone())), ..Script::default() }
}

#[tokio::test]
async fn a_command_is_taken_and_its_reply_comes_to_its_person() {
    let rig = Rig::over_http(Script::replying(whisper("Stored"))).await;
    rig.types("/refusal Acme & Söhne <12k> price").await;
    assert_eq!(rig.news().await, ["Stored"]);
    let (event, Did::Command(command)) = rig.bot.last() else { panic!() };
    assert_eq!((command.name.as_str(), command.text.as_str()), ("refusal", "Acme & Söhne <12k> price"));
    assert_eq!(event.who.id, rig.ana);
    assert_eq!(rig.slack.sockets(), 0);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_late_bot_is_acknowledged_in_time_and_answers_after_all() {
    let rig = Rig::over_http(Script::replying(whisper("After all"))).await;
    rig.bot.sticks();
    let took = rig.slack.types_and_times(&rig.ana, &rig.sales, "/refusal Acme").await;
    assert!((Duration::from_millis(200)..IN_TIME).contains(&took), "{took:?}");
    rig.bot.goes_on();
    assert_eq!(rig.news().await, ["After all"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn faults_of_a_form_travel_in_the_answer_and_so_does_the_next_form() {
    let mut script = asking(account());
    script.submit = Box::new(|submission| match submission.values.get("account").map(String::as_str) {
        Some("Acme") => Err(Faults(vec![Fault { field: "account".into(), says: "Known already".into() }])),
        Some("More") => Ok(Reply::Ask(form(vec![Field::new("contact", "Contact", Kind::Line { max: 100 })]))),
        _ => Ok(whisper("Logged")),
    });
    let rig = Rig::over_http(script).await;
    rig.types("/refusal").await;
    rig.idle().await;
    rig.slack.submits(&rig.ana).await;
    assert_eq!(rig.slack.form(&rig.ana), "What did they say?\nAccount: Acme\n! Known already");
    rig.slack.fills(&rig.ana, "Account", "More").await;
    rig.slack.submits(&rig.ana).await;
    assert_eq!(rig.slack.form(&rig.ana), "What did they say?\nContact:");
    rig.slack.fills(&rig.ana, "Contact", "Jo").await;
    rig.slack.submits(&rig.ana).await;
    assert!(!rig.slack.form_is_open(&rig.ana));
    assert_eq!(rig.news().await, ["Logged"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn options_of_a_search_travel_in_the_answer() {
    let search = Field::new("product", "Product", Kind::Search { source: "products".into(), shown: None });
    let mut script = asking(vec![search]);
    script.suggest = Box::new(|query| vec![Choice::new("erp", format!("ERP ({})", query.typed))]);
    let rig = Rig::over_http(script).await;
    rig.types("/refusal").await;
    rig.idle().await;
    assert_eq!(rig.slack.suggestions(&rig.ana, "Product", "", "er").await, ["ERP (er)"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_form_that_takes_long_closes_and_says_so() {
    let mut script = asking(account());
    script.submit = Box::new(|_| Ok(whisper("Logged")));
    let rig = Rig::over_http(script).await;
    rig.types("/refusal").await;
    rig.idle().await;
    rig.bot.sticks();
    rig.slack.submits(&rig.ana).await;
    assert!(!rig.slack.form_is_open(&rig.ana));
    eventually("she is told to wait", || rig.slack.unread(&rig.ana) == ["One moment..."]).await;
    rig.bot.goes_on();
    assert_eq!(rig.news().await, ["Logged"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn what_slack_sends_again_is_done_once() {
    let rig = Rig::over_http(Script::replying(whisper("Stored"))).await;
    rig.slack.trouble(Trouble::SocketDropsBeforeAck);
    rig.types("/refusal Acme").await;
    rig.slack.repeats_last_act(3).await;
    assert_eq!(rig.news().await, ["Stored"]);
    assert_eq!(rig.bot.asked().len(), 1);
    rig.has_no_complaints();
}

#[tokio::test]
async fn something_unreadable_is_taken_and_said_to_its_person() {
    let rig = Rig::over_http(Script::default()).await;
    let payload = json!({"type": "block_actions", "user": {"id": rig.ana}, "actions": []});
    let (answer, _) = rig.slack.delivers("interactive", &payload).await;
    assert_eq!(answer, Value::Null);
    assert_eq!(rig.news().await, ["That could not be read."]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_token_that_will_never_do_is_fatal() {
    let slack = FakeSlack::start().await;
    let via = Via::Http { signing_secret: slack.signing_secret() };
    let wrong = Settings { bot_token: "xoxb-wrong".into(), via, ..settings(&slack) };
    let mut rig = Rig::with(slack, wrong, std::sync::Arc::default(), std::sync::Arc::default());
    let (service, sentence) = timeout(Duration::from_secs(10), rig.fatal.recv()).await.unwrap().unwrap();
    assert_eq!(service, Service::Slack);
    assert!(sentence.contains("slack.bot_token") && sentence.contains("invalid_auth"), "{sentence}");
    assert_eq!(rig.vitals.connections(Service::Slack), 0, "it is not ready");
}

#[tokio::test]
async fn a_stop_answers_what_is_in_flight_and_takes_nothing_more() {
    let rig = Rig::over_http(Script::replying(whisper("After all"))).await;
    let addr = rig.addr.expect("it is served");
    let line = Line::to(addr);
    let letter = rig.slack.letter(&rig.ana, &rig.sales, "/refusal Acme");
    rig.bot.sticks();
    let stops = async {
        eventually("the bot is asked", || rig.bot.asked().len() == 1).await;
        rig.stop.cancel();
    };
    let (answered, ()) = tokio::join!(line.send(&letter), stops);
    assert_eq!(answered.map(|answered| answered.status), Some(200));
    eventually("nobody listens", || std::net::TcpStream::connect(addr).is_err()).await;
    assert!(TcpStream::connect(addr).await.is_err());
    rig.bot.goes_on();
    rig.stop().await;
    assert_eq!(rig.slack.unread(&rig.ana), ["After all"]);
    rig.has_no_complaints();
}
