//! Leads, and opportunities, that come in over HTTP, from a web form, a form builder or a CRM.
//!
//! Starts: a request with a token. Acts: nobody. Ends: each lead has an owner, or joined the one of the same client that was
//! open; or nothing of the request is kept, and whoever sent it reads what to send instead.
//!
//! ```text
//! token -> how many lately -> signature -> read -> the same key before? -+-> the same answer
//!                                                                        '-> every lead received, one answer kept
//! ```
//!
//! Whoever does not wait for that has it done later ([`Desk::accept`]): the leads are on disk when it is answered.
//!
//! What cannot be understood is not kept: the sender hears of it at once. What can is never lost for the sake of something
//! beside it: an unknown field is left out, an owner who is not there is somebody else's turn, and the answer says so.

mod deals;
mod later;
mod mapping;
mod read;
mod receive;
mod token;

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tokio::sync::Notify;
use tokio::time::Instant;

pub use later::Progress;
pub use mapping::{IntakeField, IntakeForm};
pub use token::{NewToken, NoToken, Shown, make_token};

use self::deals::SentDeal;
use self::read::Sent;
pub(super) use self::read::{clean, is_email};
use self::receive::{leads, named_team};
use super::{Error, Shared};
use crate::clock::Clock;
use crate::store::{Db, Fault, IntakeToken, Tx};

/// The most leads of a request.
pub const MOST: usize = 250;
/// How many requests may come with a token at once, and how many more each second.
const REQUESTS: f64 = 60.0;
const A_SECOND: f64 = 1.0;
/// Of how many leads at once, or requests in a row, their owners hear together rather than of each.
const MANY: usize = 10;
/// The longest key.
const KEY: usize = 255;
/// How long after a token was used it is noted that it is used again.
const USED_AGAIN: TimeDelta = TimeDelta::hours(1);

/// What is handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intake {
    /// Inbound leads.
    Leads,
    /// Opportunities.
    Deals,
}

impl Intake {
    /// What several of them are called, in the address and in the answer.
    pub fn name(self) -> &'static str {
        match self {
            Intake::Leads => "leads",
            Intake::Deals => "deals",
        }
    }
}

/// What was sent.
#[derive(Clone, Copy, Default)]
pub struct Posted<'a> {
    /// The token.
    pub token: Option<&'a str>,
    /// Under which key: the same again is done once.
    pub key: Option<&'a str>,
    /// When it was signed, in seconds since 1970.
    pub timestamp: Option<&'a str>,
    /// The signature: `sha256=` and hexadecimal digits.
    pub signature: Option<&'a str>,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Where, as a JSON pointer into the body.
    pub pointer: String,
    /// What, and what to send instead.
    pub says: String,
}

