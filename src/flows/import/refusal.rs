//! A refusal of earlier times in a file.
//!
//! It is history: nobody is asked to decide about it, how it went, or what was learned. So it validates itself, as a small
//! one does, and sleeps until it is time to call again, by the rule of its reason counted from the day it happened. Of
//! most that day is over: those calls are spread over the coming weeks, [`A_DAY`] a day for each owner.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::cells::Reading;
use super::house::House;
use super::{Became, Fate};
use crate::domain::{
    Change, Details, Outcome, Person, PersonId, ReasonId, Refusal, SAME_ACCOUNT, Stage, TeamId, recontact_on,
};
use crate::flows::decide::{decision, hand};
use crate::flows::refusal::{NAME, VERBATIM, outcome_of};
use crate::flows::{Call, Error, Result, close, words_for};
use crate::store::{Decision, TaskKind, Tx};

/// How many calls whose day was over come on one day to one owner.
pub(super) const A_DAY: i64 = 2;
/// When the first of them come.
const FIRST: Days = Days::new(7);
/// When on its day an old refusal is taken to have been logged.
const NOON: NaiveTime = NaiveTime::from_hms_opt(12, 0, 0).expect("there is a noon");
/// The most days that are looked through for one on which somebody works.
const LOOKED: usize = 14;

/// A refusal as a row says it.
#[derive(Clone, Debug)]
pub(super) struct RefusalEntry {
    pub(super) details: Details,
    /// Whose it was; nobody: whoever imports has it.
    owner: Option<PersonId>,
    team: TeamId,
}

/// Reads one; what is wrong is in the reading.
pub(super) fn read(reading: &mut Reading<'_>) -> Option<RefusalEntry> {
    let shared = reading.house.shared.clone();
    let (account, reason) = (account(reading), reason(reading));
    let outcomes = || Outcome::ALL.map(Outcome::as_str).join(", ");
    let outcome = reading.known("outcome", &shared.outcomes, (|it: &Outcome| it.as_str().to_owned(), outcomes));
    let (competitor, verbatim) = (reading.text("competitor", NAME), reading.paragraph("verbatim", VERBATIM));
    if reason.as_ref().is_some_and(|reason| reason.level1() == "other") && verbatim.is_none() {
        reading.complain("verbatim", "the reason is \"other\": write what the client said");
    }
    let happened_on = happened_on(reading);
    let owner = reading.owner(true);
    let team = reading.team(owner);
    let currency = team.map_or(reading.house.by.team.currency, |team| reading.house.team(team).currency);
    let (contact, budget) = (reading.contact(NAME), reading.money(currency));
    let (contact_role, segment) = (reading.text("contact_role", NAME), reading.text("segment", NAME));
    let (products, source) = (reading.products(), reading.source());
    let contract_until = reading.day("contract_until", true);
    let (account, reason, happened_on, team) = (account?, reason?, happened_on?, team?);
    let outcome = outcome.unwrap_or_else(|| outcome_of(Some(&reason), competitor.is_some()));
    let details = Details {
        account,
        contact,
        contact_role,
        outcome,
        reason,
        products,
        budget,
        competitor,
        verbatim,
        segment,
        source,
        contract_until,
        happened_on,
    };
    reading.wrong.is_empty().then_some(RefusalEntry { details, owner, team })
}

/// The client's company; without one the row is of nobody.
pub(super) fn account(reading: &mut Reading<'_>) -> Option<String> {
    let account = reading.text("account", NAME);
    if account.as_deref().is_some_and(|name| !name.contains(char::is_alphanumeric)) {
        reading.complain("account", "this is no name: write the company's");
    } else if account.is_none() && reading.wrong.is_empty() {
        reading.complain("account", "nobody is named: write the company's name");
    }
    account
}

fn reason(reading: &mut Reading<'_>) -> Option<ReasonId> {
    let (shared, before) = (reading.house.shared.clone(), reading.wrong.len());
    let all = || {
        let reasons = shared.reasons.suggest("", usize::MAX);
        let broad: Vec<&str> = reasons.iter().filter(|it| it.level2().is_none()).map(ReasonId::as_str).collect();
        format!("{}; or closer, such as price/no_budget", broad.join(", "))
    };
    let reason = reading.known("reason", &shared.reasons, (|it: &ReasonId| it.as_str().to_owned(), all));
    if reason.is_none() && reading.wrong.len() == before {
        reading.complain("reason", format!("no reason is given: write one of {}", all()));
    }
    reason
}

