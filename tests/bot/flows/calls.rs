//! What is asked and said in calls: when the head validates a refusal, and each time its client is called again.

use panout::domain::{PersonId, RefusalNumber};
use panout::store::{Answered, Inquiry};
use rstest::rstest;

use crate::story::{Actor, On, Setup, Team};

/// An organisation that asks more in its calls than the house does.
const OWN: &str = r#"
    [validation]
    version = 4
    [[validation.questions]]
    id = "who_signs"
    en = { asks = "Who signs next year?" }
    fr = { asks = "Qui signe l'an prochain ?" }
    ro = { asks = "Cine semnează la anul?" }
    [[validation.questions]]
    id = "visit"
    takes = "text_and_day"
    en = { asks = "May we visit?", day = "On which day?" }
    fr = { asks = "Pouvons-nous venir ?", day = "Quel jour ?" }
    ro = { asks = "Putem veni?", day = "În ce zi?" }
    [recontact]
    version = 7
    [[recontact.questions]]
    id = "would_help"
    takes = "lever"
    en = { asks = "What would help?" }
    fr = { asks = "Qu'est-ce qui aiderait ?" }
    ro = { asks = "Ce ar ajuta?" }
    [[recontact.questions]]
    id = "mood"
    en = { asks = "How do they sound?" }
    fr = { asks = "Quel est leur ton ?" }
    ro = { asks = "Cum sună?" }
"#;

/// One that has done with the need, and whose own questions came and went.
const LATER: &str = r#"
    [validation]
    version = 5
    [[validation.questions]]
    id = "gap"
    retired = true
    [recontact]
    version = 8
    [[recontact.questions]]
    id = "need"
    retired = true
"#;

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
}

/// Ana's client, called by Elena, who wrote this down; asleep until the first of February.
async fn asleep(on: On, setup: Setup, heard: &[(&str, &str)]) -> Team {
    let team = Team::start_with(on, setup).await;
    let elena = team.person("Elena");
    team.person("Ana").types("/refusal Acme 12k price").await;
    look_away(&team);
    elena.presses("Validate").await;
    elena.fills(&[("When may we come back?", "2027-02-01")]).await;
    elena.fills(heard).await;
    elena.submits().await;
    team
}

/// Ana calls once more, on a day; what is on her screen then.
async fn calls(team: &Team, on_day: &str, heard: &[(&str, &str)]) -> String {
    let ana = team.person("Ana");
    look_away(team);
    team.it_is(&format!("{on_day}T07:00:00Z")).await;
    ana.screen();
    ana.presses("I called").await;
    ana.fills(heard).await;
    ana.submits().await;
    ana.screen()
}

/// What somebody is told of their form, in it or beside it.
fn told(who: &Actor<'_>) -> String {
    let form = if who.has_form() { who.form() } else { String::new() };
    format!("{form}\n{}", who.screen())
}

/// What is kept of calls: the questionnaire, its version, the question, the answer, where the call led.
async fn kept(team: &Team) -> Vec<String> {
    let sql = "SELECT a.questionnaire, a.version, a.question, a.answer, d.stage
               FROM answers a JOIN decisions d ON d.id = a.decision_id ORDER BY a.decision_id, a.question";
    let rows: Vec<(String, i64, String, String, String)> = team.rows(sql).await;
    rows.into_iter().map(|(of, version, asked, said, led)| format!("{of} {version} {asked}={said} {led}")).collect()
}

