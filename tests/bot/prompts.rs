//! What is written in `prompts/`: the same in every language, used, short enough, and typed as each language asks.
//!
//! These tests read the files with a reader of their own.

#![expect(clippy::unwrap_used, reason = "a test whose files cannot be read fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use icu_plurals::{PluralCategory, PluralRules};
use panout::words::{Catalogue, Language};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::source;

/// Keys that the code puts together: (what they begin with, what puts them together).
const PUT_TOGETHER: [(&str, &str); 66] = [
    ("period.", "flows::figures, by period"),
    ("decision_form.", "flows::reply, by field"),
    ("decision_done_form.", "flows::reply, by field"),
    ("quality_hint.", "flows::quality, by criterion"),
    ("quality_has.", "flows::quality, by criterion"),
    ("export_column.", "flows::export, by column"),
    ("import_column.", "flows::import, by column"),
    ("view.", "flows::figures, by table"),
    ("hint.", "flows::me, by reason"),
    ("figures_when.", "flows::figures, by period"),
    ("figures_before.", "flows::figures, by period"),
    ("command.", "flows::menu, by command and subcommand"),
    ("option.", "flows::menu, by option"),
    ("fact.", "flows::refusal::card, by field"),
    ("refusal_form.", "flows::refusal::form, by field"),
    ("settings.", "flows::settings, by field"),
    ("count.", "Words::counted"),
    ("language.", "Words::label"),
    ("role.", "Words::label"),
    ("source.", "Words::label, Words::aliases"),
    ("outcome.", "Words::label, Words::aliases"),
    ("reason.", "Words::label, Words::aliases"),
    ("stage.", "Words::label"),
    ("lever.", "Words::label"),
    ("decision.", "flows::case, by stage"),
    ("call.", "flows::case, by what an end rests on"),
    ("recontact.opener.", "flows::recontact, by reason"),
    ("revive_form.", "flows::reply, by field"),
    ("validate_form.", "flows::reply, by field"),
    ("won_form.", "flows::reply, by field"),
    ("called_form.", "flows::reply, by field"),
    ("close_form.", "flows::reply, by field"),
    ("again_on_form.", "flows::reply, by field"),
    ("hand_form.", "flows::reply, by field"),
    ("handed.owned", "flows::hands, by what was given"),
    ("handed.delegated", "flows::hands, by what was given"),
    ("handover.", "flows::hands, by what was given"),
    ("away_form.", "flows::reply, by field"),
    ("today.deal", "flows::today, by task"),
    ("today.recontact", "flows::today, by task"),
    ("today.debrief", "flows::today, by task"),
    ("today.letter", "flows::today, by task"),
    ("today.question", "flows::today, by task"),
    ("debrief_when.", "Words::label"),
    ("debrief_form.", "flows::reply, by field"),
    ("later_form.", "flows::reply, by field"),
    ("review_form.", "flows::reply, by field"),
    ("letter_form.", "flows::reply, by field"),
    ("lead_form.", "flows::reply, by field"),
    ("lead_called_form.", "flows::reply, by field"),
    ("put_off_form.", "flows::reply, by field"),
    ("not_mine_form.", "flows::reply, by field"),
    ("disqualify_form.", "flows::reply, by field"),
    ("lead_won_form.", "flows::reply, by field"),
    ("lead_state.", "Words::label"),
    ("lead_event.", "Words::label"),
    ("lead_", "Words::label"),
    ("unfit.", "Words::label"),
    ("deal_form.", "flows::reply, by field"),
    ("deal_check_form.", "flows::opportunity, by what is to be known"),
    ("anyway_form.", "flows::reply, by field"),
    ("carrying_form.", "flows::reply, by field"),
    ("deal_stage.", "Words::label, Words::aliases"),
    ("deal_state.", "Words::label"),
    ("deal_event.", "Words::label"),
    ("deal_answer.", "Words::label"),
];

