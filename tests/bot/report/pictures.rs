//! Pictures, as SVG text and as the letters really stand.
//!
//! `PANOUT_SNAPSHOTS=write` writes the snapshots again: look at them as PNG before they are kept.

use std::path::Path;
use std::sync::Arc;

use panout::domain::{Currency, ENOUGH, Money};
use panout::report::{Bar, Bars, Drawing, DrawnCell, DrawnRow, png};
use panout::words::{Catalogue, Language};
use resvg::usvg::{Group, Node, Options, Rect, TextChunk, Tree, fontdb};
use rstest::rstest;

/// The widest picture, and the smallest text in it.
const WIDE: f32 = 726.0;
const SMALL: f32 = 13.0;

const NAMES: [&str; 8] = [
    "Ștefan Pârvu",
    "Ana Ionescu",
    "Chloé Lefèvre",
    "François Dubois",
    "Ioana Țîrlea",
    "Marie-Antoinette de La Rochefoucauld-Montmorency",
    "Sarah O’Neill",
    "Zoë Brückner",
];

/// Figures that look like chance and are the same everywhere.
fn cell(row: usize, column: usize, most: i64) -> DrawnCell {
    let mixed = i64::try_from((row * 31 + column * 17 + row * column * 7) % 101).unwrap();
    let change = (mixed * 13 + 5) % (2 * most + 1) - most;
    DrawnCell { count: mixed * most / 100, change: Some(change), budgets: Vec::new() }
}

fn matrix(texts: [&str; 4], columns: &[&str], rows: usize, most: i64) -> Drawing {
    let [title, subtitle, total, note] = texts.map(str::to_owned);
    let name = |row: usize| if row < 8 { NAMES[row].to_owned() } else { format!("{} {row}", NAMES[row % 8]) };
    let rows: Vec<DrawnRow> = (0..rows)
        .map(|row| {
            let cells: Vec<DrawnCell> = (0..columns.len()).map(|column| cell(row, column, most)).collect();
            DrawnRow { name: name(row), total: sum(&cells), cells }
        })
        .collect();
    let below = |column: usize| sum(&rows.iter().map(|row| row.cells[column].clone()).collect::<Vec<_>>());
    let cells: Vec<DrawnCell> = (0..columns.len()).map(below).collect();
    let totals = DrawnRow { name: total.clone(), total: sum(&cells), cells };
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    Drawing { title, subtitle, columns, rows, totals, total, note, ..Drawing::default() }
}

fn sum(cells: &[DrawnCell]) -> DrawnCell {
    let change = cells.iter().map(|cell| cell.change).sum::<Option<i64>>();
    let mut budgets: Vec<Money> = Vec::new();
    for money in cells.iter().flat_map(|cell| &cell.budgets) {
        match budgets.iter_mut().find(|sum| sum.currency == money.currency) {
            Some(sum) => sum.minor += money.minor,
            None => budgets.push(*money),
        }
    }
    DrawnCell { count: cells.iter().map(|cell| cell.count).sum(), change, budgets }
}

/// The same with what it was worth: every third row in all these currencies, the others in one of them.
fn worth(mut drawing: Drawing, currencies: &[&str]) -> Drawing {
    let currencies: Vec<Currency> = currencies.iter().map(|code| code.parse().unwrap()).collect();
    for (at, row) in drawing.rows.iter_mut().enumerate() {
        for (column, cell) in row.cells.iter_mut().enumerate().filter(|(_, cell)| cell.count > 0) {
            let each = i64::try_from(700 + (at * 37 + column * 53) % 90 * 260).unwrap();
            let here = currencies.iter().enumerate().filter(|(n, _)| at % 3 == 2 || at % currencies.len() == *n);
            cell.budgets = here.map(|(_, currency)| Money::new(cell.count * each * 100, *currency)).collect();
        }
        row.total = sum(&row.cells);
    }
    let below = |column: usize| sum(&drawing.rows.iter().map(|row| row.cells[column].clone()).collect::<Vec<_>>());
    drawing.totals.cells = (0..drawing.columns.len()).map(below).collect();
    drawing.totals.total = sum(&drawing.totals.cells);
    drawing
}

/// The same with changes only where there are enough cases to say.
fn enough(mut drawing: Drawing) -> Drawing {
    for row in drawing.rows.iter_mut().chain([&mut drawing.totals]) {
        for cell in row.cells.iter_mut().chain([&mut row.total]) {
            cell.change = cell.change.filter(|change| cell.count >= ENOUGH || cell.count - change >= ENOUGH);
        }
    }
    drawing
}

