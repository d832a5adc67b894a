//! A refusal that goes into other hands: to another owner, to somebody who decides in place of the head, to another day.

use panout::domain::Role;
use rstest::rstest;

use crate::story::{On, Team};

async fn logged(on: On) -> Team {
    let team = Team::start(on).await;
    team.person("Ana").types("/refusal Acme 12k price \"too dear\"").await;
    look_away(&team);
    team
}

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
}

async fn validates(team: &Team, again: &str) {
    let elena = team.person("Elena");
    elena.presses("Validate").await;
    elena.fills(&[("When may we come back?", again)]).await;
    elena.submits().await;
    look_away(team);
}

#[rstest]
#[tokio::test]
async fn an_owner_gives_a_sleeping_client_away_and_the_day_stays(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = logged(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    validates(&team, "2027-02-01").await;
    ana.types("/recontacts").await;
    ana.chooses("Open one of them", "#1 Acme").await;
    ana.sees_parts(&["[Reassign]"]);
    ana.presses("Reassign").await;
    ana.submits().await;
    assert!(ana.has_form(), "it must go to somebody");
    ana.fills(&[("To whom?", "Bogdan"), ("A word to them", "You know their buyer.")]).await;
    ana.submits().await;
    let hers = ana.sees_parts(&["Ana gave it to Bogdan."]);
    assert!(!hers.contains("[I called]"), "{hers}");
    bogdan.sees_parts(&[
        "Ana gives you #1: Acme, €12,000, Price",
        "> You know their buyer.",
        "Acme is to be called again on 1 February 2027",
        "[I called] [Snooze] [Close for good] [Reassign]",
    ]);
    elena.sees_parts(&["Ana gave it to Bogdan."]);
    ana.types("/recontacts").await;
    ana.sees_parts(&["No client is in your hands."]);
    team.it_is("2027-02-01T07:00:00Z").await;
    ana.sees_nothing();
    bogdan.sees_parts(&["One thing to do today", "#1 call again: Acme"]);
    let audit = "SELECT what FROM audit WHERE refusal = 1 AND what = 'owner'";
    assert_eq!(team.rows::<(String,)>(audit).await.len(), 1);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_head_gives_a_revived_deal_to_another_rep(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = logged(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    elena.presses("Revive").await;
    elena
        .fills(&[
            ("What do we try?", "Discount"),
            ("How, in a sentence", "Ten percent."),
            ("When do we ask how it went?", "2026-12-07"),
        ])
        .await;
    elena.submits().await;
    elena.screen();
    ana.screen();
    elena.presses("Reassign").await;
    elena.fills(&[("To whom?", "Bogdan")]).await;
    elena.submits().await;
    elena.sees_parts(&["Elena gave it to Bogdan."]);
    bogdan.sees_parts(&["Elena gives you #1: Acme", "[Won back]"]);
    // Ana's old card is still there.
    ana.presses("Won back").await;
    assert!(!ana.has_form());
    ana.sees_parts(&["Elena gave it to Bogdan."]);
    team.it_is("2026-12-07T07:00:00Z").await;
    bogdan.sees_parts(&["#1 tell how the new terms went: Acme"]);
    ana.sees_nothing();
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_delegate_decides_in_place_of_the_head_and_sees_nothing_else(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = logged(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Globex 9k technical").await;
    look_away(&team);
    elena.types("/queue").await;
    elena.chooses("Decide one of them", "#1 Acme").await;
    elena.screen();
    elena.presses("Delegate").await;
    let form = elena.form();
    assert!(!form.contains("Ana"), "nobody decides about their own:\n{form}");
    elena.fills(&[("To whom?", "Bogdan"), ("A word to them", "You were there.")]).await;
    elena.submits().await;
    elena.sees_parts(&["Elena asked Bogdan to decide.", "[Revive] [Validate]"]);
    let card =
        bogdan.sees_parts(&["Elena asks you to decide about #1: Acme", "> You were there.", "[Revive] [Validate]"]);
    assert!(!card.contains("[Close for good]") && !card.contains("[Delegate]"), "{card}");
    bogdan.types("/queue").await;
    let queue = bogdan.sees_parts(&["One refusal waits for you", "#1 Acme"]);
    assert!(!queue.contains("Globex"), "{queue}");
    bogdan.chooses("Decide one of them", "#1 Acme").await;
    bogdan.screen();
    bogdan.presses("Validate").await;
    bogdan.fills(&[("When may we come back?", "2027-02-01")]).await;
    bogdan.submits().await;
    bogdan.sees_parts(&["Bogdan called the client: it sleeps until 1 February 2027."]);
    let heads = elena.sees_parts(&["Bogdan called the client: it sleeps until 1 February 2027."]);
    assert!(heads.contains("Elena asked Bogdan to decide."), "{heads}");
    bogdan.types("/queue").await;
    bogdan.sees_parts(&["The queue is for heads of sales."]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_head_may_still_decide_and_the_first_one_wins(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = logged(on).await;
    let (bogdan, elena) = (team.person("Bogdan"), team.person("Elena"));
    elena.presses("Delegate").await;
    elena.fills(&[("To whom?", "Bogdan")]).await;
    elena.submits().await;
    look_away(&team);
    validates(&team, "2027-02-01").await;
    bogdan.types("/queue").await;
    bogdan.sees_parts(&["The queue is for heads of sales."]);
    let decided = team.rows::<(i64,)>("SELECT COUNT(*) FROM decisions").await;
    assert_eq!(decided, [(1,)]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_line_moves_the_day_to_call_and_says_what_is_wrong_with_it(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = logged(on).await;
    let (ana, bogdan) = (team.person("Ana"), team.person("Bogdan"));
    let line = |rest: &str| format!("/refusal {rest}");
    ana.types(&line("1 recontact 2027-03-01")).await;
    ana.sees_parts(&["#1 is not asleep: With the head."]);
    validates(&team, "2027-02-01").await;
    for (who, rest, says) in [
        (&bogdan, "1 recontact 2027-03-01", "This is not yours to open or change."),
        (&ana, "7 recontact 2027-03-01", "This is not yours to open or change."),
        (&ana, "99999999999999999999 recontact 2027-03", "This is not yours to open or change."),
        (&ana, "1 recontact", "Until when? Type /refusal #1 recontact 2027-03-15"),
        (&ana, "1 recontact soon", "I cannot read \"soon\" as a day"),
        (&ana, "1 recontact 2026-01-01", "Choose tomorrow or a later day."),
        (&ana, "1 recontact 2036-01-01", "This is more than three years away"),
    ] {
        who.types(&line(rest)).await;
        who.sees_parts(&[says]);
    }
    ana.types(&line("#1 recontact 2027-03")).await;
    ana.sees_parts(&["Acme is to be called again on 1 March 2027"]);
    look_away(&team);
    team.it_is("2027-02-01T07:00:00Z").await;
    ana.sees_nothing();
    team.it_is("2027-03-01T07:00:00Z").await;
    ana.sees_parts(&["#1 call again: Acme"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn where_it_went_wrong_between_people_another_owner_is_proposed(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Acme 12k relationship/trust").await;
    look_away(&team);
    elena.presses("Validate").await;
    assert!(elena.form().contains("Who calls them next?: Bogdan"), "{}", elena.form());
    elena.submits().await;
    elena.sees_parts(&["Elena gave it to Bogdan."]);
    bogdan.sees_parts(&["Elena gives you #1: Acme"]);
    ana.types("/recontacts").await;
    ana.sees_parts(&["No client is in your hands."]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn whoever_decides_in_place_of_the_head_may_ask_and_is_told_when_it_is_late(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    elena.presses("Delegate").await;
    elena.fills(&[("To whom?", "Bogdan")]).await;
    elena.submits().await;
    elena.types("/queue").await;
    elena.sees_parts(&["#1 Acme, €12,000, Price, Ana, today, with Bogdan to decide"]);
    bogdan.sees_parts(&["Elena asks you to decide", "[Ask the rep]"]);
    bogdan.presses("Ask the rep").await;
    bogdan.fills(&[("Your question", "Who decided?")]).await;
    bogdan.submits().await;
    ana.sees_parts(&["Bogdan asks about #1", "> Who decided?"]);
    ana.presses("Answer").await;
    ana.fills(&[("Your answer", "Their CFO.")]).await;
    ana.submits().await;
    ana.screen();
    bogdan.sees_parts(&["Ana answered about #1, Acme", "> Their CFO."]);
    team.it_is("2026-11-26T07:00:00Z").await;
    bogdan.sees_parts(&["One refusal has waited for you longer than two working days.", "[Queue]"]);
    bogdan.presses("Queue").await;
    bogdan.sees_parts(&["#1 Acme, €12,000, Price, Ana, for 3 days"]);
    elena.screen();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn whoever_left_decides_nothing_any_more(#[values(On::Slack, On::Discord)] on: On) {
    let mut team = Team::start(on).await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    team.person("Elena").presses("Delegate").await;
    team.person("Elena").fills(&[("To whom?", "Bogdan")]).await;
    team.person("Elena").submits().await;
    for name in ["Ana", "Bogdan", "Elena"] {
        team.person(name).screen();
    }
    team.restarts_with(vec![("Ana", Role::Rep), ("Elena", Role::Head)]).await;
    team.person("Bogdan").presses("Revive").await;
    let shown = team.person("Bogdan").screen();
    assert!(shown.contains("This is not yours"), "{shown}");
    team.person("Elena").screen();
    team.ends().await;
}
