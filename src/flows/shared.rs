//! What flows need beside the database: texts, rules, and the names by which things are known in every language.

use std::collections::BTreeMap;

use super::{DealRules, LeadRules, figures};
use crate::chat::Service;
use crate::domain::{DealStage, Lexicon, Money, Outcome, Period, ReasonId, Schedules, SelfValidation, Source, View};
use crate::words::{Catalogue, Language};

/// What flows need beside the database: the same for everybody.
#[derive(Debug)]
pub struct Shared {
    /// Every text.
    pub words: Catalogue,
    /// What the organisation decided.
    pub rules: Rules,
    pub(super) reasons: Lexicon<ReasonId>,
    pub(super) outcomes: Lexicon<Outcome>,
    pub(super) sources: Lexicon<Source>,
    pub(super) deal_stages: Lexicon<DealStage>,
    pub(super) periods: Lexicon<Period>,
    pub(super) views: Lexicon<View>,
}

/// What the organisation decided, and what runs.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The organisation's language, for people of whom nothing is known.
    pub language: Language,
    /// From this budget on a refusal comes to the head by itself, at once; smaller ones come as a line of their daily message.
    /// `None`: all at once. A budget in another currency is never converted: it comes at once.
    pub head_card_above: Option<Money>,
    /// The services that run: where the bot can write to people.
    pub services: Vec<Service>,
    /// How many messages somebody gets a day at most, but for answers and questions of colleagues.
    pub messages_a_day: i64,
    /// The teams, by name, that want amounts in their channels.
    pub amounts_in_channel: Vec<String>,
    /// Which refusals validate themselves; `None`: the head decides about all.
    pub self_validation: Option<SelfValidation>,
    /// What each team hears regularly, by its name; none of what is not here.
    pub schedules: BTreeMap<String, Schedules>,
    /// What holds for inbound leads.
    pub leads: LeadRules,
    /// What holds for opportunities.
    pub opportunities: DealRules,
}

impl Shared {
    /// Puts the parts together.
    pub fn new(words: Catalogue, rules: Rules) -> Self {
        let names = |family: &str, id: &str| -> Vec<String> {
            let mut names = vec![id.to_owned()];
            for language in Language::ALL {
                let words = words.in_language(language);
                names.push(words.label(family, id));
                names.extend(words.aliases(family, id));
            }
            names
        };
        let reasons = Lexicon::new(ReasonId::all().map(|reason| {
            let names = names("reason", reason.as_str());
            (reason, names)
        }));
        let outcomes = Lexicon::new(Outcome::ALL.map(|outcome| (outcome, names("outcome", outcome.as_str()))));
        let sources = Lexicon::new(Source::ALL.map(|source| (source, names("source", source.as_str()))));
        let deal_stages = Lexicon::new(DealStage::ALL.map(|stage| (stage, names("deal_stage", stage.as_str()))));
        let (periods, views) = figures::lexicons(names);
        Self { words, rules, reasons, outcomes, sources, deal_stages, periods, views }
    }
}
