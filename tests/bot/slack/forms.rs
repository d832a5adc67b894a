//! Forms: opened, filled, faulty, late.

use panout::chat::{Block, Card, Choice, Fault, Faults, Field, Kind, Reply};

use super::rig::{Did, Rig, Script, button, eventually, form, whisper};
use crate::story::{ChatService as _, IN_TIME, Trouble};

fn every_kind(person: &str) -> Vec<Field> {
    vec![
        Field::new("account", "Account", Kind::Line { max: 100 }).filled(Some("A <&> *B*")).hint("The company"),
        Field::new("verbatim", "Their words", Kind::Paragraph { max: 3000 }).optional(),
        Field::new(
            "reason",
            "Reason",
            Kind::Choice(vec![Choice::new("price", "Price"), Choice::new("timing", "Timing")]),
        )
        .filled(Some("price")),
        Field::new("product", "Product", Kind::Search { source: "products".into(), shown: Some("CRM Suite".into()) })
            .filled(Some("crm")),
        Field::new("budget", "Budget", Kind::Amount).optional(),
        Field::new("until", "Until", Kind::Date).optional().filled(Some("2027-03-01")),
        Field::new("owner", "Owner", Kind::Person).filled(Some(format!("slack:{person}"))),
    ]
}

fn asking(fields: Vec<Field>) -> Script {
    let form = form(fields);
    Script { command: Box::new(move |_| Reply::Ask(form.clone())), ..Script::default() }
}

fn account() -> Vec<Field> {
    vec![Field::new("account", "Account", Kind::Line { max: 100 }).filled(Some("Acme"))]
}

