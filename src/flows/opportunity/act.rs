//! The buttons and forms of opportunities.

use super::{advance, card, cost, list, typed, work};
use crate::chat::Reply;
use crate::domain::{DealStage, OpportunityNumber};
use crate::flows::{Call, Result, Values};

/// What a button or a form of an opportunity means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealAct {
    /// The form to follow one.
    Track,
    /// Shows one of a list; the press says which.
    Open,
    /// The list of one's own.
    Mine,
    /// Somebody dealt with the client.
    Touched(OpportunityNumber),
    /// The form that asks what is known.
    Checklist(OpportunityNumber),
    /// It comes to this stage, unless something is missing.
    Advance(OpportunityNumber, DealStage),
    /// It comes to this stage whatever is missing; the form asks why.
    Anyway(OpportunityNumber, DealStage),
    /// It is none for us.
    Disqualify(OpportunityNumber),
    /// They bought.
    Won(OpportunityNumber),
    /// They said no: a refusal.
    Dead(OpportunityNumber),
    /// The form with the terms of what carrying deals costs, of a team.
    Terms(i64),
}

impl DealAct {
    /// As a platform carries it.
    pub(in crate::flows) fn encoded(self) -> String {
        match self {
            DealAct::Track => "deal_track".to_owned(),
            DealAct::Open => "deal_open".to_owned(),
            DealAct::Mine => "deals_mine".to_owned(),
            DealAct::Touched(OpportunityNumber(n)) => format!("deal_touched.{n}"),
            DealAct::Checklist(OpportunityNumber(n)) => format!("deal_checklist.{n}"),
            DealAct::Advance(OpportunityNumber(n), to) => format!("deal_advance.{n}.{}", to.place()),
            DealAct::Anyway(OpportunityNumber(n), to) => format!("deal_anyway.{n}.{}", to.place()),
            DealAct::Disqualify(OpportunityNumber(n)) => format!("deal_disqualify.{n}"),
            DealAct::Won(OpportunityNumber(n)) => format!("deal_won.{n}"),
            DealAct::Dead(OpportunityNumber(n)) => format!("deal_dead.{n}"),
            DealAct::Terms(team) => format!("deal_terms.{team}"),
        }
    }

    /// What a word and its numbers mean, if they mean one of these.
    pub(in crate::flows) fn parse(word: &str, numbers: &[i64]) -> Option<Self> {
        Some(match (word, numbers) {
            ("deal_track", []) => DealAct::Track,
            ("deal_open", []) => DealAct::Open,
            ("deals_mine", []) => DealAct::Mine,
            ("deal_touched", [n]) => DealAct::Touched(OpportunityNumber(*n)),
            ("deal_checklist", [n]) => DealAct::Checklist(OpportunityNumber(*n)),
            ("deal_advance", [n, to]) => DealAct::Advance(OpportunityNumber(*n), DealStage::at(*to)?),
            ("deal_anyway", [n, to]) => DealAct::Anyway(OpportunityNumber(*n), DealStage::at(*to)?),
            ("deal_disqualify", [n]) => DealAct::Disqualify(OpportunityNumber(*n)),
            ("deal_won", [n]) => DealAct::Won(OpportunityNumber(*n)),
            ("deal_dead", [n]) => DealAct::Dead(OpportunityNumber(*n)),
            ("deal_terms", [team]) => DealAct::Terms(*team),
            _ => return None,
        })
    }

    /// Whether a press on it only asks.
    pub(in crate::flows) fn only_asks(self) -> bool {
        !matches!(self, DealAct::Touched(_) | DealAct::Advance(..))
    }

    /// A press; `value`: what was chosen.
    pub(in crate::flows) async fn press(self, call: &mut Call<'_>, value: Option<&str>) -> Result {
        match self {
            DealAct::Track => typed::empty_form(call),
            DealAct::Open => match value.and_then(|value| value.parse().ok()) {
                Some(number) => card::open(call, OpportunityNumber(number)).await,
                None => crate::flows::tell(call.words.text("denied.unknown_choice", crate::args! {})),
            },
            DealAct::Mine => list::mine(call).await,
            DealAct::Touched(number) => work::touched(call, number).await,
            DealAct::Checklist(number) => work::checklist_form(call, number).await,
            DealAct::Advance(number, to) => advance::advance(call, number, to).await,
            DealAct::Anyway(number, to) => advance::anyway_form(call, number, to).await,
            DealAct::Disqualify(number) => work::disqualify_form(call, number).await,
            DealAct::Won(number) => work::won_form(call, number).await,
            DealAct::Dead(number) => work::dead_form(call, number).await,
            DealAct::Terms(team) => cost::terms_form(call, team).await,
        }
    }

    /// A form; nothing for what has none.
    pub(in crate::flows) async fn submit(self, call: &mut Call<'_>, values: &Values) -> Result<Option<Reply>> {
        Ok(Some(match self {
            DealAct::Track => typed::filled(call, values).await?,
            DealAct::Checklist(number) => work::checked(call, number, values).await?,
            DealAct::Anyway(number, to) => advance::anyway(call, number, to, values).await?,
            DealAct::Disqualify(number) => work::disqualify(call, number, values).await?,
            DealAct::Won(number) => work::won(call, number, values).await?,
            DealAct::Dead(number) => work::dead(call, number, values).await?,
            DealAct::Terms(team) => cost::keep_terms(call, team, values).await?,
            _ => return Ok(None),
        }))
    }
}