const FORMS: [(&str, PluralCategory); 6] = [
    ("zero", PluralCategory::Zero),
    ("one", PluralCategory::One),
    ("two", PluralCategory::Two),
    ("few", PluralCategory::Few),
    ("many", PluralCategory::Many),
    ("other", PluralCategory::Other),
];

/// What stands at a key: (plural form, or nothing, and what is written).
type Written = BTreeMap<String, Vec<(String, String)>>;

#[test]
fn every_language_says_what_english_says_with_the_same_arguments() {
    let english = written(Language::En);
    assert!(english.len() > 150, "only {} texts were read", english.len());
    for language in [Language::Fr, Language::Ro] {
        let texts = written(language);
        assert_eq!(keys(&english), keys(&texts), "{language}.toml");
        for (key, forms) in &texts {
            assert_eq!(arguments(forms), arguments(&english[key]), "{language}.toml, {key}");
        }
    }
}

#[test]
fn every_plural_has_the_forms_its_language_asks_for() {
    for language in Language::ALL {
        let locale: icu_locale_core::Locale = language.tag().parse().unwrap();
        let rules = PluralRules::try_new_cardinal(locale.into()).unwrap();
        let wanted: BTreeSet<PluralCategory> = rules.categories().collect();
        for (key, forms) in written(language).iter().filter(|(_, forms)| forms.iter().any(|(form, _)| is_form(form))) {
            let given: BTreeSet<_> = forms.iter().filter_map(|(form, _)| category(form)).collect();
            assert_eq!(given, wanted, "{language}.toml, {key}");
        }
    }
}

#[test]
fn every_text_is_used_and_every_text_used_is_written() {
    let english = written(Language::En);
    let families: BTreeSet<&str> = english.keys().filter_map(|key| key.split('.').next()).collect();
    let literals: BTreeSet<String> = source::all().into_iter().flat_map(|source| source.literals).collect();
    let put_together = |key: &str| PUT_TOGETHER.iter().any(|(start, _)| key.starts_with(start));
    let unused: Vec<_> = english.keys().filter(|key| !literals.contains(*key) && !put_together(key)).collect();
    assert!(unused.is_empty(), "nobody says: {unused:?}");
    let is_key = |literal: &&String| {
        literal.split('.').count() > 1
            && literal.split('.').all(|step| {
                !step.is_empty() && step.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            })
            && families.contains(literal.split('.').next().unwrap())
    };
    let unwritten: Vec<_> = literals.iter().filter(is_key).filter(|key| !english.contains_key(*key)).collect();
    assert!(unwritten.is_empty(), "nothing is written for: {unwritten:?}");
    for (start, _) in PUT_TOGETHER {
        assert!(english.keys().any(|key| key.starts_with(start)), "nothing begins with {start}");
    }
}

#[test]
fn every_text_is_short_enough_for_the_place_it_goes_to() {
    for language in Language::ALL {
        for (key, forms) in written(language) {
            for (_, text) in forms {
                assert!(!text.trim().is_empty(), "{language}.toml, {key} is empty");
                let (length, longest) = (filled(&text).encode_utf16().count(), longest(&key));
                assert!(length <= longest, "{language}.toml, {key}: {length} characters, at most {longest}");
            }
        }
    }
}

#[test]
fn every_place_with_a_limit_is_known() {
    for (key, most) in [
        ("refusal_form.detail_title", 24),
        ("ask.title", 24),
        ("called_form.due_on.label", 45),
        ("refusal_form.verbatim.more", 45),
        ("settings.batch_at.label", 45),
        ("revive_form.play.hint", 100),
        ("called_form.not_now", 75),
        ("settings.intensity.light", 75),
        ("validate_form.again_on.missing", SENTENCE),
        ("lever.nothing", 75),
        ("debrief_when.soon", 75),
        ("reason.price.label", 75),
        ("button.answer", 40),
        ("command.refusals.mine", 100),
        ("option.reason", 100),
        ("queue.open", 100),
        ("mine.edit", 100),
        ("adapter.cancel", 24),
    ] {
        assert_eq!(longest(key), most, "{key}");
        assert!(written(Language::En).contains_key(key), "{key}");
    }
}

