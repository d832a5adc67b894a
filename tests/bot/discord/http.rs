//! Discord over HTTP: the same answers, in the bodies of the responses.

use std::time::Duration;

use panout::chat::{Block, Button, Card, Fault, Faults, Field, Kind, Reply, Service};
use panout::platforms::discord::Settings;
use tokio::time::timeout;

use super::desk::{Asked, Desk, action, form, mixed, settings};
use crate::fake::files;
use crate::story::{ChatService as _, IN_TIME, Trouble};

fn card() -> Card {
    Card::titled("Logged #1").with(Block::Buttons(vec![Button::new(action("undo:1"), "Undo")]))
}

#[tokio::test]
async fn what_is_ready_is_the_answer_itself() {
    let desk = Desk::over_http().await;
    desk.bot.replies(Reply::Whisper(card()));
    desk.bot.replies(Reply::Replace(Card::titled("Undone")));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal Acme 12k").await;
    assert_eq!(desk.sees().await, ["Logged #1\n[Undo]"]);
    desk.fake.presses(&desk.ana, "Undo").await;
    assert_eq!(desk.sees().await, ["(changed) Undone"]);
    let [Asked::Command(event, command), Asked::Press(..)] = &desk.bot.asked()[..] else { panic!() };
    assert_eq!(
        (command.text.as_str(), event.name.as_str(), event.place.clone()),
        ("Acme 12k", "Ana", Some(desk.channel()))
    );
    assert_eq!(desk.fake.calls("POST /interactions/{}/{}/callback"), 0);
    assert_eq!(desk.fake.sessions(), (0, 0), "no gateway");
    desk.end().await;
}

#[tokio::test]
async fn a_late_bot_defers_and_edits_its_answer_in() {
    let desk = Desk::over_http().await;
    desk.bot.replies(Reply::Whisper(card()));
    desk.bot.stalls();
    let took = desk.fake.types_and_times(&desk.ana, &desk.sales, "/refusal").await;
    assert!((Duration::from_millis(200)..IN_TIME).contains(&took), "{took:?}");
    desk.bot.goes_on();
    assert_eq!(desk.sees().await, ["Logged #1\n[Undo]"]);
    desk.end().await;
}

#[tokio::test]
async fn a_form_is_asked_step_by_step_and_sent_once() {
    let desk = Desk::over_http().await;
    desk.bot.suggests(&["CRM Suite"]);
    desk.bot.replies(Reply::Ask(mixed()));
    desk.bot.takes(Ok(Reply::Whisper(Card::titled("Logged"))));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.idle().await;
    for (field, value) in [("Account", "Acme"), ("Reason", "Price"), ("Product", "CRM Suite")] {
        desk.fake.fills(&desk.ana, field, value).await;
    }
    desk.fake.submits(&desk.ana).await;
    assert_eq!(desk.sees().await, ["Logged"]);
    assert_eq!(desk.bot.submitted().len(), 1);
    assert_eq!(desk.bot.submitted()[0]["account"], "Acme");
    desk.end().await;
}

#[tokio::test]
async fn a_faulty_form_comes_back_and_is_mended() {
    let desk = Desk::over_http().await;
    desk.bot.replies(Reply::Ask(form(vec![Field::new("account", "Account", Kind::Line { max: 80 })])));
    desk.bot.takes(Err(Faults(vec![Fault { field: "account".into(), says: "Known already".into() }])));
    desk.bot.takes(Ok(Reply::Whisper(Card::titled("Logged"))));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.idle().await;
    desk.fake.fills(&desk.ana, "Account", "Acme").await;
    desk.fake.submits(&desk.ana).await;
    desk.idle().await;
    assert!(desk.fake.form(&desk.ana).contains("! Known already"), "{}", desk.fake.form(&desk.ana));
    desk.fake.fills(&desk.ana, "Account", "Beta").await;
    desk.fake.submits(&desk.ana).await;
    assert_eq!(desk.sees().await, ["Logged"]);
    desk.end().await;
}

#[tokio::test]
async fn suggestions_are_the_answer_itself() {
    let desk = Desk::over_http().await;
    desk.bot.suggests(&["Acme", "Beta"]);
    assert_eq!(desk.fake.suggestions(&desk.ana, "/refusal", "account", "ac").await, ["Acme"]);
    desk.end().await;
}

#[tokio::test]
async fn a_file_follows_its_answer() {
    let desk = Desk::over_http().await;
    desk.bot.replies(Reply::Whisper(Card::titled("Your file").with(files::file("x"))));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    assert_eq!(desk.sees().await, ["Your file", "[file: refusals.csv]"]);
    desk.end().await;
}

#[tokio::test]
async fn nothing_to_show_leaves_nothing_behind() {
    let desk = Desk::over_http().await;
    desk.bot.replies(Reply::Done);
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    assert_eq!(desk.sees().await, Vec::<String>::new());
    desk.end().await;
}

#[tokio::test]
async fn where_discord_hung_up_the_answer_comes_by_direct_message() {
    let desk = Desk::over_http().await;
    desk.bot.replies(Reply::Whisper(card()));
    desk.bot.stalls();
    desk.fake.trouble(Trouble::TriggersExpire { times: 1 });
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.bot.heard(1).await;
    desk.bot.goes_on();
    assert_eq!(desk.sees().await, ["Logged #1\n[Undo]"]);
    desk.end().await;
}

#[tokio::test]
async fn what_is_sent_again_is_done_once_and_answered_the_same() {
    let desk = Desk::over_http().await;
    desk.bot.replies(Reply::Whisper(Card::titled("Your file").with(files::file("x"))));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.fake.repeats_last_act(3).await;
    assert_eq!(desk.sees().await, ["Your file", "[file: refusals.csv]"]);
    assert_eq!(desk.bot.asked().len(), 1);
    desk.end().await;
}

#[tokio::test]
async fn a_refused_token_and_anothers_key_are_fatal() {
    let mut desk = Desk::over_http().await;
    let right = Settings { public_key: Some(desk.fake.public_key()), ..settings(&desk.fake) };
    let wrong = [
        (Settings { token: "wrong-secret".into(), ..right.clone() }, "token"),
        (Settings { public_key: Some("5f".repeat(32)), ..right.clone() }, "PANOUT_DISCORD_PUBLIC_KEY"),
    ];
    for (settings, about) in wrong {
        let _running = panout::platforms::discord::start(settings, desk.ports.clone()).unwrap();
        let (service, sentence) = timeout(Duration::from_secs(10), desk.fatal.recv()).await.unwrap().unwrap();
        assert_eq!(service, Service::Discord);
        assert!(sentence.contains(about) && !sentence.contains("wrong-secret"), "{sentence}");
    }
    let no_key = Settings { public_key: Some("abc".into()), ..right };
    assert!(panout::platforms::discord::start(no_key, desk.ports.clone()).is_err());
    desk.end().await;
}
