//! A sample organisation to try the bot on: who works there, what clients told them for twelve weeks, and what came of
//! it.
//!
//! Everything is made up, and the same at every start but for the dates: they end on the last working day.

mod dice;
mod fates;
mod learned;
mod refusals;
mod team;

use std::collections::HashMap;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};

pub use team::config;

use self::dice::Dice;
use self::fates::{Fates, Second};
use self::refusals::Sample;
use crate::domain::{Change, Person, PersonId, Refusal, Reminders, Schedules, Stage};
use crate::flows::{Notice, POST};
use crate::store::{Db, NewJob, Scope, Tx};

/// For how long the sample team has used the bot.
const SINCE: TimeDelta = TimeDelta::weeks(12);

/// Fills an organisation that has no refusals yet with those of the last twelve weeks, all in one transaction. The
/// sample organisation must be listed already.
///
/// # Errors
/// When the database does not take them, or lists another organisation.
pub async fn seed(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    db.write_at_length(move |tx| Box::pin(fill(tx, now))).await
}

async fn fill(tx: &mut Tx, now: DateTime<Utc>) -> anyhow::Result<()> {
    if !tx.accounts_used(Scope::All, "").await?.is_empty() {
        return Ok(());
    }
    let head = person(tx, team::HEAD).await?;
    let began = now - SINCE;
    starts_reminders(tx, head.id, began).await?;
    let mut reps = HashMap::new();
    for (account, choices) in team::choices() {
        let rep = person(tx, account).await?;
        tx.choose(rep.id, &choices).await?;
        starts_reminders(tx, rep.id, began).await?;
        reps.insert(account, Person { choices, ..rep });
    }
    let products: HashMap<String, i64> = tx
        .products(head.id)
        .await?
        .into_iter()
        .flat_map(|product| product.aliases.into_iter().map(move |alias| (alias, product.id)))
        .collect();
    let samples = refusals::samples(now, &head);
    let mut fates = Fates::new(Dice::new(3), samples.iter().map(|sample| &sample.details));
    let (mut of_learning, mut seconds) = (Dice::new(8), Vec::new());
    for sample in samples {
        let rep = reps.get(sample.rep).context("a sample of a rep who is none")?;
        again(tx, &mut seconds, sample.logged_at, (&head, now), &mut fates).await?;
        // Who is asked again after the first no is not asked a third time.
        let once = fates.refuses_once(&sample.details);
        let refusal = store(tx, sample, (rep, &head), &products).await?;
        let number = refusal.number;
        let second = fates::befall(tx, refusal, (rep, &head), now, &mut fates).await?;
        seconds.extend(second.filter(|_| once).map(|second| (rep, second)));
        learned::learn(tx, number, (rep, &head), now, &mut of_learning).await?;
    }
    again(tx, &mut seconds, now, (&head, now), &mut fates).await
}

/// Plans the digest of this morning, if it is a Monday's: the channel shows one from the start.
///
/// # Errors
/// When the database does not take it, or lists another organisation.
pub async fn this_morning(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    db.write(move |tx| Box::pin(digest_of_today(tx, now))).await
}

async fn digest_of_today(tx: &mut Tx, now: DateTime<Utc>) -> anyhow::Result<()> {
    let head = person(tx, team::HEAD).await?;
    let zone = head.team.time_zone;
    let run = Schedules::usual().digest.and_then(|digest| digest.next(now - TimeDelta::hours(20), zone));
    let Some(run) = run.filter(|run| run.at <= now) else { return Ok(()) };
    let notice = Notice::Digest(head.team.id.0, run.at, 0);
    let payload = serde_json::to_string(&notice)?;
    Ok(tx.plan(&NewJob { kind: POST, occurrence: notice.key(), payload, run_at: run.at }, now).await?)
}

/// What was refused again by a moment: numbers follow time.
async fn again(
    tx: &mut Tx,
    seconds: &mut Vec<(&Person, Second)>,
    by: DateTime<Utc>,
    (head, now): (&Person, DateTime<Utc>),
    fates: &mut Fates,
) -> anyhow::Result<()> {
    seconds.sort_by_key(|(_, second)| std::cmp::Reverse(second.at));
    while seconds.last().is_some_and(|(_, second)| second.at <= by) {
        let Some((rep, second)) = seconds.pop() else { break };
        fates::refuses_again(tx, second, (rep, head), now, fates).await?;
    }
    Ok(())
}

/// Somebody started their reminders when the team began.
async fn starts_reminders(tx: &mut Tx, person: PersonId, at: DateTime<Utc>) -> anyhow::Result<()> {
    tx.wants_reminders(person, Reminders::On).await?;
    let change = Change { what: "reminders", was: None, is_now: Reminders::On.as_str().map(str::to_owned) };
    Ok(tx.audit(None, person, &change, at).await?)
}

async fn person(tx: &mut Tx, account: &str) -> anyhow::Result<Person> {
    tx.person_of(account).await?.with_context(|| format!("the sample organisation is not listed: nobody is {account}"))
}

async fn store(
    tx: &mut Tx,
    sample: Sample,
    (rep, head): (&Person, &Person),
    products: &HashMap<String, i64>,
) -> anyhow::Result<Refusal> {
    let mut details = sample.details;
    for alias in sample.products {
        details.products.push(*products.get(alias).with_context(|| format!("no product is called {alias}"))?);
    }
    let number = tx.next_refusal_number().await?;
    let mut refusal = Refusal::new(number, rep, details, sample.logged_at);
    refusal.stage = Stage::WithHead;
    refusal.seen = sample.seen_at.map(|at| (head.id, at));
    tx.add_refusal(&refusal).await?;
    tx.audit(Some(number), rep.id, &Change::of_state("logged"), sample.logged_at).await?;
    if let Some(at) = sample.seen_at {
        tx.audit(Some(number), head.id, &Change::of_state("seen"), at).await?;
    }
    Ok(refusal)
}
