//! By which words a refusal is found: kept in the transaction that changes it, so that no search reads refusals.
//!
//! What filters and permissions ask for is kept like words, behind a `@` that no word has: its team, who logged it, who
//! owns it or decides about it, its reasons, products, segment, source, competitor, stage and day. A refusal that was
//! withdrawn has no words at all.

use std::collections::BTreeMap;

use super::blocks::{last_beside, place};
use super::index::{Changes, Words};
use super::kept::{Kept, kept_where};
use super::refusals::{joined_products, unreadable};
use super::traits::Trait;
use super::tx::{Tx, change, run};
use crate::domain::{Field, ReasonId, RefusalNumber};

/// What an end of a refusal rests on, in `decisions.call`: no answers.
const NO_ANSWERS: [&str; 4] = ["itself", "won", "why", "said_by"];

/// The words of a refusal, and in which fields each stands.
pub(super) type Indexed = BTreeMap<String, u8>;

/// Something said of a refusal: which one, in what, the words.
pub(super) type Said = (RefusalNumber, String, String);

impl Kept {
    /// By which words it is found, with what was said of it.
    pub(super) fn indexed(&self, said: &[Said]) -> sqlx::Result<Indexed> {
        let mut words = Indexed::new();
        for (field, text) in [
            (Field::Account, Some(&self.account)),
            (Field::Verbatim, self.verbatim.as_ref()),
            (Field::Contact, self.contact.as_ref()),
            (Field::Contact, self.contact_role.as_ref()),
            (Field::Competitor, self.competitor.as_ref()),
            (Field::Segment, self.segment.as_ref()),
        ] {
            add(&mut words, field, text.map_or("", String::as_str));
        }
        words.extend(self.traits()?.iter().map(|one| (one.word(), 1)));
        for (_, what, said) in said {
            add_said(&mut words, what, said)?;
        }
        Ok(words)
    }

    fn traits(&self) -> sqlx::Result<Vec<Trait>> {
        let mut traits = vec![
            Trait::Team(self.team_id),
            Trait::By(self.logged_by),
            Trait::Owner(self.owner_id),
            Trait::Stage(self.stage.parse().map_err(unreadable)?),
            Trait::Day(self.happened_on),
        ];
        for reason in [Some(&self.reason), self.head_reason.as_ref(), self.client_reason.as_ref()].into_iter().flatten()
        {
            let reason: ReasonId = reason.parse().map_err(unreadable)?;
            traits.extend([Trait::Reason(reason.broad()), Trait::Reason(reason)]);
        }
        traits.extend(joined_products(&self.products)?.into_iter().map(Trait::Product));
        traits.extend(self.segment_key.clone().map(Trait::Segment));
        let source = self.source.as_ref().map(|source| source.parse().map_err(unreadable)).transpose()?;
        traits.extend(source.map(Trait::Source));
        traits.extend(self.competitor_key.clone().map(Trait::Competitor));
        traits.extend(self.delegate_id.map(Trait::Delegate));
        Ok(traits)
    }
}

fn add(words: &mut Indexed, field: Field, text: &str) {
    for word in field.words(text) {
        *words.entry(word).or_default() |= field.bit();
    }
}

/// Adds what was said of a refusal.
fn add_said(words: &mut Indexed, what: &str, said: &str) -> sqlx::Result<()> {
    match what {
        "note" => add(words, Field::Note, said),
        "debrief" => add(words, Field::Debrief, said),
        "call" => {
            let call: Vec<(String, String)> = serde_json::from_str(said).map_err(unreadable)?;
            for (_, answer) in call.iter().filter(|(key, _)| !NO_ANSWERS.contains(&key.as_str())) {
                add(words, Field::Answer, answer);
            }
        }
        _ => add(words, Field::Answer, said),
    }
    Ok(())
}

