//! Texts with arguments, plurals, numbers, money and dates in three languages, and texts that an organisation changed.

#![expect(clippy::unwrap_used, reason = "a test whose files cannot be read fails")]

use std::path::Path;
use std::sync::LazyLock;

use chrono::{NaiveDate, TimeZone, Weekday};
use panout::chat::{Account, Phrase, Service, Span, Text, WhenStyle};
use panout::words::{Arg, Catalogue, Language, Words, args, money, number};
use proptest::prelude::*;
use tempfile::TempDir;

const NNBSP: char = '\u{202f}';
const NBSP: char = '\u{a0}';

#[test]
fn a_language_is_found_by_its_tag() {
    for language in Language::ALL {
        assert_eq!(Language::from_tag(language.tag()), Some(language));
    }
    assert_eq!(Language::from_tag("fr-CA"), Some(Language::Fr));
    assert_eq!(Language::from_tag("RO_md"), Some(Language::Ro));
    assert_eq!(Language::from_tag("de"), None);
    assert_eq!(Language::from_tag(""), None);
    assert_eq!(Language::Ro.name(), "Română");
}

#[test]
fn romanian_counts_refusals_as_romanians_do() {
    let words = Catalogue::built_in();
    let said = |count: i64| words.in_language(Language::Ro).counted("refusals", count);
    for (count, expected) in [
        (0, "0 refuzuri"),
        (1, "1 refuz"),
        (2, "2 refuzuri"),
        (19, "19 refuzuri"),
        (20, "20 de refuzuri"),
        (21, "21 de refuzuri"),
        (100, "100 de refuzuri"),
        (101, "101 refuzuri"),
        (119, "119 refuzuri"),
        (120, "120 de refuzuri"),
        (12_000, "12.000 de refuzuri"),
    ] {
        assert_eq!(said(count), expected);
    }
}

#[test]
fn english_and_french_count_refusals_too() {
    let words = Catalogue::built_in();
    let said = |language, count| words.in_language(language).counted("refusals", count);
    assert_eq!(said(Language::En, 1), "1 refusal");
    assert_eq!(said(Language::En, 0), "0 refusals");
    assert_eq!(said(Language::Fr, 0), "0 refus");
    assert_eq!(said(Language::Fr, 1_000_000), format!("1{NNBSP}000{NNBSP}000 de refus"));
}

#[test]
fn money_is_written_as_each_language_does() {
    use Language::{En, Fr, Ro};
    let cases = [
        (En, 1_200_000, 2, "EUR", "€12,000"),
        (Fr, 1_200_000, 2, "EUR", "12_000~€"),
        (Ro, 1_200_000, 2, "EUR", "12.000~€"),
        (En, 120_000_000, 2, "RON", "RON~1,200,000"),
        (Ro, 120_000_000, 2, "RON", "1.200.000~lei"),
        (Ro, 100, 2, "RON", "1~leu"),
        (Ro, 150, 2, "RON", "1,50~lei"),
        (En, 1_205, 2, "USD", "$12.05"),
        (Fr, 1_205, 2, "USD", "12,05~USD"),
        (En, -500, 2, "GBP", "-£5"),
        (Fr, -500, 2, "GBP", "-5~GBP"),
        (En, 12_000, 0, "JPY", "JPY~12,000"),
        (En, 1_001, 3, "KWD", "KWD~1.001"),
        (En, 0, 2, "EUR", "€0"),
        (En, i64::MIN, 0, "JPY", "-JPY~9,223,372,036,854,775,808"),
    ];
    for (language, minor, digits, code, expected) in cases {
        assert_eq!(money(language, minor, digits, code), expected.replace('~', "\u{a0}").replace('_', "\u{202f}"));
    }
    assert_eq!(number(Fr, -1_234_567), format!("-1{NNBSP}234{NNBSP}567"));
    assert_eq!([number(En, 999), number(Ro, 1_000)], ["999", "1.000"]);
}

