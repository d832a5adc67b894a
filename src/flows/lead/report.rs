//! How leads go: by where they come from, for marketing; by who has them, for the head.
//!
//! Starts: `/leads report`, with a period. Acts: nobody. Ends: shown to the one who asked. Observers read sources and no names;
//! heads read their team by name, admins every team; a rep reads sources, and of people only themselves.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::args;
use crate::chat::{Block, Card, Reply, Text};
use crate::domain::{Days, ENOUGH, Period, PersonId, Role, Team, TeamId};
use crate::flows::{Call, Result, figures, tell};
use crate::store::{LeadRow, Tx};
use crate::words::Words;

/// How many sources or people are listed.
const LISTED: usize = 15;
/// How many reasons are named.
const REASONS: usize = 3;

/// How the leads of one source, or one owner, went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::flows) struct Went {
    /// How many came in.
    pub(in crate::flows) received: i64,
    /// How many of them somebody touched, or disqualified with a reason.
    pub(in crate::flows) worked: i64,
    routing: Vec<i64>,
    human: Vec<i64>,
    unfit: BTreeMap<String, i64>,
}

impl Went {
    /// Counts one more.
    pub(in crate::flows) fn add(&mut self, row: &LeadRow) {
        self.received += 1;
        self.worked += i64::from(row.is_worked());
        self.routing.extend(row.routing);
        self.human.extend(row.human);
        if let Some(why) = &row.unfit {
            *self.unfit.entry(why.clone()).or_default() += 1;
        }
    }

    /// How long it took until whoever worked them had them, and how much working time they then took: the medians; none of
    /// too few.
    pub(in crate::flows) fn took(&self) -> Option<(TimeDelta, TimeDelta)> {
        Some((median(&self.routing)?, median(&self.human)?))
    }
}

/// The median of some seconds; none of fewer than [`ENOUGH`].
fn median(seconds: &[i64]) -> Option<TimeDelta> {
    let enough = usize::try_from(ENOUGH).unwrap_or(usize::MAX);
    let mut sorted = seconds.to_vec();
    sorted.sort_unstable();
    let middle = *sorted.get(sorted.len() / 2)?;
    (sorted.len() >= enough).then(|| TimeDelta::seconds(middle))
}

/// `/leads report [period]`.
pub(in crate::flows) async fn report(call: &mut Call<'_>, typed: &str) -> Result {
    let period = match typed {
        "" => Period::Month,
        typed => match figures::period(call.shared, &typed.to_lowercase()) {
            Some(period) => period,
            None => return tell(call.words.text("figures.no_days", args! { typed: typed })),
        },
    };
    let (today, _) = call.by.day_at(call.now);
    let teams = match call.by.role {
        Role::Admin | Role::Observer => call.tx.teams().await?,
        Role::Head | Role::Rep => vec![call.by.team.id],
    };
    let rows = of_days(call.tx, &teams, period.days(today), call.by.time_zone()).await?;
    let words = call.words;
    let when = figures::when(words, period);
    let whole = whole(&rows);
    if whole.received == 0 {
        return Ok(Reply::Whisper(Card::titled(words.text("leads_report.none", args! { when: when }))));
    }
    let title = args! { when: when, count: whole.received, share: words.number(share(&whole)) };
    let mut card = Card::titled(words.text("leads_report.title", title));
    card = card.with(Block::Facts(facts(words, &by_source(&rows), |source| words.label("source", source))));
    let people = by_owner(call, &rows).await?;
    if !people.is_empty() {
        card = card.with(Block::Text(words.text("leads_report.people", args! {})));
        card = card.with(Block::Facts(facts(words, &people, str::to_owned)));
    }
    Ok(Reply::Whisper(card.with(Block::Note(words.text("leads_report.times", args! {})))))
}

/// What a digest tells of a team's leads: how those that came in on its days went, and from where those came that nobody has
/// called by now. Nobody's name.
pub(in crate::flows) async fn of_week(tx: &mut Tx, words: Words<'_>, team: &Team, days: Days) -> Result<Vec<Text>> {
    let went = whole(&of_days(tx, &[team.id], days, team.time_zone).await?);
    let mut told = Vec::new();
    if went.received > 0 {
        let counted = args! { count: went.received, share: words.number(share(&went)) };
        let said = words.text("digest.leads", counted);
        told.push(match took(words, &went) {
            Some(took) => said.then("; ").then(took),
            None => said,
        });
    }
    let unworked = tx.untouched_by_source(team.id).await?;
    if !unworked.is_empty() {
        let named =
            |(source, count): &(String, i64)| format!("{} {}", words.label("source", source), words.number(*count));
        let sources: Vec<String> = unworked.iter().map(named).collect();
        told.push(words.text("digest.leads_unworked", args! { sources: sources.join(", ") }));
    }
    Ok(told)
}