/// As many characters as a sentence may have, where no service has a limit that it could meet.
const SENTENCE: usize = 300;

/// A text with the longest that may stand in it, where it goes to a place with a limit.
fn filled(text: &str) -> String {
    let longest = [("{name}", "n".repeat(20)), ("{number}", "#1234567".into()), ("{part}", "10".into())];
    let steps = [("{step}", "10".into()), ("{of}", "10".into())];
    longest.into_iter().chain(steps).fold(text.to_owned(), |text, (name, longest)| text.replace(name, &longest))
}

/// The most UTF-16 units a text may have; sources are the doc comments in `chat`.
fn longest(key: &str) -> usize {
    let (family, last) = (key.split('.').next().unwrap(), key.rsplit('.').next().unwrap());
    match (family, last) {
        ("ask" | "answer" | "settings", _) => longest_of_form(last),
        (form, _) if form.ends_with("_form") => longest_of_form(last),
        ("shortcut", _) | ("adapter", "continue" | "cancel" | "search") => 24,
        ("button", _) | ("adapter", "open_form" | "fix_it") => 40,
        // After a label, in the placeholder of a Discord menu.
        ("adapter", "optional") => 150 - 45 - 1,
        // A menu's label, too.
        ("command" | "option", _) | (_, "open") | ("mine", "edit") => 100,
        ("reason" | "outcome" | "source" | "role" | "language" | "lever" | "stage" | "debrief_when", last)
            if last != "aliases" =>
        {
            75
        }
        _ => SENTENCE,
    }
}

/// The same of a text of a form, by the last step of its key. What is no part of a form that is known here is a choice.
fn longest_of_form(last: &str) -> usize {
    match last {
        last if last.ends_with("title") => 24,
        "label" | "more" => 45,
        "hint" | "others" => 100,
        "missing" | "fault" | "long" | "unknown" | "needed" | "past" | "future" | "far" | "gone" | "nothing"
        | "evening_is_here" | "empty" | "nobody" | "intro" | "saved" | "card" => SENTENCE,
        _ => 75,
    }
}

#[test]
fn romanian_writes_s_and_t_with_a_comma_below() {
    for (key, forms) in written(Language::Ro) {
        for (_, text) in forms {
            assert!(!text.contains(['ş', 'ţ', 'Ş', 'Ţ']), "{key}: a cedilla in {text}");
            assert!(text.nfc().eq(text.chars()), "{key}: a letter in two parts in {text}");
        }
    }
}

#[test]
fn french_leaves_a_space_around_its_tall_punctuation() {
    let glued = |text: &str| {
        let letters: Vec<char> = text.chars().collect();
        (0..letters.len()).any(|at| {
            let before = at.checked_sub(1).map(|before| letters[before]);
            let after = letters.get(at + 1).copied();
            match letters[at] {
                // A filter, `raison:prix`, is typed without.
                ':' if after.is_some_and(|c| c.is_alphanumeric() || c == '/' || c == '{') => false,
                ':' | ';' | '!' | '?' | '»' => before.is_some_and(|c| c != ' '),
                '«' => after != Some(' '),
                _ => false,
            }
        })
    };
    assert!(glued("Compte: Acme") && glued("«Oui»") && !glued("« Oui » : 14:05, https://a.b !"));
    for (key, forms) in written(Language::Fr) {
        for (_, text) in forms {
            assert!(!glued(&text), "{key}: {text}");
            assert!(!text.contains(['\u{a0}', '\u{202f}']), "{key}: ordinary spaces, please: {text}");
        }
    }
}

