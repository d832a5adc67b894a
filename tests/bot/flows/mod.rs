//! Stories, one file per flow.

mod away;
mod consent;
mod debrief;
mod faults;
mod fits;
mod gap;
mod hands;
mod heads;
mod leavers;
mod letter;
mod life;
mod manners;
mod permissions;
mod plays;
mod questions;
mod quiet;
mod refusal;
mod render;
mod review;
mod similar;
mod small;
mod taken_back;
mod today;
mod together;
