//! What the refusals say together: pictures, what rises, files.

mod pictures;