#[test]
fn dates_are_written_as_each_language_does() {
    let catalogue = Catalogue::built_in();
    let day = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    let first = NaiveDate::from_ymd_opt(2027, 3, 1).unwrap();
    let at = chrono_tz::Europe::Bucharest.with_ymd_and_hms(2026, 11, 22, 9, 5, 0).unwrap();
    let said = |language| {
        let words = catalogue.in_language(language);
        let monday = words.weekday(Weekday::Mon).to_owned();
        [words.date(day), words.date(first), words.short_date(first), words.date_time(at), monday]
    };
    assert_eq!(
        said(Language::En),
        ["22 November 2026", "1 March 2027", "1 Mar 2027", "22 November 2026, 09:05", "Monday"]
    );
    assert_eq!(
        said(Language::Fr),
        ["22 novembre 2026", "1er mars 2027", "1er mars 2027", "22 novembre 2026 à 09:05", "lundi"]
    );
    assert_eq!(
        said(Language::Ro),
        ["22 noiembrie 2026", "1 martie 2027", "1 mar. 2027", "22 noiembrie 2026, ora 09:05", "luni"]
    );
}

#[test]
fn an_instant_carries_its_words_in_the_readers_zone() {
    let catalogue = Catalogue::built_in();
    let at = chrono_tz::Europe::Bucharest.with_ymd_and_hms(2026, 11, 22, 1, 30, 0).unwrap();
    let said = |style| match catalogue.in_language(Language::En).when(at, style) {
        Span::When { at: instant, fallback, .. } if instant == at => fallback,
        other => panic!("{other:?}"),
    };
    let styles = [WhenStyle::Date, WhenStyle::Time, WhenStyle::DateTime].map(said);
    assert_eq!(styles, ["22 November 2026", "01:30", "22 November 2026, 01:30"]);
}

#[test]
fn lists_end_with_and() {
    let catalogue = Catalogue::built_in();
    let [english, french, romanian] = Language::ALL.map(|language| catalogue.in_language(language));
    assert_eq!(english.list::<&str>(&[]), "");
    assert_eq!(english.list(&["a"]), "a");
    assert_eq!(french.list(&["a", "b"]), "a et b");
    assert_eq!(romanian.list(&["a", "b", "c", "d"]), "a, b, c și d");
}

#[test]
fn every_phrase_of_the_adapters_has_words() {
    let catalogue = Catalogue::built_in();
    let words = catalogue.in_language(Language::Fr);
    assert_eq!(words.phrase(Phrase::Continue { step: 2, of: 3 }), "Continuer (2/3)");
    assert_eq!(words.phrase(Phrase::PleaseFix), format!("Rien n'est encore enregistré. À revoir{NBSP}:"));
    let others = catalogue.localized("adapter.cancel");
    assert_eq!([others.get("en"), others.get("fr-FR"), others.get("ro")], ["Cancel", "Annuler", "Renunță"]);
}

#[test]
fn strong_words_and_typed_arguments_become_spans() {
    let folder = folder(&[("en.toml", "list.last = '**{start}** met {last}, {{not an argument}} * 2**!**'")]);
    let catalogue = Catalogue::with_overrides(folder.path()).unwrap();
    let words = catalogue.in_language(Language::En);
    let ana = Span::Mention { account: Account::new(Service::Slack, "U0ANA"), name: "Ana".into() };
    let text = words.text("list.last", args! { start: "**Acme** {last}", last: ana.clone() });
    assert_eq!(
        text.0,
        [
            Span::Strong("**Acme** {last}".into()),
            Span::Plain(" met ".into()),
            ana,
            Span::Plain(", {not an argument} * 2".into()),
            Span::Strong("!".into())
        ]
    );
    let nested = words.text("list.last", args! { start: Text::plain("x").then(Text::strong("y")), last: 12_000_i64 });
    assert_eq!(nested.0[..2], [Span::Strong("xy".into()), Span::Plain(" met 12,000, {not an argument} * 2".into())]);
    assert_eq!(words.text("list.more", args! { start: Arg::Strong("a".into()), next: "b" }).unstyled(), "a, b");
}

