//! The configuration as each part of the bot takes it.

use std::time::Duration;

use chrono::TimeDelta;

use super::{Config, Team};
use crate::chat::{Account, Service};
use crate::domain::{self, SelfValidation, TeamId};
use crate::flows::Rules;
use crate::jobs::Limits;
use crate::store::{ListedPerson, ListedProduct, ListedTeam, Listing};
use crate::words::Catalogue;

/// The longest one call to a platform may take.
const LONGEST_CALL: Duration = Duration::from_secs(30);

impl Config {
    /// Every text, with the organisation's own in place.
    ///
    /// # Errors
    /// When the folder of texts is no longer as it was when [`Config::load`] looked at it.
    pub fn catalogue(&self) -> anyhow::Result<Catalogue> {
        let Some(folder) = &self.organisation.prompts else { return Ok(Catalogue::built_in()) };
        Catalogue::with_overrides(folder)
            .map_err(|wrong| anyhow::anyhow!(wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
    }

    /// The teams; without one there is one, named after the organisation.
    fn listed_teams(&self) -> impl Iterator<Item = Team> {
        let alone = self.teams.is_empty().then(|| Team { name: self.organisation.name.clone(), ..Team::default() });
        self.teams.iter().cloned().chain(alone)
    }

    /// The organisation as the database takes it.
    pub fn listing(&self) -> Listing {
        let written = |accounts: &[Account]| accounts.iter().map(ToString::to_string).collect();
        Listing {
            name: self.organisation.name.clone(),
            teams: self.listed_teams().map(|team| ListedTeam(self.listed_team(&team))).collect(),
            people: self
                .people
                .iter()
                .map(|person| ListedPerson {
                    name: person.name.clone(),
                    team: person.team.clone(),
                    role: person.role,
                    accounts: written(&person.accounts),
                })
                .collect(),
            products: self
                .products
                .iter()
                .map(|product| ListedProduct { name: product.name.clone(), aliases: product.aliases.clone() })
                .collect(),
        }
    }

    fn listed_team(&self, team: &Team) -> domain::Team {
        let organisation = &self.organisation;
        domain::Team {
            id: TeamId(0),
            name: team.name.clone(),
            language: team.language.unwrap_or(organisation.language).tag().to_owned(),
            currency: team.currency.unwrap_or(organisation.currency),
            time_zone: team.time_zone.unwrap_or(organisation.time_zone),
            working_hours: team.working_hours.clone(),
            channels: team.channels.iter().map(ToString::to_string).collect(),
        }
    }

    /// What the organisation decided, on the services that run.
    pub fn rules(&self, services: Vec<Service>) -> Rules {
        let wanted = self.teams.iter().filter(|team| team.amounts_in_channel);
        let organisation = &self.organisation;
        let sample_one_in = organisation.sample_one_in;
        let self_validation = organisation.self_validate_below.map(|below| SelfValidation { below, sample_one_in });
        Rules {
            language: self.organisation.language,
            head_card_above: self.organisation.head_card_above,
            services,
            messages_a_day: self.organisation.messages_a_day.into(),
            amounts_in_channel: wanted.map(|team| team.name.clone()).collect(),
            self_validation,
            leads: self.leads.clone(),
            opportunities: self.opportunities,
            schedules: self.listed_teams().map(|team| (team.name.clone(), team.schedules.clone())).collect(),
        }
    }

    /// How patient jobs are: a call to a platform ends well before the lease does.
    pub fn limits(&self) -> Limits {
        Limits {
            lease: TimeDelta::seconds(self.lease_seconds.into()),
            call: LONGEST_CALL.min(Duration::from_secs(self.lease_seconds.into()) / 2),
            ..Limits::default()
        }
    }

    /// The services whose tokens are given.
    pub fn services(&self) -> Vec<Service> {
        let slack = self.slack.as_ref().map(|_| Service::Slack);
        slack.into_iter().chain(self.discord.as_ref().map(|_| Service::Discord)).collect()
    }
}
