//! The database, the clock and the time zones.

use chrono::{Datelike as _, TimeDelta, Utc};
use chrono_tz::IANA_TZDB_VERSION;

use super::Check;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::{Db, DeadJob};

/// How far two clocks may be apart before jobs come early or late enough to be noticed.
const APART: TimeDelta = TimeDelta::seconds(5);

/// After how many years zone data is old: several zones change their rules every year.
const OLD: i32 = 2;

/// Opens the database, which brings its tables up to date, and asks it how it is.
pub(super) async fn database(config: &Config, clock: &Clock) -> Vec<Check> {
    let what = "database";
    if Db::is_missing(&config.database_url) {
        return vec![Check::noteworthy(what, "there is none yet", "panout run makes it")];
    }
    let (db, how) = match open(&config.database_url).await {
        Ok(opened) => opened,
        Err(error) => {
            let mend = "check the database's url, and that the server runs or the folder can be written";
            return vec![Check::broken(what, format!("{error:#}"), mend)];
        }
    };
    let mut checks = Vec::new();
    match db.health().await {
        Ok(health) => {
            checks.push(Check::fine(what, format!("{}, {how}", health.version)));
            checks.extend(health.clock.map(|theirs| clocks(theirs - clock.now())));
        }
        Err(error) => checks.push(Check::broken(what, format!("{error:#}"), "see the database's own log")),
    }
    let read = db.read(|tx| Box::pin(async { Ok((tx.dead_jobs().await?, tx.count_failing_in_inbox().await?)) }));
    let left: anyhow::Result<(Vec<DeadJob>, i64)> = read.await;
    match left {
        Ok((jobs, failing)) => {
            checks.extend(jobs.iter().map(given_up));
            checks.extend((failing > 0).then(|| handed_in(failing)));
        }
        Err(error) => checks.push(Check::broken("jobs", format!("{error:#}"), "see the database's own log")),
    }
    db.close().await;
    checks
}

/// Opens it, or looks into it under a bot at work; and says which.
async fn open(url: &str) -> anyhow::Result<(Db, &'static str)> {
    if Db::is_taken(url)? {
        return Ok((Db::inspect(url).await?, "in use by a running panout"));
    }
    Ok((Db::open(url).await?, "tables up to date"))
}

fn clocks(apart: TimeDelta) -> Check {
    let what = "clocks";
    let seconds = apart.abs().num_seconds();
    if apart.abs() <= APART {
        return Check::fine(what, "this machine's and the database's agree");
    }
    Check::broken(what, format!("this machine's and the database's are {seconds} s apart"), "set both by NTP")
}

fn given_up(job: &DeadJob) -> Check {
    let found = format!("given up at attempt {}: {}", job.attempts, job.error);
    Check::noteworthy(
        format!("{} {}", job.kind, job.occurrence),
        found,
        "mend that; whenever panout run starts it is tried again, for a week",
    )
}

fn handed_in(failing: i64) -> Check {
    let found = format!("requests that were taken and could not be worked off so far: {failing}");
    let mend =
        "the log of panout run says why: mend that; each is tried again, at least once an hour, and none is lost";
    Check::noteworthy("leads", found, mend)
}

/// The zones in use, and how old the rules compiled in are.
pub(super) fn time(config: &Config, clock: &Clock) -> Vec<Check> {
    let now = clock.now();
    let mut zones: Vec<_> = config.listing().teams.into_iter().map(|team| team.0.time_zone).collect();
    zones.sort_by_key(|zone| zone.name());
    zones.dedup();
    let mut checks: Vec<Check> = zones
        .into_iter()
        .map(|zone| Check::fine("clock", format!("it is {} in {zone}", now.with_timezone(&zone).format("%A %H:%M"))))
        .collect();
    checks.push(zone_data(IANA_TZDB_VERSION, now));
    checks
}

fn zone_data(version: &str, now: chrono::DateTime<Utc>) -> Check {
    let what = "time zones";
    let year: i32 = version.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or_default();
    if now.year() - year < OLD {
        return Check::fine(what, format!("tz database {version}"));
    }
    let mend = "build a newer panout: where rules changed since, hours are off by one";
    Check::noteworthy(what, format!("tz database {version} is old"), mend)
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::{TimeDelta, clocks, zone_data};

    #[test]
    fn clocks_may_be_a_few_seconds_apart_either_way() {
        for (seconds, state) in [(0, State::Fine), (-5, State::Fine), (6, State::Broken), (-3600, State::Broken)] {
            assert_eq!(clocks(TimeDelta::seconds(seconds)).state, state, "{seconds} s");
        }
    }

    #[test]
    fn zone_data_two_years_old_is_noted() {
        let now = "2027-03-01T00:00:00Z".parse().unwrap();
        assert_eq!(zone_data("2026a", now).state, State::Fine);
        assert_eq!(zone_data("2025b", now).state, State::Noteworthy);
    }
}
