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
use chrono::{DateTime, Utc};

pub use team::config;

use self::dice::Dice;
use self::refusals::Sample;
use crate::domain::{Change, Person, Refusal, Stage};
use crate::store::{Db, Scope, Tx};

/// Fills an organisation that has no refusals yet with those of the last twelve weeks, all in one transaction. The
/// sample organisation must be listed already.
///
/// # Errors
/// When the database does not take them, or lists another organisation.
pub async fn seed(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    db.write(move |tx| Box::pin(fill(tx, now))).await
}

async fn fill(tx: &mut Tx, now: DateTime<Utc>) -> anyhow::Result<()> {
    if !tx.accounts_used(Scope::All, "").await?.is_empty() {
        return Ok(());
    }
    let head = person(tx, team::HEAD).await?;
    let mut reps = HashMap::new();
    for (account, choices) in team::choices() {
        let rep = person(tx, account).await?;
        tx.choose(rep.id, &choices).await?;
        reps.insert(account, Person { choices, ..rep });
    }
    let products: HashMap<String, i64> = tx
        .products(head.id)
        .await?
        .into_iter()
        .flat_map(|product| product.aliases.into_iter().map(move |alias| (alias, product.id)))
        .collect();
    let (mut dice, mut of_learning) = (Dice::new(3), Dice::new(8));
    for sample in refusals::samples(now, &head) {
        let rep = reps.get(sample.rep).context("a sample of a rep who is none")?;
        let refusal = store(tx, sample, (rep, &head), &products).await?;
        let number = refusal.number;
        fates::befall(tx, refusal, (rep, &head), now, &mut dice).await?;
        learned::learn(tx, number, (rep, &head), now, &mut of_learning).await?;
    }
    Ok(())
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
    tx.save_refusal(&refusal).await?;
    tx.audit(Some(number), rep.id, &Change::of_state("logged"), sample.logged_at).await?;
    if let Some(at) = sample.seen_at {
        tx.audit(Some(number), head.id, &Change::of_state("seen"), at).await?;
    }
    Ok(refusal)
}
