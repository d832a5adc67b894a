//! What is kept: SQL, one file per family of tables.
//!
//! One SQL text runs on SQLite and PostgreSQL; instants and ids are always made by the application. All writing goes
//! through [`Db::write`], all reading through [`Db::read`]; both hand a [`Tx`], and every query on it is limited to its
//! organisation. The only exceptions are the queries on `organisations` itself.

mod above;
mod answers;
mod batches;
mod beside;
mod blocks;
mod contribution;
mod db;
mod decisions;
mod digests;
mod drafts;
mod earlier;
mod events;
mod exports;
mod gap;
mod handovers;
mod ids;
mod imports;
mod index;
mod indexed;
mod intake;
mod jobs;
mod kept;
mod known;
mod lead_lists;
mod leads;
mod manners;
mod meetings;
mod messages;
mod opportunities;
mod opportunity_history;
mod opportunity_telling;
mod organisation;
mod outage;
mod peace;
mod pending;
mod people;
mod planned;
mod plays;
mod postgres;
mod products;
mod questions;
mod refusals;
mod search;
mod spans;
mod summed;
mod sums;
mod tasks;
mod telling;
mod together;
mod traits;
mod tx;
mod used;
mod waiting;
mod writer;
mod written_names;

pub use above::Watched;
pub use answers::{Answer, Answered, Difference, Inquiry};
pub use batches::Committed;
pub use contribution::Contribution;
pub use db::{Db, Health};
pub use decisions::Decision;
pub use digests::{Digest, Weekly};
pub use earlier::{Earlier, MostOfReasons};
pub use exports::Export;
pub use handovers::{Given, Handover};
pub use imports::Colleague;
pub use intake::IntakeToken;
pub use jobs::{DeadJob, JobCounts, JobRow, NewJob};
pub use lead_lists::{LeadRow, LeadsOf};
pub use leads::LeadEvent;
pub use manners::{HeldJob, Wrote};
pub use meetings::ToldDecision;
pub use messages::MessageRow;
pub use opportunities::{DealEvent, DealsOf};
pub use opportunity_history::Terms as CarryingTerms;
pub use organisation::{ListedPerson, ListedProduct, ListedTeam, Listing};
pub use outage::Outage;
pub use pending::Pending;
pub use people::PersonRow;
pub use plays::PlaysFor;
pub use products::Product;
pub use questions::Question;
pub use search::{Hits, Search};
pub use summed::Sum;
pub use tasks::{SaidAt, Task, TaskKind, Telling, Waiting, Whose};
pub use together::Together;
pub use traits::Trait;
pub use tx::{Closure, Tx};
pub use used::Scope;

/// What a query fails with.
pub type Fault = sqlx::Error;
