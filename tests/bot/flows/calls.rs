//! What is said on the forms of a call: what would have changed it, and what is tried next.

use rstest::rstest;

use crate::story::{On, Team};

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
}

/// Ana's client whom nothing would have changed, asleep until the first of February.
async fn asleep(on: On) -> Team {
    let team = Team::start(on).await;
    let elena = team.person("Elena");
    team.person("Ana").types("/refusal Acme 12k price").await;
    look_away(&team);
    elena.presses("Validate").await;
    elena
        .fills(&[("What would have changed it?", "Nothing would have"), ("When may we come back?", "2027-02-01")])
        .await;
    elena.submits().await;
    team
}

#[rstest]
#[tokio::test]
async fn nothing_would_have_changed_it_is_an_answer_too(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = asleep(on).await;
    team.person("Elena").sees_parts(&["What would have changed it: Nothing would have"]);
    let kept = team.rows::<(String,)>("SELECT call FROM decisions").await[0].0.clone();
    assert!(kept.contains("\"nothing\""), "{kept}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_calls_again_says_what_is_tried_and_until_when(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = asleep(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    look_away(&team);
    team.it_is("2027-02-01T07:00:00Z").await;
    ana.screen();
    ana.presses("I called").await;
    ana.fills(&[
        ("What came of it?", "Worth another try"),
        ("Any other need?", "They would pay later."),
        ("If another try: what is tried?", "Payment terms"),
        ("If another try: when do we ask how it went?", "2027-02-08"),
    ])
    .await;
    ana.submits().await;
    let says = "Ana thinks it is worth another try: Payment terms. Ana has it until 8 February 2027.";
    assert!(ana.screen().contains(says));
    elena.sees_parts(&[says]);
    team.it_is("2027-02-05T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2027-02-08T07:00:00Z").await;
    ana.sees_parts(&["#1 tell how the new terms went: Acme"]);
    look_away(&team);
    team.ends().await;
}
