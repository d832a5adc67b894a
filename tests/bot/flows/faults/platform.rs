//! The chat service refuses, loses or swallows the head's card.

use std::time::Duration;

use chrono::TimeDelta;
use panout::domain::Role;
use rstest::rstest;
use tokio::time::Instant;

use crate::story::{On, Setup, Team, Trouble};

/// A refusal logged on Friday evening: its card comes on Monday at nine, alone, so that the trouble is the card's.
async fn logged_on_friday(on: On) -> Team {
    let team = Team::start(on).await;
    let ana = team.person("Ana");
    team.it_is("2026-11-27T16:30:00Z").await;
    ana.types("/refusal Acme 12k price").await;
    ana.sees_parts(&["Stored as #1"]);
    team.person("Elena").sees_nothing();
    team
}

#[rstest]
#[case::a_429_with_retry_after(Trouble::TooManyRequests { times: 1, retry_after: Some(1) })]
#[case::a_429_longer_than_a_call_may_take(Trouble::TooManyRequests { times: 1, retry_after: Some(3) })]
#[case::a_429_that_says_nothing(Trouble::TooManyRequests { times: 2, retry_after: None })]
#[case::a_500(Trouble::Status { times: 1, status: 500 })]
#[case::a_503_three_times(Trouble::Status { times: 3, status: 503 })]
#[case::a_lost_answer(Trouble::LostAnswer { times: 1 })]
#[case::a_hang(Trouble::Hang { times: 1 })]
#[tokio::test]
async fn the_heads_card_is_posted_once_in_the_end(#[values(On::Slack, On::Discord)] on: On, #[case] trouble: Trouble) {
    let team = logged_on_friday(on).await;
    team.service().trouble(trouble);
    team.it_is("2026-11-30T07:00:00Z").await;
    // Each attempt whose outcome is not known holds its lease of a minute.
    for _ in 0..8 {
        team.passes(TimeDelta::minutes(1)).await;
    }
    let elena = team.person("Elena");
    let shown = elena.sees_parts(&["Acme refused, €12,000: Price"]);
    assert_eq!(shown.matches("Acme refused").count(), 1, "{shown}");
    let cards = team.service().posted();
    assert_eq!(cards.iter().filter(|(_, _, screen)| screen.starts_with("Acme refused")).count(), 1);
    // It is known where it is: a press on it works.
    elena.presses("Seen").await;
    elena.sees_parts(&["Seen by Elena"]);
    team.ends().await;
}

