//! Refusals found by their words.
//!
//! A question is sets of numbers that must all hold: who may read it, each filter, each word. Every set is read in blocks
//! of 1024 numbers ([`super::blocks`]), so the answer is exact and counted whole, and costs at most a row for each
//! thousand refusals and each set, whoever asks and however often a word is used.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::blocks::{Blocks, NUMBERS, number_at, unpack};
use super::indexed::{Trait, placeholders};
use super::tx::{Tx, run};
use crate::domain::{Days, Field, Person, PersonId, RefusalNumber, Role, TeamId, Wanted, fold, found_in, stem_of};

/// How many words a word that is looked for may stand for: those of its stem, and as many that begin so, the first ones
/// of the alphabet.
const ALIKE: i64 = 64;
/// The fewest characters by which the beginning of a word is meant.
const BEGINNING: usize = 2;

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

/// Which numbers are still in question, and what speaks for each.
struct Kept {
    /// Which of its fields may be read, by number; 0 for those that are out.
    readable: [u8; NUMBERS],
    /// What its words count for ([`found_in`]).
    counted: [u16; NUMBERS],
}

/// What speaks for a number, the best first.
type Rank = (Reverse<u16>, Reverse<RefusalNumber>);

/// The same by block; `None` while every number is in question.
type Question = Option<BTreeMap<i64, Box<Kept>>>;

impl Tx {
    /// What somebody finds who looks for this, from the best but `skipped` on, at most `most`. They find what is open to
    /// them ([`Refusal::is_open_to`](crate::domain::Refusal::is_open_to)), but an observer finds nothing; a debrief only
    /// where they may read it.
    pub async fn search(&mut self, by: &Person, search: &Search, skipped: usize, most: usize) -> sqlx::Result<Hits> {
        let mut hits = Hits::default();
        if by.role == Role::Observer {
            return Ok(hits);
        }
        let mut question = self.readable_to(by).await?;
        for one_of in &search.traits {
            let words: Vec<String> = one_of.iter().map(Trait::word).collect();
            let having = self.having(&words, &question).await?;
            narrow(&mut question, &having, Kind::Trait);
        }
        if let Some(days) = search.days {
            let having = self.having_day(days, &question).await?;
            narrow(&mut question, &having, Kind::Trait);
        }
        for wanted in &search.words {
            let (words, too_many) = self.words_for(wanted).await?;
            if too_many {
                hits.too_short = Some(wanted.word.clone());
            }
            let having = self.having(&words, &question).await?;
            narrow(&mut question, &having, Kind::Word);
        }
        let mut found = numbers(&question.unwrap_or_default());
        hits.refusals = found.len();
        hits.page = best(&mut found, skipped, most);
        Ok(hits)
    }