impl Tx {
    /// A refusal that changed is found by what it is now, no longer by what it was.
    pub(super) async fn index_again(&mut self, number: RefusalNumber, was: &Indexed, is: Indexed) -> sqlx::Result<()> {
        let (block, at) = place(number);
        let mut words = Words::new();
        for word in was.keys().filter(|word| !is.contains_key(*word)) {
            words.insert(word.clone(), vec![(at, 0)]);
        }
        for (word, fields) in is.into_iter().filter(|(word, fields)| was.get(word) != Some(fields)) {
            words.insert(word, vec![(at, fields)]);
        }
        self.change_index(Changes::from([(block, words)])).await
    }

    /// Refusals that have another trait from now on: `None` for none.
    pub(super) async fn index_moved(
        &mut self,
        numbers: &[RefusalNumber],
        was: &Trait,
        is: Option<&Trait>,
    ) -> sqlx::Result<()> {
        let mut changes = Changes::new();
        for number in numbers {
            let (block, at) = place(*number);
            let words = changes.entry(block).or_default();
            words.entry(was.word()).or_default().push((at, 0));
            if let Some(is) = is {
                words.entry(is.word()).or_default().push((at, 1));
            }
        }
        self.change_index(changes).await
    }

    /// Makes the refusals of a version without search found, as far as one block of words goes, so that no row of words is
    /// written twice; whether there may be more.
    pub(super) async fn index_earlier(&mut self) -> sqlx::Result<bool> {
        let sql = "SELECT searched_to FROM organisations WHERE id = $1";
        let to: Option<Option<i64>> = run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation))?;
        let Some(to) = to.flatten() else { return Ok(false) };
        let sql = "SELECT MIN(number) FROM refusals WHERE organisation_id = $1 AND number > $2";
        let first: Option<RefusalNumber> =
            run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(to))?;
        let last = first.map(last_beside);
        if let Some((first, last)) = first.zip(last) {
            let mut changes = Changes::new();
            for (number, words) in self.indexed_between(first, last).await? {
                let (block, at) = place(number);
                for (word, fields) in words {
                    changes.entry(block).or_default().entry(word).or_default().push((at, fields));
                }
            }
            self.change_index(changes).await?;
        }
        let sql = "UPDATE organisations SET searched_to = $2 WHERE id = $1";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(last))?;
        Ok(last.is_some())
    }

    /// Lets the database see how the words are filled: until it has, PostgreSQL reads all of them for a few.
    pub(super) async fn measure_words(&mut self) -> sqlx::Result<()> {
        for sql in ["ANALYZE search_blocks", "ANALYZE search_words"] {
            change!(self, sqlx::query(sql))?;
        }
        Ok(())
    }

    async fn indexed_between(
        &mut self,
        first: RefusalNumber,
        last: RefusalNumber,
    ) -> sqlx::Result<BTreeMap<RefusalNumber, Indexed>> {
        let sql = kept_where!("number BETWEEN $2 AND $3 AND withdrawn_at IS NULL");
        let rows: Vec<Kept> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(first).bind(last))?;
        if rows.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut said: BTreeMap<RefusalNumber, Vec<Said>> = BTreeMap::new();
        for one in self.said_between(first, last).await? {
            said.entry(one.0).or_default().push(one);
        }
        let said_of = |number| said.get(number).map_or(&[][..], Vec::as_slice);
        rows.iter().map(|row| Ok((row.number, row.indexed(said_of(&row.number))?))).collect()
    }

    /// What was said of the refusals between two numbers: answers, notes, calls.
    pub(super) async fn said_between(&mut self, first: RefusalNumber, last: RefusalNumber) -> sqlx::Result<Vec<Said>> {
        let sql = "SELECT refusal, questionnaire, answer FROM answers
                   WHERE organisation_id = $1 AND refusal BETWEEN $2 AND $3
                   UNION ALL
                   SELECT refusal, 'note', note FROM decisions
                   WHERE organisation_id = $1 AND refusal BETWEEN $2 AND $3 AND note IS NOT NULL
                   UNION ALL
                   SELECT refusal, 'call', call FROM decisions
                   WHERE organisation_id = $1 AND refusal BETWEEN $2 AND $3 AND call IS NOT NULL";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(first).bind(last))
    }
}
