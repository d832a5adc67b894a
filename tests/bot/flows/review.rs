//! What the client says, written down; and what the head makes of reasons that differ.

use rstest::rstest;

use crate::story::{Actor, On, Team};

/// Ana logged a refusal, and the client said why: another reason than hers.
async fn reviewed(on: On) -> Team {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price #crm \"30% too dear\"").await;
    ana.screen();
    elena.screen();
    ana.types("/debrief client 1").await;
    ana.sees_parts(&[
        "What to ask Acme, #1",
        "> Thank you for the time you gave us. We respect your decision",
        "1. Why do you feel you made this decision?",
        "6. What one thing could we have done differently to make a difference?",
        "7. If there is time: how do you go about gathering information when you choose a vendor?",
        "[Write it down]",
    ]);
    writes(&ana, "Relationship").await;
    team
}

async fn writes(who: &Actor<'_>, reason: &str) {
    who.presses("Write it down").await;
    who.fills(&[
        ("Why do you feel you made this decision?", "You answered after a month."),
        ("What did we do well?", "The demo."),
        ("Who answered?", "Maria Pop, their buyer"),
        ("When?", "2026-11-22"),
        ("Their main reason", reason),
    ])
    .await;
    who.submits().await;
}

#[rstest]
#[tokio::test]
async fn a_client_who_gives_another_reason_is_heard_and_the_head_decides(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = reviewed(on).await;
    let (ana, elena, adi) = (team.person("Ana"), team.person("Elena"), team.person("Adi"));
    ana.sees_parts(&[
        "What Acme says, #1",
        "Maria Pop, their buyer said on 22 November 2026:",
        "> You answered after a month.",
        "Reason, says the rep: Price",
        "Reason, says the client: Relationship",
    ]);
    let shown = elena.sees_parts(&[
        "The client says Relationship, Ana wrote Price: Acme, #1",
        "[The client is right] [Ana is right]",
        "Reason, says the client: Relationship",
    ]);
    assert!(shown.contains("> The demo."), "{shown}");
    elena.presses("The client is right").await;
    let shown = elena.screen();
    assert!(shown.contains("Elena says the client is right"), "{shown}");
    assert!(shown.contains("Reason, says the head: Relationship"), "{shown}");
    let reasons = "SELECT reason, client_reason, head_reason FROM refusals";
    let reasons: Vec<(String, String, String)> = team.rows(reasons).await;
    assert_eq!(reasons, [("price".into(), "relationship".into(), "relationship".into())]);
    let audit: Vec<(String,)> = team.rows("SELECT what FROM audit WHERE what LIKE '%_reason' ORDER BY id").await;
    assert_eq!(audit, [("client_reason".to_owned(),), ("head_reason".to_owned(),)]);
    adi.sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_rep_may_be_right_and_a_second_press_shows_who_said_so(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = reviewed(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.screen();
    elena.screen();
    elena.presses("Ana is right").await;
    elena.sees_parts(&["Elena says Ana is right"]);
    let head: Vec<(String,)> = team.rows("SELECT head_reason FROM refusals").await;
    assert_eq!(head, [("price".to_owned(),)]);
    // From another device, where the buttons still are.
    let event = |id: &str| panout::chat::Event {
        id: id.into(),
        who: account(&team, on, "Adi"),
        name: "Adi".into(),
        place: None,
        language: None,
    };
    let action = panout::chat::Action::new("client_is_right.1").expect("it can be carried");
    let late = team.app().bot.press(event("late"), panout::chat::Press { action, value: None }).await;
    assert!(format!("{late:?}").contains("Ana"), "{late:?}");
    let ruled: Vec<(String, String)> =
        team.rows("SELECT d.ruling, p.name FROM differences d JOIN people p ON p.id = d.ruled_by").await;
    assert_eq!(ruled, [("rep".to_owned(), "Elena".to_owned())]);
    // Written down again with the same reason, it is no news; with another, it is.
    ana.types("/debrief client 1").await;
    ana.presses("Change an answer").await;
    ana.submits().await;
    ana.screen();
    team.person("Adi").screen();
    assert!(!elena.screen().contains("[The client is right]"));
    ana.presses("Change an answer").await;
    ana.fills(&[("Their main reason", "Timing")]).await;
    ana.submits().await;
    ana.screen();
    elena.sees_parts(&["The client says Timing, Ana wrote Price", "[The client is right] [Ana is right]"]);
    // The rep comes round: nothing is left to decide.
    ana.types("/refusals mine").await;
    ana.chooses("Edit one of them", "#1 Acme").await;
    ana.fills(&[("Main reason", "Timing")]).await;
    ana.submits().await;
    ana.screen();
    elena.sees_parts(&["The reasons no longer differ."]);
    team.ends().await;
}

fn account(team: &Team, on: On, name: &str) -> panout::chat::Account {
    panout::chat::Account::new(on.service(), team.person(name).id())
}

#[rstest]
#[tokio::test]
async fn a_review_without_answers_or_of_tomorrow_is_asked_about(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    ana.screen();
    elena.screen();
    bogdan.types("/debrief client 1").await;
    bogdan.sees_parts(&["This is not yours to open or change."]);
    elena.types("/debrief client 1").await;
    elena.presses("Write it down").await;
    elena.fills(&[("Who answered?", "Their CFO"), ("When?", "2026-11-24")]).await;
    elena.submits().await;
    let form = if elena.has_form() { elena.form() } else { String::new() };
    let told = format!("{form}\n{}", elena.screen());
    assert!(told.contains("Answer one question at least"), "{told}");
    assert!(told.contains("This day is still to come"), "{told}");
    elena.fills(&[("When?", "2026-11-23"), ("Why do you feel you made this decision?", "Too dear.")]).await;
    elena.submits().await;
    let shown = elena.screen();
    assert!(shown.contains("What Acme says, #1") && !shown.contains("is right]"), "{shown}");
    ana.sees_nothing();
    team.ends().await;
}
