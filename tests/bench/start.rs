//! How long the program takes to connect to both platforms, and how much of the machine it takes.

use std::time::Duration;

use panout::clock::{Clock, pause};
use tokio::time::Instant;

use crate::company::Company;
use crate::figures;
use crate::http::House;
use crate::story::Database;

/// How often it is started.
const STARTS: usize = 10;
/// How long between two starts.
const BETWEEN: Duration = Duration::from_millis(1200);
/// How long it idles before its memory is read.
const IDLE: Duration = Duration::from_secs(10);

pub(crate) async fn measure() {
    let company = Company::found(4).await;
    // The first start makes the tables and registers the commands.
    let first = started(&company).await;
    let mut later = Vec::new();
    for _ in 1..STARTS {
        later.push(started(&company).await);
    }
    later.sort_unstable();
    let panout = company.starts();
    company.connected(2).await;
    pause(IDLE).await;
    let (memory, own) = (memory(panout.id(), "VmRSS:"), memory(panout.id(), "RssAnon:"));
    panout.dies().await;
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_panout")).map_or(0, |found| found.len());
    println!("\nstart ({})", crate::database());
    println!("  first start to both platforms connected, tables made   {:>7.0} ms", millis(first));
    println!(
        "  start to both platforms connected, median of {}         {:>7.0} ms",
        later.len(),
        millis(later[later.len() / 2])
    );
    println!("  start to both platforms connected, slowest             {:>7.0} ms", millis(later[later.len() - 1]));
    println!("  resident after {} s idle on both                       {memory:>7.1} MB", IDLE.as_secs());
    println!("    of it not the program itself                         {own:>7.1} MB");
    println!("  size of the program                                    {:>7.1} MB", megabytes(size));
    company.database.drop().await;
    http().await;
}

/// In HTTP mode, with as many refusals as the figures have.
async fn http() {
    let database = Database::new();
    let db = database.open().await;
    let now = Clock::system().now();
    figures::list(&db, now).await;
    db.close().await;
    figures::fill(&database, now).await;
    database.open().await.close().await;
    let house = House::with(database).await;
    let mut took = Vec::new();
    for _ in 0..STARTS {
        pause(BETWEEN).await;
        let (process, healthy) = house.starts_healthy().await;
        took.push(healthy);
        process.dies().await;
    }
    // The first one finds people in the database whom its file does not name.
    let mut later = took.split_off(1);
    later.sort_unstable();
    let process = house.starts();
    pause(IDLE).await;
    let (memory, own) = (memory(process.id(), "VmRSS:"), memory(process.id(), "RssAnon:"));
    process.dies().await;
    println!("start in HTTP mode, with {} refusals", figures::refusals());
    println!(
        "  start to the first 200 of /health, median of {}         {:>7.0} ms",
        later.len(),
        millis(later[later.len() / 2])
    );
    println!("  start to the first 200 of /health, slowest             {:>7.0} ms", millis(later[later.len() - 1]));
    println!("  resident after {} s idle                               {memory:>7.1} MB", IDLE.as_secs());
    println!("    of it not the program itself                         {own:>7.1} MB");
    house.ends().await;
}

async fn started(company: &Company) -> Duration {
    let gone = Instant::now();
    while company.slack.sockets() > 0 || company.discord.is_connected() {
        assert!(gone.elapsed() < Duration::from_secs(10), "the connections of the one before do not end");
        pause(Duration::from_millis(5)).await;
    }
    // Discord lets a bot ask for its gateway so often: a start that has to wait for that measures nothing.
    pause(BETWEEN).await;
    let began = Instant::now();
    let panout = company.starts();
    while company.slack.sockets() == 0 || !company.discord.is_connected() {
        assert!(began.elapsed() < Duration::from_secs(30), "it does not connect:\n{}", company.said());
        pause(Duration::from_millis(1)).await;
    }
    let took = began.elapsed();
    panout.dies().await;
    took
}

/// A line of what the system says of a process's memory, in MB.
fn memory(process: u32, line: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process of Linux");
    let found = status.lines().find_map(|found| found.strip_prefix(line)).expect("its resident memory");
    let kilobytes: u64 = found.trim().trim_end_matches(" kB").trim().parse().expect("a number of kB");
    megabytes(kilobytes * 1024)
}

fn megabytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1000).unwrap_or(u32::MAX)) / 1000.0
}

fn millis(length: Duration) -> f64 {
    length.as_secs_f64() * 1000.0
}
