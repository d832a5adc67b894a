//! What is read from `panout.toml` and the environment, and what is said of what cannot be.

mod complaints;

use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Tz;
use panout::chat::{Account, Service};
use panout::config::{Config, ConfigError, LogFormat};
use panout::domain::{Money, Role, SelfValidation, Source};
use panout::words::Language;

const EXAMPLE: &str = r#"
[organisation]
name = "Acme"
language = "en"
currency = "EUR"
time_zone = "Europe/Bucharest"
head_card_above = "10k"
self_validate_below = "1000 EUR"
sample_one_in = 4
[[team]]
name = "Field"
channels = ["slack:C0SALES", "discord:300000000000000001"]
amounts_in_channel = true
working_hours = "Mon-Fri 09:00-18:00"
[[team]]
name = "Inside"
language = "fr"
currency = "CHF"
time_zone = "Europe/Zurich"
working_hours = "Mon-Thu 08:00-12:00 13:00-17:00"
[[person]]
name = "Head of Field"
team = "Field"
role = "head"
accounts = ["slack:U0HEAD", "discord:100000000000000001"]
[[person]]
name = "Ana"
accounts = ["slack:T012/U0ANA"]
[[product]]
name = "CRM Suite"
aliases = ["crm"]
[database]
url = "postgres://panout@db/panout"
[http]
address = "127.0.0.1:9000"
[log]
filter = "panout=debug,warn"
format = "json"
[jobs]
lease_seconds = 20
"#;

/// Loads a file with these variables; in what is said, the file is `panout.toml`.
fn load(file: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("panout.toml");
    std::fs::write(&path, file).expect("the file is written");
    let plain = |error: ConfigError| error.to_string().replace(&format!("{}/", folder.path().display()), "");
    load_at(&path, variables).map_err(plain)
}

fn load_at(path: &Path, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let path = path.to_str().expect("a plain path").to_owned();
    Config::load(&|name| match name {
        "PANOUT_CONFIG" => Some(path.clone()),
        _ => variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
    })
}

/// What is said of a file.
fn complaint(file: &str) -> String {
    load(file, &[]).expect_err("something is wrong")
}

/// What is said of variables, beside a file that is right.
fn complaint_of(variables: &[(&str, &str)]) -> String {
    load("[organisation]\nname = \"Acme\"", variables).expect_err("something is wrong")
}

#[test]
fn the_example_is_read_whole() {
    let config = load(EXAMPLE, &[]).expect("the example is right");
    assert_eq!(config.organisation.name, "Acme");
    assert_eq!(config.organisation.time_zone, Tz::Europe__Bucharest);
    let euro = config.organisation.currency;
    assert_eq!(config.organisation.head_card_above, Some(Money::new(1_000_000, euro)));
    let rules = config.rules(Vec::new());
    let below = Money::new(100_000, euro);
    assert_eq!(rules.self_validation, Some(SelfValidation { below, sample_one_in: 4 }));
    assert_eq!(rules.amounts_in_channel, ["Field"]);
    let channels: Vec<_> = config.teams[0].channels.iter().map(ToString::to_string).collect();
    assert_eq!(channels, ["slack:C0SALES", "discord:300000000000000001"]);
    assert_eq!((config.people[0].role, config.people[1].role), (Role::Head, Role::Rep));
    assert_eq!(config.people[1].accounts, [Account::new(Service::Slack, "T012/U0ANA")]);
    assert_eq!(config.products[0].aliases, ["crm"]);
    assert_eq!(config.database_url, "postgres://panout@db/panout");
    assert_eq!(config.http_addr.port(), 9000);
    assert_eq!((config.log.filter.as_str(), config.log.format), ("panout=debug,warn", LogFormat::Json));
    assert_eq!(config.lease_seconds, 20);
    assert!(config.file.is_some() && config.services().is_empty());
}

