//! How many refusals there were, asked at any moment.

use rstest::rstest;

use crate::story::{On, Team};

/// Types a question about refusals, as the service takes it: `week`, then by what.
async fn asks(team: &Team, on: On, who: &str, period: &str, by: &str) {
    let line = match (on, by) {
        (_, "") => format!("/refusals {period}"),
        (On::Discord, by) => format!("/refusals {period} by:{by}"),
        (_, by) => format!("/refusals {period} by {by}"),
    };
    team.person(who).types(&line).await;
}

async fn some_are_logged(team: &Team) {
    for n in 0..6 {
        team.person("Ana").types(&format!("/refusal Client{n} 10k price #crm")).await;
    }
    team.person("Ana").types("/refusal Globex 3k RON timing #bi vs Initech").await;
    team.person("Bogdan").types("/refusal Hooli 5k technical #bi").await;
    for name in ["Ana", "Bogdan", "Elena", "Adi", "Oana"] {
        team.person(name).screen();
    }
}

#[rstest]
#[tokio::test]
async fn everybody_sees_what_is_theirs_to_see(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    some_are_logged(&team).await;
    asks(&team, on, "Elena", "week", "").await;
    team.person("Elena").sees_parts(&[
        "8 refusals this week so far",
        "[picture: Table. 8 refusals this week so far. Rep and product: Ana 7; Bogdan 1.]",
        "Worth €65,000 and RON\u{a0}3,000.",
        "None on the same days last week.",
        "Ana: 7 (€60k + RON\u{a0}3,000): CRM Suite 6 (€60k); Analytics 1 (RON\u{a0}3,000)",
        "Bogdan: 1 (€5,000): Analytics",
        "Total: 8",
    ]);
    asks(&team, on, "Bogdan", "week", "").await;
    let bogdan = team.person("Bogdan").sees_parts(&[
        "8 refusals this week so far",
        "You: 1 (€5,000): Analytics",
        "Your team: 8 (€65k + RON\u{a0}3,000): CRM Suite 6 (€60k); Analytics 2",
    ]);
    assert!(!bogdan.contains("Ana:") && !bogdan.contains("Client"), "{bogdan}");
    assert!(!bogdan.contains("Not said"), "a colleague's figures without the name:\n{bogdan}");
    asks(&team, on, "Oana", "today", "").await;
    let unasked = team.person("Oana").sees_parts(&["8 refusals today", "CRM Suite: 6"]);
    assert!(!unasked.contains("for those who lead"), "{unasked}");
    asks(&team, on, "Oana", "today", "rep").await;
    let oana = team.person("Oana").sees_parts(&["8 refusals today", "by product and reason", "CRM Suite: 6"]);
    assert!(!oana.contains("Ana:") && !oana.contains("Bogdan") && !oana.contains("Rep and"), "{oana}");
    asks(&team, on, "Adi", "all", "competitor").await;
    team.person("Adi").sees_parts(&["8 refusals since the beginning", "Not said: 7", "Initech: 1"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_period_and_the_table_are_changed_in_place(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let elena = team.person("Elena");
    some_are_logged(&team).await;
    asks(&team, on, "Elena", "week", "").await;
    elena.screen();
    elena.chooses("Period: This week", "This month").await;
    elena.sees_parts(&["8 refusals this month so far"]);
    elena.chooses("Table: Rep and product", "Product and reason").await;
    elena.sees_parts(&["8 refusals this month so far", "CRM Suite: 6", "Price 6"]);
    elena.chooses("Period: This month", "Today").await;
    elena.sees_parts(&["8 refusals today", "CRM Suite: 6"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_is_taken_back_invalid_or_of_other_days_does_not_count(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    ana.types("/refusals week").await;
    ana.sees_parts(&["No refusal this week so far."]);
    ana.types("/refusal Acme 10k price #crm").await;
    ana.presses("Undo").await;
    ana.screen();
    ana.types("/refusals today").await;
    ana.sees_parts(&["No refusal today."]);
    ana.types("/refusals dates 2025-01-01..2025-01-31").await;
    ana.sees_parts(&["No refusal for 1–31 January 2025."]);
    ana.types("/refusals dates 2025-02-31..2025-03-01").await;
    ana.sees_parts(&["2025-02-31..2025-03-01 are no days I can read"]);
    team.person("Elena").screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn changes_are_shown_only_where_there_are_enough(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let elena = team.person("Elena");
    for n in 0..6 {
        team.person("Ana").types(&format!("/refusal Client{n} 10k price #crm")).await;
    }
    team.person("Bogdan").types("/refusal Globex 3k timing #bi").await;
    team.it_is("2026-11-30T08:00:00Z").await;
    for n in 6..8 {
        team.person("Ana").types(&format!("/refusal Client{n} 10k price #crm")).await;
    }
    for name in ["Ana", "Bogdan", "Elena", "Adi", "Oana"] {
        team.person(name).screen();
    }
    asks(&team, on, "Elena", "week", "").await;
    let seen = elena.sees_parts(&[
        "2 refusals this week so far",
        // On Monday, with Monday.
        "5 fewer than on the same days last week.",
        "Ana: 2 (-4, €20k): CRM Suite",
    ]);
    assert!(!seen.contains("Bogdan"), "one fewer is too few to say:\n{seen}");
    asks(&team, on, "Elena", "month", "").await;
    elena.sees_parts(&["9 refusals this month so far", "None on the same days last month."]);
    team.ends().await;
}
