//! Forms in steps.

use panout::chat::{Block, Button, Card, Fault, Faults, Field, Kind, Reply};

use super::desk::{Desk, action, form, mixed};
use crate::story::{ChatService as _, Trouble};

fn done() -> Reply {
    Reply::Whisper(Card::titled("Logged #1"))
}

#[tokio::test]
async fn a_form_of_texts_is_one_modal() {
    let desk = Desk::open().await;
    let account = Field::new("account", "Account", Kind::Line { max: 80 }).filled(Some("Acme"));
    let when = Field::new("when", "When", Kind::Date).optional();
    desk.bot.replies(Reply::Ask(form(vec![account, when])));
    desk.bot.takes(Ok(done()));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    assert_eq!(desk.fake.form(&desk.ana), "Account: Acme\nWhen:");
    desk.fake.fills(&desk.ana, "When", "2027-03-01").await;
    desk.fake.submits(&desk.ana).await;
    assert_eq!(desk.sees().await, ["Logged #1"]);
    assert!(!desk.fake.form_is_open(&desk.ana));
    let [values] = &desk.bot.submitted()[..] else { panic!() };
    assert_eq!((values["account"].as_str(), values["when"].as_str()), ("Acme", "2027-03-01"));
    desk.end().await;
}

#[tokio::test]
async fn a_form_with_menus_goes_step_by_step_and_is_submitted_once() {
    let desk = Desk::open().await;
    let elena = desk.fake.add_person("Elena");
    desk.bot.suggests(&["CRM", "Suite"]);
    desk.bot.replies(Reply::Ask(mixed()));
    desk.bot.takes(Ok(done()));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    let empty = "Choose, then continue.\nAccount:\nReason:\nProduct:\nOwner:\nAmount:\nTheir words:";
    assert_eq!(desk.fake.form(&desk.ana), empty);
    assert_eq!(desk.fake.suggestions(&desk.ana, "Product", "", "su").await, ["Suite"]);
    for (field, value) in [
        ("Their words", "too *dear*\n> no"),
        ("Account", "Acme"),
        ("Reason", "Price"),
        ("Product", "CRM"),
        ("Owner", "Elena"),
    ] {
        desk.fake.fills(&desk.ana, field, value).await;
    }
    desk.fake.submits(&desk.ana).await;
    assert_eq!(desk.sees().await, ["Logged #1"]);
    let [values] = &desk.bot.submitted()[..] else { panic!() };
    let want = [
        ("account", "Acme".to_owned()),
        ("owner", format!("discord:{elena}")),
        ("product", "v-CRM".to_owned()),
        ("reason", "price".to_owned()),
        ("verbatim", "too *dear*\n> no".to_owned()),
    ];
    assert_eq!(values.iter().map(|(k, v)| (k.as_str(), v.clone())).collect::<Vec<_>>(), want);
    assert!(desk.drafts.is_empty(), "an accepted form is still kept");
    desk.end().await;
}

#[tokio::test]
async fn a_form_that_is_filled_already_can_be_sent_from_its_menus() {
    let desk = Desk::open().await;
    let mut asked = mixed();
    asked.fields[0].value = Some("Acme".into());
    desk.bot.replies(Reply::Ask(asked));
    desk.bot.takes(Ok(done()));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.fake.fills(&desk.ana, "Reason", "Timing").await;
    desk.fake.submits(&desk.ana).await;
    assert_eq!(desk.bot.submitted()[0]["account"], "Acme");
    assert!(desk.fake.inputs(&desk.ana).is_none());
    desk.end().await;
}

#[tokio::test]
async fn a_required_menu_is_asked_for_before_anything_is_typed() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Ask(mixed()));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.fake.fills(&desk.ana, "Account", "Acme").await;
    desk.fake.submits(&desk.ana).await;
    assert!(desk.bot.submitted().is_empty());
    assert!(desk.fake.form(&desk.ana).ends_with("! nothing chosen"), "{}", desk.fake.form(&desk.ana));
    desk.end().await;
}

