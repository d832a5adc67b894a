//! Sums of refusals are what counting them one by one gives, whatever happened to the refusals.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days as DayCount, NaiveDate};
use panout::domain::{
    Currency, Days, Details, Money, Outcome, Person, PersonId, Refusal, RefusalNumber, Source, Stage, TeamId, View,
    fold,
};
use panout::store::{Db, Sum};

use super::{listed, now};
use crate::story::Database;

/// How many things happen.
const STEPS: usize = 400;

/// What a refusal counts as: row, column and currency by view, however often it is asked.
type Table = BTreeMap<(Option<String>, Option<String>, Option<Currency>), (i64, i64)>;

struct Dice(fastrand::Rng);

impl Dice {
    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.0.usize(0..choices.len())].clone()
    }

    fn day(&mut self) -> NaiveDate {
        // Around the ends of a year, a leap day and changes of the clock.
        let begin = self.of(&["2023-12-20", "2024-02-20", "2024-03-25", "2026-12-20", "2026-10-19"]);
        begin.parse::<NaiveDate>().expect("a day") + DayCount::new(self.0.u64(0..25))
    }

    fn details(&mut self) -> Details {
        let budget = |dice: &mut Self| {
            let code = dice.of(&["EUR", "RON", "JPY"]);
            Money { minor: dice.0.i64(0..1_000_000), currency: code.parse().expect("a currency") }
        };
        Details {
            account: format!("Client {}", self.0.u32(0..50)),
            contact: None,
            contact_role: None,
            outcome: self.of(&[Outcome::NoDecision, Outcome::Competitor, Outcome::Silent, Outcome::Invalid]),
            reason: self.of(&["price", "price/no_budget", "timing", "other"]).parse().expect("a reason"),
            products: self.of(&[vec![], vec![1], vec![2], vec![1, 2], vec![2, 2, 3]]),
            budget: if self.0.bool() { Some(budget(self)) } else { None },
            competitor: self.of(&[None, Some("Globex"), Some("GLOBEX"), Some("Initech")]).map(Into::into),
            verbatim: None,
            segment: self.of(&[None, Some("Retail"), Some("Santé")]).map(Into::into),
            source: self.of(&[None, Some(Source::Webinar), Some(Source::WalkIn), Some(Source::Other)]),
            contract_until: None,
            happened_on: self.day(),
        }
    }
}

async fn save(db: &Db, refusal: &Refusal) {
    let refusal = Arc::new(refusal.clone());
    let write = db.write(move |tx| {
        let refusal = refusal.clone();
        Box::pin(async move { Ok::<_, anyhow::Error>(tx.save_refusal(&refusal).await?) })
    });
    write.await.expect("a refusal is saved");
}

async fn client_says(db: &Db, refusal: &mut Refusal, reason: &str) {
    refusal.client_reason = Some(reason.parse().expect("a reason"));
    let (number, reason) = (refusal.number, refusal.client_reason.clone().expect("just said"));
    let write = db.write(move |tx| {
        let reason = reason.clone();
        Box::pin(async move { Ok::<_, anyhow::Error>(tx.client_says(number, &reason).await?) })
    });
    write.await.expect("what the client says is saved");
}

async fn person(db: &Db, name: &'static str) -> Person {
    let read = db.read(move |tx| {
        Box::pin(async move { Ok::<_, anyhow::Error>(tx.person_of(name).await?.expect("somebody of that account")) })
    });
    read.await.expect("somebody is read")
}

async fn sums(db: &Db, team: TeamId, view: View, days: Days, only: Option<PersonId>) -> Vec<Sum> {
    let read =
        db.read(move |tx| Box::pin(async move { Ok::<_, anyhow::Error>(tx.sums(team, view, days, only).await?) }));
    read.await.expect("sums are read")
}

