//! The database stalls, is locked, goes away, comes back.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::{join, join_all};
use panout::clock::pause;
use rstest::rstest;
use sqlx::{Connection as _, SqliteConnection};

use crate::story::{Database, Door, On, Setup, Team};

/// Somebody holds the database up.
enum Stall {
    File(SqliteConnection),
    Server(Door),
}

impl Stall {
    async fn of(team: &Team, door: Option<&Door>) -> Self {
        if let Some(door) = door {
            door.sticks();
            return Self::Server(door.clone());
        }
        let mut file = SqliteConnection::connect(team.database().url()).await.expect("the file opens");
        sqlx::query("BEGIN IMMEDIATE").execute(&mut file).await.expect("nobody else writes");
        Self::File(file)
    }

    async fn ends(self) {
        match self {
            Self::File(file) => file.close().await.expect("the file closes"),
            Self::Server(door) => door.opens(),
        }
    }
}

async fn team_behind_a_door(on: On) -> (Team, Option<Door>) {
    let door = if Database::on_postgres() { Some(Door::new().await) } else { None };
    (Team::start_with(on, Setup { door: door.clone(), ..Setup::default() }).await, door)
}

/// Each number that somebody was told is the number of a refusal, and there is no other.
async fn told_is_stored(team: &Team, told: &str) -> usize {
    let said = told.lines().filter_map(|line| line.strip_prefix("Stored as #")?.split(':').next()?.parse().ok());
    let said: BTreeSet<i64> = said.collect();
    let stored: Vec<(i64,)> = team.rows("SELECT number FROM refusals ORDER BY number").await;
    assert_eq!(stored.into_iter().map(|(number,)| number).collect::<BTreeSet<i64>>(), said);
    said.len()
}

/// Nothing is left of what failed: a refusal has its audit, its job and its event, and nothing else has.
async fn nothing_is_half_stored(team: &Team) {
    let counts: Vec<(i64, i64, i64)> = team
        .rows(
            "SELECT (SELECT COUNT(*) FROM refusals),
                    (SELECT COUNT(*) FROM audit WHERE what = 'logged'),
                    (SELECT COUNT(*) FROM jobs WHERE kind = 'post' AND occurrence LIKE 'refusal:%')",
        )
        .await;
    let (refusals, audited, jobs) = counts[0];
    assert_eq!((refusals, audited, jobs), (refusals, refusals, refusals));
}

/// The reference a person was given is in the log.
fn reference_is_logged(team: &Team, told: &str) {
    let reference = told.split("this reference: ").nth(1).expect("a reference");
    let reference = reference.lines().next().unwrap_or_default().trim();
    let errors = team.forgives();
    assert!(errors.iter().any(|line| line.contains(reference)), "{reference} is not in {errors:?}");
}

