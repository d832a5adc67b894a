//! By which words a refusal is found: kept in the transaction that changes it, so that no search reads refusals.
//!
//! What filters and permissions ask for is kept like words, behind a `@` that no word has: its team, who logged it, who
//! owns it or decides about it, its reasons, products, segment, competitor, stage and day. A refusal that was withdrawn
//! has no words at all.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, FromRow};

use super::blocks::{NUMBERS, pack, place, unpack};
use super::refusals::{joined_products, unreadable};
use super::tx::{Tx, change, run};
use crate::domain::{Field, PersonId, ReasonId, RefusalNumber, Stage, TeamId, stem_of};

/// How many rows one statement reads or writes.
const ROWS: usize = 200;
/// What an end of a refusal rests on, in `decisions.call`: no answers.
const NO_ANSWERS: [&str; 4] = ["itself", "won", "why", "said_by"];

/// Something a refusal is found by that is no word of its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trait {
    /// The team it belongs to.
    Team(TeamId),
    /// Who logged it.
    By(PersonId),
    /// Who owns it.
    Owner(PersonId),
    /// Who decides about it beside its head.
    Delegate(PersonId),
    /// Why, as its rep, its head or the client says, or a broader word for that.
    Reason(ReasonId),
    /// What was offered.
    Product(i64),
    /// Which part of the market, folded.
    Segment(String),
    /// Who won, or stood against us, folded.
    Competitor(String),
    /// Where it is in its life.
    Stage(Stage),
    /// The day the client said no.
    Day(NaiveDate),
}

impl Trait {
    /// As it is kept among the words.
    pub(super) fn word(&self) -> String {
        match self {
            Trait::Team(TeamId(id)) => format!("@team:{id}"),
            Trait::By(PersonId(id)) => format!("@by:{id}"),
            Trait::Owner(PersonId(id)) => format!("@owner:{id}"),
            Trait::Delegate(PersonId(id)) => format!("@delegate:{id}"),
            Trait::Reason(reason) => format!("@reason:{reason}"),
            Trait::Product(id) => format!("@product:{id}"),
            Trait::Segment(key) => format!("@segment:{key}"),
            Trait::Competitor(key) => format!("@competitor:{key}"),
            Trait::Stage(stage) => format!("@stage:{}", stage.as_str()),
            // Days of another length would not be in order.
            Trait::Day(day) => format!("@day:{}", day.format("%Y-%m-%d")),
        }
    }
}

/// The words of a refusal, and in which fields each stands.
pub(super) type Indexed = BTreeMap<String, u8>;

/// What changes in the index: which fields of a word a number has from now on, 0 for none.
type Changes = BTreeMap<(i64, String), Vec<(usize, u8)>>;

#[derive(FromRow)]
struct Row {
    number: RefusalNumber,
    team_id: TeamId,
    account: String,
    contact: Option<String>,
    contact_role: Option<String>,
    competitor: Option<String>,
    competitor_key: Option<String>,
    verbatim: Option<String>,
    segment: Option<String>,
    segment_key: Option<String>,
    reason: String,
    head_reason: Option<String>,
    client_reason: Option<String>,
    products: String,
    stage: String,
    happened_on: NaiveDate,
    owner_id: PersonId,
    logged_by: PersonId,
    delegate_id: Option<PersonId>,
}

/// Something said of a refusal: which one, in what, the words.
type Said = (RefusalNumber, String, String);

impl Row {
    fn indexed(self) -> sqlx::Result<Indexed> {
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
        Ok(words)
    }

    fn traits(self) -> sqlx::Result<Vec<Trait>> {
        let mut traits = vec![
            Trait::Team(self.team_id),
            Trait::By(self.logged_by),
            Trait::Owner(self.owner_id),
            Trait::Stage(self.stage.parse().map_err(unreadable)?),
            Trait::Day(self.happened_on),
        ];
        for reason in [Some(self.reason), self.head_reason, self.client_reason].into_iter().flatten() {
            let reason: ReasonId = reason.parse().map_err(unreadable)?;
            traits.extend([Trait::Reason(reason.broad()), Trait::Reason(reason)]);
        }
        traits.extend(joined_products(&self.products)?.into_iter().map(Trait::Product));
        traits.extend(self.segment_key.map(Trait::Segment));
        traits.extend(self.competitor_key.map(Trait::Competitor));
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
    /// By what a refusal is found now; nothing if it was withdrawn, or is not there.
    pub(super) async fn indexed(&mut self, number: RefusalNumber) -> sqlx::Result<Indexed> {
        Ok(self.indexed_between(number, number).await?.remove(&number).unwrap_or_default())
    }

    /// A refusal that changed is found by what it is now, no longer by what it was.
    pub(super) async fn index_again(&mut self, number: RefusalNumber, was: Indexed) -> sqlx::Result<()> {
        let is = self.indexed(number).await?;
        let (block, at) = place(number);
        let mut changes = Changes::new();
        for word in was.keys().filter(|word| !is.contains_key(*word)) {
            changes.insert((block, word.clone()), vec![(at, 0)]);
        }
        for (word, fields) in is.into_iter().filter(|(word, fields)| was.get(word) != Some(fields)) {
            changes.insert((block, word), vec![(at, fields)]);
        }
        self.change_index(changes).await
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
            changes.entry((block, was.word())).or_default().push((at, 0));
            if let Some(is) = is {
                changes.entry((block, is.word())).or_default().push((at, 1));
            }
        }
        self.change_index(changes).await
    }

