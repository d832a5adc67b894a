//! The rules: pure, no async, no I/O. The words are those of the people who sell.

mod account;
mod currency;
mod decision;
mod fold;
mod lexicon;
mod line;
mod money;
mod outcome;
mod person;
mod questionnaire;
mod reason;
mod refusal;
mod schedule;
mod similarity;
mod stage;
mod stem;
mod wall;
mod working_hours;

pub use account::account_key;
pub use decision::{Call, Lever, Terms, recontact_on};
pub use fold::fold;
pub use lexicon::{Found, Lexicon};
pub use line::{Line, Vocabulary, parse as parse_line, parse_day};
pub use money::{AmountError, Currency, Money};
pub use outcome::Outcome;
pub use person::{BATCH_AT, Choices, DebriefWhen, Person, PersonId, Role, Team, TeamId};
pub use questionnaire::{Asked, Given, Questionnaire, Said, Takes};
pub use reason::{ReasonId, TAXONOMY};
pub use refusal::{Change, Denied, Details, Refusal, RefusalNumber, SAME_ACCOUNT, UNDO};
pub use schedule::{DailyAt, Run, SCHEDULE_EXAMPLE, Schedule, ScheduleError};
pub use similarity::{ALIKE, Case, SameReason, Score, WordCounts, alike, score};
pub use stage::Stage;
pub use working_hours::{HoursError, QUIET_HOURS_EXAMPLE, QuietHours, WORKING_HOURS_EXAMPLE, WorkingHours};
