//! Refusals found by their words.
//!
//! A question is sets of numbers that must all hold: each word, each filter, who may read it. Every set is read in blocks
//! of 4096 numbers ([`super::blocks`]), and only those blocks that the sets before it left, so the answer is exact and
//! counted whole, and costs at most a row for each four thousand refusals and set, whoever asks and however often a word
//! is used.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::blocks::{Bits, Block, Blocks, has, number_at, places};
use super::index::placeholders;
use super::traits::Trait;
use super::tx::{Tx, run};
use crate::domain::{Days, Field, Person, PersonId, RefusalNumber, Role, TeamId, Wanted, fold, found_in, stem_of};

/// How many words a word that is looked for may stand for: those of its stem, and as many that begin so, the first ones
/// of the alphabet.
const ALIKE: i64 = 64;
/// The fewest characters by which the beginning of a word is meant.
const BEGINNING: usize = 2;

/// Up to how many blocks are asked for one by one; more are asked for from the first to the last.
const APART: usize = 64;
/// No number of a block.
const NONE: Bits = [0; 64];

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Search {
    /// Words that must all be there.
    pub words: Vec<Wanted>,
    /// Of each of these one must hold.
    pub traits: Vec<Vec<Trait>>,
    /// The days on which clients said no; `None` for any.
    pub days: Option<Days>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// How many refusals.
    pub refusals: usize,
    /// Those of one page, the best first: words in the account and the client's own words before those elsewhere, then
    /// the more places the better, then the newest.
    pub page: Vec<RefusalNumber>,
    /// A word so many words begin with that not all of them were looked for.
    pub too_short: Option<String>,
}

/// Which numbers of a block somebody may read, and of which of those the debrief too.
#[derive(Clone, Copy)]
struct Readable {
    any: Bits,
    debrief: Bits,
}

/// The blocks that are still in question, in order; `None` for all.
type Among = Option<Vec<i64>>;

/// What speaks for a number, the best first.
type Rank = (Reverse<u16>, Reverse<RefusalNumber>);

/// The sets that must all hold.
#[derive(Default)]
struct Sets {
    words: Vec<Blocks>,
    traits: Vec<Blocks>,
    /// `None` for somebody who may read all.
    readable: Option<BTreeMap<i64, Readable>>,
}

impl Tx {
    /// What somebody finds who looks for this, from the best but `skipped` on, at most `most`. They find what is open to
    /// them ([`Refusal::is_open_to`](crate::domain::Refusal::is_open_to)), but an observer finds nothing; a debrief only
    /// where they may read it.
    pub async fn search(&mut self, by: &Person, search: &Search, skipped: usize, most: usize) -> sqlx::Result<Hits> {
        let mut hits = Hits::default();
        if by.role == Role::Observer {
            return Ok(hits);
        }
        let (mut sets, mut among) = (Sets::default(), None);
        // What one person may read is little; what a head may, is more than most words leave.
        let leads = by.leads(by.team.id) || by.stands_in.iter().any(|one| one.leads.is_some());
        if !leads {
            sets.readable = Some(self.readable_to(by, &mut among).await?);
        }
        for wanted in &search.words {
            let (words, too_many) = self.words_for(wanted).await?;
            if too_many {
                hits.too_short = Some(wanted.word.clone());
            }
            sets.words.push(self.having(&words, &mut among).await?);
        }
        for one_of in &search.traits {
            let words: Vec<String> = one_of.iter().map(Trait::word).collect();
            sets.traits.push(self.having(&words, &mut among).await?);
        }
        if let Some(days) = search.days {
            sets.traits.push(self.having_day(days, &mut among).await?);
        }
        if leads && by.role != Role::Admin {
            sets.readable = Some(self.readable_to(by, &mut among).await?);
        }
        let mut found = sets.all_hold(&among.unwrap_or_default());
        hits.refusals = found.len();
        hits.page = best(&mut found, skipped, most);
        Ok(hits)
    }