#[test]
fn french_spaces_become_unbreakable_by_themselves() {
    let folder = folder(&[("fr.toml", "list.last = '« {start} » : {last} ! Non ; quoi ?'")]);
    let catalogue = Catalogue::with_overrides(folder.path()).unwrap();
    let said = catalogue.in_language(Language::Fr).line("list.last", args! { start: "a : b", last: "c" });
    assert_eq!(said, format!("«{NBSP}a : b{NBSP}»{NBSP}: c{NNBSP}! Non{NNBSP}; quoi{NNBSP}?"));
}

static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);

proptest! {
    #[test]
    fn what_people_typed_stays_as_they_typed_it(typed in any::<String>(), other in "[*{}a-z ]{0,20}") {
        for language in Language::ALL {
            let words: Words<'_> = BUILT_IN.in_language(language);
            let and = words.list(&["", ""]);
            prop_assert_eq!(words.list(&[&typed, &other]), format!("{typed}{and}{other}"));
            let text = words.text("list.last", args! { start: Arg::Strong(typed.clone()), last: other.as_str() });
            if !typed.is_empty() {
                prop_assert_eq!(&text.0[0], &Span::Strong(typed.clone()));
            }
        }
    }
}

#[test]
fn an_organisation_puts_its_own_words_in_place_of_some() {
    let folder = folder(&[
        (
            "fr.toml",
            "[source]\nother.label = 'Ailleurs'\n[count.refusals]\none = 'un non'\nmany = '{count} de non'\nother = '{count} non'\n",
        ),
        ("en.toml", "reason.price.label = 'Money'\n"),
        ("notes.txt", "not a text of the bot"),
    ]);
    let catalogue = Catalogue::with_overrides(folder.path()).unwrap();
    let french = catalogue.in_language(Language::Fr);
    assert_eq!(french.label("source", "other"), "Ailleurs");
    assert_eq!(french.counted("refusals", 1), "un non");
    assert_eq!(french.counted("refusals", 3), "3 non");
    assert_eq!(french.label("source", "phone"), "Téléphone", "what it left alone");
    assert_eq!(catalogue.in_language(Language::En).label("reason", "price"), "Money");
}

