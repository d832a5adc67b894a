//! The cards and forms around leads, on every service, in every language, with the worst that people may type.

use panout::words::{Catalogue, Language, args};
use rstest::rstest;

use crate::story::{On, Setup, Team};

const HOSTILE: &str = "<!channel> & <@U1> @everyone *b* `c` [l](https://evil.example) '; DROP TABLE leads; --";

fn look_away(team: &Team) -> String {
    let seen = ["Ana", "Bogdan", "Elena", "Oana", "Adi"].map(|name| team.person(name).screen());
    seen.join("\n")
}

#[rstest]
#[tokio::test]
async fn every_card_and_form_of_leads_fits(
    #[values(On::Local, On::Slack, On::Discord)] on: On,
    #[values(Language::En, Language::Fr, Language::Ro)] language: Language,
) {
    let team = Team::start_with(on, Setup { language, ..Setup::default() }).await;
    let words = Catalogue::built_in();
    let words = words.in_language(language);
    let label = |key: &str| words.line(key, args! {});
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    elena.types("/lead").await;
    let (website, wanted) = (words.label("source", "website"), format!("{HOSTILE} {}", "A demo. ".repeat(60)));
    let field = |name: &str| label(&format!("lead_form.{name}.label"));
    elena
        .fills(&[
            (&field("account"), HOSTILE),
            (&field("contact"), "**Ioana** <!here>"),
            (&field("phone"), "+40 722 000 111"),
            (&field("source"), &website),
            (&field("wants"), &wanted),
            (&field("owner"), "Ana"),
        ])
        .await;
    elena.submits().await;
    assert!(elena.screen().contains(HOSTILE));
    let new = ana.screen();
    assert!(new.contains(HOSTILE) && new.contains("**Ioana** <!here>") && new.contains(wanted.trim()), "{new}");
    ana.presses(&label("button.lead_snooze")).await;
    let hour = label("lead_pause.hour");
    ana.fills(&[(&label("put_off_form.time.label"), &hour), (&label("put_off_form.why.label"), HOSTILE)]).await;
    ana.submits().await;
    look_away(&team);
    for time in ["09:30", "10:00", "11:00"] {
        team.it_is(&format!("2026-11-23T{time}:00Z")).await;
        let (own, head) = (ana.screen(), elena.screen());
        assert!(own.contains(HOSTILE), "{time}: {own}");
        assert!(time != "10:00" || head.contains(HOSTILE), "{time}: {head}");
        let channel = bogdan.screen();
        assert!(!channel.contains("DROP TABLE"), "{channel}");
    }
    bogdan.presses(&words.line("button.claim", args! { number: "L1" })).await;
    assert!(bogdan.screen().contains(HOSTILE));
    look_away(&team);
    for (who, command) in [
        (&elena, "/leads team"),
        (&elena, "/leads unworked"),
        (&elena, "/leads report week"),
        (&bogdan, "/leads show L1"),
        (&bogdan, "/leads mine"),
    ] {
        who.types(command).await;
        let read = who.screen();
        assert!(read.contains(HOSTILE) || command.ends_with("week"), "{command}: {read}");
        assert!(!read.is_empty(), "{command}");
    }
    bogdan.types("/leads show L1").await;
    bogdan.presses(&label("button.i_called")).await;
    let reached = words.label("lead_call", "reached");
    bogdan
        .fills(&[
            (&label("lead_called_form.outcome.label"), &reached),
            (&label("lead_called_form.next.label"), "2026-11-24"),
            (&label("lead_called_form.note.label"), HOSTILE),
        ])
        .await;
    bogdan.submits().await;
    assert!(bogdan.screen().contains(HOSTILE));
    team.it_is("2026-11-24T07:00:00Z").await;
    assert!(bogdan.screen().contains(HOSTILE), "the message of the day");
    bogdan.types("/leads show L1").await;
    bogdan.presses(&label("button.lead_won")).await;
    bogdan.fills(&[(&label("lead_won_form.amount.label"), "40k"), (&label("lead_won_form.how.label"), HOSTILE)]).await;
    bogdan.submits().await;
    assert!(look_away(&team).contains(HOSTILE));
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_lead_that_is_passed_on_or_none_fits_too(
    #[values(On::Local, On::Slack, On::Discord)] on: On,
    #[values(Language::En, Language::Fr, Language::Ro)] language: Language,
) {
    let team = Team::start_with(on, Setup { language, ..Setup::default() }).await;
    let words = Catalogue::built_in();
    let words = words.in_language(language);
    let label = |key: &str| words.line(key, args! {});
    let (ana, bogdan) = (team.person("Ana"), team.person("Bogdan"));
    ana.types("/lead Novo Systems, Ioana Marin, website, \"a demo\" for Ana").await;
    look_away(&team);
    ana.types("/leads show L1").await;
    ana.presses(&label("button.not_mine")).await;
    ana.fills(&[(&label("not_mine_form.why.label"), HOSTILE)]).await;
    ana.submits().await;
    look_away(&team);
    bogdan.types("/leads show L1").await;
    assert!(bogdan.screen().contains(HOSTILE));
    bogdan.presses(&label("button.disqualify")).await;
    let other = words.label("unfit", "other");
    bogdan.fills(&[(&label("disqualify_form.why.label"), &other)]).await;
    bogdan.submits().await;
    assert!(bogdan.has_form(), "other says nothing without words");
    bogdan.fills(&[(&label("disqualify_form.note.label"), HOSTILE)]).await;
    bogdan.submits().await;
    assert!(look_away(&team).contains(HOSTILE));
    ana.types("/leads report week").await;
    assert!(!ana.screen().is_empty());
    team.ends().await;
}
