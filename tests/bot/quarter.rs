//! A quarter in an office of forty reps and two heads, from diligent to absent: how often each is written to, what is
//! done in time, and that nothing is lost.

mod office;
mod people;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, TimeZone as _, Utc, Weekday};
use chrono_tz::Europe::Bucharest;
use panout::chat::{Platform, Reply, Service};
use panout::clock::Clock;
use panout::domain::{Role, Team, TeamId};
use panout::flows::{Assistant, Rules, Shared};
use panout::jobs::{Limits, Worker as Jobs};
use panout::store::{Db, ListedPerson, ListedProduct, ListedTeam, Listing};
use panout::words::{Catalogue, Language};
use tokio_util::sync::CancellationToken;

use crate::story::Database;
use office::Office;
use people::{Nature, Worker};

const REPS: usize = 40;
const WEEKS: u64 = 13;
/// The hours at which people look at what came.
const LOOKS: [u32; 4] = [9, 11, 14, 17];

struct Quarter {
    database: Database,
    db: Db,
    clock: Clock,
    office: Arc<Office>,
    jobs: Jobs,
    people: Vec<Worker>,
    dice: fastrand::Rng,
    logged: usize,
    /// What each message held when it was last worked on.
    done: HashMap<(String, usize), String>,
}

fn instant(day: NaiveDate, hour: u32) -> DateTime<Utc> {
    let local = day.and_hms_opt(hour, 5, 0).expect("an hour of a day");
    Bucharest.from_local_datetime(&local).single().expect("no clock changes at this hour").with_timezone(&Utc)
}