fn happened_on(reading: &mut Reading<'_>) -> Option<NaiveDate> {
    let before = reading.wrong.len();
    let day = reading.day("happened_on", false);
    if day.is_none() && reading.wrong.len() == before {
        reading.complain(
            "happened_on",
            "no day is given: write the day they said no, or 2025-03 if only the month is known",
        );
    }
    day
}

/// What people logged themselves that is the same: of the account, within thirty days.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn there(tx: &mut Tx, entry: &RefusalEntry) -> Result<Option<Refusal>> {
    let (day, around) = (entry.details.happened_on, Days::new(SAME_ACCOUNT.num_days().unsigned_abs()));
    let from = day.checked_sub_days(around).unwrap_or(day);
    let to = day.checked_add_days(around).unwrap_or(day);
    Ok(tx.refusal_logged_between(&entry.details.account, (from, to)).await?)
}

/// Stores one, asleep.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn keep(tx: &mut Tx, house: &House, entry: &RefusalEntry, now: DateTime<Utc>) -> Result<Became> {
    let rep = tx.person(entry.owner.unwrap_or(house.by.id)).await?;
    let owner = if tx.has_left(rep.id).await? {
        tx.heir_of(entry.team, now).await?.unwrap_or_else(|| house.by.clone())
    } else {
        rep.clone()
    };
    let number = tx.next_refusal_number().await?;
    let at = logged_at(house, entry, now);
    let logged = Refusal::new(number, &rep, entry.details.clone(), at);
    let logged = Refusal { team: entry.team, owner: owner.id, ..logged };
    let asleep = logged.validate_itself().map_err(|denied| Error::Internal(anyhow::anyhow!("{denied:?}")))?;
    tx.add_refusal(&asleep).await?;
    tx.audit(Some(number), house.by.id, &Change::of_state("imported"), now).await?;
    let words = words_for(&house.shared, &house.by);
    let mut call = Call { tx, by: house.by.clone(), words, shared: &house.shared, now };
    let (day, moved) = again_on(call.tx, house, (&asleep, &owner)).await?;
    let said = vec![("imported".to_owned(), String::new())];
    let validated = decision(&call, &asleep, Stage::Validated);
    call.tx.decided(&Decision { call: said, due_on: Some(day), ..validated }).await?;
    let closed = close::ends_in_peace(&mut call, &asleep).await?.is_some();
    if !closed {
        hand(&mut call, &asleep, TaskKind::Recontact, day).await?;
    }
    Ok(Became { fate: Fate::New, number: number.0, moved: moved.filter(|_| !closed) })
}

/// The day they said no, at noon where its team is.
fn logged_at(house: &House, entry: &RefusalEntry, now: DateTime<Utc>) -> DateTime<Utc> {
    let team = house.team(entry.team);
    let begins = team.day_begins(entry.details.happened_on);
    begins.map_or(now, |begins| begins + NOON.signed_duration_since(NaiveTime::MIN)).min(now)
}

/// When to call again; whose call was moved to which day, if the day by the rule is over.
async fn again_on(
    tx: &mut Tx,
    house: &House,
    (asleep, owner): (&Refusal, &Person),
) -> Result<(NaiveDate, Option<(PersonId, NaiveDate)>)> {
    let by_rule = recontact_on(&asleep.details, 0, asleep.details.happened_on);
    if by_rule > house.today {
        return Ok((by_rule, None));
    }
    let first = house.today.checked_add_days(FIRST).unwrap_or(house.today);
    let free = match tx.last_moved_recontact(owner.id).await? {
        Some((day, count)) if day >= first && count < A_DAY => day,
        Some((day, _)) if day >= first => day.succ_opt().unwrap_or(day),
        _ => first,
    };
    let works = |day: &NaiveDate| owner.works_on(*day);
    let day = free.iter_days().take(LOOKED).find(works).unwrap_or(free);
    Ok((day, Some((owner.id, day))))
}