#[test]
fn what_is_wrong_in_an_organisations_words_is_told_in_sentences() {
    for (file, written, expected) in [
        (
            "fr.toml",
            "\n[adapter]\ncancell = 'Non'",
            "fr.toml, line 3, `adapter.cancell`: the bot has no such text: did you mean `adapter.cancel`?",
        ),
        ("fr.toml", "greeting = 'Salut'", "fr.toml, line 1, `greeting`: the bot has no such text"),
        (
            "fr.toml",
            "adapter.continue = 'Suite ({step})'",
            "fr.toml, line 1, `adapter.continue`: the argument {of} is missing",
        ),
        (
            "fr.toml",
            "adapter.cancel = 'Non, {name}'",
            "fr.toml, line 1, `adapter.cancel`: there is no argument {name}: this text has none",
        ),
        (
            "en.toml",
            "list.last = '{start} and {last} {las}'",
            "en.toml, line 1, `list.last`: there is no argument {las}: this text has {last}, {start}",
        ),
        (
            "ro.toml",
            "[count.refusals]\none = '{count} x'\nother = '{count} y'",
            "ro.toml, line 1, `count.refusals`: the plural form `few` is missing: `ro` has one, few, other",
        ),
        (
            "en.toml",
            "[count.refusals]\none = '1'\nfew = '2'\nother = '3'",
            "en.toml, line 1, `count.refusals`: `en` has no plural form `few`: it has one, other",
        ),
        ("en.toml", "[count.refusals]\none = '1'\nother = '{{{count}'", ""),
        (
            "en.toml",
            "[count.refusals]\none = '1'\nother = '{count'",
            "en.toml, line 1, `count.refusals`: in `other`, a `{` is never closed: write `{{` for the brace itself",
        ),
        ("ro.toml", "[list.more]\none = 'x'\nother = 'y'", "ro.toml, line 1, `list.more`: it is one text, not a table"),
        (
            "en.toml",
            "count.refusals = '{count} refusals'",
            "en.toml, line 1, `count.refusals`: it is a table of plural forms",
        ),
        ("en.toml", "adapter.cancel = ' '", "en.toml, line 1, `adapter.cancel`: it is empty"),
        ("en.toml", "adapter.cancel = '**No'", "en.toml, line 1, `adapter.cancel`: a `**` is never closed"),
        (
            "en.toml",
            "adapter.cancel = 'No}'",
            "en.toml, line 1, `adapter.cancel`: a `}` closes nothing: write `}}` for the brace itself",
        ),
        (
            "en.toml",
            "adapter.cancel = '{No}'",
            "en.toml, line 1, `adapter.cancel`: `{No}` is not the name of an argument",
        ),
        ("en.toml", "adapter.cancel = 4", "en.toml, line 1, `adapter.cancel`: a text stands in quotes"),
        ("en.toml", "calendar.months = ['January']", "en.toml, line 1, `calendar.months`: it is a list of 12"),
        (
            "de.toml",
            "",
            "de.toml: no language has this name: the files of texts are en.toml, fr.toml, ro.toml, and questionnaires.toml",
        ),
    ] {
        let expected: &[&str] = if expected.is_empty() { &[] } else { &[expected] };
        assert_eq!(problems(&folder(&[(file, written)])), expected, "{written}");
    }
    assert!(problems(&folder(&[("en.toml", "x = \n")]))[0].starts_with("en.toml, line 1: "));
    let nowhere = Catalogue::with_overrides(Path::new("/no/such/folder")).unwrap_err();
    assert!(nowhere[0].to_string().starts_with("/no/such/folder: the folder cannot be read ("));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let folder = folder(&[("en.toml", "a = '1'\nb = '2'"), ("ro.toml", "c = '3'")]);
    assert_eq!(problems(&folder).len(), 3);
}

#[cfg(debug_assertions)]
#[test]
#[should_panic(expected = "the text `adapter.nowhere` cannot be shown: there is no such key")]
fn a_key_that_does_not_exist_stops_the_one_who_develops() {
    Catalogue::built_in().in_language(Language::En).line("adapter.nowhere", args! {});
}

#[cfg(debug_assertions)]
#[test]
#[should_panic(expected = "the text `list.last` cannot be shown: the argument `last` was not given")]
fn an_argument_that_is_not_given_stops_the_one_who_develops() {
    Catalogue::built_in().in_language(Language::En).line("list.last", args! { start: "a" });
}

#[cfg(not(debug_assertions))]
#[test]
fn a_text_that_cannot_be_shown_shows_its_key_where_people_work() {
    let catalogue = Catalogue::built_in();
    let words = catalogue.in_language(Language::En);
    assert_eq!(words.line("adapter.nowhere", args! {}), "adapter.nowhere");
    assert_eq!(words.line("list.last", args! { start: "a" }), "list.last");
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, written) in files {
        std::fs::write(folder.path().join(name), written).unwrap();
    }
    folder
}

/// What is wrong in a folder, without its path.
fn problems(folder: &TempDir) -> Vec<String> {
    let path = format!("{}/", folder.path().display());
    let problems = Catalogue::with_overrides(folder.path()).err().unwrap_or_default();
    problems.iter().map(|problem| problem.to_string().replace(&path, "")).collect()
}

