//! What the head asked, and nobody answers.

use rstest::rstest;

use crate::story::{On, Setup, Team};

/// Elena asked Ana about Acme on Monday, and Ana has read it.
async fn asked(on: On) -> Team {
    let team = Team::start_with(on, Setup::default()).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    ana.screen();
    elena.presses("Ask the rep").await;
    elena.fills(&[("Your question", "Who decided?")]).await;
    elena.submits().await;
    elena.screen();
    ana.sees_parts(&["Elena asks about #1, Acme", "> Who decided?", "[Answer]"]);
    team
}

#[rstest]
#[tokio::test]
async fn a_question_is_said_twice_again_and_then_the_head_hears(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = asked(on).await;
    let (ana, elena, adi) = (team.person("Ana"), team.person("Elena"), team.person("Adi"));
    team.it_is("2026-11-24T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-11-25T07:00:00Z").await;
    ana.sees(
        "
        One thing to do today
        #1 answer a question: Acme, €12,000, Price
        > Who decided?
        [Answer]
        ",
    );
    team.it_is("2026-11-26T07:00:00Z").await;
    elena.screen();
    team.it_is("2026-11-27T07:00:00Z").await;
    ana.sees_parts(&["#1 answer a question", "[Answer]"]);
    for day in ["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03"] {
        team.it_is(&format!("{day}T07:00:00Z")).await;
    }
    elena.sees_parts(&["Ana was reminded of one client, who still waits."]);
    adi.screen();
    ana.sees_nothing();
    // However late, an answer is one.
    ana.presses("Answer").await;
    ana.fills(&[("Your answer", "Their CFO, alone.")]).await;
    ana.submits().await;
    let shown = ana.screen();
    assert!(shown.contains("Everything in this message is done."), "{shown}");
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_is_decided_or_answered_needs_no_answer_any_more(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[values(true, false)] decided: bool,
) {
    let team = asked(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    if decided {
        elena.presses("Validate").await;
        elena.fills(&[("When may we come back?", "2027-01-11")]).await;
        elena.submits().await;
    } else {
        ana.presses("Answer").await;
        ana.fills(&[("Your answer", "Their CFO, alone.")]).await;
        ana.submits().await;
    }
    ana.screen();
    elena.screen();
    team.it_is("2026-11-25T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-11-27T07:00:00Z").await;
    ana.sees_nothing();
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_wants_to_hear_once_is_asked_once_and_then_the_head_hears(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena, adi) = (team.person("Ana"), team.person("Elena"), team.person("Adi"));
    ana.types("/panout settings").await;
    ana.fills(&[("How often I remind you", "Light: I say it once")]).await;
    ana.submits().await;
    ana.types("/refusal Acme 12k price").await;
    elena.presses("Ask the rep").await;
    elena.fills(&[("Your question", "Who decided?")]).await;
    elena.submits().await;
    ana.sees_parts(&["Elena asks about #1, Acme"]);
    for day in ["2026-11-25", "2026-11-27", "2026-11-30"] {
        team.it_is(&format!("{day}T07:00:00Z")).await;
        let shown = elena.screen();
        assert!(!shown.contains("was reminded"), "{shown}");
    }
    team.it_is("2026-12-01T07:00:00Z").await;
    elena.sees_parts(&["Ana was reminded of one client, who still waits."]);
    ana.sees_nothing();
    adi.screen();
    team.ends().await;
}
