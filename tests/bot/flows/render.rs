//! Every card and every form, on every service, in every language, with the worst that people may type. The services
//! are strict: a limit broken, a text cut or a person pinged fails the story.

use chrono::TimeDelta;
use panout::chat::Choice;
use panout::words::{Catalogue, Language, args};
use rstest::rstest;

use crate::story::{Actor, On, Setup, Team};

/// A company as an enemy would name it: markup, mentions, SQL, a formula, right to left, combining marks, emoji.
const NAMES: [&str; 8] = [
    "<!channel> & <@U1> @everyone",
    "*bold* _it_ ~no~ `code` ```",
    "'; DROP TABLE refusals; --",
    "=1+1",
    "شركة النور",
    "Z̷a̶l̵g̸o̷ 👩‍👩‍👧‍👦",
    "[link](https://evil.example) <t:0:R>",
    "> quoted # heading || spoiler ||",
];

/// The words of one language, by key.
struct Labels(Catalogue, Language);

impl Labels {
    fn of(&self, key: &str) -> String {
        self.0.in_language(self.1).line(key, args! {})
    }

    /// The label of a question of a call.
    fn asks(&self, call: &str, id: &str) -> String {
        let words = self.0.in_language(self.1);
        let all = words.questionnaires();
        let mut questions = if call == "validation" { all.validation.asked() } else { all.recontact.asked() };
        words.asked(questions.find(|question| question.id == id).expect("it is asked")).label.clone()
    }
}

#[rstest]
#[tokio::test]
async fn every_card_and_form_fits_and_shows_what_was_typed_as_it_was_typed(
    #[values(On::Local, On::Slack, On::Discord)] on: On,
    #[values(Language::En, Language::Fr, Language::Ro)] language: Language,
) {
    let setup = Setup { language, ..Setup::default() };
    let team = Team::start_with(on, setup).await;
    let labels = Labels(Catalogue::built_in(), language);
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for name in NAMES {
        logs_with_the_form(&ana, &labels, name).await;
        let stored = ana.screen();
        assert!(stored.contains(name), "{stored}");
        let card = elena.screen();
        assert!(card.contains(name) && card.contains(&format!("> {name}")), "{card}");
        team.passes(TimeDelta::minutes(1)).await;
    }
    asks_and_answers(&team, &labels).await;
    lists_and_helps(on, &ana, &labels).await;
    figures_and_files(on, &ana, &labels).await;
    team.ends().await;
}

/// Tables with their pictures, the digest, and a file: what clients and rivals are called is in all of them.
async fn figures_and_files(on: On, ana: &Actor<'_>, labels: &Labels) {
    let by = if on == On::Discord { "by:" } else { "by " };
    for view in ["rep_product", "rep_reason", "product_reason", "segment", "source", "competitor"] {
        ana.types(&format!("/refusals all {by}{}", labels.of(&format!("view.{view}.label")))).await;
        let shown = ana.screen();
        assert!(shown.contains("[picture: "), "{view}:\n{shown}");
        if view == "source" {
            assert!(shown.contains(&labels.of("source.trade_show.label")), "{shown}");
        }
        if view == "competitor" {
            for name in NAMES {
                assert!(shown.contains(name), "{name} is not in\n{shown}");
            }
        }
    }
    ana.types("/panout digest preview").await;
    assert!(ana.screen().contains(&labels.of("digest.preview_only")));
    ana.types("/refusals export csv").await;
    assert!(ana.screen().contains("[file: refusals-2026-11-23.csv]"));
    let file = String::from_utf8(ana.file("refusals-2026-11-23.csv")).expect("UTF-8");
    for name in NAMES {
        assert!(file.contains(name), "{name} is not in\n{file}");
    }
}

async fn logs_with_the_form(ana: &Actor<'_>, labels: &Labels, name: &str) {
    ana.types("/refusal").await;
    ana.fills(&[
        (&labels.of("refusal_form.account.label"), name),
        (&labels.of("refusal_form.reason.label"), &labels.of("reason.price.label")),
        (&labels.of("refusal_form.competitor.label"), name),
        (&labels.of("refusal_form.amount.label"), "12k"),
        (&labels.of("refusal_form.source.label"), &labels.of("source.trade_show.label")),
        (&labels.of("refusal_form.verbatim.label"), name),
    ])
    .await;
    ana.submits().await;
}

