//! What is read from `panout.toml` and the environment, and what is said of what cannot be.

use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Tz;
use panout::chat::{Account, Service};
use panout::config::{Config, ConfigError, LogFormat};
use panout::domain::{Money, Role};
use panout::words::Language;

const EXAMPLE: &str = r#"
[organisation]
name = "Acme"
language = "en"
currency = "EUR"
time_zone = "Europe/Bucharest"
head_card_above = "10k"
[[team]]
name = "Field"
channels = ["slack:C0SALES", "discord:300000000000000001"]
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
fn everything_wrong_in_the_file_is_said_with_its_line_and_the_mend() {
    let organisation = "[organisation]\nname = \"Acme\"\n";
    let field = "[[team]]\nname = \"Field\"\n";
    let cases = [
        (
            "name = \"Acme\"",
            "panout.toml, line 1: `name` stands before every section: move it under [organisation]\npanout.toml: there is no [organisation]: add one, with name = \"...\" under it",
        ),
        (
            "[organisation]\nlanguage = \"en\"",
            "panout.toml, line 1: this [organisation] has no `name`: add name = \"...\"",
        ),
        ("[organisation]\nname = \"Acme\"\nname = \"B\"", "panout.toml, line 3: this is not TOML: duplicate key"),
        ("[organisation]\nname = 'Acme", "panout.toml, line 2: this is not TOML: invalid literal string, expected `'`"),
        ("[organisation]\nname = 3", "panout.toml, line 2: `name` is not a text: put it in quotes"),
        ("[organisation]\nname = \" \"", "panout.toml, line 2: `name` is empty: write something, or leave the key out"),
        ("{o}[teams]", "panout.toml, line 3: there is no section `teams`: did you mean [[team]]?"),
        ("{o}[team]\nname = \"A\"", "panout.toml, line 3: write its head as [[team]]"),
        (
            "{o}[slack]\ntoken = \"x\"",
            "panout.toml, line 3: tokens are not kept in this file: set PANOUT_SLACK_* in the environment instead",
        ),
        (
            "{o}timezone = \"UTC\"",
            "panout.toml, line 3: [organisation] has no key `timezone`: did you mean `time_zone`?",
        ),
        (
            "{o}{f}prompts = \"x\"",
            "panout.toml, line 5: [[team]] has no key `prompts`: it belongs under [organisation]",
        ),
        (
            "{o}{f}quota = 3",
            "panout.toml, line 5: [[team]] has no key `quota`: its keys are name, channels, working_hours, language, currency, time_zone",
        ),
        (
            "{o}language = \"de\"",
            "panout.toml, line 3: the bot does not speak \"de\": write one of \"en\" (English), \"fr\" (Français), \"ro\" (Română)",
        ),
        (
            "{o}currency = \"euro\"",
            "panout.toml, line 3: \"euro\" is not a currency: write its three letters, such as \"EUR\" or \"RON\"",
        ),
        (
            "{o}time_zone = \"Bucharest\"",
            "panout.toml, line 3: \"Bucharest\" is not a time zone: did you mean \"Europe/Bucharest\"?",
        ),
        (
            "{o}time_zone = \"Europe/Pariss\"",
            "panout.toml, line 3: \"Europe/Pariss\" is not a time zone: did you mean \"Europe/Paris\"?",
        ),
        (
            "{o}time_zone = \"here\"",
            "panout.toml, line 3: \"here\" is not a time zone: write one such as \"Europe/Bucharest\" (the tz database names them all)",
        ),
        (
            "{o}head_card_above = \"12k12\"",
            "panout.toml, line 3: \"12k12\" is not an amount: write for example \"10k EUR\", or leave the key out",
        ),
        (
            "{o}head_card_above = -5",
            "panout.toml, line 3: \"-5\" is below zero: write for example \"10k EUR\", or leave the key out",
        ),
        (
            "{o}currency = \"RON\"\nhead_card_above = \"0\"",
            "panout.toml, line 4: \"0\" is zero: write for example \"10k RON\", or leave the key out",
        ),
        (
            "{o}{f}working_hours = \"Mon-Fri\"",
            "panout.toml, line 5: these are not working hours, \"mon-fri\" has no hours after it: write for example \"Mon-Thu 09:00-12:30 13:30-18:00, Fri 09:00-15:00\"",
        ),
        (
            "{o}{f}channels = \"slack:C0A\"",
            "panout.toml, line 5: `channels` is a list: put it in brackets, channels = [\"...\"]",
        ),
        (
            "{o}{f}channels = [\n  \"slack:#sales\",\n]",
            "panout.toml, line 6: \"slack:#sales\" has no such id after \"slack:\": it is at the bottom of the channel's details, for example \"slack:C0SALES\"",
        ),
        (
            "{o}{f}channels = [\"C0SALES\"]",
            "panout.toml, line 5: \"C0SALES\" is not a service and an id: write for example \"slack:C0SALES\" or \"discord:300000000000000001\"",
        ),
        (
            "{o}{f}channels = [\"slack:C0A\"]\n[[team]]\nname = \"B\"\nchannels = [\"slack:C0A\"]",
            "panout.toml, line 8: the channel slack:C0A is Field's already (line 5): a channel has one team",
        ),
        ("{o}{f}{f}", "panout.toml, line 6: the team \"Field\" is on line 4 already: each name stands once"),
        (
            "{o}{f}[[person]]\nname = \"Ana\"\nteam = \"Fields\"\naccounts = [\"local:ana\"]",
            "panout.toml, line 7: there is no team \"Fields\": did you mean \"Field\"?",
        ),
        (
            "{o}[[person]]\nname = \"Ana\"\nteam = \"Field\"\naccounts = [\"local:ana\"]",
            "panout.toml, line 5: there is no team \"Field\": add a [[team]] with name = \"Field\"",
        ),
        (
            "{o}{f}[[person]]\nname = \"Ana\"\nteam = \"Marketing\"\naccounts = [\"local:ana\"]",
            "panout.toml, line 7: there is no team \"Marketing\": the teams are \"Field\"",
        ),
        (
            "{o}[[person]]\nname = \"Ana\"\nrole = \"haed\"\naccounts = [\"local:ana\"]",
            "panout.toml, line 5: \"haed\" is not a role: did you mean \"head\"?",
        ),
        (
            "{o}[[person]]\nname = \"Ana\"\nrole = \"boss\"\naccounts = [\"local:ana\"]",
            "panout.toml, line 5: \"boss\" is not a role: write one of \"rep\", \"head\", \"admin\", \"observer\"",
        ),
        (
            "{o}[[person]]\nname = \"Ana\"",
            "panout.toml, line 3: Ana has no `accounts`: add accounts = [\"slack:U0...\"], or nobody knows who it is",
        ),
        (
            "{o}[[person]]\naccounts = [\"local:ana\"]",
            "panout.toml, line 3: this [[person]] has no `name`: add name = \"...\"",
        ),
        (
            "{o}[[person]]\nname = \"Ana\"\naccounts = [\"slack:ana\"]",
            "panout.toml, line 5: \"slack:ana\" has no such id after \"slack:\": it is in the person's profile, under the three dots, \"Copy member ID\", for example \"slack:U0HEAD\"",
        ),
        (
            "{o}[[person]]\nname = \"Ana\"\naccounts = [\"local:a\"]\n[[person]]\nname = \"Ion\"\naccounts = [\"local:a\"]",
            "panout.toml, line 8: the account local:a is Ana's already (line 5): an account is one person's",
        ),
        (
            "{o}[[person]]\nname = \"Ana\"\naccounts = [\"local:a\"]\n[[person]]\nname = \"Ana\"\naccounts = [\"local:b\"]",
            "panout.toml, line 7: the person \"Ana\" is on line 4 already: each name stands once",
        ),
        (
            "{o}{f}[[person]]\nname = \"Ana\"\nrole = \"head\"\naccounts = [\"local:a\"]\n[[person]]\nname = \"Ion\"\nteam = \"Field\"\nrole = \"head\"\naccounts = [\"local:b\"]",
            "panout.toml, line 9: Ana (line 5) leads the team \"Field\" already: a team has one head",
        ),
        (
            "{o}[[product]]\nname = \"CRM Suite\"\naliases = [\"crm\", \"CRM Suite\"]\n[[product]]\nname = \"Crm\"",
            "panout.toml, line 7: \"Crm\" means CRM Suite already (line 5): each name means one product",
        ),
        (
            "{o}[database]\nurl = \"mysql://root:hunter2@db\"",
            "panout.toml, line 4: it is neither a file nor a server: write sqlite:panout.db or postgres://USER@HOST/DATABASE",
        ),
        (
            "{o}[http]\naddress = \"0.0.0.0:80\"",
            "panout.toml, line 4: 0.0.0.0 would let others in, and this listens on this machine only: write 127.0.0.1:80",
        ),
        (
            "{o}[jobs]\nlease_seconds = 3",
            "panout.toml, line 4: 3 is not a number of seconds from 5 to 3600: the default is 60",
        ),
        ("{o}[log]\nformat = \"xml\"", "panout.toml, line 4: \"xml\" is not a format: write text or json"),
    ];
    for (file, expected) in cases {
        let file = file.replace("{o}", organisation).replace("{f}", field);
        assert_eq!(complaint(&file), expected, "\n{file}");
    }
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
fn everything_wrong_in_the_environment_is_said_with_the_variable_and_the_mend() {
    let cases: [(&[(&str, &str)], &str); 15] = [
        (
            &[("PANOUT_SLACK_BOT_TOKEN", "xoxb-1")],
            "PANOUT_SLACK_APP_TOKEN: it is not set, but PANOUT_SLACK_BOT_TOKEN is: it is an app-level token with connections:write, on Basic Information",
        ),
        (
            &[("PANOUT_SLACK_APP_TOKEN", "xapp-1")],
            "PANOUT_SLACK_BOT_TOKEN: it is not set, but PANOUT_SLACK_APP_TOKEN is: it is the Bot User OAuth Token on the app's Install App page",
        ),
        (
            &[("PANOUT_SLACK_BOT_TOKEN", "xapp-1"), ("PANOUT_SLACK_APP_TOKEN", "xapp-1")],
            "PANOUT_SLACK_BOT_TOKEN: it does not begin with xoxb-: perhaps two tokens changed places",
        ),
        (
            &[("PANOUT_SLACK_BOT_TOKEN", "xoxb-1 2"), ("PANOUT_SLACK_APP_TOKEN", "xapp-1")],
            "PANOUT_SLACK_BOT_TOKEN: there is a space in it: copy it again, without what stands around it",
        ),
        (
            &[("PANOUT_DISCORD_PUBLIC_KEY", &KEY)],
            "PANOUT_DISCORD_TOKEN: it is not set, but PANOUT_DISCORD_PUBLIC_KEY is: it is on the application's Bot page, under Reset Token",
        ),
        (&[("PANOUT_DISCORD_TOKEN", "Bot abc")], "PANOUT_DISCORD_TOKEN: leave out \"Bot \" and give the token alone"),
        (
            &[("PANOUT_DISCORD_TOKEN", "abc"), ("PANOUT_DISCORD_PUBLIC_KEY", "abc")],
            "PANOUT_DISCORD_PUBLIC_KEY: it is not 64 hexadecimal digits: copy the Public Key again",
        ),
        (
            &[("PANOUT_DISCORD_TOKEN", "abc"), ("PANOUT_DISCORD_API_URL", "https://discord.com/api/v10")],
            "PANOUT_DISCORD_API_URL: \"https://discord.com/api/v10\" has something after the host: write for example https://discord.com",
        ),
        (
            &[
                ("PANOUT_SLACK_BOT_TOKEN", "xoxb-1"),
                ("PANOUT_SLACK_APP_TOKEN", "xapp-1"),
                ("PANOUT_SLACK_API_URL", "http://127.0.0.1:4000"),
            ],
            "PANOUT_SLACK_API_URL: \"http://127.0.0.1:4000\" does not end in /api: write for example https://slack.com/api",
        ),
        (
            &[
                ("PANOUT_SLACK_BOT_TOKEN", "xoxb-1"),
                ("PANOUT_SLACK_APP_TOKEN", "xapp-1"),
                ("PANOUT_SLACK_API_URL", "http://slack.com/api"),
            ],
            "PANOUT_SLACK_API_URL: \"http://slack.com/api\" would send tokens in clear over the network: write for example https://slack.com/api",
        ),
        (
            &[("PANOUT_HTTP_ADDR", "8080")],
            "PANOUT_HTTP_ADDR: \"8080\" is not an address with a port: write for example 127.0.0.1:8080",
        ),
        (
            &[("PANOUT_DATABASE_URL", "panout.db")],
            "PANOUT_DATABASE_URL: it is neither a file nor a server: write sqlite:panout.db or postgres://USER@HOST/DATABASE",
        ),
        (
            &[("PANOUT_LOG", "panout=loud")],
            "PANOUT_LOG: \"panout=loud\" is not a filter: write for example info, or panout=debug,warn",
        ),
        (
            &[("PANOUT_JOB_LEASE_SECONDS", "soon")],
            "PANOUT_JOB_LEASE_SECONDS: soon is not a number of seconds from 5 to 3600: the default is 60",
        ),
        (&[("PANOUT_LOG_FORMAT", "xml")], "PANOUT_LOG_FORMAT: \"xml\" is not a format: write text or json"),
    ];
    for (variables, expected) in cases {
        assert_eq!(complaint_of(variables), expected);
    }
}

const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

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
