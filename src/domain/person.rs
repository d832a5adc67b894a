//! People, what they may do, and when they want to hear from the bot.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::wall::{to_utc, wall};
use super::{Away, Currency, DailyAt, Intensity, QuietHours, Reminders, Rhythm, StandIn, WorkingHours};

/// When the daily batch comes, unless a person chose: the start of the usual day.
pub const BATCH_AT: NaiveTime = NaiveTime::from_hms_opt(9, 0, 0).expect("nine o'clock is a time");

/// When the evening begins for somebody who wants to be asked then.
const EVENING: NaiveTime = NaiveTime::from_hms_opt(18, 30, 0).expect("half past six is a time");

/// A person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub i64);

/// A team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TeamId(pub i64);

/// What somebody is in their organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Logs refusals, sees their own figures.
    Rep,
    /// Head of sales of a team: sees the team.
    Head,
    /// Installs and configures; sees everything.
    Admin,
    /// Marketing, product: never sees a rep's figures.
    Observer,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [Role::Rep, Role::Head, Role::Admin, Role::Observer];

    /// Its name in the configuration and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Rep => "rep",
            Role::Head => "head",
            Role::Admin => "admin",
            Role::Observer => "observer",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Role::ALL.into_iter().find(|role| role.as_str() == name).ok_or_else(|| name.to_owned())
    }
}

/// A team and its defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// `en`, `fr` or `ro`.
    pub language: String,
    /// What amounts without a currency are in.
    pub currency: Currency,
    /// Where it is.
    pub time_zone: Tz,
    /// When it works.
    pub working_hours: WorkingHours,
    /// Its channels, `service:id`.
    pub channels: Vec<String>,
}

impl Team {
    /// The first instant of a day where it is: if clocks leave out its midnight, the one after the gap.
    pub fn day_begins(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        Team::day_begins_in(day, self.time_zone)
    }

    /// The same in any zone.
    pub fn day_begins_in(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
        to_utc(day.and_time(NaiveTime::MIN), zone)
    }

    /// The next morning after `now` on which it works.
    pub fn next_morning(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let mut at = now;
        for _ in 0..15 {
            let Some(run) = DailyAt(BATCH_AT).next(at, self.time_zone) else { break };
            at = run.at;
            if works_on(&self.working_hours, self.time_zone, run.wall.date()) {
                return at;
            }
        }
        self.working_hours.next_opening(now, self.time_zone)
    }
}

/// Whether some time of a day is worked.
fn works_on(hours: &WorkingHours, zone: Tz, day: NaiveDate) -> bool {
    let Some(begins) = to_utc(day.and_time(NaiveTime::MIN), zone) else { return false };
    hours.next_opening(begins, zone).with_timezone(&zone).date_naive() == day
}

/// When somebody is asked how a refusal they logged went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DebriefWhen {
    /// By itself, soon after they logged it.
    #[default]
    Soon,
    /// With the message of the day.
    Daily,
    /// Only when they ask for it.
    Asked,
}

impl DebriefWhen {
    /// Every choice.
    pub const ALL: [DebriefWhen; 3] = [DebriefWhen::Soon, DebriefWhen::Daily, DebriefWhen::Asked];

    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            DebriefWhen::Soon => "soon",
            DebriefWhen::Daily => "daily",
            DebriefWhen::Asked => "asked",
        }
    }
}

impl FromStr for DebriefWhen {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        DebriefWhen::ALL.into_iter().find(|when| when.as_str() == name).ok_or_else(|| name.to_owned())
    }
}

/// What a person chose for themselves; where they did not, the team's choice holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choices {
    /// `en`, `fr` or `ro`.
    pub language: Option<String>,
    /// Where they are.
    pub time_zone: Option<Tz>,
    /// When they work.
    pub working_hours: Option<WorkingHours>,
    /// When nothing may come.
    pub quiet_hours: Option<QuietHours>,
    /// When the daily batch comes.
    pub batch_at: Option<NaiveTime>,
    /// How often they are reminded of the same thing.
    pub intensity: Option<Intensity>,
    /// How often the batch comes.
    pub rhythm: Option<Rhythm>,
    /// When they are asked how a refusal went.
    pub debrief: Option<DebriefWhen>,
}

