//! `panout.toml`: what each section holds, and what must be true of them together.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use toml::de::DeTable;

use super::environment::{log_format, variable};
use super::reader::{Reader, Section, Text};
use super::{Config, Environment, Person, Problem, Product, Team, values};
use crate::chat::Account;
use crate::domain::{Role, fold};

/// Reads the file, if there is one, into the configuration; what is wrong comes back.
pub(super) fn read(config: &mut Config, env: &Environment<'_>) -> Vec<Problem> {
    let path = Config::path(env);
    let source = match std::fs::read_to_string(&path) {
        Ok(source) => source,
        Err(error) if error.kind() == ErrorKind::NotFound && variable(env, "PANOUT_CONFIG").is_none() => return vec![],
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let wrong = format!("there is no file {}: write one with `panout init`, or name another", path.display());
            return vec![Problem::of_variable("PANOUT_CONFIG", wrong)];
        }
        Err(error) => return vec![Problem::of_file(&path, None, format!("it cannot be read ({error})"))],
    };
    config.file = Some(path.clone());
    let mut reader = Reader { path: &path, source: &source, problems: Vec::new() };
    let (root, errors) = DeTable::parse_recoverable(&source);
    if errors.is_empty() {
        read_root(&mut reader, root.get_ref(), config);
    }
    for error in errors {
        let what = error.message().lines().collect::<Vec<_>>().join(", ");
        reader.complain(&error.span().unwrap_or_default(), format!("this is not TOML: {what}"));
    }
    reader.problems
}

fn read_root(reader: &mut Reader<'_>, root: &DeTable<'_>, config: &mut Config) {
    reader.know_sections(root);
    read_organisation(reader, root, config);
    read_machine(reader, root, config);
    config.teams = read_teams(reader, root);
    config.people = read_people(reader, root, config);
    config.products = read_products(reader, root);
    config.leads = super::leads::read(reader, root, &config.teams);
    config.leads.forms = super::intake::read(reader, root);
    config.opportunities = super::opportunities::read(reader, root);
}

fn read_organisation(reader: &mut Reader<'_>, root: &DeTable<'_>, config: &mut Config) {
    let Some((section, at)) = reader.sections(root, "organisation").pop() else {
        if root.get("organisation").is_none() {
            let wrong = "there is no [organisation]: add one, with name = \"...\" under it";
            reader.problems.push(Problem::of_file(reader.path, None, wrong));
        }
        return;
    };
    let organisation = &mut config.organisation;
    if let Some(name) = reader.needed(section, "name", &at) {
        organisation.name = name.written.into();
    }
    set(&mut organisation.language, reader.value(section, "language", values::language));
    set(&mut organisation.currency, reader.value(section, "currency", values::currency));
    set(&mut organisation.time_zone, reader.value(section, "time_zone", values::zone));
    let currency = organisation.currency;
    organisation.head_card_above = reader.number(section, "head_card_above", |text| values::money(text, currency));
    set(&mut organisation.messages_a_day, reader.number(section, "messages_a_day", values::messages_a_day));
    organisation.self_validate_below =
        reader.number(section, "self_validate_below", |text| values::money(text, currency));
    set(&mut organisation.sample_one_in, reader.number(section, "sample_one_in", values::sample));
    let folder = reader.path.parent().unwrap_or(Path::new("")).to_owned();
    organisation.prompts = reader.text(section, "prompts").map(|prompts| folder.join(prompts.written));
}

fn read_machine(reader: &mut Reader<'_>, root: &DeTable<'_>, config: &mut Config) {
    let one = |reader: &mut Reader<'_>, name| reader.sections(root, name).pop().map(|(section, _)| section);
    if let Some(section) = one(reader, "database") {
        set(&mut config.database_url, reader.value(section, "url", values::database_url));
    }
    if let Some(section) = one(reader, "http") {
        if let Some(addr) = reader.value(section, "address", values::http_addr) {
            (config.http_addr, config.http_chosen) = (addr, true);
        }
        config.public_url = reader.value(section, "public_url", values::public_url);
    }
    if let Some(section) = one(reader, "jobs") {
        set(&mut config.lease_seconds, reader.number(section, "lease_seconds", values::lease_seconds));
    }
    if let Some(section) = one(reader, "log") {
        set(&mut config.log.filter, reader.value(section, "filter", values::log_filter));
        set(&mut config.log.format, reader.value(section, "format", log_format));
    }
}

fn set<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}

/// What stood in the file before, and on which line.
#[derive(Default)]
struct Seen(HashMap<String, (String, usize)>);

impl Seen {
    /// Remembers something under a name, unless there is something already: then says what and where.
    fn before(&mut self, name: String, what: &str, line: usize) -> Option<(String, usize)> {
        if let Some(before) = self.0.get(&name) {
            return Some(before.clone());
        }
        self.0.insert(name, (what.to_owned(), line));
        None
    }

    /// The same, and complains.
    fn once(&mut self, reader: &mut Reader<'_>, text: &Text<'_>, of: &str) {
        let line = reader.line(&text.at);
        if let Some((_, before)) = self.before(text.written.to_owned(), of, line) {
            let wrong = format!("the {of} \"{}\" is on line {before} already: each name stands once", text.written);
            reader.complain(&text.at, wrong);
        }
    }
}