    /// What may be read by somebody, and what of it.
    async fn readable_to(&mut self, by: &Person, among: &mut Among) -> sqlx::Result<BTreeMap<i64, Readable>> {
        let mut whole: Vec<Trait> = vec![Trait::By(by.id)];
        let teams = by.stands_in.iter().filter_map(|one| one.leads).chain([by.team.id]);
        whole.extend(teams.filter(|team: &TeamId| by.leads(*team)).map(Trait::Team));
        let mut but_debrief = vec![Trait::Owner(by.id), Trait::Delegate(by.id)];
        but_debrief.extend(by.stands_in.iter().map(|one| Trait::Owner(one.person)));
        let words = |traits: &[Trait]| traits.iter().map(Trait::word).collect::<Vec<_>>();
        // Each may hold where the other does not: neither narrows the other down.
        let whole = self.having(&words(&whole), &mut among.clone()).await?;
        let but_debrief = self.having(&words(&but_debrief), &mut among.clone()).await?;
        let mut readable = BTreeMap::new();
        for block in whole.keys().chain(but_debrief.keys()) {
            let debrief = whole.get(block).map_or(NONE, |having| having.any(u8::MAX));
            let mut any = but_debrief.get(block).map_or(NONE, |having| having.any(u8::MAX));
            any.iter_mut().zip(debrief).for_each(|(any, debrief)| *any |= debrief);
            readable.insert(*block, Readable { any, debrief });
        }
        *among = Some(readable.keys().copied().collect());
        Ok(readable)
    }

    /// The words that are meant by one, and whether there were too many.
    async fn words_for(&mut self, wanted: &Wanted) -> sqlx::Result<(Vec<String>, bool)> {
        let sql = "SELECT word FROM search_words WHERE organisation_id = $1 AND stem = $2 ORDER BY word LIMIT $3";
        let stem = stem_of(&wanted.word);
        let mut words: Vec<String> =
            run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(stem.as_str()).bind(ALIKE))?;
        let mut too_many = false;
        if wanted.begins && wanted.word.chars().nth(BEGINNING - 1).is_some() {
            let sql = "SELECT word FROM search_words WHERE organisation_id = $1 AND word >= $2 AND word < $3
                       ORDER BY word LIMIT $4";
            let after = format!("{}{}", wanted.word, char::MAX);
            let begun: Vec<String> = run!(
                self,
                fetch_all,
                sqlx::query_scalar(sql).bind(self.organisation).bind(&wanted.word).bind(after.as_str()).bind(ALIKE + 1)
            )?;
            too_many = begun.len() > usize::try_from(ALIKE).unwrap_or_default();
            words.extend(begun.into_iter().take(usize::try_from(ALIKE).unwrap_or_default()));
        }
        words.push(wanted.word.clone());
        words.sort_unstable();
        words.dedup();
        Ok((words, too_many))
    }

    /// Which numbers have one of these words, and in which fields, in the blocks that are still in question; those without
    /// are so no longer.
    async fn having(&mut self, words: &[String], among: &mut Among) -> sqlx::Result<Blocks> {
        let last = 2 + words.len();
        let within = match among {
            None => String::new(),
            Some(blocks) if blocks.is_empty() => return Ok(Blocks::new()),
            Some(blocks) if blocks.len() <= APART => format!("AND block IN ({})", placeholders(last, blocks.len())),
            Some(_) => format!("AND block BETWEEN ${last} AND ${}", last + 1),
        };
        let sql = format!(
            "SELECT block, numbers FROM search_blocks WHERE organisation_id = $1 AND word IN ({}) {within}",
            placeholders(2, words.len())
        );
        let rows: Vec<(i64, Vec<u8>)> = run!(self, fetch_all, {
            let query = sqlx::query_as(AssertSqlSafe(sql.as_str())).persistent(false).bind(self.organisation);
            let query = words.iter().fold(query, sqlx::query::QueryAs::bind);
            bounds(among).into_iter().fold(query, sqlx::query::QueryAs::bind)
        })?;
        Ok(together(rows, among))
    }

    /// The same, of these days.
    async fn having_day(&mut self, days: Days, among: &mut Among) -> sqlx::Result<Blocks> {
        let sql = "SELECT block, numbers FROM search_blocks
                   WHERE organisation_id = $1 AND word BETWEEN $2 AND $3 AND block BETWEEN $4 AND $5";
        let (from, to) = (Trait::Day(days.from).word(), Trait::Day(days.to).word());
        let (first, last) = match among {
            None => (i64::MIN, i64::MAX),
            Some(blocks) => match (blocks.first(), blocks.last()) {
                (Some(first), Some(last)) => (*first, *last),
                _ => return Ok(Blocks::new()),
            },
        };
        let rows: Vec<(i64, Vec<u8>)> = run!(
            self,
            fetch_all,
            sqlx::query_as(sql).bind(self.organisation).bind(from.as_str()).bind(to.as_str()).bind(first).bind(last)
        )?;
        Ok(together(rows, among))
    }

    /// Those of whom a name or its beginning is said, who left too: who may have logged something. Compared folded.
    pub async fn loggers_named(&mut self, name: &str) -> sqlx::Result<Vec<PersonId>> {
        let sql = "SELECT id, name FROM people WHERE organisation_id = $1 AND role <> 'observer' ORDER BY id";
        let all: Vec<(PersonId, String)> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation))?;
        let (said, begins) = (fold(name), fold(name) + " ");
        let folded: Vec<(PersonId, String)> = all.into_iter().map(|(id, name)| (id, fold(&name))).collect();
        let exact = folded.iter().any(|(_, name)| *name == said);
        let meant = |name: &str| if exact { name == said } else { name.starts_with(&begins) };
        Ok(folded.into_iter().filter(|(_, name)| meant(name)).map(|(id, _)| id).collect())
    }
}

