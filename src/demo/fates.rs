//! What became of the refusals of twelve weeks: the head looked at most, some were tried again, some won back, a few
//! closed for good.

use std::collections::HashMap;

use anyhow::anyhow;
use chrono::{DateTime, Days, TimeDelta, Utc};

use super::dice::Dice;
use crate::domain::{Change, Denied, Details, Lever, Peace, Person, Refusal, Stage, Terms, account_key, recontact_on};
use crate::flows::{Notice, POST};
use crate::store::{Answered, Decision, Inquiry, NewJob, PlaysFor, Task, TaskKind, Tx};

/// How long after it was logged the head usually decides.
const DECIDED_IN: TimeDelta = TimeDelta::hours(30);
/// How long some wait for the head all the same.
const WAITS: TimeDelta = TimeDelta::days(8);
/// How long new terms are tried.
const TRIED_FOR: Days = Days::new(14);

/// What a head tries, and how they say it.
const TERMS: [(Lever, &str); 6] = [
    (Lever::PaymentTerms, "Half now, half in sixty days."),
    (Lever::PaymentTerms, "Twelve monthly payments, the first in March."),
    (Lever::Discount, "Eight percent off for two years."),
    (Lever::ChangedOffer, "Without the modules they will not use, at two thirds of the price."),
    (Lever::ChangedOffer, "A pilot on one site for three months."),
    (Lever::Other, "Our data protection officer answers their questions on a call."),
];

/// What worked, as a rep says it.
const WORKED: [&str; 4] = [
    "Paying in two parts: their director signed the same day.",
    "The pilot on one site. They saw it work.",
    "A smaller offer: they did not need the rest.",
    "Calling back when their year began.",
];

/// What clients told the head: who decided, and what our offer lacks.
const HEARD: [(&str, &str); 4] = [
    ("The board, last month", "A reference in their trade."),
    ("Their finance director", "Payment after delivery."),
    ("The owner, alone", "Someone on site for the first week."),
    ("A committee of five", "Nothing: the other one was there first."),
];

/// What clients told the head where it was not what the rep had heard.
const OTHERWISE: [&str; 4] =
    ["price/value_unproven", "relationship/need_misunderstood", "indecision/no_consensus", "technical/integration"];

/// How long after the first no a second one comes.
const AGAIN_AFTER: TimeDelta = TimeDelta::days(36);

/// A client that will refuse again: the first refusal, and when.
pub(super) struct Second {
    pub(super) first: Refusal,
    pub(super) at: DateTime<Utc>,
}

/// Chance, and what is to happen once.
pub(super) struct Fates {
    dice: Dice,
    /// How often each account refuses in all.
    refuses: HashMap<String, usize>,
    account_asked: bool,
    contact_asked: bool,
}

impl Fates {
    /// Those of clients who will refuse so.
    pub(super) fn new<'a>(dice: Dice, clients: impl Iterator<Item = &'a Details>) -> Self {
        let mut refuses = HashMap::new();
        for details in clients {
            *refuses.entry(account_key(&details.account)).or_default() += 1;
        }
        Self { dice, refuses, account_asked: false, contact_asked: false }
    }

    /// Whether an account refuses no second time.
    pub(super) fn refuses_once(&self, details: &Details) -> bool {
        self.refuses.get(&account_key(&details.account)) == Some(&1)
    }

    /// Whether the client of a refusal that is closed asked not to be contacted: one account does, and one contact of
    /// another. Who refuses once more was called once more.
    fn asks_for_peace(&mut self, details: &Details) -> Option<Peace> {
        let once = self.refuses_once(details);
        let (account, contact) = (details.account.clone(), details.contact.clone());
        let (asked, said_by) = match contact {
            None => (&mut self.account_asked, "Their office manager, on the phone"),
            Some(_) => (&mut self.contact_asked, "A colleague there, by e-mail"),
        };
        if !once || std::mem::replace(asked, true) {
            return None;
        }
        Some(Peace { account, contact, said_by: said_by.to_owned() })
    }
}

enum Fate {
    Waits,
    Sleeps,
    IsTried,
    IsClosed,
}