#[tokio::test]
async fn faults_are_listed_and_the_form_opens_again_as_filled() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Ask(mixed()));
    desk.bot.takes(Err(Faults(vec![Fault { field: "amount".into(), says: "12k12 is no amount: type 12k".into() }])));
    desk.bot.takes(Ok(done()));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    for (field, value) in [("Account", "Acme"), ("Reason", "Price"), ("Amount", "12k12")] {
        desk.fake.fills(&desk.ana, field, value).await;
    }
    desk.fake.submits(&desk.ana).await;
    assert!(desk.fake.form_is_open(&desk.ana));
    let shown = "Please look at:\nAccount: Acme\nReason: Price\nProduct:\nOwner:\nAmount: 12k12\nTheir words:\n! 12k12 is no amount: type 12k";
    assert_eq!(desk.fake.form(&desk.ana), shown);
    desk.fake.fills(&desk.ana, "Amount", "12k").await;
    desk.fake.submits(&desk.ana).await;
    assert_eq!(desk.sees().await, ["Logged #1"]);
    let [first, second] = &desk.bot.submitted()[..] else { panic!() };
    assert_eq!((first["amount"].as_str(), second["amount"].as_str()), ("12k12", "12k"));
    assert_eq!((second["account"].as_str(), second["reason"].as_str()), ("Acme", "price"));
    let ids: Vec<String> = desk.bot.asked().iter().rev().take(2).map(|asked| asked.event().id.clone()).collect();
    assert_ne!(ids[0], ids[1], "the mended form is another submission");
    desk.end().await;
}

#[tokio::test]
async fn what_is_typed_survives_a_restart() {
    let desk = Desk::open().await;
    let fields = (1..=7).map(|n| {
        Field::new(
            &format!("f{n}").replace(char::is_numeric, &"x".repeat(n)),
            format!("Question {n}"),
            Kind::Line { max: 80 },
        )
        .optional()
    });
    desk.bot.replies(Reply::Ask(form(fields.collect())));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.fake.fills(&desk.ana, "Question 1", "kept").await;
    assert_eq!(desk.fake.inputs(&desk.ana).expect("questions").len(), 5, "five questions at once");
    desk.fake.sends_one_step(&desk.ana).await;
    desk.idle().await;
    let desk = desk.restart().await;
    desk.bot.takes(Ok(done()));
    desk.fake.fills(&desk.ana, "Question 7", "later").await;
    desk.fake.submits(&desk.ana).await;
    let [values] = &desk.bot.submitted()[..] else { panic!("{:?}", desk.bot.asked()) };
    assert_eq!(values.values().map(String::as_str).collect::<Vec<_>>(), ["kept", "later"]);
    desk.end().await;
}

#[tokio::test]
async fn a_form_delivered_three_times_is_one_submission() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Ask(form(vec![Field::new("account", "Account", Kind::Line { max: 80 })])));
    desk.bot.takes(Ok(done()));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.fake.fills(&desk.ana, "Account", "Acme").await;
    desk.bot.stalls();
    let (submits, repeats) = (desk.fake.submits(&desk.ana), async {
        desk.bot.heard(2).await;
        desk.fake.repeats_last_act(2).await;
        desk.bot.goes_on();
    });
    tokio::join!(submits, repeats);
    assert_eq!(desk.sees().await, ["Logged #1"]);
    let mut ids: Vec<String> = desk.bot.asked().iter().skip(1).map(|asked| asked.event().id.clone()).collect();
    assert_eq!(ids.len(), 3);
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    desk.end().await;
}

/// A form that can be sent from its menus.
async fn ready_to_send() -> Desk {
    let desk = Desk::open().await;
    let mut asked = mixed();
    asked.fields[0].value = Some("Acme".into());
    asked.fields[1].value = Some("price".into());
    desk.bot.replies(Reply::Ask(asked));
    desk.bot.takes(Ok(done()));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk
}

#[tokio::test]
async fn a_form_sent_twice_at_once_is_one_submission() {
    let desk = ready_to_send().await;
    let before = desk.bot.asked().len();
    desk.bot.stalls();
    let (first, second, both) =
        (desk.fake.presses(&desk.ana, "Log it"), desk.fake.presses(&desk.ana, "Log it"), async {
            desk.bot.heard(before + 2).await;
            desk.bot.goes_on();
        });
    tokio::join!(first, second, both);
    assert_eq!(desk.sees().await, ["Logged #1"]);
    let ids: Vec<String> = desk.bot.asked().iter().skip(before).map(|asked| asked.event().id.clone()).collect();
    assert_eq!((ids.len(), &ids[0]), (2, &ids[1]), "two presses, one submission");
    desk.end().await;
}