#[test]
fn an_organisation_asks_its_own_questions() {
    let own = r#"
        [debrief]
        version = 2
        [[debrief.questions]]
        id = "ended"
        retired = true
        [[debrief.questions]]
        id = "next_step"
        en = { asks = "What is the next step?" }
        fr = { asks = "Quelle est la prochaine étape ?", hint = "Appeler lundi" }
        ro = { asks = "Care e pasul următor?" }
        [letter]
        version = 5
        en = "Dear {client}, {rep}"
    "#;
    let catalogue = Catalogue::with_overrides(folder(&[("questionnaires.toml", own)]).path()).unwrap();
    let debrief = &catalogue.questionnaires().debrief;
    let asked: Vec<&str> = debrief.asked().map(|question| question.id.as_str()).collect();
    assert_eq!((debrief.version, asked), (2, vec!["why", "well_and_short", "again", "next_step"]));
    let french = catalogue.in_language(Language::Fr);
    let new = debrief.asked().last().unwrap();
    assert_eq!(french.asked(new).label, "Quelle est la prochaine étape\u{202f}?");
    let letter = catalogue.in_language(Language::En).letter(args! { client: "*A*", product: "B", rep: "Ana" });
    assert_eq!(letter, "Dear *A*, Ana");
    assert_eq!(catalogue.questionnaires().review.version, 1, "what it left alone");
}

#[test]
fn an_organisation_asks_its_own_questions_in_calls() {
    let own = r#"
        [validation]
        version = 2
        [[validation.questions]]
        id = "gap"
        retired = true
        [[validation.questions]]
        id = "outcome"
        takes = "lever"
        en = { asks = "What would help?" }
        fr = { asks = "Qu'est-ce qui aiderait ?" }
        ro = { asks = "Ce ar ajuta?" }
        [recontact]
        version = 3
        [[recontact.questions]]
        id = "reason"
        takes = "reason"
        en = { asks = "Is it still the same reason?" }
        fr = { asks = "Est-ce toujours la même raison ?" }
        ro = { asks = "E tot același motiv?" }
    "#;
    let catalogue = Catalogue::with_overrides(folder(&[("questionnaires.toml", own)]).path()).unwrap();
    let all = catalogue.questionnaires();
    let asked = |questionnaire: &panout::domain::Questionnaire| {
        let ids: Vec<String> = questionnaire.asked().map(|question| question.id.clone()).collect();
        (questionnaire.version, ids.join(" "))
    };
    assert_eq!(asked(&all.validation), (2, "who_decided would_change again_about outcome".to_owned()));
    assert_eq!(asked(&all.recontact), (3, "competitor changed need reason".to_owned()));
    assert_eq!((all.debrief.version, all.review.version), (1, 1), "what it left alone");
    assert!(all.validation.questions.iter().any(|question| question.id == "gap" && question.retired));
}

