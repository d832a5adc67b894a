//! An opportunity, from the first word with a client until it is won, over with a reason, or a refusal.
//!
//! Starts: `/deal`, what comes over HTTP or in a file. Acts: its owner, whoever stands in for them, the head, by the buttons
//! of its card and of the message of the day. Ends: won, disqualified with a reason, or a refusal. One that nobody touches,
//! or that is in its stage for longer than nearly every won one was, goes dark: its owner is asked, three times, then the
//! head hears of it once, and it stays in the lists.
//!
//! ```text
//! tracked -+-> touched, stage, amount, checklist -> (again)
//!          |-> advance -+-> nothing is missing --------------------> the next stage
//!          |            '-> gaps, and how such deals ended -> anyway (why) -> the next stage
//!          |-> dark -> "right person? real reason?" -> touched | advance | disqualified | refusal
//!          '-> won | disqualified (why) | refusal
//! ```

mod act;
mod advance;
mod card;
mod cost;
mod criteria;
mod list;
mod today;
mod typed;
mod work;

use chrono::{DateTime, TimeDelta, Utc};

pub use act::DealAct;
pub(super) use criteria::criteria;
pub(super) use list::suggest;
pub(super) use today::{Line, lines, told, unheard};
pub(super) use typed::{command, only_asks};

use super::lead::Off;
use super::notice::{self, Notice};
use super::{Result, Shared};
use crate::domain::{DAYS_WITHOUT_TOUCH, DealStage, DealState, Money, Opportunity, Person, PersonId, longest_stay};
use crate::store::{DealsOf, Tx};

/// The most opportunities of one person that are planned anew at once.
const AT_ONCE: i64 = 1000;

/// What the organisation decided about opportunities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DealRules {
    /// After how many working days of its owner without a touch one goes dark.
    pub days_without_touch: usize,
}

impl Default for DealRules {
    fn default() -> Self {
        Self { days_without_touch: DAYS_WITHOUT_TOUCH }
    }
}

/// What somebody says, or sends, of an opportunity.
#[derive(Clone, Debug)]
pub struct Tracked {
    /// The client: at most 120 characters, never empty.
    pub account: String,
    /// How far it is; if it is new and nobody says, at first contact.
    pub stage: Option<DealStage>,
    /// What it may be worth.
    pub amount: Option<Money>,
    /// Who has it: whose team it is of.
    pub owner: PersonId,
    /// Who says so; nobody where it came by itself.
    pub by: Option<PersonId>,
    /// When somebody last dealt with the client; nothing: now. Never later than now.
    pub touched_at: Option<DateTime<Utc>>,
    /// What was said beside it.
    pub note: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// It is followed from now on.
    New(Opportunity),
    /// It was followed already, and says something new now.
    Changed(Opportunity),
    /// It was followed already, as it was said.
    AsBefore(Opportunity),
}

impl Followed {
    /// The opportunity.
    pub fn opportunity(&self) -> &Opportunity {
        match self {
            Followed::New(it) | Followed::Changed(it) | Followed::AsBefore(it) => it,
        }
    }
}

/// Follows an opportunity; the same client and owner, not over: the one that is there is changed. Gaps in the checklist are
/// kept and stop nothing. The same twice changes nothing the second time.
///
/// # Errors
/// When the database does not answer, or nobody is this owner.
pub async fn track(tx: &mut Tx, shared: &Shared, tracked: Tracked, now: DateTime<Utc>) -> Result<Followed> {
    match tx.open_opportunity(tracked.owner, &tracked.account).await? {
        Some(before) => change(tx, shared, before, tracked, now).await,
        None => begin(tx, shared, tracked, now).await.map(Followed::New),
    }
}

async fn begin(tx: &mut Tx, shared: &Shared, tracked: Tracked, now: DateTime<Utc>) -> Result<Opportunity> {
    let number = tx.next_opportunity_number().await?;
    let touched_at = tracked.touched_at.unwrap_or(now).min(now);
    let opportunity = Opportunity {
        number,
        team: tx.person(tracked.owner).await?.team.id,
        owner: tracked.owner,
        account: tracked.account,
        amount: tracked.amount,
        stage: tracked.stage.unwrap_or(DealStage::FirstContact),
        stage_since: touched_at,
        tracked_at: touched_at,
        tracked_by: tracked.by,
        touched_at,
        checks: std::collections::BTreeMap::new(),
        state: DealState::Open,
        unfit: None,
        refusal: None,
        dark: None,
    };
    let opportunity = save(tx, shared, opportunity, true, now).await?;
    tx.deal_event(number, tracked.by, ("tracked", tracked.note.as_deref()), now).await?;
    Ok(opportunity)
}

