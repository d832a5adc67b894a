//! Stories, one file per flow.

mod faults;
mod refusal;
mod render;
mod together;
