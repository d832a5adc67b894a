//! Earlier refusals: alike, or of the same account.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, FromRow};

use super::refusals::{joined_products, unreadable};
use super::tx::{Tx, change, instant, run};
use crate::domain::{Person, PersonId, ReasonId, Refusal, RefusalNumber, Stage, TeamId, account_key, fold};

/// An earlier refusal, as far as it is compared and shown.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// Its number.
    pub number: RefusalNumber,
    /// The client's company.
    pub account: String,
    /// Why, in our words.
    pub reason: ReasonId,
    /// What was offered.
    pub products: Vec<i64>,
    /// Which part of the market.
    pub segment: Option<String>,
    /// The beginning of the client's own words.
    pub verbatim: Option<String>,
    /// When it was logged.
    pub logged_at: DateTime<Utc>,
    /// Where it is in its life.
    pub stage: Stage,
    team: TeamId,
    owner: PersonId,
    logged_by: PersonId,
    delegate: Option<PersonId>,
}

impl Earlier {
    /// Whether a person may read all of it: as [`Refusal::is_open_to`].
    pub fn is_open_to(&self, person: &Person) -> bool {
        let concerns = self.logged_by == person.id || self.delegate == Some(person.id);
        concerns || person.acts_for(self.owner) || person.leads(self.team)
    }
}

#[derive(FromRow)]
struct Row {
    number: RefusalNumber,
    team_id: TeamId,
    account: String,
    owner_id: PersonId,
    logged_by: PersonId,
    delegate_id: Option<PersonId>,
    reason: String,
    products: String,
    segment: Option<String>,
    verbatim: Option<String>,
    logged_at: DateTime<Utc>,
    stage: String,
}

impl Row {
    fn earlier(self) -> sqlx::Result<Earlier> {
        Ok(Earlier {
            number: self.number,
            account: self.account,
            reason: self.reason.parse().map_err(unreadable)?,
            products: joined_products(&self.products)?,
            segment: self.segment,
            verbatim: self.verbatim,
            logged_at: self.logged_at,
            stage: self.stage.parse().map_err(unreadable)?,
            team: self.team_id,
            owner: self.owner_id,
            logged_by: self.logged_by,
            delegate: self.delegate_id,
        })
    }
}

// The beginning of a verbatim says what it is about: the longest have forty thousand characters.
macro_rules! earlier_where {
    ($($condition:literal),+) => {
        concat!(
            "SELECT number, team_id, account, owner_id, logged_by, delegate_id, reason, products, segment,
                    SUBSTR(verbatim, 1, 1000) AS verbatim, logged_at, stage
             FROM refusals r WHERE organisation_id = $1 AND withdrawn_at IS NULL AND logged_at <= $3 AND number < $4 AND ",
            $($condition,)+
            " ORDER BY logged_at DESC, number DESC LIMIT $5"
        )
    };
}

/// Those that may be shown as examples: not of an account or a contact that asked not to be contacted.
macro_rules! examples_where {
    ($condition:literal) => {
        earlier_where!(
            $condition,
            " AND outcome <> 'invalid' AND NOT EXISTS (SELECT 1 FROM do_not_contact d
                 WHERE d.organisation_id = r.organisation_id AND d.account_key = r.account_key
                   AND d.contact_key IN ('', r.contact_key))"
        )
    };
}

/// How many refusals of a reason are wanted.
#[derive(Clone, Copy, Debug)]
pub struct MostOfReasons {
    /// That were won back, of each reason.
    pub won: i64,
    /// The latest, whatever became of them.
    pub latest: i64,
}

/// A part of a longer question, which says which part its rows are of.
fn part(place: usize, sql: &str) -> String {
    format!("SELECT {place} AS part, found.* FROM ({sql}) AS found")
}

impl Tx {
    /// The refusals before one that were refused for its reason, or for one beside it, without clients that asked not to be
    /// contacted: first those of its reason that were won back, then the latest of its reason, then those of each reason
    /// beside it that were won back.
    pub async fn earlier_of_reasons(
        &mut self,
        beside: &[ReasonId],
        before: &Refusal,
        most: MostOfReasons,
    ) -> sqlx::Result<Vec<Earlier>> {
        // One question in place of one for each reason: whoever logs waits for the answer.
        let (won, latest) = (examples_where!("reason = $2 AND stage = 'won_back'"), examples_where!("reason = $2"));
        let mut parts = vec![part(0, won), part(1, &latest.replace("$5", "$6"))];
        let others = (7..).zip(beside).map(|(bind, _)| won.replace("$2", &format!("${bind}")));
        parts.extend((2..).zip(others).map(|(place, sql)| part(place, &sql)));
        let sql = parts.join(" UNION ALL ") + " ORDER BY part, logged_at DESC, number DESC";
        let rows: Vec<Row> = run!(self, fetch_all, {
            let query = sqlx::query_as(AssertSqlSafe(sql.as_str()))
                .bind(self.organisation)
                .bind(before.details.reason.as_str())
                .bind(instant(before.logged_at))
                .bind(before.number)
                .bind(most.won)
                .bind(most.latest);
            beside.iter().fold(query, |query, reason| query.bind(reason.as_str()))
        })?;
        rows.into_iter().map(Row::earlier).collect()
    }

    /// The latest refusals of the segment of one before it, whatever the reason; none if it is of none. Without clients
    /// that asked not to be contacted.
    pub async fn earlier_of_segment(&mut self, before: &Refusal, most: i64) -> sqlx::Result<Vec<Earlier>> {
        let key = before.details.segment.as_deref().map(fold).unwrap_or_default();
        if key.is_empty() {
            return Ok(Vec::new());
        }
        self.earlier(examples_where!("segment_key = $2"), &key, before, most).await
    }

    /// Folds a segment that an earlier version stored as it was written, in at most so many refusals; whether there was
    /// one.
    pub(super) async fn fold_a_segment(&mut self, most: i64) -> sqlx::Result<bool> {
        // In order, by an index that is empty as a rule: PostgreSQL would read the whole table otherwise.
        let sql = "SELECT segment FROM refusals
                   WHERE organisation_id = $1 AND segment IS NOT NULL AND segment_key IS NULL
                   ORDER BY segment LIMIT 1";
        let written: Option<String> = run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation))?;
        let Some(written) = written else { return Ok(false) };
        let sql = "UPDATE refusals SET segment_key = $3 WHERE organisation_id = $1 AND number IN
                       (SELECT number FROM refusals
                        WHERE organisation_id = $1 AND segment = $2 AND segment_key IS NULL LIMIT $4)";
        // Before anything is counted: `Db::open` folds first.
        let (organisation, key) = (self.organisation, fold(&written));
        change!(self, sqlx::query(sql).bind(organisation).bind(written.as_str()).bind(key.as_str()).bind(most))?;
        Ok(true)
    }

    /// The latest refusals of the same account before one, at most `most`.
    pub async fn earlier_of_account(&mut self, before: &Refusal, most: i64) -> sqlx::Result<Vec<Earlier>> {
        let sql = earlier_where!("account_key = $2");
        self.earlier(sql, &account_key(&before.details.account), before, most).await
    }

    async fn earlier(
        &mut self,
        sql: &'static str,
        what: &str,
        before: &Refusal,
        most: i64,
    ) -> sqlx::Result<Vec<Earlier>> {
        let rows: Vec<Row> = run!(
            self,
            fetch_all,
            sqlx::query_as(sql)
                .bind(self.organisation)
                .bind(what)
                .bind(instant(before.logged_at))
                .bind(before.number)
                .bind(most)
        )?;
        rows.into_iter().map(Row::earlier).collect()
    }
}
