//! Acts of anybody in any order, through the bot: whatever they are, no refusal is lost.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Days, TimeDelta, Utc};
use panout::chat::{Account, Action, Bot as _, Command, Event, Press, Service, Submission};
use panout::clock::Clock;
use panout::flows::{Assistant, Rules, Shared};
use panout::store::Db;
use panout::words::{Catalogue, Language};

use crate::story::Database;

const SEQUENCES: u64 = 24;
const ACTS: usize = 30;
/// Two heads, the admin, and reps of both teams.
const PEOPLE: [&str; 7] = ["UH0", "UH1", "UADI", "U0", "U2", "U4", "U1"];

/// A refusal as it is kept: number, stage, when it was undone, open tasks, those of them that are as they must be.
type Kept = (i64, String, Option<DateTime<Utc>>, i64, i64);

struct Walk {
    database: Database,
    db: Db,
    clock: Clock,
    bot: Assistant,
    dice: fastrand::Rng,
    /// The owners a form may name.
    owners: Vec<String>,
    acts: usize,
    accounts: usize,
    logged: i64,
    did: Vec<String>,
}

impl Walk {
    async fn begins() -> Self {
        let database = Database::new();
        let clock = Clock::manual("2026-09-07T07:00:00Z".parse().expect("a Monday"));
        let db = database.open().await;
        super::list(&db, clock.now()).await;
        let rules = Rules {
            language: Language::En,
            head_card_above: None,
            services: vec![Service::Slack],
            messages_a_day: 3,
            amounts_in_channel: Vec::new(),
            self_validation: None,
            schedules: std::collections::BTreeMap::new(),
            leads: panout::flows::LeadRules::default(),
            opportunities: panout::flows::DealRules::default(),
        };
        let bot = Assistant::new(db.clone(), Arc::new(Shared::new(Catalogue::built_in(), rules)), clock.clone());
        let owners: Vec<(i64,)> =
            database.rows("SELECT id FROM people WHERE name IN ('Rep 0', 'Rep 2', 'Rep 1', 'Head 0')").await;
        let owners = owners.into_iter().map(|(id,)| id.to_string()).collect();
        let (dice, did) = (fastrand::Rng::with_seed(0), Vec::new());
        Self { database, db, clock, bot, dice, owners, acts: 0, accounts: 0, logged: 0, did }
    }

