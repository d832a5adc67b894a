//! The cards and forms around plays and hands, on every service, in every language, with the worst that people may type.

use panout::words::{Catalogue, Language, args};
use rstest::rstest;

use crate::story::{On, Setup, Team};

const HOSTILE: &str = "<!channel> & <@U1> @everyone *b* `c` [l](https://evil.example) '; DROP TABLE plays; --";

fn look_away(team: &Team) -> String {
    let seen = ["Ana", "Bogdan", "Elena", "Oana", "Adi"].map(|name| team.person(name).screen());
    seen.join("\n")
}

#[rstest]
#[tokio::test]
async fn every_card_and_form_of_plays_and_hands_fits(
    #[values(On::Local, On::Slack, On::Discord)] on: On,
    #[values(Language::En, Language::Fr, Language::Ro)] language: Language,
) {
    let team = Team::start_with(on, Setup { language, amounts_in_channel: vec!["Field"], ..Setup::default() }).await;
    let words = Catalogue::built_in();
    let label = |key: &str| words.in_language(language).line(key, args! {});
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    let line = format!("/refusal Acme 12k price/payment_terms #crm \"{HOSTILE}\"");
    ana.types(&line).await;
    look_away(&team);
    elena.presses(&label("button.delegate")).await;
    elena.fills(&[(&label("hand_form.to.label"), "Bogdan"), (&label("hand_form.note.label"), HOSTILE)]).await;
    elena.submits().await;
    assert!(elena.screen().contains(HOSTILE) && bogdan.screen().contains(HOSTILE));
    bogdan.presses(&label("button.revive")).await;
    let lever = (&*label("revive_form.lever.label"), &*label("lever.payment_terms"));
    bogdan.fills(&[lever, (&label("revive_form.note.label"), HOSTILE)]).await;
    bogdan.submits().await;
    look_away(&team);
    ana.presses(&label("button.reassign")).await;
    ana.fills(&[(&label("hand_form.to.label"), "Bogdan"), (&label("hand_form.note.label"), HOSTILE)]).await;
    ana.submits().await;
    assert!(ana.screen().contains(HOSTILE) && bogdan.screen().contains(HOSTILE));
    bogdan.presses(&label("button.won_back")).await;
    bogdan.fills(&[(&label("won_form.how.label"), HOSTILE), (&label("won_form.amount.label"), "11k")]).await;
    bogdan.submits().await;
    assert!(look_away(&team).contains(HOSTILE));
    for command in ["/plays", "/refusals gap", "/plays help", "/refusal help", "/refusals help"] {
        if on == On::Discord && command.ends_with("help") && !command.starts_with("/refusal") {
            // Discord offers what may follow.
            continue;
        }
        ana.types(command).await;
        assert!(!ana.screen().is_empty(), "{command}");
    }
    team.passes(chrono::TimeDelta::days(42)).await;
    look_away(&team);
    ana.types(&line).await;
    assert!(ana.screen().contains(HOSTILE), "what brought the first one back");
    assert!(elena.screen().contains(HOSTILE));
    elena.presses(&label("button.revive")).await;
    assert!(elena.form().contains(&label("revive_form.play.label")), "{}", elena.form());
    elena.fills(&[lever, (&label("revive_form.note.label"), HOSTILE)]).await;
    elena.submits().await;
    look_away(&team);
    ana.presses(&label("button.similar")).await;
    assert!(ana.screen().contains(HOSTILE));
    team.ends().await;
}
