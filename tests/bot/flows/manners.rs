//! How often things are said, to whom else, and never twice on a day.

use panout::domain::Role;
use rstest::rstest;

use crate::story::{Actor, On, Team, Trouble};

/// Ana has so many clients to call again on 14 December, a Monday, at nine in Bucharest.
async fn asleep(on: On, clients: usize) -> Team {
    let team = Team::start(on).await;
    sleep(&team, clients).await;
    team
}

async fn sleep(team: &Team, clients: usize) {
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for client in 1..=clients {
        ana.types(&format!("/refusal Client{client} 12k price")).await;
        elena.presses("Validate").await;
        elena.fills(&[("Their main reason", "Timing"), ("When may we come back?", "2026-12-14")]).await;
        elena.submits().await;
        team.passes(chrono::TimeDelta::seconds(2)).await;
    }
    ana.screen();
    elena.screen();
}

async fn chooses(who: &Actor<'_>, field: &str, value: &str) {
    who.types("/panout settings").await;
    who.fills(&[(field, value)]).await;
    who.submits().await;
    who.screen();
}

#[rstest]
#[tokio::test]
async fn what_is_due_is_said_three_times_and_then_the_head_hears_of_it_once(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = asleep(on, 2).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for (day, comes) in [(14, true), (15, false), (16, true), (17, false), (18, true), (21, false), (22, false)] {
        team.it_is(&format!("2026-12-{day}T07:00:00Z")).await;
        if comes {
            ana.sees_parts(&["2 things to do today", "#1 call again: Client1", "{Open one of them}"]);
        } else {
            ana.sees_nothing();
        }
        if day == 22 {
            elena.sees_parts(&["Ana was reminded of 2 clients, who still wait.", "/recontacts Ana"]);
        } else {
            elena.sees_nothing();
        }
    }
    elena.types("/recontacts Ana").await;
    elena.sees_parts(&["Ana has 2 clients in hand", "#1 14 Dec 2026, call again: Client1"]);
    ana.types("/recontacts Elena").await;
    ana.sees_parts(&["I know nobody called \"Elena\" in your teams"]);
    for day in ["2026-12-23", "2026-12-24", "2026-12-28"] {
        team.it_is(&format!("{day}T07:00:00Z")).await;
        ana.sees_nothing();
        elena.sees_nothing();
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn one_line_alone_has_its_own_buttons_and_says_when_it_is_done(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = asleep(on, 1).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    team.it_is("2026-12-14T07:00:00Z").await;
    let shown =
        ana.sees_parts(&["One thing to do today", "#1 call again: Client1", "[I called] [Snooze] [Close for good]"]);
    assert!(!shown.contains("{Open one of them}"), "{shown}");
    ana.presses("Snooze").await;
    ana.fills(&[("Until when?", "2027-01-11")]).await;
    ana.submits().await;
    ana.sees_parts(&["Client1 is to be called again on 11 January 2027", "Everything in this message is done."]);
    elena.screen();
    team.it_is("2026-12-16T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2027-01-11T07:00:00Z").await;
    ana.sees_parts(&["One thing to do today"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn light_is_said_once_and_active_on_the_next_working_days(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    chooses(&ana, "How often I remind you", "Active: on the next two working days").await;
    sleep(&team, 1).await;
    for (day, comes) in [("2026-12-14", true), ("2026-12-15", true), ("2026-12-16", true), ("2026-12-17", false)] {
        team.it_is(&format!("{day}T07:00:00Z")).await;
        assert_eq!(ana.screen().contains("One thing to do today"), comes, "{day}");
    }
    team.person("Elena").sees_parts(&["Ana was reminded of one client"]);
    chooses(&ana, "How often I remind you", "Light: I say it once").await;
    ana.types("/recontacts").await;
    ana.chooses("Open one of them", "#1 Client1").await;
    ana.presses("Snooze").await;
    ana.fills(&[("Until when?", "2027-02-01")]).await;
    ana.submits().await;
    ana.screen();
    team.person("Elena").screen();
    for (day, comes) in [("2027-02-01", true), ("2027-02-02", false), ("2027-02-03", false), ("2027-02-05", false)] {
        team.it_is(&format!("{day}T07:00:00Z")).await;
        assert_eq!(ana.screen().contains("One thing to do today"), comes, "{day}");
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn after_a_silence_of_days_one_message_comes(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = asleep(on, 2).await;
    let ana = team.person("Ana");
    team.it_is("2026-12-14T07:00:00Z").await;
    ana.sees_parts(&["2 things to do today"]);
    let elena = team.person("Elena");
    elena.screen();
    // The machine sleeps over the reminder of Wednesday and that of Friday.
    team.it_is("2026-12-21T11:00:00Z").await;
    let shown = team.person("Ana").screen();
    assert_eq!(shown.matches("2 things to do today").count(), 1, "{shown}");
    team.restarts().await;
    team.it_is("2026-12-21T12:00:00Z").await;
    team.person("Ana").sees_nothing();
    // An hour chosen anew does not make a second message of the day.
    chooses(&team.person("Ana"), "Hour of the daily message", "16:30").await;
    team.it_is("2026-12-21T14:30:00Z").await;
    team.person("Ana").sees_nothing();
    team.it_is("2026-12-23T14:30:00Z").await;
    team.person("Ana").sees_parts(&["2 things to do today"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_ignores_three_messages_is_offered_one_a_week(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for (n, day) in (1..=4).zip(["2026-12-14", "2026-12-15", "2026-12-16", "2026-12-17"]) {
        ana.types(&format!("/refusal Client{n} 12k price")).await;
        elena.presses("Validate").await;
        elena.fills(&[("Their main reason", "Timing"), ("When may we come back?", day)]).await;
        elena.submits().await;
        team.passes(chrono::TimeDelta::seconds(2)).await;
    }
    ana.screen();
    elena.screen();
    for day in [14, 15, 16] {
        team.it_is(&format!("2026-12-{day}T07:00:00Z")).await;
        let shown = ana.sees_parts(&["to do today"]);
        assert!(!shown.contains("Once a week instead"), "{shown}");
    }
    team.it_is("2026-12-17T07:00:00Z").await;
    ana.sees_parts(&["[Once a week instead]"]);
    ana.presses("Once a week instead").await;
    ana.sees_parts(&["From now on once a week. The next message comes on Monday 21 December 2026."]);
    team.it_is("2026-12-18T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-12-21T07:00:00Z").await;
    let shown = ana.sees_parts(&["to do today"]);
    assert!(!shown.contains("Once a week instead"), "{shown}");
    for day in 22..=26 {
        team.it_is(&format!("2026-12-{day}T07:00:00Z")).await;
        ana.sees_nothing();
    }
    team.it_is("2026-12-28T07:00:00Z").await;
    elena.screen();
    ana.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_a_head_leaves_the_admin_hears_of_once(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena, adi) = (team.person("Ana"), team.person("Elena"), team.person("Adi"));
    for name in ["Acme", "Globex"] {
        ana.types(&format!("/refusal {name} 12k price")).await;
    }
    ana.screen();
    elena.screen();
    team.it_is("2026-11-26T07:00:00Z").await;
    elena.sees_parts(&["2 refusals have waited for you longer than two working days"]);
    adi.sees_nothing();
    team.it_is("2026-11-30T07:00:00Z").await;
    adi.sees_parts(&["2 refusals have waited for Elena for more than four working days: type /queue."]);
    adi.types("/queue").await;
    adi.sees_parts(&["2 refusals wait for a decision", "#1 Acme"]);
    adi.chooses("Decide one of them", "#1 Acme").await;
    adi.presses("Close for good").await;
    adi.fills(&[("Why?", "They ceased trading"), ("Who said so?", "The register")]).await;
    adi.submits().await;
    adi.sees_parts(&["One refusal has waited for Elena"]);
    elena.sees_parts(&["One refusal has waited for you"]);
    elena.types("/queue").await;
    elena.chooses("Decide one of them", "#2 Globex").await;
    elena.presses("Close for good").await;
    elena.fills(&[("Why?", "They ceased trading"), ("Who said so?", "The register")]).await;
    elena.submits().await;
    elena.sees_parts(&["Everything in this message is done."]);
    adi.sees_parts(&["Everything in this message is done."]);
    for day in 1..=4 {
        team.it_is(&format!("2026-12-0{day}T07:00:00Z")).await;
        adi.sees_nothing();
        elena.sees_nothing();
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_clients_of_a_rep_who_left_are_in_the_heads_hands(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = asleep(on, 2).await;
    team.restarts_with(vec![("Elena", Role::Head), ("Bogdan", Role::Rep)]).await;
    team.person("Elena").sees_nothing();
    team.it_is("2026-11-24T07:00:00Z").await;
    team.person("Elena").sees_parts(&["Ana has left: 2 of their clients are in your hands. Type /recontacts."]);
    team.person("Elena").types("/recontacts").await;
    team.person("Elena").sees_parts(&["2 clients are in your hands", "#1 14 Dec 2026, call again: Client1"]);
    team.restarts_with(vec![("Elena", Role::Head), ("Bogdan", Role::Rep)]).await;
    team.it_is("2026-11-25T07:00:00Z").await;
    team.person("Elena").sees_nothing();
    team.it_is("2026-12-14T07:00:00Z").await;
    team.person("Elena").sees_parts(&["2 things to do today"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_service_that_fails_for_days_gets_one_message_in_the_end(#[values(On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for (n, day) in (1..=2).zip(["2026-12-14", "2026-12-16"]) {
        ana.types(&format!("/refusal Client{n} 12k price")).await;
        elena.presses("Validate").await;
        elena.fills(&[("Their main reason", "Timing"), ("When may we come back?", day)]).await;
        elena.submits().await;
        team.passes(chrono::TimeDelta::seconds(2)).await;
    }
    ana.screen();
    elena.screen();
    team.service().trouble(Trouble::Status { times: 4, status: 503 });
    team.it_is("2026-12-14T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-12-16T07:00:00Z").await;
    for _ in 0..4 {
        team.passes(chrono::TimeDelta::minutes(10)).await;
    }
    let shown = ana.sees_parts(&["2 things to do today", "#1 call again", "#2 call again"]);
    assert_eq!(shown.matches("to do today").count(), 1, "{shown}");
    team.it_is("2026-12-17T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-12-18T07:00:00Z").await;
    ana.sees_parts(&["2 things to do today"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn whoever_moves_west_or_east_has_one_message_a_day_at_their_hour_there(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = asleep(on, 2).await;
    let ana = team.person("Ana");
    team.it_is("2026-12-14T07:00:00Z").await;
    ana.sees_parts(&["2 things to do today"]);
    chooses(&ana, "Time zone", "America/New_York").await;
    // Nine in New York, on the same day.
    team.it_is("2026-12-14T14:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-12-16T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-12-16T14:00:00Z").await;
    ana.sees_parts(&["2 things to do today"]);
    chooses(&ana, "Time zone", "Asia/Tokyo").await;
    team.it_is("2026-12-17T00:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-12-18T00:00:00Z").await;
    ana.sees_parts(&["2 things to do today"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_a_head_does_not_do_of_their_own_the_admin_hears_of(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (elena, adi) = (team.person("Elena"), team.person("Adi"));
    elena.types("/refusal Acme 12k price").await;
    elena.types("/refusal 1").await;
    elena.presses("Validate").await;
    elena.fills(&[("When may we come back?", "2026-12-14")]).await;
    elena.submits().await;
    elena.screen();
    adi.screen();
    for day in ["2026-12-14", "2026-12-16", "2026-12-18"] {
        team.it_is(&format!("{day}T07:00:00Z")).await;
        elena.sees_parts(&["#1 call again: Acme"]);
        adi.sees_nothing();
    }
    for day in ["2026-12-21", "2026-12-22", "2026-12-23", "2026-12-24"] {
        team.it_is(&format!("{day}T07:00:00Z")).await;
    }
    adi.sees_parts(&["Elena was reminded of one client, who still waits.", "/recontacts Elena"]);
    adi.types("/recontacts Elena").await;
    adi.sees_parts(&["call again: Acme"]);
    elena.sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_admin_hears_in_time_of_what_waits_for_a_head_who_is_written_to_once_a_week(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena, adi) = (team.person("Ana"), team.person("Elena"), team.person("Adi"));
    elena.types("/panout settings").await;
    elena.fills(&[("Your message comes", "Once a week")]).await;
    elena.submits().await;
    team.it_is("2026-11-24T08:00:00Z").await;
    ana.types("/refusal Acme 12k price").await;
    ana.screen();
    elena.screen();
    team.it_is("2026-11-30T06:59:00Z").await;
    adi.sees_nothing();
    // Two working days to decide, and two more: from Tuesday to Monday.
    team.it_is("2026-12-01T07:00:00Z").await;
    adi.sees_parts(&["One refusal has waited for Elena for more than four working days: type /queue."]);
    elena.screen();
    team.ends().await;
}