#[tokio::test]
async fn every_act_is_acknowledged_in_half_a_second_while_the_database_stalls_for_five() {
    let (team, door) = team_behind_a_door(On::Slack).await;
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    ana.types("/refusal First 12k price").await;
    bogdan.types("/refusal").await;
    bogdan.fills(&[("Company", "Form"), ("Main reason", "Price")]).await;
    let slack = team.slack();
    slack.slowest_acknowledgement();
    let stall = Stall::of(&team, door.as_ref()).await;
    let lines = (0..30).map(|n| {
        let line = format!("/refusal Client{n} 12k price");
        let (ana, team) = (&ana, &team);
        async move { team.service().types(&ana.id(), &team.sales, &line).await }
    });
    let service = team.service();
    let (bogdans, elenas) = (bogdan.id(), elena.id());
    let others = join(service.submits(&bogdans), service.presses(&elenas, "Seen"));
    let asks = service.types(&elenas, &team.sales, "/panout help");
    let done = join(join_all(lines), join(others, asks));
    let (_, ()) = join(done, async {
        pause(Duration::from_secs(5)).await;
        stall.ends().await;
    })
    .await;
    let slowest = slack.slowest_acknowledgement();
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
    team.idle().await;
    elena.screen();
    let told = format!("{}\n{}", ana.screen(), bogdan.screen());
    let stored = told_is_stored(&team, &told).await;
    let apologies = told.matches("nothing was stored").count();
    assert_eq!(stored + apologies, 32, "everybody is told what came of it:\n{told}");
    // A server has so many connections, and whoever waits for one is told after five seconds; a file has no such limit.
    assert!(door.is_some() || apologies == 0, "{told}");
    nothing_is_half_stored(&team).await;
    if apologies > 0 {
        reference_is_logged(&team, &told);
    }
    team.forgives();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_database_that_does_not_answer_is_a_sentence_with_a_reference(
    #[values(On::Local, On::Slack, On::Discord)] on: On,
) {
    let (team, door) = team_behind_a_door(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/panout help").await;
    ana.sees_parts(&["What you can type"]);
    let stall = Stall::of(&team, door.as_ref()).await;
    team.service().types(&ana.id(), &team.sales, "/refusal Acme 12k price").await;
    team.idle().await;
    stall.ends().await;
    team.idle().await;
    let told = ana.sees_parts(&["That did not work, and nothing was stored."]);
    reference_is_logged(&team, &told);
    told_is_stored(&team, &told).await;
    nothing_is_half_stored(&team).await;
    elena.sees_nothing();
    ana.types("/refusal Acme 12k price").await;
    ana.sees_parts(&["Stored as #1: Acme"]);
    elena.sees_parts(&["Acme refused, €12,000: Price"]);
    team.forgives();
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_server_that_is_gone_is_a_sentence_and_works_again_when_it_is_back(
    #[values(On::Local, On::Slack, On::Discord)] on: On,
) {
    if !Database::on_postgres() {
        eprintln!("skipped: a file is on no server");
        return;
    }
    let (team, door) = team_behind_a_door(on).await;
    let door = door.expect("on a server");
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/panout help").await;
    ana.sees_parts(&["What you can type"]);
    for round in 1..=2 {
        door.shuts();
        ana.types("/refusal Acme 12k price").await;
        let told = ana.sees_parts(&["That did not work, and nothing was stored."]);
        reference_is_logged(&team, &told);
        door.opens();
        nothing_is_half_stored(&team).await;
        ana.types(&format!("/refusal Client{round} 12k price")).await;
        ana.sees_parts(&[&format!("Stored as #{round}: Client{round}")]);
        team.forgives();
        elena.sees_parts(&[&format!("Client{round} refused")]);
    }
    team.ends().await;
}

#[tokio::test]
async fn a_server_that_ends_its_connections_again_and_again_loses_and_doubles_nothing() {
    if !Database::on_postgres() {
        eprintln!("skipped: a file is on no server");
        return;
    }
    let (team, door) = team_behind_a_door(On::Slack).await;
    let door = door.expect("on a server");
    // What the head logs herself needs no card, which would be another story.
    let elena = team.person("Elena");
    let lines = 60;
    for n in 0..lines / 3 {
        let typed = (0..3).map(|m| {
            let line = format!("/refusal Client{n}-{m} 12k price");
            let (elena, team) = (&elena, &team);
            async move { team.service().types(&elena.id(), &team.sales, &line).await }
        });
        let ends = async {
            for _ in 0..2 {
                pause(Duration::from_millis(fastrand::u64(0..25))).await;
                door.terminates().await;
            }
        };
        join(join_all(typed), ends).await;
    }
    team.idle().await;
    let told = elena.screen();
    let stored = told_is_stored(&team, &told).await;
    let apologies = told.matches("nothing was stored").count();
    assert_eq!(stored + apologies, lines, "{told}");
    let errors = team.forgives();
    let few = apologies * 10 <= lines;
    assert!(few, "a connection that was lost is made again: {apologies} of {lines} failed, {errors:#?}");
    let audited: Vec<(i64, i64)> = team.rows("SELECT COUNT(*), COUNT(DISTINCT refusal) FROM audit").await;
    assert_eq!(audited, [(i64::try_from(stored).unwrap_or_default(), i64::try_from(stored).unwrap_or_default())]);
    team.ends().await;
}
