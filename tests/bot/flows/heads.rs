//! A team without a head, and one whose head changes.

use panout::domain::Role;
use rstest::rstest;

use crate::story::{On, Setup, Team};

#[rstest]
#[tokio::test]
async fn a_head_who_comes_later_is_brought_what_nobody_was_there_for(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let alone = vec![("Ana", Role::Rep), ("Elena", Role::Rep)];
    let mut team = Team::start_with(on, Setup { people: alone.clone(), ..Setup::default() }).await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    team.person("Ana").types("/refusal Globex technical").await;
    team.person("Ana").types("/refusal Initech silent").await;
    team.person("Ana").presses("Undo").await;
    team.person("Elena").types("/refusal Umbrella timing").await;
    team.person("Ana").screen();
    team.person("Elena").screen();
    team.restarts_with(alone).await;
    team.restarts_with(vec![("Ana", Role::Rep), ("Elena", Role::Head)]).await;
    team.person("Elena").sees_nothing();
    team.it_is("2026-11-24T07:00:00Z").await;
    team.person("Elena").sees_parts(&["One thing to do today", "2 refusals have come in: Acme and Globex"]);
    team.person("Elena").presses("Look").await;
    let shown = team.person("Elena").sees_parts(&["2 refusals have come in", "#1 Acme", "#2 Globex"]);
    // One was undone, and one she logged herself.
    assert!(!shown.contains("Initech") && !shown.contains("Umbrella"), "{shown}");
    team.restarts_with(vec![("Ana", Role::Rep), ("Elena", Role::Head)]).await;
    team.it_is("2026-11-25T07:00:00Z").await;
    team.person("Elena").sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn an_answer_comes_to_whoever_leads_when_it_is_given(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = Team::start(on).await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    team.person("Ana").screen();
    team.person("Elena").presses("Ask the rep").await;
    team.person("Elena").fills(&[("Your question", "Who decided?")]).await;
    team.person("Elena").submits().await;
    team.person("Elena").screen();
    team.restarts_with(vec![("Ana", Role::Rep), ("Elena", Role::Rep), ("Bogdan", Role::Head)]).await;
    team.person("Ana").presses("Answer").await;
    team.person("Ana").fills(&[("Your answer", "Their CFO, alone.")]).await;
    team.person("Ana").submits().await;
    team.person("Ana").screen();
    team.person("Elena").sees_nothing();
    team.person("Bogdan").sees_parts(&["Ana answered about #1, Acme", "Their CFO, alone."]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn an_admin_stands_in_where_there_is_no_head(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let people = vec![("Ana", Role::Rep), ("Adi", Role::Admin)];
    let team = Team::start_with(on, Setup { people, ..Setup::default() }).await;
    let (ana, adi) = (team.person("Ana"), team.person("Adi"));
    ana.types("/refusal Acme 12k price").await;
    ana.screen();
    adi.sees_parts(&["Acme refused", "[Revive] [Validate]"]);
    team.it_is("2026-11-26T07:00:00Z").await;
    adi.sees_parts(&["One refusal has waited for you longer than two working days."]);
    adi.types("/queue").await;
    adi.sees_parts(&["One refusal waits for you", "#1 Acme, €12,000, Price, Ana, for 3 days"]);
    team.ends().await;
}

fn led_by(head: &'static str) -> Vec<(&'static str, Role)> {
    let role = |name| if name == head { Role::Head } else { Role::Rep };
    ["Ana", "Elena", "Bogdan"].map(|name| (name, role(name))).into()
}

#[rstest]
#[tokio::test]
async fn a_head_who_leads_again_hears_of_what_became_late_meanwhile(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let mut team = Team::start_with(on, Setup { people: led_by("Elena"), ..Setup::default() }).await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    team.person("Ana").screen();
    team.person("Elena").sees_parts(&["Acme refused"]);
    team.restarts_with(led_by("Bogdan")).await;
    team.it_is("2026-11-26T07:00:00Z").await;
    team.person("Elena").sees_nothing();
    team.person("Bogdan").sees_parts(&["One refusal has waited for you longer than two working days"]);
    team.it_is("2026-11-26T09:00:00Z").await;
    for _ in 0..2 {
        team.restarts_with(led_by("Elena")).await;
        team.person("Elena").sees_nothing();
    }
    team.it_is("2026-11-27T07:00:00Z").await;
    team.person("Elena").sees_parts(&["One refusal has waited for you longer than two working days"]);
    team.restarts_with(led_by("Elena")).await;
    for day in ["2026-11-30", "2026-12-01"] {
        team.it_is(&format!("{day}T07:00:00Z")).await;
        team.person("Elena").sees_nothing();
    }
    team.person("Bogdan").screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_new_head_hears_of_what_others_were_reminded_of(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = Team::start_with(on, Setup { people: led_by("Elena"), ..Setup::default() }).await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    team.person("Elena").presses("Validate").await;
    team.person("Elena").fills(&[("When may we come back?", "2026-12-14")]).await;
    team.person("Elena").submits().await;
    for day in ["2026-12-14", "2026-12-16", "2026-12-18"] {
        team.it_is(&format!("{day}T07:00:00Z")).await;
        team.person("Ana").sees_parts(&["#1 call again: Acme"]);
    }
    team.person("Elena").screen();
    team.restarts_with(led_by("Bogdan")).await;
    team.restarts_with(led_by("Bogdan")).await;
    team.it_is("2026-12-22T07:00:00Z").await;
    team.person("Bogdan").sees_parts(&["Ana was reminded of one client, who still waits"]);
    team.person("Elena").sees_nothing();
    team.restarts_with(led_by("Bogdan")).await;
    team.it_is("2026-12-23T07:00:00Z").await;
    team.person("Bogdan").sees_nothing();
    team.ends().await;
}