async fn asks_and_answers(team: &Team, labels: &Labels) {
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    elena.presses(&labels.of("button.ask")).await;
    elena.fills(&[(&labels.of("ask.question.label"), "<!here> *why*?")]).await;
    elena.submits().await;
    assert!(elena.screen().contains("> <!here> *why*?"));
    assert!(ana.screen().contains("> <!here> *why*?"));
    ana.presses(&labels.of("button.answer")).await;
    ana.fills(&[(&labels.of("answer.answer.label"), "@everyone, `price`")]).await;
    ana.submits().await;
    assert!(ana.screen().contains("> @everyone, `price`"));
    assert!(elena.screen().contains("> @everyone, `price`"));
    elena.presses(&labels.of("button.seen")).await;
    assert!(elena.screen().contains("(changed)"));
}

async fn lists_and_helps(on: On, ana: &Actor<'_>, labels: &Labels) {
    ana.types("/refusals mine").await;
    let list = ana.screen();
    for name in NAMES {
        assert!(list.contains(name), "{list}");
    }
    ana.types("/refusals search by:me").await;
    let found = ana.screen();
    for name in NAMES {
        assert!(found.contains(name), "{found}");
    }
    ana.types("/refusals search <!channel> @everyone *bold* `code` reason:\"<!here> _x_\"").await;
    assert!(ana.screen().contains("<!here> _x_"));
    ana.types("/refusals me").await;
    assert!(ana.screen().contains(&labels.of("me.debriefed")));
    ana.types("/refusals mine").await;
    ana.screen();
    ana.chooses(&labels.of("mine.edit"), &format!("#4 {}", NAMES[3])).await;
    assert!(ana.form().contains(NAMES[3]));
    ana.submits().await;
    assert!(ana.screen().contains(NAMES[3]));
    ana.presses(&labels.of("button.detail")).await;
    ana.submits().await;
    // Nothing changed: what is shown is what was shown.
    ana.screen();
    // Discord lets nobody type a word that is no subcommand.
    let nonsense = (on != On::Discord).then_some("/panout nonsense");
    for help in ["/panout help", "/refusal help", "/refusals help"].into_iter().chain(nonsense) {
        ana.types(help).await;
        assert!(!ana.screen().is_empty(), "{help}");
    }
    ana.types("/panout settings").await;
    ana.submits().await;
    assert!(!ana.screen().is_empty());
}

/// Some 10,000 characters; on Discord nobody can type more than 6,000 into an option.
fn as_many_words_as_fit(on: On) -> Vec<String> {
    let many = if on == On::Discord { 650 } else { 1200 };
    (0..many).map(|n| format!("word{n:04}")).collect()
}

