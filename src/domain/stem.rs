//! The words of a text that carry its matter, reduced so that plurals and endings match.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::fold::fold;

/// Words that say nothing of the matter, in English, French and Romanian together: nobody says which language a client
/// spoke. Folded. The second half of `don't`, `n'est` and `într-un` stands here on its own.
const STOP_WORDS: &str = "
    about after again all already also although always am an and any anyone anything are aren as at away
    back be became because been before being between both but by came can cannot come could couldn did didn do
    does doesn doing don done down each either else enough even ever every everyone everything few for from
    gave get gets getting give given go goes going gone got had hadn has hasn have haven having he hello her
    here him his how if in into is isn it its itself just know less let like ll lot made make makes many may
    maybe me might mine more most much must mustn my myself neither never no nobody none nor not nothing now
    of off often ok on once one only onto or other others our ours out over own per please put quite rather re
    really said same saw say saying says see seem seen shall she should shouldn since so some somebody someone
    something still such sure take taken than thank thanks that the their them then there these they thing
    things think this those though through till to told too took towards unless until up upon us ve very want
    wanted wants was wasn way we well went were weren what whatever when where whether which while who whole
    whom whose why will with within without won would wouldn yes yet you your yours

    afin ai aie ainsi alors apres assez au aucun aucune aujourd aura aurait aussi autre autres aux avaient
    avais avait avant avec avez avions avoir avons beaucoup bien bonjour bon ca car ce ceci cela celle celles
    celui ces cet cette ceux chaque chez ci comme comment dans de deja depuis des desormais dit dites dois
    doit donc dont du elle elles encore entre es est et etaient etais etait etant ete etes etre eu eux faire
    fais fait faites faut fois font fut hui ici il ils jamais je jusqu jusque la le les leur leurs lors
    lorsque lui ma mais me meme memes merci mes mieux moi moins mon ne ni non nos notre nous on ont ou oui par
    parce parmi pas pendant peu peut peuvent peux plus plutot pour pourquoi pourtant pouvait pouvez pouvons
    pres presque puis puisque qu quand que quel quelle quelles quelque quelques quels quelqu qui quoi rien sa
    sans se selon sera serait seront ses si soit sommes son sont sous suis sur ta te tel telle tels toi ton
    toujours tous tout toute toutes tres trop tu un une va vais vers veut veux voila voir vont vos votre
    voulais voulait voulez voulons vous vraiment vu

    abia aceasta aceea aceeasi acel acela acelasi acele acelea acest acesta aceste acestea acestei acestui
    acolo acum adica ai aici alt alta alte altele altfel alti altul am apoi ar are as asa asta astfel asupra
    ati atat atunci au avea aveam aveti avem bine buna ca caci cam cand care carui cat cate catre ce cea ceea
    cei cel cele celor ceva chiar ci cine cineva conform cu cum cumva da daca dar dat de deci decat deja
    deoarece desi despre din dintre doar dumneavoastra dupa ea ei el ele era eram este esti eu fara fac face
    facem faceti facut fi fie fiecare fiind fost foarte gata iar ii il imi in inainte inca insa intr intra
    intre isi iti la le li lor lui lucru mai ma mea mei mele mereu meu mi mie mod mult multa multe multi
    multumesc multumim nici niciodata nicio niciun nimeni nimic ni nostri noastra noastre noi nostru nou noua
    nu numai om or ori orice oricare oricum oricat pai pana parca pe pentru peste poate pot prea prin
    printre pur puteti putem putin sa sai sale sau se si singur spre spus sub sunt suntem sunteti ta tai tale
    tot toata toate toti totul totusi tu un una unde unei unele uneori unii unor unui unul va vi voi voastra
    voastre vostru vor vrea vreau vrem vreti vreo vreun zau zice zic zis
";

/// Endings, the longest first, and how many letters must remain: the shorter the word, the more often what looks like
/// an ending is its root.
const ENDINGS: [(&str, usize); 35] = [
    ("urilor", 4),
    ("aient", 4),
    ("ation", 4),
    ("urile", 4),
    ("eaza", 4),
    ("este", 4),
    ("ment", 3),
    ("ait", 4),
    ("ant", 4),
    ("are", 4),
    ("aux", 4),
    ("ele", 3),
    ("ent", 4),
    ("ere", 4),
    ("esc", 4),
    ("ile", 4),
    ("ing", 3),
    ("ire", 4),
    ("lor", 3),
    ("uri", 4),
    ("al", 4),
    ("at", 4),
    ("ed", 3),
    ("er", 3),
    ("ez", 3),
    ("im", 4),
    ("it", 4),
    ("ul", 4),
    ("a", 3),
    ("e", 3),
    ("i", 3),
    ("s", 3),
    ("u", 4),
    ("x", 4),
    ("y", 3),
];

static STOPS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| STOP_WORDS.split_whitespace().collect());

/// The stems of a text's words, each once, in order of the alphabet.
///
/// Words are runs of letters and digits of the folded text; single characters and stop words are left out.
pub fn stems(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().nth(1).is_some());
    let mut stems: Vec<String> = words.filter(|word| !STOPS.contains(word)).map(stem).collect();
    stems.sort_unstable();
    stems.dedup();
    stems
}

/// Words of `one` that `other` has too, as `one` writes them, without stop words: the first of them, at most `most`.
pub fn words_in_common(one: &str, other: &str, most: usize) -> Vec<String> {
    let (theirs, mut seen) = (stems(other), HashSet::new());
    let words = one.split(|c: char| !c.is_alphanumeric()).filter(|word| {
        let of_word = stems(word);
        of_word.first().is_some_and(|stem| theirs.binary_search(stem).is_ok() && seen.insert(stem.clone()))
    });
    words.take(most).map(str::to_lowercase).collect()
}

/// Whether a folded word says nothing of the matter.
pub(super) fn says_nothing(word: &str) -> bool {
    STOPS.contains(word)
}

/// A folded word without its endings: `contracts`, `contractul` and `contractelor` become `contract`, `intégrer`,
/// `integration` and `integrare` become `integr`.
///
/// Endings of the three languages go one after the other, the longest first, while enough of the word remains; then a
/// doubled letter counts once (`stopped`, `stop`). What is left is for comparing: it need not be a word, and now and
/// then two different words share it.
pub(super) fn stem(word: &str) -> String {
    let mut left = word;
    while let Some(shorter) = without_ending(left) {
        left = shorter;
    }
    let mut stem = String::with_capacity(left.len());
    for c in left.chars() {
        if c.is_ascii_digit() || !stem.ends_with(c) {
            stem.push(c);
        }
    }
    stem
}

fn without_ending(word: &str) -> Option<&str> {
    ENDINGS.iter().find_map(|(ending, least)| word.strip_suffix(ending).filter(|rest| rest.len() >= *least))
}
