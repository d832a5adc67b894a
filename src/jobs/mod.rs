//! What happens later: jobs are rows, claimed by whoever is free.

mod deliver;
mod lanes;
mod patience;
mod tidy;
mod worker;

pub use worker::{Limits, Worker};
