//! A deal in a file: followed as one that is sent over HTTP is.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::cells::Reading;
use super::house::House;
use super::{Became, Fate, refusal};
use crate::domain::{DealStage, Team, account_key};
use crate::flows::Result;
use crate::flows::opportunity::{Followed, Tracked, track};
use crate::store::Tx;

/// The longest note, in characters: as over HTTP.
const NOTE: usize = 1000;
/// When on its day a deal was touched of which only the day is known.
const NOON: TimeDelta = TimeDelta::hours(12);

/// A deal as a row says it.
#[derive(Clone, Debug)]
pub(super) struct DealEntry {
    pub(super) tracked: Tracked,
}

impl DealEntry {
    /// By what two rows are of the same deal: its owner and the client.
    pub(super) fn key(&self) -> (i64, String) {
        (self.tracked.owner.0, account_key(&self.tracked.account))
    }
}

/// Reads one; what is wrong is in the reading.
pub(super) fn read(reading: &mut Reading<'_>) -> Option<DealEntry> {
    let shared = reading.house.shared.clone();
    let account = refusal::account(reading);
    let all = || DealStage::ALL.map(DealStage::as_str).join(", ");
    let stage = reading.known("stage", &shared.deal_stages, (|it: &DealStage| it.as_str().to_owned(), all));
    let owner = reading.owner(false);
    let team = reading.team(owner);
    let currency = team.map_or(reading.house.by.team.currency, |team| reading.house.team(team).currency);
    let amount = reading.money(currency);
    let touched_on = reading.day("touched", false);
    let note = reading.paragraph("note", NOTE);
    let (account, team) = (account?, team?);
    if !reading.wrong.is_empty() {
        return None;
    }
    let house = reading.house;
    let noon = |day: NaiveDate| Some(Team::day_begins_in(day, house.team(team).time_zone)? + NOON);
    let tracked = Tracked {
        account,
        stage,
        amount,
        // Without an owner it is of whoever leads the team, as over HTTP.
        owner: owner.unwrap_or_else(|| house.head_of(team)),
        by: Some(house.by.id),
        touched_at: touched_on.and_then(noon),
        note,
    };
    Some(DealEntry { tracked })
}

/// Whether it is followed already.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn looks(tx: &mut Tx, entry: &DealEntry) -> Result<Fate> {
    let there = tx.open_opportunity(entry.tracked.owner, &entry.tracked.account).await?;
    Ok(if there.is_some() { Fate::Joined } else { Fate::New })
}

/// Follows one.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn keep(tx: &mut Tx, house: &House, entry: &DealEntry, now: DateTime<Utc>) -> Result<Became> {
    let followed = track(tx, &house.shared, entry.tracked.clone(), now).await?;
    let fate = if matches!(followed, Followed::New(_)) { Fate::New } else { Fate::Joined };
    Ok(Became { fate, number: followed.opportunity().number.0, moved: None })
}
