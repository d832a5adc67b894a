//! What one rep meets, seen by them and by who leads them.

use panout::domain::Role;
use rstest::rstest;

use crate::story::{On, Setup, Team};

const NOBODY: &str = "is not somebody whose refusals you lead";

async fn some_are_logged(team: &Team) {
    let (ana, bogdan) = (team.person("Ana"), team.person("Bogdan"));
    for n in 0..4 {
        ana.types(&format!("/refusal Client{n} 10k price #crm")).await;
    }
    ana.types("/refusal Globex 3k timing").await;
    for n in 0..5 {
        bogdan.types(&format!("/refusal Hooli{n} 5k technical #bi")).await;
    }
    ana.sends("all_questions.1", &[("ended", "Badly.")]).await;
    ana.sends("all_questions.2", &[("ended", "Well.")]).await;
    ana.sends("review.1", &[("decision", "Too dear."), ("from_whom", "Maria Pop"), ("client_reason", "price")]).await;
    let elena = team.person("Elena");
    elena.sends("validate.2", &[("reason", "price"), ("again_on", "2027-01-04")]).await;
    let revived = [("lever", "discount"), ("note", "Ten off."), ("owner", "2"), ("due_on", "2026-12-07")];
    elena.sends("revive.1", &revived).await;
    ana.sends("won.1", &[("how", "Paid in two parts.")]).await;
    // What won Ana's client back is tried for one of Bogdan's.
    let again =
        [("play", "1"), ("lever", "discount"), ("note", "As for Ana."), ("owner", "3"), ("due_on", "2026-12-07")];
    elena.sends("revive.6", &again).await;
    team.idle().await;
    for name in ["Ana", "Bogdan", "Elena", "Adi", "Oana"] {
        team.person(name).screen();
    }
}

#[rstest]
#[tokio::test]
async fn a_rep_reads_their_own_and_who_leads_them_by_name(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    some_are_logged(&team).await;
    let ana = team.person("Ana");
    ana.types("/refusals me").await;
    let own = ana.sees_parts(&[
        "What you meet most, over the last 90 days",
        "Price: 4 of your 5 refusals (80%); 40% in your team.",
        "let them say what the problem costs them today",
        "Timing: 1 of your 5 refusals (20%); 10% in your team.",
        "What you gave in twelve months: 5 refusals logged",
        "Debriefed: 2",
        "Confirmed by the client: 1",
        "Validated by the head: 1",
        "Won back: 1",
        "Plays tried again: 1",
        "Only you, whoever leads your team and the admins can see this.",
    ]);
    for of_others in ["Technical", "Bogdan", "Hooli"] {
        assert!(!own.contains(of_others), "{own}");
    }
    for leads in ["Elena", "Adi"] {
        let person = team.person(leads);
        person.types("/refusals me Ana").await;
        person.sees_parts(&[
            "What Ana meets most, over the last 90 days",
            "Price: 4 of 5 refusals (80%); 40% in the team.",
            "What Ana gave in twelve months",
            "Plays tried again: 1",
        ]);
        person.types("/refusals me bogdan").await;
        person.sees_parts(&["What Bogdan meets", "Technical: 5 of 5 refusals (100%)", "Plays tried again: 0"]);
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn nobody_else_reads_it_and_little_is_not_made_much_of(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut setup = Setup::default();
    setup.people.push(("Paul", Role::Head));
    let team = Team::start_with(on, setup).await;
    let others =
        "INSERT INTO teams (organisation_id, name, position, language, currency, time_zone, working_hours, channels)
         SELECT organisation_id, 'Inside', 1, language, currency, time_zone, working_hours, '[]' FROM teams RETURNING id";
    team.rows::<(i64,)>(others).await;
    let moved = "UPDATE people SET team_id = (SELECT MAX(id) FROM teams) WHERE name = 'Paul' RETURNING id";
    team.rows::<(i64,)>(moved).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusals me").await;
    ana.sees_parts(&["0 refusals in 90 days: too few to say.", "Nothing was logged in the last twelve months"]);
    ana.types("/refusal Acme 12k price").await;
    for name in ["Ana", "Elena"] {
        team.person(name).screen();
    }
    ana.types("/refusals me").await;
    let few = ana.sees_parts(&["One refusal in 90 days: too few to say.", "1 refusal logged"]);
    assert!(!few.contains('%'), "{few}");
    for (who, typed) in [("Bogdan", "Ana"), ("Paul", "Ana"), ("Bogdan", "Elena"), ("Elena", "Adi"), ("Elena", "Zoe")] {
        let person = team.person(who);
        person.types(&format!("/refusals me {typed}")).await;
        let seen = person.sees_parts(&[typed, NOBODY]);
        assert!(!seen.contains("logged"), "{seen}");
    }
    bogdan.types("/refusals me Bogdan").await;
    bogdan.sees_parts(&["What you meet"]);
    // Who stands in for their head leads them, until the head is back; the head's own is not theirs to read.
    elena.types("/panout away until 27 November deputy Bogdan").await;
    elena.screen();
    bogdan.screen();
    bogdan.types("/refusals me Ana").await;
    bogdan.sees_parts(&["What Ana meets"]);
    bogdan.types("/refusals me Elena").await;
    bogdan.sees_parts(&[NOBODY]);
    elena.types("/panout back").await;
    elena.screen();
    bogdan.types("/refusals me Ana").await;
    bogdan.sees_parts(&[NOBODY]);
    for typed in ["/refusals me", "/refusals me Ana"] {
        team.person("Oana").types(typed).await;
        team.person("Oana").sees_parts(&["Single refusals are for those who sell."]);
    }
    team.ends().await;
}
