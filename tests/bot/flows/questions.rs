//! Every question on every platform in every language, with the worst that people may answer.

use panout::domain::Questionnaire;
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

/// Fills every question of an open form; what was answered.
async fn answers_all(who: &Actor<'_>, words: Words<'_>, questionnaire: &Questionnaire) -> Vec<String> {
    let mut said = Vec::new();
    for (at, question) in questionnaire.asked().enumerate() {
        let (asked, answer) = (words.asked(question), ANSWERS[at % ANSWERS.len()]);
        // On Slack and the page they are in one form; on Discord each step of it shows what was answered.
        who.fills(&[(&asked.label, answer)]).await;
        said.push(answer.to_owned());
        if let Some(day) = &asked.day {
            who.fills(&[(day, "2027-03-01")]).await;
        }
    }
    said
}

#[track_caller]
fn shows(shown: &str, said: &[String]) {
    for answer in said {
        assert!(shown.contains(&format!("> {answer}")), "{answer} is not in\n{shown}");
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
    team.ends().await;
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
    shows(&ana.screen(), &[ANSWERS[0].to_owned()]);
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
    let shown = elena.screen();
    for at in 0..asked {
        assert!(shown.contains(&format!("Answer{at:02} ")) && shown.contains(&format!("END{at:02}")), "{at}\n{shown}");
    }
    team.ends().await;
}
