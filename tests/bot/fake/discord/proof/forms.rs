//! Forms of several steps, as a person fills them.

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::{App, server};
use crate::fake::discord::FakeDiscord;
use crate::story::ChatService;

fn input(id: &str, label: &str, required: bool) -> Value {
    let input = json!({"type": 4, "custom_id": id, "label": label, "style": 1, "required": required, "max_length": 20});
    json!({"type": 1, "components": [input]})
}

fn modal(inputs: &[Value]) -> Value {
    json!({"title": "Refusal", "custom_id": "~f:1:m", "components": inputs})
}

/// The message of a step: what is known, a menu and a button that leads on.
fn step(reason: &str, faults: &str) -> Value {
    let option = |value: &str, label: &str| json!({"label": label, "value": value, "default": value == reason});
    json!({
        "content": "**Refusal**", "flags": 64, "allowed_mentions": {"parse": []},
        "embeds": [{"description": format!("{faults}**Reason:** {}\n**Account:** —", if reason == "p" { "Price" } else { "—" })}],
        "components": [
            {"type": 1, "components": [{"type": 3, "custom_id": "~f:1:s", "placeholder": "Reason (optional)",
                "min_values": 0, "options": [option("p", "Price"), option("t", "Timing")]}]},
            {"type": 1, "components": [{"type": 2, "style": 1, "label": "Continue (2/2)", "custom_id": "~f:1:n"}]},
        ],
    })
}

fn without_flags(mut body: Value) -> Value {
    body.as_object_mut().unwrap().remove("flags");
    body
}

fn spawn<F: Future<Output = ()> + Send + 'static>(app: &App, act: impl FnOnce(FakeDiscord) -> F) -> JoinHandle<()> {
    tokio::spawn(act(app.discord.clone()))
}

#[tokio::test]
async fn a_modal_is_filled_and_sent() {
    let (mut app, ana, sales) = server().await;
    let who = ana.clone();
    let typing = spawn(&app, |discord| async move { discord.types(&who, &sales, "/refusal").await });
    let seen = app.interaction().await;
    app.answer(&seen, 9, modal(&[input("account", "Account", true), input("amount", "Amount", false)])).await;
    typing.await.unwrap();
    assert_eq!(app.discord.form(&ana), "Account:\nAmount:");
    app.discord.submits(&ana).await;
    assert_eq!(app.discord.form(&ana), "Account:\nAmount:\n! Account: please complete this required field");
    app.discord.fills(&ana, "Account", "Acme").await;
    let who = ana.clone();
    let sending = spawn(&app, |discord| async move { discord.submits(&who).await });
    let sent = app.interaction().await;
    assert_eq!((&sent["type"], &sent["data"]["custom_id"]), (&json!(5), &json!("~f:1:m")));
    assert_eq!(sent["data"]["components"][0]["components"][0]["value"], "Acme");
    assert_eq!(app.answer(&sent, 9, modal(&[input("a", "A", true)])).await.0, 400);
    app.complains("a modal in answer to type 5");
    app.answer(&sent, 4, json!({"content": "Logged", "flags": 64, "allowed_mentions": {"parse": []}})).await;
    sending.await.unwrap();
    assert!(!app.discord.form_is_open(&ana));
    assert_eq!(app.discord.unread(&ana), ["Logged"]);
}

