//! What is taken back: a second no that was logged by mistake, and the wish not to be contacted.

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
async fn a_second_no_that_is_undone_leaves_the_first_as_it_was(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    elena.presses("Revive").await;
    elena
        .fills(&[
            ("What do we try?", "Discount"),
            ("How, in a sentence", "Ten percent."),
            ("When do we ask how it went?", "2026-12-07"),
        ])
        .await;
    elena.submits().await;
    look_away(&team);
    ana.presses("Refused again").await;
    ana.submits().await;
    ana.sees_parts(&["Stored as #2: Acme", "[Undo]"]);
    elena.screen();
    ana.presses("Undo").await;
    ana.sees_parts(&["Undone: #2, Acme."]);
    let heads = elena.screen();
    assert!(!heads.contains("Refused again, says"), "{heads}");
    let stages = team.rows::<(String,)>("SELECT stage FROM refusals WHERE withdrawn_at IS NULL").await;
    assert_eq!(stages, [("revived".to_owned(),)]);
    team.it_is("2026-12-07T07:00:00Z").await;
    ana.sees_parts(&["#1 tell how the new terms went: Acme"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_second_no_is_not_undone_after_ten_minutes(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    elena.presses("Revive").await;
    elena.fills(&[("What do we try?", "Discount"), ("How, in a sentence", "Ten percent.")]).await;
    elena.submits().await;
    look_away(&team);
    ana.presses("Refused again").await;
    ana.submits().await;
    look_away(&team);
    team.passes(chrono::TimeDelta::minutes(11)).await;
    ana.presses("Undo").await;
    ana.sees_parts(&["Undo works for ten minutes, and they are over."]);
    let stage = team.rows::<(String,)>("SELECT stage FROM refusals WHERE number = 1").await;
    assert_eq!(stage, [("refused_again".to_owned(),)]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_head_takes_back_that_a_client_asked_not_to_be_contacted(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    elena.types("/refusal 1 contact again").await;
    elena.sees_parts(&["This was decided already: With the head."]);
    elena.presses("Close for good").await;
    elena.fills(&[("Why?", "They asked not to be contacted"), ("Who said so?", "Their buyer")]).await;
    elena.submits().await;
    look_away(&team);
    ana.types("/refusal 1 contact again").await;
    ana.sees_parts(&["This is not yours to open or change."]);
    elena.types("/refusal #1 contact again").await;
    elena.sees_parts(&["Closed for good by Elena.", "Elena let it sleep until 21 February 2027.", "[I called]"]);
    assert_eq!(team.rows::<(i64,)>("SELECT COUNT(*) FROM do_not_contact").await, [(0,)]);
    team.it_is("2027-02-22T07:00:00Z").await;
    ana.sees_parts(&["#1 call again: Acme"]);
    elena.screen();
    elena.types("/refusal 1 contact again").await;
    elena.sees_parts(&["This was decided already: Asleep until its date."]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_client_that_ceased_trading_asked_for_nothing(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = logged(on).await;
    let elena = team.person("Elena");
    elena.presses("Close for good").await;
    elena.fills(&[("Why?", "They ceased trading"), ("Who said so?", "The register")]).await;
    elena.submits().await;
    look_away(&team);
    elena.types("/refusal 1 contact again").await;
    elena.sees_parts(&["Acme never asked not to be contacted"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn an_edit_onto_an_account_that_asked_for_peace_ends_what_was_planned(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = logged(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    elena.presses("Close for good").await;
    elena.fills(&[("Why?", "They asked not to be contacted"), ("Who said so?", "Their buyer")]).await;
    elena.submits().await;
    look_away(&team);
    ana.types("/refusal Akme 5k technical").await;
    look_away(&team);
    elena.presses("Validate").await;
    elena.fills(&[("When may we come back?", "2027-02-01")]).await;
    elena.submits().await;
    look_away(&team);
    ana.presses("Edit").await;
    ana.fills(&[("Company", "ACME")]).await;
    ana.submits().await;
    ana.sees_parts(&["ACME asked not to be contacted, says Their buyer: this refusal is closed for good."]);
    elena.sees_parts(&[
        "Closed for good by Ana.",
        "Why: They asked not to be contacted",
        "Who asked: ACME",
        "Who said so: Their buyer",
    ]);
    let stages = team.rows::<(String,)>("SELECT stage FROM refusals WHERE number = 2").await;
    assert_eq!(stages, [("closed".to_owned(),)]);
    assert_eq!(team.rows::<(i64,)>("SELECT COUNT(*) FROM tasks WHERE done_at IS NULL").await, [(0,)]);
    team.it_is("2027-02-01T07:00:00Z").await;
    ana.sees_nothing();
    team.ends().await;
}
