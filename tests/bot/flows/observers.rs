//! Who only looks on is shown nothing of a client, of what a rep answered, or of a person's figures.

use rstest::rstest;

use crate::story::{On, Team};

/// What somebody who looks on is never to read: clients and their people and words, what reps said, what there is of whom.
const SECRETS: [&str; 14] = [
    "Acme",
    "Globex",
    "12,000",
    "11,000",
    "5,000",
    "too dear",
    "Maria Pop",
    "A call on Friday",
    "after a month",
    "two parts",
    "Who decided",
    "Ana",
    "Bogdan",
    "Elena",
];

/// Buttons of the two refusals, their question and their difference, and menus with what is chosen in them.
const PRESSED: [(&str, &str); 22] = [
    ("open", "1"),
    ("show", "2"),
    ("edit_one", "1"),
    ("edit.1", ""),
    ("detail.2", ""),
    ("similar.2", ""),
    ("debrief.1", ""),
    ("all_questions.1", ""),
    ("next_question.1", ""),
    ("review.1", ""),
    ("letter.2", ""),
    ("letter_in.2.1", ""),
    ("client_is_right.1", ""),
    ("ask.2", ""),
    ("answer.1", ""),
    ("revive.2", ""),
    ("validate.2", ""),
    ("called.2", ""),
    ("reassign.2", ""),
    ("queue", ""),
    ("day.queue", ""),
    ("arrivals.1.0", ""),
];

/// One refusal with everything there can be said about it, won back; one that waits, with a question.
async fn team_with_a_past(on: On) -> Team {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Acme 12k price #crm \"30% too dear\"").await;
    ana.sends("detail.1", &[("contact", "Maria Pop")]).await;
    ana.sends("all_questions.1", &[("ended", "A call on Friday.")]).await;
    ana.sends(
        "review.1",
        &[("decision", "You answered after a month."), ("from_whom", "Maria Pop"), ("client_reason", "timing")],
    )
    .await;
    team.idle().await;
    for name in ["Ana", "Elena"] {
        team.person(name).screen();
    }
    elena.presses("Revive").await;
    elena.fills(&[("What do we try?", "Payment terms"), ("How, in a sentence", "Half now.")]).await;
    elena.submits().await;
    ana.presses("Won back").await;
    ana.fills(&[("For how much?", "11k"), ("What worked, in a sentence", "They pay in two parts.")]).await;
    ana.submits().await;
    bogdan.types("/refusal Globex 5k silent/after_offer").await;
    elena.sends("ask.2", &[("question", "Who decided?")]).await;
    team.idle().await;
    for name in ["Ana", "Bogdan", "Elena", "Adi", "Oana"] {
        team.person(name).screen();
    }
    let there = "SELECT COUNT(*) FROM plays UNION ALL SELECT COUNT(*) FROM questions UNION ALL
                 SELECT COUNT(*) FROM differences UNION ALL SELECT COUNT(DISTINCT questionnaire) FROM answers";
    assert_eq!(team.rows::<(i64,)>(there).await, [(1,), (1,), (1,), (2,)]);
    team
}

#[track_caller]
fn tells_nothing(asked: &str, read: &str) {
    let told: Vec<_> = SECRETS.iter().filter(|secret| read.contains(**secret)).collect();
    assert!(told.is_empty(), "{asked} tells {told:?}:\n{read}");
}

#[rstest]
#[tokio::test]
async fn whoever_only_looks_on_is_shown_no_client_no_answer_and_no_figure(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = team_with_a_past(on).await;
    let oana = team.person("Oana");
    let not_theirs = "This is not yours to open or change.";
    for (line, says) in [
        ("/queue", not_theirs),
        ("/recontacts", "No client is in your hands."),
        ("/recontacts Ana", ""),
        ("/plays", not_theirs),
        ("/refusals gap", not_theirs),
        ("/refusals mine", ""),
        ("/refusal 1", not_theirs),
        ("/refusal 2", not_theirs),
        ("/refusal 2 recontact 2027-03-01", not_theirs),
        ("/debrief 1", not_theirs),
        ("/debrief client 1", not_theirs),
        ("/debrief", ""),
    ] {
        oana.types(line).await;
        assert!(!oana.has_form(), "{line} opens\n{}", oana.form());
        let read = oana.screen();
        assert!(!read.is_empty() && read.contains(says), "{line}: {read}");
        // What they typed themselves is no secret.
        tells_nothing(line, &read.replace("\"Ana\"", "").replace("Ana", if line.contains("Ana") { "" } else { "Ana" }));
    }
    for (action, value) in PRESSED {
        let read = oana.picks(action, value).await;
        tells_nothing(action, &read);
        assert!(read.contains(not_theirs), "{action}: {read}");
    }
    for command in ["/refusal", "/plays"] {
        for (option, typed) in [("account", "Ac"), ("about", "p")] {
            if (command == "/refusal") == (option == "account") {
                let offered = oana.is_suggested(command, option, typed).await;
                tells_nothing(option, &offered.join("\n"));
            }
        }
    }
    team.idle().await;
    team.it_is("2026-12-01T08:00:00Z").await;
    oana.sees_nothing();
    for name in ["Ana", "Bogdan", "Elena", "Adi"] {
        team.person(name).screen();
    }
    team.ends().await;
}