fn works(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

impl Quarter {
    async fn begins(first: NaiveDate) -> (Self, CancellationToken) {
        let database = Database::new();
        let (db, clock) = (database.open().await, Clock::manual(instant(first, 8)));
        list(&db, clock.now()).await;
        let rules = Rules {
            language: Language::En,
            head_card_above: Some(panout::domain::Money::new(4_000_000, "EUR".parse().expect("a currency"))),
            services: vec![Service::Slack],
            amounts_in_channel: Vec::new(),
            self_validation: None,
        };
        let shared = Arc::new(Shared::new(Catalogue::built_in(), rules));
        let bot = Arc::new(Assistant::new(db.clone(), shared.clone(), clock.clone()));
        let office = Arc::new(Office::new(clock.clone()));
        let platforms: HashMap<Service, Arc<dyn Platform>> =
            [(Service::Slack, office.clone() as Arc<dyn Platform>)].into();
        let limits = Limits { lease: TimeDelta::seconds(60), call: Duration::from_secs(5), attempts: 6 };
        let jobs = Jobs::new(db.clone(), shared, platforms, clock.clone(), limits);
        let stop = CancellationToken::new();
        tokio::spawn(jobs.clone().run(stop.clone()));
        let natures = |n: usize| match n % 10 {
            0..=5 => Nature::Diligent,
            6..=8 => Nature::Busy,
            _ => Nature::Absent,
        };
        let heads = [("UH0", Nature::Diligent), ("UH1", Nature::Busy)];
        let people = heads.map(|(id, nature)| Worker::new(id, nature, &bot)).into_iter();
        let people = people.chain((0..REPS).map(|n| Worker::new(&format!("U{n}"), natures(n), &bot))).collect();
        let (dice, done) = (fastrand::Rng::with_seed(7), HashMap::new());
        (Self { database, db, clock, office, jobs, people, dice, logged: 0, done }, stop)
    }

    /// Everybody who is in looks at what came, does some of it, and logs what was refused.
    async fn passes(&mut self, day: NaiveDate, hour: u32) {
        self.clock.set(instant(day, hour));
        self.jobs.idle().await;
        for n in 0..self.people.len() {
            let mut worker = self.people[n].clone();
            let looks = match worker.nature {
                Nature::Diligent => true,
                Nature::Busy => day.ordinal0() % 2 == 0 && hour == 14,
                Nature::Absent => false,
            };
            if looks {
                self.looks(&mut worker).await;
            }
            if n >= 2 && self.dice.usize(0..12) == 0 {
                self.logs(&mut worker).await;
            }
            self.people[n] = worker;
        }
    }

    async fn looks(&mut self, worker: &mut Worker) {
        for (message, card) in self.office.desk(&worker.id) {
            let stands = serde_json::to_string(&card).expect("a card is plain data");
            let key = (worker.id.clone(), message);
            if self.done.get(&key) != Some(&stands) {
                worker.works_on(&card).await;
                self.done.insert(key, stands);
            }
        }
    }

    async fn logs(&mut self, worker: &mut Worker) {
        self.logged += 1;
        let reason = ["price", "technical/integration", "timing", "indecision", "silent/after_offer"][self.logged % 5];
        let line = format!("Client{} {}k {reason} #crm \"not this year\"", self.logged, 1 + self.logged % 60);
        let reply = worker.types("refusal", &line).await;
        assert!(matches!(reply, Reply::Whisper(_)), "{reply:?}");
    }

    /// Every refusal is in exactly one person's hands with a date, or at its end.
    async fn nothing_is_lost(&self) {
        let stages = "SELECT r.number, r.stage,
                (SELECT COUNT(*) FROM tasks t WHERE t.organisation_id = 1 AND t.refusal = r.number AND t.done_at IS NULL
                   AND t.kind IN ('deal', 'recontact')) FROM refusals r WHERE r.withdrawn_at IS NULL";
        let stages: Vec<(i64, String, i64)> = self.database.rows(stages).await;
        for (number, stage, hands) in &stages {
            let expected = i64::from(matches!(stage.as_str(), "revived" | "dormant"));
            assert_eq!(*hands, expected, "#{number} is {stage}, and in {hands} pairs of hands");
        }
        let unbrought = "SELECT number FROM refusals r JOIN people p ON p.id = r.logged_by
            WHERE stage = 'logged' AND withdrawn_at IS NULL AND told_in IS NULL AND p.role = 'rep'";
        let unbrought: Vec<(i64,)> = self.database.rows(unbrought).await;
        assert!(unbrought.is_empty(), "{unbrought:?} were brought to nobody");
    }
}

async fn list(db: &Db, now: DateTime<Utc>) {
    let team = |n: usize| {
        ListedTeam(Team {
            id: TeamId(0),
            name: format!("Team {n}"),
            language: "en".into(),
            currency: "EUR".parse().expect("a currency"),
            time_zone: Bucharest,
            working_hours: "Mon-Fri 09:00-18:00".parse().expect("hours"),
            channels: vec![format!("slack:C{n}")],
        })
    };
    let person = |name: String, team: usize, role, id: String| ListedPerson {
        name,
        team: Some(format!("Team {team}")),
        role,
        accounts: vec![format!("slack:{id}")],
    };
    let heads = (0..2).map(|n| person(format!("Head {n}"), n, Role::Head, format!("UH{n}")));
    let reps = (0..REPS).map(|n| person(format!("Rep {n}"), n % 2, Role::Rep, format!("U{n}")));
    let listing = Arc::new(Listing {
        name: "Acme".into(),
        teams: (0..2).map(team).collect(),
        people: heads.chain(reps).chain([person("Adi".into(), 0, Role::Admin, "UADI".into())]).collect(),
        products: vec![ListedProduct { name: "CRM Suite".into(), aliases: vec!["crm".into()] }],
    });
    let write = db.write(move |tx| {
        let listing = listing.clone();
        Box::pin(async move { Ok::<_, anyhow::Error>(tx.list(&listing, now).await?) })
    });
    write.await.expect("the listing is stored");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_quarter_of_forty_reps_nobody_is_pestered_and_nothing_is_lost() {
    let first: NaiveDate = "2026-09-07".parse().expect("a Monday");
    let (mut quarter, stop) = Quarter::begins(first).await;
    let days: Vec<NaiveDate> = (0..WEEKS * 7).map(|n| first + Days::new(n)).filter(|day| works(*day)).collect();
    for day in &days {
        for hour in LOOKS {
            quarter.passes(*day, hour).await;
        }
        if day.weekday() == Weekday::Fri {
            quarter.nothing_is_lost().await;
        }
    }
    let mut came: Vec<usize> = Vec::new();
    for worker in &quarter.people {
        came.extend(days.iter().map(|day| quarter.office.came(&worker.id, *day)));
    }
    came.sort_unstable();
    let (median, most) = (came[came.len() / 2], came[came.len() - 1]);
    let sum: usize = came.iter().sum();
    eprintln!(
        "{} refusals; messages a person and working day: median {median}, at most {most}, {:.2} on average; {} in channels",
        quarter.logged,
        f64::from(u32::try_from(sum).unwrap_or(u32::MAX)) / f64::from(u32::try_from(came.len()).unwrap_or(u32::MAX)),
        quarter.office.in_channels()
    );
    let stages: Vec<(String, i64)> =
        quarter.database.rows("SELECT stage, COUNT(*) FROM refusals GROUP BY stage ORDER BY stage").await;
    eprintln!("{stages:?}");
    assert!(median <= 1 && most <= 3, "median {median}, at most {most}");
    stop.cancel();
    quarter.db.close().await;
    quarter.database.drop().await;
}
