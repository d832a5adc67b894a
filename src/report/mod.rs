//! What the refusals say together: figures, matrices, pictures, files.

mod figures;
mod png;

pub use figures::{Cell, Figures};
pub use png::png;
