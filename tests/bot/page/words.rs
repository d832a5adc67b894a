//! The page's words: complete in every language, and none that nobody reads.

use std::collections::{BTreeMap, BTreeSet};

type Words = BTreeMap<String, String>;

/// The words of every language, as the page is given them.
pub(super) fn all() -> BTreeMap<String, Words> {
    let read = |text: &str| toml::from_str::<Words>(text).unwrap();
    BTreeMap::from([
        ("en".to_owned(), read(include_str!("../../../prompts/page/en.toml"))),
        ("fr".to_owned(), read(include_str!("../../../prompts/page/fr.toml"))),
        ("ro".to_owned(), read(include_str!("../../../prompts/page/ro.toml"))),
    ])
}

fn arguments(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

#[test]
fn the_page_has_the_same_words_with_the_same_arguments_in_every_language() {
    let words = all();
    for (language, own) in &words {
        let keys = |words: &Words| words.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(own), keys(&words["en"]), "{language}");
        for (key, text) in own {
            assert_eq!(arguments(text), arguments(&words["en"][key]), "{language}: {key}");
            assert!(!text.trim().is_empty(), "{language}: {key}");
        }
    }
}

#[test]
fn every_word_of_the_page_is_used_and_every_word_it_uses_is_there() {
    let sources: String = ["src/platforms/local", "src/platforms/local/page"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let known = all().remove("en").unwrap();
    // Keys that are put together in the script: look_auto, jump_hour and the like.
    let put_together = |key: &str| key.starts_with("look_") || key.starts_with("jump_");
    let unused: Vec<_> = known.keys().filter(|k| !put_together(k) && !sources.contains(&format!("\"{k}\""))).collect();
    assert_eq!(unused, Vec::<&String>::new());
    let phrases = ["cancel", "optional", "one_moment", "please_fix", "no_choice", "form_gone", "not_understood"];
    let asked = ["word(\"", "data-word=\""].iter().flat_map(|before| sources.split(before).skip(1));
    for key in asked.map(|rest| rest.split('"').next().unwrap()) {
        assert!(known.contains_key(key) || phrases.contains(&key), "{key} is asked for and nobody wrote it");
    }
}
