//! Every question on every platform in every language, with the worst that people may answer.

use std::collections::BTreeSet;

use panout::domain::{Questionnaire, Takes};
use panout::words::{Catalogue, Language, Words, args};
use rstest::rstest;

use crate::story::{Actor, On, Setup, Team};

/// What an enemy would answer: markup, mentions, SQL, right to left, combining marks.
const ANSWERS: [&str; 4] = [
    "<!channel> & <@U1> @everyone *bold* ```",
    "'; DROP TABLE answers; -- <t:0:R>",
    "شركة النور Z̷a̶l̵g̸o̷ 👩‍👩‍👧‍👦",
    "> quoted # heading || spoiler || [link](https://evil.example)",
];

/// Fills every question of an open form; how the answers are shown.
async fn answers_all(who: &Actor<'_>, words: Words<'_>, questionnaire: &Questionnaire) -> Vec<String> {
    let mut said = Vec::new();
    for (at, question) in questionnaire.asked().enumerate() {
        let (asked, answer) = (words.asked(question), ANSWERS[at % ANSWERS.len()]);
        // On Slack and the page they are in one form; on Discord each step of it shows what was answered.
        if question.takes == Takes::Lever {
            let lever = words.label("lever", "payment_terms");
            who.fills(&[(&asked.label, &lever)]).await;
            said.push(format!("{} {lever}", asked.label));
            continue;
        }
        who.fills(&[(&asked.label, answer)]).await;
        said.push(format!("> {answer}"));
        if let Some(day) = &asked.day {
            who.fills(&[(day, "2027-03-01")]).await;
        }
    }
    said
}

#[track_caller]
fn shows(shown: &str, said: &[String]) {
    for answer in said {
        assert!(shown.contains(answer), "{answer} is not in\n{shown}");
    }
}

#[rstest]
#[tokio::test]
async fn every_question_can_be_asked_and_its_answer_is_shown_as_it_was_given(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[values(Language::En, Language::Fr, Language::Ro)] language: Language,
) {
    let team = Team::start_with(on, Setup { language, ..Setup::default() }).await;
    let catalogue = Catalogue::built_in();
    let words = catalogue.in_language(language);
    let line = |key: &str| words.line(key, args! {});
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal *Acme* 12k price \"<@U1>\"").await;
    ana.screen();
    elena.screen();
    ana.types("/debrief 1").await;
    ana.screen();
    ana.presses(&line("button.answer")).await;
    let said = answers_all(&ana, words, &words.questionnaires().debrief).await;
    ana.submits().await;
    shows(&ana.screen(), &said);
    shows(&elena.screen(), &said);
    ana.types("/debrief client 1").await;
    let guide = ana.screen();
    for question in words.questionnaires().review.asked() {
        assert!(guide.contains(&words.asked(question).asks), "{guide}");
    }
    assert!(guide.contains(words.opening()), "{guide}");
    ana.presses(&line("button.write_down")).await;
    let said = answers_all(&ana, words, &words.questionnaires().review).await;
    ana.fills(&[
        (&line("review_form.from_whom.label"), ANSWERS[0]),
        (&line("review_form.client_reason.label"), &words.label("reason", "timing")),
    ])
    .await;
    ana.submits().await;
    shows(&ana.screen(), &said);
    let differs = elena.screen();
    shows(&differs, &said);
    elena.presses(&line("button.client_is_right")).await;
    assert!(elena.screen().contains(&line("review.reason_of_head")));
    calls(&team, words).await;
    assert_eq!(answered(&team).await, written(), "every question of the file was answered");
    team.ends().await;
}

/// Elena calls the client, then Ana does: each is asked everything, and both read what was said.
async fn calls(team: &Team, words: Words<'_>) {
    let line = |key: &str| words.line(key, args! {});
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    elena.presses(&line("button.validate")).await;
    elena.fills(&[(&line("validate_form.again_on.label"), "2027-02-01")]).await;
    let said = answers_all(&elena, words, &words.questionnaires().validation).await;
    elena.submits().await;
    shows(&elena.screen(), &said);
    team.it_is("2027-02-01T07:00:00Z").await;
    ana.screen();
    ana.presses(&line("button.recontacted")).await;
    ana.fills(&[(&line("called_form.outcome.label"), &line("called_form.not_now"))]).await;
    let then = answers_all(&ana, words, &words.questionnaires().recontact).await;
    ana.submits().await;
    for shown in [ana.screen(), elena.screen()] {
        shows(&shown, &said);
        shows(&shown, &then);
        for question in words.questionnaires().validation.asked().chain(words.questionnaires().recontact.asked()) {
            assert!(shown.contains(&words.asked(question).label), "{}", question.id);
        }
    }
    for name in ["Bogdan", "Oana", "Adi"] {
        team.person(name).screen();
    }
}

/// The questions that were answered, by questionnaire.
async fn answered(team: &Team) -> BTreeSet<(String, String)> {
    let own = ["client_reason"];
    let rows: Vec<(String, String)> = team.rows("SELECT questionnaire, question FROM answers").await;
    rows.into_iter().filter(|(_, asked)| !asked.ends_with("_on") && !own.contains(&asked.as_str())).collect()
}

