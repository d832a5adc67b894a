//! A quarter of inbound leads over fifteen reps, some of whom do nothing, only put off, or pass everything on: at any moment
//! each lead is in its time, touched, over with a reason, open to claim, or known to the head.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Europe::Bucharest;
use panout::chat::{
    Account, Action, Bot as _, Card, Event, Failure, MessageRef, Place, Platform, Press, Reply, Service, Submission,
};
use panout::clock::Clock;
use panout::domain::{LeadDetails, Role, Source, Team, TeamId};
use panout::flows::{Assistant, LeadRules, Received, Rules, Shared, receive};
use panout::jobs::{Limits, Worker as Jobs};
use panout::store::{Db, ListedPerson, ListedTeam, Listing};
use panout::words::{Catalogue, Language};
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tokio_util::sync::CancellationToken;

use crate::story::Database;

const REPS: usize = 15;
/// How many leads come in; `PANOUT_NEGLECT_LEADS=3000` takes as long as a cup of coffee.
const LEADS: usize = 450;
const DAYS: u64 = 13 * 7;
/// Who does nothing, who only puts off, who passes all on, and who is on leave for two weeks without a word.
const ABSENT: usize = 0;
const PUTS_OFF: usize = 1;
const PASSES_ON: usize = 2;
const ON_LEAVE: usize = 3;

/// A chat service that takes everything.
struct Quiet;

#[async_trait]
impl Platform for Quiet {
    fn service(&self) -> Service {
        Service::Slack
    }

    async fn post(&self, _: &Place, _: &Card, marker: &str) -> Result<MessageRef, Failure> {
        Ok(MessageRef { service: Service::Slack, channel: "C".into(), id: marker.into() })
    }

    async fn replace(&self, _: &MessageRef, _: &Card, _: &str) -> Result<(), Failure> {
        Ok(())
    }

    async fn find(&self, _: &Place, _: &str, _: DateTime<Utc>) -> Result<Option<MessageRef>, Failure> {
        Ok(None)
    }
}

/// What somebody is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    /// A lead comes in.
    Comes(usize),
    /// Somebody does with a lead what they always do.
    Works { lead: i64, rep: usize },
    /// Somebody claims one that is open.
    Claims { lead: i64, rep: usize },
}

/// How many leads come in.
#[expect(clippy::disallowed_methods, reason = "a setting of the test, not of the product")]
fn leads() -> usize {
    std::env::var("PANOUT_NEGLECT_LEADS").ok().and_then(|many| many.parse().ok()).unwrap_or(LEADS)
}

/// A connection that stays: a quarter has many moments.
enum Eye {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// A lead nobody touched: its number, turn, rung, owner, from whom it was taken, and when its time is over.
type Waiting = (i64, i64, i64, Option<i64>, Option<i64>, Option<DateTime<Utc>>);

impl Eye {
    async fn open(database: &Database) -> Self {
        if database.is_postgres() {
            Eye::Postgres(PgConnection::connect(database.url()).await.expect("the server answers"))
        } else {
            Eye::Sqlite(SqliteConnection::connect(database.url()).await.expect("the file opens"))
        }
    }

    async fn waiting(&mut self) -> Vec<Waiting> {
        let sql = "SELECT number, turn, rung, owner_id, taken_from, due_at FROM leads
                   WHERE over_at IS NULL AND state = 'waiting'";
        let rows = match self {
            Eye::Sqlite(eye) => sqlx::query_as(sql).fetch_all(eye).await,
            Eye::Postgres(eye) => sqlx::query_as(sql).fetch_all(eye).await,
        };
        rows.expect("the leads are read")
    }