/// The leads of some teams that came in on some days.
pub(in crate::flows) async fn of_days(
    tx: &mut Tx,
    teams: &[TeamId],
    days: Days,
    zone: chrono_tz::Tz,
) -> Result<Vec<LeadRow>> {
    let begins = |day: chrono::NaiveDate| -> DateTime<Utc> {
        Team::day_begins_in(day, zone).unwrap_or(DateTime::<Utc>::MIN_UTC)
    };
    let (from, to) = (begins(days.from), days.to.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, begins));
    let mut rows = Vec::new();
    for team in teams {
        rows.extend(tx.leads_between(*team, from, to).await?);
    }
    Ok(rows)
}

/// All of them together.
pub(in crate::flows) fn whole(rows: &[LeadRow]) -> Went {
    let mut whole = Went::default();
    for row in rows {
        whole.add(row);
    }
    whole
}

/// By source, those with most first.
pub(in crate::flows) fn by_source(rows: &[LeadRow]) -> Vec<(String, Went)> {
    let mut sources: BTreeMap<&str, Went> = BTreeMap::new();
    for row in rows {
        sources.entry(&row.source).or_default().add(row);
    }
    ranked(sources.into_iter().map(|(source, went)| (source.to_owned(), went)).collect())
}

fn ranked(mut went: Vec<(String, Went)>) -> Vec<(String, Went)> {
    went.sort_by_key(|(_, went)| -went.received);
    went.truncate(LISTED);
    went
}

/// By who has them or worked them, as far as whoever asks may read it.
async fn by_owner(call: &mut Call<'_>, rows: &[LeadRow]) -> Result<Vec<(String, Went)>> {
    if call.by.role == Role::Observer {
        return Ok(Vec::new());
    }
    let mut people: BTreeMap<PersonId, Went> = BTreeMap::new();
    for row in rows {
        let Some(owner) = row.touched_by.or(row.owner_id) else { continue };
        if owner == call.by.id || call.by.leads(row.team_id) {
            people.entry(owner).or_default().add(row);
        }
    }
    let mut named = Vec::new();
    for (person, went) in people {
        named.push((call.tx.person(person).await?.name, went));
    }
    Ok(ranked(named))
}

fn share(went: &Went) -> i64 {
    went.worked * 100 / went.received.max(1)
}

fn facts(words: Words<'_>, went: &[(String, Went)], name: impl Fn(&str) -> String) -> Vec<(String, Text)> {
    went.iter().map(|(key, went)| (name(key), line(words, went))).collect()
}

/// `40, 95 % worked; 3 min until somebody had it, 22 min until the call; No budget 3`.
pub(in crate::flows) fn line(words: Words<'_>, went: &Went) -> Text {
    let counted = args! { count: went.received, share: words.number(share(went)) };
    let mut text = words.text("leads_report.line", counted);
    if let Some(took) = took(words, went) {
        text = text.then("; ").then(took);
    }
    let mut unfit: Vec<(&String, &i64)> = went.unfit.iter().collect();
    unfit.sort_by_key(|(_, count)| -**count);
    let named: Vec<String> = unfit
        .iter()
        .take(REASONS)
        .map(|(why, count)| format!("{} {}", words.label("unfit", why), words.number(**count)))
        .collect();
    if named.is_empty() { text } else { text.then("; ").then(named.join(", ")) }
}

/// How long it took; nothing of too few.
fn took(words: Words<'_>, went: &Went) -> Option<Text> {
    let (routing, human) = went.took()?;
    let said = args! { routing: duration(words, routing), human: duration(words, human) };
    Some(words.text("leads_report.took", said))
}

/// `22 min`, `3 h 20 min`, `2 d`.
fn duration(words: Words<'_>, time: TimeDelta) -> String {
    let minutes = time.num_minutes();
    match (minutes / 60, minutes % 60) {
        (0, minutes) => words.line("leads_report.minutes", args! { minutes: words.number(minutes) }),
        (hours, 0) => words.line("leads_report.hours", args! { hours: words.number(hours) }),
        (hours, minutes) => {
            let said = args! { hours: words.number(hours), minutes: words.number(minutes) };
            words.line("leads_report.hours_minutes", said)
        }
    }
}
