//! Small refusals that validate themselves.

use chrono::TimeDelta;
use panout::domain::{Money, SelfValidation};
use rstest::rstest;

use crate::story::{On, Setup, Team};

/// A team in which refusals below 1,000 EUR validate themselves, but for one in so many.
async fn team(on: On, sample_one_in: u32) -> Team {
    let below = Money::new(100_000, "EUR".parse().expect("a currency"));
    let self_validation = Some(SelfValidation { below, sample_one_in });
    Team::start_with(on, Setup { self_validation, ..Setup::default() }).await
}

#[rstest]
#[tokio::test]
async fn a_small_refusal_validates_itself_once_it_cannot_be_undone(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = team(on, 0).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 999 price").await;
    ana.sees_parts(&["Stored as #1: Acme"]);
    elena.sees_nothing();
    team.passes(TimeDelta::minutes(10)).await;
    assert_eq!(team.rows::<(String,)>("SELECT stage FROM refusals").await, [("logged".to_owned(),)]);
    team.passes(TimeDelta::minutes(1)).await;
    elena.sees_nothing();
    ana.sees_nothing();
    ana.types("/recontacts").await;
    ana.chooses("Open one of them", "#1 Acme").await;
    ana.sees_parts(&[
        "Validated by itself, like every refusal below €1,000: it sleeps until 21 February 2027.",
        "[I called]",
    ]);
    let gap = team.rows::<(i64,)>("SELECT COUNT(*) FROM refusals WHERE head_reason IS NOT NULL").await;
    assert_eq!(gap, [(0,)], "nobody heard the client");
    team.it_is("2027-02-22T07:00:00Z").await;
    ana.sees_parts(&["#1 call again: Acme"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_is_larger_unknown_or_in_another_currency_goes_to_the_head(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = team(on, 0).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for line in ["Acme 1000 price", "Globex price", "Initech 500 RON price"] {
        ana.types(&format!("/refusal {line}")).await;
        ana.screen();
        elena.sees_parts(&["refused", "[Revive] [Validate]"]);
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_sample_goes_to_the_head_as_usual(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = team(on, 1).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 500 price").await;
    ana.screen();
    elena.sees_parts(&["Acme refused, €500: Price"]);
    team.passes(TimeDelta::minutes(20)).await;
    assert_eq!(team.rows::<(String,)>("SELECT stage FROM refusals").await, [("with_head".to_owned(),)]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn one_that_grows_before_it_is_over_goes_to_the_head_and_one_undone_to_nobody(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = team(on, 0).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Acme 500 price").await;
    ana.screen();
    ana.presses("Edit").await;
    ana.fills(&[("Budget", "700")]).await;
    ana.submits().await;
    ana.screen();
    elena.sees_nothing();
    ana.presses("Edit").await;
    ana.fills(&[("Budget", "5000")]).await;
    ana.submits().await;
    ana.screen();
    elena.sees_parts(&["Acme refused, €5,000: Price"]);
    bogdan.types("/refusal Globex 500 price").await;
    bogdan.presses("Undo").await;
    bogdan.screen();
    team.passes(TimeDelta::minutes(20)).await;
    let stages = team.rows::<(String,)>("SELECT stage FROM refusals ORDER BY number").await;
    assert_eq!(stages, [("with_head".to_owned(),), ("logged".to_owned(),)]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_restart_within_the_ten_minutes_changes_nothing(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = team(on, 0).await;
    team.person("Ana").types("/refusal Acme 500 price").await;
    team.person("Ana").screen();
    team.restarts().await;
    team.passes(TimeDelta::minutes(11)).await;
    team.person("Elena").sees_nothing();
    assert_eq!(team.rows::<(String,)>("SELECT stage FROM refusals").await, [("dormant".to_owned(),)]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_slept_by_itself_and_grew_goes_to_the_head_after_all(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = team(on, 0).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 500 price").await;
    ana.screen();
    team.passes(TimeDelta::minutes(11)).await;
    assert_eq!(team.rows::<(String,)>("SELECT stage FROM refusals").await, [("dormant".to_owned(),)]);
    ana.presses("Edit").await;
    ana.fills(&[("Budget", "500k")]).await;
    ana.submits().await;
    ana.screen();
    elena.sees_parts(&["Acme refused, €500,000: Price", "[Revive] [Validate]"]);
    let hands = team.rows::<(i64,)>("SELECT COUNT(*) FROM tasks WHERE done_at IS NULL AND kind = 'recontact'").await;
    assert_eq!(hands, [(0,)], "nobody calls them before the head has decided");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_day_a_rep_would_chase_them_again_is_the_day_it_is_called(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = team(on, 0).await;
    let ana = team.person("Ana");
    ana.types("/refusal Acme 500 price").await;
    ana.screen();
    team.passes(TimeDelta::minutes(11)).await;
    ana.types("/debrief 1").await;
    ana.presses("Answer").await;
    ana.fills(&[("What would you do differently?", "Wait."), ("Chase this client again on", "2027-03-01")]).await;
    ana.submits().await;
    ana.screen();
    ana.types("/recontacts").await;
    ana.sees_parts(&["#1 1 Mar 2027, call again: Acme"]);
    // What its head chose stays: this one nobody chose.
    team.it_is("2027-02-22T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2027-03-01T07:00:00Z").await;
    ana.sees_parts(&["#1 call again: Acme"]);
    team.ends().await;
}