#[test]
fn a_team_takes_from_the_organisation_what_it_does_not_say() {
    let listing = load(EXAMPLE, &[]).expect("the example is right").listing();
    let (field, inside) = (&listing.teams[0].0, &listing.teams[1].0);
    assert_eq!((field.language.as_str(), field.currency.code()), ("en", "EUR"));
    assert_eq!(
        (field.time_zone, field.working_hours.to_string().as_str()),
        (Tz::Europe__Bucharest, "Mon-Fri 09:00-18:00")
    );
    assert_eq!((inside.language.as_str(), inside.currency.code(), inside.time_zone), ("fr", "CHF", Tz::Europe__Zurich));
    assert_eq!(listing.people[0].accounts, ["slack:U0HEAD", "discord:100000000000000001"]);
}

#[test]
fn without_a_team_there_is_one_named_after_the_organisation() {
    let listing = load("[organisation]\nname = \"Acme\"\nlanguage = \"ro\"", &[]).expect("it is right").listing();
    let teams: Vec<_> = listing.teams.iter().map(|team| (team.0.name.as_str(), team.0.language.as_str())).collect();
    assert_eq!(teams, [("Acme", "ro")]);
}

#[test]
fn the_environment_wins_over_the_file() {
    let variables = [
        ("PANOUT_DATABASE_URL", "sqlite:other.db"),
        ("PANOUT_HTTP_ADDR", "127.0.0.1:0"),
        ("PANOUT_LOG", "debug"),
        ("PANOUT_LOG_FORMAT", "text"),
        ("PANOUT_JOB_LEASE_SECONDS", "5"),
        ("PANOUT_SLACK_BOT_TOKEN", " xoxb-1 "),
        ("PANOUT_SLACK_APP_TOKEN", "xapp-1"),
        ("PANOUT_SLACK_API_URL", "http://127.0.0.1:4000/api/"),
        ("PANOUT_DISCORD_TOKEN", "MTAw.x.y"),
        ("PANOUT_DISCORD_PUBLIC_KEY", ""),
    ];
    let config = load(EXAMPLE, &variables).expect("all is right");
    assert_eq!((config.database_url.as_str(), config.http_addr.port()), ("sqlite:other.db", 0));
    assert_eq!((config.log.filter.as_str(), config.log.format, config.lease_seconds), ("debug", LogFormat::Text, 5));
    assert_eq!(config.services(), [Service::Slack, Service::Discord]);
    let slack = config.slack.expect("Slack is on");
    assert_eq!((slack.bot_token.reveal(), slack.api_url.as_str()), ("xoxb-1", "http://127.0.0.1:4000/api"));
    assert_eq!(config.discord.expect("Discord is on").public_key, None, "an empty variable is none");
}

#[test]
fn a_call_to_a_platform_ends_before_the_lease_does() {
    for (seconds, call) in
        [(5, Duration::from_millis(2500)), (60, Duration::from_secs(30)), (600, Duration::from_secs(30))]
    {
        let limits = Config { lease_seconds: seconds, ..Config::default() }.limits();
        assert_eq!((limits.lease, limits.call), (TimeDelta::seconds(seconds.into()), call));
    }
}

#[test]
fn a_missing_file_is_none_unless_it_was_asked_for() {
    let nowhere = Path::new("/nowhere/panout.toml");
    let said = load_at(nowhere, &[]).expect_err("it is not there").to_string();
    let mend = "there is no file /nowhere/panout.toml: write one with `panout init`, or name another";
    assert_eq!(said, format!("PANOUT_CONFIG: {mend}"));
    // The tests run in the package's folder, which has no panout.toml.
    let config = Config::load(&|_| None).expect("every setting has a default");
    assert_eq!((config.file, config.organisation.name.as_str()), (None, "Panout"));
}

#[test]
fn the_demo_reads_no_file_and_no_token() {
    let env = |name: &str| match name {
        "PANOUT_CONFIG" => Some("/nowhere/panout.toml".to_owned()),
        "PANOUT_SLACK_BOT_TOKEN" => Some("half".to_owned()),
        "PANOUT_HTTP_ADDR" => Some("127.0.0.1:9000".to_owned()),
        _ => None,
    };
    let config = Config::for_demo(&env).expect("only the address matters");
    assert!(config.slack.is_none());
    assert_eq!(config.http_addr.port(), 9000);
}

#[test]
fn the_demo_listens_on_this_machine_only() {
    let env = |name: &str| (name == "PANOUT_HTTP_ADDR").then(|| "0.0.0.0:80".to_owned());
    let said = Config::for_demo(&env).expect_err("others could come").to_string();
    let mend = "0.0.0.0 would let others in, and this listens on this machine only: write 127.0.0.1:80";
    assert_eq!(said, format!("PANOUT_HTTP_ADDR: {mend}"));
}