    /// Makes at most `most` refusals of a version without search found; whether there may be more.
    pub(super) async fn index_earlier(&mut self, most: i64) -> sqlx::Result<bool> {
        let sql = "SELECT searched_to FROM organisations WHERE id = $1";
        let to: Option<Option<i64>> = run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation))?;
        let Some(to) = to.flatten() else { return Ok(false) };
        let sql = "SELECT MAX(number) FROM (SELECT number FROM refusals WHERE organisation_id = $1 AND number > $2
                                            ORDER BY number LIMIT $3) AS next";
        let last: Option<RefusalNumber> =
            run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation).bind(to).bind(most))?;
        if let Some(last) = last {
            let mut changes = Changes::new();
            for (number, words) in self.indexed_between(RefusalNumber(to + 1), last).await? {
                let (block, at) = place(number);
                for (word, fields) in words {
                    changes.entry((block, word)).or_default().push((at, fields));
                }
            }
            self.change_index(changes).await?;
        }
        let sql = "UPDATE organisations SET searched_to = $2 WHERE id = $1";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(last))?;
        Ok(last.is_some())
    }

    async fn indexed_between(
        &mut self,
        first: RefusalNumber,
        last: RefusalNumber,
    ) -> sqlx::Result<BTreeMap<RefusalNumber, Indexed>> {
        let sql = "SELECT number, team_id, account, contact, contact_role, competitor, competitor_key, verbatim, segment,
                       segment_key, reason, head_reason, client_reason, products, stage, happened_on, owner_id, logged_by,
                       delegate_id
                   FROM refusals
                   WHERE organisation_id = $1 AND number BETWEEN $2 AND $3 AND withdrawn_at IS NULL";
        let rows: Vec<Row> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(first).bind(last))?;
        let mut indexed = BTreeMap::new();
        for row in rows {
            indexed.insert(row.number, row.indexed()?);
        }
        if indexed.is_empty() {
            return Ok(indexed);
        }
        let sql = "SELECT refusal, questionnaire, answer FROM answers
                   WHERE organisation_id = $1 AND refusal BETWEEN $2 AND $3
                   UNION ALL
                   SELECT refusal, 'note', note FROM decisions
                   WHERE organisation_id = $1 AND refusal BETWEEN $2 AND $3 AND note IS NOT NULL
                   UNION ALL
                   SELECT refusal, 'call', call FROM decisions
                   WHERE organisation_id = $1 AND refusal BETWEEN $2 AND $3 AND call IS NOT NULL";
        let all: Vec<Said> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(first).bind(last))?;
        for (number, what, said) in all {
            if let Some(words) = indexed.get_mut(&number) {
                add_said(words, &what, &said)?;
            }
        }
        Ok(indexed)
    }

    async fn change_index(&mut self, changes: Changes) -> sqlx::Result<()> {
        let mut by_block: BTreeMap<i64, Vec<(String, Vec<(usize, u8)>)>> = BTreeMap::new();
        for ((block, word), places) in changes {
            by_block.entry(block).or_default().push((word, places));
        }
        let (mut given, mut taken) = (BTreeSet::new(), Vec::new());
        for (block, words) in by_block {
            for words in words.chunks(ROWS) {
                let (kept, empty) = self.changed_rows(block, words).await?;
                self.write_rows(block, &kept).await?;
                self.drop_rows(block, &empty).await?;
                given.extend(kept.into_iter().map(|(word, _)| word).filter(|word| !word.starts_with('@')));
                taken.extend(empty.into_iter().filter(|word| !word.starts_with('@')));
            }
        }
        let given: Vec<String> = given.into_iter().collect();
        for words in given.chunks(ROWS) {
            self.know_words(words).await?;
        }
        for words in taken.chunks(ROWS) {
            self.forget_words(words).await?;
        }
        Ok(())
    }

    /// The rows of words of a block after a change: those that are kept, and the words that no number of it has any more.
    async fn changed_rows(
        &mut self,
        block: i64,
        words: &[(String, Vec<(usize, u8)>)],
    ) -> sqlx::Result<(Vec<(String, Vec<u8>)>, Vec<String>)> {
        let sql = format!(
            "SELECT word, numbers FROM search_blocks WHERE organisation_id = $1 AND block = $2 AND word IN ({})",
            placeholders(3, words.len())
        );
        let rows: Vec<(String, Vec<u8>)> = run!(self, fetch_all, {
            let query = sqlx::query_as(AssertSqlSafe(sql.as_str())).persistent(false);
            words.iter().fold(query.bind(self.organisation).bind(block), |query, (word, _)| query.bind(word))
        })?;
        let was: BTreeMap<String, Vec<u8>> = rows.into_iter().collect();
        let (mut kept, mut empty) = (Vec::new(), Vec::new());
        for (word, places) in words {
            let (mut fields, known) = ([0; NUMBERS], was.get(word));
            unpack(known.map_or(&[], Vec::as_slice), &mut fields);
            for (at, has) in places {
                fields[*at] = *has;
            }
            let numbers = pack(&fields);
            if numbers.is_empty() {
                empty.push(word.clone());
            } else if known != Some(&numbers) {
                kept.push((word.clone(), numbers));
            }
        }
        Ok((kept, empty))
    }

    async fn write_rows(&mut self, block: i64, rows: &[(String, Vec<u8>)]) -> sqlx::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let values: Vec<String> =
            (0..rows.len()).map(|n| format!("($1, ${}, $2, ${})", 3 + 2 * n, 4 + 2 * n)).collect();
        let sql = format!(
            "INSERT INTO search_blocks (organisation_id, word, block, numbers) VALUES {}
             ON CONFLICT (organisation_id, word, block) DO UPDATE SET numbers = excluded.numbers",
            values.join(", ")
        );
        change!(self, {
            let query = sqlx::query(AssertSqlSafe(sql.as_str())).persistent(false);
            let query = query.bind(self.organisation).bind(block);
            rows.iter().fold(query, |query, (word, numbers)| query.bind(word).bind(numbers))
        })?;
        Ok(())
    }

    async fn drop_rows(&mut self, block: i64, words: &[String]) -> sqlx::Result<()> {
        if words.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "DELETE FROM search_blocks WHERE organisation_id = $1 AND block = $2 AND word IN ({})",
            placeholders(3, words.len())
        );
        change!(self, {
            let query = sqlx::query(AssertSqlSafe(sql.as_str())).persistent(false);
            words.iter().fold(query.bind(self.organisation).bind(block), |query, word| query.bind(word))
        })?;
        Ok(())
    }

    async fn know_words(&mut self, words: &[String]) -> sqlx::Result<()> {
        let values: Vec<String> = (0..words.len()).map(|n| format!("($1, ${}, ${})", 2 + 2 * n, 3 + 2 * n)).collect();
        let sql = format!(
            "INSERT INTO search_words (organisation_id, word, stem) VALUES {} ON CONFLICT DO NOTHING",
            values.join(", ")
        );
        change!(self, {
            let query = sqlx::query(AssertSqlSafe(sql.as_str())).persistent(false).bind(self.organisation);
            words.iter().fold(query, |query, word| query.bind(word).bind(stem_of(word)))
        })?;
        Ok(())
    }

    /// Words that no refusal has any more are not kept: they may be somebody's name.
    async fn forget_words(&mut self, words: &[String]) -> sqlx::Result<()> {
        let sql = format!(
            "DELETE FROM search_words WHERE organisation_id = $1 AND word IN ({})
               AND NOT EXISTS (SELECT 1 FROM search_blocks b
                               WHERE b.organisation_id = $1 AND b.word = search_words.word)",
            placeholders(2, words.len())
        );
        change!(self, {
            let query = sqlx::query(AssertSqlSafe(sql.as_str())).persistent(false).bind(self.organisation);
            words.iter().fold(query, |query, word| query.bind(word))
        })?;
        Ok(())
    }
}

/// So many values to bind, from `$first` on.
pub(super) fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
