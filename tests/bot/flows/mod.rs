//! Stories, one file per flow.

mod away;
mod consent;
mod faults;
mod heads;
mod life;
mod manners;
mod permissions;
mod refusal;
mod render;
mod together;
