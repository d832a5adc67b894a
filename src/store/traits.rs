//! What a refusal is found by beside the words of its texts.

use chrono::NaiveDate;

use crate::domain::{PersonId, ReasonId, Source, Stage, TeamId};

/// Something a refusal is found by that is no word of its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trait {
    /// The team it belongs to.
    Team(TeamId),
    /// Who logged it.
    By(PersonId),
    /// Who owns it.
    Owner(PersonId),
    /// Who decides about it beside its head.
    Delegate(PersonId),
    /// Why, as its rep, its head or the client says, or a broader word for that.
    Reason(ReasonId),
    /// What was offered.
    Product(i64),
    /// Which part of the market, folded.
    Segment(String),
    /// Where the client came from.
    Source(Source),
    /// Who won, or stood against us, folded.
    Competitor(String),
    /// Where it is in its life.
    Stage(Stage),
    /// The day the client said no.
    Day(NaiveDate),
}

impl Trait {
    /// As it is kept among the words.
    pub(super) fn word(&self) -> String {
        match self {
            Trait::Team(TeamId(id)) => format!("@team:{id}"),
            Trait::By(PersonId(id)) => format!("@by:{id}"),
            Trait::Owner(PersonId(id)) => format!("@owner:{id}"),
            Trait::Delegate(PersonId(id)) => format!("@delegate:{id}"),
            Trait::Reason(reason) => format!("@reason:{reason}"),
            Trait::Product(id) => format!("@product:{id}"),
            Trait::Segment(key) => format!("@segment:{key}"),
            Trait::Source(source) => format!("@source:{}", source.as_str()),
            Trait::Competitor(key) => format!("@competitor:{key}"),
            Trait::Stage(stage) => format!("@stage:{}", stage.as_str()),
            // Days of another length would not be in order.
            Trait::Day(day) => format!("@day:{}", day.format("%Y-%m-%d")),
        }
    }
}
