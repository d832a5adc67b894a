//! An organisation of ten thousand people and a million refusals: lists, and the messages of one day.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use panout::chat::{
    Account, Action, Bot, Card, Command, Event, Failure, MessageRef, Place, Platform, Reply, Service, Submission,
};
use panout::clock::{Clock, pause};
use panout::domain::{ReasonId, Role, Team, TeamId};
use panout::flows::{Assistant, Notice, POST, Shared};
use panout::jobs::{Limits, Worker};
use panout::store::{Db, ListedPerson, ListedProduct, ListedTeam, Listing, NewJob};
use panout::words::Catalogue;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::story::Database;

/// How many refusals there are; half of them are the measured team's.
const REFUSALS: usize = 1_000_000;
/// How many people there are, in two hundred teams.
const PEOPLE: usize = 10_000;
/// How often each list is asked for.
const ASKED: usize = 1000;
/// How many refusals a second are logged while the day's messages go out.
const LOGGED_A_SECOND: u32 = 20;

pub(crate) async fn measure() {
    println!("\n{REFUSALS} refusals and {PEOPLE} people in one organisation ({})", crate::database());
    let database = Database::new();
    let db = database.open().await;
    let now = Clock::system().now();
    list(&database, &db, now).await;
    let began = Instant::now();
    fill(&database, now).await;
    println!("  (filled in {:.0} s)", began.elapsed().as_secs_f64());
    let db = index(&database, db).await;
    let shared = Arc::new(Shared::new(Catalogue::built_in(), crate::rules()));
    let bot = Arc::new(Assistant::new(db.clone(), shared.clone(), Clock::system()));
    println!("  {:<44} {:>8} {:>8} {:>8}", "", "p50", "p99", "slowest");
    for (who, name, text, says) in [
        ("U0ELENA", "queue", "", "waiting for you"),
        ("U0ANA", "recontacts", "", "in your hands"),
        ("U0ANA", "refusals", "mine", "last"),
    ] {
        let mut took = Vec::new();
        for n in 0..ASKED {
            let (shown, elapsed) = asks(&bot, who, name, text, n).await;
            assert!(n > 0 || shown.contains('#'), "/{name} showed nothing ({says}): {shown:.200}");
            took.push(elapsed);
        }
        row(&format!("/{name} {text}"), took);
    }
    searches(&bot).await;
    let mut took = Vec::new();
    for n in 0..ASKED {
        took.push(logs(&bot, n).await);
    }
    row("/refusal, similar cases in its answer", took);
    let mut took = Vec::new();
    for n in 0..ASKED {
        took.push(adds_detail(&bot, n).await);
    }
    row("Add detail: similar cases of a segment", took);
    messages_of_a_day(&database, &db, &shared, &bot).await;
    db.close().await;
    database.drop().await;
}

/// Opens the database as after an upgrade from a version without search: the words of all refusals are kept then.
async fn index(database: &Database, db: Db) -> Db {
    db.close().await;
    database.rows::<(i64,)>("UPDATE organisations SET searched_to = 0 RETURNING id").await;
    let began = Instant::now();
    let db = database.open().await;
    println!("  (found by their words after {:.0} s more at the first start)", began.elapsed().as_secs_f64());
    run(database, "ANALYZE").await;
    let kept = database.rows::<(i64, i64)>("SELECT COUNT(*), CAST(SUM(LENGTH(numbers)) AS BIGINT) FROM search_blocks");
    let (rows, bytes) = kept.await[0];
    println!("  ({rows} rows of words, {} MB in them)", bytes / 1_000_000);
    db
}

