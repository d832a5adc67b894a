//! How often the client or the head says another reason than the rep.

use rstest::rstest;

use crate::story::{On, Team};

/// Ana logs a refusal, and Elena hears this reason from the client.
async fn is_heard(team: &Team, n: usize, typed: &str, heard: &str) {
    let elena = team.person("Elena");
    team.person("Ana").types(&format!("/refusal Client{n} 5k {typed}")).await;
    team.person("Ana").screen();
    elena.screen();
    elena.presses("Validate").await;
    elena.fills(&[("Their main reason", heard)]).await;
    elena.submits().await;
    elena.screen();
    team.passes(chrono::TimeDelta::minutes(1)).await;
}

#[rstest]
#[tokio::test]
async fn the_gap_counts_other_reasons_and_says_when_they_are_too_few(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena, oana) = (team.person("Ana"), team.person("Elena"), team.person("Oana"));
    ana.types("/refusals gap").await;
    ana.sees_parts(&["No client has been heard in the last twelve months"]);
    for (n, heard) in ["Technical", "Price: Payment terms", "Price", "Timing", "Price"].into_iter().enumerate() {
        is_heard(&team, n, "price #crm", heard).await;
    }
    is_heard(&team, 5, "technical #bi", "Price").await;
    ana.types("/refusals gap").await;
    let reps = ana.sees_parts(&[
        "Another reason than the rep's: 50% (3 of 6)",
        "Price: 40% (2 of 5)",
        "Technical: too few to say (one)",
        "CRM Suite: 40% (2 of 5)",
        "Analytics: too few to say (one)",
    ]);
    assert!(!reps.contains("By rep"), "{reps}");
    elena.types("/refusals gap").await;
    elena.sees_parts(&["By rep, for you alone:", "Ana: 50% (3 of 6)"]);
    oana.types("/refusals gap").await;
    oana.sees_parts(&["This is not yours to open or change."]);
    team.person("Adi").types("/refusals gap").await;
    team.person("Adi").sees_parts(&["Ana: 50% (3 of 6)"]);
    team.ends().await;
}