fn read_teams(reader: &mut Reader<'_>, root: &DeTable<'_>) -> Vec<Team> {
    let (mut teams, mut names, mut channels) = (Vec::new(), Seen::default(), Seen::default());
    for (section, at) in reader.sections(root, "team") {
        let mut team = Team::default();
        if let Some(name) = reader.needed(section, "name", &at) {
            names.once(reader, &name, "team");
            team.name = name.written.into();
        }
        for channel in reader.texts(section, "channels") {
            let Some(account) = reader.read(&channel, values::channel) else { continue };
            let line = reader.line(&channel.at);
            if let Some((owner, before)) = channels.before(account.to_string(), &team.name, line) {
                let wrong =
                    format!("the channel {account} is {owner}'s already (line {before}): a channel has one team");
                reader.complain(&channel.at, wrong);
            }
            team.channels.push(account);
        }
        set(&mut team.working_hours, reader.value(section, "working_hours", values::working_hours));
        team.language = reader.value(section, "language", values::language);
        team.currency = reader.value(section, "currency", values::currency);
        team.time_zone = reader.value(section, "time_zone", values::zone);
        set(&mut team.amounts_in_channel, reader.flag(section, "amounts_in_channel"));
        set(&mut team.schedules.digest, reader.value(section, "digest", values::schedule));
        set(&mut team.schedules.daily, reader.value(section, "daily", values::schedule));
        set(&mut team.schedules.focus, reader.value(section, "focus", values::schedule));
        teams.push(team);
    }
    teams
}

/// What people of one file may not share.
#[derive(Default)]
struct Shared {
    names: Seen,
    accounts: Seen,
    heads: Seen,
}

fn read_people(reader: &mut Reader<'_>, root: &DeTable<'_>, config: &Config) -> Vec<Person> {
    let mut shared = Shared::default();
    let sections = reader.sections(root, "person");
    sections
        .into_iter()
        .filter_map(|(section, at)| read_person(reader, section, &at, (&config.teams, &mut shared)))
        .collect()
}

fn read_person(
    reader: &mut Reader<'_>,
    section: Section<'_>,
    at: &Range<usize>,
    (teams, shared): (&[Team], &mut Shared),
) -> Option<Person> {
    let name = reader.needed(section, "name", at);
    if let Some(name) = &name {
        shared.names.once(reader, name, "person");
    }
    let role = reader.value(section, "role", values::role).unwrap_or(Role::Rep);
    let team = reader.text(section, "team");
    if let Some(team) = &team {
        know_team(reader, team, teams);
    }
    let name = name?.written.to_owned();
    if role == Role::Head {
        let led = team.as_ref().map_or(teams.first().map_or("", |team| &team.name), |team| team.written);
        let line = reader.line(at);
        if let Some((other, before)) = shared.heads.before(led.to_owned(), &name, line) {
            let wrong = format!("{other} (line {before}) leads the team \"{led}\" already: a team has one head");
            reader.complain(at, wrong);
        }
    }
    let accounts = read_accounts(reader, section, &name, &mut shared.accounts);
    if section.table.get("accounts").is_none() {
        reader.complain(
            at,
            format!("{name} has no `accounts`: add accounts = [\"slack:U0...\"], or nobody knows who it is"),
        );
    }
    Some(Person { name, team: team.map(|team| team.written.to_owned()), role, accounts })
}

fn read_accounts(reader: &mut Reader<'_>, section: Section<'_>, name: &str, seen: &mut Seen) -> Vec<Account> {
    let mut accounts = Vec::new();
    for text in reader.texts(section, "accounts") {
        let Some(account) = reader.read(&text, values::person_account) else { continue };
        let line = reader.line(&text.at);
        match seen.before(account.to_string(), name, line) {
            Some((owner, before)) => {
                let wrong =
                    format!("the account {account} is {owner}'s already (line {before}): an account is one person's");
                reader.complain(&text.at, wrong);
            }
            None => accounts.push(account),
        }
    }
    accounts
}

pub(super) fn know_team(reader: &mut Reader<'_>, team: &Text<'_>, teams: &[Team]) {
    if teams.iter().any(|known| known.name == team.written) {
        return;
    }
    let names = || teams.iter().map(|team| team.name.as_str());
    let mend = match values::closest(team.written, names()) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None if teams.is_empty() => format!("add a [[team]] with name = \"{}\"", team.written),
        None => format!("the teams are {}", names().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")),
    };
    reader.complain(&team.at, format!("there is no team \"{}\": {mend}", team.written));
}

fn read_products(reader: &mut Reader<'_>, root: &DeTable<'_>) -> Vec<Product> {
    let (mut products, mut names) = (Vec::new(), Seen::default());
    for (section, at) in reader.sections(root, "product") {
        let name = reader.needed(section, "name", &at);
        let aliases = reader.texts(section, "aliases");
        let Some(name) = name else { continue };
        for text in std::iter::once(&name).chain(&aliases) {
            let line = reader.line(&text.at);
            // A product may well repeat its own name among its aliases.
            if let Some((owner, before)) = names.before(fold(text.written), name.written, line)
                && (owner != name.written || text.at == name.at)
            {
                let wrong =
                    format!("\"{}\" means {owner} already (line {before}): each name means one product", text.written);
                reader.complain(&text.at, wrong);
            }
        }
        let aliases = aliases.iter().map(|alias| alias.written.to_owned()).collect();
        products.push(Product { name: name.written.to_owned(), aliases });
    }
    products
}
