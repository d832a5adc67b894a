//! The program is killed (`kill -9`) again and again in the middle of logging and posting, and nothing is lost or
//! doubled.
//!
//! The number of kills is small enough for every run of the suite. `PANOUT_CHAOS_KILLS=2000 cargo test chaos` does more;
//! with `TEST_DATABASE_URL` set, on `PostgreSQL`.

mod company;
mod digests;
mod ledger;
mod process;

use std::time::Duration;

use panout::clock::pause;

pub(crate) use company::{AFTER_STORING, Company};
pub(crate) use process::Panout;

/// How often the program is killed while it works, unless `PANOUT_CHAOS_KILLS` says otherwise.
const KILLS: usize = 150;
/// How often it is killed while it makes its tables.
const KILLED_STARTS: usize = 30;
/// How often one of two replicas is killed.
const KILLED_REPLICAS: usize = 25;

#[expect(clippy::disallowed_methods, reason = "a setting of the tests, not of the product")]
fn kills() -> usize {
    std::env::var("PANOUT_CHAOS_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS)
}

/// Lets a random time pass, up to so many milliseconds.
async fn a_while(most: u64) {
    pause(Duration::from_millis(fastrand::u64(0..=most))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_stores_each_refusal_once_and_posts_each_card_once() {
    let company = Company::found(24).await;
    let mut life = 0;
    // Until enough was promised, however slow the machine: otherwise little would be proved.
    while life < kills() || company.promised() < kills() / 2 {
        assert!(life < kills() * 4, "only {} lines were acknowledged after they were stored", company.promised());
        let panout = company.starts();
        match life % 10 {
            // Before or while it connects.
            0 | 1 => a_while(150).await,
            // Long enough to post what earlier lives left.
            2 => {
                company.connected(1).await;
                company.types().await;
                a_while(1500).await;
            }
            // In the middle of storing.
            3..=5 => {
                company.connected(1).await;
                for _ in 0..3 {
                    company.types().await;
                }
                a_while(12).await;
            }
            // In the middle of posting.
            _ => {
                company.connected(1).await;
                for _ in 0..2 {
                    company.types().await;
                    a_while(40).await;
                }
                company.next_post().await;
                a_while(40).await;
            }
        }
        panout.dies().await;
        life += 1;
    }
    let survivor = company.starts();
    company.all_acknowledged().await;
    company.quiet().await;
    survivor.dies().await;
    company.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_it_makes_its_tables_it_starts_all_the_same() {
    let company = Company::found(1).await;
    for _ in 0..KILLED_STARTS {
        let panout = company.starts();
        a_while(120).await;
        panout.dies().await;
    }
    let survivor = company.starts();
    company.connected(1).await;
    company.types().await;
    company.all_acknowledged().await;
    company.quiet().await;
    survivor.dies().await;
    company.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_of_which_one_is_always_dying_store_and_post_once() {
    let company = Company::found(24).await;
    if !company.database.is_postgres() {
        eprintln!("skipped: a SQLite file is one process's");
        return;
    }
    let mut replicas = [company.starts(), company.starts()];
    company.connected(4).await;
    for _ in 0..KILLED_REPLICAS {
        for _ in 0..fastrand::usize(2..=5) {
            company.types().await;
            a_while(20).await;
            company.repeats().await;
            a_while(40).await;
        }
        a_while(300).await;
        let dying = &mut replicas[fastrand::usize(0..2)];
        std::mem::replace(dying, company.starts()).dies().await;
        company.connected(3).await;
    }
    company.all_acknowledged().await;
    company.quiet().await;
    for replica in replicas {
        replica.dies().await;
    }
    company.ends().await;
}
