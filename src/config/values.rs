//! How single values are read, and the sentence for each that cannot be.

use std::net::SocketAddr;

use chrono_tz::{TZ_VARIANTS, Tz};
use url::{Host, Url};

use crate::chat::{Account, Service};
use crate::domain::{
    AmountError, Currency, HoursError, Money, Role, Schedule, ScheduleError, WORKING_HOURS_EXAMPLE, WorkingHours,
};
use crate::words::Language;

/// What a value came to: itself, or a sentence that says what to write instead.
pub(super) type Value<T> = Result<T, String>;

/// The shortest lease of a job, in seconds: shorter ones would end while a platform still answers.
const SHORTEST_LEASE: u32 = 5;

pub(super) fn language(written: &str) -> Value<Language> {
    let tagged = Language::ALL.into_iter().find(|language| language.tag() == written);
    tagged.ok_or_else(|| {
        let known = Language::ALL.map(|language| format!("\"{}\" ({})", language.tag(), language.name())).join(", ");
        format!("the bot does not speak \"{written}\": write one of {known}")
    })
}

pub(super) fn currency(written: &str) -> Value<Currency> {
    written
        .parse()
        .map_err(|_| format!("\"{written}\" is not a currency: write its three letters, such as \"EUR\" or \"RON\""))
}

pub(super) fn zone(written: &str) -> Value<Tz> {
    written.parse().map_err(|_| {
        let meant = likely_zone(written).map_or_else(
            || "write one such as \"Europe/Bucharest\" (the tz database names them all)".to_owned(),
            |zone| format!("did you mean \"{zone}\"?"),
        );
        format!("\"{written}\" is not a time zone: {meant}")
    })
}

/// The zone of a city, or the zone with nearly this name.
fn likely_zone(written: &str) -> Option<&'static str> {
    let plain = written.trim().to_lowercase().replace(' ', "_");
    let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
    let city = names().find(|name| name.to_lowercase().rsplit('/').next() == Some(&plain));
    city.or_else(|| closest(&plain, names()))
}

/// The candidate that differs least from what was written, if it is near enough to have been meant.
pub(super) fn closest<'a>(written: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(&written, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count() / 5)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

pub(super) fn working_hours(written: &str) -> Value<WorkingHours> {
    written.parse().map_err(|error| {
        let wrong = match error {
            HoursError::Empty => "there are no hours in it".to_owned(),
            HoursError::NotUnderstood(words) => format!("\"{words}\" is neither days nor hours"),
            HoursError::NoDay(hours) => format!("\"{hours}\" has no days before it"),
            HoursError::NoHours(days) => format!("\"{days}\" has no hours after it"),
            HoursError::NoLength(hours) => format!("\"{hours}\" ends when it starts"),
        };
        format!("these are not working hours, {wrong}: write for example \"{WORKING_HOURS_EXAMPLE}\"")
    })
}

pub(super) fn money(written: &str, default: Currency) -> Value<Money> {
    Money::parse(written, default).map_err(|error| {
        let wrong = match error {
            AmountError::NotAnAmount => "is not an amount".to_owned(),
            AmountError::Negative => "is below zero".to_owned(),
            AmountError::Zero => "is zero".to_owned(),
            AmountError::TooLarge => "is too large".to_owned(),
            AmountError::TooPrecise(digits) => format!("has more than {digits} decimals"),
            AmountError::ThousandsOrDecimals => "may be thousands or decimals".to_owned(),
            AmountError::WhichCurrency(_) => "may be in several currencies".to_owned(),
        };
        format!("\"{written}\" {wrong}: write for example \"10k {default}\", or leave the key out")
    })
}

pub(super) fn sample(written: &str) -> Value<u32> {
    written
        .parse()
        .map_err(|_| format!("\"{written}\" is not a number of refusals: write for example 5, or 0 for none"))
}

pub(super) fn messages_a_day(written: &str) -> Value<u32> {
    let number = written.parse().ok().filter(|number| *number >= 3);
    number.ok_or_else(|| format!("\"{written}\" is not a number of messages from 3 on: write for example 5"))
}

pub(super) fn role(written: &str) -> Value<Role> {
    written.parse().map_err(|_| {
        let meant = closest(written, Role::ALL.into_iter().map(Role::as_str));
        let roles = Role::ALL.map(|role| format!("\"{role}\"")).join(", ");
        match meant {
            Some(role) => format!("\"{written}\" is not a role: did you mean \"{role}\"?"),
            None => format!("\"{written}\" is not a role: write one of {roles}"),
        }
    })
}

/// What an account or channel of each service looks like, and where its id is found.
struct Shape {
    fits: fn(&str) -> bool,
    example: &'static str,
    found: &'static str,
}

pub(super) fn person_account(written: &str) -> Value<Account> {
    account(written, |service| match service {
        Service::Slack => Shape {
            // With several workspaces the workspace comes first: `T012/U0ANA`.
            fits: |id| is_slack_id(id.rsplit('/').next().unwrap_or_default(), &['U', 'W']),
            example: "slack:U0HEAD",
            found: "it is in the person's profile, under the three dots, \"Copy member ID\"",
        },
        Service::Discord => Shape {
            fits: is_snowflake,
            example: "discord:100000000000000001",
            found: "turn on Developer Mode, right-click the person, \"Copy User ID\"",
        },
        Service::Local => LOCAL,
    })
}