#[test]
fn the_tokens_say_how_what_people_do_comes_in() {
    const BOT: (&str, &str) = ("PANOUT_SLACK_BOT_TOKEN", "xoxb-1");
    const APP: (&str, &str) = ("PANOUT_SLACK_APP_TOKEN", "xapp-1");
    const SECRET: (&str, &str) = ("PANOUT_SLACK_SIGNING_SECRET", "8f742231b10e");
    let discord = ("PANOUT_DISCORD_TOKEN", "MTAw.x.y");
    let hex = "ab".repeat(32);
    let key = ("PANOUT_DISCORD_PUBLIC_KEY", hex.as_str());
    let http = |variables: &[(&str, &str)]| {
        let config = load("[organisation]\nname = \"Acme\"", variables).expect("all is right");
        config.ways().iter().map(|way| (way.service, way.http)).collect::<Vec<_>>()
    };
    assert_eq!(http(&[BOT, APP]), [(Service::Slack, false)]);
    assert_eq!(http(&[BOT, APP, SECRET]), [(Service::Slack, false)], "an app token means Socket Mode");
    assert_eq!(http(&[BOT, SECRET]), [(Service::Slack, true)]);
    assert_eq!(http(&[discord]), [(Service::Discord, false)]);
    assert_eq!(http(&[BOT, SECRET, discord, key]), [(Service::Slack, true), (Service::Discord, true)]);
}

#[test]
fn the_web_server_is_needed_where_somebody_calls_it_or_chose_its_address() {
    let needed = |file: &str, variables: &[(&str, &str)]| {
        let config = load(&format!("[organisation]\nname = \"Acme\"\n{file}"), variables).expect("all is right");
        panout::app::web_settings(&config).needed
    };
    let slack = [("PANOUT_SLACK_BOT_TOKEN", "xoxb-1"), ("PANOUT_SLACK_APP_TOKEN", "xapp-1")];
    assert!(!needed("", &slack));
    assert!(needed("[http]\naddress = \"0.0.0.0:8080\"", &slack));
    assert!(needed("", &[("PANOUT_HTTP_ADDR", "127.0.0.1:9000")]));
    let over_http = [("PANOUT_SLACK_BOT_TOKEN", "xoxb-1"), ("PANOUT_SLACK_SIGNING_SECRET", "s3cret")];
    assert!(needed("[http]\npublic_url = \"https://panout.example.com/bot/\"", &over_http));
}

#[test]
fn all_problems_are_said_at_once_in_the_order_of_lines() {
    let file = "[organisation]\nname = \"Acme\"\ncurrency = \"XXZ\"\ntime_zone = \"Mars\"\n[[person]]\nnam = \"Ana\"";
    let said = load(file, &[("PANOUT_LOG_FORMAT", "yaml")]).expect_err("four things are wrong");
    let places: Vec<_> = said.lines().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    let expected = ["line 3", "line 4", "line 5", "line 6"].map(|line| format!("panout.toml, {line}"));
    assert_eq!(places[..4], expected, "{said}");
    assert_eq!(places[4..], ["PANOUT_LOG_FORMAT"]);
}

#[test]
fn a_folder_of_texts_is_looked_at_from_where_the_file_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let words = folder.path().join("words");
    std::fs::create_dir(&words).expect("a folder for words");
    std::fs::write(words.join("en.toml"), "[button]\nedit = \"Change\"").expect("the texts are written");
    let path = folder.path().join("panout.toml");
    std::fs::write(&path, "[organisation]\nname = \"Acme\"\nprompts = \"words\"").expect("the file is written");
    let config = load_at(&path, &[]).expect("the texts are right");
    let catalogue = config.catalogue().expect("they still are");
    let edit = |language| catalogue.in_language(language).line("button.edit", panout::args! {});
    assert_eq!(edit(Language::En), "Change");
    std::fs::write(words.join("en.toml"), "[button]\nedti = \"Change\"").expect("the texts are written");
    let said = load_at(&path, &[]).expect_err("there is no such key").to_string();
    assert!(said.starts_with(&format!("{}, line 2, `button.edti`: ", words.join("en.toml").display())), "{said}");
}

