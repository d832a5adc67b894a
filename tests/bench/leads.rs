//! The clock of leads: one million of them, ten thousand in hands and not touched.
//!
//! What a process does for it: it looks when the next is due, takes those that are, lets each climb, and says each minute
//! that it is there. A start after an outage gives time back to all that run.

use std::sync::Arc;
use std::time::Duration;

use panout::clock::Clock;
use panout::flows::{LEAD, Shared, beat, climb, give_back};
use panout::store::Db;
use panout::words::Catalogue;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tokio::time::Instant;

use crate::figures::{list, row};
use crate::story::Database;

/// How many leads there are, and how many of them run.
const LEADS: usize = if cfg!(debug_assertions) { 2000 } else { 1_000_000 };
const RUNNING: usize = if cfg!(debug_assertions) { 100 } else { 10_000 };
/// Over how many minutes their next rungs are spread: those of one working hour.
const MINUTES: usize = 60;
/// How often each is measured.
const ASKED: usize = if cfg!(debug_assertions) { 10 } else { 500 };
/// How many rungs a lead climbs before anybody may claim it.
const RUNGS: usize = 3;

pub(crate) async fn measure() {
    println!("\nclock of {LEADS} leads, {RUNNING} of them running ({})", crate::database());
    let (database, now) = (Database::new(), Clock::system().now());
    let db = database.open().await;
    list(&db, now).await;
    fill(&database, now).await;
    let shared = Arc::new(Shared::new(Catalogue::built_in(), crate::rules()));
    println!("  {:<44} {:>8} {:>8} {:>8}", "", "p50", "p99", "slowest");
    row("a look when the next is due", looks(&db).await);
    row("a minute's beat", beats(&db, &shared, false, ASKED).await);
    let climbs = climbs(&db, &shared).await;
    let each = climbs.iter().sum::<Duration>() / u32::try_from(climbs.len()).expect("some hundreds");
    row("one of them climbs", climbs);
    // Each climbs three rungs in a working day of eight hours.
    let a_day = each * u32::try_from(RUNNING * RUNGS).expect("some thousands");
    let share = 100.0 * a_day.as_secs_f64() / Duration::from_hours(8).as_secs_f64();
    println!("  all {RUNNING} climb each rung in a working day: {share:.2} % of a core");
    row("a start after an outage: all have time back", beats(&db, &shared, true, 1).await);
    db.close().await;
    database.drop().await;
}

async fn looks(db: &Db) -> Vec<Duration> {
    let mut took = Vec::new();
    for _ in 0..ASKED {
        let began = Instant::now();
        let next = db.read(|tx| Box::pin(async { Ok::<_, anyhow::Error>(tx.next_job_at().await?) })).await;
        took.push(began.elapsed());
        assert!(next.expect("the database answers").is_some(), "something is due");
    }
    took
}

async fn beats(db: &Db, shared: &Arc<Shared>, starts: bool, times: usize) -> Vec<Duration> {
    let mut took = Vec::new();
    for _ in 0..times {
        // After an outage of an hour.
        let now = Clock::system().now() + if starts { chrono::TimeDelta::hours(1) } else { chrono::TimeDelta::zero() };
        let (shared, began) = (shared.clone(), Instant::now());
        let beat = db.write(move |tx| Box::pin(async move { beat(tx, starts, now).await }));
        beat.await.map_err(|_| "a beat").expect("it beats");
        let mut gives = starts;
        while gives {
            let shared = shared.clone();
            let give = db.write(move |tx| {
                let shared = shared.clone();
                Box::pin(async move { give_back(tx, &shared, now).await })
            });
            gives = give.await.map_err(|_| "time").expect("it is given back");
        }
        took.push(began.elapsed());
    }
    took
}

/// Lets those that are due climb, as their job does.
async fn climbs(db: &Db, shared: &Arc<Shared>) -> Vec<Duration> {
    let mut took = Vec::new();
    let now = Clock::system().now() + chrono::TimeDelta::hours(5);
    for n in 0..ASKED {
        let (payload, shared, began) = (format!("{}.1", LEADS - n), shared.clone(), Instant::now());
        let climbed = db.write(move |tx| {
            let (payload, shared) = (payload.clone(), shared.clone());
            Box::pin(async move { climb(tx, &shared, &payload, now).await })
        });
        let next = climbed.await.map_err(|_| "a rung").expect("it climbs");
        took.push(began.elapsed());
        assert!(next.is_some(), "there is another rung");
    }
    took
}

async fn fill(database: &Database, now: chrono::DateTime<chrono::Utc>) {
    let postgres = database.is_postgres();
    let instant = |minutes: &str| {
        if postgres {
            format!("(timestamptz '{0}' + ({minutes}) * interval '1 minute')", now.to_rfc3339())
        } else {
            format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', '{}', ({minutes}) || ' minutes')", now.to_rfc3339())
        }
    };
    let runs = format!("i > {}", LEADS - RUNNING);
    let (began, due) = (instant(&format!("-(i % {MINUTES})")), instant(&format!("240 + i % {MINUTES}")));
    let numbers = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {LEADS})");
    let leads = format!(
        "INSERT INTO leads (organisation_id, number, team_id, account, account_key, contact, contact_key, source, received_at,
             state, owner_id, turn, turn_began_at, deadline, added, rung, rung_at, due_at, attempts, snoozes, snoozed,
             passed_on, unfit, over_at)
         {numbers}
         SELECT 1, i, (SELECT MIN(id) FROM teams), 'Client' || i, 'client' || i, 'Somebody', 'somebody', 'partner', {began},
             CASE WHEN {runs} THEN 'waiting' ELSE 'disqualified' END, (SELECT MIN(id) FROM people) + i % 40, 1, {began}, 14400,
             0, 0, {began}, CASE WHEN {runs} THEN {due} END, 0, 0, 0, 0, CASE WHEN {runs} THEN NULL ELSE 'spam' END,
             CASE WHEN {runs} THEN NULL ELSE {began} END
         FROM n"
    );
    let turns = "INSERT INTO lead_turns (organisation_id, lead, turn, person_id, began_at)
                 SELECT organisation_id, number, turn, owner_id, turn_began_at FROM leads";
    let half = instant(&format!("120 + number % {MINUTES}"));
    let jobs = format!(
        "INSERT INTO jobs (organisation_id, kind, occurrence, payload, planned_at, run_at, state)
         SELECT organisation_id, '{LEAD}', number || '.1', number || '.1', turn_began_at, {half}, 'ready'
         FROM leads WHERE over_at IS NULL"
    );
    let next = format!("UPDATE organisations SET next_lead = {}", LEADS + 1);
    for sql in [leads, turns.to_owned(), jobs, next, "ANALYZE".to_owned()] {
        if postgres {
            let mut db = PgConnection::connect(database.url()).await.expect("the server answers");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await.expect("the tables are filled");
        } else {
            let mut db = SqliteConnection::connect(database.url()).await.expect("the file opens");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await.expect("the tables are filled");
        }
    }
}
