//! How it went, said by the rep: asked soon, in the message of the day, or only when they wish; read by no colleague.

use rstest::rstest;

use crate::story::{Actor, On, Setup, Team};

/// Ana logged a refusal on Monday at ten, and is asked by the bot itself how it went.
async fn logged(on: On) -> Team {
    let team = Team::start_with(on, Setup { debriefs: true, ..Setup::default() }).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price #crm \"30% too dear\"").await;
    ana.sees_parts(&["Stored as #1: Acme"]);
    elena.sees_parts(&["Acme refused, €12,000: Price"]);
    team
}

const ENDED: (&str, &str) = ("How did it end?", "A call on Friday.");
const WHY: (&str, &str) = ("In the client's words, why?", "We cannot justify it.");
const WELL: (&str, &str) = ("What went well, where did we fall short?", "The demo; the offer was late.");
const DIFFERENTLY: (&str, &str) = ("What would you do differently?", "See their CFO first.");

/// What somebody is told of their form, in it or beside it.
fn told(who: &Actor<'_>) -> String {
    let form = if who.has_form() { who.form() } else { String::new() };
    format!("{form}\n{}", who.screen())
}

#[rstest]
#[tokio::test]
async fn half_an_hour_after_logging_a_rep_is_asked_and_answers_in_one_form(
    #[values(On::Slack, On::Discord, On::Local, On::SlackHttp, On::DiscordHttp)] on: On,
) {
    let team = logged(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    team.it_is("2026-11-23T08:29:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-11-23T08:30:00Z").await;
    ana.sees_parts(&[
        "How did it go with Acme, #1?",
        "#1 Acme, €12,000, Price",
        "You and whoever leads your team read it, no colleague does.",
        "[Answer] [One by one] [Later]",
    ]);
    ana.presses("Answer").await;
    ana.submits().await;
    assert!(told(&ana).contains("Answer one question at least, in a few words."));
    ana.fills(&[ENDED, WHY, WELL, DIFFERENTLY, ("Chase this client again on", "2027-03-01")]).await;
    ana.submits().await;
    ana.sees_parts(&[
        "Thank you: the debrief of Acme, #1, is done",
        "> We cannot justify it.",
        "> See their CFO first.",
        "Chase this client again on: 1 March 2027",
        "To hear the client too: /debrief client 1",
        "[Change an answer]",
    ]);
    elena.sees_parts(&["Debrief by Ana:", "How did it end?", "> A call on Friday.", "> The demo; the offer was late."]);
    // What the rep wishes is what the head is offered.
    elena.presses("Validate").await;
    assert!(elena.form().contains("2027-03-01"), "{}", elena.form());
    team.it_is("2026-11-30T08:00:00Z").await;
    elena.screen();
    ana.sees_nothing();
    bogdan.sees_nothing();
    let kept = "SELECT question, answer, version FROM answers ORDER BY id";
    let kept: Vec<(String, String, i64)> = team.rows(kept).await;
    assert_eq!(kept.len(), 5);
    assert!(kept.contains(&("again_on".into(), "2027-03-01".into(), 1)), "{kept:?}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn one_by_one_each_answer_is_kept_at_once_and_the_rest_can_wait(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    team.it_is("2026-11-23T08:30:00Z").await;
    ana.screen();
    ana.presses("One by one").await;
    assert!(ana.form().contains("How did it end?") && !ana.form().contains("why?"), "{}", ana.form());
    ana.fills(&[ENDED]).await;
    ana.submits().await;
    ana.sees_parts(&["Acme, #1: 1 of 4 answered", "> A call on Friday.", "[Next question] [All in one form] [Later]"]);
    elena.sees_parts(&["Debrief by Ana:", "> A call on Friday."]);
    ana.presses("Next question").await;
    ana.fills(&[WHY]).await;
    ana.submits().await;
    ana.sees_parts(&["Acme, #1: 2 of 4 answered", "> We cannot justify it."]);
    elena.sees_parts(&["> We cannot justify it."]);
    ana.presses("All in one form").await;
    assert!(ana.form().contains("We cannot justify it."), "what was said is still there: {}", ana.form());
    ana.fills(&[(WHY.0, "Their board cannot justify it.")]).await;
    ana.submits().await;
    ana.sees_parts(&["> Their board cannot justify it."]);
    elena.screen();
    ana.presses("That is all").await;
    ana.sees_parts(&["Thank you: the debrief of Acme, #1, is done", "[Change an answer] [Next question]"]);
    let audit = "SELECT was, is_now FROM audit WHERE what = 'debrief' AND was IS NOT NULL";
    let audit: Vec<(String, String)> = team.rows(audit).await;
    assert_eq!(audit, [("why: We cannot justify it.".into(), "why: Their board cannot justify it.".into())]);
    team.it_is("2026-12-23T08:00:00Z").await;
    ana.sees_nothing();
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn unanswered_it_comes_in_the_message_of_the_day_and_opens_from_there(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    team.it_is("2026-11-23T08:30:00Z").await;
    ana.sees_parts(&["How did it go with Acme, #1?"]);
    team.it_is("2026-11-24T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-11-25T07:00:00Z").await;
    ana.sees_parts(&[
        "One thing to do today",
        "#1 say how it went: Acme, €12,000, Price",
        "[Answer] [One by one] [Later]",
    ]);
    ana.presses("Answer").await;
    ana.fills(&[ENDED, WHY, WELL, DIFFERENTLY]).await;
    ana.submits().await;
    let shown = ana.screen();
    // The first message, the one of the day and the card: all of them say so.
    assert!(shown.contains("Everything in this message is done."), "{shown}");
    assert_eq!(shown.matches("Thank you: the debrief of Acme, #1, is done").count(), 2, "{shown}");
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn later_is_in_an_hour_this_evening_or_on_a_day(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    team.it_is("2026-11-23T08:30:00Z").await;
    ana.screen();
    ana.presses("Later").await;
    ana.submits().await;
    ana.sees_parts(&["I ask: "]);
    team.it_is("2026-11-23T09:29:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-11-23T09:30:00Z").await;
    ana.sees_parts(&["How did it go with Acme, #1?"]);
    ana.presses("Later").await;
    ana.fills(&[("When?", "This evening")]).await;
    ana.submits().await;
    ana.screen();
    team.it_is("2026-11-23T16:30:00Z").await;
    ana.sees_parts(&["How did it go with Acme, #1?"]);
    ana.presses("Later").await;
    ana.fills(&[("When?", "On another day"), ("If on another day: which?", "2026-11-20")]).await;
    ana.submits().await;
    assert!(told(&ana).contains("Choose tomorrow or a later day."));
    ana.fills(&[("If on another day: which?", "2026-12-07")]).await;
    ana.submits().await;
    ana.screen();
    team.it_is("2026-12-04T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-12-07T07:00:00Z").await;
    ana.sees_parts(&["One thing to do today", "#1 say how it went: Acme"]);
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn in_the_evening_it_waits_for_working_hours(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let begins = "2026-11-23T15:45:00Z".parse().expect("an instant");
    let team = Team::start_with(on, Setup { debriefs: true, begins, ..Setup::default() }).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme price").await;
    ana.screen();
    elena.screen();
    team.it_is("2026-11-23T20:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-11-24T07:00:00Z").await;
    ana.sees_parts(&["How did it go with Acme, #1?"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn after_two_days_without_the_bot_it_is_asked_once(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    team.it_is("2026-11-25T08:00:00Z").await;
    let shown = ana.sees_parts(&["One thing to do today", "#1 say how it went: Acme"]);
    assert!(!shown.contains("How did it go with"), "{shown}");
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn whoever_chose_so_is_asked_in_the_message_of_the_day_or_never(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    // Also what waits already follows.
    chooses(&ana, "In the daily message").await;
    team.it_is("2026-11-23T12:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-11-24T07:00:00Z").await;
    ana.sees_parts(&["One thing to do today", "#1 say how it went: Acme"]);
    ana.types("/refusal Globex 3k technical").await;
    ana.screen();
    elena.screen();
    chooses(&ana, "Only when you ask for it").await;
    ana.types("/refusal Initech 4k technical").await;
    ana.screen();
    elena.screen();
    team.it_is("2026-12-24T07:00:00Z").await;
    ana.sees_nothing();
    elena.screen();
    // The one that has waited longest, and one by its number.
    ana.types("/debrief").await;
    ana.sees_parts(&["How did it go with Acme, #1?"]);
    ana.types("/debrief #3").await;
    ana.sees_parts(&["How did it go with Initech, #3?"]);
    team.ends().await;
}

async fn chooses(who: &Actor<'_>, when: &str) {
    who.types("/panout settings").await;
    who.fills(&[("When I ask how it went", when)]).await;
    who.submits().await;
    who.sees_parts(&[&format!("When I ask how it went: {when}")]);
}

#[rstest]
#[tokio::test]
async fn what_was_undone_or_is_no_refusal_is_not_asked_about(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.presses("Undo").await;
    ana.screen();
    ana.types("/refusal Globex 3k technical").await;
    ana.screen();
    ana.presses("Edit").await;
    ana.fills(&[("How it ended", "Not valid (duplicate, spam, test)")]).await;
    ana.submits().await;
    ana.screen();
    elena.screen();
    team.it_is("2026-11-25T08:00:00Z").await;
    ana.sees_nothing();
    ana.types("/debrief").await;
    ana.sees_parts(&["Nothing to debrief. After your next refusal I ask how it went."]);
    ana.types("/debrief 1").await;
    ana.sees_parts(&["This refusal was undone by its rep."]);
    if on != On::Discord {
        ana.types("/debrief tomorrow").await;
        ana.sees_parts(&["I do not know /debrief tomorrow."]);
    }
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_colleague_who_has_the_refusal_now_never_reads_its_debrief(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = logged(on).await;
    let (ana, bogdan, elena, adi) =
        (team.person("Ana"), team.person("Bogdan"), team.person("Elena"), team.person("Adi"));
    ana.types("/debrief 1").await;
    ana.presses("Answer").await;
    ana.fills(&[ENDED]).await;
    ana.submits().await;
    ana.screen();
    elena.screen();
    elena.presses("Revive").await;
    elena
        .fills(&[
            ("What do we try?", "Discount"),
            ("How, in a sentence", "Eight percent."),
            ("Who tries it?", "Bogdan"),
            ("When do we ask how it went?", "2026-12-07"),
        ])
        .await;
    elena.submits().await;
    assert!(elena.screen().contains("> A call on Friday."));
    let card = bogdan.sees_parts(&["Acme is worth another try", "> Eight percent."]);
    assert!(!card.contains("A call on Friday."), "{card}");
    bogdan.types("/debrief 1").await;
    bogdan.sees_parts(&["This is not yours to open or change."]);
    for reader in [&elena, &adi] {
        reader.types("/debrief 1").await;
        reader.sees_parts(&["Debrief by Ana:", "> A call on Friday."]);
    }
    team.person("Oana").types("/debrief 1").await;
    team.person("Oana").sees_parts(&["This is not yours to open or change."]);
    ana.screen();
    team.ends().await;
}
