//! What the refusals say together: pictures, what rises, files.

mod frequent;
mod pictures;
mod rising;