#[tokio::test]
async fn a_form_sent_again_after_its_answer_leaves_the_answer_there() {
    let desk = ready_to_send().await;
    desk.fake.presses_twice(&desk.ana, "Log it").await;
    assert_eq!(desk.sees().await, ["Logged #1"]);
    assert_eq!(desk.bot.submitted().len(), 1);
    desk.end().await;
}

#[tokio::test]
async fn a_form_that_comes_late_is_a_button() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Ask(mixed()));
    desk.bot.takes(Ok(done()));
    desk.bot.stalls();
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.bot.goes_on();
    assert_eq!(desk.sees().await, ["That took too long. What you typed is kept.\n[Open form]"]);
    desk.fake.presses(&desk.ana, "Open form").await;
    assert!(desk.fake.form_is_open(&desk.ana));
    desk.end().await;
}

#[tokio::test]
async fn a_form_whose_interaction_expired_opens_from_a_direct_message() {
    let desk = Desk::open().await;
    let account = Field::new("account", "Account", Kind::Line { max: 80 }).filled(Some("Acme"));
    desk.bot.replies(Reply::Ask(form(vec![account])));
    desk.bot.takes(Ok(done()));
    desk.fake.trouble(Trouble::TriggersExpire { times: 1 });
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    assert_eq!(desk.sees().await, ["That took too long. What you typed is kept.\n[Open form]"]);
    desk.fake.presses(&desk.ana, "Open form").await;
    assert_eq!(desk.fake.form(&desk.ana), "Account: Acme");
    desk.fake.submits(&desk.ana).await;
    assert_eq!(desk.sees().await, ["(changed) Logged #1"]);
    desk.end().await;
}

#[tokio::test]
async fn a_form_opened_from_a_whisper_replaces_that_whisper() {
    let desk = Desk::open().await;
    let edit = Button::new(action("edit:1"), "Edit");
    desk.bot.replies(Reply::Whisper(Card::titled("Logged #1").with(Block::Buttons(vec![edit]))));
    desk.bot.replies(Reply::Ask(mixed()));
    desk.bot.takes(Ok(Reply::Replace(Card::titled("Changed #1"))));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    assert_eq!(desk.sees().await, ["Logged #1\n[Edit]"]);
    desk.fake.presses(&desk.ana, "Edit").await;
    desk.idle().await;
    desk.fake.fills(&desk.ana, "Account", "Acme").await;
    desk.fake.fills(&desk.ana, "Reason", "Price").await;
    desk.fake.submits(&desk.ana).await;
    assert_eq!(desk.sees().await, ["(changed) Changed #1"]);
    assert!(!desk.fake.form_is_open(&desk.ana));
    desk.end().await;
}

#[tokio::test]
async fn a_late_submission_takes_the_buttons_away_until_it_is_answered() {
    let desk = Desk::open().await;
    let mut asked = mixed();
    asked.fields[0].value = Some("Acme".into());
    desk.bot.replies(Reply::Ask(asked));
    desk.bot.takes(Ok(done()));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.fake.fills(&desk.ana, "Reason", "Price").await;
    // Choosing needs no bot, only sending does.
    desk.bot.stalls();
    let (submits, late) = (desk.fake.submits(&desk.ana), async {
        let waits = |body: &serde_json::Value| body["content"] == "One moment…";
        desk.fake.until("the form waits", |fake| fake.bodies().iter().any(waits)).await;
        desk.bot.goes_on();
    });
    tokio::join!(submits, late);
    assert_eq!(desk.sees().await, ["Logged #1"]);
    desk.end().await;
}

#[tokio::test]
async fn a_form_that_is_not_kept_any_more_says_so() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Ask(mixed()));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk.idle().await;
    let desk = desk.restart().await;
    desk.drafts.clear();
    desk.fake.presses(&desk.ana, "Continue (2/2)").await;
    assert_eq!(desk.sees().await, ["This form is gone."]);
    desk.end().await;
}

