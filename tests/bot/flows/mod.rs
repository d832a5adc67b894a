//! Stories, one file per flow.

mod faults;
mod permissions;
mod refusal;
mod render;
mod together;
