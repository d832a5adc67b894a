//! Two heads at once, and who may read what while they stand in.

use rstest::rstest;

use crate::story::{On, Team};

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
}

async fn logged(on: On) -> Team {
    let team = Team::start(on).await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    look_away(&team);
    team
}

#[rstest]
#[tokio::test]
async fn of_two_heads_who_decide_at_once_one_does_and_the_other_sees_who(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[values(true, false)] elena_first: bool,
) {
    let team = logged(on).await;
    let (elena, adi) = (team.person("Elena"), team.person("Adi"));
    let ana = team.rows::<(i64,)>("SELECT id FROM people WHERE name = 'Ana'").await[0].0.to_string();
    let terms = [("lever", "discount"), ("note", "Ten percent."), ("owner", ana.as_str()), ("due_on", "2026-12-07")];
    let heard = [("reason", "timing"), ("again_on", "2027-02-01")];
    let (revives, validates) = (elena.sends("revive.1", &terms), adi.sends("validate.1", &heard));
    let (elenas, adis) = if elena_first {
        tokio::join!(revives, validates)
    } else {
        let (adis, elenas) = tokio::join!(validates, revives);
        (elenas, adis)
    };
    team.idle().await;
    let decisions: Vec<(String, String)> =
        team.rows("SELECT d.stage, p.name FROM decisions d JOIN people p ON p.id = d.decided_by").await;
    let tasks: Vec<(String,)> =
        team.rows("SELECT kind FROM tasks WHERE done_at IS NULL AND kind IN ('deal', 'recontact')").await;
    let stage = team.rows::<(String,)>("SELECT stage FROM refusals").await[0].0.clone();
    let (says, kind) = match stage.as_str() {
        "revived" => ("Elena thinks it is worth another try: Discount.", "deal"),
        "dormant" => ("Adi called the client: it sleeps until 1 February 2027.", "recontact"),
        other => panic!("nobody decided: {other}"),
    };
    let decided = if kind == "deal" { ("revived", "Elena") } else { ("validated", "Adi") };
    assert_eq!(decisions, [(decided.0.to_owned(), decided.1.to_owned())]);
    assert_eq!(tasks, [(kind.to_owned(),)]);
    assert!(elenas.contains(says) && adis.contains(says), "{elenas}\n\n{adis}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_deputy_reads_the_queue_and_the_debriefs_only_while_they_stand_in(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = logged(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.sends("all_questions.1", &[("why", "We cannot justify it."), ("ended", "A call on Friday.")]).await;
    let said = team.rows::<(String,)>("SELECT answer FROM answers WHERE questionnaire = 'debrief'").await;
    assert!(!said.is_empty(), "Ana said how it went");
    look_away(&team);
    let said = said[0].0.as_str();
    assert!(!bogdan.picks("open", "1").await.contains(said));
    elena.types("/panout away until 27 November deputy Bogdan").await;
    look_away(&team);
    bogdan.types("/queue").await;
    bogdan.sees_parts(&["One refusal waits for you", "#1 Acme"]);
    bogdan.chooses("Decide one of them", "#1 Acme").await;
    bogdan.sees_parts(&["Debrief by Ana:", said, "[Revive] [Validate]"]);
    team.it_is("2026-11-27T22:00:00Z").await;
    look_away(&team);
    bogdan.types("/queue").await;
    bogdan.sees_parts(&["The queue is for heads of sales."]);
    let opened = bogdan.picks("open", "1").await;
    assert!(opened.contains("This is not yours to open or change."), "{opened}");
    let debrief = bogdan.picks("debrief.1", "").await;
    assert!(debrief.contains("This is not yours to open or change."), "{debrief}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_is_not_asked_to_decide_any_more_reads_nothing(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = logged(on).await;
    let (bogdan, elena) = (team.person("Bogdan"), team.person("Elena"));
    elena.presses("Delegate").await;
    elena.fills(&[("To whom?", "Bogdan")]).await;
    elena.submits().await;
    bogdan.sees_parts(&["Elena asks you to decide about #1: Acme"]);
    look_away(&team);
    let opened = bogdan.picks("open", "1").await;
    assert!(opened.contains("Acme"), "{opened}");
    elena.presses("Delegate").await;
    elena.fills(&[("To whom?", "Adi")]).await;
    elena.submits().await;
    look_away(&team);
    bogdan.types("/queue").await;
    bogdan.sees_parts(&["The queue is for heads of sales."]);
    let opened = bogdan.picks("open", "1").await;
    assert!(opened.contains("This is not yours to open or change.") && !opened.contains("Acme"), "{opened}");
    bogdan.types("/refusals mine").await;
    assert!(!bogdan.screen().contains("Acme"));
    team.ends().await;
}