const PRODUCTS: [&str; 15] = [
    "CRM Pro",
    "Billing",
    "Payroll & HR",
    "Security",
    "Analytics",
    "Hosting",
    "Data protection suite",
    "Support",
    "Training",
    "Telephony",
    "Marketing automation",
    "Stock",
    "Field service",
    "E-signature",
    "Translation",
];

/// Every picture that is looked at.
fn picture(name: &str) -> String {
    let (words, euros) = (Catalogue::built_in(), &["EUR"][..]);
    let (en, fr, ro) =
        (words.in_language(Language::En), words.in_language(Language::Fr), words.in_language(Language::Ro));
    match name {
        "english" => worth(matrix(ENGLISH, &PRODUCTS[..4], 6, 9), euros).svg(en),
        "a_week" => enough(worth(matrix(ENGLISH, &PRODUCTS[..6], 8, 6), &["GBP", "EUR"])).svg(en),
        "french_long_names" => {
            let columns =
                ["Assistance technique premium", "Facturation", "Paie & RH", "Sauvegarde & reprise d’activité"];
            worth(matrix(FRENCH, &columns, 8, 40), euros).svg(fr)
        }
        "romanian" => {
            let columns = ["CRM Pro", "Facturare", "Salarizare", "Securitate", "Analiză", "Găzduire"];
            worth(matrix(ROMANIAN, &columns, 8, 16), &["RON", "EUR"]).svg(ro)
        }
        "one_cell" => worth(matrix(titled("Today", ""), &["CRM Pro"], 1, 3), euros).svg(en),
        "one_row" => one_of_many().svg(en),
        "zeros" => without_changes(matrix(titled("Last week", ""), &PRODUCTS[..3], 3, 0)).svg(en),
        "totals_only" => matrix(titled("March", ""), &PRODUCTS[..5], 0, 0).svg(en),
        "forty_reps" => {
            let drawing = matrix(titled("March", "▲▼ change on February"), &PRODUCTS[..12], 40, 6);
            enough(worth(drawing, &["EUR", "RON"])).svg(en)
        }
        "folded" => worth(matrix(titled("2026", "▲▼"), &PRODUCTS, 45, 200), euros).folded("Other").svg(en),
        "bars" => bars().svg(en),
        other => panic!("no picture is called {other}"),
    }
}

const ENGLISH: [&str; 4] =
    ["Refusals by rep and product", "9–15 March 2026", "Total", "▲ ▼ more or fewer than in the week before"];
const FRENCH: [&str; 4] = [
    "Refus par commercial et par produit, pour toute l’équipe Île-de-France et celles du Grand Ouest réunies",
    "du 9 au 15 mars 2026",
    "Total",
    "▲ ▼ de plus ou de moins que la semaine d’avant · un refus de deux produits compte dans chacun",
];
const ROMANIAN: [&str; 4] =
    ["Refuzuri pe reprezentant și produs", "9–15 martie 2026 · București", "Total", "▲ ▼ schimbare"];

fn titled<'t>(subtitle: &'t str, note: &'t str) -> [&'t str; 4] {
    ["Refusals by rep and product", subtitle, "Total", note]
}

/// Somebody's own row, and below it that of the team.
fn one_of_many() -> Drawing {
    let mut drawing = worth(matrix(titled("March", ""), &PRODUCTS[..3], 4, 9), &["EUR"]);
    drawing.rows.truncate(1);
    drawing.rows[0].name = "You".into();
    drawing.totals.name = "Your team".into();
    drawing
}

fn without_changes(mut drawing: Drawing) -> Drawing {
    for row in drawing.rows.iter_mut().chain([&mut drawing.totals]) {
        row.cells.iter_mut().chain([&mut row.total]).for_each(|cell| cell.change = None);
    }
    drawing
}

fn bars() -> Bars {
    let bar = |label: &str, count, change, euros: &[i64]| {
        let budgets = euros.iter().zip([Currency::EUR, "RON".parse().unwrap()]);
        let budgets = budgets.map(|(amount, currency)| Money::new(amount * 100, currency)).collect();
        Bar { label: label.into(), cell: DrawnCell { count, change, budgets }, is_rest: false }
    };
    let mut bars = vec![
        bar("Not said", 16, None, &[38_000]),
        bar("Price", 31, Some(4), &[1_240_000, 75_500]),
        bar("Relationship: decision maker never reached", 12, Some(-3), &[88_000]),
        bar("Timing", 7, Some(0), &[5_300]),
        bar("Silent", 1, None, &[]),
        bar("Other", 0, Some(-12), &[]),
    ];
    bars[0].is_rest = true;
    Bars {
        title: "Refusals by reason".into(), subtitle: "9–15 March 2026".into(), bars, note: "▲▼ change".into()
    }
    .folded(15, "Others")
}