pub(super) fn channel(written: &str) -> Value<Account> {
    account(written, |service| match service {
        Service::Slack => Shape {
            fits: |id| is_slack_id(id, &['C', 'G']),
            example: "slack:C0SALES",
            found: "it is at the bottom of the channel's details",
        },
        Service::Discord => Shape {
            fits: is_snowflake,
            example: "discord:300000000000000001",
            found: "turn on Developer Mode, right-click the channel, \"Copy Channel ID\"",
        },
        Service::Local => LOCAL,
    })
}

const LOCAL: Shape = Shape {
    fits: |id| (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)),
    example: "local:sales",
    found: "letters, digits, dots and dashes of your choice",
};

fn account(written: &str, shape: fn(Service) -> Shape) -> Value<Account> {
    let examples = || [Service::Slack, Service::Discord].map(|service| format!("\"{}\"", shape(service).example));
    let account: Account = written.parse().map_err(|_| {
        format!("\"{written}\" is not a service and an id: write for example {}", examples().join(" or "))
    })?;
    let shape = shape(account.service);
    if (shape.fits)(&account.id) {
        return Ok(account);
    }
    Err(format!(
        "\"{written}\" has no such id after \"{}:\": {}, for example \"{}\"",
        account.service, shape.found, shape.example
    ))
}

fn is_slack_id(id: &str, first: &[char]) -> bool {
    id.starts_with(first) && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_snowflake(id: &str) -> bool {
    (1..=20).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit())
}

/// A database of either kind. The refused text is not repeated: it may hold a password.
pub(super) fn database_url(written: &str) -> Value<String> {
    let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| written.starts_with(scheme));
    if known {
        return Ok(written.to_owned());
    }
    Err("it is neither a file nor a server: write sqlite:panout.db or postgres://USER@HOST/DATABASE".to_owned())
}

/// Where to listen.
pub(super) fn http_addr(written: &str) -> Value<SocketAddr> {
    written
        .parse()
        .map_err(|_| format!("\"{written}\" is not an address with a port: write for example 127.0.0.1:8080"))
}

/// An address of this machine alone: whoever opens the page acts as whoever they choose.
pub(super) fn loopback(addr: SocketAddr) -> Value<SocketAddr> {
    if addr.ip().is_loopback() {
        return Ok(addr);
    }
    let port = addr.port();
    Err(format!("{} would let others in, and this listens on this machine only: write 127.0.0.1:{port}", addr.ip()))
}

pub(super) fn log_filter(written: &str) -> Value<String> {
    match tracing_subscriber::EnvFilter::try_new(written) {
        Ok(_) => Ok(written.to_owned()),
        Err(_) => Err(format!("\"{written}\" is not a filter: write for example info, or panout=debug,warn")),
    }
}

/// When something comes; `off`: never.
pub(super) fn schedule(written: &str) -> Value<Option<Schedule>> {
    if written.trim().eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    let wrong = match Schedule::parse(written) {
        Ok(schedule) => return Ok(Some(schedule)),
        Err(ScheduleError::Fields(fields)) => {
            format!("\"{written}\" has {fields} fields, not minute, hour, day, month and weekday")
        }
        Err(ScheduleError::NumberedWeekday(_)) => format!("\"{written}\" has a numbered weekday: write its name"),
        Err(ScheduleError::Field(_, field)) => format!("\"{written}\" cannot be read at \"{field}\""),
        Err(ScheduleError::Never) => format!("\"{written}\" never comes"),
    };
    Err(format!("{wrong}: write for example \"0 9 * * MON\", or \"off\""))
}

pub(super) fn lease_seconds(written: &str) -> Value<u32> {
    let seconds = written.parse().ok().filter(|seconds| (SHORTEST_LEASE..=3600).contains(seconds));
    seconds
        .ok_or_else(|| format!("{written} is not a number of seconds from {SHORTEST_LEASE} to 3600: the default is 60"))
}

/// Where services reach us, without a slash at the end. They call nothing that is not encrypted.
pub(super) fn public_url(written: &str) -> Value<String> {
    let wrong = |why: &str| Err(format!("\"{written}\" {why}: write for example https://panout.example.com"));
    let Ok(url) = Url::parse(written) else { return wrong("is not an address") };
    if url.scheme() != "https" || url.host().is_none() {
        return wrong("does not begin with https://, and Slack and Discord call nothing else");
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return wrong("holds more than a host and a path");
    }
    Ok(written.trim_end_matches('/').to_owned())
}

/// Where a platform's API is, without a slash at the end. `path` is what must come after the host.
pub(super) fn api_url(written: &str, path: &str, example: &str) -> Value<String> {
    let wrong = |why: &str| Err(format!("\"{written}\" {why}: write for example {example}"));
    let Ok(url) = Url::parse(written) else { return wrong("is not an address") };
    if url.path().trim_end_matches('/') != path || url.query().is_some() || url.fragment().is_some() {
        return if path.is_empty() { wrong("has something after the host") } else { wrong("does not end in /api") };
    }
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return wrong("has no host"),
    };
    match url.scheme() {
        "https" => {}
        // Tokens travel with every call.
        "http" if here => {}
        "http" => return wrong("would send tokens in clear over the network"),
        _ => return wrong("is not one of the web"),
    }
    Ok(written.trim_end_matches('/').to_owned())
}
