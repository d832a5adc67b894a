//! Requests that are taken at once and worked off later: what was sent is on disk before it is answered, in the job that works
//! it off.
//!
//! Starts: a request that prefers it (`Prefer: respond-async`, RFC 7240). Acts: nobody. Ends: as one that is answered when
//! it is done; what became of it is told, for a week, to whoever asks with the same token.
//!
//! Thousands of requests a second can be taken so, where giving each lead its owner takes a few milliseconds; commands of
//! people do not wait for either.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{All, Declined, Desk, Intake, Posted, Sent, Work, keep, token};
use crate::flows::Shared;
use crate::store::{IntakeToken, NewJob, Tx};

/// The kind of job that works a request off; its payload is what was sent.
pub const INTAKE: &str = "intake";
/// For how long a token that was found in use is believed to be: a flood does not ask for it each time.
const BELIEVED: Duration = Duration::from_secs(1);
/// A quarter of a second: what comes in it is worked off together, in few commits, so that whoever hands something in
/// seldom waits for what was handed in before.
const QUARTER_MILLIS: i64 = 250;
/// How many tokens are remembered.
const TOKENS: usize = 10_000;

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It waits.
    Waiting,
    /// It is done; the answer as JSON.
    Done(String),
}

/// A request that waits.
#[derive(Serialize, Deserialize)]
struct Later {
    /// What its sender asks after.
    request: String,
    token: i64,
    key: Option<String>,
    signature: Option<String>,
    /// The hash of its body.
    body: String,
    many: bool,
    at: DateTime<Utc>,
    sent: Vec<Sent>,
}

impl Desk {
    /// Takes a request of leads to be worked off later; the name by which its sender asks after it. The same request
    /// under the same key has the same name, and is worked off once.
    ///
    /// # Errors
    /// Why nothing was taken.
    pub async fn accept(&self, posted: Posted<'_>) -> Result<String, Declined> {
        let token = self.believed(posted.token.ok_or(Declined::Unknown)?).await?;
        let checked = self.check(Intake::Leads, &token, posted)?;
        let sent = self.leads(&token, posted.body)?;
        let body = token::hash(posted.body);
        let now = self.clock.now();
        let once = match checked.key.as_ref().or(checked.signature.as_ref()) {
            Some(once) => once.clone(),
            None => token::random()?,
        };
        let request = token::hash(format!("{}\n{once}\n{body}", token.id).as_bytes())[..32].to_owned();
        let later = Later {
            request: request.clone(),
            token: token.id,
            key: checked.key,
            signature: checked.signature,
            body,
            many: super::are_many(checked.in_a_row, sent.len()),
            at: now,
            sent,
        };
        let occurrence = occurrence(token.id, &request);
        let payload = serde_json::to_string(&later).map_err(anyhow::Error::from)?;
        let job = NewJob { kind: INTAKE, occurrence, payload, run_at: together(now) };
        let write = self.db.write(move |tx| {
            let job = job.clone();
            Box::pin(async move { Ok::<_, anyhow::Error>(tx.plan(&job, now).await?) })
        });
        write.await?;
        Ok(request)
    }

    /// What became of a request that was taken with the same token.
    ///
    /// # Errors
    /// That it was declined, and why; or that there is none such of this token.
    pub async fn progress(&self, request: &str, posted: Posted<'_>) -> Result<Progress, Declined> {
        let token = self.token(posted.token.ok_or(Declined::Unknown)?).await?;
        self.signed(&token, posted)?;
        let (asked, occurrence) = (asked(request), occurrence(token.id, request));
        let read = self.db.read(move |tx| {
            let (asked, occurrence) = (asked.clone(), occurrence.clone());
            Box::pin(async move {
                let answer = tx.intake_answer(token.id, &asked).await?.map(|(_, answer)| answer);
                Ok::<_, anyhow::Error>((answer, tx.was_planned(INTAKE, &occurrence).await?))
            })
        });
        match read.await? {
            (Some(answer), _) => answered(answer),
            (None, true) => Ok(Progress::Waiting),
            (None, false) => Err(Declined::NoRequest),
        }
    }

    /// The token that was sent, which was in use a moment ago.
    async fn believed(&self, sent: &str) -> Result<IntakeToken, Declined> {
        let hash = token::hash(sent.as_bytes());
        let known = super::locked(&self.known).get(&hash).filter(|(_, at)| at.elapsed() < BELIEVED).cloned();
        if let Some((token, _)) = known {
            return Ok(token);
        }
        let token = self.token(sent).await?;
        let mut known = super::locked(&self.known);
        if known.len() >= TOKENS {
            known.clear();
        }
        known.insert(hash, (token.clone(), Instant::now()));
        Ok(token)
    }
}

/// When what comes now is worked off: those of a quarter of a second together.
fn together(now: DateTime<Utc>) -> DateTime<Utc> {
    let over = i64::from(now.timestamp_subsec_millis()) % QUARTER_MILLIS;
    now + TimeDelta::milliseconds(QUARTER_MILLIS - over)
}

/// What a job that works a request off is known by.
fn occurrence(token: i64, request: &str) -> String {
    format!("{token}.{request}")
}

/// Under what the answer of a request is kept.
fn asked(request: &str) -> String {
    format!("request:{request}")
}

/// What was kept of a request that is done.
fn answered(kept: String) -> Result<Progress, Declined> {
    let value: Value = serde_json::from_str(&kept).map_err(anyhow::Error::from)?;
    match value["declined"].as_str() {
        Some("other_body") => Err(Declined::OtherBody),
        Some(_) => Err(Declined::Replayed),
        None => Ok(Progress::Done(kept)),
    }
}

/// Works a request off.
///
/// # Errors
/// When the database does not answer, or the payload is none of ours.
pub async fn work_off(tx: &mut Tx, shared: &Shared, payload: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
    let later: Later = serde_json::from_str(payload)?;
    let (asked, token) = (asked(&later.request), tx.intake_token_of(later.token).await?);
    if tx.intake_answer(token.id, &asked).await?.is_some() {
        // It came again, long after.
        return Ok(());
    }
    let work = Work {
        token,
        key: later.key,
        signature: later.signature,
        body: later.body,
        sent: All::Leads(later.sent),
        many: later.many,
        since: Some(later.at),
    };
    let answer = match keep(tx, shared, &work, now).await {
        Ok(answer) => answer,
        Err(declined) => {
            let why = match declined {
                Declined::OtherBody => "other_body",
                Declined::Replayed => "replayed",
                Declined::Broken(error) => return Err(error),
                // What was wrong with it was said when it came. Nothing of it is said here: it is a stranger's text.
                _ => anyhow::bail!("a request that was taken is declined now"),
            };
            json!({ "declined": why }).to_string()
        }
    };
    Ok(tx.keep_intake_answer(work.token.id, &asked, (&work.body, &answer), now).await?)
}