    /// How many leads are in no state there is, or touched and nobody's.
    async fn strays(&mut self) -> i64 {
        let sql = "SELECT COUNT(*) FROM leads WHERE over_at IS NULL AND state <> 'waiting'
                   AND (state <> 'touched' OR owner_id IS NULL)";
        let count = match self {
            Eye::Sqlite(eye) => sqlx::query_scalar(sql).fetch_one(eye).await,
            Eye::Postgres(eye) => sqlx::query_scalar(sql).fetch_one(eye).await,
        };
        count.expect("the leads are counted")
    }
}

struct Office {
    eye: Eye,
    database: Database,
    db: Db,
    clock: Clock,
    shared: Arc<Shared>,
    bot: Arc<Assistant>,
    jobs: Jobs,
    dice: fastrand::Rng,
    deeds: BTreeSet<(DateTime<Utc>, Deed)>,
    /// Which turn of each lead somebody is about to work on; 0 while it is to be claimed.
    seen: HashSet<(i64, i64, bool)>,
    people: HashMap<i64, usize>,
    acts: usize,
    leave: (NaiveDate, NaiveDate),
}

fn at(day: NaiveDate, minute: i64) -> DateTime<Utc> {
    let midnight = day.and_hms_opt(0, 0, 0).expect("midnight");
    Bucharest.from_local_datetime(&(midnight + TimeDelta::minutes(minute))).earliest().expect("no gap by day").to_utc()
}

/// The first moment after `minutes` of somebody's working day from `now` on.
fn soon(now: DateTime<Utc>, minutes: i64) -> DateTime<Utc> {
    let (mut at, mut left) = (now, minutes);
    while left > 0 {
        at += TimeDelta::minutes(1);
        let local = at.with_timezone(&Bucharest).naive_local();
        let open = !matches!(local.weekday(), chrono::Weekday::Sat | chrono::Weekday::Sun)
            && (9..18).contains(&chrono::Timelike::hour(&local));
        left -= i64::from(open);
    }
    at
}

impl Office {
    async fn opens(first: NaiveDate) -> (Self, CancellationToken) {
        let database = Database::new();
        let (db, clock) = (database.open().await, Clock::manual(at(first, 8 * 60)));
        database.everybody_consents().await;
        list(&db, clock.now()).await;
        let rules = Rules {
            language: Language::En,
            head_card_above: None,
            services: vec![Service::Slack],
            messages_a_day: 3,
            amounts_in_channel: Vec::new(),
            self_validation: None,
            schedules: BTreeMap::new(),
            leads: LeadRules::default(),
            opportunities: panout::flows::DealRules::default(),
        };
        let shared = Arc::new(Shared::new(Catalogue::built_in(), rules));
        let bot = Arc::new(Assistant::new(db.clone(), shared.clone(), clock.clone()));
        let platforms: HashMap<Service, Arc<dyn Platform>> =
            [(Service::Slack, Arc::new(Quiet) as Arc<dyn Platform>)].into();
        let limits = Limits { lease: TimeDelta::seconds(60), call: Duration::from_secs(5), attempts: 6 };
        let jobs = Jobs::new(db.clone(), shared.clone(), platforms, clock.clone(), limits);
        let stop = CancellationToken::new();
        tokio::spawn(jobs.clone().run(stop.clone()));
        let mut dice = fastrand::Rng::with_seed(11);
        let working: Vec<NaiveDate> = (0..DAYS).map(|n| first + Days::new(n)).collect();
        let mut deeds = BTreeSet::new();
        for lead in 0..leads() {
            // Any day, any hour: clients keep no working hours.
            let day = working[dice.usize(0..working.len() - 7)];
            deeds.insert((at(day, 5 * 60 + dice.i64(0..17 * 60)), Deed::Comes(lead)));
        }
        let names: Vec<(i64, String)> = database.rows("SELECT id, name FROM people WHERE role = 'rep'").await;
        let number = |name: &str| name.trim_start_matches("Rep ").parse::<usize>().expect("a rep's name");
        let people = names.into_iter().map(|(id, name)| (id, number(&name))).collect();
        let leave = (first + Days::new(28), first + Days::new(41));
        let eye = Eye::open(&database).await;
        let office = Self {
            eye,
            database,
            db,
            clock,
            shared,
            bot,
            jobs,
            dice,
            deeds,
            seen: HashSet::new(),
            people,
            acts: 0,
            leave,
        };
        (office, stop)
    }

    /// What each lead must be, as the clock shows it now and nothing is left to be done: written apart from the rules.
    async fn nothing_is_forgotten(&mut self) -> Vec<Waiting> {
        let now = self.clock.now();
        let waiting = self.eye.waiting().await;
        for (number, _, rung, owner, _, due_at) in &waiting {
            let in_time = owner.is_some() && due_at.is_some_and(|due| now <= due + TimeDelta::seconds(1));
            let holds = match rung {
                0 | 1 => in_time,
                2 => owner.is_some(),
                3 => owner.is_none(),
                _ => false,
            };
            assert!(holds, "at {now}: L{number} waits on rung {rung}, owner {owner:?}, due {due_at:?}");
        }
        waiting
    }

