//! The rules, on their own.

mod hours;
mod line;
mod money;
mod names;
mod schedule;