/// The blocks to bind: each of a few, else the first and the last.
fn bounds(among: &Among) -> Vec<i64> {
    match among.as_deref() {
        None => Vec::new(),
        Some(blocks) if blocks.len() <= APART => blocks.to_vec(),
        Some(blocks) => blocks.first().into_iter().chain(blocks.last()).copied().collect(),
    }
}

/// Rows of several words as one set, and the blocks that leaves in question.
fn together(rows: Vec<(i64, Vec<u8>)>, among: &mut Among) -> Blocks {
    let mut blocks = Blocks::new();
    for (block, numbers) in rows {
        if among.as_ref().is_none_or(|among| among.binary_search(&block).is_ok()) {
            blocks.entry(block).or_default().unpack(&numbers);
        }
    }
    *among = Some(blocks.keys().copied().collect());
    blocks
}

impl Sets {
    /// The numbers of some blocks for which all sets hold, with what speaks for each.
    fn all_hold(&self, among: &[i64]) -> Vec<Rank> {
        let points: Vec<u16> = (0..=u8::MAX).map(found_in).collect();
        let mut found = Vec::new();
        for block in among {
            let Some((left, words)) = self.hold_in(*block) else { continue };
            for at in places(&left.any) {
                let readable = if has(&left.debrief, at) { u8::MAX } else { !Field::Debrief.bit() };
                let said = words.iter().map(|word| points[usize::from(word.fields(at) & readable)]);
                found.push((Reverse(said.sum()), Reverse(number_at(*block, at))));
            }
        }
        found
    }

    /// The same of one block, with what it has of each word; `None` if some set has nothing of it.
    fn hold_in(&self, block: i64) -> Option<(Readable, Vec<&Block>)> {
        let mut left = match &self.readable {
            None => Readable { any: [u64::MAX; NONE.len()], debrief: [u64::MAX; NONE.len()] },
            Some(readable) => *readable.get(&block)?,
        };
        for having in &self.traits {
            let having = having.get(&block)?.any(u8::MAX);
            left.any.iter_mut().zip(having).for_each(|(left, having)| *left &= having);
        }
        let words: Vec<&Block> = self.words.iter().map(|word| word.get(&block)).collect::<Option<_>>()?;
        for word in &words {
            let (said, debriefed) = (word.any(!Field::Debrief.bit()), word.any(Field::Debrief.bit()));
            for (at, left_here) in left.any.iter_mut().enumerate() {
                *left_here &= said[at] | (debriefed[at] & left.debrief[at]);
            }
        }
        Some((left, words))
    }
}

/// One page of them, the best first. Only as many as are shown are put in order.
fn best(found: &mut [Rank], skipped: usize, most: usize) -> Vec<RefusalNumber> {
    let end = found.len().min(skipped.saturating_add(most));
    if skipped >= end {
        return Vec::new();
    }
    if end < found.len() {
        found.select_nth_unstable(end);
    }
    found[..end].sort_unstable();
    found[skipped..end].iter().map(|(_, Reverse(number))| *number).collect()
}
