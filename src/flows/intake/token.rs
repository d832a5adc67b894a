//! Tokens: made, found again, revoked; and the signatures of requests.

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use ring::rand::SecureRandom as _;
use ring::{digest, hmac, rand};

use crate::domain::Source;
use crate::store::{IntakeToken, Tx};

/// How far a request's time may be from ours, in seconds: what was caught on its way is worth nothing afterwards.
const WINDOW: u64 = 5 * 60;

/// What a token is to be.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What people call it.
    pub name: String,
    /// Where leads come from that do not say it.
    pub source: Source,
    /// Whose they are, by the team's name.
    pub team: Option<String>,
}

/// A token, and the secret requests are signed with: shown once.
#[derive(Clone)]
pub struct Shown {
    /// The token.
    pub token: String,
    /// The secret, if requests are to be signed.
    pub secret: Option<String>,
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoToken {
    /// One in use has the name.
    NameTaken,
    /// Nobody knows the team.
    NoTeam,
}

impl Shown {
    /// A token nobody guesses.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn new(signed: bool) -> anyhow::Result<Self> {
        let secret = if signed { Some(format!("sec_{}", random()?)) } else { None };
        Ok(Self { token: format!("pan_{}", random()?), secret })
    }
}

/// Keeps a token, by its hash.
///
/// # Errors
/// When the database does not answer.
pub async fn make_token(
    tx: &mut Tx,
    new: &NewToken,
    shown: &Shown,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), NoToken>> {
    let team = match &new.team {
        Some(name) => match tx.team_named(name).await? {
            Some(team) => Some(team),
            None => return Ok(Err(NoToken::NoTeam)),
        },
        None => None,
    };
    let token = IntakeToken {
        id: 0,
        name: new.name.clone(),
        source: new.source,
        team,
        hash: hash(shown.token.as_bytes()),
        secret: shown.secret.clone(),
        created_at: now,
        revoked_at: None,
        last_used_at: None,
    };
    Ok(if tx.add_intake_token(&token).await? { Ok(()) } else { Err(NoToken::NameTaken) })
}

/// The token that was sent, unless it is none or revoked. It is looked for by its hash: how long that takes tells nothing
/// of how near a guess came, as nobody can choose what a hash begins with.
pub(super) async fn find(tx: &mut Tx, sent: &str) -> anyhow::Result<Option<IntakeToken>> {
    let found = tx.intake_token(&hash(sent.as_bytes())).await?;
    Ok(found.filter(|token| token.revoked_at.is_none()))
}

/// What is wrong with the signature of a body, sent at a moment, in words.
pub(super) fn unsigned(
    secret: &str,
    (sent_at, signature): (Option<&str>, Option<&str>),
    body: &[u8],
    now: DateTime<Utc>,
) -> Option<&'static str> {
    let (Some(sent_at), Some(signature)) = (sent_at, signature) else {
        return Some("This token's requests are signed. Send X-Panout-Timestamp and X-Panout-Signature.");
    };
    let Ok(at) = sent_at.parse::<i64>() else {
        return Some("X-Panout-Timestamp is no number. Send the seconds since 1970.");
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signed = hmac::sign(&key, &[sent_at.as_bytes(), b".", body].concat());
    if !same(format!("sha256={}", hex(signed.as_ref())).as_bytes(), signature.as_bytes()) {
        return Some(
            "X-Panout-Signature is not that of this body. Sign the timestamp, a dot and the body as it is sent.",
        );
    }
    let recent = now.timestamp().abs_diff(at) <= WINDOW;
    (!recent).then_some("X-Panout-Timestamp is more than five minutes away. Set the clock, and sign each request anew.")
}

/// The SHA-256 of something, in hexadecimal digits.
pub(super) fn hash(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// Whether two are the same, however much of them is.
fn same(one: &[u8], other: &[u8]) -> bool {
    let differ = one.iter().zip(other).fold(0, |differ, (one, other)| differ | (one ^ other));
    differ == 0 && one.len() == other.len()
}

/// 48 hexadecimal digits that nobody guesses.
pub(super) fn random() -> anyhow::Result<String> {
    let mut bytes = [0; 24];
    rand::SystemRandom::new().fill(&mut bytes).map_err(|_| anyhow!("the system has no random numbers"))?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}
