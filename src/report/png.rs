//! Drawings as PNG.

use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, anyhow};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

/// How many pixels a unit of the drawing has, so that it is sharp on a phone.
const SCALE: f32 = 2.0;

/// The fonts of every picture: Inter, under the SIL Open Font License (`fonts/Inter-OFL.txt`), cut down to the letters of
/// the Latin alphabets.
pub(super) const FONTS: [&[u8]; 2] =
    [include_bytes!("fonts/Inter-400Regular-subset.ttf"), include_bytes!("fonts/Inter-600SemiBold-subset.ttf")];

/// An SVG document as PNG, twice its size. Takes tens of milliseconds of a processor: not for threads that answer people.
///
/// # Errors
/// When it is no SVG document, or too large to be drawn.
pub fn png(svg: &str) -> anyhow::Result<Vec<u8>> {
    let options = Options { fontdb: fonts(), font_family: "Inter".into(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).context("reading a drawing")?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or_else(|| anyhow!("a drawing without size"))?;
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or_else(|| anyhow!("a drawing too large"))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().context("writing a picture")
}

/// Read once, and only when something is drawn.
fn fonts() -> Arc<fontdb::Database> {
    static READ: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let read = || {
        let mut fonts = fontdb::Database::new();
        for font in FONTS {
            fonts.load_font_data(font.to_vec());
        }
        Arc::new(fonts)
    };
    READ.get_or_init(read).clone()
}
