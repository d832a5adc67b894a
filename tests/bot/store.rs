//! The database: what is written together stays together, on `SQLite` and on `PostgreSQL`.

mod listing;
mod peace;
mod search;
mod sums;
mod upgrade;
mod writer;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use panout::domain::{Person, Role, Team, TeamId};
use panout::store::{Db, JobRow, ListedPerson, ListedTeam, Listing, NewJob};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use self::writer::{Then, drafts, keep};
use crate::story::Database;

fn now() -> DateTime<Utc> {
    "2026-11-23T08:00:00.123456Z".parse().expect("an instant")
}

fn listing() -> Listing {
    let team = Team {
        id: TeamId(0),
        name: "Field".into(),
        language: "en".into(),
        currency: "EUR".parse().expect("a currency"),
        time_zone: chrono_tz::Europe::Bucharest,
        working_hours: "Mon-Fri 09:00-18:00".parse().expect("working hours"),
        channels: vec!["slack:C1".into()],
    };
    let person = |name: &str, role, account: &str| ListedPerson {
        name: name.into(),
        team: Some("Field".into()),
        role,
        accounts: vec![account.into()],
    };
    Listing {
        name: "Acme".into(),
        teams: vec![ListedTeam(team)],
        people: vec![person("Elena", Role::Head, "slack:U1"), person("Ana", Role::Rep, "slack:U2")],
        products: vec![],
    }
}

async fn listed(db: &Db) {
    let listing = Arc::new(listing());
    let write = db.write(move |tx| {
        let listing = listing.clone();
        Box::pin(async move { Ok::<_, anyhow::Error>(tx.list(&listing, now()).await?) })
    });
    write.await.expect("the listing is stored");
}

#[tokio::test]
async fn a_change_survives_closing_and_opening() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    keep(&db, "one", Then::Keep).await.expect("it is kept");
    db.close().await;
    let db = database.open().await;
    listed(&db).await;
    assert_eq!(drafts(&db).await, ["one"]);
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_sqlite_file_has_one_process() {
    let database = Database::new();
    let db = database.open().await;
    if !database.is_postgres() {
        let second = Db::open(database.url()).await.err().expect("the file is taken").to_string();
        assert!(second.contains("another panout uses"), "{second}");
        assert!(second.contains("PANOUT_DATABASE_URL"), "{second}");
    }
    db.close().await;
    drop(db);
    database.open().await.close().await;
    database.drop().await;
}

#[tokio::test]
async fn every_due_job_is_claimed_once_however_many_workers_ask() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let planned = db.write(|tx| {
        Box::pin(async move {
            for number in 0..200 {
                let occurrence = number.to_string();
                let job = NewJob { kind: "post", occurrence, payload: "null".into(), run_at: now() };
                tx.plan(&job, now()).await?;
                // Planned again, it is the same job.
                tx.plan(&job, now()).await?;
            }
            Ok::<_, anyhow::Error>(())
        })
    });
    planned.await.expect("jobs are planned");
    let workers = (0..8).map(|_| tokio::spawn(claim_all(db.clone())));
    let mut claimed: Vec<i64> = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        claimed.extend(worker.await.expect("a worker ends").iter().map(|job| job.id));
    }
    claimed.sort_unstable();
    let all = claimed.len();
    claimed.dedup();
    assert_eq!((all, claimed.len()), (200, 200));
    db.close().await;
    database.drop().await;
}

async fn claim(db: &Db, at: DateTime<Utc>) -> Option<JobRow> {
    let token = format!("{:x}", fastrand::u64(..));
    let claim = db.write(move |tx| {
        let token = token.clone();
        Box::pin(async move {
            Ok::<_, anyhow::Error>(tx.claim_jobs(at, at + TimeDelta::seconds(60), &token, 1).await?.pop())
        })
    });
    claim.await.expect("claiming works")
}

async fn claim_all(db: Db) -> Vec<JobRow> {
    let mut claimed = Vec::new();
    while let Some(job) = claim(&db, now()).await {
        claimed.push(job);
    }
    claimed
}

