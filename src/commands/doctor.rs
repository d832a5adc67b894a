//! `panout doctor`: looks whether everything is in order, and says what to do where it is not.

mod http;
mod machine;
mod services;

use std::fmt;

use super::{Failure, say};
use crate::clock::Clock;
use crate::config::{Config, Environment, FILE};
use crate::domain::Role;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// As it should be.
    Fine,
    /// The bot can run, and somebody may want to know.
    Noteworthy,
    /// The bot cannot do its work.
    Broken,
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Check {
    state: State,
    what: String,
    /// What was found.
    found: String,
    /// What to do about it; nothing if it is fine.
    mend: String,
}

impl Check {
    fn fine(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self { state: State::Fine, what: what.into(), found: found.into(), mend: String::new() }
    }

    fn noteworthy(what: impl Into<String>, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { state: State::Noteworthy, what: what.into(), found: found.into(), mend: mend.into() }
    }

    fn broken(what: impl Into<String>, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { state: State::Broken, what: what.into(), found: found.into(), mend: mend.into() }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.state {
            State::Fine => "OK  ",
            State::Noteworthy => "NOTE",
            State::Broken => "FAIL",
        };
        write!(f, "{word}  {}", self.what)?;
        if !self.found.is_empty() {
            write!(f, ": {}", self.found)?;
        }
        if !self.mend.is_empty() {
            write!(f, "\n      -> {}", self.mend)?;
        }
        Ok(())
    }
}

/// Looks at everything, and prints what it found.
pub(super) async fn doctor(env: &Environment<'_>) -> Result<(), Failure> {
    let config = Config::load(env)?;
    let clock = Clock::system();
    let mut checks = vec![file(&config)];
    // Without a file there is nobody to find fault with.
    if config.file.is_some() {
        checks.extend(people(&config));
    }
    checks.extend(machine::database(&config, &clock).await);
    checks.extend(machine::time(&config, &clock));
    checks.extend(http::look(&config).await);
    checks.extend(services::look(&config).await?);
    for check in &checks {
        say(&check.to_string())?;
    }
    match checks.iter().filter(|check| check.state == State::Broken).count() {
        0 => Ok(()),
        1 => Err(anyhow::anyhow!("one thing is broken: see FAIL above").into()),
        broken => Err(anyhow::anyhow!("{broken} things are broken: see each FAIL above").into()),
    }
}

fn file(config: &Config) -> Check {
    match &config.file {
        Some(path) => Check::fine("configuration", path.display().to_string()),
        None => Check::broken("configuration", format!("there is no {FILE} here"), "write one with `panout init`"),
    }
}

/// Teams whose refusals would reach nobody, and people whom the bot could not write to.
fn people(config: &Config) -> Vec<Check> {
    let mut checks = Vec::new();
    let teams = config.listing().teams;
    let first = teams.first().map(|team| team.0.name.clone()).unwrap_or_default();
    let led = |team: &str| {
        config.people.iter().any(|person| match person.role {
            Role::Head => person.team.as_deref().unwrap_or(&first) == team,
            Role::Admin => true,
            Role::Rep | Role::Observer => false,
        })
    };
    for team in teams.iter().map(|team| team.0.name.as_str()).filter(|team| !led(team)) {
        let mend = "list one under [[person]] with role = \"head\", or its refusals come to nobody";
        checks.push(Check::noteworthy(format!("team \"{team}\""), "it has no head of sales", mend));
    }
    let services = config.services();
    let unreachable =
        |accounts: &[crate::chat::Account]| !accounts.iter().any(|account| services.contains(&account.service));
    for person in config.people.iter().filter(|person| !services.is_empty() && unreachable(&person.accounts)) {
        let mend = "add an account of theirs on a service that is on";
        checks.push(Check::noteworthy(format!("person \"{}\"", person.name), "the bot cannot write to them", mend));
    }
    checks
}

#[cfg(test)]
mod tests {
    use super::{Check, State, people};
    use crate::chat::{Account, Service};
    use crate::config::{Config, Discord, Person, Secret, Team};
    use crate::domain::Role;

    fn person(name: &str, team: Option<&str>, role: Role, service: Service) -> Person {
        Person { name: name.into(), team: team.map(Into::into), role, accounts: vec![Account::new(service, "1")] }
    }

    #[test]
    fn a_check_says_what_was_found_and_what_to_do() {
        let check = Check::broken("Slack, scopes", "im:write is missing", "add it");
        assert_eq!(check.to_string(), "FAIL  Slack, scopes: im:write is missing\n      -> add it");
        assert_eq!(Check::fine("database", "").to_string(), "OK    database");
    }

    #[test]
    fn a_team_without_a_head_and_a_person_out_of_reach_are_named() {
        let team = |name: &str| Team { name: name.into(), ..Team::default() };
        let mut config = Config {
            teams: vec![team("Field"), team("Inside")],
            people: vec![
                person("Elena", None, Role::Head, Service::Discord),
                person("Ana", Some("Inside"), Role::Rep, Service::Slack),
            ],
            discord: Some(Discord { api_url: None, token: Secret::new("t"), public_key: None }),
            ..Config::default()
        };
        let named: Vec<_> = people(&config).into_iter().map(|check| (check.state, check.what)).collect();
        let expected = [r#"team "Inside""#, r#"person "Ana""#].map(|what| (State::Noteworthy, what.to_owned()));
        assert_eq!(named, expected, "the head without a team leads the first");
        config.people.push(person("Root", None, Role::Admin, Service::Discord));
        assert_eq!(people(&config).len(), 1, "an admin takes in what no head does");
    }
}
