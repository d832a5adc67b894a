//! Every complaint about settings, word for word.

use super::{complaint, complaint_of};

/// Stands for a right organisation, on two lines.
const ORGANISATION: (&str, &str) = ("{o}", "[organisation]\nname = \"Acme\"\n");
/// Stands for a right team, on two lines.
const FIELD: (&str, &str) = ("{f}", "[[team]]\nname = \"Field\"\n");

/// What is written, and what is said of it.
const IN_THE_FILE: [(&str, &str); 56] = [
    (
        "name = \"Acme\"",
        "panout.toml, line 1: `name` stands before every section: move it under [organisation]\npanout.toml: there is no [organisation]: add one, with name = \"...\" under it",
    ),
    (
        "{o}[[intake]]\nname = \"a\"",
        "panout.toml, line 3: this [[intake]] has no `fields`: add fields = [\"email <- answers.email\"]",
    ),
    (
        "{o}[[intake]]\nname = \"a\"\nfields = [\"email\"]",
        "panout.toml, line 5: \"email\" has no arrow: write for example \"email <- answers.email\"",
    ),
    (
        "{o}[[intake]]\nname = \"a\"\nfields = [\"mail <- a\"]",
        "panout.toml, line 5: \"mail\" is no field of a lead: one of account, contact, email, phone, source, wants, place, team, owner",
    ),
    (
        "{o}[[intake]]\nname = \"a\"\nfields = [\"email <- a..b\"]",
        "panout.toml, line 5: \"a..b\" is no way to a value: write for example \"email <- answers.email\"",
    ),
    ("[organisation]\nlanguage = \"en\"", "panout.toml, line 1: this [organisation] has no `name`: add name = \"...\""),
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
    ("{o}timezone = \"UTC\"", "panout.toml, line 3: [organisation] has no key `timezone`: did you mean `time_zone`?"),
    ("{o}{f}prompts = \"x\"", "panout.toml, line 5: [[team]] has no key `prompts`: it belongs under [organisation]"),
    (
        "{o}{f}amounts_in_channel = \"yes\"",
        "panout.toml, line 5: `amounts_in_channel` is yes or no: write amounts_in_channel = true, or false",
    ),
    (
        "{o}{f}digest = \"0 9 * *\"",
        "panout.toml, line 5: \"0 9 * *\" has 4 fields, not minute, hour, day, month and weekday: write for example \"0 9 * * MON\", or \"off\"",
    ),
    (
        "{o}{f}daily = \"0 9 * * 1\"",
        "panout.toml, line 5: \"0 9 * * 1\" has a numbered weekday: write its name: write for example \"0 9 * * MON\", or \"off\"",
    ),
    (
        "{o}{f}focus = \"0 25 1 * *\"",
        "panout.toml, line 5: \"0 25 1 * *\" cannot be read at \"25\": write for example \"0 9 * * MON\", or \"off\"",
    ),
    (
        "{o}{f}focus = \"0 10 30 2 *\"",
        "panout.toml, line 5: \"0 10 30 2 *\" never comes: write for example \"0 9 * * MON\", or \"off\"",
    ),
    (
        "{o}sample_one_in = -1",
        "panout.toml, line 3: \"-1\" is not a number of refusals: write for example 5, or 0 for none",
    ),
    (
        "{o}self_validate_below = \"little\"",
        "panout.toml, line 3: \"little\" is not an amount: write for example \"10k EUR\", or leave the key out",
    ),
    (
        "{o}{f}quota = 3",
        "panout.toml, line 5: [[team]] has no key `quota`: its keys are name, channels, working_hours, language, currency, time_zone, amounts_in_channel, digest, daily, focus",
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
        "{o}[http]\naddress = \"0.0.0.0\"",
        "panout.toml, line 4: \"0.0.0.0\" is not an address with a port: write for example 127.0.0.1:8080",
    ),
    (
        "{o}[http]\npublic_url = \"panout.example.com\"",
        "panout.toml, line 4: \"panout.example.com\" is not an address: write for example https://panout.example.com",
    ),
    (
        "{o}[http]\npublic_url = \"http://panout.example.com\"",
        "panout.toml, line 4: \"http://panout.example.com\" does not begin with https://, and Slack and Discord call nothing else: write for example https://panout.example.com",
    ),
    (
        "{o}[http]\npublic_url = \"https://panout.example.com/?a=b\"",
        "panout.toml, line 4: \"https://panout.example.com/?a=b\" holds more than a host and a path: write for example https://panout.example.com",
    ),
    (
        "{o}[jobs]\nlease_seconds = 3",
        "panout.toml, line 4: 3 is not a number of seconds from 5 to 3600: the default is 60",
    ),
    ("{o}[log]\nformat = \"xml\"", "panout.toml, line 4: \"xml\" is not a format: write text or json"),
];