    fn any<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.dice.usize(0..all.len())]
    }

    fn event(&mut self, who: &str) -> Event {
        self.acts += 1;
        let id = format!("walk-{}", self.acts);
        Event {
            id,
            who: Account::new(Service::Slack, who),
            name: who.into(),
            place: None,
            channel: None,
            language: None,
        }
    }

    async fn types(&mut self, who: &str, text: String) {
        let event = self.event(who);
        self.bot.command(event, Command { name: "refusal".into(), text, ..Command::default() }).await;
    }

    async fn logs(&mut self) {
        let who = self.any(&["U0", "U2", "U1", "UH0"]);
        self.accounts += 1;
        let reason = self.any(&["price", "timing", "silent/after_offer"]);
        let text = format!("Client{} 5k {reason}", self.accounts);
        self.types(who, text).await;
        self.logged = self.database.rows::<(i64,)>("SELECT COUNT(*) FROM refusals").await[0].0;
        if self.dice.bool() {
            self.sends("detail", who, self.logged).await;
        }
    }

    /// Sends a form about a refusal, with answers to whatever it asks; what is wrong with it changes nothing.
    async fn sends(&mut self, act: &str, who: &str, number: i64) {
        let action = Action::new(format!("{act}.{number}")).expect("it can be carried");
        let event = self.event(who);
        let values = self.values().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let _faults = self.bot.submit(event, Submission { action, values }).await;
    }

    /// Does something with one of the refusals of this sequence, whether this person may or not.
    async fn acts(&mut self, first: i64) {
        let number = self.dice.i64(first..=self.logged);
        let who = self.any(&PEOPLE);
        // What comes late in a life is tried more often.
        let act = self.any(&[
            "undo",
            "revive",
            "revive",
            "revive",
            "validate",
            "won",
            "won",
            "again",
            "again",
            "again",
            "called",
            "called",
            "snooze",
            "close",
            "close",
            "reassign",
            "delegate",
            "more_time",
            "edit",
            "detail",
            "contact again",
        ]);
        self.did.push(format!("{who} {act} {number}"));
        if act == "contact again" {
            return self.types(who, format!("{number} contact again")).await;
        }
        if act == "undo" {
            let action = Action::new(format!("undo.{number}")).expect("it can be carried");
            let event = self.event(who);
            self.bot.press(event, Press { action, value: None }).await;
            return;
        }
        self.sends(act, who, number).await;
        if act == "again" {
            self.logged = self.database.rows::<(i64,)>("SELECT COUNT(*) FROM refusals").await[0].0;
        }
    }

    /// Answers to every form.
    fn values(&mut self) -> Vec<(&'static str, String)> {
        let day = |days: u64| (self.clock.now().date_naive() + Days::new(days)).to_string();
        let (soon, later) = (day(3), day(30));
        let (owner, to) = (self.dice.usize(0..self.owners.len()), self.dice.usize(0..self.owners.len()));
        let account = 1 + self.dice.usize(0..self.accounts);
        vec![
            ("lever", self.any(&["discount", "payment_terms"]).to_owned()),
            ("note", "Ten percent.".to_owned()),
            ("owner", self.owners[owner].clone()),
            ("to", self.owners[to].clone()),
            ("due_on", soon),
            ("again_on", later),
            ("reason", "price".to_owned()),
            ("how", "The discount.".to_owned()),
            ("outcome", self.any(&["not_now", "revived"]).to_owned()),
            ("need", "Support.".to_owned()),
            ("why", self.any(&["ceased_trading", "contact_asked", "contact_asked", "no_contact"]).to_owned()),
            ("said_by", "Their buyer".to_owned()),
            ("account", format!("Client{account}")),
            ("contact", self.any(&["Maria Pop", "POP, Măria", "Ion Pop"]).to_owned()),
        ]
    }

    /// Each refusal is in exactly its owner's hands with a date, waits for a head, or is over.
    async fn nothing_is_lost(&self, seed: u64) {
        let sql = "SELECT r.number, r.stage, r.withdrawn_at,
                (SELECT COUNT(*) FROM tasks t WHERE t.organisation_id = r.organisation_id AND t.refusal = r.number
                   AND t.done_at IS NULL AND t.kind IN ('deal', 'recontact')),
                (SELECT COUNT(*) FROM tasks t WHERE t.organisation_id = r.organisation_id AND t.refusal = r.number
                   AND t.done_at IS NULL AND t.person_id = r.owner_id AND t.due_at IS NOT NULL
                   AND t.kind = CASE r.stage WHEN 'revived' THEN 'deal' ELSE 'recontact' END)
            FROM refusals r ORDER BY r.number";
        let rows: Vec<Kept> = self.database.rows(sql).await;
        for (number, stage, undone, hands, owners) in rows {
            let expected = match (undone, stage.as_str()) {
                (None, "revived" | "dormant") => 1,
                (Some(_), _) | (None, "logged" | "with_head" | "won_back" | "refused_again" | "closed") => 0,
                (None, other) => panic!("#{number} rests in {other}"),
            };
            let did = &self.did;
            assert_eq!((hands, owners), (expected, expected), "#{number}, {stage}, in sequence {seed}:\n{did:?}");
        }
        let planned = "SELECT r.number FROM refusals r JOIN tasks t ON t.organisation_id = r.organisation_id
                AND t.refusal = r.number JOIN do_not_contact d ON d.organisation_id = r.organisation_id
                AND d.account_key = r.account_key AND d.contact_key IN ('', r.contact_key) WHERE t.done_at IS NULL AND t.kind <> 'debrief'";
        let planned: Vec<(i64,)> = self.database.rows(planned).await;
        assert!(planned.is_empty(), "{planned:?} asked for peace, in sequence {seed}:\n{:?}", self.did);
    }

    async fn ends(self) {
        let asked = "SELECT COUNT(*) FROM decisions WHERE call LIKE '%Pop%' OR call LIKE '%POP%'";
        let asked: Vec<(i64,)> = self.database.rows(asked).await;
        assert!(asked[0].0 > 0, "no contact asked for peace");
        let reached: Vec<(String,)> = self.database.rows("SELECT DISTINCT stage FROM refusals").await;
        let reached: BTreeSet<String> = reached.into_iter().map(|(stage,)| stage).collect();
        for stage in ["revived", "dormant", "won_back", "refused_again", "closed"] {
            assert!(reached.contains(stage), "nothing became {stage}: {reached:?}");
        }
        self.db.close().await;
        self.database.drop().await;
    }
}

#[tokio::test]
async fn acts_of_anybody_in_any_order_lose_no_refusal() {
    let mut walk = Walk::begins().await;
    for seed in 0..SEQUENCES {
        walk.dice = fastrand::Rng::with_seed(seed);
        walk.did.clear();
        let first = walk.logged + 1;
        walk.logs().await;
        for _ in 0..ACTS {
            if walk.dice.usize(0..6) == 0 {
                walk.logs().await;
            } else {
                walk.acts(first).await;
            }
            let minutes = if walk.dice.usize(0..4) == 0 { 60 * 24 } else { 3 };
            walk.clock.set(walk.clock.now() + TimeDelta::minutes(minutes));
        }
        walk.nothing_is_lost(seed).await;
    }
    walk.ends().await;
}
