//! One refusal among many: found by its number, or in a list.

use panout::domain::Role;
use rstest::rstest;

use crate::story::{On, Setup, Team};

#[rstest]
#[tokio::test]
async fn a_number_opens_a_refusal_to_those_it_is_open_to(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    ana.screen();
    elena.screen();
    for typed in ["/refusal 1", "/refusal #1"] {
        ana.types(typed).await;
        ana.sees_parts(&["#1 Acme, €12,000, Price"]);
        elena.types(typed).await;
        elena.sees_parts(&["Acme refused, €12,000: Price", "[Revive] [Validate]"]);
        for name in ["Bogdan", "Oana"] {
            team.person(name).types(typed).await;
            let shown = team.person(name).screen();
            assert!(shown.contains("This is not yours") && !shown.contains("Acme"), "{shown}");
        }
    }
    // A number no refusal has is a budget, as in any other line.
    bogdan.types("/refusal 4242").await;
    assert!(bogdan.form().contains("Budget: 4242 EUR"), "{}", bogdan.form());
    bogdan.fills(&[("Company", "Globex"), ("Main reason", "Price")]).await;
    bogdan.submits().await;
    bogdan.sees_parts(&["Stored as #2: Globex"]);
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_the_queue_has_no_line_for_is_in_its_menu(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena, adi) = (team.person("Ana"), team.person("Elena"), team.person("Adi"));
    for number in 1..=12 {
        ana.types(&format!("/refusal Client{number} {number}k price")).await;
        ana.screen();
        team.passes(chrono::TimeDelta::seconds(2)).await;
    }
    ana.types("/refusal Kyoto 1000000 JPY price").await;
    ana.types("/refusal Mystery price").await;
    ana.screen();
    elena.screen();
    elena.types("/queue").await;
    let shown =
        elena.sees_parts(&["14 refusals wait for you", "And 4 more. /refusal and its number opens any of them."]);
    // Amounts of another currency do not compare: they come after.
    assert!(shown.contains("#12 Client12") && !shown.contains("Kyoto"), "{shown}");
    elena.chooses("Decide one of them", "#13 Kyoto").await;
    elena.sees_parts(&["Kyoto refused", "JPY\u{a0}1,000,000"]);
    adi.types("/queue").await;
    adi.sees_parts(&["14 refusals wait for a decision"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn whoever_answered_is_named_whoever_has_it_now(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    elena.presses("Ask the rep").await;
    elena.fills(&[("Your question", "Who decided?")]).await;
    elena.submits().await;
    ana.presses("Answer").await;
    ana.fills(&[("Your answer", "Their CFO.")]).await;
    ana.submits().await;
    elena.screen();
    elena.types("/queue").await;
    elena.chooses("Decide one of them", "#1 Acme").await;
    elena.presses("Revive").await;
    elena
        .fills(&[("What do we try?", "Discount"), ("How, in a sentence", "Ten percent."), ("Who tries it?", "Bogdan")])
        .await;
    elena.submits().await;
    elena.sees_parts(&["Ana answered", "> Their CFO."]);
    ana.screen();
    bogdan.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn whoever_starts_reminders_in_the_settings_is_told_where_the_many_things_are(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let people = vec![("Elena", Role::Head), ("Ana", Role::Rep)];
    let team = Team::start_with(on, Setup { people, consents: false, ..Setup::default() }).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for number in 1..=5 {
        ana.types(&format!("/refusal Client{number} {number}k price")).await;
        ana.screen();
    }
    elena.screen();
    elena.types("/panout settings").await;
    elena.fills(&[("Reminders", "On")]).await;
    elena.submits().await;
    elena.sees_parts(&["Saved.", "5 refusals wait for you: type /queue"]);
    ana.screen();
    team.ends().await;
}