/// A rare word, a frequent one, two frequent ones, and filters, for who may find all, half, a hundredth or a hundred.
async fn searches(bot: &Assistant) {
    let people = [("admin", "U0ADI"), ("head", "U0ELENA"), ("rep", "U0ANA"), ("rep of few", "U5")];
    let typed = [
        ("a rare word", "search client778"),
        ("a frequent word", "search dear"),
        ("two frequent words", "search answers questions"),
        ("two and filters", "search answers questions reason:price product:crm since:2025-01 stage:dormant"),
        ("page 50 of a frequent word", "search dear page:50"),
    ];
    for (what, text) in typed {
        for (who, account) in people {
            let mut took = Vec::new();
            for n in 0..ASKED / 5 {
                let (shown, elapsed) = asks(bot, account, "refusals", text, n).await;
                let answered =
                    shown.contains("refusals** for") || shown.contains("search.") || shown.contains("efusal");
                assert!(answered, "{text} showed nothing: {shown:.200}");
                took.push(elapsed);
            }
            row(&format!("/refusals search, {what}, {who}"), took);
        }
    }
}

fn row(what: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!("  {what:<44} {:>5.1} ms {:>5.1} ms {:>5.1} ms", at(50), at(99), at(100));
}

async fn asks(bot: &Assistant, who: &str, name: &str, text: &str, n: usize) -> (String, Duration) {
    let command = Command { name: name.into(), text: text.into(), ..Command::default() };
    let began = Instant::now();
    let reply = bot.command(event(who, &format!("{name}{n}")), command).await;
    (serde_json::to_string(&reply).unwrap_or_default(), began.elapsed())
}

async fn logs(bot: &Assistant, n: usize) -> Duration {
    let text = format!("Newcomer{n} 12k EUR price/payment_terms #crm \"we only pay at ninety days, case {}\"", n % 7);
    let (shown, took) = asks(bot, "U0ANA", "refusal", &text, n).await;
    assert!(shown.contains("Stored as"), "{shown:.200}");
    took
}

/// Says of which segment one of the refusals just logged is: a fifth of all are of it.
async fn adds_detail(bot: &Assistant, n: usize) -> Duration {
    let action = Action::new(format!("detail.{}", REFUSALS + 1 + n)).expect("it can be carried");
    let values = [("segment".to_owned(), "RETAIL".to_owned())].into();
    let began = Instant::now();
    let reply = bot.submit(event("U0ANA", &format!("detail{n}")), Submission { action, values }).await;
    let (shown, took) = (serde_json::to_string(&reply.ok()).unwrap_or_default(), began.elapsed());
    assert!(shown.contains("Stored as") && shown.contains("like this one"), "{shown:.200}");
    took
}

/// A service that takes every message at once, and counts messages of the day.
struct Taking(AtomicUsize);

#[async_trait]
impl Platform for Taking {
    fn service(&self) -> Service {
        Service::Slack
    }

    async fn post(&self, _: &Place, card: &Card, _: &str) -> Result<MessageRef, Failure> {
        let is_of_the_day = serde_json::to_string(&card.title).is_ok_and(|title| title.contains("to do today"));
        let id = self.0.fetch_add(usize::from(is_of_the_day), Ordering::Relaxed);
        Ok(MessageRef { service: Service::Slack, channel: "D1".into(), id: id.to_string() })
    }

    async fn replace(&self, _: &MessageRef, _: &Card, _: &str) -> Result<(), Failure> {
        Ok(())
    }

    async fn find(&self, _: &Place, _: &str, _: DateTime<Utc>) -> Result<Option<MessageRef>, Failure> {
        Ok(None)
    }
}

/// Everybody's message of the day falls due at once, while refusals go on being logged.
async fn messages_of_a_day(database: &Database, db: &Db, shared: &Arc<Shared>, bot: &Arc<Assistant>) {
    let now = Clock::system().now();
    let taking = Arc::new(Taking(AtomicUsize::new(0)));
    let platforms: HashMap<Service, Arc<dyn Platform>> = [(Service::Slack, taking.clone() as Arc<dyn Platform>)].into();
    let limits = Limits { lease: TimeDelta::seconds(60), call: Duration::from_secs(5), attempts: 6 };
    let worker = Worker::new(db.clone(), shared.clone(), platforms, Clock::system(), limits);
    let due = "SELECT COUNT(DISTINCT person_id) FROM tasks WHERE done_at IS NULL AND told = 0
               AND due_at <= (SELECT MAX(logged_at) FROM refusals)";
    let due: Vec<(i64,)> = database.rows(due).await;
    let due = usize::try_from(due[0].0).unwrap_or_default();
    let began = Instant::now();
    plan(db, now).await;
    println!("  the day's messages of {due} people: planned in {:.1} s", began.elapsed().as_secs_f64());
    let (stop, began) = (CancellationToken::new(), Instant::now());
    let running = tokio::spawn(worker.run(stop.clone()));
    let mut took = Vec::new();
    while taking.0.load(Ordering::Relaxed) < due && began.elapsed() < Duration::from_mins(5) {
        took.push(logs(bot, 10_000 + took.len()).await);
        pause(Duration::from_secs(1) / LOGGED_A_SECOND).await;
    }
    let posted = taking.0.load(Ordering::Relaxed);
    assert!(posted >= due, "only {posted} of {due} messages of the day were posted");
    println!("  {posted} drawn, posted and remembered in {:.1} s", began.elapsed().as_secs_f64());
    row("/refusal meanwhile", took);
    stop.cancel();
    running.await.expect("the worker ends");
}

