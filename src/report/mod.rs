//! What the refusals say together: figures, matrices, pictures, files.

mod bars_svg;
mod matrix_svg;
mod measure;
mod png;
mod svg;

pub use bars_svg::{Bar, Bars};
pub use matrix_svg::{Drawing, DrawnCell, DrawnRow};
pub use png::png;
