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
