//! The buttons and forms of leads.

use super::{card, claim, form, list, work};
use crate::chat::Reply;
use crate::domain::LeadNumber;
use crate::flows::{Call, Result, Values};

/// What a button or a form of a lead means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeadAct {
    /// The empty form to log one.
    Log,
    /// Shows one of a list; the press says which.
    Open,
    /// The list of what one has in hand.
    Mine,
    /// The list of a team's that nobody worked.
    Unworked,
    /// Where it came from; the press says.
    Source(LeadNumber),
    /// Somebody called: how it went.
    Called(LeadNumber),
    /// It is put off.
    PutOff(LeadNumber),
    /// It is not theirs.
    NotMine(LeadNumber),
    /// It is none for us.
    Disqualify(LeadNumber),
    /// They said no: a refusal.
    Refused(LeadNumber),
    /// They never answered: a refusal too.
    Silent(LeadNumber),
    /// They bought.
    Won(LeadNumber),
    /// Somebody takes what is open to all.
    Claim(LeadNumber),
}

impl LeadAct {
    /// As a platform carries it.
    pub(in crate::flows) fn encoded(self) -> String {
        match self {
            LeadAct::Log => "lead_log".to_owned(),
            LeadAct::Open => "lead_open".to_owned(),
            LeadAct::Mine => "leads_mine".to_owned(),
            LeadAct::Unworked => "leads_unworked".to_owned(),
            LeadAct::Source(LeadNumber(n)) => format!("lead_source.{n}"),
            LeadAct::Called(LeadNumber(n)) => format!("lead_called.{n}"),
            LeadAct::PutOff(LeadNumber(n)) => format!("lead_put_off.{n}"),
            LeadAct::NotMine(LeadNumber(n)) => format!("lead_not_mine.{n}"),
            LeadAct::Disqualify(LeadNumber(n)) => format!("lead_disqualify.{n}"),
            LeadAct::Refused(LeadNumber(n)) => format!("lead_refused.{n}"),
            LeadAct::Silent(LeadNumber(n)) => format!("lead_silent.{n}"),
            LeadAct::Won(LeadNumber(n)) => format!("lead_won.{n}"),
            LeadAct::Claim(LeadNumber(n)) => format!("lead_claim.{n}"),
        }
    }

    /// What a word and its numbers mean, if they mean one of these.
    pub(in crate::flows) fn parse(word: &str, numbers: &[i64]) -> Option<Self> {
        Some(match (word, numbers) {
            ("lead_log", []) => LeadAct::Log,
            ("lead_open", []) => LeadAct::Open,
            ("leads_mine", []) => LeadAct::Mine,
            ("leads_unworked", []) => LeadAct::Unworked,
            ("lead_source", [n]) => LeadAct::Source(LeadNumber(*n)),
            ("lead_called", [n]) => LeadAct::Called(LeadNumber(*n)),
            ("lead_put_off", [n]) => LeadAct::PutOff(LeadNumber(*n)),
            ("lead_not_mine", [n]) => LeadAct::NotMine(LeadNumber(*n)),
            ("lead_disqualify", [n]) => LeadAct::Disqualify(LeadNumber(*n)),
            ("lead_refused", [n]) => LeadAct::Refused(LeadNumber(*n)),
            ("lead_silent", [n]) => LeadAct::Silent(LeadNumber(*n)),
            ("lead_won", [n]) => LeadAct::Won(LeadNumber(*n)),
            ("lead_claim", [n]) => LeadAct::Claim(LeadNumber(*n)),
            _ => return None,
        })
    }

    /// Whether a press on it only asks.
    pub(in crate::flows) fn only_asks(self) -> bool {
        !matches!(self, LeadAct::Claim(_) | LeadAct::Source(_))
    }

    /// A press; `value`: what was chosen.
    pub(in crate::flows) async fn press(self, call: &mut Call<'_>, value: Option<&str>) -> Result {
        match self {
            LeadAct::Log => Ok(Reply::Ask(form::log(call, &form::Typed::default()))),
            LeadAct::Open => match value.and_then(|value| value.parse().ok()) {
                Some(number) => card::open(call, number).await,
                None => crate::flows::tell(call.words.text("denied.unknown_choice", crate::args! {})),
            },
            LeadAct::Mine => list::mine(call).await,
            LeadAct::Unworked => list::unworked(call).await,
            LeadAct::Source(number) => work::source(call, number, value).await,
            LeadAct::Called(number) => work::called_form(call, number).await,
            LeadAct::PutOff(number) => work::put_off_form(call, number).await,
            LeadAct::NotMine(number) => work::not_mine_form(call, number).await,
            LeadAct::Disqualify(number) => work::disqualify_form(call, number).await,
            LeadAct::Refused(number) => work::refused_form(call, number, false).await,
            LeadAct::Silent(number) => work::refused_form(call, number, true).await,
            LeadAct::Won(number) => work::won_form(call, number).await,
            LeadAct::Claim(number) => claim::claim(call, number).await,
        }
    }

    /// A form; nothing for what has none.
    pub(in crate::flows) async fn submit(self, call: &mut Call<'_>, values: &Values) -> Result<Option<Reply>> {
        Ok(Some(match self {
            LeadAct::Log => super::log_form(call, values).await?,
            LeadAct::Called(number) => work::called(call, number, values).await?,
            LeadAct::PutOff(number) => work::put_off(call, number, values).await?,
            LeadAct::NotMine(number) => work::not_mine(call, number, values).await?,
            LeadAct::Disqualify(number) => work::disqualify(call, number, values).await?,
            LeadAct::Refused(number) | LeadAct::Silent(number) => work::refused(call, number, values).await?,
            LeadAct::Won(number) => work::won(call, number, values).await?,
            _ => return Ok(None),
        }))
    }
}
