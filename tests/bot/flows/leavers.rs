//! Who leaves, and who comes after them.

use panout::domain::Role;
use rstest::rstest;

use crate::story::{On, Setup, Team, Trouble};

type People = Vec<(&'static str, Role)>;

fn everybody() -> People {
    Setup::default().people
}

/// The usual people without one of them.
fn without(left: &str) -> People {
    everybody().into_iter().filter(|(name, _)| *name != left).collect()
}

/// The usual people, one of them in another role.
fn with(name: &str, role: Role) -> People {
    everybody().into_iter().map(|(known, is)| (known, if known == name { role } else { is })).collect()
}

fn look_away(team: &Team) {
    for name in ["Ana", "Bogdan", "Elena", "Oana", "Adi"] {
        team.person(name).screen();
    }
}

async fn unasked(on: On) -> Team {
    Team::start_with(on, Setup { consents: false, ..Setup::default() }).await
}

async fn validates(team: &Team, head: &str, again: &str) {
    let head = team.person(head);
    head.presses("Validate").await;
    head.fills(&[("Their main reason", "Timing"), ("When may we come back?", again)]).await;
    head.submits().await;
    look_away(team);
}

#[rstest]
#[case::who_left(without("Bogdan"))]
#[case::who_only_looks_on(with("Bogdan", Role::Observer))]
#[tokio::test]
async fn a_deputy_has_no_rights_any_more(#[values(On::Slack, On::Discord, On::Local)] on: On, #[case] people: People) {
    let mut team = Team::start(on).await;
    team.person("Elena").types("/panout away until 4 December deputy Bogdan").await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    team.person("Bogdan").sees_parts(&["Acme refused"]);
    look_away(&team);
    team.restarts_with(people).await;
    let (ana, bogdan, adi) = (team.person("Ana"), team.person("Bogdan"), team.person("Adi"));
    bogdan.presses("Validate").await;
    assert!(!bogdan.has_form());
    bogdan.sees_parts(&["This is not yours to open or change."]);
    ana.types("/refusal Globex 12k price").await;
    ana.screen();
    bogdan.sees_nothing();
    adi.sees_parts(&["Globex refused"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_a_leaver_logged_is_the_heads_and_nothing_goes_back_to_them(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let mut team = Team::start(on).await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    look_away(&team);
    let mut left = without("Ana");
    left.retain(|(name, _)| *name != "Bogdan");
    team.restarts_with(left).await;
    let elena = team.person("Elena");
    for (button, whom) in [("Revive", "Ana"), ("Delegate", "Bogdan")] {
        elena.types("/queue").await;
        elena.chooses("Decide one of them", "#1 Acme").await;
        elena.screen();
        elena.presses(button).await;
        assert!(elena.has_form(), "{}", elena.screen());
        let form = elena.form();
        assert!(!form.contains(whom), "{form}");
        if button == "Revive" {
            assert!(form.contains("Who tries it?: Elena"), "{form}");
        }
    }
    elena.fills(&[("To whom?", "Adi")]).await;
    elena.submits().await;
    look_away(&team);
    elena.types("/queue").await;
    elena.chooses("Decide one of them", "#1 Acme").await;
    validates(&team, "Elena", "2027-02-01").await;
    assert_eq!(team.rows::<(String,)>(OWNER).await, [("Elena".to_owned(),)]);
    team.it_is("2027-02-01T07:00:00Z").await;
    team.person("Ana").sees_nothing();
    team.person("Elena").sees_parts(&["#1 call again: Acme"]);
    look_away(&team);
    team.ends().await;
}

/// Who has the first refusal.
const OWNER: &str = "SELECT p.name FROM refusals r JOIN people p ON p.id = r.owner_id WHERE r.number = 1";

#[rstest]
#[tokio::test]
async fn a_decision_gives_nothing_to_somebody_who_left_meanwhile(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    look_away(&team);
    // Another process was started without her.
    let left = "UPDATE people SET left_at = created_at FROM (SELECT MIN(logged_at) AS created_at FROM refusals) AS r
                WHERE name = 'Ana' RETURNING name";
    team.rows::<(String,)>(left).await;
    validates(&team, "Elena", "2027-02-01").await;
    assert_eq!(team.rows::<(String,)>(OWNER).await, [("Elena".to_owned(),)]);
    team.it_is("2027-02-01T07:00:00Z").await;
    team.person("Ana").sees_nothing();
    team.person("Elena").sees_parts(&["#1 call again: Acme"]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn without_a_head_whoever_is_there_has_what_was_left(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let people = |names: &[&'static str]| -> People {
        let role = |name: &str| if name == "Ana" { Role::Rep } else { Role::Admin };
        names.iter().map(|name| (*name, role(name))).collect()
    };
    let all = people(&["Adi", "Zoe", "Ana"]);
    let mut team = Team::start_with(on, Setup { people: all, ..Setup::default() }).await;
    for name in ["Acme", "Globex"] {
        team.person("Ana").types(&format!("/refusal {name} 12k price")).await;
        team.person("Ana").screen();
        team.person("Adi").presses("Validate").await;
        let again = if name == "Acme" { "2026-11-26" } else { "2027-02-01" };
        team.person("Adi").fills(&[("Their main reason", "Timing"), ("When may we come back?", again)]).await;
        team.person("Adi").submits().await;
        team.person("Adi").screen();
    }
    team.person("Adi").types("/panout away until 2027-03-01").await;
    team.person("Adi").screen();
    team.restarts_with(people(&["Adi", "Zoe"])).await;
    team.it_is("2026-11-26T07:00:00Z").await;
    team.person("Zoe").screen();
    assert_eq!(team.rows::<(String,)>(OWNER).await, [("Zoe".to_owned(),)]);
    team.it_is("2027-02-01T07:00:00Z").await;
    team.person("Zoe").sees_parts(&["#2 call again: Globex"]);
    team.person("Adi").sees_nothing();
    team.person("Ana").sees_nothing();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_new_head_hears_once_of_what_already_waits(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = Team::start(on).await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    look_away(&team);
    team.restarts_with(bogdan_leads()).await;
    team.restarts_with(bogdan_leads()).await;
    team.person("Bogdan").sees_nothing();
    team.it_is("2026-11-26T07:00:00Z").await;
    team.person("Bogdan").sees_parts(&["One refusal has waited for you longer than two working days"]);
    look_away(&team);
    team.restarts_with(bogdan_leads()).await;
    for day in ["27", "30"] {
        team.it_is(&format!("2026-11-{day}T07:00:00Z")).await;
        team.person("Bogdan").sees_nothing();
    }
    look_away(&team);
    team.ends().await;
}

/// Bogdan leads instead of Elena.
fn bogdan_leads() -> People {
    vec![("Elena", Role::Rep), ("Ana", Role::Rep), ("Bogdan", Role::Head)]
}

/// Which of these mornings say to Bogdan how many refusals have waited for too long.
async fn late_ones(team: &Team, mornings: &[&str]) -> Vec<String> {
    let mut said = Vec::new();
    for day in mornings {
        team.it_is(&format!("{day}T07:00:00Z")).await;
        let shown = team.person("Bogdan").screen();
        assert!(shown.matches("waited for you").count() <= 1, "{day}: {shown}");
        let line = shown.lines().find(|line| line.contains("waited for you")).unwrap_or("nothing");
        said.push(line.split(" ha").next().unwrap_or_default().to_owned());
    }
    said
}

#[rstest]
#[tokio::test]
async fn a_new_head_hears_of_each_that_waits_when_it_is_late(#[values(On::Slack, On::Discord)] on: On) {
    let mut team = Team::start(on).await;
    for (now, client) in [("2026-11-23T08:00:00Z", "Acme"), ("2026-11-24T08:00:00Z", "Globex")] {
        team.it_is(now).await;
        for line in [format!("/refusal {client} 12k price"), format!("/refusal {client} Two 5k price")] {
            team.person("Ana").types(&line).await;
        }
    }
    team.it_is("2026-11-25T08:00:00Z").await;
    look_away(&team);
    team.restarts_with(bogdan_leads()).await;
    team.restarts_with(bogdan_leads()).await;
    let said = late_ones(&team, &["2026-11-26", "2026-11-27", "2026-11-30", "2026-12-01", "2026-12-02"]).await;
    assert_eq!(said, ["2 refusals", "4 refusals", "nothing", "nothing", "nothing"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_is_late_already_is_said_with_what_will_be(#[values(On::Slack, On::Discord)] on: On) {
    let mut team = Team::start(on).await;
    for day in ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-26"] {
        team.it_is(&format!("{day}T08:00:00Z")).await;
        team.person("Ana").types(&format!("/refusal Client{day} 12k price")).await;
    }
    team.it_is("2026-11-27T08:00:00Z").await;
    look_away(&team);
    team.restarts_with(bogdan_leads()).await;
    let said = late_ones(&team, &["2026-11-30", "2026-12-01"]).await;
    assert_eq!(said, ["nothing", "4 refusals"]);
    // The oldest is decided, and the bot starts again: nothing is new.
    team.person("Bogdan").types("/queue").await;
    team.person("Bogdan").chooses("Decide one of them", "#1 Client2026-11-17").await;
    validates(&team, "Bogdan", "2027-02-01").await;
    team.restarts_with(bogdan_leads()).await;
    let said = late_ones(&team, &["2026-12-02", "2026-12-03"]).await;
    assert_eq!(said, ["nothing", "nothing"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_was_held_for_the_head_before_comes_to_the_new_one(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = unasked(on).await;
    team.person("Bogdan").types("/panout start").await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    look_away(&team);
    team.restarts_with(bogdan_leads()).await;
    team.person("Bogdan").sees_parts(&["Acme refused"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_head_hears_of_what_a_rep_never_heard(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = unasked(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    elena.types("/panout start").await;
    ana.types("/refusal Acme 12k price").await;
    look_away(&team);
    validates(&team, "Elena", "2026-12-14").await;
    team.it_is("2026-12-14T07:00:00Z").await;
    let shown = elena.screen();
    assert!(!shown.contains("reminded"), "{shown}");
    team.it_is("2026-12-16T07:00:00Z").await;
    elena.sees_parts(&["one client, who still waits", "/recontacts Ana"]);
    look_away(&team);
    team.it_is("2026-12-17T07:00:00Z").await;
    let shown = elena.screen();
    assert!(!shown.contains("still waits"), "{shown}");
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_rep_who_starts_late_hears_as_often_as_anybody_before_the_head_does(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = unasked(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    elena.types("/panout start").await;
    ana.types("/refusal Acme 12k price").await;
    look_away(&team);
    validates(&team, "Elena", "2026-12-14").await;
    team.it_is("2026-12-14T07:00:00Z").await;
    look_away(&team);
    team.it_is("2026-12-15T12:00:00Z").await;
    look_away(&team);
    ana.types("/panout start").await;
    ana.sees_parts(&["#1 call again: Acme"]);
    for (day, comes, reported) in [
        ("2026-12-16", false, false),
        ("2026-12-17", true, false),
        ("2026-12-18", false, false),
        ("2026-12-21", true, false),
        ("2026-12-22", false, false),
        ("2026-12-23", false, true),
    ] {
        team.it_is(&format!("{day}T07:00:00Z")).await;
        assert_eq!(ana.screen().contains("call again: Acme"), comes, "{day}");
        assert_eq!(elena.screen().contains("Ana was reminded of one client"), reported, "{day}");
    }
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_head_hears_of_what_could_not_be_sent_to_a_rep(#[values(On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    look_away(&team);
    validates(&team, "Elena", "2026-12-14").await;
    team.service().trouble(Trouble::Status { times: 1, status: 400 });
    team.it_is("2026-12-14T07:00:00Z").await;
    team.person("Ana").sees_nothing();
    assert!(team.forgives().iter().any(|error| error.contains("given up")));
    team.it_is("2026-12-16T07:00:00Z").await;
    team.person("Elena").sees_parts(&["one client, who still waits", "/recontacts Ana"]);
    let done = "UPDATE jobs SET state = 'done' WHERE state = 'dead' RETURNING id";
    assert_eq!(team.rows::<(i64,)>(done).await.len(), 1);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_a_stand_in_never_heard_comes_to_the_head_who_is_back(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let team = unasked(on).await;
    let (ana, elena, adi) = (team.person("Ana"), team.person("Elena"), team.person("Adi"));
    elena.types("/panout start").await;
    elena.types("/panout away until 25 November").await;
    ana.types("/refusal Acme 12k price").await;
    let shown = adi.screen();
    assert!(!shown.contains("Acme"), "{shown}");
    look_away(&team);
    team.it_is("2026-11-25T07:00:00Z").await;
    let shown = elena.screen();
    assert!(!shown.contains("Acme"), "{shown}");
    look_away(&team);
    team.it_is("2026-11-26T07:00:00Z").await;
    elena.sees_parts(&["Acme refused"]);
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_a_stranger_has_in_hand_is_said_to_whoever_they_turn_out_to_be(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
) {
    let mut team = Team::start(on).await;
    let cora = team.stranger("Cora");
    cora.types("/refusal Acme 12k price").await;
    cora.screen();
    look_away(&team);
    validates(&team, "Elena", "2026-12-14").await;
    team.person("Elena").types("/panout away until 24 November deputy Cora").await;
    look_away(&team);
    // Ana's only account was Cora's, as far as the bot knew.
    let hers = "UPDATE accounts SET person_id = (SELECT person_id FROM tasks WHERE kind = 'recontact')
                WHERE person_id = (SELECT id FROM people WHERE name = 'Ana') RETURNING account";
    assert_eq!(team.rows::<(String,)>(hers).await.len(), 1);
    team.restarts().await;
    let deputy = "SELECT d.name FROM people p JOIN people d ON d.id = p.away_deputy";
    assert_eq!(team.rows::<(String,)>(deputy).await, [("Ana".to_owned(),)]);
    look_away(&team);
    team.it_is("2026-12-14T07:00:00Z").await;
    team.person("Ana").sees_parts(&["#1 call again: Acme"]);
    team.person("Cora").sees_nothing();
    look_away(&team);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_left_and_still_types_is_asked_nothing(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let mut team = Team::start_with(on, Setup { debriefs: true, ..Setup::default() }).await;
    team.restarts_with(without("Ana")).await;
    team.person("Ana").types("/refusal Acme 12k price").await;
    team.person("Elena").sees_parts(&["Acme refused"]);
    look_away(&team);
    for day in ["23T08:30", "24T07:00", "25T07:00"] {
        team.it_is(&format!("2026-11-{day}:00Z")).await;
        team.person("Ana").sees_nothing();
    }
    let open = "SELECT COUNT(*) FROM tasks WHERE done_at IS NULL";
    assert_eq!(team.rows::<(i64,)>(open).await, [(0,)], "nothing is in the hands of who left");
    look_away(&team);
    team.ends().await;
}
