//! Somebody is away, and somebody stands in.

use panout::domain::Role;
use rstest::rstest;

use crate::story::{On, Setup, Team};

#[rstest]
#[tokio::test]
async fn a_deputy_decides_while_the_head_is_away_and_no_longer(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    elena.types("/panout away until 27 November deputy Bogdan").await;
    elena.sees_parts(&[
        "You are away until 27 November 2026, that day included.",
        "Bogdan decides about your team's refusals",
        "Your clients who fall due come to Bogdan",
        "Back sooner? Type /panout back.",
    ]);
    ana.types("/refusal Acme 12k price").await;
    ana.types("/refusal Globex 5k price").await;
    ana.screen();
    elena.sees_nothing();
    bogdan.sees_parts(&["Acme refused", "Globex refused", "[Revive] [Validate]"]);
    bogdan.types("/queue").await;
    bogdan.sees_parts(&["2 refusals wait for you"]);
    bogdan.chooses("Decide one of them", "#1 Acme").await;
    bogdan.presses("Validate").await;
    bogdan.fills(&[("Their main reason", "Timing"), ("When may we come back?", "2027-02-01")]).await;
    bogdan.submits().await;
    bogdan.sees_parts(&["Bogdan called the client: it sleeps until 1 February 2027."]);
    team.it_is("2026-11-26T07:00:00Z").await;
    bogdan.sees_parts(&["One refusal has waited for you longer than two working days"]);
    elena.sees_nothing();
    // The evening of the last day, where she is: it is still Friday.
    team.it_is("2026-11-27T21:59:00Z").await;
    bogdan.types("/queue").await;
    bogdan.sees_parts(&["One refusal waits for you"]);
    team.it_is("2026-11-27T22:00:00Z").await;
    bogdan.types("/queue").await;
    bogdan.sees_parts(&["The queue is for heads of sales."]);
    // A press on the card that stayed in front of him.
    bogdan.presses("Validate").await;
    bogdan.sees_parts(&["This is not yours to open or change."]);
    assert!(!bogdan.has_form());
    team.it_is("2026-11-30T07:00:00Z").await;
    elena.sees_parts(&["One refusal has waited for you longer than two working days"]);
    ana.types("/refusal Initech 5k price").await;
    ana.screen();
    bogdan.sees_nothing();
    elena.sees_parts(&["Initech refused"]);
    team.person("Adi").screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn without_a_deputy_or_with_one_who_is_away_the_admin_stands_in(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, bogdan) = (team.person("Ana"), team.person("Bogdan"));
    let (elena, adi) = (team.person("Elena"), team.person("Adi"));
    elena.types("/panout away 2026-12-04").await;
    elena.sees_parts(&["Adi decides about your team's refusals", "wait for you, and come in one message"]);
    ana.types("/refusal Acme 12k price").await;
    adi.sees_parts(&["Acme refused"]);
    elena.types("/panout away until 4 decembrie deputy bogdan").await;
    elena.sees_parts(&["Bogdan decides"]);
    ana.types("/refusal Globex 12k price").await;
    bogdan.sees_parts(&["Globex refused"]);
    bogdan.types("/panout away until 3 December").await;
    bogdan.sees_parts(&["You are away until 3 December 2026", "wait for you"]);
    ana.types("/refusal Initech 12k price").await;
    bogdan.sees_nothing();
    adi.sees_parts(&["Initech refused"]);
    bogdan.presses("Validate").await;
    bogdan.sees_parts(&["This is not yours to open or change."]);
    elena.types("/panout back").await;
    elena.sees_parts(&["Welcome back."]);
    ana.types("/refusal Umbrella 12k price").await;
    ana.screen();
    elena.sees_parts(&["Umbrella refused"]);
    adi.sees_nothing();
    elena.types("/panout back").await;
    elena.sees_parts(&["You are not away"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_is_due_to_a_rep_on_leave_comes_to_the_deputy_or_in_one_message_after_it(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[values(true, false)] deputy: bool,
) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    for (n, day) in (1..=2).zip(["2026-12-29", "2027-01-04"]) {
        ana.types(&format!("/refusal Client{n} 12k price")).await;
        elena.presses("Validate").await;
        elena.fills(&[("Their main reason", "Timing"), ("When may we come back?", day)]).await;
        elena.submits().await;
        team.passes(chrono::TimeDelta::seconds(2)).await;
    }
    elena.screen();
    ana.screen();
    let with = if deputy { " deputy Bogdan" } else { "" };
    team.it_is("2026-12-22T12:00:00Z").await;
    ana.types(&format!("/panout away until 5 January{with}")).await;
    ana.sees_parts(&["You are away until 5 January 2027"]);
    team.it_is("2026-12-29T07:00:00Z").await;
    team.it_is("2026-12-30T07:00:00Z").await;
    if deputy {
        bogdan.sees_parts(&["call again: Client1, €12,000, Price, for Ana", "[I called]"]);
        bogdan.presses("Snooze").await;
        bogdan.fills(&[("Until when?", "2027-01-08")]).await;
        bogdan.submits().await;
        bogdan.sees_parts(&["Everything in this message is done."]);
        elena.screen();
    }
    team.it_is("2027-01-04T07:00:00Z").await;
    team.it_is("2027-01-05T07:00:00Z").await;
    if deputy {
        bogdan.sees_parts(&["call again: Client2, €12,000, Price, for Ana"]);
        bogdan.types("/recontacts Ana").await;
        bogdan.sees_parts(&["Ana has 2 clients in hand"]);
        bogdan.chooses("Open one of them", "#2 Client2").await;
        bogdan.sees_parts(&["Call Client2 again", "[I called] [Snooze] [Close for good]"]);
    } else {
        bogdan.sees_nothing();
    }
    ana.sees_nothing();
    team.it_is("2027-01-06T07:00:00Z").await;
    if deputy {
        ana.sees_parts(&["One thing to do today", "#2 call again: Client2"]);
        bogdan.types("/recontacts Ana").await;
        bogdan.sees_parts(&["I know nobody called \"Ana\" in your teams"]);
        bogdan.presses("I called").await;
        assert!(!bogdan.has_form());
        bogdan.sees_parts(&["This is not yours to open or change."]);
    } else {
        let shown = ana.sees_parts(&["2 things to do today"]);
        assert_eq!(shown.matches("to do today").count(), 1, "{shown}");
    }
    bogdan.screen();
    team.it_is("2027-01-07T07:00:00Z").await;
    ana.sees_nothing();
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_form_asks_and_says_what_is_wrong(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    ana.types("/panout away").await;
    ana.fills(&[("Until when? (the last day)", "2026-11-01"), ("Who stands in for you?", "Bogdan")]).await;
    ana.submits().await;
    let told = format!("{}\n{}", if ana.has_form() { ana.form() } else { String::new() }, ana.screen());
    assert!(told.contains("This day is over: choose today or later."), "{told}");
    ana.fills(&[("Until when? (the last day)", "2026-11-27")]).await;
    ana.submits().await;
    ana.sees_parts(&["You are away until 27 November 2026", "come to Bogdan"]);
    for (typed, says) in [
        ("until Tuesdayish", "I cannot read \"tuesdayish\" as a day"),
        ("until 2020-01-01", "This day is over: choose today or later."),
        ("until 2030-01-01", "This is more than a year away"),
        ("until 3 June deputy Nobody", "I know nobody called \"Nobody\""),
    ] {
        ana.types(&format!("/panout away {typed}")).await;
        ana.sees_parts(&[says]);
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_head_with_nobody_to_stand_in_finds_everything_on_their_return(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let people = vec![("Elena", Role::Head), ("Ana", Role::Rep)];
    let team = Team::start_with(on, Setup { people, ..Setup::default() }).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    elena.types("/panout away until 1 December").await;
    elena.sees_parts(&["Nobody stands in: your team's refusals wait for you."]);
    ana.types("/refusal Acme 12k price").await;
    ana.screen();
    team.it_is("2026-11-26T07:00:00Z").await;
    elena.sees_nothing();
    team.it_is("2026-12-02T07:00:00Z").await;
    elena.sees_parts(&["Acme refused", "One refusal has waited for you longer than two working days"]);
    team.ends().await;
}

#[rstest]
#[case("ștefan", "Ștefan Ionescu")]
#[case("ȘTEFAN IONESCU", "Ștefan Ionescu")]
#[case("stefan", "Ştefan Ionescu")]
#[case("Érica", "erica")]
#[tokio::test]
async fn a_name_is_found_however_it_is_written(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[case] typed: &str,
    #[case] name: &'static str,
) {
    let people = vec![("Elena", Role::Head), ("Ana", Role::Rep), ("Stefania", Role::Rep), (name, Role::Rep)];
    let team = Team::start_with(on, Setup { people, ..Setup::default() }).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    elena.types(&format!("/recontacts {typed}")).await;
    elena.sees_parts(&[&format!("{name} has no client in hand.")]);
    ana.types(&format!("/panout away until 27 November deputy {typed}")).await;
    ana.sees_parts(&[&format!("Your clients who fall due come to {name}")]);
    team.ends().await;
}