    /// What may be read by somebody, and what of it.
    async fn readable_to(&mut self, by: &Person) -> sqlx::Result<Question> {
        if by.role == Role::Admin {
            return Ok(None);
        }
        let mut whole: Vec<Trait> = vec![Trait::By(by.id)];
        let teams = by.stands_in.iter().filter_map(|one| one.leads).chain([by.team.id]);
        whole.extend(teams.filter(|team: &TeamId| by.leads(*team)).map(Trait::Team));
        let mut but_debrief = vec![Trait::Owner(by.id), Trait::Delegate(by.id)];
        but_debrief.extend(by.stands_in.iter().map(|one| Trait::Owner(one.person)));
        let mut question: BTreeMap<i64, Box<Kept>> = BTreeMap::new();
        for (traits, mask) in [(whole, u8::MAX), (but_debrief, !Field::Debrief.bit())] {
            let words: Vec<String> = traits.iter().map(Trait::word).collect();
            for (block, having) in self.having(&words, &None).await? {
                let kept = question.entry(block).or_insert_with(Kept::none);
                for (readable, has) in kept.readable.iter_mut().zip(having.iter()) {
                    *readable |= if *has == 0 { 0 } else { mask };
                }
            }
        }
        Ok(Some(question))
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

    /// Which numbers that are still in question have one of these words, and in which fields.
    async fn having(&mut self, words: &[String], question: &Question) -> sqlx::Result<Blocks> {
        let Some((first, last)) = reach(question) else { return Ok(Blocks::new()) };
        let sql = format!(
            "SELECT block, numbers FROM search_blocks
             WHERE organisation_id = $1 AND word IN ({}) AND block BETWEEN $2 AND $3",
            placeholders(4, words.len())
        );
        let rows: Vec<(i64, Vec<u8>)> = run!(self, fetch_all, {
            let query = sqlx::query_as(AssertSqlSafe(sql.as_str())).persistent(false);
            words.iter().fold(query.bind(self.organisation).bind(first).bind(last), |query, word| query.bind(word))
        })?;
        Ok(together(rows))
    }

    /// Which numbers that are still in question are of these days.
    async fn having_day(&mut self, days: Days, question: &Question) -> sqlx::Result<Blocks> {
        let Some((first, last)) = reach(question) else { return Ok(Blocks::new()) };
        let sql = "SELECT block, numbers FROM search_blocks
                   WHERE organisation_id = $1 AND word BETWEEN $4 AND $5 AND block BETWEEN $2 AND $3";
        let (from, to) = (Trait::Day(days.from).word(), Trait::Day(days.to).word());
        let rows: Vec<(i64, Vec<u8>)> = run!(
            self,
            fetch_all,
            sqlx::query_as(sql).bind(self.organisation).bind(first).bind(last).bind(from.as_str()).bind(to.as_str())
        )?;
        Ok(together(rows))
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

impl Kept {
    fn none() -> Box<Self> {
        Box::new(Self { readable: [0; NUMBERS], counted: [0; NUMBERS] })
    }

    fn all() -> Box<Self> {
        Box::new(Self { readable: [u8::MAX; NUMBERS], counted: [0; NUMBERS] })
    }
}

/// The first and the last block that is still in question; `None` if nothing is.
fn reach(question: &Question) -> Option<(i64, i64)> {
    match question {
        None => Some((i64::MIN, i64::MAX)),
        Some(blocks) => Some((*blocks.first_key_value()?.0, *blocks.last_key_value()?.0)),
    }
}

fn together(rows: Vec<(i64, Vec<u8>)>) -> Blocks {
    let mut blocks = Blocks::new();
    for (block, numbers) in rows {
        unpack(&numbers, blocks.entry(block).or_insert_with(|| Box::new([0; NUMBERS])));
    }
    blocks
}

/// What a set of numbers is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Those with a trait, which everybody may read who may read the refusal.
    Trait,
    /// Those with a word, which counts where it may be read.
    Word,
}

/// Leaves in question what is in `having` too.
fn narrow(question: &mut Question, having: &Blocks, kind: Kind) {
    let mut was = question.take();
    let counts: Vec<u16> = (0..=u8::MAX).map(found_in).collect();
    let mut left = BTreeMap::new();
    for (block, fields) in having {
        let kept = match &mut was {
            None => Some(Kept::all()),
            Some(blocks) => blocks.remove(block),
        };
        let Some(mut kept) = kept else { continue };
        let mut any = false;
        let Kept { readable, counted } = &mut *kept;
        for ((readable, counted), fields) in readable.iter_mut().zip(counted).zip(fields.iter()) {
            let found = match kind {
                Kind::Trait if *fields != 0 => *readable,
                Kind::Trait => 0,
                Kind::Word => *readable & fields,
            };
            match kind {
                _ if found == 0 => *readable = 0,
                Kind::Trait => {}
                Kind::Word => *counted += counts[usize::from(found)],
            }
            any |= found != 0;
        }
        if any {
            left.insert(*block, kept);
        }
    }
    *question = Some(left);
}

/// The numbers that are left, with what speaks for each.
fn numbers(blocks: &BTreeMap<i64, Box<Kept>>) -> Vec<Rank> {
    let mut found = Vec::new();
    for (block, kept) in blocks {
        for (at, (readable, counted)) in kept.readable.iter().zip(kept.counted).enumerate() {
            if *readable != 0 {
                found.push((Reverse(counted), Reverse(number_at(*block, at))));
            }
        }
    }
    found
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
