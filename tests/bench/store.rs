//! Refusals stored by the whole flow, each on disk before its caller hears of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono_tz::Tz;
use panout::chat::{Account, Bot, Command, Event, Reply, Service};
use panout::clock::Clock;
use panout::domain::{Role, Team, TeamId};
use panout::flows::{Assistant, Shared};
use panout::store::{Db, ListedPerson, ListedTeam, Listing};
use panout::words::Catalogue;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::story::Database;

const LENGTH: Duration = Duration::from_secs(5);

pub(crate) async fn measure() {
    println!("\nrefusals stored a second, one transaction each ({})", crate::database());
    for callers in [1, 16, 256] {
        let database = Database::new();
        let db = database.open().await;
        list(&db).await;
        let (stored, elapsed) = stored_by(callers, &db).await;
        println!(
            "  {callers:>3} callers   {:>7.0} /s",
            f64::from(u32::try_from(stored).unwrap_or(u32::MAX)) / elapsed.as_secs_f64()
        );
        let counted: Vec<(i64,)> = database.rows("SELECT COUNT(*) FROM refusals").await;
        assert_eq!(u64::try_from(counted[0].0).unwrap_or_default(), stored, "each that was answered is stored");
        db.close().await;
        database.drop().await;
    }
}

async fn stored_by(callers: usize, db: &Db) -> (u64, Duration) {
    let shared = Arc::new(Shared::new(Catalogue::built_in(), crate::rules()));
    let bot = Arc::new(Assistant::new(db.clone(), shared, Clock::system()));
    let (numbers, stored) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (mut running, began) = (JoinSet::new(), Instant::now());
    for _ in 0..callers {
        let (bot, numbers, stored) = (bot.clone(), numbers.clone(), stored.clone());
        running.spawn(async move {
            while began.elapsed() < LENGTH {
                let n = numbers.fetch_add(1, Ordering::Relaxed);
                let reply = bot.command(event(n), line(n)).await;
                let says = serde_json::to_string(&reply).unwrap_or_default();
                if matches!(reply, Reply::Whisper(_)) && says.contains("Stored as") {
                    stored.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
    running.join_all().await;
    (stored.load(Ordering::Relaxed), began.elapsed())
}

fn event(n: u64) -> Event {
    Event {
        id: format!("event{n}"),
        who: Account::new(Service::Slack, "U0ANA"),
        name: "Ana".into(),
        place: None,
        channel: None,
        language: None,
    }
}

fn line(n: u64) -> Command {
    Command { name: "refusal".into(), text: format!("Client{n} 12k EUR price \"too dear\""), ..Command::default() }
}

async fn list(db: &Db) {
    let team = Team {
        id: TeamId(0),
        name: "Field".into(),
        language: "en".into(),
        currency: "EUR".parse().expect("a currency"),
        time_zone: Tz::UTC,
        working_hours: "Mon-Fri 09:00-18:00".parse().expect("hours"),
        channels: Vec::new(),
    };
    let person = |name: &str, role, id: &str| ListedPerson {
        name: name.into(),
        team: None,
        role,
        accounts: vec![format!("slack:{id}")],
    };
    let people = vec![person("Elena", Role::Head, "U0ELENA"), person("Ana", Role::Rep, "U0ANA")];
    let listing = Arc::new(Listing { name: "Acme".into(), teams: vec![ListedTeam(team)], people, products: vec![] });
    let write = db.write(move |tx| {
        let listing = listing.clone();
        Box::pin(async move { Ok::<_, anyhow::Error>(tx.list(&listing, Clock::system().now()).await?) })
    });
    write.await.expect("the listing is stored");
}
