//! Nobody is written to who did not say that they want it.

use rstest::rstest;

use crate::story::{On, Setup, Team};

async fn unasked(on: On) -> Team {
    Team::start_with(on, Setup { consents: false, ..Setup::default() }).await
}

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
}

#[rstest]
#[tokio::test]
async fn the_first_words_are_one_card_with_one_button_and_what_waited_comes_after_it(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = unasked(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    let shown = ana.sees_parts(&["Stored as #1: Acme", "Shall I remind you when a client is due?"]);
    assert_eq!(shown.matches("[Start my reminders]").count(), 1, "{shown}");
    let shown = elena.sees_parts(&["Hello Elena, I am Panout.", "One message a day at 09:00", "[Start my reminders]"]);
    assert!(!shown.contains("Acme"), "{shown}");
    // Offered once.
    ana.types("/refusal Globex 5k price").await;
    assert!(!ana.screen().contains("Start my reminders"));
    elena.sees_nothing();
    team.it_is("2026-11-24T07:00:00Z").await;
    let shown = elena.sees_parts(&["Something waits for people", "2 refusals wait for a head of sales."]);
    assert!(!shown.contains("Acme") && !shown.contains("Ana"), "{shown}");
    look_away(&team);
    // Nothing new waits: the channel is quiet.
    team.it_is("2026-11-25T07:00:00Z").await;
    ana.sees_nothing();
    elena.presses("Start my reminders").await;
    // A service takes one message a second.
    team.passes(chrono::TimeDelta::seconds(2)).await;
    let shown =
        elena.sees_parts(&["Your reminders are on: one message a day at 09:00", "Acme refused", "Globex refused"]);
    assert!(!shown.contains("[Start my reminders]"), "{shown}");
    elena.types("/panout start").await;
    elena.sees_parts(&["Your reminders are on"]);
    team.it_is("2026-11-26T07:00:00Z").await;
    elena.sees_parts(&["2 refusals have waited for you longer than two working days"]);
    ana.types("/panout start").await;
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn much_that_waited_does_not_come_as_a_storm(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = unasked(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for name in ["Acme", "Globex", "Initech", "Umbrella", "Hooli"] {
        ana.types(&format!("/refusal {name} 12k price")).await;
    }
    look_away(&team);
    elena.types("/panout start").await;
    let shown = elena.sees_parts(&["Your reminders are on", "5 refusals wait for you: type /queue."]);
    assert!(!shown.contains("Acme"), "{shown}");
    ana.types("/refusal Stark 12k price").await;
    elena.sees_parts(&["Stark refused"]);
    elena.types("/queue").await;
    elena.sees_parts(&["6 refusals wait for you", "#1 Acme"]);
    look_away(&team);
    team.it_is("2026-11-24T07:00:00Z").await;
    elena.sees_nothing();
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_stops_hears_nothing_until_they_start_again(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    elena.types("/panout stop").await;
    elena.sees_parts(&["Your reminders are off", "/panout start starts your reminders again."]);
    ana.types("/refusal Acme 12k price").await;
    ana.screen();
    elena.sees_nothing();
    elena.types("/panout settings").await;
    assert!(elena.form().contains("Reminders: Off"), "{}", elena.form());
    elena.fills(&[("Reminders", "On")]).await;
    elena.submits().await;
    elena.sees_parts(&["Reminders: On", "Acme refused"]);
    team.it_is("2026-11-24T07:00:00Z").await;
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn reasons_that_differ_come_among_many_things_too(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = unasked(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for name in ["Acme", "Globex", "Initech", "Umbrella", "Hooli"] {
        ana.types(&format!("/refusal {name} 12k price")).await;
    }
    let said = [("decision", "Too late."), ("from_whom", "Maria"), ("client_reason", "relationship")];
    ana.sends("review.1", &said).await;
    team.idle().await;
    look_away(&team);
    elena.types("/panout start").await;
    team.passes(chrono::TimeDelta::seconds(2)).await;
    let shown =
        elena.sees_parts(&["5 refusals wait for you: type /queue.", "The client says Relationship, Ana wrote Price"]);
    assert!(!shown.contains("Globex"), "{shown}");
    elena.presses("The client is right").await;
    elena.sees_parts(&["Elena says the client is right"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_channel_is_told_again_once_a_week_while_something_waits(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = unasked(on).await;
    let (ana, elena, bogdan) = (team.person("Ana"), team.person("Elena"), team.person("Bogdan"));
    ana.types("/refusal Acme 12k price").await;
    team.person("Adi").types("/panout start").await;
    look_away(&team);
    // Each morning after something new waits: two refusals, and that each of them is late. A week after the last of it once
    // more, and a week after that: not a week after the first.
    let told = ["2026-11-24", "2026-11-26", "2026-11-27", "2026-12-01", "2026-12-08", "2026-12-15"];
    for day in (24..=30).map(|day| format!("2026-11-{day}")).chain((1..=16).map(|day| format!("2026-12-{day:02}"))) {
        team.it_is(&format!("{day}T07:00:00Z")).await;
        if day == "2026-11-25" {
            ana.types("/refusal Globex 5k price").await;
            ana.screen();
        }
        let shown = bogdan.screen();
        let times = shown.matches("Something waits for people").count();
        assert_eq!(times, usize::from(told.contains(&day.as_str())), "{day}: {shown}");
        assert!(!shown.contains("Acme") && !shown.contains("Ana"), "{shown}");
        look_away(&team);
    }
    elena.types("/panout start").await;
    look_away(&team);
    team.it_is("2026-12-22T07:00:00Z").await;
    bogdan.sees_nothing();
    look_away(&team);
    team.ends().await;
}