/// Variables, and what is said of them.
const IN_THE_ENVIRONMENT: [(&[(&str, &str)], &str); 20] = [
    (
        &[("PANOUT_SLACK_BOT_TOKEN", "xoxb-1")],
        "PANOUT_SLACK_APP_TOKEN: it is not set, but PANOUT_SLACK_BOT_TOKEN is: it is an app-level token with connections:write, on Basic Information; or set PANOUT_SLACK_SIGNING_SECRET for Slack over HTTP",
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
        &[("PANOUT_DISCORD_PUBLIC_KEY", KEY)],
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
        &[("PANOUT_SLACK_SIGNING_SECRET", "s3cret")],
        "PANOUT_SLACK_BOT_TOKEN: it is not set, but PANOUT_SLACK_SIGNING_SECRET is: it is the Bot User OAuth Token on the app's Install App page",
    ),
    (
        &[("PANOUT_SLACK_BOT_TOKEN", "xoxb-1"), ("PANOUT_SLACK_SIGNING_SECRET", "xapp-1")],
        "PANOUT_SLACK_SIGNING_SECRET: it is a token: copy the Signing Secret, from the app's Basic Information",
    ),
    (
        &[
            ("PANOUT_SLACK_BOT_TOKEN", "xoxb-1"),
            ("PANOUT_SLACK_APP_TOKEN", "xapp-1"),
            ("PANOUT_SLACK_SIGNING_SECRET", "s3cret"),
            ("PANOUT_HTTP_PUBLIC_URL", "https://panout.example.com"),
        ],
        "PANOUT_HTTP_PUBLIC_URL: there is a public_url, but nothing comes over HTTP (slack comes over Socket Mode, because PANOUT_SLACK_APP_TOKEN is set): set PANOUT_SLACK_SIGNING_SECRET without PANOUT_SLACK_APP_TOKEN, or remove it",
    ),
    (
        &[("PANOUT_DISCORD_TOKEN", "abc"), ("PANOUT_HTTP_PUBLIC_URL", "https://panout.example.com")],
        "PANOUT_HTTP_PUBLIC_URL: there is a public_url, but nothing comes over HTTP (discord comes over the gateway, because PANOUT_DISCORD_PUBLIC_KEY is not set): set PANOUT_DISCORD_PUBLIC_KEY, or remove it",
    ),
    (
        &[("PANOUT_HTTP_PUBLIC_URL", "https://")],
        "PANOUT_HTTP_PUBLIC_URL: \"https://\" is not an address: write for example https://panout.example.com",
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

const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn everything_wrong_in_the_file_is_said_with_its_line_and_the_mend() {
    for (file, expected) in IN_THE_FILE {
        let file = file.replace(ORGANISATION.0, ORGANISATION.1).replace(FIELD.0, FIELD.1);
        assert_eq!(complaint(&file), expected, "\n{file}");
    }
}

#[test]
fn everything_wrong_in_the_environment_is_said_with_the_variable_and_the_mend() {
    for (variables, expected) in IN_THE_ENVIRONMENT {
        assert_eq!(complaint_of(variables), expected);
    }
}
