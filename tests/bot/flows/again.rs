//! The second no of a client, told by somebody else than whoever has it.

use panout::domain::Role;
use rstest::rstest;

use crate::story::{On, Setup, Team};

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Adi"] {
        team.person(name).screen();
    }
}

/// Ana has a deal that was revived; Adi, the admin, is of another team; everybody is asked how it went.
async fn revived(on: On) -> Team {
    let people = vec![("Elena", Role::Head), ("Ana", Role::Rep), ("Bogdan", Role::Rep), ("Adi", Role::Admin)];
    let team = Team::start_with(on, Setup { people, debriefs: true, ..Setup::default() }).await;
    let others =
        "INSERT INTO teams (organisation_id, name, position, language, currency, time_zone, working_hours, channels)
                  SELECT organisation_id, 'Inside', 1, language, currency, time_zone, working_hours, '[]' FROM teams
                  RETURNING id";
    team.rows::<(i64,)>(others).await;
    let moved = "UPDATE people SET team_id = (SELECT MAX(id) FROM teams) WHERE name = 'Adi' RETURNING id";
    team.rows::<(i64,)>(moved).await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    look_away(&team);
    let elena = team.person("Elena");
    elena.presses("Revive").await;
    elena.fills(&[("What do we try?", "Discount"), ("How, in a sentence", "Ten percent.")]).await;
    elena.submits().await;
    look_away(&team);
    team
}

#[rstest]
#[tokio::test]
async fn a_second_no_stays_with_its_rep_and_their_team_whoever_tells_it(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[values("Adi", "Elena")] teller: &str,
) {
    let team = revived(on).await;
    let (who, elena) = (team.person(teller), team.person("Elena"));
    who.types("/recontacts Ana").await;
    who.chooses("Open one of them", "#1 Acme").await;
    who.presses("Refused again").await;
    who.submits().await;
    if teller == "Adi" {
        elena.sees_parts(&["Acme refused", "#2, logged by Adi", "This is the second no, after #1."]);
    }
    let whose = "SELECT o.name, l.name, t.name FROM refusals r JOIN people o ON o.id = r.owner_id
                     JOIN people l ON l.id = r.logged_by JOIN teams t ON t.id = r.team_id WHERE r.number = 2";
    let whose: Vec<(String, String, String)> = team.rows(whose).await;
    assert_eq!(whose, [("Ana".to_owned(), teller.to_owned(), "Field".to_owned())]);
    // Who was not there is not asked how it went.
    let debriefs = "SELECT COUNT(*) FROM tasks WHERE kind = 'debrief' AND refusal = 2";
    assert_eq!(team.rows::<(i64,)>(debriefs).await, [(0,)]);
    elena.types("/queue").await;
    elena.sees_parts(&["One refusal waits for you", "#2 Acme"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_second_no_of_ones_own_is_asked_about(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = revived(on).await;
    let ana = team.person("Ana");
    ana.presses("Refused again").await;
    ana.submits().await;
    ana.sees_parts(&["Stored as #2: Acme"]);
    let debriefs = "SELECT COUNT(*) FROM tasks WHERE kind = 'debrief' AND refusal = 2";
    assert_eq!(team.rows::<(i64,)>(debriefs).await, [(1,)]);
    look_away(&team);
    team.ends().await;
}

/// What is known of a refusal beside what its form asks.
type Known = (Option<String>, Option<String>, Option<String>, Option<String>);

#[rstest]
#[tokio::test]
async fn a_second_no_is_of_the_same_contact_unless_it_is_of_another_account(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[values("ACME", "Globex")] account: &str,
) {
    let team = revived(on).await;
    let ana = team.person("Ana");
    let known = [("contact", "Maria Pop"), ("contact_role", "CFO"), ("segment", "Retail"), ("source", "webinar")];
    ana.sends("detail.1", &known).await;
    team.idle().await;
    look_away(&team);
    ana.presses("Refused again").await;
    assert!(!ana.form().contains("Where the client came from"), "it is known:\n{}", ana.form());
    ana.fills(&[("Company", account)]).await;
    ana.submits().await;
    look_away(&team);
    let sql = "SELECT contact, contact_role, segment, source FROM refusals WHERE number = 2";
    let of_the_first = known.map(|(_, said)| (account == "ACME").then(|| said.to_owned()));
    assert_eq!(team.rows::<Known>(sql).await, [of_the_first.into()]);
    team.ends().await;
}