    /// Whoever got something will do with it what they always do.
    fn looks(&mut self, waiting: Vec<Waiting>) {
        let now = self.clock.now();
        for (lead, turn, _, owner, from, _) in waiting {
            if !self.seen.insert((lead, turn, owner.is_some())) {
                continue;
            }
            match owner.map(|owner| self.people.get(&owner).copied()) {
                Some(Some(rep)) => {
                    let minutes = self.dice.i64(3..45);
                    self.deeds.insert((soon(now, minutes), Deed::Works { lead, rep }));
                }
                // The head does what is due to them within the day.
                Some(None) => {
                    self.deeds.insert((soon(now, 30), Deed::Works { lead, rep: REPS }));
                }
                None => {
                    let not = from.and_then(|from| self.people.get(&from).copied());
                    let rep = loop {
                        let rep = self.dice.usize(4..REPS);
                        if Some(rep) != not {
                            break rep;
                        }
                    };
                    let minutes = self.dice.i64(2..40);
                    self.deeds.insert((soon(now, minutes), Deed::Claims { lead, rep }));
                }
            }
        }
    }

    async fn does(&mut self, deed: Deed) {
        match deed {
            Deed::Comes(lead) => self.comes(lead).await,
            Deed::Claims { lead, rep } => {
                self.presses(rep, &format!("lead_claim.{lead}")).await;
            }
            Deed::Works { lead, rep } => self.works(lead, rep).await,
        }
    }

    async fn comes(&mut self, lead: usize) {
        let source = Source::ALL[self.dice.usize(0..Source::ALL.len())];
        let details = LeadDetails {
            account: Some(format!("Client {lead}")),
            email: Some(format!("buyer{lead}@client.example")),
            source: Some(source),
            ..LeadDetails::default()
        };
        let (shared, now) = (self.shared.clone(), self.clock.now());
        let write = self.db.write(move |tx| {
            let (shared, details) = (shared.clone(), details.clone());
            Box::pin(async move {
                let (team, at) = (TeamId(1), None);
                let received = Received { details, logged_by: None, owner: None, team, imported: false, at };
                receive(tx, &shared, received, now).await
            })
        });
        write.await.expect("a lead is kept");
    }

    async fn works(&mut self, lead: i64, rep: usize) {
        let today = self.clock.now().with_timezone(&Bucharest).date_naive();
        let on_leave = rep == ON_LEAVE && (self.leave.0..=self.leave.1).contains(&today);
        if rep == ABSENT || on_leave {
            return;
        }
        let pairs: Vec<(&str, &str)> = match rep {
            PUTS_OFF => vec![("time", "day"), ("why", "busy")],
            PASSES_ON => vec![("why", "not mine")],
            _ if self.dice.usize(0..5) == 0 => vec![("why", "no_budget")],
            _ => vec![("outcome", "voicemail")],
        };
        let action = match (rep, pairs[0]) {
            (PUTS_OFF, _) => "lead_put_off",
            (PASSES_ON, _) => "lead_not_mine",
            (_, ("why", _)) => "lead_disqualify",
            _ => "lead_called",
        };
        self.submits(rep, &format!("{action}.{lead}"), &pairs).await;
        if rep == PUTS_OFF {
            // Whoever can put it off once more does.
            let again = soon(self.clock.now(), 8 * 60 - 30);
            self.deeds.insert((again, Deed::Works { lead, rep }));
        }
    }

    fn event(&mut self, rep: usize) -> Event {
        self.acts += 1;
        let id = if rep == REPS { "UH".to_owned() } else { format!("U{rep}") };
        let who = Account::new(Service::Slack, id.as_str());
        Event { id: format!("{id}-{}", self.acts), who, name: id, place: None, channel: None, language: None }
    }

    async fn presses(&mut self, rep: usize, action: &str) -> Reply {
        let (bot, event) = (self.bot.clone(), self.event(rep));
        bot.press(event, Press { action: Action::new(action).expect("an action"), value: None }).await
    }

    async fn submits(&mut self, rep: usize, action: &str, values: &[(&str, &str)]) {
        let (bot, event) = (self.bot.clone(), self.event(rep));
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let submission = Submission { action: Action::new(action).expect("an action"), values };
        bot.submit(event, submission).await.expect("the form is filled rightly");
    }

