//! Figures of one organisation with many refusals: 40 reps, 12 products, 10 reasons, two years.
//!
//! `PANOUT_BENCH_REFUSALS=10000000 cargo bench -- figures` takes ten million instead of one.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use panout::chat::{Account, Bot, Command, Event, Reply, Service};
use panout::clock::Clock;
use panout::domain::{Money, Period, ReasonId, Role, Team, TeamId, View};
use panout::flows::{Assistant, Shared};
use panout::report::{Drawing, DrawnCell, DrawnRow, Figures};
use panout::store::{Db, ListedPerson, ListedProduct, ListedTeam, Listing};
use panout::words::{Catalogue, Language};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tokio::time::Instant;

use crate::story::Database;

/// How often each question is asked.
const ASKED: usize = 1000;
/// How many digests are drawn.
const DIGESTS: usize = 20;
const REPS: usize = 40;
const PRODUCTS: usize = 12;
const DAYS: usize = 730;

#[expect(clippy::disallowed_methods, reason = "a setting of the measurement, not of the product")]
pub(crate) fn refusals() -> usize {
    std::env::var("PANOUT_BENCH_REFUSALS").ok().and_then(|many| many.parse().ok()).unwrap_or(1_000_000)
}

pub(crate) async fn measure() {
    println!("\nfigures of {} refusals ({})", refusals(), crate::database());
    let database = Database::new();
    let db = database.open().await;
    let now = Clock::system().now();
    list(&db, now).await;
    db.close().await;
    let began = Instant::now();
    fill(&database, now).await;
    println!("  (filled in {:.0} s)", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let db = database.open().await;
    println!("  counting those of a version that did not: {:.0} s, once", began.elapsed().as_secs_f64());
    let shared = Arc::new(Shared::new(Catalogue::built_in(), crate::rules()));
    let bot = Assistant::new(db.clone(), shared, Clock::system());
    println!("  {:<44} {:>8} {:>8} {:>8}", "", "p50", "p99", "slowest");
    for (who, text) in [
        ("U0ELENA", "week"),
        ("U1", "week"),
        ("U0ELENA", "week by reason"),
        ("U0ELENA", "month"),
        ("U0ELENA", "quarter"),
        ("U0ELENA", "all"),
    ] {
        let mut took = Vec::new();
        for n in 0..ASKED {
            let (shown, elapsed) = asks(&bot, who, text, n).await;
            assert!(shown.contains("CRM Suite") || shown.contains("Price"), "{shown:.300}");
            took.push(elapsed);
        }
        row(&format!("/refusals {text} of {who}"), took);
    }
    reads(&db, now).await;
    digest(&bot).await;
    let mut took = Vec::new();
    for n in 0..ASKED {
        let command =
            Command { name: "refusal".into(), text: format!("Newcomer{n} 12k EUR price #crm"), ..Command::default() };
        let began = Instant::now();
        let reply = bot.command(event("U1", &format!("log{n}")), command).await;
        took.push(began.elapsed());
        assert!(format!("{reply:?}").contains("Stored as"), "{reply:?}");
    }
    row("/refusal, counted in its transaction", took);
    db.close().await;
    database.drop().await;
}

/// What of a head's week is reading: its sums and those of the week before, then the table of them.
async fn reads(db: &Db, now: DateTime<Utc>) {
    let today = now.date_naive();
    let (days, before) = (Period::Week.days(today), Period::Week.before(today).expect("a week has one before"));
    let (mut read, mut counted) = (Vec::new(), Vec::new());
    for _ in 0..ASKED {
        let began = Instant::now();
        let sums = db.read(move |tx| {
            Box::pin(async move {
                let now = tx.sums(TeamId(1), View::RepProduct, days, None).await?;
                Ok::<_, anyhow::Error>((now, tx.sums(TeamId(1), View::RepProduct, before, None).await?))
            })
        });
        let (now, then) = sums.await.expect("the sums are there");
        read.push(began.elapsed());
        let began = Instant::now();
        let figures = Figures::new(&now, Some(&then));
        counted.push(began.elapsed());
        assert!(figures.total.refusals > 0);
    }
    row("its sums, read", read);
    row("its table of them", counted);
    let (catalogue, mut drawn) = (Catalogue::built_in(), Vec::new());
    for _ in 0..ASKED {
        let drawing = drawing();
        let began = Instant::now();
        let svg = drawing.folded("Other").svg(catalogue.in_language(Language::En));
        drawn.push(began.elapsed());
        assert!(svg.contains("Product 3"), "{svg:.300}");
    }
    row("its picture, laid out", drawn);
}

/// A table as the head's: as many rows and columns, with counts, changes and budgets.
fn drawing() -> Drawing {
    let eur = "EUR".parse().expect("a currency");
    let cell = |n: usize| DrawnCell {
        count: i64::try_from(3 + n % 17).expect("small"),
        change: Some(i64::try_from(n % 7).expect("small") - 3),
        budgets: vec![Money { minor: i64::try_from(n).expect("small") * 123_400, currency: eur }],
    };
    let drawn = |name: String, n: usize| DrawnRow {
        name,
        cells: (0..PRODUCTS).map(|column| cell(n * PRODUCTS + column)).collect(),
        total: cell(n * 31),
    };
    Drawing {
        title: "Refusals this week".into(),
        subtitle: "By rep x product".into(),
        columns: (0..PRODUCTS).map(|n| format!("Product {n}")).collect(),
        rows: (0..REPS).map(|n| drawn(format!("Rep {n}"), n)).collect(),
        totals: drawn("Total".into(), 99),
        total: "Total".into(),
        note: "Arrows: against last week".into(),
        ..Drawing::default()
    }
}

/// A week's digest as the channel gets it: counted, drawn, and its picture made of dots.
async fn digest(bot: &Assistant) {
    let (mut counted, mut dotted) = (Vec::new(), Vec::new());
    for n in 0..DIGESTS {
        let command = Command { name: "panout".into(), text: "digest preview".into(), ..Command::default() };
        let began = Instant::now();
        let Reply::Whisper(card) = bot.command(event("U0ELENA", &format!("digest{n}")), command).await else {
            panic!("a preview is a card");
        };
        counted.push(began.elapsed());
        let began = Instant::now();
        let pictures: Vec<Vec<u8>> =
            card.pictures().map(|picture| panout::report::png(&picture.svg).expect("it is drawn")).collect();
        dotted.push(began.elapsed());
        assert!(!pictures.is_empty(), "a digest has a picture");
    }
    row("a digest and its thread", counted);
    row("its picture, as a PNG", dotted);
}

async fn asks(bot: &Assistant, who: &str, text: &str, n: usize) -> (String, Duration) {
    let command = Command { name: "refusals".into(), text: text.into(), ..Command::default() };
    let began = Instant::now();
    let reply: Reply = bot.command(event(who, &format!("{text}{who}{n}")), command).await;
    let elapsed = began.elapsed();
    (serde_json::to_string(&reply).unwrap_or_default(), elapsed)
}

pub(crate) fn row(what: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!("  {what:<44} {:>5.1} ms {:>5.1} ms {:>5.1} ms", at(50), at(99), at(100));
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

pub(crate) async fn list(db: &Db, now: DateTime<Utc>) {
    let team = Team {
        id: TeamId(0),
        name: "Field".into(),
        language: "en".into(),
        currency: "EUR".parse().expect("a currency"),
        time_zone: chrono_tz::UTC,
        working_hours: "Mon-Sun 00:00-24:00".parse().expect("hours"),
        channels: Vec::new(),
    };
    let person = |name: String, role, id: String| ListedPerson {
        name,
        team: Some("Field".into()),
        role,
        accounts: vec![format!("slack:{id}")],
    };
    let mut people: Vec<ListedPerson> =
        (1..=REPS).map(|n| person(format!("Rep {n}"), Role::Rep, format!("U{n}"))).collect();
    people.push(person("Elena".into(), Role::Head, "U0ELENA".into()));
    let product = |n: usize| ListedProduct {
        name: if n == 0 { "CRM Suite".into() } else { format!("Product {n}") },
        aliases: if n == 0 { vec!["crm".into()] } else { Vec::new() },
    };
    let listing = Arc::new(Listing {
        name: "Acme".into(),
        teams: vec![ListedTeam(team)],
        people,
        products: (0..PRODUCTS).map(product).collect(),
    });
    let write = db.write(move |tx| {
        let listing = listing.clone();
        Box::pin(async move { Ok::<_, anyhow::Error>(tx.list(&listing, now).await?) })
    });
    write.await.expect("the listing is stored");
}

pub(crate) async fn fill(database: &Database, now: DateTime<Utc>) {
    let today = now.date_naive();
    let day = |days: &str| {
        if database.is_postgres() {
            format!("(date '{today}' - CAST({days} AS INTEGER))")
        } else {
            format!("date('{today}', '-' || ({days}) || ' days')")
        }
    };
    // Never two in one instant, as they are logged.
    let ago = format!("({} - i)", refusals());
    let instant = if database.is_postgres() {
        format!("(timestamptz '{today}T00:00:00+00' - {ago} * interval '1 minute')")
    } else {
        format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', '{today}', '-' || {ago} || ' minutes')")
    };
    let broad: Vec<String> = ReasonId::all()
        .filter(|reason| reason.level2().is_none())
        .enumerate()
        .map(|(n, reason)| format!("({n}, '{}')", reason.as_str()))
        .collect();
    // In the order of their numbers, as they are logged.
    let happened = day(&format!("({} - i) * {DAYS} / {}", refusals(), refusals()));
    let sql = format!(
        "INSERT INTO refusals (organisation_id, number, team_id, account, account_key, outcome, reason, reason_source,
             products, budget_minor, budget_currency, happened_on, owner_id, logged_by, logged_at, stage, segment, segment_key)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}), reasons(k, reason) AS (VALUES {})
         SELECT 1, i, (SELECT MIN(id) FROM teams), 'Client' || (i % 200000), 'client' || (i % 200000), 'no_decision', reason,
             'rep', ',' || (1 + (i * 13) % {PRODUCTS}) || ',', (i % 900) * 10000, 'EUR', {happened},
             (SELECT MIN(id) FROM people) + i % {REPS}, (SELECT MIN(id) FROM people) + i % {REPS}, {instant}, 'dormant',
             'Segment ' || (i % 6), 'segment ' || (i % 6)
         FROM n JOIN reasons ON reasons.k = (i / 7) % {}",
        refusals(),
        broad.join(", "),
        broad.len()
    );
    let next = format!("UPDATE organisations SET summed_to = 0, next_refusal = {}", refusals() + 1);
    for sql in [sql, next, "ANALYZE".to_owned()] {
        if database.is_postgres() {
            let mut db = PgConnection::connect(database.url()).await.expect("the server answers");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await.expect("the tables are filled");
        } else {
            let mut db = SqliteConnection::connect(database.url()).await.expect("the file opens");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await.expect("the tables are filled");
        }
    }
}
