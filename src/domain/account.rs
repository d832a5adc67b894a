//! Whether two names are the same company.

use super::fold::fold;

/// Legal forms that may end a company's name. Folded, without dots.
const SUFFIXES: &str = "ab ad ag aps as bv co company corp corporation doo ead eood eurl gmbh inc incorporated kft kg limited llc llp \
     ltd nv nyrt ohg ood oy oyj pfa plc pte pty sa sarl sas sasu sca sci scs se sl slu snc spa srl sro ug zrt";

/// Words that join two names and are often left out.
const JOINTS: [&str; 4] = ["and", "et", "si", "und"];

/// What two spellings of the same company's name have in common.
///
/// Case, diacritics, punctuation and legal forms do not count: `S.C. Novo Systems S.R.L.`, `novo-systems` and
/// `Novo Systems, Inc.` share a key. Something always remains: a name made of nothing else
/// (`SA & Co`) keeps its words, and one without letters keeps its signs.
pub fn account_key(name: &str) -> String {
    let folded = fold(name);
    let spaced: String = folded
        .chars()
        .filter(|c| !matches!(c, '.' | '\''))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let mut words: Vec<&str> = spaced.split_whitespace().collect();
    if words.is_empty() {
        return folded;
    }
    while words.len() > 1 && words.last().is_some_and(|last| is_suffix(last)) {
        words.pop();
    }
    // "SC ... SRL": the Romanian form stands on both sides.
    if words.len() > 1 && words[0] == "sc" {
        words.remove(0);
    }
    let last = words.len() - 1;
    let kept = words.iter().enumerate().filter(|(at, word)| *at == 0 || *at == last || !JOINTS.contains(word));
    kept.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
}

/// Whether a folded word is a legal form.
pub(super) fn is_suffix(folded: &str) -> bool {
    SUFFIXES.split(' ').any(|suffix| suffix == folded)
}