/// Those of the file, read with a reader of its own.
fn written() -> BTreeSet<(String, String)> {
    let file: toml::Table = toml::from_str(include_str!("../../../prompts/questionnaires.toml")).expect("it is read");
    let questions = file.iter().flat_map(|(of, table)| {
        let asked = table.get("questions").and_then(toml::Value::as_array).into_iter().flatten();
        asked.map(|question| (of.clone(), question["id"].as_str().expect("an id").to_owned()))
    });
    let all: BTreeSet<_> = questions.collect();
    assert!(all.len() > 15, "{all:?}");
    all
}

#[rstest]
#[tokio::test]
async fn one_by_one_every_question_has_a_form_of_its_own(
    #[values(On::Slack, On::Discord, On::Local)] on: On,
    #[values(Language::En, Language::Fr, Language::Ro)] language: Language,
) {
    let team = Team::start_with(on, Setup { language, debriefs: true, ..Setup::default() }).await;
    let catalogue = Catalogue::built_in();
    let words = catalogue.in_language(language);
    let line = |key: &str| words.line(key, args! {});
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k silent/after_offer").await;
    if ana.has_form() {
        ana.submits().await;
    }
    ana.screen();
    team.it_is("2026-11-23T08:30:00Z").await;
    ana.screen();
    ana.presses(&line("button.later")).await;
    ana.fills(&[(&line("later_form.when.label"), &line("later_form.tomorrow"))]).await;
    ana.submits().await;
    ana.screen();
    let questions: Vec<_> = words.questionnaires().debrief.asked().collect();
    for (at, question) in questions.iter().enumerate() {
        let button = if at == 0 { "button.one_by_one" } else { "button.next_question" };
        ana.presses(&line(button)).await;
        assert!(ana.form().contains(&words.asked(question).label), "{}", ana.form());
        ana.fills(&[(&words.asked(question).label, ANSWERS[at % ANSWERS.len()])]).await;
        ana.submits().await;
        ana.screen();
    }
    team.it_is("2026-11-25T08:00:00Z").await;
    ana.sees_nothing();
    for (at, tag) in Language::ALL.into_iter().enumerate() {
        ana.types("/refusals mine").await;
        ana.chooses(&line("mine.edit"), "#1 Acme").await;
        ana.submits().await;
        ana.presses(&line("button.letter")).await;
        if at > 0 && tag != language {
            ana.presses(tag.name()).await;
        }
        assert!(ana.screen().contains("> Ana"));
    }
    ana.presses(&line("button.sent")).await;
    ana.screen();
    ana.presses(&line("button.they_answered")).await;
    ana.fills(&[(&line("letter_form.said.label"), ANSWERS[0])]).await;
    ana.submits().await;
    shows(&ana.screen(), &[format!("> {}", ANSWERS[0])]);
    elena.screen();
    team.ends().await;
}

/// A thousand characters, as many as an answer may have, beginning with a word of its own.
fn long(at: usize) -> String {
    let begins = format!("Answer{at:02} ");
    let words = "word ".repeat(200);
    format!("{begins}{}END{at:02}", &words[..1000 - begins.len() - 5])
}

#[rstest]
#[tokio::test]
async fn the_longest_answers_to_every_question_are_shown_whole(#[values(On::Slack, On::Discord, On::Local)] on: On) {
    let team = Team::start(on).await;
    let catalogue = Catalogue::built_in();
    let words = catalogue.in_language(Language::En);
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/refusal Acme 12k price").await;
    ana.screen();
    elena.screen();
    let questionnaires = words.questionnaires();
    let mut asked = 0;
    for (command, button, questions) in [
        ("/debrief 1", "Answer", &questionnaires.debrief),
        ("/debrief client 1", "Write it down", &questionnaires.review),
    ] {
        ana.types(command).await;
        ana.presses(button).await;
        for question in questions.asked() {
            ana.fills(&[(&words.asked(question).label, &long(asked))]).await;
            asked += 1;
        }
        if button == "Write it down" {
            ana.fills(&[("Who answered?", "Their CFO"), ("Their main reason", "Timing")]).await;
        }
        ana.submits().await;
        ana.screen();
    }
    elena.presses("Validate").await;
    elena.fills(&[("When may we come back?", "2027-02-01")]).await;
    for question in questionnaires.validation.asked().filter(|question| question.takes == Takes::Text) {
        elena.fills(&[(&words.asked(question).label, &long(asked))]).await;
        asked += 1;
    }
    elena.submits().await;
    elena.screen();
    team.it_is("2027-02-01T07:00:00Z").await;
    ana.screen();
    ana.presses("I called").await;
    ana.fills(&[("What came of it?", "Not now")]).await;
    for question in questionnaires.recontact.asked() {
        ana.fills(&[(&words.asked(question).label, &long(asked))]).await;
        asked += 1;
    }
    ana.submits().await;
    ana.screen();
    let shown = elena.screen();
    for at in 0..asked {
        assert!(shown.contains(&format!("Answer{at:02} ")) && shown.contains(&format!("END{at:02}")), "{at}\n{shown}");
    }
    team.ends().await;
}
