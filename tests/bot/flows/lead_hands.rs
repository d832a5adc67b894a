//! In whose hands a lead is when they are away, have left, do nothing, or lead the team themselves.

use panout::domain::Role;
use rstest::rstest;

use crate::story::{On, Setup, Team};

const NOVO: &str = "/lead Novo Systems, Ioana Marin, ioana@novo.example, +40 722 000 111, website";

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
}

fn without(left: &str) -> Vec<(&'static str, Role)> {
    Setup::default().people.into_iter().filter(|(name, _)| *name != left).collect()
}

async fn owner(team: &Team) -> Option<String> {
    let owner: Vec<(Option<String>,)> =
        team.rows("SELECT p.name FROM leads l LEFT JOIN people p ON p.id = l.owner_id").await;
    owner.into_iter().next().and_then(|(name,)| name)
}

/// The website's hour passes as hours do, to an instant of that day.
async fn passes_until(team: &Team, time: &str) {
    for time in ["08:30", "09:00", "09:30", "10:00"].iter().filter(|before| **before <= time) {
        team.it_is(&format!("2026-11-23T{time}:00Z")).await;
    }
}

/// Ana has spoken with them, and calls again that day.
async fn spoken(team: &Team, again: &str) {
    spoken_with(team, ("L1", NOVO), again).await;
}

async fn spoken_with(team: &Team, (number, lead): (&str, &str), again: &str) {
    let ana = team.person("Ana");
    ana.types(&format!("{lead} for Ana")).await;
    look_away(team);
    ana.types(&format!("/leads show {number}")).await;
    ana.presses("I called").await;
    ana.fills(&[("How did it go?", "We spoke"), ("Next call on", again)]).await;
    ana.submits().await;
    look_away(team);
}

