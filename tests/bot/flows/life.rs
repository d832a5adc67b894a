//! The life of a refusal after the head has it: revived, validated, called again, won back, refused again, closed.

use rstest::rstest;

use crate::story::{On, Team};

/// Ana logged a refusal on Monday at ten, and Elena has its card.
async fn logged(on: On) -> Team {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price #crm \"30% too dear\"").await;
    ana.sees_parts(&["Stored as #1: Acme"]);
    elena.sees_parts(&["Acme refused, €12,000: Price", "[Revive] [Validate]"]);
    team
}

async fn revives(team: &Team, rep: &str, due: &str) {
    let elena = team.person("Elena");
    elena.presses("Revive").await;
    elena
        .fills(&[
            ("What do we try?", "Payment terms"),
            ("How, in a sentence", "Half now, half in sixty days."),
            ("Who tries it?", rep),
            ("When do we ask how it went?", due),
        ])
        .await;
    elena.submits().await;
}

async fn validates(team: &Team, again: &str) {
    let elena = team.person("Elena");
    elena.presses("Validate").await;
    elena
        .fills(&[
            ("Their main reason", "Timing"),
            ("Who decided, and when?", "Their CFO, last week"),
            ("What would have changed it?", "Discount"),
            ("When may we come back?", again),
        ])
        .await;
    elena.submits().await;
}