/// Why nothing was kept.
#[derive(Debug)]
pub enum Declined {
    /// Nobody knows the token, or it was revoked.
    Unknown,
    /// It is not signed as it should be, in words.
    Unsigned(&'static str),
    /// It was sent before, as it is.
    Replayed,
    /// Too many came lately; again in so many seconds.
    TooOften(u64),
    /// It is nothing that can be read, in words.
    Unreadable(String),
    /// So many at once.
    TooMany(usize),
    /// These fields are wrong.
    Wrong(Vec<Wrong>),
    /// Another body came under the same key.
    OtherBody,
    /// There is no such request.
    NoRequest,
    /// Our fault.
    Broken(anyhow::Error),
}

impl From<anyhow::Error> for Declined {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<Fault> for Declined {
    fn from(error: Fault) -> Self {
        Self::Broken(error.into())
    }
}

impl From<Error> for Declined {
    fn from(error: Error) -> Self {
        match error {
            Error::Internal(error) => Self::Broken(error),
            Error::Tell(_) | Error::Faults(_) => Self::Broken(anyhow::anyhow!("it had words for nobody")),
        }
    }
}

/// Where leads are handed in.
pub struct Desk {
    db: Db,
    shared: Arc<Shared>,
    clock: Clock,
    /// How many requests each token has left, as of when.
    left: Mutex<HashMap<(i64, Way), Left>>,
    /// Tokens that were in use at a moment, by their hash.
    known: Mutex<HashMap<String, (IntakeToken, Instant)>>,
    /// How many requests were taken to be worked off later, and of how many it is known that none is left; a start may have
    /// found some.
    taken: AtomicU64,
    seen: AtomicU64,
    came: Notify,
}

/// So many requests, as of when.
type Left = (f64, DateTime<Utc>);

/// For what a token is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Way {
    /// It hands something in.
    HandsIn,
    /// It asks what became of it.
    Asks,
}

/// What is known of a request before its body is read.
struct Checked {
    key: Option<String>,
    signature: Option<String>,
    /// How many came with its token that it did not get back yet.
    in_a_row: usize,
}

/// A request that was read, shared with the transaction that may run again.
struct Work {
    coming: Coming,
    key: Option<String>,
    signature: Option<String>,
    body: String,
    sent: All,
}

/// How leads come.
struct Coming {
    token: IntakeToken,
    /// Their owners hear of them together.
    many: bool,
    /// When they were taken, if they are worked off later: whoever sent them hears of nothing that it could mend.
    since: Option<DateTime<Utc>>,
}

/// Whether a request came before.
enum Again {
    /// It did not.
    New,
    /// It did; what was answered.
    Same(String),
    /// Another body came under its key.
    OtherBody,
    /// Its signature came before.
    Replayed,
}

/// Everything that was sent at once.
enum All {
    Leads(Vec<Sent>),
    Deals(Vec<SentDeal>),
}

impl Desk {
    /// The desk of an organisation.
    pub fn new(db: Db, shared: Arc<Shared>, clock: Clock) -> Self {
        Self {
            db,
            shared,
            clock,
            left: Mutex::default(),
            known: Mutex::default(),
            taken: AtomicU64::new(1),
            seen: AtomicU64::new(0),
            came: Notify::new(),
        }
    }

    /// Takes every lead or deal of a request, or none; the answer as JSON.
    ///
    /// # Errors
    /// Why none was kept.
    pub async fn take(&self, what: Intake, posted: Posted<'_>) -> Result<String, Declined> {
        let token = self.token(posted.token.ok_or(Declined::Unknown)?).await?;
        let Checked { key, signature, in_a_row } = self.check(what, &token, posted)?;
        let (sent, many) = match what {
            Intake::Leads => {
                let leads = self.leads(&token, posted.body)?;
                let many = are_many(in_a_row, leads.len());
                (All::Leads(leads), many)
            }
            Intake::Deals => (All::Deals(deals::deals(posted.body, &self.shared.deal_stages)?), false),
        };
        let coming = Coming { token, many, since: None };
        self.keep(Work { coming, key, signature, body: token::hash(posted.body), sent }).await
    }

    /// The token that was sent.
    async fn token(&self, sent: &str) -> Result<IntakeToken, Declined> {
        let sent = sent.to_owned();
        let read = self.db.ask(move |tx| {
            let sent = sent.clone();
            Box::pin(async move { token::find(tx, &sent).await })
        });
        read.await?.ok_or(Declined::Unknown)
    }

