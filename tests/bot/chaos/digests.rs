//! The program is killed again and again while digests are posted: each root and each part of its thread is there once.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use panout::clock::Clock;

use super::{Company, a_while};
use crate::story::ChatService as _;

/// How many teams have a digest.
const TEAMS: usize = 10;
/// How many refusals are logged before.
const LINES: i64 = 60;
/// How often the program is killed while they are posted.
const KILLS: usize = 30;
/// How long the last one may take, in steps of a tenth of a second.
const PATIENCE: usize = 1200;

impl Company {
    /// Runs a statement that returns ids; how many.
    async fn changes(&self, sql: String) -> usize {
        self.database.rows::<(i64,)>(Box::leak(sql.into_boxed_str())).await.len()
    }

    /// What was logged happened on this day.
    async fn it_happened_on(&self, day: NaiveDate) {
        let date = if self.database.is_postgres() { format!("DATE '{day}'") } else { format!("'{day}'") };
        assert!(self.changes(format!("UPDATE refusals SET happened_on = {date} RETURNING number")).await > 0);
        // Counted anew at the next start.
        for table in ["weekly_sums", "monthly_sums"] {
            self.changes(format!("DELETE FROM {table} RETURNING team_id")).await;
        }
        self.changes("UPDATE organisations SET summed_to = 0 RETURNING id".into()).await;
    }

    /// The digests of this midnight are due.
    async fn digests_are_due(&self, day: NaiveDate) {
        let at = day.and_time(NaiveTime::MIN).and_utc();
        let written = at.format("%Y-%m-%dT%H:%M:%S");
        let typed = if self.database.is_postgres() {
            format!("TIMESTAMPTZ '{written}+00'")
        } else {
            format!("'{written}+00:00'")
        };
        let sql = format!(
            "INSERT INTO jobs (organisation_id, kind, occurrence, payload, planned_at, run_at, state)
             SELECT 1, 'post', 'digest:' || id || ':{}:0', '{{\"Digest\":[' || id || ',\"{written}Z\",0]}}', {typed}, {typed}, 'ready'
             FROM teams RETURNING id",
            at.timestamp()
        );
        assert_eq!(self.changes(sql).await, TEAMS);
    }

    /// How many digests and parts of them are known to be posted.
    async fn known(&self) -> i64 {
        let sql = "SELECT COUNT(*) FROM messages WHERE notice LIKE 'digest%' AND posted_at IS NOT NULL";
        self.database.rows::<(i64,)>(sql).await[0].0
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_it_posts_digests_each_is_there_once_with_its_thread() {
    let company = Company::found_hearing(TEAMS, "0 0 * * *").await;
    let first = company.starts();
    company.connected(1).await;
    for _ in 0..LINES {
        company.types().await;
        a_while(10).await;
    }
    company.all_acknowledged().await;
    let cards = "SELECT COUNT(*) FROM jobs WHERE occurrence LIKE 'refusal:%' AND state <> 'done'";
    for _ in 0..PATIENCE {
        // An acknowledgement may come before it is stored.
        if company.stored().await == LINES && company.database.rows::<(i64,)>(cards).await == [(0,)] {
            break;
        }
        a_while(200).await;
    }
    first.dies().await;
    let today = Clock::system().now().date_naive();
    company.it_happened_on(today - TimeDelta::days(1)).await;
    company.digests_are_due(today).await;
    let teams: Vec<(i64,)> = company.database.rows("SELECT DISTINCT team_id FROM refusals").await;
    // Nobody said why in their own words: the thread has two parts.
    let expected = i64::try_from(teams.len() * 3 + (TEAMS - teams.len())).expect("few");
    for _ in 0..KILLS {
        let panout = company.starts();
        company.connected(1).await;
        a_while(350).await;
        panout.dies().await;
    }
    let survivor = company.starts();
    for _ in 0..PATIENCE {
        if company.known().await == expected {
            break;
        }
        a_while(200).await;
    }
    assert_eq!(company.known().await, expected, "the program said:\n{}", company.said());
    survivor.dies().await;
    let mut posted: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (at, _, screen) in company.slack.posted().into_iter().chain(company.discord.posted()) {
        let title = screen.lines().next().unwrap_or_default();
        let what = match title {
            title if title.contains("in the week of") || title.contains("No refusal logged") => "root",
            "Why clients said no" => "reasons",
            "What is still open" => "open",
            _ => continue,
        };
        *posted.entry((at.channel, what.to_owned())).or_default() += 1;
    }
    let twice: Vec<_> = posted.iter().filter(|(_, times)| **times != 1).collect();
    assert!(twice.is_empty(), "posted more than once: {twice:?}");
    assert_eq!(posted.len(), usize::try_from(expected).expect("few"), "{posted:?}");
    company.database.drop().await;
}