#[rstest]
#[tokio::test]
async fn nothing_would_have_changed_it_is_an_answer_too(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = asleep(on, Setup::default(), &[("What would have changed it?", "Nothing")]).await;
    team.person("Elena").sees_parts(&["What would have changed it? Nothing"]);
    assert_eq!(kept(&team).await, ["validation 1 would_change=nothing validated"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_calls_again_says_what_is_tried_and_until_when(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = asleep(on, Setup::default(), &[]).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    let shown = calls(
        &team,
        "2027-02-01",
        &[
            ("What came of it?", "Worth another try"),
            ("What has changed?", "A new director."),
            ("Any other need?", "They would pay later."),
            ("If another try: what is tried?", "Payment terms"),
            ("If another try: when do we ask how it went?", "2027-02-08"),
        ],
    )
    .await;
    let says = "Ana thinks it is worth another try: Payment terms. Ana has it until 8 February 2027.";
    assert!(shown.contains(says), "{shown}");
    let shown = elena.sees_parts(&[says, "What has changed?\n> A new director."]);
    assert_eq!(shown.matches("> They would pay later.").count(), 1, "what is tried is said once:\n{shown}");
    assert!(!shown.contains("Any other need?"), "{shown}");
    let kept = kept(&team).await;
    let need = "recontact 1 need=They would pay later. revived".to_owned();
    assert_eq!(kept, ["recontact 1 changed=A new director. revived".to_owned(), need]);
    team.it_is("2027-02-05T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2027-02-08T07:00:00Z").await;
    ana.sees_parts(&["#1 tell how the new terms went: Acme"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn an_organisations_own_questions_are_asked_in_calls_and_kept_with_their_version(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let setup = Setup { questions: Some(OWN), ..Setup::default() };
    let heard = [
        ("Who decided, and when?", "Their board"),
        ("What does our offer lack?", "A reference"),
        ("May we come back, and about what?", "The new site"),
        ("Who signs next year?", "Maria Pop"),
        ("May we visit?", "Their plant"),
        ("On which day?", "2027-01-15"),
    ];
    let team = asleep(on, setup, &heard).await;
    team.person("Elena").sees_parts(&[
        "Who decided, and when?\n> Their board",
        "Who signs next year?\n> Maria Pop",
        "May we visit?\n> Their plant",
        "On which day? 15 January 2027",
    ]);
    let heard = [
        ("What came of it?", "Not now"),
        ("What would help?", "Payment terms"),
        ("How do they sound?", "Friendly"),
        ("If not now: when again?", "2027-05-03"),
    ];
    let shown = calls(&team, "2027-02-01", &heard).await;
    for part in ["Who signs next year?\n> Maria Pop", "What would help? Payment terms", "> Friendly"] {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }
    let expected = [
        "validation 4 again_about=The new site validated",
        "validation 4 gap=A reference validated",
        "validation 4 visit=Their plant validated",
        "validation 4 visit_on=2027-01-15 validated",
        "validation 4 who_decided=Their board validated",
        "validation 4 who_signs=Maria Pop validated",
        "recontact 7 mood=Friendly dormant",
        "recontact 7 would_help=payment_terms dormant",
    ];
    assert_eq!(kept(&team).await, expected);
    let audit = "SELECT what, is_now FROM audit WHERE what IN ('validation', 'recontact') ORDER BY id";
    let audit: Vec<(String, String)> = team.rows(audit).await;
    assert_eq!(audit.len(), expected.len(), "{audit:?}");
    assert!(audit.contains(&("validation".into(), "who_signs: Maria Pop".into())), "{audit:?}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_client_called_twice_is_heard_twice_each_reader_in_their_language(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = asleep(on, Setup::default(), &[("What would have changed it?", "Discount")]).await;
    let ana = team.person("Ana");
    let works = "How is the chosen solution working?";
    let again = [("What came of it?", "Not now"), ("If not now: when again?", "2027-05-03")];
    let first = [again[0], again[1], (works, "It crashes every Monday."), ("Any other need?", "Support.")];
    calls(&team, "2027-02-01", &first).await;
    ana.types("/panout settings").await;
    ana.fills(&[("Language", "Français")]).await;
    ana.submits().await;
    look_away(&team);
    team.it_is("2027-05-03T07:00:00Z").await;
    ana.screen();
    ana.presses("J’ai appelé").await;
    let form = ana.form();
    assert!(!form.contains("It crashes"), "each call is asked about from the beginning:\n{form}");
    let fields = [
        ("Qu’est-il ressorti de l’appel\u{202f}?", "Pas maintenant"),
        ("Que donne la solution choisie\u{202f}?", "It crashes on Fridays too."),
    ];
    ana.fills(&fields).await;
    ana.submits().await;
    let shown = ana.screen();
    for part in ["> It crashes every Monday.", "> Support.", "> It crashes on Fridays too.", "\u{202f}? Remise"] {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }
    assert!(shown.contains("Que donne la solution choisie\u{202f}?\n> It crashes every Monday."), "{shown}");
    let heads = team.person("Elena").sees_parts(&["> It crashes every Monday.", "> It crashes on Fridays too."]);
    assert_eq!(heads.matches(works).count(), 2, "{heads}");
    let expected = [
        "validation 1 would_change=discount validated",
        "recontact 1 competitor=It crashes every Monday. dormant",
        "recontact 1 need=Support. dormant",
        "recontact 1 competitor=It crashes on Fridays too. dormant",
    ];
    assert_eq!(kept(&team).await, expected);
    look_away(&team);
    team.ends().await;
}

#[tokio::test]
async fn a_question_has_one_answer_of_each_call_and_one_of_a_refusal() {
    let team = asleep(On::Local, Setup::default(), &[]).await;
    calls(&team, "2027-02-01", &[("What came of it?", "Not now")]).await;
    let decisions: Vec<(i64, i64)> = team.rows("SELECT id, decided_by FROM decisions ORDER BY id").await;
    let [(first, by), (second, _)] = decisions[..] else { panic!("{decisions:?}") };
    for (inquiry, decision, said) in [
        (Inquiry::Recontact, Some(first), "Once."),
        (Inquiry::Recontact, Some(first), "Once more."),
        (Inquiry::Recontact, Some(second), "Another time."),
        (Inquiry::Debrief, None, "Before."),
        (Inquiry::Debrief, None, "After."),
    ] {
        let said = Answered {
            refusal: RefusalNumber(1),
            inquiry,
            version: 1,
            decision,
            said_by: PersonId(by),
            from_whom: None,
            heard_on: None,
            given: [("why".to_owned(), said.to_owned())].into(),
        };
        let now = team.clock.now();
        let write = team.app().db().write(move |tx| {
            let said = said.clone();
            Box::pin(async move { Ok::<_, anyhow::Error>(tx.answered(&said, now).await?) })
        });
        write.await.expect("it is stored");
    }
    let kept: Vec<(String,)> = team.rows("SELECT answer FROM answers ORDER BY answer").await;
    assert_eq!(kept, ["After.", "Another time.", "Once more."].map(|said| (said.to_owned(),)));
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn where_nobody_asks_for_the_need_another_try_is_told_in_a_field_of_its_own(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = asleep(on, Setup { questions: Some(LATER), ..Setup::default() }, &[]).await;
    let ana = team.person("Ana");
    let need = "If another try: what do they need?";
    let not_now =
        [("What came of it?", "Not now"), ("If not now: when again?", "2027-05-03"), (need, "Perhaps in summer.")];
    let shown = calls(&team, "2027-02-01", &not_now).await;
    assert!(shown.contains("> Perhaps in summer."), "what was typed is kept:\n{shown}");
    look_away(&team);
    team.it_is("2027-05-03T07:00:00Z").await;
    ana.screen();
    ana.presses("I called").await;
    ana.fills(&[("What came of it?", "Worth another try")]).await;
    ana.submits().await;
    assert!(told(&ana).contains("Type what they need now: you try again with it."));
    ana.fills(&[(need, "Support on Mondays.")]).await;
    ana.submits().await;
    let shown = ana.screen();
    for part in ["Ana thinks it is worth another try: Something else.", "> Support on Mondays.", "[Won back]"] {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_was_said_stays_when_its_question_is_asked_no_more(#[values(On::Slack, On::Discord)] on: On) {
    let heard = [("What does our offer lack?", "A reference"), ("Who signs next year?", "Maria Pop")];
    let mut team = asleep(on, Setup { questions: Some(OWN), ..Setup::default() }, &heard).await;
    let shown = calls(&team, "2027-02-01", &[("What came of it?", "Not now"), ("Any other need?", "Support.")]).await;
    assert!(shown.contains("Any other need?\n> Support."), "{shown}");
    look_away(&team);
    team.restarts_asking(LATER).await;
    let ana = team.person("Ana");
    ana.types("/recontacts").await;
    ana.chooses("Open one of them", "#1 Acme").await;
    ana.sees_parts(&[
        "What does our offer lack?\n> A reference",
        "A question no longer asked\n> Maria Pop",
        "Any other need?\n> Support.",
    ]);
    ana.presses("I called").await;
    let form = ana.form();
    assert!(!form.contains("Any other need?") && form.contains("What has changed?"), "{form}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_was_heard_before_calls_had_questionnaires_is_still_shown(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = asleep(on, Setup::default(), &[]).await;
    calls(&team, "2027-02-01", &[("What came of it?", "Not now")]).await;
    // As the forms before this one stored it.
    let validated = r#"UPDATE decisions SET call = '[["who_decided","Their CFO"],["would_change","nothing"]]'
                       WHERE stage = 'validated' RETURNING id"#;
    let slept = r#"UPDATE decisions SET call = '[["competitor","It crashes."],["need","Support."]]'
                   WHERE stage = 'dormant' RETURNING id"#;
    for sql in [validated, slept] {
        assert_eq!(team.rows::<(i64,)>(sql).await.len(), 1);
    }
    let ana = team.person("Ana");
    ana.types("/recontacts").await;
    ana.chooses("Open one of them", "#1 Acme").await;
    ana.sees_parts(&[
        "Who decided, and when?\n> Their CFO",
        "What would have changed it? Nothing",
        "How is the chosen solution working?\n> It crashes.",
        "Any other need?\n> Support.",
    ]);
    look_away(&team);
    team.ends().await;
}