/// The id of the button to the next step of the form that is open.
fn on_the_way(desk: &Desk) -> String {
    let bodies = desk.fake.bodies();
    let rows = bodies.iter().flat_map(|body| body["components"].as_array().into_iter().flatten());
    let parts = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
    let mut ids = parts.filter_map(|part| part["custom_id"].as_str());
    ids.find(|id| id.contains(":n.")).expect("the form goes on").to_owned()
}

#[tokio::test]
async fn only_its_person_fills_a_form() {
    let desk = Desk::open().await;
    desk.bot.replies(Reply::Ask(mixed()));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    let elena = desk.fake.add_person("Elena");
    desk.fake.forges(&elena, &desk.sales, &on_the_way(&desk)).await;
    desk.idle().await;
    assert_eq!(desk.fake.unread(&elena), ["This form is gone."]);
    assert!(desk.fake.inputs(&elena).is_none());
    assert!(desk.fake.form(&desk.ana).contains("\nAccount:"), "hers stands as it was");
    desk.end().await;
}

/// More colleagues than a menu of Discord holds.
fn many() -> Vec<String> {
    (0..60).map(|n| format!("Colleague {n:02}")).collect()
}

/// A form that searches them.
async fn searching(chosen: Option<&str>) -> Desk {
    let desk = Desk::open().await;
    let all = many();
    desk.bot.suggests(&all.iter().map(String::as_str).collect::<Vec<_>>());
    let shown = chosen.map(str::to_owned);
    let search = Field::new("owner", "Owner", Kind::Search { source: "people".into(), shown: shown.clone() });
    let search = search.filled(shown.map(|label| format!("v-{label}")));
    let note = Field::new("note", "Note", Kind::Line { max: 80 }).optional();
    desk.bot.replies(Reply::Ask(form(vec![search, note])));
    desk.bot.takes(Ok(done()));
    desk.fake.types(&desk.ana, &desk.sales, "/refusal").await;
    desk
}

#[tokio::test]
async fn what_a_menu_does_not_hold_is_found_by_a_search_beside_it() {
    let desk = searching(None).await;
    assert_eq!(desk.fake.suggestions(&desk.ana, "Owner", "", "").await.len(), 25);
    assert_eq!(desk.fake.suggestions(&desk.ana, "Owner", "", "gue 5").await.len(), 10);
    desk.fake.fills(&desk.ana, "Owner", "Colleague 47").await;
    assert!(desk.fake.form(&desk.ana).contains("Owner: Colleague 47"), "{}", desk.fake.form(&desk.ana));
    desk.fake.submits(&desk.ana).await;
    assert_eq!(desk.sees().await, ["Logged #1"]);
    assert_eq!(desk.bot.submitted()[0]["owner"], "v-Colleague 47");
    desk.end().await;
}

#[tokio::test]
async fn a_search_that_finds_nothing_says_so_and_leaves_what_was_chosen() {
    let desk = searching(Some("Colleague 47")).await;
    assert!(desk.fake.form(&desk.ana).contains("Owner: Colleague 47"));
    assert_eq!(desk.fake.suggestions(&desk.ana, "Owner", "", "nobody").await, Vec::<String>::new());
    let shown = desk.fake.form(&desk.ana);
    assert!(shown.contains("Owner: Colleague 47") && shown.ends_with("! nothing found"), "{shown}");
    // Another search leaves it among what is found, and chooses nothing else.
    assert_eq!(desk.fake.suggestions(&desk.ana, "Owner", "", "gue 1").await.len(), 10);
    assert!(desk.fake.form(&desk.ana).contains("Owner: Colleague 47"));
    desk.fake.submits(&desk.ana).await;
    assert_eq!(desk.bot.submitted()[0]["owner"], "v-Colleague 47");
    desk.end().await;
}

#[tokio::test]
async fn nobody_searches_in_the_form_of_another() {
    let desk = searching(None).await;
    let elena = desk.fake.add_person("Elena");
    let before = desk.bot.asked().len();
    let search = on_the_way(&desk).replace(":n.1", ":q.0");
    desk.fake.forges(&elena, &desk.sales, &search).await;
    desk.idle().await;
    assert_eq!(desk.fake.unread(&elena), ["This form is gone."]);
    assert_eq!(desk.bot.asked().len(), before, "nothing was looked up for somebody else");
    desk.end().await;
}
