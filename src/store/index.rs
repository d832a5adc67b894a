//! The rows by which refusals are found: changed word by word, a block at a time.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AssertSqlSafe;

use super::blocks::Block;
use super::tx::{Tx, change, run};
use crate::domain::stem_of;

/// How many rows one statement reads or writes.
const ROWS: usize = 200;
/// Up to how many rows a statement is kept prepared: one refusal has about as many words.
const PREPARED: usize = 48;
/// Lists of words are filled up to a multiple of this, so that few statements serve lists of any length.
const STEP: usize = 8;

/// Of words, at which places of a block they stand from now on in which fields: 0 for none. The last one holds.
pub(super) type Words = BTreeMap<String, Vec<(usize, u8)>>;

/// What changes, by block.
pub(super) type Changes = BTreeMap<i64, Words>;

/// The rows of words of a block after a change.
#[derive(Default)]
struct Rows {
    /// Those that are to be written.
    kept: Vec<(String, Vec<u8>)>,
    /// The words that no number of the block had before.
    new: Vec<String>,
    /// The words that no number of the block has any more.
    empty: Vec<String>,
}

impl Tx {
    /// Makes these changes; words that nobody has any more are forgotten.
    pub(super) async fn change_index(&mut self, changes: Changes) -> sqlx::Result<()> {
        let (mut given, mut taken) = (BTreeSet::new(), Vec::new());
        for (block, words) in changes {
            let words: Vec<_> = words.into_iter().collect();
            for words in words.chunks(ROWS) {
                let Rows { kept, new, empty } = self.changed_rows(block, words).await?;
                self.write_rows(block, &kept).await?;
                self.drop_rows(block, &empty).await?;
                given.extend(new.into_iter().filter(|word| !word.starts_with('@')));
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

    async fn changed_rows(&mut self, block: i64, words: &[(String, Vec<(usize, u8)>)]) -> sqlx::Result<Rows> {
        let asked: Vec<&str> = filled(words.iter().map(|(word, _)| word.as_str()));
        let sql = format!(
            "SELECT word, numbers FROM search_blocks WHERE organisation_id = $1 AND block = $2 AND word IN ({})",
            placeholders(3, asked.len())
        );
        let found: Vec<(String, Vec<u8>)> = run!(self, fetch_all, {
            let query = sqlx::query_as(AssertSqlSafe(sql.as_str())).persistent(asked.len() <= PREPARED);
            asked.iter().fold(query.bind(self.organisation).bind(block), |query, word| query.bind(*word))
        })?;
        let was: BTreeMap<String, Vec<u8>> = found.into_iter().collect();
        let mut rows = Rows::default();
        for (word, places) in words {
            let (mut now, known) = (Block::default(), was.get(word));
            now.unpack(known.map_or(&[], Vec::as_slice));
            for (at, fields) in places {
                now.set(*at, *fields);
            }
            let numbers = now.pack();
            if numbers.is_empty() {
                rows.empty.push(word.clone());
            } else if known != Some(&numbers) {
                if known.is_none() {
                    rows.new.push(word.clone());
                }
                rows.kept.push((word.clone(), numbers));
            }
        }
        Ok(rows)
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
            let query = sqlx::query(AssertSqlSafe(sql.as_str())).persistent(rows.len() <= PREPARED);
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
            words.iter().fold(query.bind(self.organisation).bind(block), sqlx::query::Query::bind)
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
            words.iter().fold(query, sqlx::query::Query::bind)
        })?;
        Ok(())
    }
}

/// Words up to the next multiple of [`STEP`], the last one again and again.
fn filled<'a>(words: impl ExactSizeIterator<Item = &'a str>) -> Vec<&'a str> {
    let length = words.len().next_multiple_of(STEP);
    let mut words: Vec<_> = words.collect();
    if let Some(last) = words.last().copied() {
        words.resize(length, last);
    }
    words
}

/// So many values to bind, from `$first` on.
pub(super) fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
