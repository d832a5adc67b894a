//! Stories, one file per flow.

mod away;
mod consent;
mod faults;
mod fits;
mod gap;
mod hands;
mod heads;
mod life;
mod manners;
mod permissions;
mod plays;
mod refusal;
mod render;
mod similar;
mod small;
mod taken_back;
mod together;