async fn plan(db: &Db, at: DateTime<Utc>) {
    let write = db.write(move |tx| {
        Box::pin(async move {
            for person in 1..=i64::try_from(PEOPLE).unwrap_or_default() {
                let notice = Notice::Today(person, at);
                let payload = serde_json::to_string(&notice)?;
                tx.plan(&NewJob { kind: POST, occurrence: notice.key(), payload, run_at: at }, at).await?;
            }
            Ok::<_, anyhow::Error>(())
        })
    });
    write.await.expect("the messages are planned");
}

fn event(who: &str, id: &str) -> Event {
    Event {
        id: id.into(),
        who: Account::new(Service::Slack, who),
        name: who.into(),
        place: None,
        channel: None,
        language: None,
    }
}

async fn list(database: &Database, db: &Db, now: DateTime<Utc>) {
    let team = |n: usize| {
        ListedTeam(Team {
            id: TeamId(0),
            name: format!("Team {n}"),
            language: "en".into(),
            currency: "EUR".parse().expect("a currency"),
            time_zone: Tz::UTC,
            working_hours: "Mon-Sun 00:00-24:00".parse().expect("hours"),
            channels: Vec::new(),
        })
    };
    let person = |name: String, team: usize, role, id: String| ListedPerson {
        name,
        team: Some(format!("Team {team}")),
        role,
        accounts: vec![format!("slack:{id}")],
    };
    let people =
        [person("Elena".into(), 0, Role::Head, "U0ELENA".into()), person("Ana".into(), 0, Role::Rep, "U0ANA".into())];
    let product = |name: &str| ListedProduct { name: name.into(), aliases: Vec::new() };
    let listing = Arc::new(Listing {
        name: "Acme".into(),
        teams: (0..200).map(team).collect(),
        people: people.into(),
        products: ["CRM", "Analytics", "Support"].map(product).into(),
    });
    let write = db.write(move |tx| {
        let listing = listing.clone();
        Box::pin(async move { Ok::<_, anyhow::Error>(tx.list(&listing, now).await?) })
    });
    write.await.expect("the listing is stored");
    // The others at once: their listing is not what is measured here.
    let reps = "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
        INSERT INTO people (organisation_id, team_id, name, role, listed)
        SELECT 1, (SELECT id FROM teams WHERE name = 'Team ' || CAST(i % 200 AS TEXT)), 'Rep ' || CAST(i AS TEXT), 'rep', TRUE
        FROM n RETURNING id";
    assert_eq!(database.rows::<(i64,)>(reps).await.len(), PEOPLE - 2);
    let accounts = "INSERT INTO accounts (organisation_id, account, person_id)
        SELECT 1, 'slack:U' || substr(name, 5), id FROM people WHERE name LIKE 'Rep %' RETURNING person_id";
    assert_eq!(database.rows::<(i64,)>(accounts).await.len(), PEOPLE - 2);
    let admin = "INSERT INTO people (organisation_id, team_id, name, role, listed)
        SELECT 1, MIN(id), 'Adi', 'admin', TRUE FROM teams RETURNING id";
    assert_eq!(database.rows::<(i64,)>(admin).await.len(), 1);
    let account = "INSERT INTO accounts (organisation_id, account, person_id)
        SELECT 1, 'slack:U0ADI', id FROM people WHERE name = 'Adi' RETURNING person_id";
    assert_eq!(database.rows::<(i64,)>(account).await.len(), 1);
    // At whatever hour this runs, their message of the day may come: they want it.
    database.rows::<(i64,)>("UPDATE people SET batch_at = '00:00', reminders = 'on' RETURNING id").await;
}

