//! The letter to a client who went silent.

use rstest::rstest;

use crate::story::{On, Team};

/// Ana logged a client who went silent after the offer.
async fn silent(on: On) -> Team {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal *Acme* 12k silent #crm").await;
    if ana.has_form() {
        ana.fills(&[("Main reason", "Silence: After the offer")]).await;
        ana.submits().await;
    }
    ana.sees_parts(&["Stored as #1: *Acme*", "[Letter]"]);
    elena.screen();
    team
}

#[rstest]
#[tokio::test]
async fn a_letter_is_drafted_sent_and_asked_about_in_two_weeks(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = silent(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.presses("Letter").await;
    ana.sees_parts(&[
        "Where did we go wrong? A letter to *Acme*, to copy",
        "> Hello *Acme*,",
        "> We talked about CRM Suite, and then we lost touch.",
        "> How did we miss the mark? Did we fail to listen to what you needed?",
        "> Ana",
        "[Sent] [Français] [Română]",
    ]);
    ana.presses("Română").await;
    ana.sees_parts(&["> Bună ziua, *Acme*,", "> Am vorbit despre CRM Suite", "[Sent] [English] [Français]"]);
    ana.presses("Sent").await;
    ana.sees_parts(&[
        "Did *Acme* answer your letter?",
        "Letter sent by Ana on 23 November 2026.",
        "I ask on 7 December 2026.",
        "[They answered] [Still silent]",
    ]);
    elena.sees_parts(&["Letter sent by Ana on 23 November 2026."]);
    team.it_is("2026-12-04T08:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2026-12-07T07:00:00Z").await;
    ana.sees_parts(&[
        "One thing to do today",
        "#1 say whether they answered the letter: *Acme*",
        "[They answered] [Still silent]",
    ]);
    ana.presses("They answered").await;
    ana.fills(&[("What did they say?", "You never came <!here>.")]).await;
    ana.submits().await;
    ana.sees_parts(&["*Acme* answered", "> You never came <!here>.", "Everything in this message is done."]);
    elena.screen();
    let kept: Vec<(String, String)> = team.rows("SELECT question, answer FROM answers ORDER BY id").await;
    assert_eq!(kept, [("sent".into(), "ro".into()), ("reply".into(), "You never came <!here>.".to_owned())]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_is_still_silent_may_be_written_to_again(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = silent(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.presses("Letter").await;
    ana.presses("Sent").await;
    ana.screen();
    ana.presses("Still silent").await;
    ana.sees_parts(&["*Acme* is still silent", "They did not answer it.", "[Letter]"]);
    ana.presses("Letter").await;
    ana.presses("Sent").await;
    ana.sees_parts(&["Did *Acme* answer your letter?"]);
    elena.screen();
    let open: Vec<(i64,)> = team.rows("SELECT COUNT(*) FROM tasks WHERE kind = 'letter' AND done_at IS NULL").await;
    assert_eq!(open, [(1,)]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn no_letter_goes_to_who_asked_not_to_be_contacted(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = silent(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.presses("Letter").await;
    ana.presses("Sent").await;
    ana.screen();
    elena.screen();
    elena.presses("Close for good").await;
    elena.fills(&[("Why?", "They asked not to be contacted"), ("Who said so?", "Their lawyer")]).await;
    elena.submits().await;
    elena.screen();
    ana.presses("Still silent").await;
    let shown = ana.screen();
    assert!(!shown.contains("[They answered]"), "{shown}");
    team.it_is("2026-12-07T07:00:00Z").await;
    ana.sees_nothing();
    // The same client again: no letter is offered, and none can be made up.
    ana.types("/refusal *Acme* 1k silent/after_demo").await;
    if ana.has_form() {
        ana.submits().await;
    }
    let stored = ana.screen();
    assert!(stored.contains("Stored as #2") || stored.contains("Is this the same refusal?"), "{stored}");
    if stored.contains("Is this the same refusal?") {
        ana.presses("A new refusal").await;
        ana.screen();
    }
    elena.screen();
    ana.types("/debrief client 2").await;
    ana.sees_parts(&["*Acme* asked not to be contacted, says Their lawyer"]);
    let action = panout::chat::Action::new("letter.2").expect("it can be carried");
    let who = panout::chat::Account::new(on.service(), ana.id());
    let event = panout::chat::Event { id: "forged".into(), who, name: "Ana".into(), place: None, language: None };
    let reply = team.app().bot.press(event, panout::chat::Press { action, value: None }).await;
    assert!(format!("{reply:?}").contains(" asked not to be contacted, says Their lawyer"), "{reply:?}");
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_refusal_that_is_undone_has_no_letter_to_ask_about(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = silent(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.picks("letter_sent.1.0", "").await;
    let open = "SELECT COUNT(*) FROM tasks WHERE kind = 'letter' AND done_at IS NULL";
    assert_eq!(team.rows::<(i64,)>(open).await, [(1,)]);
    ana.presses("Undo").await;
    ana.sees_parts(&["Undone: #1, *Acme*."]);
    assert_eq!(team.rows::<(i64,)>(open).await, [(0,)]);
    elena.screen();
    team.it_is("2026-12-07T07:00:00Z").await;
    ana.sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_head_finds_the_letter_and_the_review_on_the_card(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k silent #crm").await;
    if ana.has_form() {
        ana.fills(&[("Main reason", "Silence: After the offer")]).await;
        ana.submits().await;
    }
    ana.screen();
    elena.sees_parts(&["[Revive] [Validate]", "[Letter]", "[What the client says]"]);
    elena.presses("Letter").await;
    elena.sees_parts(&["A letter to Acme, to copy"]);
    elena.types("/queue").await;
    elena.chooses("Decide one of them", "#1 Acme").await;
    elena.screen();
    elena.presses("What the client says").await;
    assert!(elena.form().contains("Who answered?"), "{}", elena.form());
    let review = [("decision", "Too late."), ("from_whom", "Maria"), ("client_reason", "silent")];
    elena.sends("review.1", &review).await;
    elena.sends("validate.1", &[("reason", "silent"), ("again_on", "2027-02-01")]).await;
    team.idle().await;
    elena.screen();
    ana.screen();
    ana.types("/recontacts").await;
    ana.chooses("Open one of them", "#1 Acme").await;
    ana.sees_parts(&["[I called]", "[Letter]", "[What the client says]"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn whoever_signed_is_not_asked_about_a_letter(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = silent(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.presses("Letter").await;
    ana.presses("Sent").await;
    elena.types("/refusal 1").await;
    elena.presses("Revive").await;
    elena.fills(&[("What do we try?", "Discount"), ("How, in a sentence", "Ten percent.")]).await;
    elena.submits().await;
    ana.presses("Won back").await;
    ana.fills(&[("What worked, in a sentence", "A call.")]).await;
    ana.submits().await;
    ana.screen();
    elena.screen();
    for who in ["Bogdan", "Oana", "Adi"] {
        team.person(who).screen();
    }
    team.it_is("2026-12-07T07:00:00Z").await;
    ana.sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_question_after_a_letter_goes_to_whoever_has_the_client(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = silent(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    elena.types("/refusal 1").await;
    elena.presses("Revive").await;
    let terms = [("What do we try?", "Discount"), ("How, in a sentence", "Call."), ("Who tries it?", "Bogdan")];
    elena.fills(&terms).await;
    elena.fills(&[("When do we ask how it went?", "2027-03-01")]).await;
    elena.submits().await;
    elena.presses("Letter").await;
    elena.presses("Sent").await;
    elena.screen();
    bogdan.screen();
    ana.screen();
    team.it_is("2026-12-07T07:00:00Z").await;
    bogdan.sees_parts(&["#1 say whether they answered the letter", "[They answered] [Still silent]"]);
    elena.sees_nothing();
    elena.types("/refusal 1").await;
    elena.presses("Reassign").await;
    elena.fills(&[("To whom?", "Ana")]).await;
    elena.submits().await;
    for who in [&ana, &bogdan, &elena] {
        who.screen();
    }
    team.it_is("2026-12-08T07:00:00Z").await;
    ana.sees_parts(&["#1 say whether they answered the letter"]);
    team.ends().await;
}
