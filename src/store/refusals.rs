//! Refusals, and who changed what in them.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::kept::{Found, Kept};
use super::traits::Trait;
use super::tx::{Tx, change, instant, run};
use crate::domain::{
    Change, Details, Money, PersonId, Refusal, RefusalNumber, Source, Stage, TeamId, account_key, fold,
};

#[derive(FromRow)]
pub(super) struct Row {
    number: RefusalNumber,
    team_id: TeamId,
    account: String,
    contact: Option<String>,
    contact_role: Option<String>,
    outcome: String,
    reason: String,
    products: String,
    budget_minor: Option<i64>,
    budget_currency: Option<String>,
    competitor: Option<String>,
    verbatim: Option<String>,
    segment: Option<String>,
    source: Option<String>,
    contract_until: Option<NaiveDate>,
    happened_on: NaiveDate,
    owner_id: PersonId,
    logged_by: PersonId,
    logged_at: DateTime<Utc>,
    stage: String,
    head_reason: Option<String>,
    client_reason: Option<String>,
    again_of: Option<RefusalNumber>,
    seen_by: Option<PersonId>,
    seen_at: Option<DateTime<Utc>>,
    withdrawn_at: Option<DateTime<Utc>>,
    delegate_id: Option<PersonId>,
}

macro_rules! refusals_where {
    ($condition:literal) => {
        concat!(
            "SELECT number, team_id, logged_at, account, contact, contact_role, outcome, reason, products, budget_minor,
                    budget_currency, competitor, verbatim, segment, source, contract_until, happened_on, owner_id,
                    logged_by, stage, head_reason, client_reason, again_of, seen_by, seen_at, withdrawn_at, delegate_id
             FROM refusals WHERE organisation_id = $1 AND ",
            $condition
        )
    };
}

pub(super) use refusals_where;

pub(super) fn unreadable(error: impl std::fmt::Debug) -> sqlx::Error {
    sqlx::Error::Decode(format!("{error:?}").into())
}

/// A refusal that was changed beside others, and when it was undone.
pub(super) type Moved = (RefusalNumber, Option<DateTime<Utc>>);

/// Those of them that are found: not what was undone.
pub(super) fn found(moved: Vec<Moved>) -> Vec<RefusalNumber> {
    moved.into_iter().filter(|(_, undone)| undone.is_none()).map(|(number, _)| number).collect()
}

/// Ids between commas, so that `LIKE '%,3,%'` finds one.
fn joined(products: &[i64]) -> String {
    if products.is_empty() {
        return String::new();
    }
    let mut text = String::from(",");
    for id in products {
        text += &id.to_string();
        text.push(',');
    }
    text
}

/// The ids between commas.
pub(super) fn joined_products(joined: &str) -> sqlx::Result<Vec<i64>> {
    joined.split(',').filter(|id| !id.is_empty()).map(|id| id.parse().map_err(unreadable)).collect()
}

impl Row {
    pub(super) fn refusal(self) -> sqlx::Result<Refusal> {
        let budget = match (self.budget_minor, self.budget_currency) {
            (Some(minor), Some(code)) => Some(Money { minor, currency: code.parse().map_err(unreadable)? }),
            _ => None,
        };
        Ok(Refusal {
            number: self.number,
            team: self.team_id,
            details: Details {
                account: self.account,
                contact: self.contact,
                contact_role: self.contact_role,
                outcome: self.outcome.parse().map_err(unreadable)?,
                reason: self.reason.parse().map_err(unreadable)?,
                products: joined_products(&self.products)?,
                budget,
                competitor: self.competitor,
                verbatim: self.verbatim,
                segment: self.segment,
                source: self.source.map(|source| source.parse().map_err(unreadable)).transpose()?,
                contract_until: self.contract_until,
                happened_on: self.happened_on,
            },
            owner: self.owner_id,
            logged_by: self.logged_by,
            logged_at: self.logged_at,
            stage: self.stage.parse().map_err(unreadable)?,
            head_reason: self.head_reason.map(|reason| reason.parse().map_err(unreadable)).transpose()?,
            client_reason: self.client_reason.map(|reason| reason.parse().map_err(unreadable)).transpose()?,
            again_of: self.again_of,
            seen: self.seen_by.zip(self.seen_at),
            withdrawn_at: self.withdrawn_at,
            delegate: self.delegate_id,
        })
    }
}

