//! Text reduced to what matters when two people write the same word.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text in lower case, without diacritics, with plain quotes and dashes and single spaces.
///
/// `Preț` and `pret`, `Ștefan` and `Ştefan`, `Œuvre` and `oeuvre`, `d’achat` and `d'achat` become equal.
/// Compatibility forms (ligatures, full-width letters, no-break spaces) are written out, and characters that show
/// nothing (zero-width, direction marks, soft hyphens) are dropped. Folding twice is folding once. It is for
/// comparing, never for showing: marks that carry a vowel in other scripts are lost too.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)) {
        if c.is_whitespace() {
            if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
        } else if !is_invisible(c) {
            push_plain(&mut folded, c);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The text on one line, without the characters that show nothing or turn the direction of what follows: for labels, where
/// the text itself stands elsewhere as it was typed.
pub fn visible(text: &str) -> String {
    let shown: String =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_invisible(*c)).collect();
    shown.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Letters and signs that Unicode does not decompose but people type otherwise.
fn push_plain(folded: &mut String, c: char) {
    match c {
        'ß' => folded.push_str("ss"),
        'æ' => folded.push_str("ae"),
        'œ' => folded.push_str("oe"),
        'þ' => folded.push_str("th"),
        'ø' => folded.push('o'),
        'ł' => folded.push('l'),
        'đ' | 'ð' => folded.push('d'),
        'ħ' => folded.push('h'),
        'ı' => folded.push('i'),
        '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' | '`' | '´' => folded.push('\''),
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' => folded.push('"'),
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => folded.push('-'),
        c => folded.push(c),
    }
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
