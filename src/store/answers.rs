//! What reps and clients answered, and what the head made of reasons that differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::refusals::unreadable;
use super::tx::{Tx, change, instant, run};
use crate::domain::{Given, PersonId, ReasonId, RefusalNumber};

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inquiry {
    /// The rep, how it went.
    Debrief,
    /// The client, why they refused.
    Review,
    /// The rep, what came of the letter to a silent client.
    Letter,
    /// The client, by the head who validates the refusal.
    Validation,
    /// The client, called again.
    Recontact,
}

impl Inquiry {
    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Inquiry::Debrief => "debrief",
            Inquiry::Review => "review",
            Inquiry::Letter => "letter",
            Inquiry::Validation => "validation",
            Inquiry::Recontact => "recontact",
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Answer {
    /// To which question: its id.
    pub question: String,
    /// What was said.
    pub answer: String,
    /// Who wrote it.
    pub said_by: PersonId,
    /// When.
    pub answered_at: DateTime<Utc>,
    /// Who said it at the client's.
    pub from_whom: Option<String>,
    /// On which day.
    pub heard_on: Option<NaiveDate>,
}

/// An answer, and to which inquiry.
#[derive(Clone, Debug, FromRow)]
pub(super) struct KeptAnswer {
    questionnaire: String,
    decision_id: Option<i64>,
    #[sqlx(flatten)]
    answer: Answer,
}

/// What somebody answered at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// About which refusal.
    pub refusal: RefusalNumber,
    /// To what.
    pub inquiry: Inquiry,
    /// Which version of it.
    pub version: i64,
    /// To which decision it led, if it was said in a call: its id. A client may be called several times.
    pub decision: Option<i64>,
    /// Who wrote it.
    pub said_by: PersonId,
    /// Who said it at the client's.
    pub from_whom: Option<String>,
    /// On which day.
    pub heard_on: Option<NaiveDate>,
    /// Each question's id, and the answer.
    pub given: Given,
}

/// A client who gave another reason than the rep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its id.
    pub id: i64,
    /// About which refusal.
    pub refusal: RefusalNumber,
    /// The client's reason.
    pub client_reason: ReasonId,
    /// Whether the client is right, who said so and when; nothing while nobody did.
    pub ruled: Option<(bool, PersonId, DateTime<Utc>)>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    refusal: RefusalNumber,
    client_reason: String,
    ruling: Option<String>,
    ruled_by: Option<PersonId>,
    ruled_at: Option<DateTime<Utc>>,
}

impl Row {
    fn difference(self) -> sqlx::Result<Difference> {
        let ruled = self.ruling.zip(self.ruled_by).zip(self.ruled_at);
        Ok(Difference {
            id: self.id,
            refusal: self.refusal,
            client_reason: self.client_reason.parse().map_err(unreadable)?,
            ruled: ruled.map(|((ruling, by), at)| (ruling == "client", by, at)),
        })
    }
}