/// Somebody of the organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Their team.
    pub team: Team,
    /// What they chose.
    pub choices: Choices,
    /// The chat service they last acted on.
    pub service: Option<String>,
    /// What the language switch of the local page last said, if they act there.
    pub page_language: Option<String>,
    /// Whether they want the bot to write to them.
    pub reminders: Reminders,
    /// Until when they are away, if they said so; [`Person::is_away`] says whether that is over.
    pub away: Option<Away>,
    /// Whose work they do just now, for those who are away. Known of whoever acts and of whoever a card is drawn for.
    pub stands_in: Vec<StandIn>,
    /// How many messages of the day in a row they did not act on.
    pub ignored: i64,
}

impl Person {
    /// Whether they process and see a team's refusals: its head, an admin, or who stands in for the head just now.
    pub fn leads(&self, team: TeamId) -> bool {
        let by_role = match self.role {
            Role::Admin => true,
            Role::Head => self.team.id == team,
            Role::Rep | Role::Observer => false,
        };
        by_role || self.stands_in.iter().any(|one| one.leads == Some(team))
    }

    /// Whether they do what is in somebody's hands: their own, or that of somebody they stand in for just now.
    pub fn acts_for(&self, person: PersonId) -> bool {
        self.id == person || self.stands_in.iter().any(|one| one.person == person)
    }

    /// Whether the bot may write to them by itself.
    pub fn wants_reminders(&self) -> bool {
        self.reminders == Reminders::On
    }

    /// The first instant after they are away, if they said that they are: the end of that day where they are.
    pub fn returns_at(&self) -> Option<DateTime<Utc>> {
        self.day_begins(self.away?.until.succ_opt()?)
    }

    /// Whether they are away.
    pub fn is_away(&self, now: DateTime<Utc>) -> bool {
        self.returns_at().is_some_and(|returns| now < returns)
    }

    /// How often they are reminded of the same thing.
    pub fn intensity(&self) -> Intensity {
        self.choices.intensity.unwrap_or_default()
    }

    /// How often their batch comes.
    pub fn rhythm(&self) -> Rhythm {
        self.choices.rhythm.unwrap_or_default()
    }

    /// Their language.
    pub fn language(&self) -> &str {
        self.choices.language.as_deref().unwrap_or(&self.team.language)
    }

    /// Where they are.
    pub fn time_zone(&self) -> Tz {
        self.choices.time_zone.unwrap_or(self.team.time_zone)
    }

    /// When they work.
    pub fn working_hours(&self) -> &WorkingHours {
        self.choices.working_hours.as_ref().unwrap_or(&self.team.working_hours)
    }

    /// When their daily batch comes.
    pub fn batch_at(&self) -> NaiveTime {
        self.choices.batch_at.unwrap_or(BATCH_AT)
    }