async fn change(
    tx: &mut Tx,
    shared: &Shared,
    before: Opportunity,
    tracked: Tracked,
    now: DateTime<Utc>,
) -> Result<Followed> {
    let stage = tracked.stage.filter(|stage| *stage != before.stage);
    let amount = tracked.amount.filter(|amount| Some(*amount) != before.amount);
    let touched_at = tracked.touched_at.map(|at| at.min(now)).filter(|at| *at > before.touched_at);
    let note = tracked.note.as_deref();
    if stage.is_none() && amount.is_none() && touched_at.is_none() && note.is_none() {
        return Ok(Followed::AsBefore(before));
    }
    let at = if tracked.touched_at.is_some() { touched_at.unwrap_or(before.touched_at) } else { now };
    let mut changed = before.clone();
    if let Some(amount) = amount {
        changed.amount = Some(amount);
        tx.deal_event(before.number, tracked.by, ("amount", None), now).await?;
    }
    if let Some(to) = stage {
        changed = advance::keep(tx, (changed, to), (tracked.by, None), now).await?;
    } else {
        tx.deal_event(before.number, tracked.by, ("touched", note), now).await?;
    }
    changed.touched_at = at;
    save(tx, shared, changed, true, now).await.map(Followed::Changed)
}

/// Stores an opportunity that changed: when it goes dark, who is to hear of it then, and every message that told of it.
/// `anew`: somebody dealt with it, so nothing was said of it yet.
async fn save(
    tx: &mut Tx,
    shared: &Shared,
    mut opportunity: Opportunity,
    anew: bool,
    now: DateTime<Utc>,
) -> Result<Opportunity> {
    let owner = tx.person(opportunity.owner).await?;
    if opportunity.state == DealState::Open {
        let longest = longest_stay(&tx.won_stays(opportunity.team, opportunity.stage).await?);
        let off = Off::of(shared, &owner, now);
        let days = shared.rules.opportunities.days_without_touch;
        let was = opportunity.dark;
        opportunity.dark = opportunity.goes_dark(days, longest, &off.calendar(&owner));
        // Of leave that is over nothing is known any more: without a touch it comes no sooner.
        if let Some(was) = was.filter(|was| !anew && opportunity.dark.is_some_and(|dark| dark.0 < was.0)) {
            opportunity.dark = Some(was);
        }
    }
    tx.save_opportunity(&opportunity, anew, now).await?;
    if let Some((at, _)) = opportunity.dark {
        let at = owner.next_batch(at.max(now) - TimeDelta::seconds(1));
        notice::plan(tx, shared, &Notice::Today(owner.id.0, at), at, now).await?;
    }
    for told in tx.notices_of_opportunity(opportunity.number).await?.iter().filter_map(|key| Notice::named(key)) {
        notice::refresh(tx, &told, now).await?;
    }
    Ok(opportunity)
}

/// The hours, the zone or the leave of somebody changed: their opportunities go dark by the new ones.
pub(super) async fn hours_changed(tx: &mut Tx, shared: &Shared, person: &Person, now: DateTime<Utc>) -> Result<()> {
    for opportunity in tx.opportunities_of(DealsOf::Owner(person.id), AT_ONCE).await? {
        save(tx, shared, opportunity, false, now).await?;
    }
    Ok(())
}

/// Somebody left: what they followed is their head's, who hears of it when it goes dark.
pub(super) async fn inherited(tx: &mut Tx, shared: &Shared, now: DateTime<Utc>) -> Result<()> {
    for left in tx.left_with_opportunities().await? {
        for opportunity in tx.opportunities_of(DealsOf::Owner(left), AT_ONCE).await? {
            let Some(heir) = tx.responsible_for(opportunity.team, now).await? else { continue };
            tx.deal_event(opportunity.number, Some(heir.id), ("inherited", None), now).await?;
            save(tx, shared, Opportunity { owner: heir.id, ..opportunity }, true, now).await?;
        }
    }
    Ok(())
}