#[rstest]
#[tokio::test]
async fn calls_nobody_makes_come_to_the_head_once(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    spoken(&team, "2026-11-24").await;
    for day in ["2026-11-24T07:00:00Z", "2026-11-25T07:00:00Z", "2026-11-26T07:00:00Z"] {
        team.it_is(day).await;
        ana.sees_parts(&["One lead waits for your next call: L1 Novo Systems", "[I called]"]);
        elena.sees_nothing();
    }
    team.it_is("2026-11-27T07:00:00Z").await;
    ana.sees_nothing();
    elena.sees_parts(&["A lead of Ana waits for its next call; they were told three times.", "/leads team"]);
    team.it_is("2026-12-04T07:00:00Z").await;
    ana.sees_nothing();
    elena.sees_nothing();
    elena.types("/leads team").await;
    elena.sees_parts(&["L1 Novo Systems"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_head_hears_of_calls_nobody_makes_on_a_later_day_than_their_owner(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    elena.types("/panout settings").await;
    elena.fills(&[("Hour of the daily message", "10:00")]).await;
    elena.submits().await;
    spoken(&team, "2026-11-24").await;
    spoken_with(&team, ("L2", "/lead Delta, website"), "2026-11-25").await;
    look_away(&team);
    for day in ["24", "25", "26"] {
        team.it_is(&format!("2026-11-{day}T07:00:00Z")).await;
        ana.sees_parts(&["your next call", "L1 Novo Systems"]);
        team.it_is(&format!("2026-11-{day}T08:00:00Z")).await;
        elena.sees_nothing();
    }
    // Of the second Ana hears for the third time at nine; at ten Elena has a message anyway.
    team.it_is("2026-11-27T07:00:00Z").await;
    ana.sees_parts(&["One lead waits for your next call: L2 Delta"]);
    team.it_is("2026-11-27T08:00:00Z").await;
    elena.sees_parts(&["A lead of Ana waits for its next call"]);
    team.it_is("2026-11-30T08:00:00Z").await;
    ana.sees_nothing();
    elena.sees_parts(&["A lead of Ana waits for its next call"]);
    team.it_is("2026-12-01T10:00:00Z").await;
    elena.sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_is_put_off_after_its_time_has_all_the_time_named(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    ana.types(&format!("{NOVO} for Ana")).await;
    look_away(&team);
    passes_until(&team, "09:30").await;
    ana.sees_parts(&["The time is over for L1"]);
    ana.presses("Snooze").await;
    ana.fills(&[("For how long?", "1 hour"), ("Why? Your head can read it", "at a fair")]).await;
    ana.submits().await;
    look_away(&team);
    team.it_is("2026-11-23T10:00:00Z").await;
    team.it_is("2026-11-23T10:29:00Z").await;
    let read = ana.sees_parts(&["Half the time is over for L1", "Call by @2026-11-23T10:30Z"]);
    assert!(!read.contains("The time is over"), "an hour was given at half past: {read}");
    team.it_is("2026-11-23T10:30:00Z").await;
    let read = ana.sees_parts(&["The time is over for L1"]);
    assert!(!read.starts_with("(changed) The time is over"), "it is a message, not a change of one: {read}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_is_named_and_not_there_has_a_deputy_or_a_colleague(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (bogdan, elena, oana) = (team.person("Bogdan"), team.person("Elena"), team.person("Oana"));
    bogdan.types("/panout away until 27 November deputy Ana").await;
    look_away(&team);
    elena.types(&format!("{NOVO} for Bogdan")).await;
    elena.sees_parts(&["Kept as L1", "In Ana's hands"]);
    bogdan.sees_nothing();
    // Who only looks on works no leads.
    elena.types("/lead Globex, webinar for Oana").await;
    assert!(elena.has_form());
    oana.sees_nothing();
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_was_worked_stays_through_a_leave_and_moves_on_when_somebody_left(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let mut team = Team::start(on).await;
    spoken(&team, "2026-11-25").await;
    team.person("Ana").types("/panout away until 27 November deputy Bogdan").await;
    look_away(&team);
    assert_eq!(owner(&team).await.as_deref(), Some("Ana"));
    team.it_is("2026-11-25T07:00:00Z").await;
    team.person("Bogdan").sees_parts(&["One lead waits for your next call: L1 Novo Systems"]);
    look_away(&team);
    team.restarts_with(without("Ana")).await;
    assert_eq!(owner(&team).await.as_deref(), Some("Bogdan"));
    team.person("Bogdan").sees_parts(&["L1 Novo Systems", "In Bogdan's hands. Next call on 25 November 2026."]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn late_leads_of_the_head_are_told_to_an_admin(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (elena, adi) = (team.person("Elena"), team.person("Adi"));
    elena.types(&format!("{NOVO} for Elena")).await;
    look_away(&team);
    passes_until(&team, "09:00").await;
    elena.sees_parts(&["The time is over for L1"]);
    adi.sees_parts(&["A lead in Elena's hands is past its time", "L1 Novo Systems (Website), Elena"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn whoever_claims_a_lead_does_not_read_whose_it_was(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let bogdan = team.person("Bogdan");
    team.person("Elena").types(&format!("{NOVO} for Ana")).await;
    look_away(&team);
    passes_until(&team, "10:00").await;
    bogdan.presses("Claim L1").await;
    look_away(&team);
    bogdan.types("/leads show L1").await;
    let read = bogdan.sees_parts(&["L1 Novo Systems", "time over, open to all"]);
    assert!(!read.contains("Ana"), "{read}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_was_worked_is_not_passed_on(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    spoken(&team, "2026-11-25").await;
    let says = team.person("Ana").sends("lead_not_mine.1", &[("why", "too hard")]).await;
    assert!(!says.contains("in other hands"), "{says}");
    assert_eq!(owner(&team).await.as_deref(), Some("Ana"));
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn calls_a_head_does_not_make_come_to_an_admin_once(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (elena, adi) = (team.person("Elena"), team.person("Adi"));
    elena.types(&format!("{NOVO} for Elena")).await;
    look_away(&team);
    elena.types("/leads show L1").await;
    elena.presses("I called").await;
    elena.fills(&[("How did it go?", "We spoke"), ("Next call on", "2026-11-24")]).await;
    elena.submits().await;
    look_away(&team);
    for day in ["2026-11-24T07:00:00Z", "2026-11-25T07:00:00Z", "2026-11-26T07:00:00Z"] {
        team.it_is(day).await;
        elena.sees_parts(&["One lead waits for your next call: L1 Novo Systems", "[I called]"]);
        adi.sees_nothing();
    }
    team.it_is("2026-11-27T07:00:00Z").await;
    elena.sees_nothing();
    adi.sees_parts(&["A lead of Elena waits for its next call; they were told three times.", "/leads team"]);
    team.it_is("2026-12-04T07:00:00Z").await;
    elena.sees_nothing();
    adi.sees_nothing();
    team.ends().await;
}

/// How much time each lead was given back, in seconds.
async fn added(team: &Team) -> Vec<i64> {
    let rows = team.rows::<(i64,)>("SELECT added FROM leads ORDER BY number").await;
    rows.into_iter().map(|(added,)| added).collect()
}

#[rstest]
#[tokio::test]
async fn a_start_that_did_not_give_all_time_back_is_followed_by_one_that_does(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let mut team = Team::start(on).await;
    for client in ["Novo", "Delta", "Gamma"] {
        team.person("Elena").types(&format!("/lead {client}, website for Ana")).await;
    }
    look_away(&team);
    assert_eq!(added(&team).await, [0, 0, 0]);
    // It came back after half an hour, and was killed once the first lead had its time back.
    let begun = team.rows::<(i64,)>(
        "UPDATE organisations SET outage_since = '2026-11-23T08:00:00+00:00', outage_until = '2026-11-23T08:30:00+00:00',
             outage_given = 1 RETURNING outage_given",
    );
    assert_eq!(begun.await, [(1,)]);
    team.is_down_for(chrono::TimeDelta::minutes(1)).await;
    assert_eq!(added(&team).await, [0, 1800, 1800]);
    let left = team.rows::<(Option<i64>,)>("SELECT outage_given FROM organisations").await;
    assert_eq!(left, [(None,)], "it is over");
    team.is_down_for(chrono::TimeDelta::minutes(10)).await;
    assert_eq!(added(&team).await, [600, 2400, 2400]);
    look_away(&team);
    team.ends().await;
}
