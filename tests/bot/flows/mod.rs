//! Stories, one file per flow.

mod again;
mod at_once;
mod away;
mod calls;
mod consent;
mod debrief;
mod faults;
mod fits;
mod gap;
mod hands;
mod heads;
mod letter;
mod life;
mod manners;
mod permissions;
mod plays;
mod questions;
mod refusal;
mod render;
mod review;
mod similar;
mod small;
mod taken_back;
mod together;
