//! The rules: pure, no waiting, no reading or writing of anything.

pub mod account;
pub mod currency;
pub mod fold;
pub mod lexicon;
pub mod line;
pub mod money;
pub mod outcome;
pub mod person;
pub mod reason;
pub mod schedule;
mod wall;
pub mod working_hours;
