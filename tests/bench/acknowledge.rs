//! From an event on the wire to its acknowledgement, in the real program.

use std::time::Duration;

use panout::chat::Service;
use panout::clock::pause;
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tokio::time::{Instant, interval};

use crate::company::Company;

/// Commands a second, on both services together.
const RATE: u32 = 50;
const LENGTH: Duration = Duration::from_secs(20);
const STALL: Duration = Duration::from_secs(5);
const SERVICES: [Service; 2] = [Service::Slack, Service::Discord];

pub(crate) async fn measure() {
    // Many teams: a head can be sent one card a second.
    let company = Company::found(100).await;
    let panout = company.starts();
    company.connected(2).await;
    types_for(&company, Duration::from_secs(2)).await;
    company.all_acknowledged().await;
    let before = counts(&company);
    types_for(&company, LENGTH).await;
    company.all_acknowledged().await;
    println!("\nacknowledgement, {RATE} commands/s for {} s ({})", LENGTH.as_secs(), crate::database());
    print_since(&company, before);
    let before = counts(&company);
    let (stalled, ()) = tokio::join!(stall(&company), types_for(&company, STALL));
    company.all_acknowledged().await;
    println!("acknowledgement, {RATE} commands/s, the database stalled for {:.1} s", stalled.as_secs_f64());
    print_since(&company, before);
    panout.dies().await;
    company.database.drop().await;
}

async fn types_for(company: &Company, length: Duration) {
    let mut ticks = interval(Duration::from_secs(1) / RATE);
    let began = Instant::now();
    while began.elapsed() < length {
        ticks.tick().await;
        company.types().await;
    }
}

/// Holds every writer up; how long.
async fn stall(company: &Company) -> Duration {
    let began = Instant::now();
    if company.database.is_postgres() {
        let mut server = PgConnection::connect(company.database.url()).await.expect("the server answers");
        let mut held = server.begin().await.expect("a transaction");
        let lock = "LOCK TABLE seen_events, people, accounts IN ACCESS EXCLUSIVE MODE";
        sqlx::query(lock).execute(&mut *held).await.expect("the tables are locked");
        pause(STALL).await;
        held.rollback().await.expect("the tables are free");
    } else {
        let mut file = SqliteConnection::connect(company.database.url()).await.expect("the file opens");
        sqlx::query("BEGIN IMMEDIATE").execute(&mut file).await.expect("the file is locked");
        pause(STALL).await;
        file.close().await.expect("the file is free");
    }
    began.elapsed()
}

fn counts(company: &Company) -> [usize; 2] {
    SERVICES.map(|on| company.acknowledgements(on).len())
}

fn print_since(company: &Company, before: [usize; 2]) {
    for (on, before) in SERVICES.into_iter().zip(before) {
        let mut took = company.acknowledgements(on).split_off(before);
        took.sort_unstable();
        let at = |part: usize| took[(took.len() * part / 1000).min(took.len() - 1)].as_secs_f64() * 1000.0;
        let (name, count) = (on.as_str(), took.len());
        let (half, most, all) = (at(500), at(990), at(1000));
        println!("  {name:<8} {count:>5} commands   p50 {half:>6.2} ms   p99 {most:>6.2} ms   max {all:>6.2} ms");
    }
}