#[rstest]
fn a_picture_is_as_it_was_looked_at(
    #[values(
        "english",
        "a_week",
        "french_long_names",
        "romanian",
        "one_cell",
        "one_row",
        "zeros",
        "totals_only",
        "forty_reps",
        "folded",
        "bars"
    )]
    name: &str,
) {
    let svg = picture(name);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/bot/report/snapshots/{name}.svg"));
    if std::env::var_os("PANOUT_SNAPSHOTS").is_some_and(|wish| wish == "write") {
        std::fs::write(&file, &svg).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(svg == kept, "{name} is drawn otherwise than in {}", file.display());
    letters_stand_apart(&svg);
}

/// Every text is inside the picture, large enough, and touches no other.
fn letters_stand_apart(svg: &str) {
    let tree = read(svg);
    let (wide, high) = (tree.size().width(), tree.size().height());
    assert!(wide <= WIDE, "{wide} units wide");
    let mut texts = Vec::new();
    collect(tree.root(), &mut texts);
    assert_eq!(texts.len(), svg.matches("<text").count(), "some text left no ink");
    for (said, size, _, spot) in &texts {
        assert!(*size >= SMALL, "{said} is of size {size}");
        let inside =
            spot.left() >= 4.0 && spot.right() <= wide - 4.0 && spot.top() >= 4.0 && spot.bottom() <= high - 4.0;
        assert!(inside, "{said} leaves the picture: {spot:?}");
    }
    let flat: Vec<_> = texts.iter().filter(|(_, _, is_flat, _)| *is_flat).collect();
    for (at, (said, _, _, one)) in flat.iter().enumerate() {
        for (other_said, _, _, other) in &flat[at + 1..] {
            let apart = one.right() <= other.left()
                || other.right() <= one.left()
                || one.bottom() <= other.top()
                || other.bottom() <= one.top();
            assert!(apart, "{said} and {other_said} overlap: {one:?} {other:?}");
        }
    }
}

/// A text, its size, whether it lies flat, and where its ink is.
type Text = (String, f32, bool, Rect);

fn collect(group: &Group, texts: &mut Vec<Text>) {
    for node in group.children() {
        match node {
            Node::Group(group) => collect(group, texts),
            Node::Text(text) => {
                let said: String = text.chunks().iter().map(TextChunk::text).collect();
                let size = text.chunks()[0].spans()[0].font_size().get();
                // Where the outlines are, not where a line of text would reach.
                let mut ink = Vec::new();
                outlines(text.flattened(), &mut ink);
                let is_flat = text.abs_transform().kx == 0.0;
                if let Some(spot) = ink.into_iter().reduce(around) {
                    texts.push((said, size, is_flat, spot));
                }
            }
            _ => {}
        }
    }
}

fn outlines(group: &Group, ink: &mut Vec<Rect>) {
    for node in group.children() {
        match node {
            Node::Group(group) => outlines(group, ink),
            Node::Path(path) => ink.push(path.abs_bounding_box()),
            _ => {}
        }
    }
}

fn around(one: Rect, other: Rect) -> Rect {
    let (left, top) = (one.left().min(other.left()), one.top().min(other.top()));
    Rect::from_ltrb(left, top, one.right().max(other.right()), one.bottom().max(other.bottom())).unwrap()
}

fn read(svg: &str) -> Tree {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(include_bytes!("../../../src/report/fonts/Inter-400Regular-subset.ttf").to_vec());
    fonts.load_font_data(include_bytes!("../../../src/report/fonts/Inter-600SemiBold-subset.ttf").to_vec());
    Tree::from_str(svg, &Options { fontdb: Arc::new(fonts), ..Options::default() }).unwrap()
}

#[test]
fn every_figure_can_be_read_on_its_ground() {
    let mut drawing = without_changes(matrix(["T", "S", "Total", ""], &["A"; 12], 12, 0));
    for (row, at) in drawing.rows.iter_mut().zip(0..) {
        for (cell, column) in row.cells.iter_mut().zip(0..) {
            cell.count = at * 12 + column;
        }
    }
    let (mut ground, mut seen, mut shades) = (String::new(), 0, std::collections::BTreeSet::new());
    let words = Catalogue::built_in();
    for line in worth(drawing, &["EUR"]).svg(words.in_language(Language::En)).lines() {
        let fill = line.split("fill=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned();
        if line.starts_with("<rect") && fill != "none" {
            ground = fill;
        } else if line.starts_with("<text") {
            assert!(contrast(&fill, &ground) >= 4.5, "{fill} on {ground}: {}", contrast(&fill, &ground));
            shades.insert(ground.clone());
            seen += 1;
        }
        if line.contains("fill=\"none\"") {
            ground = "#ffffff".into();
        }
    }
    assert!(seen > 144 && shades.len() == 10, "{seen} texts on {shades:?}");
    let light: Vec<f64> = shades.iter().map(|shade| luminance(shade)).collect();
    assert!(light.windows(2).all(|pair| pair[0] < pair[1]), "the order of hex is not that of light: {shades:?}");
}

/// Source: WCAG 2.2.
fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(hex: &str) -> f64 {
    let part = |at: usize| {
        let part = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

#[test]
fn whatever_somebody_is_called_it_stays_text() {
    let mut drawing = matrix(["A & B", "\"S\"", "Total", "<i>"], &["'C'", "D\u{0}\u{202e}E\u{1b}[0m"], 2, 9);
    drawing.rows[0].name = "</text><script>".into();
    drawing.rows[1].name = "Ольга 李 \u{1F600}".into();
    let svg = drawing.svg(Catalogue::built_in().in_language(Language::En));
    assert!(!svg.contains("<script") && !svg.contains("<i>"), "{svg}");
    assert!(svg.contains("&lt;/text&gt;&lt;script&gt;") && svg.contains("A &amp; B") && svg.contains(">DE[0m<"));
    assert!(svg.contains(">????? ? ?<"), "letters the font lacks leave a mark: {svg}");
    let mut texts = Vec::new();
    collect(read(&svg).root(), &mut texts);
    assert!(texts.iter().any(|(said, ..)| said == "</text><script>"));
    assert!(png(&svg).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn what_does_not_fit_is_one_other_row_and_column_and_nothing_is_lost() {
    let whole = worth(matrix(["T", "S", "Total", ""], &PRODUCTS, 45, 300), &["EUR", "RON"]);
    let folded = whole.clone().folded("Other");
    assert_eq!((folded.columns.len(), folded.rows.len()), (12, 41));
    assert!(folded.other_column && folded.other_row);
    assert_eq!((folded.columns[11].as_str(), folded.rows[40].name.as_str()), ("Other", "Other"));
    assert_eq!(sorted(sum(&folded.totals.cells)), sorted(whole.totals.total.clone()));
    let rows: Vec<DrawnCell> = folded.rows.iter().map(|row| row.total.clone()).collect();
    assert_eq!(sorted(sum(&rows)), sorted(whole.totals.total));
    for row in folded.rows {
        assert_eq!(sorted(sum(&row.cells)), sorted(row.total), "{}", row.name);
    }
    assert!(rows[..40].is_sorted_by(|one, next| one.count >= next.count));
    let column_totals: Vec<i64> = folded.totals.cells[..11].iter().map(|cell| cell.count).collect();
    assert!(column_totals.is_sorted_by(|one, next| one >= next), "{column_totals:?}");
    let twelve = matrix(["T", "S", "Total", ""], &PRODUCTS[..12], 41, 300).folded("Other");
    assert!(!twelve.other_column && !twelve.other_row && twelve.rows.len() == 41, "one alone keeps its name");
}

fn sorted(mut cell: DrawnCell) -> DrawnCell {
    cell.budgets.sort_by_key(|money| money.currency.to_string());
    cell
}

#[test]
fn a_change_of_which_a_part_is_not_known_is_not_known() {
    let mut whole = matrix(["T", "S", "Total", ""], &PRODUCTS[..13], 1, 300);
    whole.totals.cells.iter_mut().zip(0..).for_each(|(cell, at)| cell.count = 100 - at);
    whole.rows[0].cells[12].change = None;
    let folded = whole.folded("Other");
    assert_eq!(folded.rows[0].cells[11].change, None);
    assert!(folded.rows[0].cells[..11].iter().all(|cell| cell.change.is_some()));
}

#[test]
fn bars_beyond_those_shown_are_one() {
    let folded = bars().folded(3, "Others");
    let shown: Vec<(&str, i64)> = folded.bars.iter().map(|bar| (bar.label.as_str(), bar.cell.count)).collect();
    // What nobody said is no answer: it comes last, however long it is.
    assert_eq!(shown, [("Price", 31), ("Others", 20), ("Not said", 16)]);
    assert_eq!(folded.bars[1].cell.budgets[0].minor, 9_330_000, "worth what it took");
    assert_eq!(bars().folded(6, "Others").bars.len(), 6);
}