#[tokio::test]
async fn whoever_lost_the_claim_can_no_longer_finish_the_job() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let planned = db.write(|tx| {
        Box::pin(async move {
            let job = NewJob { kind: "post", occurrence: "1".into(), payload: "null".into(), run_at: now() };
            Ok::<_, anyhow::Error>(tx.plan(&job, now()).await?)
        })
    });
    planned.await.expect("a job is planned");
    let slow = claim(&db, now()).await.expect("it is due");
    assert!(claim(&db, now() + TimeDelta::seconds(59)).await.is_none(), "the lease holds");
    let quick = claim(&db, now() + TimeDelta::seconds(61)).await.expect("the lease is over");
    assert_eq!((slow.id, quick.attempts), (quick.id, 2));
    let finish = |job: JobRow| {
        let finish = db.write(move |tx| {
            let job = job.clone();
            Box::pin(async move { Ok::<_, anyhow::Error>(tx.finish_job(&job).await?) })
        });
        async { finish.await.expect("finishing works") }
    };
    assert!(!finish(slow).await, "the slow one's claim is over");
    assert!(finish(quick).await);
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn concurrent_writers_collide_without_anybody_noticing() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let number = || {
        let db = db.clone();
        tokio::spawn(async move {
            let next = db.write(|tx| Box::pin(async { Ok::<_, anyhow::Error>(tx.next_refusal_number().await?) }));
            next.await.expect("a number").0
        })
    };
    let mut numbers = Vec::new();
    for waiting in (0..20).map(|_| number()).collect::<Vec<_>>() {
        numbers.push(waiting.await.expect("a task ends"));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn listing_twice_is_listing_once_and_a_stranger_becomes_the_person_named_later() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let stranger = db.write(|tx| {
        Box::pin(async move {
            let team = tx.team_for(Some("slack:C1")).await?;
            Ok::<_, anyhow::Error>(tx.add_stranger("bog", "slack:U9", team).await?)
        })
    });
    let stranger = stranger.await.expect("a stranger is added");
    let mut named = listing();
    named.people.push(ListedPerson {
        name: "Bogdan".into(),
        team: None,
        role: Role::Rep,
        accounts: vec!["slack:U9".into(), "discord:9".into()],
    });
    let named = Arc::new(named);
    for _ in 0..2 {
        let named = named.clone();
        let write = db.write(move |tx| {
            let named = named.clone();
            Box::pin(async move { Ok::<_, anyhow::Error>(tx.list(&named, now()).await?) })
        });
        write.await.expect("the listing is stored");
    }
    let found = db.read(|tx| {
        Box::pin(async {
            let slack = tx.person_of("slack:U9").await?;
            let discord = tx.person_of("discord:9").await?;
            Ok::<_, anyhow::Error>((slack, discord))
        })
    });
    let (slack, discord) = found.await.expect("people are read");
    let (slack, discord) = (slack.expect("known"), discord.expect("known"));
    assert_eq!((slack.id, slack.name.as_str(), discord.id), (stranger, "Bogdan", stranger));
    db.close().await;
    database.drop().await;
}

async fn lists(db: &Db, listing: Listing) {
    let listing = Arc::new(listing);
    let write = db.write(move |tx| {
        let listing = listing.clone();
        Box::pin(async move { Ok::<_, anyhow::Error>(tx.list(&listing, now()).await?) })
    });
    write.await.expect("the listing is stored");
}

/// Who has each account, and who processes the first team's refusals.
async fn who_is_who(db: &Db, accounts: [&'static str; 2]) -> ([Option<Person>; 2], Option<Person>) {
    let read = db.read(move |tx| {
        Box::pin(async move {
            let team = tx.team_for(None).await?;
            let people = [tx.person_of(accounts[0]).await?, tx.person_of(accounts[1]).await?];
            Ok::<_, anyhow::Error>((people, tx.head_of(team).await?))
        })
    });
    read.await.expect("people are read")
}

#[tokio::test]
async fn a_head_who_is_named_no_more_is_a_rep_and_the_next_one_leads() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let mut next = listing();
    (next.people[0].name, next.people[0].accounts) = ("Maria".into(), vec!["slack:U3".into()]);
    lists(&db, next).await;
    let ([elena, maria], head) = who_is_who(&db, ["slack:U1", "slack:U3"]).await;
    let (elena, maria) = (elena.expect("she is remembered"), maria.expect("she is named"));
    assert_eq!((elena.role, maria.role), (Role::Rep, Role::Head));
    assert_eq!(head.expect("a head").id, maria.id);
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn somebody_renamed_is_the_same_person() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let (before, _) = who_is_who(&db, ["slack:U1", "slack:U2"]).await;
    let mut renamed = listing();
    renamed.people[0].name = "Elena Pop".into();
    lists(&db, renamed).await;
    let (after, head) = who_is_who(&db, ["slack:U1", "slack:U2"]).await;
    let ids = |people: &[Option<Person>; 2]| people.each_ref().map(|person| person.as_ref().expect("known").id);
    assert_eq!(ids(&before), ids(&after));
    let head = head.expect("a head");
    assert_eq!((head.id, head.name.as_str()), (ids(&before)[0], "Elena Pop"));
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn an_account_taken_from_somebody_is_theirs_no_more() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let mut next = listing();
    next.people[0].accounts = vec!["discord:1".into()];
    lists(&db, next).await;
    let ([lost, new], _) = who_is_who(&db, ["slack:U1", "discord:1"]).await;
    assert!(lost.is_none(), "{lost:?}");
    assert_eq!(new.expect("hers").name, "Elena");
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_team_that_is_named_no_more_takes_nobody_in() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let mut next = listing();
    next.teams[0].0.name = "Inside".into();
    next.people.iter_mut().for_each(|person| person.team = None);
    lists(&db, next).await;
    let read = db.read(|tx| {
        Box::pin(async {
            let person = tx.person_of("slack:U1").await?.expect("known");
            let teams = (tx.team_for(Some("slack:C1")).await?, tx.team_for(None).await?);
            Ok::<_, anyhow::Error>((person.team.id, teams))
        })
    });
    let (inside, teams) = read.await.expect("teams are read");
    assert_eq!(teams, (inside, inside));
    db.close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_job_that_failed_keeps_its_distance_when_somebody_changes_their_hours() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let later = now() + TimeDelta::hours(1);
    let planned = db.write(move |tx| {
        Box::pin(async move {
            for occurrence in ["failed", "waiting"] {
                let run_at = if occurrence == "failed" { now() } else { later };
                let job =
                    NewJob { kind: "post", occurrence: occurrence.into(), payload: format!("{occurrence:?}"), run_at };
                tx.plan(&job, now()).await?;
            }
            let failed = tx.claim_jobs(now(), later, "t", 1).await?.pop().expect("it is due");
            tx.return_job(&failed, later, Some("the service is away")).await?;
            tx.reconsider_jobs("post", "today:", now()).await?;
            Ok::<_, anyhow::Error>(())
        })
    });
    planned.await.expect("jobs are planned");
    let claimed = claim_all(db.clone()).await;
    assert_eq!(claimed.iter().map(|job| job.payload.as_str()).collect::<Vec<_>>(), ["\"waiting\""]);
    db.close().await;
    database.drop().await;
}