#[tokio::test]
async fn a_service_that_says_when_to_come_back_is_never_given_up() {
    let team = logged_on_friday(On::Slack).await;
    let elena = team.person("Elena");
    // Longer than the adapter waits by itself, so that the job comes back.
    team.service().trouble(Trouble::TooManyRequests { times: 1, retry_after: Some(21) });
    team.it_is("2026-11-30T07:00:00Z").await;
    let began = Instant::now();
    let (mut shown, mut tries) = (String::new(), 0);
    while !shown.contains("Acme refused") && began.elapsed() < Duration::from_mins(1) {
        // The adapter keeps Slack's word by real time: by the story's clock it is asked far too often.
        team.passes(TimeDelta::minutes(1)).await;
        shown += &elena.screen();
        tries += 1;
    }
    assert!(tries > 12, "only {tries} tries");
    assert_eq!(shown.matches("Acme refused").count(), 1, "{shown}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_card_that_was_given_up_is_posted_once_the_bot_starts_again(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let mut team = logged_on_friday(on).await;
    let given_up = "UPDATE jobs SET state = 'dead', attempts = 36 WHERE occurrence LIKE 'refusal:%' RETURNING id";
    assert_eq!(team.rows::<(i64,)>(given_up).await.len(), 1);
    team.it_is("2026-11-30T07:00:00Z").await;
    team.person("Elena").sees_nothing();
    team.restarts().await;
    team.idle().await;
    let shown = team.person("Elena").sees_parts(&["Acme refused, €12,000: Price"]);
    assert_eq!(shown.matches("Acme refused").count(), 1, "{shown}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_card_that_is_posted_while_its_bot_died_before_it_said_so_is_drawn_again_and_not_twice(
    #[values(On::Slack, On::Discord)] on: On,
) {
    let mut team = logged_on_friday(on).await;
    team.it_is("2026-11-30T07:00:00Z").await;
    team.person("Elena").sees_parts(&["Acme refused, €12,000: Price"]);
    // As a kill leaves it after the place of the message was stored, and what changed since it was drawn was not looked for.
    let under_way = "UPDATE jobs SET state = 'sending', lease_until = run_at, lease_token = 'gone'
                     WHERE occurrence LIKE 'refusal:%' AND kind = 'post' RETURNING id";
    assert_eq!(team.rows::<(i64,)>(under_way).await.len(), 1);
    let changed = "UPDATE refusals SET budget_minor = 1300000 RETURNING number";
    assert_eq!(team.rows::<(i64,)>(changed).await.len(), 1);
    team.restarts().await;
    team.passes(TimeDelta::minutes(2)).await;
    team.person("Elena").sees_parts(&["Acme refused, €13,000: Price"]);
    let cards = team.service().posted();
    assert_eq!(cards.iter().filter(|(_, _, screen)| screen.starts_with("Acme refused")).count(), 1, "{cards:?}");
    let open = "SELECT COUNT(*) FROM jobs WHERE state = 'sending'";
    assert_eq!(team.rows::<(i64,)>(open).await, [(0,)]);
    team.ends().await;
}

#[tokio::test]
async fn a_card_given_up_more_than_a_week_ago_stays_so() {
    let mut team = logged_on_friday(On::Slack).await;
    let given_up = "UPDATE jobs SET state = 'dead' WHERE occurrence LIKE 'refusal:%' RETURNING id";
    team.rows::<(i64,)>(given_up).await;
    team.it_is("2026-12-07T07:00:00Z").await;
    team.restarts().await;
    // It waits in her queue all the same.
    let shown = team.person("Elena").sees_parts(&["One refusal has waited for you longer than two working days"]);
    assert!(!shown.contains("Acme"), "{shown}");
    let done = "UPDATE jobs SET state = 'done' WHERE state = 'dead' RETURNING id";
    assert_eq!(team.rows::<(i64,)>(done).await.len(), 1, "the admin still sees it in panout doctor");
    team.ends().await;
}

#[tokio::test]
async fn twenty_posts_of_unknown_outcome_lose_no_card() {
    let team = logged_on_friday(On::Slack).await;
    let elena = team.person("Elena");
    team.service().trouble(Trouble::Status { times: 20, status: 500 });
    team.it_is("2026-11-30T07:00:00Z").await;
    for _ in 0..20 {
        elena.sees_nothing();
        team.passes(TimeDelta::minutes(1)).await;
    }
    elena.sees_parts(&["Acme refused, €12,000: Price"]);
    team.ends().await;
}

#[rstest]
#[case::nothing_was_sent(Trouble::TooManyRequests { times: 1, retry_after: Some(21) })]
#[case::nobody_knew(Trouble::Hang { times: 1 })]
#[tokio::test]
async fn a_card_that_has_another_reader_when_it_is_tried_again_is_theirs(
    #[values(On::Slack, On::Discord)] on: On,
    #[case] trouble: Trouble,
) {
    let team = logged_on_friday(on).await;
    let (elena, bogdan) = (team.person("Elena"), team.person("Bogdan"));
    team.service().trouble(trouble);
    team.it_is("2026-11-30T07:00:00Z").await;
    elena.types("/panout away until 4 December deputy Bogdan").await;
    elena.screen();
    for _ in 0..3 {
        team.passes(TimeDelta::minutes(1)).await;
    }
    let shown = bogdan.sees_parts(&["Acme refused, €12,000: Price"]);
    assert_eq!(shown.matches("Acme refused").count(), 1, "{shown}");
    elena.sees_nothing();
    // It is known to be his.
    bogdan.presses("Seen").await;
    bogdan.sees_parts(&["Seen by Bogdan"]);
    let places: Vec<(String,)> = team.rows("SELECT place FROM messages WHERE notice = 'refusal:1'").await;
    assert!(places[0].0.contains(&bogdan.id()), "{places:?}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_card_that_came_unknown_and_is_over_since_is_known_and_says_so(#[values(On::Slack, On::Discord)] on: On) {
    let team = logged_on_friday(on).await;
    let elena = team.person("Elena");
    team.service().trouble(Trouble::LostAnswer { times: 1 });
    team.it_is("2026-11-30T07:00:00Z").await;
    elena.sees_parts(&["Acme refused, €12,000: Price"]);
    elena.types("/queue").await;
    elena.chooses("Decide one of them", "#1 Acme").await;
    elena.presses("Validate").await;
    elena.fills(&[("Their main reason", "Timing"), ("When may we come back?", "2027-02-01")]).await;
    elena.submits().await;
    elena.screen();
    for _ in 0..3 {
        team.passes(TimeDelta::minutes(1)).await;
    }
    elena.sees_parts(&["Acme refused", "Elena called the client: it sleeps until 1 February 2027."]);
    let known: Vec<(i64,)> =
        team.rows("SELECT COUNT(*) FROM messages WHERE notice = 'refusal:1' AND message IS NOT NULL").await;
    assert_eq!(known, [(1,)]);
    team.person("Ana").screen();
    team.ends().await;
}

/// How often and for how long a card is tried: nothing was given up, and nothing counts against it.
async fn waits_untried(team: &Team) {
    let jobs: Vec<(String, i64)> =
        team.rows("SELECT state, attempts FROM jobs WHERE occurrence = 'refusal:1' AND kind = 'post'").await;
    assert!(matches!(jobs[0].0.as_str(), "ready" | "held") && jobs[0].1 == 0, "{jobs:?}");
}

#[rstest]
#[case::nothing_was_sent(Trouble::TooManyRequests { times: 1, retry_after: Some(3) })]
#[case::nobody_knew(Trouble::Hang { times: 1 })]
#[tokio::test]
async fn a_card_whose_stand_in_wants_no_reminders_waits_for_the_head_who_is_back(
    #[values(On::Slack, On::Discord)] on: On,
    #[case] trouble: Trouble,
) {
    let team = logged_on_friday(on).await;
    let (elena, bogdan) = (team.person("Elena"), team.person("Bogdan"));
    bogdan.types("/panout stop").await;
    bogdan.screen();
    team.service().trouble(trouble);
    team.it_is("2026-11-30T07:00:00Z").await;
    elena.types("/panout away until 1 December deputy Bogdan").await;
    elena.screen();
    for _ in 0..12 {
        team.passes(TimeDelta::minutes(1)).await;
    }
    waits_untried(&team).await;
    team.it_is("2026-12-01T07:00:00Z").await;
    bogdan.sees_nothing();
    elena.sees_nothing();
    team.it_is("2026-12-02T07:00:00Z").await;
    let (began, mut shown) = (Instant::now(), elena.screen());
    // The adapter keeps the service's word by real time.
    while !shown.contains("Acme refused") && began.elapsed() < Duration::from_mins(1) {
        team.passes(TimeDelta::minutes(1)).await;
        shown += &elena.screen();
    }
    assert_eq!(shown.matches("Acme refused").count(), 1, "{shown}");
    elena.presses("Seen").await;
    elena.sees_parts(&["Seen by Elena"]);
    team.person("Adi").screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_card_whose_new_head_has_not_started_waits_until_they_do(#[values(On::Slack, On::Discord)] on: On) {
    let mut team = logged_on_friday(on).await;
    team.person("Bogdan").types("/panout stop").await;
    team.person("Bogdan").screen();
    team.service().trouble(Trouble::Hang { times: 1 });
    team.it_is("2026-11-30T07:00:00Z").await;
    // It has had all its attempts, and for days.
    let all = "UPDATE jobs SET attempts = 40 WHERE occurrence = 'refusal:1' AND kind = 'post' RETURNING id";
    assert_eq!(team.rows::<(i64,)>(all).await.len(), 1);
    let days = "UPDATE messages SET decided_at = (SELECT MIN(logged_at) FROM refusals) WHERE notice = 'refusal:1'
                RETURNING notice";
    assert_eq!(team.rows::<(String,)>(days).await.len(), 1);
    team.restarts_with(vec![("Elena", Role::Rep), ("Ana", Role::Rep), ("Bogdan", Role::Head)]).await;
    for _ in 0..12 {
        team.passes(TimeDelta::minutes(1)).await;
    }
    waits_untried(&team).await;
    team.person("Bogdan").sees_nothing();
    team.person("Elena").sees_nothing();
    team.person("Bogdan").types("/panout start").await;
    team.passes(TimeDelta::seconds(2)).await;
    let shown = team.person("Bogdan").sees_parts(&["Your reminders are on", "Acme refused, €12,000: Price"]);
    assert_eq!(shown.matches("Acme refused").count(), 1, "{shown}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_card_that_did_not_come_in_working_hours_does_not_come_after_them(#[values(On::Slack, On::Discord)] on: On) {
    let team =
        Team::start_with(on, Setup { begins: "2026-11-23T15:59:30Z".parse().expect("an instant"), ..Setup::default() })
            .await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    team.service().trouble(Trouble::Hang { times: 1 });
    ana.types("/refusal Acme 12k price").await;
    ana.screen();
    for _ in 0..4 {
        team.passes(TimeDelta::minutes(1)).await;
        elena.sees_nothing();
    }
    waits_untried(&team).await;
    team.it_is("2026-11-24T07:00:00Z").await;
    let shown = elena.sees_parts(&["Acme refused, €12,000: Price"]);
    assert_eq!(shown.matches("Acme refused").count(), 1, "{shown}");
    team.ends().await;
}
