//! Choosing a person: everybody who may be chosen can be found, however many they are, and nobody else.

use panout::chat::{Account, Event, Query};
use panout::domain::{Role, Schedules};
use rstest::rstest;

use crate::story::{On, Setup, Team};

/// How many reps there are beside Ana and Bogdan.
const REPS: usize = 58;

fn rep(n: usize) -> &'static str {
    Box::leak(format!("Colleague {n:02}").into_boxed_str())
}

/// A team of sixty reps with a digest on Mondays, and the head of another team.
async fn large(on: On) -> Team {
    let usual = Schedules::usual();
    let mut setup = Setup { schedules: Some(Schedules { daily: None, focus: None, ..usual }), ..Setup::default() };
    setup.people.extend((0..REPS).map(|n| (rep(n), Role::Rep)));
    setup.people.push(("Paul", Role::Head));
    let team = Team::start_with(on, setup).await;
    let others =
        "INSERT INTO teams (organisation_id, name, position, language, currency, time_zone, working_hours, channels)
                  SELECT organisation_id, 'Inside', 1, language, currency, time_zone, working_hours, '[]' FROM teams
                  RETURNING id";
    team.rows::<(i64,)>(others).await;
    let moved = "UPDATE people SET team_id = (SELECT MAX(id) FROM teams) WHERE name = 'Paul' RETURNING id";
    team.rows::<(i64,)>(moved).await;
    team
}

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi", "Paul"].into_iter().chain((0..REPS).map(rep)) {
        team.person(name).screen();
    }
}

/// What is suggested to somebody in a search, as its service asks.
async fn suggested(team: &Team, on: On, who: &str, source: &str, typed: &str) -> Vec<String> {
    let service = on.service();
    let who = Account::new(service, team.person(who).id());
    let event = Event {
        id: format!("typing-{typed}"),
        who,
        name: "Somebody".into(),
        place: None,
        channel: None,
        language: None,
    };
    let found = team.app().bot.suggest(event, Query { source: source.into(), typed: typed.into() }).await;
    found.into_iter().map(|choice| choice.label).collect()
}

#[rstest]
#[tokio::test]
async fn whatever_is_given_to_somebody_may_be_given_to_everybody_of_a_team_of_sixty(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = large(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for account in ["Acme", "Globex", "Initech"] {
        ana.types(&format!("/refusal {account} 12k relationship/trust #crm")).await;
    }
    look_away(&team);
    let opens = async |number: &str| {
        elena.types("/queue").await;
        elena.chooses("Decide one of them", number).await;
        elena.screen();
    };
    opens("#1 Acme").await;
    elena.presses("Delegate").await;
    elena.fills(&[("To whom?", rep(57))]).await;
    elena.submits().await;
    elena.sees_parts(&["Elena asked Colleague 57 to decide."]);
    opens("#2 Globex").await;
    elena.presses("Revive").await;
    assert!(elena.form().contains("Who tries it?: Ana"), "whoever has it is proposed:\n{}", elena.form());
    elena.fills(&[("Who tries it?", rep(43)), ("What do we try?", "Discount"), ("How, in a sentence", "Ten.")]).await;
    elena.submits().await;
    team.person(rep(43)).sees_parts(&["Globex is worth another try, says Elena"]);
    elena.screen();
    elena.presses("Reassign").await;
    elena.fills(&[("To whom?", rep(58 - 1))]).await;
    elena.submits().await;
    elena.sees_parts(&["Elena gave it to Colleague 57."]);
    opens("#3 Initech").await;
    elena.presses("Validate").await;
    elena.fills(&[("Who calls them next?", rep(31))]).await;
    elena.submits().await;
    elena.sees_parts(&["Elena gave it to Colleague 31."]);
    ana.types("/panout away").await;
    ana.fills(&[("Until when? (the last day)", "2026-11-27"), ("Who stands in for you?", rep(29))]).await;
    ana.submits().await;
    ana.sees_parts(&["Colleague 29"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_meeting_gives_what_it_decides_to_anybody_of_sixty(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = large(on).await;
    let ana = team.person("Ana");
    ana.types("/refusal Acme 12k price #crm").await;
    look_away(&team);
    team.it_is("2026-11-30T07:00:00Z").await;
    look_away(&team);
    ana.presses("Open the meeting agenda").await;
    ana.screen();
    ana.presses("Add a decision").await;
    let found = ana.is_suggested("Who does it", "", "gue 5").await;
    assert_eq!(found, (50..58).map(rep).collect::<Vec<_>>());
    ana.fills(&[("What is to be done", "Call"), ("Who does it", rep(52)), ("Until when", "2026-12-04")]).await;
    ana.submits().await;
    ana.sees_parts(&["Call (Colleague 52, by 4 Dec 2026)"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn nobody_is_suggested_to_whoever_may_not_choose(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = large(on).await;
    team.stranger("Mallory");
    team.person("Ana").types("/refusal Acme 12k price #crm").await;
    team.person("Ana").types("/refusal Globex 12k price #crm").await;
    look_away(&team);
    team.person("Elena").types("/refusal 2").await;
    team.person("Elena").presses("Revive").await;
    let terms = [("What do we try?", "Discount"), ("How, in a sentence", "Ten.")];
    team.person("Elena").fills(&terms).await;
    team.person("Elena").submits().await;
    look_away(&team);
    let meeting = "whom.decided.1";
    for (source, may, may_not) in [
        (meeting, &["Ana", "Elena", "Adi"][..], &["Oana", "Paul", "Mallory"][..]),
        ("whom.owner.1", &["Elena", "Adi"], &["Ana", "Bogdan", "Oana", "Paul", "Mallory"]),
        ("whom.delegate.1", &["Elena", "Adi"], &["Ana", "Bogdan", "Oana", "Paul", "Mallory"]),
        ("whom.other_owner.2", &["Ana", "Elena", "Adi"], &["Bogdan", "Oana", "Paul", "Mallory"]),
        // Nothing is to be given there: it is with its head, decided, or not there at all.
        ("whom.other_owner.1", &[], &["Ana", "Elena", "Oana", "Paul"]),
        ("whom.owner.2", &[], &["Ana", "Elena", "Adi", "Paul"]),
        ("whom.owner.99", &[], &["Ana", "Elena", "Adi"]),
        ("whom.decided.99", &[], &["Ana", "Elena", "Paul"]),
        // The other team's.
        ("whom.decided.2", &[], &["Ana", "Bogdan", "Elena", "Oana"]),
    ] {
        for who in may {
            let found = suggested(&team, on, who, source, "bogdan").await;
            assert_eq!(found, ["Bogdan"], "{who} searches {source}");
            assert_eq!(suggested(&team, on, who, source, "").await.len(), 25, "{who} searches {source}");
        }
        for who in may_not {
            for typed in ["", "bogdan", "Colleague 52"] {
                let found = suggested(&team, on, who, source, typed).await;
                assert_eq!(found, Vec::<String>::new(), "{who} searches {source} for {typed:?}");
            }
        }
    }
    // Whatever a search showed: the form is read by the same rule.
    let sent = team.person("Ana").sends("reassign.2", &[("to", "999999")]).await;
    assert!(sent.contains("Choose who gets it."), "{sent}");
    let paul = team.rows::<(i64,)>("SELECT id FROM people WHERE name = 'Paul'").await[0].0.to_string();
    let sent = team.person("Ana").sends("reassign.2", &[("to", &paul)]).await;
    assert!(sent.contains("Choose who gets it."), "{sent}");
    look_away(&team);
    team.ends().await;
}