/// Decides about a refusal that is stored, as the head and its rep would have by now; what will be refused again comes
/// back.
///
/// # Errors
/// When the database does not take it.
pub(super) async fn befall(
    tx: &mut Tx,
    refusal: Refusal,
    (rep, head): (&Person, &Person),
    now: DateTime<Utc>,
    fates: &mut Fates,
) -> anyhow::Result<Option<Second>> {
    let decided = head.reachable_at(refusal.logged_at + DECIDED_IN);
    if decided >= now || refusal.seen.is_none() {
        return Ok(None);
    }
    let dice = &mut fates.dice;
    let fate = dice.weighted(&[(0, 28), (1, 38), (2, 26), (3, 8)]);
    // Nobody waits for weeks.
    let fate = if fate == 0 && now - refusal.logged_at > WAITS { 1 } else { fate };
    match [Fate::Waits, Fate::Sleeps, Fate::IsTried, Fate::IsClosed].into_iter().nth(fate) {
        Some(Fate::Sleeps) => sleeps(tx, refusal, (rep, head), (decided, now), dice).await?,
        Some(Fate::IsTried) => return is_tried(tx, refusal, (rep, head), (decided, now), dice).await,
        Some(Fate::IsClosed) => is_closed(tx, refusal, head, decided, fates).await?,
        Some(Fate::Waits) | None => {}
    }
    Ok(None)
}

/// The second no of a client, as a refusal of its own; the head hears the same as the rep, and lets it sleep.
pub(super) async fn refuses_again(
    tx: &mut Tx,
    second: Second,
    (rep, head): (&Person, &Person),
    now: DateTime<Utc>,
    fates: &mut Fates,
) -> anyhow::Result<()> {
    let Second { first, at } = second;
    let number = tx.next_refusal_number().await?;
    let happened_on = at.with_timezone(&rep.time_zone()).date_naive();
    let details = Details { verbatim: None, contract_until: None, happened_on, ..first.details.clone() };
    let mut again = Refusal { again_of: Some(first.number), ..Refusal::new(number, rep, details, at) };
    again.stage = Stage::WithHead;
    let seen = head.reachable_at(at + TimeDelta::hours(2));
    again.seen = (seen < now).then_some((head.id, seen));
    tx.add_refusal(&again).await?;
    tx.audit(Some(number), rep.id, &Change::of_state("logged"), at).await?;
    let over = first.tried(rep, false).map_err(refused)?;
    save(tx, &over, &decision(&over, rep, Stage::RefusedAgain, at)).await?;
    tx.done_with(over.number, at).await?;
    let decided = head.reachable_at(at + DECIDED_IN);
    if decided < now {
        sleeps(tx, again, (rep, head), (decided, now), &mut fates.dice).await?;
    }
    Ok(())
}

async fn sleeps(
    tx: &mut Tx,
    refusal: Refusal,
    (rep, head): (&Person, &Person),
    (decided, now): (DateTime<Utc>, DateTime<Utc>),
    dice: &mut Dice,
) -> anyhow::Result<()> {
    let again_on = recontact_on(&refusal.details, 0, decided.with_timezone(&head.time_zone()).date_naive());
    let reason = if dice.percent(30) {
        dice.pick(&OTHERWISE).parse().map_err(|id: String| anyhow!("{id} is no reason"))?
    } else {
        refusal.details.reason.clone()
    };
    let asleep = refusal.validate(head, reason).map_err(refused)?;
    let (who, lacks) = *dice.pick(&HEARD);
    let validated = Decision { due_on: Some(again_on), ..decision(&asleep, head, Stage::Validated, decided) };
    let id = save(tx, &asleep, &validated).await?;
    let said = Answered {
        refusal: asleep.number,
        inquiry: Inquiry::Validation,
        version: 1,
        decision: Some(id),
        said_by: head.id,
        from_whom: None,
        heard_on: None,
        given: [("who_decided", who), ("gap", lacks)].map(|(asked, said)| (asked.to_owned(), said.to_owned())).into(),
    };
    tx.answered(&said, decided).await?;
    hand(tx, &asleep, TaskKind::Recontact, rep, (rep.batch_on(again_on), now)).await
}

