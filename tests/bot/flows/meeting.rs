//! What the refusal meeting decides, until it is done.

use panout::domain::Role;
use rstest::rstest;

use super::digest::{at, channel, schedules, some_are_logged, with};
use crate::story::{On, Setup, Team};

#[rstest]
#[tokio::test]
async fn a_decision_of_the_meeting_comes_back_until_it_is_done(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = with(on, "digest").await;
    let (ana, elena, bogdan) = (team.person("Ana"), team.person("Elena"), team.person("Bogdan"));
    some_are_logged(&team).await;
    team.it_is("2026-11-30T07:00:00Z").await;
    channel(&team);
    ana.presses("Open the meeting agenda").await;
    let hers = ana.sees_parts(&[
        "Refusal meeting: 23–29 November 2026",
        "Nothing decided before is still to do.",
        "#1 Acme, €40,000, Price: Payment terms",
        "#3 Price (",
        "[Add a decision]",
    ]);
    assert!(!hers.contains("Hooli"), "a colleague's client is not hers to read:\n{hers}");
    ana.presses("Add a decision").await;
    ana.fills(&[
        ("What is to be done", "Offer three payments"),
        ("Who does it", "Bogdan"),
        ("Until when", "2026-12-04"),
    ])
    .await;
    ana.submits().await;
    ana.sees_parts(&["Offer three payments (Bogdan, by 4 Dec 2026)"]);
    elena.screen();
    elena.presses("Open the meeting agenda").await;
    elena.sees_parts(&["Hooli", "Offer three payments (Bogdan, by 4 Dec 2026)"]);
    team.it_is("2026-12-03T09:00:00Z").await;
    bogdan.types("/refusal Initech 3k timing \"ask us again in spring\"").await;
    team.person("Bogdan").screen();
    team.it_is("2026-12-07T07:00:00Z").await;
    let read = channel(&team);
    assert!(read.contains("Offer three payments (Bogdan, by 4 Dec 2026)"), "{read}");
    bogdan.presses("Open the meeting agenda").await;
    bogdan.screen();
    bogdan.chooses("Say that one is done", "Offer three payments").await;
    bogdan.sees_parts(&["Done: Offer three payments"]);
    bogdan.presses("Open the meeting agenda").await;
    bogdan.sees_parts(&["Nothing decided before is still to do."]);
    for name in ["Ana", "Elena", "Bogdan", "Adi", "Oana"] {
        team.person(name).screen();
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn observers_and_other_teams_are_in_no_meeting(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut setup = Setup { schedules: Some(schedules("digest")), ..Setup::default() };
    setup.people.push(("Paul", Role::Head));
    let team = Team::start_with(on, setup).await;
    let others =
        "INSERT INTO teams (organisation_id, name, position, language, currency, time_zone, working_hours, channels)
                  SELECT organisation_id, 'Inside', 1, language, currency, time_zone, working_hours, '[]' FROM teams
                  RETURNING id";
    team.rows::<(i64,)>(others).await;
    let moved = "UPDATE people SET team_id = (SELECT MAX(id) FROM teams) WHERE name = 'Paul' RETURNING id";
    let paul = team.rows::<(i64,)>(moved).await[0].0;
    some_are_logged(&team).await;
    team.it_is("2026-11-30T07:00:00Z").await;
    channel(&team);
    team.person("Paul").screen();
    let moment = at("2026-11-30T07:00:00Z").timestamp();
    let (agenda, decision) = (format!("agenda.1.{moment}"), format!("meeting_decision.1.{moment}"));
    let answers = [("what", "<!channel> fire @everyone"), ("owner", "1"), ("due_on", "2026-12-07")];
    for (who, says) in [("Oana", "for those who sell"), ("Paul", "This is not yours to open or change.")] {
        for act in [&agenda, &decision] {
            let said = team.person(who).picks(act, "").await;
            assert!(said.contains(says), "{who}, {act}: {said}");
        }
        let sent = team.person(who).sends(&decision, &answers).await;
        assert!(sent.contains(says), "{who}: {sent}");
    }
    let unknown = team.person("Ana").picks(&format!("agenda.1.{}", moment + 60), "").await;
    assert!(unknown.contains("button"), "{unknown}");
    // Whom it is given to is one of the team, whatever a form says.
    for owner in [paul, 999, -1] {
        let owner = owner.to_string();
        let answers = [("what", "Plan"), ("owner", owner.as_str()), ("due_on", "2026-12-07")];
        let sent = team.person("Ana").sends(&decision, &answers).await;
        assert!(sent.contains("Choose who does it."), "{sent}");
    }
    assert_eq!(team.rows::<(i64,)>("SELECT COUNT(*) FROM meeting_decisions").await, [(0,)]);
    team.ends().await;
}

pub(super) fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
}

/// Ana gives Bogdan something to do in the meeting on Monday, until Friday.
pub(super) async fn decided(on: On) -> Team {
    let team = with(on, "digest").await;
    some_are_logged(&team).await;
    team.it_is("2026-11-30T07:00:00Z").await;
    channel(&team);
    let ana = team.person("Ana");
    ana.presses("Open the meeting agenda").await;
    ana.screen();
    decides(&team, "Offer three payments", "2026-12-04").await;
    team
}

/// Ana, in front of the agenda, gives Bogdan something to do.
async fn decides(team: &Team, what: &str, until: &str) {
    let ana = team.person("Ana");
    ana.presses("Add a decision").await;
    ana.fills(&[("What is to be done", what), ("Who does it", "Bogdan"), ("Until when", until)]).await;
    ana.submits().await;
    ana.sees_parts(&[what]);
    look_away(team);
}

/// The next digest is posted; what somebody reads who opens its agenda.
pub(super) async fn agenda(team: &Team, who: &str, monday: &str) -> String {
    // Another client each week: of a week in which nothing happened nobody meets.
    let client = format!("Client{}", monday.get(8..10).unwrap_or_default());
    team.person("Bogdan").types(&format!("/refusal {client} 3k timing \"ask us again in spring\"")).await;
    look_away(team);
    team.it_is(monday).await;
    look_away(team);
    team.person(who).presses("Open the meeting agenda").await;
    team.person(who).screen()
}

#[rstest]
#[tokio::test]
async fn whoever_took_it_on_reads_it_on_its_day_and_says_that_it_is_done(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = decided(on).await;
    let bogdan = team.person("Bogdan");
    team.it_is("2026-12-03T07:00:00Z").await;
    bogdan.sees_nothing();
    // Nine in Bucharest, and once.
    team.it_is("2026-12-04T06:59:00Z").await;
    bogdan.sees_nothing();
    team.it_is("2026-12-04T07:00:00Z").await;
    bogdan.sees_parts(&[
        "One thing to do today",
        "You took this on in the meeting, by 4 Dec 2026: Offer three payments",
        "[Done: Offer three payments] [Later: Offer three payments]",
    ]);
    for other in ["Ana", "Elena", "Adi", "Oana"] {
        let read = team.person(other).screen();
        assert!(!read.contains("Offer three payments"), "{other} reads\n{read}");
    }
    bogdan.presses("Done: Offer three payments").await;
    bogdan.fills(&[("A word about it", "Two of three said yes.")]).await;
    bogdan.submits().await;
    bogdan.sees_parts(&["Done: Offer three payments", "Everything in this message is done."]);
    team.it_is("2026-12-04T16:00:00Z").await;
    bogdan.sees_nothing();
    let read = agenda(&team, "Elena", "2026-12-07T07:00:00Z").await;
    for part in [
        "Nothing decided before is still to do.",
        "Done since the last digest:",
        "Offer three payments (Bogdan)",
        "> Two of three said yes.",
    ] {
        assert!(read.contains(part), "{part} is not in\n{read}");
    }
    let audit = "SELECT p.name FROM audit a JOIN people p ON p.id = a.person_id WHERE a.what = 'meeting_decision_done'";
    assert_eq!(team.rows::<(String,)>(audit).await, [("Bogdan".to_owned(),)]);
    // What was done is told once.
    let read = agenda(&team, "Elena", "2026-12-14T07:00:00Z").await;
    assert!(!read.contains("Offer three payments"), "{read}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_needs_longer_is_moved_told_again_on_that_day_and_says_so_on_the_agenda(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = decided(on).await;
    let bogdan = team.person("Bogdan");
    team.it_is("2026-12-04T07:00:00Z").await;
    bogdan.presses("Later: Offer three payments").await;
    bogdan.fills(&[("Until when?", "2026-12-04")]).await;
    bogdan.submits().await;
    assert!(bogdan.has_form() && bogdan.form().contains("Choose tomorrow or a later day."), "{}", bogdan.form());
    bogdan.fills(&[("Until when?", "2026-12-09")]).await;
    bogdan.submits().await;
    bogdan.sees_parts(&["Moved to 9 December 2026: Offer three payments", "Everything in this message is done."]);
    let read = agenda(&team, "Elena", "2026-12-07T07:00:00Z").await;
    assert!(read.contains("Offer three payments (Bogdan, moved from 4 Dec 2026 to 9 Dec 2026)"), "{read}");
    bogdan.sees_nothing();
    team.it_is("2026-12-09T07:00:00Z").await;
    bogdan.sees_parts(&["by 9 Dec 2026: Offer three payments", "[Done: Offer three payments]"]);
    // Two reminders, two working days apart; then none: it stands on the agenda.
    for (day, says) in [("10", false), ("11", true), ("14", false), ("15", true), ("16", false), ("17", false)] {
        team.it_is(&format!("2026-12-{day}T07:00:00Z")).await;
        let read = bogdan.screen();
        assert_eq!(read.contains("You took this on in the meeting"), says, "on the {day}:\n{read}");
        for other in ["Ana", "Elena", "Adi"] {
            let read = team.person(other).screen();
            assert!(!read.contains("Offer three payments") || read.contains("What is still open"), "{other}: {read}");
        }
    }
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn its_head_and_an_admin_say_how_it_stands_and_a_colleague_does_not(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = decided(on).await;
    let state = "SELECT COALESCE(note, '-'), CAST(due_on AS TEXT) FROM meeting_decisions";
    let as_decided = [("-".to_owned(), "2026-12-04".to_owned())];
    let read = agenda(&team, "Ana", "2026-12-07T07:00:00Z").await;
    assert!(read.contains("Offer three payments (Bogdan, by 4 Dec 2026)"), "{read}");
    assert!(!read.contains("{Say that one is done}"), "what is a colleague's is not hers to end:\n{read}");
    for (action, answers) in
        [("decision_done.1", &[("note", "Mine.")][..]), ("decision_later.1", &[("again_on", "2027-01-04")])]
    {
        for who in ["Ana", "Oana"] {
            assert!(team.person(who).picks(action, "").await.contains("This is not yours"), "{who}: {action}");
            assert!(team.person(who).sends(action, answers).await.contains("This is not yours"), "{who}: {action}");
        }
    }
    assert!(team.person("Ana").picks("meeting_done", "1").await.contains("This is not yours"));
    assert_eq!(team.rows::<(String, String)>(state).await, as_decided);
    let moved = team.person("Elena").sends("decision_later.1", &[("again_on", "2026-12-16")]).await;
    assert!(moved.contains("16 December 2026"), "{moved}");
    assert_eq!(team.rows::<(String, String)>(state).await[0].1, "2026-12-16");
    let done = team.person("Adi").sends("decision_done.1", &[("note", "Seen to it.")]).await;
    assert!(done.contains("Done: "), "{done}");
    // Whoever comes later changes nothing.
    for again in [
        team.person("Bogdan").sends("decision_done.1", &[("note", "Me too.")]).await,
        team.person("Bogdan").sends("decision_later.1", &[("again_on", "2027-01-04")]).await,
        team.person("Bogdan").picks("decision_later.1", "").await,
    ] {
        assert!(again.contains("Done: "), "{again}");
    }
    assert_eq!(team.rows::<(String, String)>(state).await, [("Seen to it.".to_owned(), "2026-12-16".to_owned())]);
    team.idle().await;
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_deputy_reads_it_while_its_owner_is_away_and_the_owner_once_they_are_back(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = decided(on).await;
    let (ana, bogdan) = (team.person("Ana"), team.person("Bogdan"));
    team.it_is("2026-12-02T12:00:00Z").await;
    bogdan.types("/panout away until 8 December deputy Ana").await;
    bogdan.screen();
    team.it_is("2026-12-04T07:00:00Z").await;
    bogdan.sees_nothing();
    ana.sees_parts(&[
        "Bogdan took this on in the meeting, by 4 Dec 2026: Offer three payments",
        "[Later: Offer three payments]",
    ]);
    team.it_is("2026-12-09T07:00:00Z").await;
    bogdan.sees_parts(&["You took this on in the meeting", "[Done: Offer three payments]"]);
    // It is no longer hers.
    ana.screen();
    ana.presses("Later: Offer three payments").await;
    assert!(!ana.has_form());
    ana.sees_parts(&["This is not yours to open or change."]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_somebody_was_to_do_who_left_is_their_heads(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = decided(on).await;
    let left = vec![("Elena", Role::Head), ("Ana", Role::Rep), ("Oana", Role::Observer), ("Adi", Role::Admin)];
    team.restarts_with(left).await;
    look_away(&team);
    team.it_is("2026-12-03T07:00:00Z").await;
    look_away(&team);
    team.it_is("2026-12-04T07:00:00Z").await;
    team.person("Elena").sees_parts(&["You took this on in the meeting, by 4 Dec 2026: Offer three payments"]);
    team.person("Bogdan").sees_nothing();
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_an_earlier_version_decided_is_told_too(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = decided(on).await;
    let before = "UPDATE meeting_decisions SET say_at = NULL RETURNING id";
    assert_eq!(team.rows::<(i64,)>(before).await.len(), 1);
    let planned = "DELETE FROM jobs WHERE occurrence LIKE 'today:%' AND state = 'ready' RETURNING occurrence";
    assert!(!team.rows::<(String,)>(planned).await.is_empty());
    team.restarts().await;
    look_away(&team);
    team.it_is("2026-12-04T07:00:00Z").await;
    team.person("Bogdan").sees_parts(&["You took this on in the meeting, by 4 Dec 2026: Offer three payments"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn many_at_once_come_in_one_message_a_day_with_what_else_is_due(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = decided(on).await;
    let (bogdan, elena) = (team.person("Bogdan"), team.person("Elena"));
    for what in ["Ask their buyer", "Write a page", "Call the partner", "Count the seats"] {
        decides(&team, what, "2026-12-04").await;
    }
    elena.types("/refusal 3").await;
    elena.presses("Validate").await;
    elena.fills(&[("Their main reason", "Price"), ("When may we come back?", "2026-12-04")]).await;
    elena.submits().await;
    look_away(&team);
    team.it_is("2026-12-04T07:00:00Z").await;
    // What was decided first comes first.
    let read = bogdan.sees_parts(&["5 things to do today", "Call the partner", "#3 call again: Hooli"]);
    assert!(!read.contains("Count the seats"), "{read}");
    assert!(read.contains("I called"), "{read}");
    team.it_is("2026-12-07T07:00:00Z").await;
    bogdan.sees_parts(&["One thing to do today", "You took this on in the meeting, by 4 Dec 2026: Count the seats"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn it_comes_at_the_hour_its_owner_chooses_meanwhile(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = decided(on).await;
    let bogdan = team.person("Bogdan");
    bogdan.types("/panout settings").await;
    bogdan.fills(&[("Hour of the daily message", "11:00")]).await;
    bogdan.submits().await;
    bogdan.screen();
    team.it_is("2026-12-04T07:00:00Z").await;
    bogdan.sees_nothing();
    team.it_is("2026-12-04T09:00:00Z").await;
    bogdan.sees_parts(&["You took this on in the meeting"]);
    look_away(&team);
    team.ends().await;
}
