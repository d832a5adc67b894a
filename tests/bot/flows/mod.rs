//! Stories, one file per flow.

mod debrief;
mod faults;
mod heads;
mod letter;
mod life;
mod permissions;
mod questions;
mod refusal;
mod render;
mod review;
mod together;
