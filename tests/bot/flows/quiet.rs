//! Nobody is written to more than a few times a day.

use rstest::rstest;

use crate::story::{On, Setup, Team};

async fn strict(on: On) -> Team {
    Team::start_with(on, Setup { messages_a_day: 3, debriefs: true, ..Setup::default() }).await
}

#[rstest]
#[tokio::test]
async fn what_would_be_too_many_comes_to_the_head_together(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = strict(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for account in ["Acme", "Globex", "Initech", "Umbrella"] {
        ana.types(&format!("/refusal {account} 12k price")).await;
        ana.sees_parts(&["Stored as #"]);
        // A service takes one message a second in a conversation.
        team.passes(chrono::TimeDelta::seconds(2)).await;
    }
    let shown = elena.sees_parts(&["Acme refused", "Globex refused", "Initech refused"]);
    assert!(!shown.contains("Umbrella refused"), "{shown}");
    // Also if it changes meanwhile.
    ana.types("/debrief #4").await;
    ana.presses("Answer").await;
    ana.fills(&[("How did it end?", "By mail.")]).await;
    ana.submits().await;
    ana.screen();
    ana.types("/refusal Hooli 12k price").await;
    ana.screen();
    team.it_is("2026-11-23T15:00:00Z").await;
    elena.sees_nothing();
    team.it_is("2026-11-24T07:00:00Z").await;
    elena.sees(
        "
        One thing to do today
        2 refusals have come in: Umbrella and Hooli
        [Look] [All seen]
        ",
    );
    ana.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_rep_who_logs_much_is_asked_three_times_and_then_in_the_daily_message(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = strict(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for account in ["Acme", "Globex", "Initech", "Umbrella", "Hooli"] {
        ana.types(&format!("/refusal {account} 12k price")).await;
        ana.screen();
        team.passes(chrono::TimeDelta::seconds(2)).await;
    }
    for minute in 0..5 {
        team.it_is(&format!("2026-11-23T08:3{minute}:30Z")).await;
    }
    let asked = ana.screen().matches("How did it go with").count();
    assert_eq!(asked, 3);
    // A question of the head would be a fourth message: it is in the next one of the day.
    elena.screen();
    elena.presses("Ask the rep").await;
    elena.fills(&[("Your question", "Who decided?")]).await;
    elena.submits().await;
    elena.screen();
    ana.sees_nothing();
    team.it_is("2026-11-24T07:00:00Z").await;
    let shown = ana.sees_parts(&["answer a question", "> Who decided?", "[Answer]"]);
    assert_eq!(shown.matches("to do today").count(), 1, "{shown}");
    team.it_is("2026-11-25T08:00:00Z").await;
    let shown = ana.screen();
    for part in ["5 things to do today", "say how it went: Umbrella", "say how it went: Hooli"] {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }
    elena.screen();
    team.person("Adi").screen();
    team.ends().await;
}