    /// When a job is due next.
    async fn next_job(&self) -> Option<DateTime<Utc>> {
        let next = self.db.read(|tx| Box::pin(async move { Ok::<_, anyhow::Error>(tx.next_job_at().await?) }));
        next.await.expect("the jobs are read")
    }
}

async fn list(db: &Db, now: DateTime<Utc>) {
    let team = Team {
        id: TeamId(0),
        name: "Field".into(),
        language: "en".into(),
        currency: "EUR".parse().expect("a currency"),
        time_zone: Bucharest,
        working_hours: "Mon-Fri 09:00-18:00".parse().expect("hours"),
        channels: vec!["slack:C1".into()],
    };
    let person = |name: String, role, id: String| ListedPerson {
        name,
        team: Some("Field".into()),
        role,
        accounts: vec![format!("slack:{id}")],
    };
    let reps = (0..REPS).map(|n| person(format!("Rep {n}"), Role::Rep, format!("U{n}")));
    let listing = Arc::new(Listing {
        name: "Acme".into(),
        teams: vec![ListedTeam(team)],
        people: reps.chain([person("Elena".into(), Role::Head, "UH".into())]).collect(),
        products: Vec::new(),
    });
    let write = db.write(move |tx| {
        let listing = listing.clone();
        Box::pin(async move { Ok::<_, anyhow::Error>(tx.list(&listing, now).await?) })
    });
    write.await.expect("the listing is stored");
}

impl Office {
    /// Prints what came of the quarter, and holds it to its bounds.
    async fn reports(&self) {
        let kept: Vec<(i64,)> = self.database.rows("SELECT COUNT(*) FROM leads").await;
        assert_eq!(kept, [(i64::try_from(leads()).expect("few"),)]);
        let bad: Vec<i64> = self.people.iter().filter(|(_, rep)| **rep < 4).map(|(id, _)| *id).collect();
        let firsts: Vec<(i64, i64, i64)> = self
            .database
            .rows(
                "SELECT t.lead, t.person_id,
                     (SELECT COUNT(*) FROM lead_events e
                      WHERE e.organisation_id = 1 AND e.lead = t.lead AND e.what = 'late')
                 FROM lead_turns t WHERE t.turn = 1",
            )
            .await;
        let good: Vec<_> = firsts.iter().filter(|(_, person, _)| !bad.contains(person)).collect();
        let in_time = good.iter().filter(|(_, _, late)| *late == 0).count();
        eprintln!("{in_time} of {} leads first in good hands were worked in time", good.len());
        assert!(good.len() > leads() / 2 && in_time * 100 >= good.len() * 95);
        let opened: Vec<(i64,)> = self.database.rows("SELECT COUNT(*) FROM lead_events WHERE what = 'opened'").await;
        let said: Vec<(String, String, Option<DateTime<Utc>>)> =
            self.database.rows("SELECT notice, place, posted_at FROM messages WHERE message IS NOT NULL").await;
        let mut by_day: BTreeMap<(String, NaiveDate), usize> = BTreeMap::new();
        let mut in_channel = 0;
        for (notice, place, posted) in said {
            if notice.starts_with("lead_open:") {
                in_channel += 1;
            } else {
                assert!(place.contains("Direct"), "{notice} is in {place}");
                let interrupts = notice.starts_with("lead_") || notice.starts_with("leads_late:");
                let day = posted.expect("it was posted").with_timezone(&Bucharest).date_naive();
                *by_day.entry((place, day)).or_default() += usize::from(!interrupts);
            }
        }
        let most = by_day.values().max().copied().unwrap_or_default();
        eprintln!(
            "{in_channel} claimable in the channel, of {}; {most} other messages a person and day at most",
            opened[0].0
        );
        assert!(in_channel <= usize::try_from(opened[0].0).expect("few") && most <= 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_quarter_of_neglect_no_lead_goes_quiet() {
    // Clocks go back on 25 October.
    let first: NaiveDate = "2026-09-07".parse().expect("a Monday");
    let (mut office, stop) = Office::opens(first).await;
    let ends = at(first + Days::new(DAYS), 12 * 60);
    loop {
        office.jobs.idle().await;
        let waiting = office.nothing_is_forgotten().await;
        office.looks(waiting);
        let job = office.next_job().await;
        let deed = office.deeds.first().copied();
        let next = job.into_iter().chain(deed.map(|(at, _)| at)).min().unwrap_or(ends);
        if next >= ends {
            break;
        }
        office.clock.set(next.max(office.clock.now()));
        while let Some((at, deed)) = office.deeds.first().copied().filter(|(at, _)| *at <= office.clock.now()) {
            office.deeds.remove(&(at, deed));
            office.does(deed).await;
        }
    }
    assert_eq!(office.eye.strays().await, 0);
    office.reports().await;
    stop.cancel();
    office.db.close().await;
    office.database.drop().await;
}
