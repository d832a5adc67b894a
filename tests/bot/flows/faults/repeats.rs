//! A service that repeats itself.

use rstest::rstest;

use crate::story::{On, Team};

async fn is_stored_once(team: &Team) {
    assert_eq!(team.rows::<(i64,)>("SELECT number FROM refusals").await, [(1,)]);
    assert_eq!(team.rows::<(i64,)>("SELECT COUNT(*) FROM audit").await, [(1,)]);
    let cards = "SELECT COUNT(*) FROM jobs WHERE kind = 'post' AND occurrence LIKE 'refusal:%'";
    assert_eq!(team.rows::<(i64,)>(cards).await, [(1,)]);
}

#[rstest]
#[tokio::test]
async fn an_event_delivered_three_times_is_one_refusal(
    #[values(On::Local, On::Slack, On::Discord, On::SlackHttp, On::DiscordHttp)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    team.service().repeats_last_act(2).await;
    team.idle().await;
    is_stored_once(&team).await;
    let told = ana.sees_parts(&["Stored as #1: Acme"]);
    assert_eq!(told.matches("Stored as").count(), 1, "{told}");
    let shown = elena.sees_parts(&["Acme refused"]);
    assert_eq!(shown.matches("Acme refused").count(), 1, "{shown}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn an_event_delivered_three_times_at_once_is_one_refusal(#[values(On::Local, On::Slack, On::SlackHttp)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    // The first delivery is on its way, and not answered, when the others come.
    let repeats = async { team.service().repeats_last_act(2).await };
    futures_util::future::join(ana.types("/refusal Acme 12k price"), repeats).await;
    team.idle().await;
    is_stored_once(&team).await;
    let told = ana.sees_parts(&["Stored as #1: Acme"]);
    assert_eq!(told.matches("Stored as").count(), 1, "{told}");
    elena.sees_parts(&["Acme refused"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn an_event_delivered_again_after_a_restart_is_one_refusal(#[values(On::Slack, On::SlackHttp)] on: On) {
    let mut team = Team::start(on).await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    team.person("Ana").sees_parts(&["Stored as #1: Acme"]);
    team.person("Elena").sees_parts(&["Acme refused"]);
    team.restarts().await;
    team.service().repeats_last_act(2).await;
    team.idle().await;
    is_stored_once(&team).await;
    // What the first answer was is known, and said again: it may never have arrived.
    let told = team.person("Ana").sees_parts(&["Stored as #1: Acme"]);
    assert_eq!(told.matches("Stored as").count(), 1, "{told}");
    team.person("Elena").sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_form_sent_three_times_is_one_refusal(#[values(On::Local, On::Slack, On::SlackHttp)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal").await;
    ana.fills(&[("Company", "Acme"), ("Main reason", "Price")]).await;
    ana.submits().await;
    team.service().repeats_last_act(2).await;
    team.idle().await;
    is_stored_once(&team).await;
    let told = ana.sees_parts(&["Stored as #1: Acme"]);
    assert_eq!(told.matches("Stored as").count(), 1, "{told}");
    elena.sees_parts(&["Acme refused"]);
    team.ends().await;
}