#[tokio::test]
async fn a_form_of_two_steps_is_gone_through_and_its_faults_are_shown() {
    let (mut app, ana, sales) = server().await;
    let who = ana.clone();
    let typing = spawn(&app, |discord| async move { discord.types(&who, &sales, "/refusal").await });
    let seen = app.interaction().await;
    app.answer(&seen, 4, step("", "")).await;
    typing.await.unwrap();
    assert_eq!(app.discord.form(&ana), "Reason:\nAccount:");
    assert!(app.discord.unread(&ana).is_empty(), "a form is no news");
    // A text of a later step waits, a menu is chosen at once.
    app.discord.fills(&ana, "Account", "Acme").await;
    let who = ana.clone();
    let choosing = spawn(&app, |discord| async move { discord.fills(&who, "Reason", "Price").await });
    let chose = app.interaction().await;
    assert_eq!((&chose["data"]["values"], &chose["message"]["flags"]), (&json!(["p"]), &json!(64)));
    app.answer(&chose, 7, without_flags(step("p", ""))).await;
    choosing.await.unwrap();
    assert_eq!(app.discord.form(&ana), "Reason: Price\nAccount: Acme");
    let who = ana.clone();
    let sending = spawn(&app, |discord| async move { discord.submits(&who).await });
    let next = app.interaction().await;
    assert_eq!(next["data"]["custom_id"], "~f:1:n");
    app.answer(&next, 9, modal(&[input("account", "Account", true)])).await;
    let sent = app.interaction().await;
    assert_eq!(sent["data"]["components"][0]["components"][0]["value"], "Acme");
    app.answer(&sent, 7, without_flags(step("p", "- **Account:** Acme is a test.\n"))).await;
    sending.await.unwrap();
    assert_eq!(app.discord.form(&ana), "Reason: Price\nAccount:\n! Acme is a test.");
    app.is_content();
}

#[tokio::test]
#[should_panic(expected = "no field \"Colour\"")]
async fn a_field_that_is_nowhere_cannot_be_filled() {
    let (mut app, ana, sales) = server().await;
    let who = ana.clone();
    let typing = spawn(&app, |discord| async move { discord.types(&who, &sales, "/refusal").await });
    let seen = app.interaction().await;
    app.answer(&seen, 9, modal(&[input("account", "Account", true)])).await;
    typing.await.unwrap();
    app.discord.fills(&ana, "Colour", "red").await;
}

#[tokio::test]
async fn choosing_in_a_card_presses_at_once() {
    let (mut app, ana, sales) = server().await;
    let body = json!({
        "content": "Pick", "allowed_mentions": {"parse": []},
        "components": [{"type": 1, "components": [
            {"type": 3, "custom_id": "pick~m", "placeholder": "Product", "options": [{"label": "CRM", "value": "1"}]}]}],
    });
    app.post(&sales, &body).await;
    assert!(!app.discord.form_is_open(&ana));
    let who = ana.clone();
    let choosing = spawn(&app, |discord| async move { discord.chooses(&who, "Product", "CRM").await });
    let chose = app.interaction().await;
    assert_eq!((&chose["data"]["custom_id"], &chose["data"]["values"]), (&json!("pick~m"), &json!(["1"])));
    assert_eq!(app.answer(&chose, 6, Value::Null).await.0, 204);
    choosing.await.unwrap();
    app.is_content();
}

#[tokio::test]
async fn a_full_modal_may_be_the_first_of_several() {
    let (mut app, ana, sales) = server().await;
    let inputs: Vec<Value> = (1..=5).map(|n| input(&n.to_string(), &format!("Q{n}"), false)).collect();
    let who = ana.clone();
    let typing = spawn(&app, |discord| async move { discord.types(&who, &sales, "/refusal").await });
    let seen = app.interaction().await;
    app.answer(&seen, 9, modal(&inputs)).await;
    typing.await.unwrap();
    assert_eq!(app.discord.inputs(&ana).map(|inputs| inputs.len()), Some(5));
    app.discord.fills(&ana, "Q6", "later").await;
    let who = ana.clone();
    let sending = spawn(&app, |discord| async move { discord.sends_one_step(&who).await });
    let sent = app.interaction().await;
    app.answer(&sent, 4, step("p", "")).await;
    sending.await.unwrap();
    assert!(app.discord.form(&ana).contains("Q6: later"));
    app.discord.closes_form(&ana);
    assert!(!app.discord.form(&ana).contains("Q6"));
    app.is_content();
}