#[test]
fn what_is_wrong_in_an_organisations_questions_is_told_in_sentences() {
    let question = |of: &str, rest: &str| format!("[{of}]\nversion = 2\n[[{of}.questions]]\n{rest}");
    let three = |asks: &str| format!("en = {{ {asks} }}\nfr = {{ {asks} }}\nro = {{ {asks} }}");
    let asks = three("asks = 'Why?'");
    let day = three("asks = 'Why?', day = 'When?'");
    for (written, expected) in [
        (
            "[debriefs]\nversion = 2".to_owned(),
            "line 1, `debriefs`: there is no such questionnaire: there are debrief, review, validation, recontact and letter",
        ),
        ("[debrief]".into(), "line 1, `debrief.version`: give a number above 1: it is stored with each answer"),
        (
            "[debrief]\nversion = 1".into(),
            "line 2, `debrief.version`: give a number above 1: it is stored with each answer",
        ),
        (
            "[debrief]\nversion = 2\nquestion = 1".into(),
            "line 3, `debrief.question`: it is not known here: a questionnaire has a version and questions",
        ),
        (
            question("debrief", &format!("id = 'Next step'\n{asks}")),
            "line 3, `debrief`: `Next step` is no id: small letters and _, at most 24, such as next_step",
        ),
        (
            question("review", &format!("id = 'from_whom'\n{asks}")),
            "line 3, `review`: the id `from_whom` is taken: choose another",
        ),
        (
            question("validation", &format!("id = 'reason'\n{asks}")),
            "line 3, `validation`: the id `reason` is taken: choose another",
        ),
        (
            question("recontact", &format!("id = 'note'\n{asks}")),
            "line 3, `recontact`: the id `note` is taken: choose another",
        ),
        (
            question("recontact", &format!("id = 'due'\ntakes = 'text_and_day'\n{day}")),
            "line 3, `recontact.due`: the form has `due_on` beside the questions, where its day would be: choose another id",
        ),
        (
            question("validation", &format!("id = 'again'\ntakes = 'text_and_day'\n{day}")),
            "line 3, `validation.again`: the form has `again_on` beside the questions, where its day would be: choose \
             another id",
        ),
        (
            question("debrief", "id = 'next'\nen = { asks = 'Next?' }\nfr = { asks = 'Et ?' }"),
            "line 3, `debrief.next.ro`: the question is not asked in this language: give a table with `asks`",
        ),
        (
            question("debrief", &format!("id = 'next'\ntakes = 'number'\n{asks}")),
            "line 3, `debrief.next.takes`: it takes one of text, day, reason, text_and_day, lever",
        ),
        (
            question("debrief", &format!("id = 'next'\nhints = 'x'\n{asks}")),
            "line 5, `debrief.next.hints`: it is not known here: a question has id, takes, retired, en, fr and ro",
        ),
        (
            question("debrief", &format!("id = 'n'\n{asks}\n[[debrief.questions]]\nid = 'n'\n{asks}")),
            "line 8, `debrief`: there are two questions with the id `n`",
        ),
        (
            "[letter]\nversion = 2\nen = 'Dear {nobody}'".into(),
            "line 3, `letter.en`: there is no argument {nobody}: a letter has {client}, {product} and {rep}",
        ),
        (
            "[letter]\nversion = 2\nde = 'Hallo'".into(),
            "line 3, `letter.de`: it is not known here: a letter has a version, en, fr and ro",
        ),
    ] {
        let expected = format!("questionnaires.toml, {expected}");
        assert_eq!(problems(&folder(&[("questionnaires.toml", &written)])), [expected], "{written}");
    }
    let long = three(&format!("asks = '{}'", "x".repeat(46)));
    let told = problems(&folder(&[("questionnaires.toml", &question("debrief", &format!("id = 'next'\n{long}")))]));
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].ends_with("`debrief.next.en.label`: it has 46 characters, 45 fit: write a shorter `label`"));
    let day = three("asks = 'When?'");
    let told = question("debrief", &format!("id = 'next'\ntakes = 'text_and_day'\n{day}"));
    assert!(problems(&folder(&[("questionnaires.toml", &told)]))[0].contains("the question takes a day too"));
    let many: String =
        ["a", "b", "c", "d", "e", "f", "g"].map(|id| format!("[[debrief.questions]]\nid = '{id}'\n{asks}\n")).concat();
    let told = problems(&folder(&[("questionnaires.toml", &format!("[debrief]\nversion = 2\n{many}"))]));
    assert_eq!(told, ["questionnaires.toml, line 1, `debrief`: it asks 11 questions: 10 at most, or nobody answers"]);
}

#[test]
fn where_there_is_little_room_amounts_are_rounded() {
    use panout::words::{Language, short_money};
    let say = |language, minor, code| short_money(language, minor, 2, code);
    assert_eq!(say(Language::En, 999_900, "EUR"), "€9,999");
    assert_eq!(say(Language::En, 1_249_900, "EUR"), "€12k");
    assert_eq!(say(Language::En, 1_250_000, "GBP"), "£13k");
    assert_eq!(say(Language::En, 99_949_900, "EUR"), "€999k");
    assert_eq!(say(Language::En, 99_950_000, "EUR"), "€1M");
    assert_eq!(say(Language::En, 224_930_000, "RON"), "RON\u{a0}2.2M");
    assert_eq!(say(Language::Fr, 4_500_000, "EUR"), "45\u{a0}k€");
    assert_eq!(say(Language::Fr, 120_000_000, "EUR"), "1,2\u{a0}M€");
    assert_eq!(say(Language::Ro, 4_500_000, "RON"), "45k\u{a0}lei");
    assert_eq!(say(Language::Ro, 120_000_000, "EUR"), "1,2M\u{a0}€");
    assert_eq!(say(Language::En, 0, "EUR"), "€0");
}