/// Writes the refusals, and what owners are to do about them, as the databases keep them.
async fn fill(database: &Database, now: DateTime<Utc>) {
    let text = now.format("%Y-%m-%dT%H:%M:%S");
    let (minutes_ago, days_ahead) = if database.is_postgres() {
        let from = format!("timestamptz '{text}+00'");
        (
            format!("({from} - (i % 700000) * interval '1 minute')"),
            format!("({from} + (number / 10000 % 300 - 1) * interval '1 day')"),
        )
    } else {
        let ahead = |by: &str| format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', '{text}', {by})");
        (ahead("'-' || (i % 700000) || ' minutes'"), ahead("(number / 10000 % 300 - 1) || ' days'"))
    };
    let reasons: Vec<String> =
        ReasonId::all().enumerate().map(|(n, reason)| format!("({n}, '{}')", reason.as_str())).collect();
    let said = ["too dear for us", "we only pay at ninety days", "nobody answers our questions", "the board said no"];
    let said: Vec<String> = said.iter().enumerate().map(|(n, said)| format!("({n}, '{said}')")).collect();
    let numbers = format!("n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {REFUSALS})");
    let owner = format!("CASE WHEN i % 100 = 0 THEN 2 ELSE 1 + i % {PEOPLE} END");
    let refusals = format!(
        "INSERT INTO refusals (organisation_id, number, team_id, account, account_key, outcome, reason, reason_source,
             products, budget_minor, budget_currency, verbatim, segment, segment_key, happened_on, owner_id, logged_by, logged_at, stage)
         WITH RECURSIVE {numbers}, reasons(k, reason) AS (VALUES {}), sayings(k, said) AS (VALUES {})
         SELECT 1, i, CASE WHEN i % 2 = 0 THEN 1 ELSE 1 + i % 200 END, 'Client' || (i % 200000), 'client' || (i % 200000),
             'no_decision', reason, 'rep', ',' || (1 + i % 3) || ',', (i % 900) * 10000, 'EUR', said || ' ' || (i % 977),
             CASE WHEN i % 5 = 0 THEN 'Retail' END, CASE WHEN i % 5 = 0 THEN 'retail' END, '2026-11-02', {owner}, {owner}, {minutes_ago},
             CASE WHEN i % 33 = 2 THEN 'with_head' WHEN i % 10 = 1 THEN 'won_back' WHEN i % 10 = 3 THEN 'revived'
                  ELSE 'dormant' END
         FROM n JOIN reasons ON reasons.k = (i * 31) % {} JOIN sayings ON sayings.k = (i * 7) % {}",
        reasons.join(", "),
        said.join(", "),
        reasons.len(),
        said.len()
    );
    let tasks = format!(
        "INSERT INTO tasks (organisation_id, refusal, kind, person_id, due_at, say_at)
         SELECT 1, number, kind, owner_id, {days_ahead}, {days_ahead} FROM (
             SELECT number, owner_id, CASE WHEN stage = 'revived' THEN 'deal' ELSE 'recontact' END AS kind
             FROM refusals WHERE organisation_id = 1 AND stage IN ('dormant', 'revived')) AS theirs"
    );
    let next = format!("UPDATE organisations SET next_refusal = {}", REFUSALS + 1);
    for sql in [refusals, tasks, next, "ANALYZE".to_owned()] {
        run(database, &sql).await;
    }
}

async fn run(database: &Database, sql: &str) {
    if database.is_postgres() {
        let mut db = PgConnection::connect(database.url()).await.expect("the server answers");
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut db).await.expect("the tables are filled");
    } else {
        let mut db = SqliteConnection::connect(database.url()).await.expect("the file opens");
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut db).await.expect("the tables are filled");
    }
}