impl Tx {
    /// Takes the next number people can say.
    pub async fn next_refusal_number(&mut self) -> sqlx::Result<RefusalNumber> {
        let sql = "UPDATE organisations SET next_refusal = next_refusal + 1 WHERE id = $1 RETURNING next_refusal - 1";
        run!(self, fetch_one, sqlx::query_scalar(sql).bind(self.organisation))
    }

    /// Stores a new refusal under a number that none has.
    pub async fn add_refusal(&mut self, refusal: &Refusal) -> sqlx::Result<()> {
        self.put_refusal(refusal, Found::default()).await
    }

    /// Stores a refusal under its number, new or changed.
    pub async fn save_refusal(&mut self, refusal: &Refusal) -> sqlx::Result<()> {
        let was = self.found(refusal.number).await?;
        self.put_refusal(refusal, was).await
    }

    async fn put_refusal(&mut self, refusal: &Refusal, was: Found) -> sqlx::Result<()> {
        let sql = "INSERT INTO refusals (organisation_id, number, team_id, account, account_key, contact, contact_role,
                       outcome, reason, reason_source, products, budget_minor, budget_currency, competitor,
                       competitor_key, verbatim, segment, contract_until, happened_on, owner_id, logged_by, logged_at,
                       stage, seen_by, seen_at, withdrawn_at, head_reason, again_of, contact_key,
                       segment_key, source)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'rep', $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
                       $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)
                   ON CONFLICT (organisation_id, number) DO UPDATE SET
                       account = excluded.account, account_key = excluded.account_key, contact = excluded.contact,
                       contact_role = excluded.contact_role, outcome = excluded.outcome, reason = excluded.reason,
                       products = excluded.products, budget_minor = excluded.budget_minor,
                       budget_currency = excluded.budget_currency, competitor = excluded.competitor,
                       competitor_key = excluded.competitor_key, verbatim = excluded.verbatim,
                       segment = excluded.segment, contract_until = excluded.contract_until,
                       happened_on = excluded.happened_on, owner_id = excluded.owner_id, stage = excluded.stage,
                       seen_by = excluded.seen_by, seen_at = excluded.seen_at, withdrawn_at = excluded.withdrawn_at,
                       head_reason = excluded.head_reason, contact_key = excluded.contact_key,
                       segment_key = excluded.segment_key, source = excluded.source
                   RETURNING number, team_id, account, contact, contact_role, outcome, reason, head_reason, client_reason,
                       products, budget_minor, budget_currency, competitor, competitor_key, verbatim, segment, segment_key,
                       source, happened_on, owner_id, logged_by, stage, withdrawn_at, delegate_id";
        let details = &refusal.details;
        let (account, contact) = details.client();
        let is: Kept = run!(
            self,
            fetch_one,
            sqlx::query_as(sql)
                .bind(self.organisation)
                .bind(refusal.number)
                .bind(refusal.team)
                .bind(&details.account)
                .bind(account)
                .bind(&details.contact)
                .bind(&details.contact_role)
                .bind(details.outcome.as_str())
                .bind(details.reason.as_str())
                .bind(joined(&details.products))
                .bind(details.budget.map(|money| money.minor))
                .bind(details.budget.map(|money| money.currency.to_string()))
                .bind(&details.competitor)
                .bind(details.competitor.as_deref().map(fold))
                .bind(&details.verbatim)
                .bind(&details.segment)
                .bind(details.contract_until)
                .bind(details.happened_on)
                .bind(refusal.owner)
                .bind(refusal.logged_by)
                .bind(instant(refusal.logged_at))
                .bind(refusal.stage.as_str())
                .bind(refusal.seen.map(|(by, _)| by))
                .bind(refusal.seen.map(|(_, at)| instant(at)))
                .bind(refusal.withdrawn_at.map(instant))
                .bind(refusal.head_reason.as_ref().map(|reason| reason.as_str().to_owned()))
                .bind(refusal.again_of)
                .bind(contact)
                .bind(details.segment.as_deref().map(fold))
                .bind(details.source.map(Source::as_str))
        )?;
        let is = Found { row: Some(is), said: was.said.clone() };
        self.follows(refusal.number, &was, &is).await
    }

    /// A refusal by its number, withdrawn ones too.
    pub async fn refusal(&mut self, number: RefusalNumber) -> sqlx::Result<Option<Refusal>> {
        let sql = refusals_where!("number = $2");
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(number))?;
        row.map(Row::refusal).transpose()
    }

    /// The latest refusal of an account since `since`, if there is one.
    pub async fn latest_refusal_of(&mut self, account: &str, since: DateTime<Utc>) -> sqlx::Result<Option<Refusal>> {
        let sql = refusals_where!(
            "account_key = $2 AND logged_at >= $3 AND withdrawn_at IS NULL ORDER BY logged_at DESC LIMIT 1"
        );
        let row: Option<Row> = run!(
            self,
            fetch_optional,
            sqlx::query_as(sql).bind(self.organisation).bind(account_key(account)).bind(instant(since))
        )?;
        row.map(Row::refusal).transpose()
    }

    /// The refusals of an account whose life is not at an end, oldest first, withdrawn ones left out.
    pub async fn open_refusals_of(&mut self, account: &str) -> sqlx::Result<Vec<Refusal>> {
        let sql = refusals_where!(
            "account_key = $2 AND withdrawn_at IS NULL AND stage NOT IN ('won_back', 'refused_again', 'closed')
             ORDER BY number + 0"
        );
        let rows: Vec<Row> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(account_key(account)))?;
        rows.into_iter().map(Row::refusal).collect()
    }

    /// The latest `most` refusals a person logged.
    pub async fn refusals_by(&mut self, person: PersonId, most: i64) -> sqlx::Result<Vec<Refusal>> {
        let sql =
            refusals_where!("logged_by = $2 AND withdrawn_at IS NULL ORDER BY logged_at DESC, number DESC LIMIT $3");
        let rows: Vec<Row> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(person).bind(most))?;
        rows.into_iter().map(Row::refusal).collect()
    }

    /// Says which notice brings a refusal to the head.
    pub async fn tell_in(&mut self, number: RefusalNumber, notice: &str) -> sqlx::Result<()> {
        let sql = "UPDATE refusals SET told_in = $3 WHERE organisation_id = $1 AND number = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(number).bind(notice))?;
        Ok(())
    }

    /// Which notice brings a refusal to the head, if one does.
    pub async fn told_in(&mut self, number: RefusalNumber) -> sqlx::Result<Option<String>> {
        let sql = "SELECT told_in FROM refusals WHERE organisation_id = $1 AND number = $2";
        let found: Option<Option<String>> =
            run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation).bind(number))?;
        Ok(found.flatten())
    }

    /// The refusals a notice brings, largest first; withdrawn ones are left out.
    pub async fn refusals_told_in(&mut self, notice: &str) -> sqlx::Result<Vec<Refusal>> {
        let sql =
            refusals_where!("told_in = $2 AND withdrawn_at IS NULL ORDER BY COALESCE(budget_minor, 0) DESC, number");
        let rows: Vec<Row> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(notice))?;
        rows.into_iter().map(Row::refusal).collect()
    }

    /// The teams with refusals that no notice brings to a head.
    pub async fn teams_with_untold(&mut self) -> sqlx::Result<Vec<TeamId>> {
        let sql = "SELECT DISTINCT team_id FROM refusals
                   WHERE organisation_id = $1 AND told_in IS NULL AND stage = 'logged' AND withdrawn_at IS NULL";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation))
    }

    /// The refusal that is the second one of another, if there is one.
    pub async fn second_of(&mut self, first: RefusalNumber) -> sqlx::Result<Option<RefusalNumber>> {
        let sql = "SELECT number FROM refusals
                   WHERE organisation_id = $1 AND again_of = $2 AND withdrawn_at IS NULL ORDER BY number + 0 DESC LIMIT 1";
        run!(self, fetch_optional, sqlx::query_scalar(sql).bind(self.organisation).bind(first))
    }

    /// Lets a notice bring the refusals of a team that none brings, but for those `head` logged; how many.
    pub async fn tell_untold_in(&mut self, team: TeamId, head: PersonId, notice: &str) -> sqlx::Result<u64> {
        let sql = "UPDATE refusals SET told_in = $4
                   WHERE organisation_id = $1 AND team_id = $2 AND logged_by <> $3 AND told_in IS NULL AND stage = 'logged'
                     AND withdrawn_at IS NULL";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(team).bind(head).bind(notice))
    }

    /// Lets one notice bring the refusals that another one brought, or that waited under this name.
    pub async fn told_instead(&mut self, was: &str, notice: &str) -> sqlx::Result<()> {
        let sql = "UPDATE refusals SET told_in = $3 WHERE organisation_id = $1 AND told_in = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(was).bind(notice))?;
        Ok(())
    }

    /// The teams with refusals that wait under a name that begins so, before the team's id.
    pub async fn teams_told_in(&mut self, begins: &str) -> sqlx::Result<Vec<TeamId>> {
        let sql = "SELECT t.id FROM teams t WHERE t.organisation_id = $1 AND EXISTS (SELECT 1 FROM refusals r
                     WHERE r.organisation_id = $1 AND r.told_in = $2 || CAST(t.id AS TEXT) AND r.withdrawn_at IS NULL)
                   ORDER BY t.id";
        run!(self, fetch_all, sqlx::query_scalar(sql).bind(self.organisation).bind(begins))
    }

    /// Moves the refusals a notice brings to another stage if they are in the one given.
    pub async fn advance_told(&mut self, notice: &str, from: Stage, to: Stage) -> sqlx::Result<()> {
        let sql = "UPDATE refusals SET stage = $4 WHERE organisation_id = $1 AND told_in = $2 AND stage = $3
                   RETURNING number, withdrawn_at";
        let moved: Vec<Moved> = run!(
            self,
            fetch_all,
            sqlx::query_as(sql).bind(self.organisation).bind(notice).bind(from.as_str()).bind(to.as_str())
        )?;
        self.index_moved(&found(moved), &Trait::Stage(from), Some(&Trait::Stage(to))).await
    }

    /// Remembers who changed what in a refusal.
    pub async fn audit(
        &mut self,
        refusal: Option<RefusalNumber>,
        by: PersonId,
        change: &Change,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let sql = "INSERT INTO audit (organisation_id, at, person_id, refusal, what, was, is_now)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        change!(
            self,
            sqlx::query(sql)
                .bind(self.organisation)
                .bind(instant(now))
                .bind(by)
                .bind(refusal)
                .bind(change.what)
                .bind(&change.was)
                .bind(&change.is_now)
        )?;
        Ok(())
    }

    /// Moves a refusal to another stage if it is in the one given.
    pub async fn advance_refusal(&mut self, number: RefusalNumber, from: Stage, to: Stage) -> sqlx::Result<()> {
        let sql = "UPDATE refusals SET stage = $4 WHERE organisation_id = $1 AND number = $2 AND stage = $3
                   RETURNING number, withdrawn_at";
        let moved: Vec<Moved> = run!(
            self,
            fetch_all,
            sqlx::query_as(sql).bind(self.organisation).bind(number).bind(from.as_str()).bind(to.as_str())
        )?;
        self.index_moved(&found(moved), &Trait::Stage(from), Some(&Trait::Stage(to))).await
    }
}
