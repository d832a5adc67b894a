//! Somebody's own settings.
//!
//! Starts: `/panout settings`. Acts: the person. Ends: saved, audited, and everything that waits for them reconsiders
//! its moment.

use chrono::NaiveTime;
use chrono_tz::Tz;

use super::{Act, Call, Error, Result, Values, consent, notice, today};
use crate::args;
use crate::chat::{Block, Card, Choice, Fault, Faults, Field, Form, Kind, Reply, Tone};
use crate::domain::{
    Change, Choices, DebriefWhen, Intensity, Lexicon, Person, QuietHours, Reminders, Rhythm, WorkingHours,
};
use crate::words::{Language, Words};

/// What says when somebody reads what waits for them.
const MOMENTS: [&str; 6] = ["time_zone", "working_hours", "quiet_hours", "batch_at", "rhythm", "debrief"];

/// The form, filled with what holds now.
pub(super) fn form(call: &Call<'_>) -> Form {
    let (words, by) = (call.words, &call.by);
    let label = |name: &str| words.line(&format!("settings.{name}.label"), args! {});
    let hint = |name: &str| words.line(&format!("settings.{name}.hint"), args! {});
    let fault = |name: &str| words.line(&format!("settings.{name}.fault"), args! {});
    let languages = Language::ALL.map(|language| Choice::new(language.tag(), language.name()));
    let line = |name: &str, value: String| {
        Field::new(name, label(name), Kind::Line { max: 120 }).hint(hint(name)).missing(fault(name)).filled(Some(value))
    };
    let quiet = by.choices.quiet_hours.as_ref().map(ToString::to_string);
    Form {
        action: Act::Settings.action(),
        title: words.line("settings.title", args! {}),
        submit: words.line("button.save", args! {}),
        intro: None,
        language: words.language().tag().to_owned(),
        fields: vec![
            Field::new("language", label("language"), Kind::Choice(languages.into()))
                .missing(fault("language"))
                .filled(Some(words.language().tag())),
            line("time_zone", by.time_zone().name().to_owned()),
            line("working_hours", words.working_hours(by.working_hours())),
            Field::new("quiet_hours", label("quiet_hours"), Kind::Line { max: 40 })
                .optional()
                .hint(hint("quiet_hours"))
                .filled(quiet),
            line("batch_at", by.batch_at().format("%H:%M").to_string()),
            choice(words, "reminders", &["on", "off"], on_or_off(by)),
            choice(words, "intensity", &Intensity::ALL.map(Intensity::as_str), by.intensity().as_str()),
            choice(words, "rhythm", &Rhythm::ALL.map(Rhythm::as_str), by.rhythm().as_str()),
            Field::new("debrief", label("debrief"), Kind::Choice(debriefs(words)))
                .missing(fault("debrief"))
                .filled(Some(by.choices.debrief.unwrap_or_default().as_str())),
        ],
    }
}

/// A question of which the answers have names in `prompts/`; left alone, what holds stays.
fn choice(words: Words<'_>, name: &str, ids: &[&str], holds: &str) -> Field {
    let choices = ids.iter().map(|id| Choice::new(*id, words.line(&format!("settings.{name}.{id}"), args! {})));
    let label = words.line(&format!("settings.{name}.label"), args! {});
    Field::new(name, label, Kind::Choice(choices.collect())).optional().filled(Some(holds))
}

fn on_or_off(person: &Person) -> &'static str {
    if person.wants_reminders() { "on" } else { "off" }
}

fn debriefs(words: Words<'_>) -> Vec<Choice> {
    DebriefWhen::ALL.map(|when| Choice::new(when.as_str(), words.label("debrief_when", when.as_str()))).into()
}

/// Saves the form.
pub(super) async fn save(call: &mut Call<'_>, values: &Values) -> Result {
    let mut chosen = read(call.words, values).map_err(Error::Faults)?;
    chosen.intensity = chosen.intensity.or(call.by.choices.intensity);
    chosen.rhythm = chosen.rhythm.or(call.by.choices.rhythm);
    let mut collapsed = false;
    match values.get("reminders").map(String::as_str) {
        Some("on") => collapsed = consent::turn(call, Reminders::On).await?,
        // Who never answered has not said no.
        Some("off") if call.by.wants_reminders() => drop(consent::turn(call, Reminders::Off).await?),
        _ => {}
    }
    // What is kept is in one language, whoever changes it.
    let words = call.shared.words.in_language(call.shared.rules.language);
    let before = shown(words, &call.by);
    call.by.choices = chosen;
    call.tx.choose(call.by.id, &call.by.choices).await?;
    let mut moves = false;
    for ((what, was), (_, is_now)) in before.into_iter().zip(shown(words, &call.by)).filter(|(was, is)| was != is) {
        moves |= MOMENTS.contains(&what);
        let change = Change { what, was: Some(was), is_now: Some(is_now) };
        call.tx.audit(None, call.by.id, &change, call.now).await?;
    }
    if moves {
        today::moved(call).await?;
        // Whatever waits for an opening asks again when that is.
        call.tx.reconsider_jobs(notice::POST, "today:", call.now).await?;
    }
    call.words = super::words_for(call.shared, &call.by);
    let found = if collapsed { consent::where_it_is(call).await? } else { Vec::new() };
    Ok(Reply::Whisper(found.into_iter().map(Block::Text).fold(saved(call), Card::with)))
}