async fn is_tried(
    tx: &mut Tx,
    refusal: Refusal,
    (rep, head): (&Person, &Person),
    (decided, now): (DateTime<Utc>, DateTime<Utc>),
    dice: &mut Dice,
) -> anyhow::Result<Option<Second>> {
    let day = decided.with_timezone(&rep.time_zone()).date_naive();
    let due_on = day.checked_add_days(TRIED_FOR).unwrap_or(day);
    let known = tx.plays(&PlaysFor::Reason(refusal.details.reason.broad()), 1).await?;
    let play = known.into_iter().next().filter(|_| dice.percent(50));
    let (lever, note) = match &play {
        Some(play) => (play.lever, play.how.clone()),
        None => {
            let (lever, note) = *dice.pick(&TERMS);
            (lever, note.to_owned())
        }
    };
    let terms = Terms { lever, note, owner: rep.id, due_on };
    let revived = refusal.revive(head, &terms).map_err(refused)?;
    let back = Decision {
        lever: Some(lever),
        note: Some(terms.note.clone()),
        due_on: Some(due_on),
        ..decision(&revived, head, Stage::Revived, decided)
    };
    let tried = save(tx, &revived, &back).await?;
    if let Some(play) = &play {
        tx.use_play(play.id, tried).await?;
    }
    let due = rep.batch_on(due_on);
    if due + TimeDelta::hours(3) < now && dice.percent(60) {
        is_won_back(tx, revived, rep, (lever, tried), due, dice).await?;
        return Ok(None);
    }
    hand(tx, &revived, TaskKind::Deal, rep, (due, now)).await?;
    let at = rep.reachable_at(revived.logged_at + AGAIN_AFTER);
    Ok((at + TimeDelta::days(1) < now).then_some(Second { first: revived, at }))
}

async fn is_won_back(
    tx: &mut Tx,
    revived: Refusal,
    rep: &Person,
    (lever, tried): (Lever, i64),
    due: DateTime<Utc>,
    dice: &mut Dice,
) -> anyhow::Result<()> {
    let won = revived.tried(rep, true).map_err(refused)?;
    let (how, at) = (*dice.pick(&WORKED), due + TimeDelta::hours(3));
    let said = Decision { lever: Some(lever), note: Some(how.to_owned()), ..decision(&won, rep, Stage::WonBack, at) };
    save(tx, &won, &said).await?;
    if !tx.play_worked(tried).await? {
        tx.make_play(&won, (lever, how), rep.id, at).await?;
    }
    Ok(())
}

async fn is_closed(
    tx: &mut Tx,
    refusal: Refusal,
    head: &Person,
    decided: DateTime<Utc>,
    fates: &mut Fates,
) -> anyhow::Result<()> {
    let closed = refusal.close(head).map_err(refused)?;
    let said = match fates.asks_for_peace(&closed.details) {
        Some(peace) => {
            tx.do_not_contact(&peace, head.id, decided).await?;
            let who = peace.who().to_owned();
            vec![("why", "no_contact".to_owned()), ("asked", who), ("said_by", peace.said_by)]
        }
        None => vec![("why", "ceased_trading".to_owned()), ("said_by", "The register of companies".to_owned())],
    };
    let call = said.into_iter().map(|(key, said)| (key.to_owned(), said)).collect();
    save(tx, &closed, &Decision { call, ..decision(&closed, head, Stage::Closed, decided) }).await?;
    Ok(())
}

fn decision(refusal: &Refusal, by: &Person, stage: Stage, at: DateTime<Utc>) -> Decision {
    let (lever, note, due_on, call) = (None, None, None, Vec::new());
    Decision { id: 0, refusal: refusal.number, by: by.id, at, stage, lever, note, due_on, call }
}

/// Stores a refusal and what was decided about it; the decision's id.
async fn save(tx: &mut Tx, refusal: &Refusal, decision: &Decision) -> anyhow::Result<i64> {
    tx.save_refusal(refusal).await?;
    let id = tx.decided(decision).await?;
    let change = Change { what: "stage", was: None, is_now: Some(refusal.stage.as_str().to_owned()) };
    tx.audit(Some(refusal.number), decision.by, &change, decision.at).await?;
    Ok(id)
}

/// Into the rep's hands: what fell due while nobody was there comes with their next message.
async fn hand(
    tx: &mut Tx,
    refusal: &Refusal,
    kind: TaskKind,
    rep: &Person,
    (due, now): (DateTime<Utc>, DateTime<Utc>),
) -> anyhow::Result<()> {
    let due_at = if due > now { due } else { rep.next_batch(now) };
    tx.hand(&Task::new(refusal.number, kind, rep.id, due_at), now).await?;
    let today = Notice::Today(rep.id.0, due_at);
    let job = NewJob { kind: POST, occurrence: today.key(), payload: serde_json::to_string(&today)?, run_at: due_at };
    Ok(tx.plan(&job, now).await?)
}

fn refused(denied: Denied) -> anyhow::Error {
    anyhow!("a sample takes a step there is not: {denied:?}")
}
