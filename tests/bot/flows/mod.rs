//! Stories, one file per flow.

mod refusal;
mod render;