fn saved(call: &Call<'_>) -> Card {
    let words = call.words;
    let facts = shown(words, &call.by).into_iter().filter(|(_, value)| !value.is_empty());
    let label = |name: &str| words.named(words.line(&format!("settings.{name}.label"), args! {}));
    let facts = facts.map(|(name, value)| (label(name), value.into()));
    Card::titled(words.text("settings.saved", args! {})).tone(Tone::Good).with(Block::Facts(facts.collect()))
}

/// What holds for a person, by field.
fn shown(words: Words<'_>, person: &Person) -> [(&'static str, String); 9] {
    let named = |name: &str, id: &str| words.line(&format!("settings.{name}.{id}"), args! {});
    let language = Language::from_tag(person.language());
    [
        ("language", language.map_or_else(|| person.language().to_owned(), |language| language.name().to_owned())),
        ("time_zone", person.time_zone().name().to_owned()),
        ("working_hours", words.working_hours(person.working_hours())),
        ("quiet_hours", person.choices.quiet_hours.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("batch_at", person.batch_at().format("%H:%M").to_string()),
        ("reminders", named("reminders", on_or_off(person))),
        ("intensity", named("intensity", person.intensity().as_str())),
        ("rhythm", named("rhythm", person.rhythm().as_str())),
        ("debrief", words.label("debrief_when", person.choices.debrief.unwrap_or_default().as_str())),
    ]
}

fn read(words: Words<'_>, values: &Values) -> Result<Choices, Faults> {
    let mut faults = Vec::new();
    let mut fault = |field: &str| {
        faults.push(Fault { field: field.into(), says: words.line(&format!("settings.{field}.fault"), args! {}) });
    };
    let typed = |field: &str| values.get(field).map(|text| text.trim()).filter(|text| !text.is_empty());
    let language = typed("language").and_then(Language::from_tag);
    let time_zone = typed("time_zone").and_then(zone);
    let working_hours = typed("working_hours").and_then(|text| text.parse::<WorkingHours>().ok());
    let quiet_hours = typed("quiet_hours").map(|text| text.parse::<QuietHours>().ok());
    let batch_at = typed("batch_at").and_then(hour);
    let debrief = typed("debrief").and_then(|when| when.parse::<DebriefWhen>().ok());
    for (field, wrong) in [
        ("language", language.is_none()),
        ("time_zone", time_zone.is_none()),
        ("working_hours", working_hours.is_none()),
        ("quiet_hours", matches!(quiet_hours, Some(None))),
        ("batch_at", batch_at.is_none()),
        ("debrief", debrief.is_none()),
    ] {
        if wrong {
            fault(field);
        }
    }
    if let (Some(Some(quiet)), Some(hour)) = (quiet_hours, batch_at)
        && quiet.holds_at(hour)
    {
        faults.push(Fault { field: "batch_at".into(), says: words.line("settings.batch_at.quiet", args! {}) });
    }
    if !faults.is_empty() {
        return Err(Faults(faults));
    }
    let language = language.map(|language| language.tag().to_owned());
    let intensity = typed("intensity").and_then(|id| id.parse().ok());
    let rhythm = typed("rhythm").and_then(|id| id.parse().ok());
    let quiet_hours = quiet_hours.flatten();
    Ok(Choices { language, time_zone, working_hours, quiet_hours, batch_at, intensity, rhythm, debrief })
}

/// A zone by its name, or by its city: `paris`, `bucharest`, `new york`.
fn zone(typed: &str) -> Option<Tz> {
    if let Ok(zone) = typed.parse() {
        return Some(zone);
    }
    let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| {
        let name = zone.name();
        (*zone, vec![name, name.rsplit('/').next().unwrap_or(name)])
    });
    Lexicon::new(zones).find(typed).map(|found| found.value)
}

/// An hour of the day: `9`, `9:30`, `09h30`, `17.30`.
fn hour(typed: &str) -> Option<NaiveTime> {
    let digits = typed.trim_end_matches(['h', 'H']).replace(['h', 'H', '.'], ":");
    let (hour, minute) = digits.split_once(':').unwrap_or((&digits, "0"));
    NaiveTime::from_hms_opt(hour.trim().parse().ok()?, minute.trim().parse().ok()?, 0)
}
