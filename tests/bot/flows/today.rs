//! What the message of the day shows to whom, and what follows when its reader changes their hours.

use rstest::rstest;

use crate::story::{Actor, On, Setup, Team};

/// Ana has a client to call again on 14 December, a Monday, at nine in Bucharest.
async fn asleep(on: On) -> Team {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    elena.presses("Validate").await;
    elena.fills(&[("Their main reason", "Timing"), ("When may we come back?", "2026-12-14")]).await;
    elena.submits().await;
    ana.screen();
    elena.screen();
    team
}

async fn chooses(who: &Actor<'_>, field: &str, value: &str) {
    who.types("/panout settings").await;
    who.fills(&[(field, value)]).await;
    who.submits().await;
    who.screen();
}

#[rstest]
#[tokio::test]
async fn whoever_stood_in_reads_nothing_new_of_the_client_afterwards(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = asleep(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    team.it_is("2026-12-11T08:00:00Z").await;
    ana.types("/panout away until 16 December deputy Bogdan").await;
    ana.screen();
    team.it_is("2026-12-14T07:00:00Z").await;
    bogdan.sees_parts(&["One thing to do today", "#1 call again: Acme, €12,000, Price, for Ana", "[I called]"]);
    ana.types("/panout back").await;
    ana.types("/debrief 1").await;
    ana.presses("Answer").await;
    ana.fills(&[("How did it end?", "A call on Friday.")]).await;
    ana.submits().await;
    ana.screen();
    let shown = bogdan.sees_parts(&["Everything in this message is done.", "#1 is in other hands now"]);
    assert!(!shown.contains("Acme") && !shown.contains("[I called]"), "{shown}");
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn settings_that_move_no_moment_move_nothing(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = asleep(on).await;
    let ana = team.person("Ana");
    let odd: Vec<(i64,)> =
        team.rows("UPDATE tasks SET say_at = '2026-12-14T06:13:00+00:00' WHERE refusal = 1 RETURNING refusal").await;
    assert_eq!(odd, [(1,)]);
    let moved = "SELECT COUNT(*) FROM tasks WHERE say_at <> '2026-12-14T06:13:00+00:00'";
    chooses(&ana, "Language", "Français").await;
    assert_eq!(team.rows::<(i64,)>(moved).await, [(0,)]);
    ana.types("/panout settings").await;
    ana.fills(&[("Heure du message du jour", "10:00")]).await;
    ana.submits().await;
    ana.sees_parts(&["Heure du message du jour\u{a0}: 10:00"]);
    assert_eq!(team.rows::<(i64,)>(moved).await, [(1,)]);
    team.it_is("2026-12-14T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-12-14T08:00:00Z").await;
    ana.sees_parts(&["#1 rappeler: Acme"]);
    team.person("Elena").screen();
    team.ends().await;
}

#[tokio::test]
async fn many_things_follow_another_hour_at_once() {
    let team = asleep(On::Local).await;
    let ana = team.person("Ana");
    let refusals = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)
         INSERT INTO refusals (organisation_id, number, team_id, account, account_key, outcome, reason, reason_source,
             products, happened_on, owner_id, logged_by, logged_at, stage)
         SELECT organisation_id, number + i, team_id, account, account_key, outcome, reason, reason_source,
             products, happened_on, owner_id, logged_by, logged_at, stage FROM refusals, n WHERE number = 1
         RETURNING number";
    assert_eq!(team.rows::<(i64,)>(refusals).await.len(), 25_000);
    let tasks = "INSERT INTO tasks (organisation_id, refusal, kind, person_id, due_at, say_at)
         SELECT r.organisation_id, r.number, t.kind, t.person_id, t.due_at, t.say_at
         FROM tasks t, refusals r WHERE t.refusal = 1 AND r.number > 1 RETURNING refusal";
    assert_eq!(team.rows::<(i64,)>(tasks).await.len(), 25_000);
    chooses(&ana, "Hour of the daily message", "10:00").await;
    let moments: Vec<(i64, i64, i64)> =
        team.rows("SELECT COUNT(DISTINCT say_at), COUNT(DISTINCT due_at), COUNT(*) FROM tasks").await;
    assert_eq!(moments, [(1, 1, 25_001)]);
    team.it_is("2026-12-14T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-12-14T08:00:00Z").await;
    ana.sees_parts(&["100 things to do today"]);
    team.person("Elena").screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_waits_for_others_is_told_at_its_moment_whoever_changes_their_hours(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start_with(on, Setup { consents: false, ..Setup::default() }).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    ana.screen();
    elena.screen();
    chooses(&ana, "Hour of the daily message", "08:00").await;
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).sees_nothing();
    }
    team.it_is("2026-11-24T07:00:00Z").await;
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).sees_parts(&["Something waits for people", "One refusal waits for a head of sales."]);
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_new_large_refusal_is_in_the_queue_behind_hundreds_of_small_ones(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Small 1k price").await;
    let many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
         INSERT INTO refusals (organisation_id, number, team_id, account, account_key, outcome, reason, reason_source,
             products, budget_minor, budget_currency, happened_on, owner_id, logged_by, logged_at, stage)
         SELECT organisation_id, number + i, team_id, account, account_key, outcome, reason, reason_source,
             products, budget_minor, budget_currency, happened_on, owner_id, logged_by, logged_at, stage
         FROM refusals, n WHERE number = 1 RETURNING number";
    assert_eq!(team.rows::<(i64,)>(many).await.len(), 300);
    let next = "UPDATE organisations SET next_refusal = 400 RETURNING next_refusal";
    assert_eq!(team.rows::<(i64,)>(next).await, [(400,)]);
    team.passes(chrono::TimeDelta::seconds(2)).await;
    ana.types("/refusal Large 90k price").await;
    ana.screen();
    elena.screen();
    elena.types("/queue").await;
    let shown = elena.sees_parts(&["302 refusals wait for you", "#400 Large, €90,000"]);
    let (large, small) = (shown.find("Large"), shown.find("Small"));
    assert!(large < small, "{shown}");
    assert_eq!(shown.matches("#400 Large").count(), 1, "{shown}");
    team.ends().await;
}

