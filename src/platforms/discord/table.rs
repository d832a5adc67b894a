//! Tables as text of equal width: Discord has none of its own.

use unicode_normalization::char::is_combining_mark;

use crate::chat::Text;

/// The rows of a table, head first, as lines for a code block: columns aligned, numbers to the right.
///
/// Inside a code block nothing is interpreted but its end, so only three backticks in a row are broken up.
pub(super) fn lines(head: &[String], rows: &[Vec<Text>]) -> Vec<String> {
    let mut grid: Vec<Vec<String>> = vec![head.iter().map(|cell| one_line(cell)).collect()];
    grid.extend(rows.iter().map(|row| row.iter().map(|cell| one_line(&cell.unstyled())).collect()));
    let columns = grid.iter().map(Vec::len).max().unwrap_or_default();
    let layout: Vec<(usize, bool)> = (0..columns)
        .map(|n| {
            let width = grid.iter().filter_map(|row| row.get(n)).map(|cell| width(cell)).max().unwrap_or_default();
            (width, n > 0 && grid.iter().skip(1).filter_map(|row| row.get(n)).all(|cell| is_figure(cell)))
        })
        .collect();
    grid.iter().map(|row| write_row(row, &layout)).collect()
}

fn write_row(row: &[String], layout: &[(usize, bool)]) -> String {
    let cells = layout.iter().enumerate().map(|(n, (wide, right))| {
        let cell = row.get(n).map_or("", String::as_str);
        let blank = " ".repeat(wide.saturating_sub(width(cell)));
        if *right { format!("{blank}{cell}") } else { format!("{cell}{blank}") }
    });
    cells.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
}

fn one_line(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ").replace("```", "`\u{200b}`\u{200b}`")
}

fn is_figure(cell: &str) -> bool {
    cell.is_empty() || cell.starts_with(|c: char| c.is_ascii_digit() || "+-–−±▲▼<>€$£".contains(c))
}

/// How many cells of a fixed-width font a text takes, near enough.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            c if is_combining_mark(c) || c == '\u{200b}' => 0,
            '\u{1100}'..='\u{115f}'
            | '\u{2e80}'..='\u{a4cf}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff00}'..='\u{ff60}'
            | '\u{1f300}'..='\u{1faff}' => 2,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_figures_stand_to_the_right() {
        let rows = vec![vec!["Ana".into(), "12".into()], vec!["Ștefan ```".into(), "3".into()]];
        let drawn = lines(&["Rep".into(), "Total".into()], &rows);
        assert_eq!(drawn, ["Rep        | Total", "Ana        |    12", "Ștefan `\u{200b}`\u{200b}` |     3"]);
    }
}