    /// The first moment at or after `now` at which the bot may write to them: in working hours, outside quiet hours.
    ///
    /// If their quiet hours cover all their working hours, working hours win: quiet is not never.
    pub fn reachable_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let zone = self.time_zone();
        let opening = self.working_hours().next_opening(now, zone);
        let Some(quiet) = &self.choices.quiet_hours else { return opening };
        let mut at = opening;
        for _ in 0..14 {
            if !quiet.holds(at, zone) {
                return at;
            }
            at = self.working_hours().next_opening(quiet.end(at, zone), zone);
        }
        opening
    }

    /// When their next batch after `now` comes: at their hour, on a day they work; the first one of a week, if they want
    /// one a week.
    pub fn next_batch(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.next_batch_on(now, |day| self.works_on(day) && (self.rhythm() == Rhythm::Daily || self.begins_week(day)))
    }

    /// The same, on a day that `fits`.
    fn next_batch_on(&self, now: DateTime<Utc>, fits: impl Fn(NaiveDate) -> bool) -> DateTime<Utc> {
        let (zone, daily) = (self.time_zone(), DailyAt(self.batch_at()));
        // The usual hour may be moved to a later one of its day.
        let mut at = now - TimeDelta::days(1);
        // Some day of a week is worked, or the working hours could not have been read; of one week a clock change may
        // leave out the only hours.
        for _ in 0..23 {
            let Some(run) = daily.next(at, zone) else { break };
            at = run.at;
            let comes = self.not_too_early(run.at);
            if comes > now && fits(run.wall.date()) {
                return comes;
            }
        }
        self.reachable_at(now)
    }

    /// The usual hour of somebody who chose none: not before they work, nor in their quiet hours, if that is still on its
    /// day.
    fn not_too_early(&self, usual: DateTime<Utc>) -> DateTime<Utc> {
        if self.choices.batch_at.is_some() {
            return usual;
        }
        let comes = self.reachable_at(usual);
        if self.day_at(comes).0 == self.day_at(usual).0 { comes } else { usual }
    }

    /// Their first batch on a day or after it.
    pub fn batch_on(&self, day: NaiveDate) -> DateTime<Utc> {
        self.next_batch(self.day_begins(day).unwrap_or_default() - TimeDelta::seconds(1))
    }

    /// The batch in which it is said that something from `now` has waited for `days` working days.
    pub fn batch_after_days(&self, days: usize, now: DateTime<Utc>) -> DateTime<Utc> {
        // A working day is one, however seldom the batch comes.
        let over = (0..=days).fold(now, |at, _| self.next_batch_on(at, |day| self.works_on(day)));
        self.next_batch(over - TimeDelta::seconds(1))
    }

    /// Their batch so many working days after the day of `now`, 1 for the next one.
    pub fn batch_in_days(&self, days: usize, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = now.with_timezone(&self.time_zone()).date_naive();
        let tomorrow = today.succ_opt().and_then(|day| self.day_begins(day)).unwrap_or(now);
        self.batch_after_days(days.saturating_sub(1), tomorrow - TimeDelta::seconds(1))
    }

    /// The evening of the day it is where they are; `None` once it has come.
    pub fn this_evening(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let evening = to_utc(wall(now, self.time_zone()).date().and_time(EVENING), self.time_zone())?;
        (evening > now).then_some(evening)
    }

    /// The same time of the day, so many of their working days earlier.
    pub fn working_days_before(&self, days: usize, at: DateTime<Utc>) -> DateTime<Utc> {
        let Some(skipped) = days.checked_sub(1) else { return at };
        // By the wall: a day on which clocks change is not 24 hours long.
        let wall = wall(at, self.time_zone());
        // Of any two weeks some day is worked, even if a clock change leaves out the hours of one.
        let earlier = wall.date().iter_days().rev().skip(1).take(days * 7 + 7);
        let day = earlier.filter(|day| self.works_on(*day)).nth(skipped);
        day.and_then(|day| to_utc(day.and_time(wall.time()), self.time_zone())).unwrap_or(at)
    }

    /// The day it is where they are, and when it began.
    pub fn day_at(&self, at: DateTime<Utc>) -> (NaiveDate, DateTime<Utc>) {
        let day = at.with_timezone(&self.time_zone()).date_naive();
        (day, self.day_begins(day).unwrap_or(at))
    }

    /// The first instant of a day where they are: if clocks leave out its midnight, the one after the gap.
    fn day_begins(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        to_utc(day.and_time(NaiveTime::MIN), self.time_zone())
    }

    /// Whether they work at some time of a day.
    pub fn works_on(&self, day: NaiveDate) -> bool {
        works_on(self.working_hours(), self.time_zone(), day)
    }

    /// Whether a day is the first one of its week on which they work.
    fn begins_week(&self, day: NaiveDate) -> bool {
        let before = day.iter_days().rev().skip(1).take(day.weekday().num_days_from_monday() as usize);
        !before.into_iter().any(|earlier| self.works_on(earlier))
    }
}
