//! What revived one client, for the next.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::refusals::unreadable;
use super::tx::{Tx, change, instant, run};
use crate::domain::{Lever, PersonId, Play, ReasonId, Refusal, RefusalNumber};

/// Which plays somebody looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaysFor {
    /// All.
    Anything,
    /// Those of a reason; those of a broad one have every finer one too.
    Reason(ReasonId),
    /// Those that sold a product.
    Product(i64),
}

#[derive(FromRow)]
struct Row {
    id: i64,
    reason: String,
    lever: String,
    how: String,
    uses: i64,
    successes: i64,
}

impl Row {
    fn play(self) -> sqlx::Result<Play> {
        Ok(Play {
            id: self.id,
            reason: self.reason.parse().map_err(unreadable)?,
            lever: self.lever.parse().map_err(unreadable)?,
            how: self.how,
            uses: self.uses,
            successes: self.successes,
        })
    }
}

macro_rules! plays_where {
    ($condition:literal) => {
        concat!("SELECT id, reason, lever, how, uses, successes FROM plays WHERE organisation_id = $1 AND ", $condition)
    };
}

impl Tx {
    /// Makes a play of how a refusal was won back; the first time counts.
    pub async fn make_play(
        &mut self,
        won: &Refusal,
        (lever, how): (Lever, &str),
        by: PersonId,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let sql = "INSERT INTO plays
                       (organisation_id, refusal, team_id, reason, broad, products, lever, how, made_by, made_at)
                   SELECT organisation_id, number, team_id, $3, $4, products, $5, $6, $7, $8 FROM refusals
                   WHERE organisation_id = $1 AND number = $2
                   ON CONFLICT (organisation_id, refusal) DO NOTHING";
        let reason = won.head_reason.as_ref().unwrap_or(&won.details.reason);
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(won.number)
                .bind(reason.as_str())
                .bind(reason.level1())
                .bind(lever.as_str())
                .bind(how)
                .bind(by)
                .bind(instant(now))
        )?;
        Ok(())
    }

    /// A play.
    pub async fn play(&mut self, id: i64) -> sqlx::Result<Option<Play>> {
        let sql = plays_where!("id = $2");
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(id))?;
        row.map(Row::play).transpose()
    }

    /// Plays, those that worked most often first, then the newest, at most `most`.
    pub async fn plays(&mut self, about: &PlaysFor, most: i64) -> sqlx::Result<Vec<Play>> {
        let all = plays_where!("$2 = $2 ORDER BY successes DESC, made_at DESC, id DESC LIMIT $3");
        let precise = plays_where!("reason = $2 ORDER BY successes DESC, made_at DESC, id DESC LIMIT $3");
        let broad = plays_where!("broad = $2 ORDER BY successes DESC, made_at DESC, id DESC LIMIT $3");
        let sold =
            plays_where!("products LIKE '%,' || $2 || ',%' ORDER BY successes DESC, made_at DESC, id DESC LIMIT $3");
        let (sql, what) = match about {
            PlaysFor::Anything => (all, String::new()),
            PlaysFor::Reason(reason) if reason.level2().is_some() => (precise, reason.as_str().to_owned()),
            PlaysFor::Reason(reason) => (broad, reason.as_str().to_owned()),
            PlaysFor::Product(id) => (sold, id.to_string()),
        };
        let rows: Vec<Row> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(what.as_str()).bind(most))?;
        rows.into_iter().map(Row::play).collect()
    }

    /// A decision tries a play once more.
    pub async fn use_play(&mut self, play: i64, decision: i64) -> sqlx::Result<()> {
        let tried = "UPDATE decisions SET play_id = $3 WHERE organisation_id = $1 AND id = $2";
        let counted = "UPDATE plays SET uses = uses + 1 WHERE organisation_id = $1 AND id = $2";
        change!(self, sqlx::query(tried).bind(self.organisation).bind(decision).bind(play))?;
        change!(self, sqlx::query(counted).bind(self.organisation).bind(play))?;
        Ok(())
    }

    /// The play a decision tried worked.
    pub async fn play_worked(&mut self, decision: i64) -> sqlx::Result<bool> {
        let sql = "UPDATE plays SET successes = successes + 1
                   WHERE organisation_id = $1
                     AND id = (SELECT play_id FROM decisions WHERE organisation_id = $1 AND id = $2)";
        Ok(change!(self, sqlx::query(sql).bind(self.organisation).bind(decision))? > 0)
    }

    /// What won a refusal back: the play it became, or the one that was tried.
    pub async fn play_of(&mut self, refusal: RefusalNumber) -> sqlx::Result<Option<Play>> {
        let sql = plays_where!(
            "(refusal = $2 OR id = (SELECT MAX(play_id) FROM decisions WHERE organisation_id = $1 AND refusal = $2))
             ORDER BY id DESC LIMIT 1"
        );
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(refusal))?;
        row.map(Row::play).transpose()
    }
}
