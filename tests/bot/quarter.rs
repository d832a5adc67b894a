//! A quarter in an office of forty reps and two heads, from diligent to absent: how often each is written to, what is
//! done in time, and that nothing is lost.

mod hands;
mod office;
mod people;
mod walk;

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
use hands::Hands;
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
    /// Who is on leave, and until when.
    away: HashMap<String, NaiveDate>,
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
            messages_a_day: 3,
            amounts_in_channel: Vec::new(),
            self_validation: None,
            schedules: std::collections::BTreeMap::new(),
            leads: panout::flows::LeadRules::default(),
            opportunities: panout::flows::DealRules::default(),
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
        let (dice, done, away) = (fastrand::Rng::with_seed(7), HashMap::new(), HashMap::new());
        (Self { database, db, clock, office, jobs, people, dice, logged: 0, done, away }, stop)
    }

    /// Everybody who is in looks at what came, does some of it, and logs what was refused.
    async fn passes(&mut self, day: NaiveDate, hour: u32) {
        self.clock.set(instant(day, hour));
        self.jobs.idle().await;
        for n in 0..self.people.len() {
            let mut worker = self.people[n].clone();
            if self.away.get(&worker.id).is_some_and(|until| day <= *until) {
                continue;
            }
            let looks = match worker.nature {
                Nature::Diligent => true,
                Nature::Busy => day.ordinal0().is_multiple_of(2) && hour == 14,
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

    /// Some reps are on leave for two weeks, every other one with a deputy.
    async fn goes_away(&mut self, until: NaiveDate) {
        for n in (4..self.people.len()).step_by(9) {
            let mut worker = self.people[n].clone();
            let deputy = if n % 2 == 0 { " deputy Rep 11" } else { "" };
            let reply = worker.types("panout", &format!("away until {until}{deputy}")).await;
            let said = serde_json::to_string(&reply).expect("a reply is plain data");
            assert!(said.contains("You are away until"), "{said}");
            self.away.insert(worker.id.clone(), until);
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
        let Reply::Whisper(card) = reply else { panic!("{reply:?}") };
        if worker.nature != Nature::Absent {
            worker.starts(&card).await;
        }
    }

    /// Every refusal is in exactly one person's hands who hears of it, or at its end.
    async fn nothing_is_lost(&self) {
        self.jobs.idle().await;
        let lost = Hands::at(&self.db, &self.database, self.clock.now()).await.lost();
        assert!(lost.is_empty(), "{}", lost.join("\n"));
        let unbrought = "SELECT number FROM refusals r JOIN people p ON p.id = r.logged_by
            WHERE stage = 'logged' AND withdrawn_at IS NULL AND told_in IS NULL AND p.role = 'rep'";
        let unbrought: Vec<(i64,)> = self.database.rows(unbrought).await;
        assert!(unbrought.is_empty(), "{unbrought:?} were brought to nobody");
    }
}

impl Quarter {
    /// Prints what came of the quarter, and holds it to its bounds.
    async fn reports(&self, days: &[NaiveDate]) {
        let mut came: Vec<usize> = Vec::new();
        for worker in &self.people {
            came.extend(days.iter().map(|day| self.office.came(&worker.id, *day)));
        }
        came.sort_unstable();
        let (median, most, sum) = (came[came.len() / 2], came[came.len() - 1], came.iter().sum::<usize>());
        let (in_channels, logged) = (self.office.in_channels(), self.logged);
        eprintln!("{logged} refusals; {in_channels} messages in channels");
        eprintln!("messages a person and working day: median {median}, at most {most}, {sum} in all of {}", came.len());
        assert!(median <= 1 && most <= 3, "median {median}, at most {most}");
        let debriefed = self.share(
            "SELECT COUNT(*), SUM(CASE WHEN EXISTS (SELECT 1 FROM answers a WHERE a.organisation_id = 1
                AND a.refusal = r.number AND a.questionnaire = 'debrief') THEN 1 ELSE 0 END)
             FROM refusals r WHERE r.withdrawn_at IS NULL",
        );
        let recontacted = self.share(
            "SELECT COUNT(*), SUM(CASE WHEN done_at IS NOT NULL THEN 1 ELSE 0 END) FROM tasks
             WHERE kind IN ('deal', 'recontact') AND due_at < (SELECT MAX(logged_at) FROM refusals)",
        );
        let (debriefed, recontacted, in_time) = (debriefed.await, recontacted.await, self.processed_in_time().await);
        eprintln!("debriefed {debriefed} %, processed in time {in_time} %, recontacted {recontacted} %; 0 lost");
        assert!(debriefed >= 75 && in_time >= 75 && recontacted >= 90);
    }

    /// The percentage of the second of the first number.
    async fn share(&self, sql: &'static str) -> i64 {
        let counts: Vec<(i64, i64)> = self.database.rows(sql).await;
        counts[0].1 * 100 / counts[0].0.max(1)
    }

    /// The percentage of refusals that their head decided within two working days, of those old enough.
    async fn processed_in_time(&self) -> i64 {
        let sql = "SELECT r.logged_at, (SELECT MIN(d.decided_at) FROM decisions d WHERE d.organisation_id = 1
                        AND d.refusal = r.number) FROM refusals r WHERE r.withdrawn_at IS NULL";
        let rows: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> = self.database.rows(sql).await;
        let (mut old, mut in_time) = (0, 0);
        for (logged, decided) in rows {
            let day = |at: DateTime<Utc>| at.with_timezone(&Bucharest).date_naive();
            let last = day(logged).iter_days().skip(1).filter(|day| works(*day)).nth(1).unwrap_or_default();
            if last < day(self.clock.now()) {
                old += 1;
                in_time += i64::from(decided.is_some_and(|decided| day(decided) <= last));
            }
        }
        in_time * 100 / old.max(1)
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
        if *day == first + Days::new(28) {
            quarter.goes_away(first + Days::new(41)).await;
        }
        if day.weekday() == Weekday::Fri {
            quarter.nothing_is_lost().await;
        }
    }
    quarter.reports(&days).await;
    stop.cancel();
    quarter.db.close().await;
    quarter.database.drop().await;
}
