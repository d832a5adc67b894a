//! Opportunities that come in over HTTP: read, and followed as those that are typed.
//!
//! Whose each is, is said by name; where nobody is called so, or nothing is said, it is the head's of the team, and the answer
//! says so. The same client and owner again changes the one that is there.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Map, Value, json};

use super::read::{NAMED, clean, objects};
use super::{Declined, Intake, Wrong, named_team};
use crate::domain::{DealStage, Lexicon, Money, Person, Role};
use crate::flows::lead::NAME;
use crate::flows::{Followed, Shared, Tracked, track};
use crate::store::{IntakeToken, Tx};

/// The fields of an opportunity.
const FIELDS: [&str; 7] = ["account", "stage", "amount", "owner", "team", "touched_at", "note"];
/// The longest note, in characters.
const NOTE: u16 = 1000;
/// The longest amount, in characters.
const AMOUNT: u16 = 40;

/// An opportunity as it was sent.
#[derive(Clone, Debug)]
pub(super) struct SentDeal {
    pointer: String,
    account: String,
    stage: Option<DealStage>,
    /// As written: what it is in depends on whose it is.
    amount: Option<String>,
    owner: Option<String>,
    team: Option<String>,
    touched_at: Option<DateTime<Utc>>,
    note: Option<String>,
    ignored: Vec<String>,
}

/// Reads a body. `stages`: what stages are called.
pub(super) fn deals(body: &[u8], stages: &Lexicon<DealStage>) -> Result<Vec<SentDeal>, Declined> {
    let (mut read, mut wrong) = (Vec::new(), Vec::new());
    for (pointer, one) in objects(body, Intake::Deals)? {
        let Value::Object(fields) = one else {
            let says = "this is no object: send one with the fields of a deal".to_owned();
            wrong.push(Wrong { pointer, says });
            continue;
        };
        let before = wrong.len();
        let mut reading = Reading { pointer, fields: &fields, wrong: &mut wrong };
        let sent = reading.deal(stages);
        if wrong.len() == before {
            read.extend(sent);
        }
    }
    if wrong.is_empty() { Ok(read) } else { Err(Declined::Wrong(wrong)) }
}

struct Reading<'a> {
    pointer: String,
    fields: &'a Map<String, Value>,
    wrong: &'a mut Vec<Wrong>,
}

impl Reading<'_> {
    fn complain(&mut self, field: &str, says: impl Into<String>) {
        self.wrong.push(Wrong { pointer: format!("{}/{field}", self.pointer), says: says.into() });
    }

    /// A text as it is kept; one that is none, or too long, is complained of.
    fn text(&mut self, field: &str, most: u16) -> Option<String> {
        let text = match self.fields.get(field)? {
            Value::Null => return None,
            Value::String(text) => clean(text, field == "note"),
            Value::Number(number) if field == "amount" => number.to_string(),
            _ => {
                self.complain(field, format!("{field} is no text: send it in quotes, or leave it out"));
                return None;
            }
        };
        let length = text.chars().count();
        if length > most.into() {
            self.complain(field, format!("{field} has {length} characters: send at most {most}"));
        }
        Some(text).filter(|text| !text.is_empty())
    }

    fn deal(&mut self, stages: &Lexicon<DealStage>) -> Option<SentDeal> {
        let account = self.text("account", NAME).filter(|name| name.chars().any(char::is_alphanumeric));
        if account.is_none() {
            self.complain("account", "this deal is with nobody: send the client's company");
        }
        let written = self.text("stage", NAME);
        let stage = written.as_deref().and_then(|written| stages.exact(written).copied());
        if written.is_some() && stage.is_none() {
            let all = DealStage::ALL.map(DealStage::as_str).join(", ");
            self.complain("stage", format!("this is no stage: send one of {all}, or leave it out"));
        }
        let written = self.text("touched_at", NAME);
        let touched_at = written.as_deref().and_then(instant);
        if written.is_some() && touched_at.is_none() {
            let says = "this is no moment: send one such as 2026-11-23T09:30:00Z, or a day such as 2026-11-23";
            self.complain("touched_at", says);
        }
        let unknown = self.fields.keys().filter(|name| !FIELDS.contains(&name.as_str()));
        let ignored = unknown.take(NAMED.0).map(|name| name.chars().take(NAMED.1).collect()).collect();
        Some(SentDeal {
            pointer: self.pointer.clone(),
            amount: self.text("amount", AMOUNT),
            owner: self.text("owner", NAME),
            team: self.text("team", NAME),
            note: self.text("note", NOTE),
            account: account?,
            stage,
            touched_at,
            ignored,
        })
    }
}

/// A moment with its zone, or the beginning of a day in UTC.
fn instant(written: &str) -> Option<DateTime<Utc>> {
    let day = || written.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    DateTime::parse_from_rfc3339(written).ok().map(|at| at.to_utc()).or_else(day)
}

/// Follows every one, or none; what the answer says of each.
pub(super) async fn keep(
    tx: &mut Tx,
    shared: &Shared,
    (token, sent): (&IntakeToken, &[SentDeal]),
    now: DateTime<Utc>,
) -> Result<Vec<Value>, Declined> {
    let (mut kept, mut wrong) = (Vec::new(), Vec::new());
    for one in sent {
        match follow(tx, shared, (token, one), now).await? {
            Ok(said) => kept.push(said),
            Err(unknown) => wrong.push(unknown),
        }
    }
    if wrong.is_empty() { Ok(kept) } else { Err(Declined::Wrong(wrong)) }
}

async fn follow(
    tx: &mut Tx,
    shared: &Shared,
    (token, sent): (&IntakeToken, &SentDeal),
    now: DateTime<Utc>,
) -> Result<Result<Value, Wrong>, Declined> {
    let fault = |field: &str, says: &str| Wrong { pointer: format!("{}/{field}", sent.pointer), says: says.to_owned() };
    let Some(team) = named_team(tx, token, sent.team.as_deref()).await? else {
        return Ok(Err(fault("team", "there is no such team: send the name of one in panout.toml, or leave it out")));
    };
    let mut ignored = sent.ignored.clone();
    let named = named(tx, sent).await?;
    if named.is_none() && sent.owner.is_some() {
        ignored.push("owner".to_owned());
    }
    let head = tx.responsible_for(team, now).await?;
    let Some(owner) = named.or(head) else {
        return Ok(Err(fault("owner", "nobody leads this team: send the name of somebody who sells")));
    };
    let amount = sent.amount.as_deref().map(|written| Money::parse(written, owner.team.currency));
    let Ok(amount) = amount.transpose() else {
        return Ok(Err(fault("amount", "this is no amount: send one such as 40000 or \"40k EUR\", or leave it out")));
    };
    let tracked = Tracked {
        account: sent.account.clone(),
        stage: sent.stage,
        amount,
        owner: owner.id,
        by: None,
        touched_at: sent.touched_at,
        note: sent.note.clone(),
    };
    let followed = track(tx, shared, tracked, now).await?;
    let joined = !matches!(followed, Followed::New(_));
    let mut said = json!({ "id": followed.opportunity().number.to_string(), "joined": joined });
    if !ignored.is_empty() {
        said["ignored"] = json!(ignored);
    }
    Ok(Ok(said))
}

/// The owner it names. Who is away still has their deals.
async fn named(tx: &mut Tx, sent: &SentDeal) -> Result<Option<Person>, Declined> {
    let Some(name) = &sent.owner else { return Ok(None) };
    Ok(tx.people_named(name).await?.into_iter().find(|person| person.role != Role::Observer))
}