#[test]
fn secrets_and_passwords_are_never_shown() {
    let variables = [
        ("PANOUT_SLACK_BOT_TOKEN", "xoxb-SECRET"),
        ("PANOUT_SLACK_APP_TOKEN", "xapp-SECRET"),
        ("PANOUT_SLACK_SIGNING_SECRET", "SECRET"),
        ("PANOUT_DISCORD_TOKEN", "SECRET.x.y"),
        ("PANOUT_DATABASE_URL", "postgres://panout:SECRET@db/panout"),
    ];
    let config = load(EXAMPLE, &variables).expect("all is right");
    let shown = format!("{config:?} {:?} {:?}", config.slack, config.discord);
    assert!(!shown.contains("SECRET"), "{shown}");
    let wrong = [
        ("PANOUT_SLACK_BOT_TOKEN", "SECRET"),
        ("PANOUT_SLACK_APP_TOKEN", "xapp-SECRET SECRET"),
        ("PANOUT_DISCORD_TOKEN", "Bot SECRET"),
        ("PANOUT_DATABASE_URL", "mysql://root:SECRET@db"),
    ];
    let said = complaint_of(&wrong);
    assert_eq!(said.lines().count(), 4, "{said}");
    assert!(!said.contains("SECRET"), "{said}");
}

#[test]
fn leads_have_their_times_holidays_and_owners() {
    let file = "[organisation]\nname = \"Acme\"\n[[team]]\nname = \"Field\"\n[leads]\ndeadlines = [\"website 30m\", \"webinar 2d\"]\n\
                open = 300\nholidays = [\"2026-12-25\"]\n[[lead_rule]]\nsource = \"partner\"\nwords = [\"Cluj\"]\nteam = \"Field\"\n";
    let leads = load(file, &[]).expect("it is right").leads;
    assert_eq!(leads.deadline(Source::Website), TimeDelta::minutes(30));
    assert_eq!(leads.deadline(Source::Webinar), TimeDelta::hours(16));
    assert_eq!(leads.deadline(Source::Partner), TimeDelta::hours(4));
    assert_eq!((leads.ladder.reminder, leads.ladder.late, leads.ladder.open), (50, 100, 300));
    assert_eq!(leads.holidays.len(), 1);
    assert_eq!((leads.rules[0].source, leads.rules[0].team.as_deref()), (Some(Source::Partner), Some("Field")));
    for (wrong, says) in [
        ("[leads]\nlate = 40\n", "50, 40 and 200 per cent do not climb"),
        ("[leads]\ndeadlines = [\"website\"]\n", "is not a source and a time"),
        ("[leads]\ndeadlines = [\"moon 1h\"]\n", "\"moon\" is no source"),
        ("[leads]\ndeadlines = [\"website 1y\"]\n", "is no working time"),
        ("[leads]\nholidays = [\"Christmas\"]\n", "is no day"),
        ("[[lead_rule]]\nsource = \"partner\"\n", "says not who gets the leads"),
    ] {
        let complaint = load(&format!("[organisation]\nname = \"Acme\"\n{wrong}"), &[]).expect_err(wrong);
        assert!(complaint.contains(says), "{complaint}");
    }
}

#[test]
fn a_deal_goes_dark_after_as_many_working_days_as_the_file_says() {
    let days = |file: &str| {
        load(&format!("[organisation]\nname = \"Acme\"\n{file}"), &[])
            .map(|config| config.opportunities.days_without_touch)
    };
    assert_eq!(days("").ok(), Some(10));
    assert_eq!(days("[opportunities]\ndays_without_touch = 15\n").ok(), Some(15));
    for wrong in ["0", "101", "\"soon\""] {
        let complaint = days(&format!("[opportunities]\ndays_without_touch = {wrong}\n")).expect_err(wrong);
        assert!(complaint.contains("is not a number of working days from 1 to 100"), "{complaint}");
    }
    let complaint = days("[opportunities]\ndays = 5\n").expect_err("a key nobody knows");
    assert!(complaint.contains("days_without_touch"), "{complaint}");
}