#[tokio::test]
async fn a_form_opens_with_what_is_known_and_suggests_while_one_types() {
    let mut script = asking(every_kind("U00001"));
    script.suggest = Box::new(|query| {
        assert_eq!(query.source, "products");
        vec![Choice::new("erp", format!("ERP ({})", query.typed))]
    });
    let rig = Rig::start(script).await;
    rig.types("/refusal").await;
    rig.idle().await;
    let open = "What did they say?\nAccount: A <&> *B*\nTheir words:\nReason: Price\nProduct: CRM Suite\nBudget:\nUntil: 2027-03-01\nOwner: Ana";
    assert_eq!(rig.slack.form(&rig.ana), open);
    assert_eq!(rig.slack.suggestions(&rig.ana, "Product", "", "er").await, ["ERP (er)"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn answers_keep_every_letter_and_the_unanswered_are_absent() {
    let mut script = asking(every_kind("U00001"));
    script.suggest = Box::new(|_| vec![Choice::new("erp&co", "ERP & Co")]);
    script.submit = Box::new(|_| Ok(whisper("Logged")));
    let rig = Rig::start(script).await;
    rig.types("/refusal").await;
    rig.idle().await;
    let filled = [
        ("Their words", "no\n  <!channel> &amp;"),
        ("Reason", "Timing"),
        ("Budget", "12k"),
        ("Until", ""),
        ("Product", "ERP & Co"),
    ];
    for (field, value) in filled {
        rig.slack.fills(&rig.ana, field, value).await;
    }
    rig.slack.submits(&rig.ana).await;
    assert_eq!(rig.news().await, ["Logged"]);
    assert!(!rig.slack.form_is_open(&rig.ana));
    let Did::Submit(submission) = rig.bot.last().1 else { panic!() };
    assert_eq!(submission.action.as_str(), "log:7");
    let owner = format!("slack:{}", rig.ana);
    let expected = [
        ("account", "A <&> *B*"),
        ("budget", "12k"),
        ("owner", owner.as_str()),
        ("product", "erp&co"),
        ("reason", "timing"),
        ("verbatim", "no\n  <!channel> &amp;"),
    ];
    assert_eq!(submission.values, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    rig.has_no_complaints();
}

#[tokio::test]
async fn faults_show_under_their_fields_and_what_was_typed_stays() {
    let mut script = asking(account());
    script.submit = Box::new(|submission| match submission.values["account"].as_str() {
        "Acme" => Err(Faults(vec![Fault { field: "account".into(), says: "Which Acme?".into() }])),
        _ => Ok(whisper("Logged")),
    });
    let rig = Rig::start(script).await;
    rig.types("/refusal").await;
    rig.idle().await;
    rig.slack.submits(&rig.ana).await;
    rig.idle().await;
    assert_eq!(rig.slack.form(&rig.ana), "What did they say?\nAccount: Acme\n! Which Acme?");
    // The very same answers again are asked again: what was wrong may have changed.
    rig.slack.submits(&rig.ana).await;
    rig.slack.fills(&rig.ana, "Account", "Acme Iași").await;
    rig.slack.submits(&rig.ana).await;
    assert_eq!(rig.news().await, ["Logged"]);
    let ids: Vec<String> = rig.bot.asked().into_iter().map(|(event, _)| event.id).collect();
    assert_eq!((ids.len(), ids[1] == ids[2], ids[2] == ids[3]), (4, true, false), "{ids:?}");
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_form_may_lead_to_another_form() {
    let mut script = asking(account());
    script.submit = Box::new(|submission| {
        if submission.values.contains_key("account") {
            return Ok(Reply::Ask(form(vec![Field::new("why", "Why", Kind::Paragraph { max: 3000 })])));
        }
        Ok(whisper("Logged"))
    });
    let rig = Rig::start(script).await;
    rig.types("/refusal").await;
    rig.idle().await;
    rig.slack.submits(&rig.ana).await;
    assert_eq!(rig.slack.form(&rig.ana), "What did they say?\nWhy:");
    rig.slack.fills(&rig.ana, "Why", "price").await;
    rig.slack.submits(&rig.ana).await;
    assert_eq!(rig.news().await, ["Logged"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_form_replaces_the_card_it_was_opened_from() {
    let mut script =
        Script::replying(Reply::Whisper(Card::titled("Logged").with(Block::Buttons(vec![button("edit:1", "Edit")]))));
    script.press = Box::new(|_| Reply::Ask(form(account())));
    script.submit = Box::new(|_| Ok(Reply::Replace(Card::titled("Edited"))));
    let rig = Rig::start(script).await;
    rig.types("/refusal").await;
    rig.news().await;
    rig.slack.presses(&rig.ana, "Edit").await;
    rig.idle().await;
    rig.slack.submits(&rig.ana).await;
    assert_eq!(rig.news().await, ["(changed) Edited"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_shortcut_brings_the_message_as_people_read_it() {
    let ask = |shortcut: panout::chat::Shortcut| {
        let words = Field::new("verbatim", "Their words", Kind::Paragraph { max: 3000 }).filled(Some(shortcut.text));
        Reply::Ask(form(vec![words]))
    };
    let script = Script { shortcut: Box::new(ask), ..Script::default() };
    let rig = Rig::start(script).await;
    rig.slack.uses_shortcut(&rig.ana, &rig.sales, "Log as refusal", "too <dear> & late").await;
    rig.idle().await;
    assert_eq!(rig.slack.form(&rig.ana), "What did they say?\nTheir words: too <dear> & late");
    let Did::Shortcut(shortcut) = rig.bot.last().1 else { panic!() };
    assert_eq!(shortcut.name, "log");
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_form_whose_trigger_expired_is_kept_and_opens_from_a_button() {
    let mut script = asking(account());
    script.submit = Box::new(|_| Ok(whisper("Logged")));
    let rig = Rig::start(script).await;
    rig.slack.trouble(Trouble::TriggersExpire { times: 2 });
    rig.types("/refusal Acme").await;
    let late = "It took too long; what you typed is kept.\n[Open the form]";
    assert_eq!(rig.news().await, [late]);
    rig.slack.presses(&rig.ana, "Open the form").await;
    assert_eq!(rig.news().await, [late]);
    rig.slack.presses(&rig.ana, "Open the form").await;
    rig.idle().await;
    assert_eq!(rig.slack.form(&rig.ana), "What did they say?\nAccount: Acme");
    // Closed by mistake, it opens again.
    rig.slack.closes_form(&rig.ana);
    rig.slack.presses(&rig.ana, "Open the form").await;
    rig.idle().await;
    rig.slack.submits(&rig.ana).await;
    assert_eq!(rig.news().await, ["Logged"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_late_form_is_offered_in_its_own_language() {
    let french = panout::chat::Form { language: "fr".into(), ..form(account()) };
    let rig = Rig::start(Script::replying(Reply::Ask(french))).await;
    rig.slack.trouble(Trouble::TriggersExpire { times: 2 });
    rig.types("/refusal Acme").await;
    assert_eq!(rig.news().await, ["Trop tard.\n[Ouvrir]"]);
    rig.slack.presses(&rig.ana, "Ouvrir").await;
    assert_eq!(rig.news().await, ["Trop tard.\n[Ouvrir]"]);
}

#[tokio::test]
async fn a_form_that_the_bot_fails_on_stays_open_with_what_was_typed() {
    let mut script = asking(account());
    script.submit = Box::new(|_| panic!("boom"));
    let rig = Rig::start(script).await;
    rig.types("/refusal").await;
    rig.idle().await;
    rig.slack.fills(&rig.ana, "Account", "Globex").await;
    rig.slack.submits(&rig.ana).await;
    rig.idle().await;
    assert_eq!(rig.slack.form(&rig.ana), "What did they say?\nAccount: Globex\n! That could not be read.");
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_kept_form_outlives_a_restart() {
    let rig = Rig::start(asking(account())).await;
    rig.slack.trouble(Trouble::TriggersExpire { times: 1 });
    rig.types("/refusal Acme").await;
    rig.idle().await;
    let rig = rig.restart(Script::default()).await;
    rig.slack.presses(&rig.ana, "Open the form").await;
    rig.idle().await;
    assert_eq!(rig.slack.form(&rig.ana), "What did they say?\nAccount: Acme");
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_form_is_kept_while_the_database_is_away() {
    let rig = Rig::start(asking(account())).await;
    rig.drafts.fail();
    rig.slack.trouble(Trouble::TriggersExpire { times: 1 });
    rig.types("/refusal Acme").await;
    rig.idle().await;
    rig.slack.presses(&rig.ana, "Open the form").await;
    rig.idle().await;
    assert_eq!(rig.slack.form(&rig.ana), "What did they say?\nAccount: Acme");
}

#[tokio::test]
async fn a_form_that_is_no_longer_kept_says_so() {
    let rig = Rig::start(asking(account())).await;
    rig.drafts.fail();
    rig.slack.trouble(Trouble::TriggersExpire { times: 1 });
    rig.types("/refusal Acme").await;
    rig.news().await;
    let rig = rig.restart(Script::default()).await;
    rig.slack.presses(&rig.ana, "Open the form").await;
    assert_eq!(rig.news().await, ["That form is gone."]);
}

#[tokio::test]
async fn a_late_form_closes_in_time_and_its_answer_comes_after() {
    let mut script = asking(account());
    script.submit = Box::new(|_| Ok(whisper("Logged")));
    let rig = Rig::start(script).await;
    rig.types("/refusal").await;
    rig.idle().await;
    rig.bot.sticks();
    rig.slack.submits(&rig.ana).await;
    assert!(!rig.slack.form_is_open(&rig.ana));
    let mut seen = Vec::new();
    eventually("a sign of life", || {
        seen.extend(rig.slack.unread(&rig.ana));
        !seen.is_empty()
    })
    .await;
    assert_eq!(seen, ["One moment..."]);
    rig.bot.goes_on();
    assert_eq!(rig.news().await, ["Logged"]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn late_faults_come_with_a_button_that_opens_the_form_as_it_was_filled() {
    let mut script = asking(account());
    script.submit = Box::new(|_| Err(Faults(vec![Fault { field: "account".into(), says: "Which one?".into() }])));
    let rig = Rig::start(script).await;
    rig.types("/refusal").await;
    rig.idle().await;
    rig.slack.fills(&rig.ana, "Account", "Globex").await;
    rig.bot.sticks();
    rig.slack.submits(&rig.ana).await;
    rig.bot.goes_on();
    assert_eq!(rig.news().await, ["One moment...", "Please mend this:\nAccount: Which one?\n[Fix it]"]);
    rig.slack.presses(&rig.ana, "Fix it").await;
    rig.idle().await;
    assert_eq!(rig.slack.form(&rig.ana), "What did they say?\nAccount: Globex");
    rig.has_no_complaints();
}

#[tokio::test]
async fn a_form_that_breaks_a_limit_is_refused_with_a_sentence() {
    let long = Field::new("words", "Words", Kind::Paragraph { max: 3000 }).filled(Some("x".repeat(3001)));
    let rig = Rig::start(asking(vec![long])).await;
    rig.types("/refusal").await;
    assert_eq!(rig.news().await, ["That could not be read."]);
    rig.has_no_complaints();
}

#[tokio::test]
async fn an_answer_longer_than_its_field_keeps_its_words() {
    let long = Field::new("words", "Words", Kind::Line { max: 10 }).filled(Some("x".repeat(200)));
    let rig = Rig::start(asking(vec![long])).await;
    rig.types("/refusal").await;
    rig.idle().await;
    assert_eq!(rig.slack.form(&rig.ana), format!("What did they say?\nWords: {}", "x".repeat(200)));
    rig.has_no_complaints();
}

#[tokio::test]
async fn suggestions_come_in_time_while_commands_are_stuck() {
    let search = Field::new("product", "Product", Kind::Search { source: "products".into(), shown: None });
    let mut script = asking(vec![search]);
    script.suggest = Box::new(|_| vec![Choice::new("crm", "CRM")]);
    let rig = Rig::start(script).await;
    rig.types("/refusal").await;
    rig.idle().await;
    rig.bot.sticks();
    rig.types("/refusal").await;
    let began = tokio::time::Instant::now();
    assert_eq!(rig.slack.suggestions(&rig.ana, "Product", "", "").await, ["CRM"]);
    assert!(began.elapsed() < IN_TIME);
    rig.bot.goes_on();
}