/// Columns by table: whether each may be NULL, and the family of its type.
type Shape = BTreeMap<String, BTreeMap<String, (bool, &'static str)>>;

fn family(sql_type: &str) -> &'static str {
    match sql_type.to_lowercase().as_str() {
        "integer" | "bigint" | "boolean" => "integer",
        "text" | "date" | "timestamp with time zone" => "text",
        "blob" | "bytea" => "bytes",
        other => panic!("a type no table should have: {other}"),
    }
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let database = Database::new();
    database.open().await.close().await;
    if !database.is_postgres() {
        return database.drop().await;
    }
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = format!("sqlite:{}", folder.path().join("panout.db").display());
    Db::open(&file).await.expect("SQLite opens").close().await;
    assert_eq!(sqlite_shape(&file).await, postgres_shape(database.url()).await);
    database.drop().await;
}

async fn sqlite_shape(url: &str) -> Shape {
    let mut db = SqliteConnection::connect(url).await.expect("SQLite opens");
    let sql = "SELECT m.name, c.name, c.\"notnull\" = 0 AND c.pk = 0, c.type FROM sqlite_master m, pragma_table_info(m.name) c
               WHERE m.type = 'table' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%'";
    let rows: Vec<(String, String, bool, String)> = sqlx::query_as(sql).fetch_all(&mut db).await.expect("a shape");
    shape(rows)
}

async fn postgres_shape(url: &str) -> Shape {
    let mut db = PgConnection::connect(url).await.expect("PostgreSQL answers");
    let sql = "SELECT table_name::text, column_name::text, is_nullable = 'YES', data_type::text
               FROM information_schema.columns
               WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_sqlx%'";
    let rows: Vec<(String, String, bool, String)> = sqlx::query_as(sql).fetch_all(&mut db).await.expect("a shape");
    shape(rows)
}

fn shape(rows: Vec<(String, String, bool, String)>) -> Shape {
    let mut shape = Shape::new();
    for (table, column, nullable, sql_type) in rows {
        shape.entry(table).or_default().insert(column, (nullable, family(&sql_type)));
    }
    assert!(shape.len() > 10, "all tables are there");
    shape
}

#[tokio::test]
async fn a_stranger_joins_the_team_whose_channel_they_use_else_the_first() {
    let database = Database::new();
    let db = database.open().await;
    let mut two = listing();
    let mut inside = two.teams[0].clone();
    (inside.0.name, inside.0.channels) = ("Inside".into(), vec!["slack:C10".into()]);
    two.teams.push(inside);
    let two = Arc::new(two);
    let teams = db.write(move |tx| {
        let two = two.clone();
        Box::pin(async move {
            tx.list(&two, now()).await?;
            let mut names = Vec::new();
            for (channel, account) in [
                (Some("slack:C10"), "slack:A"),
                (Some("slack:C1"), "slack:B"),
                (Some("slack:C7"), "slack:C"),
                (None, "slack:D"),
            ] {
                let team = tx.team_for(channel).await?;
                let id = tx.add_stranger("Someone", account, team).await?;
                names.push(tx.person(id).await?.team.name);
            }
            Ok::<_, anyhow::Error>(names)
        })
    });
    assert_eq!(teams.await.expect("teams are found"), ["Inside", "Field", "Field", "Field"]);
    db.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_start_at_once_on_an_empty_server_all_start() {
    if !Database::on_postgres() {
        eprintln!("skipped: a SQLite file is one process's");
        return;
    }
    for _ in 0..10 {
        let database = Database::new();
        let all = futures_util::future::join_all((0..4).map(|_| Db::open(database.url()))).await;
        let said: Vec<String> = all.into_iter().filter_map(Result::err).map(|error| format!("{error:#}")).collect();
        assert!(said.is_empty(), "{said:?}");
        database.drop().await;
    }
}
