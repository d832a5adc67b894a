//! `[leads]` and `[[lead_rule]]`: how much time a lead has, and who gets which.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use toml::de::DeTable;

use super::Team;
use super::file::know_team;
use super::reader::{Reader, Section};
use super::values::Value;
use crate::domain::{Ladder, LeadRule, Source};
use crate::flows::LeadRules;

/// Reads them; what is wrong is complained of.
pub(super) fn read(reader: &mut Reader<'_>, root: &DeTable<'_>, teams: &[Team]) -> LeadRules {
    let mut rules = LeadRules::default();
    if let Some((section, at)) = reader.sections(root, "leads").pop() {
        let ladder = &mut rules.ladder;
        for (key, rung) in [("reminder", &mut ladder.reminder), ("late", &mut ladder.late), ("open", &mut ladder.open)]
        {
            if let Some(percent) = reader.number(section, key, percent) {
                *rung = percent;
            }
        }
        let Ladder { reminder, late, open } = *ladder;
        if !(reminder < late && late < open) {
            let wrong = format!("{reminder}, {late} and {open} per cent do not climb: reminder < late < open");
            reader.complain(&at, wrong);
        }
        rules.deadlines = deadlines(reader, section);
        for day in reader.texts(section, "holidays") {
            rules.holidays.extend(reader.read(&day, holiday));
        }
    }
    for (section, at) in reader.sections(root, "lead_rule") {
        let mut rule = LeadRule { source: reader.value(section, "source", source), ..LeadRule::default() };
        rule.words = reader.texts(section, "words").into_iter().map(|word| word.written.to_owned()).collect();
        if let Some(team) = reader.text(section, "team") {
            know_team(reader, &team, teams);
            rule.team = Some(team.written.to_owned());
        }
        rule.owner = reader.text(section, "owner").map(|owner| owner.written.to_owned());
        if rule.team.is_none() && rule.owner.is_none() {
            reader
                .complain(&at, "this [[lead_rule]] says not who gets the leads: add team = \"...\" or owner = \"...\"");
        }
        rules.rules.push(rule);
    }
    rules
}

/// How much working time each source has: a list of texts such as `website 1h`.
fn deadlines(reader: &mut Reader<'_>, section: Section<'_>) -> BTreeMap<Source, TimeDelta> {
    let texts = reader.texts(section, "deadlines");
    texts.iter().filter_map(|text| reader.read(text, deadline)).collect()
}

fn deadline(written: &str) -> Value<(Source, TimeDelta)> {
    let Some((name, time)) = written.split_once(char::is_whitespace) else {
        return Err(format!("\"{written}\" is not a source and a time: write for example \"website 1h\""));
    };
    Ok((source(name)?, working_time(time.trim())?))
}

pub(super) fn source(written: &str) -> Value<Source> {
    written.parse().map_err(|_| {
        let all: Vec<&str> = Source::ALL.iter().map(|source| source.as_str()).collect();
        format!("\"{written}\" is no source: one of {}", all.join(", "))
    })
}

fn working_time(written: &str) -> Value<TimeDelta> {
    let wrong = || format!("\"{written}\" is no working time: write for example 30m, 4h or 2d (of 8 hours)");
    let number = written.trim_end_matches(['m', 'h', 'd']);
    let count: i64 = number.trim().parse().map_err(|_| wrong())?;
    let time = match written.strip_prefix(number).unwrap_or_default() {
        "m" => TimeDelta::minutes(count),
        "h" => TimeDelta::hours(count),
        "d" => TimeDelta::hours(8 * count),
        _ => return Err(wrong()),
    };
    let fits = (TimeDelta::minutes(5)..=TimeDelta::hours(80)).contains(&time);
    if fits { Ok(time) } else { Err(format!("{written} is not from 5m to 10d")) }
}

fn percent(written: &str) -> Value<i64> {
    let percent = written.trim_end_matches('%').trim().parse().ok().filter(|percent| (1..=1000).contains(percent));
    percent.ok_or_else(|| format!("{written} is not a number of per cent from 1 to 1000"))
}

fn holiday(written: &str) -> Value<NaiveDate> {
    written.parse().map_err(|_| format!("\"{written}\" is no day: write for example \"2026-12-25\""))
}
