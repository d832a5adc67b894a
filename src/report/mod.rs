//! What the refusals say together: figures, matrices, pictures, files.

mod png;

pub use png::png;
