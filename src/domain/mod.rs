//! The rules: pure, no async, no I/O. The words are those of the people who sell.

mod account;
mod carrying;
mod currency;
mod deal_stage;
mod decision;
mod details;
mod fold;
mod gap;
mod inbound;
mod lead;
mod lead_line;
mod lexicon;
mod line;
mod manners;
mod meeting;
mod money;
mod opportunity;
mod outcome;
mod peace;
mod period;
mod person;
mod play;
mod quality;
mod questionnaire;
mod reason;
mod refusal;
mod schedule;
mod search;
mod self_validation;
mod significance;
mod similarity;
mod source;
mod stage;
mod stem;
mod view;
mod wall;
mod working_hours;

pub use account::account_key;
pub use carrying::{Carrying, MOST_DAYS, MOST_MINUTES};
pub use deal_stage::{Check, DealStage};
pub use decision::{Lever, Terms, WouldChange, recontact_on};
pub use details::{Change, Details};
pub use fold::{fold, visible};
pub use gap::{ENOUGH, Gap, Heard, by as gap_by, whole as whole_gap};
pub use inbound::{Candidate, LeadRule, next_owner};
pub use lead::{
    CallOutcome, ClientKeys, Ladder, Lead, LeadDenied, LeadDetails, LeadNumber, LeadState, Rung, Standing, Turn, Unfit,
    WORKING_DAY, first_touch_within,
};
pub use lead_line::{LeadLine, parse as parse_lead};
pub use lexicon::{Found, Lexicon};
pub use line::{DealLine, Line, Vocabulary, parse as parse_line, parse_day, parse_deal};
pub use manners::{Away, Intensity, Reminders, Rhythm, StandIn};
pub use meeting::MeetingDecision;
pub use money::{AmountError, Currency, Money};
pub use opportunity::{
    DAYS_WITHOUT_TOUCH, Dark, DealDenied, DealState, ENOUGH_DEALS, History, Opportunity, OpportunityNumber,
    longest_stay,
};
pub use outcome::Outcome;
pub use peace::{Peace, contact_key};
pub use period::{Days, Period, first_of_month, monday};
pub use person::{BATCH_AT, Choices, DebriefWhen, Person, PersonId, Role, Team, TeamId};
pub use play::{Play, offered};
pub use quality::{Criterion, Part, Quality, RefusalFile};
pub use questionnaire::{Asked, Given, Questionnaire, Said, Takes};
pub use reason::{ReasonId, TAXONOMY};
pub use refusal::{Denied, Refusal, RefusalNumber, SAME_ACCOUNT, UNDO};
pub use schedule::{DailyAt, Run, SCHEDULE_EXAMPLE, Schedule, ScheduleError, Schedules};
pub use search::{Field, MOST_WORDS, Wanted, found_in, stem_of, wanted};
pub use self_validation::SelfValidation;
pub use significance::{Weighed, rank};
pub use similarity::{ALIKE, Case, SameReason, Score, WordCounts, alike, score, within_reach};
pub use source::Source;
pub use stage::Stage;
pub use stem::{stems, words_in_common};
pub use view::{Axis, View};
pub use working_hours::{Calendar, HoursError, QUIET_HOURS_EXAMPLE, QuietHours, WORKING_HOURS_EXAMPLE, WorkingHours};