/// Ana has two clients to call again and one debrief, on 14 December.
async fn three_things(on: On) -> Team {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for line in ["Acme 12k price \"They pay half of that\n elsewhere.\"", "Globex 9k technical"] {
        ana.types(&format!("/refusal {line}")).await;
        ana.screen();
        elena.presses("Validate").await;
        elena.fills(&[("When may we come back?", "2026-12-14")]).await;
        elena.submits().await;
    }
    team.rows::<(i64,)>("UPDATE people SET debrief = 'daily' RETURNING id").await;
    team.it_is("2026-12-11T15:55:00Z").await;
    ana.types("/refusal Initech 3k silent").await;
    ana.screen();
    elena.screen();
    team.it_is("2026-12-14T07:00:00Z").await;
    team
}

#[rstest]
#[tokio::test]
async fn each_line_says_what_was_said_and_has_the_buttons_that_finish_it(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = three_things(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.sees(
        "
        3 things to do today
        #1 call again: Acme, €12,000, Price
        On 23 November 2026: \"They pay half of that elsewhere.\"
        Ask what they pay now, and whether it was worth it.
        #2 call again: Globex, €9,000, Technical
        Refused on 23 November 2026.
        Ask whether what was missing still is, and say what is new.
        #3 say how it went: Initech, €3,000, Silence
        [#1 I called] [#1 Snooze] [#1 Close for good] [#2 I called] [#2 Snooze] [#2 Close for good] [#3 Say how it went] [#3 Later]
        {Open one of them}
        ",
    );
    ana.presses("#2 Snooze").await;
    ana.fills(&[("Until when?", "2027-01-11")]).await;
    ana.submits().await;
    let shown = ana.sees_parts(&["2 things to do today", "#2 done: Globex", "[#1 I called]", "[#3 Say how it went]"]);
    assert!(!shown.contains("[#2 I called]"), "{shown}");
    ana.presses("#3 Say how it went").await;
    ana.fills(&[("How did it end?", "They never answered.")]).await;
    ana.submits().await;
    ana.presses("That is all").await;
    // The last one has all its buttons, and everything that was said.
    ana.sees_parts(&["One thing to do today", "> They pay half of that", "[I called] [Snooze]", "[Reassign]"]);
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn ten_lines_have_two_buttons_each_in_one_message(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    let long = "endlessly ".repeat(60);
    for number in 1..=11 {
        ana.types(&format!("/refusal Client{number} 12k price \"{long}\"")).await;
        ana.screen();
        elena.presses("Validate").await;
        elena.fills(&[("When may we come back?", "2026-12-14")]).await;
        elena.submits().await;
        team.passes(chrono::TimeDelta::seconds(61)).await;
    }
    elena.screen();
    team.it_is("2026-12-14T07:00:00Z").await;
    let shown = ana.sees_parts(&["11 things to do today", "More wait: type /recontacts.", "{Open one of them}"]);
    assert_eq!(shown.matches("things to do today").count(), 1, "{shown}");
    assert_eq!(shown.matches("call again: Client").count(), 10, "{shown}");
    assert_eq!(shown.matches(" I called]").count(), 10, "{shown}");
    assert_eq!(shown.matches(" Snooze]").count(), 10, "{shown}");
    assert!(shown.contains("endlessly…\"") && !shown.contains(&long), "{shown}");
    ana.presses("#9 I called").await;
    ana.fills(&[("What came of it?", "Not now")]).await;
    ana.submits().await;
    // There is room for what waited.
    ana.sees_parts(&["10 things to do today", "#11 call again: Client11", "[#11 I called]"]);
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn an_hour_in_quiet_hours_is_not_taken(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    ana.types("/panout settings").await;
    ana.fills(&[("Quiet hours", "20:00-10:00")]).await;
    ana.submits().await;
    let told = format!("{}\n{}", if ana.has_form() { ana.form() } else { String::new() }, ana.screen());
    assert!(told.contains("This hour is in your quiet hours: choose one outside them."), "{told}");
    team.ends().await;
}
