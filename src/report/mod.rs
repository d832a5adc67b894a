//! What the refusals say together: figures, matrices, pictures, files.

mod bars_svg;
mod export;
mod figures;
mod frequent;
mod matrix;
mod matrix_layout;
mod matrix_svg;
mod matrix_texts;
mod measure;
mod png;
mod rising;
mod svg;

pub use bars_svg::{Bar, Bars};
pub use export::{Column, CsvExport, ExportRow, ExportWords, MOST_EXPORTED, XlsxExport};
pub use figures::{Cell, Figures};
pub use frequent::{Frequent, PAST, SAID, SURE, Spoken, frequent};
pub use matrix::{Drawing, DrawnCell, DrawnRow};
pub use png::png;
pub use rising::{CHANCE, ENOUGH, Extent, HISTORY, Rising, Series, WHOLES, rising};