impl Tx {
    /// Stores answers; each takes the place of an earlier one to the same question, in the same call if it was one.
    pub async fn answered(&mut self, said: &Answered, now: DateTime<Utc>) -> sqlx::Result<()> {
        let sql = "INSERT INTO answers (organisation_id, refusal, questionnaire, version, question, answer, said_by,
                       answered_at, from_whom, heard_on, decision_id)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                   ON CONFLICT (organisation_id, refusal, questionnaire, question, COALESCE(decision_id, 0))
                   DO UPDATE SET
                       version = excluded.version, answer = excluded.answer, said_by = excluded.said_by,
                       answered_at = excluded.answered_at, from_whom = excluded.from_whom, heard_on = excluded.heard_on";
        let was = self.found(said.refusal).await?;
        self.known.forget_answers(said.refusal);
        for (question, answer) in &said.given {
            change!(
                self,
                sqlx::query(sql)
                    .bind(self.organisation)
                    .bind(said.refusal)
                    .bind(said.inquiry.as_str())
                    .bind(said.version)
                    .bind(question)
                    .bind(answer)
                    .bind(said.said_by)
                    .bind(instant(now))
                    .bind(&said.from_whom)
                    .bind(said.heard_on)
                    .bind(said.decision)
            )?;
        }
        self.follows_now(said.refusal, &was).await
    }

    /// What was answered about a refusal, in the order of the first time.
    pub async fn answers(&mut self, refusal: RefusalNumber, inquiry: Inquiry) -> sqlx::Result<Vec<Answer>> {
        let all = self.all_answers(refusal).await?;
        Ok(all.iter().filter(|kept| kept.questionnaire == inquiry.as_str()).map(|kept| kept.answer.clone()).collect())
    }

    /// All that was answered about a refusal: a card asks for several of its inquiries, one after another.
    async fn all_answers(&mut self, refusal: RefusalNumber) -> sqlx::Result<Arc<[KeptAnswer]>> {
        if let Some(known) = self.known.answers(refusal) {
            return Ok(known);
        }
        let sql = "SELECT questionnaire, decision_id, question, answer, said_by, answered_at, from_whom, heard_on FROM answers
                   WHERE organisation_id = $1 AND refusal = $2 ORDER BY id";
        let rows: Vec<KeptAnswer> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(refusal))?;
        Ok(self.known.answered(refusal, rows.into()))
    }

    /// The same, by question.
    pub async fn given(&mut self, refusal: RefusalNumber, inquiry: Inquiry) -> sqlx::Result<Given> {
        let answers = self.answers(refusal, inquiry).await?;
        Ok(answers.into_iter().map(|answer| (answer.question, answer.answer)).collect())
    }

    /// Of the refusals between two numbers, those about which something was answered.
    pub async fn answered_among(
        &mut self,
        inquiry: Inquiry,
        (first, last): (RefusalNumber, RefusalNumber),
    ) -> sqlx::Result<BTreeSet<RefusalNumber>> {
        let sql = "SELECT DISTINCT refusal FROM answers
                   WHERE organisation_id = $1 AND refusal BETWEEN $2 AND $3 AND questionnaire = $4";
        let rows: Vec<RefusalNumber> = run!(
            self,
            fetch_all,
            sqlx::query_scalar(sql).bind(self.organisation).bind(first).bind(last).bind(inquiry.as_str())
        )?;
        Ok(rows.into_iter().collect())
    }

    /// What was said in the calls about a refusal, by the decision each led to and by question.
    pub async fn heard(&mut self, refusal: RefusalNumber) -> sqlx::Result<BTreeMap<i64, Given>> {
        let mut heard: BTreeMap<i64, Given> = BTreeMap::new();
        for kept in self.all_answers(refusal).await?.iter() {
            if let Some(decision) = kept.decision_id {
                let said = &kept.answer;
                heard.entry(decision).or_default().insert(said.question.clone(), said.answer.clone());
            }
        }
        Ok(heard)
    }

    /// Stores the reason a client gave, beside the others.
    pub async fn client_says(&mut self, refusal: RefusalNumber, reason: &ReasonId) -> sqlx::Result<()> {
        let was = self.found(refusal).await?;
        let sql = "UPDATE refusals SET client_reason = $3 WHERE organisation_id = $1 AND number = $2";
        change!(self, sqlx::query(sql).bind(self.organisation).bind(refusal).bind(reason.as_str()))?;
        self.follows_now(refusal, &was).await
    }

    /// Remembers that a client gave another reason than the rep; returns its id.
    pub async fn differs(
        &mut self,
        refusal: RefusalNumber,
        client_reason: &ReasonId,
        by: PersonId,
        now: DateTime<Utc>,
    ) -> sqlx::Result<i64> {
        let sql = "INSERT INTO differences (organisation_id, refusal, client_reason, noted_by, noted_at)
                   VALUES ($1, $2, $3, $4, $5) RETURNING id";
        run!(
            self,
            fetch_one,
            sqlx::query_scalar(sql)
                .bind(self.organisation)
                .bind(refusal)
                .bind(client_reason.as_str())
                .bind(by)
                .bind(instant(now))
        )
    }

    /// A difference.
    pub async fn difference(&mut self, id: i64) -> sqlx::Result<Option<Difference>> {
        let sql = "SELECT id, refusal, client_reason, ruling, ruled_by, ruled_at FROM differences
                   WHERE organisation_id = $1 AND id = $2";
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(id))?;
        row.map(Row::difference).transpose()
    }

    /// The latest difference about a refusal.
    pub async fn latest_difference(&mut self, refusal: RefusalNumber) -> sqlx::Result<Option<Difference>> {
        let sql = "SELECT id, refusal, client_reason, ruling, ruled_by, ruled_at FROM differences
                   WHERE organisation_id = $1 AND refusal = $2 ORDER BY id DESC LIMIT 1";
        let row: Option<Row> = run!(self, fetch_optional, sqlx::query_as(sql).bind(self.organisation).bind(refusal))?;
        row.map(Row::difference).transpose()
    }

    /// Says which reason holds; `false` if somebody did already.
    pub async fn rule(
        &mut self,
        id: i64,
        client_is_right: bool,
        by: PersonId,
        now: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        let sql = "UPDATE differences SET ruling = $3, ruled_by = $4, ruled_at = $5
                   WHERE organisation_id = $1 AND id = $2 AND ruling IS NULL";
        let ruling = if client_is_right { "client" } else { "rep" };
        let ruled =
            change!(self, sqlx::query(sql).bind(self.organisation).bind(id).bind(ruling).bind(by).bind(instant(now)));
        Ok(ruled? > 0)
    }
}
