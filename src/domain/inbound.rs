//! Who gets an inbound lead: by rule, else whoever has fewest.

use chrono::{DateTime, Utc};

use super::{LeadDetails, PersonId, Source, fold};

/// Which leads go where: those for which everything holds that it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadRule {
    /// The source, if it matters.
    pub source: Option<Source>,
    /// Words of which one stands in the place, the account or what they want; none if it does not matter.
    pub words: Vec<String>,
    /// The team that has them, by name.
    pub team: Option<String>,
    /// Who has them, by name.
    pub owner: Option<String>,
}

impl LeadRule {
    /// Whether it is about an details. Words are compared whole and folded: `Cluj` is not in `Clujana`.
    pub fn holds_for(&self, details: &LeadDetails) -> bool {
        let source = self.source.is_none_or(|source| source == details.source());
        source && (self.words.is_empty() || self.words.iter().any(|word| is_in(word, details)))
    }
}

fn is_in(word: &str, details: &LeadDetails) -> bool {
    let spaced = |text: &str| {
        let folded = fold(text);
        let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        format!(" {} ", words.join(" "))
    };
    let wanted = spaced(word);
    let said = [&details.place, &details.account, &details.wants];
    wanted.trim() != "" && said.into_iter().flatten().any(|text| spaced(text).contains(&wanted))
}

/// Somebody who may get a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// Whether they want to hear from the bot: who does not learns too late.
    pub hears: bool,
    /// How many leads they were given lately, and have not touched.
    pub load: i64,
    /// When they last got one.
    pub last_at: Option<DateTime<Utc>>,
}

/// Who of those who are there gets the next lead: who hears of it; of those who was given fewest; of those who waits
/// longest.
pub fn next_owner(candidates: &[Candidate]) -> Option<PersonId> {
    let order = |one: &&Candidate| (!one.hears, one.load, one.last_at, one.person);
    candidates.iter().min_by_key(order).map(|one| one.person)
}