    /// The signature of a request whose token asks for one.
    fn signed<'p>(&self, token: &IntakeToken, posted: Posted<'p>) -> Result<Option<&'p str>, Declined> {
        let Some(secret) = &token.secret else { return Ok(None) };
        let signed = (posted.timestamp, posted.signature);
        match token::unsigned(secret, signed, posted.body, self.clock.now()) {
            Some(why) => Err(Declined::Unsigned(why)),
            None => Ok(posted.signature),
        }
    }

    /// Looks at all of a request but its body.
    fn check(&self, what: Intake, token: &IntakeToken, posted: Posted<'_>) -> Result<Checked, Declined> {
        let in_a_row = self.not_too_often((token.id, Way::HandsIn))?;
        let signature = self.signed(token, posted)?.map(|signature| format!("signature:{signature}"));
        if posted.key.is_some_and(|key| !(1..=KEY).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic())) {
            let why = format!("Idempotency-Key is 1 to {KEY} letters, digits and signs. Send for example a UUID.");
            return Err(Declined::Unreadable(why));
        }
        let kind = match what {
            Intake::Leads => "key",
            Intake::Deals => "deals",
        };
        Ok(Checked { key: posted.key.map(|key| format!("{kind}:{key}")), signature, in_a_row })
    }

    /// The leads of a body, read as the configuration says of what comes with this token.
    fn leads(&self, token: &IntakeToken, body: &[u8]) -> Result<Vec<Sent>, Declined> {
        let form = self.shared.rules.leads.forms.iter().find(|form| form.name == token.name);
        read::leads(body, form, &self.shared.sources)
    }

    async fn keep(&self, work: Work) -> Result<String, Declined> {
        let (work, shared, clock) = (Arc::new(work), self.shared.clone(), self.clock.clone());
        let write = self.db.write(move |tx| {
            let (work, shared, now) = (work.clone(), shared.clone(), clock.now());
            Box::pin(async move { keep(tx, &shared, &work, now).await })
        });
        write.await
    }

    /// Takes one off what a token has left; how many it has used that it did not get back yet.
    fn not_too_often(&self, token: (i64, Way)) -> Result<usize, Declined> {
        let now = self.clock.now();
        let mut left = locked(&self.left);
        let (requests, as_of) = left.entry(token).or_insert((REQUESTS, now));
        // A clock that went back gives nothing and takes nothing.
        let since = (now - *as_of).as_seconds_f64().max(0.0);
        (*requests, *as_of) = ((*requests + since * A_SECOND).min(REQUESTS), now);
        if *requests < 1.0 {
            return Err(Declined::TooOften(1));
        }
        *requests -= 1.0;
        // At most as many as there are at once.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let in_a_row = (REQUESTS - *requests).max(0.0) as usize;
        Ok(in_a_row)
    }
}

/// What a mutex holds; nobody who holds it does anything that panics.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether so many requests in a row, or so many leads in one, are told together.
fn are_many(in_a_row: usize, leads: usize) -> bool {
    in_a_row > MANY || leads > MANY
}

/// Receives what was sent, unless it was before.
async fn keep(tx: &mut Tx, shared: &Shared, work: &Work, now: DateTime<Utc>) -> Result<String, Declined> {
    let token = &work.coming.token;
    match again(tx, token.id, (work.key.as_deref(), work.signature.as_deref()), &work.body).await? {
        Again::New => {}
        Again::Same(answer) => return Ok(answer),
        Again::OtherBody => return Err(Declined::OtherBody),
        Again::Replayed => return Err(Declined::Replayed),
    }
    let (what, kept) = match &work.sent {
        All::Leads(sent) => (Intake::Leads, leads(tx, shared, (&work.coming, sent), now).await?),
        All::Deals(sent) => (Intake::Deals, deals::keep(tx, shared, (token, sent), now).await?),
    };
    let answer = json!({ what.name(): kept }).to_string();
    for key in work.key.iter().chain(&work.signature) {
        tx.keep_intake_answer(token.id, key, (&work.body, &answer), now).await?;
    }
    note_use(tx, token, now).await?;
    Ok(answer)
}

/// Whether a request came before under its key, or with its signature.
async fn again(
    tx: &mut Tx,
    token: i64,
    (key, signature): (Option<&str>, Option<&str>),
    body: &str,
) -> Result<Again, Fault> {
    if let Some(key) = key
        && let Some((before, answer)) = tx.intake_answer(token, key).await?
    {
        return Ok(if before == body { Again::Same(answer) } else { Again::OtherBody });
    }
    if let Some(signature) = signature
        && tx.intake_answer(token, signature).await?.is_some()
    {
        return Ok(Again::Replayed);
    }
    Ok(Again::New)
}

/// Notes that a token is used; its day is all that anybody reads of it.
async fn note_use(tx: &mut Tx, token: &IntakeToken, now: DateTime<Utc>) -> Result<(), Fault> {
    if token.last_used_at.is_none_or(|at| (now - at).abs() >= USED_AGAIN) {
        tx.used_intake_token(token.id, now).await?;
    }
    Ok(())
}