#[test]
fn no_two_reasons_outcomes_or_sources_share_a_name_in_any_language() {
    let catalogue = Catalogue::built_in();
    let english = written(Language::En);
    for family in ["reason", "outcome", "source"] {
        let mut owners: BTreeMap<String, String> = BTreeMap::new();
        let ids = english.keys().filter_map(|key| key.strip_prefix(family)?.strip_prefix('.')?.strip_suffix(".label"));
        let ids: Vec<String> = ids.map(|id| id.replace('.', "/")).collect();
        assert!(ids.len() > 5);
        for id in &ids {
            let mut names = BTreeSet::from([folded(id)]);
            for words in Language::ALL.map(|language| catalogue.in_language(language)) {
                let aliases = words.aliases(family, id);
                assert!((4..=10).contains(&aliases.len()), "{family} {id}: {} aliases", aliases.len());
                names.extend(aliases.iter().chain([&words.label(family, id)]).map(|name| folded(name)));
            }
            assert!(!names.contains(""), "{family} {id}: an empty alias");
            for name in names {
                let other = owners.insert(name.clone(), id.clone());
                assert_eq!(other, None, "{family}: both {id} and another are called {name}");
            }
        }
    }
}

#[test]
fn every_reason_of_the_taxonomy_has_a_name() {
    let words = Catalogue::built_in();
    let words = words.in_language(Language::En);
    let second = "above_alternative no_budget payment_terms value_unproven discount_refused";
    assert!(second.split(' ').all(|id| words.has(&format!("reason.price.{id}.label"))));
    let first = "price technical regulatory logistics out_of_perimeter timing indecision relationship silent other";
    assert!(first.split(' ').all(|id| words.has(&format!("reason.{id}.label"))));
    let reasons = written(Language::En)
        .keys()
        .filter(|key| key.starts_with("reason.") && key.rsplit('.').next() == Some("label"))
        .count();
    assert_eq!(reasons, 10 + 9 * 5);
    assert_eq!(words.label("reason", "price/payment_terms"), "Payment terms");
    assert_eq!(words.label("reason", "price/our_own"), "price/our_own", "one that the organisation added");
}

fn written(language: Language) -> Written {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("prompts/{language}.toml"));
    let table: toml::Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut texts = Written::new();
    spread("", &table, &mut texts);
    texts
}

fn spread(prefix: &str, table: &toml::Table, texts: &mut Written) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::String(text) => drop(texts.insert(key, vec![(String::new(), text.clone())])),
            toml::Value::Array(items) => {
                let items =
                    items.iter().enumerate().map(|(at, item)| (at.to_string(), item.as_str().unwrap().to_owned()));
                texts.insert(key, items.collect());
            }
            toml::Value::Table(forms)
                if forms.len() > 1 && forms.iter().all(|(form, text)| is_form(form) && text.is_str()) =>
            {
                texts.insert(
                    key,
                    forms.iter().map(|(form, text)| (form.clone(), text.as_str().unwrap().to_owned())).collect(),
                );
            }
            toml::Value::Table(nested) => spread(&key, nested, texts),
            other => panic!("{key}: {other} is no text"),
        }
    }
}

fn is_form(name: &str) -> bool {
    category(name).is_some()
}

fn category(name: &str) -> Option<PluralCategory> {
    FORMS.iter().find(|(form, _)| *form == name).map(|(_, category)| *category)
}

/// What is compared across languages: the keys, whether they are plurals, and how long lists are.
fn keys(texts: &Written) -> Vec<(&String, bool, usize)> {
    let kind = |(key, forms): (_, &Vec<(String, String)>)| {
        let plural = is_form(&forms[0].0);
        (key, plural, if plural { 0 } else { forms.len() })
    };
    texts.iter().map(kind).collect()
}

fn arguments(forms: &[(String, String)]) -> BTreeSet<String> {
    let all = forms.iter().flat_map(|(_, text)| text.split('{').skip(1));
    all.filter_map(|after| Some(after.split_once('}')?.0.to_owned())).filter(|name| !name.is_empty()).collect()
}

fn folded(name: &str) -> String {
    name.to_lowercase().nfd().filter(|c| !is_combining_mark(*c)).collect()
}
