//! What the refusals say together: pictures, what rises, files.

mod export;
mod frequent;
mod pictures;
mod rising;
