//! Refusals that come to their head as one line of the message of the day.

use panout::domain::{Money, Role};
use rstest::rstest;

use crate::story::{On, Setup, Team};

fn above_ten_thousand() -> Setup {
    let euros = Money::new(1_000_000, "EUR".parse().expect("a currency"));
    Setup { head_card_above: Some(euros), ..Setup::default() }
}

#[rstest]
#[tokio::test]
async fn small_ones_and_what_is_to_be_done_come_in_one_message(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start_with(on, above_ten_thousand()).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    ana.screen();
    elena.screen();
    team.it_is("2026-11-25T08:00:00Z").await;
    ana.types("/refusal Beta 2k price").await;
    ana.screen();
    team.it_is("2026-11-26T07:00:00Z").await;
    elena.sees(
        "
        2 things to do today
        One refusal has waited for you longer than two working days.
        One refusal has come in: Beta
        [Queue] [Look] [All seen]
        ",
    );
    elena.presses("Queue").await;
    elena.sees_parts(&["2 refusals wait for you", "#1 Acme", "#2 Beta"]);
    elena.presses("All seen").await;
    elena.sees_parts(&["One thing to do today", "One refusal came in, and is looked at: Beta", "[Queue] [Look]"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_waits_for_a_head_who_is_away_comes_to_whoever_stands_in(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start_with(on, above_ten_thousand()).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Beta 2k price").await;
    ana.screen();
    elena.types("/panout away until 26 November deputy Bogdan").await;
    elena.screen();
    team.it_is("2026-11-24T07:00:00Z").await;
    bogdan.sees_parts(&["One refusal has come in: Beta", "[Look] [All seen]"]);
    elena.sees_nothing();
    // Back, she has the team again, and whoever stood in reads no more of it.
    elena.types("/panout back").await;
    elena.screen();
    bogdan.presses("Look").await;
    let shown = bogdan.screen();
    assert!(shown.contains("This is not yours") && !shown.contains("Beta"), "{shown}");
    team.it_is("2026-11-26T07:00:00Z").await;
    elena.sees_parts(&["One refusal has waited for you longer than two working days."]);
    bogdan.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_waited_for_a_head_who_left_comes_to_the_next_one(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = Team::start_with(on, above_ten_thousand()).await;
    team.person("Ana").types("/refusal Beta 2k price").await;
    team.person("Ana").screen();
    team.restarts_with(vec![("Ana", Role::Rep), ("Bogdan", Role::Head)]).await;
    team.it_is("2026-11-24T07:00:00Z").await;
    team.person("Bogdan").sees_parts(&["One refusal has come in: Beta"]);
    team.person("Elena").sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn it_comes_at_the_hour_its_reader_chose_since(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start_with(on, above_ten_thousand()).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Beta 2k price").await;
    ana.screen();
    elena.types("/panout settings").await;
    elena.fills(&[("Hour of the daily message", "10:00")]).await;
    elena.submits().await;
    elena.screen();
    team.it_is("2026-11-24T07:00:00Z").await;
    elena.sees_nothing();
    team.it_is("2026-11-24T08:00:00Z").await;
    elena.sees_parts(&["One refusal has come in: Beta"]);
    team.it_is("2026-11-25T10:00:00Z").await;
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn undone_or_grown_before_its_hour_it_is_in_no_line(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start_with(on, above_ten_thousand()).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Beta 2k price").await;
    ana.presses("Undo").await;
    ana.types("/refusal Gamma 2k price").await;
    ana.presses("Edit").await;
    ana.fills(&[("Budget", "40k")]).await;
    ana.submits().await;
    ana.screen();
    elena.sees_parts(&["Gamma refused, €40,000: Price"]);
    team.it_is("2026-11-24T07:00:00Z").await;
    elena.sees_nothing();
    team.ends().await;
}
