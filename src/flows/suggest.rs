//! What is suggested to somebody who types: what they used before comes first.

use chrono::{DateTime, Utc};

use super::whom::{self, Whom};
use super::{Call, Error, Result, Shared, words_for};
use crate::chat::{Choice, Query};
use crate::domain::{Lexicon, Person, ReasonId, Role};
use crate::store::{Product, Scope, Tx};

/// The most suggestions (Discord's autocomplete takes 25).
const MOST: usize = 25;

/// What somebody may draw suggestions from: their own, their team's, everything.
fn scope(by: &Person) -> Scope {
    match by.role {
        Role::Rep => Scope::Own(by.id),
        Role::Head => Scope::Team(by.team.id),
        Role::Admin => Scope::All,
        Role::Observer => Scope::Nothing,
    }
}

/// Suggestions for what is typed, best first.
pub(super) async fn suggest(
    tx: &mut Tx,
    shared: &Shared,
    by: &Person,
    query: &Query,
    now: DateTime<Utc>,
) -> Result<Vec<Choice>> {
    if let Ok(whom) = query.source.parse::<Whom>() {
        let by = tx.standing_in(by.clone(), now).await?;
        let mut call = Call { words: words_for(shared, &by), tx, by, shared, now };
        return whom::suggest(&mut call, whom, &query.typed).await;
    }
    // Accounts that asked not to be contacted too: they may refuse once more, and logging that calls nobody.
    let same = |names: Vec<String>| names.into_iter().map(|name| clipped(name.clone(), &name)).collect();
    Ok(match query.source.as_str() {
        "account" => same(tx.accounts_used(scope(by), &query.typed).await?),
        "competitor" => same(tx.competitors_used(scope(by), &query.typed).await?),
        "product" => products(tx, by, &query.typed).await?,
        "reason" => reasons(tx, shared, by, &query.typed).await?,
        "reason_or_product" => either(tx, shared, by, &query.typed).await?,
        "deal" => {
            let by = tx.standing_in(by.clone(), now).await?;
            super::opportunity::suggest(tx, &by, &query.typed).await?
        }
        "view" => {
            let language = words_for(shared, by).language();
            super::figures::suggest(shared, language, &query.typed)
        }
        other => return Err(Error::Internal(anyhow::anyhow!("suggestions for an unknown source {other:?}"))),
    })
}

/// Suggested values are what is stored, so one too long for a platform's list is left out, never cut.
fn clipped(value: String, label: &str) -> Choice {
    Choice { value, label: Choice::fitting(label) }
}

async fn products(tx: &mut Tx, by: &Person, typed: &str) -> Result<Vec<Choice>> {
    let products: Vec<Product> = tx.products(by.id).await?.into_iter().filter(|p| !p.retired).collect();
    let found = lexicon(&products).suggest(typed.trim_start_matches('#'), MOST);
    let named = found.into_iter().filter_map(|id| products.iter().find(|product| product.id == id));
    Ok(named.map(|product| clipped(product.id.to_string(), &product.name)).collect())
}

/// Products and reasons, as somebody would type them: products that are named so before the many reasons.
async fn either(tx: &mut Tx, shared: &Shared, by: &Person, typed: &str) -> Result<Vec<Choice>> {
    let named =
        products(tx, by, typed).await?.into_iter().map(|product| Choice::new(product.label.clone(), product.label));
    let mut found: Vec<Choice> = if typed.is_empty() { Vec::new() } else { named.collect() };
    found.extend(reasons(tx, shared, by, typed).await?);
    found.truncate(MOST);
    Ok(found)
}

/// Products by name and alias. An id is a name too, so that what a menu sends back is understood like words.
pub(super) fn lexicon(products: &[Product]) -> Lexicon<i64> {
    Lexicon::new(products.iter().filter(|product| !product.retired).map(|product| {
        let mut names = vec![product.name.clone()];
        names.extend(product.aliases.iter().cloned());
        (product.id, names)
    }))
}

async fn reasons(tx: &mut Tx, shared: &Shared, by: &Person, typed: &str) -> Result<Vec<Choice>> {
    let used = tx.reasons_used(by.id).await?;
    let mut found = shared.reasons.suggest(typed, usize::MAX);
    // Level 1 before level 2, but what this person uses before both.
    found.sort_by_key(|reason| {
        let before = used.iter().position(|id| id == reason.as_str()).unwrap_or(usize::MAX);
        (before, typed.is_empty() && reason.level2().is_some())
    });
    let words = words_for(shared, by);
    let choice = |reason: &ReasonId| Choice::new(reason.as_str(), super::refusal::reason_label(words, reason));
    Ok(found.iter().take(MOST).map(choice).collect())
}

/// Suggestions for somebody who was never seen: the catalogue, and nothing anybody typed.
pub(super) async fn catalogue(tx: &mut Tx, shared: &Shared, query: &Query) -> Result<Vec<Choice>> {
    let words = shared.words.in_language(shared.rules.language);
    Ok(match query.source.as_str() {
        "reason" => {
            let found = shared.reasons.suggest(&query.typed, MOST);
            found.iter().map(|r| Choice::new(r.as_str(), super::refusal::reason_label(words, r))).collect()
        }
        "product" => {
            let products = tx.products(crate::domain::PersonId(0)).await?;
            let found = lexicon(&products).suggest(&query.typed, MOST);
            let named = found.into_iter().filter_map(|id| products.iter().find(|product| product.id == id));
            named.map(|product| clipped(product.id.to_string(), &product.name)).collect()
        }
        _ => Vec::new(),
    })
}
