//! Requests that are taken at once and worked off later: what was sent is on disk before it is answered.
//!
//! Starts: a request that prefers it (`Prefer: respond-async`, RFC 7240). Acts: nobody. Ends: as one that is answered when
//! it is done; what became of it is told, for a week, to whoever asks with the same token.
//!
//! ```text
//! read, checked -> inbox -> answered, with a name    a quarter of a second later: some leads in each transaction,
//!                                                    the oldest request first -> what became of it, under its name
//! ```
//!
//! Thousands of requests a second can be taken so, where giving each lead its owner takes milliseconds. It is no job: a
//! flood of them would come before what the bot has to say. Each is tried until it is worked off.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Again, Coming, Declined, Desk, Intake, Posted, Sent, Way, again, leads, note_use, token};
use crate::clock::pause;
use crate::flows::Shared;
use crate::store::{IntakeToken, Tx, Waits};

/// For how long a token that was found in use is believed to be: a flood does not ask for it each time.
const BELIEVED: Duration = Duration::from_secs(1);
/// How many tokens are remembered.
const TOKENS: usize = 10_000;
/// How long after something came it is worked off, with what came meanwhile.
const TOGETHER: Duration = Duration::from_millis(250);
/// How often another process is looked after that may have died.
const LOOK: Duration = Duration::from_secs(15);
/// How many requests are worked off beside each other, one commit for all; and how many leads of one at a time: whoever
/// acts is let in between.
const ABREAST: usize = 8;
const LEADS: usize = 2;
/// So many that come while a few are worked off are a flood: taking the next ones goes before working off these.
const FLOOD: u64 = 30;
/// For how long working off gives way to a flood.
const GIVES_WAY: Duration = Duration::from_secs(15);
/// How long the name of a request is, in hexadecimal digits.
const NAME: usize = 32;
/// How long a database is left alone that did not answer.
const UNANSWERED: Duration = Duration::from_secs(1);

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It waits.
    Waiting,
    /// It is done; the answer as JSON.
    Done(String),
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
        let body_hash = token::hash(posted.body);
        let once = match checked.key.as_ref().or(checked.signature.as_ref()) {
            Some(once) => once.clone(),
            None => token::random()?,
        };
        let request = token::hash(format!("{}\n{once}\n{body_hash}", token.id).as_bytes())[..NAME].to_owned();
        let waits = Waits {
            request: request.clone(),
            token_id: token.id,
            key: checked.key,
            signature: checked.signature,
            body_hash,
            many: i64::from(super::are_many(checked.in_a_row, sent.len())),
            sent: serde_json::to_string(&sent).map_err(anyhow::Error::from)?,
            kept: None,
            at: self.clock.now(),
        };
        let write = self.db.write(move |tx| {
            let waits = waits.clone();
            Box::pin(async move { Ok::<_, anyhow::Error>(tx.wait_in_inbox(&waits).await?) })
        });
        write.await?;
        self.taken.fetch_add(1, Ordering::Release);
        self.came.notify_one();
        Ok(request)
    }

    /// What became of a request that was taken with the same token.
    ///
    /// # Errors
    /// That it was declined, and why; or that there is none such of this token.
    pub async fn progress(&self, request: &str, posted: Posted<'_>) -> Result<Progress, Declined> {
        let token = self.believed(posted.token.ok_or(Declined::Unknown)?).await?;
        self.not_too_often((token.id, Way::Asks))?;
        self.signed(&token, posted)?;
        if request.len() != NAME || !request.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(Declined::NoRequest);
        }
        let request = request.to_owned();
        let read = self.db.read(move |tx| {
            let request = request.clone();
            Box::pin(async move {
                let answer = tx.intake_answer(token.id, &asked(&request)).await?.map(|(_, answer)| answer);
                Ok::<_, anyhow::Error>((answer, tx.is_in_inbox(token.id, &request).await?))
            })
        });
        match read.await? {
            (_, true) => Ok(Progress::Waiting),
            (Some(answer), false) => answered(answer),
            (None, false) => Err(Declined::NoRequest),
        }
    }

    /// Works off what was taken, until told to stop.
    pub async fn work(&self, stop: CancellationToken) {
        let (mut gave_way, mut abreast) = (Duration::ZERO, 1);
        while !stop.is_cancelled() {
            let taken = self.taken.load(Ordering::Acquire);
            let worked = join_all((0..abreast).map(|_| self.work_one())).await;
            // Whoever only looks disturbs nobody.
            abreast = if worked.iter().any(|any| matches!(any, Ok(true))) { ABREAST } else { 1 };
            let flood = self.taken.load(Ordering::Acquire) - taken >= FLOOD;
            if worked.iter().any(Result::is_err) {
                self.work_first().await;
            } else if worked.into_iter().all(|any| matches!(any, Ok(false))) {
                self.seen.store(taken, Ordering::Release);
                tokio::select! {
                    () = self.came.notified() => pause(TOGETHER).await,
                    () = pause(LOOK) => {}
                    () = stop.cancelled() => {}
                }
            } else if flood && gave_way < GIVES_WAY {
                gave_way += TOGETHER;
                pause(TOGETHER).await;
            } else if !flood {
                gave_way = Duration::ZERO;
            }
        }
    }

    /// Returns once nothing is due that was taken here.
    pub async fn idle(&self) {
        while self.seen.load(Ordering::Acquire) < self.taken.load(Ordering::Acquire) {
            pause(Duration::from_millis(5)).await;
        }
    }

    /// Works some of the first one off that is due; whether there was any.
    async fn work_one(&self) -> anyhow::Result<bool> {
        let (shared, clock) = (self.shared.clone(), self.clock.clone());
        let write = self.db.write_behind(move |tx| {
            let (shared, now) = (shared.clone(), clock.now());
            Box::pin(async move { work_off(tx, &shared, now).await })
        });
        write.await
    }

    /// By itself, after some failed: the one at fault is put off, and the others go on.
    async fn work_first(&self) {
        let Err(error) = self.work_one().await else { return };
        let clock = self.clock.clone();
        let put_off = self.db.write_behind(move |tx| {
            let now = clock.now();
            Box::pin(async move { Ok::<_, anyhow::Error>(tx.put_off_in_inbox(now).await?) })
        });
        match put_off.await {
            Ok(Some(faults)) => tracing::error!(faults, "leads that were taken are tried again later: {error:#}"),
            Ok(None) => {}
            Err(_) => {
                tracing::error!("leads that were taken cannot be worked off: {error:#}");
                pause(UNANSWERED).await;
            }
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

/// Works some of the request off that has been due for longest; whether there was any.
async fn work_off(tx: &mut Tx, shared: &Shared, now: DateTime<Utc>) -> anyhow::Result<bool> {
    let Some(it) = tx.first_in_inbox(now).await? else { return Ok(false) };
    let (token, sent) = (tx.intake_token_of(it.token_id).await?, serde_json::from_str::<Vec<Sent>>(&it.sent)?);
    let mut kept: Vec<Value> = it.kept.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
    if it.kept.is_none() {
        let before = match again(tx, token.id, (it.key.as_deref(), it.signature.as_deref()), &it.body_hash).await? {
            Again::New => None,
            Again::Same(answer) => Some(answer),
            Again::OtherBody => Some(json!({ "declined": "other_body" }).to_string()),
            Again::Replayed => Some(json!({ "declined": "replayed" }).to_string()),
        };
        if let Some(answer) = before {
            tx.keep_intake_answer(token.id, &asked(&it.request), (&it.body_hash, &answer), now).await?;
            tx.leave_inbox(&it.request).await?;
            return Ok(true);
        }
    }
    let part: Vec<Sent> = sent.iter().skip(kept.len()).take(LEADS).cloned().collect();
    let coming = Coming { token, many: it.many != 0, since: Some(it.at) };
    match leads(tx, shared, (&coming, &part), now).await {
        Ok(more) => kept.extend(more),
        Err(Declined::Broken(error)) => return Err(error),
        // What was wrong with it was said when it came. Nothing of it is said here: it is a stranger's text.
        Err(_) => anyhow::bail!("a request that was taken is declined now"),
    }
    let (token, whole) = (coming.token.id, kept.len() >= sent.len());
    let answer = if whole { json!({ "leads": kept }) } else { json!({ "request": it.request, "status": "waiting" }) };
    let answer = answer.to_string();
    for key in it.key.iter().chain(&it.signature) {
        tx.keep_intake_answer(token, key, (&it.body_hash, &answer), now).await?;
    }
    if !whole {
        tx.went_on_in_inbox(&it.request, &Value::Array(kept).to_string()).await?;
        return Ok(true);
    }
    note_use(tx, &coming.token, now).await?;
    tx.keep_intake_answer(token, &asked(&it.request), (&it.body_hash, &answer), now).await?;
    tx.leave_inbox(&it.request).await?;
    Ok(true)
}