/// Counts them one by one.
fn counted(refusals: &[Refusal], view: View, days: Days, only: Option<PersonId>) -> Table {
    let mut table = Table::new();
    for refusal in refusals {
        let details = &refusal.details;
        let is_left_out = refusal.withdrawn_at.is_some() || details.outcome == Outcome::Invalid;
        if is_left_out || details.happened_on < days.from || details.happened_on > days.to {
            continue;
        }
        let heard = refusal.head_reason.as_ref().or(refusal.client_reason.as_ref()).unwrap_or(&details.reason);
        let reason = vec![heard.level1().to_owned()];
        let mut products: Vec<String> = details.products.iter().map(ToString::to_string).collect();
        products.dedup();
        if products.is_empty() {
            products.push(String::new());
        }
        let (rep, written) = (vec![refusal.logged_by.0.to_string()], |name: &Option<String>| {
            vec![name.as_deref().map(fold).unwrap_or_default()]
        });
        let (rows, columns) = match view {
            View::RepProduct => (rep, Some(products)),
            View::RepReason => (rep, Some(reason)),
            View::ProductReason => (products, Some(reason)),
            View::Segment => (written(&details.segment), None),
            View::Source => (vec![details.source.map_or("", Source::as_str).to_owned()], None),
            View::Competitor => (written(&details.competitor), None),
        };
        let by_people = matches!(view, View::RepProduct | View::RepReason);
        let hidden = by_people && only.is_some_and(|only| only != refusal.logged_by);
        let mut places = vec![(None, None)];
        places.extend(columns.iter().flatten().map(|column| (None, Some(column.clone()))));
        if !hidden {
            for row in &rows {
                places.push((Some(row.clone()), None));
                places.extend(columns.iter().flatten().map(|column| (Some(row.clone()), Some(column.clone()))));
            }
        }
        for (row, column) in places {
            let (n, m) = table.entry((row, column, details.budget.map(|money| money.currency))).or_default();
            *n += 1;
            *m += details.budget.map_or(0, |money| money.minor);
        }
    }
    table
}

fn table(sums: Vec<Sum>) -> Table {
    sums.into_iter().map(|sum| ((sum.row, sum.column, sum.currency), (sum.refusals, sum.budget_minor))).collect()
}

#[tokio::test]
async fn sums_are_what_counting_gives_after_anything_that_happens() {
    let database = Database::new();
    let db = database.open().await;
    listed(&db).await;
    let people = [person(&db, "slack:U1").await, person(&db, "slack:U2").await];
    let seed = fastrand::u64(..);
    let mut dice = Dice(fastrand::Rng::with_seed(seed));
    let mut refusals: Vec<Refusal> = Vec::new();
    for step in 0..STEPS {
        let at = dice.0.usize(0..refusals.len().max(1));
        match (dice.0.u32(0..10), refusals.get_mut(at)) {
            (0..6, _) | (_, None) => {
                let number = RefusalNumber(i64::try_from(refusals.len()).expect("few") + 1);
                let by = dice.of(&people);
                refusals.push(Refusal::new(number, &by, dice.details(), now()));
                save(&db, refusals.last().expect("just logged")).await;
            }
            (6 | 7, Some(refusal)) => {
                refusal.details = dice.details();
                save(&db, refusal).await;
            }
            (8, Some(refusal)) => {
                if dice.0.bool() {
                    refusal.withdrawn_at = Some(now());
                } else {
                    refusal.head_reason = Some("technical/security".parse().expect("a reason"));
                    refusal.stage = Stage::Dormant;
                }
                save(&db, refusal).await;
            }
            (_, Some(refusal)) => client_says(&db, refusal, "logistics").await,
        }
        if step % 40 == 39 {
            for view in View::ALL {
                let from = dice.day();
                let days = Days { from, to: from + DayCount::new(dice.of(&[0, 3, 6, 13, 40, 90, 900])) };
                let only = dice.of(&[None, Some(people[0].id)]);
                let found = table(sums(&db, people[0].team.id, view, days, only).await);
                assert_eq!(found, counted(&refusals, view, days, only), "seed {seed}, {view:?}, {days}, {only:?}");
            }
        }
    }
    database_forgets_and_counts_again(&database, db, &refusals, people[0].team.id).await;
}

/// As after an upgrade from a version that did not count.
async fn database_forgets_and_counts_again(database: &Database, db: Db, refusals: &[Refusal], team: TeamId) {
    db.close().await;
    for sql in [
        "DELETE FROM weekly_sums WHERE organisation_id = 1 RETURNING organisation_id",
        "DELETE FROM monthly_sums WHERE organisation_id = 1 RETURNING organisation_id",
        "UPDATE organisations SET summed_to = 0 RETURNING id",
    ] {
        assert!(!database.rows::<(i64,)>(sql).await.is_empty(), "{sql}");
    }
    for _ in 0..2 {
        // Once more changes nothing.
        let db = database.open().await;
        let days: Days = "2023-01-01..2027-12-31".parse().expect("days");
        for view in View::ALL {
            let found = table(sums(&db, team, view, days, None).await);
            assert_eq!(found, counted(refusals, view, days, None), "{view:?}");
        }
        db.close().await;
    }
}