#[rstest]
#[tokio::test]
async fn a_head_brings_a_refused_deal_back_and_the_rep_wins_it(
    #[values(On::Slack, On::Discord, On::Local, On::SlackHttp, On::DiscordHttp)] on: On,
) {
    let team = logged(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    revives(&team, "Bogdan", "2026-12-07").await;
    let decided = elena
        .sees_parts(&["Elena thinks it is worth another try: Payment terms. Bogdan has it until 7 December 2026."]);
    assert!(!decided.contains("[Revive]") && !decided.contains("[Seen]"), "{decided}");
    ana.sees_nothing();
    bogdan.sees_parts(&[
        "Acme is worth another try, says Elena: Payment terms",
        "You have it until 7 December 2026.",
        "> 30% too dear",
        "> Half now, half in sixty days.",
        "[Won back] [Refused again] [Needs time] [Close for good]",
    ]);
    team.it_is("2026-12-04T08:00:00Z").await;
    bogdan.sees_nothing();
    team.it_is("2026-12-07T07:00:00Z").await;
    bogdan.sees_parts(&["One thing to do today", "#1 tell how the new terms went: Acme, €12,000, Price"]);
    bogdan.presses("Won back").await;
    bogdan.fills(&[("For how much?", "11k"), ("What worked, in a sentence", "Paying in two parts.")]).await;
    bogdan.submits().await;
    let shown = bogdan.screen();
    for part in
        ["Bogdan won it back.", "> Paying in two parts.", "Signed for: €11,000", "Everything in this message is done."]
    {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }
    elena.sees_parts(&["Bogdan won it back.", "> Paying in two parts."]);
    for who in ["Ana", "Oana", "Adi"] {
        team.person(who).sees("Bogdan won Acme back. What did it: Payment terms\n> Paying in two parts.");
    }
    team.it_is("2026-12-14T07:00:00Z").await;
    bogdan.sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_second_no_is_a_new_refusal_that_says_of_which(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    revives(&team, "Ana", "2026-12-07").await;
    elena.screen();
    ana.sees_parts(&["Acme is worth another try, says Elena: Payment terms"]);
    ana.presses("Refused again").await;
    assert!(ana.form().contains("Company: Acme"), "{}", ana.form());
    ana.fills(&[("Main reason", "Price: Payment terms"), ("In the client's own words", "Still too dear.")]).await;
    ana.submits().await;
    let shown = ana.screen();
    for part in ["Stored as #2: Acme", "Refused again, says Ana: #2."] {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }
    let heads = elena.screen();
    for part in ["Refused again, says Ana: #2.", "This is the second no, after #1.", "> Still too dear."] {
        assert!(heads.contains(part), "{part:?} is not in\n{heads}");
    }
    team.it_is("2026-12-07T07:00:00Z").await;
    ana.sees_nothing();
    elena.sees_parts(&["One refusal has waited for you longer than two working days."]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_validated_refusal_sleeps_until_its_day_and_is_called_again(
    #[values(On::Slack, On::Discord, On::Local, On::SlackHttp, On::DiscordHttp)] on: On,
) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    validates(&team, "2027-02-01").await;
    elena.sees_parts(&[
        "Elena called the client: it sleeps until 1 February 2027.",
        "Their main reason: Timing",
        "Who decided, and when?\n> Their CFO, last week",
        "What would have changed it? Discount",
    ]);
    ana.sees_nothing();
    ana.types("/recontacts").await;
    ana.sees_parts(&["One client is in your hands", "#1 1 Feb 2027, call again: Acme, €12,000, Price"]);
    team.it_is("2027-02-01T07:00:00Z").await;
    ana.sees_parts(&[
        "One thing to do today",
        "#1 call again: Acme, €12,000, Price",
        "Refusal of 23 November 2026, logged by Ana as #1.",
        "Ask whether the moment has come.",
        "> 30% too dear",
        "[I called] [Snooze] [Close for good]",
    ]);
    ana.presses("I called").await;
    ana.fills(&[
        ("What came of it?", "Not now"),
        ("If not now: when again?", "2027-05-03"),
        ("How is the chosen solution working?", "It crashes every Monday."),
    ])
    .await;
    ana.submits().await;
    let shown = ana.screen();
    for part in [
        "Acme is to be called again on 3 May 2027",
        "Ana let it sleep until 3 May 2027.",
        "How is the chosen solution working?\n> It crashes every Monday.",
        "Everything in this message is done.",
    ] {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }
    elena.sees_parts(&["Ana let it sleep until 3 May 2027."]);
    team.it_is("2027-05-03T07:00:00Z").await;
    ana.sees_parts(&["One thing to do today"]);
    ana.presses("I called").await;
    ana.fills(&[("What came of it?", "Worth another try"), ("Any other need?", "They want support on Mondays.")]).await;
    ana.submits().await;
    let shown = ana.screen();
    for part in ["Ana thinks it is worth another try: Something else.", "> They want support on Mondays.", "[Won back]"]
    {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }
    elena.sees_parts(&["Ana thinks it is worth another try: Something else."]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn snoozed_it_comes_on_the_other_day_and_closed_it_never_comes(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    validates(&team, "2027-02-01").await;
    elena.screen();
    team.it_is("2027-02-01T07:00:00Z").await;
    ana.sees_parts(&["One thing to do today"]);
    ana.presses("Snooze").await;
    ana.fills(&[("Until when?", "2027-01-31")]).await;
    ana.submits().await;
    assert!(told(&ana).contains("Choose tomorrow or a later day."));
    ana.fills(&[("Until when?", "2027-02-10")]).await;
    ana.submits().await;
    ana.screen();
    team.it_is("2027-02-09T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2027-02-10T07:00:00Z").await;
    ana.sees_parts(&["One thing to do today"]);
    ana.presses("Close for good").await;
    ana.fills(&[("Why?", "They asked not to be contacted"), ("Who said so?", "Their buyer")]).await;
    ana.submits().await;
    let shown = ana.screen();
    for part in [
        "Closed for good by Ana.",
        "Why: They asked not to be contacted",
        "Who asked: Acme",
        "Who said so: Their buyer",
    ] {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }
    elena.sees_parts(&["Closed for good by Ana."]);
    team.it_is("2028-02-10T07:00:00Z").await;
    ana.sees_nothing();
    ana.types("/recontacts").await;
    ana.sees_parts(&["No client is in your hands."]);
    team.ends().await;
}

/// What somebody is told of their form, in it or beside it.
fn told(who: &crate::story::Actor<'_>) -> String {
    let form = if who.has_form() { who.form() } else { String::new() };
    format!("{form}\n{}", who.screen())
}

#[rstest]
#[tokio::test]
async fn the_queue_has_the_late_ones_first_then_the_largest(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for line in ["Old 1k price", "Older 2k price"] {
        ana.types(&format!("/refusal {line}")).await;
    }
    team.it_is("2026-11-26T08:00:00Z").await;
    elena.sees_parts(&["2 refusals have waited for you longer than two working days."]);
    for line in ["Small 3k price", "Large 90k price"] {
        ana.types(&format!("/refusal {line}")).await;
    }
    ana.screen();
    elena.screen();
    elena.types("/queue").await;
    let queue = elena.sees_parts(&["4 refusals wait for you"]);
    let at = |name: &str| queue.find(&format!(" {name}, ")).unwrap_or_else(|| panic!("{name} is not in\n{queue}"));
    assert!(at("Old") < at("Older") && at("Older") < at("Large") && at("Large") < at("Small"), "{queue}");
    assert!(queue.contains("#1 Old, €1,000, Price, Ana, for 3 days"), "{queue}");
    elena.chooses("Decide one of them", "#4 Large").await;
    elena.sees_parts(&["Large refused, €90,000: Price", "[Revive] [Validate]"]);
    ana.types("/queue").await;
    ana.sees_parts(&["The queue is for heads of sales."]);
    team.person("Oana").types("/queue").await;
    team.person("Oana").sees_parts(&["This is not yours to open or change."]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_press_on_something_decided_shows_what_was_decided_and_by_whom(
    #[values(On::Slack, On::Discord, On::Local, On::SlackHttp, On::DiscordHttp)] on: On,
) {
    let team = logged(on).await;
    let (adi, elena) = (team.person("Adi"), team.person("Elena"));
    adi.types("/queue").await;
    adi.chooses("Decide one of them", "#1 Acme").await;
    adi.screen();
    revives(&team, "Ana", "2026-12-07").await;
    elena.screen();
    team.person("Ana").screen();
    adi.presses("Validate").await;
    adi.sees_parts(&["Elena thinks it is worth another try: Payment terms."]);
    assert!(!adi.has_form());
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_asked_not_to_be_contacted_is_left_in_peace_everywhere(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = logged(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    validates(&team, "2027-02-01").await;
    elena.screen();
    team.it_is("2027-01-11T08:00:00Z").await;
    bogdan.types("/refusal ACME Inc. 5k technical").await;
    bogdan.screen();
    elena.sees_parts(&["ACME Inc. refused", "[Close for good]"]);
    elena.presses("Close for good").await;
    elena.fills(&[("Why?", "They asked not to be contacted"), ("Who said so?", "Their lawyer")]).await;
    elena.submits().await;
    let shown = elena.screen();
    assert_eq!(shown.matches("Closed for good by Elena.").count(), 2, "both of that account:\n{shown}");
    team.it_is("2027-02-01T07:00:00Z").await;
    ana.sees_nothing();
    // Logged once more, it is brought to the head, and nobody can plan a call.
    bogdan.types("/refusal Acme 5k technical").await;
    bogdan.presses("A new refusal").await;
    bogdan.screen();
    let says = " asked not to be contacted, says Their lawyer: press Close for good.";
    let card =
        elena.sees_parts(&["Acme refused", &format!("Acme{says}"), "[Seen]", "[Ask the rep]", "[Close for good]"]);
    for button in ["[Revive]", "[Validate]", "[Delegate]", "[What the client says]"] {
        assert!(!card.contains(button), "{card}");
    }
    // One who has an older card, or makes it up.
    for action in ["validate.3", "revive.3"] {
        let reply = elena.picks(action, "").await;
        assert!(reply.contains(says), "{reply}");
    }
    let heard = [("reason", "timing"), ("again_on", "2027-03-01")];
    assert!(elena.sends("validate.3", &heard).await.contains(says));
    let planned = team.rows::<(i64,)>("SELECT COUNT(*) FROM tasks WHERE done_at IS NULL").await;
    assert_eq!(planned, [(0,)]);
    let stage = team.rows::<(String,)>("SELECT stage FROM refusals WHERE number = 3").await;
    assert_eq!(stage, [("with_head".to_owned(),)]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn whoever_changes_their_hour_gets_what_waits_at_the_new_one(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    validates(&team, "2026-12-14").await;
    elena.screen();
    ana.types("/panout settings").await;
    ana.fills(&[("Hour of the daily message", "16:30")]).await;
    ana.submits().await;
    ana.screen();
    team.it_is("2026-12-14T07:30:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-12-14T14:30:00Z").await;
    ana.sees_parts(&["One thing to do today"]);
    team.it_is("2026-12-15T14:30:00Z").await;
    ana.sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_message_of_the_day_that_is_hours_late_waits_for_its_reader(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    validates(&team, "2026-12-11").await;
    elena.screen();
    // Friday at nine the machine sleeps; it wakes on Saturday night.
    team.it_is("2026-12-12T23:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-12-14T07:00:00Z").await;
    ana.sees_parts(&["One thing to do today", "#1 call again: Acme"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn names_of_emoji_and_a_full_day_hide_nothing(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for n in 1..=12 {
        ana.types(&format!("/refusal A{n}{} price", "🎈".repeat(40))).await;
        ana.screen();
        elena.screen();
        team.passes(chrono::TimeDelta::seconds(2)).await;
        elena.screen();
        validates(&team, "2026-12-14").await;
        elena.screen();
        team.passes(chrono::TimeDelta::seconds(2)).await;
    }
    elena.screen();
    team.it_is("2026-12-14T07:00:00Z").await;
    let shown = ana.sees_parts(&["12 things to do today", "More wait: type /recontacts."]);
    assert!(shown.contains("#10 ") && !shown.contains("#11 "), "{shown}");
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_client_is_called_again_by_the_reason_the_head_heard(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    ana.screen();
    elena.presses("Validate").await;
    // Ninety days for a price that was refused, thirty for silence.
    elena.fills(&[("Their main reason", "Silence")]).await;
    elena.submits().await;
    elena.sees_parts(&["Elena called the client: it sleeps until 23 December 2026."]);
    team.it_is("2026-12-23T07:00:00Z").await;
    ana.sees_parts(&["#1 call again: Acme", "Ask whether you missed the mark, and how."]);
    ana.presses("Snooze").await;
    ana.submits().await;
    ana.screen();
    elena.screen();
    team.ends().await;
}