#[rstest]
#[tokio::test]
async fn a_verbatim_of_ten_thousand_characters_is_shown_whole(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    let words = as_many_words_as_fit(on);
    ana.types(&format!("/refusal Acme price \"{}\"", words.join(" "))).await;
    let (stored, card) = (ana.screen(), elena.screen());
    for word in &words {
        assert!(stored.contains(word.as_str()), "Ana misses {word}");
        assert!(card.contains(word.as_str()), "Elena misses {word}");
    }
    // Through the form and back, not a character of it changes.
    ana.presses("Edit").await;
    ana.submits().await;
    ana.screen();
    let audit: Vec<(String,)> = team.rows("SELECT what FROM audit ORDER BY id").await;
    assert_eq!(audit, [("logged".to_owned(),)]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_command_of_ten_thousand_characters_opens_the_form_and_nothing_of_it_is_lost(
    #[values(On::Local, On::Slack, On::Discord)] on: On,
) {
    let team = Team::start(on).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    let words = as_many_words_as_fit(on);
    ana.types(&format!("/refusal {}", words.join(" "))).await;
    // A slow machine reads so much text later than Discord opens forms: then a button does.
    if on == On::Discord && ana.screen().contains("[Open the form]") {
        ana.presses("Open the form").await;
    }
    ana.fills(&[("Company", "Acme"), ("Main reason", "Price")]).await;
    ana.submits().await;
    let (stored, card) = (ana.screen(), elena.screen());
    for word in &words {
        assert!(stored.contains(word.as_str()), "Ana misses {word}");
        assert!(card.contains(word.as_str()), "Elena misses {word}");
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_batch_of_thirty_refusals_is_listed_and_counted(#[values(On::Local, On::Slack, On::Discord)] on: On) {
    let euros = panout::domain::Money::new(10_000_000, "EUR".parse().expect("a currency"));
    let setup = Setup { head_card_above: Some(euros), ..Setup::default() };
    let team = Team::start_with(on, setup).await;
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    for number in 1..=30 {
        ana.types(&format!("/refusal Client{number} {number}k price")).await;
        ana.screen();
    }
    team.it_is("2026-11-24T07:00:00Z").await;
    elena.sees_parts(&["30 refusals have come in: Client30, Client29, Client28 and 27 more"]);
    elena.presses("Look").await;
    elena.sees_parts(&[
        "30 refusals have come in since the last message",
        "#30 Client30",
        "And 10 more: /queue shows them.",
    ]);
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn every_card_and_form_of_a_refusals_life_fits(
    #[values(On::Local, On::Slack, On::Discord)] on: On,
    #[values(Language::En, Language::Fr, Language::Ro)] language: Language,
) {
    let team = Team::start_with(on, Setup { language, ..Setup::default() }).await;
    let labels = Labels(Catalogue::built_in(), language);
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    let (hostile, label) = (NAMES[0], |key: &str| labels.of(key));
    for name in [NAMES[1], NAMES[2]] {
        logs_with_the_form(&ana, &labels, name).await;
        ana.screen();
        elena.screen();
        team.passes(TimeDelta::minutes(1)).await;
    }
    elena.presses(&label("button.revive")).await;
    let note = (&*label("revive_form.note.label"), hostile);
    let lever = (&*label("revive_form.lever.label"), &*label("lever.payment_terms"));
    elena.fills(&[lever, note, (&label("revive_form.due_on.label"), "2026-12-07")]).await;
    elena.submits().await;
    assert!(elena.screen().contains(&format!("> {hostile}")));
    assert!(ana.screen().contains(&format!("> {hostile}")));
    elena.types("/queue").await;
    elena.chooses(&label("queue.open"), &format!("#1 {}", NAMES[1])).await;
    elena.screen();
    elena.presses(&label("button.validate")).await;
    let heard =
        [(&*labels.asks("validation", "gap"), hostile), (&*label("validate_form.again_on.label"), "2026-12-07")];
    elena.fills(&heard).await;
    elena.submits().await;
    assert!(elena.screen().contains(hostile));
    team.it_is("2026-12-07T07:00:00Z").await;
    assert!(ana.screen().contains(NAMES[2]));
    for (number, name, button, field) in [
        (1, NAMES[1], "button.recontacted", labels.asks("recontact", "competitor")),
        (2, NAMES[2], "button.won_back", label("won_form.how.label")),
    ] {
        ana.types("/recontacts").await;
        ana.chooses(&label("recontacts.open"), &format!("#{number} {name}")).await;
        ana.screen();
        ana.presses(&label(button)).await;
        ana.fills(&[(&field, hostile)]).await;
        if number == 1 {
            ana.fills(&[(&label("called_form.outcome.label"), &label("called_form.not_now"))]).await;
        }
        ana.submits().await;
        assert!(ana.screen().contains(hostile), "{button}");
        elena.screen();
    }
    ana.types("/recontacts").await;
    ana.chooses(&label("recontacts.open"), &format!("#1 {}", NAMES[1])).await;
    ana.presses(&label("button.snooze")).await;
    ana.submits().await;
    ana.sends("detail.1", &[("contact", NAMES[5])]).await;
    team.idle().await;
    ana.screen();
    ana.presses(&label("button.close")).await;
    let only = labels.0.in_language(language).line("close_form.contact_asked", args! { contact: NAMES[5] });
    let why = (&*label("close_form.why.label"), &*Choice::fitting(&only));
    ana.fills(&[why, (&label("close_form.said_by.label"), hostile)]).await;
    ana.submits().await;
    let closed = ana.screen();
    assert!(closed.contains(hostile) && closed.contains(NAMES[5]), "{closed}");
    for who in ["Elena", "Bogdan", "Oana", "Adi"] {
        team.person(who).screen();
    }
    team.ends().await;
}
